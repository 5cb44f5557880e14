"""Small charts as inline SVG: nothing is fetched, nothing runs, and they print as they look."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

WIDTH, HEIGHT = 520, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 14, 14, 46


class Chart:
    """A plane with axes; x and y are given in units of the data, and what lies outside is cut off.

    ``x``, ``y``: (from, to); ``title``: read out in place of the picture.
    """

    def __init__(self, title: str, x: tuple[float, float], y: tuple[float, float]) -> None:
        self._title, self._x, self._y = title, x, y
        self._parts: list[str] = []

    def _at(self, x: float, y: float) -> tuple[float, float]:
        across = (x - self._x[0]) / (self._x[1] - self._x[0])
        up = (y - self._y[0]) / (self._y[1] - self._y[0])
        width, height = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
        return round(_LEFT + across * width, 1), round(_TOP + (1 - up) * height, 1)

    def axes(self, x: Sequence[tuple[float, str]], y: Sequence[tuple[float, str]], names: tuple[str, str]) -> None:
        """Marks with their words along both axes, light lines across, and what the axes show."""
        left, bottom = self._at(self._x[0], self._y[0])
        right, top = self._at(self._x[1], self._y[1])
        for value, word in y:
            height = self._at(self._x[0], value)[1]
            self._parts.append(f'<line class="grid" x1="{left}" y1="{height}" x2="{right}" y2="{height}"/>')
            self._text(left - 6, height + 4, word, "end")
        for value, word in x:
            self._text(self._at(value, self._y[0])[0], bottom + 16, word, "middle")
        self._parts.append(f'<path class="axis" d="M{left},{top}V{bottom}H{right}"/>')
        self._text((left + right) / 2, HEIGHT - 8, names[0], "middle")
        middle = (top + bottom) / 2
        turned = f'<text transform="rotate(-90 14 {middle})" x="14" y="{middle}" text-anchor="middle">'
        self._parts.append(f"{turned}{escape(names[1])}</text>")

    def _text(self, x: float, y: float, word: str, anchor: str) -> None:
        self._parts.append(f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(word)}</text>')

    def line(self, points: Iterable[tuple[float, float]], kind: str, told: str = "") -> None:
        """A line of one kind (a class of the page's style)."""
        drawn = " ".join(f"{x},{y}" for x, y in (self._at(*point) for point in points))
        self._parts.append(f'<polyline class="line {kind}" points="{drawn}">{_told(told)}</polyline>')

    def dot(self, x: float, y: float, kind: str, told: str = "") -> None:
        """A dot, with what it shows for whoever points at it."""
        across, up = self._at(x, y)
        self._parts.append(f'<circle class="dot {kind}" cx="{across}" cy="{up}" r="4">{_told(told)}</circle>')

    def bar(self, x: float, width: float, y: float, kind: str, told: str = "") -> None:
        """A bar from the axis up, around ``x``."""
        left, top = self._at(x - width / 2, y)
        right, bottom = self._at(x + width / 2, self._y[0])
        size = f'x="{left}" y="{top}" width="{round(right - left, 1)}" height="{round(max(bottom - top, 0), 1)}"'
        self._parts.append(f'<rect class="bar {kind}" {size}>{_told(told)}</rect>')

    def whisker(self, x: float, low: float, high: float) -> None:
        """An interval up and down."""
        across, bottom = self._at(x, low)
        top = self._at(x, high)[1]
        ends = f"M{across - 4},{bottom}h8M{across - 4},{top}h8"
        self._parts.append(f'<path class="whisker" d="M{across},{bottom}V{top}{ends}"/>')

    def spread(self, y: float, low: float, high: float) -> None:
        """An interval from left to right."""
        left, up = self._at(low, y)
        right = self._at(high, y)[0]
        ends = f"M{left},{up - 4}v8M{right},{up - 4}v8"
        self._parts.append(f'<path class="whisker" d="M{left},{up}H{right}{ends}"/>')

    def render(self) -> str:
        """The chart as an element of a page."""
        head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self._title)}">'
        return head + "".join(self._parts) + "</svg>"


def _told(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


def marks(low: float, high: float, percent: bool = False) -> list[tuple[float, str]]:
    """Round values between two ends, four to eight of them, with their words."""
    step = 10.0 ** math.floor(math.log10((high - low) / 2))
    step = next((s for s in (step * part for part in (0.5, 1, 2, 5)) if (high - low) / s <= 8), step * 10)
    first = math.ceil(low / step - 1e-9)
    places = max(0, -math.floor(math.log10(step * (100 if percent else 1)) + 1e-9))
    values = [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]
    return [(value, f"{value:.{places}%}" if percent else f"{value:.{places}f}") for value in values]
