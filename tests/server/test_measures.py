"""What courts, tax offices and inspectors say of a firm, in the API and by trace: their own samples, exactly."""

from __future__ import annotations

from collections.abc import Callable

from credit_graph import resources
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.jobs.trace import trace
from credit_graph.store import Store
from server.conftest import Api

FIRM = "91621002MA00X0015H"
QUERY = """query ($code: String!) { enterprise(code: $code) { records { edges { node {
  kind source validFrom validTo inUse
  ... on Measure { measureKind amountDue amountOpen caseNumber listedOn }
  ... on Evaluation { evaluationKind ratedLevel ratedScore year }
  ... on OfficialRiskClass { riskClass riskScore month }
  ... on Inspection { draw drawProbability randomArm result }
  ... on Sanction { sanctionKind offices personName }
  ... on Complaint { result recovered } ... on Sampling { result producerCode } } } } } }"""
HEAD = {"kind", "source", "validFrom", "validTo"}
SOURCES = (
    "court_defaulter unfulfilled_judgment tax_blacklist tax_arrears tax_a_rating official_risk_class inspection "
    "sanction complaint sampling"
).split()


def fill(store: Store) -> None:
    for source in SOURCES:
        load(store, [resources.root("loaders") / source / "sample.csv"], LoadOptions(source=source))


def nodes(api: Api) -> list[dict[str, object]]:
    edges = api.ask(QUERY, code=FIRM)["enterprise"]["records"]["edges"]
    return sorted(
        (edge["node"] for edge in edges), key=lambda node: (node["source"], node["validFrom"] or "", str(node))
    )


def test_the_records_of_a_firm(store: Store, api_as: Callable[[str], Api]) -> None:
    api = api_as("analyst")
    fill(store)
    found = nodes(api)
    assert all(node.pop("inUse") is True for node in found)
    judgment = {"measureKind": "未履行生效裁判", "amountDue": "120000.00", "amountOpen": "85000.50"}
    court = {"measureKind": "失信被执行人", "amountDue": None, "amountOpen": None}
    tax = {"caseNumber": None, "listedOn": None, "amountOpen": None, "measureKind": "欠税"}
    listed = {"measureKind": "重大税收违法", "amountDue": None, "amountOpen": None, "caseNumber": None}
    case = {"caseNumber": "(2024)甘1002执恢54号", "listedOn": None}
    said = [(n["source"], n["validFrom"], {k: v for k, v in n.items() if k not in HEAD}) for n in found]
    assert [item for item in said if item[0] in {"court_defaulter", "unfulfilled_judgment", "tax_blacklist"}] == [
        ("court_defaulter", "2024-01-27", court | case),
        ("tax_blacklist", "2023-06-01", listed | {"listedOn": "2023-06-01"}),
        ("unfulfilled_judgment", "2024-03-01", judgment | {"caseNumber": "(2024)甘1002执54号", "listedOn": None}),
    ]
    assert [item[2]["amountDue"] for item in said if item[0] == "tax_arrears"] == ["125000.50", "38200.00"]
    assert all(item[2] | tax == item[2] for item in said if item[0] == "tax_arrears")
    assert [item[2] for item in said if item[0] == "inspection"] == [
        {"draw": "分级随机", "drawProbability": "25.0000", "randomArm": True, "result": "发现问题责令改正"}
    ]
    assert [item[2] for item in said if item[0] == "official_risk_class"] == [
        {"riskClass": "C", "riskScore": 612.5, "month": "2026-05-01"},
        {"riskClass": "B", "riskScore": 430.0, "month": "2026-06-01"},
    ]
    assert [(item[2]["year"], item[2]["ratedScore"]) for item in said if item[0] == "tax_a_rating"] == [
        (2019, 90.0),
        (2020, 92.5),
    ]
    assert [(item[2]["sanctionKind"], item[2]["personName"]) for item in said if item[0] == "sanction"] == [
        ("从业禁止", "贾怀仁"),
        ("处罚到人", "贾怀仁"),
    ]


def test_trace_shows_the_row_of_a_sanction(store: Store, api: Api) -> None:
    fill(store)
    found = [item for item in trace(store, FIRM) if item["statement"]["kind"] == "Sanction"]
    assert [item["cells"]["姓名"] for item in found] == ["贾怀仁", "贾怀仁"]
    assert {item["cells"]["证件号码"] for item in found} == {"11**************16"}
