"""The public edition of a release (公开版本): what may be shown on a day, and the leaves of the rest. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date

from credit_graph.lists.editions.archive import (
    DELTA,
    HEAD,
    HEAD_SIGNATURE,
    INDEX,
    INDEX_SIGNATURE,
    KEYS,
    LEAVES,
    Keys,
    Signs,
    indexed,
)
from credit_graph.lists.editions.delta import as_lines, public_delta
from credit_graph.lists.editions.draft import Draft
from credit_graph.lists.editions.edition import NUMBER
from credit_graph.lists.editions.formats import edition_files

_FROM_ARCHIVE = ("list", "release", "period", "titles", "mark", "notice_number", "documents")


def public_edition(
    archive: Mapping[str, bytes], shown: Collection[str], day: date, signer: Signs, history: Keys
) -> dict[str, bytes]:
    """All files of the public edition by name: the view of the day.

    ``archive``: the files of the archive; ``shown``: the numbers of the entries that may be shown. Leaves, head and its
    signature are the archive's own.
    """
    draft = Draft.of_archive(archive)
    head = json.loads(archive[HEAD])
    entries = [entry for entry in draft.entries if entry[NUMBER] in shown]
    edition = draft.edition(date.fromisoformat(head["published_on"]), head["root"]).public(entries)
    lines = map(json.loads, archive[DELTA].splitlines())
    files = edition_files(edition)
    files |= {DELTA: as_lines(public_delta(lines, draft.entries, draft.columns, shown))}
    files |= {name: archive[name] for name in (LEAVES, HEAD, HEAD_SIGNATURE)}
    files[KEYS] = history.as_bytes()
    said = {name: draft.said[name] for name in _FROM_ARCHIVE}
    said |= {"edition": "public", "day": day.isoformat()}
    said["counts"] = {"entries": len(entries), "removed": edition.removed}
    said["columns"] = [{"name": column.name, "zh": column.zh, "en": column.en} for column in edition.columns]
    return indexed(files, said, day, signer)


def redated(public: Mapping[str, bytes], day: date, signer: Signs, history: Keys) -> dict[str, bytes]:
    """The same public edition as the view of another day: only index, its signature and the keys are new."""
    said = json.loads(public[INDEX]) | {"day": day.isoformat()}
    files = {name: data for name, data in public.items() if name not in (INDEX, INDEX_SIGNATURE)}
    files[KEYS] = history.as_bytes()
    return indexed(files, said, day, signer)
