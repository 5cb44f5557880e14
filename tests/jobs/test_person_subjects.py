"""Records about persons: their persons' ends are closed, opened again and erased like those of firms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import city
from bytesearch import places
from credit_graph import clock
from credit_graph.jobs import batches
from credit_graph.jobs.erase import erase
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.jobs.tombstones import Ground
from credit_graph.jobs.undo import undo
from credit_graph.model.time import OPEN_SEQ
from credit_graph.settings import Settings
from credit_graph.store import Store, admin
from credit_graph.store.dump import NodeData, dump
from credit_graph.store.snapshot import snapshot

SANCTION = "决定文书号 姓名 证件类型 证件号码 任职单位 单位统一社会信用代码 措施类别 限制范围 起始日期 截止日期".split()
DEFAULTER = "dishonest_id executed_nm executed_nature identi_id case_no publish_dt exec_situa".split()
ID = city.citizen_id("19340506", 12)
NAME, NAMELESS, OTHER = "欧阳秘密乙", "上官秘密丁", "司马公开丙"
GROUND = Ground("清除决定书〔2026〕1号", "张一", "李二")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 23))


@pytest.fixture
def store(store: Store) -> Iterator[Store]:
    """The graph forgets its tombstones with the test that made them."""
    yield store
    store.clear()


def sanction(name: str, document: str = "", *, number: int = 1, firm: int = 0, until: str = "") -> dict[str, str]:
    row = {"决定文书号": f"甬市监罚〔2024〕{number}号", "姓名": name, "证件号码": document, "措施类别": "从业禁止"}
    if firm:
        row |= {"任职单位": f"宁波第{firm}贸易有限公司", "单位统一社会信用代码": city.credit_code(firm)}
    return dict.fromkeys(SANCTION, "") | row | {"起始日期": "2024-05-06", "截止日期": until}


def deliver(store: Store, path: Path, rows: list[dict[str, str]], as_of: str = "") -> dict[str, Any]:
    columns = [column for column in SANCTION if column in rows[0]] or DEFAULTER
    options = LoadOptions(as_of=date.fromisoformat(as_of) if as_of else None, complete=bool(as_of))
    return load(store, [city.write(path, columns, rows)], options)[0]


def subjects(store: Store) -> set[tuple[str, str, int, int]]:
    """(label of the subject, content told apart by its end, known_from, known_to) of each relationship to a record."""
    items, found = list(dump(store)), set()
    nodes = {(item.label, item.key): item.properties for item in items if isinstance(item, NodeData)}
    for item in items:
        if not isinstance(item, NodeData) and item.type == "SUBJECT_OF":
            record, said = nodes[item.end], item.properties
            for name in ("known_from", "known_to", "valid_from", "valid_to"):
                assert said[name] == record[name], (item, record)
            told = str(record.get("sanctioned_until") or record.get("published_on") or "")
            found.add((item.start[0], told, said["known_from"], said["known_to"]))
    return found


BOTH = ("Enterprise", "Person")


def test_a_correction_closes_the_person_too_and_its_undo_opens_again(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    deliver(store, path, [sanction(NAME, ID, firm=1, until="2029-05-05")])
    deliver(store, path, [sanction(NAME, ID, firm=1, until="2028-05-05")])
    first = {(label, "2029-05-05", 1, 2) for label in BOTH}
    assert subjects(store) == first | {(label, "2028-05-05", 2, OPEN_SEQ) for label in BOTH}
    assert undo(store, 2, "甲", "analyst") == 3
    assert subjects(store) == {
        *first,
        *((label, "2028-05-05", 2, 3) for label in BOTH),
        *((label, "2029-05-05", 3, OPEN_SEQ) for label in BOTH),
    }


def test_a_batch_that_was_never_committed_leaves_no_trace_at_persons(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of both sorts: a person beside a firm, and a person alone (executed by a court)."""
    path, court = tmp_path / "s.csv", tmp_path / "c.csv"
    executed = dict(zip(DEFAULTER, ("7", NAME, "自然人", ID, "(2024)浙0206执7号", "2024-01-27", "隐匿"), strict=True))
    deliver(store, court, [executed])
    deliver(store, path, [sanction(NAME, ID, firm=1, until="2029-05-05"), sanction(OTHER, until="2030-01-01")])
    before = snapshot(store)
    for file, rows in (
        (path, [sanction(NAME, ID, firm=1, until="2028-05-05"), sanction(OTHER, until="2031-01-01")]),
        (court, [executed | {"publish_dt": "2024-02-27"}]),
    ):
        with monkeypatch.context() as cut, pytest.raises(ZeroDivisionError):
            cut.setattr(batches, "commit", lambda *_: 1 / 0)
            deliver(store, file, rows)
        closed = {(label, end) for label, _, _, end in subjects(store) if end != OPEN_SEQ}
        assert ("Person", 3) in closed
        assert undo(store, 3, "甲", "analyst") is None
        left = snapshot(store)
        assert (facts(left[0]), left[1]) == (facts(before[0]), before[1])


def facts(nodes: Any) -> set[Any]:
    return {node for node in nodes if "State" not in node[0]}


def persons(store: Store) -> dict[str, str | None]:
    return {i.key: i.properties.get("name") for i in dump(store) if isinstance(i, NodeData) and i.label == "Person"}


def of_sanctions(store: Store, name: str) -> list[dict[str, Any]]:
    found = [item.properties for item in dump(store) if isinstance(item, NodeData) and item.label == "Record"]
    return sorted((r for r in found if r.get("person_name") == name), key=lambda r: str(r["document_number"]))


def test_a_person_keeps_its_name_when_one_of_its_sanctions_is_erased(store: Store, tmp_path: Path) -> None:
    rows = [sanction(NAME, ID, number=1, firm=1), sanction(NAME, ID, number=2, firm=1), sanction(OTHER)]
    deliver(store, tmp_path / "s.csv", rows)
    first, second = of_sanctions(store, NAME)
    done = erase(store, Target(sids=(first["sid"],)), GROUND)
    assert (done.statements, done.rows, done.persons) == (1, 1, 0)
    assert set(persons(store).values()) == {NAME, OTHER} and persons(store)[first["pid"]] == NAME
    assert [record["sid"] for record in of_sanctions(store, NAME)] == [second["sid"]]
    report = deliver(store, tmp_path / "s.csv", rows)
    assert (report["erased"], report["unchanged"], report["new"], report["changed"]) == (1, 2, 0, 0)


def test_erased_sanctions_are_nowhere(own: Settings, tmp_path: Path) -> None:
    """One by its statement, of a person without an ID number, one by its person; nothing is asked of the firm."""
    path = tmp_path / "s.csv"
    rows = [sanction(NAME, ID, firm=1, until="2029-05-05"), sanction(NAMELESS, firm=1, number=2), sanction(OTHER)]
    with Store.open(own) as store:
        deliver(store, path, rows)
        assert places(own.home, {NAME, NAMELESS}).keys() == {NAME, NAMELESS}
        (record,) = of_sanctions(store, NAMELESS)
        done = erase(store, Target(sids=(record["sid"],)), GROUND)
        assert (done.statements, done.rows, done.persons) == (1, 1, 0)
        (record,) = of_sanctions(store, NAME)
        done = erase(store, Target(pids=(record["pid"],)), GROUND)
        assert (done.statements, done.rows, done.persons) == (1, 1, 1)
        assert set(persons(store).values()) == {OTHER}
        path.write_bytes(path.read_bytes() + b"\n")
        report = deliver(store, path, rows)
        assert (report["erased"], report["unchanged"], report["new"]) == (2, 1, 0)
        assert set(persons(store).values()) == {OTHER}
        assert places(own.home, {NAME, NAMELESS}) == {}
    admin.stop(own)
    assert places(own.home, {NAME, NAMELESS}) == {}
