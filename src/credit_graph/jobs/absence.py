"""What a complete delivery says by leaving rows out: ended, withdrawn, held, or awaiting late scopes."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from credit_graph.errors import StateError
from credit_graph.ingest import compare
from credit_graph.ingest.limits import limits
from credit_graph.jobs.timelines import timelines
from credit_graph.jobs.writing import close_statements, write_statements
from credit_graph.model.statement import Statement
from credit_graph.model.time import OPEN_SEQ
from credit_graph.store.chunks import chunks

if TYPE_CHECKING:
    from credit_graph.jobs.delivery import DeliveredTable

UNREADABLE = ""  # stands among the keys of a group for rows whose key can't be read; no key is empty


class Absences:
    """Keys that stand in the graph and are missing from the table's scopes."""

    def __init__(self, batch: DeliveredTable) -> None:
        self.batch = batch
        self.store = batch.store
        self.source = batch.definition.source
        self.marks = self.store.read("read/absences", source=self.source, seq=batch.seq)
        self.totals: Counter[str] = Counter()
        self.missing = self._missing()
        self.late = batch.late(batch.table.as_of) if self.missing else []

    def _missing(self) -> dict[str, str]:
        """Missing key -> scope. An unreadable key might be any of them, so then nothing is missing."""
        batch = self.batch
        as_of = batch.table.as_of
        if not batch.snapshot or as_of is None or batch.definition.on_absence == "nothing" or batch.unreadable:
            return {}
        present = batch.group_keys if batch.options.complete else batch.present
        if UNREADABLE in present:  # an unreadable key in another table of the group
            return {}
        last = batch.history.last_as_of

        def counts(scope: str) -> bool:
            return batch.covers(scope) and (scope not in last or as_of >= last[scope])

        ended = as_of if batch.definition.on_absence == "ended" else None
        missing, totals = batch.open_keys.missing(present, counts, ended)
        self.totals.update(totals)
        return missing

    def guard(self) -> None:
        """Refuse an implausible number of closures, unless the operator accepted it (``--accept-closures``)."""
        if self.late:
            return
        allowed = limits()
        for scope, count in Counter(self.missing.values()).items():
            over = count > allowed.max_closure_rows and count > allowed.max_closure_share * self.totals[scope]
            if over and count > self.batch.options.accept_closures:
                raise StateError(
                    "state.closures",
                    path=self.batch.table.path,
                    scope=scope or "*",
                    closures=len(self.missing),
                    total=sum(self.totals.values()),
                )

    def count(self) -> None:
        """Fill the counters as ``apply`` would."""
        counters = self.batch.counters
        counters.awaiting = len(self.missing) if self.late else 0
        counters.closed = (0 if self.late else len(self.missing)) + len(self._due())

    def apply(self) -> None:
        """Write what absence means; repeating it writes the same."""
        self.count()
        as_of = self.batch.table.as_of
        settled = [mark for mark in self.marks if mark["key"] in self.batch.present and self._not_older(mark)]
        due = self._due()
        if self.missing and as_of is not None:
            if self.late:
                self._await(as_of)
            else:
                self._end(dict.fromkeys(self.missing, as_of))
                settled += [mark for mark in self.marks if mark["key"] in self.missing]
        self._end({mark["key"]: mark["as_of"] for mark in due})
        self.store.write("load/close_absences", [{"aid": m["aid"]} for m in settled + due], seq=self.batch.seq)

    def _not_older(self, mark: dict[str, Any]) -> bool:
        """Whether what the table states can be an answer to the mark: a delivery of an earlier day is none."""
        as_of = self.batch.table.as_of
        return as_of is None or as_of >= mark["as_of"]

    def _due(self) -> list[dict[str, Any]]:
        """Awaiting statements whose late scopes have all come without them."""
        return [
            mark
            for mark in self.marks
            if mark["key"] not in self.batch.present
            and mark["key"] not in self.missing
            and not self.batch.late(mark["as_of"])
        ]

    def _await(self, as_of: date) -> None:
        marked = {mark["key"] for mark in self.marks}
        rows = []
        for key, scope in self.missing.items():
            if key in marked:
                continue
            aid = hashlib.sha256(f"{self.source}\x1f{key}\x1f{self.batch.seq}".encode()).hexdigest()[:32]
            props = {"source": self.source, "key": key, "scope": scope, "as_of": as_of}
            props |= {"known_from": self.batch.seq, "known_to": OPEN_SEQ}
            rows.append({"aid": aid, "props": props})
        self.store.write("load/absences", rows)

    def _end(self, days: dict[str, date]) -> None:
        """Close the keys as of their days, as the definition says."""
        for chunk in chunks(days):
            found = timelines(self.store, self.source, chunk, self.batch.seq)
            opens: list[Statement] = []
            closes: list[Statement] = []
            for key in chunk:
                changes = self._change(found[key], days[key])
                self.batch.open_keys.note(changes)
                for change in changes:
                    opens += change.opens
                    closes += change.closes
            write_statements(self.store, opens)
            close_statements(self.store, closes, self.batch.seq)

    def _change(self, timeline: compare.Timeline, day: date) -> list[compare.Change]:
        seq = self.batch.seq
        last = timeline.last
        if last is None:
            return []
        match self.batch.definition.on_absence:
            case "ended":
                return [compare.end_by_absence(timeline, day, seq)]
            case "withdrawn":
                return [compare.withdraw(timeline, seq), self.batch.holds.missing(last, "withdrawn", None)]
            case "held":
                return [self.batch.holds.missing(last, "deleted_by_source", day)]
        return []
