"""Clocks (公示期限): until which day a channel may show a penalty or an entry of a list. Pure; nothing is guessed.

A clock that runs from publication starts at the receipt of GSXT (公示), never at a release of this bureau; without one
it has not started. What the law's text leaves open is unset in the policy, and blocks the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from credit_graph.lists.bases import documents
from credit_graph.lists.clock_policy import Channel, ClockPolicy, ClockRow, Said, clock_policy
from credit_graph.lists.matter import Matter, Sentence, choose
from credit_graph.lists.periods import Period
from credit_graph.text import t

State = Literal["not_shown", "not_started", "running", "ended", "paused", "held", "blocked"]

STATES: dict[State, Sentence] = {
    "not_shown": ("不公示", "not shown"),
    "not_started": ("尚未起算", "not started"),
    "running": ("公示期内", "running"),
    "ended": ("已届满", "ended"),
    "paused": ("暂停公示", "paused"),
    "held": ("停用", "on hold"),
    "blocked": ("不能确定", "blocked"),
}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """Until when a channel may show it, as the rules of ``day`` have it; all days are the last ones of something.

    ``until_min``: before it is over nothing can be stopped early (``None``: no minimum). ``until_max``: the longest
    (``None``: no length of time ends it, or it is not known). ``until``: the last day as things are. ``articles`` and
    ``why`` in Chinese and English; ``row``: the id of the rule.
    """

    channel: Channel
    subject: str
    day: date
    state: State
    row: str | None = None
    start: date | None = None
    until_min: date | None = None
    until_max: date | None = None
    until: date | None = None
    articles: tuple[Sentence, ...] = ()
    why: tuple[Sentence, ...] = ()
    confidence: str | None = None

    @property
    def shown(self) -> bool:
        """Whether the channel may show it on the day."""
        return self.state == "running"

    def as_json(self) -> dict[str, Any]:
        """Everything, in the language in use."""
        days = {name: getattr(self, name) for name in ("start", "until_min", "until_max", "until")}
        return {
            "channel": self.channel,
            "subject": self.subject,
            "day": self.day.isoformat(),
            "state": self.state,
            **{name: value.isoformat() if value else None for name, value in days.items()},
            "row": self.row,
            "articles": [t(*item) for item in self.articles],
            "why": [t(*item) for item in self.why],
            "confidence": self.confidence,
        }


def clock(matter: Matter, channel: Channel, day: date, policy: ClockPolicy | None = None) -> Clock:
    """The clock of a channel by the rules in force on ``day`` (of the shipped policy, or of ``policy``)."""
    rules = policy or clock_policy()
    found = _by_rules(matter, channel, day, rules)
    if matter.withdrawn_on is not None:
        return _withdrawn(found, matter.withdrawn_on)
    if matter.held and found.state == "running":
        why = (f"停用标记：{matter.held}", f"a hold: {matter.held}")
        return replace(found, state="held", why=(*found.why, why))
    return found


def _by_rules(matter: Matter, channel: Channel, day: date, rules: ClockPolicy) -> Clock:
    blank = Clock(channel, matter.subject, day, "blocked")
    rows = rules.rows(channel, matter.subject, day)
    if not rows:
        return replace(blank, why=(("该渠道当日没有规则", "no rule of this channel is in force that day"),))
    chosen, unknown = choose(matter, rows, rules, day)
    if chosen is None:
        return replace(blank, why=tuple(unknown))
    found = replace(blank, row=chosen.id, articles=_articles(chosen), confidence=chosen.basis.confidence)
    if chosen.never is not None:
        return replace(found, state="not_shown", why=(("依规定不公示", "by the rules it is not shown"),))
    if chosen.follows:
        return _followed(found, [clock(matter, other, day, rules) for other in chosen.follows])
    return _period(found, matter, chosen)


# its days


def _period(blank: Clock, matter: Matter, row: ClockRow) -> Clock:
    """The days of a row that has a period of its own."""
    if unset := _unset(row):
        return replace(blank, why=tuple(unset))
    assert row.start is not None and row.most is not None and row.least is not None
    restart = matter.restored_on if row.restart else None
    start = restart or (matter.event_on if row.start.from_ == "event" else matter.published_on)
    if start is None:
        return replace(blank, **_no_start(row.start.from_))
    most, why = _most(row, matter, start)
    least = _least(row, start, most)
    found = replace(blank, start=start, until_min=least, until_max=most, why=tuple(why))
    stopped = matter.stopped_on
    if stopped is not None and restart is not None and stopped <= restart:
        stopped = None  # that was the repair that has been revoked
    if stopped is not None and (stopped < start or _too_early(row, stopped, least)):
        zh = f"{stopped} 停止公示，规定此时不能停止，须核对"
        en = f"stopped on {stopped}, when the rules allow no stop: to be checked"
        return replace(found, state="blocked", why=(*found.why, (zh, en)))
    ends = [end for end in (most, stopped - _DAY if stopped else None) if end is not None]
    return _judged(found, matter, row, min(ends, default=None))


def _too_early(row: ClockRow, stopped: date, least: date | None) -> bool:
    assert row.least is not None
    return stopped <= least if least is not None else row.least.early_stop == "never"


def _judged(found: Clock, matter: Matter, row: ClockRow, until: date | None) -> Clock:
    """The clock with its last day and its state."""
    found = replace(found, until=until)
    if found.start is not None and found.day < found.start:
        return replace(found, state="not_started")
    if until is not None and found.day > until:
        return replace(found, state="ended")
    if matter.paused is not None and row.pause is not None:
        first, last = matter.paused
        if first <= found.day and (last is None or found.day <= last):
            why = (f"重整计划执行期间暂停公示（自 {first}）", f"paused while a reorganisation runs (from {first})")
            return replace(found, state="paused", why=(*found.why, why))
    return replace(found, state="running")


def _unset(row: ClockRow) -> list[Sentence]:
    document = documents()[row.document]
    names = {
        "start": (row.start, "起算日", "the day from which the period runs"),
        "least": (row.least, "最短期限", "the minimum"),
        "most": (row.most, "最长期限", "the maximum"),
    }
    return [
        (f"{document.cite()}的{zh}未设定", f"{en} of {document.cite_english()} is not set")
        for part, zh, en in names.values()
        if part is None
    ]


def _no_start(from_: str) -> dict[str, Any]:
    if from_ == "event":
        return {
            "state": "blocked",
            "why": (("没有决定、列入或者检查的日期", "there is no day of decision or listing"),),
        }
    why = ("没有国家企业信用信息公示系统的公示回执", "there is no receipt of GSXT")
    return {"state": "not_started", "why": (why,)}


def _most(row: ClockRow, matter: Matter, start: date) -> tuple[date | None, list[Sentence]]:
    """The longest, and how it was counted."""
    assert row.most is not None
    if row.most.period is None:
        return None, [(f"自 {start}，不设期限，移出或者恢复即止", f"from {start}, without a term, until removed")]
    most = row.most.period.last_day(start)
    why = [_counted(start, row.most.period, most)]
    longer = matter.restricted_until
    if row.longer is not None and longer is not None and longer > most:
        most = longer
        why.append((f"法定限制期限更长，至 {longer}", f"a statutory restriction runs longer, until {longer}"))
    return most, why


def _counted(start: date, period: Period, last: date) -> Sentence:
    zh, en = period.words
    return f"自 {start}（当日不计入）起{zh}，至 {last}", f"{en} from {start}, which is not counted, until {last}"


def _least(row: ClockRow, start: date, most: date | None) -> date | None:
    """The last day on which it has to be shown; ``None`` where nothing says how long."""
    assert row.least is not None
    if row.least.early_stop == "never":
        return most
    if row.least.period is None:
        return None
    least = row.least.period.last_day(start)
    return least if most is None else min(least, most)


def _withdrawn(found: Clock, on: date) -> Clock:
    """An annulled decision or listing is shown nowhere from the day of its withdrawal on, whatever runs."""
    found = replace(found, why=(*found.why, (f"已于 {on} 撤回", f"withdrawn on {on}")))
    if found.state in ("running", "paused", "ended"):
        last = on - _DAY
        found = replace(found, until=last if found.until is None else min(found.until, last))
    return replace(found, state="ended") if found.day >= on and found.state != "not_shown" else found


def _followed(blank: Clock, others: list[Clock]) -> Clock:
    """A channel that shows no longer than those that it takes from."""
    why = tuple(dict.fromkeys(sentence for other in others for sentence in other.why))
    articles = tuple(dict.fromkeys([*blank.articles, *(item for other in others for item in other.articles)]))
    ends = [other.until for other in others if other.until is not None]
    order: tuple[State, ...] = ("not_shown", "ended", "blocked", "not_started", "held", "paused", "running")
    state = min((other.state for other in others), key=order.index)
    until = None if state == "blocked" else min(ends, default=None)
    starts = [other.start for other in others if other.start is not None]
    found = replace(blank, articles=articles, why=why, state=state, until=until, until_max=until)
    return replace(found, start=max(starts) if len(starts) == len(others) else None)


def _articles(row: ClockRow) -> tuple[Sentence, ...]:
    """What the row rests on: its document and those of its parts, each with the articles that are named."""
    named: dict[str, list[str]] = {row.document: []}
    for part in row.parts().values():
        _note(named, row, part)
    found = []
    for document, articles in named.items():
        texts = documents()[document]
        found += [(texts.cite(article), texts.cite_english(article)) for article in articles]
        found += [] if articles else [(texts.cite(), texts.cite_english())]
    return tuple(found)


def _note(named: dict[str, list[str]], row: ClockRow, part: Said) -> None:
    articles = named.setdefault(part.document or row.document, [])
    if part.article is not None and part.article not in articles:
        articles.append(part.article)
