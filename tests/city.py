"""Small source files in the real table formats, for tests. Check digits by the fact sheet's own formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

A31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"
A36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

REGISTRATION = (
    "main_identi_id reg_org comp_type reg_state uni_social_crd_cd comp_nm addr legal_repre indv_id reg_capt "
    "capt_kind opt_scop reg_no appr_dt est_dt opt_from opt_to domdi_strict"
).split()
LISTING = (
    "inclu_dt inclu_reason uni_social_crd_cd reg_no redecorg_cn remexcpres_cn remove_dt decorg_cn comp_nm"
).split()
OFFICE = "identi_no personid lerep_sign nm position_cn certype_cn country_cn cer_no uni_social_crd_cd comp_nm".split()


def credit_code(number: int, region: str = "330206", prefix: str = "91") -> str:
    """A credit code with valid check digits, one per number."""
    body = f"MA{number:06X}".translate(str.maketrans("IOSVZ", "ABCDE"))
    total = sum(A36.index(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    rest = 11 - total % 11
    first17 = prefix + region + body + {10: "X", 11: "0"}.get(rest, str(rest))
    check = -sum(A31.index(c) * pow(3, i, 31) for i, c in enumerate(first17)) % 31
    return first17 + A31[check]


def citizen_id(birth: str, serial: int, region: str = "330206") -> str:
    """A citizen ID with a valid check digit; invented."""
    body = f"{region}{birth}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def registration(number: int, district: str = "330206001", **changes: str) -> dict[str, str]:
    """One row of the registration table."""
    row = {
        "main_identi_id": f"3302{number:08d}",
        "reg_org": "宁波市北仑区市场监督管理局",
        "comp_type": "有限责任公司（自然人投资或控股）",
        "reg_state": "存续",
        "uni_social_crd_cd": credit_code(number),
        "comp_nm": f"宁波第{number}贸易有限公司",
        "addr": f"浙江省宁波市北仑区新碶街道{number}号",
        "legal_repre": f"王某{number}",
        "indv_id": "其他贸易",
        "reg_capt": "1000000.0",
        "capt_kind": "人民币",
        "opt_scop": "批发、零售",
        "reg_no": "",
        "appr_dt": "2020-01-02",
        "est_dt": "2018-05-06",
        "opt_from": "2018-05-06",
        "opt_to": "2099-12-31",
        "domdi_strict": district,
    }
    return row | changes


def listing(number: int, day: str, removed: str = "", **changes: str) -> dict[str, str]:
    """One row of the abnormal list."""
    row = {
        "inclu_dt": day,
        "inclu_reason": "通过登记的住所或者经营场所无法联系。",
        "uni_social_crd_cd": credit_code(number),
        "reg_no": "",
        "redecorg_cn": "北仑区",
        "remexcpres_cn": "办理地址变更或恢复联系" if removed else "",
        "remove_dt": removed,
        "decorg_cn": "北仑区",
        "comp_nm": f"宁波第{number}贸易有限公司",
    }
    return row | changes


def office(number: int, name: str, id_number: str = "", **changes: str) -> dict[str, str]:
    """One row of the table of legal representatives."""
    row = {
        "identi_no": "",
        "personid": "1",
        "lerep_sign": "1",
        "nm": name,
        "position_cn": "董事长",
        "certype_cn": "中华人民共和国居民身份证",
        "country_cn": "中国",
        "cer_no": id_number,
        "uni_social_crd_cd": credit_code(number),
        "comp_nm": f"宁波第{number}贸易有限公司",
    }
    return row | changes


def write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> Path:
    """A CSV file as the bureau delivers it: UTF-8 with BOM."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path
