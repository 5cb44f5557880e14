"""Zip archives, workbooks among them: what is dangerous is refused before anything is read from it."""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO

from credit_graph.errors import InputError
from credit_graph.ingest.limits import limits
from credit_graph.text import t

ZIP = b"PK\x03\x04"
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


def open_member(stream: IO[bytes], name: str, label: str) -> IO[bytes]:
    """The bytes of a member by its decoded name; an archive inside an archive is held in memory.

    Raises ``InputError``: damaged, too_large.
    """
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
        why = t("内层压缩包过大，请先解开", "the inner archive is too large: unpack it first")
        raise InputError("input.too_large", path=label, why=why)
    return io.BytesIO(read(source, member.file_size, label))


def read(stream: IO[bytes], size: int, label: str) -> bytes:
    """At most ``size`` bytes of a stream. Raises ``InputError("input.damaged")`` where they can't be read."""
    try:
        return stream.read(size)
    except _DAMAGE:
        raise _damaged(label) from None


def _damaged(label: str) -> InputError:
    why = t("压缩数据校验失败", "its compressed data fail their check")
    return InputError("input.damaged", path=label, why=why)
