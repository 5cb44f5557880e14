"""Bad files on the command line: one line that says what to do, exit status 3, the graph and its folder unchanged."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from city import REGISTRATION, registration, write
from commandline import CommandLine
from credit_graph.ingest import check, spool
from credit_graph.store import Store
from credit_graph.store.snapshot import snapshot
from sourcefiles import put, workbook, zipped

pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
BOOK = workbook(数据=[REGISTRATION, list(registration(7).values())])
FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty.csv": ("input.empty", lambda: b""),
    "picture.csv": ("input.not_a_table", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
    "locked.xlsx": ("input.encrypted", lambda: OLE + "EncryptedPackage".encode("utf-16-le") + bytes(500)),
    "cut.xlsx": ("input.damaged", lambda: BOOK[: len(BOOK) // 2]),
    "bomb.zip": ("input.unsafe_archive", lambda: zipped({"a.csv": bytes(50_000_000)})),
    "outside.zip": ("input.unsafe_archive", lambda: zipped({"../a.csv": b"a,b\n1,2\n"})),
    "line.csv": ("input.too_large", lambda: b"x" * 40_000_000),
    "columns.csv": ("input.too_large", lambda: b"a," * 2_000_000 + b"\n"),
    "strange.csv": ("input.unrecognised", "温度,湿度\n1,2\n".encode),
    "few.csv": ("input.too_few_rows", lambda: ",".join(REGISTRATION).encode()),
}


@pytest.fixture
def command(store: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    return CommandLine(monkeypatch, capfd)


@pytest.fixture
def refuses(store: Store, command: CommandLine, tmp_path: Path) -> Iterator[Callable[[Path, str], None]]:
    """``refuses(path, code)``: the command ends with one line about the file; at the end nothing may have changed."""
    command.run("load", str(write(tmp_path / "good.csv", REGISTRATION, [registration(i) for i in range(1, 4)])))
    before = (snapshot(store), kept(store.home))

    def act(path: Path, code: str) -> None:
        out, err = command.run("load", str(path), status=3)
        assert out == ""
        lines = [line for line in err.splitlines() if line]
        assert [line.split()[0] for line in lines] == [code]

    yield act
    assert (snapshot(store), kept(store.home)) == before


def kept(home: Path) -> set[str]:
    """Files of the installation, those of the running engine left out."""
    return {str(path.relative_to(home)) for path in home.rglob("*") if "engine" not in path.parts}


Refuses = Callable[[Path, str], None]


def test_each_bad_file_is_one_clear_line(refuses: Refuses, tmp_path: Path) -> None:
    for name, (code, data) in FILES.items():
        refuses(put(tmp_path / "in" / name, data()), code)


def test_one_refused_file_keeps_the_good_ones_of_its_folder_out(refuses: Refuses, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", REGISTRATION, [registration(9)])
    put(tmp_path / "z.csv", b"")
    (tmp_path / "good.csv").unlink()
    refuses(tmp_path, "input.empty")


def test_folders_that_are_no_use(refuses: Refuses, tmp_path: Path) -> None:
    refuses(tmp_path / "none.csv", "input.not_found")
    put(tmp_path / "in" / "readme.md", b"x")
    refuses(tmp_path / "in", "input.no_tables")
    (tmp_path / "in" / "again").symlink_to(tmp_path / "in")
    refuses(tmp_path / "in", "input.loop")


def test_no_permission(refuses: Refuses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = write(tmp_path / "closed.csv", REGISTRATION, [registration(9)])
    whole = Path.open

    def opened(path: Path, *arguments: Any, **options: Any) -> Any:
        if path == closed:  # the superuser is let in everywhere
            raise PermissionError(13, "Permission denied")
        return whole(path, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", opened)
        refuses(closed, "input.no_permission")


def test_a_file_that_grows_while_it_is_read(refuses: Refuses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    growing = write(tmp_path / "growing.csv", REGISTRATION, [registration(9)])
    whole = spool.spool

    def slow(*arguments: Any) -> Any:
        found = whole(*arguments)
        with growing.open("a", encoding="utf-8") as file:
            file.write("\n")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(check, "spool", slow)
        refuses(growing, "input.changed")


_MEMORY = """
import resource, sys
from datetime import date
from pathlib import Path
from credit_graph.errors import InputError
from credit_graph.ingest.check import check_file
from credit_graph.ingest.definitions import definitions
from credit_graph.ingest.files import expand
(file,), known = expand([Path(sys.argv[1])]), definitions()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    check_file(file, known, secret=bytes(32), work=Path(sys.argv[2]), today=date(2026, 11, 23))
except InputError as error:
    print(error.code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def memory(path: Path, work: Path) -> tuple[str, int]:
    """The refusal of a file in a process of its own, and the MiB that it took."""
    command = [sys.executable, "-c", _MEMORY, str(path), str(work)]
    code, size = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return code, int(size) // (1024 if sys.platform == "linux" else 1024 * 1024)


def long_file(path: Path, piece: bytes, size: int) -> Path:
    with path.open("wb") as file:
        for _ in range(size // len(piece)):
            file.write(piece)
    return path


@pytest.mark.parametrize("size", [40_000_000, pytest.param(300_000_000, marks=pytest.mark.slow)])
def test_an_endless_line_takes_no_memory(engine: str, tmp_path: Path, size: int) -> None:
    code, taken = memory(long_file(tmp_path / "a.csv", b"x" * 1_000_000, size), tmp_path)
    assert (code, taken < 40) == ("input.too_large", True), taken


def test_two_million_columns_take_no_memory_to_speak_of(engine: str, tmp_path: Path) -> None:
    code, taken = memory(long_file(tmp_path / "a.csv", b"c," * 1000, 4_000_000), tmp_path)
    assert (code, taken < 40) == ("input.too_large", True), taken
