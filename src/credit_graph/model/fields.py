"""What a record kind is made of: typed fields, and the relationships that they make.

Amounts are integers in fen (分), shares integers in parts per million, days ``datetime.date``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class FieldType(StrEnum):
    """How a cell is read and what is stored."""

    TEXT = "text"
    NAME = "name"  # enterprise name (企业名称)
    PERSON_NAME = "person_name"
    CREDIT_CODE = "credit_code"  # 统一社会信用代码
    ORG_CODE = "org_code"  # 组织机构代码
    REGISTRATION_NUMBER = "registration_number"  # 注册号
    TAX_NUMBER = "tax_number"  # 纳税人识别号
    DOCUMENT_NUMBER = "document_number"  # 文号: the year in 〔〕 (GB/T 9704), so that all sources write it alike
    NUMBER_TEXT = "number_text"  # any other identifier kept as text
    ID_NUMBER = "id_number"  # citizen ID or other personal document: becomes a person key
    PERSON_KEY = "person_key"  # a person of the graph; in people's decisions only, no source has such a column
    PHONE = "phone"
    ADDRESS = "address"
    REGION = "region"  # administrative division code
    DAY = "day"
    MONTH = "month"  # stored as its first day
    YEAR = "year"
    AMOUNT = "amount"  # integer fen
    SHARE = "share"  # integer parts per million
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    CATEGORY = "category"  # one of the values that the definition lists


# what a rotation of the secret changes, and no answer shows
PERSONAL_KEYS = frozenset({FieldType.ID_NUMBER, FieldType.PERSON_KEY})


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a record kind."""

    type: FieldType
    zh: str
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A record relationship: from or to the subject, made from a field's value."""

    type: Literal["HOLDS_OFFICE", "CONTRIBUTES", "LOCATED_AT", "USES_PHONE", "GUARANTEES"]
    field: str
    role: str = ""  # HOLDS_OFFICE: the office, unless the record's ``office`` field says it


@dataclass(frozen=True, slots=True)
class Kind:
    """A record kind: an event (true from its day) or a state (true until the next value)."""

    name: str
    zh: str
    nature: Literal["event", "state"]
    fields: dict[str, Field]
    links: tuple[Link, ...] = ()
    on_person: bool = False  # about the person that it names, with or without a firm


def money(**names: str) -> dict[str, Field]:
    """Fields that are amounts, by their Chinese names."""
    return {name: Field(FieldType.AMOUNT, zh) for name, zh in names.items()}
