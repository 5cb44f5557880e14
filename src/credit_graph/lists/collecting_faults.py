"""What can be wrong with a reported entry: code, and what the department is told, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass, field

from credit_graph.text import t

FAULTS: dict[str, tuple[str, str]] = {
    "missing": ("未填写", "is empty"),
    "id_number": ("含有身份证件号码（已遮盖），请删去", "holds an ID number (masked): delete it"),
    "code_destroyed": (
        "代码被存成数字，末几位已丢失，请以文本重新填写{hint}",
        "the code was kept as a number and lost its last digits: enter it as text{hint}",
    ),
    "code_invalid": ("不是有效的统一社会信用代码（校验位不符）{hint}", "is no valid credit code{hint}"),
    "firm_unknown": ("登记簿中没有这个代码{hint}", "the register has no such code{hint}"),
    "excluded": ("{why}", "{why}"),
    "name_former": (
        "该企业已更名为“{now}”（{former} 用至 {until}），请改填现名",
        "the firm is called “{now}” now ({former} until {until}): use that name",
    ),
    "name_other": ("与登记的名称“{now}”不一致{hint}", "the register calls it “{now}”{hint}"),
    "ended": ("该企业登记状态为“{state}”（{since}），不能列入", "the firm's state is “{state}” ({since})"),
    "off_register": ("登记簿自 {since} 起不再载有该企业", "the register has the firm no more since {since}"),
    "founded_later": ("早于该企业成立之日 {day}", "before the firm was founded on {day}"),
    "other_registrar": ("该企业的登记机关是“{registrar}”，应由其列入", "its registrar lists: “{registrar}”"),
    "ground_unknown": ("不是本名单的列入情形，请从下拉列表选择", "is no ground of the list: choose from the list"),
    "reason_needed": (
        "该情形须写明具体行为，以填表说明所列表述之一开头",
        "the act has to be told, beginning as one of the wordings in the notes",
    ),
    "reason_unfit": (
        "不能确认属于{ground}所列行为，请以填表说明所列表述之一开头",
        "not known to be of {ground}: begin as one of the wordings in the notes",
    ),
    "not_a_ground": ("{why}", "{why}"),
    "number_form": ("不是文号，应如 庆西市监处罚〔2026〕17号", "is no number like 庆西市监处罚〔2026〕17号"),
    "number_prefix": ("应以 {prefixes} 开头（本部门的机关代字）", "has to begin with {prefixes}"),
    "number_year": ("年份 {year} 晚于列入日期", "the year {year} is after the day of listing"),
    "number_twice": ("与{where}的文号相同，一份决定只能报一行", "the same number as {where}"),
    "number_taken": ("该文号已用于 {code}", "that number is of {code} already"),
    "day_invalid": ("不是日期，应如 2026-07-01", "is no day like 2026-07-01"),
    "day_future": ("晚于今天 {day}", "after today, {day}"),
    "day_early": ("早于本名单的起始日 {day}", "before the list's first day, {day}"),
    "day_of_later_period": (
        "不属于本期（截至 {day}），请在所属季度报送",
        "after the period, which ends on {day}",
    ),
    "receipt_twice": ("与{where}的公示回执编号相同，每条各有一个", "the same receipt as {where}"),
    "receipt_taken": ("该公示回执已用于其他记录（{key}）", "that receipt is of another record ({key})"),
    "published_early": ("早于列入日期 {day}", "before the day of listing, {day}"),
    "term_over": ("期限已于 {day} 届满，不能列入", "the term ended on {day}"),
    "term_differs": ("应为 {day}", "has to be {day}"),
    "row_twice": ("与{where}重复（同一企业、同一情形）", "the same firm and ground as {where}"),
    "listed_already": (
        "已因同一情形在列（{day} 列入，{number}）",
        "stands on the list on that ground already (since {day}, {number})",
    ),
    "recorded_otherwise": (
        "该决定已经记录，但 {what} 不同；如原记录有误，请办理更正",
        "that decision is recorded with another {what}; correct the record if it is wrong",
    ),
    "withdrawn": ("该列入已经撤销，不能再报", "that listing was withdrawn"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a row: the column where it shows, its code (a key of ``FAULTS``), and what its text names."""

    column: str
    code: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What the department is told."""
        return t(*FAULTS[self.code]).format(**self.values)
