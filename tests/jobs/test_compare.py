"""The rules of time, as pure functions: exact statements for each case, and properties over random deliveries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from credit_graph.ingest.compare import Change, Delivery, Said, Timeline, compare, end_by_absence, withdraw
from credit_graph.model.definition import Definition
from credit_graph.model.statement import Statement, content_hash
from credit_graph.model.time import DAY_MAX, DAY_MIN, OPEN_SEQ, covers

D = date.fromisoformat


def definition(kind: str = "Registration", **changes: object) -> Definition:
    base: dict[str, object] = {
        "source": "s",
        "kind": kind,
        "title": {"zh": "甲", "en": "A"},
        "publisher": "局",
        "key": ["subject"],
        "scope": "whole",
        "columns": {"credit_code": ["code"], "state": ["state"], "approved_on": ["appr"]},
        "on_change": "succession",
        "on_absence": "ended",
    }
    if kind == "AbnormalListing":
        base["columns"] = {
            "credit_code": ["code"],
            "listed_on": ["in"],
            "removed_on": ["out"],
            "reason": ["why"],
        }
        base |= {"on_change": "correction", "valid": {"from": "listed_on", "to": "removed_on"}}
    return Definition.model_validate(base | changes)


@dataclass
class Graph:
    """One key's statements, as the graph would hold them."""

    rules: Definition
    statements: list[Statement] = field(default_factory=list)
    seq: int = 0
    last: dict[str, date] = field(default_factory=dict)
    days: dict[str, tuple[date, ...]] = field(default_factory=dict)

    def timeline(self) -> Timeline:
        standing = [s for s in self.statements if s.known_to == OPEN_SEQ]
        pieces = sorted(standing, key=lambda p: (p.valid_from, p.n))
        return Timeline(tuple(pieces), max((s.n for s in self.statements), default=0))

    def apply(self, change: Change) -> str:
        closed = {s.n for s in change.closes}
        self.statements = [s.again(known_to=self.seq) if s.n in closed else s for s in self.statements]
        self.statements += change.opens
        return change.verdict

    def say(
        self,
        value: str,
        as_of: str | date | None,
        today: str = "2026-11-23",
        start: date | None = None,
        end: date | None = None,
        **content: object,
    ) -> str:
        self.seq += 1
        day = D(as_of) if isinstance(as_of, str) else as_of
        full = {"state": value, **content}
        draft = Statement("s", "k", 0, self.rules.kind, full, content_hash(full), self.seq, DAY_MIN, seen_on=day)  # type: ignore[arg-type]
        changed = content.get("approved_on")
        said = Said(draft, start, end, changed if isinstance(changed, date) else None)
        delivery = Delivery(self.seq, day, day or D(today), dict(self.last), dict(self.days))
        verdict = self.apply(compare(self.rules, self.timeline(), said, delivery))
        if day is not None:
            self.last[""] = max(day, self.last.get("", day))
            self.days[""] = tuple(sorted({*self.days.get("", ()), day}))
        return verdict

    def miss(self, as_of: str) -> None:
        self.seq += 1
        self.apply(end_by_absence(self.timeline(), D(as_of), self.seq))
        self.last[""] = D(as_of)
        self.days[""] = (*self.days.get("", ()), D(as_of))

    def standing(self) -> list[tuple[str, str, str]]:
        return [
            (str(p.content["state"]), p.valid_from.isoformat(), p.valid_to.isoformat()) for p in self.timeline().pieces
        ]


def test_first_statement_is_open_and_inferred() -> None:
    graph = Graph(definition())
    assert graph.say("A", "2024-01-01") == "new"
    (only,) = graph.statements
    assert (only.valid_from, only.valid_from_inferred, only.valid_to) == (DAY_MIN, True, DAY_MAX)


def test_first_statement_from_a_named_column() -> None:
    graph = Graph(definition())
    graph.say("A", "2024-01-01", start=D("2019-05-06"))
    (only,) = graph.statements
    assert (only.valid_from, only.valid_from_inferred) == (D("2019-05-06"), False)


def test_a_b_a_by_succession_is_five_statements() -> None:
    graph = Graph(definition())
    for value, day in (("A", "2024-01-01"), ("B", "2024-02-01"), ("A", "2024-03-01")):
        graph.say(value, day)
    assert len(graph.statements) == 5
    assert graph.standing() == [
        ("A", "0001-01-01", "2024-02-01"),
        ("B", "2024-02-01", "2024-03-01"),
        ("A", "2024-03-01", "9999-12-31"),
    ]
    assert [s.n for s in graph.statements] == [1, 2, 3, 4, 5]


def test_a_b_a_by_correction_is_three_statements() -> None:
    graph = Graph(definition(on_change="correction"))
    for value, day in (("A", "2024-01-01"), ("B", "2024-02-01"), ("A", "2024-03-01")):
        graph.say(value, day)
    assert len(graph.statements) == 3
    assert graph.standing() == [("A", "0001-01-01", "9999-12-31")]


def test_without_a_day_a_change_happens_on_the_day_of_loading() -> None:
    graph = Graph(definition())
    graph.say("A", None, today="2024-01-01")
    graph.say("B", None, today="2024-06-01")
    assert graph.standing() == [("A", "0001-01-01", "2024-06-01"), ("B", "2024-06-01", "9999-12-31")]


def test_a_named_day_of_change_is_not_inferred() -> None:
    graph = Graph(definition(change_day="approved_on"))
    graph.say("A", "2024-01-01", approved_on=D("2020-01-01"))
    graph.say("B", "2024-06-01", approved_on=D("2024-03-05"))
    old, new = graph.timeline().pieces
    assert (old.valid_to, old.valid_to_inferred) == (D("2024-03-05"), False)
    assert (new.valid_from, new.valid_from_inferred) == (D("2024-03-05"), False)


def test_a_named_day_that_did_not_move_is_no_day_of_change() -> None:
    graph = Graph(definition(change_day="approved_on"))
    graph.say("A", "2024-01-01", approved_on=D("2020-01-01"))
    graph.say("B", "2024-06-01", approved_on=D("2020-01-01"))
    assert next((p.valid_to, p.valid_to_inferred) for p in graph.timeline().pieces) == (D("2024-06-01"), True)


def test_an_added_id_is_a_correction_and_a_changed_one_is_not() -> None:
    graph = Graph(definition("Office", columns={"credit_code": ["c"], "person_name": ["n"], "person_id": ["i"]}))
    plain = {"state": "张三"}
    graph.say("张三", "2024-01-01")
    graph.seq += 1
    full = {**plain, "person_id": "key1"}
    draft = Statement("s", "k", 0, "Office", full, content_hash(full), graph.seq, DAY_MIN, seen_on=D("2024-02-01"))
    said = Said(draft, None, None, None, base_hash=content_hash(plain))
    delivery = Delivery(graph.seq, D("2024-02-01"), D("2024-02-01"), {})
    assert graph.apply(compare(graph.rules, graph.timeline(), said, delivery)) == "changed"
    (only,) = graph.timeline().pieces
    assert (only.valid_from, only.valid_to, only.content["person_id"]) == (DAY_MIN, DAY_MAX, "key1")
    graph.seq += 1
    other = {**plain, "person_id": "key2"}
    draft = Statement("s", "k", 0, "Office", other, content_hash(other), graph.seq, DAY_MIN, seen_on=D("2024-03-01"))
    said = Said(draft, None, None, None, base_hash=content_hash(plain))
    graph.apply(compare(graph.rules, graph.timeline(), said, Delivery(graph.seq, D("2024-03-01"), D("2024-03-01"), {})))
    assert len(graph.timeline().pieces) == 2


def test_absence_ends_and_return_opens_again() -> None:
    graph = Graph(definition())
    graph.say("A", "2024-01-01")
    graph.miss("2024-02-01")
    (ended,) = graph.timeline().pieces
    assert (ended.valid_to, ended.valid_to_inferred) == (D("2024-02-01"), True)
    assert graph.say("A", "2024-03-01") == "changed"
    assert graph.standing() == [("A", "0001-01-01", "2024-02-01"), ("A", "2024-03-01", "9999-12-31")]


def test_an_interval_of_its_own_is_corrected_and_its_end_kept() -> None:
    graph = Graph(definition("AbnormalListing"))
    graph.say("x", "2023-01-01", start=D("2022-03-01"))
    assert graph.say("x2", "2023-04-01", start=D("2022-03-01"), end=D("2023-03-01")) == "changed"
    assert graph.standing() == [("x2", "2022-03-01", "2023-03-01")]
    graph.miss("2024-01-01")  # its own end has passed: dropping the row says nothing
    assert graph.standing() == [("x2", "2022-03-01", "2023-03-01")]
    assert graph.say("x2", "2024-02-01", start=D("2022-03-01"), end=D("2023-03-01")) == "unchanged"


def test_a_listing_that_returns_was_listed_all_along() -> None:
    graph = Graph(definition("AbnormalListing"))
    graph.say("x", "2023-01-01", start=D("2022-03-01"))
    graph.miss("2023-02-01")
    assert graph.standing() == [("x", "2022-03-01", "2023-02-01")]
    assert graph.say("x", "2023-03-01", start=D("2022-03-01")) == "changed"
    assert graph.standing() == [("x", "2022-03-01", "9999-12-31")]


def test_withdrawn_never_was() -> None:
    graph = Graph(definition("AbnormalListing"))
    graph.say("x", "2023-01-01", start=D("2022-03-01"))
    graph.seq += 1
    graph.apply(withdraw(graph.timeline(), graph.seq))
    assert graph.standing() == []
    assert [(s.known_from, s.known_to) for s in graph.statements] == [(1, 2)]


def test_an_older_snapshot_adds_history_and_undoes_nothing() -> None:
    graph = Graph(definition())
    graph.say("B", "2024-03-01")
    assert graph.say("A", "2024-01-01") == "changed"
    assert graph.standing() == [("A", "0001-01-01", "2024-03-01"), ("B", "2024-03-01", "9999-12-31")]
    assert graph.say("B", "2024-03-01") == "unchanged"


def test_an_older_snapshot_of_a_key_that_newer_ones_lack() -> None:
    graph = Graph(definition())
    graph.last[""] = D("2024-03-01")
    graph.days[""] = (D("2024-03-01"),)
    assert graph.say("A", "2024-01-01") == "new"
    assert graph.standing() == [("A", "0001-01-01", "2024-03-01")]


def test_an_older_listing_file_does_not_undo_a_removal() -> None:
    graph = Graph(definition("AbnormalListing"))
    graph.say("x", "2024-03-01", start=D("2022-03-01"), end=D("2024-02-01"))
    assert graph.say("x", "2023-06-01", start=D("2022-03-01")) == "unchanged"
    assert graph.standing() == [("x", "2022-03-01", "2024-02-01")]


START = date(2024, 1, 1)


@given(st.lists(st.sampled_from("ABC"), min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_snapshots_loaded_in_any_order_say_the_same(values: list[str], random: object) -> None:
    """On the day of each snapshot the graph says what that snapshot said; no two statements overlap."""
    snapshots = [(START + timedelta(days=30 * i), value) for i, value in enumerate(values)]
    shuffled = list(snapshots)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    graph = Graph(definition())
    for day, value in shuffled:
        graph.say(value, day)
    pieces = graph.timeline().pieces
    assert all(one.valid_to <= two.valid_from for one, two in pairwise(pieces))
    for day, value in snapshots:
        assert [p.content["state"] for p in pieces if covers(p.valid_from, p.valid_to, day)] == [value]
    ordered = Graph(definition())
    for day, value in snapshots:
        ordered.say(value, day)
    for offset in range(-40, 30 * len(values) + 40, 5):
        day = START + timedelta(days=offset)
        said = [
            [p.content["state"] for p in g.timeline().pieces if covers(p.valid_from, p.valid_to, day)]
            for g in (graph, ordered)
        ]
        assert said[0] == said[1]


@given(st.lists(st.sampled_from("ABC-"), min_size=1, max_size=9))
def test_ids_are_given_once_and_pieces_never_overlap(values: list[str]) -> None:
    graph = Graph(definition())
    for i, value in enumerate(values):
        day = START + timedelta(days=30 * i)
        if value == "-":
            graph.miss(day.isoformat())
        else:
            graph.say(value, day)
        pieces = graph.timeline().pieces
        assert all(one.valid_to <= two.valid_from for one, two in pairwise(pieces))
        here = [p.content["state"] for p in pieces if covers(p.valid_from, p.valid_to, day)]
        assert here == ([] if value == "-" else [value])
    assert [s.n for s in graph.statements] == list(range(1, len(graph.statements) + 1))
