"""The graph as it was known on a past day, and as it is known today whatever has been repaired since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.grading.grade import CHANNEL
from credit_graph.ingest.definitions import definitions
from credit_graph.model.definition import Definition
from credit_graph.model.fields import FieldType
from credit_graph.model.kinds import KINDS
from credit_graph.model.time import Point
from credit_graph.projection import Projection, project
from credit_graph.projection.columns import Columns
from credit_graph.projection.graph import Progress
from credit_graph.projection.recorded import DECIDING, Recorded, Recording, recorded_by
from credit_graph.projection.sources import Given, Source, open_source
from credit_graph.store import Store


class Past(NamedTuple):
    """A day as it was known. ``seq``: the last batch by then, ``None`` where nothing was loaded yet and the sources'
    own days of recording stand for it; ``left_out``: by kind the statements of which they don't tell."""

    projection: Projection
    seq: int | None
    left_out: dict[str, int]


class Archive:
    """All that is known today, and how it was known before."""

    def __init__(self, store: Store, last: int, today: date, progress: Progress | None = None) -> None:
        """``last``: the last committed batch."""
        self._store, self._last, self._today, self._progress = store, last, today, progress
        self._source = open_source(store, Point(last, today, today), CHANNEL, last, progress)
        self._recordings = {name: recording(item) for name, item in definitions().items()}

    def today(self) -> Projection:
        """What happened as it is known today: a record that was repaired, has expired or was deleted by its source
        did happen; one that was annulled or withdrawn did not."""
        return Projection(Point(self._last, self._today, self._today), CHANNEL, self._last, Happened(self._source))

    def seq(self, day: date) -> int | None:
        """The last batch committed by the end of the day; ``None`` if there was none."""
        rows = self._store.read("read/seq_on_day", day=day)
        return int(rows[0]["seq"]) if rows and rows[0]["seq"] is not None else None

    def on(self, day: date) -> Past:
        """The day as it was known by its end; use is judged on it, by the holds known then."""
        seq = self.seq(day)
        if seq is not None:
            point = Point(seq, day, day)
            return Past(project(self._store, point, CHANNEL, hold_seq=seq, progress=self._progress), seq, {})
        recorded = Recorded(self._source, self._recordings, day)
        projection = Projection(Point(self._last, day, day), CHANNEL, self._last, recorded)
        return Past(projection, None, recorded.left_out)

    def later(self, day: date, sids: Iterable[str]) -> set[str]:
        """Those of these statements that were not known, or recorded, by the end of the day."""
        seq, wanted = self.seq(day), pa.array(sorted({*sids}), pa.large_string())
        found: set[str] = set()
        for kind in KINDS:
            columns = self._source.statements[kind]
            mine = columns.filter(pc.is_in(columns["sid"], value_set=wanted))
            table = mine.table(["sid", "known_from", *DECIDING])
            late = pc.greater(table["known_from"], seq) if seq is not None else self._unrecorded(table, day)
            found.update(table["sid"].filter(late).to_pylist())
        return found

    def _unrecorded(self, table: pa.Table, day: date) -> pa.Array:
        return pa.array(~recorded_by(table, self._recordings, day))


def recording(definition: Definition) -> Recording:
    """When the rows of a source were written, as its definition says."""
    begins = definition.valid.event or definition.valid.start or definition.valid.first
    own_day = begins is not None and definition.type_of(begins) is not FieldType.YEAR
    return Recording(own_day, definition.recorded_on, definition.depends_on)


class Happened(Given):
    """A source's statements, with no holds but those that say it never was."""

    def __init__(self, source: Source) -> None:
        self._source, self.statements = source, source.statements

    def holds(self) -> Columns:
        """Those that say it never was."""
        holds = self._source.holds()
        return holds.filter(pc.equal(holds["reason"], "withdrawn"))

    def prepare(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """Read together."""
        self._source.prepare(wanted)
