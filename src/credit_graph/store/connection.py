"""The connection to the engine in use: the embedded one or a Neo4j server; the same driver for both."""

from __future__ import annotations

import http.client
import json
import logging
import threading
from base64 import b64encode
from typing import Literal

import neo4j
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from credit_graph.errors import StoreError
from credit_graph.settings import Settings
from credit_graph.store import embedded
from credit_graph.store.catalogue import statement
from credit_graph.store.days import remember_days
from credit_graph.store.faults import translate
from credit_graph.store.lease import Lease
from credit_graph.text import t

Engine = Literal["embedded", "neo4j"]
SCHEMES = frozenset(f"{scheme}{security}" for scheme in ("bolt", "neo4j") for security in ("", "+s", "+ssc"))

# the driver logs failed statements with the server's message, which can hold values of a row
logging.getLogger("neo4j").setLevel(logging.CRITICAL)


class Connection:
    """A driver, the name of the database, and what is needed to come back after the engine died."""

    driver: Driver
    uri: str
    database: str

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine: Engine = "embedded" if settings.embedded else "neo4j"
        self._lease: Lease | None = None
        self._reviving = threading.Lock()
        # in a cluster a read, and the next writer's, must see what was written before it, on whatever member
        self.bookmarks = None if settings.embedded else GraphDatabase.bookmark_manager()
        self._endpoint: embedded.Endpoint | None = None
        if settings.embedded:
            endpoint, self._lease = embedded.attach(settings)
            self._use(endpoint)
        else:
            self.uri = settings.uri or ""
            self.database = settings.database or "neo4j"
            self.driver = _driver(self.uri, settings.user, _password(settings))
            self._verify()

    def close(self) -> None:
        """Close the driver and give the embedded engine back."""
        self.driver.close()
        if self._lease:
            self._lease.release()

    def revive(self) -> bool:
        """After a lost connection: start the embedded engine again if it died; False for a server."""
        if self._endpoint is None:
            return False
        with self._reviving:
            endpoint = embedded.ensure(self.settings)
            if endpoint != self._endpoint:
                old = self.driver
                self._use(endpoint)
                old.close()
        return True

    def sql(self, script: str) -> None:
        """Run SQL on the embedded engine, which takes type definitions in no other way (loopback)."""
        self._post(f"/api/v1/command/{self.database}", {"language": "sqlscript", "command": script})

    def renew(self) -> None:
        """Replace the embedded engine's database by an empty one without schema."""
        for verb in ("drop", "create"):
            self.post_server(f"{verb} database {self.database}")

    def post_server(self, command: str) -> None:
        """Have the embedded engine create or drop a database."""
        self._post("/api/v1/server", {"command": command})

    def _post(self, path: str, body: dict[str, str]) -> None:
        assert self._endpoint is not None
        credentials = b64encode(f"{embedded.USER}:{self._endpoint.password}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        seconds = self.settings.timeout_seconds
        link = http.client.HTTPConnection("127.0.0.1", self._endpoint.http, timeout=seconds)
        try:
            link.request("POST", path, json.dumps(body), headers)
            answer = link.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            link.close()
        if answer.status != http.client.OK:
            raise StoreError("store.failed", statement=body["command"][:80], why=text[:300])

    def _use(self, endpoint: embedded.Endpoint) -> None:
        self._endpoint = endpoint
        self.uri = endpoint.uri
        self.database = endpoint.database
        self.driver = _driver(endpoint.uri, embedded.USER, endpoint.password)

    def _verify(self) -> None:
        try:
            with self.driver.session(database=self.database) as session:
                session.run(statement("read/ping").text).consume()
        except (DriverError, Neo4jError, OSError, ValueError) as error:
            self.driver.close()
            raise translate(error, "connect", self.settings, self.uri) from None


def _driver(uri: str, user: str, password: str) -> Driver:
    if uri.partition("://")[0] not in SCHEMES:
        why = t("地址应以 bolt:// 或 neo4j:// 开头", "the address should start with bolt:// or neo4j://")
        raise StoreError("store.unreachable", uri=uri, why=why)
    remember_days()
    try:
        return GraphDatabase.driver(
            uri,
            auth=(user, password),
            connection_timeout=10,
            connection_acquisition_timeout=30,
            notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
            telemetry_disabled=True,
            user_agent="credit_graph",
        )
    except (DriverError, ValueError) as error:
        raise StoreError("store.unreachable", uri=uri, why=str(error)) from None


def _password(settings: Settings) -> str:
    if settings.password_file:
        try:
            return settings.password_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise StoreError("store.unreachable", uri=settings.uri, why=str(error)) from None
    return settings.password.get_secret_value() if settings.password else ""
