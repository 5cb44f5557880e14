"""Groups in layers with their evidence, nearest controllers as columns, and ids of groups that survive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.links.compute import chart, group_members, links
from credit_graph.links.controls import controls
from credit_graph.links.groupids import group_ids
from credit_graph.links.grouping import members
from credit_graph.links.persons import LEGAL_REPRESENTATIVE
from credit_graph.links.policy import link_policy
from credit_graph.links.structure import Structure, structure
from handmade import Said, projection_of
from holdingcharts import TODAY, charted, code

RULES = link_policy().on(TODAY)
A, B, C, D, E, F, G = (code(letter) for letter in "ABCDEFG")


def relations(columns: list[str], rows: Sequence[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns, dtype="str")


def grouped(chart: Structure, **said: Sequence[tuple[str, ...]]) -> dict[str, list[set[tuple[str, str]]]]:
    """Per layer its groups, each as {(member, role)}."""
    offices = relations(["eid", "pid", "office", "sid"], said.get("offices", []))
    addresses = relations(["eid", "aid", "text", "sid"], said.get("addresses", []))
    phones = relations(["eid", "number", "sid"], said.get("phones", []))
    frame = members(chart, offices, addresses, phones, {"n-1": "o-1"})
    found: dict[str, list[set[tuple[str, str]]]] = {}
    for (layer, _), rows in frame.groupby(["layer", "key"]):
        found.setdefault(str(layer), []).append(set(zip(rows["member"], rows["role"], strict=True)))
    return found


def firms(*eids: str) -> set[tuple[str, str]]:
    return {(eid, "member") for eid in eids}


def test_control_groups_end_below_the_state_and_rings_are_one() -> None:
    holds = {"P>A": 60, "A>B": 60, "P>C": 100, "D>E": 100, "D>F": 100, "E>G": 51, "Q>H": 100}
    chart, sids = charted({**holds, "I>J": 51, "J>I": 51, "J>K": 51})
    state = structure(chart.rows, RULES, state=frozenset({D}))
    found = grouped(state)
    assert found["control"] == [
        {(E, "head"), (G, "member")},
        {(code("I"), "head"), *firms(code("J"), code("K"))},
        {("k-P", "head"), *firms(A, B, C)},
    ]
    assert found["ring"] == [firms(code("I"), code("J"))]
    columns = (["eid", "pid", "office", "sid"], ["eid", "aid", "text", "sid"], ["eid", "number", "sid"])
    offices, addresses, phones = (relations(names, []) for names in columns)
    frame = members(state, offices, addresses, phones, {})
    evidence = {(m, role): told for m, role, told in frame[["member", "role", "sids"]].itertuples(index=False)}
    assert evidence[B, "member"] == (sids["A>B"],)
    assert evidence["k-P", "head"] == tuple(sorted((sids["P>A"], sids["P>C"])))


def test_a_ring_without_subsidiaries_is_a_group() -> None:
    chart, _ = charted({"A>B": 51, "B>A": 51, "P>C": 51})
    assert grouped(chart)["control"] == [firms(A, B)]


def test_a_minority_bridge_merges_nothing() -> None:
    chart, _ = charted({"P>A": 100, "Q>B": 100, "A>C": 50, "B>C": 50})
    found = grouped(chart)
    assert "control" not in found
    # weaker and kept apart: each decides in C with one other
    assert found["person"] == [firms(A, C), firms(B, C)]


def test_the_largest_holder_without_half_is_a_weaker_layer() -> None:
    chart, _ = charted({"P>A": 100, "A>B": 40, "Q>B": 30, "R>B": 30, "P>C": 40, "Q>C": 40, "R>C": 20, "P>D": 45})
    assert grouped(chart)["person"] == [firms(A, B)]  # in C two have as much, in D more is not listed
    assert "control" not in grouped(chart)


def test_two_officers_in_common_not_one_and_not_agents() -> None:
    offices = [
        (A, "o-1", "executive", "s1"), (A, "o-2", "executive", "s2"), (A, "o-3", "executive", "s3"),
        (B, "n-1", "legal_representative", "s4"), (B, "o-2", "executive", "s5"), (B, "o-3", "executive", "s6"),
        (C, "o-1", "executive", "s7"), (C, "o-9", "executive", "s8"),
        (D, "o-4", "liaison", "s9"), (D, "o-5", "executive", "sa"),
        (E, "o-4", "liaison", "sb"), (E, "o-5", "executive", "sc"),
    ]  # fmt: skip
    chart, _ = charted({"P>A": 51})
    assert grouped(chart, offices=offices) == {"officers": [firms(A, B)]}


def test_rooms_and_telephones_under_the_limit() -> None:
    hub = [(f"f{number}", "1390000", f"h{number}") for number in range(21)]
    addresses = [
        (A, "a1", "西峰区南大街1号3幢502室", "s1"), (B, "a1", "西峰区南大街1号3幢502室", "s2"),
        (C, "a2", "西峰区南大街1号", "s3"), (D, "a2", "西峰区南大街1号", "s4"),
        (E, "a3", "创业大道88号302室（集群注册）", "s5"), (F, "a3", "创业大道88号302室（集群注册）", "s6"),
        (E, "a4", "九龙路128号 4楼401室", "s7"), (F, "a4", "九龙路128号 4楼401室", "s8"),
    ]  # fmt: skip
    phones = [*hub, (A, "1391", "p1"), (C, "1391", "p2"), (A, "1392", "p3"), (D, "1392", "p4"), (B, "1393", "p5")]
    chart, _ = charted({"P>A": 51})
    assert grouped(chart, addresses=addresses, phones=phones) == {
        "address": [firms(A, B), firms(E, F)],
        "phone": [firms(A, C), firms(A, D)],  # not chained over A
    }
    listed = RULES.hubs.model_copy(update={"hosted_addresses": ("九龙路１２８号4楼",)})
    chart.rules = RULES.model_copy(update={"hubs": listed})
    assert grouped(chart, addresses=addresses) == {"address": [firms(A, B)]}


def test_nearest_controllers_as_columns() -> None:
    holds = {"P>A": 60, "A>B": 30, "P>B": 25, "Q>B": 45, "B>C": 51, "R>C": 49, "D>E": 51, "E>D": 51, "E>F": 100}
    chart, sids = charted({**holds, "S>G": 1, "T>G": 99})
    ruled = pd.DataFrame([("k-S", G, "executing_partner", ("r1",))], columns=["controller", "eid", "rule", "sids"])
    frame = controls(structure(chart.rows, RULES, ruled))
    plain = frame.astype(object).where(frame.notna(), None)
    columns = ["controller", "eid", "basis", "rule", "ring", "votes", "share_ppm", "sids"]
    assert [tuple(row) for row in plain[columns].itertuples(index=False)] == [
        ("k-P", A, "direct", None, False, 60_000_000, 600_000, (sids["P>A"],)),
        ("k-P", B, "jointly", None, False, 55_000_000, 550_000, tuple(sorted((sids["A>B"], sids["P>B"])))),
        (B, C, "direct", None, False, 51_000_000, 510_000, (sids["B>C"],)),
        (D, F, "direct", None, True, 100_000_000, 1_000_000, (sids["E>F"],)),
        ("k-S", G, "ruled", "executing_partner", False, None, None, ("r1",)),
    ]
    assert controls(structure(chart.rows.iloc[:0], RULES)).empty


def test_half_before_the_new_law_and_near_the_line() -> None:
    chart, _ = charted({"P>A": 50, "Q>A": 30, "R>A": 20}, date(2024, 6, 30))
    assert controls(chart)[["eid", "basis", "near_line"]].values.tolist() == [[A, "half", True]]


# ids

Groups = Mapping[str, str]  # key -> members, one letter each


def frame_of(groups: Groups, layer: str = "control") -> pd.DataFrame:
    rows = [(layer, key, member) for key, inside in groups.items() for member in inside]
    return pd.DataFrame(rows, columns=["layer", "key", "member"], dtype="str")


def run(before: pd.DataFrame | None, groups: Groups) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The groups with their ids, to be the next run's ``before``; and what was said of each key."""
    earlier = pd.DataFrame(columns=["gid", "layer", "member"], dtype="str") if before is None else before
    now = frame_of(groups)
    named = group_ids(earlier, now)
    return now.assign(gid=[named["control", key].gid for key in now["key"]]), {key: n for (_, key), n in named.items()}


def test_ids_survive_changes_of_members_and_of_the_head() -> None:
    before, first = run(None, {"a": "abc", "x": "xy"})
    assert (first["a"].fresh, first["a"].came_from, len(first["a"].gid)) == (True, (), 32)
    _, again = run(before, {"b": "abcd", "x": "xy"})
    assert [(n.gid, n.fresh, n.came_from) for n in again.values()] == [
        (first["a"].gid, False, ()),
        (first["x"].gid, False, ()),
    ]


def test_a_split_and_a_merger_are_told_and_the_larger_part_keeps_the_id() -> None:
    before, first = run(None, {"a": "abcde"})
    parts, split = run(before, {"a": "ab", "c": "cde"})
    old = first["a"].gid
    assert (split["c"].gid, split["c"].fresh, split["c"].came_from) == (old, False, ())
    assert (split["a"].fresh, split["a"].came_from) == (True, (old,))
    _, merged = run(parts, {"a": "abcde"})
    assert (merged["a"].gid, merged["a"].came_from) == (old, (split["a"].gid,))


def test_a_new_group_of_the_founders_of_one_that_lives_on_has_an_id_of_its_own() -> None:
    before, first = run(None, {"a": "ab", "c": "cd"})
    grown, _ = run(before, {"a": "abefg", "c": "cd"})
    after, named = run(grown, {"a": "ab", "e": "efg", "c": "cd"})
    assert named["e"].gid == first["a"].gid
    assert named["a"].gid not in {first["a"].gid, first["c"].gid, named["e"].gid}
    assert after["gid"].nunique() == 3


def test_layers_do_not_mix() -> None:
    now = pd.concat([frame_of({"a": "ab"}), frame_of({"a": "ab"}, "phone")], ignore_index=True)
    named = group_ids(pd.DataFrame(columns=["gid", "layer", "member"], dtype="str"), now)
    assert named["control", "a"].gid != named["phone", "a"].gid


partitions = st.lists(st.integers(0, 4), min_size=9, max_size=9)


@settings(deadline=None, max_examples=40)
@given(st.lists(partitions, min_size=1, max_size=5))
def test_ids_are_distinct_and_do_not_move_without_a_change(history: list[list[int]]) -> None:
    before = None
    for places in history:
        groups: dict[str, str] = {}
        for member, place in zip("abcdefghi", places, strict=True):
            groups[str(place)] = groups.get(str(place), "") + member
        now, named = run(before, groups)
        assert len({n.gid for n in named.values()}) == len(groups)
        known: set[str] = set() if before is None else set(before["gid"])
        assert all((n.gid in known) == (not n.fresh) for n in named.values())
        same, again = run(now, {f"k{key}": inside for key, inside in groups.items()})
        assert {key[1:]: n.gid for key, n in again.items()} == {key: n.gid for key, n in named.items()}
        assert not any(n.fresh or n.came_from for n in again.values())
        before = same


def test_a_record_on_hold_supports_neither_a_group_nor_an_office() -> None:
    said = Said()
    firms = {letter: said.firm(code(letter), f"{letter}测试有限公司", phone="86781234") for letter in "ABC"}
    offices = [
        said.say(
            "Office", code(letter), f"o{letter}", pid=f"k-{letter}", person_name="赵某", office=LEGAL_REPRESENTATIVE
        )
        for letter in "ABC"
    ]
    said.hold(firms["C"])
    said.hold(offices[1])
    projection = projection_of(said.statements, TODAY)
    found = links(projection, link_policy())
    rows = group_members(projection, found, chart(found))
    assert set(rows.loc[rows["layer"] == "phone", "member"]) == {code("A"), code("B")}
    assert set(found.representatives["eid"]) == {code("A"), code("C")}
