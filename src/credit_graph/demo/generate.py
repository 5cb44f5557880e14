"""Writes an invented city: one delivery, one per quarter or one a year apart, and the truth beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

from credit_graph.demo.cells import stream
from credit_graph.demo.conduct import Conduct
from credit_graph.demo.core import EXPORT, EXPORT_FORM, core, core_files
from credit_graph.demo.files import Table, write
from credit_graph.demo.noise import Planted, dirty
from credit_graph.demo.sources import SOURCES, Source
from credit_graph.demo.truth import write_noise, write_truth
from credit_graph.demo.view import View
from credit_graph.demo.world import build

Report = Callable[[str, int, int], None]  # what, done, total
TRUTH = "truth"
DELIVERIES = ("quarterly", "yearly")


def generate(
    folder: Path,
    firms: int,
    seed: int,
    noise: float = 0.0,
    deliveries: str | None = None,
    until: date = date(2026, 11, 23),
    report: Report = lambda what, done, total: None,
    *,
    with_core: bool = False,
) -> list[Path]:
    """Write the files of a city of ``firms`` firms and its truth to ``folder``; returns the folders to load, in order.

    ``noise`` is the share of rows that get a fault. ``deliveries`` writes dated folders: ``"quarterly"`` one for each
    of the last four quarters before ``until``, ``"yearly"`` for the day a year before and for ``until``; else the files
    stand in ``folder`` and speak of ``until``. The same arguments give the same bytes. ``with_core`` adds the demo's
    hand-made rows to the files; the truth leaves them out. ``ValueError`` below 200 firms.
    """
    world = build(firms, seed, until)
    conduct = Conduct(world)
    days = delivered(until, deliveries)
    steps = len(days) * len(SOURCES) + 1
    folders = [folder / f"{day}" if deliveries else folder for day in days]
    extra = core_files(core()) if with_core else {}
    planted: list[tuple[str, str, Planted]] = []  # delivery, file, fault
    for place, (target, day) in enumerate(zip(folders, days, strict=True)):
        target.mkdir(parents=True, exist_ok=True)
        view = View(world, conduct, day)
        for number, source in enumerate(SOURCES):
            report(source.name, place * len(SOURCES) + number, steps)
            planted += [(f"{day}", *fault) for fault in _write(source, view, target, noise, extra)]
        if EXPORT in extra:
            write(target / f"{EXPORT}_{day:%Y%m%d}", extra[EXPORT], EXPORT_FORM)
    report("truth", steps - 1, steps)
    arguments = {"firms": firms, "seed": seed, "noise": noise, "until": until, "days": days}
    write_truth(folder / TRUTH, View(world, conduct, days[-1]), arguments)
    write_noise(folder / TRUTH, planted)
    report("truth", steps, steps)
    return folders


def _write(
    source: Source, view: View, folder: Path, noise: float, extra: Mapping[str, Table]
) -> list[tuple[str, Planted]]:
    """Write the files of one source; returns the faults that were planted, by file."""
    planted: list[tuple[str, Planted]] = []
    for name, table, form in source.tables(view):
        file = f"{name}_{view.on:%Y%m%d}"
        if name in extra:
            table = table.and_rows(extra[name])  # noqa: PLW2901
        if noise:
            draw = stream(view.world.seed, f"noise {file}")
            table, faults = dirty(table, form, source.name, noise, draw)  # noqa: PLW2901
            planted += [(f"{file}.{form.suffix}", fault) for fault in faults]
        if len(table):
            write(folder / file, table, form)
    return planted


def delivered(until: date, deliveries: str | None) -> list[date]:
    """The days of which the files speak, in order."""
    if deliveries == "quarterly":
        return quarters(until)
    if deliveries == "yearly":
        return [until - timedelta(days=365), until]
    return [until]


def quarters(until: date, count: int = 4) -> list[date]:
    """The last days of the last quarters that are over on the day."""
    first = date(until.year, until.month - (until.month - 1) % 3, 1)
    found = []
    for _ in range(count):
        last = first - timedelta(days=1)
        found.append(last)
        first = date(last.year, last.month - 2, 1)
    return found[::-1]
