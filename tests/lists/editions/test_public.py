"""Archive and public edition: the same bytes twice; what is not shown any more is only a leaf."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from bytesearch import places
from credit_graph.errors import InputError, StateError, UsageError
from credit_graph.jobs.release_store import ReleaseStore, partial_of, write_folder
from credit_graph.lists.editions.archive import archive_files
from credit_graph.lists.editions.draft import Draft, next_release, release_parts
from credit_graph.lists.editions.edition import leaf, sha256
from credit_graph.lists.editions.merkle import root
from credit_graph.lists.editions.public import public_edition, redated
from releases import PlainKeys, PlainSigner, draft, entry, sealed

DAY, LATER = date(2026, 10, 9), date(2026, 11, 3)
SIGNED = (PlainSigner(), PlainKeys())


def test_the_archive_is_the_same_bytes_twice_and_its_index_names_every_file() -> None:
    former = draft([entry(1), entry(2)], period="2026Q2")
    made = draft([entry(2), entry(3)], former)
    files = archive_files(made, {"a.json": b'{"department":"a"}'}, DAY, *SIGNED)
    assert archive_files(Draft.read(made.files), {"a.json": b'{"department":"a"}'}, DAY, *SIGNED) == files
    index = json.loads(files["index.json"])
    assert index["files"] == {
        name: {"size": len(data), "sha256": sha256(data)}
        for name, data in files.items()
        if name not in ("index.json", "index.sig")
    }
    assert index["approvals"] == [{"department": "a"}]
    assert files["entries.jsonl"] == made.files["entries.jsonl"]
    leaves = [bytes.fromhex(line) for line in files["leaves.txt"].decode().split()]
    assert leaves == [leaf(item, made.columns) for item in made.entries]
    assert json.loads(files["head.json"]) == {
        "list": "serious_violation",
        "release": "2026Q3",
        "number": 2,
        "published_on": "2026-10-09",
        "size": 2,
        "root": root(leaves).hex(),
        "predecessor": "2026Q2",
        "predecessor_root": "1" * 64,
    }


def test_the_public_edition_has_gaps_and_nothing_internal_and_its_leaves_still_fit(tmp_path: Path) -> None:
    made = draft([entry(n) for n in range(1, 6)])
    archive = archive_files(made, {}, DAY, *SIGNED)
    files = public_edition(archive, {"1", "3", "5"}, LATER, *SIGNED)
    entries = [json.loads(line) for line in files["entries.jsonl"].splitlines()]
    assert [item["number"] for item in entries] == ["1", "3", "5"]
    leaves = files["leaves.txt"].decode().split()
    assert [leaves[int(item["number"]) - 1] for item in entries] == [
        leaf(item, [column for column in made.columns if not column.internal]).hex() for item in entries
    ]
    for name in ("leaves.txt", "head.json", "head.sig"):
        assert files[name] == archive[name]
    index = json.loads(files["index.json"])
    assert (index["edition"], index["day"], index["counts"]) == (
        "public",
        "2026-11-03",
        {"entries": 3, "removed": 2},
    )
    write_folder(tmp_path / "out", files)
    gone = [str(entry(n)[name]) for n in (2, 4) for name in ("name", "credit_code", "salt")]
    internal = [str(entry(n)[name]) for n in range(1, 6) for name in ("sid", "record")]
    assert places(tmp_path, [*gone, *internal, "王经办"]) == {}
    again = redated(files, date(2026, 11, 4), *SIGNED)
    assert {name for name in files if again[name] != files[name]} == {"index.json", "index.sig"}
    assert again == public_edition(archive, {"1", "3", "5"}, date(2026, 11, 4), *SIGNED)


def test_a_draft_that_was_altered_is_not_read() -> None:
    made = draft([entry(1)])
    for name, files in (
        ("refused.csv", {**made.files, "refused.csv": b"x"}),
        ("more.txt", {**made.files, "more.txt": b"x"}),
        ("delta.jsonl", {file: data for file, data in made.files.items() if file != "delta.jsonl"}),
        ("draft.json", {**made.files, "draft.json": made.files["draft.json"] + b" "}),
    ):
        with pytest.raises(InputError) as error:
            Draft.read(files)
        assert (error.value.code, error.value.fields["path"]) == ("input.release_altered", name)
    parts = {name: value for name, value in made.said.items() if name not in ("issuers", "files")}
    with pytest.raises(InputError):
        sealed(parts, {"entries.jsonl": b""})
    for wrong in ({}, {"draft.json": b"[]"}, {"draft.json": b"{}"}, {"draft.json": b"x"}):
        with pytest.raises(InputError) as error:
            Draft.read(wrong)
        assert error.value.code == "input.not_a_draft"
    assert Draft.read({**made.files, "approvals/a.json": b"{}"}).hash == made.hash
    assert sealed({**made.said, "maker": "x"}, {"entries.jsonl": made.files["entries.jsonl"]}).hash != made.hash


def test_ids_of_releases() -> None:
    assert [next_release("2026Q3", found) for found in ([], ["2026Q2"], ["2026Q3"], ["2026Q3", "2026Q3-2"])] == [
        *("2026Q3", "2026Q3", "2026Q3-2", "2026Q3-3")
    ]
    assert sorted(["2026Q3-10", "2026Q4", "2026Q3-2", "2026Q3"], key=release_parts) == [
        *("2026Q3", "2026Q3-2", "2026Q3-10", "2026Q4")
    ]
    with pytest.raises(ValueError, match="2026Q5"):
        release_parts("2026Q5")


def test_the_store_keeps_folders_whole_and_mends_what_was_cut_short(tmp_path: Path) -> None:
    store = ReleaseStore(tmp_path)
    assert (store.lists(), store.releases("a"), store.latest("a"), store.public("a", "2026Q3")) == ([], [], None, {})
    with store.lock("a"):
        store.put_archive("a", "2026Q2", {"index.json": b"1", "approvals/x.json": b"2"})
        store.put_public("a", "2026Q2", {"index.json": b"3"})
        assert store.releases("a") == []  # not yet: nothing says that it is valid
        store.put_latest("a", {"release": "2026Q2"}, b"keys")
        store.put_archive("a", "2026Q3", {"index.json": b"4"})  # and here it was killed
        with pytest.raises(StateError) as error, ReleaseStore(tmp_path).lock("a"):
            pass
        assert error.value.code == "state.busy"
        with pytest.raises(StateError) as error:
            store.put_archive("a", "2026Q2", {})
        assert error.value.code == "state.release_exists"
    assert (store.lists(), store.releases("a"), store.archived("a")) == (["a"], ["2026Q2"], ["2026Q2", "2026Q3"])
    assert store.archive("a", "2026Q2") == {"index.json": b"1", "approvals/x.json": b"2"}
    folder = store.public_folder("a", "2026Q2")
    write_folder(folder, {"new": b"5"}, replace=True)
    assert store.public("a", "2026Q2") == {"new": b"5"}
    write_folder(partial_of(folder), {"newer": b"6"})
    folder.rename(folder.with_name("2026Q2.old"))  # killed between the two renames
    with store.lock("a"):
        assert store.public("a", "2026Q2") == {"newer": b"6"}
    write_folder(partial_of(folder), {"half": b"7"})  # killed before them
    with store.lock("a"):
        assert store.public("a", "2026Q2") == {"newer": b"6"}
    assert sorted(path.name for path in folder.parent.iterdir()) == ["2026Q2", "latest.json"]
    store.note("published", list="a")
    with (store.folder / "log.jsonl").open("ab") as file:
        file.write(b'{"what":"cut of')  # killed while it wrote
    store.note("takedown", list="a")
    assert [(line["what"], line["list"]) for line in store.noted()] == [("published", "a"), ("takedown", "a")]
    for name, release in (("..", "2026Q3"), ("a", ".."), ("a", "2026Q3/.."), ("A/b", "2026Q3")):
        with pytest.raises(UsageError):
            store.public(name, release)
