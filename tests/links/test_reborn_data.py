"""Reborn firms on the graph: which records end a firm, what counts as a trace, and what the command prints."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from commandline import invoke
from credit_graph.links import compute, reborn_data
from credit_graph.links.policy import link_policy
from credit_graph.links.reborn_policy import RebornRules, reborn_policy
from credit_graph.projection import Projection
from credit_graph.store import Store
from facts import D
from handmade import City, Said, projection_of

TODAY = D("2026-11-23")
RULES: RebornRules = reborn_policy().on(TODAY)
OLD, NEW, KIN, SISTER, LATER = (f"91330200{letter * 10}" for letter in "ABCDE")
FOOD = {"industry": "其他食品零售", "industry_code": "5229"}


def person(said: Said, firm: str, name: str, pid: str, office: str, **more: Any) -> str:
    key = f"{firm}|{name}|{office}"
    return said.say("Office", firm, key, pid=pid, person_name=name, office=office, **more).sid


def planted(said: Said) -> dict[str, str]:
    """An old firm that was listed and then revoked, the new one, one of another trade, and a sister."""
    sids = {}
    revoked = {"state": "吊销", "approved_on": D("2024-03-01"), **FOOD}
    sids["revoked"] = said.firm(OLD, "宁波华远食品有限公司", address="浙江省宁波市甲路1号2室", **revoked).sid
    listed: dict[str, Any] = {"listed_on": D("2023-07-05"), "reason": "未按照规定的期限公示年度报告"}
    sids["listed"] = said.say("AbnormalListing", OLD, "l1", start=D("2023-07-05"), **listed).sid
    opened = {"address": "宁波市甲路１号 2室", "founded_on": D("2024-05-20"), "phone": "13800000001"}
    sids["new"] = said.firm(NEW, "宁波新华远食品有限公司", **opened, industry="其他食品零售").sid
    said.firm(
        KIN, "宁波另一建筑有限公司", founded_on=D("2024-06-01"), industry_code="4710", address="乙路2号（集群注册）"
    )
    said.firm(SISTER, "宁波姊妹食品有限公司", founded_on=D("2015-01-01"), address="乙路2号（集群注册）", **FOOD)
    said.firm(LATER, "宁波迟来食品有限公司", founded_on=D("2026-06-01"), **FOOD)
    sids["boss"] = person(said, OLD, "王测试", "k1", "legal_representative", mobile="13800000001")
    sids["left"] = said.say("Office", OLD, "left", pid="k2", person_name="李测试", office="executive", position="监事",
                            end=D("2020-01-01")).sid  # fmt: skip
    sids["now"] = person(said, NEW, "李测试", "k2", "legal_representative")
    person(said, KIN, "王测试", "k1", "executive")
    person(said, SISTER, "王测试", "k1", "legal_representative")
    person(said, LATER, "王测试", "k1", "legal_representative")
    return sids


def linked(said: Said) -> tuple[Projection, compute.Links]:
    projection = projection_of(said.statements, TODAY)
    return projection, compute.links(projection, link_policy())


def test_what_ends_a_firm() -> None:
    said = Said()
    a, b, c, d = (f"91330200{letter * 10}" for letter in "ABCD")
    revoked = said.firm(a, "甲公司", state="吊销，未注销", approved_on=D("2021-05-01"))
    gone = said.firm(b, "乙公司", state="注销", start=D("2022-02-02"))
    said.firm(c, "丙公司", state="注销")  # nobody knows since when
    said.firm(d, "丁公司")
    case: dict[str, Any] = {"penalty_kind": "罚款;吊销许可证件", "decided_on": D("2020-04-04")}
    licence = said.say("Case", d, "c1", start=D("2020-04-04"), **case)
    said.say("Case", d, "c2", penalty_kind="罚款", decided_on=D("2020-05-04"))
    serious = said.say("SeriousListing", d, "s1", start=D("2021-01-01"), end=D("2024-01-01"))
    court = said.say("Measure", d, "m1", measure_kind="失信被执行人", listed_on=D("2019-01-01"))
    said.say("Measure", d, "m2", measure_kind="欠税", listed_on=D("2018-01-01"))
    first, second = (
        said.say("AbnormalListing", a, key, listed_on=D(day)) for key, day in (("1", "2018-07-08"), ("2", "2019-07-08"))
    )
    found = reborn_data.ends(projection_of(said.statements, TODAY), RULES)
    assert {(old, end.date(), what, sids) for old, end, what, sids in found.itertuples(index=False)} == {
        (a, D("2021-05-01"), "revoked", (revoked.sid,)),
        (a, D("2018-07-08"), "abnormal", (first.sid,)),
        (a, D("2019-07-08"), "abnormal", (second.sid,)),
        (b, D("2022-02-02"), "struck", (gone.sid,)),
        (d, D("2020-04-04"), "licence", (licence.sid,)),
        (d, D("2021-01-01"), "serious", (serious.sid,)),
        (d, D("2019-01-01"), "measure", (court.sid,)),
    }


def test_traces_are_what_two_firms_share() -> None:
    said = Said()
    sids = planted(said)
    projection, found = linked(said)
    ended = reborn_data.ends(projection, RULES)
    firms = reborn_data.firms(projection, ended, RULES)
    assert firms.loc[NEW, "industry"] == "5229"  # by the name of the trade
    told = reborn_data.traces(projection, found, RULES, ended["old"], firms.index)
    phone, room = "13800000001", "宁波市甲路1号2室"
    assert {(*row[:3], row[4]) for row in told.itertuples(index=False)} >= {
        (OLD, "legal_representative", "k1", (sids["boss"],)),
        (OLD, "supervisor", "k2", (sids["left"],)),
        (NEW, "legal_representative", "k2", (sids["now"],)),
        (OLD, "phone", phone, (sids["boss"],)),
        (NEW, "phone", phone, (sids["new"],)),
        (OLD, "address", room, (sids["revoked"],)),
        (NEW, "address", room, (sids["new"],)),
    }
    assert set(told["key"]) == {"k1", "k2", phone, room}  # hosted addresses are none


def test_the_end_in_whose_window_the_other_was_opened_counts() -> None:
    said = Said()
    planted(said)
    projection, found = linked(said)
    candidates, _ = reborn_data.find_reborn(projection, found, RULES)
    told = candidates.set_index("new")
    assert told[["status", "reason", "what"]].T.to_dict(orient="list") == {
        NEW: ["reborn", "", "revoked"],
        KIN: ["possible", "other_industry", "revoked"],
        SISTER: ["sister", "", "revoked"],
    }
    # min(5, 2) for the person, 3 for phone and for room, 1 for the trade, 4 for the end,
    # 3 times 3 of 4 bigrams (华远食品, 新华远食品), 1 - 80/730 for the days
    assert told.loc[NEW, "score"] == pytest.approx(2 + 3 + 3 + 1 + 4 + 3 * 3 / 4 + 1 - 80 / 730, abs=1e-4)
    only_listed = [item for item in said.statements if item.content.get("state") != "吊销"]
    only_listed.append(Said().firm(OLD, "宁波华远食品有限公司", **FOOD))
    projection = projection_of(only_listed, TODAY)
    candidates, _ = reborn_data.find_reborn(projection, compute.links(projection, link_policy()), RULES)
    told = candidates.set_index("new")
    assert (told.loc[NEW, "what"], told.loc[NEW, "days"]) == ("abnormal", 320)
    pairs = reborn_data.scored(projection, found, RULES)
    assert pairs[["old", "new", "status"]].values.tolist() == [[OLD, NEW, "reborn"], [OLD, KIN, "possible"]]


def test_a_person_behind_a_company_is_a_trace() -> None:
    said = Said()
    said.firm(OLD, "宁波华远食品有限公司", state="吊销", approved_on=D("2024-03-01"), **FOOD)
    said.firm(NEW, "宁波某某食品有限公司", founded_on=D("2024-05-20"), **FOOD)
    said.firm(KIN, "宁波控股有限公司")
    boss = person(said, OLD, "王测试", "k1", "legal_representative")
    steps = [
        said.say("Contribution", KIN, "1", holder_name="王测试", pid="k1", subscribed=60_000_000),
        said.say("Contribution", NEW, "2", holder_name="宁波控股有限公司", holder_code=KIN, subscribed=51_000_000),
    ]
    projection, found = linked(said)
    candidates, shared = reborn_data.find_reborn(projection, found, RULES)
    (row,) = reborn_data.told(candidates[candidates["new"] == NEW], shared, projection)
    assert (row["status"], row["evidence"][1]) == (
        "reborn",
        {
            "text": "王测试曾是原企业的法定代表人，现为新企业的实际控制人。",
            "records": sorted([boss, *(step.sid for step in steps)]),
        },
    )


@pytest.mark.parametrize("kind", ["ReportedContribution", "EquityChange"])
def test_a_shareholder_of_reports_or_transfers_is_a_trace(kind: str) -> None:
    said = Said()
    said.firm(OLD, "宁波华远食品有限公司", state="吊销", approved_on=D("2024-03-01"), **FOOD)
    said.firm(NEW, "宁波某某食品有限公司", founded_on=D("2024-05-20"), **FOOD)
    more: dict[str, Any] = {"share_after": 0} if kind == "EquityChange" else {"report_id": "r1", "subscribed": 5}
    held = said.say(kind, OLD, "1", start=D("2023-01-01"), holder_name="王测试", pid="k1", **more).sid
    boss = person(said, NEW, "王测试", "k1", "legal_representative")
    projection, found = linked(said)
    candidates, shared = reborn_data.find_reborn(projection, found, RULES)
    (row,) = reborn_data.told(candidates, shared, projection)
    assert (row["status"], row["evidence"][1]) == (
        "reborn",
        {"text": "王测试曾是原企业的股东，现为新企业的法定代表人。", "records": sorted([held, boss])},
    )


def test_a_firm_without_name_or_day_is_no_candidate_and_an_empty_graph_has_none() -> None:
    said = Said()
    said.say("AbnormalListing", OLD, "1", listed_on=D("2020-01-01"))
    said.say("AbnormalListing", NEW, "2", listed_on=D("2020-01-01"))
    for firm in (OLD, NEW):
        person(said, firm, "王测试", "k1", "executive")
    projection, found = linked(said)
    assert len(reborn_data.find_reborn(projection, found, RULES)[0]) == 0
    projection, found = linked(Said())
    assert len(reborn_data.scored(projection, found, RULES)) == 0


def run(*arguments: str) -> str:
    done = invoke(*arguments)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_tells_every_reason_with_its_records(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    city = City(store)
    sids = planted(city)
    city.commit()
    answer = json.loads(run("reborn", "宁波华远食品有限公司", "--json"))
    assert (answer["firm"], answer["total"], answer["notice"]) == (OLD, 3, "线索，不作为列入名单或公示的依据")
    first = answer["candidates"][0]
    assert (first["old"], first["new"], first["status"], first["end"]) == (OLD, NEW, "reborn", "2024-03-01")
    assert [(line["text"], set(line["records"])) for line in first["evidence"]] == [
        ("“宁波新华远食品有限公司”在“宁波华远食品有限公司”被吊销或撤销后80日成立。", {sids["revoked"]}),
        ("两企业住所（到房间号）相同：浙江省宁波市甲路1号2室。", {sids["revoked"], sids["new"]}),
        ("两企业联系电话相同：13800000001。", {sids["boss"], sids["new"]}),
        ("李测试曾是原企业的监事，现为新企业的法定代表人。", {sids["left"], sids["now"]}),
        ("两企业登记的行业相同。", set()),
        ("去除行政区划和组织形式后，两企业名称的相似度为75%。", set()),
    ]
    assert [row["status"] for row in answer["candidates"]] == ["reborn", "possible", "sister"]
    every = json.loads(run("reborn", "--json", "--top", "5"))
    assert [(row["old"], row["new"]) for row in every["candidates"]] == [(OLD, NEW)]
    assert [row["old"] for row in json.loads(run("reborn", NEW, "--json"))["candidates"]] == [OLD]
    assert "没有疑似换马甲的企业" in run("reborn", LATER)
    table = run("--lang", "en", "reborn", OLD)
    assert "may be it come back" in table
    assert "k1" not in json.dumps(answer)
    before = json.loads(run("reborn", OLD, "--json", "--valid", "2024-01-31"))
    assert [row["new"] for row in before["candidates"]] == [SISTER]


def test_the_rules_name_what_the_program_knows() -> None:
    row = reborn_policy().on(date(2026, 11, 23))
    assert {rule.what for rule in row.ends} == {"revoked", "struck", "serious", "licence", "measure", "abnormal"}
