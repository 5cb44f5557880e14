"""The delta between two releases: replayed it gives the next one, byte for byte; the public one tells nothing gone."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_graph.errors import InputError
from credit_graph.lists.editions.delta import as_lines, delta, public_delta, replay
from credit_graph.lists.editions.draft import columns_of, entry_lines, numbered
from credit_graph.lists.editions.edition import leaf
from releases import TITLES, entry

COLUMNS = columns_of(TITLES, marked=True)
_TEXT = st.none() | st.text(max_size=4)
_ENTRY = st.builds(
    lambda n, name, code, extra: entry(n, name=name, credit_code=code) | ({"phone": name} if extra else {}),
    st.integers(1, 9),
    _TEXT,
    st.none() | st.sampled_from(["A", "B", "C"]),
    st.booleans(),
)
_RELEASE = st.lists(_ENTRY, max_size=8, unique_by=lambda item: item["record"]).map(numbered)


@given(st.lists(_RELEASE, min_size=2, max_size=4))
def test_every_release_is_the_former_and_its_delta(releases: list[list[dict[str, str | None]]]) -> None:
    found = entry_lines(releases[0])
    for former, later in itertools.pairwise(releases):
        found = replay(found, as_lines(delta(former, later, {})))
        assert found == entry_lines(later)


def test_each_line_has_what_changed_why_and_where_it_comes_from() -> None:
    former = numbered([entry(1), entry(2), entry(3)])
    later = numbered([entry(1), entry(2, name="庆原新名有限公司", salt="f" * 64, sid="e" * 32), entry(4)])
    one, two, three, four = (str(entry(n)["record"]) for n in (1, 2, 3, 4))
    found = {(line["record"], line.get("field")): line for line in delta(former, later, {three: "held:repaired"})}
    changed = {"change": "changed", "record": two, "sid": "e" * 32, "reason": "corrected"}
    assert found == {
        (two, "name"): {**changed, "field": "name", "old": "庆原第2食品有限公司", "new": "庆原新名有限公司"},
        (two, "salt"): {**changed, "field": "salt", "old": entry(2)["salt"], "new": "f" * 64},
        (two, "sid"): {**changed, "field": "sid", "old": entry(2)["sid"], "new": "e" * 32},
        (three, None): {
            "change": "removed",
            "record": three,
            "sid": entry(3)["sid"],
            "reason": "held:repaired",
            "old": entry(3),
        },
        (four, None): {
            "change": "added",
            "record": four,
            "sid": entry(4)["sid"],
            "reason": "listed",
            "new": entry(4),
        },
    }
    assert one not in {record for record, _ in found}


def test_a_delta_of_other_entries_is_refused() -> None:
    former, later = numbered([entry(1), entry(2)]), numbered([entry(2, name="甲"), entry(3)])
    lines = as_lines(delta(former, later, {}))
    for wrong in (numbered([entry(1)]), numbered([entry(2), entry(1), entry(3)]), numbered([entry(2)])):
        with pytest.raises(InputError) as error:
            replay(entry_lines(wrong), lines)
        assert error.value.code == "input.delta"


def test_the_public_delta_shows_what_stands_and_of_the_rest_the_leaf() -> None:
    former = numbered([entry(1), entry(2), entry(3), entry(9)])
    changed = [entry(2, name="乙", salt="b" * 64), entry(3, name="丙", salt="c" * 64), entry(9, sid="d" * 32)]
    later = numbered([*changed, entry(4), entry(5)])
    lines = delta(former, later, {})
    numbers = {item["name"]: str(item["number"]) for item in later}
    shown = {numbers["乙"], numbers["庆原第4食品有限公司"]}
    told = public_delta(lines, later, COLUMNS, shown)

    def public(item: dict[str, str | None], number: str) -> dict[str, str | None]:
        return {name: value for name, value in item.items() if name not in ("sid", "record")} | {"number": number}

    def leaf_of(item: dict[str, str | None]) -> str:
        return leaf(item, COLUMNS).hex()

    assert sorted(told, key=lambda line: json.dumps(line, ensure_ascii=False)) == sorted(
        [
            {"change": "removed", "leaf": leaf_of(entry(1))},
            {
                "change": "changed",
                "number": "1",
                "fields": ["name", "salt"],
                "former_leaf": leaf_of(entry(2)),
                "entry": public(changed[0], "1"),
            },
            {
                "change": "changed",
                "number": "2",
                "fields": ["name", "salt"],
                "former_leaf": leaf_of(entry(3)),
                "leaf": leaf_of(changed[1]),
            },
            {"change": "added", "number": "3", "entry": public(entry(4), "3")},
            {"change": "added", "number": "4", "leaf": leaf_of(entry(5))},
        ],
        key=lambda line: json.dumps(line, ensure_ascii=False),
    )
    written = as_lines(told).decode()
    assert not any(str(entry(n)[name]) in written for n in (1, 3, 5) for name in ("name", "credit_code", "salt"))
    assert str(entry(2)["salt"]) not in written
