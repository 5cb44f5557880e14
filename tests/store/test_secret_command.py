"""``credit-graph secret …`` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commandline import invoke
from credit_graph import settings as settings_module
from credit_graph.errors import CreditGraphError
from credit_graph.store import Store, sealed
from credit_graph.store.secret import secret_path

WORDS = "correct horse battery"


class Line:
    """Runs commands in this process; ``text`` is all that they printed."""

    text = ""

    def run(self, *arguments: str, code: str = "", status: int = 0) -> str:
        """What a command prints; ``code`` of the error that it ends with, if it is to fail."""
        result = invoke(*arguments, catch=True)
        self.text += result.output
        if code:
            assert isinstance(result.exception, CreditGraphError), result.output
            assert result.exception.code == code
            self.text += str(result.exception)
        else:
            assert result.exit_code == status, result.output
        return result.output


@pytest.fixture
def line(store: Store, monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr(sealed, "COST", 2**10)
    return Line()


def setting(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    monkeypatch.setenv(name, str(value))
    settings_module.settings.cache_clear()


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_export_wipe_import_rotate(line: Line, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setting(monkeypatch, "CREDIT_GRAPH_PASSPHRASE", WORDS)
    copy = tmp_path / "copy.json"
    out = line.run("secret", "export", str(copy))
    assert "密钥 1 节" in out
    path = secret_path(store.settings)
    first = path.read_text()
    assert json.loads(first)["chain"][0] not in line.text
    line.run("secret", "export", str(copy), code="state.exists")
    path.unlink()
    line.run("secret", "export", str(tmp_path / "other.json"), code="state.secret")
    setting(monkeypatch, "CREDIT_GRAPH_PASSPHRASE", WORDS + "!")
    line.run("secret", "import", str(copy), code="input.passphrase")
    assert not path.exists()
    setting(monkeypatch, "CREDIT_GRAPH_PASSPHRASE", WORDS)
    line.run("secret", "import", str(copy))
    assert path.read_text() == first
    assert "已是同一密钥" in line.run("secret", "import", str(copy))
    out = line.run("secret", "rotate", "--json")
    empty = {"links": 2, "resumed": False, "records": 0, "persons": 0, "files": 0, "tombstones": 0}
    assert json.loads(out) == empty
    assert json.loads(path.read_text())["chain"][0] == json.loads(first)["chain"][0]
    line.run("secret", "import", str(copy), code="state.secret_copy")
    out = line.run("--lang", "en", "secret", "rotate")
    assert out.startswith("Rotated: records 0, persons 0") and "has 3 links" in out
    out = line.run("--lang", "zh", "doctor", "--json")
    details = [row["detail"] for row in json.loads(out)["findings"] if row["check"] == "secret"]
    assert details == [f"{path}（密钥链 3 节）"]


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_where_the_passphrase_comes_from(line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line.run("secret", "export", str(tmp_path / "a"), code="usage.bad_value")  # no terminal to ask at
    assert "CREDIT_GRAPH_PASSPHRASE_FILE" in line.text
    setting(monkeypatch, "CREDIT_GRAPH_PASSPHRASE", "short")
    line.run("secret", "export", str(tmp_path / "a"), code="usage.bad_value")
    words = tmp_path / "words"
    setting(monkeypatch, "CREDIT_GRAPH_PASSPHRASE_FILE", words)
    line.run("secret", "export", str(tmp_path / "a"), code="input.not_found")
    words.write_text(WORDS + "\n")
    words.chmod(0o644)
    line.run("secret", "export", str(tmp_path / "a"), code="usage.bad_value")
    assert not (tmp_path / "a").exists()
    words.chmod(0o600)
    line.run("secret", "export", str(tmp_path / "a"))
    assert len(sealed.open_sealed(tmp_path / "a", WORDS)) == 32
    assert "short" not in line.text and WORDS not in line.text


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_graph_moves_to_a_new_installation_with_its_secret(
    line: Line, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting(monkeypatch, "CREDIT_GRAPH_PASSPHRASE", WORDS)
    path = secret_path(store.settings)
    line.run("secret", "export", str(tmp_path / "old.json"))
    old = path.read_text()
    line.run("db", "backup", str(tmp_path / "backup"))
    line.run("secret", "rotate")
    line.run("secret", "export", str(tmp_path / "new.json"))
    new = path.read_text()
    line.run("db", "wipe", "--yes")
    path.unlink()
    line.run("secret", "import", str(tmp_path / "old.json"))
    assert path.read_text() == old
    line.run("db", "restore", str(tmp_path / "backup"))
    assert "secret rotate" in line.run("--lang", "zh", "secret", "import", str(tmp_path / "new.json"))
    assert path.read_text() == new
    line.run("secret", "export", str(tmp_path / "third.json"), code="state.rotating")
    assert json.loads(line.run("secret", "rotate", "--json"))["resumed"] is True
    assert path.read_text() == new
