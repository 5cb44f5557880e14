"""Sign-off of a draft, N of N: by key or by a countersigned document; never by its maker, never of another draft."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from credit_graph.errors import CreditGraphError
from credit_graph.lists.editions.approvals import Act, check_approvals, countersign, file_name, sign_off
from credit_graph.lists.editions.draft import Draft
from credit_graph.lists.editions.edition import canonical, sha256
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.lists.editions.signatures import Signer
from releases import draft, entry

WEST, EAST = "庆原市西原区市场监督管理局", "庆原市东川县市场监督管理局"
START, DAY, LATER = date(2026, 1, 1), date(2026, 10, 8), date(2026, 10, 9)
BUREAU, WEST_KEY, EAST_KEY = Signer.new(), Signer.new(), Signer.new()
HISTORY = KeyHistory().add(BUREAU.public, "庆原市市场监督管理局", "bureau", START, BUREAU)
HISTORY = HISTORY.add(WEST_KEY.public, WEST, "department", START, BUREAU)
HISTORY = HISTORY.add(EAST_KEY.public, EAST, "department", START, BUREAU)
MADE = draft([entry(1, listed_by=WEST), entry(2, listed_by=EAST)], issuers=[EAST, WEST])


def signed(made: Draft = MADE, by: str = "周一", department: str = WEST, key: Signer = WEST_KEY) -> bytes:
    return sign_off(made, Act(department, by, DAY), key, HISTORY)


def on_paper(on: date = DAY) -> bytes:
    return countersign(MADE, Act(EAST, "吴二", on), "东市监会签〔2026〕1号", b"scan")


def code(work: Callable[[], Any]) -> str:
    with pytest.raises(CreditGraphError) as error:
        work()
    return error.value.code


def _checked(both: dict[str, bytes], day: date = LATER) -> str:
    return code(lambda: check_approvals(MADE, both, HISTORY, day))


def test_all_departments_have_to_sign_by_key_or_on_paper() -> None:
    both = {file_name(WEST): signed(), file_name(EAST): on_paper()}
    check_approvals(MADE, both, HISTORY, LATER)
    said = json.loads(both[file_name(EAST)])
    assert said == {
        "format": 1,
        "list": MADE.list,
        "release": "2026Q3",
        "draft": MADE.hash,
        "department": EAST,
        "by": "吴二",
        "on": "2026-10-08",
        "signature": None,
        "document": {"number": "东市监会签〔2026〕1号", "scan": sha256(b"scan"), "size": 4},
    }
    for name in both:
        with pytest.raises(CreditGraphError) as error:
            check_approvals(MADE, {other: data for other, data in both.items() if other != name}, HISTORY, LATER)
        assert error.value.code == "state.approvals_missing"
        assert error.value.fields["departments"] == name.removesuffix(".json")


def test_who_may_not_sign() -> None:
    assert code(lambda: signed(department="庆原市北岭县市场监督管理局")) == "state.not_an_issuer"
    assert code(lambda: signed(by="王经办")) == "state.maker_approves"
    assert code(lambda: signed(by=" 王 经办")) == "state.maker_approves"
    assert code(lambda: signed(key=EAST_KEY)) == "input.signature"  # another department's
    assert code(lambda: signed(key=Signer.new())) == "input.signature"
    revoked = HISTORY.revoke(WEST_KEY.key_id, DAY, "丢失", BUREAU, day=DAY)
    assert code(lambda: sign_off(MADE, Act(WEST, "周一", DAY), WEST_KEY, revoked)) == "input.signature"
    both = {file_name(WEST): signed(), file_name(EAST): on_paper()}
    assert code(lambda: check_approvals(MADE, both, revoked, LATER)) == "input.approval"


def test_an_approval_is_of_that_draft_that_day_and_that_department_alone() -> None:
    other = draft([entry(1, listed_by=WEST)], issuers=[EAST, WEST])
    good = json.loads(signed())
    wrong = [
        signed(other),
        signed()[:-1],
        b"{}\n",
        canonical({**good, "by": "郑三"}) + b"\n",  # signed by somebody else
        canonical({**good, "on": "2026-10-09"}) + b"\n",
        canonical({**good, "signature": None}) + b"\n",
        canonical({**good, "more": 1}) + b"\n",
        canonical({**good, "signature": [1]}) + b"\n",
        canonical({**good, "signature": None, "document": 1}) + b"\n",
        canonical({**good, "signature": json.loads(signed(by="郑三"))["signature"]}) + b"\n",
        canonical({**json.loads(on_paper(date(2026, 10, 7))), "department": WEST}) + b"\n",  # before the draft
    ]
    for data in wrong:
        both = {file_name(WEST): data, file_name(EAST): on_paper()}
        assert _checked(both) == "input.approval", data
    for both, day in (
        ({file_name(EAST): signed(), file_name(WEST): on_paper()}, LATER),  # under another's name
        ({file_name(WEST): signed(), file_name(EAST): on_paper()}, date(2026, 10, 7)),  # after publication
    ):
        assert _checked(both, day) == "input.approval"
    by_maker = canonical({**json.loads(on_paper()), "by": "王经办"}) + b"\n"
    both = {file_name(WEST): signed(), file_name(EAST): by_maker}
    assert code(lambda: check_approvals(MADE, both, HISTORY, LATER)) == "state.maker_approves"
