"""Releases signed by real keys: the archive of a draft made by hand, and its public edition some weeks later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_graph.lists.editions.approvals import Act, countersign, file_name, sign_off
from credit_graph.lists.editions.archive import archive_files
from credit_graph.lists.editions.draft import Draft
from credit_graph.lists.editions.edition import canonical, sha256
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.lists.editions.public import public_edition
from credit_graph.lists.editions.signatures import Signer
from releases import BUREAU, draft, entry

MADE, PUBLISHED, VIEWED = date(2026, 1, 5), date(2026, 10, 9), date(2026, 11, 3)
OFFICE = "庆原市生态环境局"
SIGNER, OFFICES = Signer.new(), Signer.new()
HISTORY = (
    KeyHistory()
    .add(SIGNER.public, BUREAU, "bureau", MADE, SIGNER)
    .add(OFFICES.public, OFFICE, "department", MADE, SIGNER)
)


@dataclass(frozen=True)
class Folders:
    """A release: its draft, and the files of both editions."""

    draft: Draft
    archive: dict[str, bytes]
    public: dict[str, bytes]


def approved(made: Draft) -> dict[str, bytes]:
    """By the bureau's own section on paper, and by the other department with its key."""
    paper = countersign(made, Act(BUREAU, "周一", PUBLISHED), "庆市监会〔2026〕1号", b"scan")
    signed = sign_off(made, Act(OFFICE, "周二", PUBLISHED), OFFICES, HISTORY)
    return {file_name(BUREAU): paper, file_name(OFFICE): signed}


def release(size: int, gone: set[int], signer: Signer = SIGNER, history: KeyHistory = HISTORY) -> Folders:
    """The second release of a list with so many entries, of which these numbers are not shown any more."""
    former = draft([entry(n) for n in range(2, size)], period="2026Q2")
    made = draft([entry(n) for n in range(1, size + 1)], former, issuers=[BUREAU, OFFICE])
    archive = archive_files(made, approved(made), PUBLISHED, signer, history)
    shown = {str(n) for n in range(1, size + 1) if n not in gone}
    return Folders(made, archive, public_edition(archive, shown, VIEWED, signer, history))


def resigned(
    files: Mapping[str, bytes], name: str, said: Mapping[str, Any], day: date, signer: Signer = SIGNER
) -> dict[str, bytes]:
    """The files with another head or index (``name``), signed as if the bureau had made it."""
    kind = "head" if name == "head" else "index"
    data = canonical(said) + b"\n"
    return {**files, f"{name}.json": data, f"{name}.sig": signer.sign(kind, data, day)}


def listed(files: Mapping[str, bytes], day: date) -> dict[str, bytes]:
    """The files with an index that has their hashes, signed."""
    rows = {name: {"size": len(data), "sha256": sha256(data)} for name, data in files.items()}
    rows = {name: row for name, row in rows.items() if name not in ("index.json", "index.sig")}
    said = {**json.loads(files["index.json"]), "files": rows, "head": rows["head.json"]["sha256"]}
    return resigned(files, "index", said, day)
