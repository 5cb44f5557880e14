"""A bulletin as a Word document, so that the office can seal, number and edit it. Written part by part, as letters are
(``lists/letters.py``): a library would write the time of day, and take seconds for the table."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from credit_graph.lists.editions.bulletin_text import Bulletin, Table

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_R = f'xmlns:r="{_OFFICE}"'
_DAY = (1980, 1, 1, 0, 0, 0)
_HASH = re.compile("[0-9a-f]{64}")
_RED = '<w:b/><w:color w:val="A00000"/>'

# twentieths of a point: A4, its margins, and what they leave for the table on a page turned round
_SHORT, _LONG = 11_906, 16_838
_MARGIN = 850
_TABLE = _LONG - 2 * _MARGIN

# fonts that a bureau's computers have; sizes in half points: 小四 is 12 pt, 小二 18 pt
_STYLES = (
    f'{_HEAD}<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" '
    'w:hAnsi="Times New Roman" w:eastAsia="仿宋"/><w:sz w:val="24"/><w:lang w:val="zh-CN" w:eastAsia="zh-CN"/></w:rPr>'
    '</w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>'
    "</w:style>"
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{title}"/><w:basedOn w:val="a"/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
        for name, title, paragraph, run in (
            (
                "title",
                "heading 1",
                '<w:spacing w:before="120" w:after="120"/><w:jc w:val="center"/><w:outlineLvl w:val="0"/>',
                '<w:rFonts w:eastAsia="黑体"/><w:b/><w:sz w:val="36"/>',
            ),
            (
                "section",
                "heading 2",
                '<w:keepNext/><w:spacing w:before="60"/><w:ind w:firstLine="480"/><w:outlineLvl w:val="1"/>',
                '<w:rFonts w:eastAsia="黑体"/>',
            ),
            ("text", "Body Text", '<w:spacing w:line="380" w:lineRule="exact"/><w:ind w:firstLine="480"/>', ""),
            ("centre", "centre", '<w:spacing w:after="120"/><w:jc w:val="center"/>', ""),
            ("sealed", "sealed", '<w:keepNext/><w:keepLines/><w:ind w:right="480"/><w:jc w:val="right"/>', ""),
            ("signed", "signed", '<w:ind w:right="480"/><w:jc w:val="right"/>', ""),
            ("caption", "caption", '<w:keepNext/><w:spacing w:after="120"/>', '<w:rFonts w:eastAsia="黑体"/><w:b/>'),
            ("annex", "annex", '<w:keepNext/><w:spacing w:before="120"/><w:ind w:firstLine="480"/>', ""),
            ("hash", "hash", '<w:ind w:firstLine="480"/>', '<w:sz w:val="18"/>'),
            ("page", "page", '<w:jc w:val="center"/>', '<w:sz w:val="18"/>'),
            ("cell", "cell", "", '<w:sz w:val="18"/>'),
            ("head", "head", '<w:jc w:val="center"/>', '<w:rFonts w:eastAsia="黑体"/><w:b/><w:sz w:val="18"/>'),
        )
    )
    + "</w:styles>"
)
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="595959"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def as_docx(bulletin: Bulletin) -> bytes:
    """The document: the bulletin upright, its annex turned round; mark and page number stand on each page."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in _parts(bulletin):
            entry = zipfile.ZipInfo(name, _DAY)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            archive.writestr(entry, xml.encode())
    return out.getvalue()


def _parts(bulletin: Bulletin) -> list[tuple[str, str]]:
    kinds = (("document", "document.main"), ("styles", "styles"), ("header1", "header"), ("footer1", "footer"))
    types = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_TYPES}.{kind}+xml"/>' for part, kind in kinds
    )
    related = "".join(
        f'<Relationship Id="{part}" Type="{_OFFICE}/{part.rstrip("1")}" Target="{part}.xml"/>' for part, _ in kinds[1:]
    )
    mark = _paragraph("centre", bulletin.mark, _RED) if bulletin.mark else "<w:p/>"
    number = "".join((_run("第 "), _field("PAGE"), _run(" 页 共 "), _field("NUMPAGES"), _run(" 页")))
    footer = f'<w:p><w:pPr><w:pStyle w:val="page"/></w:pPr>{number}</w:p>'
    return [
        (
            "[Content_Types].xml",
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.'
            'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.'
            f'core-properties+xml"/>{types}</Types>',
        ),
        (
            "_rels/.rels",
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/'
            f'officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="{_PACKAGE}/relationships/'
            'metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        ),
        (
            "docProps/core.xml",
            f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(bulletin.title)}</dc:title>'
            f"<dc:creator>{escape(bulletin.bureau)}</dc:creator><dc:language>zh-CN</dc:language></cp:coreProperties>",
        ),
        (
            "word/_rels/document.xml.rels",
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
        ),
        ("word/styles.xml", _STYLES),
        ("word/header1.xml", f"{_HEAD}<w:hdr {_W}>{mark}</w:hdr>"),
        ("word/footer1.xml", f"{_HEAD}<w:ftr {_W}>{footer}</w:ftr>"),
        ("word/document.xml", f"{_HEAD}<w:document {_W} {_R}><w:body>{_body(bulletin)}</w:body></w:document>"),
    ]


def _body(bulletin: Bulletin) -> str:
    parts = [_paragraph("title", bulletin.title), _paragraph("centre", bulletin.number), _text(bulletin.opening)]
    for heading, text in bulletin.sections:
        parts += [_paragraph("section", heading), _text(text)]
    if bulletin.annex:
        parts += [_paragraph("annex", line) for line in f"附件：{bulletin.annex}".split("\n")]
    seal = '<w:color w:val="595959"/>'
    parts += [_paragraph("sealed", ""), _paragraph("sealed", bulletin.bureau), _paragraph("sealed", "（印章处）", seal)]
    parts.append(_paragraph("signed", bulletin.signed_on))
    upright = _section(_SHORT, _LONG, 'w:top="1400" w:bottom="1100" w:left="1474" w:right="1360"')
    if bulletin.table is None:
        return "".join(parts) + upright
    turned = _section(
        _LONG, _SHORT, f'w:top="1250" w:bottom="1000" w:left="{_MARGIN}" w:right="{_MARGIN}"', turned=True
    )
    parts[-1] = parts[-1].replace("</w:pPr>", upright + "</w:pPr>", 1)  # a section ends with its last paragraph
    return "".join(parts) + _table(bulletin.table) + turned


def _text(text: str) -> str:
    return "".join(_paragraph("hash" if _HASH.fullmatch(line) else "text", line) for line in text.split("\n"))


def _section(width: int, height: int, margins: str, *, turned: bool = False) -> str:
    how = ' w:orient="landscape"' if turned else ""
    return (
        '<w:sectPr><w:headerReference w:type="default" r:id="header1"/>'
        '<w:footerReference w:type="default" r:id="footer1"/>'
        f'<w:pgSz w:w="{width}" w:h="{height}"{how}/><w:pgMar {margins} w:header="600" w:footer="500" w:gutter="0"/>'
        "</w:sectPr>"
    )


def _table(table: Table) -> str:
    share = _TABLE / sum(table.widths)
    widths = [int(width * share) for width in table.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = _row(table.titles, widths, "head", '<w:shd w:val="clear" w:color="auto" w:fill="E8EDF3"/>', "<w:tblHeader/>")
    rows = "".join(_row(texts, widths, "cell") for texts in table.rows)
    return (
        f'{_paragraph("caption", "附件：" + table.caption)}<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblBorders>{_BORDERS}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" '
        'w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
        f"<w:tblCaption w:val={quoteattr(table.caption)}/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>"
        '<w:p><w:pPr><w:pStyle w:val="cell"/></w:pPr></w:p>'
    )


def _row(texts: Sequence[str], widths: Sequence[int], style: str, shade: str = "", how: str = "") -> str:
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>'
        f"{_paragraph(style, text)}</w:tc>"
        for text, width in zip(texts, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{how}</w:trPr>{cells}</w:tr>"


def _paragraph(style: str, text: str, run: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{_run(text, run)}</w:p>'


def _run(text: str, how: str = "") -> str:
    lines = escape(text).replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    lines = lines.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    return f'<w:r>{f"<w:rPr>{how}</w:rPr>" if how else ""}<w:t xml:space="preserve">{lines}</w:t></w:r>'


def _field(name: str) -> str:
    return f'<w:fldSimple w:instr="{name}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
