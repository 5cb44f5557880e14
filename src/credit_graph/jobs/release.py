"""Builds a release of a list into a folder, whole or not at all, and records it in the graph."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from credit_graph import __version__, clock
from credit_graph.errors import InputError, StateError, UsageError
from credit_graph.jobs import text_decisions
from credit_graph.jobs.batches import last_seq, refuse_open_batch
from credit_graph.jobs.names import industry_codes, person_names
from credit_graph.jobs.rebuild import refuse_erased, refuse_erased_since
from credit_graph.jobs.receipts import known_receipts
from credit_graph.lists.release import INDEX, Rules, build_files, release_id, rules_on
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.text import t

_SID = re.compile(r"\b[0-9a-f]{32}\b")


@dataclass(frozen=True, slots=True)
class ReleaseResult:
    """A built release: where it lies, its ``index.json``, and whether it lay there already."""

    out: Path
    index: dict[str, Any]
    sha256: str  # of index.json, which holds the hashes of all other files
    unchanged: bool = False


def build(store: Store, list_name: str, point: Point, out: Path) -> ReleaseResult:
    """Build the list as it stands at ``point`` into the folder ``out``.

    The same (seq, valid, use, policy, program) gives the same bytes; where they lie there already nothing is
    written. Raises ``UsageError`` for an unknown list or a future day, ``DefinitionError`` where no basis in force
    carries the list, ``StateError``: a batch is incomplete, ``out`` holds something else, an entry was put out of
    use after ``point.seq``, or the graph no longer gives what an earlier build of the same release gave.
    """
    out = out.absolute()
    rules = _rules(list_name, point)
    refuse_open_batch(store)
    files = _files(store, rules, point)
    sha256 = hashlib.sha256(files[INDEX]).hexdigest()
    index = json.loads(files[INDEX])
    with store.writer("release"):
        _refuse_unfit(store, rules, point, files)
        with _writing(out):
            unchanged = _holds(out, files)
            if not unchanged:
                _write_partial(out, files)
        store.write("write/run", run=index["release"], props=_run(index, point, sha256))
        if not unchanged:
            with _writing(out):
                _publish(out)
    return ReleaseResult(out, index, sha256, unchanged)


def show(folder: Path) -> ReleaseResult:
    """Read a release and check every file against ``index.json``; needs no graph.

    Raises ``InputError``: the folder is none, a file is missing, altered, or does not belong to the release.
    """
    index_path = folder / INDEX
    if not index_path.is_file():
        raise InputError("input.not_a_release", path=folder)
    data = index_path.read_bytes()
    try:
        index = json.loads(data)
        expected = {name: (row["size"], row["sha256"]) for name, row in index["files"].items()}
        counts = {name: int(index["counts"][name]) for name in ("entries", "refused", "removed", "held")}
        index = {**index, "counts": counts, "refused_by_reason": dict(index["refused_by_reason"])}
        index |= {name: str(index[name]) for name in ("list", "release", "valid", "use")}
        review = [(str(row["sid"]), [dict(reason) for reason in row["reasons"]]) for row in index.get("for_review", [])]
        index["for_review"] = [{"sid": sid, "reasons": reasons} for sid, reasons in review]
        index["seq"] = int(index["seq"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("input.not_a_release", path=folder) from None
    found = {path.name: path for path in folder.iterdir() if path.name != INDEX}
    for name in sorted(set(expected) | set(found)):
        if name not in found or name not in expected or not found[name].is_file():
            raise InputError("input.release_altered", path=folder / name, why=t("缺失或者多出", "missing or added"))
        content = found[name].read_bytes()
        if (len(content), hashlib.sha256(content).hexdigest()) != expected[name]:
            raise InputError("input.release_altered", path=folder / name, why=t("内容被改动", "its bytes were altered"))
    return ReleaseResult(folder, index, hashlib.sha256(data).hexdigest(), unchanged=True)


def rebuild(store: Store, folder: Path) -> ReleaseResult:
    """Check a release against the graph: rebuilt at its own point it has to give the same bytes.

    Only here is use judged at a past day, and nothing is written. Raises what :func:`show` raises, and ``StateError``:
    ``state.release_differs``, ``state.erased`` where a statement that it names was erased since.
    """
    result = show(folder)
    index = result.index
    try:
        days = (date.fromisoformat(index["valid"]), date.fromisoformat(index["use"]))
        point = Point(int(index["seq"]), *days)
    except (ValueError, TypeError):
        raise InputError("input.not_a_release", path=folder) from None
    rules = _rules(index["list"], point)
    if release_id(rules, point) != index["release"] or not _equal(folder, _files(store, rules, point)):
        named = {sid for path in folder.iterdir() for sid in _SID.findall(path.read_text(encoding="utf-8-sig"))}
        refuse_erased(store, index["release"], named)
        raise StateError("state.release_differs", release=index["release"])
    return result


def _rules(list_name: str, point: Point) -> Rules:
    for day in (point.valid, point.use):
        if day > clock.today():
            raise UsageError("usage.future", day=day)
    return rules_on(list_name, point.valid)


def _files(store: Store, rules: Rules, point: Point, holds_seq: int | None = None) -> dict[str, bytes]:
    """The files at the point; ``holds_seq``: with the holds that are known then, not at the point."""
    kind = {"KIND": rules.kind}
    rows = store.read("read/release_records", labels=kind, seq=point.seq, valid=point.valid)
    records = [row["record"] for row in rows]
    sources = sorted({record["source"] for record in records})
    held = store.read("read/release_holds", seq=holds_seq or point.seq, sources=sources)
    holds = [row["record"] for row in held]
    seqs = sorted({record["batch"] for record in records})
    versions = store.read("read/release_versions", seqs=seqs)
    eids = [record["eid"] for record in records if record.get("eid")]
    codes = industry_codes(store, eids if rules.industries else [], point)
    persons, decisions = person_names(store, eids, point), text_decisions.at(store, holds_seq or point.seq)
    receipts = known_receipts(store, point.seq)
    return build_files(rules, records, holds, versions, point, codes, persons, receipts, decisions)


def _run(index: dict[str, Any], point: Point, sha256: str) -> dict[str, Any]:
    return {
        "kind": "release",
        "list": index["list"],
        "seq": point.seq,
        "valid": point.valid,
        "use": point.use,
        "policy": index["policy"]["sha256"],
        "program": __version__,
        "sha256": sha256,
        "entries": index["counts"]["entries"],
    }


def _refuse_unfit(store: Store, rules: Rules, point: Point, files: Mapping[str, bytes]) -> None:
    """The graph's past must not change, and a past must not bring back what may no longer be used.

    A second build of a stored release gives what the first gave. A new one at an older known is refused where
    later holds cover its entries.
    """
    rid = release_id(rules, point)
    stored = store.read("read/run", run=rid)
    if stored:
        if stored[0]["run"]["sha256"] != hashlib.sha256(files[INDEX]).hexdigest():
            refuse_erased_since(store, rid, point.seq)
            raise StateError("state.release_differs", release=rid)
        return
    head = last_seq(store)
    if head > point.seq and _files(store, rules, point, head)["entries.json"] != files["entries.json"]:
        raise StateError("state.use_ended", seq=point.seq)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateError("state.cannot_write", path=out, why=error.strerror or type(error).__name__) from None


def _equal(folder: Path, files: Mapping[str, bytes]) -> bool:
    found = {path.name: path for path in folder.iterdir()}
    return found.keys() == files.keys() and all(found[name].read_bytes() == data for name, data in files.items())


def _holds(out: Path, files: Mapping[str, bytes]) -> bool:
    """Whether ``out`` is this very release; False where there is nothing. ``StateError`` for anything else."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise StateError("state.release_exists", path=out)
    if not out.exists() or not any(out.iterdir()):
        return False
    if not _equal(out, files):
        raise StateError("state.release_exists", path=out)
    return True


def _partial(out: Path) -> Path:
    return out.with_name(out.name + ".partial")


def _write_partial(out: Path, files: Mapping[str, bytes]) -> None:
    """What a killed build left is replaced; anything else of that name is not ours to remove."""
    partial = _partial(out)
    if partial.is_symlink() or (partial.exists() and not partial.is_dir()):
        raise StateError("state.release_exists", path=partial)
    if partial.is_dir():
        if {path.name for path in partial.iterdir()} - files.keys():
            raise StateError("state.release_exists", path=partial)
        shutil.rmtree(partial)
    partial.mkdir(parents=True)
    for name, data in files.items():
        (partial / name).write_bytes(data)


def _publish(out: Path) -> None:
    if out.is_dir():  # empty, as was checked
        out.rmdir()
    _partial(out).rename(out)
