"""``credit-graph serve | key create | key list | key revoke | schema``."""

from __future__ import annotations

from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.server.keys import Keys
from credit_graph.settings import settings
from credit_graph.text import t

keys_app = typer.Typer(help="API 密钥 / API keys", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve", help="启动查询服务 / serve the API")(serve)
    app.command("schema", help="输出 GraphQL schema / print the schema")(schema)
    app.add_typer(keys_app, name="key")


def serve(
    host: Annotated[str, typer.Option(help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 / port", min=1, max=65535)] = 8000,
) -> None:
    """Serve the API; without keys every request on loopback has the role of ``--role``."""
    # Strawberry takes a third of a second to load, which other commands need not wait for
    from credit_graph.server.app import serve as run_server  # noqa: PLC0415

    with common.graph() as store:
        address = f"[{host}]" if ":" in host else host
        common.notes.print(t("按 Ctrl+C 结束。", "Ctrl+C ends it."), f"http://{address}:{port}/")
        run_server(store, host, port, common.caller().role)


def schema() -> None:
    """Print the schema, as ``api/schema.graphql`` holds it."""
    from credit_graph.server.schema import schema_text  # noqa: PLC0415

    typer.echo(schema_text(), nl=False)


@keys_app.command("create", help="创建密钥（只显示一次） / make a key, shown once")
def create(role: Annotated[str, typer.Option(help="角色 / role (policies/roles.yml)")]) -> None:
    """Make a key with one role."""
    key, text = _keys().create(role)
    common.log("key_created", {"key": key.id, "role": role})
    common.notes.print(
        t(f"密钥 {key.id}（{role}）已创建，请立即保存：", f"Key {key.id} ({role}); keep it now:"), highlight=False
    )
    typer.echo(text)


@keys_app.command("list", help="列出密钥 / list keys")
def list_keys(as_json: common.JsonOption = False) -> None:
    """Show the keys without their secrets."""
    rows = [(key.id, key.role, key.created, key.revoked) for key in _keys().all()]
    if as_json:
        names = ("id", "role", "created", "revoked")
        common.print_json({"keys": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    titles = [t("编号", "id"), t("角色", "role"), t("创建", "created"), t("撤销", "revoked")]
    common.print_table(t("API 密钥", "API keys"), titles, rows)


@keys_app.command("revoke", help="撤销密钥 / revoke a key")
def revoke(key_id: Annotated[str, typer.Argument(help="密钥编号 / id of the key")]) -> None:
    """End a key at once; running servers refuse it with the next request."""
    _keys().revoke(key_id)
    common.log("key_revoked", {"key": key_id})
    common.console.print(t(f"密钥 {key_id} 已撤销。", f"Key {key_id} is revoked."))


def _keys() -> Keys:
    return Keys(settings().home.resolve())
