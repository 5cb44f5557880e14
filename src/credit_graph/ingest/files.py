"""Source files: found in folders and archives, guarded against what must not be read, hashed."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from credit_graph.errors import InputError
from credit_graph.ingest.limits import limits
from credit_graph.ingest.screening import screen_text
from credit_graph.text import t

_BLOCK = 1 << 20
_SKIPPED = (".", "~$")  # hidden files, and the lock files of open spreadsheets
_NOT_DATA = frozenset(".md .pdf .doc .docx .yml .yaml .py .html .htm .exe .log".split())
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file on disk, or the member of an archive unpacked beside it."""

    path: Path  # as given by the user
    member: str = ""  # member of an archive
    unpacked: Path | None = None  # where the member lies

    @property
    def data(self) -> Path:
        """Where the bytes are."""
        return self.unpacked or self.path

    @property
    def label(self) -> str:
        """How messages and the batch name it; screened, since file names can hold anything."""
        name = f"{self.path.name}/{self.member}" if self.member else self.path.name
        return screen_text(name)


def expand(paths: Sequence[Path]) -> list[SourceFile]:
    """The files that the paths name, folders recursively; sorted, each once.

    Raises ``InputError``: not_found, no_permission, loop.
    """
    found: list[SourceFile] = []
    seen: set[tuple[int, int]] = set()
    for path in paths:
        for file in _walk(path, ()):
            stat = file.stat()
            if (stat.st_dev, stat.st_ino) in seen:
                continue
            seen.add((stat.st_dev, stat.st_ino))
            found.append(SourceFile(file))
    return found


def unpack(file: SourceFile, work: Path) -> list[SourceFile]:
    """The file itself, or the members of a zip archive, unpacked below ``work``.

    Raises ``InputError``: no_permission, unsafe_archive, damaged, encrypted.
    """
    return _members(file, file.path, work, 1) if is_archive(file.path) else [file]


def _walk(path: Path, above: tuple[tuple[int, int], ...]) -> Iterator[Path]:
    """Files of a path; ``above`` are the folders on the way, so that a loop of links is noticed."""
    try:
        stat = path.stat()
    except PermissionError:
        raise InputError("input.no_permission", path=path) from None
    except OSError as error:
        if error.errno == 40:  # ELOOP
            raise InputError("input.loop", path=path) from None
        raise InputError("input.not_found", path=path) from None
    if not path.is_dir():
        if not path.is_file():
            raise InputError("input.not_a_table", path=path, why=t("不是普通文件", "no ordinary file"))
        yield path
        return
    here = (stat.st_dev, stat.st_ino)
    if here in above:
        raise InputError("input.loop", path=path)
    try:
        children = sorted(path.iterdir())
    except PermissionError:
        raise InputError("input.no_permission", path=path) from None
    for child in children:
        if child.name.startswith(_SKIPPED) or (child.suffix.lower() in _NOT_DATA and child.is_file()):
            continue
        yield from _walk(child, (*above, here))


def head(path: Path, size: int = 8) -> bytes:
    """The first bytes of a file; ``InputError`` if it can't be read."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except PermissionError:
        raise InputError("input.no_permission", path=path) from None
    except OSError as error:
        raise InputError("input.damaged", path=path, why=error.strerror) from None


def is_archive(path: Path) -> bool:
    """Whether the file is a zip archive and no spreadsheet."""
    if head(path)[:4] != ZIP:
        return False
    with _opened(path, path.name) as archive:
        return "[Content_Types].xml" not in archive.namelist() and "mimetype" not in archive.namelist()


def _opened(path: Path, label: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError("input.damaged", path=label, why=str(error)) from None


def guard_archive(path: Path, label: str) -> None:
    """Refuse an archive (or spreadsheet) that is a bomb or reaches outside: ``InputError`` unsafe_archive."""
    allowed = limits()
    with _opened(path, label) as archive:
        members = archive.infolist()
        if len(members) > allowed.max_archive_members:
            _unsafe(label, t(f"成员超过 {allowed.max_archive_members} 个", "too many members"))
        total = sum(member.file_size for member in members)
        packed = max(1, sum(member.compress_size for member in members))
        if total > allowed.max_archive_bytes:
            _unsafe(label, t("解压后过大", "too large when unpacked"))
        if total > 10_000_000 and total / packed > allowed.max_archive_ratio:
            _unsafe(label, t(f"压缩比 {total // packed} 过高", f"its compression ratio is {total // packed}"))
        for member in members:
            parts = PurePosixPath(member.filename.replace("\\", "/"))
            if parts.is_absolute() or ".." in parts.parts or ":" in member.filename[:3]:
                _unsafe(label, t("成员路径越界", "a member's path leaves the archive"))
            if member.flag_bits & 1:
                raise InputError("input.encrypted", path=label)


def _unsafe(label: str, why: str) -> None:
    raise InputError("input.unsafe_archive", path=label, why=why)


def _members(source: SourceFile, path: Path, work: Path, depth: int) -> list[SourceFile]:
    guard_archive(path, source.label)
    if depth > limits().max_archive_depth:
        _unsafe(source.label, t("嵌套过深", "archives inside archives inside archives"))
    found: list[SourceFile] = []
    with _opened(path, source.label) as archive:
        for member in sorted(archive.infolist(), key=lambda m: m.filename):
            name = PurePosixPath(_decoded(member)).name
            if member.is_dir() or name.startswith(_SKIPPED):
                continue
            inner = "/".join(part for part in (source.member, _decoded(member)) if part)
            target = work / hashlib.sha256(f"{path}\x1f{inner}".encode()).hexdigest()[:16]
            _unpack(archive, member, target, source.label)
            file = SourceFile(source.path, inner, target)
            found += _members(file, target, work, depth + 1) if is_archive(target) else [file]
    return found


def _decoded(member: zipfile.ZipInfo) -> str:
    """The member's name; archives made on Chinese Windows hold GB18030 names without saying so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, label: str) -> None:
    """Unpack one member; never more bytes than its entry announced."""
    left = member.file_size
    try:
        with archive.open(member) as source, target.open("wb") as file:
            while block := source.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    _unsafe(label, t("成员大于其声明", "a member is larger than it says"))
                file.write(block)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        raise InputError("input.damaged", path=label, why=str(error)) from None


def fingerprint(file: SourceFile) -> str:
    """SHA-256 of the bytes; refuses an empty file and a line that no table has (``InputError``)."""
    digest = hashlib.sha256()
    longest = current = size = 0
    limit = limits().max_line_bytes
    first = head(file.data)
    text = first[:4] not in (ZIP, OLE[:4], b"PAR1") and first.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] not in (b"[", b"{")
    try:
        with file.data.open("rb") as stream:
            while block := stream.read(_BLOCK):
                size += len(block)
                digest.update(block)
                if text:
                    longest, current = _line_lengths(block, longest, current)
                    if longest > limit:
                        why = t(f"一行超过 {limit} 字节", f"a line is longer than {limit} bytes")
                        raise InputError("input.too_large", path=file.label, why=why)
    except PermissionError:
        raise InputError("input.no_permission", path=file.label) from None
    except OSError as error:
        raise InputError("input.damaged", path=file.label, why=os.strerror(error.errno or 0)) from None
    if size == 0:
        raise InputError("input.empty", path=file.label)
    return digest.hexdigest()


def _line_lengths(block: bytes, longest: int, current: int) -> tuple[int, int]:
    """The longest line so far and the length of the unfinished one."""
    first, last = block.find(b"\n"), block.rfind(b"\n")
    if first < 0:
        current += len(block)
        return max(longest, current), current
    inside = max((len(line) for line in block[first + 1 : last].split(b"\n")), default=0)
    longest = max(longest, current + first, inside)
    return longest, len(block) - last - 1
