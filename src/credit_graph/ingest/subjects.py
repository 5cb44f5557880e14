"""Whom a row speaks of: the enterprise by its best identifier, the natural person, and the person it names."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from functools import cache

from credit_graph.ingest.limits import rules
from credit_graph.ingest.persons import name_key, person_part
from credit_graph.ingest.rows import Fault, Row
from credit_graph.ingest.values import fold
from credit_graph.model.identifiers import is_credit_code, is_org_code, is_registration_number, must_screen, normalise
from credit_graph.model.kinds import SUBJECT_FIELDS, UNKNOWN_PREFIX

_PREFIX = {"org_code": "org:", "registration_number": "reg:", "tax_number": "tax:"}
_CODES = ("credit_code", *_PREFIX)
_DOCUMENT = {"person_name": "person_id", "holder_name": "holder_id", "legal_representative": ""}
_NATURAL_PERSON = "自然人"  # 行政相对人类别
DOCUMENT_PREFIX = "doc:"  # begins the eid of a row whose subject another record with this number names
NATURAL_PREFIX = "natural:"  # begins the eid of a natural person without a document: nothing ever resolves it
_CODE_LENGTH = 18
# the fields that :func:`name_subject` looks at
SUBJECT_INPUTS = frozenset((*SUBJECT_FIELDS, "party_id", "party_kind", "person_name", "person_id"))


def name_subject(
    row: Row, bad: dict[str, Fault], joined_by: str | None = None, *, on_person: bool = False
) -> list[Fault]:
    """Set ``eid``, or ``pid`` where the row is about a natural person. Returns what makes the subject unusable.

    The credit code counts first, then 组织机构代码, 注册号, 税务登记号, the name, last the number ``joined_by`` that
    another record of the subject carries too. A code that fails its check makes the row unusable unless another code
    names the subject; a wrong credit code always does. ``on_person``: the row is about the person that it names, and
    needs no firm.
    """
    content = row.content
    document = bad.get("party_id")
    if document is not None and document.reason == "id_is_credit_code" and "credit_code" not in {*content, *bad}:
        content["credit_code"] = bad.pop("party_id").value  # one column for the numbers of persons and of firms
    _read_tax_number(row, bad)
    if on_person:
        return _name_sanctioned(row, bad)
    if _is_natural_person(row, bad):
        return _name_natural_person(row, bad)
    unusable = _name_firm(row, bad)
    if unusable and unusable[0].reason == "subject_missing" and joined_by is not None and joined_by in content:
        row.eid = DOCUMENT_PREFIX + str(content[joined_by])
        return []
    return unusable


def _name_firm(row: Row, bad: dict[str, Fault]) -> list[Fault]:
    """Set ``eid`` by the best number of a firm, else by its name."""
    content = row.content
    if "credit_code" in bad and not _other_number(row, bad):
        return [bad["credit_code"]]
    named = next((field for field in _CODES if field in content), None)
    if named is not None:
        row.eid = _PREFIX.get(named, "") + str(content[named])
        return []
    wrong = [bad[field] for field in _CODES if field in bad and not _is_owners_id(field, bad[field], row)]
    if wrong:
        return wrong
    if "name" in content:
        row.eid = name_reference(str(content["name"]))
        return []
    return [Fault("", "subject", "subject_missing", "")]


def name_reference(name: str) -> str:
    """How a subject is named of which nothing but the name is known."""
    return UNKNOWN_PREFIX + _short_hash(name)


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_owners_id(field: str, fault: Fault, row: Row) -> bool:
    """Whether a taxpayer number is the ID of a 个体户's owner, which is never kept: then the name must do."""
    return field == "tax_number" and fault.reason == "code_masked" and "name" in row.content


def _read_tax_number(row: Row, bad: dict[str, Fault]) -> None:
    """A taxpayer number (纳税人识别号) often is another number: the credit code, or region and 组织机构代码 (15)."""
    content = row.content
    number = str(content.get("tax_number", ""))
    if not number or "credit_code" in {*content, *bad}:
        return
    if is_credit_code(number):
        content["credit_code"] = number
    elif len(number) == 15 and is_org_code(number[6:]) and number[:6].isdigit() and "org_code" not in bad:
        content.setdefault("org_code", number[6:])


def _is_natural_person(row: Row, bad: dict[str, Fault]) -> bool:
    """Whether the row is about a natural person: it says so, or gives a person's document and no number of a firm."""
    content = row.content
    if "credit_code" in content:
        return False
    numbered = any(field in content for field in _CODES)
    if "party_kind" in content:
        return _NATURAL_PERSON in str(content["party_kind"]) and ("party_id" in content or not numbered)
    return "party_id" in content and not numbered and not any(field in bad for field in _CODES)


def _name_natural_person(row: Row, bad: dict[str, Fault]) -> list[Fault]:
    """Set ``pid`` by the document; a person without one is nobody whom another record could be about."""
    code = bad.get("credit_code")
    if code is not None and (code.reason == "code_masked" or len(normalise(code.value)) != _CODE_LENGTH):
        del bad["credit_code"]  # a person has none: courts write IDs and parts of other numbers there
    content = row.content
    if "party_id" in content:
        row.pid = str(content["party_id"])
    elif "name" in content:
        row.eid = NATURAL_PREFIX + _short_hash(str(content["name"]))
    else:
        return [Fault("", "subject", "subject_missing", "")]
    return []


def _name_sanctioned(row: Row, bad: dict[str, Fault]) -> list[Fault]:
    """Set ``pid``, and ``eid`` where the row names a firm; a wrong number of the firm is set aside."""
    content = row.content
    if "person_name" not in content:
        return [Fault("", "person_name", "key_missing", "")]
    if _name_firm(row, bad) and "name" in content:
        row.eid = name_reference(str(content["name"]))
    if "person_id" in content:
        row.pid = str(content["person_id"])
    elif row.eid is not None:
        row.pid = name_key(row.eid, str(content["person_name"]))
    else:
        row.eid = NATURAL_PREFIX + _short_hash(str(content["person_name"]))
    return []


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
    """One part of the natural key as text; ``subject`` is the person by a hash of its key, else the enterprise."""
    if name != "subject":
        value = row.content[name]
        return value.isoformat() if isinstance(value, date) else str(value)
    return person_part(row.pid) if row.pid is not None else str(row.eid)


def name_person(row: Row) -> None:
    """Set ``pid`` for the person that the row names: by document, else one per (firm, name)."""
    if row.pid is not None:
        return
    content = row.content
    if row.eid is not None and row.eid.startswith(NATURAL_PREFIX):
        row.pid = name_key(str(row.key), str(content.get("person_name") or content["name"]))
        return
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
