"""Partial runs: whom a change touches is graded again, and is as the next full run finds it; on both engines."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from commandline import invoke
from credit_graph.errors import UsageError
from credit_graph.grading import runfile
from credit_graph.jobs import regrade as job
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.grade import grade, run_path
from credit_graph.jobs.grade_check import check_run
from credit_graph.jobs.regrade import regrade
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.store.files import forget_caches
from handmade import City

TODAY = date(2026, 11, 23)
EIDS = [f"9133020000000000{number:02d}" for number in range(24)]
GROUP, BRANCH, ALONE = EIDS[:6], EIDS[6], EIDS[20:]
OWNER, OTHER = "a" * 64, "b" * 64


def built(city: City) -> dict[str, Statement]:
    """Six firms under one person, a branch, firms of one representative, and others; something is wrong in each."""
    said: dict[str, Statement] = {}
    for number, eid in enumerate(EIDS):
        more: dict[str, Any] = {"parent_code": GROUP[1], "entity_type": "有限责任公司分公司"} if eid == BRANCH else {}
        city.firm(eid, f"第{number}号有限公司", industry_code="5211", **more)
        day = TODAY - timedelta(days=40 * number + 10)
        said[f"case {number}"] = city.say(
            "Case", eid, f"c{number}", start=day, decided_on=day, fine=1_000_000 * number, document_number=f"{number}号"
        )
    owner: dict[str, Any] = {"holder_name": "王", "pid": OWNER}
    city.say("Contribution", GROUP[0], "h0", subscribed=100_000_000, **owner)
    for number, eid in enumerate(GROUP[1:]):
        holder: dict[str, Any] = {"holder_name": "第0号有限公司", "holder_code": GROUP[0]}
        city.say("Contribution", eid, f"h{number + 1}", subscribed=100_000_000, **holder)
    city.say("Contribution", EIDS[8], "h8", subscribed=20_000_000, holder_name="第9号有限公司", holder_code=EIDS[9])
    for eid in (GROUP[0], EIDS[10]):
        city.say("Office", eid, f"o{eid}", pid=OWNER, person_name="王", office="legal_representative")
    for eid in EIDS[11:14]:
        city.say("Office", eid, f"o{eid}", pid=OTHER, person_name="李", office="legal_representative")
    for number in (2, 9, 12, 21):
        day = TODAY - timedelta(days=200)
        said[f"listing {number}"] = city.say("AbnormalListing", EIDS[number], f"l{number}", start=day, listed_on=day)
    said["measure"] = city.say(
        "Measure", None, "m", pid=OTHER, person_name="李", start=TODAY, measure_kind="失信被执行人", listed_on=TODAY
    )
    city.say("Measure", EIDS[23], "m23", start=TODAY, measure_kind="失信被执行人", listed_on=TODAY)
    city.say("SeriousListing", EIDS[23], "s23", start=TODAY, listed_on=TODAY)
    city.say("Complaint", EIDS[22], "k", start=TODAY, received_on=TODAY)
    return said


def full(city: City) -> str:
    found = grade(city.store, Point(city.seq - 1, TODAY, TODAY))
    return found.rid


def whole(store: Store, rid: str) -> dict[str, dict[str, Any]]:
    path = run_path(store, rid)
    return runfile.rows(path, EIDS)


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())
    return City(store)


def test_several_events_one_after_the_other(city: City) -> None:
    said = built(city)
    city.commit()
    refresh(city.store)
    base = full(city)
    before = whole(city.store, base)
    day = TODAY - timedelta(days=5)

    def new_case(number: int) -> None:
        city.say("Case", EIDS[number], f"n{number}", start=day, decided_on=day, fine=500_000, document_number="新1号")

    events: list[tuple[Any, set[str], tuple[str, ...]]] = [
        (lambda: city.hold(said["listing 2"], start=day), {*GROUP, BRANCH, EIDS[10]}, ()),
        (lambda: city.close(said["measure"]), {*EIDS[11:14]}, ()),
        (lambda: new_case(20), {EIDS[20]}, ()),
    ]
    rid = base
    for number, (event, expected, stale) in enumerate(events):
        event()
        city.commit()
        refresh(city.store)
        earlier = whole(city.store, rid)
        found = regrade(city.store)
        assert (found.why, found.base, found.firms, found.stale) == ("", base, len(expected), stale), number
        rid = str(found.rid)
        now = whole(city.store, rid)
        assert {eid for eid in EIDS if now[eid] != earlier[eid]} <= expected
    assert {eid for eid in EIDS if now[eid] != before[eid]} == {*GROUP, BRANCH, *EIDS[11:14], EIDS[20]}
    done = invoke("grade", "--changed", "--json")
    assert json.loads(done.stdout) == {
        "run": None, "base": None, "why": "nothing", "firms": 0, "changed": 0, "stale": [],
    }  # fmt: skip
    assert check_run(city.store, rid)["base"] == base
    last = full(city)
    assert last != rid
    assert whole(city.store, last) == now
    assert runfile.grades(run_path(city.store, last)).equals(runfile.grades(run_path(city.store, rid)))
    # the full run found nothing to change
    assert city.store.read("read/run", run=last)[0]["run"]["changed"] == 0


def test_what_only_a_full_run_can_tell(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    city.firm(EIDS[0], "甲有限公司")
    city.commit()
    assert regrade(city.store).why == "never"
    full(city)
    case = city.say("Case", EIDS[0], "c", start=TODAY, decided_on=TODAY)
    city.commit()
    # the first of its kind: now there is data of everybody
    assert regrade(city.store).why == "other_kinds"
    base = full(city)
    city.firm(EIDS[0], "甲有限公司", key="later", start=TODAY, address="新路1号")
    city.hold(case)
    city.commit()
    with monkeypatch.context() as patched:
        patched.setattr(job, "_written", lambda *_: job.MOST_WRITTEN + 1)
        assert regrade(city.store).why == "many"
    found = regrade(city.store)
    assert (found.base, found.firms, found.changed, found.stale) == (base, 1, 1, ("links", "reborn"))
    with pytest.raises(UsageError) as doubtful:
        check_run(city.store, str(found.rid))
    assert doubtful.value.code == "usage.bad_value"
    city.firm(EIDS[0], "甲有限公司", key="last", start=TODAY, state="注销")
    city.commit()
    gone = regrade(city.store)
    assert runfile.grades(run_path(city.store, str(gone.rid))).empty
    assert city.store.read("explore/grades")[0]["level"] is None
    city.say("Case", EIDS[0], "d", start=TODAY, decided_on=TODAY)
    city.commit()
    forget_caches(city.store.home)
    assert regrade(city.store).why == "no_base"
