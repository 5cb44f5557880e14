"""Which mentions in different firms are one person: each kind of evidence, collectively, and what people decided."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pandas as pd
import pytest

from credit_graph.links.person_evidence import (
    holding_circles,
    pair_circles,
    phone_circles,
    room_circles,
)
from credit_graph.links.person_policy import PersonRules, person_policy
from credit_graph.links.persons import same_firm_name
from credit_graph.links.policy import link_policy
from credit_graph.links.same_person import PersonDecision, SamePersons, named_in, same_person

DAY = pd.Timestamp("2026-11-23").date()
RULES = person_policy().on(DAY)
LIMITS = {rule.kind: rule for rule in RULES.evidence}
HUBS = link_policy().on(DAY).hubs
NO_BRANCHES = pd.DataFrame(columns=["eid", "parent", "sids"])

Mention = tuple[str, str, str]  # pid, name, firm


def mentions(rows: Iterable[Mention | tuple[str, str, str, str]]) -> pd.DataFrame:
    """Offices; sid is pid@firm."""
    full = [(*row[:3], f"{row[0]}@{row[2]}", row[3] if len(row) > 3 else "executive") for row in rows]
    return pd.DataFrame(full, columns=["pid", "name", "eid", "sid", "office"], dtype="str")


def circles(column: str, rows: Iterable[tuple[str, ...]]) -> pd.DataFrame:
    """What firms share: (thing, firm); sid is thing@firm."""
    full = [(row[0], row[1], f"{row[0]}@{row[1]}") for row in rows]
    return pd.DataFrame(full, columns=[column, "eid", "sid"], dtype="str")


def joined(
    rows: Iterable[Any],
    *,
    phones: Iterable[tuple[str, ...]] = (),
    rooms: Iterable[tuple[str, ...]] = (),
    holdings: Iterable[tuple[str, ...]] = (),
    decisions: Iterable[PersonDecision] = (),
    rules: PersonRules = RULES,
) -> SamePersons:
    found = mentions(rows)
    named = named_in(found, rules.agents)
    limits = {rule.kind: rule for rule in rules.evidence}
    addresses = circles("aid", rooms)
    shared = {
        "phone": phone_circles(circles("number", phones), limits["phone"]),
        "room": room_circles(addresses.assign(text=addresses["aid"]), limits["room"], rules, HUBS),
        "holding": holding_circles(circles("holder", holdings), NO_BRANCHES, limits["holding"]),
        "rare_pair": pair_circles(named, limits["rare_pair"], rules.least_firms),
    }
    return same_person(named, same_firm_name(found), shared, rules, decisions)


def who(found: SamePersons) -> set[tuple[str, str, str]]:
    return set(found.same_as[["pid", "same_as", "rule"]].itertuples(index=False, name=None))


def test_the_same_name_alone_never_suffices() -> None:
    assert who(joined([("k1", "欧阳测试", "A"), ("name:b", "欧阳测试", "B")])) == set()


def test_a_shared_telephone_is_a_second_evidence() -> None:
    found = joined(
        [("k1", "张伟", "A"), ("name:b", "张伟", "B"), ("name:b2", "李伟", "B")], phones=[("1", "A"), ("1", "B")]
    )
    assert who(found) == {("name:b", "k1", "phone")}
    assert found.same_as["sids"].tolist() == [("1@A", "1@B", "k1@A", "name:b@B")]
    assert found.same_as["eid"].tolist() == ["B"]


def test_two_without_an_id_are_one_and_the_first_of_them_stands_for_both() -> None:
    found = joined([("name:b", "张 伟", "B"), ("name:a", "张伟", "A")], phones=[("1", "A"), ("1", "B")])
    assert who(found) == {("name:b", "name:a", "phone")}


def test_a_telephone_of_more_firms_than_the_limit_says_nothing() -> None:
    limit = LIMITS["phone"].limit
    rows = [("k1", "张伟", "A"), ("name:b", "张伟", "B")]
    phones = [("1", "A"), ("1", "B"), *(("1", f"F{n}") for n in range(limit - 2))]
    assert who(joined(rows, phones=phones)) == {("name:b", "k1", "phone")}
    assert who(joined(rows, phones=[*phones, ("1", "X")])) == set()


def test_a_common_name_is_believed_in_few_firms_only() -> None:
    bearers = 100  # of 10,000 firms: 0.01 of them in one other firm, twice as many as the policy lets pass
    others = [(f"k{n:04}", "张伟", f"F{n}") for n in range(bearers)]
    rows = [("name:a", "张伟", "A"), ("name:b", "张伟", "B")]
    assert who(joined([*rows, *others], phones=[("1", "A"), ("1", "B")])) == set()
    few = others[: int(LIMITS["phone"].chance * RULES.least_firms) - 2]
    assert who(joined([*rows, *few], phones=[("1", "A"), ("1", "B")])) == {("name:b", "name:a", "phone")}


@pytest.mark.parametrize(
    ("address", "counts"),
    [
        ("甘肃省某市南大街1号兰馨苑2幢302室", True),
        ("甘肃省某市南大街1号附8号商铺17719", True),
        ("甘肃省某市南大街1号", False),  # a building
        ("甘肃省某市创业大道88号5幢D302室（集群注册）", False),
    ],
)
def test_an_address_counts_down_to_the_room_and_where_it_is_not_hosted(address: str, counts: bool) -> None:
    found = joined([("k1", "张伟", "A"), ("name:b", "张伟", "B")], rooms=[(address, "A"), (address, "B")])
    assert who(found) == ({("name:b", "k1", "room")} if counts else set())


def test_a_firm_and_what_it_holds_or_two_that_one_holds() -> None:
    rows = [("k1", "张伟", "A"), ("name:b", "张伟", "B"), ("name:c", "张伟", "C")]
    found = joined(rows, holdings=[("A", "B"), ("B", "C")])
    # C hangs on A through B only: a chain of holdings
    assert who(found) == {("name:b", "k1", "holding"), ("name:c", "k1", "holding")}
    assert found.same_as["sids"].tolist() == [
        ("A@B", "k1@A", "name:b@B"),
        ("A@B", "B@C", "k1@A", "name:b@B", "name:c@C"),
    ]
    sisters = joined(rows[1:], holdings=[("P", "B"), ("P", "C")])
    assert who(sisters) == {("name:c", "name:b", "holding")}


def test_a_companion_who_is_known_to_be_one() -> None:
    rows = [("k1", "张伟", "A"), ("name:b", "张伟", "B"), ("k9", "王芳", "A"), ("k9", "王芳", "B")]
    found = joined(rows)
    assert who(found) == {("name:b", "k1", "companion")}
    assert found.same_as["sids"].tolist() == [("k1@A", "k9@A", "k9@B", "name:b@B")]
    agent = [(*row, "liaison") if row[0] == "k9" else row for row in rows]
    assert who(joined(agent)) == set()


def test_two_rare_names_that_meet_twice() -> None:
    rows = [("name:a", "张伟", "A"), ("k1", "张伟", "B"), ("name:x", "脱凤英", "A"), ("name:y", "脱凤英", "B")]
    assert who(joined(rows)) == {("name:a", "k1", "rare_pair"), ("name:y", "name:x", "rare_pair")}
    # many bearers: by chance these two names meet
    other = [(f"name:{n:05}", name, f"F{n}{name}") for name in ("张伟", "脱凤英") for n in range(4)]
    assert who(joined([*rows, *other])) == set()


def test_two_keys_of_one_name_make_a_pair_worthless() -> None:
    rows = [("k1", "张伟", "A"), ("k2", "张伟", "B"), ("name:x", "脱凤英", "A"), ("name:y", "脱凤英", "B")]
    assert who(joined(rows)) == set()


def test_one_merge_gives_the_evidence_of_the_next() -> None:
    # the rare name is one person by telephone in A and B, so it is a companion, and shows who the common name is there
    rows = [("name:x", "脱凤英", "A"), ("name:y", "脱凤英", "C"), ("name:z", "脱凤英", "B")]
    rows += [("name:a", "张伟", "A"), ("name:b", "张伟", "B")]
    rows += [(f"k{n:03}", "张伟", f"F{n}") for n in range(20)]  # too common for a pair
    phones = [("1", "A"), ("1", "C"), ("2", "C"), ("2", "B")]
    found = joined(rows, phones=phones)
    assert who(found) == {
        ("name:y", "name:x", "phone"),
        ("name:z", "name:x", "phone"),
        ("name:b", "name:a", "companion"),
    }
    assert who(joined(rows, phones=phones[:2])) == {("name:y", "name:x", "phone")}


def test_two_keys_are_never_one() -> None:
    rows = [("k1", "张伟", "A"), ("k2", "张伟", "B"), ("name:c", "张伟", "C")]
    assert who(joined(rows, phones=[("1", "A"), ("1", "B")])) == set()
    both = joined(rows, phones=[("1", "A"), ("1", "C"), ("2", "B"), ("2", "C")])
    assert who(both) == set()
    # a stronger kind of evidence goes before a weaker one
    told = joined(rows, phones=[("1", "A"), ("1", "C")], holdings=[("B", "C")])
    assert who(told) == {("name:c", "k1", "phone")}


def test_the_way_to_a_key_names_every_kind_of_evidence() -> None:
    rows = [("k1", "张伟", "A"), ("name:a", "张伟", "A"), ("name:b", "张伟", "B"), ("name:c", "张伟", "C")]
    found = joined(rows, phones=[("1", "B"), ("1", "C")], holdings=[("A", "B")])
    assert who(found) == {
        ("name:a", "k1", "same_firm_name"),
        ("name:b", "k1", "holding"),
        ("name:c", "k1", "holding+phone"),
    }
    assert len(found.ties) == 3


def decided(a: str, b: str, *, join: bool) -> PersonDecision:
    return PersonDecision(a, b, join, "decided")


def test_people_join_where_no_evidence_does() -> None:
    rows = [("k1", "张伟", "A"), ("name:b", "张伟", "B"), ("k2", "张玮", "C")]
    found = joined(rows, decisions=[decided("name:b", "k1", join=True), decided("k2", "k1", join=True)])
    assert who(found) == {("name:b", "k1", "decision"), ("k2", "k1", "decision")}
    assert found.same_as["sids"].tolist() == [("decided",), ("decided",)]
    gone = joined(rows, decisions=[decided("name:b", "nobody", join=True)])
    assert who(gone) == set()


def test_who_is_kept_apart_is_not_joined_by_a_rule() -> None:
    rows = [("k1", "张伟", "A"), ("name:a", "张伟", "A"), ("name:b", "张伟", "B")]
    phones = [("1", "A"), ("1", "B")]
    inside = joined(rows, decisions=[decided("name:a", "k1", join=False)])
    assert who(inside) == set()
    across = joined(rows, phones=phones, decisions=[decided("k1", "name:b", join=False)])
    assert who(across) == {("name:a", "k1", "same_firm_name")}
    # what people joined stays so, and a rule does not bring the others to it
    both = [decided("k1", "name:b", join=False), decided("name:b", "name:a", join=True)]
    assert who(joined(rows, decisions=both)) == {("name:b", "name:a", "decision")}


def test_nothing_comes_of_nothing() -> None:
    found = joined([])
    assert (found.same_as.empty, found.ties.empty) == (True, True)


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_rows_changes_nothing_and_no_two_keys_meet(seed: int) -> None:
    draw = random.Random(seed)
    drawn = {(draw.choice(["k1", "k2", "k3", ""]), draw.choice(NAMES), draw.choice(FIRMS)) for _ in range(24)}
    rows = [(key or f"name:{name}{firm}", name, firm) for key, name, firm in sorted(drawn)]
    shared = [[(draw.choice("123"), draw.choice(FIRMS)) for _ in range(8)] for _ in range(2)]
    first = joined(rows, phones=shared[0], holdings=shared[1])
    # whoever stands for others is nobody else, and no key is joined to another
    assert set(first.same_as["pid"]) & set(first.same_as["same_as"]) == set()
    assert [pid for pid in first.same_as["pid"] if pid.startswith("k")] == []
    assert len(first.same_as) == len(first.ties) > 0
    draw.shuffle(rows)
    for circle in shared:
        draw.shuffle(circle)
    again = joined(rows, phones=shared[0], holdings=shared[1])
    pd.testing.assert_frame_equal(first.same_as, again.same_as)


NAMES = ("张伟", "王芳", "李娜")
FIRMS = "ABCDEFGH"
