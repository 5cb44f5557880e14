"""Every field of the schema as every role that lacks a right on the way to it: refused, and its value nowhere.

The queries are made from the schema, so that a field that is added is tried without a line here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from credit_graph.jobs.erase import erase
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.tombstones import Ground
from credit_graph.model.kinds import KINDS
from credit_graph.server.records import RECORD_TYPES
from credit_graph.server.roles import roles_file
from credit_graph.server.schema import schema
from credit_graph.store import Store
from server.city import TODAY, A, B, Batch, registration
from server.conftest import Api
from server.test_roles import fill

SCHEMA: Any = schema()._schema
# of arguments that have to be given, by name, else by type; an input object is left to the tests of its field
GIVEN = {"code": f'"{A}"', "from": f'"{A}"', "to": f'"{B}"', "list": '"serious_violation"', "text": '"天工"'}
TYPES = {"String": '"x"', "ID": '"x"', "Int": "1", "Date": '"2026-01-01"', "Boolean": "true"}
OPEN_ROOTS = {"meta", "explainCost"}  # take no right
NO_VALUE = {"statementId", "id", "cursor"}


@dataclass(frozen=True)
class Step:
    """A field on the way to a type, with its arguments; or a condition on the type."""

    text: str
    name: str | None
    right: str | None


@dataclass(frozen=True)
class Asked:
    """A query for leaves of one type that take the same rights."""

    text: str
    path: tuple[str, ...]
    leaves: tuple[str, ...]
    rights: frozenset[str]


def right_of(field: GraphQLField) -> str | None:
    """What @needs says of the field in the schema that is served."""
    definition: Any = (field.extensions or {}).get("strawberry-definition")
    found = [directive.right for directive in definition.directives if hasattr(directive, "right")]
    return found[0] if found else None


def arguments(field: GraphQLField) -> str | None:
    """Those that have to be given and a small page; ``None`` where one is an input object."""
    said = ["first: 2"] if "first" in field.args else []
    for name, argument in field.args.items():
        if isinstance(argument.type, GraphQLNonNull):
            value = GIVEN.get(name) or TYPES.get(get_named_type(argument.type).name)
            if value is None:
                return None
            said.append(f"{name}: {value}")
    return f"({', '.join(said)})" if said else ""


def ways() -> Iterator[tuple[list[Step], GraphQLObjectType | GraphQLInterfaceType]]:
    """The shortest way to every type that can be asked for."""
    queue: deque[tuple[list[Step], Any]] = deque([([], SCHEMA.query_type)])
    seen = {SCHEMA.query_type.name}
    while queue:
        steps, kind = queue.popleft()
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            possible = [found for found in SCHEMA.get_possible_types(kind) if found.name in {*NAMES, "Case"}]
            queue.extend(([*steps, Step(f"... on {found.name}", None, None)], found) for found in possible)
        if isinstance(kind, GraphQLUnionType):
            continue
        yield steps, kind
        for name, field in kind.fields.items():
            found = get_named_type(field.type)
            said = arguments(field)
            if not is_leaf_type(found) and found.name not in seen and said is not None:
                seen.add(found.name)
                queue.append(([*steps, Step(name + said, name, right_of(field))], found))


NAMES = {name for name in SCHEMA.type_map if name not in RECORD_TYPES}


def asked(as_of: str = "") -> Iterator[Asked]:
    """Queries for all leaves, by type and right."""
    for steps, kind in ways():
        if not steps:
            continue
        by_right: dict[str | None, list[str]] = {}
        for name, field in kind.fields.items():
            if is_leaf_type(get_named_type(field.type)) and arguments(field) == "":
                by_right.setdefault(right_of(field), []).append(name)
        first = steps[0].text
        if as_of and "asOf" in SCHEMA.query_type.fields[steps[0].name].args:
            first = first[:-1] + f", {as_of})" if first.endswith(")") else f"{first}({as_of})"
        elif as_of:
            continue
        for right, leaves in by_right.items():
            text = " ".join(leaves)
            for step in [*(step.text for step in reversed(steps[1:])), first]:
                text = f"{step} {{ {text} }}"
            rights = frozenset(found for found in [right, *(step.right for step in steps)] if found)
            yield Asked(f"{{ {text} }}", tuple(step.name for step in steps if step.name), tuple(leaves), rights)


def values(data: Any, query: Asked) -> list[tuple[str, Any]]:
    """The leaves that were answered."""
    found = [data]
    for name in query.path:
        inner = (row.get(name) for row in found if isinstance(row, dict))
        found = [item for row in inner for item in (row if isinstance(row, list) else [row])]
    rows = [row for row in found if isinstance(row, dict)]
    return [(name, row[name]) for row in rows for name in query.leaves if row.get(name) is not None]


def codes(answer: dict[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in answer.get("errors", ())}


def telling(found: list[tuple[str, Any]]) -> list[str]:
    """Values that a text can't hold by chance."""
    texts = [value for name, value in found if isinstance(value, str) and name not in NO_VALUE]
    return [value for value in texts if len(value) > 5 and value not in {A, B}]


def lacking(rights: frozenset[str]) -> list[str]:
    """A role for each set of these rights that some role lacks: others with that set fare alike."""
    roles = roles_file().on(TODAY)
    found = {rights - set(role.rights): name for name, role in roles.items()}
    return [name for missing, name in found.items() if missing]


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_no_role_sees_what_it_lacks_the_right_for(store: Store, api_as: Callable[[str], Api]) -> None:
    fill(store)
    apis = {name: api_as(name) for name in roles_file().on(TODAY)}
    shown: set[tuple[tuple[str, ...], str]] = set()
    refused = 0
    for query in [*asked(), *asked('asOf: {valid: "2026-06-01"}')]:
        if "asOf" in query.text and not shown & {(query.path, name) for name in query.leaves}:
            continue  # there is nothing of it
        whole = apis["auditor"].post(query.text)
        found = values(whole.json()["data"], query)
        shown |= {(query.path, name) for name, _ in found}
        for name in lacking(query.rights):
            answer = apis[name].post(query.text)
            said = answer.json()
            assert values(said["data"], query) == [], (name, query)
            assert not [value for value in telling(found) if value in answer.text], (name, query)
            assert codes(said) <= {"access.denied", *codes(whole.json())}, (name, query)
            if found:
                assert "access.denied" in codes(said), (name, query)
                refused += 1
    assert len(shown) > 60 and refused > 30


def test_every_root_takes_a_right_but_what_tells_of_the_service() -> None:
    roots = {name: right_of(field) for name, field in SCHEMA.query_type.fields.items()}
    assert {name for name, right in roots.items() if right is None} <= OPEN_ROOTS | {"operations"}
    assert all(right_of(field) for field in SCHEMA.mutation_type.fields.values())
    for kind in ("Enterprise", "Person"):
        unprotected = {name for name, field in SCHEMA.type_map[kind].fields.items() if right_of(field) is None}
        assert unprotected == {"id"}, kind


def test_names_of_natural_persons_take_their_right_in_every_kind_of_record() -> None:
    for name in RECORD_TYPES:
        personal = {field for field, spec in KINDS[name].fields.items() if spec.personal}
        for shown, field in SCHEMA.type_map[name].fields.items():
            python: str = field.extensions["strawberry-definition"].python_name
            if python in personal:
                assert right_of(field) == "persons", (name, shown)


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_was_repaired_expired_or_erased_is_nowhere(store: Store, api_as: Callable[[str], Api]) -> None:
    """Nor at a day on which it stood: use is judged today (信用修复)."""
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    days: dict[str, Any] = {"source": "penalty_published", "valid_from": date(2025, 5, 1)}
    repaired = batch.say("Case", A, "c-1", document_number="庆市监处〔2025〕修复1号", **days)
    erased = batch.say("Case", A, "c-2", document_number="庆市监处〔2025〕清除2号", **days)
    over = {**days, "valid_to": date(2026, 5, 1)}
    batch.say("Case", A, "c-3", document_number="庆市监处〔2025〕届满3号", **over)
    batch.hold(repaired, "public,departments,grading,internal", valid_from=date(2026, 6, 1))
    batch.commit()
    erase(store, Target(sids=(erased.sid,)), Ground("清除决定书〔2026〕1号", "张一", "李二"))
    roles = roles_file().on(TODAY)
    alike = {(r.as_of, r.passes_holds, r.channel, "records" in r.rights): name for name, r in roles.items()}
    for name in alike.values():
        api, role = api_as(name), roles[name]
        for when in ("", ', asOf: {valid: "2025-12-01"}', ', asOf: {known: "1"}'):
            for ended in ("", "(ended: true)"):
                query = f"""{{ enterprise(code: "{A}"{when}) {{ records{ended} {{ edges {{ node {{ kind inUse
                  ... on Case {{ documentNumber }} }} }} }} creditRiskLevel {{ evidence {{ text }} }} }}
                  publicRecord(code: "{A}") {{ entries {{ name }} }} }}"""
                text = api.post(query).text
                case = (name, when, ended)
                assert "清除2号" not in text, case
                assert ("修复1号" in text) == role.passes_holds, case  # the auditor, which is logged
                past = "届满3号" in text
                sees = "records" in role.rights and (role.as_of or not when)
                assert past == (sees and (bool(ended) or "valid" in when)), case
