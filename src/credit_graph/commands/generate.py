"""``credit-graph generate``: the files of an invented city, with the truth that was planted in it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Annotated

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.demo import population
from credit_graph.demo.generate import DELIVERIES, TRUTH, generate
from credit_graph.errors import StateError, UsageError
from credit_graph.text import t

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="写入的目录，须为空 / an empty folder")]
FirmsOption = Annotated[int, typer.Option("--firms", help="市场主体数量 / number of market entities")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="随机种子 / seed: the same gives the same bytes")]
NoiseOption = Annotated[float, typer.Option("--noise", help="带错误的行的比例 / share of rows with faults")]
DeliveriesOption = Annotated[
    str | None,
    typer.Option(
        "--deliveries",
        help="quarterly 近四个季度 | yearly 一年前和当日 / a folder for each quarter | for a year ago and for today",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("generate", help="生成虚构城市的数据文件 / files of an invented city")(write)


def write(
    folder: FolderArgument,
    firms: FirmsOption,
    seed: SeedOption = 1,
    noise: NoiseOption = 0.0,
    deliveries: DeliveriesOption = None,
) -> None:
    """Write the files and the truth; nothing is left of an interrupted run."""
    _check(folder, firms, noise, deliveries)
    started = time.perf_counter()
    existed = folder.exists()
    try:
        with common.progress(show=True) as report:
            folders = generate(
                folder,
                firms,
                seed,
                noise,
                deliveries,
                clock.today(),
                lambda what, done, total: report(t("生成", "generate"), done, total),
            )
    except BaseException:
        for path in folder.iterdir() if existed else [folder]:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        raise
    files = [path for made in folders for path in made.iterdir() if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1_000_000
    seconds = time.perf_counter() - started
    zh = f"{firms} 个市场主体，{len(files)} 个文件，{size:.1f} MB，用时 {seconds:.1f} 秒。答案：{folder / TRUTH}"
    en = f"{firms} entities, {len(files)} files, {size:.1f} MB in {seconds:.1f} s. Truth: {folder / TRUTH}"
    common.console.print(t(zh, en), highlight=False, soft_wrap=True)
    common.console.print(t("接下来请依次输入：", "Next, type in this order:"))
    for path in folders:
        common.console.print(f"  credit-graph load {path}", highlight=False, soft_wrap=True)


def _check(folder: Path, firms: int, noise: float, deliveries: str | None) -> None:
    """Refuse what can't be done before anything is written."""
    if firms < population.LEAST:
        raise UsageError("usage.bad_value", option="--firms", value=firms, why=f">= {population.LEAST}")
    if not 0 <= noise <= 1:
        raise UsageError("usage.bad_value", option="--noise", value=noise, why="0–1")
    if deliveries not in {None, *DELIVERIES}:
        raise UsageError("usage.bad_value", option="--deliveries", value=deliveries, why=" | ".join(DELIVERIES))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StateError("state.exists", path=folder)
