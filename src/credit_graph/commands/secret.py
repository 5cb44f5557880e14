"""``credit-graph secret export | import | rotate``."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.errors import InputError, UsageError
from credit_graph.jobs.rotate import rotate as run_rotation
from credit_graph.model.chain import links
from credit_graph.settings import settings
from credit_graph.store import Store, sealed
from credit_graph.store import secret as secret_file
from credit_graph.text import t

SHORTEST = 12  # characters of a passphrase; a sealed copy is made to leave the machine

app = typer.Typer(help="安装密钥 / the installation secret", no_args_is_help=True)

Copy = Annotated[Path, typer.Argument(help="密封副本 / the sealed copy")]


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="secret")


@app.command("export", help="导出密封副本（口令保护） / a sealed copy of the secret")
def export(path: Copy) -> None:
    """Write a sealed copy of the secret, opened by a passphrase; an existing file is not overwritten.

    The passphrase comes from CREDIT_GRAPH_PASSPHRASE_FILE, CREDIT_GRAPH_PASSPHRASE or a prompt.
    """
    with common.graph() as store:
        secret = secret_file.load_or_create(store.settings, store)
    passphrase = _passphrase(new=True)
    if len(passphrase) < SHORTEST:
        why = t(f"至少 {SHORTEST} 个字符", f"at least {SHORTEST} characters")
        raise UsageError("usage.bad_value", option="passphrase", value="…", why=why)
    common.log("secret_exported", {"file": path.name})
    sealed.export(secret, path, passphrase)
    number = len(links(secret))
    common.console.print(
        t(
            f"已写入 {path}（密钥 {number} 节）。请与数据备份分开保管，口令另存一处；轮换后须重新导出。",
            f"{path} is written (links: {number}). Keep it apart from backups, and the passphrase apart from it; "
            "export again after each rotation.",
        ),
        highlight=False,
    )


@app.command("import", help="从密封副本取回密钥 / take the secret from a sealed copy")
def import_(path: Copy) -> None:
    """Make the secret of a sealed copy this installation's; refused where the graph was made with another."""
    secret = sealed.open_sealed(path, _passphrase(new=False))
    with Store.open(pending=True) as store:
        adopted = secret_file.adopt(store.settings, store, secret)
        recorded = secret_file.graph_check(store)
        if adopted:
            common.log("secret_imported", {"file": path.name})
    where = secret_file.secret_path(settings())
    common.console.print(
        t(f"密钥已写入 {where}。", f"The secret is at {where}.")
        if adopted
        else t("此处已是同一密钥。", "It is the same secret as here."),
        highlight=False,
    )
    if recorded is not None and recorded != secret_file.check_value(secret):
        common.console.print(
            t(
                "图还是轮换之前的：请运行 credit-graph secret rotate 完成轮换。",
                "The graph is as before a rotation: run credit-graph secret rotate to finish it.",
            )
        )


@app.command("rotate", help="轮换密钥，可中断续跑 / give the secret a new link; resumable")
def rotate(as_json: common.JsonOption = False) -> None:
    """Wrap all person keys in a new link; interrupted, the same command goes on. Nothing is loaded meanwhile."""
    with Store.open(pending=True) as store, common.progress(show=not as_json) as report:
        common.log("secret_rotated", {})
        done = run_rotation(store, report)
    if as_json:
        common.print_json(asdict(done))
        return
    counts = t(
        f"记录 {done.records}，人员 {done.persons}，批次文件 {done.files}，清除记录 {done.tombstones}",
        f"records {done.records}, persons {done.persons}, batch files {done.files}, tombstones {done.tombstones}",
    )
    begun = (
        t("已完成此前中断的轮换", "The interrupted rotation is finished") if done.resumed else t("已轮换", "Rotated")
    )
    common.console.print(
        t(
            f"{begun}：{counts}。密钥现有 {done.links} 节，请重新导出：credit-graph secret export FILE",
            f"{begun}: {counts}. The secret has {done.links} links; export it again: credit-graph secret export FILE",
        ),
        highlight=False,
    )


def _passphrase(*, new: bool) -> str:
    """From a file (0600), the environment, or a prompt that shows nothing; a new one is asked for twice."""
    found = settings()
    if path := found.passphrase_file:
        try:
            mode, text = path.stat().st_mode, path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise InputError("input.not_found", path=path) from None
        except OSError:
            raise InputError("input.no_permission", path=path) from None
        if os.name != "nt" and mode & 0o077:
            why = t(f"对其他用户开放：chmod 600 {path}", f"it is open to others: chmod 600 {path}")
            raise UsageError("usage.bad_value", option="CREDIT_GRAPH_PASSPHRASE_FILE", value=path, why=why)
        return text
    if found.passphrase is not None:
        return found.passphrase.get_secret_value()
    if not sys.stdin.isatty():
        why = t(
            "没有终端可输入：用 CREDIT_GRAPH_PASSPHRASE_FILE 指定口令文件",
            "no terminal: set CREDIT_GRAPH_PASSPHRASE_FILE",
        )
        raise UsageError("usage.bad_value", option="passphrase", value="", why=why)
    again = t("再输入一次", "Once more") if new else False
    asked: str = typer.prompt(t("口令", "Passphrase"), hide_input=True, confirmation_prompt=again, err=True)
    return asked
