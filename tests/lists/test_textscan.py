"""What must not leave is found in a text, however it is written; what real wordings hold is not taken for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from credit_graph.demo.words import CITY, ESTATES, STREETS
from credit_graph.lists.bases import documents
from credit_graph.lists.policy import list_names, list_policy
from credit_graph.lists.redaction_policy import redaction_policy
from credit_graph.lists.textnames import known_names
from credit_graph.lists.textnumbers import luhn
from credit_graph.lists.textscan import Finding, masked, scanner
from credit_graph.lists.textviews import is_sign, tight, views

DAY = date(2026, 12, 1)
SCAN = scanner(DAY)
PERSONS = redaction_policy().looks_on(DAY)["person"]


def found(text: str, **more: object) -> list[tuple[str, str]]:
    return [(item.what, text[item.start : item.end]) for item in SCAN.scan(text, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("联系电话13812345678。", [("phone", "13812345678")]),
        ("１ ３ ８-1234.5678", [("phone", "１ ３ ８-1234.5678")]),
        ("一三八一二三四五六七八", [("phone", "一三八一二三四五六七八")]),
        ("+86 138 1234 5678", [("phone", "86 138 1234 5678")]),
        ("0574-8765 4321", [("phone", "0574-8765 4321")]),
        ("0574-2012-12-31", [("phone", "0574-2012-12-31")]),
        ("1991-01-23 456", [("phone", "1991-01-23 456")]),
        ("座机：8765 4321", [("phone", "8765 4321")]),
        ("身份证330206198001010015", [("id_number", "330206198001010015")]),
        ("3302 0619 8001 0100 1 x", [("id_number", "3302 0619 8001 0100 1 x")]),
        ("当事人（11**************44）供述", [("id_number", "11**************44")]),
        ("3.30206198001011E+17", [("id_number", "3.30206198001011E+17")]),
        ("护照号E12345678", [("id_number", "护照号E12345678")]),
        ("6222 0212 3456 7894", [("account", "6222 0212 3456 7894")]),
        ("账号：330-1234", [("account", "330-1234")]),
        ("1234567890", [("number", "1234567890")]),
        ("a @ b . com", [("email", "a @ b . com")]),
        ("ab.c＠例.com", []),  # no address is written so
        ("QQ 12345678", [("contact", "12345678")]),
        ("微信号：abc_defg1", [("contact", "微信号：abc_defg1")]),
        ("驾驶浙B·12345送货", [("plate", "浙B·12345")]),
        ("3号楼2单元501室", [("address", "3号楼2单元501室")]),
        ("家住庆原市西原区南街12号", [("address", "家住庆原市西原区南街12号")]),
        ("患有糖尿病多年", [("health", "患有糖尿病多年")]),
        ("法 定-代表人 王 秘 密", [("person", "王 秘 密")]),
        ("法定代表人姓名为王秘密", [("person", "王秘密")]),
        ("负责人：阿依古丽，", [("person", "阿依古丽")]),
        ("联系人：John Smith", [("person", "John Smith")]),
        ("王秘密之父", [("person", "王秘密")]),
        ("向王秘密女士销售", [("person", "王秘密")]),
        ("买买提·吐尔逊", [("person", "买买提·吐尔逊")]),
        ("证人欧阳秘密称", [("person", "欧阳秘密")]),
        (" 王 秘密", [("person", "王 秘密")]),
    ],
)
def test_what_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


REASONS = (
    "公示企业信息隐瞒真实情况、弄虚作假。",
    "通过登记的住所或者经营场所无法联系。",
    "未按照规定的期限公示年度报告。",
    "未在责令期限内公示有关企业信息。",
    "未依法办理变更登记或注销登记",
    "被列入经营异常名录满3年仍未履行相关义务",
    "提交虚假材料或者采取其他欺诈手段隐瞒重要事实",
    "拒不配合监督检查",
    "严重违法失信行为",
    "办理地址变更或恢复联系",
)
WORDINGS = (
    "〔2024〕12号",
    "甬市监处罚〔2024〕330206001234号",
    "（2023）浙0206执1234号",
    "依据庆西市监处罚〔2025〕88号、〔2025〕89号",
    "2024-06-28至2025-06-28，2024年6月28日",
    "2024.06.28-2025.06.28",
    "2024-06-28 14:30:05",
    "没收违法所得1234567.89元；罚款50000元",
    "罚款1,234,567.89元",
    "不符合GB/T 19001-2016、GB 2760-2014的要求",
    "统一社会信用代码91330206MA7LDB042M",
    "913302267723220696",
    "法定代表人变更未登记，经营者应当依法年报",
    "消费者权益受到侵害，经营者曾因同类违法受过处罚",
    "当事人王某某、张某",
    "食品标签声称具有治疗糖尿病的功能",
    "宁波梅山保税港区金湛张景茹商务服务部",
    "第1、2、3、4项",
    "余姚市",
    "江北区",
    "董事长",
)


@pytest.mark.parametrize("text", [*REASONS, *WORDINGS])
def test_real_wordings_are_not_held(text: str) -> None:
    assert found(text) == []


def test_no_ground_article_or_authority_of_the_policies_is_held() -> None:
    texts = [article for document in documents().values() for article in document.articles.values()]
    texts += [document.title + document.number for document in documents().values()]
    texts += [ground.text for name in list_names() for row in list_policy(name).rows for ground in row.grounds]
    assert len(texts) > 150
    assert [text for text in texts if found(text)] == []


NAMES = ("宁波（温州）食品有限公司", "上海华东（集团）有限公司", "王伟水果店", "肿瘤医院", "广州市方圆店(普通合伙)")


@pytest.mark.parametrize("name", NAMES)
def test_a_firms_own_name_may_hold_its_owners(name: str) -> None:
    assert found(name, is_name=True, known={"王伟"}) == []


@pytest.mark.parametrize(
    "name", ["王秘密", "宁波食品有限公司 王秘密", "宁波食品有限公司（王秘密）", "食品店负责人王秘密"]
)
def test_a_person_beside_a_firms_name_is_found(name: str) -> None:
    assert ("person", "王秘密") in found(name, is_name=True)


def test_a_known_person_is_found_apart_from_a_firms_name() -> None:
    known = known_names(["豆包·大", "苗 苗", "李*", "宁波食品有限公司", "J. Smith"])
    assert known == {"豆包大", "苗苗", "JSmith"}
    assert found("宁波食品有限公司苗苗", is_name=True, known=known) == [("person", "苗苗")]
    assert found("苗、苗和j smith及豆包大", known=known) == [
        ("person", "苗、苗"),
        ("person", "j smith"),
        ("person", "豆包大"),
    ]


def test_the_punished_may_be_named_and_nobody_else() -> None:
    text = "当事人李四，经营者李四伪造，证人李五"
    assert found(text, known={"李四", "李五"}, allowed={"李四"}) == [("person", "李五")]


def test_masks_hide_all_but_the_ends_of_numbers() -> None:
    text = "联系电话138 1234 5678，负责人王秘密，患有糖尿病"
    assert masked(text, SCAN.scan(text)) == "联系电话13*********78，负责人***，*****"
    assert masked("王秘密", [Finding(0, 3, "person")]) == "***"


# whatever is planted, with whatever between, and whatever around


def separators() -> st.SearchStrategy[str]:
    signs = st.characters(categories=["P", "S", "Z", "Cf", "Cc", "Mn"]).filter(
        lambda c: is_sign(views(c).folded)
    ) | st.sampled_from("ー\u3164 -.")
    return st.text(signs, max_size=3)


HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
AROUND = st.text(HAN | st.sampled_from("，。、：；（） -/.年月日元号"), max_size=12)
WIDTHS: tuple[Callable[[str], str], ...] = (
    lambda c: c,
    lambda c: chr(ord(c) + 0xFEE0),
    lambda c: "〇一二三四五六七八九"[int(c)] if c.isdigit() else c,
    lambda c: "٠١٢٣٤٥٦٧٨٩"[int(c)] if c.isdigit() else c,
)


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    return "1" + draw(st.sampled_from("3456789")) + draw(st.text("0123456789", min_size=9, max_size=9))


@st.composite
def landlines(draw: st.DrawFn) -> str:
    area, length = draw(st.sampled_from([("010", 8), ("021", 8), ("0574", 8), ("0934", 7), ("0931", 7), ("0755", 8)]))
    return (
        area + draw(st.sampled_from("2345678")) + draw(st.text("0123456789", min_size=length - 1, max_size=length - 1))
    )


@st.composite
def ids(draw: st.DrawFn) -> str:
    day = draw(st.dates(date(1930, 1, 1), date(2010, 1, 1)))
    body = draw(st.sampled_from(["330206", "621002", "110101"])) + f"{day:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return body + str(mod_11_2.calc_check_digit(body))


@st.composite
def accounts(draw: st.DrawFn) -> str:
    body = draw(st.sampled_from(["6222", "6217", "4367", "9558"])) + draw(
        st.text("0123456789", min_size=11, max_size=14)
    )
    return next(body + digit for digit in "0123456789" if luhn(body + digit))


@st.composite
def written(draw: st.DrawFn, number: str) -> str:
    """The number in any widths, with anything between its characters that is no letter."""
    width = st.sampled_from(WIDTHS)
    return "".join(draw(width)(character) + draw(separators()) for character in number[:-1]) + draw(width)(number[-1])


@given(st.data(), st.one_of(mobiles(), landlines(), ids(), accounts()), AROUND, AROUND)
def test_no_planted_number_passes(data: st.DataObject, number: str, before: str, after: str) -> None:
    planted = data.draw(written(number))
    text = before + planted + after
    covered = {place for item in SCAN.scan(text) for place in range(item.start, item.end)}
    places = [p for p in range(len(before), len(before) + len(planted)) if not is_sign(views(text).folded[p])]
    assert covered.issuperset(places), (text, SCAN.scan(text))


GIVEN = st.text(st.sampled_from("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚秘密玲"), min_size=1, max_size=2)
SURNAMES = st.sampled_from([*PERSONS.surnames.replace(" ", ""), *PERSONS.compound_surnames])
WORDS = st.sampled_from(["法定代表人", "负责人", "经营者", "联系人", "证人", "投诉人", "股东", "患者", "之父", "户名"])


@given(st.data(), SURNAMES, GIVEN, AROUND, AROUND)
def test_no_known_name_passes(data: st.DataObject, surname: str, given_: str, before: str, after: str) -> None:
    name = surname + given_
    spaced = "".join(c + data.draw(separators()) for c in name[:-1]) + name[-1]
    text = before + spaced + after
    covered = {place for item in SCAN.scan(text, known={tight(name)}) for place in range(item.start, item.end)}
    assert covered.issuperset(range(len(before), len(before) + len(spaced)))


@given(st.data(), WORDS, SURNAMES, GIVEN, AROUND)
def test_no_name_beside_a_word_passes(data: st.DataObject, word: str, surname: str, given_: str, after: str) -> None:
    name = surname + given_
    assume(
        not SCAN.names.stops.match(name)
    )  # words that begin like a name: the graph's own names are found all the same
    spaced = "".join(c + data.draw(separators()) for c in word + name)
    start = len(spaced) - 1
    text = spaced + after
    covered = {place for item in SCAN.scan(text) for place in range(item.start, item.end)}
    letters = [p for p in range(start + 1) if not is_sign(views(text).folded[p])]
    assert covered.issuperset(letters[len(word) :]), (text, SCAN.scan(text))


def test_invented_streets_and_estates_are_only_held_with_a_room() -> None:
    for place in [*STREETS, *ESTATES]:
        assert found(CITY + place) == []
    assert found("祥和家园3号楼") == [("address", "家园3号楼")]
