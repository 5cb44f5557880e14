"""The one way out: publishable fields only, no planted secret, penalties by the law, decisions of people on texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from credit_graph.errors import DefinitionError, UsageError
from credit_graph.lists.policy import list_names, list_policy
from credit_graph.lists.redaction import Cleared, Held, Leaving, Refused, decide, hidden, publishable_record
from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS

DAY = date(2026, 11, 23)
CODE = "91330206MA7LDB042M"
PERSONS = frozenset({"苗苗苗"})
CASE: dict[str, Any] = {
    "name": "庆原陇脉置业有限公司",
    "credit_code": CODE,
    "party_kind": "法人及非法人组织",
    "document_number": "庆西市监处罚〔2025〕88号",
    "violation": "销售不符合国家标准的水泥",
    "penalty_kind": "罚款;没收违法所得",
    "fine": 2_000_000,
    "decided_on": date(2025, 9, 2),
    "authority": "庆原市西原区市场监督管理局",
    "facts": "证人王秘密13812345678",
    "person_name": "王秘密",
}
FIELDS = ("name", "credit_code", "document_number", "violation", "penalty_kind", "decided_on", "authority")
SECRETS = (
    "13812345678",
    "１３８ １２３４ ５６７８",
    "0574-87654321",
    "330206198001010015",
    "6222021234567894",
    "账号330123456",
    "abc@example.com",
    "浙B12345",
    "3号楼2单元501室",
    "患有糖尿病",
    "苗苗苗",
    "负责人王秘密",
)


def leave(record: dict[str, Any], fields: tuple[str, ...] = FIELDS, **more: Any) -> Cleared | Held | Refused:
    return publishable_record("Case", record, Leaving(fields, PERSONS, **more), DAY)


def test_only_publishable_fields_leave() -> None:
    assert leave(CASE) == Cleared({name: CASE[name] for name in FIELDS})


@pytest.mark.parametrize("name", ["person_name", "person_id", "party_id", "nothing"])
def test_no_list_can_let_a_personal_field_out(name: str) -> None:
    with pytest.raises(UsageError) as error:
        leave(CASE, (*FIELDS, name))
    assert error.value.code == "usage.bad_value"


def outgoing() -> Iterator[tuple[str, str, str]]:
    """(list, kind, field) of every text that a list may publish."""
    for name in list_names():
        policy = list_policy(name)
        for kind in [policy.record_kind] if policy.record_kind else []:
            for row in policy.rows:
                for field in row.set_publishable.fields if row.set_publishable else ():
                    if (SUBJECT_FIELDS | KINDS[kind].fields)[field].type not in ("day", "month", "amount"):
                        yield name, kind, field


TEXTS = sorted(set(outgoing()))


def test_every_kind_that_is_published_is_planted() -> None:
    assert {kind for _, kind, _ in TEXTS} == {"SeriousListing", "AbnormalListing", "AbnormalMark", "Inspection", "Case"}
    assert len(TEXTS) > 15


@pytest.mark.parametrize(("name", "kind", "field"), TEXTS)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_planted_secret_in_any_text_holds_the_record(name: str, kind: str, field: str, secret: str) -> None:
    day = list_policy(name).on(DAY).publishable
    clean = CASE | {"listed_by": CASE["authority"], "inspection_kind": "双随机抽查", "result": "未发现问题"}
    assert isinstance(publishable_record(kind, clean, Leaving(day.fields, PERSONS), DAY), Cleared)
    planted = clean | {field: f"{clean.get(field) or ''}，{secret}"}
    out = publishable_record(kind, planted, Leaving(day.fields, PERSONS), DAY)
    if field == "penalty_kind":  # words that no rule knows
        assert isinstance(out, Refused)
        return
    assert isinstance(out, Held)
    assert {found.field for found in out.reasons} == {field}
    assert all(secret not in str(found.as_json()) for found in out.reasons)
    for number in ("13812345678", "330206198001010015", "王秘密", "苗苗苗", "6222021234567894"):
        assert number not in str(hidden(kind, planted, field, PERSONS, DAY))


def test_what_was_found_is_told_with_its_place_and_rule() -> None:
    out = leave(CASE | {"violation": "销售水泥，电话13812345678"})
    assert isinstance(out, Held)
    assert [found.as_json() for found in out.reasons] == [
        {
            "field": "violation",
            "title": "违法行为类型",
            "what": "phone",
            "from": 7,
            "to": 18,
            "why": "电话号码",
            "basis": "浙江省暂行办法第七条（联系方式）",
        }
    ]


# numbers of the register: only what is one leaves by that name


@pytest.mark.parametrize(
    ("code", "number", "cleared"),
    [
        ("913302267723220696", "3302267723220696", True),  # the number inside the credit code
        (CODE, "3302267723220696", False),
        (CODE, "330206000012342", True),  # 15 digits, with its check digit and a registrar's region
        (CODE, "330206000012341", False),
        ("913302267723220697", None, False),  # a code that fails its check
        ("330206198001010015", None, False),
    ],
)
def test_a_number_of_the_register(code: str, number: str | None, cleared: bool) -> None:
    record = {"name": "某公司", "credit_code": code, "registration_number": number}
    out = publishable_record("AbnormalListing", record, Leaving(tuple(record)), DAY)
    assert isinstance(out, Cleared) is cleared


# penalties (45号令第二条、第五条)

PERSON = {"party_kind": "自然人", "name": "苗苗苗", "credit_code": None}


@pytest.mark.parametrize(
    ("changes", "tests"),
    [
        ({}, []),
        ({"procedure": "普通程序"}, []),
        ({"procedure": "简易程序"}, ["ordinary_procedure"]),
        ({"penalty_kind": "罚款", "fine": 100_000}, ["ordinary_procedure"]),  # it may have been decided on the spot
        ({"penalty_kind": "罚款", "fine": 100_000, "procedure": "一般程序"}, []),
        ({"penalty_kind": "警告", "procedure": "普通程序"}, ["more_than_warning"]),
        ({"penalty_kind": "警告", "fine": None}, ["ordinary_procedure", "more_than_warning"]),
        ({"penalty_kind": "警告;罚款"}, []),
        ({"penalty_kind": None}, ["ordinary_procedure", "more_than_warning"]),
        ({"penalty_kind": "其他"}, ["ordinary_procedure", "more_than_warning"]),
        ({"penalty_kind": "罚款;其他", "procedure": "普通程序"}, ["more_than_warning"]),
        ({"party_kind": None}, []),  # the credit code tells
        ({"party_kind": "个体工商户"}, []),
        ({"party_kind": None, "credit_code": None}, ["adult"]),
        ({"party_kind": "其他"}, ["adult"]),
        (PERSON, ["adult"]),
        (PERSON | {"minor": True}, ["adult"]),
        (PERSON | {"minor": "否"}, ["adult"]),
        (PERSON | {"minor": False}, []),
        ({"secret": True}, ["not_secret"]),
        ({"secret": "未审"}, ["not_secret"]),
        ({"secret": False}, []),
    ],
)
def test_which_penalties_are_published(changes: dict[str, Any], tests: list[str]) -> None:
    out = leave(CASE | changes)
    if not tests:
        assert isinstance(out, Cleared)
        return
    assert isinstance(out, Refused)
    assert [reason.test for reason in out.reasons] == tests
    articles = {
        "ordinary_procedure": "第45号）第二条",
        "more_than_warning": "第45号）第二条",
        "adult": "第332号）第五条",
    }
    for reason in out.reasons:
        assert reason.citation[0].endswith(articles.get(reason.test, "第45号）第五条"))


def test_a_refusal_says_what_is_unknown() -> None:
    unknown, known = leave(CASE | PERSON), leave(CASE | PERSON | {"minor": True})
    assert isinstance(unknown, Refused)
    assert isinstance(known, Refused)
    assert unknown.reasons[0].sentence[0] == "当事人是否未成年未知"
    assert known.reasons[0].sentence[0] == "当事人是未成年人的不公示"


def test_the_punished_person_is_named_and_no_other() -> None:
    adult = CASE | PERSON | {"minor": False}
    assert isinstance(leave(adult | {"violation": "苗苗苗伪造证书"}), Cleared)
    out = leave(adult | {"violation": "苗苗苗与证人李四伪造证书"})
    assert isinstance(out, Held)
    assert [(found.field, found.finding.what) for found in out.reasons] == [("violation", "person")]


# a person's decision


def test_a_decision_lets_that_text_pass_and_no_other() -> None:
    text = "高峰时段在小区3号楼前占道经营"
    held = CASE | {"violation": text}
    assert isinstance(leave(held), Held)
    passed = decide(text, "李审核", "reviewer", "地点是公共场所")
    assert leave(held, decisions=(passed,)) == Cleared({name: held[name] for name in FIELDS})
    for other in (text + " ", text + "13812345678", text.replace("3", "３")):
        assert isinstance(leave(held | {"violation": other}, decisions=(passed,)), Held)
    assert isinstance(leave(held | {"authority": "电话13812345678"}, decisions=(passed,)), Held)
    assert text not in repr(passed)


@pytest.mark.parametrize("said", [("", "reviewer", "why"), ("A", " ", "why"), ("A", "reviewer", "")])
def test_a_decision_says_who_in_which_role_and_why(said: tuple[str, str, str]) -> None:
    with pytest.raises(UsageError):
        decide("text", *said)


def test_a_decision_does_not_make_a_penalty_publishable() -> None:
    passed = tuple(decide(str(value), "A", "reviewer", "why") for value in CASE.values())
    assert isinstance(leave(CASE | {"procedure": "简易程序"}, decisions=passed), Refused)


def test_before_the_rules_nothing_leaves() -> None:
    with pytest.raises(DefinitionError) as error:
        publishable_record("Case", CASE, Leaving(FIELDS), date(2021, 8, 31))
    assert error.value.code == "policy.none_in_force"
