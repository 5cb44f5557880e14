"""What a decision makes of an entry (名单条目): the content of its record, by the kind of record of its list. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from credit_graph.errors import UsageError
from credit_graph.lists.policy import Ground, ListRow, plain
from credit_graph.model.statement import Value
from credit_graph.text import joined, t


@dataclass(frozen=True, slots=True)
class _Fields:
    """How the fields of a kind of entry are called."""

    id: str
    listed_on: str
    reason: str
    listed_by: str
    removed_on: str | None = None  # none: the record does not say itself that it ended
    removal_reason: str | None = None
    removed_by: str | None = None
    removed: str | None = None  # a flag
    number: str | None = None  # what several sources name the same thing by


_FIELDS = {
    kind: _Fields("listing_id", "listed_on", "reason", "listed_by", "removed_on", "removal_reason", "removed_by")
    for kind in ("AbnormalListing", "SeriousListing")
} | {"AbnormalMark": _Fields("mark_id", "marked_on", "reason", "marked_by", "restored_on", removed="restored")}
ENTRY_KINDS = frozenset(_FIELDS)  # of lists, which the bureau itself makes
# records that stand on no list, whose publication can be stopped
_FIELDS |= {
    "Case": _Fields("document_number", "decided_on", "violation", "authority", number="document_number"),
    "Inspection": _Fields("inspection_id", "inspected_on", "result", "authority"),
}


def listed(
    kind: str, number: str, day: date, ground: Ground, reason: str | None, by: str, subject: Mapping[str, str]
) -> dict[str, Value]:
    """The content of a new entry; ``subject``: the fields that name the firm (``name``, ``credit_code`` …)."""
    fields = _FIELDS[kind]
    return {
        **subject,
        fields.id: number,
        fields.listed_on: day,
        fields.reason: reason or ground.text,
        fields.listed_by: by,
    }


def removed(kind: str, content: Mapping[str, Value], day: date, reason: str, by: str) -> dict[str, Value]:
    """The content once it was removed."""
    fields = _FIELDS[kind]
    found: dict[str, Value] = {**content, **({fields.removed_on: day} if fields.removed_on else {})}
    if fields.removal_reason and fields.removed_by:
        found |= {fields.removal_reason: reason, fields.removed_by: by}
    return found | ({fields.removed: True} if fields.removed else {})


def restored(kind: str, content: Mapping[str, Value], day: date) -> dict[str, Value]:
    """The content once it stands again, its period counted from ``day`` (44号令第二十条)."""
    fields = _FIELDS[kind]
    gone = {fields.removed_on, fields.removal_reason, fields.removed_by, fields.removed}
    kept = {name: value for name, value in content.items() if name not in gone}
    return kept | ({"counted_from": day} if kind == "SeriousListing" else {})


def corrected(kind: str, content: Mapping[str, Value], ground: Ground, reason: str | None) -> dict[str, Value]:
    """The content with the right ground."""
    return {**content, _FIELDS[kind].reason: reason or ground.text}


def listed_on(kind: str, content: Mapping[str, object]) -> date | None:
    """Since when the entry's period counts."""
    value = content.get("counted_from") or content.get(_FIELDS[kind].listed_on)
    return value if isinstance(value, date) else None


def begun_on(kind: str, content: Mapping[str, object]) -> date | None:
    """The day of listing or marking itself."""
    value = content.get(_FIELDS[kind].listed_on)
    return value if isinstance(value, date) else None


def listed_by(kind: str, content: Mapping[str, object]) -> str | None:
    """Who listed, where the record says so."""
    value = content.get(_FIELDS[kind].listed_by)
    return value if isinstance(value, str) else None


def stands(kind: str, record: Mapping[str, object], day: date) -> bool:
    """Whether the entry (properties of its node) has begun and is not removed on ``day``."""
    fields = _FIELDS[kind]
    begun, ended = record.get(fields.listed_on), record.get(fields.removed_on or "")
    if not isinstance(begun, date) or begun > day or record.get(fields.removed or "") is True:
        return False
    return not (isinstance(ended, date) and ended <= day)


def tells_its_end(kind: str) -> bool:
    """Whether records of the kind say themselves that they ended; of others only a hold ends the use."""
    return _FIELDS[kind].removed_on is not None


def same_thing(kind: str, record: Mapping[str, object]) -> tuple[object, ...]:
    """What records of one thing have in common: a penalty comes from several sources under one number (文号)."""
    number = record.get(_FIELDS[kind].number or "")
    return ("number", number) if number else (record["source"], record["key"])


def ground_of(row: ListRow, article: str, reason: str | None, title: str) -> Ground:
    """The ground that an article names, whose words the ``reason`` fits where the list has words for it.

    Raises ``UsageError("usage.bad_value")``: the list has no such ground, or the reason is none of it.
    """
    of_article = [ground for ground in row.grounds if ground.article == article]
    if not of_article:
        known = joined(f"{ground.article}（{ground.text}）" for ground in row.grounds)
        why = t(f"{title}的列入情形有：{known}", f"the grounds of {title}: {known}")
        raise UsageError("usage.bad_value", option="--set ground", value=article, why=why)
    if reason is None:
        return of_article[0]
    text = plain(reason)
    for other in row.not_grounds:
        if other.fits(text):
            why = t(other.why.zh, other.why.en)
            raise UsageError("usage.bad_value", option="--set reason", value=reason, why=why)
    fitting = [ground for ground in of_article if not ground.patterns or ground.fits(text)]
    if not fitting:
        why = t(f"不属于第{article}条“{of_article[0].text}”所列行为", f"no act of article {article}")
        raise UsageError("usage.bad_value", option="--set reason", value=reason, why=why)
    return fitting[0]
