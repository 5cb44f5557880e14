"""Makes a draft of what stands on a list: numbers, salts, the delta to the former release, and the files. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from credit_graph import __version__
from credit_graph.lists.authority import AuthorityRow
from credit_graph.lists.editions.bulletin import HTML
from credit_graph.lists.editions.bulletin_html import as_html
from credit_graph.lists.editions.bulletin_text import bulletin_of
from credit_graph.lists.editions.delta import as_lines, delta
from credit_graph.lists.editions.draft import (
    DRAFT,
    ENTRIES,
    REFUSED,
    Draft,
    columns_of,
    edition_of,
    entry_lines,
    next_release,
    numbered,
)
from credit_graph.lists.editions.edition import NUMBER, SALT, Column, Entry, Head, canonical, leaf, sha256
from credit_graph.lists.editions.merkle import root
from credit_graph.lists.editions.tables import XLSX, write_xlsx
from credit_graph.lists.release import MARK, Listed, heading, refused_csv

# what may differ although an entry says the same
_UNSAID = frozenset({NUMBER, SALT, "sid"})


@dataclass(frozen=True, slots=True)
class Former:
    """The list's latest release: its head and entries."""

    head: Head
    entries: Sequence[Entry]

    @classmethod
    def of_archive(cls, archive: Mapping[str, bytes]) -> Former:
        """What an archive holds of it."""
        return cls(Head(**json.loads(archive["head.json"])), Draft.of_archive(archive).entries)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a draft is made for. ``maker``: the person; ``issuers``: who has to sign off; ``keys``: ``keys.jsonl``."""

    period: str
    maker: str
    notice_number: str
    bureau: AuthorityRow
    issuers: Sequence[str]
    keys: bytes
    former: Former | None = None
    releases: Sequence[str] = ()  # of the list


def draft_files(listed: Listed, asked: Asked, draw: Callable[[], str]) -> dict[str, bytes]:
    """All files of a draft by name. ``draw``: a new salt, 64 hex digits."""
    mark = MARK if asked.bureau.demo else None
    columns = list_columns(listed, mark)
    former = asked.former.entries if asked.former else []
    entries = numbered(salted([_marked(entry, mark) for entry in listed.entries], former, draw))
    said = _said(listed, asked, columns, mark)
    former_head = asked.former.head if asked.former else None
    head = Head(
        list=said["list"],
        release=said["release"],
        number=said["number"],
        published_on=said["use"],  # of the preview; the archive has the day on which it is published
        size=len(entries),
        root=root([leaf(entry, columns) for entry in entries]).hex(),
        predecessor=former_head.release if former_head else None,
        predecessor_root=former_head.root if former_head else None,
    )
    edition = edition_of(said, head, columns, entries)
    files = {XLSX: write_xlsx(edition)}
    files[HTML] = as_html(bulletin_of(edition, files))
    files |= {ENTRIES: entry_lines(entries), REFUSED: refused_csv(listed, mark), "keys.jsonl": asked.keys}
    files["delta.jsonl"] = as_lines(delta(former, entries, listed.why))
    listing = {name: {"size": len(data), "sha256": sha256(data)} for name, data in files.items()}
    return {**files, DRAFT: canonical({**said, "files": listing}) + b"\n"}


def list_columns(listed: Listed, mark: str | None) -> tuple[Column, ...]:
    """The columns of the list's releases."""
    names = listed.rules.row.publishable.fields
    fields = {name: (heading(listed.rules, name), name.replace("_", " ")) for name in names}
    return columns_of(fields, marked=mark is not None)


def salted(entries: Sequence[Entry], former: Sequence[Entry], draw: Callable[[], str]) -> list[dict[str, str | None]]:
    """The entries with their salts: the former release's where an entry says the same, else one that is drawn.

    So the leaf of an entry that changed tells nobody what it was before.
    """
    before = {entry["record"]: entry for entry in former}
    found = []
    for entry in entries:
        same = before.get(entry["record"])
        kept = same[SALT] if same is not None and same_content(same, entry) else None
        found.append({**entry, SALT: kept or draw()})
    return found


def same_content(one: Entry, other: Entry, *, but: frozenset[str] = frozenset()) -> bool:
    """Whether both say the same in public, whatever their number, salt and statement; ``but``: and these columns."""
    unsaid = _UNSAID | but
    return {n: v for n, v in one.items() if n not in unsaid} == {n: v for n, v in other.items() if n not in unsaid}


def _marked(entry: Entry, mark: str | None) -> dict[str, str | None]:
    return {**entry, "mark": mark} if mark else dict(entry)


def _said(listed: Listed, asked: Asked, columns: Sequence[Column], mark: str | None) -> dict[str, Any]:
    rules, point = listed.rules, listed.point
    former = asked.former.head if asked.former else None
    return {
        "format": 1,
        "list": rules.policy.name,
        "release": next_release(asked.period, asked.releases),
        "number": former.number + 1 if former else 1,
        "period": asked.period,
        "titles": rules.policy.title.model_dump(),
        "mark": mark,
        "bureau": asked.bureau.name,
        "notice_number": asked.notice_number,
        "seq": point.seq,
        "valid": point.valid.isoformat(),
        "use": point.use.isoformat(),
        "maker": asked.maker,
        "issuers": sorted(set(asked.issuers)) or [asked.bureau.name],
        "program": __version__,
        "policy": {"row": rules.row.id, "sha256": rules.sha256},
        "documents": [{"title": rules.document.title, "number": rules.document.number}],
        "definitions": [dict(row) for row in listed.definitions],
        "judged": listed.sha256,
        "counts": listed.counts,
        "refused_by_reason": listed.refused_by_reason,
        "held_by_reason": listed.held_by_reason,
        "for_review": listed.for_review,
        # conditions that no source shows and a person has to check
        "unchecked": [{"basis": rules.document.cite(row.article), "text": row.text} for row in rules.row.unchecked],
        "predecessor": _predecessor(former),
        "columns": [{"name": c.name, "zh": c.zh, "en": c.en, "internal": c.internal} for c in columns],
    }


def _predecessor(former: Head | None) -> Mapping[str, Any] | None:
    return None if former is None else {"release": former.release, "number": former.number, "root": former.root}


def undrawn(said: Mapping[str, Any]) -> dict[str, Any]:
    """What ``draft.json`` says but for what follows from the salts."""
    return {name: value for name, value in said.items() if name != "files"}
