"""Identifiers of enterprises and persons with their check digits.

统一社会信用代码 GB 32100-2015, 组织机构代码 GB 11714, 15-digit 注册号 (ISO 7064 MOD 11,10), citizen ID GB 11643.
Nothing is mended silently: a likely misreading (O for 0, I for 1) is only named in the message.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt
from stdnum import numdb
from stdnum.cn import uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)], dtype=np.int64)
_ORG_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_MISREAD = {"O": "0", "I": "1", "S": "5", "Z": "2", "V": "U"}
_DECORATION = re.compile(r"[\s\'’‘`\"“”\u200b\ufeff]+")


def normalise(text: str) -> str:
    """The code without width, case, spaces and apostrophes (as spreadsheets and people add them)."""
    return _DECORATION.sub("", unicodedata.normalize("NFKC", text)).upper()


def org_check_digit(body: str) -> str:
    """The ninth character of an 组织机构代码, of its first eight (GB 11714)."""
    rest = 11 - sum(ORG_ALPHABET.index(c) * int(w) for c, w in zip(body, _ORG_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def is_org_code(code: str) -> bool:
    """Whether a normalised 组织机构代码 (9 characters, hyphen allowed) has the right check digit."""
    code = code.replace("-", "")
    return bool(re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code)) and org_check_digit(code[:8]) == code[8]


def is_credit_code(code: str) -> bool:
    """Whether a normalised 统一社会信用代码 passes both checks: its own, and that of the 组织机构代码 inside."""
    if len(code) != 18 or any(c not in ALPHABET for c in code):
        return False
    return bool(uscc.calc_check_digit(code[:17]) == code[17]) and is_org_code(code[8:17])


def check_credit_codes(codes: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Per code whether it passes both checks. Codes must be normalised; about a second per million."""
    count = len(codes)
    # a cell too many shows a code that is too long; shorter ones end in NUL, which no alphabet has
    cells = np.array(codes, dtype="U19").view(np.uint32).reshape(count, 19)
    values = _values(ALPHABET)[np.minimum(cells, 127)]
    known = (values[:, :18] >= 0).all(axis=1) & (cells[:, 18] == 0)
    check = -(values[:, :17] @ _WEIGHTS) % 31
    org = _values(ORG_ALPHABET)[np.minimum(cells[:, 8:17], 127)]
    org_check = (11 - (org[:, :8] @ _ORG_WEIGHTS) % 11) % 11  # 11 -> 0; 10 stands for X
    stated = np.where(cells[:, 16] == ord("X"), 10, org[:, 8])
    org_ok = (org_check == stated) & ((org[:, 8] <= 9) | (cells[:, 16] == ord("X")))
    result: npt.NDArray[np.bool_] = known & (check == values[:, 17]) & org_ok
    return result


@cache
def _values(alphabet: str) -> npt.NDArray[np.int64]:
    """Value of each ASCII character, -1 where the alphabet lacks it."""
    table = np.full(128, -1, dtype=np.int64)
    for value, character in enumerate(alphabet):
        table[ord(character)] = value
    return table


def is_registration_number(number: str) -> bool:
    """Whether a 注册号 is valid: 15 digits with check digit; 13 digits (older) have none."""
    if re.fullmatch(r"\d{13}", number):
        return True
    if not re.fullmatch(r"\d{15}", number):
        return False
    p = 10
    for digit in number[:14]:
        p = 2 * ((p % 11 + int(digit)) % 10 or 10)
    return (p % 11 + int(number[14])) % 10 == 1


def suggestion(code: str) -> str | None:
    """The one credit code that a misreading of O/0, I/1, S/5, Z/2 would explain; for messages only."""
    places = [i for i, c in enumerate(code) if c in _MISREAD]
    if len(code) != 18 or not places or len(places) > 6:
        return None
    found = set()
    for choice in product((False, True), repeat=len(places)):
        letters = list(code)
        for place, change in zip(places, choice, strict=True):
            if change:
                letters[place] = _MISREAD[letters[place]]
        if is_credit_code("".join(letters)):
            found.add("".join(letters))
    return found.pop() if len(found) == 1 else None


@cache
def region_exists(code: str) -> bool:
    """Whether the six digits are, or ever were, an administrative division (GB/T 2260) of any level."""
    parts = _regions().info(code)
    return len(parts) == 2 and all(info for _, info in parts)


@cache
def _regions() -> numdb.NumDB:
    return numdb.get("cn/loc")


def citizen_id_fault(number: str) -> str | None:
    """Why a normalised citizen ID (15 or 18 characters) is invalid: form, region, birth or check; None if valid.

    GB 11643; the 15-digit form has no check digit and a birth year of the 1900s.
    """
    if not looks_like_citizen_id(number):
        return "form"
    if not region_exists(number[:6]):
        return "region"
    if _birth(number) is None:
        return "birth"
    if len(number) == 18 and citizen_id_check_digit(number[:17]) != number[17]:
        return "check"
    return None


def looks_like_citizen_id(number: str) -> bool:
    """15 digits, or 17 digits and a digit or X."""
    return bool(re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9Xx]", number))


def is_screened(number: str) -> bool:
    """Whether a run of letters and digits must be taken for a citizen ID: form, region and a possible date."""
    return looks_like_citizen_id(number) and region_exists(number[:6]) and _birth(number) is not None


def citizen_id_check_digit(body: str) -> str:
    """The 18th character of a citizen ID, of its first 17 (ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(int(c) * w for c, w in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def to_18(number: str) -> str:
    """The 18-character form of a 15-digit citizen ID (born in the 1900s)."""
    if len(number) != 15:
        return number.upper()
    body = number[:6] + "19" + number[6:]
    return body + citizen_id_check_digit(body)


def _birth(number: str) -> date | None:
    text = number[6:14] if len(number) == 18 else "19" + number[6:12]
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
