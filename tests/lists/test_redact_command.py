"""``credit-graph redact check`` as typed: what is found and where, and never the secret itself. It needs no graph."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commandline import CommandLine, invoke

TEXT = "经查：\n证人王秘密（电话138 1234 5678）称，家住庆原市西原区南街12号。"
SECRETS = ("王秘密", "138 1234 5678", "13812345678", "1234", "南街12号")


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    monkeypatch.setenv("CREDIT_GRAPH_LANG", "zh")
    return CommandLine(monkeypatch, capfd)


def test_a_text_and_a_file_are_told_alike_and_masked(command: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "决定书.txt"
    file.write_text(TEXT, encoding="utf-8")
    shown = [json.loads(command.run("redact", "check", what, "--json")[0]) for what in (TEXT, str(file))]
    shown.append(json.loads(invoke("redact", "check", "-", "--json", stdin=TEXT).stdout))
    assert shown[0] == shown[1] == shown[2]
    keys = ("what", "line", "column", "length", "masked")
    assert [tuple(item[key] for key in keys) for item in shown[0]] == [
        ("person", 2, 3, 3, "***"),
        ("phone", 2, 9, 13, "13*********78"),
        ("address", 2, 25, 13, "*************"),
    ]
    table = command.run("redact", "check", TEXT)[0]
    assert "自然人姓名" in table
    assert "telephone number" in command.run("--lang", "en", "redact", "check", TEXT)[0]
    assert [secret for secret in SECRETS if secret in command.text] == []


def test_nothing_found_is_said_with_its_limit(command: CommandLine) -> None:
    assert "仍须人工核对" in command.run("redact", "check", "拒不配合监督检查")[0]
    assert json.loads(command.run("redact", "check", "x" * 5000, "--json")[0]) == []


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_a_file_that_can_not_be_read(command: CommandLine, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding=encoding)
    for name, code in (("a.txt", "input.damaged"), ("b.txt", "input.not_found"), (".", "input.damaged")):
        printed, told = command.run("redact", "check", str(tmp_path / name), status=3)
        assert (told.split()[0], printed) == (code, "")
