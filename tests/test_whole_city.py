"""A generated city in four deliveries, on both engines alike: killed, resumed, backed up, restored, erased, rotated."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from hashlib import blake2b
from pathlib import Path

import pytest

from conftest import ENGINES, Engines
from credit_graph.demo.generate import generate
from credit_graph.jobs import batches
from credit_graph.jobs.erase import erase, finish_restore
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.jobs.rotate import rotate
from credit_graph.jobs.tombstones import Ground
from credit_graph.settings import Settings
from credit_graph.store import Store
from credit_graph.store.admin import wipe
from credit_graph.store.backup import backup, restore
from credit_graph.store.dump import dump

UNTIL = date(2026, 11, 23)
LOADER = [sys.executable, "-m", "credit_graph.cli", "load", "--accept-closures", "100000"]
OPTIONS = LoadOptions(accept_closures=100_000)
TWO = Ground("个人信息保护法第四十七条", "甲", "乙")


def fingerprint(store: Store) -> tuple[int, int]:
    """Number of nodes and relationships, and the sum of their digests: equal for graphs that are equal as sets."""
    count = total = 0
    for item in dump(store):
        parts = {name: value for name, value in vars_of(item).items() if name != "properties"}
        said = repr((sorted(parts.items(), key=str), sorted(item.properties.items(), key=lambda pair: pair[0])))
        total += int.from_bytes(blake2b(said.encode(), digest_size=16).digest())
        count += 1
    return count, total % (1 << 128)


def vars_of(item: object) -> dict[str, object]:
    return {name: getattr(item, name) for name in item.__dataclass_fields__}  # type: ignore[attr-defined]


def partition(store: Store) -> set[frozenset[str]]:
    """Which records speak of the same person, whatever the person's key is."""
    found: dict[str, set[str]] = {}
    for item in dump(store):
        if "pid" in item.properties and "sid" in item.properties:
            found.setdefault(str(item.properties["pid"]), set()).add(str(item.properties["sid"]))
    return {frozenset(sids) for sids in found.values()}


def settings_of(environment: dict[str, str], secret: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of one engine, with a secret that both share: else no person key could be equal."""
    for name in [name for name in os.environ if name.startswith("CREDIT_GRAPH_")]:
        monkeypatch.delenv(name)
    for name, value in {**environment, "CREDIT_GRAPH_SECRET_FILE": str(secret)}.items():
        monkeypatch.setenv(name, value)
    return Settings()


def load_killed(store: Store, folder: Path, kills: int) -> None:
    """Load by the command, killed at random moments and called again until it is through."""
    environment, first = {**os.environ, "CREDIT_GRAPH_TODAY": folder.name}, batches.last_seq(store)
    for number in range(kills + 1):
        process = subprocess.Popen([*LOADER, str(folder)], env=environment, stdout=subprocess.DEVNULL)
        if number < kills:
            time.sleep(random.uniform(2, 6))
            process.send_signal(signal.SIGKILL)
        status = process.wait()
        through = batches.last_seq(store) > first and not store.read("read/delivery")[0]["delivery"]
        if status == 0 or through:  # a further call would load the same files a second time
            return
    pytest.fail(f"the last call ended with {status}")


@pytest.mark.slow
@pytest.mark.parametrize("firms", [300, 30_000])
def test_a_city_in_four_deliveries(
    engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, firms: int
) -> None:
    folders = generate(tmp_path / "city", firms, seed=7, noise=0.002, deliveries="quarterly", until=UNTIL)
    assert len(folders) == 4
    graphs = []
    secret, first = tmp_path / "secret.json", tmp_path / "first.json"
    for engine in ENGINES:
        if first.exists():
            shutil.copy(first, secret)  # as it was before it was rotated
        settings = settings_of(engines.environment(engine), secret, monkeypatch)
        with Store.open(settings) as store:
            store.clear()
            for folder in folders[:3]:
                monkeypatch.setenv("CREDIT_GRAPH_TODAY", folder.name)
                load(store, [folder], OPTIONS)
            load_killed(store, folders[3], kills=2)
            monkeypatch.setenv("CREDIT_GRAPH_TODAY", folders[3].name)
            graphs.append(fingerprint(store))
            shutil.copy(secret, first)
            keeps(store, folders[3], tmp_path / engine)
    assert graphs[0] == graphs[1]


def keeps(store: Store, last: Path, folder: Path) -> None:
    """What the city must stand: a backup restored, a person erased for good, the secret rotated."""
    loaded = fingerprint(store)
    backup(store, folder)
    again = load(store, [last], OPTIONS)
    assert sum(report["new"] + report["changed"] + report["closed"] for report in again) == 0
    wipe(store)
    restore(store, folder)
    assert fingerprint(store) == loaded
    office = next(
        row["record"] for row in store.read("read/records_opened", seq=offices(store)) if row["record"]["pid"]
    )
    erased = erase(store, Target(pids=(office["pid"],)), TWO)
    assert erased.statements
    wipe(store)
    restore(store, folder)
    finish_restore(store)
    assert not store.read("read/statement", sid=office["sid"])
    before = partition(store)
    assert rotate(store).persons
    assert partition(store) == before
    again = load(store, [last], OPTIONS)
    assert sum(report["new"] + report["changed"] + report["closed"] for report in again) == 0


def offices(store: Store) -> int:
    """The first batch of legal representatives."""
    return min(batch.seq for batch in batches.recent(store, 1000) if batch.source == "legal_representative")
