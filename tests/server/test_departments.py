"""What other departments get by plain HTTP, held against api/v1.yaml."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from starlette.routing import Route

from contract import checked, contract
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.decisions import Decision
from credit_graph.jobs.department_levels import policy_version
from credit_graph.jobs.grade import latest_run
from credit_graph.jobs.level_decisions import override
from credit_graph.model.time import Point
from credit_graph.resources import root
from credit_graph.server.keys import Keys, Wanted
from credit_graph.server.roles import roles_file
from credit_graph.server.scope import Scope
from credit_graph.store import Store
from departments import GONE, NOBODY, filled, shown
from server.city import TODAY, A, B, C
from server.conftest import Api

PATH = "/v1/risk-level/{code}"


def test_the_class_of_one_firm(store: Store, api_as: Callable[[str], Api]) -> None:
    rid = filled(store)
    api = api_as("department")

    def asked(code: str, **headers: str) -> dict[str, str | None]:
        answer: dict[str, str | None] = checked(api.request("GET", f"/v1/risk-level/{code}", headers=headers), PATH)
        return answer

    policy = policy_version(latest_run(store, Point(last_seq(store), TODAY, TODAY)))
    own = {"source": "own", "month": "2026-11", "validUntil": "2026-12-31", "policyVersion": policy}
    low = {"creditRiskLevel": "A", "levelName": "信用风险低", "status": "graded"}
    assert asked(A) == shown(A, name="甲有限公司", **low, **own)
    high = {"creditRiskLevel": "D", "levelName": "信用风险高", "status": "graded", "source": "official"}
    assert asked(B) == shown(B, name="乙有限公司", **high, month="2026-10", validUntil="2026-11-30")
    kind = "主体类型为个体工商户，不在分级范围"
    assert asked(C) == shown(C, name="丙商店", status="not_graded", reason=kind)
    assert asked(GONE.lower()) == shown(GONE, name="丁有限公司", status="not_graded", reason="登记状态为注销，不分级")
    assert asked(NOBODY) == shown(NOBODY, status="unknown", reason="没有该代码的登记主体")
    english = asked(NOBODY, **{"Accept-Language": "en"})
    assert english["reason"] == "no registered entity has that code"
    assert str(english["notice"]).endswith("no ground for granting or refusing a permit")
    first = api.request("GET", f"/v1/risk-level/{A}")
    tag = first.headers["etag"]
    assert tag.startswith(f'"{rid[:16]};1;')
    again = api.request("GET", f"/v1/risk-level/{A}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    override(store, A, "C", date(2026, 12, 5), Decision("张一", "approver", "现场核查"))
    decided = api.request("GET", f"/v1/risk-level/{A}", headers={"If-None-Match": tag})
    told = checked(decided, PATH)
    assert (told["creditRiskLevel"], told["source"], told["validUntil"]) == ("C", "own", "2026-12-05")


def test_who_may_not_and_what_is_no_code(store: Store, api_as: Callable[[str], Api]) -> None:
    api = api_as("department")
    empty = api.request("GET", f"/v1/risk-level/{A}")
    assert (empty.status_code, checked(empty, PATH)["errors"][0]["extensions"]) == (503, {"code": "state.no_data"})
    filled(store)
    for wrong in ("甲有限公司", A[:-1] + "Y", "91", "%20", "a" * 3000):
        answer = api.request("GET", f"/v1/risk-level/{wrong}")
        assert answer.status_code == 400, wrong
        assert checked(answer, PATH)["errors"][0]["extensions"] == {"code": "usage.bad_value"}
    for name, role in roles_file().on(TODAY).items():
        answer = api_as(name).request("GET", f"/v1/risk-level/{B}")
        assert answer.status_code == (200 if "level" in role.rights else 403), name
        assert "800" not in answer.text
        assert ("乙有限公司" in answer.text) == ("level" in role.rights), name


def test_a_key_of_some_districts_or_operations(store: Store, api_as: Callable[[str], Api]) -> None:
    filled(store)
    api = api_as("department")
    scopes = {"here": Scope(districts=("6210",)), "there": Scope(districts=("33",)), "else": Scope(operations=("due",))}
    found = {}
    for name, scope in scopes.items():
        _, key = Keys(store.home).create(Wanted("department", scope=scope))
        answer = api.request("GET", f"/v1/risk-level/{A}", headers={"Authorization": f"Bearer {key}"})
        found[name] = (answer.status_code, checked(answer, PATH).get("creditRiskLevel"))
    assert found == {"here": (200, "A"), "there": (403, None), "else": (403, None)}
    assert api.request("GET", f"/v1/risk-level/{A}").status_code == 401


def test_the_contract_names_every_route_and_operation(store: Store, api_as: Callable[[str], Api]) -> None:
    text = (root("api") / "v1.yaml").read_text(encoding="utf-8")
    assert "<<:" not in text  # merge keys are no YAML 1.2
    told = {(path, method) for path, methods in contract()["paths"].items() for method in methods}
    routes = [
        route for route in api_as("public").app.routes if isinstance(route, Route) and route.path.startswith("/v1")
    ]
    served = {(route.path, method.lower()) for route in routes for method in route.methods or () if method != "HEAD"}
    assert told == served
    operations = [row["operationId"] for methods in contract()["paths"].values() for row in methods.values()]
    assert len(operations) == len(set(operations)) == 7
