"""``credit-graph loader``: a department sees what is wrong in words of its own files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import Result

from commandline import invoke
from credit_graph import resources
from credit_graph.errors import UsageError

LOADERS = resources.root("loaders")


def run(*arguments: str) -> Result:
    return invoke("--lang", "zh", "loader", *arguments, catch=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a shipped loader, as a department begins."""
    return Path(shutil.copytree(LOADERS / "serious_violation_listing", tmp_path / "serious_violation_listing"))


def edit(file: Path, old: str, new: str) -> None:
    content = file.read_text(encoding="utf-8")
    assert old in content
    file.write_text(content.replace(old, new), encoding="utf-8")


def test_a_sound_folder(folder: Path) -> None:
    found = run("check", str(folder))
    assert (found.exit_code, found.output) == (0, "serious_violation_listing：没有问题\n")


def test_problems_of_the_definition_by_line(folder: Path) -> None:
    edit(folder / "loader.yml", "scope: [district]", "scope: [county]\ncolour: red")
    found = run("check", str(folder))
    assert found.exit_code == 4
    assert found.output == "serious_violation_listing/loader.yml:8  colour: 没有这个键（拼写有误？）\n"


def test_differences_of_the_sample(folder: Path) -> None:
    edit(folder / "expected.yml", "  listed_on: 2024-03-12", "  listed_on: 2024-03-13")
    edit(folder / "expected.yml", "  duplicate: 1\n", "")
    found = run("check", str(folder))
    assert found.exit_code == 4
    assert found.output.splitlines()[1:] == [
        "serious_violation_listing/sample.csv  第 2 行: listed_on 应为 2024-03-13，实为 2024-03-12"
    ]
    assert found.output.startswith("serious_violation_listing/sample.csv  counters 应为 {")


def test_a_sample_without_expectation_shows_what_it_gives(folder: Path) -> None:
    kept = (folder / "expected.yml").read_text(encoding="utf-8")
    (folder / "expected.yml").unlink()
    found = run("check", str(folder))
    assert found.exit_code == 4
    assert found.output == kept + "\nserious_violation_listing/expected.yml  没有这个文件；样例得到的结果如上\n"


def test_a_sample_that_is_no_table(folder: Path) -> None:
    (folder / "sample.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    found = run("check", str(folder))
    assert found.exit_code == 4
    assert found.output.startswith("serious_violation_listing/sample.csv  ")
    assert len(found.output.splitlines()) == 1


def test_an_expectation_that_cannot_be_read(folder: Path) -> None:
    edit(folder / "expected.yml", "counters:", "counts:")
    found = run("check", str(folder))
    assert found.output.splitlines() == [
        "serious_violation_listing/expected.yml:1  counters: 缺少这一项",
        "serious_violation_listing/expected.yml:2  counts: 没有这个键（拼写有误？）",
    ]


def test_a_folder_without_a_definition(tmp_path: Path) -> None:
    found = run("check", str(tmp_path))
    assert isinstance(found.exception, UsageError)


def test_list_names_every_source_with_its_sharing() -> None:
    found = json.loads(run("list", "--json").output)
    assert {item["source"] for item in found} == {path.parent.name for path in LOADERS.glob("*/loader.yml")}
    assert found[0] | {"version": ""} == {
        "source": "abnormal_listing",
        "title": "经营异常名录",
        "kind": "AbnormalListing",
        "key": "subject, listed_on, reason",
        "scope": "none",
        "sharing": "none",
        "version": "",
    }


def test_show() -> None:
    found = run("show", "annual_report_assets")
    assert found.exit_code == 0
    assert "asset_zmt、资产总额" in found.output
    unknown = run("show", "weather")
    assert isinstance(unknown.exception, UsageError)
