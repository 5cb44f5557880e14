"""Identifiers and their check digits: every example of the standards' readings, and what the checks guarantee."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from city import citizen_id, credit_code
from credit_graph.model import identifiers as ids

CREDIT_CODES = (
    "91110108551385082Q 91230500MA1B3N1N2M 91110000600037341L 91330203674737244W 91610138397119703K "
    "91411023174430174N 91330282L07196379D 91621000MA0000AA2W 91621002MA0000AB0L 92621021MA0000AC9Y "
    "93621027MA0000AD7D 91621002MA000004XE 91621002MA0000090R 91621002MA00004370"
).split()
PRINTED_BUT_INVALID = "91440300713555564J"  # found on a page; both of its checks fail
REGISTRATION_NUMBERS = (
    "330203000030639 330200400070010 330200600002522 110000000343473 110108012660422 440301103097413"
).split()
CITIZEN_IDS = ("11010519491231002X", "440524188001010014")  # published samples of GB 11643

digits = st.text("0123456789", min_size=1, max_size=1)
codes = st.builds(credit_code, st.integers(0, 16**6 - 1))
citizens = st.builds(
    citizen_id, st.dates().filter(lambda d: 1900 <= d.year < 2100).map(lambda d: f"{d:%Y%m%d}"), st.integers(0, 999)
)


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_published_credit_codes(code: str) -> None:
    assert ids.is_credit_code(code)
    assert ids.is_org_code(code[8:17])


def test_the_printed_invalid_code_fails_both_checks() -> None:
    assert not ids.is_credit_code(PRINTED_BUT_INVALID)
    assert not ids.is_org_code(PRINTED_BUT_INVALID[8:17])
    assert ids.is_credit_code("91440300713555567" + uscc.calc_check_digit("91440300713555567"))
    assert not ids.is_credit_code(PRINTED_BUT_INVALID[:17] + "9")  # the right last character mends only one of them


@pytest.mark.parametrize("code", ["MA1B3N1N-2", "MA1B3N1N2", "60003734-1", "67473724-4", "39711970-3", "L0719637-9"])
def test_published_org_codes(code: str) -> None:
    assert ids.is_org_code(code)


@pytest.mark.parametrize("code", ["MA1B3N1N-1", "MA1B3N1N", "ma1b3n1n2", "60003734-X", ""])
def test_wrong_org_codes(code: str) -> None:
    assert not ids.is_org_code(code)


@pytest.mark.parametrize("number", REGISTRATION_NUMBERS)
def test_published_registration_numbers(number: str) -> None:
    assert ids.is_registration_number(number)
    assert not ids.is_registration_number(number[:14] + str((int(number[14]) + 1) % 10))


def test_older_registration_numbers_have_no_check() -> None:
    assert ids.is_registration_number("3302001234567")
    assert not ids.is_registration_number("33020012345678")
    assert not ids.is_registration_number("33021200019832X")


@pytest.mark.parametrize("number", CITIZEN_IDS)
def test_published_citizen_ids(number: str) -> None:
    assert ids.citizen_id_fault(number) is None


def test_why_a_citizen_id_is_wrong() -> None:
    right = citizen_id("19900228", 7)
    wrong = {
        right: None,
        right[:17] + ("X" if right[17] != "X" else "0"): "check",
        citizen_id("19900230", 7): "birth",
        citizen_id("19900228", 7, region="990206"): "region",
        citizen_id("19900228", 7, region="330200"): None,  # a prefecture's own code was given out too
        right[:17]: "form",
        right.replace("1", "l"): "form",
    }
    assert {number: ids.citizen_id_fault(number) for number in wrong} == wrong


def test_fifteen_digits_are_the_same_person() -> None:
    long = citizen_id("19650717", 12)
    short = long[:6] + long[8:17]
    assert ids.citizen_id_fault(short) is None
    assert ids.to_18(short) == long
    assert ids.to_18(long.lower()) == long


@pytest.mark.parametrize(
    "text",
    ["91330203674737244w", " 91330203 674737244W", "'91330203674737244W", "９１３３０２０３６７４７３７２４４Ｗ",
     "“91330203674737244W”", "91330203674737244W\u200b\r\n", "\ufeff91330203\u3000674737244W"],
)  # fmt: skip
def test_normalising(text: str) -> None:
    assert ids.normalise(text) == "91330203674737244W"
    assert ids.is_credit_code(ids.normalise(text))


def test_likely_misreadings_are_suggested_and_never_taken() -> None:
    code = "91621002MA0000AB0L"
    assert ids.suggestion(code.replace("0", "O")) == code
    assert not ids.is_credit_code(code.replace("0", "O"))
    assert ids.suggestion("9I621002MA0000AB0L") == code
    assert ids.suggestion(code) is None
    assert ids.suggestion("9162I002MA0000AB1L") is None  # mended it fails still
    assert ids.suggested_org_code("MAIB3NIN2") == "MA1B3N1N2"
    assert ids.suggested_org_code("MA2B3N2N3") is None


def test_regions_of_any_year_and_level() -> None:
    wanted = {
        "330200": True,
        "330206": True,
        "110103": True,
        "621002": True,
        "440524": True,
        "999999": False,
        "33": False,
    }
    assert {code: ids.region_exists(code) for code in wanted} == wanted
    assert ids.is_authority("100000")


@given(codes, st.integers(0, 17), st.sampled_from(ids.ALPHABET))
def test_a_changed_character_never_passes_the_credit_code(code: str, place: int, character: str) -> None:
    assume(code[place] != character)
    assert ids.is_credit_code(code)
    assert not ids.is_credit_code(code[:place] + character + code[place + 1 :])


@given(st.text("0123456789", min_size=14, max_size=14), st.integers(0, 14), digits)
def test_a_changed_digit_never_passes_the_registration_number(body: str, place: int, digit: str) -> None:
    number = body + mod_11_10.calc_check_digit(body)
    assume(number[place] != digit)
    assert ids.is_registration_number(number)
    assert not ids.is_registration_number(number[:place] + digit + number[place + 1 :])


@given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 7), digits)
def test_a_changed_digit_never_passes_the_org_code(body: str, place: int, digit: str) -> None:
    assume(body[place] != digit)
    check = ids.org_check_digit(body)
    assert ids.is_org_code(body + check)
    assert not ids.is_org_code(body[:place] + digit + body[place + 1 :] + check)


@given(citizens, st.integers(0, 16), digits)
def test_a_changed_digit_never_passes_the_citizen_id(number: str, place: int, digit: str) -> None:
    assume(number[place] != digit)
    assert ids.citizen_id_fault(number) is None
    assert ids.citizen_id_fault(number[:place] + digit + number[place + 1 :]) is not None


@given(st.lists(st.one_of(codes, st.none(), st.text(ids.ORG_ALPHABET + "é?", max_size=20), st.text("0123456789", min_size=18, max_size=18))))  # fmt: skip  # noqa: E501
def test_a_column_is_judged_as_its_cells(column: list[str | None]) -> None:
    wanted = [cell is not None and ids.is_credit_code(cell) for cell in column]
    assert ids.check_credit_codes(column).tolist() == wanted
    assert ids.check_credit_codes(pa.array(["x", *column], type=pa.string()).slice(1)).tolist() == wanted


def test_a_long_column_is_judged_in_blocks() -> None:
    column = [credit_code(i) for i in range(500)] * 50 + [PRINTED_BUT_INVALID]
    assert ids.check_credit_codes(column).tolist() == [True] * 25_000 + [False]


def test_what_must_be_screened() -> None:
    number = citizen_id("19800705", 31)
    wanted = {
        number: True,
        number[:17] + "x": True,  # a wrong check digit makes it no less personal
        number[:6] + number[8:17]: True,
        "91330206MA00X0015H": False,
        credit_code(5): False,
        "330205570526987N": False,  # 16 characters
        citizen_id("19800231", 31): False,
        citizen_id("19800705", 31, region="993302"): False,
        citizen_id("18800705", 31): True,
        citizen_id("17800705", 31): False,
    }
    assert {run: ids.must_screen(run) for run in wanted} == wanted


def test_an_id_that_passes_a_credit_codes_checks_by_chance_is_screened() -> None:
    both = [n for n in (citizen_id("19660101", i) for i in range(1000)) if ids.is_credit_code(n)]
    assert both
    assert all(ids.must_screen(number) for number in both)


def test_a_credit_code_that_looks_like_an_id_is_none() -> None:
    # 18 digits with an existing region and a date: passes a code's checks, not an ID's
    like = ["330206" + "19660101" + f"{i:04d}" for i in range(10_000)]
    exempt = [n for n in like if ids.is_credit_code(n) and ids.citizen_id_fault(n) == "check"]
    assert exempt
    assert not any(ids.must_screen(number) for number in exempt)
