"""Collecting: forms for the issuing departments, and what comes back, checked against the register and recorded.

Of a file, all rows without a fault are recorded in one batch of the source ``bureau``, each entry with its receipt
(公示回执); lineage leads from them to the file and its row. The same file again changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from credit_graph.errors import InputError, StateError
from credit_graph.ingest import compare
from credit_graph.ingest.files import SourceFile, expand, fingerprint, shown
from credit_graph.jobs import batches
from credit_graph.jobs.collect_book import write_form, write_returned
from credit_graph.jobs.collect_file import read_form
from credit_graph.jobs.collect_known import known as known_of
from credit_graph.jobs.decisions import SOURCE, Decision, bureau_statement, write_batch
from credit_graph.jobs.receipt_book import drafted as receipt_drafted
from credit_graph.jobs.receipts import known_receipts
from credit_graph.jobs.timelines import timelines
from credit_graph.lists.collecting import Checked, check_rows
from credit_graph.lists.collecting_draft import Row
from credit_graph.lists.collecting_form import Form, form_of, refuse_republished
from credit_graph.lists.issuers import issuers_on, required_issuer
from credit_graph.lists.periods import Quarter
from credit_graph.lists.receipts import Receipts
from credit_graph.model.statement import Statement
from credit_graph.store import Store
from credit_graph.text import t

_RETURNED = "-退回"  # ends the name of what goes back
_AGAIN = re.compile(rf"{_RETURNED}\d*$")

Report = Callable[[str, int, int], None]


@dataclass(slots=True)
class Taken:
    """What became of a file: the form that it is with its checked rows, or why it was refused as a whole; the batch
    that recorded what was right (``None``: nothing was new); where what goes back was written."""

    file: str
    form: Form | None = None
    rows: list[Row] = field(default_factory=list)
    checked: list[Checked] = field(default_factory=list)
    sha256: str = ""
    error: InputError | None = None
    seq: int | None = None
    recorded: int = 0
    returned: Path | None = None

    @property
    def faulty(self) -> list[Checked]:
        """The rows that go back."""
        return [item for item in self.checked if item.faults]

    @property
    def known(self) -> int:
        """How many rows were known already."""
        return sum(item.known for item in self.checked)


def collect(
    store: Store,
    list_name: str,
    paths: Sequence[Path],
    out: Path,
    period: Quarter,
    today: date,
    decision: Decision,
    *,
    dry: bool = False,
    progress: Report | None = None,
) -> list[Taken]:
    """Check the files against the register and each other, record what is right, write what goes back into ``out``.

    A file that can't be taken as a whole is told in its place and stops no other. ``dry``: nothing is recorded.
    Raises ``UsageError``, ``DefinitionError`` as :func:`write_forms`, ``InputError`` where a path names no file,
    ``StateError``: a batch is incomplete, there is no register, ``out`` can't be written.
    """
    refuse_republished(list_name, today)
    files = expand(paths)
    _make(out)
    taken = []
    for count, file in enumerate(files, start=1):
        if progress is not None:
            progress(t("读取", "read"), count, len(files))
        taken.append(_read(file, list_name, period, today))
    good = [item for item in taken if item.form is not None]
    with store.writer("collect"):
        batches.refuse_open_batch(store)
        if not batches.last_seq(store):
            raise StateError("state.no_data")
        if good:
            _check(store, good, today)
            for item in good if not dry else ():
                _record(store, item, decision)
    for item in good:
        _give_back(item, out, dry=dry)
    return taken


def missing(list_name: str, taken: Sequence[Taken], today: date) -> list[str]:
    """The issuing departments of which none of the files is."""
    there = {item.form.issuer.name for item in taken if item.form is not None}
    return [row.name for row in issuers_on(list_name, today) if row.name not in there]


def _read(file: SourceFile, list_name: str, period: Quarter, today: date) -> Taken:
    try:
        form, rows = read_form(file, list_name, period, today)
    except InputError as error:
        return Taken(file.label, error=error)
    return Taken(file.label, form, rows, sha256=fingerprint(file))


def _check(store: Store, taken: Sequence[Taken], today: date) -> None:
    """Check all rows at once, so that what several files say twice is seen."""
    pairs = [(row, item.form) for item in taken for row in item.rows if item.form is not None]
    kind = next(item.form.kind for item in taken if item.form is not None)
    found = known_of(store, kind, [row for row, _ in pairs], batches.last_seq(store), today)
    checked = iter(check_rows(pairs, found))
    for item in taken:
        item.checked = [next(checked) for _ in item.rows]


def _record(store: Store, taken: Taken, decision: Decision) -> None:
    """One batch of all that is right and new in the file."""
    seq = batches.last_seq(store) + 1
    receipts = known_receipts(store, seq - 1)
    drafts = [draft for item in taken.checked if not item.faults for draft in _drafts(item, receipts, decision, seq)]
    if not drafts:
        return
    keys = timelines(store, SOURCE, [draft.key for draft in drafts], seq)
    opens = [draft.again(n=keys[draft.key].last_n + 1) for draft in drafts]
    changes = [compare.Change("new", opens=[piece]) for piece in opens]
    assert taken.form is not None
    what = f"collect {taken.form.list_name} {taken.sha256}"
    write_batch(store, seq, what, decision, changes, path=taken.file, file_sha256=taken.sha256)
    taken.seq = seq
    taken.recorded = sum(not item.known and not item.faults for item in taken.checked)


def _drafts(item: Checked, receipts: Receipts, decision: Decision, seq: int) -> list[Statement]:
    """The entry, and its receipt; of an entry that a source delivered, its receipt alone, if none is known."""
    assert item.record is not None
    source, key = item.record
    code, number, day = item.draft.code, item.draft.receipt, item.draft.published_on
    found = []
    if not item.known:
        made = bureau_statement(item.form.kind, key, item.content(), seq, eid=code)
        found.append(made.again(valid_from=item.draft.listed_on, row=item.row.number))
    shown_record: dict[str, Any] = {"kind": item.form.kind, "source": source, "key": key, "eid": code}
    wanted = not item.known or source != SOURCE
    if wanted and number and day and receipts.of(shown_record, "gsxt", date.max) is None:
        made = receipt_drafted(shown_record, "gsxt", number, day, decision, seq)
        found.append(made.again(row=item.row.number))
    return found


def _give_back(taken: Taken, out: Path, *, dry: bool) -> None:
    assert taken.form is not None
    taken.returned = _free(out, taken.file)
    write_returned(taken.returned, taken.form, taken.checked, told(taken, dry=dry))


def told(taken: Taken, *, dry: bool) -> str:
    """What became of the file, in a sentence."""
    total, faulty = len(taken.checked), len(taken.faulty)
    if not total:
        return t("没有填写任何行（零报告）。", "No row is filled in.")
    done = total - faulty - taken.known
    zh = f"共 {total} 行：无问题 {total - faulty} 行（" + (f"待收取 {done}" if dry else f"本次收取 {done}")
    en = f"{total} rows: {total - faulty} right ({done} " + ("to be recorded" if dry else "recorded now")
    known = t(f"，此前已在库 {taken.known}）", f", {taken.known} known already)")
    if not faulty:
        return t(zh, en) + known + t("，没有问题。", ". Nothing is wrong.")
    return (
        t(zh, en)
        + known
        + t(
            f"，有问题 {faulty} 行，见标红处和“问题”列；改正后可直接发回本文件，无问题的行不会重复收取。",
            f", {faulty} with faults: correct them in this file and send it back; nothing is recorded twice.",
        )
    )


def _free(out: Path, label: str) -> Path:
    """A name in the folder that is not taken; of what was given back before, the next."""
    stem = _AGAIN.sub("", Path(label.rpartition("/")[2]).stem)
    path, number = out / f"{stem}{_RETURNED}.xlsx", 1
    while path.exists():
        number += 1
        path = out / f"{stem}{_RETURNED}{number}.xlsx"
    return path


def write_forms(list_name: str, out: Path, period: Quarter, today: date, department: str | None = None) -> list[Path]:
    """Write an empty form for each issuing department, or for the one that is named; all of them or none.

    Raises ``UsageError`` for an unknown list or department, ``DefinitionError`` where no basis in force carries the
    list, ``StateError``: a form of that name is there already, the folder can't be written.
    """
    refuse_republished(list_name, today)
    issuers = issuers_on(list_name, today)
    if department is not None:
        issuers = [required_issuer(list_name, department, today)]
    forms = {out / _file_name(form): form for form in (form_of(list_name, row, period, today) for row in issuers)}
    if there := next((path for path in forms if path.exists()), None):
        raise StateError("state.exists", path=shown(str(there)))
    _make(out)
    for path, form in forms.items():
        write_form(path, form)
    return list(forms)


def _file_name(form: Form) -> str:
    return f"{form.title}-{form.issuer.name}-{form.period.name}.xlsx"


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError("state.cannot_write", path=shown(str(out)), why=error.strerror) from None
