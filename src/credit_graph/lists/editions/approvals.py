"""Sign-off of a draft (会签): every issuing department, by its key or by a countersigned document. Pure.

An approval is a file ``NAME.json`` of the draft's folder ``approvals``. It names the draft by its hash, so it is of
that draft alone; a signature is over the file's other parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from credit_graph.errors import InputError, StateError
from credit_graph.lists.editions.draft import Draft
from credit_graph.lists.editions.edition import canonical, sha256
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.lists.editions.signatures import Signer, iso_day
from credit_graph.lists.editions.strict import strict_file
from credit_graph.text import folded_name, joined, t

_FORMAT = 1
_PARTS = {"format", "list", "release", "draft", "department", "by", "on", "document", "signature"}
_DOCUMENT_PARTS = {"number", "scan", "size"}


@dataclass(frozen=True, slots=True)
class Act:
    """Who approves: the issuing department, the person, and on which day."""

    department: str
    by: str
    on: date


def file_name(department: str) -> str:
    """The file of a department's approval."""
    return f"{department}.json"


def sign_off(draft: Draft, act: Act, signer: Signer, history: KeyHistory) -> bytes:
    """The approval by the department's own key.

    Raises ``StateError``: ``state.not_an_issuer``, ``state.maker_approves``; ``InputError("input.signature")`` where
    the key is unknown, another's, not valid on the day, or revoked.
    """
    _allowed(draft, act)
    history.owner_key(signer.key_id, act.department, act.on)
    said = _said(draft, act) | {"document": None}
    return _written({**said, "signature": strict_file(signer.sign("approval", _body(said), act.on))})


def countersign(draft: Draft, act: Act, number: str, scan: bytes) -> bytes:
    """The approval by a countersigned document (会签单): its number, the day ``act.on``, and the hash of its scan.

    Raises ``StateError``: ``state.not_an_issuer``, ``state.maker_approves``.
    """
    _allowed(draft, act)
    document = {"number": number, "scan": sha256(scan), "size": len(scan)}
    return _written(_said(draft, act) | {"document": document, "signature": None})


def check_approvals(draft: Draft, approvals: Mapping[str, bytes], history: KeyHistory, day: date) -> None:
    """That every issuing department approved this very draft, and nobody else did. ``day``: of publication.

    Raises ``StateError``: ``state.approvals_missing`` with the departments that have not, ``state.not_an_issuer``,
    ``state.maker_approves``; ``InputError``: ``input.approval`` with the file and why.
    """
    for name, data in sorted(approvals.items()):
        said = _read(name, data)
        act = Act(str(said["department"]), str(said["by"]), _day(name, said["on"]))
        if name != file_name(act.department):
            _refuse(name, t("文件名与部门不符", "its name is not the department's"))
        _allowed(draft, act)
        if any(said[part] != value for part, value in _said(draft, act).items()):
            _refuse(
                name, t("不是对本草稿的会签，或者草稿此后被改动", "it is of another draft, or this one changed since")
            )
        if not date.fromisoformat(draft.said["use"]) <= act.on <= day:
            _refuse(name, t(f"日期 {act.on} 不在草稿与发布之间", f"its day {act.on} is not between draft and release"))
        if said["signature"] is not None:
            _check_signature(name, said, act, history)
    if missing := [name for name in draft.said["issuers"] if file_name(name) not in approvals]:
        raise StateError("state.approvals_missing", release=draft.release, departments=joined(missing))


def _check_signature(name: str, said: Mapping[str, Any], act: Act, history: KeyHistory) -> None:
    body = {part: value for part, value in said.items() if part != "signature"}
    signature = _written(said["signature"])
    try:
        signed = history.check("approval", _body(body), signature, role="department", owner=act.department)
    except InputError as error:
        _refuse(name, str(error.fields["why"]))
    if signed.signed_on != act.on:
        _refuse(name, t("签名日期与会签日期不同", "it was signed on another day than it says"))


def _allowed(draft: Draft, act: Act) -> None:
    issuers = draft.said["issuers"]
    if act.department not in issuers:
        raise StateError("state.not_an_issuer", department=act.department, issuers=joined(issuers))
    if not folded_name(act.by) or folded_name(act.by) == folded_name(draft.said["maker"]):
        raise StateError("state.maker_approves", by=act.by)


def _said(draft: Draft, act: Act) -> dict[str, Any]:
    of = {"format": _FORMAT, "list": draft.list, "release": draft.release, "draft": draft.hash}
    return {**of, "department": act.department, "by": act.by, "on": act.on.isoformat()}


def _body(said: Mapping[str, Any]) -> bytes:
    """What a department's key signs."""
    return _written(said)


def _written(said: Mapping[str, Any]) -> bytes:
    return canonical(dict(said)) + b"\n"


def _read(name: str, data: bytes) -> dict[str, Any]:
    try:
        said = strict_file(data)
        document, signature = said["document"], said["signature"]
    except (ValueError, KeyError, TypeError):
        _refuse(name, t("无法读取，或写法被改动", "it can't be read, or was written otherwise"))
    whole = set(said) == _PARTS and isinstance(signature, dict | None)
    whole = whole and (document is None or (isinstance(document, dict) and set(document) == _DOCUMENT_PARTS))
    if not whole or (document is None) == (signature is None):
        _refuse(name, t("内容不完整或者多出", "it has parts missing or too many"))
    return dict(said)


def _day(name: str, text: object) -> date:
    try:
        return iso_day(text)
    except ValueError:
        _refuse(name, t("日期写法不对", "its day is not written as days are"))


def _refuse(name: str, why: str) -> NoReturn:
    raise InputError("input.approval", path=name, why=why)
