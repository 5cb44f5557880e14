"""Conditions on enterprises that nest: their own fields, their records, and whom they are linked to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from credit_graph.errors import AccessError, UsageError
from credit_graph.links.grouping import LAYERS
from credit_graph.server.records import RecordKind
from credit_graph.server.roles import Role, limits
from credit_graph.text import t

# what the cache on the enterprise nodes answers by itself
CACHED = {"name_contains", "state", "district", "entity_kind", "level", "founded_from", "founded_to"}
LINKED = {"controller", "holder", "controls", "holds", "group"}
LEVELS = {"level", "levels", "official_level", "level_in_effect"}
BESIDE = {"official_level", "level_in_effect"}
_NO_RIGHT = {"and_", "or_", "not_", "name_contains", "name_starts_with", "state", "states"}


def _condition(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=None, description=description, name=name)


@strawberry.input(description="有这样的记录 / has such records")
class RecordFilter:
    """Which records, and how many of them."""

    kind: RecordKind
    from_: date | None = _condition("有效期起不早于 / true since that day or later", "from")
    to: date | None = _condition("有效期起不晚于 / true since that day or earlier")
    ended: bool = strawberry.field(default=False, description="包括有效期已过的 / also those no longer true")
    in_use: bool = strawberry.field(
        default=True, description="可用的；false：已停用的，仅限可查阅者 / false: those held, for who may see them"
    )
    at_least: int = strawberry.field(default=1, description="至少几条 / at least so many")


@strawberry.input(description="出资人或控制人 / a holder or controller: conditions that all have to hold")
class PartyFilter:
    """An enterprise or a natural person."""

    person: bool | None = _condition("是否自然人 / whether it is a natural person")
    enterprise: EnterpriseFilter | None = _condition("是企业且符合 / it is an enterprise that fits")
    controls: EnterpriseFilter | None = _condition("控制的企业中有符合者 / controls an enterprise that fits")
    holds: EnterpriseFilter | None = _condition("直接出资的企业中有符合者 / holds a share of an enterprise that fits")


@strawberry.input(description="同族群的企业 / enterprises of the same group")
class GroupFilter:
    """Another member of one of its groups."""

    layer: str | None = _condition(f"族群的层 / layer: {', '.join(LAYERS)}")
    member: EnterpriseFilter | None = _condition("另一成员符合 / another member fits")


@strawberry.input(
    description="筛选条件，须同时满足；and、or、not 可嵌套 / conditions that all have to hold; and, or, not nest"
)
class EnterpriseFilter:
    """Which enterprises."""

    and_: list[EnterpriseFilter] | None = _condition("均符合 / all of these", "and")
    or_: list[EnterpriseFilter] | None = _condition(
        "至少符合一项；空表：无一符合 / one of these; of none: nobody", "or"
    )
    not_: EnterpriseFilter | None = _condition("不符合 / not this", "not")
    name_contains: str | None = _condition("现用名称含 / in the current name")
    name_starts_with: str | None = _condition("现用名称以此开头 / the current name begins so")
    state: str | None = _condition("登记状态 / state in the register")
    states: list[str] | None = _condition("登记状态之一 / one of these states")
    district: str | None = _condition("行政区划代码或其开头 / division code or its beginning")
    county: str | None = _condition("县区，六位代码 / county, six digits")
    station: str | None = _condition("市场监管所 / market-supervision station")
    industry: str | None = _condition(
        "行业门类字母，或行业代码的开头 / letter of the section, or beginning of the code"
    )
    entity_kind: str | None = _condition("经营主体类别 / kind of market entity")
    level: str | None = _condition("信用风险分类（本级计算） / credit-risk class as computed here")
    levels: list[str] | None = _condition("信用风险分类之一（本级计算） / one of these classes as computed here")
    official_level: str | None = _condition("省级分类 / the province's class")
    level_in_effect: str | None = _condition("生效等级 / the class that counts")
    founded_from: date | None = _condition("成立日期不早于 / founded on or after")
    founded_to: date | None = _condition("成立日期不晚于 / founded on or before")
    capital_from: Decimal | None = _condition("注册资本不低于（元） / registered capital, yuan, at least")
    capital_to: Decimal | None = _condition("注册资本不高于（元） / registered capital, yuan, at most")
    records: RecordFilter | None = _condition("有这样的记录 / has such records")
    controller: PartyFilter | None = _condition("实际控制人（线索） / its ultimate controller: a lead")
    holder: PartyFilter | None = _condition("有这样的出资人 / one of its holders")
    controls: EnterpriseFilter | None = _condition("控制的企业中有符合者（线索） / controls one that fits: a lead")
    holds: EnterpriseFilter | None = _condition("直接出资的企业中有符合者 / holds a share of one that fits")
    group: GroupFilter | None = _condition("同族群的企业（线索） / of one of its groups: a lead")


Filter = EnterpriseFilter | PartyFilter | GroupFilter | RecordFilter


def given(wanted: Filter) -> dict[str, Any]:
    """The conditions that are given, by name."""
    told = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    return {name: value for name, value in told.items() if value is not None}


def conditions(wanted: Filter) -> Iterator[tuple[Filter, str]]:
    """Every condition, at whatever depth: the filter that it stands in, and its name."""
    waiting: list[Any] = [wanted]
    while waiting:
        item = waiting.pop()
        for name, value in given(item).items():
            yield item, name
            waiting += [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, Filter)]


def allow(wanted: EnterpriseFilter, role: Role) -> set[str]:
    """The names of the conditions on enterprises, each of which the role may ask about.

    A condition tells what it asks about, so that it takes the right of the field. Raises ``AccessError``, and
    ``UsageError("usage.bad_value")`` for too many conditions.
    """
    most, names = limits().conditions.value, set()
    for number, (item, name) in enumerate(conditions(wanted), 1):
        if number > most:
            raise UsageError("usage.bad_value", option="filter", value=f"> {most}", why=t("条件过多", "too many"))
        if isinstance(item, EnterpriseFilter):
            names.add(name)
            if (right := _right(name)) is not None:
                role.require(right)
        elif isinstance(item, RecordFilter) and not item.in_use:
            _require_held(role)
    return names


def held_kinds(wanted: EnterpriseFilter) -> list[str]:
    """The kinds of records of which it is asked who has held ones."""
    asked = (item for item, name in conditions(wanted) if isinstance(item, RecordFilter) and name == "kind")
    return sorted({item.kind.value for item in asked if not item.in_use})


def _right(name: str) -> str | None:
    if name in _NO_RIGHT:
        return None
    if name in LEVELS:
        return "level"
    if name in LINKED:
        return "links"
    return "records" if name == "records" else "registration"


def _require_held(role: Role) -> None:
    role.require("holds")
    if not role.passes_holds:
        action = t("查询已停用的记录", "ask about held records")
        raise AccessError("access.denied", role=t(role.zh, role.en), action=action)
