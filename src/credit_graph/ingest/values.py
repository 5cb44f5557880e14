"""Values of cells: each reader gives the value, None for none, or raises :class:`Bad` with the reason.

Amounts become integers in fen, shares integers in parts per million, days ``date``; nothing is guessed.
"""

from __future__ import annotations

import contextlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache

from credit_graph.clock import SHANGHAI
from credit_graph.ingest.limits import rules
from credit_graph.ingest.screening import MASK
from credit_graph.model.definition import Column
from credit_graph.model.identifiers import (
    is_credit_code,
    is_org_code,
    is_registration_number,
    normalise,
    suggested_org_code,
    suggestion,
)
from credit_graph.model.kinds import FieldType
from credit_graph.model.statement import Value

RENMINBI = "人民币"
FEN = {"分": 1, "元": 100, "万元": 1_000_000, "亿元": 10_000_000_000}
MAX_FEN = 2**62  # what the engines' integers hold, with room for sums
PPM = 1_000_000
Reader = Callable[[str], Value | None]

_SPACE = " \t\r\n\u3000\ufeff"
_EXPONENT = re.compile(r"[+-]?\d+(\.\d+)?[Ee]\+?\d+")
_ZEROS = re.compile(r"(\d+)\.0+")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(日|\.0+)?")
_DATE_SPACE = re.compile(r"\s*([年月])\s*|\s+(?=日)")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?(?:\.0+)?")
_TIME = re.compile(r"\d{1,2}[:时]\d{1,2}[分:]?(\d{1,2}(\.\d+)?秒?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?")
_SERIAL = re.compile(r"(\d{1,7})(\.\d+)?")
_EXCEL_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL = 2  # 0, 1 and 2 are how sheets write no day; other short numbers are none
_MONTH = re.compile(r"(\d{4})(?:[-/.年]?)(\d{2}|(?<=[-/.年])\d)(?:月份?)?")
_YEAR = re.compile(r"(\d{4})(?:\.0+)?(?:年度?)?")
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?([Ee][+-]?\d{1,2})?")
_AMOUNT = re.compile(r"(?P<before>[^\d.,+-]*)(?P<number>[+-]?[\d,.]+(?:[Ee][+-]?\d{1,2})?)(?P<after>\D*)")
_UNIT = re.compile(r"(?P<unit>亿|万|分)?(?P<rest>.*)")
_DOCUMENT = re.compile(r"(?P<before>.*?)[〔\[({【<《](?P<year>(?:19|20)\d{2})年?[〕\])}】>》]第?(?P<after>.*)")
_BRACKETED = re.compile(r"\(([^()]*)\)$")
_YES = frozenset({"1", "是", "Y", "YES", "TRUE", "T", "√"})
_NO = frozenset({"0", "否", "N", "NO", "FALSE", "F", "×"})
_PHONE = re.compile(r"^(?:\+86|0086|86(?=[-\s]?1\d{10}$))|[\s\-—()]")
_NESTED = re.compile(r"\{\s*[\"}]|\[\s*[\"\[{]")
_HAN_SPACE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_NAME_MARKS = str.maketrans("()•‧∙・", "（）····")


class Bad(Exception):
    """The cell has no such value; ``reason`` is a code of ``ingest/reasons.py``, ``hint`` a likely reading."""

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason = reason
        self.hint = hint
        super().__init__(reason)


def clean(text: str | None) -> str:
    """The cell's text without surrounding space and apostrophe; empty for what says nothing (NULL, 暂无, / …)."""
    if text is None:
        return ""
    stripped = text.strip(_SPACE).removeprefix("'").strip(_SPACE)
    return "" if stripped.upper() in rules().empty_words else stripped


def fold(text: str) -> str:
    """Without variants of width and brackets, spaces and case, for comparing values."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def day(text: str) -> date | None:
    """A day in any usual form, or a spreadsheet's serial number; None for an open end and for what means no day.

    A time is dropped; one with a zone counts as the day in Shanghai.
    """
    folded = _DATE_SPACE.sub(r"\1", unicodedata.normalize("NFKC", text).strip())
    if folded in rules().open_words:
        return None
    whole, _, time = folded.replace("T", " ").partition(" ")
    parts = _DAY.fullmatch(whole) or (None if time else _COMPACT_DAY.fullmatch(whole))
    try:
        if parts and (not time or _TIME.fullmatch(time.strip())):
            found = date(*(int(part) for part in parts.groups()[:3]))
            if (clock := _TIME.fullmatch(time.strip())) and clock["zone"]:
                found = datetime.fromisoformat(folded).astimezone(SHANGHAI).date()
        elif (serial := _SERIAL.fullmatch(folded)) and (len(serial[1]) > 4 or int(serial[1]) <= _FIRST_SERIAL):
            found = _EXCEL_EPOCH + timedelta(days=int(serial[1]))
        else:
            raise Bad("day_invalid")
    except (ValueError, OverflowError):
        raise Bad("day_invalid") from None
    return _plausible(found)


def _plausible(found: date) -> date | None:
    if found.year == 9999 or found in rules().open_days or found in rules().no_days:
        return None
    if not rules().first_day <= found <= rules().last_day:
        raise Bad("day_invalid")
    return found


def year(text: str) -> int:
    """A year, also as 2023年, 2023年度 or any form of a day."""
    found = _YEAR.fullmatch(unicodedata.normalize("NFKC", text))
    number = int(found[1]) if found else 0
    if not found and not (text.isdigit() and len(text) != 8):
        try:
            number = getattr(day(text), "year", 0)
        except Bad:
            raise Bad("year_invalid") from None
    if not rules().first_day.year <= number <= rules().last_day.year:
        raise Bad("year_invalid")
    return number


def month(text: str) -> date | None:
    """The first day of a month (2026-05, 202605, 2026年5月), also of the month of a day."""
    found = _MONTH.fullmatch(_DATE_SPACE.sub(r"\1", unicodedata.normalize("NFKC", text).strip()))
    whole = day(f"{found[1]}-{found[2]}-1") if found else day(text)
    return whole.replace(day=1) if whole else None


def amount_parts(text: str) -> tuple[Decimal, str | None, str | None]:
    """The number, and the unit and currency that the cell names: ``100万美元`` -> (100, 万元, 美元).

    Units are counted in the currency's own main unit; raises :class:`Bad`.
    """
    folded = fold(text)
    found = _AMOUNT.fullmatch(folded)
    if not found:
        raise Bad("amount_invalid")
    number = _decimal(found["number"], "amount_invalid")
    after = _BRACKETED.sub(r"\1", found["after"]).removesuffix("整").removesuffix("正")  # 100万元(人民币)
    parts = _UNIT.fullmatch(after)
    assert parts is not None
    rest = parts["rest"]
    named = {currency for word in (found["before"].rstrip(":"), rest) if word and (currency := _currency(word))}
    unknown = [word for word in (found["before"].rstrip(":"), rest) if word and _currency(word) is None]
    if unknown or len(named) > 1 or (found["before"] and not _currencies().get(found["before"].rstrip(":"))):
        raise Bad("amount_invalid")
    unit = {"亿": "亿元", "万": "万元", "分": "分"}.get(parts["unit"] or "", "元" if rest else None)
    return number, unit, next(iter(named - {""}), None)


def _currency(word: str) -> str | None:
    """A currency by any of its names; empty for a bare 元; None if the word is none."""
    return "" if word == "元" else _currencies().get(word) or _currencies().get(word.removeprefix("元"))


@cache
def _currencies() -> dict[str, str]:
    return {fold(word): name for name, words in rules().currencies.items() for word in words}


def withheld(text: str) -> bool:
    """Whether the cell says that the firm does not publish the figure (企业选择不公示): no value, and no fault."""
    return fold(text) in rules().withheld_words


def amount(text: str, unit: str) -> tuple[int, str | None]:
    """An amount in fen (of its currency's hundredths) and the currency that the cell names.

    The unit in the cell wins over the column's.
    """
    number, own, currency = amount_parts(text)
    fen = number * FEN[own or unit]
    if abs(fen) > MAX_FEN:
        raise Bad("amount_invalid")
    return int(fen.to_integral_value()), currency


def _decimal(text: str, reason: str) -> Decimal:
    """A number with or without thousands marks in their right places."""
    if not _NUMBER.fullmatch(text):
        raise Bad(reason)
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise Bad(reason) from None


def share(text: str, scale: str) -> int:
    """A share in parts per million, by the column's scale: percent (40) or fraction (0.4); 40% says it itself."""
    folded = fold(text)
    number = _decimal(folded.removesuffix("%"), "share_invalid")
    ppm = number * (10_000 if folded.endswith("%") or scale == "percent" else PPM)
    if not 0 <= ppm <= PPM:
        raise Bad("share_invalid")
    return int(ppm.to_integral_value())


def _code(text: str) -> str:
    """A code in its normal form; what a spreadsheet or the screening destroyed is none."""
    code = normalise(text)
    if _EXPONENT.fullmatch(code):
        raise Bad("code_destroyed")
    if MASK in code:
        raise Bad("code_masked")
    found = _ZEROS.fullmatch(code)
    return found[1] if found else code


def _credit_code(text: str) -> str:
    code = _code(text)
    if not is_credit_code(code):
        raise Bad("code_invalid", suggestion(code) or "")
    return code


def _org_code(text: str) -> str:
    code = _code(text).replace("-", "")
    if not is_org_code(code):
        raise Bad("org_code_invalid", suggested_org_code(code) or "")
    return code


def _registration_number(text: str) -> str:
    """Only the 15-digit form has a check; older numbers have 13 digits or hold Chinese characters."""
    number = _code(text)
    if len(number) == 15 and number.isdigit() and not is_registration_number(number):
        raise Bad("registration_number_invalid")
    return number


def _number_text(text: str) -> str:
    number = unicodedata.normalize("NFKC", text).strip().strip("'")
    if _EXPONENT.fullmatch(number) and "." in number:
        raise Bad("code_destroyed")
    found = _ZEROS.fullmatch(number)  # 7299.0 of an export from decimal numbers
    return found[1] if found else number


def document_number(text: str) -> str:
    """A document's number as it is officially written: the year in 〔〕, without spaces and without 第 after it."""
    number = "".join(_number_text(text).split())
    found = _DOCUMENT.fullmatch(number)
    return f"{found['before']}〔{found['year']}〕{found['after']}" if found else number


def name(text: str) -> str:
    """A name (企业名称, 姓名, 住所) with full-width brackets, one kind of dot, no spaces beside Han characters."""
    folded = _HAN_SPACE.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(folded.translate(_NAME_MARKS).split())


def _phone(text: str) -> str:
    """The first number of the cell, digits only, without country code; an extension is left out."""
    folded = unicodedata.normalize("NFKC", text)
    first = re.split(r"[/,;、|]|转|(?<=\d{7})-(?=\d{1,5}$)", folded)[0]
    digits = _PHONE.sub("", first)
    found = _ZEROS.fullmatch(digits)
    digits = found[1] if found else digits
    if not re.fullmatch(r"[0-9]{5,12}", digits):
        raise Bad("phone_invalid")
    return digits


def _region(text: str) -> str:
    """A division code of 6, 9 or 12 digits, or the division's name."""
    folded = normalise(text)
    found = _ZEROS.fullmatch(folded)
    folded = found[1] if found else folded
    if folded.isascii() and not re.fullmatch(r"[1-9](\d{5}|\d{8}|\d{11})", folded):
        raise Bad("region_invalid")
    return folded


def _integer(text: str) -> int | None:
    if withheld(text):
        return None
    number = _decimal(re.sub(r"[人户家个次]$", "", fold(text)), "number_invalid")
    if number != number.to_integral_value() or abs(number) > MAX_FEN:
        raise Bad("number_invalid")
    return int(number)


def _number(text: str) -> float:
    return float(_decimal(fold(text), "number_invalid"))


def _flag(text: str) -> bool:
    folded = fold(text)
    found = _ZEROS.fullmatch(folded)
    folded = found[1] if found else folded
    if folded in _YES or folded in _NO:
        return folded in _YES
    raise Bad("flag_invalid")


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


_READERS: dict[FieldType, Reader] = {
    FieldType.TEXT: _text,
    FieldType.NAME: name,
    FieldType.PERSON_NAME: name,
    FieldType.ADDRESS: name,
    FieldType.CREDIT_CODE: _credit_code,
    FieldType.ORG_CODE: _org_code,
    FieldType.REGISTRATION_NUMBER: _registration_number,
    FieldType.TAX_NUMBER: _code,
    FieldType.DOCUMENT_NUMBER: document_number,
    FieldType.NUMBER_TEXT: _number_text,
    FieldType.PHONE: _phone,
    FieldType.REGION: _region,
    FieldType.DAY: day,
    FieldType.MONTH: month,
    FieldType.YEAR: year,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.FLAG: _flag,
    FieldType.CATEGORY: _text,
}
_TEXTS = frozenset(
    {
        FieldType.TEXT,
        FieldType.NAME,
        FieldType.PERSON_NAME,
        FieldType.ADDRESS,
        FieldType.NUMBER_TEXT,
        FieldType.DOCUMENT_NUMBER,
        FieldType.CATEGORY,
    }
)


def reader(kind: FieldType, column: Column) -> Reader:
    """The function that reads a cleaned cell of this column (amounts: :func:`amount`); it may raise :class:`Bad`."""
    if kind is FieldType.SHARE:
        scale = column.scale or "percent"
        return lambda text: share(text, scale)
    plain = _READERS[kind]
    if kind in _TEXTS:
        plain = _flat(plain)
    return _corrected(plain, column.values, strict=column.strict) if column.values else plain


def _flat(plain: Reader) -> Reader:
    """The reader of a kind of text, which does not take what JSON and Parquet files nest in one cell."""

    def read(text: str) -> Value | None:
        if text[:1] in "[{" and _NESTED.match(text):
            with contextlib.suppress(ValueError, RecursionError):
                json.loads(text)
                raise Bad("value_nested")
        return plain(text)

    return read


def _corrected(plain: Reader, values: Mapping[str, str], *, strict: bool) -> Reader:
    """The reader after the definition's corrections; a value corrected to nothing is none."""
    known = {fold(text): value for text, value in values.items()}

    def read(text: str) -> Value | None:
        folded = fold(text)
        found = _ZEROS.fullmatch(folded)
        value = known.get(folded, known.get(found[1]) if found else None)
        if value is None and strict:
            raise Bad("category_unknown")
        if value is None:
            return plain(text)
        return plain(value) if value else None

    return read
