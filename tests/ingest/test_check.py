"""Rows: screened, typed, each failed check with its consequence, and none is lost."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checking import HIDDEN, ID, KNOWN, SECRET, all_rows, check, csv_file, outcome, text_of
from city import LISTING, OFFICE, REGISTRATION, citizen_id, credit_code, listing, office, registration
from credit_graph.errors import InputError
from credit_graph.ingest.batchfile import BatchFile
from credit_graph.ingest.drafts import said
from credit_graph.ingest.persons import name_key, person_key
from credit_graph.ingest.reasons import REASONS
from credit_graph.ingest.rows import Row
from sourcefiles import put


def one(folder: Path, **changes: str) -> Row:
    """One registration after checking."""
    (row,) = all_rows(check(csv_file(folder, REGISTRATION, [registration(1) | changes])))
    return row


def test_a_registration_becomes_content(tmp_path: Path) -> None:
    row = one(tmp_path)
    code = credit_code(1)
    assert (row.number, row.status, row.key, row.eid, row.scope) == (2, "ok", code, code, "district=330206001")
    assert row.pid == name_key(code, "王某1")
    assert row.content == {
        "subject_number": "330200000001",
        "authority": "宁波市北仑区市场监督管理局",
        "entity_type": "有限责任公司（自然人投资或控股）",
        "state": "存续",
        "credit_code": code,
        "name": "宁波第1贸易有限公司",
        "address": "浙江省宁波市北仑区新碶街道1号",
        "legal_representative": "王某1",
        "industry": "其他贸易",
        "registered_capital": 100_000_000,
        "currency": "人民币",
        "business_scope": "批发、零售",
        "approved_on": date(2020, 1, 2),
        "founded_on": date(2018, 5, 6),
        "term_from": date(2018, 5, 6),
        "district": "330206001",
    }


def test_a_failed_check_sets_the_value_aside_and_keeps_the_row(tmp_path: Path) -> None:
    row = one(tmp_path, est_dt="2018-02-30", reg_state="整顿", reg_capt="一百万", domdi_strict="33020")
    assert outcome(row) == (
        "ok",
        {
            ("founded_on", "day_invalid", "2018-02-30"),
            ("state", "category_unknown", "整顿"),
            ("registered_capital", "amount_invalid", "一百万"),
            ("district", "region_invalid", "33020"),
        },
    )
    assert not {"founded_on", "state", "registered_capital", "district"} & set(row.content)
    assert (row.key, row.scope) == (credit_code(1), "district=")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("91440300713555564J", "code_invalid"),
        ("9.13302E+17", "code_destroyed"),
        (ID, "code_masked"),
        ("913302", "code_invalid"),
    ],
)
def test_an_unusable_code_quarantines_the_row(tmp_path: Path, code: str, reason: str) -> None:
    row = one(tmp_path, uni_social_crd_cd=code)
    shown = HIDDEN if code == ID else code
    assert outcome(row) == ("quarantined", {("credit_code", reason, shown)})
    assert (row.key, row.eid, row.cells[4]) == (None, None, shown)


def test_a_likely_reading_is_named_and_not_taken(tmp_path: Path) -> None:
    code = "91621002MA0000AB0L"
    row = one(tmp_path, uni_social_crd_cd=code.replace("0", "O"))
    assert outcome(row) == (
        "quarantined",
        {("credit_code", "code_invalid", f"{code.replace('0', 'O')} → {code}?")},
    )


def test_other_identifiers_name_the_subject_in_order(tmp_path: Path) -> None:
    number = "330203000030639"
    assert one(tmp_path, uni_social_crd_cd="", reg_no=number).eid == f"reg:{number}"
    named = one(tmp_path, uni_social_crd_cd="", comp_nm="宁波(甲) 公司")
    assert named.eid == one(tmp_path, uni_social_crd_cd="", comp_nm="宁波（甲）公司").eid
    assert (named.eid or "").startswith("name:")
    wrong = one(tmp_path, uni_social_crd_cd="", reg_no="330203000030638")
    assert outcome(wrong) == (
        "quarantined",
        {("registration_number", "registration_number_invalid", "330203000030638")},
    )
    nobody = one(tmp_path, uni_social_crd_cd="", comp_nm="暂无")
    assert outcome(nobody) == ("quarantined", {("subject", "subject_missing", "")})
    beside = one(tmp_path, reg_no="330203000030638")
    assert outcome(beside) == ("ok", {("registration_number", "registration_number_invalid", "330203000030638")})


def test_a_registration_number_in_the_column_of_codes_is_one(tmp_path: Path) -> None:
    row = one(tmp_path, uni_social_crd_cd="330203000030639")
    assert (row.status, row.eid, row.content["registration_number"], row.faults) == (
        "ok", "reg:330203000030639", "330203000030639", ()
    )  # fmt: skip


def test_rows_with_an_enterprises_key_and_nothing_else_are_empty(tmp_path: Path) -> None:
    rows = [registration(i) for i in (1, 2)] + [
        dict.fromkeys(REGISTRATION, "") | {"uni_social_crd_cd": credit_code(3), "comp_nm": "丙", "reg_capt": "NULL"},
        dict.fromkeys(REGISTRATION, ""),
        dict.fromkeys(REGISTRATION, "") | {"uni_social_crd_cd": credit_code(4), "est_dt": "2020-02-31"},
    ]
    table = check(csv_file(tmp_path, REGISTRATION, rows))
    found = [(row.number, row.status, row.key) for row in all_rows(table)]
    assert found == [
        (2, "ok", credit_code(1)),
        (3, "ok", credit_code(2)),
        (4, "empty", credit_code(3)),
        (6, "ok", credit_code(4)),  # it tried to say something
    ]
    assert (table.read, table.skipped) == (4, {"blank": 1})


def test_a_key_that_is_missing_or_unreadable(tmp_path: Path) -> None:
    rows = [
        listing(1, "2020-01-02"),
        listing(2, ""),
        listing(3, "2020-02-30"),
        listing(4, "2020-01-02", inclu_reason="-"),
    ]
    found = all_rows(check(csv_file(tmp_path, LISTING, rows)))
    assert [outcome(row) for row in found] == [
        ("ok", set()),
        ("quarantined", {("listed_on", "key_missing", "")}),
        ("quarantined", {("listed_on", "day_invalid", "2020-02-30")}),
        ("quarantined", {("reason", "key_missing", "")}),
    ]
    assert [row.key for row in found] == [
        f"{credit_code(1)}|2020-01-02|通过登记的住所或者经营场所无法联系",
        None,
        None,
        None,
    ]


def test_persons_by_document_else_by_firm_and_name(tmp_path: Path) -> None:
    wrong = ID[:17] + ("1" if ID[17] != "1" else "2")
    rows = [
        office(1, "李静", ID),
        office(2, "李静", ID.lower(), identi_no=ID),
        office(3, "李静"),
        office(4, "李静", wrong),
        office(5, "JOHN SMITH", "E12345678", certype_cn="护照", country_cn="美国"),
        office(6, "甲投资有限公司"),
    ]
    found = all_rows(check(csv_file(tmp_path, OFFICE, rows)))
    key = person_key(SECRET, "CN", "citizen_id", ID)
    assert [row.pid for row in found] == [
        key,
        key,
        name_key(credit_code(3), "李静"),
        name_key(credit_code(4), "李静"),
        person_key(SECRET, "美国", "passport", "E12345678"),
        None,
    ]
    assert [row.content.get("person_id") for row in found] == [key, key, None, None, found[4].pid, None]
    assert outcome(found[3]) == ("ok", {("person_id", "id_check", wrong[:2] + "*" * 14 + wrong[-2:])})
    assert found[1].content["subject_number"] == HIDDEN
    assert [row.cells[7] for row in found[:2]] == [HIDDEN, HIDDEN]


def test_a_natural_person_is_the_subject(tmp_path: Path) -> None:
    columns = [
        "行政相对人名称",
        "行政相对人类别",
        "统一社会信用代码",
        "自然人证件号码",
        "行政处罚决定书文号",
        "处罚决定日期",
        "罚款金额(万元)",
    ]
    cells = [
        ["李静", "自然人", "", ID, "甲罚〔2024〕1号", "2024-05-07", "0.08"],
        ["甲公司", "法人及非法人组织", credit_code(1), "", "甲罚〔2024〕1号", "20240507", "30"],
    ]
    path = csv_file(tmp_path, columns, [dict(zip(columns, row, strict=True)) for row in cells])
    person, firm = all_rows(check(path, source="penalty_double_publicity"))
    assert (person.eid, person.pid) == (None, person_key(SECRET, "CN", "citizen_id", ID))
    assert (person.key or "").startswith("person:") and (person.key or "").endswith("|甲罚〔2024〕1号")
    assert ID not in (person.key or "")
    assert (firm.key, firm.eid, firm.content["fine"]) == (
        f"{credit_code(1)}|甲罚〔2024〕1号",
        credit_code(1),
        30_000_000,
    )


def test_titles_totals_notes_and_the_rows_as_a_spreadsheet_counts(tmp_path: Path) -> None:
    header = "序号,统一社会信用代码,企业名称,注册资本（万元）,成立\n日期,登记状态,住 所"
    lines = [
        "宁波市登记信息查询结果,,,,,,",
        "导出时间：2026-11-20,,,,,,",
        "",
        '"' + header.replace(",", '","') + '"',
        f"1,{credit_code(1)},甲公司,50,2018年5月6日,存续,一路1号",
        f'2,{credit_code(2)},乙公司,60,2018-5-6,存续,"二路\n2号"',
        '"' + header.replace(",", '","') + '"',
        f"3,{credit_code(3)},合计利贸易有限公司,70,2018/5/6,存续,三路3号",
        "合 计,,,180,,,",
        "",
        '"注：本表由系统生成，仅供内部使用，请勿外传",,,,,,',
        "制表人：张三",
    ]
    table = check(put(tmp_path / "a.csv", "\r\n".join(lines).encode("gb18030")))
    rows = all_rows(table)
    assert table.definition.source == "registration_gsxt"
    assert [(r.number, r.content["name"], r.content["registered_capital"]) for r in rows] == [
        (5, "甲公司", 50_000_000),
        (6, "乙公司", 60_000_000),
        (8, "合计利贸易有限公司", 70_000_000),
    ]
    assert (table.read, table.skipped) == (3, {"title": 2, "header": 1, "total": 1, "blank": 1, "note": 2})
    assert table.units == {"registered_capital": "万元"}
    assert rows[1].content["address"] == "二路2号"


def test_rows_that_do_not_fit_the_header_are_kept_as_text(tmp_path: Path) -> None:
    lines = [
        ",".join(OFFICE),
        ",".join(office(1, "李静", ID).values()) + ",,",
        ",".join(office(2, "李静", ID).values()) + f",多出的{ID}",
        f"x,{ID},甲",
        '"open,1,1,李静,董事长,护照,美国,E12345678,,',
        ",".join(office(3, "李静", ID).values()),
    ]
    table = check(put(tmp_path / "a.csv", "\n".join(lines).encode()))
    rows = all_rows(table)
    assert [(row.number, row.status) for row in rows] == [
        (2, "ok"), (3, "quarantined"), (4, "quarantined"), (5, "quarantined"), (6, "ok")
    ]  # fmt: skip
    assert [[fault.reason for fault in row.reasons] for row in rows[1:4]] == [["row_shape"]] * 3
    assert rows[2].reasons[0].value == f"x | {HIDDEN} | 甲"
    assert rows[3].reasons[0].value == '"open,1,1,李静,董事长,护照,美国,E1*****78,,'
    assert f"多出的{HIDDEN}" in rows[1].reasons[0].value
    assert rows[1].key == f"{credit_code(2)}|1"
    assert rows[2].key is None


def test_no_id_is_left_in_anything_that_is_kept_or_said(tmp_path: Path) -> None:
    people = [citizen_id("19660101", i) for i in range(300)]  # some pass a credit code's checks by chance
    rows = [
        office(
            i,
            f"李静{number}",
            number,
            identi_no=number,
            position_cn=f"经理（{number[:6]}{number[8:17]}）",
            comp_nm=number,
        )
        for i, number in enumerate(people)
    ]
    ragged = [f"{number},{number}" for number in people[:20]]
    text = text_of([*OFFICE, f"列{people[0]}"], rows) + "\n".join(ragged)
    path = put(tmp_path / f"{people[0]}.csv", text.encode())
    table = check(path)
    batch = tmp_path / "batch.parquet"
    with BatchFile.writing(batch, table) as file:
        for chunk in table.chunks():
            file.add(chunk, [row.status for row in chunk.rows])
    said = repr([(r.content, r.key, r.reasons, r.faults, list(r.cells)) for r in all_rows(table)])
    said += repr((table.header, table.unmapped, table.path, table.member, table.mapped)).replace(str(path), "")
    kept = "".join(repr(pq.read_table(name).to_pylist()) for name in (table.spool, batch))
    with pytest.raises(InputError) as error:
        check(put(tmp_path / f"表{people[1]}.csv", f"{people[2]},{people[3]}\n1,2".encode()))
    for number in people:
        for form in (number, number[:6] + number[8:17]):
            assert form not in said
            assert form not in kept
            assert form not in str(error.value)
            assert form.encode() not in batch.read_bytes()


cell = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8),
    st.sampled_from(
        ["NULL", "/", credit_code(1), ID, "2020-01-01", "存续", "100", "1e5", "9.13302E+17", "330206001", '"']
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(table=st.lists(st.lists(cell, min_size=len(REGISTRATION), max_size=len(REGISTRATION)), min_size=1, max_size=6))
def test_no_row_is_lost_or_crashes(tmp_path: Path, table: list[list[str]]) -> None:
    stream = io.StringIO()
    csv.writer(stream).writerows([REGISTRATION, [registration(1)[name] for name in REGISTRATION], *table])
    checked = check(put(tmp_path / "a.csv", stream.getvalue().encode()), units={"reg_capt": "元"})
    rows = all_rows(checked)
    assert checked.read == len(rows) == len(table) + 1 - sum(checked.skipped.values())
    for row in rows:
        assert (row.status == "quarantined") == bool(row.reasons)
        assert row.status != "ok" or (row.key is not None and row.eid is not None)
        assert {fault.reason for fault in (*row.faults, *row.reasons)} <= set(REASONS)
        assert ID not in repr((row.content, row.key, row.faults, row.reasons, list(row.cells)))


def test_an_end_before_the_beginning_is_set_aside(tmp_path: Path) -> None:
    rows = [listing(1, "2022-07-05", "2021-11-17"), listing(2, "2022-07-05", "2022-07-05")]
    reversed_, at_once = all_rows(check(csv_file(tmp_path, LISTING, rows)))
    assert outcome(reversed_) == ("ok", {("removed_on", "interval_reversed", "2022-07-05 – 2021-11-17")})
    assert outcome(at_once) == ("ok", set())
    definition = KNOWN["abnormal_listing"]
    drafts = [said(definition, row, seq=1, as_of=None) for row in (reversed_, at_once)]
    assert [(draft.start, draft.end) for draft in drafts] == [(date(2022, 7, 5), None), (date(2022, 7, 5),) * 2]
    assert "removed_on" not in reversed_.content
