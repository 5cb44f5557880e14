"""Records in the schema: the interface, and one type per record kind, made from ``model.kinds``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import partial
from pathlib import PurePath
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension

from credit_graph.jobs.withheld import unshared
from credit_graph.model.kinds import (
    DECISION_KINDS,
    KINDS,
    PERSONAL_KEYS,
    SUBJECT_FIELDS,
    WORK_KINDS,
    Field,
    FieldType,
    Kind,
)
from credit_graph.model.time import DAY_MAX, DAY_MIN, OPEN_SEQ
from credit_graph.server.context import Moment
from credit_graph.server.found import FoundRecord
from credit_graph.server.needs import Info, Needs, needs, shown
from credit_graph.server.roles import viewer

T = FieldType
_GRAPHQL = {
    T.DAY: date,
    T.MONTH: date,
    T.YEAR: int,
    T.INTEGER: int,
    T.NUMBER: float,
    T.FLAG: bool,
    T.AMOUNT: Decimal,
    T.SHARE: Decimal,
}
# documents of natural persons are keys or masks in the graph and no answer of the API
_NEVER = PERSONAL_KEYS
# a number field may hold the masked document of a person; and the party of a record may be one
_PERSONAL = {"subject_number"}


@strawberry.enum(description="使用渠道 / channels on which a record may or may not be used")
class Channel(Enum):
    """The channels that a hold may name (model.kinds.CHANNELS)."""

    PUBLIC = "public"
    DEPARTMENTS = "departments"
    GRADING = "grading"
    INTERNAL = "internal"


@strawberry.type(description="金额 / an amount of money")
class Money:
    """An amount in yuan (元), exact to the fen (分)."""

    amount: Decimal = strawberry.field(description="元，两位小数 / yuan with two decimals")
    currency: str | None = strawberry.field(description="币种 / currency as the source says it")


def yuan(fen: int | None) -> Decimal | None:
    """Fen (分) as yuan (元) with two decimals."""
    return None if fen is None else Decimal(fen).scaleb(-2)


def percent(ppm: int | None) -> Decimal | None:
    """Parts per million as per cent with four decimals."""
    return None if ppm is None else Decimal(ppm).scaleb(-4)


def shown_day(day: date | None) -> date | None:
    """A day, ``None`` for an open end."""
    return None if day in (None, DAY_MIN, DAY_MAX) else day


@strawberry.type(description="来源：批次、文件与行 / where the record comes from")
class Lineage:
    """The batch, file and row of a record."""

    batch: int
    row: int = strawberry.field(description="表格中的行号 / row number as a spreadsheet counts")
    file: str | None
    committed_on: date | None


@strawberry.interface(description="一条记录：某来源的一次声明 / what one source states")
class Record:
    """A statement (声明) of a source about an enterprise."""

    found: strawberry.Private[FoundRecord]

    @shown("声明标识，仅对本客户端有效 / opaque, valid for this client only")
    def statement_id(self, info: Info) -> strawberry.ID:
        """The opaque id."""
        return strawberry.ID(info.context.sealer.node_id("Record", self.found.node["sid"]))

    @shown("记录种类 / record kind")
    def kind(self) -> str:
        """The kind."""
        return str(self.found.node["kind"])

    @shown("数据源 / data source")
    def source(self) -> str:
        """The source."""
        return str(self.found.node["source"])

    @shown("有效期起（空：不详） / first day on which it is true; null: open")
    def valid_from(self) -> date | None:
        """First valid day."""
        return shown_day(self.found.node["valid_from"])

    @shown("有效期止，不含当日（空：至今） / first day on which it is true no more")
    def valid_to(self) -> date | None:
        """End of validity."""
        return shown_day(self.found.node["valid_to"])

    @shown("自哪一批次起已知 / seq of the batch since which it is known")
    def known_from(self) -> int:
        """First seq."""
        return int(self.found.node["known_from"])

    @shown("至哪一批次止（空：至今） / seq at which it was replaced; null: not")
    def known_to(self) -> int | None:
        """Last seq."""
        end = int(self.found.node["known_to"])
        return None if end == OPEN_SEQ else end

    @needs("holds", "在该渠道今天是否可用，默认本角色的渠道 / whether it may be used today on a channel")
    def in_use(self, info: Info, channel: Channel | None = None) -> bool | None:
        """Use (第三条件): no hold names the channel today."""
        return (channel.value if channel else info.context.role.channel) not in self.found.held

    @needs("lineage", "来源文件与行 / file and row")
    async def lineage(self, info: Info) -> Lineage | None:
        """The batch, file and row."""
        batch = await info.context.loaders.batches.load(self.found.node["batch"])
        if batch is None:
            return None
        file = PurePath(batch["path"]).name if batch["path"] else None
        return Lineage(
            batch=batch["seq"], row=int(self.found.node["row"]), file=file, committed_on=batch["committed_on"]
        )


def _value(name: str, field_type: FieldType) -> Callable[[Record], Any]:
    """A resolver of one field; its annotation is the field's type in the schema."""

    def value(self: Record) -> Any:
        found = self.found.node.get(name)
        if field_type is T.AMOUNT:
            return yuan(found)
        return percent(found) if field_type is T.SHARE else found

    value.__annotations__ = {"return": _GRAPHQL.get(field_type, str) | None}
    return value


def _describe(field: Field) -> str:
    units = {T.AMOUNT: "（元）", T.SHARE: "（%）"}
    return field.zh + units.get(field.type, "")


def _record_type(kind: Kind) -> type[Record]:
    """The GraphQL type of a record kind: a field per property, names of natural persons behind their right."""
    namespace: dict[str, Any] = {"__annotations__": {}, "__doc__": kind.zh, "__module__": __name__}
    for name, field in {**SUBJECT_FIELDS, **kind.fields}.items():
        if field.type in _NEVER:
            continue
        extensions: list[FieldExtension] = [Needs("persons")] if field.personal or name in _PERSONAL else []
        namespace[name] = strawberry.field(
            resolver=_value(name, field.type), description=_describe(field), extensions=extensions
        )
    made = type(kind.name, (Record,), namespace)
    return strawberry.type(made, description=f"{kind.zh} / record kind {kind.name}")


# a decision is no record of its own for clients: a hold shows in ``inUse``, who is one person in ``Person``
RECORD_TYPES: dict[str, type[Record]] = {
    name: _record_type(kind) for name, kind in KINDS.items() if name not in (*DECISION_KINDS, *WORK_KINDS)
}

_enum: Any = Enum  # its members are data, which no type checker can know
RecordKind: Any = strawberry.enum(
    _enum("RecordKind", {name: name for name in RECORD_TYPES}), description="记录种类 / record kinds"
)


def record(found: FoundRecord) -> Record:
    """The record as its type in the schema."""
    return RECORD_TYPES[found.node["kind"]](found=found)


async def shared(info: Info, found: Sequence[FoundRecord], at: Moment) -> list[FoundRecord]:
    """Those that their departments have authorised the caller to see (来源部门授权); the answer tells of others."""
    context = info.context
    reader = viewer(context.role, context.client.purpose)
    if reader.outside is None:
        return list(found)
    sources = {item.node["source"] for item in found}
    closed = await context.run(partial(unshared, sources, reader, at.point.use))
    context.left_out.update(item.node["source"] for item in found if item.node["source"] in closed)
    return [item for item in found if item.node["source"] not in closed]


async def usable_records(info: Info, sids: Iterable[str], at: Moment) -> list[Record]:
    """The records of these statements that the caller may use, in their order; what people decided is none."""
    found = await info.context.loaders.statements.load_many([(sid, at) for sid in sids])
    told = [item[1] for item in found if item and item[1].node["kind"] in RECORD_TYPES]
    return [record(item) for item in await shared(info, told, at)]
