"""Searches a folder for values as bytes: in every file as it is, and in Parquet, XLSX, DOCX and PDF files unpacked."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq
import pypdfium2 as pdfium


def places(folder: Path, values: Iterable[str]) -> dict[str, set[str]]:
    """Value -> files (relative) that hold it, in UTF-8 or as JSON escapes, in either byte order of UTF-16."""
    wanted = {value: forms(value) for value in values}
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = contents(path)
        for value, written in wanted.items():
            if any(form in data for form in written):
                found.setdefault(value, set()).add(path.relative_to(folder).as_posix())
    return found


def forms(value: str) -> set[bytes]:
    escaped = json.dumps(value)[1:-1].encode()
    return {value.encode(), value.encode("utf-16-le"), value.encode("utf-16-be"), value.encode("gb18030"), escaped}


def contents(path: Path) -> bytes:
    """The file's bytes and name; of a Parquet file also everything in it, statistics included, of an office file its
    parts, of a PDF its text."""
    data = path.read_bytes() + path.name.encode()
    if path.suffix in {".xlsx", ".docx"} and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            data += b"".join(name.encode() + parts.read(name) for name in parts.namelist())
    if path.suffix == ".pdf":
        document = pdfium.PdfDocument(data)
        data += "".join(page.get_textpage().get_text_bounded() for page in document).replace("\r\n", "").encode()
    if path.suffix in {".parquet", ".partial"} and data[:4] == b"PAR1":
        table = pq.read_table(path)
        metadata = pq.read_metadata(path)
        groups = [metadata.row_group(i).to_dict() for i in range(metadata.num_row_groups)]
        data += json.dumps([table.to_pylist(), groups], ensure_ascii=False, default=str).encode()
    return data


def kinds(files: Iterable[str]) -> set[str]:
    """What sorts of files these are: the first folder, and its subfolder for the engine's."""
    return {re.match(r"engine/[^/]+|[^/]+", name)[0] for name in files}  # type: ignore[index]
