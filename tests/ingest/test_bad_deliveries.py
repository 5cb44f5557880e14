"""Deliveries that can't be right, or that say nothing new: a clear answer each, and nothing written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from city import REGISTRATION, credit_code, registration, write
from commandline import CommandLine
from credit_graph import settings as settings_module
from credit_graph.jobs import batches
from credit_graph.resources import root
from credit_graph.store import Store
from credit_graph.store.snapshot import snapshot

pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)
ROWS = [registration(i) for i in range(1, 101)]


@pytest.fixture
def command(store: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    return CommandLine(monkeypatch, capfd)


def facts(store: Store) -> tuple[frozenset[Any], frozenset[Any]]:
    """Everything but the nodes ``State``, in which the program notes the load under way and the secret's check."""
    nodes, relationships = cast(tuple[frozenset[Any], frozenset[Any]], snapshot(store))
    return frozenset(node for node in nodes if "State" not in node[0]), relationships


def written(store: Store, seq: int) -> int:
    return sum(len(store.read(f"read/{name}", seq=seq)) for name in ("records_opened", "records_closed"))


def refusal(command: CommandLine, status: int, *arguments: str) -> str:
    """The only line that a command which ends so prints."""
    out, err = command.run(*arguments, status=status)
    (line,) = [line for line in (out + err).splitlines() if line]
    return line


def own_loader(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A department's folder of one definition, the register's with lines changed."""
    text = (root("loaders") / "registration" / "loader.yml").read_text(encoding="utf-8")
    for old, new in (("source: registration\n", f"source: {name}\n"), *changes):
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / name).mkdir(parents=True)
    (folder / name / "loader.yml").write_text(text, encoding="utf-8")
    return folder / name


def use(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_LOADERS", str(folder.parent))
    settings_module.settings.cache_clear()


def test_the_same_file_under_two_names(store: Store, command: CommandLine, tmp_path: Path) -> None:
    first = write(tmp_path / "甲.csv", REGISTRATION, ROWS)
    second = write(tmp_path / "乙.csv", REGISTRATION, ROWS)
    command.run("load", str(first), "--as-of", "2026-10-01")
    for number, arguments in enumerate(([str(second)], [str(first), str(second)]), start=2):
        out, _ = command.run("load", *arguments, "--as-of", "2026-10-01")
        assert "与批次 1（甲.csv）是同一文件" in out
        assert written(store, number) == 0
    assert written(store, 1) == 100
    assert batches.last_seq(store) == 4


def test_a_delivery_older_than_the_last(store: Store, command: CommandLine, tmp_path: Path) -> None:
    command.run("load", str(write(tmp_path / "new.csv", REGISTRATION, ROWS)), "--as-of", "2026-10-01")
    before = facts(store)
    old = write(tmp_path / "old.csv", REGISTRATION, [row | {"addr": "旧路1号"} for row in ROWS[:2]])
    out, _ = command.run("check", str(old), "--as-of", "2026-09-01")
    assert "早于已载入的送达（2026-10-01）：只补充历史，不改动较新的记录" in out
    assert facts(store) == before
    out, _ = command.run("load", str(old), "--as-of", "2026-09-01")
    assert "早于已载入的送达（2026-10-01）" in out
    standing = [r["record"] for row in ROWS for r in store.read("read/statements_of", eid=row["uni_social_crd_cd"])]
    now = {r["address"] for r in standing if r["valid_to"].year == 9999 and r["known_to"] > 2}
    assert now == {row["addr"] for row in ROWS}


def test_a_third_of_a_scope_is_missing(store: Store, command: CommandLine, tmp_path: Path) -> None:
    command.run("load", str(write(tmp_path / "all.csv", REGISTRATION, ROWS)), "--as-of", "2026-10-01")
    before = facts(store)
    few = write(tmp_path / "few.csv", REGISTRATION, ROWS[:70])
    line = refusal(command, 6, "load", str(few), "--as-of", "2026-11-01")
    assert line.startswith("state.closures") and "30/100" in line and "--accept-closures 30" in line
    assert facts(store) == before


def test_two_definitions_that_claim_one_header(
    store: Store, command: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = facts(store)
    use(monkeypatch, own_loader(tmp_path / "own", "register_b"))
    path = str(write(tmp_path / "a.csv", REGISTRATION, ROWS))
    line = refusal(command, 3, "load", path)
    assert line.startswith("input.ambiguous") and "register_b" in line and "registration" in line and "--source" in line
    assert facts(store) == before
    command.run("load", path, "--source", "register_b")


@pytest.mark.parametrize(
    ("change", "line", "what"),
    [
        (("key: [subject]\n", ""), 1, "key: "),
        (("scope: [district]\n", ""), 1, "scope: "),
        (("  registered_capital: {possible: [元, 万元], median_yuan: [10000, 20000000]}", "  {}"), 36, "units"),
        (("scope: [district]\n", "scope: [distrikt]\n"), 8, "distrikt"),
        (("key: [subject]\n", "key: [subject, number]\n"), 6, "number"),
    ],
)
def test_a_definition_without_key_scope_or_unit(
    store: Store,
    command: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: tuple[str, str],
    line: int,
    what: str,
) -> None:
    before = facts(store)
    folder = own_loader(tmp_path / "own", "register_b", change)
    told = refusal(command, 4, "loader", "check", str(folder))
    assert told.startswith(f"register_b/loader.yml:{line}  ") and what in told
    use(monkeypatch, folder)
    told = refusal(command, 4, "load", str(write(tmp_path / "a.csv", REGISTRATION, ROWS)))
    assert told.startswith("definition.invalid") and f"loader.yml:{line} " in told
    assert facts(store) == before


NUMBER = "33020600000012345678"  # a taxpayer number of 20 digits, no code and no ID in it


def rated(folder: Path, number: str) -> Path:
    """Firms 3 and 4, both with this taxpayer number, as one tax office writes them."""
    columns = ["uni_social_crd_cd", "tax_no", "taxer_nm", "eval_year", "eval_dt", "tax_credi_level"]
    rows = [(credit_code(n), number, f"宁波第{n}贸易有限公司", "2020", "2021-04-20", "A") for n in (3, 4)]
    return write(folder / "rated.csv", columns, [dict(zip(columns, row, strict=True)) for row in rows])


def test_a_taxpayer_number_that_fits_two_firms(store: Store, command: CommandLine, tmp_path: Path) -> None:
    command.run("load", str(rated(tmp_path, NUMBER)))
    before = facts(store)
    columns = ["tax_no", "tax nm", "own_tax_type", "cumu_own_amt"]
    owed = [dict(zip(columns, (NUMBER, "宁波第3贸易有限公司", "增值税", "5000"), strict=True))]
    path = str(write(tmp_path / "owed.csv", columns, owed))
    out, _ = command.run("check", path)
    assert facts(store) == before
    out, _ = command.run("load", path)
    assert "1 条记录没有找到唯一的主体，暂未关联（tax_arrears 1）：原因见 credit-graph faults" in out
    again, _ = command.run("--lang", "en", "load", path, "--json")
    assert json.loads(again)["unlinked"] == {}  # of this load; nothing new was said
    both = [credit_code(3), credit_code(4)]
    out, _ = command.run("faults", "--json")
    (fault,) = [item for item in json.loads(out) if item["kind"] == "unlinked"]
    assert (fault["code"], fault["eid"]) == ("several_fit", None) and all(code in fault["detail"] for code in both)
    out, _ = command.run("--lang", "en", "faults", "--json")
    assert f"taxpayer number {NUMBER}: 2 firms fit, none linked: {', '.join(sorted(both))}" in out
    records = [r["record"] for code in both for r in store.read("read/statements_of", eid=code)]
    assert {record["kind"] for record in records} == {"Evaluation"}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "清除须由两个不同的人决定，“张一”与“张 一”是同一人。未写入任何内容。"),
        ("en", "An erasure is decided by two persons; “张一” and “张 一” are one. Nothing was written."),
    ],
)
def test_an_erasure_by_one_person_twice(
    store: Store, command: CommandLine, tmp_path: Path, language: str, said: str
) -> None:
    command.run("load", str(write(tmp_path / "a.csv", REGISTRATION, ROWS[:3])))
    before = facts(store)
    sid = store.read("read/statements_of", eid=credit_code(1))[0]["record"]["sid"]
    twice = ("--basis", "依据1", "--by", "张一", "--second", "张 一")
    for wanted in ((sid,), ("--person-of", sid), ("--person",)):  # for the last nobody is asked for a number
        line = refusal(command, 2, "--lang", language, "erase", *wanted, *twice)
        assert line == f"usage.same_person {said}"
    line = refusal(command, 2, "--lang", language, "erase", sid, *twice[:4])
    assert line.startswith("usage.bad_value") and "--second" in line
    assert refusal(command, 2, "--lang", language, "purge", *twice) == f"usage.same_person {said}"
    assert facts(store) == before
    assert not (store.home / "tombstones.jsonl").exists()


def test_units_are_one_line_of_several_files(store: Store, command: CommandLine, tmp_path: Path) -> None:
    """Of one file each column; of several how many columns, by unit; ``batch show`` says them of any."""
    one = write(tmp_path / "a.csv", REGISTRATION, ROWS[:3])
    other = write(tmp_path / "b.csv", REGISTRATION, [row | {"reg_capt": "500万元"} for row in ROWS[3:6]])
    out, _ = command.run("check", str(one))
    assert "金额单位: registered_capital=元" in out
    out, _ = command.run("load", str(one), str(other), "--as-of", "2026-10-01", "--partial")
    (line,) = [line for line in out.splitlines() if "金额单位" in line]
    assert line.strip() == "金额单位: 元 2 列（逐列见 --json 或 batch show）"
    out, _ = command.run("--lang", "en", "batch", "show", "2")
    assert "units: registered_capital=元" in out and "day it speaks of: 2026-10-01" in out
    shown = json.loads(command.run("batch", "show", "2", "--json")[0])
    assert (shown["seq"], shown["units"], shown["state"]) == (2, ["registered_capital=元"], "committed")
    assert refusal(command, 2, "batch", "show", "9").startswith("usage.unknown_entity 找不到“批次 9”")


REFUSED = [registration(1), registration(2, uni_social_crd_cd="91330206MA00000000"), registration(3, comp_nm="=1+1")]


def test_the_commands_of_the_quarantine(store: Store, command: CommandLine, tmp_path: Path) -> None:
    command.run("load", str(write(tmp_path / "a.csv", REGISTRATION, REFUSED)), "--as-of", "2026-10-01")
    book = str(tmp_path / "q.xlsx")
    assert command.run("quarantine", "export", book)[0].split() == ["已导出", "1", "行", "→", book]
    assert refusal(command, 6, "quarantine", "export", book).startswith("state.exists")
    out, _ = command.run("quarantine", "replay", book)
    assert "接受 0 行，仍隔离 1 行" in out
    assert "批次 1（a.csv）：还有 1 行的键无法读出，在它们重放之前，此范围不因缺失而关闭任何记录" in out
    path = write(tmp_path / "other.csv", REGISTRATION, REFUSED)
    assert refusal(command, 3, "quarantine", "replay", str(path)).startswith("input.not_an_export")
    assert refusal(command, 3, "quarantine", "replay", str(tmp_path / "none.xlsx")).startswith("input.not_found")
    assert "91330206MA00000000" in command.run("quarantine", "list")[0]
    assert command.run("quarantine", "list", "--source", "case", "--json")[0].strip() == "[]"
    command.run("quarantine", "list", "--all", "--batch", "1")
    assert "没有隔离的行" in command.run("quarantine", "export", str(tmp_path / "x.xlsx"), "--batch", "9")[0]
