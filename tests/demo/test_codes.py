"""Numbers of invented firms and persons: right check digits, by another library, and nobody's."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

from credit_graph.demo.cells import fixed, hashed
from credit_graph.demo.codes import (
    broken,
    citizen_id,
    citizen_ids,
    credit_code,
    credit_codes,
    old_form,
    org_codes,
    registration_numbers,
)

SERIALS = np.arange(0, 400_000, 37)
REGIONS = np.full(len(SERIALS), 621_002)


def test_credit_codes() -> None:
    orgs = org_codes(SERIALS, SERIALS % 2 == 0)
    codes = fixed(credit_codes(np.full(len(SERIALS), 91), REGIONS, orgs)).to_pylist()
    assert all(uscc.is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes)
    assert {code[:10] for code, serial in zip(codes, SERIALS, strict=True) if serial % 2 == 0} == {"91621002MA"}
    assert all(code[8:16].isdigit() for code, serial in zip(codes, SERIALS, strict=True) if serial % 2)


def test_a_code_by_hand() -> None:
    assert credit_code("91", "621002", 1) == "91621002MA7000018M"
    assert uscc.is_valid(credit_code("93", "621021", 77))
    assert not uscc.is_valid(broken(credit_code("93", "621021", 77)))


def test_registration_numbers() -> None:
    numbers = registration_numbers(REGIONS, SERIALS).to_pylist()
    assert all(len(number) == 15 and mod_11_10.is_valid(number) for number in numbers)


def test_persons_are_invented() -> None:
    numbers = fixed(citizen_ids(SERIALS)).to_pylist()
    assert all(ric.is_valid(number) for number in numbers)
    assert {number[:6] for number in numbers} == {"110101"}
    assert all("1900" <= number[6:10] <= "1914" for number in numbers)  # nobody alive
    assert len(set(numbers)) == len(numbers)
    assert fixed(old_form(citizen_ids(SERIALS[:1]))).to_pylist() == [numbers[0][:6] + numbers[0][8:17]]
    assert citizen_id(date(1911, 11, 1), 123)[:17] == "11010119111101123"
    with pytest.raises(ValueError):
        citizen_id(date(1950, 1, 1), 1)
    with pytest.raises(ValueError):
        citizen_ids(np.array([10_000_000]))


def test_ids_of_databases_look_like_no_citizen_id() -> None:
    made = hashed(SERIALS, "reports").to_pylist()
    assert len(set(made)) == len(made)
    assert all(len(text) == 32 and text[0].isalpha() for text in made)
