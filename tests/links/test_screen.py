"""Which firm a row of a list means: every kind of difference with its points, and what is not guessed. No graph."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.demo.miswriting import WAYS
from credit_graph.demo.world import build
from credit_graph.links.screen import Answer, Asked, Screener
from credit_graph.links.screen_index import PairIndex
from credit_graph.links.screen_policy import ScreenPolicy, screen_policy
from credit_graph.links.screen_register import COLUMNS, Register, expected
from credit_graph.projection import normal_name

TODAY = date(2026, 11, 23)
CODES = ["91621000MA0000AA2W", "91621002MA0000AB0L", "92621021MA0000AC9Y", "93621027MA0000AD7D"]
A, B, C, D = CODES
REGIONS = ("甘肃", "兰州")


def register(firms: dict[str, dict[str, Any]]) -> Register:
    """A register of firms by code: ``name``, ``former`` and :data:`COLUMNS`."""
    rows, names = [], []
    for code, said in firms.items():
        rows.append({"eid": code, "credit_code": code, **dict.fromkeys(COLUMNS[1:]), **said})
        names += [(code, name, name == said["name"]) for name in (said["name"], *said.get("former", ()))]
    frame = pd.DataFrame(names, columns=["eid", "name", "current"])
    frame["normal"] = frame["name"].map(normal_name)
    shown = pd.DataFrame(rows).set_index("eid").sort_index()
    return Register(frame, shown, screen_policy().on(TODAY), REGIONS)


CITY: dict[str, dict[str, Any]] = {
    A: {
        "name": "庆原天工建材有限公司",
        "former": ["庆原旧天工商贸有限公司"],
        "legal_representative": "王小明",
        "district": "621002",
        "address": "甘肃省庆原市西原区南大街1号",
        "registration_number": "621000000000018",
    },
    B: {"name": "庆原宏达（集团）股份有限公司", "district": "621021", "address": "甘肃省庆原市东川县北街2号"},
    C: {"name": "西原区老街便利店", "legal_representative": "李大", "district": "621002"},
    D: {"name": "西原区老街便利店", "legal_representative": "赵二", "district": "621021"},
}


@pytest.fixture(scope="module")
def city() -> Screener:
    return Screener(register(CITY))


def told(answer: Answer) -> tuple[str, list[tuple[str, int, list[str]]]]:
    """Status, and of each firm its code, score and the kinds of reasons."""
    return answer.status, [(one.eid, one.score, [reason.kind for reason in one.reasons]) for one in answer.found]


ROWS: list[tuple[str, str, int, list[str]]] = [
    ("庆原天工建材有限公司", A, 100, []),
    (" 庆原　天工建材有限公司 ", A, 100, []),
    ("慶原天工建材有限公司", A, 100, []),
    ("庆原宏达(集团)股份有限公司", B, 100, []),
    ("庆原旧天工商贸有限公司", A, 98, ["former_name"]),
    ("庆原天工建材", A, 98, ["missing_form"]),
    ("庆原天工建材有限责任公司", A, 99, ["spelled_form"]),
    ("天工建材有限公司", A, 98, ["missing_region"]),
    ("甘肃省庆原市天工建材公司", A, 97, ["spelled_form", "missing_region"]),
    ("庆原市天工建材有限公司", A, 98, ["spelled_region"]),
    ("天工建材", A, 96, ["missing_form", "missing_region"]),
    ("庆原添工建材有限公司", A, 94, ["slip"]),
    ("庆原夫工建材有限公司", A, 94, ["slip"]),
    ("庆原工天建材有限公司", A, 94, ["slip"]),
    ("庆原天天工建材有限公司", A, 94, ["slip"]),
    ("庆源天工建材有限公司", A, 94, ["slip"]),
    ("庆源天工建材", A, 92, ["slip", "missing_form"]),
    ("庆原天工建材有限公", A, 95, ["outside"]),
    ("庆原天工建材有限公可", A, 95, ["outside"]),
]


@pytest.mark.parametrize(("name", "eid", "score", "reasons"), ROWS, ids=[row[0] for row in ROWS])
def test_a_name_is_found_however_it_is_written(
    city: Screener, name: str, eid: str, score: int, reasons: list[str]
) -> None:
    (answer,) = city.answers([Asked(name=name)])
    assert told(answer) == ("match", [(eid, score, reasons)])


def test_other_names_are_no_match(city: Screener) -> None:
    names = [
        "庆原地和建材有限公司",
        "兰州天工建材有限公司",
        "庆原天工科技有限公司",
        "庆原天工建材专业合作社",
        "王小明",
        "",
        "公司",
    ]
    answers = city.answers([Asked(name=name) for name in names])
    assert [answer.status for answer in answers] == ["none"] * len(names)
    assert told(answers[1]) == ("none", [(A, 70, ["other_region"])])
    assert told(answers[3]) == ("none", [(A, 85, ["other_form"])])
    assert [answer.notes for answer in answers[-3:]] == [(), ("empty",), ()]


def test_one_name_of_two_firms_is_decided_by_what_stands_beside_it(city: Screener) -> None:
    name = "西原区老街便利店"
    rows = [
        Asked(name=name),
        Asked(name=name, representative="赵 二"),
        Asked(name=name, district="621002"),
        Asked(name=name, district="西原区"),
        Asked(name=name, representative="李大", district="621021"),
    ]
    answers = [told(answer) for answer in city.answers(rows)]
    assert answers[0] == ("several", [(C, 100, []), (D, 100, [])])
    assert answers[1] == ("match", [(D, 100, ["representative"])])
    assert answers[2] == ("match", [(C, 100, ["district"])])
    assert answers[3] == ("match", [(C, 100, ["district"])])
    assert answers[4] == ("match", [(C, 100, ["representative", "other_district"])])


def test_a_representative_tells_names_apart_that_differ_in_a_character(city: Screener) -> None:
    name = "庆原地工建材有限公司"
    plain, helped, against = city.answers(
        [Asked(name=name), Asked(name=name, representative="王小明"), Asked(name=name, representative="张三")]
    )
    assert told(plain) == ("none", [(A, 72, ["edit"])])
    assert told(helped) == ("match", [(A, 90, ["edit", "representative"])])
    assert told(against) == ("none", [])


def test_codes_decide(city: Screener) -> None:
    rows = [
        Asked(code=f" {A.lower()}"),
        Asked(code="621000000000018", name="庆原天工建材"),
        Asked(code=A[8:17]),
        Asked(code=A, name="别的什么公司"),
        Asked(code=A, name="庆原宏达（集团）股份有限公司"),
        Asked(code="91621000MA0000AA2X", name="庆原天工建材有限公司"),
        Asked(code="91620102MA0000ZZ06", name="庆原天工建材有限公司"),
        Asked(code="不详"),
    ]
    answers = city.answers(rows)
    assert told(answers[0]) == told(answers[1]) == told(answers[2]) == ("match", [(A, 100, ["code"])])
    assert told(answers[3]) == ("match", [(A, 92, ["code", "other_name"])])
    assert told(answers[4]) == ("several", [(A, 100, ["code"]), (B, 100, [])])
    assert answers[4].notes == ("code_and_name",)
    assert (told(answers[5]), answers[5].notes) == (("match", [(A, 100, [])]), ("bad_code",))
    assert answers[7] == Answer("none", (), ("bad_code",))


def test_a_valid_code_of_nobody_here_is_no_match_by_name(city: Screener) -> None:
    from credit_graph.demo.codes import credit_codes, org_codes

    made = bytes(
        credit_codes(np.array([91]), np.array([620102]), org_codes(np.array([9]), np.array([True])))[0]
    ).decode()
    (answer,) = city.answers([Asked(code=made, name="庆原天工建材有限公司")])
    assert (told(answer), answer.notes) == (("none", [(A, 70, ["other_code"])]), ("unknown_code",))


def test_exact_rows_look_for_no_likeness(city: Screener) -> None:
    rows = [Asked(name="庆原天工建材", exact=True), Asked(name="庆原天工建材有限公司", exact=True)]
    assert [told(answer)[0] for answer in city.answers(rows)] == ["none", "match"]


def test_two_that_fit_equally_are_several() -> None:
    both = Screener(register({A: {"name": "庆原天工建材有限公司"}, B: {"name": "庆原天工建材经营部"}}))
    (answer,) = both.answers([Asked(name="庆原天工建材")])
    assert told(answer) == ("several", [(A, 98, ["missing_form"]), (B, 98, ["missing_form"])])


def test_a_former_name_yields_to_who_is_called_so_now() -> None:
    firms: dict[str, dict[str, Any]] = {
        A: {"name": "庆原新名有限公司", "former": ["庆原天工有限公司"]},
        B: {"name": "庆原天工有限公司"},
    }
    (answer,) = Screener(register(firms)).answers([Asked(name="庆原天工有限公司")])
    assert told(answer) == ("match", [(B, 100, [])])


def test_nothing_is_found_in_an_empty_register() -> None:
    frame = pd.DataFrame({"eid": [], "name": [], "normal": [], "current": []}).astype({"current": bool})
    firms = pd.DataFrame(columns=["name", *COLUMNS], index=pd.Index([], name="eid"))
    empty = Screener(Register(frame, firms, screen_policy().on(TODAY), REGIONS))
    rows = [
        Asked(name="庆原天工建材有限公司"),
        Asked(code=A),
        Asked(),
        Asked(name="甲", representative="乙", district="丙"),
    ]
    assert [answer.status for answer in empty.answers(rows)] == ["none"] * 4
    assert empty.answers([]) == []


text = st.text(st.sampled_from("庆原天工建材有限公司慶添夫()（ Ａ1便利店\n\x00𠮷"), max_size=14) | st.text(max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.builds(Asked, text, text, text, text, st.booleans()), max_size=6))
def test_any_rows_get_one_answer_each_whatever_stands_beside_them(rows: list[Asked]) -> None:
    screener = Screener(register(CITY))
    answers = screener.answers(rows)
    assert answers == [screener.answers([row])[0] for row in rows]
    for answer in answers:
        scores = [one.score for one in answer.found]
        assert all(0 <= score <= 100 for score in scores)
        assert {"match": len(scores) == 1, "several": len(scores) > 1, "none": True}[answer.status]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.sampled_from("天工建材和源"), max_size=6), min_size=1, max_size=30), st.integers(1, 5))
def test_the_index_finds_what_shares_most(texts: list[str], most: int) -> None:
    """Against counting shared pairs by hand: every pair weighs the less the more texts have it."""

    def pairs(one: str) -> set[tuple[str, str]]:
        whole = "\x01" + one
        return {(a, b) for gap in (1, 2) for a, b in zip(whole, whole[gap:], strict=False)}

    every = [pairs(one) for one in texts]
    df = {pair: sum(pair in other for other in every) for one in every for pair in one}
    weight = {pair: max(1, round(4 * np.log2(1 + len(texts) / count))) for pair, count in df.items()}
    found = PairIndex(texts).nearest(texts, most)
    for asked, got in zip(every, found.tolist(), strict=True):
        scores = [sum(weight[pair] for pair in asked & other) for other in every]
        best = sorted((score for score in scores if score), reverse=True)[:most]
        assert sorted((scores[place] for place in got if place >= 0), reverse=True) == best


def test_expected_characters_are_those_that_most_have_beside_their_neighbour() -> None:
    share, starts = expected(["天便利店", "工便利店", "便民"], 2)
    assert starts.tolist() == [0, 4, 8]
    assert share.round(2).tolist() == [0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0]


def test_what_goes_without_saying_may_be_wrong() -> None:
    codes = [f"reg:{number}" for number in range(6)]
    shops: dict[str, dict[str, Any]] = {
        code: {"name": f"西原区{name}便利店"}
        for code, name in zip(codes, "阿兰 老街 顺心 小城 如意 乡味".split(), strict=True)
    }
    (answer,) = Screener(register(shops)).answers([Asked(name="西原区老街便利占")])
    assert told(answer) == ("match", [("reg:1", 94, ["expected"])])


def test_a_character_looks_like_those_of_one_row_only() -> None:
    row = screen_policy().screening[0].model_dump()
    with pytest.raises(ValueError, match="天"):
        ScreenPolicy.model_validate({"screening": [{**row, "look_alike": ["天夫", "大天"]}]})


def test_noisy_names_of_a_city_are_found() -> None:
    """The generator's names, written as people write them, in a city whose truth is known; a tenth is not in it."""
    world = build(3000, 7, TODAY)
    code, name = np.array(world.code.to_pylist()), np.array(world.name.to_pylist())
    person = np.array(world.person_name.take(world.firms.operator).to_pylist())
    firms = {
        one: {"name": called, "legal_representative": who, "district": place, "address": address}
        for one, called, who, place, address in zip(
            code, name, person, world.district_code.to_pylist(), world.address.to_pylist(), strict=True
        )
    }
    draw = np.random.default_rng(5)
    absent = set(draw.choice(code, 300, replace=False).tolist())
    once = pd.Series(name).map(pd.Series(name).value_counts()).to_numpy() == 1
    screener = Screener(register({one: said for one, said in firms.items() if one not in absent}))
    rows, truth = [], []
    for way in [way for way in WAYS if way not in ("dropped", "look_alike", "short", "other_region")]:
        for place in draw.choice(np.flatnonzero(once), 150):
            rows.append(Asked(name=WAYS[way](str(name[place]), draw)))
            truth.append("" if code[place] in absent else str(code[place]))
    got = [answer.found[0].eid if answer.status == "match" else "" for answer in screener.answers(rows)]
    right = sum(one == other != "" for one, other in zip(got, truth, strict=True))
    assert right / sum(map(bool, truth)) >= 0.98
    assert right / sum(map(bool, got)) >= 0.98
