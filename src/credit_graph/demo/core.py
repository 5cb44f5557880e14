"""The hand-made core of the demo's city: some fifty firms with a story each, beside the generated ones.

They stand in the same files, with the few dirty rows that show what becomes of such.
"""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from credit_graph.demo import core_tables
from credit_graph.demo.core_plan import DISTRICTS, HOUSEHOLD, Builder, City
from credit_graph.demo.core_stories import plant
from credit_graph.demo.files import Form, Table

AS_OF = date(2026, 10, 31)  # what the stories tell has happened by then
EXPORT = "公示系统导出"
EXPORT_FORM = Form(title="企业登记信息查询结果")
# the generated list has Chinese headers
_ABNORMAL = {
    "inclu_dt": "列入日期",
    "inclu_reason": "列入经营异常名录原因",
    "uni_social_crd_cd": "统一社会信用代码",
    "reg_no": "营业执照注册号",
    "redecorg_cn": "作出决定机关(移出)",
    "remexcpres_cn": "移出经营异常名录原因",
    "remove_dt": "移出日期",
    "decorg_cn": "作出决定机关(列入)",
    "comp_nm": "企业名称",
}


def core(seed: int = 1) -> City:
    """What the hand-made rows say, with the stories by name."""
    builder = Builder(seed)
    plant(builder)
    _report_years(builder)
    return builder.city


def core_files(city: City, seed: int = 1) -> dict[str, Table]:
    """The rows by the name of the file that they belong to, without day and suffix."""
    files = {
        "dw_zj_scjdgl_fddbrxx": core_tables.officers(city),
        "dw_zj_scjdgl_yzwfsx": core_tables.serious(city),
        "dw_nb_scjdgl_qynbzcxx": core_tables.reports(city, seed),
        "dw_nb_scjdgl_czrrjmxxx": core_tables.contributions(city),
        "dw_nb_scjdgl_xzcfgsxx": core_tables.published(city),
        "双公示行政处罚": core_tables.double_publicity(city),
        EXPORT: core_tables.publicity_export(city),
    }
    for code in DISTRICTS:
        rows = core_tables.registration(city.firms, code)
        files[f"dw_zj_scjdgl_scztxx_{code}"] = [*rows, *core_tables.dirty(rows, code)]
    tables = {name: _table(rows) for name, rows in files.items()}
    tables["经营异常名录"] = _table(core_tables.abnormal(city)).with_headers(_ABNORMAL)
    return tables


def _table(rows: core_tables.Rows) -> Table:
    return Table({name: pa.array([row[name] for row in rows], type=pa.string()) for name in rows[0]})


def _report_years(builder: Builder) -> None:
    """Annual reports (年度报告) of 2022 to 2025; those listed for a missing one miss it."""
    missing = {
        (item.firm.code, int(item.listed[:4]) - 1) for item in builder.city.abnormal if "年度报告" in item.reason
    }
    for number, firm in enumerate(builder.city.firms):
        if firm.parent or firm.state == "吊销" or (firm.entity_type == HOUSEHOLD and number % 2):
            continue
        for year in range(2022, 2026):
            late = builder.random.random() < 0.05
            if year >= firm.founded.year and (firm.code, year) not in missing and not late:
                builder.city.reports.append((firm, year))
    early = [firm for firm in builder.city.firms if firm.founded.year == 2023][:3]
    builder.city.reports += [(firm, 2021) for firm in early]  # of a year before the founding
    builder.story("report_before_founding", early)
