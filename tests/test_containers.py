"""Dockerfile and docker-compose.yml as far as they can be checked without a container engine."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml
from neo4j import GraphDatabase

from credit_graph.commands.doctor import OTHER_VARIABLES, PYTHONS
from credit_graph.settings import Settings
from credit_graph.store import Store
from test_architecture import REPOSITORY, commands

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE_TEXT = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
LINES = [line for line in DOCKERFILE.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]


def arguments(word: str) -> list[str]:
    """What follows an instruction of the Dockerfile, for each time it stands there."""
    return [line.partition(" ")[2].strip() for line in LINES if line.startswith(word + " ")]


def stripped(text: str) -> str:
    """Without the comments."""
    return re.sub(r"(^|\s)#.*", "", text)


def test_both_say_that_they_were_not_run() -> None:
    for text in (DOCKERFILE, COMPOSE_TEXT):
        assert text.startswith("# NOT RUN")
    page = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    assert "not run" in page.partition("## Containers")[2].partition("\n## ")[0].lower()


def test_images_are_pinned_and_name_no_host() -> None:
    images = [item.split(" AS ")[0] for item in arguments("FROM")] + [s["image"] for s in SERVICES.values()]
    for image in images:
        name, mark, tag = image.partition(":")
        assert mark and tag and "latest" not in tag
        assert "." not in name and "/" not in name
    version = tuple(int(part) for part in re.findall(r"python:(\d+)\.(\d+)-slim", DOCKERFILE)[0])
    assert PYTHONS[0] <= version <= PYTHONS[1]
    pom = (REPOSITORY / "tests" / "neo4j" / "pom.xml").read_text(encoding="utf-8")
    assert SERVICES["neo4j"]["image"] == f"neo4j:{re.findall(r'<version>(5[0-9.]+)</version>', pom)[0]}-community"
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert SERVICES["api"]["image"] == "credit-graph:" + re.findall(r'^version = "(.+)"', project, re.MULTILINE)[0]


def test_the_build_copies_what_the_wheel_needs_and_only_that() -> None:
    copied = [item.split()[:-1] for item in arguments("COPY") if not item.startswith("--from")]
    sources = {name.removeprefix("./") for names in copied for name in names}
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    included = set(re.findall(r'^"(\w+)" = "credit_graph/_resources/', project, re.MULTILINE))
    assert sources == {"pyproject.toml", "constraints.txt", "README.md", "src"} | included
    assert [name for name in sources if not (REPOSITORY / name).exists()] == []
    ignored = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == sources
    assert ignored[1] == "*"
    assert "PIP_CONSTRAINT=/build/constraints.txt" in DOCKERFILE


def test_the_image_runs_without_rights() -> None:
    assert arguments("USER")[-1] == "10001:10001"
    assert LINES.index(f"USER {arguments('USER')[-1]}") < min(
        i for i, line in enumerate(LINES) if line.startswith(("ENTRYPOINT", "CMD", "VOLUME"))
    )
    assert not re.search(r"\b(curl|wget|apt-get|sudo|ADD)\b", stripped(DOCKERFILE))
    for service in SERVICES.values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in service and "network_mode" not in service
        assert service["mem_limit"] and service["healthcheck"]["test"][0] == "CMD"
    assert SERVICES["neo4j"]["user"] == "7474:7474"
    assert SERVICES["api"]["read_only"] is True
    assert "ports" not in SERVICES["neo4j"] and SERVICES["neo4j"]["networks"] == ["graph"]
    assert COMPOSE["networks"]["graph"] == {"internal": True}
    assert SERVICES["api"]["ports"] == ["${CREDIT_GRAPH_ADDRESS:-127.0.0.1}:8000:8000"]


def test_there_is_no_password_and_no_start_without_one() -> None:
    for name, secret in COMPOSE["secrets"].items():
        assert re.fullmatch(r"\$\{NEO4J_\w+_FILE:\?.+\}", secret["file"]), name
    used = {name for service in SERVICES.values() for name in service["secrets"]}
    assert used == set(COMPOSE["secrets"])
    for service in SERVICES.values():
        files = {name: value for name, value in service["environment"].items() if "PASSWORD" in name or "AUTH" in name}
        assert all(name.endswith("_FILE") for name in files)
        assert set(files.values()) == {f"/run/secrets/{name}" for name in service["secrets"]}


def test_everything_that_is_named_is_declared() -> None:
    volumes = [item.split(":")[0] for service in SERVICES.values() for item in service["volumes"]]
    assert {name for name in volumes if re.fullmatch(r"[\w-]+", name)} == set(COMPOSE["volumes"])
    assert {name for service in SERVICES.values() for name in service["networks"]} == set(COMPOSE["networks"])
    assert set(SERVICES["api"]["depends_on"]) <= set(SERVICES)
    assert SERVICES["api"]["environment"]["CREDIT_GRAPH_URI"] == "bolt://neo4j:7687"


def test_every_variable_is_a_setting() -> None:
    known = OTHER_VARIABLES | {f"CREDIT_GRAPH_{name.upper()}" for name in Settings.model_fields}
    inside = set(re.findall(r"\b(CREDIT_GRAPH_\w+)=", DOCKERFILE)) | {
        name for name in SERVICES["api"]["environment"] if name.startswith("CREDIT_GRAPH_")
    }
    assert inside and inside <= known
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE_TEXT))
    page = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [name for name in sorted(asked) if f"`{name}`" not in page] == []


@pytest.mark.parametrize("engine", ["neo4j"], indirect=True)
def test_neo4j_knows_its_settings(settings: Settings) -> None:
    names = [name for name in SERVICES["neo4j"]["environment"] if name not in {"NEO4J_AUTH_FILE"}]
    dotted = {name.removeprefix("NEO4J_").replace("__", "\0").replace("_", ".").replace("\0", "_") for name in names}
    assert len(dotted) == 6
    password = settings.password.get_secret_value() if settings.password else ""
    with GraphDatabase.driver(settings.uri or "", auth=(settings.user, password)) as driver:
        rows = driver.execute_query("SHOW SETTINGS YIELD name RETURN name").records
    assert dotted <= {row["name"] for row in rows}


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_the_command_starts_and_the_health_check_finds_it(store: Store, env: dict[str, str]) -> None:
    start = yaml.safe_load(arguments("ENTRYPOINT")[0]) + yaml.safe_load(arguments("CMD")[-1])
    assert start[:2] == ["credit-graph", "serve"]
    from credit_graph import cli

    assert " ".join(start[:2]) in set(commands(cli.application(), "credit-graph"))
    check = yaml.safe_load(next(line.partition("CMD ")[2] for line in LINES if line.startswith("HEALTHCHECK")))
    assert SERVICES["api"]["healthcheck"]["test"] == ["CMD", *check]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    program = str(Path(sys.executable).with_name("credit-graph"))
    refused = subprocess.run([program, *start[1:-1], port], env=env, capture_output=True, text=True, check=False)
    assert (refused.returncode, "access.remote_refused" in refused.stderr) == (7, True)
    subprocess.run([program, "key", "create", "--role", "analyst"], env=env, check=True, capture_output=True)
    asks = [sys.executable, *(part.replace(":8000/", f":{port}/") for part in check[1:])]
    assert subprocess.run(asks, check=False, capture_output=True).returncode == 1
    with subprocess.Popen([program, *start[1:-1], port], env=env, stderr=subprocess.DEVNULL) as server:
        try:
            assert healthy(asks, server)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
                assert b'"status":"ok"' in answer.read()
        finally:
            server.terminate()


def healthy(asks: list[str], server: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        if subprocess.run(asks, check=False, capture_output=True, env={**os.environ}).returncode == 0:
            return True
        time.sleep(0.3)
    return False
