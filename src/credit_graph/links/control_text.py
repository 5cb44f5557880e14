"""What is said of control in words, for the screen, for pages and for lists: one wording for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from credit_graph.text import joined, t


def reason_text(reason: str) -> str:
    """Why nothing can be said of the controller, in words; nothing where there is no reason."""
    texts = {
        "no_holders": t("没有出资信息", "no holders on record"),
        "no_capital": t("注册资本缺失或非人民币", "registered capital missing or not in yuan"),
        "over_100": t("出资额合计超过注册资本", "amounts exceed the capital"),
        "blank_amounts": t("部分出资额缺失", "amounts are missing"),
        "unlisted": t("出资人不全", "holders are missing"),
    }
    return texts.get(reason, "")


def status_text(found: Mapping[str, Any]) -> str:
    """What can be said of the controller, in words."""
    texts = {
        "controlled": t("有控制人", "controlled"),
        "ring": t("相互控制，无外部控制人", "a ring: no outside controller"),
        "none": t("无控制人", "no controller"),
        "joint": t("双方各占一半，共同控制", "joint control, half each"),
        "itself": t("由自身的子公司控制", "held by its own subsidiaries"),
        "undetermined": t("无法确定", "undetermined"),
        "not_held": t("没有出资人", "not held"),
    }
    reason = reason_text(found["reason"])
    text = texts[found["status"]] + (f"（{reason}）" if reason and found["status"] == "undetermined" else "")
    return text + t("；国家控股", "; held by the state") * bool(found.get("state"))


def basis_text(basis: str, rule: str | None, *, near_line: bool) -> str:
    """How control comes about, in words."""
    rules = {
        "executing_partner": t("执行事务合伙人", "executing partner"),
        "general_partner": t("普通合伙人", "general partner"),
        "agreement": t("协议", "agreement"),
        "appointment": t("任免权", "appointment"),
    }
    texts = {
        "direct": t("直接过半数", "majority of its own"),
        "jointly": t("与所控制的企业合计过半数", "majority with its companies"),
        "half": t("恰为一半（2024-07-01前）", "exactly half (until 2024-06-30)"),
        "ring": t("相互控制", "mutual"),
        "concert": t("一致行动合计过半数", "majority in concert"),
        "ruled": joined(rules.get(part, part) for part in (rule or "").split("、")),
    }
    return texts[basis] + t("，接近一半", ", near half") * near_line


def criteria_text(criteria: Iterable[str]) -> str:
    """By which criteria somebody is a beneficial owner, in words."""
    texts = {
        "equity": t("股权", "equity"),
        "votes": t("表决权", "votes"),
        "control": t("单独控制", "control"),
        "joint_control": t("联合控制", "joint control"),
    }
    return joined(texts[name] for name in criteria)
