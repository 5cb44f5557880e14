"""Numbers with right check digits for an invented city: written apart from the product's own checks."""

from __future__ import annotations

from datetime import date

_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015
_ORG = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # GB 11714


def organisation_code(body: str) -> str:
    """组织机构代码: the eight characters and their check character."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    check = 11 - sum(_ORG.index(char) * weight for char, weight in zip(body, weights, strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(check, str(check))


def credit_code(category: str, region: str, serial: int) -> str:
    """统一社会信用代码 of an invented firm: category such as ``91``, six digits of region, a serial number."""
    body = category + region + organisation_code(f"MA7{serial:05d}")
    total = sum(_CODE.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + _CODE[-total % 31]


def broken(code: str) -> str:
    """The code with a wrong check character."""
    return code[:-1] + _CODE[(_CODE.index(code[-1]) + 7) % 31]


def citizen_id(born: date, serial: int) -> str:
    """公民身份号码 that belongs to nobody alive: region 110101, born before 1950."""
    if born.year > 1949:
        raise ValueError("invented persons are born before 1950")
    body = f"110101{born:%Y%m%d}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]
