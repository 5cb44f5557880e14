"""The one way out (公示前处理): everything that leaves the bureau passes :func:`publishable_record`. Pure.

A record leaves with its publishable fields, is held for a person because of what its texts hold, or is refused because
the law keeps it from the public. Nothing is cut by itself: what is published reads as what was served (45号令第七条).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from credit_graph.errors import UsageError
from credit_graph.lists.bases import documents
from credit_graph.lists.clock_policy import clock_policy
from credit_graph.lists.facts import penalty_facts
from credit_graph.lists.matter import Matter, procedures
from credit_graph.lists.redaction_policy import Parties, PenaltyRule, Test, redaction_policy
from credit_graph.lists.textnames import known_names
from credit_graph.lists.textscan import Finding, Scanner, scanner
from credit_graph.lists.textviews import tight
from credit_graph.model.fields import FieldType
from credit_graph.model.identifiers import (
    is_authority,
    is_credit_code,
    is_registration_number,
    must_screen,
    normalise,
)
from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS
from credit_graph.text import t

Record = Mapping[str, Any]
PENALTY_KIND = "Case"
HELD = "redaction"  # why an entry is held, as an index counts it


@dataclass(frozen=True, slots=True)
class Found:
    """What a field holds that must not leave: where, and the reason in both languages."""

    field: str
    title: str  # of the field, Chinese
    finding: Finding
    name: tuple[str, str]
    basis: str

    def as_json(self) -> dict[str, Any]:
        """As an index shows it; nothing of the text itself."""
        place = {"from": self.finding.start, "to": self.finding.end}
        said = {"field": self.field, "title": self.title, "what": self.finding.what}
        return {**said, **place, "why": self.name[0], "basis": self.basis}


@dataclass(frozen=True, slots=True)
class NotPublished:
    """Why a penalty is not published: the test, the sentence in both languages, the article."""

    test: Test
    sentence: tuple[str, str]
    citation: tuple[str, str]

    def as_json(self) -> dict[str, Any]:
        """As an index shows it."""
        return {"what": self.test, "why": self.sentence[0], "basis": self.citation[0]}


@dataclass(frozen=True, slots=True)
class Cleared:
    """It may leave: its publishable fields, and nothing else."""

    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """A person has to look at it first."""

    reasons: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The law keeps it from the public, or what the law asks for is not known."""

    reasons: tuple[NotPublished, ...]


@dataclass(frozen=True, slots=True)
class TextDecision:
    """A person lets a text leave as it is, whatever was found in it: that text alone, by its hash."""

    text: str  # text_hash
    actor: str
    role: str
    why: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """By what a record is judged: the ``fields`` that may leave, the ``persons`` whom the graph knows at its firm, and
    the decisions of people on texts."""

    fields: tuple[str, ...]
    persons: frozenset[str] = frozenset()
    decisions: tuple[TextDecision, ...] = field(default=())


def publishable_record(kind: str, record: Record, rules: Leaving, day: date) -> Cleared | Held | Refused:
    """What becomes of a record that would leave on the day.

    ``record``: properties of its node; of a penalty also ``minor`` and ``secret`` (True, False), as its review says.
    Raises ``DefinitionError`` where the policy has no rule in force, ``UsageError`` for a field that is personal or
    unknown: those never leave, whatever a list says.
    """
    fields = SUBJECT_FIELDS | KINDS[kind].fields
    for name in rules.fields:
        if name not in fields or fields[name].personal:
            raise UsageError("usage.bad_value", option="fields", value=name, why=t("不得公开", "must not leave"))
    if kind == PENALTY_KIND and (reasons := _not_published(record, day)):
        return Refused(tuple(reasons))
    scan = scanner(day)
    persons, allowed = known_names(rules.persons), frozenset[str]()
    if kind == PENALTY_KIND and _is_person(record, redaction_policy().parties):
        allowed = known_names([str(record.get("name") or "")])  # the punished, who is named as such
    released = {decision.text for decision in rules.decisions}
    found: list[Found] = []
    for name in rules.fields:
        value = record.get(name)
        if isinstance(value, str) and text_hash(value) not in released:
            findings = _scan(scan, record, value, fields[name].type, persons, allowed)
            found += [_told(scan, name, fields[name].zh, finding) for finding in findings]
    return Held(tuple(found)) if found else Cleared({name: record.get(name) for name in rules.fields})


def text_hash(text: str) -> str:
    """SHA-256 of the text as it stands, to the last space: a decision on it is of no other."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def decide(text: str, actor: str, role: str, why: str) -> TextDecision:
    """The decision that a text may leave; raises ``UsageError`` where it is not said who, in which role and why."""
    for option, value in (("actor", actor), ("role", role), ("why", why)):
        if not value.strip():
            raise UsageError("usage.bad_value", option=option, value=value, why=t("不能为空", "must not be empty"))
    return TextDecision(text_hash(text), actor, role, why)


def hidden(kind: str, record: Record, name: str, persons: frozenset[str], day: date) -> Any:
    """A field for the bureau's own use: of a text all that is found in it is hidden whole."""
    value = record.get(name)
    if not isinstance(value, str):
        return value
    text = list(value)
    type_ = (SUBJECT_FIELDS | KINDS[kind].fields)[name].type
    for finding in _scan(scanner(day), record, value, type_, known_names(persons), frozenset()):
        text[finding.start : finding.end] = "*" * (finding.end - finding.start)
    return "".join(text)


def _told(scan: Scanner, name: str, title: str, finding: Finding) -> Found:
    look = scan.looks[finding.what]
    return Found(name, title, finding, (look.name.zh, look.name.en), look.basis.source)


def _scan(
    scan: Scanner, record: Record, value: str, kind: FieldType, persons: frozenset[str], allowed: frozenset[str]
) -> tuple[Finding, ...]:
    if kind in _CODES and _is_code(record, value):
        return ()
    is_name = kind == FieldType.NAME
    return scan.scan(value, known=persons, allowed=allowed, is_name=is_name and tight(value) not in allowed)


_CODES = (FieldType.CREDIT_CODE, FieldType.ORG_CODE, FieldType.REGISTRATION_NUMBER, FieldType.TAX_NUMBER)


def _is_code(record: Record, value: str) -> bool:
    """Whether a number of the register is one: by its check, or as a part of the firm's own credit code."""
    number = normalise(value)
    if must_screen(number):
        return len(number) == 15 and is_registration_number(number) and is_authority(number[:6])
    code = normalise(str(record.get("credit_code") or ""))
    if is_credit_code(code) and not must_screen(code) and len(number) >= 9 and number in code:
        return True
    return len(number) == 15 and is_registration_number(number) and is_authority(number[:6])


def _is_person(record: Record, parties: Parties) -> bool | None:
    """Whether the party is a natural person; ``None``: the record does not tell. The words go before the code."""
    words = str(record.get("party_kind") or "")
    person = any(word in words for word in parties.persons)
    organisation = any(word in words for word in parties.organisations)
    if person or organisation:
        return person and not organisation if person != organisation else None
    return False if not words and is_credit_code(normalise(str(record.get("credit_code") or ""))) else None


def _not_published(record: Record, day: date) -> list[NotPublished]:
    """The tests that the penalty does not pass; what is unknown does not pass either."""
    rules = redaction_policy().penalty_rules(day)
    matter = Matter(subject="penalty", **penalty_facts(record, clock_policy()))
    verdicts = {
        "ordinary_procedure": _ordinary(matter),
        "more_than_warning": _more_than_warning(matter),
        "adult": _adult(record),
        "not_secret": _not_secret(record),
    }
    basis = str(record.get("basis") or "")
    return [
        _refusal(rule, unknown=verdicts[test] is None)
        for test, rule in rules.items()
        if verdicts[test] is not True and not any(word in basis for word in rule.except_basis)
    ]


def _refusal(rule: PenaltyRule, *, unknown: bool) -> NotPublished:
    said, document = rule.unknown if unknown else rule.name, documents()[rule.document]
    return NotPublished(
        rule.test, (said.zh, said.en), (document.cite(rule.article), document.cite_english(rule.article))
    )


def _ordinary(matter: Matter) -> bool | None:
    if matter.simple is None and (matter.unknown_kinds or not matter.kinds):
        return None
    simple = procedures(matter, clock_policy())
    return not simple[0] if len(simple) == 1 else None


def _more_than_warning(matter: Matter) -> bool | None:
    return None if matter.unknown_kinds or not matter.kinds else matter.kinds != {"warning"}


def _adult(record: Record) -> bool | None:
    person = _is_person(record, redaction_policy().parties)
    if person is False:
        return True
    minor = record.get("minor")
    return None if person is None or not isinstance(minor, bool) else not minor


def _not_secret(record: Record) -> bool | None:
    """No review is known to say so; that it takes place is a step of the procedure."""
    secret = record.get("secret", False)
    return not secret if isinstance(secret, bool) else None
