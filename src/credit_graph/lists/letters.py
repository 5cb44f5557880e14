"""Letters (文书) as .docx files, filled from the templates that a bureau edits in Word (``policies/templates/``)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.errors import DefinitionError, InputError
from credit_graph.ingest.screening import screen_text
from credit_graph.lists.authority import AuthorityRow
from credit_graph.policyfile import read_policy
from credit_graph.resources import root
from credit_graph.text import joined, t

_FILLED = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")  # the parts that hold text
_PARAGRAPH = re.compile(r"(<w:p[ >]|</w:p>)")
_TEXT = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_BRACE = re.compile(r".{0,10}[{}｛｝].{0,10}")
_UNDECIDED = re.compile(r"<w:(ins|del|moveFrom|moveTo|commentReference)[ />]")
# what XML 1.0 can't hold; and white space that is none in a letter
_NO_TEXT = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CODE = "统一社会信用代码"  # the one field whose value may be a 15-digit registration number
_DAY = (1980, 1, 1, 0, 0, 0)  # of every entry of the archive, so that the same inputs give the same bytes


class Fields(BaseModel):
    """``policies/templates/fields.yml``: every placeholder that a template may have, with its meaning."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fields: dict[str, str] = Field(min_length=1)


@cache
def known_fields() -> Mapping[str, str]:
    """The placeholders and their meaning; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "templates" / "fields.yml", Fields).fields


@dataclass(frozen=True, slots=True)
class Template:
    """A letter that waits for its values. ``fields``: what it needs, in the order of the text."""

    name: str
    fields: tuple[str, ...]
    _base: bytes  # the archive without the parts below
    _parts: tuple[tuple[str, tuple[str, ...]], ...]  # name of the part; its text and the names of fields in turn

    def fill(self, values: Mapping[str, str]) -> bytes:
        """The letter as a .docx file; the same values give the same bytes. A line break in a value is one in the text.

        Raises ``DefinitionError("letter.unfilled")`` where a value is missing or blank, ``InputError("letter.value")``
        for one with an ID number or with characters that no document can hold.
        """
        missing = [name for name in self.fields if not values.get(name, "").strip()]
        if missing:
            raise DefinitionError("letter.unfilled", letter=self.name, fields=joined(missing))
        texts = {name: self._text(name, values[name]) for name in self.fields}
        file = io.BytesIO(self._base)
        file.seek(0, io.SEEK_END)
        with zipfile.ZipFile(file, "a") as archive:
            for part, pieces in self._parts:
                xml = "".join(texts[piece] if at % 2 else piece for at, piece in enumerate(pieces))
                archive.writestr(_entry(part), xml.encode())
        return file.getvalue()

    def _text(self, name: str, value: str) -> str:
        if _NO_TEXT.search(value):
            why = t("含有控制字符", "it has control characters")
            raise InputError("letter.value", letter=self.name, field=name, why=why)
        if screen_text(value, registration=name == _CODE) != value:
            why = t("含有证件号码", "it has an ID number")
            raise InputError("letter.value", letter=self.name, field=name, why=why)
        return escape(value).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')


def template_names() -> list[str]:
    """The names of all templates."""
    return sorted(path.stem for path in (root("policies") / "templates").glob("[!~]*.docx"))  # ~$x: open in Word


@cache
def template(name: str) -> Template:
    """A template of ``policies/templates`` by its name, without ``.docx``; read once.

    Raises ``DefinitionError("policy.invalid")``: there is none, or it is faulty.
    """
    return read_template(root("policies") / "templates" / f"{name}.docx")


def read_template(path: Path) -> Template:
    """The template in a file. Word may have cut a placeholder into several runs: it is put together again.

    Raises ``DefinitionError("policy.invalid")``: no .docx, a placeholder unknown or not whole, changes or comments
    that nobody has decided on yet.
    """
    base, parts = io.BytesIO(), []
    try:
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(base, "w") as rest:
            if "word/document.xml" not in source.namelist():
                raise _fault(path, t("不是 Word 文档（.docx）", "it is no Word document (.docx)"))
            for name in source.namelist():
                data = source.read(name)
                if _FILLED.fullmatch(name):
                    ElementTree.fromstring(data)
                    pieces = _pieces(path, data.decode())
                    if len(pieces) > 1:
                        parts.append((name, pieces))
                        continue
                rest.writestr(_entry(name), data)
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError, ElementTree.ParseError) as error:
        raise _fault(path, str(error)) from None
    fields = tuple(dict.fromkeys(piece for _, pieces in parts for piece in pieces[1::2]))
    if unknown := [name for name in fields if name not in known_fields()]:
        why = t(f"没有占位符 {joined(unknown)}", f"there is no placeholder {joined(unknown)}")
        raise _fault(path, why)
    return Template(path.stem, fields, base.getvalue(), tuple(parts))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DAY)
    entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
    return entry


def _fault(path: Path, why: str) -> DefinitionError:
    return DefinitionError("policy.invalid", path=f"templates/{path.name}", why=why)


def _pieces(path: Path, xml: str) -> tuple[str, ...]:
    """Text and names of fields in turn, text first and last."""
    if _UNDECIDED.search(xml):
        why = t("还有修订或批注：请先接受或拒绝修订、删除批注", "it has tracked changes or comments")
        raise _fault(path, why)
    whole = "".join(_whole(part) for part in _PARAGRAPH.split(xml))
    pieces = _PLACEHOLDER.split(whole)
    for text in _TEXT.findall("".join(pieces[::2])):
        if stray := _BRACE.search(text):
            why = t(
                f"“{stray.group()}”处的占位符不完整，应写作 {{{{名称}}}}（半角括号，在同一段内）",
                f"a placeholder is not whole at “{stray.group()}”: write {{{{名称}}}} in one paragraph",
            )
            raise _fault(path, why)
    return tuple(pieces)


def _whole(paragraph: str) -> str:
    """The paragraph's XML with each placeholder in one piece of text, its first, whatever stood between its parts."""
    found = list(_TEXT.finditer(paragraph))
    texts = [list(item.group(1)) for item in found]
    owners = [(at, place) for at, text in enumerate(texts) for place in range(len(text))]
    line = "".join(item.group(1) for item in found)
    for match in _PLACEHOLDER.finditer(line):
        first, *others = owners[match.start() : match.end()]
        for at, place in others:
            texts[at][place] = ""
        texts[first[0]][first[1]] = match.group()
    if not found or "{{" not in line:
        return paragraph
    pieces = [paragraph[: found[0].start()]]
    for at, item in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(paragraph)
        pieces += [f'<w:t xml:space="preserve">{"".join(texts[at])}</w:t>', paragraph[item.end() : end]]
    return "".join(pieces)


def of_bureau(bureau: AuthorityRow) -> dict[str, str]:
    """What a letter says of the bureau, by placeholder."""
    return {
        "决定机关": bureau.name,
        "上级机关": bureau.superior,
        "复议机关": bureau.reconsideration,
        "法院": bureau.court,
        "联系部门": bureau.office,
        "联系地址": bureau.address,
        "联系电话": bureau.phone,
    }


def in_words(day: date) -> str:
    """The day as a letter writes it: 2026年7月3日."""
    return f"{day.year}年{day.month}月{day.day}日"
