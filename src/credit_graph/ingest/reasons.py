"""Why a row was refused or a value set aside: stable codes with a sentence that says what to do."""

from __future__ import annotations

from credit_graph.text import t

REASONS: dict[str, tuple[str, str]] = {
    # these refuse the row
    "row_shape": ("列数与表头不符", "the row has more cells than the header"),
    "key_missing": ("缺少识别本行的字段", "a field that identifies the row is empty"),
    "subject_missing": ("没有写明是哪个主体", "the row names no subject"),
    "code_invalid": ("统一社会信用代码校验不通过", "the credit code fails its check digits"),
    "code_destroyed": (
        "代码被电子表格改成科学计数（如 9.13302E+17），请将该列设为文本后重新导出",
        "a spreadsheet turned the code into a number (9.13302E+17): format the column as text and export again",
    ),
    "contradiction": ("同一记录的两行互相矛盾", "two rows of one key contradict each other"),
    # these set the value aside
    "id_invalid": ("证件号码无效，仅保留掩码", "the ID number is invalid; only its mask is kept"),
    "org_code_invalid": ("组织机构代码校验不通过", "the organisation code fails its check digit"),
    "registration_number_invalid": ("注册号校验不通过", "the registration number fails its check digit"),
    "day_invalid": ("不是可能的日期", "no possible date"),
    "year_invalid": ("不是可能的年份", "no possible year"),
    "amount_invalid": ("不是金额", "no amount"),
    "share_invalid": ("不是比例", "no share"),
    "number_invalid": ("不是数字", "no number"),
    "flag_invalid": ("不是“是/否”", "neither yes nor no"),
    "category_unknown": ("定义中没有这个取值", "the definition knows no such value"),
    "phone_invalid": ("不是电话号码", "no phone number"),
    "region_invalid": ("不是行政区划代码", "no administrative division code"),
    "name_invalid": ("不像名称", "no name"),
    "too_long": ("超出字段长度限制", "over the length limit"),
    "interval_reversed": ("结束日期早于开始日期", "the end lies before the beginning"),
}


def reason_text(code: str) -> str:
    """The sentence for a code; an unknown one stands for itself."""
    zh, en = REASONS.get(code, (code, code))
    return t(zh, en)
