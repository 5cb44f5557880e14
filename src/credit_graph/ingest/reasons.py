"""Why a row was refused or a value set aside: stable codes with a sentence that says what to do."""

from __future__ import annotations

from credit_graph.text import t

REASONS: dict[str, tuple[str, str]] = {
    # these refuse the row
    "row_shape": (
        "单元格数与表头不符、引号未闭合，或该行不是完整的 JSON 对象：请核对分隔符与引号",
        "more or fewer cells than the header, an open quote, or no complete JSON object: check delimiters and quotes",
    ),
    "key_missing": ("缺少识别本行的字段", "a field that identifies the row is empty or unreadable"),
    "subject_missing": ("没有写明是哪个主体", "the row names no subject"),
    "contradiction": ("同一记录的两行互相矛盾", "two rows of one key contradict each other"),
    "superseded": ("此后的送达已说明同一记录，重放不会改动它", "a later delivery states this record: it stands"),
    # codes: these refuse the row where the subject has no other identifier
    "code_invalid": ("统一社会信用代码校验不通过", "the credit code fails its check digits"),
    "code_destroyed": (
        "代码被电子表格改成科学计数（如 9.13302E+17），请将该列设为文本后重新导出",
        "a spreadsheet turned the code into a number (9.13302E+17): format the column as text and export again",
    ),
    "code_masked": (
        "此列填的是公民身份号码或已遮盖的号码，不是代码",
        "this column holds a citizen ID or a masked number, and no code",
    ),
    "org_code_invalid": ("组织机构代码校验不通过", "the organisation code fails its check digit"),
    "registration_number_invalid": ("注册号校验不通过", "the registration number fails its check digit"),
    # these set the value aside
    "id_form": (
        "证件号码位数或字符不对，仅保留掩码",
        "no ID number by its length or characters; only its mask is kept",
    ),
    "id_region": ("身份号码的行政区划从未存在，仅保留掩码", "the ID's region never existed; only its mask is kept"),
    "id_birth": ("身份号码的出生日期不可能，仅保留掩码", "the ID's date of birth is impossible; only its mask is kept"),
    "id_check": ("身份号码校验位不符，仅保留掩码", "the ID fails its check digit; only its mask is kept"),
    "id_is_credit_code": ("证件号码栏填的是统一社会信用代码", "the ID column holds a credit code"),
    "id_masked": (
        "此证件号码只存掩码：请重新提供原文件，或在导出的工作簿中填写完整号码或清空该格",
        "only the mask of this ID is kept: give the file again, or write the number (or nothing) into the workbook",
    ),
    "day_invalid": ("不是可能的日期", "no possible date"),
    "year_invalid": ("不是可能的年份", "no possible year"),
    "amount_invalid": ("不是金额", "no amount"),
    "currency_unknown": (
        "金额为外币，而本列没有币种字段，不能当作人民币",
        "an amount in a foreign currency, and the record has no field that says so",
    ),
    "currency_conflict": (
        "单元格内的币种与币种列不一致",
        "the cell names another currency than the row's currency column",
    ),
    "share_invalid": ("不是 0 至 100% 的比例", "no share between 0 and 100 %"),
    "number_invalid": ("不是数字", "no number"),
    "flag_invalid": ("不是“是/否”", "neither yes nor no"),
    "category_unknown": ("定义中没有这个取值", "the definition knows no such value"),
    "phone_invalid": ("不是电话号码", "no phone number"),
    "region_invalid": ("不是行政区划代码", "no administrative division code"),
    "value_nested": (
        "单元格里是嵌套的对象或列表，请拆成单独的列",
        "the cell holds a nested object or list: give each value a column of its own",
    ),
    "interval_reversed": ("结束日期早于开始日期", "the end lies before the beginning"),
}


def reason_text(code: str) -> str:
    """The sentence for a code; an unknown one stands for itself."""
    zh, en = REASONS.get(code, (code, code))
    return t(zh, en)
