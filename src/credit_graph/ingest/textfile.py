"""Text files: encoding by trial, CSV with any usual delimiter, JSON lists of objects; read as a stream."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

from credit_graph.errors import InputError
from credit_graph.ingest.files import SourceFile
from credit_graph.ingest.limits import limits
from credit_graph.text import t

Cells = list[str]
_ENCODINGS = ("utf-8-sig", "gb18030")  # in this order: hardly any GB18030 text is UTF-8 by chance
_BOMS_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS = ",\t;|"
_SAMPLE_LINES = 200
_SAMPLE_CHARACTERS = 1 << 18
_LONGEST_TOKEN = 12  # characters of a JSON token that a block may cut in two, \u1234\u1234 at most


def encoding_of(file: SourceFile) -> str:
    """UTF-8 if every byte says so, else GB18030 if every byte says so (UTF-16 only by its mark).

    Raises ``InputError("input.not_a_table")`` if none fits.
    """
    start = file.head()
    for encoding in ("utf-16",) if start[:2] in _BOMS_16 else _ENCODINGS:
        if _decodes(file, encoding):
            if start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
                why = t("这是网页或 XML", "it is a web page or XML")
                raise InputError("input.not_a_table", path=file.label, why=why)
            return encoding
    why = t("既不是 UTF-8 也不是 GB18030 文本", "it is neither UTF-8 nor GB18030 text")
    raise InputError("input.not_a_table", path=file.label, why=why)


def _decodes(file: SourceFile, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in file.blocks():
            if b"\0" in block and encoding != "utf-16":
                return False  # a picture or a program
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _text(file: SourceFile, encoding: str) -> IO[str]:
    stream: Any = file.open()  # TextIOWrapper takes any readable stream
    return io.TextIOWrapper(stream, encoding=encoding, newline="")


def csv_rows(file: SourceFile, encoding: str) -> Iterator[Cells]:
    """The rows of a CSV file; a line whose quote is never closed is a row of one cell, and reading goes on after it.

    Raises ``InputError("input.damaged")`` where the bytes changed since the encoding was found.
    """
    with _text(file, encoding) as stream:
        lines: Iterator[str] = iter(stream)
        try:
            sample = list(_sample(lines))
            delimiter = max(_DELIMITERS, key=lambda mark: _regularity(sample, mark))
            width = _regularity(sample, delimiter)[1]
            yield from _records(_chained(sample, lines), delimiter, width)
        except UnicodeDecodeError:
            raise InputError("input.changed", path=file.label) from None


def _sample(lines: Iterator[str]) -> Iterator[str]:
    size = 0
    for line in islice(lines, _SAMPLE_LINES):
        yield line
        size += len(line)
        if size > _SAMPLE_CHARACTERS:
            return


def _chained(sample: list[str], lines: Iterator[str]) -> Iterator[str]:
    yield from sample
    yield from lines


def _regularity(sample: list[str], delimiter: str) -> tuple[int, int]:
    """How many rows agree on a number of cells above one, and that number: text has delimiters too, but unevenly."""
    csv.field_size_limit(limits().max_cell_characters)
    try:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if len(row) > 1)
    except csv.Error:
        return (0, 0)
    return max(((rows, width) for width, rows in widths.items()), default=(0, 0))


class _Lines:
    """Lines for a CSV reader, which can be taken back when a quote was opened and never closed."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._back: deque[str] = deque()
        self.taken: list[str] = []  # the lines of the record being read
        self._limit = limits().max_cell_lines

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= self._limit:
            raise StopIteration  # for too long inside a quote: as if the file ended here
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        return line

    def give_back(self) -> str:
        """The first line of the record; the others are read again."""
        self._back.extendleft(reversed(self.taken[1:]))
        return self.taken[0]


def _records(lines: Iterable[str], delimiter: str, width: int) -> Iterator[Cells]:
    csv.field_size_limit(limits().max_cell_characters)
    source = _Lines(lines)
    taken = source.taken
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        taken.clear()
        try:
            cells: Cells | None = next(reader)
        except StopIteration:
            return
        except csv.Error:  # text after a closing quote, a quote open at the end, a cell too long
            cells = _lenient(taken[0], delimiter, width) if len(taken) == 1 else None
            reader = csv.reader(source, delimiter=delimiter, strict=True)
        if cells is None or (len(taken) > 1 and len(cells) != width):
            yield [source.give_back().rstrip("\r\n")]
        else:
            yield cells


def _lenient(line: str, delimiter: str, width: int) -> Cells | None:
    """A line with text after a closing quote (``"甲"公司,1``), if it has as many cells as the others."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return None
    return cells if len(cells) == width else None


def json_rows(file: SourceFile, encoding: str) -> Iterator[Cells]:
    """A list of objects, or an object that holds one such list, as rows; the first row holds the names.

    Objects are read one by one; numbers keep their digits. Raises ``InputError``: damaged, not_a_table, too_large.
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
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # a lone half of a surrogate pair is no character
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _objects(file: SourceFile, encoding: str) -> Iterator[dict[str, Any]]:
    with _text(file, encoding) as stream:
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
        self._limit = limits().max_cell_characters * 10
        self._decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)

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
                value, end = self._decoder.raw_decode(self._text, self._at)
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
