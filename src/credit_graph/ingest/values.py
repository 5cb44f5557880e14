"""Values of cells: each function gives the value, ``None`` for none, or raises :class:`Bad` with the reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from credit_graph.model.definition import Column
from credit_graph.model.identifiers import (
    is_credit_code,
    is_org_code,
    is_registration_number,
    normalise,
    suggestion,
)
from credit_graph.model.kinds import FieldType
from credit_graph.model.statement import Value

FEN = {"分": 1, "元": 100, "万元": 1_000_000, "亿元": 10_000_000_000}
_EMPTY = frozenset({"", "\\N", "NULL", "NONE", "NAN", "NA", "N/A", "暂无", "/", "-", "--", "—", "——", "#N/A"})
_EXPONENT = re.compile(r"^[+-]?\d+(\.\d+)?[Ee]\+?\d+$")
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s].*)?$")
_COMPACT_DAY = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\d{6})?$")
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
_EXCEL_EPOCH = date(1899, 12, 30)
_NO_DAY = date(1900, 1, 1)
_OPEN_YEARS = frozenset({2099, 9999})
_AMOUNT = re.compile(
    r"^(?:人民币|RMB|CNY|[¥￥$])?(?P<number>[+-]?[\d,]+(?:\.\d+)?(?:[Ee][+-]?\d+)?|[+-]?\.\d+)"
    r"(?P<unit>亿元?|万元?|元|分|亿|万)?(?P<currency>人民币|美元|港元|港币|欧元|日元|英镑|USD|HKD|EUR|JPY)?元?整?$"
)
_UNITS = {"亿": "亿元", "万": "万元"}
_YES = frozenset({"1", "是", "Y", "YES", "TRUE", "T", "有"})
_NO = frozenset({"0", "2", "否", "N", "NO", "FALSE", "F", "无"})
MAX_TEXT = 100_000
MAX_FEN = 2**62


class Bad(Exception):
    """The cell has no such value; ``reason`` is a code of ``ingest/reasons.py``."""

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason = reason
        self.hint = hint
        super().__init__(reason)


def clean(text: str | None) -> str:
    """The cell's text without surrounding space; empty for what stands for nothing (NULL, 暂无, / …)."""
    if text is None:
        return ""
    stripped = text.strip(" \t\r\n\u3000\ufeff'")
    return "" if stripped.upper() in _EMPTY else stripped


def day(text: str) -> date | None:
    """A day in any usual form or as spreadsheet serial; 9999-… and 2099-12-31 (open end), 1900-1-1 (none): None."""
    folded = unicodedata.normalize("NFKC", text).strip()
    parts = _DAY.match(folded) or _COMPACT_DAY.match(folded)
    try:
        if parts:
            found = date(*(int(part) for part in parts.groups()))
        elif _SERIAL.match(folded):
            found = _EXCEL_EPOCH + timedelta(days=int(float(folded)))
        else:
            raise Bad("day_invalid")
    except ValueError:
        raise Bad("day_invalid") from None
    if found == _NO_DAY or found.year in _OPEN_YEARS:
        return None
    if not 1800 <= found.year <= 2200:
        raise Bad("day_invalid")
    return found


def year(text: str) -> int:
    """A year, also as 2023年, 2023年度 or the beginning of a day."""
    found = re.match(r"^(\d{4})(?:\.0)?(?:年度?|[-/.].*)?$", unicodedata.normalize("NFKC", text))
    if not found or not 1900 <= int(found[1]) <= 2200:
        raise Bad("year_invalid")
    return int(found[1])


def amount_parts(text: str) -> tuple[Decimal, str | None]:
    """The number and the unit that the cell names."""
    folded = unicodedata.normalize("NFKC", text).replace(" ", "").replace("¥", "¥")
    found = _AMOUNT.match(folded)
    if not found:
        raise Bad("amount_invalid")
    try:
        number = Decimal(found["number"].replace(",", ""))
    except InvalidOperation:
        raise Bad("amount_invalid") from None
    unit = found["unit"]
    if unit is None and found["currency"] and folded.endswith("元"):
        unit = "元"
    return number, _UNITS.get(unit, unit) if unit else None


def amount(text: str, unit: str) -> int:
    """An amount in fen; the unit in the cell wins over the column's."""
    number, own = amount_parts(text)
    fen = number * FEN[own or unit]
    if abs(fen) > MAX_FEN:
        raise Bad("amount_invalid")
    return int(fen.to_integral_value())


def share(text: str, scale: str) -> int:
    """A share in parts per million, by the column's scale: percent (40, 40%) or fraction (0.4)."""
    folded = unicodedata.normalize("NFKC", text).replace(" ", "")
    percent = folded.endswith("%")
    try:
        number = Decimal(folded.rstrip("%"))
    except InvalidOperation:
        raise Bad("share_invalid") from None
    return int((number * (10_000 if percent or scale == "percent" else 1_000_000)).to_integral_value())


def _credit_code(text: str) -> str:
    code = normalise(text)
    if _EXPONENT.match(code):
        raise Bad("code_destroyed")
    if not is_credit_code(code):
        raise Bad("code_invalid", suggestion(code) or "")
    return code


def _org_code(text: str) -> str:
    code = normalise(text).replace("-", "")
    if _EXPONENT.match(code):
        raise Bad("code_destroyed")
    if not is_org_code(code):
        raise Bad("org_code_invalid")
    return code


def _registration_number(text: str) -> str:
    number = normalise(text)
    if _EXPONENT.match(number):
        raise Bad("code_destroyed")
    if re.fullmatch(r"\d{15}", number) and not is_registration_number(number):
        raise Bad("registration_number_invalid")
    return number


def _number_text(text: str) -> str:
    number = unicodedata.normalize("NFKC", text).strip()
    if _EXPONENT.match(number) and "." in number:
        raise Bad("code_destroyed")
    return re.sub(r"^(\d+)\.0+$", r"\1", number)


def _name(text: str) -> str:
    """A name with full-width brackets and no spaces between Han characters."""
    folded = unicodedata.normalize("NFKC", text)
    folded = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", folded)
    return re.sub(r"\s+", " ", folded).replace("(", "（").replace(")", "）").strip()


def _phone(text: str) -> str:
    folded = re.sub(r"[\s\-—()（）]", "", unicodedata.normalize("NFKC", text))
    folded = re.sub(r"^(\+?86)(?=1\d{10}$)", "", folded)
    folded = re.sub(r"\.0$", "", folded)
    if not re.fullmatch(r"\+?\d{5,20}", folded):
        raise Bad("phone_invalid")
    return folded


def _region(text: str) -> str:
    """A division code of 6, 9 or 12 digits, or the division's name as text."""
    folded = re.sub(r"\.0$", "", normalise(text))
    if folded.isdigit() and len(folded) not in (6, 9, 12):
        raise Bad("region_invalid")
    return folded


def _integer(text: str) -> int:
    folded = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    found = re.fullmatch(r"([+-]?\d{1,15})(?:\.0+)?[人户家个次]?", folded)
    if not found:
        raise Bad("number_invalid")
    return int(found[1])


def _number(text: str) -> float:
    try:
        return float(Decimal(unicodedata.normalize("NFKC", text).replace(",", "")))
    except InvalidOperation:
        raise Bad("number_invalid") from None


def _flag(text: str) -> bool:
    folded = re.sub(r"\.0$", "", unicodedata.normalize("NFKC", text).upper())
    if folded in _YES or folded in _NO:
        return folded in _YES
    raise Bad("flag_invalid")


def _text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise Bad("too_long")
    return text


_PARSERS: dict[FieldType, Callable[[str], Value | None]] = {
    FieldType.TEXT: _text,
    FieldType.NAME: _name,
    FieldType.PERSON_NAME: _name,
    FieldType.ADDRESS: _name,
    FieldType.CREDIT_CODE: _credit_code,
    FieldType.ORG_CODE: _org_code,
    FieldType.REGISTRATION_NUMBER: _registration_number,
    FieldType.TAX_NUMBER: normalise,
    FieldType.NUMBER_TEXT: _number_text,
    FieldType.PHONE: _phone,
    FieldType.REGION: _region,
    FieldType.DAY: day,
    FieldType.YEAR: year,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.FLAG: _flag,
}


def parser(kind: FieldType, column: Column, unit: str | None) -> Callable[[str], Value | None]:
    """The function that reads a cell of this column; it may raise :class:`Bad`."""
    if kind is FieldType.AMOUNT:
        return lambda text: amount(text, unit or "元")
    if kind is FieldType.SHARE:
        scale = column.scale or "percent"
        return lambda text: share(text, scale)
    if kind is FieldType.CATEGORY:
        return _category(column.values, strict=column.strict)
    if column.values:
        read, corrections = _PARSERS[kind], column.values
        return lambda text: read(corrections.get(text, text))
    return _PARSERS[kind]


def _category(values: Mapping[str, str], *, strict: bool) -> Callable[[str], Value | None]:
    folded = {unicodedata.normalize("NFKC", text).upper(): value for text, value in values.items()}

    def read(text: str) -> str:
        value = folded.get(unicodedata.normalize("NFKC", text).upper())
        if value is None and strict:
            raise Bad("category_unknown")
        return value if value is not None else _text(text)

    return read
