"""The Neo4j 5 Community of a test run (or benchmark), from Maven artifacts; it dies with its parent."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

FOLDER = Path(__file__).parent / "neo4j"
LIBRARY = FOLDER / "lib"
JAVA = (17, 21)
NEEDED = "Neo4j tests need NEO4J_URI, or Java 17 or 21 and Maven (apt: openjdk-17-jdk-headless maven)"


class Missing(Exception):
    """No Neo4j can be had on this machine; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Server:
    """A reachable Neo4j."""

    uri: str
    user: str
    password: str


@contextmanager
def server(folder: Path, heap: int = 1024, pages: int = 256) -> Iterator[Server]:
    """The server that ``NEO4J_URI`` names, else one that lives in the folder as long as this context.

    ``heap``, ``pages``: memory of the latter and its page cache in MB. Raises ``Missing``.
    """
    if uri := os.environ.get("NEO4J_URI"):
        yield Server(uri, os.environ.get("NEO4J_USER", "neo4j"), os.environ.get("NEO4J_PASSWORD", ""))
        return
    java = _java()
    _fetch()
    (folder / "conf").mkdir(parents=True)
    (folder / "conf" / "neo4j.conf").touch()
    password = secrets.token_hex(12)  # one that begins with - would be taken for an option
    classes = ["-cp", str(LIBRARY / "*")]
    subprocess.run(
        [java, *classes, "org.neo4j.cli.AdminTool", "dbms", "set-initial-password", password],
        env=os.environ | {"NEO4J_HOME": str(folder), "NEO4J_CONF": str(folder / "conf")},
        check=True,
        capture_output=True,
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    opens = [f"--add-opens=java.base/java.{package}=ALL-UNNAMED" for package in ("nio", "lang")]
    given = [str(folder), str(port), str(pages)]
    command = [java, f"-Xmx{heap}m", *opens, *classes, str(FOLDER / "Launcher.java"), *given]
    with (folder / "out.txt").open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT)
    try:
        found = Server(f"bolt://127.0.0.1:{port}", "neo4j", password)
        _wait(found, process, folder / "out.txt")
        yield found
    finally:
        process.kill()  # its data is thrown away
        process.wait()


def _wait(found: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with GraphDatabase.driver(found.uri, auth=(found.user, found.password)) as driver:
                driver.execute_query("RETURN 1", database_="neo4j")
                return
        except (DriverError, Neo4jError):
            time.sleep(0.3)
    raise RuntimeError(f"Neo4j did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _java() -> str:
    java = shutil.which("java")
    if java:
        banner = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
        version = re.search(r'version "(\d+)', banner)
        if version and int(version[1]) in JAVA:
            return java
    raise Missing(NEEDED)


def _fetch() -> None:
    """Copy the jars once, whichever process comes first; a marker says that the copy is whole and of this pom.xml."""
    with FileLock(FOLDER / "lib.lock"):
        _fetch_alone()


def _fetch_alone() -> None:
    pom = FOLDER / "pom.xml"
    marker = LIBRARY / "complete.xml"
    if marker.exists() and marker.read_bytes() == pom.read_bytes():
        return
    maven = shutil.which("mvn")
    if maven is None:
        raise Missing(NEEDED)
    shutil.rmtree(LIBRARY, ignore_errors=True)
    command = [maven, "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
    command.append(f"-DoutputDirectory={LIBRARY}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"Maven could not fetch Neo4j: {done.stdout[-300:]}")
    shutil.copyfile(pom, marker)
