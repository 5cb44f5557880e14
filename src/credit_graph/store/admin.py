"""What ``credit-graph db …`` does: start, stop, status, check, backup, restore, wipe."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from typing import Any

from credit_graph.settings import Settings
from credit_graph.store import embedded
from credit_graph.store.backup import FOLDERS, backup, restore
from credit_graph.store.dump import keyless
from credit_graph.store.graph import Store
from credit_graph.store.migrate import migrations, schema_version
from credit_graph.text import t

__all__ = ["Finding", "backup", "check", "restore", "start", "status", "stop", "wipe"]

_INDEX = re.compile(r"FOR \(n:(\w+)\) (?:ON \(|REQUIRE )([^)\n]*?)(?:\)| IS UNIQUE)")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: a stable code, and what to do in the user's language."""

    code: str
    message: str


def start(settings: Settings) -> dict[str, Any]:
    """Start the embedded engine (or reach the server), bring its schema up to date; then its :func:`status`.

    The engine stops again after its idle time unless a process uses it.
    """
    Store.open(settings, pending=True).close()
    return status(settings)


def stop(settings: Settings) -> bool:
    """Stop the embedded engine, also under those who use it; False where none ran. A server is left alone."""
    return settings.embedded and embedded.stop(settings)


def status(settings: Settings) -> dict[str, Any]:
    """engine, uri, running, home, and for the embedded engine the process ids. Starts nothing.

    Raises ``StoreError`` where a configured server can't be reached.
    """
    if not settings.embedded:
        with Store.open(settings, migrate=False) as store:
            return {"engine": "neo4j", "uri": settings.uri, "running": True, "home": str(store.home)}
    endpoint = embedded.status(settings)
    found = {"engine": "embedded", "running": endpoint is not None, "home": str(settings.home.resolve())}
    if endpoint:
        found |= {"uri": endpoint.uri, "java": endpoint.java, "supervisor": endpoint.supervisor}
    return found


def check(store: Store) -> list[Finding]:
    """Look for damage: schema, indexes, nodes without key, access to the data directory."""
    return [*_schema(store), *_indexes(store), *_keyless(store), *_open_home(store)]


def wipe(store: Store) -> int:
    """Remove the whole graph with its batch and run files; the secret stays. Returns the number of nodes."""
    with store.writer("wipe"):
        removed = store.clear()
        for name in (*FOLDERS, "standing"):  # the standing rows are a cache of the graph
            shutil.rmtree(store.home / name, ignore_errors=True)
    return removed


def _schema(store: Store) -> list[Finding]:
    recorded = {row["number"]: row["sha256"] for row in store.read("read/schema_version")}
    findings = [
        Finding(
            "schema_changed",
            t(
                f"迁移 {step.number:04} 在应用之后被改动",
                f"migration {step.number:04} was altered after it was applied",
            ),
        )
        for step in migrations()
        if recorded.get(step.number, step.sha256) != step.sha256
    ]
    if missing := [step.number for step in migrations() if step.number not in recorded]:
        text = t(f"缺少迁移 {missing}", f"the migrations {missing} are missing")
        findings.append(Finding("schema_missing", text))
    if newer := [number for number in recorded if number > schema_version()]:
        text = t(f"图的结构更新：{newer}", f"the graph has newer migrations: {newer}")
        findings.append(Finding("schema_newer", text))
    return findings


def _indexes(store: Store) -> list[Finding]:
    """Compare the indexes with what the migrations ask for."""
    ready = {
        (label, tuple(row["properties"]))
        for row in store.read("read/indexes")
        if row["state"] == "ONLINE"
        for label in row["labels"] or []
    }
    wanted = {
        (label, tuple(part.strip().removeprefix("n.") for part in properties.split(",")))
        for step in migrations()
        for _, text in step.parts(store.engine)
        for label, properties in _INDEX.findall(text)
    }
    return [
        Finding(
            "index_missing",
            t(f"索引缺失或未就绪：{label}({names})", f"an index is missing or not ready: {label}({names})"),
        )
        for label, names in sorted((label, ", ".join(properties)) for label, properties in wanted - ready)
    ]


def _keyless(store: Store) -> list[Finding]:
    return [
        Finding(
            "keyless",
            t(f"{nodes} 个节点（{labels}）没有唯一键", f"{nodes} nodes ({labels}) have no unique key"),
        )
        for labels, nodes in keyless(store)
    ]


def _open_home(store: Store) -> list[Finding]:
    if os.name == "nt" or not store.home.stat().st_mode & 0o077:
        return []
    home = store.home
    text = t(f"数据目录 {home} 对其他用户开放，请改为 0700", f"{home} is open to others: make it 0700")
    return [Finding("home_open", text)]
