"""``credit-graph keys``: making, entering, rotating and revoking the keys of releases, and where private halves lie."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path

import pytest

from commandline import CommandLine
from credit_graph.commands.doctor import signing_key
from credit_graph.errors import CreditGraphError
from credit_graph.jobs.signing_keys import bureau_signer, history, signer_from
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.settings import settings

BUREAU, OFFICE = "庆原市市场监督管理局", "庆原市生态环境局"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRAPH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CREDIT_GRAPH_LANG", "en")
    settings.cache_clear()
    return tmp_path / "home"


@pytest.fixture
def cli(home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capfd)


def on(monkeypatch: pytest.MonkeyPatch, day: str) -> date:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", day)
    return date.fromisoformat(day)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def failed(home: Path, day: date) -> tuple[str, str]:
    with pytest.raises(CreditGraphError) as raised:
        bureau_signer(home, day)
    return raised.value.code, str(raised.value.fields.get("why", ""))


def keys(cli: CommandLine) -> list[tuple[str, str, str | None, str | None, bool]]:
    rows = json.loads(cli.run("keys", "list", "--json")[0])
    return [(row["owner"], row["valid_from"], row["ends"], row["revoked"], row["private_here"]) for row in rows]


def test_a_year_of_keys(home: Path, cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    day = on(monkeypatch, "2026-01-05")
    assert failed(home, day) == ("state.no_signing_key", "there is no valid key")
    assert "keys new" in cli.run("keys", "export", "--out", str(tmp_path / "none"), status=6)[1]
    cli.run("keys", "new")
    first = history(home).root
    private = home / "releases" / "private" / f"{first.id}.pem"
    assert (mode(private), mode(private.parent), mode(home / "releases")) == (0o600, 0o700, 0o700)
    assert bureau_signer(home, day).key_id == first.id
    # a department makes its own pair; the bureau enters the public half
    monkeypatch.setenv("CREDIT_GRAPH_HOME", str(tmp_path / "nowhere"))
    cli.run("keys", "new", "--department", OFFICE, "--out", str(tmp_path / "office.key"))
    assert (
        "state.exists"
        in cli.run("keys", "new", "--department", OFFICE, "--out", str(tmp_path / "office.key"), status=6)[1]
    )
    assert "--out" in cli.run("keys", "new", "--department", OFFICE, status=2)[1]
    assert not (tmp_path / "nowhere").exists()
    assert (mode(tmp_path / "office.key"), mode(tmp_path / "office.key.pub")) == (0o600, 0o644)
    monkeypatch.setenv("CREDIT_GRAPH_HOME", str(home))
    pub = str(tmp_path / "office.key.pub")
    cli.run("keys", "add", pub, "--department", OFFICE)
    assert "input.keys_invalid" in cli.run("keys", "add", pub, "--department", OFFICE, status=3)[1]
    assert "input.not_a_key" in cli.run("keys", "add", str(private), "--department", OFFICE, status=3)[1]
    # a year later the next key, vouched for by the first
    cli.run("keys", "export", "--out", str(tmp_path / "keys.jsonl"))
    day = on(monkeypatch, "2027-01-05")
    cli.run("keys", "new", "--until", "2028-03-31")
    second = history(home).keys[-1]
    assert f"What is published stays the first key's fingerprint: {first.fingerprint}" in cli.text
    assert (bureau_signer(home, day).key_id, second.owner) == (second.id, BUREAU)
    assert "state.only_key" not in cli.text
    cli.run("keys", "revoke", first.id, "--on", "2027-01-05", "--why", "私钥遗失")
    assert keys(cli) == [
        (BUREAU, "2026-01-05", "2027-01-05", "2027-01-05", True),
        (OFFICE, "2026-01-05", None, None, False),
        (BUREAU, "2027-01-05", "2028-03-31", None, True),
    ]
    assert f"make sure of each, and revoke what nobody knows: {second.id}" in cli.text
    assert "state.only_key" in cli.run("keys", "revoke", second.id, "--on", "2027-01-05", "--why", "x", status=6)[1]
    assert "input.signature" in cli.run("keys", "revoke", "0" * 16, "--on", "2027-01-05", "--why", "x", status=3)[1]
    assert "usage.future" in cli.run("keys", "revoke", first.id, "--on", "2027-01-06", "--why", "x", status=2)[1]
    assert failed(home, date(2028, 4, 1)) == ("state.no_signing_key", "there is no valid key")
    # the export goes on, and never over another history
    cli.run("keys", "export", "--out", str(tmp_path / "keys.jsonl"))
    assert KeyHistory.read((tmp_path / "keys.jsonl").read_bytes()) == history(home)
    monkeypatch.setenv("CREDIT_GRAPH_HOME", str(tmp_path / "other"))
    settings.cache_clear()
    cli.run("keys", "new", "--owner", "别市")
    assert "state.exists" in cli.run("keys", "export", "--out", str(tmp_path / "keys.jsonl"), status=6)[1]
    # nothing private was printed or logged
    logged = b"".join(path.read_bytes() for path in (home / "audit").iterdir())
    for path in (private, tmp_path / "office.key"):
        secret = path.read_text(encoding="utf-8").splitlines()[1]
        assert secret not in cli.text
        assert secret.encode() not in logged
    acts = [json.loads(line)["action"] for line in (home / "audit" / "log.jsonl").read_bytes().splitlines()]
    assert acts == ["signing_key_made", "signing_key_added", "signing_key_made", "signing_key_revoked"]


def test_private_keys_that_others_can_read_or_that_are_elsewhere(
    home: Path, cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = on(monkeypatch, "2026-01-05")
    out = tmp_path / "key.pem"
    cli.run("keys", "new", "--out", str(out))
    key = history(home).root.id
    elsewhere = f"{key} would do, but its private half is not here"
    assert failed(home, day) == ("state.no_signing_key", elsewhere)
    monkeypatch.setenv("CREDIT_GRAPH_SIGNING_KEY", out.read_text(encoding="utf-8").splitlines()[1])
    settings.cache_clear()
    assert bureau_signer(home, day).key_id == key
    monkeypatch.setenv("CREDIT_GRAPH_SIGNING_KEY", "AAAA")
    settings.cache_clear()
    assert failed(home, day)[0] == "input.not_a_key"
    monkeypatch.setenv("CREDIT_GRAPH_SIGNING_KEY_FILE", str(out))
    settings.cache_clear()
    assert bureau_signer(home, day).key_id == key
    for bits in (0o640, 0o604, 0o660):
        out.chmod(bits)
        assert failed(home, day)[0] == "state.key_open"
    out.chmod(0o600)
    # what leaked is revoked though it still stands in the environment
    cli.run("keys", "new")
    cli.run("keys", "revoke", key, "--on", "2026-01-05", "--why", "leaked")
    assert bureau_signer(home, day).key_id == history(home).keys[1].id
    out.write_bytes(b"-----BEGIN PRIVATE KEY-----")
    for path, code in ((out, "input.not_a_key"), (tmp_path / "none", "input.not_found"), (tmp_path, "input.damaged")):
        with pytest.raises(CreditGraphError) as raised:
            signer_from(path)
        assert raised.value.code == code


def test_the_doctor_tells_of_a_key_that_can_not_sign_or_is_old(
    home: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> list[tuple[str, str]]:
        return [(finding.status, finding.detail.partition("; ")[2]) for finding in signing_key(home)]

    assert told() == []
    on(monkeypatch, "2026-01-05")
    cli.run("keys", "new", "--until", "2027-02-15")
    assert told() == [("ok", "")]
    on(monkeypatch, "2027-01-07")
    assert told() == [("note", "used for over a year: credit-graph keys new")]
    cli.run("keys", "new", "--until", "2027-03-01")
    on(monkeypatch, "2027-02-01")
    assert told() == [("note", "not valid after 2027-03-01: credit-graph keys new")]
    on(monkeypatch, "2027-03-02")
    assert [finding.status for finding in signing_key(home)] == ["fault"]


def test_when_all_private_keys_are_lost_a_new_first_key_vouches_for_the_old(
    home: Path, cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = on(monkeypatch, "2026-01-05")
    cli.run("keys", "new", "--owner", BUREAU)
    gone = bureau_signer(home, day)
    cli.run("keys", "new", "--department", OFFICE, "--out", str(tmp_path / "office.key"))
    cli.run("keys", "add", str(tmp_path / "office.key.pub"), "--department", OFFICE)
    office = history(home).keys[1].id
    cli.run("keys", "revoke", office, "--on", "2026-01-05", "--why", "离职")
    assert "state.not_lost" in cli.run("keys", "new", "--restart", status=6)[1]
    before = (home / "releases" / "keys.jsonl").read_bytes()
    (home / "releases" / "private" / f"{gone.key_id}.pem").unlink()
    later = on(monkeypatch, "2026-06-01")
    assert "state.no_signing_key" in cli.run("keys", "new", status=6)[1]
    cli.run("keys", "new", "--restart")
    after = history(home)
    made = bureau_signer(home, later).key_id
    assert after.root.id == made
    assert keys(cli) == [
        (BUREAU, "2026-06-01", None, None, True),
        (BUREAU, "2026-01-05", "2026-06-01", None, False),
        (OFFICE, "2026-01-05", None, "2026-01-05", False),
    ]
    assert after.check("head", b"x", gone.sign("head", b"x", day), role="bureau").key.id == gone.key_id
    with pytest.raises(CreditGraphError, match="valid until 2026-06-01"):
        after.check("head", b"x", gone.sign("head", b"x", date(2026, 6, 2)), role="bureau")
    assert (home / "releases" / f"keys-before-{made}.jsonl").read_bytes() == before
    assert after.joined(KeyHistory.read(before)) is None


def test_openssl_reads_the_keys(home: Path, cli: CommandLine, tmp_path: Path) -> None:
    cli.run("keys", "new", "--department", OFFICE, "--out", str(tmp_path / "key"))
    command = ["openssl", "pkey", "-in", str(tmp_path / "key"), "-pubout"]
    try:
        done = subprocess.run(command, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("no openssl")
    assert done.stdout == (tmp_path / "key.pub").read_bytes()
