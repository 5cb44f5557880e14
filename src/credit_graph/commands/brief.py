"""``credit-graph brief``: one page for the head of section (工作简报), on paper, on a screen, or as a workbook."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from html import escape
from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph import __version__
from credit_graph.commands import common
from credit_graph.commands.links import point_json
from credit_graph.commands.reports import allowed
from credit_graph.errors import UsageError
from credit_graph.grading.policy import NOTICE
from credit_graph.ingest.files import shown
from credit_graph.jobs.brief import Brief, Table, brief
from credit_graph.jobs.sheets import Sheet, new_file, write_workbook
from credit_graph.text import language, t

OutOption = Annotated[Path | None, typer.Option("--out", help="FILE.html | FILE.xlsx")]
SinceOption = Annotated[str | None, typer.Option("--since", help="与何日比较，默认上月同日 / compared with this day")]

_STYLE = """
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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("brief", help="工作简报：一页看全 / one page for the head of section")(brief_command)


def brief_command(
    out: OutOption = None,
    since: SinceOption = None,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """Print the brief, or write it as a page that opens without a network, or as a workbook."""
    allowed("registration", "records", "level")
    if out is not None and out.suffix.lower() not in {".html", ".xlsx"}:
        raise UsageError("usage.bad_value", option="--out", value=out, why="FILE.html, FILE.xlsx")
    start = common.day("--since", since)
    with common.graph() as store:
        point = common.point(store, valid, known)
        if start is not None and start >= point.valid:
            raise UsageError("usage.bad_value", option="--since", value=start, why=f"< {point.valid}")
        found = brief(store, point, start)
        if out is not None:
            common.log("export", {"by": "brief", "file": out.name})
    if out is not None:
        _write(out, found)
    if as_json:
        tables = [asdict(table) for table in found.tables]
        head = {**point_json(found.point), "since": found.since.isoformat()}
        common.print_json({**head, "tables": tables, "notice": t(*NOTICE)})
    elif out is None:
        _print(found)
    else:
        common.console.print(f"→ {shown(str(out))}", highlight=False, soft_wrap=True)


def _write(path: Path, found: Brief) -> None:
    if path.suffix.lower() == ".xlsx":
        write_workbook(path, [_sheet(table, found) for table in found.tables])
        return
    with new_file(path) as file:
        file.write(page(found).encode())


def _title(found: Brief) -> str:
    return t(f"信用监管工作简报　{found.point.valid}", f"Brief on {found.point.valid}")


def _sheet(table: Table, found: Brief) -> Sheet:
    above = [f"{_title(found)}　{table.title}", *([table.note] if table.note else []), t(*NOTICE), ""]
    return Sheet(table.title, table.header, [22, *[16] * (len(table.header) - 1)], table.rows, above)


def page(found: Brief) -> str:
    """The whole page; text of the data is escaped, nothing is loaded from elsewhere."""
    title = _title(found)
    known = t(f"已知批次 {found.point.seq}", f"known up to batch {found.point.seq}")
    foot = t(f"与 {found.since} 比较 · {known} · 程序 ", f"against {found.since} · {known} · program ") + __version__
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if language() == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>"
        f'<p class="notice">{escape(t(*NOTICE))}</p>{"".join(map(_section, found.tables))}'
        f"<p><small>{escape(foot)}</small></p></main></body></html>\n"
    )


def _section(table: Table) -> str:
    numbers = [any(isinstance(cell, int | float) for cell in column) for column in zip(*table.rows, strict=True)]
    numbers = numbers or [False] * len(table.header)
    head = "".join(
        f"<th{_NUMBER if number else ''}>{escape(cell)}</th>"
        for cell, number in zip(table.header, numbers, strict=True)
    )
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    if not table.rows:
        rows = f'<tr><td colspan="{len(table.header)}">{escape(t("无", "none"))}</td></tr>'
    note = f"<p><small>{escape(table.note)}</small></p>" if table.note else ""
    body = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<section id="{escape(table.id)}"><h2>{escape(table.title)}</h2>{body}{note}</section>'


def _cell(value: Any) -> str:
    kind = _NUMBER if isinstance(value, int | float) else _DAY if isinstance(value, date) else ""
    return f"<td{kind}>{escape(_text(value))}</td>"


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _print(found: Brief) -> None:
    common.console.print(_title(found), style="bold", highlight=False)
    for table in found.tables:
        common.print_table(table.title, table.header, [[_text(cell) for cell in row] for row in table.rows])
        if table.note:
            common.console.print(table.note, style="dim", highlight=False, soft_wrap=True)
    common.console.print(t(*NOTICE), style="bold")
