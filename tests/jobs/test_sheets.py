"""Files for people: whole or not there."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from credit_graph.errors import StateError
from credit_graph.jobs.sheets import Sheet, Value, new_file, write_workbook


def test_a_file_that_could_not_be_finished_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with pytest.raises(KeyboardInterrupt), new_file(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert not path.exists()
    with pytest.raises(StateError) as full, new_file(path):
        raise OSError(28, "No space left on device")
    assert (full.value.code, full.value.fields["why"], path.exists()) == (
        "state.cannot_write", "No space left on device", False,
    )  # fmt: skip
    with new_file(path) as file:
        file.write(b"whole")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"whole", 0o600)
    with pytest.raises(StateError) as there, new_file(path):
        pass
    assert (there.value.code, path.read_bytes()) == ("state.exists", b"whole")


def test_a_workbook_that_could_not_be_finished_leaves_nothing_open(tmp_path: Path) -> None:
    def rows() -> Iterator[list[Value]]:
        yield ["one"]
        raise KeyboardInterrupt

    good = Sheet("good", ["name"], [8], [["one"]])
    path = tmp_path / "list.xlsx"
    with pytest.raises(KeyboardInterrupt):
        write_workbook(path, [good, Sheet("bad", ["name"], [8], rows())])
    assert not path.exists()
    path.write_bytes(b"there")
    with pytest.raises(StateError) as there:
        write_workbook(path, [good])
    assert (there.value.code, path.read_bytes()) == ("state.exists", b"there")
    gc.collect()  # what was left open would say so now, and fail the test (filterwarnings in pyproject.toml)
