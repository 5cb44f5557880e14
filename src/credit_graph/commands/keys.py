"""``credit-graph keys new | add | list | revoke | export``: the keys that sign releases (签名密钥)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.errors import StateError, UsageError
from credit_graph.ingest.screening import screen_text
from credit_graph.jobs import signing_keys
from credit_graph.lists.authority import authority_on
from credit_graph.lists.editions.keys import Key
from credit_graph.lists.editions.signatures import fingerprint
from credit_graph.settings import settings
from credit_graph.store.files import write_whole
from credit_graph.text import joined, t

app = typer.Typer(help="签名密钥 / keys that sign releases", no_args_is_help=True)

Until = Annotated[str | None, typer.Option("--until", help="最后有效日 / last day on which it counts (YYYY-MM-DD)")]
Department = Annotated[str, typer.Option("--department", help="部门全称 / whole name of the department")]


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="keys")


@app.command("new", help="生成密钥 / make a key")
def new(
    owner: Annotated[
        str | None, typer.Option("--owner", help="本机关名称 / the bureau, if not authority.yml's")
    ] = None,
    department: Annotated[
        str | None, typer.Option("--department", help="为部门生成 / make a department's pair")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="私钥文件 / file of the private key")] = None,
    until: Until = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="私钥全部遗失：公钥历史重新开始 / private keys are lost: begin anew")
    ] = False,
) -> None:
    """The bureau's next key, from today on; or a department's pair, on its own machine, which needs no installation."""
    if department is not None:
        _new_pair(department, out)
        return
    home, today = settings().home.resolve(), clock.today()
    named = screen_text(owner or authority_on(today).name)
    last = common.day("--until", until)
    made = signing_keys.new_bureau_key(home, named, today, until=last, out=out, restart=restart)
    common.log("signing_key_made", {"key": made.id})
    _say(f"已生成 {named} 的签名密钥 {made.id}。", f"Made the signing key {made.id} of {named}.")
    root = signing_keys.history(home).root
    if root == made:
        _say(f"指纹（请在门户网站公布）：{made.fingerprint}", f"Fingerprint, to be published: {made.fingerprint}")
    else:
        zh = f"已由前一密钥签署。对外公布的仍是第一个密钥的指纹：{root.fingerprint}"
        _say(zh, f"Signed by the key before. What is published stays the first key's fingerprint: {root.fingerprint}")
    where = out or signing_keys.private_path(home, made.id)
    _say(f"私钥在 {where}，请另存一份离线副本。", f"The private key is in {where}: keep a copy offline.")


def _new_pair(department: str, out: Path | None) -> None:
    if out is None:
        why = t("请用 --out 指定私钥文件", "name the private key's file with --out")
        raise UsageError("usage.bad_value", option="--department", value=department, why=why)
    made = signing_keys.new_pair(out)
    public = f"{out}.pub"
    _say(f"私钥：{out}（勿外传）；公钥：{public}", f"Private key: {out} (never to leave); public key: {public}")
    _say(
        f"请把 {public} 交给本级牵头机关，并当面或电话核对指纹：{fingerprint(made.public)}",
        f"Send {public} to the bureau, and compare by phone: {fingerprint(made.public)}",
    )


@app.command("add", help="登记部门公钥 / enter a department's public key")
def add(
    file: Annotated[Path, typer.Argument(help="公钥文件 / FILE.pub of the department")],
    department: Department,
    until: Until = None,
) -> None:
    """Its former key ends today, if it had one."""
    home, named = settings().home.resolve(), screen_text(department)
    public, last = signing_keys.public_from(file), common.day("--until", until)
    added = signing_keys.add_department(home, public, named, clock.today(), until=last)
    common.log("signing_key_added", {"key": added.id, "department": named})
    _say(f"已登记 {named} 的公钥 {added.id}。", f"Entered the key {added.id} of {named}.")
    _say(f"指纹（请与该部门核对）：{added.fingerprint}", f"Fingerprint, to compare: {added.fingerprint}")


@app.command("list", help="列出密钥 / list keys")
def list_keys(as_json: common.JsonOption = False) -> None:
    """All keys, oldest first, and whether the private half lies here."""
    home = settings().home.resolve()
    keys = signing_keys.history(home).keys
    if as_json:
        common.print_json([_row(home, key) for key in keys])
        return
    titles = [t("密钥", "key"), t("类别", "role"), t("所属", "owner"), t("起", "from"), t("止", "until")]
    titles += [t("撤销", "revoked"), t("理由", "why"), t("私钥在此", "private here"), t("指纹", "fingerprint")]
    names = {"bureau": t("本机关", "bureau"), "department": t("部门", "department")}
    rows = [{**_row(home, key), "role": names[key.role]} for key in keys]
    here = {True: t("是", "yes"), False: ""}
    cells = [[here[value] if isinstance(value, bool) else value for value in row.values()] for row in rows]
    common.print_table(t(f"签名密钥（{len(keys)}）", f"Signing keys ({len(keys)})"), titles, cells)


def _row(home: Path, key: Key) -> dict[str, Any]:
    days = {"valid_from": str(key.valid_from), "ends": key.ends and str(key.ends)}
    gone = {"revoked": key.revoked and str(key.revoked), "why": key.why}
    here = {"private_here": signing_keys.is_here(home, key.id), "fingerprint": key.fingerprint}
    return {"id": key.id, "role": key.role, "owner": key.owner, **days, **gone, **here}


@app.command("revoke", help="撤销密钥 / revoke a key")
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="密钥编号 / id of the key")],
    on: Annotated[str, typer.Option("--on", help="自该日起不再有效 / from this day on it counts no more")],
    why: Annotated[str, typer.Option("--why", help="理由（会公开） / reason, which is public")],
) -> None:
    """The day may lie back: what the key signed since then counts no more, and has to be signed again."""
    day = common.past_day("--on", on)
    assert day is not None
    home, today = settings().home.resolve(), clock.today()
    gone, vouched = signing_keys.revoke(home, key, day, screen_text(why), today)
    common.log("signing_key_revoked", {"key": key, "from": str(day)})
    _say(f"密钥 {key}（{gone.owner}）自 {day} 起撤销。", f"The key {key} of {gone.owner} is revoked from {day}.")
    if vouched:
        ids = joined(other.id for other in vouched)
        _say(
            f"该日以后由它担保登记的密钥，请逐个核对来历，不明的也要撤销：{ids}",
            f"Keys entered under its signature since then: make sure of each, and revoke what nobody knows: {ids}",
        )


@app.command("export", help="导出公钥历史 / write the public keys")
def export(out: Annotated[Path, typer.Option("--out", help="文件 / file to write")]) -> None:
    """What the public needs to verify releases of this bureau; an existing file is replaced by this history only."""
    found = signing_keys.history(settings().home.resolve())
    if not found.lines:
        why = t("还没有密钥", "there is none yet")
        raise StateError("state.no_signing_key", day=clock.today(), why=why)
    if out.exists() and found.joined(signing_keys.read_history(out)) is not found:
        raise StateError("state.exists", path=out)
    write_whole(out, found.as_bytes(), 0o644)
    root = found.root.fingerprint
    _say(f"已写入 {out}。第一个密钥的指纹：{root}", f"{out} is written. The first key's fingerprint: {root}")


def _say(zh: str, en: str) -> None:
    common.console.print(t(zh, en), highlight=False, soft_wrap=True)
