"""The list part of ``credit-graph demo``: three quarters drafted, signed off, published, and the pages of today."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.jobs import publish, release_draft, signing_keys, takedown
from credit_graph.jobs.listing import listed
from credit_graph.jobs.release_draft import Built
from credit_graph.jobs.release_store import ReleaseStore
from credit_graph.jobs.site import build_site
from credit_graph.lists.authority import authority_on
from credit_graph.lists.editions.approvals import Act, file_name, sign_off
from credit_graph.lists.editions.draft import APPROVALS
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.lists.release import rules_on
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.store.files import private_folder, write_whole
from credit_graph.text import t

LIST = "serious_violation"
# the quarters of the invented city, and the day on which each is drafted, signed off and published
QUARTERS = (("2026Q1", date(2026, 4, 8)), ("2026Q2", date(2026, 7, 8)), ("2026Q3", date(2026, 10, 12)))
KEYS_FROM = date(2026, 1, 4)
_VARIABLE = "CREDIT_GRAPH_TODAY"
MAKER, PUBLISHER = "王经办", "周公示"


def publish_quarters(store: Store, seq: int, report: common.Report) -> str:
    """Publish the quarters that are not published yet, take down what has ended since, build the pages.

    ``seq``: the last batch. Every person and key is invented, and every file marked as test data.
    """
    folder, releases = store.home / "demo", ReleaseStore(store.home)
    for period, day in QUARTERS:
        if period not in releases.releases(LIST):
            with _today(day):
                built = _drafted(store, period, seq, folder)
                _signed_off(built, folder / "keys")
                publish.publish(store, built.out, actor=PUBLISHER, role=publish.ROLE)
    takedown.takedown(store, actor=PUBLISHER, role=publish.ROLE)
    pages = folder / "site"
    build_site(store.home, pages, clock.today(), report)
    told = releases.told(LIST)
    shown, page = "，".join(f"{row['release']} {row['size']}/{row['shown']}" for row in told), pages / "index.html"
    return t(
        f"严重违法失信名单，会签、签名并发布三个季度（发布时/今日公示）：{shown}；网页 → {page}",
        f"serious violations, three quarters signed off and published (then/shown today): {shown}; pages → {page}",
    )


@contextmanager
def _today(day: date) -> Iterator[None]:
    """As if it were that day; what is published is dated by it."""
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = day.isoformat()
    try:
        yield
    finally:
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before


def _drafted(store: Store, period: str, seq: int, folder: Path) -> Built:
    point = Point(seq, release_draft.valid_day(period, None), clock.today())
    _make_keys(store, point, folder / "keys")
    return release_draft.build(store, LIST, period, point, folder / "drafts" / period, maker=MAKER)


def _make_keys(store: Store, point: Point, folder: Path) -> None:
    """A key for the bureau and for every department that lists, where there is none yet."""
    history = signing_keys.history(store.home)
    if not history.keys:
        signing_keys.new_bureau_key(store.home, authority_on(KEYS_FROM).name, KEYS_FROM)
    found = listed(store, rules_on(LIST, point.valid), point)
    names = {release_draft.present_name(LIST, name, point.use) for name in found.issuers}
    for name in sorted(names - {key.owner for key in history.keys if key.role == "department"}):
        private_folder(folder)
        pair = signing_keys.new_pair(folder / f"{name}.pem")
        signing_keys.add_department(store.home, pair.public, name, KEYS_FROM)


def _signed_off(built: Built, keys: Path) -> None:
    """As each department does with ``release approve``, on its own machine."""
    history = KeyHistory.read((built.out / "keys.jsonl").read_bytes())
    for name in built.said["issuers"]:
        act = Act(name, t("（虚构）负责人", "(invented) head"), clock.today())
        data = sign_off(built.draft, act, signing_keys.signer_from(keys / f"{name}.pem"), history)
        write_whole(private_folder(built.out / APPROVALS) / file_name(name), data)
