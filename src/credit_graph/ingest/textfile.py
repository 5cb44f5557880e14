"""Text files: encoding by trial, CSV with any usual delimiter; read as a stream."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

from credit_graph.errors import InputError
from credit_graph.ingest.files import BOMS_16, SourceFile
from credit_graph.ingest.limits import limits
from credit_graph.text import t

Cells = list[str]
_ENCODINGS = ("utf-8-sig", "gb18030")  # in this order: hardly any GB18030 text is UTF-8 by chance
_DELIMITERS = ",\t;|"
_SAMPLE_LINES = 200
_SAMPLE_CHARACTERS = 1 << 18


def encoding_of(file: SourceFile) -> str:
    """UTF-8 if every byte says so, else GB18030 if every byte says so (UTF-16 only by its mark).

    Raises ``InputError("input.not_a_table")`` if none fits.
    """
    start = file.head()
    for encoding in ("utf-16",) if start[:2] in BOMS_16 else _ENCODINGS:
        if _decodes(file, encoding):
            if start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
                why = t("这是网页或 XML", "it is a web page or XML")
                raise InputError("input.not_a_table", path=file.label, why=why)
            return encoding
    raise InputError("input.not_a_table", path=file.label, why=_why_no_text(start))


def _why_no_text(start: bytes) -> str:
    if start[:2] in BOMS_16:
        return t("以 UTF-16 标记开头，内容却不是完整的 UTF-16", "it begins with the mark of UTF-16 and is none")
    if start[257:262] == b"ustar" or start.startswith((b"7z\xbc\xaf", b"Rar!")):
        return t("这是 tar、7z 或 rar 压缩包，请先解开", "it is a tar, 7z or rar archive: unpack it first")
    return t("既不是 UTF-8 也不是 GB18030 文本", "it is neither UTF-8 nor GB18030 text")


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


def open_text(file: SourceFile, encoding: str) -> IO[str]:
    """The file as a stream of text, line ends as they are."""
    stream: Any = file.open()  # TextIOWrapper takes any readable stream
    return io.TextIOWrapper(stream, encoding=encoding, newline="")


def csv_rows(file: SourceFile, encoding: str) -> Iterator[Cells]:
    """The rows of a CSV file; a line whose quote is never closed is a row of one cell, and reading goes on after it.

    Raises ``InputError("input.damaged")`` where the bytes changed since the encoding was found.
    """
    with open_text(file, encoding) as stream:
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
