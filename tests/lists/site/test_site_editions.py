"""The pages of real public editions, as published and after a takedown: who is gone is in no file and under no name."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import date
from pathlib import Path

from bytesearch import places
from credit_graph.jobs.release_store import ReleaseStore
from credit_graph.jobs.site import build_site
from credit_graph.jobs.site_check import check_copy
from credit_graph.lists.editions.archive import archive_files
from credit_graph.lists.editions.public import public_edition
from releases import PlainKeys, PlainSigner, draft, entry

DAY, LATER = date(2026, 12, 1), date(2026, 12, 2)
SIGNED = (PlainSigner(), PlainKeys())
LIST = "serious_violation"
GONE = 2


def view(home: Path, day: date, gone: Collection[str]) -> None:
    """Two quarters as the public sees them on a day: the second corrects one entry, drops one, adds one."""
    store = ReleaseStore(home)
    first = draft([entry(n) for n in range(1, 5)])
    corrected = entry(3, name="庆原第三食品有限责任公司", salt="5" * 64)
    second = draft([entry(1), entry(2), corrected, entry(5)], first, period="2026Q4")
    for made, published_on in ((first, date(2026, 10, 9)), (second, date(2026, 11, 30))):
        archive = archive_files(made, {}, published_on, *SIGNED)
        shown = {str(said["number"]) for said in made.entries} - set(gone)
        files = public_edition(archive, shown, day, *SIGNED)
        store.put_public(LIST, made.release, files)
        head = json.loads(files["head.json"])
        said = {name: head[name] for name in ("list", "release", "number", "published_on", "root")}
        store.put_latest(LIST, said, files["keys.jsonl"])


def test_published_taken_down_and_checked(tmp_path: Path) -> None:
    home, out, old = tmp_path / "home", tmp_path / "out", tmp_path / "old"
    view(home, DAY, ())
    for folder in (out, old):
        build_site(home, folder, DAY, lambda what, done, total: None)
    page = (out / "releases" / LIST / "2026Q4.html").read_text(encoding="utf-8")
    counts = [("新增", "1"), ("更正", "1"), ("移出", "1")]
    assert re.findall(r"<dt>(新增|更正|移出)</dt><dd>(\d+)</dd>", page) == counts
    assert "<td>企业名称</td>" in page.split("<h3>更正条目</h3>")[1]
    said = [str(entry(GONE)[name]) for name in ("name", "credit_code", "salt")]
    assert len(places(out, said)) == len(said)
    assert check_copy(home, out, DAY).good
    view(home, LATER, [str(GONE)])
    build_site(home, out, LATER, lambda what, done, total: None)
    internal = [str(entry(n)[name]) for n in range(1, 6) for name in ("sid", "record")]
    assert places(out, [*said, *internal, "王经办"]) == {}
    assert check_copy(home, out, LATER).good
    found = check_copy(home, old, LATER)
    names = {item.file for item in found.overdue}
    code = entry(GONE)["credit_code"]
    data = {f"data/{LIST}/{quarter}/entries.{kind}" for quarter in ("2026Q3", "2026Q4") for kind in ("csv", "xlsx")}
    assert {f"entries/{LIST}/02/{code}.html", f"lists/{LIST}/index.html", "search-index.js", *data} <= names
    assert {f"data/{LIST}/2026Q4/bulletin.html", f"data/{LIST}/2026Q3/delta.jsonl"} <= names
    assert {item.why for item in found.overdue} == {"gone"}
