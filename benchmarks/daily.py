"""The files of a city one day later: the same rows, a share of which changed in one column of text."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from credit_graph.ingest.definitions import definitions
from credit_graph.ingest.recognise import recognise
from credit_graph.model.definition import Definition
from credit_graph.model.kinds import FieldType

DAY = date(2026, 11, 24)
_DIGITS = ("20261123", "20261124")
_MARK = "（已更正）"


def deliver(city: Path, folder: Path, share: float, seed: int) -> int:
    """Write the files of ``city`` again into ``folder``; returns how many rows changed."""
    folder.mkdir()
    known, random, changed = definitions(), np.random.default_rng(seed), 0
    for path in sorted(city.iterdir()):
        if path.is_dir():
            continue
        target = folder / path.name.replace(*_DIGITS)
        if path.suffix not in {".csv", ".tsv"}:
            shutil.copyfile(path, target)
            continue
        encoding, separator = _encoding(path), "\t" if path.suffix == ".tsv" else ","
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding, sep=separator)
        match = recognise(list(frame.columns), known, path=path)
        column = next((header for header, field in match.mapped.items() if _free(match.definition, field)), None)
        if column is not None:
            rows = random.random(len(frame)) < share
            frame.loc[rows, column] = frame.loc[rows, column] + _MARK
            changed += int(rows.sum())
        frame.to_csv(target, index=False, encoding=encoding, sep=separator)
    return changed


def _encoding(path: Path) -> str:
    start = path.read_bytes()[:3]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if start == b"\xef\xbb\xbf":
        return "utf-8-sig"
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _free(definition: Definition, field: str) -> bool:
    """Whether the field is text that nothing depends on."""
    column, use = definition.columns[field], definition.use_when
    used = {*definition.key, *definition.scope, use.column if use else ""}
    return definition.type_of(field) is FieldType.TEXT and field not in used and not column.values
