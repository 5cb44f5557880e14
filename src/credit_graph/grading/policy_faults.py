"""What is wrong with a grading policy that is well formed: inputs nobody gives, points nobody gets, cuts that overlap.

Every fault has its place in the file, so that the one who wrote it finds the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from credit_graph.grading.rules import (
    ChangesInput,
    FallInput,
    GrowthInput,
    Indicator,
    LapsedInput,
    LinksInput,
    PersonsInput,
    RankInput,
    RatioInput,
    RebornInput,
    Records,
    RecordsInput,
    RelatedInput,
    RelatedStateInput,
    Rule,
    Span,
    ViewInput,
)
from credit_graph.grading.whole import GradingPolicy, PolicyFile
from credit_graph.links.reborn_policy import reborn_policy
from credit_graph.model.fields import FieldType
from credit_graph.model.kinds import DECISION_KINDS, KINDS
from credit_graph.projection.columns import content_types
from credit_graph.projection.view import precedence
from credit_graph.yamlfile import Fault

# (kind, field) -> the values that sources can give, for fields whose values are a closed list
Vocabulary = Mapping[tuple[str, str], frozenset[str]]
Fields = Mapping[str, FieldType]

_DAYS = frozenset({FieldType.DAY, FieldType.YEAR})
_NUMBERS = frozenset({FieldType.AMOUNT, FieldType.INTEGER, FieldType.SHARE, FieldType.YEAR})
_NOT_TEXT = frozenset({*_NUMBERS, FieldType.DAY, FieldType.FLAG, FieldType.NUMBER})
# the more of these, the worse: points that fell with the value would reward a violation
_COUNTING = (RecordsInput, GrowthInput, LapsedInput, ChangesInput, RebornInput, RelatedInput, RelatedStateInput,
             PersonsInput)  # fmt: skip
_FADING = (RecordsInput, ChangesInput, RelatedInput)


def fields_of(policy: GradingPolicy, kind: str) -> Fields | None:
    """The fields of a kind, known or awaited; ``None`` if a policy may not speak of it."""
    if kind in DECISION_KINDS:
        return None
    return content_types(kind) if kind in KINDS else policy.awaited.get(kind)


def faults(
    own: PolicyFile, base: GradingPolicy | None, whole: GradingPolicy, vocabulary: Vocabulary | None = None
) -> Iterator[Fault]:
    """All faults of a file; ``base``: what it extends; ``whole``: both together."""
    yield from _names(own, base)
    yield from _scale(own, whole)
    yield from _subjects(own, whole)
    for place, rule in enumerate(own.direct):
        where = ("direct", place)
        if rule.level not in {level.level for level in whole.scale.levels}:
            yield (*where, "level"), f"没有 {rule.level} 类", f"there is no level {rule.level}"
        yield from _records((*where, "input"), rule.input, whole, vocabulary)
    for place, indicator in enumerate(own.indicators):
        where = ("indicators", place)
        yield from _input((*where, "input"), indicator, whole, vocabulary)
        yield from _time(where, indicator)
        yield from _points(where, indicator)


def _names(own: PolicyFile, base: GradingPolicy | None) -> Iterator[Fault]:
    """Ids used twice, and replacements of what is not there."""
    ids = {one.id for one in base.indicators} if base else set()
    above = ids | {rule.id for rule in base.direct} if base else ids
    seen: set[str] = set()
    parts: dict[str, tuple[Rule, ...]] = {"direct": own.direct, "indicators": own.indicators}
    for part, rows in parts.items():
        for place, rule in enumerate(rows):
            where = (part, place, "id")
            replaces = isinstance(rule, Indicator) and rule.replaces
            if rule.id in seen or (rule.id in above and not replaces):
                yield where, f"{rule.id} 用了两次", f"{rule.id} is used twice"
            elif replaces and rule.id not in ids:
                zh, en = f"没有可替换的指标 {rule.id}", f"there is no indicator {rule.id} to replace"
                yield (part, place, "replaces"), zh, en
            seen.add(rule.id)


def _scale(own: PolicyFile, whole: GradingPolicy) -> Iterator[Fault]:
    """Cut points, and classes that no firm can get into."""
    if own.scale is not None:
        levels = own.scale.levels
        if levels[0].from_ != 0:
            yield ("scale", "levels", 0, "from"), "最低一类须从 0 分起", "the lowest class must begin at 0"
        for place, (one, after) in enumerate(pairwise(levels)):
            if after.from_ <= one.from_:
                zh = f"{after.level} 类的起点 {after.from_} 与 {one.level} 类重叠"
                en = f"{after.level} begins at {after.from_}, which overlaps {one.level}"
                yield ("scale", "levels", place + 1, "from"), zh, en
        for place, level in enumerate(levels):
            if level.level in {other.level for other in levels[:place]}:
                yield ("scale", "levels", place, "level"), f"{level.level} 类写了两次", f"{level.level} is there twice"
    most = min(sum(indicator.cap for indicator in whole.indicators), whole.scale.maximum)
    for place, level in enumerate(whole.scale.levels):
        if level.from_ > most:
            where = ("scale", "levels", place, "from") if own.scale else ("indicators",)
            zh = f"{level.level} 类从 {level.from_} 分起，各指标合计最多 {most} 分，达不到"
            en = f"{level.level} begins at {level.from_}, and all indicators together give {most} at most"
            yield where, zh, en


def _subjects(own: PolicyFile, whole: GradingPolicy) -> Iterator[Fault]:
    if own.subjects is None:
        return
    known = [row.kind for row in precedence().entity_kinds]
    for place, kind in enumerate(own.subjects.kinds):
        if kind not in known:
            yield (
                ("subjects", "kinds", place),
                f"没有 {kind} 这种主体；有 {'、'.join(known)}",
                f"no kind of entity is {kind}; there are {', '.join(known)}",
            )
    for place, code in enumerate(own.subjects.industries):
        if not (code.isascii() and code.isdigit() and len(code) <= 4):
            zh, en = f"{code} 不是行业代码的开头", f"{code} is no beginning of an industry code"
            yield ("subjects", "industries", place), zh, en
    for place, records in enumerate(own.subjects.having):
        yield from _records(("subjects", "having", place), records, whole, None)


def _records(
    where: tuple[int | str, ...],
    records: Records,
    whole: GradingPolicy,
    vocabulary: Vocabulary | None,
    own: Iterable[tuple[str, frozenset[FieldType] | None]] = (),
) -> Iterator[Fault]:
    """Kinds and fields that nobody gives; ``own``: keys of the input that name fields, and of which types they are."""
    fields = fields_of(whole, records.kind)
    if fields is None:
        zh = f"没有 {records.kind} 这种记录，awaited 中也没有"
        yield (*where, "kind"), zh, f"kind {records.kind} is neither known nor awaited"
        return
    for key, types in [*own, ("day", _DAYS)]:
        named = getattr(records, key)
        for name in (named,) if isinstance(named, str) else named or ():
            if name not in fields:
                zh, en = f"{records.kind} 没有字段 {name}", f"{records.kind} has no field {name}"
                yield (*where, key), zh, en
            elif types is not None and fields[name] not in types:
                kinds = "、".join(sorted(type_.value for type_ in types))
                yield (*where, key), f"{name} 的类型不是 {kinds}", f"{name} is no {kinds}"
    for place, condition in enumerate(records.where):
        at = (*where, "where", place)
        if condition.field not in fields:
            zh, en = f"{records.kind} 没有字段 {condition.field}", f"{records.kind} has no field {condition.field}"
            yield (*at, "field"), zh, en
            continue
        type_ = fields[condition.field]
        if condition.counts and type_ not in _NUMBERS:
            yield (*at, "field"), f"{condition.field} 不是数", f"{condition.field} is no number"
        words = (*condition.one_of, *condition.none_of, *condition.contains)
        if words and type_ in _NOT_TEXT:
            yield (*at, "field"), f"{condition.field} 不是文字", f"{condition.field} is no text"
        given = (vocabulary or {}).get((records.kind, condition.field))
        for word in (*condition.one_of, *condition.none_of):
            if given is not None and word not in given:
                yield _unheard(at, records.kind, condition.field, word, given)


def _unheard(where: tuple[int | str, ...], kind: str, field: str, word: str, given: frozenset[str]) -> Fault:
    known = sorted(given)
    zh = f"{kind} 的 {field} 没有“{word}”这个值；数据源给出 {'、'.join(known)}"
    return where, zh, f"no source says “{word}” of {kind} {field}; they say {', '.join(known)}"


def _input(
    where: tuple[int | str, ...], rule: Indicator, whole: GradingPolicy, vocabulary: Vocabulary | None
) -> Iterator[Fault]:
    """Faults of what an indicator reads."""
    value = rule.input
    if isinstance(value, Records):
        own: dict[type, list[tuple[str, frozenset[FieldType] | None]]] = {
            RecordsInput: [("sum", _NUMBERS), ("same", None)],
            RatioInput: [("numerator", _NUMBERS), ("denominator", _NUMBERS), ("latest", _DAYS)],
            FallInput: [("field", _NUMBERS), ("year", frozenset({FieldType.YEAR}))],
            RankInput: [("field", None), ("latest", _DAYS)],
            LapsedInput: [("by", None)],
        }
        yield from _records(where, value, whole, vocabulary, own.get(type(value), ()))
    if isinstance(value, LapsedInput) and (value.day is None or value.only != "begun"):
        yield where, "lapsed 须写 day（到期日）且 only: begun", "lapsed needs day, when a term ends, and only: begun"
    if isinstance(value, RankInput) and (given := (vocabulary or {}).get((value.kind, value.field))) is not None:
        for word in sorted(set(value.ranks) - given):
            yield _unheard((*where, "ranks"), value.kind, value.field, word, given)
    if isinstance(value, RebornInput):
        known = {end.what for row in reborn_policy().reborn for end in row.ends}
        for place, end in enumerate(value.ends):
            if end not in known:
                zh = f"links/reborn.yml 没有 {end}；有 {'、'.join(sorted(known))}"
                en = f"links/reborn.yml knows no end {end}; it knows {', '.join(sorted(known))}"
                yield (*where, "ends", place), zh, en
    if isinstance(value, ViewInput | ChangesInput):
        yield from _registered(where, value)


def _registered(where: tuple[int | str, ...], value: ViewInput | ChangesInput) -> Iterator[Fault]:
    """Faults of inputs that read the register."""
    types = content_types("Registration")
    if value.field not in types:
        yield (*where, "field"), f"登记信息没有字段 {value.field}", f"the register has no field {value.field}"
        return
    type_ = types[value.field]
    if isinstance(value, ChangesInput):
        if value.falls_by is not None and type_ is not FieldType.AMOUNT:
            yield (*where, "falls_by"), f"{value.field} 不是金额", f"{value.field} is no amount"
        return
    if any(value.field not in row.fields for row in precedence().rows):
        zh, en = f"当前视图没有字段 {value.field}", f"the current view has no field {value.field}"
        yield (*where, "field"), zh, en
    if (value.measure in {"one_of", "contains"}) != bool(value.values):
        zh, en = "values 须与 one_of、contains 同用", "values belong to one_of and contains"
        yield (*where, "values" if value.values else "measure"), zh, en
    wanted = {"years_since": FieldType.DAY, "days_past": FieldType.DAY, "amount": FieldType.AMOUNT}.get(value.measure)
    if wanted is not None and type_ is not wanted:
        zh = f"{value.field} 不是{'日期' if wanted is FieldType.DAY else '金额'}"
        yield (*where, "field"), zh, f"{value.field} is no {'day' if wanted is FieldType.DAY else 'amount'}"


def _time(where: tuple[int | str, ...], rule: Indicator) -> Iterator[Fault]:
    """Faults of window and decay."""
    value, window = rule.input, rule.window
    if window and isinstance(value, ViewInput | LinksInput | RelatedStateInput | RebornInput | FallInput):
        yield (*where, "window"), f"{value.type} 没有时间窗口", f"{value.type} has no window"
    if window is None and isinstance(value, GrowthInput | ChangesInput):
        yield (*where, "input"), f"{value.type} 须写 window", f"{value.type} needs a window"
    if not rule.decay:
        return
    if not isinstance(value, _FADING):
        zh, en = f"{value.type} 不能递减（decay）", f"{value.type} can't fade (decay)"
        yield (*where, "decay"), zh, en
        return
    lengths, percents = [step.span.length for step in rule.decay], [step.percent for step in rule.decay]
    for place, ((one, after), (full, less)) in enumerate(
        zip(pairwise(lengths), pairwise(percents), strict=True), start=1
    ):
        if after <= one or less >= full:
            zh, en = "期限须递增，百分比须递减", "ages must rise and per cent must fall"
            yield (*where, "decay", place), zh, en
    last: Span = rule.decay[-1].span
    if window is None or last.length != window.length:
        zh, en = "最后一段的期限须等于 window", "the last age must be that of the window"
        yield (*where, "decay", len(rule.decay) - 1), zh, en


def _points(where: tuple[int | str, ...], rule: Indicator) -> Iterator[Fault]:
    """Bands that overlap, and points that no value gives."""
    bands = rule.bands
    for place, (one, after) in enumerate(pairwise(bands), start=1):
        at = (*where, "bands", place)
        if after.from_ <= one.from_:
            zh, en = f"分档重叠：起点 {after.from_} 不大于上一档的 {one.from_}", f"bands overlap at {after.from_}"
            yield at, zh, en
        elif after.points == one.points:
            yield at, "与上一档分值相同", "gives the points of the band before"
        elif after.points < one.points and isinstance(rule.input, _COUNTING):
            zh, en = "次数越多分值越低", "the more there are the fewer points"
            yield at, zh, en
    most = max(band.points for band in bands)
    if most != rule.cap:
        word = ("高于", "are more than") if most > rule.cap else ("低于", "are fewer than")
        zh = f"分档最高 {most} 分，{word[0]}上限 {rule.cap} 分，有分值达不到"
        yield (*where, "cap"), zh, f"the bands' {most} points {word[1]} the cap {rule.cap}: some can't be reached"
    low, high = _range(rule)
    for place, band in enumerate(bands):
        ends = bands[place + 1].from_ if place + 1 < len(bands) else None
        if (high is not None and band.from_ > high) or (low is not None and ends is not None and ends <= low):
            zh = f"取值范围为 {low} 至 {'不限' if high is None else high}，达不到这一档"
            en = f"values go from {low} to {'no end' if high is None else high}: this band can't be reached"
            yield (*where, "bands", place), zh, en


def _range(rule: Indicator) -> tuple[int | None, int | None]:
    """The least and the highest value of an input; ``None`` where there is no such bound."""
    value = rule.input
    if isinstance(value, RatioInput):
        return None, None
    if isinstance(value, RankInput):
        return min(value.ranks.values()), max(value.ranks.values())
    flag = (isinstance(value, ViewInput) and value.values) or getattr(value, "measure", "") == "hosted_address"
    single = isinstance(value, RelatedInput | RelatedStateInput) and value.via in {"majority_holder", "parent"}
    share = getattr(value, "measure", "") == "percent"
    return 0, 100 if share else 1 if flag or single else None
