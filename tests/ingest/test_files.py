"""Finding files in folders and archives; everything that must not be read is refused with one clear error."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from city import citizen_id
from credit_graph.errors import InputError
from credit_graph.ingest.files import SourceFile, expand, fingerprint
from credit_graph.ingest.tables import tables
from sourcefiles import put, refused, zipped

CSV = b"a,b\n1,2\n"


def names(paths: list[Path]) -> list[str]:
    return [file.label for file in expand(paths)]


def test_folders_are_read_recursively_in_order_and_each_file_once(tmp_path: Path) -> None:
    for name in ("b.csv", "a/z.xlsx", "a/c.json", "a/.hidden.csv", "a/~$z.xlsx", "readme.md", "scan.pdf", ".git/x.csv"):
        put(tmp_path / name, CSV)
    (tmp_path / "link.csv").symlink_to(tmp_path / "b.csv")
    assert names([tmp_path]) == ["c.json", "z.xlsx", "b.csv"]
    assert names([tmp_path / "b.csv", tmp_path, tmp_path / "readme.md"]) == ["b.csv", "c.json", "z.xlsx", "readme.md"]


def test_archives_are_read_member_by_member(tmp_path: Path) -> None:
    inner = zipped({"深.csv": CSV})
    members = {
        "a/一月.csv": CSV,
        "__MACOSX/a.csv": b"x",
        "a/.x.csv": b"x",
        "note.txt": CSV,
        "inner.zip": inner,
        "x.md": b"x",
    }
    put(tmp_path / "all.zip", zipped(members))
    files = expand([tmp_path])
    assert [file.members for file in files] == [("a/一月.csv",), ("inner.zip", "深.csv"), ("note.txt",)]
    assert [fingerprint(file) for file in files] == [hashlib.sha256(CSV).hexdigest()] * 3
    assert [list(tables(file)[0].rows()) for file in files] == [[["a", "b"], ["1", "2"]]] * 3


def test_names_of_a_chinese_windows_archive(tmp_path: Path) -> None:
    raw = "一月.csv".encode("gb18030").decode("cp437")
    data = zipped({"AAAAAAAA.csv": CSV}).replace(b"AAAAAAAA", raw.removesuffix(".csv").encode("cp437").ljust(8, b"_"))
    (file,) = expand([put(tmp_path / "a.zip", data)])
    assert file.members == ("一月____.csv",)
    assert file.head() == CSV


def test_nothing_of_an_archive_is_unpacked_to_disk(tmp_path: Path) -> None:
    path = put(tmp_path / "a.zip", zipped({"a.csv": CSV, "b.zip": zipped({"c.csv": CSV})}))
    for file in expand([path]):
        fingerprint(file)
        list(tables(file)[0].rows())
    assert list(tmp_path.rglob("*")) == [path]


def test_an_id_in_a_file_name_is_masked(tmp_path: Path) -> None:
    number = citizen_id("19850317", 42)
    (file,) = expand([put(tmp_path / f"处罚{number}.csv", CSV)])
    hidden = number[:2] + "*" * 14 + number[-2:]
    assert (file.label, file.path.name) == (f"处罚{hidden}.csv", f"处罚{hidden}.csv")
    with pytest.raises(InputError) as error:
        expand([tmp_path / f"没有{number}.csv"])
    assert number not in str(error.value)


def test_missing_and_empty(tmp_path: Path) -> None:
    assert refused(lambda: expand([tmp_path / "no.csv"])) == "input.not_found"
    assert refused(lambda: expand([tmp_path])) == "input.no_tables"
    empty = put(tmp_path / "empty.csv", b"")
    assert refused(lambda: fingerprint(expand([empty])[0])) == "input.empty"
    assert refused(lambda: expand([put(tmp_path / "a.zip", zipped({"x.md": b"x"}))])) == "input.no_tables"


def test_loops_of_links(tmp_path: Path) -> None:
    put(tmp_path / "a" / "x.csv", CSV)
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    assert refused(lambda: expand([tmp_path])) == "input.loop"
    (tmp_path / "a" / "up").unlink()
    (tmp_path / "one.csv").symlink_to(tmp_path / "two.csv")
    (tmp_path / "two.csv").symlink_to(tmp_path / "one.csv")
    assert refused(lambda: expand([tmp_path])) == "input.loop"


def test_a_link_to_another_folder_is_no_loop(tmp_path: Path) -> None:
    put(tmp_path / "data" / "x.csv", CSV)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "data")
    assert names([tmp_path / "in"]) == ["x.csv"]


def test_names_that_are_no_utf8_or_hold_line_breaks(tmp_path: Path) -> None:
    put(tmp_path / "a\nb.csv", CSV)
    put(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb4\xa6\xb7\xa3\xb1\xed.csv")), CSV)
    assert sorted(names([tmp_path])) == ["a b.csv", "处罚表.csv"]
    with pytest.raises(InputError) as error:
        expand([Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb4\xa6.csv"))])
    assert str(error.value).encode()


_AS_NOBODY = """
import os, sys
from pathlib import Path
from credit_graph.errors import InputError
from credit_graph.ingest.files import expand
import credit_graph.ingest.tables
if os.geteuid() == 0:
    os.setegid(65534), os.seteuid(65534)
for path in sys.argv[1:]:
    try:
        expand([Path(path)])
    except InputError as error:
        print(error.code)
"""


def test_no_permission(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o077 == 0 and folder.owner() != "root" and os.geteuid() == 0:
            pytest.skip("the temporary folder is closed to other users")
    file, folder, listed = put(tmp_path / "a.csv", CSV), tmp_path / "closed", tmp_path / "names only"
    put(folder / "b.csv", CSV)
    put(listed / "c.csv", CSV)
    file.chmod(0)
    folder.chmod(0)
    listed.chmod(0o444)
    try:
        command = [sys.executable, "-c", _AS_NOBODY, str(file), str(folder), str(listed)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        folder.chmod(0o700)
        listed.chmod(0o700)
    assert done.stdout.split() == ["input.no_permission"] * 3


@pytest.mark.parametrize("name", ["../out.csv", "a/../../out.csv", "/etc/out.csv", "C:\\out.csv", "..\\out.csv"])
def test_paths_that_leave_an_archive(tmp_path: Path, name: str) -> None:
    path = put(tmp_path / "a.zip", zipped({name: CSV}))
    assert refused(lambda: expand([path])) == "input.unsafe_archive"


def test_bombs(tmp_path: Path) -> None:
    zeros = zipped({"a.csv": bytes(50_000_000)})
    assert len(zeros) < 100_000
    assert refused(lambda: expand([put(tmp_path / "a.zip", zeros)])) == "input.unsafe_archive"
    many = zipped({f"{i}.csv": b"" for i in range(10_001)}, zipfile.ZIP_STORED)
    assert refused(lambda: expand([put(tmp_path / "b.zip", many)])) == "input.unsafe_archive"
    deep = CSV
    for i in range(4):
        deep = zipped({f"{i}.zip" if i else "a.csv": deep})
    assert refused(lambda: expand([put(tmp_path / "c.zip", deep)])) == "input.unsafe_archive"
    sheet = zipped({"[Content_Types].xml": b"", "xl/worksheets/sheet1.xml": b" " * 50_000_000})
    assert refused(lambda: expand([put(tmp_path / "d.xlsx", sheet)])) == "input.unsafe_archive"


def test_encrypted_and_cut_off_archives(tmp_path: Path) -> None:
    whole = zipped({"a.csv": os.urandom(2000)})
    locked = bytearray(whole)
    locked[whole.index(b"PK\x01\x02") + 8] |= 1
    assert refused(lambda: expand([put(tmp_path / "a.zip", bytes(locked))])) == "input.encrypted"
    assert refused(lambda: expand([put(tmp_path / "b.zip", whole[:1500])])) == "input.damaged"
    spoilt = bytearray(whole)
    spoilt[500] ^= 255
    assert (
        refused(lambda: [fingerprint(f) for f in expand([put(tmp_path / "c.zip", bytes(spoilt))])]) == "input.damaged"
    )


def test_one_endless_line_is_refused_before_it_is_held(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        for _ in range(300):
            file.write(b"x" * 1_000_000)
    assert refused(lambda: fingerprint(SourceFile(path))) == "input.too_large"
