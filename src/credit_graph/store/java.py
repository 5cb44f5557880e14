"""The Java command of the embedded engine (ArcadeDB with its bundled runtime): every switch in one place."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path

from credit_graph.errors import StoreError


def package_folder() -> Path:
    """The folder with ``jars`` and ``jre``: of arcadedb-jvm (new name) or arcadedb-embedded (old name).

    Looks for the package without importing it, so no JVM starts in this process.
    Raises ``StoreError("store.no_engine")`` where neither is installed.
    """
    for module in ("arcadedb", "arcadedb_embedded"):
        found = importlib.util.find_spec(module)
        if found and found.origin and (Path(found.origin).parent / "jars").is_dir():
            return Path(found.origin).parent
    raise StoreError("store.no_engine")


def _megabytes(heap: str) -> int:
    """Megabytes of a heap as Java writes it (``2g``, ``512m``); what is none is left to Java to refuse."""
    found = re.fullmatch(r"([0-9]+)([mg])", heap.lower())
    return int(found[1]) * (1024 if found[2] == "g" else 1) if found else 1024


def command(folder: Path, *, heap: str, timeout_ms: int, database: str, bolt: int, http: int) -> list[str]:
    """The command line; no secret is in it, as any user of the machine can read it."""
    package = package_folder()
    java = package / "jre" / "bin" / ("java.exe" if os.name == "nt" else "java")
    arcade = {
        "server.rootPath": folder,
        "server.databaseDirectory": folder / "databases",
        "server.logsDirectory": folder / "log",
        "server.rootPasswordPath": folder / "password",
        # production mode replaces every error message by "see the log"; it is hardened by hand instead
        "server.mode": "development",
        "txWalFlush": 1,
        "maxPageRAM": _megabytes(heap) // 2,
        # the driver's own timeouts have no effect on this engine
        "command.timeout": timeout_ms,
        "opencypher.loadCsv.allowFileUrls": "false",
        "opencypher.loadCsv.allowRemoteUrls": "false",
        "server.httpIncomingHost": "127.0.0.1",
        "server.httpIncomingPort": http,
        "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "bolt.host": "127.0.0.1",
        "bolt.port": bolt,
        "bolt.defaultDatabase": database,
        "server.defaultDatabases": f"{database}[root]",
    }
    return [
        str(java),
        f"-Xmx{heap}",
        "-Xms64m",
        "-XX:+UseParallelGC",  # a load takes a tenth less time than with the collector that Java chooses
        "-XX:+UseCompactObjectHeaders",
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
        "--add-opens=java.base/java.nio.channels.spi=ALL-UNNAMED",
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "-Djava.awt.headless=true",
        "-Dfile.encoding=UTF8",
        "-Dpolyglot.engine.WarnInterpreterOnly=false",
        *(f"-Darcadedb.{key}={value}" for key, value in arcade.items()),
        "-cp",
        f"{package / 'jars'}{os.sep}*",
        "com.arcadedb.server.ArcadeDBServer",
    ]
