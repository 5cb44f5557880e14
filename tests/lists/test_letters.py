"""Letters: each shipped template whole and documented, filled and read back by another reader; what is refused."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as Read
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.errors import DefinitionError, InputError
from credit_graph.lists.authority import authority_on
from credit_graph.lists.letters import (
    Template,
    in_words,
    known_fields,
    of_bureau,
    read_template,
    template,
    template_names,
)
from credit_graph.resources import root

FOLDER = root("policies") / "templates"
NAMES = template_names()
DAY = date(2026, 7, 3)
LISTING = {
    "文号": "庆市监异列〔2026〕1号",
    "决定日期": in_words(DAY),
    "名称": "庆原陇脉<置业>有限公司 & 分公司",
    "统一社会信用代码": "91621002MA7000034B",
    "住所": "甘肃省庆原市西原区南大街1号",
    "事实": "未依照规定的期限公示2025年度报告",
    "事由": "未按照规定的期限公示年度报告",
    "条款": "《企业经营异常名录管理办法》第四条",
    "依据": "《企业经营异常名录管理办法》第六条",
    "列入日期": in_words(DAY),
    "移出条件": "补报未报年份的年度报告并公示后，可以申请移出",
    **of_bureau(authority_on(DAY)),
}
LETTER = """庆原市市场监督管理局
列入经营异常名录决定书
庆市监异列〔2026〕1号
当事人：庆原陇脉<置业>有限公司 & 分公司
统一社会信用代码：91621002MA7000034B
住所：甘肃省庆原市西原区南大街1号
经查，你单位未依照规定的期限公示2025年度报告，属于《企业经营异常名录管理办法》第四条规定的情形：未按照规定的期限公示年度报告。
根据《企业经营异常名录管理办法》第六条的规定，本机关决定自2026年7月3日起将你单位列入经营异常名录，并通过国家企业信用信息公示系统向社会公示。
移出条件：补报未报年份的年度报告并公示后，可以申请移出。
对被列入经营异常名录有异议的，可以自公示之日起三十日内向本机关提出书面申请并提交相关证明材料。
如不服本决定，可以自收到之日起六十日内向庆原市人民政府申请行政复议，或者自收到之日起六个月内依法向庆原市西原区人民法院提起行政诉讼。
联系部门：信用监督管理科；联系地址：庆原市西原区安定路1号；联系电话：（演示，无电话）。

庆原市市场监督管理局
（印章）
2026年7月3日"""


def read(letter: bytes) -> Read:
    return Document(io.BytesIO(letter))


def text(document: Read) -> str:
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(p.text for p in [*document.paragraphs, *(p for cell in cells for p in cell.paragraphs)])


def made(path: Path, *paragraphs: list[str]) -> Path:
    """A .docx with each paragraph's text in runs as given, as Word cuts it."""
    document = Document(str(FOLDER / "rectify_order.docx"))
    for paragraph in document.paragraphs:
        paragraph._element.getparent().remove(paragraph._element)
    for runs in paragraphs:
        paragraph = document.add_paragraph()
        for run in runs:
            paragraph.add_run(run)
    document.save(str(path))
    return path


def test_a_filled_letter_reads_as_it_should_to_the_last_character() -> None:
    assert text(read(template("abnormal_listing_decision").fill(LISTING))) == LETTER


@pytest.mark.parametrize("name", NAMES)
def test_each_shipped_letter_is_filled_whole_and_nothing_else_changes(name: str) -> None:
    letter = template(name)
    values = {field: f"【{field}】“甲”<乙>&丙" for field in letter.fields}
    blank = text(read((FOLDER / f"{name}.docx").read_bytes()))
    assert set(re.findall(r"\{\{(.+?)\}\}", blank)) == set(letter.fields)
    filled = read(letter.fill(values))
    assert text(filled) == re.sub(r"\{\{(.+?)\}\}", lambda found: values[found.group(1)], blank)
    section, normal = filled.sections[0], filled.styles["Normal"]
    sizes = (section.page_width, section.page_height, section.left_margin, section.top_margin)
    assert [round(size.mm) for size in sizes if size] == [210, 297, 28, 37]  # GB/T 9704
    assert normal.font.size == Pt(16) and "仿宋_GB2312" in normal.element.xml
    title = filled.paragraphs[1]
    assert title.alignment == 1 and "方正小标宋简体" in title.runs[0].element.xml
    assert section.footer.paragraphs[0].text == "— 1 —"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "service_receipt"])
def test_each_decision_has_its_number_signature_and_remedies(name: str) -> None:
    letter = template(name)
    assert {"文号", "名称", "决定机关", "决定日期"} <= set(letter.fields)
    blank = [p.text for p in read((FOLDER / f"{name}.docx").read_bytes()).paragraphs]
    assert blank[0] == "{{决定机关}}" and blank[2] == "{{文号}}" and blank[-3:-1] == ["{{决定机关}}", "（印章）"]
    remedy = re.compile("六十日内向{{复议机关}}申请行政复议，或者自收到之日起六个月内依法向{{法院}}提起行政诉讼。$")
    told = [line for line in blank if "复议机关" in line]
    burdens = {name for name in NAMES if re.search("listing_decision|refusal|mark_decision|order|answer", name)}
    remade = {"correction_decision", "withdrawal_decision", "restoration_decision", "repair_revocation"}
    assert len(told) == (name in burdens | remade)
    assert all(remedy.search(line) for line in told)


def test_the_folder_is_documented() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)\.docx` \|", page, re.MULTILINE) == NAMES
    used = {field for name in NAMES for field in template(name).fields}
    assert set(known_fields()) - used == {"上级机关"}
    assert set(of_bureau(authority_on(DAY))) <= set(known_fields())


def test_the_same_values_give_the_same_bytes() -> None:
    letter = template("serious_notice")
    values = dict.fromkeys(known_fields(), "值")
    again = read_template(FOLDER / "serious_notice.docx")
    assert letter.fill(values) == again.fill(dict(reversed(values.items())))
    with zipfile.ZipFile(io.BytesIO(letter.fill(values))) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml" and len(set(archive.namelist())) == 11


@settings(max_examples=40)
@given(cuts=st.lists(st.integers(1, 30), max_size=8), runs=st.lists(st.sampled_from(["甲", "<", "", "丁"]), min_size=8))
def test_a_placeholder_is_found_however_word_cut_it(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], runs: list[str]
) -> None:
    line = f"{''.join(runs)}，{{{{名称}}}}：{{{{ 文号 }}}}{{{{名称}}}}。"
    places = sorted({0, len(line), *(cut for cut in cuts if cut < len(line))})
    pieces = [line[a:b] for a, b in pairwise(places)]
    letter = read_template(made(tmp_path_factory.mktemp("cut") / "cut.docx", ["前文"], pieces))
    assert letter.fields == ("名称", "文号")
    filled = read(letter.fill({"名称": "某公司", "文号": "第\n1 号"}))
    assert text(filled) == f"前文\n{''.join(runs)}，某公司：第\n1 号某公司。"


@pytest.mark.parametrize(
    ("runs", "why"),
    [
        (["{{名", "秤}}：", "{{甲}}"], "没有占位符 名秤、甲"),
        (["甲{{名称}", "乙"], "“甲{{名称}”处的占位符不完整"),
        (["｛｛名称｝｝"], "“｛｛名称｝｝”处的占位符不完整"),
        (["{名称}"], "“{名称}”处的占位符不完整，应写作 {{名称}}（半角括号，在同一段内）"),
        (["{{}}"], "没有占位符 "),
    ],
)
def test_a_faulty_placeholder_is_refused(tmp_path: Path, runs: list[str], why: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_template(made(tmp_path / "letter.docx", runs))
    assert caught.value.code == "policy.invalid"
    assert "templates/letter.docx" in str(caught.value) and why in str(caught.value)


def test_changes_that_nobody_decided_on_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "letter.docx", ["{{名称}}"])
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    xml = parts["word/document.xml"]
    parts["word/document.xml"] = xml.replace(b"<w:r>", b'<w:ins w:id="1" w:author="A"><w:r>').replace(
        b"</w:r>", b"</w:r></w:ins>"
    )
    with zipfile.ZipFile(path, "w") as changed:
        for name, data in parts.items():
            changed.writestr(name, data)
    with pytest.raises(DefinitionError, match="修订或批注"):
        read_template(path)


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_word_document_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(data)
    with pytest.raises(DefinitionError, match=r"letter\.docx"):
        read_template(path)
    with pytest.raises(DefinitionError, match=r"missing\.docx"):
        template("missing")


@pytest.mark.parametrize(
    ("values", "code", "said"),
    [
        ({"名称": " "}, "letter.unfilled", "abnormal_listing_decision 缺少：名称"),
        ({"名称": "", "事实": "\n"}, "letter.unfilled", "缺少：名称、事实"),
        ({"事实": "经营者330206198001011234未报"}, "letter.value", "“事实”不能写入：含有证件号码"),
        ({"统一社会信用代码": "330206198001011234"}, "letter.value", "“统一社会信用代码”不能写入：含有证件号码"),
        ({"住所": "南大街\x0b1号"}, "letter.value", "“住所”不能写入：含有控制字符"),
        ({"住所": "南大街\ud800"}, "letter.value", "“住所”不能写入：含有控制字符"),
    ],
)
def test_a_value_that_is_missing_or_not_for_a_letter_is_refused(values: dict[str, str], code: str, said: str) -> None:
    with pytest.raises((DefinitionError, InputError)) as caught:
        template("abnormal_listing_decision").fill(LISTING | values)
    assert caught.value.code == code and said in str(caught.value)


def test_an_old_registration_number_stands_in_place_of_a_code() -> None:
    letter: Template = template("abnormal_listing_decision")
    assert "：330206000012340" in text(read(letter.fill(LISTING | {"统一社会信用代码": "330206000012340"})))
