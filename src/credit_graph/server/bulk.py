"""All of it at once for other departments: one JSON object a line (NDJSON), the last with a checksum of the rest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from credit_graph.errors import UsageError
from credit_graph.jobs.department_files import in_chinese
from credit_graph.jobs.department_levels import department_levels, policy_version
from credit_graph.jobs.published import Published, latest
from credit_graph.lists.editions.edition import NUMBER
from credit_graph.lists.policy import list_names
from credit_graph.server.context import Client
from credit_graph.server.plain import FindClient, answered, permit, present
from credit_graph.store import Store
from credit_graph.text import t

Line = dict[str, Any]
_CHUNK = 500  # lines sent together


def routes(store: Store, client: FindClient) -> list[Route]:
    """``GET /v1/export/levels`` and ``/v1/export/public-records``."""

    def levels(request: Request, who: Client) -> Response:
        permit(who, "exportLevels", "level", districts=True)
        after = request.query_params.get("after", "")
        point = present(store)
        run, told = department_levels(store, point)
        rows = (level.told(in_chinese) for level in told if level.code > after and who.scope.sees(level.district))
        said = {"seq": point.seq, "run": run["rid"], "policyVersion": policy_version(run)}
        return _streamed(rows, said, f"{run['rid'][:16]};{point.seq};{point.valid}")

    def public_records(request: Request, who: Client) -> Response:
        permit(who, "exportPublicRecords", "releases", districts=True)
        found = [release for name in list_names() if (release := latest(store, name)) is not None]
        versions = {release.id: release.version for release in found}
        tag = hashlib.sha256(json.dumps(versions, sort_keys=True).encode()).hexdigest()[:32]
        rows = list(_entries(found))
        after = request.query_params.get("after")
        if after is not None:
            ids = [row["id"] for row in rows]
            if after not in ids:
                why = t("没有该标识；请从头开始", "no line has that id; begin anew")
                raise UsageError("usage.bad_value", option="after", value=after[:80], why=why)
            rows = rows[ids.index(after) + 1 :]
        return _streamed(iter(rows), {"releases": versions}, tag)

    return [
        Route("/v1/export/levels", answered(client, levels), methods=["GET"]),
        Route("/v1/export/public-records", answered(client, public_records), methods=["GET"]),
    ]


def _entries(releases: list[Published]) -> Iterator[Line]:
    for release in releases:
        for entry in release.entries:
            number = int(str(entry[NUMBER]))
            head = {"id": f"{release.id}/{number}", "list": release.head["list"], "release": release.head["release"]}
            yield {**head, "number": number, "leaf": release.leaves[number - 1], "entry": dict(entry)}


def _streamed(rows: Iterator[Line], said: Line, version: str) -> Response:
    return StreamingResponse(_lines(rows, said), headers={"ETag": f'"{version}"'}, media_type="application/x-ndjson")


def _lines(rows: Iterator[Line], said: Line) -> Iterator[bytes]:
    """The lines, then one that says how many there were and the SHA-256 of their bytes."""
    digest, count, waiting = hashlib.sha256(), 0, b""
    for count, row in enumerate(rows, 1):
        waiting += _line(row)
        if count % _CHUNK == 0:
            digest.update(waiting)
            yield waiting
            waiting = b""
    digest.update(waiting)
    yield waiting + _line({"end": True, "rows": count, "sha256": digest.hexdigest(), **said})


def _line(row: Line) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
