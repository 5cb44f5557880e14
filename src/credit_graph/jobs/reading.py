"""Reads and screens the files of a load, large loads on every core: nothing of it needs the graph."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial

from credit_graph import text
from credit_graph.errors import StateError
from credit_graph.ingest.files import SourceFile
from credit_graph.ingest.rows import CheckedTable

_LARGE = 32 << 20  # bytes; a process of its own costs a second, and a core reads about 4 MB in one

Check = Callable[[SourceFile], list[CheckedTable]]


def check_files(
    files: Sequence[SourceFile], check: Check, report: Callable[[str, int, int], None]
) -> Mapping[SourceFile, list[CheckedTable]]:
    """The tables of every file, as ``check`` gives them.

    Raises what it raises for the first file refused, and ``StateError("state.reader_lost")``.
    """
    found: dict[SourceFile, list[CheckedTable]] = {}
    with _workers(files) as submit:
        waiting = {file: submit(partial(check, file)) for file in sorted(files, key=_size, reverse=True)}
        for number, file in enumerate(files):
            report(file.path.name, number, len(files))
            found[file] = waiting.pop(file)()
    return found


def _size(file: SourceFile) -> int:
    try:
        return file.location.stat().st_size
    except OSError:
        return 0  # gone since it was found: reading it says so


_Result = Callable[[], list[CheckedTable]]


@contextmanager
def _workers(files: Sequence[SourceFile]) -> Iterator[Callable[[_Result], _Result]]:
    """Where work is done: in this process when its result is asked for, or at once in other processes."""
    cores = min(os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count() or 1, len(files))
    if cores < 2 or sum(map(_size, files)) < _LARGE:
        yield lambda work: work
        return
    # spawned, not forked: this process has threads
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(cores, context, initializer=_begin, initargs=(text.language(),))
    try:
        yield lambda work: pool.submit(work).result
    except BrokenProcessPool:
        raise StateError("state.reader_lost") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(language: text.Language) -> None:
    """A worker speaks its parent's language and does not outlive it, however that ends."""
    text.use(language)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def end() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()
