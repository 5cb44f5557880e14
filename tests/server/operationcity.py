"""A city in which every saved operation has something to say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from credit_graph.jobs import alerts, publish, release_draft, signing_keys
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.decisions import Decision
from credit_graph.jobs.grade import grade
from credit_graph.jobs.link import link
from credit_graph.jobs.takedown import takedown
from credit_graph.lists.editions.approvals import Act, file_name, sign_off
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.lists.editions.signatures import Signer
from credit_graph.model.time import Point
from credit_graph.store import Store
from server.city import TODAY, A, B, Batch, C, D, registration
from server.conftest import Api

RING, REVOKED, AGAIN = "91330200MA2AE00004", "91330200MA2AF0000U", "91330200MA2AG0000K"
LIST = "serious_violation"
DEPARTMENT = "庆阳市市场监督管理局"
BUREAU = "庆原市市场监督管理局"
BEGIN = """mutation ($codes: [String!]!, $said: [StepStatementInput!]) {
  beginProceedings(listName: "abnormal_operation", procedure: "listing", codes: $codes, said: $said, bundle: "11") {
    batch refused { code } } }"""
SAID = {"ground": "6", "facts": "未按规定期限报送2025年度报告", "found_on": "2026-11-20"}


def fill(store: Store, api_as: Callable[[str], Api], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load, link, grade twice, publish, warn and begin proceedings."""
    _first(store)
    point = Point(last_seq(store), TODAY, TODAY)
    grade(store, point)
    _release(store, "2026Q2", "2026-07-06", folder, monkeypatch)
    _second(store)
    _release(store, "2026Q3", "2026-10-09", folder, monkeypatch)
    takedown(store, actor="周公示", role="publisher")
    alerts.run(store, Decision("张一", "analyst", "测试"))
    said = [{"name": name, "value": value} for name, value in SAID.items()]
    assert api_as("case_officer").ask(BEGIN, codes=[A, B], said=said)["beginProceedings"]["refused"] == []
    point = Point(last_seq(store), TODAY, TODAY)
    link(store, point)
    grade(store, point)


def _first(store: Store) -> None:
    batch = Batch(store)
    renamed = date(2019, 1, 1)
    registration(batch, A, "庆阳天工商贸有限公司", valid_to=renamed)
    registration(batch, A, "庆阳天工建材有限公司", n=1, valid_from=renamed, authority=BUREAU)
    registration(batch, B, "庆阳控股有限公司", authority=BUREAU)
    registration(batch, C, "庆阳天工建材有限公司西峰分公司", entity_type="有限责任公司分公司", parent_code=A)
    registration(batch, D, "镇原县丁有限公司", district="621027")
    registration(batch, RING, "庆阳环有限公司", founded_on=date(2026, 3, 1))
    revoked: dict[str, Any] = {"state": "吊销", "approved_on": date(2024, 3, 1), "industry_code": "5229"}
    registration(batch, REVOKED, "庆阳华远食品有限公司", phone="13800000001", **revoked)
    founded: dict[str, Any] = {"founded_on": date(2024, 5, 20), "industry_code": "5229"}
    registration(batch, AGAIN, "庆阳新华远食品有限公司", phone="13800000001", **founded)
    for company, holder, fen in (
        (A, "庆阳控股有限公司", 60),
        (D, "庆阳环有限公司", 60),
        (RING, "镇原县丁有限公司", 60),
    ):
        _held(batch, company, holder, fen)
    _held(batch, A, "王小明", 40, pid="p-1")
    _held(batch, B, "王小明", 100, pid="p-1")
    for firm, pid, name in (
        (A, "p-1", "王小明"),
        (B, "p-1", "王小明"),
        (REVOKED, "p-2", "李测试"),
        (AGAIN, "p-2", "李测试"),
    ):
        batch.say("Office", firm, f"o{firm}", pid=pid, person_name=name, office="legal_representative")
    for number, firm in enumerate((A, B), 1):
        day = date(2026, 5, number)
        case: dict[str, Any] = {"violation": "虚假宣传", "fine": 5_000_000, "decided_on": day}
        document = f"庆市监处〔2026〕{number}号"
        batch.say(
            "Case", firm, f"case-{number}", source="penalty_published", valid_from=day, document_number=document, **case
        )
    days: dict[str, Any] = {"valid_from": date(2022, 3, 1), "valid_to": date(2023, 3, 1)}
    batch.say("AbnormalListing", A, "2022", reason="未按规定公示年度报告", source="abnormal_listing", **days)
    report: dict[str, Any] = {"year": 2025, "filed_on": date(2026, 6, 1), "assets": 900_000_00, "employees": 12}
    batch.say("AnnualReport", A, "2025", source="annual_report", valid_from=date(2026, 6, 1), **report)
    _serious(batch, B, "庆阳控股有限公司", "提交虚假材料或者采取其他欺诈手段隐瞒重要事实取得登记")
    _serious(batch, D, "镇原县丁有限公司", "通过登记的住所无法联系")
    batch.commit()


def _second(store: Store) -> None:
    batch = Batch(store, source="permits")
    lapsed = date(2026, 11, 10)
    batch.say("Permit", B, "p", source="permits", permit_name="食品经营许可证", permitted_until=lapsed)
    _serious(batch, RING, "庆阳环有限公司", "提交虚假材料或者采取其他欺诈手段隐瞒重要事实取得登记")
    day = date(2026, 10, 1)
    batch.say("AbnormalListing", A, "2026", reason="通过登记的住所无法联系", source="abnormal_listing", valid_from=day)
    batch.commit()


def _held(batch: Batch, company: str, holder: str, fen: int, **values: Any) -> None:
    key = f"{company}|{holder}"
    batch.say(
        "Contribution", company, key, holder_name=holder, subscribed=fen * 1_000_000, credit_code=company, **values
    )


def _serious(batch: Batch, eid: str, name: str, reason: str) -> None:
    day = date(2025, 6, 1)
    said: dict[str, Any] = {"name": name, "credit_code": eid, "listing_id": f"id-{eid}", "reason": reason}
    said |= {"listed_on": day, "listed_by": DEPARTMENT, "valid_from": day}
    batch.say("SeriousListing", eid, f"{eid}|1", source="serious_violation_listing", **said)


def _release(store: Store, period: str, day: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", day)
    on = date.fromisoformat(day)
    if not (store.home / "releases").exists():
        signing_keys.new_bureau_key(store.home, BUREAU, date(2026, 1, 1))
    key = Signer.new()
    signing_keys.add_department(store.home, key.public, DEPARTMENT, on)
    point = Point(last_seq(store), release_draft.valid_day(period, None), on)
    built = release_draft.build(store, LIST, period, point, folder / period, maker="王经办")
    history = KeyHistory.read((built.out / "keys.jsonl").read_bytes())
    approval = sign_off(built.draft, Act(DEPARTMENT, "李负责人", on), key, history)
    (built.out / "approvals").mkdir()
    (built.out / "approvals" / file_name(DEPARTMENT)).write_bytes(approval)
    publish.publish(store, built.out, actor="周公示", role="publisher")
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())
