"""The run file of a grade run: immutable Parquet, one row per firm, the same bytes for the same inputs.

It holds its policy in words: a run is explained by the rules that it followed, whatever they are today.

The file of a partial run holds the firms that were graded again, and names its ``base``, the last full run, whose file
has all others: what is read of a partial run is that file overlaid by its own.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import ValidationError

from credit_graph.errors import StateError, StoreError
from credit_graph.grading.grade import Grades
from credit_graph.grading.policy import GradingPolicy

ROW_GROUP = 16_384
GROUPS = 2  # row groups whose lists of statements are in memory at a time
BASE, WITHOUT = "base", "without"  # of a partial run: its full run; firms that are graded no more
_RULES = "rules_text"


def table(graded: Grades, properties: dict[str, Any], start: int = 0, end: int | None = None) -> pa.Table:
    """Columns eid, score, level, direct_rule, direct_statements, scale_cap, then ``ID.value``, ``ID.points``,
    ``ID.statements`` and ``ID.path`` per indicator; the metadata hold the run's properties and its policy.

    Of the firms from ``start`` up to ``end``.
    """
    metadata = {key: str(value) for key, value in sorted(properties.items())}
    metadata[_RULES] = graded.policy.model_dump_json(by_alias=True, exclude_defaults=True)
    columns = graded.columns(start, len(graded) if end is None else end)
    return pa.table(columns).replace_schema_metadata(metadata)


def parts(graded: Grades, properties: dict[str, Any], groups: int = GROUPS) -> Iterator[pa.Table]:
    """The table of a run, ``groups`` row groups of it at a time: lists of statements take much memory."""
    size = groups * ROW_GROUP
    for start in range(0, max(len(graded), 1), size):
        yield table(graded, properties, start, start + size)


def write(folder: Path, rid: str, content: Iterable[pa.Table]) -> str:
    """Write ``rid.parquet`` (0600), complete or not at all; returns the SHA-256 of its bytes.

    ``content``: the table in :func:`parts`; how many there are makes no difference to the bytes.
    Raises ``StoreError("store.disk_full")`` where there is no room.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{rid}.parquet"
    part = folder / f"{rid}.part"
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            _encode(content, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise StoreError("store.disk_full") from None
    return sha256(path)


def _encode(content: Iterable[pa.Table], file: Any) -> None:
    """Each part has whole row groups, but for the last."""
    content = iter(content)
    first = next(content)
    with pq.ParquetWriter(file, first.schema, compression="zstd") as writer:
        for part in chain([first], content):
            writer.write_table(part, row_group_size=ROW_GROUP)


def holds(path: Path, content: pa.Table) -> bool:
    """Whether the file holds this table: not byte by byte, as another version of the library may write it otherwise."""
    buffer = pa.BufferOutputStream()
    _encode([content], buffer)
    same: bool = pq.read_table(path).equals(pq.read_table(pa.BufferReader(buffer.getvalue())), check_metadata=True)
    return same


def sha256(path: Path) -> str:
    """SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def policy(path: Path) -> GradingPolicy:
    """The policy that a run followed.

    Raises ``StateError("state.policy_changed")`` where this program can't read it any more.
    """
    metadata = pq.read_schema(path).metadata or {}
    try:
        return GradingPolicy.model_validate_json(metadata[_RULES.encode()])
    except (KeyError, ValidationError):
        raise StateError("state.policy_changed", policy=metadata.get(b"policy", b"").decode()) from None


def readable(path: Path) -> bool:
    """Whether this program can read the policy that the run followed."""
    try:
        policy(path)
    except StateError:
        return False
    return True


def of_partial(path: Path, table: pa.Table) -> pa.Table:
    """The table of a full run as the partial run of the file would hold it."""
    looked_at = regraded(path)
    own = table.filter(pc.is_in(table["eid"], value_set=pa.array(sorted(looked_at), pa.string())))
    return partial(own, looked_at - set(own["eid"].to_pylist()))


def regraded(path: Path) -> set[str]:
    """The firms that a partial run looked at, with those that are graded no more."""
    return {*pq.read_table(path, columns=["eid"])["eid"].to_pylist(), *_without(path)}


def joined(path: Path, table: pa.Table, again: Collection[str]) -> tuple[pa.Table, set[str]]:
    """The rows of a partial run but of those graded ``again``, with the ``table`` of these; and of the former who is
    graded no more."""
    before = pq.read_table(path).replace_schema_metadata(table.schema.metadata)
    kept = before.filter(pc.invert(pc.is_in(before["eid"], value_set=pa.array(sorted(again), pa.string()))))
    return pa.concat_tables([kept, table]).sort_by("eid"), set(_without(path)) - set(again)


def partial(table: pa.Table, without: Collection[str]) -> pa.Table:
    """The table of a partial run; ``without``: the firms that are graded no more."""
    return table.replace_schema_metadata({**(table.schema.metadata or {}), WITHOUT: json.dumps(sorted(without))})


def whole(path: Path) -> bool:
    """Whether all that is read of a run is there: its file, and that of its base."""
    return path.is_file() and ((base := _base(path)) is None or base.is_file())


def _told(path: Path, name: str) -> str | None:
    value = (pq.read_schema(path).metadata or {}).get(name.encode())
    return value.decode() if value is not None else None


def _base(path: Path) -> Path | None:
    base = _told(path, BASE)
    return path.with_name(f"{base}.parquet") if base else None


def _without(path: Path) -> list[str]:
    found: list[str] = json.loads(_told(path, WITHOUT) or "[]")
    return found


def _read(path: Path, columns: list[str] | None, eids: Sequence[str] | None = None) -> pa.Table:
    """Rows of a run, of these firms or all, by ``eid``; a partial one over its base."""
    filters = None if eids is None else [("eid", "in", list(eids))]
    own = pq.read_table(path, columns=columns, filters=filters).replace_schema_metadata(None)
    base = _base(path)
    if base is None:
        return own
    below = pq.read_table(base, columns=columns, filters=filters).replace_schema_metadata(None)
    again = pa.array([*own["eid"].to_pylist(), *_without(path)], pa.string())
    return pa.concat_tables([below.filter(pc.invert(pc.is_in(below["eid"], value_set=again))), own]).sort_by("eid")


def rows(path: Path, eids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The rows of these firms by ``eid``, without those that were not graded."""
    return {row["eid"]: row for row in _read(path, None, eids).to_pylist()}


def grades(path: Path) -> pd.DataFrame:
    """score, level and direct_rule of all firms, by ``eid``."""
    frame: pd.DataFrame = _read(path, ["eid", "score", "level", "direct_rule"]).to_pandas()
    return frame.set_index("eid")


def levels(path: Path) -> pd.DataFrame:
    """level, direct_rule and direct_statements (tuples) of all firms, by ``eid``."""
    frame: pd.DataFrame = _read(path, ["eid", "level", "direct_rule", "direct_statements"]).to_pandas()
    told = [tuple(item) if item is not None else () for item in frame["direct_statements"]]
    return frame.assign(direct_statements=pd.Series(told, index=frame.index, dtype=object)).set_index("eid")


def evidence(path: Path, eids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Per firm, of those that were graded, the points and statements of every indicator, and direct_statements."""
    if not eids:
        return {}
    wanted = (".points", ".statements", "direct_statements")
    columns = ["eid", *(name for name in pq.read_schema(path).names if name.endswith(wanted))]
    return {row["eid"]: row for row in _read(path, columns, eids).to_pylist()}
