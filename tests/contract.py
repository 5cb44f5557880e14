"""``api/v1.yaml`` as what answers are held against."""

from __future__ import annotations

from functools import cache
from typing import Any

import httpx
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from credit_graph.resources import root


@cache
def contract() -> dict[str, Any]:
    """The file."""
    found: dict[str, Any] = yaml.safe_load((root("api") / "v1.yaml").read_text(encoding="utf-8"))
    return found


def check(value: Any, schema: str) -> None:
    """Raise where the value is not what the schema of that name says."""
    whole = {**contract(), "$ref": f"#/components/schemas/{schema}"}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)


def checked(answer: httpx.Response, path: str, method: str = "get") -> Any:
    """The body of an answer, which the contract of the path knows and describes."""
    told = contract()["paths"][path][method]["responses"][str(answer.status_code)]
    if "$ref" in told:
        told = contract()["components"]["responses"][told["$ref"].rpartition("/")[2]]
    (content,) = told["content"].items()
    assert answer.headers["content-type"].partition(";")[0] == content[0]
    check(answer.json(), content[1]["schema"]["$ref"].rpartition("/")[2])
    return answer.json()
