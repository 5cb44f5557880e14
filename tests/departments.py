"""A city as other departments see it: one firm each that is graded, classed by the province, gone, of no kind."""

from __future__ import annotations

from datetime import date

from credit_graph.jobs.cache import refresh
from credit_graph.jobs.grade import grade
from credit_graph.model.time import Point
from credit_graph.store import Store
from handmade import City
from server.city import TODAY, A, B, C

GONE = "91621000MA0000AE5A"
NOBODY = "91621000MA0000AF35"
NOTICE = "内部监管参考，非信用评价，不得公开，不得作为许可依据"


def filled(store: Store) -> str:
    """甲 is A, 乙 is D for the province in October, 丙 is a shop, 丁 was deregistered; graded today. The run."""
    city = City(store)
    city.firm(A, "甲有限公司", district="621002")
    city.firm(B, "乙有限公司")
    city.firm(C, "丙商店", entity_type="个体工商户")
    city.firm(GONE, "丁有限公司", state="注销")
    month = date(2026, 10, 1)
    city.say("OfficialRiskClass", B, f"{B}|10", start=month, risk_class="D", month=month, risk_score=800.0)
    seq = city.commit()
    refresh(store)
    return grade(store, Point(seq, TODAY, TODAY)).rid


def shown(code: str, **told: str | None) -> dict[str, str | None]:
    """What is told of a firm, most of it nothing."""
    names = (
        "name",
        "creditRiskLevel",
        "levelName",
        "source",
        "month",
        "validUntil",
        "policyVersion",
        "status",
        "reason",
    )
    return {"code": code, **dict.fromkeys(names), "notice": NOTICE, **told}
