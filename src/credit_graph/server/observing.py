"""What an operator sees of a running server: metrics, one line of log a request, readiness. Never what was asked about.

Labels and lines hold the name of a saved operation (or the route), role, id of the key, status and time; no code, name,
variable, address or text of a query.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from credit_graph.errors import CreditGraphError
from credit_graph.jobs.batches import last_seq, open_batch
from credit_graph.server.guard import client_of, refusal
from credit_graph.store import Store
from credit_graph.store.migrate import applied, migrations

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus-client: several workers add up their figures there
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
log = structlog.get_logger("credit_graph.requests")


class Metrics:
    """The figures of one server process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "credit_graph_requests", "Requests answered", ("operation", "role", "status"), registry=self._registry
        )
        self.seconds = Histogram(
            "credit_graph_request_seconds", "Time to answer", ("operation",), registry=self._registry, buckets=_BUCKETS
        )
        self.running = Gauge(
            "credit_graph_requests_running",
            "Requests being answered",
            registry=self._registry,
            multiprocess_mode="livesum",
        )

    def text(self) -> bytes:
        """In the format of Prometheus; of all workers where there are several."""
        registry = self._registry
        if os.environ.get(MULTIPROCESS):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        graph = CollectorRegistry()
        graph.register(_Graph(self._store))
        return generate_latest(registry) + generate_latest(graph)


class _Graph(Collector):
    """Figures of the graph, read when they are asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> list[Metric]:
        """Nothing: to register it needs no graph."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The figures; of an engine that does not answer only that."""
        up, seq, opened = 1, 0, 0
        try:
            seq, opened = last_seq(self._store) or 0, int(open_batch(self._store) is not None)
        except CreditGraphError:
            up = 0
        yield GaugeMetricFamily("credit_graph_engine_up", "Whether the engine answers", up)
        yield GaugeMetricFamily("credit_graph_seq", "Seq of the last committed batch", seq)
        yield GaugeMetricFamily("credit_graph_batch_open", "Whether a batch was begun and not committed", opened)
        calls = CounterMetricFamily("credit_graph_statements", "Statements run by this process", labels=["statement"])
        seconds = CounterMetricFamily("credit_graph_statement_seconds", "Time they took", labels=["statement"])
        for name, cost in sorted(self._store.metrics.items()):
            calls.add_metric([name], cost.count)
            seconds.add_metric([name], cost.seconds)
        yield calls
        yield seconds


class Observed:
    """Around the whole application: counts and logs each request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, then count and log."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def seeing(message: Message) -> None:
            nonlocal status
            status = message["status"] if message["type"] == "http.response.start" else status
            await send(message)

        self._metrics.running.inc()
        try:
            await self._app(scope, receive, seeing)
        finally:
            self._metrics.running.dec()
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        client = scope.get("client_role")
        operation = scope.get("operation") or getattr(scope.get("route"), "path", "other")
        role = client.role.name if client else "-"
        self._metrics.requests.labels(operation, role, str(status)).inc()
        self._metrics.seconds.labels(operation).observe(seconds)
        log.info(
            "request",
            operation=operation,
            role=role,
            client=shown_client(client.id) if client else "-",
            status=status,
            ms=round(seconds * 1000, 1),
        )


def shown_client(name: str) -> str:
    """The id of a key as it is; of a person's token a part of its hash, since it may hold a name."""
    kind, colon, subject = name.partition(":")
    return f"{kind}:{hashlib.sha256(subject.encode()).hexdigest()[:8]}" if colon else name


def readiness(store: Store) -> dict[str, str]:
    """What a server needs to answer: ``ok``, ``open`` (a load is running or was broken off: no fault), ``other``
    (the schema is not this program's), or a code."""
    found: dict[str, str] = {}
    try:
        store.read("read/ping")
        found["engine"] = "ok"
        found["migrations"] = "ok" if {row["number"] for row in applied(store)} == _numbers() else "other"
        found["batches"] = "ok" if last_seq(store) else "state.no_data"
        if found["batches"] == "ok" and open_batch(store) is not None:
            found["batches"] = "open"
    except CreditGraphError as error:
        found.setdefault("engine", error.code)
    return found


def _numbers() -> set[int]:
    return {step.number for step in migrations()}


def routes(store: Store, metrics: Metrics) -> list[Route]:
    """``/ready`` for who balances the load, ``/metrics`` for Prometheus."""

    async def ready(request: Request) -> Response:
        checks = await run_in_threadpool(readiness, store)
        good = len(checks) == 3 and set(checks.values()) <= {"ok", "open"}
        status = "ready" if good else "not ready"
        return JSONResponse({"status": status, "checks": checks}, status_code=200 if good else 503)

    async def shown(request: Request) -> Response:
        try:
            if not is_direct(request):
                (await client_of(request)).role.require("monitoring")
        except CreditGraphError as error:
            return refusal(error)
        return Response(await run_in_threadpool(metrics.text), media_type=CONTENT_TYPE_LATEST)

    return [Route("/ready", ready), Route("/metrics", shown)]


def is_direct(request: Request) -> bool:
    """Whether the request comes from this machine, and not for another through a proxy."""
    host = request.client.host if request.client else ""
    return host in ("127.0.0.1", "::1") and not any(name in request.headers for name in _FORWARDED)
