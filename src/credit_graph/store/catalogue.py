"""The catalogue of ``cypher/``: every statement the platform runs is a file with a header.

The header is the leading ``//`` comments::

    // purpose: One enterprise by its eid.
    // parameters: eid string, seq integer
    // returns: eid, name
    // labels: KIND

``labels`` names the placeholders (``__KIND__`` in the text) for labels, relationship types and property
names, which no engine takes as parameters; their values pass a whitelist pattern. Several property names for one
placeholder become a list: ``r.__FIELDS__`` is then ``r.name, r.state``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from credit_graph.resources import root

TYPES = frozenset({"string", "integer", "float", "boolean", "date", "list", "map", "any"})
_RESERVED = frozenset({"labels", "progress"})  # keywords of Store.read and Store.write
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(:[A-Z][A-Za-z]*)*")
_HEADER = re.compile(r"//\s*(purpose|parameters|returns|labels):\s*(.*)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One Cypher file."""

    name: str
    text: str
    purpose: str
    parameters: dict[str, str]
    returns: tuple[str, ...]
    labels: tuple[str, ...]

    def render(self, labels: Mapping[str, str | Sequence[str]] | None = None) -> str:
        """The text with its placeholders filled in.

        Raises ``ValueError`` for a missing or unknown placeholder or a value that is no plain name.
        """
        labels = labels or {}
        if set(labels) != set(self.labels):
            raise ValueError(f"{self.name} takes the labels {sorted(self.labels)}, not {sorted(labels)}")
        text = self.text
        for placeholder, given in labels.items():
            values = [given] if isinstance(given, str) else list(given)
            for value in values:
                if not _NAME.fullmatch(value):
                    raise ValueError(f"{self.name}: {value!r} is no label, relationship type or property name")
            place = re.compile(rf"(\w+\.)?__{placeholder}__")
            text = place.sub(partial(_listed, values), text)
        return text


def _listed(values: list[str], place: re.Match[str]) -> str:
    return ", ".join(f"{place[1] or ''}{value}" for value in values)


@cache
def statement(name: str) -> Statement:
    """The statement ``folder/file`` of the catalogue; raises ``KeyError`` where there is none."""
    path = root("cypher") / f"{name}.cypher"
    if not path.is_file():
        raise KeyError(f"no statement {name} in cypher/")
    return parse(name, path.read_text(encoding="utf-8"))


@cache
def names() -> tuple[str, ...]:
    """All statements but the migrations, in order."""
    folder = root("cypher")
    found = (path.relative_to(folder) for path in folder.glob("*/*.cypher"))
    return tuple(sorted(path.with_suffix("").as_posix() for path in found if path.parts[0] != "schema"))


def parse(name: str, source: str) -> Statement:
    """Read header and text; raises ``ValueError`` where the header is wrong or does not fit the text."""
    header, text = split_header(source)
    if not header.get("purpose") or "parameters" not in header or "returns" not in header:
        raise ValueError(f"{name}: the header needs purpose, parameters and returns")
    result = Statement(
        name=name,
        text=text,
        purpose=header["purpose"],
        parameters=dict(_parameter(name, item) for item in _items(header["parameters"])),
        returns=tuple(_items(header["returns"])),
        labels=tuple(_items(header.get("labels", ""))),
    )
    _check(result)
    return result


def split_header(source: str) -> tuple[dict[str, str], str]:
    """The header's entries (a comment line without a key continues the one above) and the text below."""
    lines = source.strip().splitlines()
    header: dict[str, str] = {}
    key = ""
    while lines and lines[0].startswith("//"):
        line = lines.pop(0)
        if match := _HEADER.match(line):
            key = match[1]
            header[key] = match[2].strip()
        elif key:
            header[key] = f"{header[key]} {line[2:].strip()}".strip()
    return header, "\n".join(lines).strip()


def _items(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip() and item.strip() != "none"]


def _parameter(name: str, item: str) -> tuple[str, str]:
    parameter, _, type_name = item.partition(" ")
    if type_name not in TYPES or parameter in _RESERVED:
        raise ValueError(f"{name}: the parameter {item!r} needs a type out of {sorted(TYPES)}")
    return parameter, type_name


def _check(item: Statement) -> None:
    code = re.sub(r"//[^\n]*", "", item.text)
    used = set(re.findall(r"\$([A-Za-z_]\w*)", code))
    if used != set(item.parameters):
        raise ValueError(f"{item.name}: header {sorted(item.parameters)}, text {sorted(used)} as parameters")
    placeholders = set(re.findall(r"__([A-Z_]*[A-Z])__", code))
    if placeholders != set(item.labels):
        raise ValueError(f"{item.name}: header {sorted(item.labels)}, text {sorted(placeholders)} as labels")
