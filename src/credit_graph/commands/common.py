"""What all commands share: opening the graph, the point in time, printing, errors."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from credit_graph import clock
from credit_graph.errors import CreditGraphError, InputError, StateError, UsageError
from credit_graph.ingest.reasons import reason_text
from credit_graph.jobs import audit
from credit_graph.jobs.batches import last_seq, named_seq
from credit_graph.model.time import Point
from credit_graph.settings import settings
from credit_graph.store import Store
from credit_graph.text import t

# no markup: names and cells of source files may hold brackets; a pipe is not squeezed into 80 columns
console = Console(markup=False) if sys.stdout.isatty() else Console(width=160, markup=False)
notes = Console(stderr=True, markup=False)


Report = Callable[[str, int, int], None]  # what, done, total


@dataclass(frozen=True, slots=True)
class Caller:
    """Who runs the command: set by the global options ``--role`` and ``--actor``."""

    role: str
    actor: str


_caller = Caller("analyst", "")


def set_caller(role: str, actor: str | None) -> None:
    """Remember the caller of this process."""
    global _caller  # noqa: PLW0603 - one command per process
    _caller = Caller(role, actor or getpass.getuser())


def caller() -> Caller:
    """The caller of this process."""
    return _caller


def log(action: str, what: audit.Said) -> None:
    """Write a line of the audit log: the caller of this process did this."""
    audit.record(settings().home.resolve(), _caller.actor, _caller.role, action, what)


ValidOption = Annotated[str | None, typer.Option("--valid", help="有效日 / day on which it is true (YYYY-MM-DD)")]
KnownOption = Annotated[str | None, typer.Option("--known", help="已知时点 / known: day or batch seq")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="最多显示 / show at most")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]


def day(option: str, value: str | None) -> date | None:
    """A day given on the command line; ``UsageError`` if it is none."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UsageError("usage.bad_value", option=option, value=value, why="YYYY-MM-DD") from None


def past_day(option: str, value: str | None) -> date | None:
    """A day that is not in the future: no file speaks of tomorrow."""
    found = day(option, value)
    if found is not None and found > clock.today():
        raise UsageError("usage.future", day=found)
    return found


@contextmanager
def progress(*, show: bool) -> Iterator[Report]:
    """A progress display with an estimate on standard error; yields ``report(what, done, total)``."""
    if not show or not notes.is_terminal:
        yield lambda what, done, total: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=notes, transient=True) as display:
        tasks: dict[str, Any] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = display.add_task(what, total=total)
            display.update(tasks[what], completed=done, total=total)

        yield report


@contextmanager
def graph() -> Iterator[Store]:
    """The graph of this installation, migrated."""
    with Store.open() as store:
        yield store


def point(store: Store, valid: str | None, known: str | None) -> Point:
    """The point that ``--valid`` and ``--known`` name; use is always judged today.

    ``known`` as a day is the last batch committed on or before it. Raises ``StateError("state.no_data")`` on an empty
    graph, ``UsageError`` (``usage.known_beyond``, ``usage.before_data``) for a batch or a day that it has none of.
    """
    today = clock.today()
    last = last_seq(store)
    if not last:
        raise StateError("state.no_data")
    if known is None:
        return Point(seq=last, valid=day("--valid", valid) or today, use=today)
    asked = named_seq(known, last)
    if asked is not None:
        rows = store.read("read/seq_at_most", seq=asked)
    else:
        rows = store.read("read/seq_on_day", day=day("--known", known))
    seq = rows[0]["seq"] if rows else None
    if seq is None:
        raise UsageError("usage.before_data", known=known)
    return Point(seq=seq, valid=day("--valid", valid) or today, use=today)


def read_text(file: Path) -> str:
    """A text file in UTF-8; raises ``InputError``: not_found, no_permission, damaged."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise InputError("input.not_found", path=file) from None
    except UnicodeDecodeError:
        raise InputError("input.damaged", path=file, why=t("不是 UTF-8", "not UTF-8")) from None
    except OSError as error:
        code = "input.no_permission" if isinstance(error, PermissionError) else "input.damaged"
        raise InputError(code, path=file, why=error.strerror) from None


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table on standard output."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table)


def counted(zh: str, en: str, total: int, shown: int) -> str:
    """The title of a list, with how many there are and, if not all are shown, how many are."""
    if shown < total:
        return t(f"{zh}（共 {total}，显示前 {shown}，--limit 可改）", f"{en} ({total}, first {shown}; see --limit)")
    return t(f"{zh}（{total}）", f"{en} ({total})")


def print_error(error: CreditGraphError) -> None:
    """One line on standard error: the code and what to do."""
    notes.print(f"{error.code} {error}", style="red", highlight=False, soft_wrap=True)


def print_reasons(what: str, reasons: Mapping[str, int]) -> None:
    """Why rows were refused or values set aside, with counts."""
    for reason, count in sorted(reasons.items()):
        console.print(f"  {what}: {count} × {reason_text(reason)}", highlight=False)
