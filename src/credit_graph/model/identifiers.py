"""Identifiers of enterprises and persons with their check digits.

统一社会信用代码 (GB 32100-2015), 组织机构代码 (GB 11714), 15-digit 注册号 (GS 15-2006, ISO 7064 MOD 11,10),
citizen ID 公民身份号码 (GB 11643, ISO 7064 MOD 11-2). Nothing is mended silently: a likely misreading (O for 0, I for
1) is only named in the message.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from stdnum import numdb
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2, mod_11_10

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NATIONAL_AUTHORITY = "100000"  # the region part of what the national authority (总局) registers
_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)], dtype=np.float32)
_ORG_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.float32)
_BLOCK = 20_000  # rows whose tables fit the processor's cache
_MISREAD = {"O": "0", "I": "1", "0": "O", "1": "I"}
_DECORATION = re.compile(r"[\s'’‘`\"“”\u00ad\u200b-\u200f\u2060\ufeff]+")
_CREDIT_CODE = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_ORG_CODE = re.compile(r"[0-9A-Z]{8}[0-9X]")
_CITIZEN_ID = re.compile(r"[0-9]{15}|[0-9]{17}[0-9Xx]")


def normalise(text: str) -> str:
    """The code in upper case, without variants of width, spaces, quotes and apostrophes (as people and sheets add)."""
    return _DECORATION.sub("", unicodedata.normalize("NFKC", text)).upper()


def org_check_digit(body: str) -> str:
    """The ninth character of an 组织机构代码, of its first eight (GB 11714)."""
    rest = 11 - sum(ORG_ALPHABET.index(c) * int(w) for c, w in zip(body, _ORG_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def is_org_code(code: str) -> bool:
    """Whether a normalised 组织机构代码 (9 characters, hyphen allowed) has the right check digit (GB 11714)."""
    code = code.replace("-", "")
    return bool(_ORG_CODE.fullmatch(code)) and org_check_digit(code[:8]) == code[8]


def is_credit_code(code: str) -> bool:
    """Whether a normalised 统一社会信用代码 passes both checks: its own, and that of the 组织机构代码 inside."""
    if not _CREDIT_CODE.fullmatch(code):
        return False
    return bool(uscc.calc_check_digit(code[:17]) == code[17]) and is_org_code(code[8:17])


def check_credit_codes(codes: Sequence[str | None] | pa.Array) -> npt.NDArray[np.bool_]:
    """Per code whether :func:`is_credit_code` holds, over a whole column; codes must be normalised, null is False."""
    column = codes if isinstance(codes, pa.Array) else pa.array(codes, type=pa.string())
    result = np.zeros(len(column), dtype=np.bool_)
    fits = pc.fill_null(pc.equal(pc.binary_length(column), 18), False)
    places = pc.indices_nonzero(fits).to_numpy()
    cells = column.filter(fits).cast(pa.binary()).cast(pa.binary(18))
    start = 18 * cells.offset
    characters = np.frombuffer(cells.buffers()[1], dtype=np.uint8)[start : start + 18 * len(places)]
    rows = characters.reshape(len(places), 18)
    for block in range(0, len(places), _BLOCK):
        result[places[block : block + _BLOCK]] = _check_cells(rows[block : block + _BLOCK])
    return result


def _check_cells(cells: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Both checks on codes as bytes, one row of 18 each. Sums stay far below 2**24, so single floats are exact."""
    values = _CODE_VALUES[cells]
    org = _ORG_VALUES[cells[:, 8:17]]
    digits = cells[:, 2:8] - np.uint8(ord("0")) <= 9  # unsigned: what is below "0" wraps around
    known = (values >= 0).all(axis=1) & digits.all(axis=1)
    check = -(values[:, :17] @ _WEIGHTS) % 31
    org_check = (11 - (org[:, :8] @ _ORG_WEIGHTS) % 11) % 11  # 11 is written 0
    is_x = cells[:, 16] == ord("X")  # 10 is written X
    org_ok = (org_check == np.where(is_x, 10, org[:, 8])) & ((org[:, 8] <= 9) | is_x)
    result: npt.NDArray[np.bool_] = known & (check == values[:, 17]) & org_ok
    return result


def _values(alphabet: str) -> npt.NDArray[np.float32]:
    """Value of each byte, -1 where the alphabet lacks it."""
    table = np.full(256, -1, dtype=np.float32)
    for value, character in enumerate(alphabet):
        table[ord(character)] = value
    return table


_CODE_VALUES = _values(ALPHABET)
_ORG_VALUES = _values(ORG_ALPHABET)


def is_registration_number(number: str) -> bool:
    """Whether a 注册号 is valid: 15 digits with check digit (ISO 7064 MOD 11,10); 13 digits (older) have none."""
    if re.fullmatch(r"[0-9]{13}", number):
        return True
    return bool(re.fullmatch(r"[0-9]{15}", number)) and bool(mod_11_10.is_valid(number))


def suggestion(code: str) -> str | None:
    """The one credit code that a misreading of O and 0 or of I and 1 would explain; for messages only."""
    mended = code.replace("O", "0").replace("I", "1")  # the alphabet has neither O nor I
    return mended if mended != code and is_credit_code(mended) else None


def suggested_org_code(code: str) -> str | None:
    """The one 组织机构代码 that a misreading of at most six O, 0, I, 1 would explain; for messages only."""
    places = [i for i, c in enumerate(code) if c in _MISREAD]
    if len(code) != 9 or not 0 < len(places) <= 6:
        return None
    found = set()
    for choice in product((False, True), repeat=len(places)):
        changed = {place for place, change in zip(places, choice, strict=True) if change}
        candidate = "".join(_MISREAD[c] if i in changed else c for i, c in enumerate(code))
        if is_org_code(candidate):
            found.add(candidate)
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=1 << 16)
def region_exists(code: str) -> bool:
    """Whether the six digits are, or ever were, an administrative division (GB/T 2260) of any level."""
    parts = numdb.get("cn/loc").info(code)
    return len(parts) == 2 and all(info for _, info in parts)


def is_authority(code: str) -> bool:
    """Whether six digits can be the region part of a registration authority (登记机关)."""
    return code == NATIONAL_AUTHORITY or region_exists(code)


def citizen_id_fault(number: str) -> str | None:
    """Why a normalised citizen ID (15 or 18 characters, GB 11643) is invalid: form, region, birth, check; or None.

    The 15-digit form has no check digit and a birth year of the 1900s. The region need not have existed in the
    year of birth (the published sample 440524188001010014 has one that did not).
    """
    if not looks_like_citizen_id(number):
        return "form"
    if not region_exists(number[:6]):
        return "region"
    if _birth(number) is None:
        return "birth"
    if len(number) == 18 and not mod_11_2.is_valid(number.upper()):
        return "check"
    return None


def looks_like_citizen_id(number: str) -> bool:
    """15 digits, or 17 digits and a digit or X."""
    return bool(_CITIZEN_ID.fullmatch(number))


def must_screen(run: str) -> bool:
    """Whether a run of letters and digits is to be taken for a citizen ID: form, region and a possible date.

    A credit code that passes both checks is none. Every three-hundredth ID passes these checks by chance: where
    the ID's own check holds too, the code must also name an authority's region to count as a credit code.
    """
    if not looks_like_citizen_id(run) or not region_exists(run[:6]) or _birth(run) is None:
        return False
    code = run.upper()
    return not is_credit_code(code) or (citizen_id_fault(code) is None and not is_authority(code[2:8]))


def to_18(number: str) -> str:
    """The 18-character form of a 15-digit citizen ID (born in the 1900s)."""
    if len(number) != 15:
        return number.upper()
    body = number[:6] + "19" + number[6:]
    return body + str(mod_11_2.calc_check_digit(body))


def _birth(number: str) -> date | None:
    """The date in a citizen ID; its century is 18, 19 or 20."""
    text = number[6:14] if len(number) == 18 else "19" + number[6:12]
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) if text[:2] in {"18", "19", "20"} else None
    except ValueError:
        return None
