"""The published contract: schema, saved operations, and the documents that describe them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, build_schema, parse, validate

from credit_graph.messages import MESSAGES
from credit_graph.model.kinds import CHANNELS, KINDS
from credit_graph.resources import root
from credit_graph.server.operations import read_operation
from credit_graph.server.records import RECORD_TYPES, Channel
from credit_graph.server.roles import Limits, roles_file
from credit_graph.server.schema import schema_text

API = root("api")
DOCS = Path(__file__).parents[2] / "docs" / "api.md"


def operations() -> list[Path]:
    return sorted((API / "operations").glob("*.graphql"))


def test_the_committed_schema_is_the_servers() -> None:
    # after a change: credit-graph schema > api/schema.graphql, and a line in api/changelog.md
    assert (API / "schema.graphql").read_text(encoding="utf-8") == schema_text()


def test_the_class_is_never_called_a_rating() -> None:
    text = schema_text().replace("no rating of credit", "")
    assert not re.search(r"(?<!ope)rating", text, re.IGNORECASE)
    assert "creditRiskLevel: CreditRiskLevel" in schema_text()


def test_every_kind_of_record_has_its_type_and_no_document_number_shows() -> None:
    schema = build_schema(schema_text())
    work = {"Alert", "AlertSignal", "Proceeding", "MeasureTask", "Receipt", "Referral"}
    assert (
        set(RECORD_TYPES)
        == set(KINDS) - {"Hold", "PersonDecision", "LevelDecision", "ControlDecision", "TextDecision"} - work
    )
    for name in RECORD_TYPES:
        found = schema.type_map[name]
        assert isinstance(found, GraphQLObjectType)
        assert [interface.name for interface in found.interfaces] == ["Record"]
        personal = {field for field, spec in KINDS[name].fields.items() if spec.type == "id_number"}
        shown = {re.sub(r"([A-Z])", r"_\1", field).lower() for field in found.fields}
        assert not personal & shown
    assert tuple(channel.value for channel in Channel) == CHANNELS


@pytest.mark.parametrize("path", operations(), ids=lambda path: path.stem)
def test_saved_operations_fit_the_schema_and_say_what_they_are_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert validate(build_schema(schema_text()), parse(text)) == []
    assert read_operation(path).example.keys() <= {variable.name for variable in read_operation(path).variables}


def test_every_error_that_a_client_meets_is_documented() -> None:
    text = (API / "errors.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([a-z]+\.[a-z_]+)`", text, re.MULTILINE))
    assert listed <= set(MESSAGES)
    used: set[str] = set()
    for path in (Path(__file__).parents[2] / "src/credit_graph/server").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        raised = re.findall(r"(?:Error|refusal)\([^()\"]*\"((?:usage|state|access|server)\.[a-z_]+)\"", source)
        used |= set(raised)
    assert len(used) > 10
    assert used - {"access.remote_refused", "state.secret"} <= listed  # these are of the command that starts it


def test_every_limit_is_in_the_table() -> None:
    text = DOCS.read_text(encoding="utf-8")
    limits = roles_file().limits
    for name in Limits.model_fields:
        assert re.search(rf"^\| `{name}` \| {getattr(limits, name).value:,} \|", text, re.MULTILINE), name
    for name in roles_file().rights:
        assert f"`{name}`" in text
