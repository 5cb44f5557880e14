"""Whom a row speaks of: the enterprise by its best identifier, the natural person, and the person it names."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from functools import cache

from credit_graph.ingest.limits import rules
from credit_graph.ingest.persons import name_key
from credit_graph.ingest.rows import Fault, Row
from credit_graph.ingest.values import fold
from credit_graph.model.identifiers import is_org_code, is_registration_number, must_screen, normalise
from credit_graph.model.kinds import UNKNOWN_PREFIX

_PREFIX = {"org_code": "org:", "registration_number": "reg:", "tax_number": "tax:"}
_CODES = ("credit_code", *_PREFIX)
_DOCUMENT = {"person_name": "person_id", "holder_name": "holder_id", "legal_representative": ""}
_NATURAL_PERSON = "自然人"  # 行政相对人类别


def name_subject(row: Row, bad: dict[str, Fault]) -> list[Fault]:
    """Set ``eid``, or ``pid`` where the row is about a natural person. Returns what makes the subject unusable.

    The credit code counts first, then 组织机构代码, 注册号, 税务登记号, the name. A code that fails its check makes
    the row unusable unless another code names the subject; a wrong credit code always does.
    """
    content = row.content
    party = content.get("party_id")
    if party is not None and _NATURAL_PERSON in str(content.get("party_kind", "")) and "credit_code" not in content:
        row.pid = str(party)
        return []
    if "credit_code" in bad and not _other_number(row, bad):
        return [bad["credit_code"]]
    named = next((field for field in _CODES if field in content), None)
    if named is not None:
        row.eid = _PREFIX.get(named, "") + str(content[named])
        return []
    wrong = [bad[field] for field in _CODES if field in bad]
    if wrong:
        return wrong
    if "name" in content:
        row.eid = UNKNOWN_PREFIX + hashlib.sha256(str(content["name"]).encode()).hexdigest()[:16]
        return []
    return [Fault("", "subject", "subject_missing", "")]


def _other_number(row: Row, bad: dict[str, Fault]) -> bool:
    """Whether a column 统一社会信用代码/注册号 holds a valid 注册号 or 组织机构代码: then it is that."""
    number = normalise(bad["credit_code"].value).replace("-", "")
    if must_screen(number):
        return False  # hyphens had hidden it from the screening
    if len(number) == 15 and is_registration_number(number):
        field = "registration_number"
    elif is_org_code(number):
        field = "org_code"
    else:
        return False
    if row.content.setdefault(field, number) != number:
        return False
    del bad["credit_code"]
    return True


def key_part(row: Row, name: str) -> str:
    """One part of the natural key as text; ``subject`` is the enterprise, or the person by a hash of its key."""
    if name != "subject":
        value = row.content[name]
        return value.isoformat() if isinstance(value, date) else str(value)
    if row.eid is not None:
        return row.eid
    return "person:" + hashlib.sha256(str(row.pid).encode()).hexdigest()[:16]


def name_person(row: Row) -> None:
    """Set ``pid`` for the person that the row names: by document, else one per (firm, name)."""
    if row.pid is not None:
        return
    content = row.content
    field = next((field for field in _DOCUMENT if field in content), None)
    if field is None or "holder_code" in content or is_organisation(str(content[field])):
        return
    document = content.get(_DOCUMENT[field])
    if document is not None:
        row.pid = str(document)
    elif row.eid is not None:
        row.pid = name_key(row.eid, str(content[field]))


@cache
def _organisation() -> re.Pattern[str]:
    """Chinese words anywhere, single characters only at the end, foreign words as words of their own."""
    words = [fold(word) for word in rules().organisation_words]
    inside = [re.escape(word) for word in words if not word.isascii() and len(word) > 1]
    ending = [re.escape(word) for word in words if not word.isascii() and len(word) == 1]
    foreign = [re.escape(word) for word in words if word.isascii()]
    patterns = (
        "|".join(inside),
        rf".{{4}}({'|'.join(ending)})(\(.*\))?$",
        rf"(?<![A-Z])({'|'.join(foreign)})(?![A-Z])",
    )
    return re.compile("|".join(patterns))


def is_organisation(name: str) -> bool:
    """Whether a holder's name is that of an organisation (words in ``policies/loading.yml``)."""
    return bool(_organisation().search(name.upper() if name.isascii() else fold(name)))
