"""Screening (批量核查) of the graph's firms: the register, and what a role may see of the firms that rows mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from credit_graph.errors import DefinitionError, StateError
from credit_graph.jobs.levels import levels
from credit_graph.jobs.listing import known
from credit_graph.links.holding_policy import holding_policy
from credit_graph.links.screen import Answer, Asked, Screener
from credit_graph.links.screen_policy import screen_policy
from credit_graph.links.screen_register import COLUMNS, Register
from credit_graph.lists.policy import list_names, list_policy
from credit_graph.lists.release import judge_list, rules_on
from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.store import Store
from credit_graph.text import t


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of firms beside their names: by ``eid`` the class in effect, and the titles of the lists that they
    stand on. ``None``: not asked for, or not for this role; ``notes``: what could not be told, and why."""

    levels: dict[str, str] | None = None
    lists: dict[str, list[str]] | None = None
    notes: list[str] = field(default_factory=list)


def screener(store: Store, point: Point, channel: str) -> Screener:
    """What answers rows at the point, from the records that may be used on the channel.

    Raises ``DefinitionError`` where no rules are in force, ``StoreError``.
    """
    day = point.use
    projection = project(store, point, channel)
    projection.prepare(["names"])
    firms = projection.current(["name", "state", *COLUMNS])
    return Screener(Register(projection.names, firms, screen_policy().on(day), holding_policy().on(day).names.regions))


def permitted(asked: Sequence[Asked], rights: Sequence[str]) -> list[Asked]:
    """The rows without what the role may not know: what agrees would tell it."""
    kept = {"representative": "persons" in rights, "district": "registration" in rights}
    return [
        Asked(
            row.code,
            row.name,
            row.representative if kept["representative"] else "",
            row.district if kept["district"] else "",
            row.exact,
        )
        for row in asked
    ]


def standing(store: Store, point: Point, rights: Sequence[str]) -> Standing:
    """What the rights ``level`` and ``lists`` give of all firms."""
    notes: list[str] = []
    classes: dict[str, str] | None = None
    lists: dict[str, list[str]] | None = None
    if "level" in rights:
        try:
            effective = levels(store, point)[1]["in_effect"]
            classes = dict(zip(effective.index, effective, strict=True))
        except StateError as error:
            notes.append(t("没有分类结果：", "No classes: ") + str(error))
    if "lists" in rights:
        lists = _listed(store, point, notes)
    return Standing(classes, lists, notes)


def _listed(store: Store, point: Point, notes: list[str]) -> dict[str, list[str]]:
    """eid -> the lists it stands on; a list that shows another's entries says nothing of its own."""
    found: dict[str, list[str]] = {}
    for name in list_names():
        try:
            policy = list_policy(name)
            if policy.on(point.valid).republishes:
                continue
            rules = rules_on(name, point.valid)
        except DefinitionError:
            continue  # nothing carries the list that day
        told = known(store, rules, point)
        eids = {record["sid"]: record.get("eid") for record in told.records}
        title = t(policy.title.zh, policy.title.en)
        for eid in {eids.get(entry["sid"]) for entry in judge_list(rules, told, point).entries} - {None}:
            found.setdefault(str(eid), []).append(title)
    return found


def counted(answers: Sequence[Answer]) -> dict[str, int]:
    """How many rows are a match, several or none."""
    return {status: sum(answer.status == status for answer in answers) for status in ("match", "several", "none")}
