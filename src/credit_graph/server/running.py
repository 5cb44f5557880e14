"""The server as a process, or as several: signals, logs, what must not be served to others."""

from __future__ import annotations

import json
import os
import sys
from ipaddress import ip_address
from tempfile import TemporaryDirectory

import structlog
import uvicorn
from starlette.applications import Starlette

from credit_graph.errors import AccessError
from credit_graph.server.app import LOOPBACK, create_app
from credit_graph.server.keys import Keys
from credit_graph.server.observing import MULTIPROCESS
from credit_graph.store import Store

GRACE_SECONDS = 30  # a request that was begun may take so long after SIGTERM
_WORKER = "CREDIT_GRAPH_WORKER"  # what a worker process is told


def serve(store: Store, host: str, port: int, local_role: str = "analyst", workers: int = 1) -> None:
    """Serve until SIGINT or SIGTERM, and answer what was begun; SIGHUP replaces the workers one by one.

    Raises ``AccessError("access.remote_refused")`` for an address others can reach while no key is in use.
    """
    loopback = is_loopback(host)
    known = store.settings.oidc_file is not None or any(key.revoked is None for key in Keys(store.home).all())
    if not loopback and not known:
        raise AccessError("access.remote_refused", host=host)
    app = create_app(store, local_role, hosts=LOOPBACK if loopback else ("*",))
    if workers == 1:
        write_logs()
        _run(app, host, port)
        return
    os.environ[_WORKER] = json.dumps({"role": local_role, "loopback": loopback})
    with TemporaryDirectory() as figures:
        os.environ[MULTIPROCESS] = figures
        _run("credit_graph.server.running:worker", host, port, workers)


def worker() -> Starlette:
    """The application of one of several processes; each has its own connections to the graph."""
    told = json.loads(os.environ[_WORKER])
    write_logs()
    return create_app(Store.open(), told["role"], hosts=LOOPBACK if told["loopback"] else ("*",))


def _run(app: Starlette | str, host: str, port: int, workers: int | None = None) -> None:
    # no access log of uvicorn's: a query in an address may name persons
    uvicorn.run(
        app,
        host=host,
        port=port,
        workers=workers,
        factory=isinstance(app, str),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def write_logs() -> None:
    """Lines of JSON on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
