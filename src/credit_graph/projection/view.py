"""The current view of one enterprise, composed from its records by ``policies/precedence.yml``. Pure.

Several sources speak of one enterprise and each keeps its statement; here it is decided which one is shown,
and where they contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.model.kinds import KINDS
from credit_graph.model.time import Point, covers
from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.projection.names import normal_name
from credit_graph.resources import root

ANY = "any"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldSource(_Row):
    """Where a field of the view may come from: a record kind, and which of its records."""

    kind: str
    property: str | None = None  # of the record; default: the field's own name
    sources: tuple[str, ...] = ()
    where: dict[str, tuple[str, ...]] = {}

    def takes(self, record: Mapping[str, Any]) -> bool:
        """Whether this row speaks of a record of its kind."""
        if self.sources and record["source"] not in self.sources:
            return False
        return all(str(record.get(name)) in allowed for name, allowed in self.where.items())


class PrecedenceRow(Dated):
    """Precedence of the sources per field, for a span of days."""

    id: str
    fields: dict[str, tuple[FieldSource, ...]]

    @cached_property
    def by_kind(self) -> dict[str, list[tuple[str, int, FieldSource]]]:
        """Record kind -> what its records may say: field, rank and the row of the policy, best rank first."""
        return {
            kind: [
                (field, rank, row)
                for field, sources in self.fields.items()
                for rank, row in enumerate(sources)
                if row.kind in (ANY, kind)
            ]
            for kind in KINDS
        }


class EntityKind(_Row):
    """How 企业, 个体工商户, 农民专业合作社 and 分支机构 are told apart."""

    kind: str
    type_contains: tuple[str, ...] = ()
    code_prefix: tuple[str, ...] = ()


class Precedence(_Row):
    """``policies/precedence.yml``."""

    rows: tuple[PrecedenceRow, ...] = Field(min_length=1)
    entity_kinds: tuple[EntityKind, ...] = Field(min_length=1)

    def on(self, day: date) -> PrecedenceRow:
        """The row in force; raises ``DefinitionError`` if none or two are."""
        return only_in_force(self.rows, day, "precedence.yml")

    def entity_kind(self, entity_type: str | None, credit_code: str | None) -> str | None:
        """经营主体类别 by the register's type, else by the credit code; ``None`` where neither tells."""
        for row in self.entity_kinds:
            if entity_type and any(part in entity_type for part in row.type_contains):
                return row.kind
        for row in self.entity_kinds:
            if credit_code and credit_code.startswith(row.code_prefix):
                return row.kind
        return None


@cache
def precedence() -> Precedence:
    """The shipped precedence; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "precedence.yml", Precedence)


def enterprise_view(records: Iterable[Mapping[str, Any]], point: Point, rules: Precedence) -> dict[str, Any]:
    """The enterprise as the graph shows it at ``point``.

    ``records``: properties of its record nodes, of any kind and time; those not known at the point are left
    out here, those not valid on its day serve for former names only. The result has every field of the precedence
    row (``None`` where no record says it), and: ``names`` (current first), ``former_names`` (latest first),
    ``entity_kind``, ``phones``, ``sids`` (field -> statement shown) and ``contradictions``, each ``{"field",
    "value", "source", "sid", "other_value", "other_source", "other_sid"}``.
    """
    known = [r for r in records if r["known_from"] <= point.seq < r["known_to"]]
    visible = [r for r in known if covers(r["valid_from"], r["valid_to"], point.valid)]
    view: dict[str, Any] = {"sids": {}, "contradictions": []}
    row = rules.on(point.valid)
    said = _candidates(row, visible)
    for field in row.fields:
        candidates = said.get(field)
        view[field] = candidates[0][2] if candidates else None
        if candidates:
            view["sids"][field] = candidates[0][1]["sid"]
            if len(candidates) > 1:
                view["contradictions"] += _contradictions(field, candidates)
    former = _former_names(known, view["name"], point.valid)
    view["former_names"] = former
    view["names"] = ([view["name"]] if view["name"] else []) + former
    view["entity_kind"] = rules.entity_kind(view["entity_type"], view["credit_code"])
    view["phones"] = sorted({str(r[name]) for r in visible for name in ("phone", "mobile") if r.get(name)})
    return view


# whether the row names a kind (and so may contradict), record, value
_Candidate = tuple[bool, Mapping[str, Any], Any]


def _candidates(row: PrecedenceRow, records: list[Mapping[str, Any]]) -> dict[str, list[_Candidate]]:
    """What the records say of each field, the one to show first."""
    found: dict[str, list[tuple[int, bool, Mapping[str, Any], Any]]] = {}
    for record in records:
        last = ""
        for field, rank, source in row.by_kind[record["kind"]]:
            if field == last:
                continue  # it was said by a better row
            value = record.get(source.property or field)
            if value not in (None, "") and source.takes(record):
                found.setdefault(field, []).append((rank, source.kind != ANY, record, value))
                last = field
    for said in found.values():
        if len(said) > 1:
            said.sort(key=lambda item: item[2]["sid"])
            said.sort(key=lambda item: (item[2]["valid_from"], item[2]["known_from"]), reverse=True)
            said.sort(key=lambda item: item[0])
    return {field: [item[1:] for item in said] for field, said in found.items()}


def _contradictions(field: str, candidates: list[_Candidate]) -> list[dict[str, Any]]:
    """Other sources that say something else of the field and nothing that agrees."""
    comparable, shown, value = candidates[0]
    if not comparable:
        return []
    said: dict[str, list[_Candidate]] = {}
    for candidate in candidates:
        if candidate[0] and KINDS[candidate[1]["kind"]].nature == "state":
            said.setdefault(candidate[1]["source"], []).append(candidate)
    result = []
    for source, others in said.items():
        if source == shown["source"] or any(_same(other[2], value) for other in others):
            continue
        result.append(
            {
                "field": field,
                "value": value,
                "source": shown["source"],
                "sid": shown["sid"],
                "other_value": others[0][2],
                "other_source": source,
                "other_sid": others[0][1]["sid"],
            }
        )
    return sorted(result, key=lambda item: str(item["other_source"]))


def _same(one: Any, other: Any) -> bool:
    if one == other:
        return True
    if isinstance(one, str) and isinstance(other, str):
        return normal_name(one) == normal_name(other)
    return False


def _former_names(known: list[Mapping[str, Any]], current: str | None, day: date) -> list[str]:
    """Names that the enterprise had up to the day, latest first; spellings of one name count once."""
    found: dict[str, tuple[date, int, str]] = {}
    for record in known:
        name = record.get("name")
        if not name or record["valid_from"] > day or (current and _same(name, current)):
            continue
        entry = (record["valid_from"], record["known_from"], name)
        found[normal_name(name)] = max(entry, found.get(normal_name(name), entry))
    return [name for _, _, name in sorted(found.values(), reverse=True)]
