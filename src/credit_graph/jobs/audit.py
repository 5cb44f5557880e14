"""The audit log (审计日志): who did what, one line an act, append-only and hash-chained (HOME/audit/log.jsonl, 0600).

A line is written before what it tells of counts: an act that was cut short may have a line too many, never one too few.
It names statements, batches and files, never what they say. docs/operations.md tells what it holds and how it is read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from credit_graph import clock
from credit_graph.errors import StateError
from credit_graph.ingest.screening import screen_text
from credit_graph.store.backup import AUDIT
from credit_graph.store.files import lock_file, private_folder, write_whole
from credit_graph.text import t

START = "0" * 64  # what the first line names as the hash before it
KEYS = ("n", "day", "time", "actor", "role", "action", "what", "seq", "previous", "hash")
MOST = 50  # ids named in one line: the batch tells the others
ACTIONS: dict[str, tuple[str, str]] = {
    "decision": ("决定", "decision"),
    "erase": ("依法清除", "erasure"),
    "undo": ("冲销或取消批次", "batch taken back"),
    "release": ("生成名单草稿", "draft of a release built"),
    "publish": ("发布名单", "release published"),
    "takedown": ("撤下名单条目", "entries taken down"),
    "export": ("导出文件", "file written"),
    "held_records_read": ("查阅停用记录", "held records read"),
    "contacts_read": ("成批查阅联络方式", "contacts read in bulk"),
    "asked": ("部门查询", "question of a department"),
    "persons_read": ("成批查阅自然人姓名", "names of persons read in bulk"),
    "key_created": ("创建API密钥", "API key made"),
    "key_revoked": ("撤销API密钥", "API key revoked"),
    "signing_key_made": ("生成签名密钥", "signing key made"),
    "signing_key_added": ("登记部门公钥", "department's public key added"),
    "signing_key_revoked": ("撤销签名密钥", "signing key revoked"),
    "secret_exported": ("导出安装密钥", "secret exported"),
    "secret_imported": ("导入安装密钥", "secret imported"),
    "secret_rotated": ("轮换安装密钥", "secret rotated"),
    "backup": ("备份", "backup"),
    "restore": ("恢复", "restore"),
    "wipe": ("清空图", "graph wiped"),
    "torn": ("搁置不完整的行", "unfinished line set aside"),
}
_on_disk: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)  # with its length; times of a file matter not
_CHUNK = 8_192  # more than most lines have

Said = Mapping[str, str | int | list[str]]


@dataclass(frozen=True, slots=True)
class Act:
    """An act that makes a batch, for the batch's line: an action of ``ACTIONS``, and what (ids, never values)."""

    action: str
    what: Said


@dataclass(frozen=True, slots=True)
class Broken:
    """The first line that is not as it was written, from 1, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of the log. ``lines``: good ones; ``last``: the hash of the last; ``torn``: bytes of an unfinished
    last line, which the next act sets aside; ``missing``: batches of the graph that have no line."""

    lines: int
    last: str
    broken: Broken | None
    torn: int
    missing: tuple[int, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.broken is None and not self.torn and not self.missing


def named(ids: Iterable[str]) -> list[str]:
    """Ids for a line: the first of them in order, and how many more there are."""
    found = sorted(ids)
    return found[:MOST] + ([f"+{len(found) - MOST}"] if len(found) > MOST else [])


def record(home: Path, actor: str, role: str, action: str, what: Said, *, seq: int | None = None) -> str:
    """Append one line and return its hash, when it is on disk; ``seq``: of the batch that the act makes.

    An unfinished last line, left by a crash, is set aside in a file beside, and a line says so. Raises
    ``StateError("state.audit_broken")`` where the log does not end as it was left.
    """
    if action not in ACTIONS:
        raise KeyError(f"unknown action {action}")
    folder = private_folder(home / AUDIT)
    with _locked(home), _open(home) as file:
        if torn := _set_aside(folder, file):
            _append(home, file, (actor, role, "torn", torn, None))
        return _append(home, file, (actor, role, action, what, seq))


def entries(home: Path) -> Iterator[dict[str, Any]]:
    """The lines that can be read, oldest first; whether they are as they were written :func:`verify` tells."""
    if not _log(home).exists():
        return
    with _log(home).open("rb") as file:
        for line in file:
            if (entry := _parsed(line.rstrip(b"\n"))) is not None:
                yield entry


def verify(home: Path, batches: Iterable[Mapping[str, Any]] = ()) -> Verified:
    """Compare every line with its hash and the one before, the last with what was noted beside, and the committed
    ``batches`` (properties of their nodes) with the lines that they name. Changes nothing.

    A batch of the bureau that names none must be older than the log.
    """
    with _locked(home):
        *lines, rest = _log(home).read_bytes().split(b"\n") if _log(home).exists() else [b""]
        head = _head(home)
    seqs: dict[str, int | None] = {}
    last, broken = START, None
    for number, line in enumerate(lines, start=1):
        if (why := _fault(line, number, last)) is not None:
            broken = Broken(number, why)
            break
        entry = json.loads(line)
        last = entry["hash"]
        seqs[last] = entry["seq"]
    if broken is None and (why := _unlike(head, list(seqs))) is not None:
        broken = Broken(len(seqs) + 1, why)
    if broken is not None:  # what became of the lines behind nobody can tell
        return Verified(len(seqs), last, broken, len(rest), ())
    first = next((seq for seq in seqs.values() if seq is not None), None)
    missing = tuple(sorted(int(batch["seq"]) for batch in batches if _lacks(batch, seqs, first)))
    return Verified(len(seqs), last, None, len(rest), missing)


def _lacks(batch: Mapping[str, Any], seqs: Mapping[str, int | None], first: int | None) -> bool:
    if batch["state"] != "committed":
        return False
    if (noted := batch.get("audit")) is not None:
        return seqs.get(noted) != int(batch["seq"])
    return batch["source"] == "bureau" and first is not None and int(batch["seq"]) >= first


def _log(home: Path) -> Path:
    return home / AUDIT / "log.jsonl"


def _locked(home: Path) -> AbstractContextManager[object]:
    return lock_file(home / "audit.lock").acquire(poll_interval=0.002)


def _canonical(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")


def _hash(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical({name: entry[name] for name in KEYS if name != "hash"})).hexdigest()


def _parsed(line: bytes) -> dict[str, Any] | None:
    """The entry of a line that is written as this program writes it, whatever its hashes say."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or sorted(entry) != sorted(KEYS) or _canonical(entry) != line:
        return None
    return entry


def _fault(line: bytes, number: int, previous: str) -> str | None:
    entry = _parsed(line)
    if entry is None:
        return t("无法读取，或写法被改动", "it can't be read, or was written otherwise")
    if entry["hash"] != _hash(entry):
        return t("内容被改动", "it was altered")
    if entry["n"] != number or entry["previous"] != previous:
        return t(
            "与前一行不相接：有行缺失、多出或移位",
            "it does not follow the line before: some are missing, added or moved",
        )
    return None


def _head(home: Path) -> tuple[int, str] | None:
    """The last line's number and hash as noted beside the log, so that lines lost at its end are found."""
    try:
        number, noted = (home / AUDIT / "head").read_text(encoding="utf-8").split()
        return int(number), noted
    except (OSError, ValueError):
        return None


def _unlike(head: tuple[int, str] | None, hashes: Sequence[str]) -> str | None:
    """How the end differs from what was noted; a crash may leave one line that was not noted yet."""
    if head is None:
        return t("head 文件缺失", "the file head is missing") if len(hashes) > 1 else None
    number, noted = head
    if number > len(hashes):
        return t(f"末尾缺失：应有 {number} 行", f"lines are missing at the end: {number} were written")
    return None if hashes[number - 1] == noted else t(f"第 {number} 行被替换", f"line {number} is another one")


def _set_aside(folder: Path, file: IO[bytes]) -> Said | None:
    """Put an unfinished last line into a file of its own; what a line says of it, ``None`` where there is none."""
    rest = _tail(file).rpartition(b"\n")[2]
    if not rest:
        return None
    digest = hashlib.sha256(rest).hexdigest()
    name = f"torn-{digest[:16]}"
    write_whole(folder / name, rest)
    file.truncate(file.seek(0, os.SEEK_END) - len(rest))
    return {"file": name, "bytes": len(rest), "sha256": digest}


def _tail(file: IO[bytes]) -> bytes:
    """The last line, whole, with what stands behind it."""
    end, size = file.seek(0, os.SEEK_END), _CHUNK
    while True:
        file.seek(max(0, end - size))
        found = file.read(size)
        if size >= end or found.count(b"\n") > 1:
            return found
        size *= 2


def _append(home: Path, file: IO[bytes], said: tuple[str, str, str, Said, int | None]) -> str:
    n, previous = _end(home, file)
    actor, role, action, what, seq = said
    entry: dict[str, Any] = {
        "n": n + 1,
        "day": clock.today().isoformat(),
        "time": clock.now().isoformat(timespec="milliseconds"),
        "actor": screen_text(actor),
        "role": role,
        "action": action,
        "what": {name: _screened(value) for name, value in what.items()},
        "seq": seq,
        "previous": previous,
    }
    entry["hash"] = _hash(entry)
    file.write(_canonical(entry) + b"\n")
    file.flush()
    _on_disk(file.fileno())
    # over what stands there, which has the same length: a new file would have to wait for the disk once more
    with os.fdopen(os.open(home / AUDIT / "head", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as head:
        head.write(f"{n + 1:018} {entry['hash']}\n".encode())
    return str(entry["hash"])


def _screened(value: str | int | list[str]) -> str | int | list[str]:
    if isinstance(value, list):
        return [screen_text(item) for item in value]
    return screen_text(value) if isinstance(value, str) else value


def _end(home: Path, file: IO[bytes]) -> tuple[int, str]:
    """Number and hash of the last line; 0 and the start for an empty log."""
    line = _tail(file)[:-1].rpartition(b"\n")[2]
    entry = _parsed(line)
    n, last = (int(entry["n"]), str(entry["hash"])) if entry else (0, START)
    head = _head(home)
    if line and (entry is None or last != _hash(entry)):
        why = t("末行被改动", "the last line was altered")
    elif head is not None and (head[0] > n or (head[0] == n and head[1] != last)):
        why = t(f"末尾缺失：应有 {head[0]} 行", f"lines are missing at the end: {head[0]} were written")
    else:
        return n, last
    raise StateError("state.audit_broken", path=_log(home), why=why)


def _open(home: Path) -> IO[bytes]:
    return os.fdopen(os.open(_log(home), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b")
