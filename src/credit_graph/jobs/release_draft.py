"""Builds the draft of a release (发布草稿) into a folder, whole or not at all, and records it in the graph."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from credit_graph import clock
from credit_graph.errors import CreditGraphError, InputError, StateError, UsageError
from credit_graph.ingest.screening import screen_text
from credit_graph.jobs import signing_keys
from credit_graph.jobs.batches import last_seq, refuse_open_batch
from credit_graph.jobs.listing import listed as list_at
from credit_graph.jobs.rebuild import refuse_erased_since
from credit_graph.jobs.release_store import ReleaseStore, partial_of, read_draft, write_folder
from credit_graph.lists.authority import AuthorityRow, authority_on
from credit_graph.lists.editions.archive import KEYS
from credit_graph.lists.editions.draft import Draft, release_parts
from credit_graph.lists.editions.drafting import Asked, Former, draft_files, undrawn
from credit_graph.lists.editions.edition import SALT_BYTES
from credit_graph.lists.issuers import issuer_named
from credit_graph.lists.numbers import series_on
from credit_graph.lists.periods import Quarter
from credit_graph.lists.release import Listed, Rules, release_id, rules_on
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.text import t

SERIES = "bulletin"  # of numbers.yml


@dataclass(frozen=True, slots=True)
class Built:
    """A draft that was built: where it lies, what it says, and whether it lay there already."""

    out: Path
    draft: Draft
    unchanged: bool = False

    @property
    def said(self) -> Mapping[str, Any]:
        """``draft.json``."""
        return self.draft.said


def valid_day(period: str, valid: date | None) -> date:
    """The day on which a list of the period is judged: what is asked for, else its last day, or today while it runs.

    Raises ``UsageError``: ``usage.bad_value``, ``usage.future`` for a period or day that has not begun.
    """
    quarter, today = Quarter.read(period), clock.today()
    if quarter.first > today:
        raise UsageError("usage.future", day=period)
    day = valid or min(quarter.last, today)
    if day > today:
        raise UsageError("usage.future", day=day)
    if day < quarter.first:
        why = t(f"早于 {period} 的第一天", f"before the first day of {period}")
        raise UsageError("usage.bad_value", option="--valid", value=day, why=why)
    return day


def build(
    store: Store, list_name: str, period: str, point: Point, out: Path, *, maker: str, number: str | None = None
) -> Built:
    """Build the draft of the period's list as it stands at ``point`` into the folder ``out``.

    ``point.valid``: as :func:`valid_day` gives it; ``maker``: the person, who can't approve it; ``number``: of the
    bulletin (公告文号), by default the next of its series. Where this very draft lies in ``out`` already nothing is
    written.

    Raises ``UsageError`` for an unknown list or a future day, ``DefinitionError`` where no basis in force carries the
    list, ``StateError``: a batch is incomplete, another works at the list, ``out`` holds something else, a later
    period is released, an entry was put out of use after ``point.seq``, or the graph no longer gives what it gave.
    """
    releases = ReleaseStore(store.home)
    with recorded(releases, "build", list_name):
        valid_day(period, point.valid)
        if point.use > clock.today():
            raise UsageError("usage.future", day=point.use)
        rules = rules_on(list_name, point.valid)
        refuse_open_batch(store)
        with releases.lock(list_name):
            return _build(store, releases, rules, period, point, out.absolute(), maker=maker, number=number)


def _build(
    store: Store,
    releases: ReleaseStore,
    rules: Rules,
    period: str,
    point: Point,
    out: Path,
    *,
    maker: str,
    number: str | None,
) -> Built:
    listed, name = list_at(store, rules, point), rules.policy.name
    former, bureau = former_of(releases, name), authority_on(point.use)
    if former and release_parts(former.head.release)[0] > period:
        raise StateError("state.later_release", list=name, period=period, release=former.head.release)
    asked = Asked(
        period=period,
        maker=screen_text(maker),
        notice_number=screen_text(_number(releases, name, period, bureau, point.use, number)),
        bureau=bureau,
        issuers=sorted({present_name(name, found, point.use) for found in listed.issuers}),
        keys=signing_keys.history(store.home).as_bytes(),
        former=former,
        releases=releases.releases(name),
    )
    with store.writer("release"):
        _refuse_unfit(store, listed)
        files = draft_files(listed, asked, lambda: secrets.token_hex(SALT_BYTES))
        made = Draft.read(files)
        lying = _lying(out, made)
        if lying is None:
            _refuse_foreign(out, files)
            write_folder(out, files, replace=True)
        store.write("write/run", run=release_id(rules, point), props=_run(listed))
    if lying is not None:
        return Built(out, lying, unchanged=True)
    told = {name: made.said[name] for name in ("list", "release", "notice_number", "maker")}
    releases.note("drafted", **told, draft=made.hash)
    return Built(out, made)


@contextmanager
def recorded(releases: ReleaseStore, step: str, list_name: str) -> Iterator[None]:
    """What fails is recorded in the log of releases, with its code; nothing else is left of it."""
    try:
        yield
    except CreditGraphError as error:
        with suppress(OSError, StateError):
            releases.note("failed", step=step, list=screen_text(list_name)[:80], code=error.code)
        raise


def former_of(releases: ReleaseStore, list_name: str) -> Former | None:
    """The list's latest release, out of its archive."""
    last = releases.latest(list_name)
    return None if last is None else Former.of_archive(releases.archive(list_name, last))


def present_name(list_name: str, name: str, day: date) -> str:
    """What a department that listed is called on the day; one that issuers.yml does not have keeps its name."""
    found = issuer_named(list_name, name, day)
    return name if found is None else found.name


def _number(
    releases: ReleaseStore, list_name: str, period: str, bureau: AuthorityRow, day: date, given: str | None
) -> str:
    """The number given, or the next of bulletins; a draft of the same list and period that was not published gives its
    own back. Raises ``StateError("state.number_used")``."""
    series, own = series_on(SERIES, day), (list_name, period)
    taken = {
        line["notice_number"]: f"{line['list']} {line['release']}"
        for line in releases.noted()
        if "notice_number" in line
        and (line["what"] == "published" or (line["list"], release_parts(line["release"])[0]) != own)
    }
    if given is not None and given.strip() in taken:
        raise StateError("state.number_used", number=given.strip(), id=taken[given.strip()])
    if given is not None and given.strip():
        return given.strip()
    return series.written(bureau.short, day.year, series.next(bureau.short, day.year, taken))


def _run(listed: Listed) -> dict[str, Any]:
    point = listed.point
    return {
        "kind": "release",
        "list": listed.rules.policy.name,
        "seq": point.seq,
        "valid": point.valid,
        "use": point.use,
        "policy": listed.rules.sha256,
        "program": listed.program,
        "sha256": listed.sha256,
        "entries": listed.counts["entries"],
    }


def _refuse_unfit(store: Store, listed: Listed) -> None:
    """The graph's past must not change, and a past must not bring back what may no longer be used.

    A second build at a stored point gives what the first gave. A new one at an older known is refused where later
    holds cover its entries.
    """
    rules, point = listed.rules, listed.point
    rid = release_id(rules, point)
    stored = store.read("read/run", run=rid)
    if stored and stored[0]["run"]["sha256"] != listed.sha256:
        refuse_erased_since(store, rid, point.seq)
        raise StateError("state.release_differs", release=f"{rules.policy.name} {point.valid}")
    head = last_seq(store)
    if not stored and head > point.seq and list_at(store, rules, point, head).entries != listed.entries:
        raise StateError("state.use_ended", seq=point.seq)


def _lying(out: Path, made: Draft) -> Draft | None:
    """The draft that lies there, where it says the same but for the salts, with the same keys, and is not altered."""
    try:
        found = read_draft(out)
    except InputError:
        return None
    if undrawn(found.said) != undrawn(made.said) or found.files[KEYS] != made.files[KEYS]:
        return None
    return found


def _refuse_foreign(out: Path, files: Mapping[str, bytes]) -> None:
    """Only an empty folder is taken, and what a killed build left is replaced: anything else is not ours to remove."""
    partial = partial_of(out)
    for place, ours in ((out, frozenset[str]()), (partial, files.keys())):
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise StateError("state.release_exists", path=place)
        if place.is_dir() and {path.name for path in place.iterdir()} - ours:
            raise StateError("state.release_exists", path=place)
