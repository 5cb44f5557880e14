"""The page of a firm, from the answer of the saved operation ``dossier_page``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from credit_graph import clock
from credit_graph.grading.alert_life import STATES
from credit_graph.links.control_text import basis_text, criteria_text, status_text
from credit_graph.server.ownership_picture import picture
from credit_graph.server.web_pages import Answer, field_name, page, party_name, share, yuan
from credit_graph.text import joined, t

Found = Mapping[str, Any]
_META = {"kind", "source", "validFrom", "validTo", "inUse", "lineage", "__typename"}
_YUAN = {"subscribed", "paid", "assets", "revenue", "fine", "pledged", "frozen"}


def firm_page(request: Request, answer: Answer, firm: Found) -> Response:
    """The page; ``firm``: what the answer has of it."""
    name = firm["name"] or firm["code"] or request.path_params["code"]
    tree = firm["ownershipTree"] or []
    lines = (firm["creditRiskLevel"] or {}).get("evidence") or []
    return page(
        request,
        "enterprise.html",
        firm=firm,
        name=name,
        why=lambda *place: answer.fault("enterprise", *place),
        warned=answer.data.get("alert"),
        why_warned=answer.fault("alert"),
        warned_state=t(*STATES[answer.data["alert"]["state"]]) if answer.data.get("alert") else "",
        picture=Markup(picture(name, firm["code"], tree)),  # escaped where it is drawn
        control=control_words(firm["controller"]) if firm["controller"] else [],
        criteria=criteria_text,
        unshared=answer.unshared,
        summary=summary,
        ended=ended,
        told=[line for line in lines if _tells(line)],
        silent=[line for line in lines if not _tells(line)],
        withheld_texts=lambda line: list(dict.fromkeys(item["text"] for item in line["withheld"] or ())),
    )


def _tells(line: Found) -> bool:
    """Whether a line of the evidence gave points or the class, or rests on what is withheld."""
    return bool(line["points"] or not line["cap"] or line["withheld"])


def control_words(control: Found) -> list[str]:
    """Who controls the firm and why, a sentence for each step from below."""
    said = [status_text(control) + t("。", ".")]
    if control["ring"]:
        names = joined(party_name(firm) for firm in control["ring"])
        said.append(t(f"相互控制的企业：{names}。", f"They control one another: {names}."))
    return said + [_step(step) for step in control["chain"]]


def _step(step: Found) -> str:
    by, firm = party_name(step["controller"]), party_name(step["company"])
    how = basis_text(step["basis"], step["rule"], near_line=step["nearLine"])
    votes = f" {share(step['share'])}" if step["share"] else ""
    rows = step["addsUp"]
    alone = len(rows) == 1 and rows[0]["holder"] == step["controller"]
    parts = joined(f"{party_name(row['holder'])} {share(row['share'])}" for row in rows if not alone)
    adds = t(f"（{parts}）", f" ({parts})") if parts else ""
    return t(f"{by}控制{firm}：{how}{votes}{adds}。", f"{by} controls {firm}: {how}{votes}{adds}.")


def summary(record: Found) -> str:
    """What a record says, field by field."""
    told = [
        f"{field_name(record['kind'], field)} {_value(field, value)}"
        for field, value in record.items()
        if field not in _META and value not in (None, "")
    ]
    return t("；", "; ").join(told)


def _value(field: str, value: Any) -> str:
    if field in _YUAN:
        return yuan(str(value)) + t(" 元", " yuan")
    if field.startswith("share"):
        return share(str(Decimal(value)))
    return str(value)


def ended(record: Found) -> bool:
    """Whether what it says is no longer true today."""
    return record["validTo"] is not None and record["validTo"] <= clock.today().isoformat()
