"""Loader definitions (``loaders/NAME/loader.yml``) as typed objects; docs/loaders.md tells the format."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import Inconsistent
from credit_graph.model.headers import normal_header
from credit_graph.model.kinds import CHANNELS, KINDS, SUBJECT_FIELDS, FieldType, Kind
from credit_graph.text import t

Fault = tuple[tuple[str, ...], str, str]  # place in the file, Chinese, English
_DAYS = frozenset({FieldType.DAY, FieldType.MONTH, FieldType.YEAR})
_WORDS = frozenset({FieldType.TEXT, FieldType.CATEGORY})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Strict):
    """A name in both languages."""

    zh: str
    en: str


class Sharing(_Strict):
    """Sharing attribute (共享属性) of the source, 政务数据共享条例: none, conditional or unconditional."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    type: Literal["none", "conditional", "unconditional"] = "none"
    to: tuple[str, ...] = ()
    purpose: str | None = Field(None, alias="for")
    until: date | None = None

    @model_validator(mode="after")
    def _complete(self) -> Sharing:
        if self.type == "conditional" and not (self.to and self.purpose):
            zh = "有条件共享须写明共享给谁（to）和用途（for）"
            raise ValueError(t(zh, "conditional sharing must say to whom (to) and for what (for)"))
        return self

    def allows(self, names: Collection[str], day: date, purpose: str | None = None) -> bool:
        """Whether somebody outside the bureau, who goes by these names, may see what the source says on the day;
        for this purpose (用途), if it is given."""
        if self.until is not None and day > self.until:
            return False
        if self.type == "conditional" and not set(self.to).isdisjoint(names):
            return purpose is None or purpose == self.purpose
        return self.type == "unconditional"


class Column(_Strict):
    """One field of the record: the headers under which files carry it."""

    names: tuple[str, ...] = Field(min_length=1)
    type: FieldType | None = None  # only for a field that the kind does not know
    values: dict[str, str] = {}  # corrections of values, and the allowed values of a category
    scale: Literal["percent", "fraction"] | None = None  # shares: 40 / 40 % or 0.4
    strict: bool = False  # category: a value that is not listed is a fault

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"names": value} if isinstance(value, list) else value


class Unit(_Strict):
    """Units that a column may come in; ``median_yuan`` is the plausible range of the non-zero median."""

    possible: tuple[Literal["元", "万元", "分", "亿元"], ...] = Field(min_length=1)
    median_yuan: tuple[float, float] | None = None
    like: str | None = None  # the unit is that of another column


class Valid(_Strict):
    """Which columns bear on the valid axis."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    event: str | None = None  # events: the day from which it is true
    first: str | None = None  # succession: first valid_from
    start: str | None = Field(None, alias="from")  # states that name their own interval
    end: str | None = Field(None, alias="to")
    through: str | None = None  # as ``to``, but that day still counts (有效期至)

    @property
    def last(self) -> str | None:
        """The column that names the end, whether its day still counts or not."""
        return self.end or self.through


class UseWhen(_Strict):
    """A column's value says that a fact may no longer be used (repaired, expired) or never was (annulled)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    column: str
    start: str = Field(alias="from")  # the day column from which it holds; without a day there is no hold
    repaired: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    annulled: tuple[str, ...] = ()
    otherwise: Literal["repaired", "expired", "withdrawn", "deleted_by_source"] | None = None  # any other text: a hold
    channels: tuple[str, ...] = CHANNELS[:3]


class Expect(_Strict):
    """Totals asserted on every file."""

    min: int = 1
    max: int | None = None


class Definition(_Strict):
    """A data source: who publishes it, what it states, how its columns are read."""

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: str
    title: Title
    publisher: str
    key: tuple[str, ...] = Field(min_length=1)
    scope: tuple[str, ...] | Literal["whole", "none"]
    columns: dict[str, Column]
    ignore: tuple[str, ...] = ()
    sharing: Sharing = Sharing()
    requires: tuple[str, ...] = ()
    as_of: str | None = None  # pattern of the file name with one group of eight digits
    on_change: Literal["correction", "succession"] = "correction"
    change_day: str | None = None
    on_absence: Literal["ended", "withdrawn", "held", "nothing"] = "nothing"
    valid: Valid = Valid()
    recorded_on: str | None = None
    # day field -> fields that were written with it: as of an earlier day they read as empty (backtests)
    depends_on: dict[str, tuple[str, ...]] = {}
    use_when: UseWhen | None = None
    identity: str | None = None  # a row that differs only by this added ID is a correction
    constants: dict[str, str] = {}  # fields that every record has alike, because the table is about nothing else
    joined_by: str | None = None  # a number by which another record names the subject, where no column does
    units: dict[str, Unit] = {}
    expect: Expect = Expect()

    @property
    def record_kind(self) -> Kind:
        """The kind that the records have."""
        return KINDS[self.kind]

    @property
    def required(self) -> list[tuple[str, ...]]:
        """What a file must carry: of each tuple of fields, at least one.

        ``requires``, else the fields that the key needs; the subject may be named by any of its fields.
        """
        subject = tuple(name for name in self.columns if name in SUBJECT_FIELDS)
        wanted = self.requires or (*self.key, *([self.joined_by] if self.joined_by else []))
        names: list[tuple[str, ...]] = [(name,) for name in wanted if name != "subject"]
        return [subject, *names] if "subject" in (*wanted, *self.key) else names

    def type_of(self, field: str) -> FieldType:
        """The type of a mapped field; ``KeyError`` if it has none."""
        declared = self.columns[field].type if field in self.columns else None
        if declared:
            return declared
        known = SUBJECT_FIELDS.get(field) or self.record_kind.fields.get(field)
        if known is None:
            raise KeyError(field)
        return known.type

    @model_validator(mode="after")
    def _consistent(self) -> Definition:
        if self.kind not in KINDS:
            known = ", ".join(KINDS)
            raise Inconsistent([(("kind",), f"没有 {self.kind} 这种记录；已有 {known}", f"unknown; known are {known}")])
        if faults := list(self._untyped()) or [
            *self._fields(),
            *self._headers(),
            *self._time(),
            *self._units(),
        ]:
            raise Inconsistent(faults)
        return self

    def _untyped(self) -> Iterator[Fault]:
        for name in self.columns:
            try:
                self.type_of(name)
            except KeyError:
                zh, en = f"{self.kind} 没有这个字段，请写明 type", f"no field of {self.kind}; give it a type"
                yield ("columns", name), zh, en
        for name in self.constants:
            known = self.record_kind.fields.get(name)
            if known is None or known.type not in _WORDS or name in self.columns:
                zh = f"须是 {self.kind} 的文字或类别字段，且不在 columns 中"
                yield ("constants", name), zh, f"must be a text or category of {self.kind} and not among the columns"

    def _used(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Every place that names a field, with the field."""
        for place in ("key", "scope", "requires"):
            names = getattr(self, place)
            yield from (((place,), name) for name in names if not isinstance(names, str) and name != "subject")
        for place in ("change_day", "recorded_on", "identity", "joined_by"):
            yield (place,), getattr(self, place) or ""
        for alias, name in self.valid.model_dump(by_alias=True).items():
            yield ("valid", alias), name or ""
        if self.use_when:
            yield ("use_when", "column"), self.use_when.column
            yield ("use_when", "from"), self.use_when.start
        yield from ((("units", name), name) for name in self.units)
        for day, names in self.depends_on.items():
            yield ("depends_on",), day
            yield from ((("depends_on", day), name) for name in names)

    def _fields(self) -> Iterator[Fault]:
        if not self.joined_by and not set(self.columns) & set(SUBJECT_FIELDS):
            yield (
                ("columns",),
                "没有指明主体的列（credit_code、name 等）",
                "none names the subject (credit_code, name …)",
            )
        dated = {("change_day",), ("recorded_on",), ("use_when", "from"), ("depends_on",)}
        for place, name in self._used():
            if not name:
                continue
            if name not in self.columns:
                yield place, f"用到的 {name} 不在 columns 中", f"{name} is used but is not among the columns"
            elif (place in dated or place[0] == "valid") and self.type_of(name) not in _DAYS:
                yield place, f"{name} 不是日期", f"{name} is not a day"
            elif place == ("identity",) and self.type_of(name) is not FieldType.ID_NUMBER:
                yield place, f"{name} 不是证件号码（id_number）", f"{name} is not an id_number"
        for name, column in self.columns.items():
            if column.strict and not column.values:
                yield ("columns", name), "strict 须列出 values", "strict needs the list of values"
            if self.type_of(name) is FieldType.PERSON_KEY:
                yield ("columns", name), f"{name} 只能由认定产生", f"{name} comes of decisions only"
            if self.type_of(name) is FieldType.SHARE and column.scale is None:
                zh = "比例须写明 scale：percent（40）或 fraction（0.4）"
                yield ("columns", name), zh, "a share must say its scale: percent (40) or fraction (0.4)"

    def _headers(self) -> Iterator[Fault]:
        seen: dict[str, str] = {}
        for field, column in self.columns.items():
            for header in column.names:
                owner = seen.setdefault(normal_header(header), field)
                if owner != field:
                    zh = f"列名 {header} 同时属于 {owner}"
                    yield ("columns", field), zh, f"the header {header} belongs to {owner} too"
        for header in self.ignore:
            if field_of := seen.get(normal_header(header)):
                yield (
                    ("ignore",),
                    f"列名 {header} 属于 {field_of}",
                    f"the header {header} belongs to {field_of}",
                )

    def _time(self) -> Iterator[Fault]:
        event = self.record_kind.nature == "event"
        if event and self.on_change != "correction":
            yield (
                ("on_change",),
                f"{self.kind} 是事件，变化即更正",
                f"{self.kind} is an event: a difference corrects it",
            )
        if self.valid.start is not None and self.on_change != "correction":
            zh = "自带起止日期的状态，变化即更正"
            yield ("on_change",), zh, "a state that names its from/to columns is corrected"
        if event and self.on_absence == "ended":
            zh = "事件不会结束；请用 withdrawn、held 或 nothing"
            yield ("on_absence",), zh, "an event can't end; use withdrawn, held or nothing"
        if self.valid.end and self.valid.through:
            zh = "to 与 through 只能写一个"
            yield ("valid", "through"), zh, "give either to or through"
        if self.as_of is not None and not _one_group(self.as_of):
            zh = "须为恰有一个括号组的正则表达式"
            yield ("as_of",), zh, "must be a regular expression with exactly one group"

    def _units(self) -> Iterator[Fault]:
        for name in self.columns:
            if self.type_of(name) is FieldType.AMOUNT and name not in self.units:
                yield (
                    ("columns", name),
                    "是金额，须在 units 列出可能的单位",
                    "is an amount; list its units under units",
                )
        for name, unit in self.units.items():
            if unit.like and unit.like not in self.units:
                yield (
                    ("units", name),
                    f"like 所指的 {unit.like} 没有单位",
                    f"is like {unit.like}, which has no unit",
                )
            if len(unit.possible) > 1 and not (unit.median_yuan or unit.like):
                zh = "可能有多种单位时须写 median_yuan 或 like"
                yield ("units", name), zh, "may come in several units; give median_yuan or like"


def _one_group(pattern: str) -> bool:
    try:
        return re.compile(pattern).groups == 1
    except re.error:
        return False
