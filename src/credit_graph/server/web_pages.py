"""How pages are made from answers: templates (``pages/*.html``), what is withheld, words for values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from credit_graph.grading.policy import NOTICE
from credit_graph.links.policy import LEAD
from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS
from credit_graph.text import language, t

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the endpoint. ``faults``: what is said of each field that could not be given, by its place."""

    status: int
    data: Mapping[str, Any]
    faults: Mapping[Path, str]
    first: str = ""  # message and code of the first error
    code: str = ""
    unshared: tuple[Mapping[str, Any], ...] = ()  # sources whose records were left out, how many, why

    @classmethod
    def read(cls, status: int, body: bytes) -> Answer:
        """From what came over HTTP."""
        found = json.loads(body)
        errors = found.get("errors") or []
        unshared = tuple((found.get("extensions") or {}).get("withheld") or ())
        faults: dict[Path, str] = {}
        for error in errors:
            place = tuple(str(part) for part in error.get("path") or () if isinstance(part, str))
            faults.setdefault(place, error["message"])
        if not errors:
            return cls(status, found.get("data") or {}, faults, unshared=unshared)
        code = errors[0]["extensions"]["code"]
        return cls(status, found.get("data") or {}, faults, errors[0]["message"], code, unshared)

    def fault(self, *place: str) -> str | None:
        """Why the field at that place was not given; ``None`` where it was."""
        return next((self.faults[place[:end]] for end in range(len(place), 0, -1) if place[:end] in self.faults), None)


@cache
def _templates() -> Environment:
    loader = PackageLoader("credit_graph.server", "pages")
    made = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    made.globals.update(t=t, number=number, share=share, yuan=yuan, kind_name=kind_name, party_name=party_name)
    made.globals.update(NOTICE=NOTICE, LEAD=LEAD)
    return made


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """The page in the language in use; every value is escaped."""
    zh = language() == "zh"
    other = request.url.include_query_params(lang="en" if zh else "zh")
    said = {
        "language": "zh-CN" if zh else "en",
        "here": request.url.path,
        "other": f"{other.path}?{other.query}" if request.method == "GET" else f"/?lang={'en' if zh else 'zh'}",
        "signed": "credit_graph_key" in request.cookies,
    }
    return HTMLResponse(_templates().get_template(template).render(**said, **values), status)


def share(value: str | None) -> str:
    """Per cent with two decimals, rounded down; nothing where it is unknown."""
    if value is None:
        return ""
    whole, _, part = value.partition(".")
    return f"{whole}.{(part + '00')[:2]}%"


def yuan(value: str | None) -> str:
    """Yuan with commas."""
    return "" if value is None else f"{Decimal(value):,.2f}"


def number(value: float) -> str:
    """With commas."""
    return f"{value:,}"


def kind_name(kind: str) -> str:
    """What a record kind is called; in English by its words."""
    return t(KINDS[kind].zh if kind in KINDS else kind, _words(kind))


def field_name(kind: str, field: str) -> str:
    """What a field of a record is called, from its name in the schema."""
    fields = {**SUBJECT_FIELDS, **(KINDS[kind].fields if kind in KINDS else {})}
    found = fields.get(re.sub(r"([A-Z])", r"_\1", field).lower())
    return t(found.zh if found else field, _words(field))


def _words(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r" \1", name).lower()


def party_name(party: Mapping[str, Any]) -> str:
    """What a firm or a person is called; a name that is withheld or unknown is said to be none."""
    if "code" in party:
        return str(party.get("enterprise") or party["code"] or t("（名称不详）", "(name unknown)"))
    return str(party.get("person") or t("自然人（姓名未授权）", "a person (name withheld)"))
