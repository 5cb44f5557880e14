"""Letters (文书) of proceedings as files, made from what the graph holds: made again they are the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credit_graph.errors import CreditGraphError, UsageError
from credit_graph.jobs import batches
from credit_graph.jobs.proceeding_records import listed, one
from credit_graph.jobs.proceeding_subjects import holding_on, of_firms
from credit_graph.jobs.timelines import timelines
from credit_graph.lists.letter_values import Letter, Party, letters_of, values
from credit_graph.lists.letters import template
from credit_graph.lists.procedures import about, procedures
from credit_graph.lists.proceedings import Proceeding
from credit_graph.store import Store
from credit_graph.text import t

Progress = Callable[[str, int, int], None]  # what, done, total


@dataclass(frozen=True, slots=True)
class Written:
    """The files written or found there just so, and the letters that could not be made, with the reason."""

    files: list[Path]
    same: int
    refused: list[tuple[str, CreditGraphError]]


def write(
    store: Store,
    ids: Sequence[str],
    out: Path,
    *,
    bundle: str | None = None,
    wanted: str | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write the letters of these proceedings, or of a ``bundle``, as .docx files; ``wanted``: of one template alone.

    A file that is there with the same bytes is left alone, so an interrupted run goes on. A letter without a value is
    told and left out. Raises ``UsageError`` for an unknown proceeding, bundle or template.
    """
    if wanted is not None:
        template(wanted)
    if bundle is None:
        found = [one(store, id_) for id_ in dict.fromkeys(ids)]
    else:
        found = [item.proceeding for item in listed(store, bundle=bundle, ended=True)]
        if not found:
            raise UsageError("usage.unknown_entity", what=bundle)
    seq = batches.last_seq(store)
    firms = of_firms(store, "Registration", [item.eid for item in found], seq)
    reasons = _reasons(store, found, seq)
    out.mkdir(parents=True, exist_ok=True)
    written = Written([], 0, [])
    same = 0
    subjects = {name: about(name) for name in {item.list for item in found}}
    for number, item in enumerate(found, start=1):
        found_about = subjects[item.list]
        rules = procedures(item.list).on(item.procedure, item.opened_on)
        for letter in letters_of(rules, item):
            if wanted not in (None, letter.template):
                continue
            try:
                party = _party(item, letter, firms.get(item.eid, []), reasons.get(item.id))
                data = template(letter.template).fill(values(found_about, rules, item, letter, party))
            except CreditGraphError as error:
                written.refused.append((f"{item.id} {letter.template}", error))
                continue
            path = out / f"{item.id}-{letter.place + 1}-{letter.template}.docx"
            same += _same_or_write(path, data)
            written.files.append(path)
        if progress is not None:
            progress(t("文书", "letters"), number, len(found))
    return Written(written.files, same, written.refused)


def _same_or_write(path: Path, data: bytes) -> bool:
    """Whether the file was there just so; else it is written, whole or not at all."""
    if path.is_file() and path.read_bytes() == data:
        return True
    part = path.with_name(path.name + ".partial")
    part.write_bytes(data)
    part.replace(path)
    return False


def _party(item: Proceeding, letter: Letter, firms: Sequence[Mapping[str, Any]], reason: str | None) -> Party:
    """The party as it was registered on the day of the step."""
    firm = holding_on(firms, letter.taken.day) or {}
    code = firm.get("credit_code") or firm.get("registration_number") or item.eid
    return Party(str(code), str(firm.get("address") or ""), reason)


def _reasons(store: Store, found: Sequence[Proceeding], seq: int) -> dict[str, str]:
    """The reason that the entry of a proceeding gives, by proceeding."""
    targets = {item.id: item.target for item in found if item.target is not None}
    known: dict[str, str] = {}
    for source in {target.source for target in targets.values()}:
        keys = [target.key for target in targets.values() if target.source == source]
        lines = timelines(store, source, keys, seq + 1)
        for id_, target in targets.items():
            last = lines[target.key].last if target.source == source else None
            reason = last.content.get("reason") or last.content.get("violation") if last is not None else None
            if reason:
                known[id_] = str(reason)
    return known
