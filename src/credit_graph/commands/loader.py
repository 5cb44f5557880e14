"""``credit-graph loader``: checks, lists and shows the definitions of data sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.errors import CreditGraphError, DefinitionError, UsageError
from credit_graph.ingest.definitions import FILE, folders, load_definition, read_definition, version
from credit_graph.ingest.samples import EXPECTED, SAMPLE, Expected, as_yaml, differences, outcome_of_sample
from credit_graph.model.definition import Column, Definition
from credit_graph.text import joined, t
from credit_graph.yamlfile import read_yaml

Folder = Annotated[Path, typer.Argument(help="定义目录，如 loaders/registration / folder of the definition")]
Source = Annotated[str, typer.Argument(help="数据源名 / name of the source")]

commands = typer.Typer(help="数据源定义 / definitions of data sources", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="loader")


@commands.command(help="检查定义和样例 / check a definition and its sample")
def check(folder: Folder) -> None:
    """Print every problem of a definition with its line, or what of the sample differs; status 4 if any.

    A sample without ``expected.yml`` is one: what the sample gives is printed, to be checked and kept.
    """
    if not (folder / FILE).is_file():
        raise UsageError("usage.bad_value", option=FILE, value=folder, why=t("没有这个文件", "there is no such file"))
    problems = _problems(folder.resolve())
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(DefinitionError.exit_status)
    common.console.print(t(f"{folder.name}：没有问题", f"{folder.name}: no problems"))


def _problems(folder: Path) -> list[str]:
    definition, faults = read_definition(folder)
    if definition is None:
        return [f"{folder.name}/{FILE}:{fault.line}  {fault.why}" for fault in faults]
    if not (folder / SAMPLE).is_file():
        return []
    try:
        found = outcome_of_sample(folder, definition, clock.today())
    except CreditGraphError as error:
        return [f"{folder.name}/{SAMPLE}  {error}"]
    if not (folder / EXPECTED).is_file():
        typer.echo(as_yaml(found))
        return [
            f"{folder.name}/{EXPECTED}  "
            + t("没有这个文件；样例得到的结果如上", "is missing; above is what the sample gives")
        ]
    expected, faults = read_yaml(folder / EXPECTED, Expected)
    if expected is None:
        return [f"{folder.name}/{EXPECTED}:{fault.line}  {fault.why}" for fault in faults]
    return [f"{folder.name}/{SAMPLE}  {line}" for line in differences(expected, found)]


@commands.command("list", help="列出全部定义 / list the definitions")
def list_all(as_json: common.JsonOption = False) -> None:
    """List every source that the program can read."""
    rows = [(name, load_definition(folder)) for name, folder in folders().items()]
    if as_json:
        common.print_json([{**_summary(definition), "version": version(definition)} for _, definition in rows])
        return
    columns = [
        t("数据源", "source"),
        t("名称", "title"),
        t("记录", "kind"),
        t("主键", "key"),
        t("范围", "scope"),
        t("共享", "sharing"),
    ]
    common.print_table(
        t("数据源定义", "Data sources"), columns, [list(_summary(definition).values()) for _, definition in rows]
    )


@commands.command(help="显示一个定义 / show a definition")
def show(source: Source) -> None:
    """Show how a source is read: each field with its type and the headers that files may use."""
    found = folders()
    if source not in found:
        raise UsageError("usage.bad_value", option="NAME", value=source, why=t("现有：", "there are: ") + joined(found))
    definition = load_definition(found[source])
    for name, value in {**_summary(definition), **_rules(definition)}.items():
        common.console.print(f"{name}: {value}", highlight=False, markup=False)
    columns = [t("字段", "field"), t("类型", "type"), t("列名", "headers"), t("单位", "units")]
    rows = [_field(definition, field, column) for field, column in definition.columns.items()]
    common.print_table(t("字段", "Fields"), columns, rows)


def _summary(definition: Definition) -> dict[str, str]:
    scope = definition.scope if isinstance(definition.scope, str) else ", ".join(definition.scope)
    return {
        "source": definition.source,
        "title": t(definition.title.zh, definition.title.en),
        "kind": definition.kind,
        "key": ", ".join(definition.key),
        "scope": scope,
        "sharing": definition.sharing.type,
    }


def _rules(definition: Definition) -> dict[str, str]:
    return {
        "publisher": definition.publisher,
        "on_change": definition.on_change,
        "on_absence": definition.on_absence,
        "version": version(definition),
    }


def _field(definition: Definition, field: str, column: Column) -> list[str]:
    unit = definition.units.get(field)
    names = joined(column.names)
    return [field, definition.type_of(field).value, names, joined(unit.possible) if unit else ""]
