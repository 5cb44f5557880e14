"""The API while the secret is rotated: it refuses, goes on without a restart, and still opens the ids of before."""

from __future__ import annotations

import hmac
from collections.abc import Callable

import pytest

from credit_graph.jobs import rotate as rotation
from credit_graph.jobs.rotate import rotate
from credit_graph.server.guard import LOCAL
from credit_graph.server.tokens import Sealer
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from facts import commit, fact
from server.conftest import Api

EID = "91330206MA00000001"
PERSON = "ab" * 32
ASK = "query($id: ID!) { node(id: $id) { id ... on Person { name } } }"


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_it_waits_and_goes_on(store: Store, api_as: Callable[[str], Api]) -> None:
    api = api_as("auditor")
    office = fact("Office", "o", EID, pid=PERSON, person_name="王某", person_id=PERSON, office="legal_representative")
    commit(store, 1, [office])
    old = sealer_of(store).node_id("Person", PERSON)
    assert api.ask(ASK, id=old)["node"]["name"] == "王某"
    with pytest.MonkeyPatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(rotation._Rotation, "_persons", lambda *_: 1 / 0)
        rotate(store)
    answer = api.post(ASK, id=old)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "state.rotating")
    assert api.request("GET", "/health").status_code == 200
    rotate(store)
    node = api.ask(ASK, id=old)["node"]
    assert node["name"] == "王某"
    assert node["id"] == sealer_of(store).node_id("Person", wrapped_person(store)) != old


def sealer_of(store: Store) -> Sealer:
    return Sealer(load_or_create(store.settings, store), LOCAL)


def wrapped_person(store: Store) -> str:
    link = load_or_create(store.settings, store)[32:]
    return hmac.new(link, bytes.fromhex(PERSON), "sha256").hexdigest()
