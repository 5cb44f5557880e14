"""``credit-graph bases`` as typed. It needs no graph."""

from __future__ import annotations

import json

import pytest

from commandline import CommandLine


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    monkeypatch.setenv("CREDIT_GRAPH_LANG", "zh")
    return CommandLine(monkeypatch, capfd)


def test_what_the_law_carries_on_a_day(command: CommandLine) -> None:
    found = {item["id"]: item for item in json.loads(command.run("bases", "--json")[0])}
    assert [name for name, item in found.items() if item["state"] == "own"] == [
        *("abnormal_mark", "abnormal_operation", "sampling_results", "serious_violation", "typical_cases"),
        *("no_simple_deregistration", "key_supervision", "no_honours", "legal_representative_bar"),
        *("green_channel", "fewer_inspections"),
    ]
    order = "《市场监督管理严重违法失信名单管理办法》（国家市场监督管理总局令第44号）"
    assert (found["serious_violation"]["basis"], found["serious_violation"]["why"]) == ([order + "第二条"], None)
    assert (found["real_estate_blacklist"]["state"], found["real_estate_blacklist"]["basis"]) == (
        "republished",
        [order],
    )
    assert found["red_list"]["why"].endswith("没有设定依据文件，需要：地方性法规")
    assert (found["no_commitment_procedure"]["what"], found["no_commitment_procedure"]["state"]) == (
        "measure",
        "refused",
    )
    # the day before order 44 was in force nothing carries its list, nor the one that shows its entries
    before = {item["id"]: item for item in json.loads(command.run("bases", "--on", "2021-08-31", "--json")[0])}
    assert {before[name]["state"] for name in ("serious_violation", "real_estate_blacklist")} == {"refused"}
    assert before["abnormal_operation"]["state"] == "own" and "key_supervision" not in before


def test_it_is_shown_in_both_languages(command: CommandLine) -> None:
    assert "只能转载" in command.run("bases")[0]
    assert "re-publishes only" in command.run("--lang", "en", "bases")[0]
    assert command.run("bases", "--on", "soon", status=2)[1].startswith("usage.bad_value")
