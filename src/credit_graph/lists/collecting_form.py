"""The form (报送表) in which a department reports its entries of a list for a period: its columns and choices. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from credit_graph.errors import UsageError
from credit_graph.lists.bases import Document
from credit_graph.lists.issuers import Issuer
from credit_graph.lists.periods import Quarter
from credit_graph.lists.policy import Ground, ListRow, list_policy, plain
from credit_graph.lists.release import rules_on
from credit_graph.text import t

VERSION = "v1"  # of the form: a file of another one is not read
MOST_ROWS = 20_000  # of one file

_GROUP = re.compile(r"\(([^()]*)\)([?*]?)")


def quarter_of(day: date) -> Quarter:
    """The quarter in which the day lies."""
    return Quarter.read(f"{day.year}Q{(day.month + 2) // 3}")


def read_period(text: str | None, today: date) -> Quarter:
    """The quarter that is named, else today's.

    Raises ``UsageError``: ``usage.bad_value``, ``usage.future`` for one that has not begun.
    """
    if text is None:
        return quarter_of(today)
    period = Quarter.read(text.strip().upper())
    if period.first > today:
        raise UsageError("usage.future", day=period.name)
    return period


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the form: ``kind`` tells how it is filled in and checked; ``note``: what belongs there."""

    name: str
    title: str
    kind: Literal["text", "code", "choice", "wording", "day"]
    width: int
    note: str
    needed: bool = True
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a list for one department and period; ``day``: by whose rules it is filled in and checked."""

    list_name: str
    title: str
    kind: str
    row: ListRow
    document: Document
    issuer: Issuer
    period: Quarter
    day: date

    @property
    def heading(self) -> str:
        """The line above the table."""
        year, quarter = self.period.name.split("Q")
        what = t(f"{self.title}报送表", f"Reported: {self.title}")
        return f"{what} · {self.issuer.name} · " + t(f"{year}年第{quarter}季度", self.period.name)

    @property
    def columns(self) -> list[Column]:
        """The columns in their order."""
        return _columns(self)

    def choice(self, ground: Ground) -> str:
        """How a ground is chosen: 第五条 食品安全领域违法行为."""
        return f"{self.document.place(ground.article)} {ground.text}"

    def chosen(self, text: str) -> Ground | None:
        """The ground that was chosen, also by its article alone (第五条, 5)."""
        wanted = plain(text)
        for ground in self.row.grounds:
            names = (self.choice(ground), self.document.place(ground.article), ground.article, f"第{ground.article}条")
            if wanted in {plain(name) for name in names}:
                return ground
        return None

    def last_day(self, listed_on: date) -> date | None:
        """The last day of an entry's term; ``None``: no length of time ends it."""
        return self.row.term.last_day(listed_on)


def form_of(list_name: str, issuer: Issuer, period: Quarter, day: date) -> Form:
    """The form of a list on a day.

    Raises ``UsageError`` for an unknown list and one that only shows another's entries, ``DefinitionError`` where no
    basis in force carries the list or its row leaves open what an entry needs.
    """
    refuse_republished(list_name, day)
    rules = rules_on(list_name, day)
    title = t(rules.policy.title.zh, rules.policy.title.en)
    return Form(list_name, title, rules.kind, rules.row, rules.document, issuer, period, day)


def refuse_republished(list_name: str, day: date) -> None:
    """``UsageError("usage.bad_value")`` for a list that has no entries of its own, as for an unknown one."""
    shown = list_policy(list_name).on(day).republishes
    if shown:
        why = t(f"它只转载 {shown[0]} 的条目，请收取该名单", f"it shows entries of {shown[0]}: collect that one")
        raise UsageError("usage.bad_value", option="LIST", value=list_name, why=why)


def wordings(ground: Ground) -> list[str]:
    """How the act can be worded so that it is known to be of the ground: an example of each of its patterns."""
    return list(dict.fromkeys(_words(pattern, lambda found: found[0]) for pattern in ground.patterns))


def alternatives(ground: Ground) -> list[str]:
    """The same with all that may stand in a place: （生产／销售）假药."""
    return [_words(pattern, lambda found: f"（{'／'.join(found)}）") for pattern in ground.patterns]


def needs_wording(ground: Ground) -> bool:
    """Whether the ground's own words do not say the act, so that it has to be told."""
    return bool(ground.patterns) and not ground.fits(plain(ground.text))


def _words(pattern: str, of_several: Callable[[list[str]], str]) -> str:
    """The pattern as words: what may be left out stands there, what may be repeated does not; …… is anything."""
    text = pattern
    while (found := _GROUP.search(text)) is not None:
        words = found[1].split("|")
        chosen = "" if found[2] == "*" else words[0] if len(words) == 1 else of_several(words)
        text = text[: found.start()] + chosen + text[found.end() :]
    return text.replace("?", "").replace(".*", "……")


def _columns(form: Form) -> list[Column]:
    return [*_whom(form), *_decision(form), *_publication(form), *_term(form)]


def _whom(form: Form) -> Iterator[Column]:
    note = t("登记的现用名称；已更名的填现名", "the registered name of today")
    yield Column("name", t("企业名称", "name"), "text", 34, note)
    note = t("18 位，以文本填写", "18 characters, as text")
    yield Column("credit_code", t("统一社会信用代码", "credit code"), "code", 23, note)


def _decision(form: Form) -> Iterator[Column]:
    row, cite = form.row, form.document.cite
    grounds = cite(row.grounds[0].article, row.grounds[-1].article)
    listing = cite(row.procedure.article) if row.procedure else ""
    note = t("从下拉列表选择", "choose from the list")
    yield Column("ground", t("列入情形", "ground"), "choice", 30, note, basis=grounds)
    needed = any(needs_wording(ground) for ground in row.grounds)
    note = t("具体违法行为，以下表所列表述之一开头", "the act, beginning as one of the wordings below")
    if not needed:
        note += t("；可不填，即为情形原文", "; empty: the ground's own words")
    yield Column("reason", t("列入原因", "act"), "wording", 40, note, needed, grounds)
    zh = "列入决定（或载明列入的处罚决定）的文号，如 庆西市监处罚〔2026〕17号；一份决定只报一行"
    note = t(zh, "of the decision that lists, like 庆西市监处罚〔2026〕17号; one row a decision")
    yield Column("number", t("决定文号", "number of the decision"), "text", 26, note, basis=listing)
    first, last = row.listed_from, form.period.last
    note = t(f"作出列入决定之日，{first} 至 {last}", f"day of the decision, {first} to {last}")
    yield Column("listed_on", t("列入日期", "listed on"), "day", 15, note, basis=listing)


def _publication(form: Form) -> Iterator[Column]:
    if form.row.published is None:
        return
    basis = form.document.cite(form.row.published.article)
    zh = "本条在国家企业信用信息公示系统公示的回执编号；每条各有一个"
    yield Column("receipt", t("公示回执编号", "receipt"), "text", 22, t(zh, "of GSXT, one for each entry"), basis=basis)
    note = t("公示系统开始公示之日，不早于列入日期", "day from which GSXT shows it")
    yield Column("published_on", t("公示日期", "published on"), "day", 15, note, basis=basis)


def _term(form: Form) -> Iterator[Column]:
    term = form.row.term
    if term.years is None:
        return
    zh = f"可不填；填写的须为列入日期起满 {term.years} 年之日"
    note = t(zh, f"may be empty; else the last day of {term.years} years from the listing")
    yield Column("last_day", t("期限届满日", "last day"), "day", 15, note, False, form.document.cite(term.article))
