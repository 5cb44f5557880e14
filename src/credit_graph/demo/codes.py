"""Numbers with right check digits, a whole column at a time. Written apart from the product's own checks."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from credit_graph.demo.cells import Column, Numbers, fixed

_CODE = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", dtype=np.uint8)  # GB 32100-2015
_ORG = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # GB 11714
_CODE_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
_ORG_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_FIRST_BIRTH = np.datetime64("1900-01-01")
_BIRTHS = 5_477  # days up to 1914: nobody alive has such a number
_STEP = 97  # coprime to the days, so that no number comes twice
_PER_DAY = 898


def _values(alphabet: bytes) -> npt.NDArray[np.int64]:
    table = np.zeros(256, dtype=np.int64)
    for value, character in enumerate(alphabet):
        table[character] = value
    return table


_CODE_VALUES = _values(_CODE.tobytes())
_ORG_VALUES = _values(_ORG)


def digits(
    numbers: Numbers, width: int, alphabet: npt.NDArray[np.uint8] = _CODE, base: int = 10
) -> npt.NDArray[np.uint8]:
    """The numbers written with ``width`` characters of the alphabet."""
    powers = base ** np.arange(width - 1, -1, -1)
    result: npt.NDArray[np.uint8] = alphabet[(numbers[:, None] // powers) % base]
    return result


def org_codes(serials: Numbers, modern: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """组织机构代码: ``MA`` and six characters for firms since 2015, eight digits for older ones, and the check."""
    rows = len(serials)
    mixed = (serials * 7_368_787 + 1_299_721) % 28_629_151  # 31**5, a bijection: no serial comes out in order
    new = np.concatenate(
        [
            np.full((rows, 2), np.frombuffer(b"MA", dtype=np.uint8)),
            digits(serials % 6 + 20, 1, base=31),
            digits(mixed, 5, base=31),
        ],
        axis=1,
    )
    old = digits(10_000_000 + (serials * 7_368_787) % 80_000_023, 8)
    return _with_org_check(np.where(modern[:, None], new, old))


def _with_org_check(body: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    check = (11 - (_ORG_VALUES[body] @ _ORG_WEIGHTS) % 11) % 11
    last = np.where(check == 10, ord("X"), check + ord("0")).astype(np.uint8)
    return np.concatenate([body, last[:, None]], axis=1)


def credit_codes(categories: Numbers, regions: Numbers, orgs: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """统一社会信用代码: category such as 91, six digits of region, the 组织机构代码, and the check."""
    body = np.concatenate([digits(categories, 2), digits(regions, 6), orgs], axis=1)
    total = _CODE_VALUES[body] @ _CODE_WEIGHTS
    return np.concatenate([body, _CODE[-total % 31][:, None]], axis=1)


def registration_numbers(regions: Numbers, serials: Numbers) -> Column:
    """注册号 of 15 digits (GS 15-2006, ISO 7064 MOD 11,10)."""
    body = np.concatenate([digits(regions, 6), digits(serials, 8)], axis=1)
    check = np.full(len(serials), 10)
    for place in range(14):
        step = (check + body[:, place] - ord("0")) % 10
        check = (np.where(step == 0, 10, step) * 2) % 11
    last = ((11 - check) % 10 + ord("0")).astype(np.uint8)
    return fixed(np.concatenate([body, last[:, None]], axis=1))


def citizen_ids(serials: Numbers) -> npt.NDArray[np.uint8]:
    """公民身份号码 of invented persons: region 110101, born before 1915. ``ValueError`` when they run out."""
    if len(serials) and int(serials.max()) >= _BIRTHS * _PER_DAY:
        raise ValueError("more persons than invented numbers")
    born = _FIRST_BIRTH + (serials * _STEP) % _BIRTHS
    year = born.astype("datetime64[Y]").astype(int) + 1970
    month = born.astype("datetime64[M]").astype(int) % 12 + 1
    day = (born - born.astype("datetime64[M]")).astype(int) + 1
    number = year * 10_000 + month * 100 + day
    body = np.concatenate(
        [digits(np.full(len(serials), 110_101), 6), digits(number, 8), digits(serials // _BIRTHS + 101, 3)], axis=1
    )
    return _with_id_check(body)


def _with_id_check(body: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    total = (body.astype(np.int64) - ord("0")) @ _ID_WEIGHTS
    last = np.frombuffer(b"10X98765432", dtype=np.uint8)[total % 11]
    return np.concatenate([body, last[:, None]], axis=1)


def old_form(ids: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The 15-digit form that such a number had before 1999."""
    return np.concatenate([ids[:, :6], ids[:, 8:17]], axis=1)


def _row(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)[None, :]


def credit_code(category: str, region: str, serial: int) -> str:
    """One code by hand: of the ``MA7`` that no generated firm has, and a serial number."""
    org = _with_org_check(_row(f"MA7{serial:05d}"))
    return bytes(credit_codes(np.array([int(category)]), np.array([int(region)]), org)[0]).decode()


def broken(code: str) -> str:
    """The code with a wrong check character."""
    alphabet = _CODE.tobytes().decode()
    return code[:-1] + alphabet[(alphabet.index(code[-1]) + 7) % 31]


def citizen_id(born: date, serial: int) -> str:
    """One number by hand; ``ValueError`` for one born after 1949, who might be alive."""
    if born.year > 1949:
        raise ValueError("invented persons are born before 1950")
    return bytes(_with_id_check(_row(f"110101{born:%Y%m%d}{serial:03d}"))[0]).decode()
