"""A small hand-written graph: statements on both axes, written and committed as a load does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from credit_graph.jobs import batches
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.writing import close_statements, write_statements
from credit_graph.model.statement import Statement, content_hash
from credit_graph.model.time import DAY_MAX, DAY_MIN
from credit_graph.store import Store

A = "91621000MA0000AA2W"  # invented codes with valid check digits
B = "91621002MA0000AB0L"
C = "92621021MA0000AC9Y"
D = "93621027MA0000AD7D"
TODAY = date(2026, 11, 23)


@dataclass
class Batch:
    """Statements of one batch; entering the next seq when committed."""

    store: Store
    source: str = "registration"
    opened: list[Statement] = field(default_factory=list)
    closed: list[Statement] = field(default_factory=list)

    @property
    def seq(self) -> int:
        """The seq that the batch gets."""
        return batches.last_seq(self.store) + 1

    def say(self, kind: str, eid: str | None, key: str, /, n: int = 0, **values: Any) -> Statement:
        """A statement; keywords that are properties of statements set these, others are content."""
        meta = {name: values.pop(name) for name in _META if name in values}
        made = Statement(
            source=meta.pop("source", self.source),
            key=key,
            n=n,
            kind=kind,
            content=values,
            hash=content_hash(values),
            known_from=self.seq,
            valid_from=meta.pop("valid_from", DAY_MIN),
            valid_to=meta.pop("valid_to", DAY_MAX),
            eid=eid,
            batch=self.seq,
            row=len(self.opened) + 2,
            **meta,
        )
        self.opened.append(made)
        return made

    def close(self, statement: Statement) -> None:
        """Close a statement in known."""
        self.closed.append(statement)

    def hold(self, on: Statement, channels: str, /, **values: Any) -> Statement:
        """A hold on a statement."""
        held = {"held_source": on.source, "held_key": on.key, "reason": "repaired", "channels": channels}
        return self.say("Hold", on.eid, f"{on.source}|{on.key}|", **{"source": "bureau", **held, **values})

    def commit(self, *, cache: bool = True) -> int:
        """Write and commit, as a load does; returns the seq."""
        seq = self.seq
        bid = f"b{seq}"
        batches.begin(self.store, bid, seq, self.source, {"path": f"{self.source}_{seq}.csv", "scopes": [""]})
        write_statements(self.store, self.opened)
        close_statements(self.store, self.closed, seq)
        batches.commit(self.store, bid, seq, {})
        if cache:
            refresh(self.store)
        return seq


_META = ("source", "valid_from", "valid_to", "pid", "known_to", "recorded_on")


def registration(batch: Batch, eid: str, name: str, /, **values: Any) -> Statement:
    """A registration of the shape that the tests share."""
    content = {
        "credit_code": eid,
        "name": name,
        "state": "存续",
        "district": "621002",
        "address": "庆阳市西峰区南大街1号",
        "entity_type": "有限责任公司",
        "registered_capital": 100_000_000,
        "currency": "人民币",
        "founded_on": date(2015, 3, 1),
        "legal_representative": "王小明",
        "valid_from": date(2015, 3, 1),
    }
    return batch.say("Registration", eid, eid, **{**content, **values})
