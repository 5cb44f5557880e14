"""``credit-graph reports rates | due | candidates | dormant``: annual reports (年度报告)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph.commands import common
from credit_graph.commands.links import point_json
from credit_graph.errors import UsageError
from credit_graph.ingest.files import shown
from credit_graph.jobs import calllists
from credit_graph.jobs import dormant as dormant_job
from credit_graph.jobs import reports as job
from credit_graph.jobs.sheets import Sheet, write_workbook
from credit_graph.server.roles import Role, role
from credit_graph.text import t

app = typer.Typer(help="年度报告：年报率、催报、长期停业 / annual reports", no_args_is_help=True)

YearOption = Annotated[int | None, typer.Option("--year", help="报告年度，默认上一年度 / year reported on")]
OutOption = Annotated[Path | None, typer.Option("--out", help="输出 / write: FILE.xlsx")]
ListsOption = Annotated[
    Path | None, typer.Option("--out", help="FILE.xlsx：每所一表；目录：每所一个文件 / a sheet or a file per station")
]
ByOption = Annotated[
    list[str] | None, typer.Option("--by", help=f"维度，可重复 / {' | '.join(job.DIMENSIONS)}; default: all")
]


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="reports")


def allowed(*rights: str) -> Role:
    """The caller's role; ``AccessError`` where it lacks a right."""
    found = role(common.caller().role)
    for right in rights:
        found.require(right)
    return found


@app.command("rates", help="年报率，与上年同日比较 / rates, against the same day last year")
def rates(
    by: ByOption = None,
    year: YearOption = None,
    out: OutOption = None,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """Print who owes the report of a year, who has filed it, and the rate."""
    allowed("registration")
    for name in by or ():
        if name not in job.DIMENSIONS:
            raise UsageError("usage.bad_value", option="--by", value=name, why=", ".join(job.DIMENSIONS))
    dimensions = [name for name in job.DIMENSIONS if not by or name in by]
    with common.graph() as store:
        found = job.rates(store, common.point(store, valid, known), dimensions, year)
    if out is not None:
        write_workbook(out, [_rate_sheet(name, found) for name in dimensions])
    if as_json:
        head = {**point_json(found.point), "year": found.year, "before": found.before.isoformat()}
        common.print_json({**head, "rates": found.rows, "notes": found.notes})
        return
    for name in dimensions:
        rows = [row for row in found.rows if row["by"] == name]
        common.print_table(
            _rate_title(name, found),
            _rate_header(name),
            [[_two_places(cell) for cell in _rate_row(name, row)] for row in rows],
        )
    _print_notes(found.notes, [out] if out else [])


_TITLES = {
    "kind": ("按主体类别", "by kind"),
    "county": ("按县区", "by county"),
    "station": ("按市场监管所", "by station"),
    "industry": ("按行业", "by industry"),
    "year": ("按年度", "by year"),
}


def _rate_title(name: str, found: job.Rates) -> str:
    which = t(*_TITLES[name])
    day, before = found.point.valid, found.before
    return t(
        f"{found.year} 年度年报率（{which}），截至 {day}，与上年同日 {before} 比较",
        f"Reports for {found.year} {which} as of {day}, against {before}",
    )


def _rate_header(name: str) -> list[str]:
    county = [t("县区", "county")] if name == "station" else []
    first = [] if name == "kind" else [t(*{**_TITLES, "year": ("年度", "year")}[name]).removeprefix("按")]
    return [
        *county,
        *first,
        t("类别", "kind"),
        t("应报", "due"),
        t("已报", "reported"),
        t("按期", "in time"),
        t("逾期", "late"),
        t("纸质", "on paper"),
        t("日期不详", "undated"),
        t("未报", "silent"),
        t("年报率%", "rate %"),
        t("上年同日%", "year before %"),
        t("增减（百分点）", "change (points)"),
    ]


def _rate_row(name: str, row: dict[str, Any]) -> list[Any]:
    county = [row["county_name"]] if name == "station" else []
    first = [] if name == "kind" else [row["name"]]
    counts = [row[key] for key in ("due", "reported", "in_time", "late", "paper", "undated", "silent")]
    figures = [row["rate"], row["rate_before"], row["change"]]
    return [*county, *first, row["group_name"], *counts, *figures]


def _two_places(value: Any) -> Any:
    return f"{value:.2f}" if isinstance(value, float) else value


def _rate_sheet(name: str, found: job.Rates) -> Sheet:
    header = _rate_header(name)
    widths = [18 if place < len(header) - 10 else 11 for place in range(len(header))]
    rows = [_rate_row(name, row) for row in found.rows if row["by"] == name]
    return Sheet(t(*_TITLES[name]), header, widths, rows, [_rate_title(name, found), *found.notes, ""])


@app.command("due", help="应报未报，按所催报 / who is due and silent, by station")
@app.command("candidates", help="期满未报，拟列入或标记 / candidates for entry or mark after the last day")
def silent(
    context: typer.Context,
    year: YearOption = None,
    out: ListsOption = None,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    limit: common.LimitOption = 20,
    as_json: common.JsonOption = False,
) -> None:
    """Print who owes a report and has not filed it, by station (--out: the call lists); of ``candidates`` only who has
    let the last day pass and is neither listed nor marked for it: to be checked, no decision."""
    candidates = context.command.name == "candidates"
    who = allowed("registration")
    personal = "contacts" in who.rights and not candidates
    with common.graph() as store:
        point = common.point(store, valid, known)
        found = job.silent_firms(store, point, year, with_contacts=personal, candidates=candidates)
        if personal and (out is not None or as_json):
            common.log("contacts_read", {"by": "reports due", "firms": len(found.firms)})
        if out is not None:
            by = f"reports {context.command.name}"
            common.log("export", {"by": by, "file": out.name, "firms": len(found.firms)})
    files = calllists.write(out, found, candidates=candidates) if out is not None else []
    notes = [*found.notes, *([] if personal or candidates else [_withheld(who)])]
    if as_json:
        head = {**point_json(point), "year": found.found.year, "total": len(found.firms)}
        common.print_json({**head, "firms": list(_json_rows(found, candidates=candidates)), "notes": notes})
        return
    _print_stations(found, candidates=candidates)
    _print_firms(found, limit, candidates=candidates)
    _print_notes(notes, files)


@app.command("dormant", help="长期停业未经营，供公告催告 / dormant entities, for notice")
def dormant(
    out: OutOption = None,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    limit: common.LimitOption = 20,
    as_json: common.JsonOption = False,
) -> None:
    """Print who seems to have stopped trading for long, and how many are left out for what."""
    allowed("registration", "records")
    with common.graph() as store:
        found = dormant_job.dormant_firms(store, common.point(store, valid, known))
        if out is not None:
            common.log("export", {"by": "reports dormant", "file": out.name, "firms": len(found.firms)})
            dormant_job.write(out, found)
    if as_json:
        head = {**point_json(found.point), "total": len(found.firms), "silent": found.silent}
        rows = {"firms": found.firms, "excluded": found.excluded, "left_out": found.left_out}
        common.print_json({**head, **rows, "notes": found.notes})
        return
    names = dormant_job.fact_names(found.rules)
    columns = [
        t("代码", "code"),
        t("名称", "name"),
        t("市场监管所", "station"),
        t("最后年报", "last report"),
        t("失联依据", "unreachable by"),
        t("日期", "day"),
    ]
    rows_shown = [
        (r["code"], r["name"], r["station"], r["last_report"], r["unreachable"]["text"], r["unreachable"]["day"])
        for r in found.firms[:limit]
    ]
    title = common.counted("长期停业未经营（供公告催告）", "Dormant entities", len(found.firms), len(rows_shown))
    common.print_table(title, columns, rows_shown)
    left = [(names[id_], count) for id_, count in found.left_out.items()]
    common.print_table(t("不列入", "Left out"), [t("原因", "reason"), t("户数", "firms")], left)
    _print_notes(found.notes, [out] if out else [])


def _withheld(who: Role) -> str:
    return t(
        f"联络员姓名与电话仅检查人员可见，角色“{who.zh}”未授权。",
        f"Liaisons' names and phones are withheld: only inspectors see them, not the role {who.en}.",
    )


def _json_rows(found: job.Silent, *, candidates: bool) -> Any:
    follow_ups = {group.id: group.follow_up for group in found.found.rules.groups}
    for row in found.firms.to_dict("records"):
        names = ("code", "name", "group", "county", "county_name", "station", "section", "address", "days", "standing")
        shown_row = {name: row[name] for name in names} | {
            "eid": row["eid"],
            "last_day": row["last_day"].date().isoformat(),
            "missing": list(row["missing"]),
        }
        if found.contacts is not None:
            said = found.contacts.loc[row["eid"]]
            shown_row |= {name: said[name] for name in ("liaison", "liaison_phone")}
            shown_row["other_phones"] = list(said["other_phones"])
        if candidates:
            rule = follow_ups[row["group"]]
            shown_row |= {"action": t(rule.action.zh, rule.action.en), "basis": rule.basis.source}
            shown_row["decide_by"] = row["decide_by"].date().isoformat()
        yield shown_row


def _print_stations(found: job.Silent, *, candidates: bool) -> None:
    counts = calllists.by_station(found.firms)
    day, year, total = found.point.valid, found.found.year, len(found.firms)
    title = t(f"{year} 年度应报未报（截至 {day}，{total} 户）", f"Silent for {year} as of {day}: {total}")
    if candidates:
        title = t(
            f"{year} 年度期满未报，拟列入经营异常名录或标记（截至 {day}，{total} 户）",
            f"Past the last day for {year}, neither listed nor marked, as of {day}: {total}",
        )
    unknown = t("（未定）", "(unknown)")
    rows = [(c or unknown, s or unknown, n) for _, c, s, n in counts.itertuples(index=False)]
    common.print_table(title, [t("县区", "county"), t("市场监管所", "station"), t("户数", "firms")], rows)


def _print_firms(found: job.Silent, limit: int, *, candidates: bool) -> None:
    firms = found.firms.head(limit)
    last = t("决定期限", "decide by") if candidates else t("剩余天数", "days left")
    columns = [t("代码", "code"), t("名称", "name"), t("未报年度", "years missing"), last]
    until = firms["decide_by"].dt.date if candidates else firms["days"]
    missing = ["、".join(map(str, years)) for years in firms["missing"]]
    rows = list(zip(firms["code"], firms["name"], missing, until, strict=True))
    common.print_table(common.counted("名单", "Firms", len(found.firms), len(rows)), columns, rows)


def _print_notes(notes: Sequence[str], files: Sequence[Path]) -> None:
    for note in notes:
        common.console.print(note, style="dim", highlight=False, soft_wrap=True)
    for file in files[:3]:
        common.console.print(f"→ {shown(str(file))}", highlight=False, soft_wrap=True)
    if len(files) > 3:
        common.console.print(t(f"…共 {len(files)} 个文件", f"… {len(files)} files"))
