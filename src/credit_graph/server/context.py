"""What one request carries: who asks, what was pinned at its start, how much it may still read."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Annotated, Any, TypeVar

import strawberry
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders

from credit_graph import clock
from credit_graph.errors import StateError, UsageError
from credit_graph.jobs.batches import named_seq
from credit_graph.model.time import Point
from credit_graph.server.roles import Role, limits
from credit_graph.server.scope import WHOLE, Scope
from credit_graph.server.tokens import Sealer
from credit_graph.store import Store

T = TypeVar("T")
R = TypeVar("R")
LINK = "link"  # names of the State nodes that say which run is current
GRADE = "grade:general"
COMMANDS = {LINK: "link", GRADE: "grade"}  # what makes the run
NO_CHANNEL = "-"  # no hold names it: nothing is left out


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: the id of the API key (``local`` without keys), its role, and what the key narrows."""

    id: str
    role: Role
    scope: Scope = WHOLE
    purpose: str = ""  # 用途, as the request says it


@dataclass(frozen=True, slots=True)
class Pin:
    """What the request reads throughout, however much is loaded meanwhile."""

    seq: int
    cache: tuple[int, date | None]
    runs: dict[str, dict[str, Any]]  # current run of each kind of result


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time that an answer is about. ``head``: the pinned seq, at which holds are known whatever
    ``asOf`` says; ``present``: no ``asOf`` was given."""

    point: Point
    head: int
    present: bool


@strawberry.input(description="另一时点 / another point in time: known and valid axes")
class AsOf:
    """The point that a client asks about."""

    valid: date | None = strawberry.field(default=None, description="有效日，默认今天 / day on which it is true")
    known: str | None = strawberry.field(
        default=None, description="已知时点：日期或批次号 / what was known then: a day or the seq of a batch"
    )


Asked = Annotated[
    AsOf | None, strawberry.argument(description="另一时点，默认当前 / another point in time; default: now")
]


@dataclass
class Context:
    """One request."""

    store: Store
    client: Client
    sealer: Sealer
    left: int = field(default_factory=lambda: limits().nodes.value)
    _pinned: asyncio.Task[Pin] | None = None
    _bids: asyncio.Task[tuple[str, ...]] | None = None
    _moments: dict[tuple[date | None, str | None], asyncio.Task[Moment]] = field(default_factory=dict)
    loaders: Any = None
    operation: str | None = None  # the saved operation that is asked, by name
    response_headers: MutableHeaders = field(default_factory=MutableHeaders)
    _releases: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)  # enterprises that the answer tells of
    names_shown: int = 0  # of natural persons
    left_out: Counter[str] = field(default_factory=Counter)  # records by source, for want of its department's leave

    @property
    def role(self) -> Role:
        """The role of the client."""
        return self.client.role

    async def read(self, name: str, /, labels: Mapping[str, str] | None = None, **params: Any) -> list[dict[str, Any]]:
        """Run a reading statement without blocking other requests."""
        return await self.run(partial(self.store.read, name, labels, **params))

    async def run(self, work: Callable[[], T]) -> T:
        """Do blocking work in a thread."""
        return await run_in_threadpool(work)

    async def together(self, work: Callable[[], T]) -> T:
        """As :meth:`run`, in one thread with what the rest of the level asks for: what follows is asked for at once,
        and takes one statement."""
        found: T = await self.loaders.work.load(work)
        return found

    def spend(self, nodes: int) -> None:
        """Count what is about to be read; ``UsageError("usage.too_costly")`` once the request asks too much."""
        self.left -= nodes
        if self.left < 0:
            most = limits().nodes.value
            raise UsageError("usage.too_costly", cost=most - self.left, limit=most)

    def rests_on(self, release: str) -> None:
        """Name a release, its day and version in the ETag of the answer, which may rest on several."""
        self._releases.add(release)
        text = min(self._releases)
        if len(self._releases) > 1:
            text = hashlib.sha256("\n".join(sorted(self._releases)).encode()).hexdigest()
        self.response_headers["ETag"] = f'"{text}"'
        self.response_headers["Cache-Control"] = "private, no-cache"
        self.response_headers["Vary"] = "Accept, Accept-Language, Authorization"

    async def sees(self, eid: str, at: Moment) -> bool:
        """Whether the enterprise, where it then was, is within the districts of the client's key."""
        if not self.client.scope.districts:
            return True
        view = await self.loaders.views.load((eid, at))
        return self.client.scope.sees(view["district"])

    async def seen(self, rows: Sequence[R], eid: Callable[[R], str | None], at: Moment) -> list[R]:
        """Those rows whose enterprise is within the districts of the client's key."""
        if not self.client.scope.districts:
            return list(rows)
        named = [(row, found) for row in rows if (found := eid(row)) is not None]
        within = await asyncio.gather(*(self.sees(found, at) for _, found in named))
        return [row for (row, _), sees in zip(named, within, strict=True) if sees]

    async def pin(self) -> Pin:
        """What this request is pinned to: read once, with its first question."""
        if self._pinned is None:
            self._pinned = asyncio.create_task(self._pin())
        return await self._pinned

    async def bids(self) -> tuple[str, ...]:
        """The id of the pinned batch: a graph that was emptied and filled again may be like the one before."""
        if self._bids is None:
            self._bids = asyncio.create_task(self._read_bids())
        return await self._bids

    async def _read_bids(self) -> tuple[str, ...]:
        return tuple(row["batch"]["bid"] for row in await self.read("read/batch", seqs=[(await self.pin()).seq]))

    async def moment(self, as_of: AsOf | None = None) -> Moment:
        """The point that is asked about; the same question gives the same answer within a request.

        Raises ``AccessError`` where the role may not ask about the past, ``UsageError`` for a wrong day and
        ``StateError`` where nothing had been loaded by then.
        """
        if as_of is None or (as_of.valid is None and as_of.known is None):
            key: tuple[date | None, str | None] = (None, None)
        else:
            self.role.require_as_of()
            key = (as_of.valid, as_of.known)
        if key not in self._moments:
            self._moments[key] = asyncio.create_task(self._moment(*key))
        return await self._moments[key]

    async def cached(self, moment: Moment) -> bool:
        """Whether the cache on the enterprise nodes answers for the moment."""
        return (await self.pin()).cache == (moment.point.seq, moment.point.valid)

    async def _pin(self) -> Pin:
        found = {row["name"]: row for row in await self.read("read/api_pin")}
        seq = found["graph"]["state"].get("seq") if "graph" in found else None
        if seq is None:
            raise StateError("state.no_data")
        cache = found["cache"]["state"] if "cache" in found else {}
        runs = {name: row["run"] for name, row in found.items() if row["run"]}
        return Pin(seq, (cache.get("seq") or 0, cache.get("day")), runs)

    async def run_at(self, name: str, moment: Moment) -> dict[str, Any]:
        """The pinned run that answers for the moment: the current one, or with ``asOf`` only one made there.

        Raises ``StateError("state.no_run")``.
        """
        run = (await self.pin()).runs.get(name)
        at = moment.point
        if run is None or not (moment.present or (run["seq"], run["valid"]) == (at.seq, at.valid)):
            command = COMMANDS[name] + ("" if moment.present else f" --valid {at.valid} --known {at.seq}")
            raise StateError("state.no_run", what=command.split()[0], command=command)
        return run

    async def _moment(self, valid: date | None, known: str | None) -> Moment:
        pin, today = await self.pin(), clock.today()
        seq = pin.seq if known is None else await self._known(known, pin.seq)
        return Moment(Point(seq, valid or today, today), pin.seq, valid is None and known is None)

    async def _known(self, known: str, head: int) -> int:
        """The last seq committed by then; of a day never later than the pinned one.

        Raises ``UsageError``: ``usage.known_beyond``, ``usage.before_data``, ``usage.bad_value``, as ``--known`` does.
        """
        asked = named_seq(known, head)
        if asked is not None:
            rows = await self.read("read/seq_at_most", seq=asked)
        else:
            try:
                day = date.fromisoformat(known)
            except ValueError:
                raise UsageError(
                    "usage.bad_value", option="asOf.known", value=known[:80], why="YYYY-MM-DD | seq"
                ) from None
            rows = await self.read("read/seq_on_day", day=day)
        found = rows[0]["seq"] if rows else None
        if found is None:
            raise UsageError("usage.before_data", known=known)
        return min(int(found), head)
