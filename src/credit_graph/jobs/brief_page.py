"""The brief (工作简报) as one page that opens without a network and prints on one sheet."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

from credit_graph import __version__
from credit_graph.grading.policy import NOTICE
from credit_graph.jobs.brief import Brief, Table
from credit_graph.text import language, t

STYLE = """
@page { size: A4; margin: 9mm; }
body { margin: 0; font: 12px/1.4 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; color: #222; }
main { max-width: 62rem; margin: 0 auto; padding: .5rem 1rem; display: grid; grid-template-columns: repeat(6, 1fr);
  gap: 0 1rem; } main > * { grid-column: span 6; }
#lists, #people { grid-column: span 3; } #classes { grid-column: span 4; } #changes { grid-column: span 2; }
h1 { font-size: 1.3rem; margin: .2rem 0; } h2 { font-size: .95rem; margin: .6rem 0 .15rem; }
table { border-collapse: collapse; width: 100%; break-inside: avoid; }
th, td { border: 1px solid #bbb; padding: .1rem .35rem; text-align: left; }
.number { text-align: right; font-variant-numeric: tabular-nums; } .day { white-space: nowrap; }
th { background: #f1f3f5; font-weight: 600; }
p { margin: .15rem 0; } small { color: #555; } .notice { border-left: 4px solid #a33; padding-left: .6rem; }
@media screen and (max-width: 40rem) { main > section { grid-column: span 6; overflow-x: auto; } }
@media print { body { font-size: 11px; } main { max-width: none; padding: 0; gap: 0 .8rem; } }
"""
_NUMBER, _DAY = ' class="number"', ' class="day"'


def brief_title(found: Brief) -> str:
    """What the brief is called."""
    return t(f"信用监管工作简报　{found.point.valid}", f"Brief on {found.point.valid}")


def brief_page(found: Brief) -> str:
    """The whole page; text of the data is escaped, nothing is loaded from elsewhere."""
    title = brief_title(found)
    known = t(f"已知批次 {found.point.seq}", f"known up to batch {found.point.seq}")
    foot = t(f"与 {found.since} 比较 · {known} · 程序 ", f"against {found.since} · {known} · program ") + __version__
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if language() == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{escape(title)}</h1>"
        f'<p class="notice">{escape(t(*NOTICE))}</p>{"".join(map(_section, found.tables))}'
        f"<p><small>{escape(foot)}</small></p></main></body></html>\n"
    )


def _section(table: Table) -> str:
    numbers = [any(isinstance(cell, int | float) for cell in column) for column in zip(*table.rows, strict=True)]
    numbers = numbers or [False] * len(table.header)
    titles = "".join(
        f"<th{_NUMBER if number else ''}>{escape(cell)}</th>"
        for cell, number in zip(table.header, numbers, strict=True)
    )
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    if not table.rows:
        rows = f'<tr><td colspan="{len(table.header)}">{escape(t("无", "none"))}</td></tr>'
    note = f"<p><small>{escape(table.note)}</small></p>" if table.note else ""
    body = f"<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>"
    title = escape(table.title)
    # a table wider than a phone scrolls within its section, which the keyboard has to reach
    head = f'<section id="{escape(table.id)}" tabindex="0" aria-label="{title}"><h2>{title}</h2>'
    return f"{head}{body}{note}</section>"


def _cell(value: Any) -> str:
    kind = _NUMBER if isinstance(value, int | float) else _DAY if isinstance(value, date) else ""
    return f"<td{kind}>{escape(cell_text(value))}</td>"


def cell_text(value: Any) -> str:
    """A value as it is written in a table."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)
