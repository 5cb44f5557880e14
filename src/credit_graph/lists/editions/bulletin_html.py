"""A bulletin as one HTML page without scripts, to be shown as it is or pasted into the bureau's content system."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from credit_graph.lists.editions.bulletin_text import Bulletin, Table

# Contrast of every colour on its ground is above 7:1 (WCAG AAA). No element has a style of its own, so that what is
# pasted into another page takes that one's.
_STYLE = """
body{margin:0 auto;max-width:72rem;padding:1rem;font:1rem/1.8 "FangSong","STFangsong","仿宋",serif;
color:#1a1a1a;background:#fff}
h1{font:700 1.5rem/1.5 "SimHei","Heiti SC","黑体",sans-serif;text-align:center}
h2{font:700 1.05rem/1.6 "SimHei","Heiti SC","黑体",sans-serif;margin:1.2em 0 0}
p{margin:.3em 0;overflow-wrap:anywhere}
.number{text-align:center}
.text{text-indent:2em}
.mark{color:#a00000;font-weight:700;text-align:center;border:2px solid #a00000}
.sealed{text-align:right;margin-right:2em}
.seal{color:#595959}
.annex{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem;line-height:1.5}
caption{font-weight:700;text-align:left;padding:.5em 0}
th,td{border:1px solid #595959;padding:.25em .5em;text-align:left;vertical-align:top;
overflow-wrap:anywhere;min-width:9em;unicode-bidi:isolate;white-space:pre-wrap}
th,.short{min-width:2em}
.short{white-space:pre}
th[scope=col]{background:#e8edf3;text-align:center}
@media print{.annex{overflow:visible;break-before:page}thead{display:table-header-group}tr{break-inside:avoid}
body{max-width:none;padding:0}}
"""
_NO_LONGER = 20  # half-width characters: codes and days, which stay on one line
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"


def as_html(bulletin: Bulletin) -> bytes:
    """The page, in UTF-8."""
    mark = "" if bulletin.mark is None else f'<p class="mark" role="note">{escape(bulletin.mark)}</p>\n'
    sections = "".join(f"<h2>{escape(heading)}</h2>\n{_text(text)}" for heading, text in bulletin.sections)
    annex = _text(f"附件：{bulletin.annex}") if bulletin.annex else ""
    page = (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noarchive">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(bulletin.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{mark}"
        f"<h1>{escape(bulletin.title)}</h1>\n"
        f'<p class="number">{escape(bulletin.number)}</p>\n{_text(bulletin.opening)}{sections}{annex}'
        f'<p class="sealed">{escape(bulletin.bureau)}<br><span class="seal">（印章处）</span><br>'
        f'<time datetime="{bulletin.day.isoformat()}">{bulletin.signed_on}</time></p>\n'
        f"{_table(bulletin.table) if bulletin.table else ''}{mark}</main>\n</body>\n</html>\n"
    )
    return page.encode()


def _text(text: str) -> str:
    return "".join(f'<p class="text">{escape(line)}</p>\n' for line in text.split("\n"))


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in table.titles)
    tags = ['td class="short"' if width <= _NO_LONGER else "td" for width in table.widths]
    tags[0] = 'th scope="row"'
    rows = "".join(
        f"<tr>{''.join(f'<{tag}>{escape(text)}</{tag[:2]}>' for tag, text in zip(tags, texts, strict=True))}</tr>\n"
        for texts in table.rows
    )
    caption = escape(table.caption)
    return (
        f'<div class="annex" role="region" aria-label="{caption}" tabindex="0">\n'
        f"<table>\n<caption>附件：{caption}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )
