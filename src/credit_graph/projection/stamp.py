"""What a cached projection was made from: it is good for exactly the graph that says the same of itself."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from credit_graph import __version__
from credit_graph.policyfile import fingerprint
from credit_graph.resources import root
from credit_graph.store import Store


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of a graph: its last ``seq``, the ``history`` of batches that led there (a hash), the check value of
    its ``secret``, the ``tombstones`` applied, and the seq and day for which records found their subjects."""

    seq: int
    history: str
    secret: str
    tombstones: str
    settled_seq: int
    settled_day: str

    def as_dict(self) -> dict[str, Any]:
        """As a manifest holds it."""
        return asdict(self)


@cache
def code_version() -> str:
    """Names the program and the rules that a projection is made by: version, modules, precedence of sources."""
    package = Path(__file__).parent.parent
    modules = sorted([*package.joinpath("projection").glob("*.py"), *package.joinpath("model").glob("*.py")])
    return f"{__version__} {fingerprint(*modules, root('policies') / 'precedence.yml')}"


def stamp(store: Store) -> Stamp | None:
    """The stamp of the graph as it is now; ``None`` where nothing is loaded, or where something is under way: a
    rotation, or a load of which the records have not all been tried for their subjects."""
    states = {row["name"]: row for row in store.read("project/states")}
    seq, settled = (states.get(name, {}).get("seq") or 0 for name in ("graph", "cache"))
    if not seq or settled != seq or "rotation" in states:
        return None
    return Stamp(
        seq=seq,
        history=history(store, seq),
        secret=str(states.get("secret", {}).get("check")),
        tombstones=str(states.get("tombstones", {}).get("sha256")),
        settled_seq=settled,
        settled_day=str(states["cache"]["day"]),
    )


def history(store: Store, seq: int) -> str:
    """Names the committed batches up to ``seq``: file, definition, program, day and outcome of each."""
    rows: list[list[Any]] = [row for part in store.read("project/batches", seq=seq) for row in part["rows"]]
    text = "\n".join(str([str(item) if isinstance(item, date) else item for item in row]) for row in sorted(rows))
    return hashlib.sha256(text.encode()).hexdigest()
