"""JSON files: a list of objects, an object that holds one such list, or one object per line (JSON lines).

All are read as a stream; numbers keep their digits. Nested values stay JSON text, which no field accepts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from credit_graph.errors import InputError
from credit_graph.ingest.files import SourceFile, is_json
from credit_graph.ingest.limits import limits
from credit_graph.ingest.textfile import Cells, open_text
from credit_graph.text import t

_LONGEST_TOKEN = 12  # characters of a JSON token that a block may cut in two, \u1234\u1234 at most
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_CUT = "…"


def _longest() -> int:
    """Characters of one JSON value, or of one line of JSON lines, that are read at most."""
    return limits().max_cell_characters * 10


def is_json_lines(file: SourceFile, encoding: str, start: bytes) -> bool:
    """Whether the file holds an object per line: by its name, else the first line is an object and another follows."""
    if file.name.lower().endswith((".jsonl", ".ndjson")):
        return True
    if not is_json(start):
        return False
    with open_text(file, encoding) as stream:
        if not isinstance(_value(stream.readline(_longest()).strip()), dict):
            return False
        while (line := stream.readline(_longest())).isspace():
            pass
        return line.lstrip().startswith("{")


def json_lines(file: SourceFile, encoding: str) -> Iterator[Cells]:
    """One object per line as rows; the first row holds the names. A line that is no object is a row of one cell.

    Raises ``InputError``: damaged (no line is an object), too_large.
    """
    names: dict[str, None] = {}
    with open_text(file, encoding) as stream:
        for line in _lines(stream, file.label):
            item = _value(line)
            names.update(dict.fromkeys(item if isinstance(item, dict) else ()))
            if len(names) > limits().max_columns:
                break
    if not names:
        why = t("没有一行是完整的 JSON 对象", "no line of it is a complete JSON object")
        raise InputError("input.damaged", path=file.label, why=why)
    header = list(names)
    yield [_json_cell(name) for name in header]
    with open_text(file, encoding) as stream:
        for line in _lines(stream, file.label, blank=True):
            item = _value(line) if line else {}
            if isinstance(item, dict):
                yield [_json_cell(item.get(name)) for name in header]
            else:  # one cell more or fewer than the header has: the row is quarantined
                yield [_json_text(line)] if len(header) > 1 else [_json_text(line), _CUT]


def _lines(stream: IO[str], label: str, *, blank: bool = False) -> Iterator[str]:
    """Lines without surrounding space, the blank ones only if wanted."""
    longest = _longest()
    while line := stream.readline(longest + 1):
        if len(line) > longest:
            why = t(f"一行超过 {longest} 个字符", f"a line is longer than {longest} characters")
            raise InputError("input.too_large", path=label, why=why)
        if (text := line.strip()) or blank:
            yield text


def _value(line: str) -> Any:
    """The JSON value that a line is; None for what is none."""
    try:
        return _DECODER.decode(line)
    except (ValueError, RecursionError):
        return None


def json_rows(file: SourceFile, encoding: str) -> Iterator[Cells]:
    """A list of objects, or an object that holds one such list, as rows; the first row holds the names.

    Objects are read one by one. Raises ``InputError``: damaged, not_a_table, too_large.
    """
    names: dict[str, None] = {}
    for item in _objects(file, encoding):
        names.update(dict.fromkeys(item))
        if len(names) > limits().max_columns:
            break
    header = list(names)
    yield [_json_cell(name) for name in header]
    for item in _objects(file, encoding):
        yield [_json_cell(item.get(name)) for name in header]


def _json_cell(value: Any) -> str:
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return _json_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _json_text(text: str) -> str:
    """The text without lone halves of surrogate pairs, which are no characters."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _objects(file: SourceFile, encoding: str) -> Iterator[dict[str, Any]]:
    with open_text(file, encoding) as stream:
        reader = _JsonReader(stream, file.label)
        if reader.peek() == "{":
            yield from _wrapped(reader)
        else:
            yield from reader.items()
        if reader.peek():
            raise reader.damaged()


def _wrapped(reader: _JsonReader) -> Iterator[dict[str, Any]]:
    """The only list of an object's members that holds objects."""
    found = 0
    reader.expect("{")
    while reader.peek() != "}":
        reader.value()
        reader.expect(":")
        if reader.peek() == "[" and reader.holds_objects():
            found += 1
            if found > 1:
                raise reader.no_table()
            yield from reader.items()
        else:
            reader.value()
        if reader.peek() == ",":
            reader.expect(",")
    reader.expect("}")
    if not found:
        raise reader.no_table()


class _JsonReader:
    """Reads JSON value by value from a stream, holding no more than one value."""

    def __init__(self, stream: IO[str], label: str) -> None:
        self._stream = stream
        self._label = label
        self._text = ""
        self._at = 0
        self._limit = _longest()

    def damaged(self) -> InputError:
        """The error for text that is no JSON."""
        return InputError("input.damaged", path=self._label, why=t("不是完整的 JSON", "it is no complete JSON"))

    def no_table(self) -> InputError:
        """The error for JSON that is no table."""
        why = t("JSON 中没有唯一的对象列表", "the JSON holds no single list of objects")
        return InputError("input.not_a_table", path=self._label, why=why)

    def _more(self) -> bool:
        """Read on; False at the end."""
        size = max(1 << 16, len(self._text) - self._at)  # twice as much each time: no value is read too often
        if size > self._limit:
            why = t("单个 JSON 值过长", "one JSON value is too long")
            raise InputError("input.too_large", path=self._label, why=why)
        block = self._stream.read(size)
        if block:
            self._text = self._text[self._at :] + block
            self._at = 0
        return bool(block)

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self._at < len(self._text):
                if not self._text[self._at].isspace():
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def holds_objects(self) -> bool:
        """Whether the list that follows begins with an object, or is empty."""
        while True:
            start = self._text[self._at + 1 : self._at + 4096].lstrip()[:1]
            if start or not self._more():
                return start in {"{", "]"}

    def expect(self, character: str) -> None:
        """Pass over a character. Raises ``InputError`` if another stands there."""
        if self.peek() != character:
            raise self.damaged()
        self._at += 1

    def value(self) -> Any:
        """The next value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                cut_off = error.msg.startswith("Unterminated") or error.pos > len(self._text) - _LONGEST_TOKEN
                if not (cut_off and self._more()):
                    raise self.damaged() from None
                continue
            except (ValueError, RecursionError):
                raise self.damaged() from None
            if end == len(self._text) and self._text[-1] not in '"}]' and self._more():
                continue  # a number may go on in the next block
            self._at = end
            return value

    def items(self) -> Iterator[dict[str, Any]]:
        """The objects of the list that follows."""
        self.expect("[")
        while self.peek() != "]":
            item = self.value()
            if not isinstance(item, dict):
                raise self.no_table()
            yield item
            if self.peek() == ",":
                self.expect(",")
            elif self.peek() != "]":
                raise self.damaged()
        self.expect("]")
