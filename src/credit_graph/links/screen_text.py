"""What a row of a screening came to, in words."""

from __future__ import annotations

from collections.abc import Iterable

from credit_graph.links.screen import Answer
from credit_graph.links.screen_pairs import Found, Reason
from credit_graph.text import t

STATUSES = {"match": ("匹配", "match"), "several": ("多个", "several"), "none": ("无匹配", "no match")}
KINDS = {
    "code": ("代码一致", "the code is the firm's"),
    "name": ("名称一致", "the name is the firm's"),
    "former_name": ("为曾用名", "it is a former name"),
    "spelled_form": ("组织形式写法不同", "the legal form is worded otherwise"),
    "missing_form": ("缺组织形式", "one of the two has no legal form"),
    "other_form": ("组织形式不同", "another legal form"),
    "spelled_region": ("行政区划写法不同", "the region is written otherwise"),
    "missing_region": ("缺行政区划", "one of the two names no region, or a wider one"),
    "other_region": ("行政区划不同", "another region"),
    "slip": ("同音、形近、重复或颠倒的字", "characters that sound or look alike, doubled or swapped"),
    "expected": ("字号以外的常用字不同或缺失", "a character that goes without saying differs or is missing"),
    "outside": ("行政区划或组织形式中有一字之差", "one character differs in region or legal form"),
    "edit": ("字号或行业中不同的字", "other characters of the own name that differ"),
    "other_name": ("名称与登记名称不符", "the name is not like the registered one"),
    "other_code": ("所给代码有效，但不是该主体的代码", "the code given is valid, and not the firm's"),
    "representative": ("法定代表人一致", "the legal representative agrees"),
    "other_representative": ("法定代表人不同", "another legal representative"),
    "district": ("所在区划一致", "the district agrees"),
    "other_district": ("所在区划不同", "another district"),
}
NOTES = {
    "empty": ("本行没有代码和名称", "the row has neither code nor name"),
    "bad_code": ("代码无效，未用于匹配", "the code is not valid, and was not used"),
    "unknown_code": ("代码有效，但登记中没有", "the code is valid, and not in the register"),
    "withheld": ("辖区以外的主体不予显示", "firms outside the districts of the key are not shown"),
    "code_and_name": ("代码与名称指向不同主体", "code and name mean different firms"),
}


def status_text(answer: Answer) -> str:
    """匹配, 多个, 无匹配."""
    return t(*STATUSES[answer.status])


def explained(found: Found) -> str:
    """What the score rests on: 名称一致；缺组织形式（-2）."""
    reasons = found.reasons
    if not any(reason.kind in ("code", "former_name", "slip", "edit", "expected", "outside") for reason in reasons):
        exact = all(reason.kind in _BESIDE for reason in reasons)
        reasons = (Reason("name"), *reasons) if exact else reasons
    return t("；", "; ").join(map(_said, reasons))


_BESIDE = ("other_code", "representative", "other_representative", "district", "other_district")


def _said(reason: Reason) -> str:
    many = f" ×{reason.count}" if reason.count > 1 else ""
    if not reason.points:
        return t(*KINDS[reason.kind]) + many
    return t(*KINDS[reason.kind]) + many + t(f"（{-reason.points:+d}）", f" ({-reason.points:+d})")


def noted(notes: Iterable[str]) -> str:
    """What is odd about the row."""
    return t("；", "; ").join(t(*NOTES[note]) for note in notes)
