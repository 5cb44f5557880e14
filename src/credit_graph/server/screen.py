"""Screening (批量核查) over GraphQL: which enterprises up to a page of rows mean, by the same engine as the command."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import partial
from typing import Annotated
from weakref import WeakKeyDictionary

import strawberry

from credit_graph.errors import UsageError
from credit_graph.links.holding_policy import holding_policy
from credit_graph.links.screen import Answer, Asked, Screener
from credit_graph.links.screen_pairs import Found, Reason
from credit_graph.links.screen_policy import screen_policy
from credit_graph.links.screen_register import COLUMNS, Register
from credit_graph.links.screen_text import explained, noted
from credit_graph.server.columns import Columns, columns
from credit_graph.server.context import Asked as AskedAt
from credit_graph.server.context import Context, Moment
from credit_graph.server.enterprise import Enterprise, enterprise
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.roles import limits

_screeners: WeakKeyDictionary[Columns, Screener] = WeakKeyDictionary()


@strawberry.input(description="一行：代码、名称至少一项 / a row: a code, a name, or both")
class ScreenRow:
    """As it was written down."""

    code: str = strawberry.field(default="", description="信用代码、注册号或组织机构代码 / credit code or other number")
    name: str = strawberry.field(default="", description="名称，旧名、简称、错字均可 / name, however it is written")
    legal_representative: str = strawberry.field(
        default="", description="法定代表人，需 persons 权限 / legal representative; takes the right persons"
    )
    district: str = strawberry.field(
        default="", description="行政区划代码或名称，需 registration 权限 / district; takes the right registration"
    )
    exact: bool = strawberry.field(default=False, description="只作精确匹配 / no likeness is looked for")


@strawberry.enum(description="核查结果 / what a row came to")
class ScreenStatus(Enum):
    """As docs/screening.md has them."""

    MATCH = strawberry.enum_value("match", description="匹配：一个主体 / one enterprise")
    SEVERAL = strawberry.enum_value("several", description="多个主体同样符合 / several fit equally")
    NONE = strawberry.enum_value("none", description="无匹配 / no match")


@strawberry.type(description="得分的一项依据 / one thing that a score rests on")
class ScreenReason:
    """``kind``: a key of policies/links/screening.yml, or ``code``."""

    kind: str
    points: int = strawberry.field(description="自 100 分中扣除，负数为加 / taken off 100; negative: given")
    count: int


@strawberry.type(description="一行可能指的主体 / an enterprise that a row may mean")
class ScreenCandidate:
    """The enterprise, and why."""

    found: strawberry.Private[Found]
    at: strawberry.Private[Moment]

    @shown("得分，满分 100，不是概率 / of 100; no probability")
    def score(self) -> int:
        """The score."""
        return self.found.score

    @shown("相符的名称，或为曾用名 / the name that fits; it may be a former one")
    def matched_name(self) -> str | None:
        """The name."""
        return self.found.name

    @shown("得分说明 / what the score rests on, in words")
    def explanation(self) -> str:
        """The sentence."""
        return explained(self.found)

    @shown("得分依据 / what the score rests on")
    def reasons(self) -> list[ScreenReason]:
        """The reasons."""
        return [_reason(one) for one in self.found.reasons]

    @shown("主体 / the enterprise")
    def enterprise(self, info: Info) -> Enterprise:
        """The enterprise; its class and lists take their own rights."""
        return enterprise(info, self.found.eid, self.at)


@strawberry.type(description="一行的核查结果 / what a row came to")
class ScreenAnswer:
    """The answer to one row."""

    answer: strawberry.Private[Answer]
    at: strawberry.Private[Moment]
    row: int = strawberry.field(description="第几行，自 1 起 / number of the row, from 1")

    @shown("核查结果 / the result")
    def status(self) -> ScreenStatus:
        """The status."""
        return ScreenStatus(self.answer.status)

    @shown("匹配的主体 / the enterprise of a match")
    def match(self) -> ScreenCandidate | None:
        """The match."""
        return ScreenCandidate(found=self.answer.found[0], at=self.at) if self.answer.status == "match" else None

    @needs("browse", "其他可能的主体，分高者在前 / others that the row may mean, the best first")
    def candidates(self) -> list[ScreenCandidate] | None:
        """Those that fit equally, or the nearest where none fits."""
        others = () if self.answer.status == "match" else self.answer.found
        return [ScreenCandidate(found=one, at=self.at) for one in others]

    @shown("本行的问题 / what is odd about the row: empty, bad_code, unknown_code, code_and_name, withheld")
    def notes(self) -> list[str]:
        """Codes."""
        return list(self.answer.notes)

    @shown("本行问题的说明 / the same in words")
    def note(self) -> str | None:
        """The sentence."""
        return noted(self.answer.notes) or None


Rows = Annotated[list[ScreenRow], strawberry.argument(description="至多 200 行 / at most 200")]


@strawberry.type
class ScreenQuery:
    """The root field."""

    @needs("identity", "批量核查：各行指哪个主体 / screening: which enterprise each row means", districts=True)
    async def screen(self, info: Info, rows: Rows, as_of: AskedAt = None) -> list[ScreenAnswer] | None:
        """One answer to each row, in order. Raises ``AccessError`` where a row says what the role may not know."""
        context, most = info.context, limits().page.value
        if not 0 < len(rows) <= most:
            raise UsageError("usage.bad_value", option="rows", value=len(rows), why=f"1–{most}")
        for right, said in (("persons", "legal_representative"), ("registration", "district")):
            if any(getattr(row, said).strip() for row in rows):
                context.role.require(right)  # what agrees would tell it
        at = await context.moment(as_of)
        context.spend(len(rows))
        found = await columns(context, at)
        asked = [Asked(row.code, row.name, row.legal_representative, row.district, row.exact) for row in rows]
        answers = await context.run(partial(_answers, found, asked))
        return [
            ScreenAnswer(answer=await _within(context, answer, at), at=at, row=number)
            for number, answer in enumerate(answers, start=1)
        ]


def _reason(one: Reason) -> ScreenReason:
    return ScreenReason(kind=one.kind, points=one.points, count=one.count)


def _answers(found: Columns, asked: Sequence[Asked]) -> list[Answer]:
    with found.lock:
        if found not in _screeners:
            projection, day = found.projection, found.projection.point.use
            regions = holding_policy().on(day).names.regions
            firms = found.frame[["name", *COLUMNS]]
            _screeners[found] = Screener(Register(projection.names, firms, screen_policy().on(day), regions))
        return _screeners[found].answers(asked)


async def _within(context: Context, answer: Answer, at: Moment) -> Answer:
    """The answer without enterprises of other districts than those of the key."""
    seen = tuple(await context.seen(answer.found, lambda one: one.eid, at))
    if seen == answer.found:
        return answer
    status = answer.status if len(seen) > 1 else "none"
    return Answer(status, seen, (*answer.notes, "withheld"))
