"""A small picture of who holds a firm, as SVG in a page: drawn from the answer, read out as sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from credit_graph.server.web_pages import party_name, share
from credit_graph.text import t

MOST = 14  # boxes besides the firm's own: more is no small picture
_ACROSS, _DOWN, _WIDE, _HIGH = 190, 110, 170, 50
_LINE = 12  # characters of a line of a name; names have two lines


@dataclass(frozen=True, slots=True)
class _Box:
    name: str
    person: bool
    level: int


def picture(firm: str, code: str | None, rows: Sequence[Mapping[str, Any]]) -> str:
    """The picture of the rows of an ``ownershipTree``; nothing where there are none."""
    boxes, lines, left = _boxes(firm, code, rows)
    if not lines:
        return ""
    levels: dict[int, list[str]] = {}
    for key, box in boxes.items():
        levels.setdefault(box.level, []).append(key)
    width = max(map(len, levels.values())) * _ACROSS
    height = (max(levels) + 1) * _DOWN - _DOWN + _HIGH + 20
    places = {
        key: (width * (2 * number + 1) / (2 * len(row)), height - 10 - _HIGH - level * _DOWN)
        for level, row in levels.items()
        for number, key in enumerate(row)
    }
    said = [_sentence(boxes[holder].name, boxes[company].name, part) for holder, company, part in lines]
    said += [t(f"另有 {left} 笔未画出", f"{left} more are not drawn")] * bool(left)
    title = escape(t(f"{firm}的股权图", f"Who holds {firm}"))
    drawn = "".join(_line(places[holder], places[company], part) for holder, company, part in lines)
    drawn += "".join(_box(places[key], box, own=key == next(iter(boxes))) for key, box in boxes.items())
    head = f'<svg class="ownership" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
    told = f'<title id="own-title">{title}</title><desc id="own-desc">{escape(t("；", "; ").join(said))}</desc>'
    return f'{head}aria-labelledby="own-title own-desc">{told}{drawn}</svg>'


def _boxes(
    firm: str, code: str | None, rows: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, _Box], list[tuple[str, str, str]], int]:
    """The boxes, the firm first; (holder, company, share) of the lines; how many holdings are left out."""
    own = code or firm
    boxes = {own: _Box(firm, False, 0)}
    lines: list[tuple[str, str, str]] = []
    left = 0
    for row in rows:
        company = own if row["depth"] == 1 else _key(row["company"])
        holder = _key(row["holder"])
        if company not in boxes or (holder not in boxes and len(boxes) > MOST):
            left += 1
            continue
        boxes.setdefault(holder, _Box(party_name(row["holder"]), "code" not in row["holder"], row["depth"]))
        if (line := (holder, company, share(row["share"]))) not in lines:
            lines.append(line)
    return boxes, lines, left


def _sentence(holder: str, company: str, part: str) -> str:
    unknown = t("（比例不详）", "an unknown share")
    return t(f"{holder}持有{company} {part or unknown}", f"{holder} holds {part or unknown} of {company}")


def _key(party: Mapping[str, Any]) -> str:
    return party.get("code") or party.get("id") or party_name(party)


def _line(holder: tuple[float, float], company: tuple[float, float], part: str) -> str:
    (x1, y1), (x2, y2) = holder, company
    back = ' class="back"' if y1 >= y2 else ""
    words = f'<text x="{(x1 * 2 + x2) / 3:.0f}" y="{y1 + _HIGH + 20:.0f}">{escape(part)}</text>' if part else ""
    return f'<path d="M{x1:.0f},{y1 + _HIGH:.0f}L{x2:.0f},{y2:.0f}"{back}/>{words}'


def _box(place: tuple[float, float], box: _Box, *, own: bool) -> str:
    x, y = place[0] - _WIDE / 2, place[1]
    lines = [box.name[start : start + _LINE] for start in range(0, len(box.name), _LINE)]
    if len(lines) > 2:
        lines = [lines[0], lines[1][:-1] + "…"]
    kind = "own" if own else "person" if box.person else "firm"
    first = y + _HIGH / 2 + (5 if len(lines) == 1 else -4)
    words = "".join(
        f'<text x="{place[0]:.0f}" y="{first + 18 * number:.0f}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    round_ = ' rx="25"' if box.person else ""
    return f'<g class="{kind}"><rect x="{x:.0f}" y="{y:.0f}" width="{_WIDE}" height="{_HIGH}"{round_}/>{words}</g>'
