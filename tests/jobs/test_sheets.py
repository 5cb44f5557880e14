"""Files for people: whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from credit_graph.errors import StateError
from credit_graph.jobs.sheets import new_file


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
