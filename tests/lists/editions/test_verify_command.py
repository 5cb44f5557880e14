"""``credit-graph release verify | prove | verify-proof``: a folder and keys are enough, no graph, HOME or network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from folders import HISTORY, MADE, SIGNER, release

from commandline import CommandLine
from credit_graph.jobs.release_store import write_folder
from credit_graph.lists.editions.edition import sha256
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.lists.editions.signatures import Signer
from releases import BUREAU, entry

MADE_OF = release(5, {2})
CODE, GONE = (str(entry(n)["credit_code"]) for n in (4, 2))
PRINT = sha256(SIGNER.public)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    write_folder(tmp_path / "archive", MADE_OF.archive)
    write_folder(tmp_path / "public", MADE_OF.public)
    (tmp_path / "keys.jsonl").write_bytes(HISTORY.as_bytes())
    monkeypatch.setenv("CREDIT_GRAPH_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv("CREDIT_GRAPH_LANG", "en")
    monkeypatch.chdir(tmp_path)
    return CommandLine(monkeypatch, capfd)


def test_a_folder_is_verified_and_a_proof_written_and_verified(cli: CommandLine, tmp_path: Path) -> None:
    shown, _ = cli.run("release", "verify", "public")
    assert f"Compare with the fingerprint that the bureau published: {PRINT}" in shown
    assert "2026-11-03" in shown
    shown, _ = cli.run("release", "verify", "archive", "--keys", "keys.jsonl")
    assert f"The keys are those that you gave; fingerprint of the first: {PRINT}" in shown
    said = json.loads(cli.run("release", "verify", "public", "--keys", "keys.jsonl", "--json")[0])
    assert said == {
        **json.loads(MADE_OF.archive["head.json"]),
        "signed": {"key": SIGNER.key_id, "by": BUREAU, "on": "2026-10-09"},
        "keys": {"trusted": True, "fingerprint": PRINT},
        "edition": "public",
        "day": "2026-11-03",
        "period": "2026Q3",
        "mark": "测试数据，不得公开",
        "entries": 4,
        "removed": 1,
    }
    written, _ = cli.run("release", "prove", CODE, "--release", "public", "--out", "proof.json")
    assert written.startswith("proof.json is written. It shows what the entry says, also after it is taken down")
    assert (
        "state.exists" in cli.run("release", "prove", CODE, "--release", "public", "--out", "proof.json", status=6)[1]
    )
    shown, _ = cli.run("release", "verify-proof", "proof.json", "--keys", "keys.jsonl")
    for part in (CODE, str(entry(4)["name"]), "2026Q3", "2026-10-09", "It may have been taken down since"):
        assert part in shown
    assert str(entry(4)["salt"]) not in shown
    zh, _ = cli.run("--lang", "zh", "release", "verify-proof", "proof.json", "--keys", "keys.jsonl")
    for part in ("严重违法失信名单（serious_violation）", "企业名称", "列入期限至", "仅证明公布当日在列"):
        assert part in zh
    said = json.loads(cli.run("release", "verify-proof", "proof.json", "--json")[0])
    assert (said["release"], [row["credit_code"] for row in said["entries"]]) == ("2026Q3", [CODE])
    cli.run("release", "prove", GONE, "--release", "public", "--out", "gone.json", status=2)
    assert not (tmp_path / "gone.json").exists()
    assert not (tmp_path / "nowhere").exists()


def test_what_is_found_is_named_by_file(cli: CommandLine, tmp_path: Path) -> None:
    public, thief = tmp_path / "public", Signer.new()
    theirs = KeyHistory().add(thief.public, BUREAU, "bureau", MADE, thief)
    (tmp_path / "theirs.jsonl").write_bytes(theirs.as_bytes())

    def refused(*words: str) -> str:
        return cli.run("release", *words, status=3)[1]

    assert refused("verify", "public", "--keys", "theirs.jsonl").startswith("input.release_altered keys.jsonl")
    assert refused("verify", "public", "--keys", "public/leaves.txt").startswith("input.keys_invalid")
    assert refused("verify", "public", "--keys", "none").startswith("input.not_found")
    assert refused("verify", "nowhere").startswith("input.not_a_release")
    assert refused("verify-proof", "none").startswith("input.not_found")
    assert refused("verify-proof", "keys.jsonl").startswith("input.proof")
    (public / "Thumbs.db").write_bytes(b"x")
    assert refused("verify", "public").startswith(
        "input.release_altered Thumbs.db is not as it was released: it does not"
    )
    (public / "Thumbs.db").unlink()
    (public / "entries.jsonl").rename(tmp_path / "moved.jsonl")
    assert refused("verify", "public").startswith(
        "input.release_altered entries.jsonl is not as it was released: it is m"
    )
    (public / "entries.jsonl").symlink_to(tmp_path / "moved.jsonl")
    assert "it is no ordinary file" in refused("verify", "public")
    (public / "entries.jsonl").unlink()
    (public / "entries.jsonl").write_bytes((tmp_path / "moved.jsonl").read_bytes() + b"\n")
    assert refused("prove", CODE, "--release", "public", "--out", "proof.json").startswith(
        "input.release_altered entries"
    )
