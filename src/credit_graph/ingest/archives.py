"""Zip archives, workbooks among them, and gzip files: what is dangerous is refused before it is unpacked."""

from __future__ import annotations

import contextlib
import gzip
import io
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, cast

from credit_graph.errors import InputError
from credit_graph.ingest.limits import limits
from credit_graph.text import t

ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b\x08"
_BLOCK = 1 << 20
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError, RuntimeError)


def opened(stream: IO[bytes], label: str) -> zipfile.ZipFile:
    """The archive in a stream. Raises ``InputError("input.damaged")``."""
    try:
        return zipfile.ZipFile(stream)
    except _DAMAGE:
        why = t("压缩包不完整，可能未传完", "the archive is incomplete, perhaps it was cut off")
        raise InputError("input.damaged", path=label, why=why) from None


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether the archive is a workbook (XLSX, or ODS by its ``mimetype``)."""
    return bool({"[Content_Types].xml", "mimetype"} & set(archive.namelist()))


def guard(archive: zipfile.ZipFile, label: str) -> list[str]:
    """The members' names, decoded and sorted, if the archive is harmless.

    Raises ``InputError``: unsafe_archive (a bomb, or a path that leads out of it), encrypted.
    """
    allowed = limits()
    members = archive.infolist()
    if len(members) > allowed.max_archive_members:
        raise _unsafe(
            label, f"成员超过 {allowed.max_archive_members} 个", f"over {allowed.max_archive_members} members"
        )
    total = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if total > allowed.max_archive_bytes:
        raise _unsafe(label, f"解压后共 {total} 字节", f"{total} bytes when unpacked")
    if total > allowed.ratio_from_bytes and total / packed > allowed.max_archive_ratio:
        raise _unsafe(label, f"压缩比高达 {total // packed}", f"its compression ratio is {total // packed}")
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in member.filename[:3]:
            raise _unsafe(label, "成员路径越出压缩包", "a member's path leads out of the archive")
        if member.flag_bits & 1:
            raise InputError("input.encrypted", path=label)
    return sorted(decoded(member) for member in members if not member.is_dir())


def _unsafe(label: str, zh: str, en: str) -> InputError:
    return InputError("input.unsafe_archive", path=label, why=t(zh, en))


def decoded(member: zipfile.ZipInfo) -> str:
    """The member's name; archives made on Chinese Windows hold GB18030 names without saying so."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return name.replace("\\", "/")


def member_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> IO[bytes]:
    """The bytes of a member. Raises ``InputError("input.damaged")``."""
    try:
        return archive.open(member)
    except _DAMAGE:
        raise _damaged(label) from None


def open_member(stream: IO[bytes], name: str, label: str) -> IO[bytes]:
    """The bytes of a member by its decoded name, or what a gzip file holds; an inner archive is held in memory.

    Raises ``InputError``: damaged, too_large, unsafe_archive.
    """
    if _start(stream, label)[:3] == GZIP:
        return _in_memory_if_zip(cast(IO[bytes], Gunzip(stream, label)), label)
    archive = opened(stream, label)
    try:
        member = next(member for member in archive.infolist() if decoded(member) == name)
        source = archive.open(member)
        start = source.read(4)
        source.close()
        source = archive.open(member)
    except StopIteration:
        raise InputError("input.changed", path=label) from None
    except _DAMAGE:
        raise _damaged(label) from None
    if start != ZIP:
        return source
    if member.file_size > limits().max_memory_bytes:
        raise _inner_too_large(label)
    return io.BytesIO(read(source, member.file_size, label))


def _start(stream: IO[bytes], label: str) -> bytes:
    """The first bytes of a stream, which is then at its beginning again."""
    start = read(stream, 4, label)
    stream.seek(0)
    return start


def _in_memory_if_zip(stream: IO[bytes], label: str) -> IO[bytes]:
    if _start(stream, label) != ZIP:
        return stream
    data = read(stream, limits().max_memory_bytes + 1, label)
    if len(data) > limits().max_memory_bytes:
        raise _inner_too_large(label)
    return io.BytesIO(data)


def _inner_too_large(label: str) -> InputError:
    why = t("内层压缩包过大，请先解开", "the inner archive is too large: unpack it first")
    return InputError("input.too_large", path=label, why=why)


class Gunzip(gzip.GzipFile):
    """What a gzip file holds, as a stream that refuses to be a bomb: its size is known only by unpacking it."""

    def __init__(self, stream: IO[bytes], label: str) -> None:
        super().__init__(fileobj=stream, mode="rb")
        self._packed = stream
        self._label = label
        self._limits = limits()

    def read(self, size: int | None = -1) -> bytes:
        """At most ``size`` bytes, unpacked block by block. Raises ``InputError("input.unsafe_archive")``."""
        left = self._limits.max_archive_bytes + 1 if size is None or size < 0 else size
        blocks: list[bytes] = []
        while left > 0 and (block := super().read(min(left, _BLOCK))):
            self._guard()
            blocks.append(block)
            left -= len(block)
        return b"".join(blocks)

    def read1(self, size: int = -1) -> bytes:
        """Some bytes. Raises ``InputError("input.unsafe_archive")``."""
        block = super().read1(_BLOCK if size < 0 else size)
        self._guard()
        return block

    def _guard(self) -> None:
        total, packed = self.tell(), max(1, self._packed.tell())
        if total > self._limits.max_archive_bytes:
            raise _unsafe(self._label, f"解压后超过 {total} 字节", f"over {total} bytes when unpacked")
        if total > self._limits.ratio_from_bytes and total / packed > self._limits.max_archive_ratio:
            raise _unsafe(self._label, f"压缩比高达 {total // packed}", f"its compression ratio is {total // packed}")

    def close(self) -> None:
        """Close the packed stream too."""
        super().close()
        self._packed.close()


def read(stream: IO[bytes], size: int, label: str) -> bytes:
    """At most ``size`` bytes of a stream. Raises ``InputError("input.damaged")`` where they can't be read."""
    try:
        return stream.read(size)
    except _DAMAGE:
        raise _damaged(label) from None


def _damaged(label: str) -> InputError:
    why = t("压缩数据校验失败", "its compressed data fail their check")
    return InputError("input.damaged", path=label, why=why)
