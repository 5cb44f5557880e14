"""The example clients of api/examples, run against a served graph."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from commandline import invoke
from contract import contract
from credit_graph.resources import root
from credit_graph.server.app import create_app
from credit_graph.server.keys import Keys, Wanted
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from departments import GONE, NOTICE, filled
from server.city import A, B

EXAMPLES = root("api") / "examples"


class Served:
    """A graph at an address, a department's key, and a folder in which its clients run."""

    def __init__(self, url: str, key: str, folder: Path) -> None:
        self.folder = folder
        self.env = {**os.environ, "URL": url, "KEY": key, "PURPOSE": "事中事后监管", "NO_PROXY": "127.0.0.1"}

    def run(self, *words: str | Path, status: int = 0) -> str:
        """What a client prints."""
        command = [str(word) for word in words]
        done = subprocess.run(command, env=self.env, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def served(store: Store, today: None, tmp_path: Path) -> Iterator[Served]:
    """The city of departments.py, exported once."""
    load_or_create(store.settings, store)
    filled(store)
    invoke("--role", "planner", "level", "export", "--out", str(tmp_path / "out"))
    _, key = Keys(store.home).create(Wanted("department", owner="市税务局"))
    server = uvicorn.Server(uvicorn.Config(create_app(store), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(f"http://127.0.0.1:{port}", key, tmp_path)
    server.should_exit = True
    thread.join()


def test_curl_python_and_node(served: Served) -> None:
    script = EXAMPLES / "levels.sh"
    assert f'"code":"{B}","name":"乙有限公司","creditRiskLevel":"D"' in served.run("sh", script, "level", B)
    assert '"code":"usage.bad_value"' in served.run("sh", script, "level", "91", status=1)
    assert served.run("sh", script, "all", "levels.ndjson") == "levels.ndjson: OK\n"
    assert len((served.folder / "levels.ndjson").read_text(encoding="utf-8").splitlines()) == 4
    served.run("sh", script, "changes", "0", "changes.json")
    assert '"sequence":2' in (served.folder / "changes.json").read_text(encoding="utf-8")
    assert (
        served.run("sh", script, "ack", "1") == '{"acknowledged":2,"last":2}'
    )  # it began with 2 at its first question
    told = served.run(sys.executable, EXAMPLES / "levels.py", A, B, GONE)
    assert told.splitlines() == [f"{A} 甲有限公司 A", f"{B} 乙有限公司 D", f"{GONE} 丁有限公司 -"]
    copy = (served.folder / "levels.json").read_text(encoding="utf-8")
    assert copy == f'{{"sequence": 2, "levels": {{"{A}": "A", "{B}": "D"}}}}'
    if shutil.which("node"):
        lines = served.run("node", EXAMPLES / "typescript" / "levels.mjs", B).splitlines()
        assert lines == [f"{B} D 2026-11-30", f"1 set {A} A", f"2 set {B} D"]


def test_the_types_are_those_of_the_contract() -> None:
    text = (EXAMPLES / "typescript" / "types.ts").read_text(encoding="utf-8")
    types = dict(re.findall(r"interface (\w+) \{\n(.*?)\n\}", text, re.DOTALL))
    assert set(types) == {"RiskLevel", "LevelChange", "LevelChanges"}
    for name, body in types.items():
        schema = contract()["components"]["schemas"][name]
        assert dict(re.findall(r"^  (\w+): (.*);$", body, re.MULTILINE)) == {
            field: as_type(said) for field, said in schema["properties"].items()
        }


def as_type(said: dict[str, Any]) -> str:
    """A schema as TypeScript writes it."""
    if "enum" in said:
        return " | ".join("null" if value is None else f'"{value}"' for value in said["enum"])
    if said["type"] == "array":
        return str(said["items"]["$ref"]).rpartition("/")[2] + "[]"
    names = {"integer": "number", "null": "null", "string": "string"}
    kinds = said["type"] if isinstance(said["type"], list) else [said["type"]]
    return " | ".join(names[kind] for kind in kinds)


@pytest.mark.slow
def test_a_service_of_another_department(served: Served) -> None:
    """Installs graphene into an environment of its own."""
    folder = EXAMPLES / "graphene_service"
    venv = served.folder / "venv"
    served.run(sys.executable, "-m", "venv", venv)
    served.run(venv / "bin" / "pip", "install", "-q", "-r", folder / "requirements.txt")
    query = '{ permit(number: "JY16210020001") { holder { code creditRiskLevel validUntil notice } } }'
    told = served.run(venv / "bin" / "python", folder / "service.py", query)
    holder = f'"code": "{A}", "creditRiskLevel": "A", "validUntil": "2026-12-31", "notice": "{NOTICE}"'
    assert told == f'{{"data": {{"permit": {{"holder": {{{holder}}}}}}}, "errors": []}}\n'
