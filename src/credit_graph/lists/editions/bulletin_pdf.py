"""A bulletin as a PDF, set by Typst from ``policies/templates/bulletin.typ``, with subsets of its font embedded."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import typst

from credit_graph.errors import DefinitionError
from credit_graph.lists.editions.bulletin_text import Bulletin
from credit_graph.resources import root

LAYOUT = "bulletin.typ"
_FONT = "manimgx_fonts_cjk"  # the package that holds nothing but Noto Sans CJK (SIL OFL 1.1)
_NO_TIME = 0  # the document says the day of publication; the time at which the file was made is nobody's business


def as_pdf(bulletin: Bulletin, layout: bytes | None = None) -> bytes:
    """The PDF: tagged for screen readers, without the time of day; nothing is read from the network.

    A character that the font has not (a face, say) is shown as a box. ``layout``: instead of the policy's.
    Raises ``DefinitionError("policy.invalid")`` for a faulty layout.
    """
    day = bulletin.day
    said = asdict(bulletin) | {"signed_on": bulletin.signed_on}
    said["day"] = {"year": day.year, "month": day.month, "day": day.day}
    folder = root("policies") / "templates"  # the layout may read files there, and nowhere else
    source = layout if layout is not None else (folder / LAYOUT).read_bytes()
    try:
        compiler = typst.Compiler(source, root=folder, font_paths=_fonts())
        data = compiler.compile(format="pdf", sys_inputs={"bulletin": json.dumps(said)}, timestamp=_NO_TIME)
    except RuntimeError as error:  # typst.TypstError is one
        raise DefinitionError("policy.invalid", path=f"templates/{LAYOUT}", why=str(error)) from None
    assert isinstance(data, bytes)
    return data


@cache
def _fonts() -> typst.Fonts:
    spec = find_spec(_FONT)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(_FONT)
    folder = str(Path(spec.origin).parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
