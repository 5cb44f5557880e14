"""Definitions: faults are said in terms of the file, and a department can add its own folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from credit_graph import resources, text
from credit_graph import settings as settings_module
from credit_graph.errors import DefinitionError
from credit_graph.ingest.definitions import definitions, load_definition, read_definition, version

SOURCES = {path.parent.name for path in resources.root("loaders").glob("*/loader.yml")}
GOOD = """\
source: farms
kind: Registration
title: {zh: 农场, en: Farms}
publisher: 农业农村局
key: [subject]
scope: [district]
columns:
  credit_code: [code, 统一社会信用代码]
  name: [name, 名称]
  district: [district, 所在县区]
  state:
    names: [state]
    values: {在养: 存续}
    strict: true
  registered_capital: [capital, 资金]
  herd: {names: [herd, 存栏], type: integer}
units:
  registered_capital: {possible: [万元]}
"""


@pytest.fixture(autouse=True)
def chinese() -> None:
    text.use("zh")


def folder(tmp_path: Path, content: str, name: str = "farms") -> Path:
    made = tmp_path / name
    made.mkdir(parents=True)
    (made / "loader.yml").write_text(content, encoding="utf-8")
    return made


def problems(tmp_path: Path, *changes: tuple[str, str]) -> list[tuple[int, str]]:
    content = GOOD
    for old, new in changes:
        assert old in content
        content = content.replace(old, new)
    definition, found = read_definition(folder(tmp_path, content))
    assert definition is None
    return [(problem.line, problem.why) for problem in found]


def test_all_definitions_are_sound_short_and_without_sharing() -> None:
    found = definitions()
    assert set(found) == SOURCES
    assert {definition.sharing.type for definition in found.values()} == {"none"}
    for name in SOURCES:
        lines = (resources.root("loaders") / name / "loader.yml").read_text(encoding="utf-8").splitlines()
        assert len(lines) < 60, name


def test_required_columns() -> None:
    found = definitions()
    assert found["penalty_published"].required == [
        ("credit_code", "subject_number", "name"),
        ("document_number",),
    ]
    assert found["annual_report_assets"].required[1:] == [("year",), ("assets",)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("key: [subject]\n", "", [(1, "key: 缺少这一项")]),
        ("scope: [district]", "scoop: [district]", [(1, "scope: 缺少这一项"), (6, "scoop: 没有这个键（拼写有误？）")]),
        ("scope: [district]", "scope: [county]", [(6, "scope: 用到的 county 不在 columns 中")]),
        ("scope: [district]", "scope: all", [(6, "scope: 应为列表，如 [a, b]；只能是 'whole' 或 'none'")]),
        ("kind: Registration", "kind: Farm", [(2, "kind: 没有 Farm 这种记录；已有 ")]),
        (
            "{names: [herd, 存栏], type: integer}",
            "[herd]",
            [(16, "columns.herd: Registration 没有这个字段，请写明 type")],
        ),
        ("  name: [name, 名称]", "  name: [state]", [(11, "columns.state: 列名 state 同时属于 name")]),
        ("    strict: true\n", "    strict: perhaps\n", [(14, "columns.state.strict: 应为 true 或 false")]),
        (
            "{possible: [万元]}",
            "{possible: [万元, 元]}",
            [(18, "units.registered_capital: 可能有多种单位时须写 median_yuan 或 like")],
        ),
        (
            "  registered_capital: {possible: [万元]}\n",
            "  herd: {possible: [万元]}\n",
            [(15, "columns.registered_capital: 是金额，须在 units 列出可能的单位")],
        ),
        ("{在养: 存续}", "{1: 存续}", [(13, "columns.state.values.1: 应为文字，数字、日期和是非值请加引号")]),
        ("publisher: 农业农村局", "publisher: 农业农村局\npublisher: 畜牧局", [(5, "键 publisher 重复")]),
        ("title: {zh: 农场, en: Farms}", "title: {zh: 农场, en: Farms", [(4, "YAML: ")]),
        ("key: [subject]", "key: [subject]\nvalid: {first: herd}", [(6, "valid.first: herd 不是日期")]),
        ("key: [subject]", "key: [subject]\nas_of: '\\d{8}'", [(6, "as_of: 须为恰有一个括号组的正则表达式")]),
        ("key: [subject]", "key: [subject]\nignore: [名称]", [(6, "ignore: 列名 名称 属于 name")]),
        (
            "key: [subject]",
            "key: [subject]\nvalid: {from: herd}\non_change: succession",
            [(6, "valid.from: herd 不是日期"), (7, "on_change: 自带起止日期的状态，变化即更正")],
        ),
        (
            "key: [subject]",
            "key: [subject]\nsharing: {type: conditional}",
            [(6, "sharing: 有条件共享须写明共享给谁（to）和用途（for）")],
        ),
        ("source: farms", "source: farm", [(1, "source: farm 与目录名 farms 不同")]),
        ("source: farms", "source: Farms!", [(1, "source: 格式不符，应匹配 ^[a-z][a-z0-9_]*$")]),
    ],
)
def test_fault_names_its_line(tmp_path: Path, old: str, new: str, expected: list[tuple[int, str]]) -> None:
    found = problems(tmp_path, (old, new))
    assert [line for line, _ in found] == [line for line, _ in expected]
    for (_, why), (_, wanted) in zip(found, expected, strict=True):
        assert why.startswith(wanted)


def test_all_problems_at_once_and_the_error_counts_them(tmp_path: Path) -> None:
    found = problems(tmp_path, ("scope: [district]", "scope: [county]"), ("key: [subject]", "key: [subject, number]"))
    assert found == [(5, "key: 用到的 number 不在 columns 中"), (6, "scope: 用到的 county 不在 columns 中")]
    with pytest.raises(DefinitionError) as raised:
        load_definition(tmp_path / "farms")
    assert (
        str(raised.value) == "定义文件 loaders/farms/loader.yml:5 有误：key: 用到的 number 不在 columns 中（另有 1 处）"
    )
    text.use("en")
    with pytest.raises(DefinitionError) as raised:
        load_definition(tmp_path / "farms")
    assert str(raised.value) == (
        "The definition loaders/farms/loader.yml:5 is wrong: key: number is used but is not among the columns (1 more)"
    )


def test_missing_or_unreadable_file(tmp_path: Path) -> None:
    (tmp_path / "farms").mkdir()
    with pytest.raises(DefinitionError):
        load_definition(tmp_path / "farms")
    (tmp_path / "farms" / "loader.yml").write_bytes("source: 农场".encode("gb18030"))
    with pytest.raises(DefinitionError):
        load_definition(tmp_path / "farms")
    (tmp_path / "farms" / "loader.yml").write_text("just words")
    with pytest.raises(DefinitionError):
        load_definition(tmp_path / "farms")


def test_a_department_adds_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path / "own", GOOD)
    monkeypatch.setenv("CREDIT_GRAPH_LOADERS", str(tmp_path / "own"))
    settings_module.settings.cache_clear()
    try:
        assert set(definitions()) == SOURCES | {"farms"}
        folder(tmp_path / "own", GOOD.replace("source: farms", "source: registration"), "registration")
        with pytest.raises(DefinitionError, match="已有同名数据源"):
            definitions()
    finally:
        monkeypatch.undo()
        settings_module.settings.cache_clear()


def test_version_is_what_the_file_says_not_how(tmp_path: Path) -> None:
    plain = load_definition(folder(tmp_path / "a", GOOD))
    commented = load_definition(folder(tmp_path / "b", "# a comment\n" + GOOD.replace("publisher", "publisher  ")))
    other = load_definition(folder(tmp_path / "c", GOOD.replace("农业农村局", "畜牧局")))
    assert version(plain) == version(commented)
    assert version(plain) != version(other)
    assert len(version(plain)) == 16
