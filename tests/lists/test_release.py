"""Drafts of releases: who stands on the list on a day, and what is refused; on both engines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from credit_graph.errors import InputError, StateError, UsageError
from credit_graph.jobs import release_draft, release_show
from credit_graph.jobs.release_store import ReleaseStore
from credit_graph.jobs.writing import close_statements
from credit_graph.lists.editions.draft import record_id
from credit_graph.lists.release import MARK, release_id, rules_on
from credit_graph.model.statement import Statement
from credit_graph.model.time import DAY_MAX, Point
from credit_graph.store import Store
from facts import D, commit, fact
from releases import build, entries_of

TODAY = D("2026-11-23")
LIST = "serious_violation"
GROUND = "拒不配合监督检查"
# nothing of these may be found in any byte of a release
SECRETS = ("13812345678", "6222020200112233", "王秘密", "高风险等级D", "1.23456", "region-secret")


@pytest.fixture(autouse=True)
def _today(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())


def listing(number: int, listed: str = "2025-03-01", removed: str = "", seq: int = 1, **changes: Any) -> Statement:
    """A serious listing of an invented firm, with secrets in every field that is not for the public."""
    code = f"91330206MA0000{number:04d}"
    content: dict[str, Any] = {
        "listing_id": f"ILL{number:04d}",
        "credit_code": code,
        "name": f"宁波第{number}食品有限公司",
        "listed_on": D(listed),
        "reason": GROUND,
        "listed_by": "宁波市北仑区市场监督管理局",
        "city": "王秘密",
        "district": "region-secret",
        "phone": "13812345678",
        "level": "高风险等级D",
        **({"removed_on": D(removed), "removal_reason": "期限届满"} if removed else {}),
        **changes,
    }
    content = {name: value for name, value in content.items() if value is not None}
    faults = content.pop("faults", ())
    end = D(removed) if removed and not faults else DAY_MAX
    return fact("SeriousListing", f"k{number}", code, seq, start=D(listed), end=end, faults=faults, **content)


def hold(number: int, reason: str, start: str, seq: int = 1, **content: Any) -> Statement:
    named: dict[str, Any] = {"held_source": "seriouslisting", "held_key": f"k{number}", "reason": reason}
    named |= {"channels": "public,departments", **content}
    key = f"{number}{reason}"
    return fact("Hold", key, f"91330206MA0000{number:04d}", seq=seq, start=D(start), source="bureau", **named)


def at(valid: str | date = TODAY, seq: int = 1, use: date = TODAY) -> Point:
    return Point(seq, D(valid) if isinstance(valid, str) else valid, use)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / name).read_bytes().decode("utf-8-sig"))))


def names(folder: Path) -> set[str | None]:
    return {entry["name"] for entry in entries_of(folder)}


def refused(folder: Path) -> set[tuple[str, str]]:
    return {(row["名单编号"], row["不予列出的原因代码"]) for row in rows(folder, "refused.csv")}


@pytest.fixture
def listed(store: Store) -> Iterator[Store]:
    """A list with each case once."""
    cases = [
        listing(1),
        listing(2, "2023-11-23"),  # the last day of its term
        listing(3, "2023-11-22"),
        listing(4, "2021-08-31"),
        listing(5, reason="通过登记的住所或者经营场所无法联系"),
        listing(6, reason="严重违法失信行为 13812345678"),
        listing(7, reason=None),
        listing(8, listed_by="宁波市住房和城乡建设局"),
        listing(9, removal_reason="更正公示信息"),
        listing(10, removed_on=D("2020-01-01"), faults=("removed_on:interval_reversed:2020-01-01",)),
        listing(11, listed_on=None, faults=("listed_on:impossible_day:2025-02-30",)),
        listing(12, credit_code=None),
        listing(13, removed="2026-11-23"),
        listing(14, removed="2026-11-24"),
        listing(15),
        listing(16),
        listing(17),
        listing(18),
        listing(19, "2026-11-24"),
        listing(20, "2021-01-01", reason="被列入经营异常名录满3年仍未履行相关义务"),
        hold(15, "repaired", "2026-11-23"),
        hold(16, "repaired", "2026-11-24"),
        hold(17, "repaired", "2026-01-01", channels="grading"),
        hold(18, "expired", "2026-01-01", event_day=D("2024-01-01")),
    ]
    commit(store, 1, cases, source="seriouslisting")
    yield store


def test_who_stands_on_the_list(listed: Store, tmp_path: Path) -> None:
    result = build(listed, LIST, at(), tmp_path / "out")
    assert names(result.out) == {f"宁波第{n}食品有限公司" for n in (1, 2, 14, 16, 17, 18)}
    assert refused(result.out) == {
        ("ILL0003", "term_over"),
        ("ILL0004", "listed_before;term_over"),
        ("ILL0005", "not_a_ground"),
        ("ILL0006", "ground_unknown"),
        ("ILL0007", "no_ground"),
        ("ILL0008", "authority_unfit"),
        ("ILL0009", "removal_unclear"),
        ("ILL0010", "removal_unclear"),
        ("ILL0011", "no_listing_day"),
        ("ILL0012", "subject_unidentified"),
        ("ILL0020", "not_a_ground;listed_before;term_over"),
    }
    assert result.said["counts"] == {"entries": 6, "refused": 11, "removed": 1, "held": 1}
    assert result.said["held_by_reason"] == {"repaired": 1}
    assert result.said["refused_by_reason"] == {
        "authority_unfit": 1,
        "ground_unknown": 1,
        "listed_before": 2,
        "no_ground": 1,
        "no_listing_day": 1,
        "not_a_ground": 2,
        "removal_unclear": 2,
        "subject_unidentified": 1,
        "term_over": 3,
    }


def test_an_entry_carries_its_basis_and_source_and_nothing_else(store: Store, tmp_path: Path) -> None:
    only = listing(1, reason=GROUND + "，联系电话13812345678，负责人王秘密")
    commit(store, 1, [only])
    result = build(store, LIST, at(), tmp_path / "out")
    basis = "《市场监督管理严重违法失信名单管理办法》（国家市场监督管理总局令第44号）第十条"
    (entry,) = entries_of(result.out)
    assert len(str(entry.pop("salt"))) == 64
    assert entry == {
        "number": "1",
        "name": "宁波第1食品有限公司",
        "credit_code": "91330206MA00000001",
        "registration_number": None,
        "listed_on": "2025-03-01",
        "listed_by": "宁波市北仑区市场监督管理局",
        "ground": "骗取许可或登记、拒绝阻碍监督检查等违法行为",
        "document": "国家市场监督管理总局令第44号",
        "basis": basis,
        "last_day": "2028-03-01",
        "mark": MARK,
        "sid": only.sid,
        "record": record_id("seriouslisting", "k1"),
    }
    titles = {column["name"]: (column["zh"], column["internal"]) for column in result.said["columns"]}
    assert list(titles) == [
        *("number", "name", "credit_code", "registration_number", "listed_on", "listed_by"),
        *("ground", "document", "basis", "last_day", "mark", "salt", "sid", "record"),
    ]
    assert [titles[name] for name in ("listed_by", "basis", "sid")] == [
        *(("作出决定机关（列入）", False), ("列入依据", False), ("来源记录", True))
    ]


def test_no_planted_secret_no_grade_and_the_mark_in_every_file(listed: Store, tmp_path: Path) -> None:
    listed.write(
        "write/enterprise_cache",
        [{"eid": "91330206MA00000001", "props": {"level": "高风险等级D", "score": 123456}}],
    )
    out = build(listed, LIST, at(), tmp_path / "out").out
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    assert {"draft.json", "entries.jsonl", "refused.csv", "delta.jsonl", "keys.jsonl"} <= set(files)
    for name in ("draft.json", "entries.jsonl", "refused.csv"):
        assert MARK.encode() in files[name], name
    for name, data in files.items():
        for secret in (*SECRETS, "level_", "score", "风险"):
            assert secret.encode() not in data, (name, secret)


def test_the_mark_stands_in_a_file_without_rows(store: Store, tmp_path: Path) -> None:
    commit(store, 1, [])
    result = build(store, LIST, at(), tmp_path / "out")
    assert result.said["counts"] == {"entries": 0, "refused": 0, "removed": 0, "held": 0}
    data = (result.out / "refused.csv").read_bytes()
    assert data.startswith("\ufeff".encode())
    assert MARK.encode() in data
    assert result.said["issuers"] == ["庆原市市场监督管理局"]  # somebody has to sign an empty list, too


def test_the_same_point_gives_the_same_whatever_came_later(
    listed: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(listed, LIST, at(), tmp_path / "first")
    commit(listed, 2, [listing(30, seq=2), hold(1, "repaired", "2026-01-01", seq=2)])
    monkeypatch.setenv("CREDIT_GRAPH_LANG", "en")
    again = build(listed, LIST, at(), tmp_path / "again")
    salts = [[entry.pop("salt") for entry in made] for made in (entries_of(first.out), entries_of(again.out))]
    assert len({salt for made in salts for salt in made}) == 12  # each its own, drawn with the draft
    assert {**again.said, "files": None} == {**first.said, "files": None}
    assert again.draft.files["refused.csv"] == first.draft.files["refused.csv"]
    assert release_show.rebuild(listed, first.out).said == first.said
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2027-05-06")
    assert release_show.rebuild(listed, first.out).said == first.said
    later = build(listed, LIST, at(seq=2), tmp_path / "later")
    found = names(later.out)
    assert "宁波第30食品有限公司" in found
    assert "宁波第1食品有限公司" not in found


def test_an_older_known_does_not_bring_back_what_was_repaired_since(listed: Store, tmp_path: Path) -> None:
    commit(listed, 2, [hold(1, "repaired", "2026-01-01", seq=2)])
    with pytest.raises(StateError) as error:
        build(listed, LIST, at(seq=1), tmp_path / "out")
    assert error.value.code == "state.use_ended"
    assert list(tmp_path.iterdir()) == []
    (failed,) = [line for line in ReleaseStore(listed.home).noted() if line["what"] == "failed"][-1:]
    assert (failed["step"], failed["list"], failed["code"]) == ("build", LIST, "state.use_ended")
    commit(listed, 3, [hold(5, "repaired", "2026-01-01", seq=3)])  # covers a refused record only
    build(listed, LIST, at(seq=2), tmp_path / "out")


def test_use_is_judged_on_the_use_day_and_removal_on_the_valid_day(listed: Store, tmp_path: Path) -> None:
    past = build(listed, LIST, at("2026-11-22"), tmp_path / "past")
    found = names(past.out)
    assert "宁波第13食品有限公司" in found  # removed on the next day
    assert "宁波第3食品有限公司" in found  # the last day of its term
    assert "宁波第15食品有限公司" not in found  # repaired since, so not to be shown any more
    assert past.said["counts"]["removed"] == 0


def test_a_statement_closed_in_known_is_gone(listed: Store, tmp_path: Path) -> None:
    commit(listed, 2, [], closed=[listing(1)])
    now = build(listed, LIST, at(seq=2), tmp_path / "now")
    assert "宁波第1食品有限公司" not in names(now.out)
    assert now.said["counts"] == {"entries": 5, "refused": 11, "removed": 1, "held": 1}


def test_the_draft_names_hashes_versions_and_days(listed: Store, tmp_path: Path) -> None:
    result = build(listed, LIST, at("2026-11-20"), tmp_path / "out")
    said = result.said
    assert (said["seq"], said["valid"], said["use"]) == (1, "2026-11-20", "2026-11-23")
    assert (said["release"], said["number"], said["predecessor"], said["maker"]) == ("2026Q4", 1, None, "王经办")
    assert said["issuers"] == ["宁波市北仑区市场监督管理局"]
    assert said["definitions"] == [{"source": "seriouslisting", "version": "seriouslisting-v1"}]
    assert {"entries.jsonl", "refused.csv", "delta.jsonl", "keys.jsonl"} <= set(said["files"])
    assert release_show.show(result.out).said == said
    rid = release_id(rules_on(LIST, D("2026-11-20")), at("2026-11-20"))
    run = listed.read("read/run", run=rid)[0]["run"]
    assert {name: run[name] for name in ("list", "seq", "valid", "use", "policy", "program", "sha256", "entries")} == {
        "list": LIST,
        "seq": 1,
        "valid": D("2026-11-20"),
        "use": TODAY,
        "policy": said["policy"]["sha256"],
        "program": said["program"],
        "sha256": said["judged"],
        "entries": said["counts"]["entries"],
    }


def test_an_incomplete_batch_is_refused(listed: Store, tmp_path: Path) -> None:
    commit(listed, 2, [listing(40, seq=2)], finish=False)
    with pytest.raises(StateError) as error:
        build(listed, LIST, at(), tmp_path / "out")
    assert error.value.code == "state.batch_open"
    assert list(tmp_path.iterdir()) == []


def test_the_future_and_an_unknown_list_are_refused(store: Store, tmp_path: Path) -> None:
    commit(store, 1, [])
    for name, point, code in (
        (LIST, at("2026-11-24"), "usage.future"),
        (LIST, at(use=D("2026-11-24")), "usage.future"),
        ("blacklist", at(), "usage.bad_value"),
    ):
        with pytest.raises(UsageError) as error:
            build(store, name, point, tmp_path / "out")
        assert error.value.code == code
    for period, code in (("2027Q1", "usage.future"), ("2026Q5", "usage.bad_value"), ("2026-Q3", "usage.bad_value")):
        with pytest.raises(UsageError) as error:
            release_draft.build(store, LIST, period, at(), tmp_path / "out", maker="王经办")
        assert error.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_what_lies_there_is_not_overwritten(listed: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert build(listed, LIST, at(), out).unchanged is False  # an empty folder is taken
    assert build(listed, LIST, at(), out).unchanged is True
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    file = tmp_path / "file"
    file.write_text("x")
    partial = tmp_path / "other.partial"
    partial.mkdir()
    (partial / "notes.txt").write_text("mine")
    for point, place in ((at("2026-11-20"), out), (at(), file), (at(), tmp_path / "other")):
        with pytest.raises(StateError) as error:
            build(listed, LIST, point, place)
        assert error.value.code == "state.release_exists"
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert (partial / "notes.txt").read_text() == "mine"


def test_what_a_killed_build_left_is_replaced(listed: Store, tmp_path: Path) -> None:
    partial = tmp_path / "out.partial"
    partial.mkdir()
    (partial / "entries.jsonl").write_text("half")
    result = build(listed, LIST, at(), tmp_path / "out")
    assert release_show.show(result.out).said == result.said
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_can_not_be_written_is_a_clear_error(listed: Store, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(StateError) as error:
        build(listed, LIST, at(), blocked / "out")
    assert error.value.code == "state.cannot_write"


def test_a_graph_that_gives_something_else_is_found_out(listed: Store, tmp_path: Path) -> None:
    first = build(listed, LIST, at(), tmp_path / "first")
    close_statements(listed, [listing(1)], seq=1)
    with pytest.raises(StateError) as error:
        build(listed, LIST, at(), tmp_path / "second")
    assert error.value.code == "state.release_differs"
    with pytest.raises(StateError) as error:
        release_show.rebuild(listed, first.out)
    assert error.value.code == "state.release_differs"
    assert not (tmp_path / "second").exists()


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_show_finds_every_altered_file(listed: Store, tmp_path: Path) -> None:
    out = build(listed, LIST, at(), tmp_path / "out").out
    for name in ("draft.json", "entries.jsonl", "refused.csv"):
        data = (out / name).read_bytes()
        (out / name).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        assert _shown(out) in {"input.release_altered", "input.not_a_draft"}
        (out / name).unlink()
        assert _shown(out) in {"input.release_altered", "input.not_a_release"}
        (out / name).write_bytes(data)
    (out / "more.csv").write_text("x")
    assert _shown(out) == "input.release_altered"
    assert _shown(tmp_path / "nowhere") == "input.not_a_release"


def _shown(folder: Path) -> str:
    with pytest.raises(InputError) as error:
        release_show.show(folder)
    return error.value.code


def test_a_name_that_looks_like_a_formula_becomes_text(store: Store, tmp_path: Path) -> None:
    commit(store, 1, [listing(1, name="=HYPERLINK(1)"), listing(2, name="@公司", reason=None)])
    out = build(store, LIST, at(), tmp_path / "out").out
    assert [row["企业名称"] for row in rows(out, "refused.csv")] == ["'@公司"]
    assert [entry["name"] for entry in entries_of(out)] == ["=HYPERLINK(1)"]
