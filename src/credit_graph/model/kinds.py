"""Record kinds: what a source can state, with the type of every property.

A loader definition maps its columns to these fields; a field that no kind knows is declared in the definition
with its type. The kinds of other sources stand in ``kinds_firm`` and ``kinds_authorities``.
"""

from __future__ import annotations

from credit_graph.model.fields import PERSONAL_KEYS, Field, FieldType, Kind, Link, money
from credit_graph.model.kinds_alerts import ALERT_KINDS
from credit_graph.model.kinds_authorities import AUTHORITY_KINDS
from credit_graph.model.kinds_firm import FIRM_KINDS, REPORT_FLAGS
from credit_graph.model.kinds_proceedings import PROCEEDING_KINDS

__all__ = [
    "CHANNELS",
    "DECISION_KINDS",
    "HOLD_REASONS",
    "KINDS",
    "PERSONAL_KEYS",
    "SUBJECT_FIELDS",
    "UNKNOWN_PREFIX",
    "WORK_KINDS",
    "Field",
    "FieldType",
    "Kind",
    "Link",
]

T = FieldType

# fields that name the subject (the enterprise that a record speaks of); every kind has them
SUBJECT_FIELDS: dict[str, Field] = {
    "credit_code": Field(T.CREDIT_CODE, "统一社会信用代码"),
    "org_code": Field(T.ORG_CODE, "组织机构代码"),
    "registration_number": Field(T.REGISTRATION_NUMBER, "注册号"),
    "tax_number": Field(T.TAX_NUMBER, "税务登记号"),
    "subject_number": Field(T.NUMBER_TEXT, "主体身份代码"),
    "name": Field(T.NAME, "企业名称"),
}

_BASE = (
    Kind(
        "Registration",
        "登记信息",
        "state",
        {
            "authority": Field(T.TEXT, "登记机关"),
            "entity_type": Field(T.TEXT, "企业类型"),
            "state": Field(T.CATEGORY, "登记状态"),
            "address": Field(T.ADDRESS, "住所"),
            "legal_representative": Field(T.PERSON_NAME, "法定代表人", personal=True),
            "industry": Field(T.TEXT, "行业"),
            "industry_code": Field(T.NUMBER_TEXT, "行业代码"),
            "registered_capital": Field(T.AMOUNT, "注册资本"),
            "currency": Field(T.CATEGORY, "币种"),
            "business_scope": Field(T.TEXT, "经营范围"),
            "approved_on": Field(T.DAY, "核准日期"),
            "founded_on": Field(T.DAY, "成立日期"),
            "term_from": Field(T.DAY, "营业期限自"),
            "term_to": Field(T.DAY, "营业期限至"),
            "district": Field(T.REGION, "住所所在行政区划"),
            "premises": Field(T.TEXT, "生产经营地"),
            "premises_district": Field(T.REGION, "生产经营地行政区划"),
            "postal_code": Field(T.NUMBER_TEXT, "邮政编码"),
            "phone": Field(T.PHONE, "联系电话", personal=True),
            "parent_number": Field(T.NUMBER_TEXT, "隶属企业主体身份代码"),
            "parent_code": Field(T.CREDIT_CODE, "隶属企业统一社会信用代码"),
        },
        (
            Link("LOCATED_AT", "address"),
            Link("USES_PHONE", "phone"),
            Link("HOLDS_OFFICE", "legal_representative", "legal_representative"),
        ),
    ),
    Kind(
        "Office",
        "任职信息",
        "state",
        {
            "person_name": Field(T.PERSON_NAME, "姓名", personal=True),
            "person_id": Field(T.ID_NUMBER, "身份证件号码", personal=True),
            "person_no": Field(T.NUMBER_TEXT, "人员序号"),
            "office": Field(T.CATEGORY, "任职类别"),
            "position": Field(T.TEXT, "职务"),
            "id_kind": Field(T.TEXT, "证件类型"),
            "nationality": Field(T.TEXT, "国籍"),
            "phone": Field(T.PHONE, "固定电话", personal=True),
            "mobile": Field(T.PHONE, "移动电话", personal=True),
        },
        (
            Link("HOLDS_OFFICE", "person_name", "officer"),
            Link("USES_PHONE", "phone"),
            Link("USES_PHONE", "mobile"),
        ),
    ),
    Kind(
        "Contribution",
        "出资信息",
        "state",
        {
            "contribution_id": Field(T.NUMBER_TEXT, "出资记录编号"),
            "holder_no": Field(T.NUMBER_TEXT, "出资人编号"),
            "holder_name": Field(T.TEXT, "股东/发起人名称", personal=True),
            "holder_id": Field(T.ID_NUMBER, "股东证件号码", personal=True),
            "holder_code": Field(T.CREDIT_CODE, "股东统一社会信用代码"),
            "subscribed": Field(T.AMOUNT, "认缴出资额"),
            "paid": Field(T.AMOUNT, "实缴出资额"),
            "form": Field(T.TEXT, "出资方式"),
            "contributed_on": Field(T.DAY, "出资日期"),
            "published_on": Field(T.DAY, "公示日期"),
        },
        (Link("CONTRIBUTES", "holder_name"),),
    ),
    Kind(
        "AnnualReport",
        "年度报告",
        "event",
        {
            "report_id": Field(T.NUMBER_TEXT, "年报编号"),
            "year": Field(T.YEAR, "年报年度"),
            "filed_on": Field(T.DAY, "年报日期"),
            "entity_type": Field(T.TEXT, "企业类型"),
            "operating_state": Field(T.TEXT, "营运状况"),
            "form": Field(T.CATEGORY, "报送方式"),
            "city": Field(T.TEXT, "所属地市"),
            "district": Field(T.TEXT, "所属区县"),
            "employees": Field(T.INTEGER, "从业人数"),
            **money(
                assets="资产总额",
                liabilities="负债总额",
                equity="所有者权益合计",
                revenue="营业总收入",
                main_revenue="主营业务收入",
                profit="利润总额",
                net_profit="净利润",
                tax="纳税总额",
            ),
            **REPORT_FLAGS,
        },
    ),
    Kind(
        "AbnormalListing",
        "经营异常名录",
        "state",
        {
            "listing_id": Field(T.NUMBER_TEXT, "经营异常名录编号"),
            "listed_on": Field(T.DAY, "列入日期"),
            "reason": Field(T.TEXT, "列入原因"),
            "listed_by": Field(T.TEXT, "作出决定机关（列入）"),
            "removed_on": Field(T.DAY, "移出日期"),
            "removal_reason": Field(T.TEXT, "移出原因"),
            "removed_by": Field(T.TEXT, "作出决定机关（移出）"),
        },
    ),
    Kind(
        "SeriousListing",
        "严重违法失信名单",
        "state",
        {
            "listing_id": Field(T.NUMBER_TEXT, "名单编号"),
            "listed_on": Field(T.DAY, "列入日期"),
            "reason": Field(T.TEXT, "列入原因"),
            "listed_by": Field(T.TEXT, "作出决定机关（列入）"),
            "removed_on": Field(T.DAY, "移出日期"),
            "removal_reason": Field(T.TEXT, "移出原因"),
            "removed_by": Field(T.TEXT, "作出决定机关（移出）"),
            "counted_from": Field(T.DAY, "期限重新起算日"),
            "city": Field(T.TEXT, "所属地市"),
            "district": Field(T.TEXT, "所属区县"),
        },
    ),
    Kind(
        "Case",
        "行政处罚",
        "event",
        {
            "case_id": Field(T.NUMBER_TEXT, "业务主键"),
            "case_number": Field(T.NUMBER_TEXT, "案件编号"),
            "case_name": Field(T.TEXT, "案件名称"),
            "case_origin": Field(T.TEXT, "案件来源"),
            "opened_on": Field(T.DAY, "案件来源日期"),
            "filed": Field(T.FLAG, "是否立案"),
            "party_kind": Field(T.TEXT, "行政相对人类别"),
            "document_number": Field(T.DOCUMENT_NUMBER, "行政处罚决定书文号"),
            "violation": Field(T.TEXT, "违法行为类型"),
            "facts": Field(T.TEXT, "违法事实"),
            "basis": Field(T.TEXT, "处罚依据"),
            "penalty_kind": Field(T.TEXT, "处罚类别"),
            "penalty": Field(T.TEXT, "处罚内容"),
            **money(fine="罚款金额", confiscated="没收金额"),
            "revoked_licence": Field(T.TEXT, "暂扣或吊销证照"),
            "decided_on": Field(T.DAY, "处罚决定日期"),
            "effective_until": Field(T.DAY, "处罚有效期"),
            "public_until": Field(T.DAY, "公示截止期"),
            "cancel_reason": Field(T.TEXT, "案件撤销原因"),
            "authority": Field(T.TEXT, "处罚机关"),
            "authority_code": Field(T.NUMBER_TEXT, "处罚机关代码"),
            "data_source": Field(T.TEXT, "数据来源单位"),
            "data_source_code": Field(T.NUMBER_TEXT, "数据来源单位代码"),
            "person_name": Field(T.PERSON_NAME, "法定代表人", personal=True),
            "person_id": Field(T.ID_NUMBER, "法定代表人证件号码", personal=True),
            "person_id_kind": Field(T.TEXT, "法定代表人证件类型"),
            "party_id": Field(T.ID_NUMBER, "自然人证件号码", personal=True),
            "party_id_kind": Field(T.TEXT, "自然人证件类型"),
            "remark": Field(T.TEXT, "备注"),
        },
    ),
    Kind(
        "Hold",
        "停用标记",
        "state",
        {
            "held_source": Field(T.NUMBER_TEXT, "数据源"),
            "held_key": Field(T.NUMBER_TEXT, "记录键"),
            "event_day": Field(T.DAY, "事件日期"),
            "reason": Field(T.CATEGORY, "原因"),
            "basis": Field(T.TEXT, "依据"),
            "channels": Field(T.TEXT, "适用渠道"),
            "actor": Field(T.TEXT, "操作人"),
            "role": Field(T.TEXT, "角色"),
        },
    ),
    Kind(
        "PersonDecision",
        "人员认定",
        "state",
        {
            "decision": Field(T.CATEGORY, "认定"),
            "person_a": Field(T.PERSON_KEY, "一方", personal=True),
            "person_b": Field(T.PERSON_KEY, "另一方", personal=True),
            "basis": Field(T.TEXT, "理由"),
            "decided_on": Field(T.DAY, "认定日期"),
            "actor": Field(T.TEXT, "认定人"),
            "role": Field(T.TEXT, "角色"),
        },
    ),
    # of one firm (override), or of all (own): the bureau's own class is used where the province's would lead
    Kind(
        "LevelDecision",
        "分类认定",
        "state",
        {
            "decision": Field(T.CATEGORY, "认定"),
            "level": Field(T.CATEGORY, "认定类别"),
            "basis": Field(T.TEXT, "理由"),
            "decided_on": Field(T.DAY, "认定日期"),
            "actor": Field(T.TEXT, "认定人"),
            "role": Field(T.TEXT, "角色"),
        },
    ),
    # a text that may leave as it is; it is named by its hash alone
    Kind(
        "TextDecision",
        "公示文字认定",
        "state",
        {
            "text": Field(T.NUMBER_TEXT, "文字的哈希值"),
            "field": Field(T.CATEGORY, "字段"),
            "basis": Field(T.TEXT, "理由"),
            "decided_on": Field(T.DAY, "认定日期"),
            "actor": Field(T.TEXT, "认定人"),
            "role": Field(T.TEXT, "角色"),
        },
    ),
    # one party of a decision; its subject is the company
    Kind(
        "ControlDecision",
        "控制认定",
        "state",
        {
            "decision": Field(T.CATEGORY, "认定"),
            "agreement": Field(T.NUMBER_TEXT, "认定编号"),
            "party_firm": Field(T.NUMBER_TEXT, "一方（企业）"),
            "party_person": Field(T.PERSON_KEY, "一方（自然人）", personal=True),
            "basis": Field(T.TEXT, "理由"),
            "decided_on": Field(T.DAY, "认定日期"),
            "actor": Field(T.TEXT, "认定人"),
            "role": Field(T.TEXT, "角色"),
        },
    ),
)

_WORK = (*ALERT_KINDS, *PROCEEDING_KINDS)
KINDS: dict[str, Kind] = {kind.name: kind for kind in (*_BASE, *FIRM_KINDS, *AUTHORITY_KINDS, *_WORK)}
HOLD_REASONS = ("repaired", "withdrawn", "expired", "deleted_by_source", "paused")
# what people decide of the data: no source states it, and clients see what follows from it
DECISION_KINDS = ("Hold", "PersonDecision", "LevelDecision", "ControlDecision", "TextDecision")
# what the bureau's own work leaves in the graph; clients see it as what it is, not among the records of sources
WORK_KINDS = tuple(kind.name for kind in _WORK)
CHANNELS = ("public", "departments", "grading", "internal")

# begins an eid or pid that stands for a name in one record or firm, of whom nothing better is known
UNKNOWN_PREFIX = "name:"
