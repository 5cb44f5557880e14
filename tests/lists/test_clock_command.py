"""``credit-graph clock`` as typed, on both engines."""

from __future__ import annotations

import json

import pytest

from commandline import CommandLine
from credit_graph.store import Store
from facts import D, commit, fact


@pytest.fixture
def command(store: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    return CommandLine(monkeypatch, capfd)


def test_the_clocks_of_a_penalty_and_of_an_entry(store: Store, command: CommandLine) -> None:
    code = "91621002MA00X0015H"
    penalty = fact(
        *("Case", "k1", code),
        start=D("2024-05-06"),
        document_number="庆西市监处罚〔2024〕17号",
        decided_on=D("2024-05-06"),
        penalty_kind="罚款;没收违法所得",
        basis="《产品质量法》第四十九条",
        fine=2_000_000,
        person_name="王秘密",
    )
    listed = D("2024-02-29")
    entry = fact("SeriousListing", "k2", code, start=listed, listed_on=listed, listing_id="ILL0001")
    other = fact("Registration", "k3", code, state="存续")
    stopped = fact(
        *("Hold", "k1", code),
        start=D("2025-01-10"),
        source="bureau",
        held_source="case",
        held_key="k1",
        reason="repaired",
        channels="public",
    )
    commit(store, 1, [penalty, entry, other, stopped])
    # by the number of its document, written in another way; the repair ends it
    asked = ("clock", "庆西市监处罚(2024)17号", "--valid", "2025-06-01", "--receipt", "2024-05-20")
    [found] = json.loads(command.run(*asked, "--json")[0])
    assert (found["sid"], found["document_number"]) == (penalty.sid, "庆西市监处罚〔2024〕17号")
    gsxt, china, release = found["clocks"]
    told = [gsxt[name] for name in ("state", "start", "until_min", "until_max", "until", "row")]
    assert told == ["ended", "2024-05-20", "2024-11-20", "2027-05-20", "2025-01-09", "gsxt_45_other"]
    assert (china["state"], release["state"], release["until"]) == ("blocked", "ended", "2025-01-09")
    # without a receipt it has not started
    [found] = json.loads(command.run("clock", penalty.sid, "--valid", "2025-06-01", "--json")[0])
    assert found["clocks"][0]["state"] == "not_started"
    # the entry, in both languages
    shown = command.run("clock", entry.sid)[0]
    assert "2025-02-28" in shown and "2027-02-28" in shown
    assert "国家企业信用信息公示系统: 自 2024-02-29（当日不计入）起3年，至 2027-02-28" in shown
    shown = command.run("--lang", "en", "clock", entry.sid)[0]
    assert "GSXT: 3 years from 2024-02-29, which is not counted, until 2027-02-28" in shown
    assert "art. 21" in shown
    # refusals
    for arguments, status, error in (
        (("clock", "没有这个文号"), 2, "usage.unknown_entity"),
        (("clock", other.sid), 2, "usage.bad_value"),
        (("clock", entry.sid, "--severity", "grave"), 2, "usage.bad_value"),
        (("clock", entry.sid, "--receipt", "2027-01-01"), 2, "usage.future"),
        (("--role", "public", "clock", entry.sid), 7, "access."),
    ):
        assert command.run(*arguments, status=status)[1].startswith(error)
    assert "王秘密" not in command.text
