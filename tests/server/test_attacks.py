"""What an attacker sends: texts that break out, in every argument of the roots; variables that are huge."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graphql import GraphQLNonNull, get_named_type

from credit_graph.server.roles import limits
from credit_graph.store import Store
from server.city import A, Batch, registration
from server.conftest import Api
from server.test_matrix import GIVEN, SCHEMA, TYPES

TEXTS = ["' OR 1=1 // \"}) DETACH DELETE n //", '*:* OR /.*/ +"\\', "\x00${7*7}{{7*7}}../../etc/passwd%00"]


def attacks() -> list[tuple[str, dict[str, Any]]]:
    """Each text argument of each root, with the others that have to be given."""
    found = []
    for root, field in SCHEMA.query_type.fields.items():
        for name, argument in field.args.items():
            kind = get_named_type(argument.type).name
            if kind not in {"String", "ID"}:
                continue
            needed = [n for n, a in field.args.items() if n != name and isinstance(a.type, GraphQLNonNull)]
            others = {n: GIVEN.get(n) or TYPES.get(get_named_type(field.args[n].type).name) for n in needed}
            if None in others.values():
                continue
            said = ", ".join([f"{name}: $x", *(f"{n}: {value}" for n, value in others.items())])
            query = f"query ($x: {argument.type}) {{ {root}({said}) {{ __typename }} }}"
            listed = str(argument.type).startswith("[")
            found += [(query, {"x": [text] if listed else text}) for text in TEXTS]
    return found


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_no_text_breaks_out_of_its_argument(store: Store, api: Api) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    batch.commit()
    before = store.size()
    tried = attacks()
    assert len(tried) > 40
    for query, variables in tried:
        answer = api.post(query, **variables)
        assert answer.status_code in {200, 400}, (query, variables)
        codes = {error["extensions"]["code"] for error in answer.json().get("errors", ())}
        assert not {code for code in codes if code.startswith("server.")}, (query, variables, codes)
        assert "root:" not in answer.text, (query, variables)
    assert store.size() == before


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_huge_and_deep_variables_are_refused(api: Api) -> None:
    query = "query ($x: String!) { explainCost(query: $x) { cost } }"
    big = api.post(query, x="{" * (limits().body_bytes.value // 2))
    assert {error["extensions"]["code"] for error in big.json()["errors"]} == {"usage.query"}
    headers = {"content-type": "application/json"}
    deep = '{"query": "{ __typename }", "variables": {"x": ' + "[" * 50_000 + "]" * 50_000 + "}}"
    answer = api.request("POST", "/graphql", content=deep.encode(), headers=headers)
    assert answer.status_code in {200, 400} and "Traceback" not in answer.text
    wide = {"query": query, "variables": {"x": "{ __typename }", **{f"v{n}": n for n in range(10_000)}}}
    answer = api.request("POST", "/graphql", content=json.dumps(wide).encode(), headers=headers)
    assert answer.json()["data"] == {"explainCost": {"cost": 0}}
