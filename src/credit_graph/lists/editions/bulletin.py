"""The files of the bulletin (公告) by which a release is published. Pure: the same edition gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping

from credit_graph.lists.editions.bulletin_docx import as_docx
from credit_graph.lists.editions.bulletin_html import as_html
from credit_graph.lists.editions.bulletin_pdf import as_pdf
from credit_graph.lists.editions.bulletin_text import bulletin_of
from credit_graph.lists.editions.edition import Edition

HTML, DOCX, PDF = "bulletin.html", "bulletin.docx", "bulletin.pdf"


def bulletin_files(edition: Edition, attachments: Mapping[str, bytes]) -> dict[str, bytes]:
    """The bulletin as a web page, a Word document and a PDF, by name of the file.

    ``attachments``: files of the release; of many entries the first of them stands for the table, with its hash.
    Raises ``DefinitionError`` as :func:`bulletin_text.bulletin_of` does.
    """
    bulletin = bulletin_of(edition, attachments)
    return {HTML: as_html(bulletin), DOCX: as_docx(bulletin), PDF: as_pdf(bulletin)}
