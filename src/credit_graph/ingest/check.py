"""From a file to checked tables: recognised, screened, its units and its day decided; refused where that fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from credit_graph.errors import InputError, UsageError
from credit_graph.ingest.checked import SpooledTable
from credit_graph.ingest.files import SourceFile, fingerprint
from credit_graph.ingest.rows import CheckedTable
from credit_graph.ingest.screening import screen_text
from credit_graph.ingest.spool import Spool, spool
from credit_graph.ingest.tables import tables
from credit_graph.ingest.units import decide_units, refuse_unknown
from credit_graph.model.definition import Definition
from credit_graph.text import t

_NO_TABLE = frozenset({"input.unrecognised", "input.not_a_table"})


def check_file(
    file: SourceFile,
    definitions: Mapping[str, Definition],
    *,
    source: str | None = None,
    units: Mapping[str, str] | None = None,
    as_of: date | None = None,
    scope_given: str | None = None,
    secret: bytes,
    work: Path,
    today: date,
    progress: Callable[[int], None] | None = None,
) -> list[CheckedTable]:
    """The tables of a file: one, or of a workbook every sheet that a definition fits.

    ``units``: header or field -> unit; ``as_of``: the day that the file speaks of, else by the definition's pattern
    of the file name, else None; ``work``: folder for the screened rows; ``progress``: is told the rows read so far.
    Raises ``InputError`` where the file is refused, ``UsageError`` for a unit or a day that can't be.
    """
    refuse_unknown(units or {}, definitions.values())
    sha256 = fingerprint(file)
    found: list[CheckedTable] = []
    refused: list[InputError] = []
    passed_over: list[str] = []
    for raw in tables(file):
        try:
            kept = spool(raw, file, definitions, source, secret, work, progress)
        except InputError as error:
            if error.code not in _NO_TABLE:
                raise
            refused.append(error)
            passed_over.append(screen_text(raw.sheet))
            continue
        found.append(_table(file, raw.sheet, kept, sha256, units or {}, as_of, scope_given, today))
    if not found:
        raise refused[0] if refused else InputError("input.empty", path=file.label)
    for sheet in passed_over:
        zh, en = f"工作表“{sheet}”不是已知的表，已略过", f"the sheet {sheet} is no known table and was passed over"
        found[0].notes.append(t(zh, en))
    if fingerprint(file) != sha256:
        raise InputError("input.changed", path=file.label)
    return found


def _table(
    file: SourceFile,
    sheet: str,
    kept: Spool,
    sha256: str,
    units: Mapping[str, str],
    as_of: date | None,
    scope_given: str | None,
    today: date,
) -> SpooledTable:
    path = Path(file.label) if file.members else file.path
    result = SpooledTable(kept, scope_given, path=path, member=screen_text(sheet), sha256=sha256)
    result.as_of = _as_of(file, result.definition, as_of, today)
    expect = result.definition.expect
    if result.read < expect.min:
        raise InputError("input.too_few_rows", path=file.label, rows=result.read, minimum=expect.min)
    if expect.max is not None and result.read > expect.max:
        zh, en = (
            f"共 {result.read} 行，多于预期的 {expect.max} 行",
            f"{result.read} rows, more than the {expect.max} expected",
        )
        result.notes.append(t(zh, en))
    result.units = decide_units(result.definition, result.mapped, result.counts, units, file.label)
    return result


def _as_of(file: SourceFile, definition: Definition, given: date | None, today: date) -> date | None:
    """The day that the file speaks of: given, or by its name or that of its archive; never from the file system."""
    for name in (file.name, file.location.name) if definition.as_of and given is None else ():
        found = re.search(str(definition.as_of), name)
        if found and given is None:
            digits = re.sub(r"\D", "", found[1])
            try:
                given = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
            except ValueError:
                continue
    if given is not None and given > today:
        raise UsageError("usage.future", day=given)
    return given
