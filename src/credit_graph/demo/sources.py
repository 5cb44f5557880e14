"""The tables of an invented city: who builds each, and how its file is called and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from credit_graph.demo import tables_cases, tables_checks, tables_credit, tables_lists, tables_register, tables_reports
from credit_graph.demo.cells import stream
from credit_graph.demo.files import Form, Table
from credit_graph.demo.view import View

Part = tuple[str, Table, Form]  # the file's name without day and suffix, what is in it, how it is written
Build = Callable[[View, np.random.Generator], Table]


@dataclass(frozen=True)
class Source:
    """One source: who makes its files. Its random stream is its own."""

    name: str
    parts: Callable[[View, np.random.Generator], Iterator[Part]]

    def tables(self, view: View) -> Iterator[Part]:
        """The files of the source on a day."""
        return self.parts(view, stream(view.world.seed, f"table {self.name}"))


def one(name: str, file: str, build: Build, form: Form | None = None) -> Source:
    """A source of a single file."""

    def parts(view: View, draw: np.random.Generator) -> Iterator[Part]:
        yield file, build(view, draw), form or Form()

    return Source(name, parts)


def by_district(view: View, draw: np.random.Generator) -> Iterator[Part]:
    """The register as each district exports it: some with Chinese headers, some in GB18030, one as a workbook."""
    for place, (code, table) in enumerate(tables_register.registration(view, draw)):
        headers = tables_register.CHINESE if place in (2, 4) else {}
        form = {1: _GB, 3: _XLSX, 4: _GB}.get(place, Form())
        yield f"dw_zj_scjdgl_scztxx_{code}", table.with_headers(headers), form


_GB = Form(encoding="gb18030")
_XLSX = Form("xlsx")
_R, _L, _Y, _C = tables_register, tables_lists, tables_reports, tables_credit
SOURCES: tuple[Source, ...] = (
    Source("registration", by_district),
    one("legal_representative", "dw_zj_scjdgl_fddbrxx", _R.legal_representative, _GB),
    one("liaison_contact", "dw_nb_scjdgl_scjdlyllyxx", _R.liaison_contact),
    one("subscribed_contribution", "dw_nb_scjdgl_czrrjmxxx", _R.subscribed_contribution, Form("tsv")),
    one("paid_contribution", "出资人实缴明细", _R.paid_contribution),
    one("equity_change", "dw_nb_scjdgl_gqbg", _R.equity_change),
    one("annual_report", "年报信息", _Y.annual_report),
    one("annual_report_paper", "个体工商户纸质年报", _Y.annual_report_paper, _XLSX),
    one("annual_report_assets", "dw_nb_scjdgl_qynbzcxx", _Y.annual_report_assets),
    one("annual_report_shareholders", "dw_nb_scjdgl_qynbgdjczxx", _Y.annual_report_shareholders),
    one("annual_report_guarantees", "对外提供保证担保", _Y.annual_report_guarantees, _GB),
    one("annual_report_websites", "dw_nb_scjdgl_qynbwzhwdxx", _Y.annual_report_websites, Form("csv.gz")),
    one("abnormal_listing", "经营异常名录", _L.abnormal_listing),
    one("abnormal_mark_individual", "dw_nb_scjdgl_gtjyycbjxx", _L.abnormal_mark_individual),
    one("serious_violation_listing", "dw_zj_scjdgl_yzwfsx", _L.serious_violation_listing, _XLSX),
    one("penalty_published", "dw_nb_scjdgl_xzcfgsxx", _L.penalty_published),
    one("penalty_double_publicity", "双公示行政处罚", _L.penalty_double_publicity),
    one("penalty_double_publicity_2018", "双公示行政处罚2018版", _L.penalty_double_publicity_2018, _GB),
    one("penalty_case", "dw_zj_fzgg_cfjbxx", tables_cases.penalty_case),
    one("penalty_decision", "dw_zj_fzgg_xzcfjdxx", tables_cases.penalty_decision),
    one("court_defaulter", "dw_zj_fzgg_sxbzxrxx", _C.court_defaulter),
    one("unfulfilled_judgment", "企业未履行生效裁判", _C.unfulfilled_judgment),
    one("tax_blacklist", "dw_nb_sw_zdsswfhmd", _C.tax_blacklist, _XLSX),
    one("tax_abnormal_household", "非正常户认定", _C.tax_abnormal_household),
    one("tax_arrears", "dw_nb_sw_qsxx", _C.tax_arrears),
    one("tax_a_rating", "dw_nb_sw_xypjxxa", _C.tax_a_rating),
    one("tax_credit_rating", "纳税信用等级", _C.tax_credit_rating),
    one("public_credit_score", "dw_nb_dsj_xypjxx", _C.public_credit_score),
    one("environment_rating", "企业环境信用评价", _C.environment_rating, _XLSX),
    one("food_licence", "dw_nb_scjdgl_spjyxkz", tables_checks.food_licence),
    one("permit_published", "dw_nb_scjdgl_xzxk", tables_checks.permit_published, Form(encoding="utf-16")),
    one("complaint", "投诉举报", tables_checks.complaint),
    one("sampling", "监督抽检", tables_checks.sampling, Form("jsonl", "utf-8")),
    one("inspection", "检查记录", tables_checks.inspection),
    one("sanction", "处罚到人", tables_cases.sanction, _XLSX),
    one("online_access", "互联网加监管接入", tables_checks.online_access),
    one("official_risk_class", "企业信用风险分类", _C.official_risk_class),
    one("joint_measure", "联合惩戒", _C.joint_measure),
    one("joint_measure_feedback", "联合惩戒反馈", _C.joint_measure_feedback),
)
