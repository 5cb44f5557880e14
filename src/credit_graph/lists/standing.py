"""Who stands on a list on a day: each record is judged by the list's dated row. Pure; nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from credit_graph.lists.clocks import Clock
from credit_graph.lists.matter import Sentence
from credit_graph.lists.policy import Ground, ListRow, plain
from credit_graph.lists.receipts import BUREAU
from credit_graph.model.time import covers

Status = Literal["entry", "refused", "removed", "held"]

# what a record has to be able to say before its kind is judged as a list
RECORD_FIELDS = frozenset({"listing_id", "listed_on", "listed_by", "reason", "removed_on", "removal_reason"})

# why a record that is open in the data is refused (Chinese for the files, English beside it)
REASONS: dict[str, tuple[str, str]] = {
    "subject_unidentified": ("当事人没有可用的名称和代码", "the party has no usable name and code"),
    "subject_excluded": ("当事人不属于列入对象", "the party is none that is listed here"),
    "no_listing_day": ("没有列入日期", "there is no day of listing"),
    "listed_before": ("列入日期早于规定的起始日", "it was listed before the day from which the order applies"),
    "no_ground": ("没有列入原因", "there is no ground"),
    "not_a_ground": ("列入原因不是规定的列入情形", "the ground is none of the order"),
    "ground_unknown": ("列入原因无法确认属于规定的列入情形", "it can't be told that the ground is one of the order"),
    "authority_unfit": ("列入机关缺失或不是有权机关", "the listing authority is missing or not competent"),
    "removal_unclear": ("有移出原因或移出日期有误，无法确认是否已移出", "it is unclear whether it was removed"),
    "term_over": ("列入期限已届满，应当移出", "the term is over: it has to be removed"),
    "no_receipt": ("本机关决定列入，尚无公示系统的公示回执", "decided by this bureau, and no receipt of GSXT is there"),
    # what the clock of the channel `release` says, where it is not running (docs/lists.md, clocks)
    "clock_not_shown": ("依规定不公示", "by the rules it is not shown"),
    "clock_not_started": ("公示期限尚未起算", "its clock has not started"),
    "clock_ended": ("公示期限已届满或者已停止公示", "its clock has ended"),
    "clock_paused": ("暂停公示", "its publication is paused"),
    "clock_held": ("已停用", "it is on hold"),
    "clock_blocked": ("公示期限不能确定", "its clock is blocked"),
}
# the clock says again what one of these has said
_SAID: dict[str, frozenset[str]] = {
    "clock_ended": frozenset({"term_over"}),
    "clock_blocked": frozenset({"no_listing_day", "removal_unclear"}),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason: its code (a key of ``REASONS``), the article or articles (first, last) of the list's document that
    it rests on, a detail; ``cited``: what it rests on instead, with its document, in Chinese and English."""

    code: str
    articles: tuple[str, ...]
    detail: str = ""  # Chinese
    cited: tuple[Sentence, ...] = ()

    @property
    def sentence(self) -> str:
        """The reason in Chinese, as the files carry it."""
        return REASONS[self.code][0] + (f"：{self.detail}" if self.detail else "")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a record: an entry with its grounds, or why it is none."""

    status: Status
    grounds: tuple[Ground, ...] = ()
    reasons: tuple[Refusal, ...] = ()
    last_day: date | None = None  # of the term


def judge(
    record: Mapping[str, Any],
    row: ListRow,
    day: date,
    *,
    held: bool,
    clock: Clock | None = None,
    published: bool = True,
) -> Judgement:
    """Whether the record (properties of its node) stands on the list on ``day``.

    ``held``: a hold (停用标记) keeps it from the public; ``clock``: of the channel ``release``, where the question is
    whether to show it; ``published``: there is a receipt of GSXT. A record that was removed is only that; an open one
    is an entry only where nothing at all speaks against it.
    """
    unclear = _removal_unclear(record)
    if not unclear and _removed(record, day):
        return Judgement("removed")
    if held:
        return Judgement("held")
    grounds, reasons = _ground(record, row)
    reasons += _days(record, row, day) + _parties(record, row)
    if unclear:
        reasons.append(Refusal("removal_unclear", (row.term.article,)))
    if row.published is not None and record["source"] == BUREAU and not published:
        reasons.append(Refusal("no_receipt", (row.published.article,)))
    reasons += _clock(clock, {reason.code for reason in reasons}) if clock is not None else []
    if reasons:
        return Judgement("refused", reasons=tuple(reasons))
    return Judgement("entry", grounds=grounds, last_day=_last_day(record, row))


def _last_day(record: Mapping[str, Any], row: ListRow) -> date | None:
    """Of the term, which counts anew from a restoration (44号令第二十条)."""
    begun = record.get("counted_from") or record.get("listed_on")
    return row.term.last_day(begun) if isinstance(begun, date) else None


def _clock(clock: Clock, said: set[str]) -> list[Refusal]:
    """Why the channel may not show it; nothing where that was said already."""
    code = f"clock_{clock.state}"
    if clock.shown or _SAID.get(code, frozenset()) & said:
        return []
    return [Refusal(code, (), "；".join(zh for zh, _ in clock.why), clock.articles)]


def _removed(record: Mapping[str, Any], day: date) -> bool:
    removed_on = record.get("removed_on")
    ended = not covers(record["valid_from"], record["valid_to"], day)
    return ended or (isinstance(removed_on, date) and removed_on <= day)


def _removal_unclear(record: Mapping[str, Any]) -> bool:
    """A removal without a usable day: the value was set aside, or only the reason is there."""
    if any(fault.startswith("removed_on:") for fault in record.get("faults") or ()):
        return True
    return bool(record.get("removal_reason")) and not isinstance(record.get("removed_on"), date)


def _ground(record: Mapping[str, Any], row: ListRow) -> tuple[tuple[Ground, ...], list[Refusal]]:
    text = plain(record.get("reason") or "")
    span = (row.grounds[0].article, row.grounds[-1].article)
    if not text:
        return (), [Refusal("no_ground", span)]
    for other in row.not_grounds:
        if other.fits(text):
            return (), [Refusal("not_a_ground", span, other.why.zh)]
    grounds = tuple(ground for ground in row.grounds if ground.fits(text))
    return grounds, [] if grounds else [Refusal("ground_unknown", span)]


def _days(record: Mapping[str, Any], row: ListRow, day: date) -> list[Refusal]:
    listed_on = record.get("listed_on")
    articles = (row.authority.article,)
    if not isinstance(listed_on, date) or listed_on > day:
        return [Refusal("no_listing_day", articles)]
    found = []
    if listed_on < row.listed_from:
        found.append(Refusal("listed_before", articles, f"{row.listed_from}"))
    if (last := _last_day(record, row)) is not None and last < day:
        found.append(Refusal("term_over", (row.term.article,), f"{last}"))
    return found


def _parties(record: Mapping[str, Any], row: ListRow) -> list[Refusal]:
    found = []
    articles = (row.authority.article,)
    if not record.get("name") or not (record.get("credit_code") or record.get("registration_number")):
        found.append(Refusal("subject_unidentified", articles))
    for other in row.excluded:
        if str(record.get("credit_code") or "").startswith(other.code_prefix):
            found.append(Refusal("subject_excluded", articles, other.why.zh))
    if not row.authority.fits(record.get("listed_by") or ""):
        found.append(Refusal("authority_unfit", articles))
    return found
