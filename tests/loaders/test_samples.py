"""Rule 4: every ``sample.csv`` becomes its ``expected.yml``, when checked and in the graph of both engines."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from credit_graph import resources
from credit_graph.ingest.definitions import definitions
from credit_graph.ingest.samples import (
    EXPECTED,
    SAMPLE,
    Expected,
    differences,
    label,
    outcome_of_sample,
    plain_content,
    plain_key,
)
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.model.statement import Statement
from credit_graph.model.time import DAY_MAX, DAY_MIN
from credit_graph.store import Store
from credit_graph.yamlfile import read_yaml

KNOWN = definitions()
LOADERS = resources.root("loaders")


def expected(source: str) -> Expected:
    read, problems = read_yaml(LOADERS / source / EXPECTED, Expected)
    assert problems == []
    assert read is not None
    return read


def test_every_definition_has_a_sample() -> None:
    assert {path.parent.name for path in LOADERS.glob(f"*/{SAMPLE}")} == set(KNOWN)
    assert {path.parent.name for path in LOADERS.glob(f"*/{EXPECTED}")} == set(KNOWN)


@pytest.mark.parametrize("source", sorted(KNOWN))
def test_sample_as_checked(source: str) -> None:
    found = outcome_of_sample(LOADERS / source, KNOWN[source], date(2026, 11, 23))
    assert differences(expected(source), found) == []


@pytest.mark.parametrize("source", sorted(KNOWN))
def test_sample_in_the_graph(source: str, store: Store) -> None:
    wanted = expected(source)
    (report,) = load(store, [LOADERS / source / SAMPLE], LoadOptions())
    assert report["source"] == source
    assert {name: report[name] for name in wanted.counters} == wanted.counters
    statements = [Statement.from_properties(row["record"]) for row in store.read("read/records_opened", seq=1)]
    persons: dict[str, str] = {}
    facts = [item for item in statements if item.kind == KNOWN[source].kind]
    found = [_fact(item, label(item.pid, persons)) for item in sorted(facts, key=lambda item: item.row)]
    labels: dict[str, str] = {}
    stand = [record for record in wanted.records if record.use != "annulled"]
    assert found == [
        (r.row, r.key, r.eid, label(r.person, labels), r.valid_from, r.valid_to, r.faults, dict(r.content))
        for r in stand
    ]
    rule = KNOWN[source].use_when
    holds = {(h.eid, h.content["reason"], h.valid_from) for h in statements if h.kind == "Hold"}
    # the hold on a record that was annulled has no first day
    assert {item for item in holds if item[2] != DAY_MIN} == {
        (None if ":" in (record.eid or ":") else record.eid, record.use, record.content[rule.start])
        for record in stand
        if rule and record.use
    }


def _fact(item: Statement, person: str | None) -> tuple[Any, ...]:
    return (
        item.row,
        plain_key(item.key, person),
        item.eid or item.subject_ref,
        person,
        None if item.valid_from == DAY_MIN else item.valid_from,
        None if item.valid_to == DAY_MAX else item.valid_to,
        item.faults,
        plain_content(KNOWN[item.source], item.content),
    )


def test_no_sample_holds_a_real_person() -> None:
    found = set()
    for source in KNOWN:
        raw = (LOADERS / source / SAMPLE).read_bytes().decode("latin-1")  # digits are digits in every encoding
        found |= set(re.findall(r"(?<![0-9A-Z])[0-9]{17}[0-9X](?![0-9A-Z])", raw))
    assert len(found) == 5
    assert all(re.match(r"110101(19[0-4][0-9])", number) for number in found)
