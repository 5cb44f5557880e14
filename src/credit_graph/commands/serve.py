"""``credit-graph serve | key create | key list | key revoke | schema``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.server.keys import ApiKey, Keys, Wanted
from credit_graph.server.scope import Scope, districts
from credit_graph.settings import settings
from credit_graph.text import joined, t

keys_app = typer.Typer(help="API 密钥 / API keys", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve", help="启动查询服务 / serve the API")(serve)
    app.command("schema", help="输出 GraphQL schema / print the schema")(schema)
    app.add_typer(keys_app, name="key")


def serve(
    host: Annotated[str, typer.Option(help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 / port", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="进程数 / processes", min=1, max=64)] = 1,
) -> None:
    """Serve the API; without keys every request on loopback has the role of ``--role``."""
    # Strawberry takes a third of a second to load, which other commands need not wait for
    from credit_graph.server.running import serve as run_server  # noqa: PLC0415

    with common.graph() as store:
        address = f"[{host}]" if ":" in host else host
        common.notes.print(t("按 Ctrl+C 结束。", "Ctrl+C ends it."), f"http://{address}:{port}/")
        run_server(store, host, port, common.caller().role, workers)


def schema() -> None:
    """Print the schema, as ``api/schema.graphql`` holds it."""
    from credit_graph.server.schema import schema_text  # noqa: PLC0415

    typer.echo(schema_text(), nl=False)


@keys_app.command("create", help="创建密钥（只显示一次） / make a key, shown once")
def create(
    role: Annotated[str, typer.Option(help="角色 / role (policies/roles.yml)")],
    district: Annotated[
        list[str] | None, typer.Option("--district", help="只限辖区，可多次 / only these districts: codes, beginnings")
    ] = None,
    rights: Annotated[str | None, typer.Option("--rights", help="只限权限，逗号分隔 / only these rights")] = None,
    operations: Annotated[
        str | None, typer.Option("--operations", help="只限保存的查询，逗号分隔 / only these saved operations")
    ] = None,
    rate: Annotated[int | None, typer.Option("--rate", min=1, help="每分钟请求数 / requests a minute")] = None,
    expires: Annotated[str | None, typer.Option("--expires", help="最后有效日 / its last day (YYYY-MM-DD)")] = None,
    owner: Annotated[str | None, typer.Option("--for", help="使用单位与用途 / who uses it, for what")] = None,
) -> None:
    """Make a key with one role, or less of it."""
    scope = Scope(districts(district or ()), _parts(operations), rate)
    wanted = Wanted(role, scope, _parts(rights), common.day("--expires", expires), owner)
    key, text = _keys().create(wanted)
    common.log("key_created", {"key": key.id, "role": role, **_said(key)})
    common.notes.print(
        t(f"密钥 {key.id}（{role}）已创建，请立即保存：", f"Key {key.id} ({role}); keep it now:"), highlight=False
    )
    typer.echo(text)


def _parts(given: str | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(sorted({part.strip() for part in given.split(",")}))


def _said(key: ApiKey) -> dict[str, str | int | list[str]]:
    """What narrows a key, for the audit log."""
    lists = {"districts": key.districts, "rights": key.rights, "operations": key.operations}
    said: dict[str, str | int | list[str]] = {name: list(value) for name, value in lists.items() if value}
    others = {"rate": key.rate, "expires": key.expires, "for": key.owner}
    return said | {name: value for name, value in others.items() if value is not None}


@keys_app.command("list", help="列出密钥 / list keys")
def list_keys(as_json: common.JsonOption = False) -> None:
    """Show the keys without their secrets."""
    keys = _keys().all()
    if as_json:
        common.print_json({"keys": [{n: v for n, v in asdict(key).items() if n != "sha256"} for key in keys]})
        return
    titles = [t("编号", "id"), t("角色", "role"), t("使用单位", "for"), t("创建", "created"), t("到期", "expires")]
    titles += [t("撤销", "revoked"), t("辖区", "districts"), t("权限", "rights"), t("查询", "operations")]
    lists = [(key.districts, key.rights, key.operations) for key in keys]
    ends = [(key.id, key.role, key.owner, key.created, key.expires, key.revoked) for key in keys]
    rows = [
        [*end, *(joined(part or ()) for part in parts), key.rate]
        for key, end, parts in zip(keys, ends, lists, strict=True)
    ]
    common.print_table(t("API 密钥", "API keys"), [*titles, t("每分钟", "a minute")], rows)


@keys_app.command("revoke", help="撤销密钥 / revoke a key")
def revoke(key_id: Annotated[str, typer.Argument(help="密钥编号 / id of the key")]) -> None:
    """End a key at once; running servers refuse it with the next request."""
    _keys().revoke(key_id)
    common.log("key_revoked", {"key": key_id})
    common.console.print(t(f"密钥 {key_id} 已撤销。", f"Key {key_id} is revoked."))


def _keys() -> Keys:
    return Keys(settings().home.resolve())
