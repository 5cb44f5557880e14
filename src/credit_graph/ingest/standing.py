"""What the rows of a source's last deliveries stand for: a row with the same cells says what its statement says.

So a daily delivery of a whole city is read, screened and recognised by digests of its rows; only rows that differ are
typed and compared with the graph. It is a cache beside the graph (``HOME/standing/SOURCE.parquet``): it carries the
batch after which it is right and how rows were read, is used only at these, and may be removed at any time.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.ingest.digests import DIGEST
from credit_graph.ingest.stamped import read_stamped, write_stamped

_SCHEMA = pa.schema([("digest", DIGEST), ("key", pa.string()), ("scope", pa.dictionary(pa.int32(), pa.string()))])


class Standing:
    """Digest of a row -> key and scope of the statement that it stands for."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table.combine_chunks()
        halves = _halves(self.table["digest"])
        self._order = np.argsort(halves[:, 0], kind="stable")
        self._first = halves[self._order, 0]
        self._second = halves[self._order, 1]

    @classmethod
    def empty(cls) -> Standing:
        """Nothing stands."""
        return cls(_SCHEMA.empty_table())

    @classmethod
    def read(cls, path: Path, reading: str) -> Standing | None:
        """The standing rows in a file that was written for this reading, else None."""
        table = read_stamped(path, reading)
        return None if table is None else cls(table)

    def write(self, path: Path, reading: str) -> None:
        """Keep them in a file, which appears under its name only when it is complete."""
        write_stamped(path, self.table, reading)

    def find(self, digests: pa.Array) -> pa.Array:
        """Place in ``table`` of each digest, null where it is unknown."""
        wanted = _halves(digests)
        if not len(self._first):
            return pa.nulls(len(wanted), pa.int64())
        places = np.minimum(np.searchsorted(self._first, wanted[:, 0]), len(self._first) - 1)
        found = (self._first[places] == wanted[:, 0]) & (self._second[places] == wanted[:, 1])
        return pa.array(self._order[places], mask=~found)

    def replaced(self, said: pa.Table, gone: pa.Array) -> Standing:
        """These after a delivery: ``said`` stands now, and what stood under its keys or those ``gone`` no longer."""
        over = pa.concat_arrays([_strings(said["key"]), gone.cast(pa.string())])
        kept = self.table.filter(pc.invert(pc.is_in(self.table["key"], value_set=over)))
        return Standing(pa.concat_tables([kept, said.select(_SCHEMA.names).cast(_SCHEMA)]).unify_dictionaries())


def standing_rows(digests: list[pa.Array], keys: list[pa.Array], scopes: list[pa.Array]) -> pa.Table:
    """A table of standing rows from the pieces of a delivery."""
    if not digests:
        return _SCHEMA.empty_table()
    columns = [pa.chunked_array(pieces) for pieces in (digests, keys, scopes)]
    return pa.table(columns, names=_SCHEMA.names).cast(_SCHEMA)


def _strings(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())


def _halves(digests: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.uint64]:
    """The digests as pairs of integers, shape (n, 2)."""
    array = digests.combine_chunks() if isinstance(digests, pa.ChunkedArray) else digests
    data = np.frombuffer(array.buffers()[1] or b"", dtype=np.uint64)
    return data[2 * array.offset : 2 * (array.offset + len(array))].reshape(-1, 2)
