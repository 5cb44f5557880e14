"""No citizen ID passes the screening, in whatever dress; what is none stays as it is. Person keys."""

from __future__ import annotations

import hashlib
import hmac

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_10

from city import citizen_id, credit_code
from credit_graph.ingest.persons import name_key, person_key, read_document
from credit_graph.ingest.screening import mask, screen_column, screen_text
from credit_graph.model.identifiers import normalise

ID = citizen_id("19850317", 42)
SHORT = ID[:6] + ID[8:17]
HIDDEN = ID[:2] + "*" * 14 + ID[-2:]
SECRET = b"0123456789abcdef" * 2
WIDE = str.maketrans("0123456789Xx", "０１２３４５６７８９Ｘｘ")

citizens = st.builds(
    citizen_id,
    st.dates().filter(lambda d: 1900 <= d.year < 2100).map(lambda d: f"{d:%Y%m%d}"),
    st.integers(0, 999),
    st.sampled_from(["330206", "330200", "110101", "621002", "440524", "810000"]),
)
# what may stand beside a number: anything but a letter or digit, which would make it part of a longer run
strange = st.text(st.characters(exclude_categories=["L", "N", "Cs"]), max_size=5)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (ID, HIDDEN),
        (f"当事人李某（{ID}）于", f"当事人李某（{HIDDEN}）于"),
        (f"身份证{ID}号", f"身份证{HIDDEN}号"),
        (ID.translate(WIDE), HIDDEN),
        (f"{ID}.0", f"{HIDDEN}.0"),
        (f"{ID},{SHORT}", f"{HIDDEN},{mask(SHORT)}"),
        (SHORT, SHORT[:2] + "*" * 11 + SHORT[-2:]),
        (ID[:17] + "x", ID[:2] + "*" * 14 + ID[16] + "x"),
        ("3.30206198503170E+17", "3.****************17"),
        (f"A{ID}", f"A{ID}"),  # a run of 19 is another number
        ("330205570526987N", "330205570526987N"),
        (credit_code(9), credit_code(9)),
        ("330203000030639", "330203000030639"),  # its digits hold no date
        ("电话0574-86781234", "电话0574-86781234"),
        ("", ""),
    ],
)
def test_screening_of_a_cell(text: str, shown: str) -> None:
    assert screen_text(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{ID[:6]} {ID[6:14]} {ID[14:]}", HIDDEN),
        (f"'{ID[:6]}\u3000{ID[6:]}", HIDDEN),
        (f"税{ID[:6]} '{ID[6:14]}’\n{ID[14:]}号", f"税{HIDDEN}号"),
        (f"{SHORT[:6]} {SHORT[6:]}", mask(SHORT)),
        (f"{ID[:16]}①{ID[17]}", mask(f"{ID[:16]}1{ID[17]}")),  # normalising makes a digit of it
        ("13800000000 057486781234", "13800000000 057486781234"),
        ("91330203 674737244W", "91330203 674737244W"),
        ("2020-01-02 10:11:12.123456", "2020-01-02 10:11:12.123456"),
    ],
)
def test_a_number_cut_by_what_normalising_removes(text: str, shown: str) -> None:
    assert screen_column(pa.array([text])).to_pylist() == [shown]
    assert normalise(ID) not in normalise(shown)


def test_a_registration_number_with_spaces_is_exempt_too() -> None:
    number = registration_number_like_an_id()
    cut = f" {number[:6]} {number[6:]}"
    assert screen_column(pa.array([cut]), registration=True).to_pylist() == [cut]
    assert screen_column(pa.array([cut])).to_pylist() == [mask(number)]


@given(citizens, strange, strange)
def test_no_id_survives_in_a_column(number: str, before: str, after: str) -> None:
    cells = [
        f"{before}{number}{after}",
        number.translate(WIDE),
        "\u200b".join(number),
        f"{number}、{number}",
        None,
        "无",
    ]
    screened = screen_column(pa.array(cells, type=pa.string())).to_pylist()
    assert not any(number in (cell or "") for cell in screened)
    assert screened[1:3] == [mask(number)] * 2
    assert screened[4:] == [None, "无"]


@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["N", "C"])))))
def test_other_text_is_left_alone(cells: list[str | None]) -> None:
    assert screen_column(pa.array(cells, type=pa.string())).to_pylist() == cells


def registration_number_like_an_id() -> str:
    """A valid 注册号 of an existing authority whose digits hold a date."""
    body = "33020665010112"
    return body + str(mod_11_10.calc_check_digit(body))


def test_a_registration_number_is_exempt_in_its_own_column_only() -> None:
    number = registration_number_like_an_id()
    wrong = number[:14] + str((int(number[14]) + 1) % 10)
    column = pa.array([number, wrong, f"注册号{number}"])
    assert screen_column(column, registration=True).to_pylist() == [number, mask(wrong), f"注册号{mask(number)}"]
    assert screen_column(column).to_pylist() == [mask(number), mask(wrong), f"注册号{mask(number)}"]


def test_person_keys_are_keyed_hashes_of_country_kind_and_normalised_number() -> None:
    wanted = hmac.new(SECRET, f"CN\x1fcitizen_id\x1f{ID}".encode(), hashlib.sha256).hexdigest()
    forms = [ID, ID.lower(), f" {ID[:6]} {ID[6:]} ", ID.translate(WIDE), SHORT]
    assert {person_key(SECRET, "CN", "citizen_id", form) for form in forms} == {wanted}
    others = {
        person_key(b"another secret", "CN", "citizen_id", ID),
        person_key(SECRET, "US", "passport", ID),
        person_key(SECRET, "CN", "citizen_id", citizen_id("19850317", 43)),
    }
    assert len(others | {wanted}) == 4


def test_a_person_without_a_number_is_one_per_firm_and_name() -> None:
    assert name_key("91", "李 静") == name_key("91", "李静")
    assert len({name_key("91", "李静"), name_key("92", "李静"), name_key("91", "李靖")}) == 3
    assert name_key("91", "李静").startswith("name:")


@pytest.mark.parametrize(
    ("number", "kind", "reason"),
    [
        (ID[:17] + ("1" if ID[17] != "1" else "2"), "", "id_check"),
        (citizen_id("19850231", 1), "居民身份证", "id_birth"),
        (citizen_id("19850301", 1, region="993302"), "", "id_region"),
        ("E1234567", "居民身份证", "id_form"),
        ("不详", "", "id_form"),
        ("1234", "护照", "id_form"),
    ],
)
def test_an_invalid_number_is_kept_as_a_mask_with_its_reason(number: str, kind: str, reason: str) -> None:
    assert read_document(SECRET, number, kind, "") == (mask(number), None, reason)


def test_documents_become_keys_of_their_kind_and_country() -> None:
    citizen = person_key(SECRET, "CN", "citizen_id", ID)
    for kind in ("", "中华人民共和国居民身份证", "护照"):  # what a valid number is, it says itself
        assert read_document(SECRET, f" {ID.lower()}", kind, "中国") == (HIDDEN, citizen, None)
    passports = [read_document(SECRET, "E12345678", kind, "美国") for kind in ("护照", "普通护照", "414")]
    assert passports == [("E1*****78", person_key(SECRET, "美国", "passport", "E12345678"), None)] * 3
    assert read_document(SECRET, "E12345678", "", "")[1] == person_key(SECRET, "", "other", "E12345678")


def test_numbers_that_are_no_document() -> None:
    code = credit_code(3)
    assert read_document(SECRET, code, "", "") == (code, None, "id_is_credit_code")
    assert read_document(SECRET, "3302**********1234", "", "") == ("33**************34", None, None)
