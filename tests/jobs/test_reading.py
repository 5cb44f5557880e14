"""Large loads are read by several processes: the same tables, the same refusals, and nobody is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from city import OFFICE, REGISTRATION, office, registration, write
from credit_graph.errors import InputError, StateError
from credit_graph.ingest.check import check_file
from credit_graph.ingest.definitions import definitions
from credit_graph.ingest.files import SourceFile, expand
from credit_graph.ingest.rows import CheckedTable
from credit_graph.jobs import reading

_FOLLOW = """
import sys, time
from functools import partial
from pathlib import Path
from credit_graph.ingest.files import expand
from credit_graph.jobs import reading
reading._LARGE = 0
def wait(file):
    (Path(sys.argv[2]) / file.name).write_text(str(__import__("os").getpid()))
    time.sleep(600)
if __name__ == "__main__":
    reading.check_files(expand([Path(sys.argv[1])]), wait, lambda *_: None)
"""


def city(folder: Path) -> Path:
    """Files of different sizes."""
    folder.mkdir()
    for number in range(3):
        rows = [registration(i) for i in range(number * 100, number * 100 + 10 * (number + 1))]
        write(folder / f"register{number}.csv", REGISTRATION, rows)
    write(folder / "offices.csv", OFFICE, [office(i, f"李{i}") for i in range(50)])
    return folder


def read(folder: Path, work: Path) -> dict[str, list[tuple[object, ...]]]:
    """What was read of each file."""
    work.mkdir()
    check = partial(check_file, definitions=definitions(), secret=bytes(32), work=work, today=date(2026, 11, 23))
    told: list[tuple[str, int, int]] = []
    found = reading.check_files(expand([folder]), check, lambda *said: told.append(said))
    assert told == [(file.path.name, number, len(found)) for number, file in enumerate(found)]
    return {file.path.name: [_said(table) for table in tables] for file, tables in found.items()}


def _said(table: CheckedTable) -> tuple[object, ...]:
    rows = [(row.number, row.key, row.content) for chunk in table.rows() for row in chunk]
    return (table.definition.source, table.sha256, table.units, table.read, rows)


def test_several_processes_read_what_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = city(tmp_path / "city")
    alone = read(folder, tmp_path / "one")
    monkeypatch.setattr(reading, "_LARGE", 0)
    assert read(folder, tmp_path / "several") == alone
    assert [len(alone[f"register{number}.csv"][0][4]) for number in range(3)] == [10, 20, 30]  # type: ignore[arg-type]


def test_the_first_file_refused_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = city(tmp_path / "city")
    (folder / "a.csv").write_text("x,y\n1,2\n")
    (folder / "b.csv").write_text("")
    for number, large in enumerate((1 << 40, 0)):
        monkeypatch.setattr(reading, "_LARGE", large)
        with pytest.raises(InputError) as error:
            read(folder, tmp_path / str(number))
        assert (error.value.code, error.value.fields["path"]) == ("input.unrecognised", "a.csv")


def test_nobody_outlives_a_killed_load(tmp_path: Path) -> None:
    folder, notes = city(tmp_path / "city"), tmp_path / "notes"
    notes.mkdir()
    script = tmp_path / "follow.py"
    script.write_text(_FOLLOW)
    parent = subprocess.Popen([sys.executable, str(script), str(folder), str(notes)])
    workers = _until(lambda: [int(path.read_text() or 0) for path in notes.glob("*")], lambda found: len(found) >= 2)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    _until(lambda: [pid for pid in workers if Path(f"/proc/{pid}").exists() and not _ended(pid)], lambda left: not left)


def _ended(pid: int) -> bool:
    """A process that has ended and that nobody has asked for its result."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _until(look: Callable[[], list[int]], enough: Callable[[list[int]], bool]) -> list[int]:
    deadline = time.monotonic() + 60
    while not enough(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def _killed(file: SourceFile) -> list[CheckedTable]:
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def test_a_reader_that_the_system_kills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_LARGE", 0)
    with pytest.raises(StateError) as error:
        reading.check_files(expand([city(tmp_path / "city")]), _killed, lambda *_: None)
    assert error.value.code == "state.reader_lost"
