"""The evidence for a reborn firm (换马甲) as sentences, each with the records behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from credit_graph.text import t


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence in the language in use, and the statements that say so (none for what is compared)."""

    text: str
    sids: tuple[str, ...] = ()


def role(kind: str) -> str:
    """What a person is to a firm, in the language in use; the name of the kind where it is none of these."""
    roles = {
        "controller": t("实际控制人", "controller"),
        "legal_representative": t("法定代表人", "legal representative"),
        "holder": t("股东", "shareholder"),
        "executive": t("高级管理人员", "executive"),
        "supervisor": t("监事", "supervisor"),
        "liaison": t("联络员", "liaison person"),
    }
    return roles.get(kind, kind)


def evidence(candidate: Mapping[Any, Any], shared: pd.DataFrame, names: Mapping[Any, str]) -> list[Evidence]:
    """Why the candidate is one: days, links (the hard ones first), trade, name.

    Links without labels are told without them: what a link run writes has none.

    ``candidate``: a row of :func:`credit_graph.links.reborn.reborn_candidates`; ``shared``: its links there (of any
    pairs); ``names``: eid -> name.
    """
    old, new = candidate["old"], candidate["new"]
    links = shared[(shared["old"] == old) & (shared["new"] == new)]
    links = links.sort_values(["hard", "points", "group", "key"], ascending=[False, False, True, True])
    happened = _happened(candidate.get("what", ""))
    told = _days(int(candidate["days"]), names.get(old) or old, names.get(new) or new, happened)
    found = [Evidence(told, tuple(candidate.get("end_sids", ())))]
    found += [_link(row) for row in links.to_dict(orient="records")]
    same = candidate.get("same_industry")  # a graph keeps no null
    if not pd.isna(same) and same:
        found.append(Evidence(t("两企业登记的行业相同。", "Both are registered in the same industry.")))
    if candidate["core"] > 0:
        found.append(Evidence(_names(candidate["core"])))
    if candidate["scope"] > 0:
        share = f"{candidate['scope']:.0%}"
        found.append(Evidence(t(f"许可、经营项目的重合度为{share}。", f"Their licensed items overlap by {share}.")))
    return found


def _happened(what: str) -> str:
    """What ended the old firm, in the language in use: a kind of end of ``policies/links/reborn.yml``."""
    words = {
        "revoked": t("被吊销或撤销", "had its licence revoked"),
        "struck": t("注销", "was deregistered"),
        "serious": t("被列入严重违法失信名单", "was listed for serious violations"),
        "abnormal": t("被列入经营异常名录", "was listed for abnormal operations"),
        "licence": t("被处以吊销许可证照", "lost a permit as a penalty"),
        "measure": t("被列入失信名单", "was listed as in breach of trust"),
    }
    return words.get(what, t("被列入、吊销或注销", "was listed, revoked or struck"))


def _days(days: int, old: str, new: str, happened: str) -> str:
    if days < 0:
        return t(
            f"“{new}”在“{old}”{happened}前{-days}日成立。",
            f"“{new}” was opened {-days} days before “{old}” {happened}.",
        )
    return t(f"“{new}”在“{old}”{happened}后{days}日成立。", f"“{new}” was opened {days} days after “{old}” {happened}.")


def _names(likeness: float) -> str:
    share = f"{likeness:.0%}"
    return t(
        f"去除行政区划和组织形式后，两企业名称的相似度为{share}。",
        f"Without region and legal form their names are {share} alike.",
    )


def _link(row: Mapping[Any, Any]) -> Evidence:
    label = row["old_label"]
    other = row["new_label"]
    if row["group"] == "person":
        label = label or t("同一人", "The same person")
        then, now = role(row["old_kind"]), role(row["new_kind"])
        text = t(
            f"{label}曾是原企业的{then}，现为新企业的{now}。",
            f"{label} was {then} of the old firm and is {now} of the new one.",
        )
    elif row["group"] == "family":
        text = t(
            f"原企业的{label}与新企业的{other}疑为亲属。",
            f"{label} of the old firm and {other} of the new one are suspected to be relatives.",
        )
    elif not label:
        shown = t("股东企业", "shareholder") if row["group"] == "parent" else _shared(_what(row))
        text = t(f"两企业{shown}相同。", f"Both have the same {shown}.")
    elif row["group"] == "parent":
        text = t(f"{label}是两企业的股东。", f"{label} is a shareholder of both.")
    else:
        shown = _shared(_what(row))
        text = t(f"两企业{shown}相同：{label}。", f"Both have the same {shown}: {label}.")
    return Evidence(text, tuple(row["sids"]))


def _what(row: Mapping[Any, Any]) -> str:
    return str(row["group"] if row["hard"] else row["old_kind"])


def _shared(group: str) -> str:
    words = {
        "phone": t("联系电话", "telephone"),
        "email": t("电子邮箱", "e-mail address"),
        "address": t("住所（到房间号）", "address, down to the room"),
        "building": t("住所", "address"),
        "domain": t("网站或品牌", "website or brand"),
        "transfer": t("受让的设备、商标", "equipment or trademark, transferred"),
        "employee": t("从业人员", "employee"),
    }
    return words.get(group, group)
