"""Call lists (催报名单) and lists of candidates as workbooks: a sheet or a file per market-supervision station."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from credit_graph.errors import StateError
from credit_graph.ingest.files import shown
from credit_graph.jobs.reports import Silent
from credit_graph.jobs.sheets import Sheet, Value, write_workbook
from credit_graph.text import t


def write(path: Path, found: Silent, *, candidates: bool) -> list[Path]:
    """Write the list and return the files: a workbook with a sheet per station where ``path`` ends in .xlsx, else a
    folder with a workbook per station. Nothing is overwritten. Raises ``StateError``: exists, cannot_write."""
    if path.suffix.lower() == ".xlsx":
        write_workbook(
            path,
            [_overview(found, candidates=candidates), *(sheet for _, sheet in _sheets(found, candidates=candidates))],
        )
        return [path]
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise StateError("state.exists", path=shown(str(path)))
    except OSError as error:
        raise StateError("state.cannot_write", path=shown(str(path)), why=error.strerror) from None
    files: list[Path] = []
    for name, sheet in _sheets(found, candidates=candidates):
        file = path / f"{_file_name(name, {item.stem for item in files})}.xlsx"
        write_workbook(file, [sheet])
        files.append(file)
    return files


def by_station(firms: pd.DataFrame) -> pd.DataFrame:
    """How many firms there are per county and station: county_name, station, firms."""
    counts = firms.groupby(["county", "county_name", "station"]).size().reset_index(name="firms")
    return counts.sort_values(["county", "station"], ignore_index=True)


def _sheets(found: Silent, *, candidates: bool) -> Iterator[tuple[str, Sheet]]:
    for (_, county, station), firms in found.firms.groupby(["county", "county_name", "station"]):
        name = str(station) or t("所未定", "no station") + (f" {county}" if county else "")
        yield name, _sheet(name, firms, found, candidates=candidates)


def _sheet(name: str, firms: pd.DataFrame, found: Silent, *, candidates: bool) -> Sheet:
    columns = _columns(firms, found, candidates=candidates)
    rows = zip(*(values for _, _, values in columns), strict=True)
    title = t("未报年报拟处理名单", "Candidates after the last day") if candidates else t("年报催报名单", "Call list")
    head = t(
        f"{title}（{found.found.year} 年度）　{name}　截至 {found.point.valid}　{len(firms)} 户",
        f"{title} ({found.found.year}), {name}, as of {found.point.valid}: {len(firms)}",
    )
    above = [head, *_warnings(found, candidates=candidates), ""]
    return Sheet(name[-31:], [head for head, _, _ in columns], [width for _, width, _ in columns], rows, above)


def _warnings(found: Silent, *, candidates: bool) -> list[str]:
    lines = []
    if found.contacts is not None:
        lines.append(
            t("含个人信息，仅限本所催报使用，用后删除。", "Holds personal data: for calling only, then delete.")
        )
    if candidates:
        lines.append(
            t(
                "拟处理名单，不是决定：须经核实、审批，逐户作出决定。",
                "Candidates, no decisions: each is checked, approved and decided on its own.",
            )
        )
    return lines


def _columns(firms: pd.DataFrame, found: Silent, *, candidates: bool) -> list[tuple[str, int, Sequence[Value]]]:
    """Header, width and values of each column."""
    names = {group.id: t(group.name.zh, group.name.en) for group in found.found.rules.groups}
    columns: list[tuple[str, int, Sequence[Value]]] = [
        (t("序号", "no."), 6, list(range(1, len(firms) + 1))),
        (t("名称", "name"), 34, firms["name"].tolist()),
        (t("统一社会信用代码（注册号）", "code"), 22, firms["code"].tolist()),
        (t("类别", "kind"), 16, firms["group"].map(names).tolist()),
        (t("住所（经营场所）", "address"), 40, firms["address"].tolist()),
    ]
    if found.contacts is not None:
        contacts = found.contacts.loc[firms["eid"]]
        columns += [
            (t("联络员", "liaison"), 10, contacts["liaison"].tolist()),
            (t("联络员电话", "liaison's phone"), 16, contacts["liaison_phone"].tolist()),
            (t("其他电话", "other phones"), 20, ["、".join(numbers) for numbers in contacts["other_phones"]]),
        ]
    columns += [
        (t("未报年度", "years missing"), 18, ["、".join(map(str, years)) for years in firms["missing"]]),
        (t("报送截止日", "last day"), 12, firms["last_day"].dt.strftime("%Y-%m-%d").tolist()),
    ]
    if candidates:
        rules = {group.id: group.follow_up for group in found.found.rules.groups}
        what = {name: t(rule.action.zh, rule.action.en) for name, rule in rules.items()}
        basis = {name: rule.basis.source for name, rule in rules.items()}
        columns += [
            (t("拟作处理", "what is due"), 20, firms["group"].map(what).tolist()),
            (t("决定期限", "decide by"), 12, firms["decide_by"].dt.strftime("%Y-%m-%d").tolist()),
            (t("依据", "basis"), 40, firms["group"].map(basis).tolist()),
            (t("仍有以前的列入或标记", "earlier entry stands"), 10, [_yes(x) for x in firms["standing"]]),
            (t("核实结果", "checked"), 16, [""] * len(firms)),
        ]
    else:
        columns += [
            (t("剩余天数（负数为逾期）", "days left"), 10, [int(days) for days in firms["days"]]),
            (t("催报日期", "called on"), 12, [""] * len(firms)),
            (t("催报结果", "result"), 24, [""] * len(firms)),
        ]
    return columns


def _yes(flag: bool) -> str:
    return t("是", "yes") if flag else ""


def _overview(found: Silent, *, candidates: bool) -> Sheet:
    counts = by_station(found.firms)
    unknown = t("（未定）", "(unknown)")
    rows = [(c or unknown, s or unknown, n) for _, c, s, n in counts.itertuples(index=False)]
    what = t("期满未报拟处理", "Candidates after the last day") if candidates else t("未报", "Not reported")
    head = t(
        f"{found.found.year} 年度年报{what}情况　截至 {found.point.valid}　共 {len(found.firms)} 户",
        f"{what} for {found.found.year} as of {found.point.valid}: {len(found.firms)}",
    )
    header = [t("县区", "county"), t("市场监管所", "station"), t("户数", "firms")]
    return Sheet(t("汇总", "overview"), header, [16, 44, 10], rows, [head, *found.notes, ""])


def _file_name(wanted: str, taken: set[str]) -> str:
    name = "".join(" " if char in '<>:"/\\|?*' or ord(char) < 32 else char for char in wanted).strip(". ")[:80] or "_"
    number, chosen = 1, name
    while chosen in taken:
        number += 1
        chosen = f"{name} {number}"
    return chosen
