"""What a bulletin (公告) says, before it is a web page, a Word document or a PDF. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from unicodedata import east_asian_width

from credit_graph.errors import DefinitionError
from credit_graph.lists.authority import authority_on
from credit_graph.lists.bases import chinese_number
from credit_graph.lists.deadlines import term_in_words
from credit_graph.lists.editions.bulletin_policy import bulletin_on, fill
from credit_graph.lists.editions.cells import cleaned
from credit_graph.lists.editions.edition import SALT, Edition, Entry, sha256
from credit_graph.lists.letters import in_words
from credit_graph.lists.policy import list_policy

CODE, REGISTER = "credit_code", "registration_number"
_LEFT_OUT = (SALT, "mark", "document", REGISTER)
_WIDEST = 24  # column of the table, in half-width characters


@dataclass(frozen=True, slots=True)
class Table:
    """The annex (附件): its title, the columns' titles and widths in half-width characters, and the texts."""

    caption: str
    titles: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin: its number and title, its opening, numbered sections (heading, text), the annex or the line that
    names the file in its stead, and who signs on which day. ``mark``: stands on every page."""

    number: str
    title: str
    opening: str
    sections: tuple[tuple[str, str], ...]
    annex: str
    table: Table | None
    bureau: str
    day: date
    mark: str | None

    @property
    def signed_on(self) -> str:
        """The day as a bulletin writes it: 2026年10月9日."""
        return in_words(self.day)


def bulletin_of(edition: Edition, attachments: Mapping[str, bytes], longest: int | None = None) -> Bulletin:
    """The bulletin of an edition. ``attachments``: the files that may stand for the table, the first of them is named;
    ``longest``: so many entries stand in the table (default: as the policy says).

    Raises ``DefinitionError``: ``policy.invalid``, ``policy.none_in_force``, ``policy.unset`` for a wording that
    needs what the edition or the list has not.
    """
    day = date.fromisoformat(edition.head.published_on)
    row = bulletin_on(edition.head.list, day)
    values = {**_values(edition, attachments, day), "decision": row.decision}
    count = len(edition.entries)
    short = count <= (row.longest if longest is None else longest)
    filled = [(section.heading, fill(section.text, values)) for section in row.sections]
    kept = [(heading, text) for heading, text in filled if text is not None]
    caption = _must(row.annex, values)
    return Bulletin(
        number=edition.notice_number,
        title=_must(row.title, values),
        opening=_must(row.opening if count else row.none, values),
        sections=tuple((f"{chinese_number(n)}、{heading}", text) for n, (heading, text) in enumerate(kept, start=1)),
        annex=("" if not count else caption if short else _must(row.file, values)),
        table=_table(edition, caption) if short and count else None,
        bureau=edition.bureau,
        day=day,
        mark=edition.mark,
    )


def period_in_words(period: str) -> str:
    """2026Q3 as 2026年第三季度; any other period as it is."""
    quarter = re.fullmatch(r"(\d{4})Q([1-4])", period)
    return f"{quarter[1]}年第{chinese_number(int(quarter[2]))}季度" if quarter else period


def _must(text: str, values: Mapping[str, str]) -> str:
    filled = fill(text, values)
    if filled is None:
        raise DefinitionError("policy.unset", what="bulletins.yml", parts=text)
    return filled


def _values(edition: Edition, attachments: Mapping[str, bytes], day: date) -> dict[str, str]:
    bureau = authority_on(day)
    rules = list_policy(edition.head.list).on(edition.valid)
    name, data = next(iter(attachments.items()), ("", b""))
    return {
        "list": edition.titles[0],
        "period": period_in_words(edition.period),
        "valid": in_words(edition.valid),
        "count": str(len(edition.entries)),
        "basis": "、".join(f"《{title.strip('《》')}》（{number}）" for title, number in edition.documents),
        "bureau": edition.bureau,
        "reconsideration": bureau.reconsideration,
        "court": bureau.court,
        "office": bureau.office,
        "address": bureau.address,
        "phone": bureau.phone,
        "reconsideration_term": term_in_words("reconsideration", day)[0],
        "lawsuit_term": term_in_words("lawsuit", day)[0],
        "ways": "；".join(removal.way.zh for removal in rules.removal),
        "conditions": "；".join(item.zh for item in rules.repair.conditions) if rules.repair else "",
        "removed": str(edition.removed or ""),
        "release": f"{edition.head.list}/{edition.head.release}",
        "root": edition.head.root,
        "attachment": name,
        "size": f"{len(data):,}",
        "sha256": sha256(data) if data else "",
    }


def _table(edition: Edition, caption: str) -> Table:
    """All that may leave, but for what is of use to programs only, what the whole bulletin says, and columns without
    any text; a firm without a credit code is named by its number of the register."""
    shown = [column for column in edition.public_columns() if column.name not in _LEFT_OUT]
    texts = {column.name: [_text(entry, column.name) for entry in edition.entries] for column in shown}
    columns = [column for column in shown if any(texts[column.name])]
    titles = tuple(column.zh if column.name != CODE else f"{column.zh}（注册号）" for column in columns)
    widths = tuple(_width(title, texts[column.name]) for title, column in zip(titles, columns, strict=True))
    return Table(caption, titles, widths, list(zip(*(texts[column.name] for column in columns), strict=True)))


def _text(entry: Entry, name: str) -> str:
    texts = (entry[name], entry.get(REGISTER)) if name == CODE else (entry[name],)
    return "\n".join(text for text in map(cleaned, texts) if text)


def _width(title: str, texts: Sequence[str]) -> int:
    """Of the longest line, within limits; a long title takes two lines."""
    whole = _half_widths(title)
    lines = [line for text in set(texts) for line in text.split("\n")]
    return 2 + min(_WIDEST, max(whole if whole <= 8 else whole // 2 + 1, *map(_half_widths, lines)))


def _half_widths(text: str) -> int:
    """About: capitals are wider than half a Chinese character."""
    return ceil(sum(2 if east_asian_width(one) in "WF" else 1.5 if one.isupper() else 1 for one in text))
