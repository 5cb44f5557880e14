"""What is doubtful in the graph: values set aside, sources that disagree, checks across tables, unlinked records,
holdings that can't be right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from credit_graph.errors import DefinitionError
from credit_graph.ingest.subjects import NATURAL_PREFIX
from credit_graph.jobs.checks import run_checks
from credit_graph.jobs.resolve import fitting, looked_up
from credit_graph.links.compute import recorded_holdings
from credit_graph.links.holdings import faulty
from credit_graph.links.policy import link_policy
from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.store import Store
from credit_graph.text import joined, t

# how a record may name its subject
_REFERENCES = {
    "org": ("组织机构代码", "organisation code"),
    "reg": ("注册号", "registration number"),
    "tax": ("纳税人识别号", "taxpayer number"),
    "name": ("名称", "name"),
    "doc": ("文书号", "document number"),
    "natural": ("姓名", "name"),
}


@dataclass(frozen=True, slots=True)
class DataFault:
    """One doubt. ``kind``: value | contradiction | check | unlinked | holding; ``code``: the rule that found it."""

    kind: str
    code: str
    eid: str | None
    sid: str | None
    source: str
    detail: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def faults(store: Store, point: Point) -> list[DataFault]:
    """All doubts at the point; independent of the order in which files were loaded."""
    found = [*_values(store, point), *_contradictions(store), *_unlinked(store), *_checks(store, point)]
    found += _holdings(store, point)
    return sorted(found, key=lambda f: (f.kind, f.code, f.eid or "", f.sid or "", f.detail))


def _values(store: Store, point: Point) -> Iterator[DataFault]:
    for row in store.read("read/value_faults", seq=point.seq):
        for fault in row["faults"]:
            field, code, value = fault.split(":", 2)
            yield DataFault("value", code, row["eid"], row["sid"], row["source"], f"{field}: {value}")


def _contradictions(store: Store) -> Iterator[DataFault]:
    for row in store.read("read/contradictions"):
        for text in row["contradictions"]:
            found = json.loads(text)
            detail = f"{found['value']} ({found['source']}) ≠ {found['other_value']} ({found['other_source']})"
            yield DataFault("contradiction", found["field"], row["eid"], found["sid"], found["source"], detail)


def _unlinked(store: Store) -> Iterator[DataFault]:
    """Records without a subject; a hold is not listed, its record is."""
    records = [row["record"] for row in store.read("read/unlinked") if row["record"]["kind"] != "Hold"]
    wanted = {r["subject_ref"]: looked_up(r["subject_ref"], r.get("name")) for r in records}
    found = fitting(store, wanted)
    for record in records:
        reference = record["subject_ref"]
        code, why = _why_unlinked(reference, sorted(found.get(reference, ())))
        detail = f"{_named(reference, record)}: {why}"
        yield DataFault("unlinked", code, None, record["sid"], record["source"], detail)


def unlinked_since(store: Store, first: int) -> dict[str, int]:
    """Source -> records of the batches from ``first`` on whose subject was looked for and not found."""
    return {row["source"]: row["count"] for row in store.read("read/unlinked_counts", first=first)}


def _why_unlinked(reference: str, eids: list[str]) -> tuple[str, str]:
    if reference.startswith(NATURAL_PREFIX):
        zh = "自然人，未给出证件号码，不与任何主体关联"
        return "natural_person", t(zh, "a natural person without the number of a document: nobody to link it to")
    if len(eids) > 1:
        return "several_fit", t(
            f"有 {len(eids)} 家企业符合，未关联：{joined(eids)}", f"{len(eids)} firms fit, none linked: {joined(eids)}"
        )
    return "none_fits", t("没有企业符合", "no firm fits")


def _named(reference: str, record: dict[str, Any]) -> str:
    """The reference as people write it, with the taxpayer number that it was read from."""
    kind, _, number = reference.partition(":")
    zh, en = _REFERENCES.get(kind, (kind, kind))
    value = record.get("person_name" if "name" not in record else "name", "") if kind in {"name", "natural"} else number
    tax = record.get("tax_number")
    read_from = f" ({t('纳税人识别号', 'taxpayer number')} {tax})" if tax and kind == "org" else ""
    return f"{t(zh, en)} {value}{read_from}"


def _checks(store: Store, point: Point) -> Iterator[DataFault]:
    for fault in run_checks(store, point):
        yield DataFault("check", fault.check, fault.eid, fault.sid, fault.source, fault.detail)


def _holdings(store: Store, point: Point) -> Iterator[DataFault]:
    """Holdings (出资) that exceed the whole, and amounts that are none; before the first law there are no rules."""
    try:
        held = recorded_holdings(project(store, point), link_policy())
    except DefinitionError as error:
        if error.code != "policy.none_in_force":
            raise
        return
    row: Any
    for row in faulty(held).astype(object).itertuples(index=False):
        yield DataFault("holding", row.fault, row.eid, row.sid, row.source, _holding_text(row))


def _holding_text(row: Any) -> str:
    if row.fault == "over_100":
        ten_thousandths = -(-int(row.total) * 1_000_000 // int(row.whole))  # up, so that it never reads 100 %
        percent = f"{ten_thousandths // 10_000}.{ten_thousandths % 10_000:04}%"
        return t(f"各出资人合计占 {percent}，超过百分之百", f"all holders together have {percent}, more than 100 %")
    zh, en = {"negative": ("为负", "is negative"), "too_large": ("过大", "is too large")}[row.fault]
    return t(f"{row.name} 的出资额或比例{zh}，未采用", f"the amount or share of {row.name} {en} and not used")
