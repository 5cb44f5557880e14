"""Every table of the city is recognised by its header, coded or Chinese, with no column left unread."""

from __future__ import annotations

import pytest

from credit_graph.ingest.definitions import definitions
from credit_graph.ingest.recognise import recognise
from roles import CHINESE, CODED

KNOWN = definitions()
HEADERS = [*CODED.items(), *CHINESE.items()]
NAMES = [*(f"{role}-coded" for role in CODED), *(f"{role}-chinese" for role in CHINESE)]


def test_the_tables_have_all_roles() -> None:
    assert len(CODED) == 28
    assert set(CODED) - set(CHINESE) == {"food_licence", "liaison_contact"}
    assert set(CHINESE) < set(CODED)


@pytest.mark.parametrize(("role", "header"), HEADERS, ids=NAMES)
def test_the_right_definition_reads_every_column(role: str, header: str) -> None:
    columns = header.split("|")
    found = recognise(columns, KNOWN)
    assert found.definition.source == role
    assert found.unmapped == []
    assert {*found.mapped, *found.ignored} == set(columns)
    assert set(found.mapped.values()) >= {name for name in found.definition.key if name != "subject"}


@pytest.mark.parametrize("role", sorted(CHINESE))
def test_both_names_of_a_column_mean_the_same_field(role: str) -> None:
    coded, chinese = CODED[role].split("|"), CHINESE[role].split("|")
    by_code = recognise(coded, KNOWN).mapped
    by_name = recognise(chinese, KNOWN).mapped
    assert [by_code.get(name) for name in coded] == [by_name.get(name) for name in chinese]
