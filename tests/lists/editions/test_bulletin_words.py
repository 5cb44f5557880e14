"""How bulletins (公告) are worded, by kind of list, and the policy that words them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from credit_graph.errors import DefinitionError
from credit_graph.lists.editions.bulletin_html import as_html
from credit_graph.lists.editions.bulletin_policy import PLACEHOLDERS, Bulletins, bulletin_on
from credit_graph.lists.editions.bulletin_text import bulletin_of, period_in_words
from credit_graph.lists.policy import list_names
from credit_graph.policyfile import read_policy
from credit_graph.resources import root
from sampleedition import MARK, edition, entries

ATTACHED = {"entries.xlsx": b"workbook" * 1000}


def test_what_a_bulletin_says() -> None:
    made = bulletin_of(edition(entries(3)), ATTACHED)
    assert made.title == "关于公布严重违法失信名单（2026年第三季度）的公告"
    assert (made.number, made.bureau, made.signed_on, made.mark) == (
        "庆市监公告〔2026〕3号",
        "庆原市市场监督管理局",
        "2026年10月9日",
        MARK,
    )
    assert made.opening == (
        "根据《市场监督管理严重违法失信名单管理办法》（国家市场监督管理总局令第44号），现将截至2026年9月30日在列的严重违法失信名单予以公布，"
        "共3户，名单见附件。"
    )
    assert made.annex == "严重违法失信名单（2026年第三季度，共3户）"
    assert [heading for heading, _ in made.sections] == [
        "一、行政复议",
        "二、行政诉讼",
        "三、移出",
        "四、信用修复",
        "五、更正",
        "六、核验",
    ]
    texts = [text for _, text in made.sections]
    assert texts[0] == (
        "对列入决定不服的，可以自知道或者应当知道该决定之日起60日内申请行政复议。对庆原市市场监督管理局作出的决定，向庆原市人民政府提出；"
        "对其他机关作出的决定，按该决定书载明的途径提出。该期限不因本公告重新起算。"
    )
    assert texts[1] == (
        "也可以自知道或者应当知道该决定之日起6个月内依法提起行政诉讼。对庆原市市场监督管理局作出的决定，向庆原市西原区人民法院提起；"
        "对其他机关作出的决定，按该决定书载明的途径提起。"
    )
    assert "履行处罚决定规定的义务；主动消除危害后果和不良影响；未再受到较重行政处罚；法定限制期限已满。" in texts[3]
    assert "受理部门：信用监督管理科；地址：庆原市西原区安定路1号；" in texts[3]
    assert texts[5].split("\n")[1:] == ["发布编号：serious_violation/2026Q3", "校验根：", edition(entries(3)).head.root]
    assert made.table is not None
    assert made.table.titles == (
        "序号",
        "企业名称",
        "统一社会信用代码（注册号）",
        "列入日期",
        "作出决定机关（列入）",
        "列入情形",
        "列入依据",
        "列入期限至",
    )
    assert made.table.rows[0] == (
        "1",
        "庆原市第1号食品有限公司",
        "91621002MA0000001X",
        "2026-02-15",
        "庆原市西原区市场监督管理局",
        "食品安全领域违法行为",
        "《市场监督管理严重违法失信名单管理办法》第五条",
        "2029-02-15",
    )


def test_a_firm_without_a_credit_code_is_named_by_its_number_and_one_with_both_by_both() -> None:
    made = entries(9)
    made[0] = {**made[0], "registration_number": "621002000000001"}
    table = bulletin_of(edition(made), ATTACHED).table
    assert table is not None
    codes = [row[2] for row in table.rows]
    assert (codes[0], codes[1], codes[8]) == (
        "91621002MA0000001X\n621002000000001",
        "91621002MA0000002X",
        "621002000000009",
    )


def test_the_public_view_says_how_many_are_gone_and_has_no_internal_column() -> None:
    made = entries(9)
    public = edition(made).public(made[2:])
    bulletin = bulletin_of(public, ATTACHED)
    gone = "本期有2条因期限届满、移出、撤销或者信用修复等原因已不再公布，其序号空缺。"
    assert ("六、已不再公布的条目", gone) in bulletin.sections
    assert bulletin.table is not None and [row[0] for row in bulletin.table.rows] == [str(n) for n in range(3, 10)]
    page = as_html(bulletin_of(edition(made), ATTACHED)).decode()
    assert not any(str(entry[name]) in page for entry in made for name in ("salt", "record"))


def test_two_thousand_entries_stand_in_the_bulletin_and_one_more_does_not() -> None:
    made = entries(2001)
    assert bulletin_of(edition(made), ATTACHED).table is None
    table = bulletin_of(edition(made[:2000]), ATTACHED).table
    assert table is not None and len(table.rows) == 2000


def test_a_list_without_entries_is_announced_as_such() -> None:
    made = bulletin_of(edition([]), ATTACHED)
    assert made.opening == (
        "根据《市场监督管理严重违法失信名单管理办法》（国家市场监督管理总局令第44号），截至2026年9月30日没有应当公布的严重违法失信名单条目，"
        "特此公告。"
    )
    assert (made.annex, made.table) == ("", None)


def test_periods_in_words() -> None:
    assert [period_in_words(period) for period in ("2026Q1", "2026Q4", "2026")] == [
        "2026年第一季度",
        "2026年第四季度",
        "2026",
    ]


def test_a_list_has_its_own_wording_or_that_of_all_others() -> None:
    day = date(2026, 10, 9)
    names = ("red_list", "serious_violation", "abnormal_operation", "abnormal_mark", "typical_cases")
    ids = ["praise", "listed", "listed", "marked", "decided"]
    assert [bulletin_on(name, day).id for name in names] == ids
    with pytest.raises(DefinitionError) as caught:
        bulletin_on("serious_violation", date(2023, 12, 31))
    assert caught.value.code == "policy.none_in_force"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"title": "{lst}的公告"}, "没有占位符 {lst}"),
        ({"opening": "{list"}, "没有占位符 { }"),
        (
            {"sections": [{"heading": "一", "text": "{x}", "basis": {"source": "s", "confidence": "own"}}]},
            "没有占位符 {x}",
        ),
        ({"longest": -1}, "longest"),
        ({"id": "praise"}, "id 重复：praise"),
    ],
)
def test_a_wrong_wording_is_refused(change: dict[str, object], why: str, tmp_path: Path) -> None:
    said = yaml.safe_load((root("policies") / "bulletins.yml").read_text(encoding="utf-8"))
    said["bulletins"][0] |= change
    path = tmp_path / "bulletins.yml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_policy(path, Bulletins)
    assert caught.value.code == "policy.invalid" and why in str(caught.value)


def test_every_placeholder_is_described_in_the_file_and_used() -> None:
    text = (root("policies") / "bulletins.yml").read_text(encoding="utf-8")
    about, _, rows = text.partition("\nbulletins:")
    assert set(re.findall(r"\{(\w+)\}", about)) == set(PLACEHOLDERS) == set(re.findall(r"\{(\w+)\}", rows))


def test_a_bulletin_of_every_list_can_be_made() -> None:
    made = edition(entries(1))
    found = {name: bulletin_of(replace(made, head=replace(made.head, list=name)), ATTACHED) for name in list_names()}
    assert not any("{" in str(bulletin) for bulletin in found.values())
    headings = {name: [heading.partition("、")[2] for heading, _ in made.sections] for name, made in found.items()}
    contested = ["行政复议", "行政诉讼"]
    assert headings["abnormal_operation"] == [*contested, "移出", "信用修复", "更正", "核验"]
    assert headings["abnormal_mark"] == [*contested, "恢复正常记载状态", "更正", "核验"]
    assert headings["typical_cases"] == [*contested, "更正", "核验"]  # no repair of a list that names no conditions
    assert headings["red_list"] == ["更正", "核验"]
    assert "标记决定不服" in found["abnormal_mark"].sections[0][1]
