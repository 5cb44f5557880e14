"""A record and an indicator as a sentence: what, when, which document, how many points."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from credit_graph.grading.policy import Indicator
from credit_graph.model.kinds import KINDS, Kind
from credit_graph.text import t

# per kind: the day, the number of the document, and the fields that say what happened
_PARTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "AbnormalListing": ("listed_on", "listing_id", ("reason", "listed_by")),
    "AbnormalMark": ("marked_on", "mark_id", ()),
    "SeriousListing": ("listed_on", "listing_id", ("reason", "listed_by")),
    "Case": ("decided_on", "document_number", ("violation", "penalty_kind", "authority")),
    "AnnualReport": ("filed_on", "report_id", ("year",)),
    "Registration": ("approved_on", "", ("name", "state", "authority")),
    "Contribution": ("contributed_on", "contribution_id", ("holder_name",)),
    "ReportedContribution": ("", "report_id", ("holder_name",)),
    "EquityChange": ("changed_on", "change_id", ("holder_name",)),
    "Office": ("", "", ("person_name", "position")),
    "Permit": ("issued_on", "permit_number", ("permit_name", "state", "permitted_until", "authority")),
    "Measure": ("listed_on", "document_number", ("measure_kind", "measure", "cause", "authority")),
    "Evaluation": ("rated_on", "evaluation_id", ("evaluation_kind", "rated_level", "year", "authority")),
    "OfficialRiskClass": ("month", "", ("risk_class", "risk_score")),
    "Complaint": ("received_on", "complaint_id", ("complaint_kind", "problem", "result")),
    "Sampling": ("sampled_on", "sample_id", ("sample_name", "result", "failed_items", "laboratory")),
    "Inspection": ("inspected_on", "inspection_id", ("inspection_kind", "items", "result", "authority")),
    "Sanction": ("decided_on", "document_number", ("sanction_kind", "offices", "person_name", "authority")),
    "EquityPledge": ("pledged_on", "pledge_id", ("pledgor", "pledgee", "state")),
    "EquityFreeze": ("frozen_on", "document_number", ("holder_name", "court", "state")),
    "Insolvency": ("accepted_on", "case_number", ("procedure", "court")),
    "SocialInsurance": ("month", "", ("insured",)),
    "OnlineAccess": ("accessed_on", "access_id", ("access_kind", "state", "patrol_result")),
    "LevelDecision": ("decided_on", "", ("level", "basis", "actor", "role")),
}


def record_facts(record: Mapping[str, Any], *, persons: bool = True) -> dict[str, Any]:
    """day (ISO or ``None``), document and text of a record, by its kind; without ``persons`` no name of one."""
    day_field, document_field, fields = _PARTS.get(record["kind"], ("", "", ()))
    # of a subscribed contribution the day is that on which it is due (公司法 art. 47), often years ahead
    due = record.get("contributed_on") if record["kind"] == "Contribution" and not record.get("paid") else None
    if due is not None:
        day_field = "published_on"
    day = record.get(day_field) or (record["valid_from"] if record["valid_from"] > date(1, 1, 1) else None)
    kind = KINDS[record["kind"]]
    named = [name for name in fields if record.get(name) not in (None, "")]
    said = [str(record[name]).rstrip("。") for name in named if persons or not _personal(kind, name)]
    said += [f"应缴日期 {due}"] if due is not None else []
    document = record.get(document_field) if document_field else None
    parts = [kind.zh, "，".join(said), f"文号 {document}" if document else ""]
    return {
        "day": day.isoformat() if day else None,
        "document": document,
        "text": " ".join(
            part for part in [day.isoformat() if day else "", "：".join(filter(None, parts[:2])), parts[2]] if part
        ),
    }


def _personal(kind: Kind, name: str) -> bool:
    return name in kind.fields and kind.fields[name].personal


def value_text(indicator: Indicator, value: int | None) -> str:
    """The value with its unit, amounts in yuan."""
    if value is None:
        return t("无数据或来源未载入", "no data, or no source loaded")
    if indicator.unit == "分":
        return f"{value // 100:,}.{value % 100:02d} 元"
    return f"{value} {indicator.unit}" if indicator.unit != "%" else f"{value}%"


def indicator_sentence(indicator: Indicator, value: int | None, points: int) -> str:
    """One line of the explanation."""
    name = t(indicator.name.zh, indicator.name.en)
    shown = value_text(indicator, value)
    return t(
        f"{name}：{shown}，计 {points} 分（上限 {indicator.cap} 分）",
        f"{name}: {shown}, {points} points (at most {indicator.cap})",
    )
