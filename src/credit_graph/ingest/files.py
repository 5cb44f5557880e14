"""Source files: found in folders and archives, guarded against what must not be read, opened as bytes.

Members of archives are read where they are: nothing unscreened is ever written to the disk.
"""

from __future__ import annotations

import codecs
import errno
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from credit_graph.errors import InputError
from credit_graph.ingest import archives
from credit_graph.ingest.limits import limits
from credit_graph.ingest.screening import screen_text
from credit_graph.text import t

BLOCK = 1 << 20
OLE = b"\xd0\xcf\x11\xe0"
BOMS_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SKIPPED = (".", "~$", "__MACOSX")  # hidden files, and the lock files of open spreadsheets
NOT_LOADED = ".not-loaded"  # a folder with such a file in it holds no source files, whatever it holds


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file on disk, a member of an archive, or what a gzip file holds."""

    location: Path  # as given by the user, or found below it
    members: tuple[str, ...] = ()  # on the way from archive to archive to the file

    @property
    def path(self) -> Path:
        """The location as it may be shown and stored."""
        return Path(shown(str(self.location)))

    @property
    def label(self) -> str:
        """How messages and the batch name it."""
        return shown("/".join((self.location.name, *self.members)))

    @property
    def name(self) -> str:
        """The file's own name, unscreened: for patterns, never to be shown or stored."""
        return (self.members[-1] if self.members else self.location.name).rpartition("/")[2]

    def open(self) -> IO[bytes]:
        """The bytes, from the beginning. Raises ``InputError``: no_permission, damaged."""
        try:
            stream: IO[bytes] = self.location.open("rb")
        except PermissionError:
            raise InputError("input.no_permission", path=self.path) from None
        except OSError as error:
            raise InputError("input.damaged", path=self.path, why=error.strerror) from None
        for member in self.members:
            stream = archives.open_member(stream, member, self.label)
        return stream

    def head(self, size: int = 512) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return archives.read(stream, size, self.label)

    def blocks(self) -> Iterator[bytes]:
        """All bytes, block by block. Raises ``InputError`` as :meth:`open`."""
        with self.open() as stream:
            while block := archives.read(stream, BLOCK, self.label):
                yield block

    def whole(self) -> bytes:
        """All bytes in memory. Raises ``InputError("input.too_large")`` over the limit of ``policies/loading.yml``."""
        limit = limits().max_memory_bytes
        with self.open() as stream:
            data = archives.read(stream, limit + 1, self.label)
        if len(data) > limit:
            raise InputError("input.too_large", path=self.label, why=t(f"超过 {limit} 字节", f"over {limit} bytes"))
        return data


def shown(name: str) -> str:
    """A name as it may be shown and stored: screened and on one line, since file names can hold anything.

    Bytes that are no UTF-8 are taken for GB18030, as archives from Chinese Windows leave them.
    """
    if not name.isprintable():
        name = name.encode(errors="surrogateescape").decode("gb18030" if _escaped(name) else "utf-8", "replace")
        name = "".join(character if character.isprintable() else " " for character in name)
    return screen_text(name)


def _escaped(name: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in name)


def expand(paths: Sequence[Path]) -> list[SourceFile]:
    """The files that the paths name, in order: folders recursively, archives member by member, each file once.

    Hidden and lock files are skipped, folders marked :data:`NOT_LOADED`, in folders also what is no table by its suffix
    (``policies/loading.yml``).
    Raises ``InputError``: not_found, no_permission, loop, no_tables, unsafe_archive, encrypted, damaged.
    """
    found: list[SourceFile] = []
    seen: set[Path] = set()
    for path in paths:
        files = list(_walk(path, ()))
        if not files:
            raise InputError("input.no_tables", path=shown(str(path)))
        for file in files:
            if (real := file.resolve()) not in seen:
                seen.add(real)
                found += _members(SourceFile(file))
    return found


def _walk(path: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    """Files of a path; ``above`` are the real folders on the way, so that a loop of links is noticed."""
    name = shown(str(path))
    try:
        path.stat()
        real = path.resolve()
        if not path.is_dir():
            if not path.is_file():
                raise InputError("input.not_a_table", path=name, why=t("不是普通文件", "it is no ordinary file"))
            yield path
            return
        if (path / NOT_LOADED).exists():
            return
        if real in above:
            raise InputError("input.loop", path=name)
        children = [child for child in sorted(path.iterdir()) if _wanted(child)]
    except PermissionError:
        raise InputError("input.no_permission", path=name) from None
    except (OSError, RuntimeError) as error:
        code = "input.loop" if getattr(error, "errno", errno.ELOOP) == errno.ELOOP else "input.not_found"
        raise InputError(code, path=name) from None
    for child in children:
        yield from _walk(child, (*above, real))


def _wanted(path: Path) -> bool:
    """Folders, and what is a table by its suffix; a broken or looping link is kept, so that it is reported."""
    if path.name.startswith(_SKIPPED):
        return False
    return path.is_dir() or _may_be_member(path.name) or not path.exists()


def _members(file: SourceFile) -> list[SourceFile]:
    """The file, or the members of the archive that it is."""
    start = file.head(4)
    if start[:3] == archives.GZIP:
        _guard_depth(file)
        stem, _, suffix = file.name.rpartition(".")
        inner = stem if suffix.lower() == "gz" and stem else file.name
        return _members(SourceFile(file.location, (*file.members, inner)))
    if start != archives.ZIP:
        return [file]
    with file.open() as stream, archives.opened(stream, file.label) as archive:
        names = archives.guard(archive, file.label)
        if archives.is_workbook(archive):
            return [file]
        _guard_depth(file)
        found: list[SourceFile] = []
        for name in names:
            parts = name.split("/")
            if any(part.startswith(_SKIPPED) for part in parts) or not _may_be_member(parts[-1]):
                continue
            found += _members(SourceFile(file.location, (*file.members, name)))
    if not found:
        raise InputError("input.no_tables", path=file.label)
    return found


def _guard_depth(file: SourceFile) -> None:
    if len(file.members) >= limits().max_archive_depth:
        why = t("压缩包嵌套过深", "archives inside archives inside archives")
        raise InputError("input.unsafe_archive", path=file.label, why=why)


def _may_be_member(name: str) -> bool:
    return Path(name).suffix.lower().lstrip(".") in limits().suffixes


def fingerprint(file: SourceFile) -> str:
    """SHA-256 of the bytes; refuses an empty file and a line that no table has (``InputError``)."""
    digest = hashlib.sha256()
    size = current = 0
    limit = limits().max_line_bytes
    lines = is_text_table(file.head())
    for block in file.blocks():
        size += len(block)
        digest.update(block)
        if lines:
            longest, current = _line_lengths(block, current)
            if longest > limit:
                why = t(f"一行超过 {limit} 字节", f"a line is longer than {limit} bytes")
                raise InputError("input.too_large", path=file.label, why=why)
    if size == 0:
        raise InputError("input.empty", path=file.label)
    return digest.hexdigest()


def is_text_table(start: bytes) -> bool:
    """Whether the first bytes are those of lines of text, rather than of a workbook, JSON or Parquet."""
    return start[:4] not in (archives.ZIP, OLE, b"PAR1", b"PARE") and not is_json(start)


def is_json(start: bytes) -> bool:
    """Whether text begins as JSON does: a list of objects, or an object."""
    if start[:2] in BOMS_16:
        start = start[: len(start) // 2 * 2].decode("utf-16", "ignore").encode()
    dense = b"".join(start.removeprefix(b"\xef\xbb\xbf").split())
    return dense[:2] in (b"[{", b"[]", b"{}", b'{"')


def _line_lengths(block: bytes, current: int) -> tuple[int, int]:
    """The longest line that ends in the block or goes on after it, and the length of the unfinished one."""
    first, last = block.find(b"\n"), block.rfind(b"\n")
    if first < 0:
        return current + len(block), current + len(block)
    return max(current + first, last - first), len(block) - last - 1
