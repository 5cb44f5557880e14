"""The catalogue: headers that fit, names that can't inject, statements that both engines accept."""

from __future__ import annotations

import re

import pytest

from credit_graph.resources import root
from credit_graph.store import Store
from credit_graph.store.catalogue import names, parse, statement
from credit_graph.store.migrate import migrations

GOOD = """// purpose: One enterprise
//   by its eid.
// parameters: eid string, seq integer
// returns: eid, name
// labels: KIND
MATCH (n:__KIND__ {eid: $eid}) WHERE n.seq <= $seq
RETURN n.eid AS eid, n.name AS name"""


def test_a_header_is_read() -> None:
    found = parse("read/x", GOOD)
    assert found.purpose == "One enterprise by its eid."
    assert found.parameters == {"eid": "string", "seq": "integer"}
    assert found.returns == ("eid", "name")
    assert found.labels == ("KIND",)
    assert found.text.startswith("MATCH (n:__KIND__")


@pytest.mark.parametrize(
    ("part", "replacement"),
    [
        ("// purpose: One enterprise\n//   by its eid.\n", ""),
        ("// parameters: eid string, seq integer\n", ""),
        ("// returns: eid, name\n", ""),
        (", seq integer", ""),
        ("seq integer", "seq integer, more string"),
        ("seq integer", "seq number"),
        ("// labels: KIND\n", ""),
        ("// labels: KIND", "// labels: KIND, TYPE"),
        ("eid string", "labels string"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(part: str, replacement: str) -> None:
    assert part in GOOD
    with pytest.raises(ValueError, match="read/x"):
        parse("read/x", GOOD.replace(part, replacement))


@pytest.mark.parametrize("value", ["Record", "Record:Hold", "SUBJECT_OF", "known_from"])
def test_a_plain_name_fills_a_placeholder(value: str) -> None:
    assert f"(n:{value} " in parse("read/x", GOOD).render({"KIND": value})


def test_several_names_become_a_list() -> None:
    text = parse("read/x", GOOD.replace("n:__KIND__", "n:Record").replace("n.eid", "n.__KIND__")).render(
        {"KIND": ["eid", "known_from"]}
    )
    assert "n.eid, n.known_from" in text
    with pytest.raises(ValueError, match="no label"):
        parse("read/x", GOOD).render({"KIND": ["eid", "A)"]})


@pytest.mark.parametrize("value", ["", "A B", "A`", "A)", "A{x:1}", "1A", "A:", ":A", "A-B", "企业", "A\n"])
def test_anything_else_does_not(value: str) -> None:
    with pytest.raises(ValueError, match="no label"):
        parse("read/x", GOOD).render({"KIND": value})


@pytest.mark.parametrize("labels", [None, {}, {"OTHER": "A"}, {"KIND": "A", "OTHER": "A"}])
def test_all_placeholders_and_no_others_are_given(labels: dict[str, str] | None) -> None:
    with pytest.raises(ValueError, match="takes the labels"):
        parse("read/x", GOOD).render(labels)


def test_every_file_of_the_folder_is_in_the_catalogue_or_a_migration() -> None:
    files = {path for path in root("cypher").rglob("*") if path.suffix in {".cypher", ".sql"}}
    listed = {root("cypher") / f"{name}.cypher" for name in names()}
    migrating = {path for step in migrations() for path in step.files}
    assert files == listed | migrating
    assert not listed & migrating


def test_an_unknown_statement_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="read/nothing"):
        statement("read/nothing")


@pytest.mark.parametrize("path", [path.name for step in migrations() for path in step.files])
def test_every_migration_file_says_its_purpose(path: str) -> None:
    text = (root("cypher") / "schema" / path).read_text(encoding="utf-8")
    assert re.match(r"(//|--) purpose: \S", text)


def test_both_engines_accept_every_statement_and_name_its_columns(store: Store) -> None:
    wrong = {}
    for name in names():
        columns = store.explain(name)
        if columns != statement(name).returns:
            wrong[name] = columns
    assert wrong == {}


def test_explain_refuses_what_the_engine_does_not_know(store: Store, define: object) -> None:
    assert callable(define)
    define("test/wrong", "// purpose: x\n// parameters: none\n// returns: a\nMATCH (n RETURN n.a AS a")
    with pytest.raises(Exception, match="test/wrong") as caught:
        store.explain("test/wrong")
    assert getattr(caught.value, "code", None) == "store.failed"
