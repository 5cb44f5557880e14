"""A small graph with everything in it: each source's sample, links, grades, a hold, an awaiting statement."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from credit_graph import resources
from credit_graph.jobs import batches
from credit_graph.jobs.decisions import Decision, place_hold
from credit_graph.jobs.grade import grade
from credit_graph.jobs.link import link
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.model.time import OPEN_SEQ, Point
from credit_graph.store import Store

TODAY = date(2026, 11, 23)
PERSONS_CASE = "penalty_double_publicity"  # its sample has a natural person as party
FEW = (PERSONS_CASE, "legal_representative", "registration", "subscribed_contribution")  # with persons, and quick


def samples(sources: Collection[str] = ()) -> list[Path]:
    """The sample of every source, or of some."""
    found = sorted(resources.root("loaders").glob("*/sample.csv"))
    return [path for path in found if not sources or path.parent.name in sources]


def load_samples(store: Store, sources: Collection[str] = ()) -> list[dict[str, Any]]:
    """Load the samples as one delivery; the reports."""
    return load(store, samples(sources), LoadOptions())


def fill(store: Store, sources: Collection[str] = ()) -> None:
    """Load, decide, link, grade."""
    assert sum(report["new"] for report in load_samples(store, sources)) > 20
    key = persons_key(store)
    place_hold(store, PERSONS_CASE, key, "repaired", Decision("甲", "clerk", "信用修复决定书1号"), start=TODAY)
    props = {"source": PERSONS_CASE, "key": key, "scope": "", "as_of": TODAY, "known_from": 1, "known_to": OPEN_SEQ}
    store.write("load/absences", [{"aid": "awaiting", "props": props}])
    point = Point(seq=batches.last_seq(store), valid=TODAY, use=TODAY)
    link(store, point)
    grade(store, point)


def persons_key(store: Store) -> str:
    """The natural key of a record about a natural person with an ID."""
    seqs = range(1, batches.last_seq(store) + 1)
    records = [row["record"] for seq in seqs for row in store.read("read/records_opened", seq=seq)]
    cases = [r for r in records if r["source"] == PERSONS_CASE and r["key"].startswith("person:")]
    keyed = [record for record in cases if not record["pid"].startswith("name:")]
    return str(min(keyed, key=lambda record: int(record["row"]))["key"])  # keys change with the secret, rows stay
