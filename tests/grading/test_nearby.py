"""What a full run leaves is enough: a few firms graded by it are as in a grade of the whole city after the change."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from credit_graph.grading import nearby, runfile
from credit_graph.grading.facts import Facts
from credit_graph.grading.grade import grades
from credit_graph.grading.nearby import Nearby
from credit_graph.grading.policy import GradingPolicy, grading_policy
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from credit_graph.model.kinds import KINDS
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.projection.part import Part
from credit_graph.projection.sources import Given
from handmade import Said, projection_of, tables_of

TODAY = date(2026, 11, 23)
FIRMS = [f"9133020000000000{number:02d}" for number in range(40)]
PERSONS = [f"{number:064d}" for number in range(12)]


def city(seed: int) -> Said:
    """Firms that hold each other, have branches, share representatives and rooms, and were found at fault."""
    draw, said = random.Random(seed), Said()
    for number, eid in enumerate(FIRMS):
        branch = number and draw.random() < 0.15
        more: dict[str, Any] = (
            {"parent_code": FIRMS[number // 2], "entity_type": "有限责任公司分公司"} if branch else {}
        )
        more["state"] = draw.choice(["存续", "存续", "存续", "存续", "吊销"])
        founded = TODAY - timedelta(days=draw.randrange(100, 4000))
        more |= {"founded_on": founded, "address": f"测试路{draw.randrange(40)}号101室", "industry_code": "5211"}
        said.firm(eid, f"第{number}号有限公司", approved_on=TODAY - timedelta(days=draw.randrange(900)), **more)
        pid = draw.choice(PERSONS)
        said.say("Office", eid, f"o{number}", pid=pid, person_name=f"人{pid[-2:]}", office="legal_representative")
        if draw.random() < 0.6:
            holder: dict[str, Any] = {"holder_name": "某", "holder_code": draw.choice(FIRMS[: number + 1])}
            if draw.random() < 0.4:
                holder = {"holder_name": "某人", "pid": draw.choice(PERSONS)}
            said.say("Contribution", eid, f"h{number}", subscribed=draw.choice([60, 100]) * 1_000_000, **holder)
        for kind in ("Case", "AbnormalListing", "SeriousListing"):
            for nth in range(draw.choice([0, 0, 0, 1, 2])):
                accuse(said, kind, eid, nth, draw)
    for number, pid in enumerate(PERSONS[:3]):
        said.say("Sanction", None, f"b{number}", pid=pid, person_name="人", start=TODAY, sanction_kind="从业禁止")
    return said


def accuse(said: Said, kind: str, eid: str, nth: int, draw: random.Random) -> None:
    day = TODAY - timedelta(days=draw.randrange(1, 1500))
    told: dict[str, Any] = {"decided_on" if kind == "Case" else "listed_on": day}
    said.say(kind, eid, f"{kind}{eid}{nth}", start=day, **told)


def change(said: Said, draw: random.Random, kinds: set[str]) -> tuple[Said, set[str], set[str]]:
    """The city after new cases, and records of some kinds withdrawn or held; and of whom these speak."""
    after = Said()
    after.statements = list(said.statements)
    firms: set[str] = set()
    persons: set[str] = set()
    accused = [one for one in said.statements if one.kind in kinds]
    for record in draw.sample(accused, 3):
        if draw.random() < 0.5:
            after.statements.remove(record)
        else:
            after.hold(record)
        firms |= {record.eid} if record.eid else set()
        persons |= {record.pid} if record.pid else set()
    for nth in range(2):
        eid = draw.choice(FIRMS)
        accuse(after, "Case", eid, 10 + nth, draw)
        firms.add(eid)
    return after, firms, persons


def facts_of(statements: Sequence[Statement], policy: GradingPolicy) -> Facts:
    projection = projection_of(statements, TODAY)
    return Facts(projection, links(projection, link_policy()), policy.reads)


def rows(facts: Facts, policy: GradingPolicy, among: set[str] | None = None) -> dict[str, dict[str, Any]]:
    return {row["eid"]: row for row in runfile.table(grades(facts, policy, among), {}).to_pylist()}


def policy_of_each() -> GradingPolicy:
    """Of the general policy one indicator of each input and relation: what a part may get wrong."""
    whole = grading_policy("general", TODAY)[0]
    sorts = {}
    for rule in whole.indicators:
        read = rule.input
        sorts[tuple(getattr(read, name, "") for name in ("type", "via", "who", "measure"))] = rule
    return whole.model_copy(update={"indicators": tuple(sorts.values())})


@pytest.mark.parametrize(
    ("seed", "kinds", "in_doubt"),
    [(2, {"Case", "Sanction"}, False), (1, {"AbnormalListing", "SeriousListing", "Sanction"}, True)],
)
def test_a_part_is_graded_as_the_whole_city_is(seed: int, kinds: set[str], in_doubt: bool, tmp_path: Path) -> None:
    policy = policy_of_each()
    said = city(seed)
    before = facts_of(said.statements, policy)
    old = rows(before, policy)
    nearby.write(tmp_path, "run", nearby.tables_of(before))
    near = Nearby.read(tmp_path, "run")

    after, firms, persons = change(said, random.Random(seed + 100), kinds)
    new = rows(facts_of(after.statements, policy), policy)
    again = near.again(firms, persons)
    around, people = near.around(again), near.persons_of(again)
    told = [one for one in after.statements if one.eid in around or (one.eid is None and one.pid in people)]
    part = Part(Point(1, TODAY, TODAY), "grading", Given(tables_of(told)), near.counts)
    facts = near.facts(part, policy, link_policy(), around)
    made = rows(facts, policy, again)
    assert near.others_come_back(facts, firms) == in_doubt
    if in_doubt:
        made, new, old = (without_reborn(found) for found in (made, new, old))
    assert made == {eid: row for eid, row in new.items() if eid in again}
    assert {eid: row for eid, row in old.items() if eid not in again} == {
        eid: row for eid, row in new.items() if eid not in again
    }
    assert 0 < len(again) < len(FIRMS)


def without_reborn(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rows without what rests on firms that came back."""
    names = ("reborn", "score", "level", "scale_cap", "direct")
    return {eid: {k: v for k, v in row.items() if not k.startswith(names)} for eid, row in found.items()}


def test_what_is_left_holds_no_names() -> None:
    """Who may read the folder learns keys, never what somebody is called."""
    policy = policy_of_each()
    tables = nearby.tables_of(facts_of(city(1).statements, policy))
    text = [value for table in tables.values() for column in table.columns for value in _texts(column)]
    assert not [value for value in text if "人" in value]
    assert "Case" in text
    assert set(KINDS) > set(tables["stated"]["kind"].to_pylist())


def _texts(column: pa.ChunkedArray) -> list[str]:
    return [value for value in column.to_pylist() if isinstance(value, str)]
