"""Who stands on a list at a point, as a release has it: entries, refusals, what is held. Pure.

The same records, rules and days give the same. What leaves of an entry are the publishable fields, as redaction cleared
them; refusals, with their reasons, are for the bureau's own use.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from credit_graph import __version__
from credit_graph.errors import DefinitionError
from credit_graph.lists.bases import Document
from credit_graph.lists.clock_policy import ClockPolicy, clock_policy
from credit_graph.lists.clocks import clock
from credit_graph.lists.editions.cells import cleaned, csv_cell
from credit_graph.lists.editions.draft import place, record_id
from credit_graph.lists.facts import matter_of
from credit_graph.lists.policy import ListPolicy, ListRow, list_policy, policy_sha256
from credit_graph.lists.receipts import Receipts
from credit_graph.lists.redaction import HELD, Cleared, Held, Leaving, Refused, TextDecision, hidden, publishable_record
from credit_graph.lists.standing import RECORD_FIELDS, Judgement, judge
from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS
from credit_graph.model.time import Point, covers
from credit_graph.text import joined, t

# what everything says that comes from a bureau that is none (policies/authority.yml, demo)
MARK = "测试数据，不得公开"
CHANNEL = "public"

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a release is judged by: the list, its row in force, the document, and the hash of the policy files."""

    policy: ListPolicy
    row: ListRow
    document: Document
    sha256: str
    industries: tuple[str, ...] = ()  # only firms whose industry code begins so; empty: all

    @property
    def kind(self) -> str:
        """The kind of record that lists."""
        return str(self.policy.record_kind)


def rules_on(list_name: str, day: date) -> Rules:
    """What the list is judged by on a day; a list that re-publishes is judged by the rules of the list that it shows.

    Raises ``UsageError`` for an unknown list, ``DefinitionError`` where no row or no legal basis is in force, or
    where its row or records leave open what a release needs.
    """
    policy = list_policy(list_name)
    row = policy.on(day)
    carrying = policy.documents_on(day)
    if row.republishes:
        return _republished(policy, row, rules_on(row.republishes[0], day))
    fields = KINDS[policy.record_kind].fields if policy.record_kind else {}
    records = t("载明列入日期、原因、机关的记录", "records that say day, ground and authority of a listing")
    if open_parts := row.unset() + ([] if set(fields) >= RECORD_FIELDS else [records]):
        raise DefinitionError("policy.unset", what=policy.carried.name, parts=joined(open_parts))
    return Rules(policy, row, carrying[list_name], policy_sha256(list_name))


def _republished(policy: ListPolicy, row: ListRow, source: Rules) -> Rules:
    """The source's rules under the name of the list that shows its entries: no more fields, of these industries."""
    fields = [name for name in row.publishable.fields if name in source.row.publishable.fields]
    publishable = row.publishable.model_copy(update={"fields": tuple(fields)})
    shown = source.row.model_copy(update={"id": f"{row.id}/{source.row.id}", "set_publishable": publishable})
    named = policy.model_copy(update={"record_kind": source.policy.record_kind})
    both = hashlib.sha256((policy_sha256(policy.name) + source.sha256).encode()).hexdigest()
    return Rules(named, shown, source.document, both, row.industries)


def release_id(rules: Rules, point: Point) -> str:
    """32 hex digits that name the release of a list at a point under these rules and this program."""
    parts = (rules.policy.name, point.seq, point.valid, point.use, rules.sha256, __version__)
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a list at a point, by which it is judged.

    ``records``: statements of the list's kind that have begun by the valid day; ``holds``: Hold statements on records
    of their sources; ``versions``: {source, version} of the loader definitions they came by; ``industry_codes``: eid ->
    code, wanted where the rules name industries (a firm without one is of none); ``persons``: eid -> names of persons
    whom the graph knows there, who are not to be named; ``receipts``: of GSXT; ``decisions``: texts that people let
    leave.
    """

    records: Sequence[Record]
    holds: Sequence[Record] = ()
    versions: Sequence[Record] = ()
    industry_codes: Mapping[str, str] = field(default_factory=dict)
    persons: Mapping[str, frozenset[str]] = field(default_factory=dict)
    receipts: Receipts = field(default_factory=Receipts)
    decisions: tuple[TextDecision, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it stands at a point.

    ``entries``: what leaves of each entry, with statement (``sid``) and record, in the list's order; ``refused``: the
    rows of ``refused.csv``; ``refused_by_reason``, ``held_by_reason``: how many for each code; ``for_review``: what
    redaction held, by statement, nothing of the texts; ``why``: record -> why it is no entry; ``issuers``: who listed
    the entries, as the records name them.
    """

    rules: Rules
    point: Point
    entries: list[dict[str, str | None]]
    refused: list[dict[str, Any]]
    counts: dict[str, int]
    refused_by_reason: dict[str, int]
    held_by_reason: dict[str, int]
    for_review: list[dict[str, Any]]
    definitions: list[Record]
    why: dict[str, str]
    issuers: list[str]

    program: str = __version__

    @property
    def sha256(self) -> str:
        """The hash of what was judged: the same point, rules and program give the same."""
        said = (self.entries, self.refused, self.counts, self.held_by_reason, self.for_review)
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def judge_list(rules: Rules, known: Known, point: Point) -> Listed:
    """Who stands on the list at the point, who does not and why."""
    judged = _judged(rules, known, point)
    fields = Leaving(rules.row.publishable.fields, decisions=known.decisions)
    leaving = [
        (record, result, publishable_record(rules.kind, record, _of(fields, record, known.persons), point.use))
        for record, result, _ in judged
        if result.status == "entry"
    ]
    cleared = [(record, result, out) for record, result, out in leaving if isinstance(out, Cleared)]
    review = [(record, out) for record, _, out in leaving if not isinstance(out, Cleared)]
    refused = [(record, result) for record, result, _ in judged if result.status == "refused"]
    held_by = Counter(held for _, r, held in judged if held and r.status == "held") + Counter({HELD: len(review)})
    statuses = Counter(result.status for _, result, _ in judged)
    return Listed(
        rules=rules,
        point=point,
        entries=sorted((_entry(rules, *found) for found in cleared), key=place),
        refused=[_refused(rules, record, result, known.persons, point) for record, result in refused],
        counts={
            "entries": len(cleared),
            "refused": statuses["refused"],
            "removed": statuses["removed"],
            "held": statuses["held"] + len(review),
        },
        # a refused record may have several reasons, so these may add up to more than "refused"
        refused_by_reason=_counted(reason.code for _, result in refused for reason in result.reasons),
        held_by_reason=dict(sorted(held_by.items())),
        for_review=[_review(record, out) for record, out in review],
        definitions=sorted(({**row} for row in known.versions), key=lambda row: (row["source"], row["version"])),
        why=_why(judged) | {_id(record): f"held:{HELD}" for record, _ in review},
        issuers=sorted({str(record["listed_by"]) for record, _, _ in cleared}),
    )


def refused_csv(listed: Listed, mark: str | None) -> bytes:
    """``refused.csv``, for the bureau's own use: what is open in the data and not lawful, with every reason.

    UTF-8 with BOM, so that a spreadsheet reads it right; with a ``mark``, each row and an empty file has it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    marked = [mark] if mark else []
    writer.writerow([*_REFUSED_COLUMNS.values(), *marked])
    for row in listed.refused:
        writer.writerow([*(csv_cell(cleaned(row[name])) for name in _REFUSED_COLUMNS), *marked])
    return out.getvalue().encode("utf-8-sig")


_Judged = tuple[Record, Judgement, str | None]


@dataclass(frozen=True, slots=True)
class _Judging:
    """What each record is judged by."""

    row: ListRow
    day: date
    clocks: ClockPolicy
    holds: Mapping[tuple[str, str], Sequence[Record]]
    receipts: Receipts

    def of(self, record: Record, *, held: bool) -> Judgement:
        shown = self.receipts.of(record, "gsxt", self.day)
        mine = self.holds.get((record["source"], record["key"]), ())
        matter = matter_of(record, mine, self.day, self.clocks, receipt=shown.day if shown else None)
        if matter.stopped_on is not None and matter.stopped_on > self.day:
            matter = replace(matter, stopped_on=None)  # what comes later does not decide what is shown on the day
        found = clock(matter, "release", self.day, self.clocks)
        return judge(record, self.row, self.day, held=held, clock=found, published=shown is not None)


def _judged(rules: Rules, known: Known, point: Point) -> list[_Judged]:
    reasons = _held(known.holds, point.use)
    judging = _Judging(rules.row, point.valid, clock_policy(), _by_record(known.holds), known.receipts)
    records = known.records
    if rules.industries:
        codes = known.industry_codes
        records = [item for item in records if codes.get(item.get("eid") or "", "").startswith(rules.industries)]
    found = []
    for record in sorted(records, key=_order):
        held = _hold_of(record, reasons)
        found.append((record, judging.of(record, held=held is not None), held))
    return _latest(found)


def _counted(codes: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(codes).items()))


def _id(record: Record) -> str:
    return record_id(record["source"], record["key"])


def _why(judged: Sequence[_Judged]) -> dict[str, str]:
    """Record -> why it is no entry: ``removed``, ``held:`` and the hold's reason, ``refused:`` and the codes."""
    found: dict[str, str] = {}
    for record, result, held in judged:
        if result.status == "refused":
            found[_id(record)] = "refused:" + ",".join(reason.code for reason in result.reasons)
        elif result.status != "entry":
            found[_id(record)] = f"held:{held}" if result.status == "held" else result.status
    return found


def _by_record(holds: Iterable[Record]) -> dict[tuple[str, str], list[Record]]:
    found: dict[tuple[str, str], list[Record]] = {}
    for hold in holds:
        found.setdefault((hold["held_source"], hold["held_key"]), []).append(hold)
    return found


def _order(record: Record) -> tuple[str, str, str]:
    return (record.get("credit_code") or record.get("registration_number") or "", record["key"], record["sid"])


def _latest(judged: list[_Judged]) -> list[_Judged]:
    """One judgement per natural key: what still stands counts before what was removed."""
    chosen: dict[tuple[str, str], _Judged] = {}
    for item in judged:
        key = (item[0]["source"], item[0]["key"])
        if key not in chosen or chosen[key][1].status == "removed":
            chosen[key] = item
    return list(chosen.values())


def _held(holds: Iterable[Record], use: date) -> dict[tuple[str, str, date | None], str]:
    """(source, key, event day or None) -> reason, of the holds that keep records from the public on the day."""
    return {
        (hold["held_source"], hold["held_key"], hold.get("event_day")): hold["reason"]
        for hold in sorted(holds, key=lambda hold: str(hold["sid"]))
        if CHANNEL in hold["channels"].split(",") and covers(hold["valid_from"], hold["valid_to"], use)
    }


def _hold_of(record: Record, reasons: Mapping[tuple[str, str, date | None], str]) -> str | None:
    source, key = record["source"], record["key"]
    return reasons.get((source, key, None)) or reasons.get((source, key, record["valid_from"]))


def _persons(record: Record, persons: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return persons.get(record.get("eid") or "", frozenset())


def _of(fields: Leaving, record: Record, persons: Mapping[str, frozenset[str]]) -> Leaving:
    """By what this record is judged: with the persons of its firm."""
    return replace(fields, persons=_persons(record, persons))


def _review(record: Record, out: Held | Refused) -> dict[str, Any]:
    return {"sid": record["sid"], "reasons": [reason.as_json() for reason in out.reasons]}


def _entry(rules: Rules, record: Record, result: Judgement, cleared: Cleared) -> dict[str, str | None]:
    """What leaves: publishable fields, the ground in the order's own words, its basis; and where it comes from."""
    return {
        **{name: _text(value) for name, value in cleared.values.items()},
        "ground": "；".join(ground.text for ground in result.grounds),
        "document": rules.document.number,
        "basis": "；".join(rules.document.cite(ground.article) for ground in result.grounds),
        "last_day": _text(result.last_day),
        "sid": record["sid"],
        "record": _id(record),
    }


def heading(rules: Rules, name: str) -> str:
    """The Chinese name of a field that may leave."""
    return (SUBJECT_FIELDS.get(name) or KINDS[rules.kind].fields[name]).zh


_REFUSED_COLUMNS = {
    "name": "企业名称",
    "credit_code": "统一社会信用代码",
    "listing_id": "名单编号",
    "listed_on": "列入日期",
    "reason": "列入原因（原文）",
    "listed_by": "作出决定机关（列入）",
    "codes": "不予列出的原因代码",
    "sentences": "不予列出的原因",
    "basis": "依据",
    "sid": "来源记录",
}


def _refused(
    rules: Rules, record: Record, result: Judgement, persons: Mapping[str, frozenset[str]], point: Point
) -> dict[str, Any]:
    cited: dict[str, None] = {}
    for reason in result.reasons:
        cited |= dict.fromkeys([rules.document.cite(*reason.articles)] if reason.articles else [])
        cited |= dict.fromkeys(zh for zh, _ in reason.cited)
    known = _persons(record, persons)
    fields = ("name", "credit_code", "listing_id", "listed_on", "listed_by", "reason")
    return {
        **{name: _value(hidden(rules.kind, record, name, known, point.use)) for name in fields},
        "sid": record["sid"],
        "codes": ";".join(reason.code for reason in result.reasons),
        "sentences": "；".join(reason.sentence for reason in result.reasons),
        "basis": "；".join(cited),
    }


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _text(value: Any) -> str | None:
    return None if value is None else cleaned(str(_value(value)))
