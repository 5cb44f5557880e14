"""Brings what hangs on the installation secret to a longer chain: person keys in records and in the rows of batches.

A rotation calls this; it needs no ID number. A natural key names a person as ``person:…``, a hash of the person key:
the person is found through the key in the same record or row, or among those that the graph knows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from credit_graph.ingest.persons import person_part
from credit_graph.model.chain import links, wrapped
from credit_graph.model.kinds import UNKNOWN_PREFIX
from credit_graph.model.statement import Statement, content_hash

_KEY = re.compile(r"[0-9a-f]{64}")
_PREFIX = "person:"
_PART = re.compile(_PREFIX + "[0-9a-f]{16}")
_LINKS = b"links"  # metadata of a batch file: with how many links of the secret its keys were made
_TEXTS = ("key", "reasons", "faults")  # columns of a batch file that may name a natural key
_DOCUMENTS = "documents"


class Rekey:
    """Old value -> new value, for what was made with the first ``applied`` links of the secret."""

    def __init__(self, secret: bytes, applied: int) -> None:
        chain = links(secret)
        self._later = chain[applied:]
        self._parts: dict[str, str] = {}
        self.number = len(chain)
        # the rows of one person come one after the other: holdings of a file, versions of a record
        self.key: Callable[[str], str] = lru_cache(100_000)(self._key)

    def _key(self, pid: str) -> str:
        """The key of a person; a person without an ID (``name:…``) keeps it."""
        return pid if pid.startswith(UNKNOWN_PREFIX) else wrapped(self._later, pid)

    def know(self, pids: Iterable[str]) -> None:
        """Remember persons whom rows name in their keys only."""
        self._parts |= self._named(pids)

    def _named(self, pids: Iterable[str]) -> dict[str, str]:
        return {person_part(pid): person_part(self.key(pid)) for pid in pids}

    def parts(self, text: str, pids: Iterable[str]) -> str:
        """A text with the parts of natural keys that stand for these persons, or for those that are known."""
        if not _PART.search(text):
            return text
        named = self._named(pids)
        return _PART.sub(lambda found: named.get(found[0]) or self._parts.get(found[0], found[0]), text)

    def record(self, node: Mapping[str, Any], fields: Callable[[str, str], frozenset[str]]) -> dict[str, Any]:
        """The properties of a record node that change; ``fields(kind, source)``: those that hold documents."""
        said = Statement.from_properties(node)
        documents = {
            name: str(said.content[name])
            for name in fields(said.kind, said.source) & said.content.keys()
            if _KEY.fullmatch(str(said.content[name]))
        }
        pids = {*documents.values(), *([said.pid] if said.pid else [])}
        content = {
            name: self.key(documents[name])
            if name in documents
            else self.parts(value, pids)
            if isinstance(value, str)
            else value
            for name, value in said.content.items()
        }
        new: dict[str, Any] = {**content, "key": self.parts(said.key, pids)}
        if said.pid:
            new["pid"] = self.key(said.pid)
        if content != said.content:
            new["content_hash"] = content_hash(content)
        return {name: value for name, value in new.items() if value != node[name]}

    def file(self, path: Path) -> bool:
        """Rewrite the rows of a batch; False where it was done before, or where no row names a person.

        The file is replaced whole, with a mark, so that a file is never taken twice.
        """
        with pq.ParquetFile(path) as source:
            schema = source.schema_arrow
            marks = schema.metadata or {}
            if marks.get(_LINKS) == str(self.number).encode() or not _names_persons(source):
                return False
            schema = schema.with_metadata({**marks, _LINKS: str(self.number).encode()})
            draft = path.with_suffix(".rotating")
            with pq.ParquetWriter(draft, schema, compression="zstd") as target:
                for group in range(source.num_row_groups):
                    target.write_table(self._rows(source.read_row_group(group), schema))
        draft.chmod(path.stat().st_mode)
        draft.replace(path)
        return True

    def _rows(self, table: pa.Table, schema: pa.Schema) -> pa.Table:
        found = [json.loads(text) if text else {} for text in table.column(_DOCUMENTS).to_pylist()]
        for name in _TEXTS:
            texts = table.column(name).to_pylist()
            if any(text and _PART.search(text) for text in texts):
                pairs = zip(texts, found, strict=True)
                new = [text and self.parts(text, documents.values()) for text, documents in pairs]
                table = _replaced(table, name, new)
        keys = [{field: self.key(pid) for field, pid in documents.items()} for documents in found]
        table = _replaced(table, _DOCUMENTS, [json.dumps(row) if row else None for row in keys])
        return table.replace_schema_metadata(schema.metadata)


def _names_persons(source: pq.ParquetFile) -> bool:
    for group in range(source.num_row_groups):
        table = source.read_row_group(group, columns=[_DOCUMENTS, "key"])
        if table.num_rows > table.column(_DOCUMENTS).null_count:
            return True
        if pc.any(pc.match_substring(table.column("key"), _PREFIX)).as_py():
            return True
    return False


def _replaced(table: pa.Table, name: str, values: list[str | None]) -> pa.Table:
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(place), pa.array(values, type=table.schema.field(place).type))
