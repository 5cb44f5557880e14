"""A draft of a release (发布草稿): what is judged, drawn and decided once, before anyone signs. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_graph.errors import InputError
from credit_graph.lists.editions.edition import Column, Edition, Entry, Head, canonical, sha256
from credit_graph.text import t

DRAFT, ENTRIES, REFUSED = "draft.json", "entries.jsonl", "refused.csv"
APPROVALS = "approvals/"
# what others read of a draft without asking again
_NEEDED: dict[str, type] = {
    **dict.fromkeys(("list", "release", "period", "valid", "use", "maker", "bureau", "notice_number"), str),
    "number": int,
    "seq": int,
    "issuers": list,
    "titles": dict,
    "documents": list,
    "counts": dict,
}
_RELEASE = re.compile(r"(\d{4}Q[1-4])(?:-([1-9]\d*))?")


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as its folder holds it: ``draft.json`` (``said``), all its entries, and every file by name."""

    said: Mapping[str, Any]
    columns: tuple[Column, ...]
    entries: Sequence[Entry]
    files: Mapping[str, bytes]

    @classmethod
    def read(cls, files: Mapping[str, bytes], name: str = DRAFT) -> Draft:
        """The draft of a folder's files (approvals may lie beside), each compared with its hash.

        Raises ``InputError``: ``input.not_a_draft``, ``input.release_altered`` with the file that differs.
        """
        try:
            said = json.loads(files[DRAFT])
            expected = {file: row["sha256"] for file, row in said["files"].items()}
            columns = tuple(Column(**row) for row in said["columns"])
            if any(not isinstance(said[part], kind) for part, kind in _NEEDED.items()):
                raise TypeError
            date.fromisoformat(said["use"]), date.fromisoformat(said["valid"]), release_parts(said["release"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise InputError("input.not_a_draft", path=name) from None
        found = {file for file in files if not file.startswith(APPROVALS)} - {DRAFT}
        for file in sorted(found ^ expected.keys()):
            raise InputError("input.release_altered", path=file, why=t("缺失或多出", "missing or added"))
        for file, digest in expected.items():
            if sha256(files[file]) != digest:
                raise InputError("input.release_altered", path=file, why=t("内容被改动", "it was altered"))
        if canonical(said) + b"\n" != files[DRAFT]:
            raise InputError("input.release_altered", path=DRAFT, why=t("写法被改动", "it was written otherwise"))
        entries = [json.loads(line) for line in files[ENTRIES].splitlines()]
        return cls(said, columns, entries, files)

    @classmethod
    def of_archive(cls, archive: Mapping[str, bytes]) -> Draft:
        """The draft that an archive was made from; the archive is verified as such, so nothing is compared here."""
        said = json.loads(archive[DRAFT])
        entries = [json.loads(line) for line in archive[ENTRIES].splitlines()]
        return cls(said, tuple(Column(**row) for row in said["columns"]), entries, archive)

    @property
    def list(self) -> str:
        """The list."""
        return str(self.said["list"])

    @property
    def release(self) -> str:
        """The id that the release has within its list."""
        return str(self.said["release"])

    @property
    def hash(self) -> str:
        """What departments sign: the hash of ``draft.json``, which holds the hashes of all other files."""
        return sha256(self.files[DRAFT])

    def edition(self, published_on: date, root: str) -> Edition:
        """What the files of the release are made from."""
        said, former = self.said, self.said["predecessor"] or {}
        head = Head(
            list=self.list,
            release=self.release,
            number=int(said["number"]),
            published_on=published_on.isoformat(),
            size=len(self.entries),
            root=root,
            predecessor=former.get("release"),
            predecessor_root=former.get("root"),
        )
        return edition_of(said, head, self.columns, self.entries)


def edition_of(said: Mapping[str, Any], head: Head, columns: tuple[Column, ...], entries: Sequence[Entry]) -> Edition:
    """The edition that ``draft.json`` speaks of."""
    return Edition(
        head=head,
        period=str(said["period"]),
        titles=(said["titles"]["zh"], said["titles"]["en"]),
        bureau=str(said["bureau"]),
        valid=date.fromisoformat(said["valid"]),
        documents=tuple((row["title"], row["number"]) for row in said["documents"]),
        notice_number=str(said["notice_number"]),
        columns=columns,
        entries=entries,
        mark=said["mark"],
    )


def columns_of(fields: Mapping[str, tuple[str, str]], *, marked: bool) -> tuple[Column, ...]:
    """The columns of a list's release. ``fields``: those that may leave, with their titles; ``marked``: test data."""
    return (
        Column("number", "序号", "No."),
        *(Column(name, zh, en) for name, (zh, en) in fields.items()),
        Column("ground", "列入情形", "ground"),
        Column("document", "依据文件文号", "document"),
        Column("basis", "列入依据", "basis"),
        Column("last_day", "列入期限至", "last day"),
        *([Column("mark", "标记", "mark")] if marked else []),
        Column("salt", "校验盐值", "salt"),
        Column("sid", "来源记录", "source record", internal=True),
        Column("record", "记录标识", "record", internal=True),
    )


def record_id(source: str, key: str) -> str:
    """What an entry is across releases: 32 hex digits of its record's source and key."""
    return sha256(f"{source}\x1f{key}".encode())[:32]


def place(entry: Entry) -> tuple[str, str]:
    """Where an entry stands in its list: by code or registration number, then by record."""
    return (entry.get("credit_code") or entry.get("registration_number") or "", str(entry["record"]))


def numbered(entries: Sequence[Entry]) -> list[dict[str, str | None]]:
    """The entries in the list's order, numbered from 1."""
    return [{**entry, "number": str(n)} for n, entry in enumerate(sorted(entries, key=place), start=1)]


def entry_lines(entries: Sequence[Entry]) -> bytes:
    """``entries.jsonl``: one entry a line."""
    return b"".join(canonical(dict(entry)) + b"\n" for entry in entries)


def release_parts(release: str) -> tuple[str, int]:
    """Period and how often it was released: 2026Q3-2 is (2026Q3, 2). ``ValueError`` for anything else."""
    found = _RELEASE.fullmatch(release)
    if found is None:
        raise ValueError(release)
    return found[1], int(found[2] or 1)


def next_release(period: str, releases: Sequence[str]) -> str:
    """The id of the next release of the period, after those of the list."""
    n = max((n for of, n in map(release_parts, releases) if of == period), default=0) + 1
    return period if n == 1 else f"{period}-{n}"
