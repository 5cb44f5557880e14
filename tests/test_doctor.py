"""``credit-graph doctor``: each fault is found and says what to do; the wheel passes outside the repository."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from credit_graph.commands.doctor import examine
from credit_graph.settings import Settings
from credit_graph.store import Store, embedded
from credit_graph.store.secret import load_or_create

REPOSITORY = Path(__file__).resolve().parents[1]


def statuses() -> dict[str, str]:
    """check -> worst status."""
    order = ("ok", "note", "fault")
    found: dict[str, str] = {}
    for finding in examine():
        found[finding.check] = max(found.get(finding.check, "ok"), finding.status, key=order.index)
    return found


def detail(check: str) -> str:
    return " ".join(finding.detail for finding in examine() if finding.check == check and finding.status != "ok")


def faults() -> set[str]:
    return {check for check, status in statuses().items() if status == "fault"}


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A new data directory whose engine is never started: the server that it names does not exist."""
    for name in [name for name in os.environ if name.startswith("CREDIT_GRAPH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CREDIT_GRAPH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CREDIT_GRAPH_LANG", "en")
    monkeypatch.setenv("CREDIT_GRAPH_URI", "bolt://127.0.0.1:9")
    monkeypatch.setenv("CREDIT_GRAPH_PASSWORD", "x")
    return tmp_path / "home"


def test_a_sound_installation_on_each_engine(store: Store) -> None:
    load_or_create(store.settings, store)
    found = statuses()
    assert found.pop("bureau") == "note"  # the shipped one is the demo's
    assert set(found.values()) == {"ok"}
    engine_only = {"package"} if store.engine == "embedded" else set()
    assert set(found) == engine_only | {
        "python",
        "resources",
        "today",
        "configuration",
        "home",
        "disk",
        "secret",
        "engine",
        "schema",
    }


def test_another_secret_than_the_graphs(store: Store) -> None:
    load_or_create(store.settings, store)
    path = store.home / "secret.json"
    path.write_text(json.dumps({"chain": ["00" * 32]}))
    assert faults() == {"secret"}
    path.unlink()
    assert faults() == {"secret"}
    assert str(path) in detail("secret")


def test_a_server_that_does_not_answer(home: Path) -> None:
    assert faults() == {"engine"}
    assert "bolt://127.0.0.1:9" in detail("engine")
    assert home.stat().st_mode & 0o777 == 0o700


def test_a_home_that_is_open_or_can_not_be_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    found = [finding for finding in examine() if finding.status == "fault"]
    assert [finding.check for finding in found] == ["home", "engine"]
    assert f"chmod 700 {home}" in found[0].detail
    assert home.stat().st_mode & 0o777 == 0o700  # any command that opens the store mends it
    file = home.parent / "file"
    file.write_text("x")
    monkeypatch.setenv("CREDIT_GRAPH_HOME", str(file / "home"))
    assert "home" in faults()


def test_files_that_others_can_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir(mode=0o700)
    secret = home / "secret.json"
    secret.write_text(json.dumps({"chain": ["00" * 32]}))
    secret.chmod(0o644)
    password = home / "password"
    password.write_text("x")
    password.chmod(0o640)
    monkeypatch.setenv("CREDIT_GRAPH_PASSWORD_FILE", str(password))
    assert faults() == {"secret", "configuration", "engine"}
    secret.chmod(0o600)
    password.chmod(0o600)
    assert faults() == {"engine"}
    secret.write_text("no secret")
    password.unlink()
    assert faults() == {"secret", "configuration", "engine"}


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("CREDIT_GRAPH_URI", "http://127.0.0.1:9", "fault"),
        ("CREDIT_GRAPH_BATCH_SIZE", "many", "fault"),
        ("CREDIT_GRAPH_PASWORD", "x", "note"),
    ],
)
def test_settings(home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, status: str) -> None:
    monkeypatch.setenv(name, value)
    assert statuses()["configuration"] == status
    assert name in detail("configuration")


@pytest.mark.parametrize(("value", "status"), [("2026-11-23", "note"), ("tomorrow", "fault")])
def test_a_fixed_today(home: Path, monkeypatch: pytest.MonkeyPatch, value: str, status: str) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", value)
    assert statuses()["today"] == status
    assert value in detail("today")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's wheel, built from the working tree without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "-w", str(folder), str(REPOSITORY)], check=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``credit-graph`` of a fresh environment: the wheel itself, its dependencies taken from this one."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False)
    (packages,) = (folder / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    install = ["install", "-q", "--no-deps", "--no-index", "--force-reinstall", "--target", str(packages)]
    subprocess.run([*pip, *install, str(wheel)], check=True)
    launcher = folder / "bin" / "credit-graph"
    launcher.write_text(f"#!{folder}/bin/python\nfrom credit_graph.cli import main\nmain()\n")
    launcher.chmod(0o755)
    return launcher


def test_the_wheel_passes_outside_the_repository(wheel: Path, program: Path, tmp_path: Path) -> None:
    site_files = {
        f"credit_graph/lists/site/{name}" for name in ("templates/base.html", "static/style.css", "static/search.js")
    }
    assert site_files <= set(zipfile.ZipFile(wheel).namelist())
    home = tmp_path / "home"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CREDIT_GRAPH_")}
    environment |= {"CREDIT_GRAPH_HOME": str(home)}
    environment.pop("PYTHONPATH", None)
    where = "import credit_graph, credit_graph.resources as r; print(credit_graph.__file__, r.root('cypher'))"
    shown = run([program.parent / "python", "-c", where], tmp_path, environment)
    assert shown.stdout.count(str(program.parents[1])) == 2
    try:
        done = run([program, "doctor", "--json"], tmp_path, environment)
        findings = json.loads(done.stdout)["findings"]
        assert [item["check"] for item in findings if item["status"] != "ok"] == ["bureau"]  # the demo's, to be changed
        assert {item["check"] for item in findings} >= {"resources", "package", "engine", "schema"}
        assert done.returncode == 0
        assert embedded.status(Settings(home=home)) is None  # started for the proof, and stopped
    finally:
        embedded.stop(Settings(home=home))
    failed = run([program, "doctor"], tmp_path, environment | {"CREDIT_GRAPH_URI": "http://127.0.0.1:9"})
    assert failed.returncode == 1
    assert "CREDIT_GRAPH_URI" in failed.stdout


def run(command: list[str | Path], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, cwd=folder, env=environment, capture_output=True, text=True)
