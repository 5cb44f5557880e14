"""Three quarters published, corrected and taken down: what was published is provable, what is gone is gone."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bytesearch import places
from commandline import CommandLine
from credit_graph.errors import AccessError, CreditGraphError, DefinitionError
from credit_graph.jobs import publish, release_draft, release_show, release_store, signing_keys
from credit_graph.jobs import takedown as takedowns
from credit_graph.jobs.audit import entries as audited
from credit_graph.jobs.release_draft import Built
from credit_graph.jobs.release_store import ReleaseStore
from credit_graph.jobs.takedown import takedown
from credit_graph.lists.editions.approvals import Act, countersign, file_name, sign_off
from credit_graph.lists.editions.archive import archive_files
from credit_graph.lists.editions.delta import replay
from credit_graph.lists.editions.draft import Draft
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.lists.editions.signatures import Signer
from credit_graph.lists.editions.verify import verify_files
from credit_graph.model.statement import Statement
from credit_graph.model.time import DAY_MAX, Point
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from facts import D, commit, fact
from flips import missed

LIST = "serious_violation"
BUREAU, WEST, EAST = "庆原市市场监督管理局", "庆原市西原区市场监督管理局", "庆原市东川县市场监督管理局"
WHO: dict[str, Any] = {"actor": "周公示", "role": "publisher"}


def listing(number: int, seq: int = 1, listed: str = "2025-03-01", **changes: Any) -> Statement:
    """An entry of an invented firm; odd ones are of one department, even ones of another."""
    content: dict[str, Any] = {
        "listing_id": f"ILL{number:04d}",
        "credit_code": f"91621002MA0000{number:04d}",
        "name": f"庆原第{number}食品有限公司",
        "listed_on": D(listed),
        "reason": "组织虚假交易",
        "listed_by": WEST if number % 2 else EAST,
    } | changes
    code = f"91621002MA0000{number:04d}"
    end = content.get("removed_on") or DAY_MAX
    return fact("SeriousListing", f"k{number}", code, seq, start=D(listed), end=end, **content)


def hold(number: int, reason: str, start: str, seq: int) -> Statement:
    said: dict[str, Any] = {"held_source": "seriouslisting", "held_key": f"k{number}", "reason": reason}
    code = f"91621002MA0000{number:04d}"
    channels = "public,departments"
    return fact("Hold", f"{number}{reason}", code, seq, start=D(start), source="bureau", channels=channels, **said)


class Bureau:
    """A bureau with its keys and those of two departments, and its releases."""

    def __init__(self, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.folder, self.monkeypatch = store, folder, monkeypatch
        self.releases = ReleaseStore(store.home)
        self.today("2026-01-01")
        signing_keys.new_bureau_key(store.home, BUREAU, D("2026-01-01"))
        self.keys = {WEST: Signer.new(), EAST: Signer.new()}
        for name, key in self.keys.items():
            signing_keys.add_department(store.home, key.public, name, D("2026-01-01"))

    def today(self, day: str) -> None:
        self.monkeypatch.setenv("CREDIT_GRAPH_TODAY", day)

    def draft(self, period: str, today: str, seq: int, **asked: Any) -> Built:
        self.today(today)
        point = Point(seq, release_draft.valid_day(period, None), D(today))
        out = self.folder / f"{period}-{seq}-{today}"
        return release_draft.build(self.store, LIST, period, point, out, **{"maker": "王经办"} | asked)

    def sign(self, built: Built, *names: str) -> Built:
        history = KeyHistory.read((built.out / "keys.jsonl").read_bytes())
        for name in names or (WEST, EAST):
            act = Act(name, f"{name}负责人", D(built.said["use"]))
            self.approve(built, name, sign_off(built.draft, act, self.keys[name], history))
        return built

    def approve(self, built: Built, name: str, data: bytes) -> None:
        (built.out / "approvals").mkdir(exist_ok=True)
        (built.out / "approvals" / file_name(name)).write_bytes(data)

    def publish(self, built: Built) -> publish.Published:
        return publish.publish(self.store, built.out, **WHO)

    def shown(self, release: str) -> set[str]:
        lines = self.releases.public(LIST, release)["entries.jsonl"].splitlines()
        return {str(json.loads(line)["name"]) for line in lines}


@pytest.fixture
def bureau(store: Store, env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return Bureau(store, tmp_path, monkeypatch)


def firms(*numbers: int) -> set[str]:
    return {f"庆原第{number}食品有限公司" for number in numbers}


def of_entry(archive: dict[str, bytes], number: int) -> list[str]:
    """What must not be found of an entry that is not shown: name, code, salt, statement."""
    entries = [json.loads(line) for line in archive["entries.jsonl"].splitlines()]
    (entry,) = [entry for entry in entries if entry["credit_code"] == f"91621002MA0000{number:04d}"]
    return [entry[name] for name in ("name", "credit_code", "salt", "sid")]


def test_three_quarters_and_what_is_taken_down(bureau: Bureau) -> None:
    store, releases = bureau.store, bureau.releases
    made = [listing(number) for number in range(1, 7)]
    commit(store, 1, made, source="seriouslisting")
    first = bureau.publish(bureau.sign(bureau.draft("2026Q1", "2026-04-08", 1)))
    assert (first.head.number, first.head.size, first.head.predecessor) == (1, 6, None)
    assert bureau.shown("2026Q1") == firms(1, 2, 3, 4, 5, 6)

    # repaired in May: gone from that day on, though no new release was made
    commit(store, 2, [hold(1, "repaired", "2026-05-10", 2)], source="bureau")
    bureau.today("2026-05-09")
    assert [view.as_json() for view in takedown(store, **WHO)] == [
        {"list": LIST, "release": "2026Q1", "shown": 6, "taken_down": [], "back": []}
    ]
    bureau.today("2026-05-10")
    assert [view.as_json() for view in takedown(store, **WHO)] == [
        {"list": LIST, "release": "2026Q1", "shown": 5, "taken_down": ["1"], "back": []}
    ]
    assert takedown(store, **WHO)[0].down == ()
    assert bureau.shown("2026Q1") == firms(2, 3, 4, 5, 6)

    # corrected, closed, added; and released by a countersigned document of one department
    renamed = replace(listing(2, 3, name="庆原新名食品有限公司"), n=2)
    commit(store, 3, [renamed, listing(7, 3)], [made[1], made[2]], source="seriouslisting")
    second = bureau.sign(bureau.draft("2026Q2", "2026-07-08", 3), WEST)
    act = Act(EAST, "吴二", D("2026-07-08"))
    bureau.approve(second, EAST, countersign(second.draft, act, "东市监会签〔2026〕1号", b"scan"))
    bureau.today("2026-07-09")
    assert [(view.release, view.shown, view.down) for view in bureau.publish(second).views] == [
        ("2026Q2", 5, ()),
        ("2026Q1", 3, ("2", "3")),
    ]
    assert bureau.shown("2026Q1") == firms(4, 5, 6)
    assert bureau.shown("2026Q2") == firms(4, 5, 6, 7) | {"庆原新名食品有限公司"}

    gone = replace(listing(5, 4, removed_on=D("2026-09-01"), removal_reason="期限届满"), n=2)
    commit(store, 4, [gone], [made[4]], source="seriouslisting")
    third = bureau.publish(bureau.sign(bureau.draft("2026Q3", "2026-10-08", 4)))
    assert (third.head.number, third.head.predecessor) == (3, "2026Q2")
    assert releases.releases(LIST) == ["2026Q1", "2026Q2", "2026Q3"]

    check_archives(bureau)
    check_public(bureau)
    names = releases.releases(LIST)
    folders = [*(releases.archive(LIST, name) for name in names), *(releases.public(LIST, name) for name in names)]
    assert missed(folders, 10_000) == []


def check_archives(bureau: Bureau) -> None:
    """Each verifies, is the former and its delta byte for byte, and is made again from its draft."""
    former = b""
    reasons: list[set[tuple[str, str]]] = []
    for release in bureau.releases.releases(LIST):
        archive = bureau.releases.archive(LIST, release)
        verified = verify_files(archive)
        assert replay(former, archive["delta.jsonl"]) == archive["entries.jsonl"]
        former = archive["entries.jsonl"]
        lines = [json.loads(line) for line in archive["delta.jsonl"].splitlines()]
        reasons.append({(line["change"], line["reason"]) for line in lines})
        names = [name for name in archive if name.startswith("approvals/")]
        draft = Draft.read({name: archive[name] for name in ("draft.json",)} | _draft_files(bureau, release))
        approvals = {name.removeprefix("approvals/"): archive[name] for name in names}
        day = date.fromisoformat(verified.head.published_on)
        history = KeyHistory.read(archive["keys.jsonl"])
        signer = signing_keys.bureau_signer(bureau.store.home, day)
        assert archive_files(draft, approvals, day, signer, history) == archive
        assert release_show.rebuild(bureau.store, bureau.releases.archive_folder(LIST, release)).kind == "archive"
    assert reasons == [
        {("added", "listed")},
        {("added", "listed"), ("changed", "corrected"), ("removed", "held:repaired"), ("removed", "gone")},
        {("removed", "removed")},
    ]


def _draft_files(bureau: Bureau, release: str) -> dict[str, bytes]:
    (folder,) = bureau.folder.glob(f"{release}-*")
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def check_public(bureau: Bureau) -> None:
    """What is not shown is nowhere in any public byte; what is shown verifies against the signed head."""
    gone: list[str] = []
    for release, numbers in (("2026Q1", (1, 2, 3, 5)), ("2026Q2", (5,))):
        archive = bureau.releases.archive(LIST, release)
        gone += [value for number in numbers for value in of_entry(archive, number)]
    gone = [value for value in gone if value != "91621002MA00000002"]  # under its new name it still stands
    assert len(gone) == 4 * 5 - 1
    assert places(bureau.releases.folder / "public", gone) == {}
    (bureau.folder / "all").mkdir()
    for name, data in bureau.releases.archive(LIST, "2026Q1").items():
        (bureau.folder / "all" / name.replace("/", "_")).write_bytes(data)
    found = places(bureau.folder / "all", gone)  # the search would find them, and in every file
    assert set(found) == set(gone)
    tables = {f"entries.{kind}" for kind in ("csv", "xlsx", "jsonl", "parquet")}
    assert found["庆原第1食品有限公司"] == {*tables, "bulletin.html", "bulletin.docx", "bulletin.pdf", "delta.jsonl"}
    for release in bureau.releases.releases(LIST):
        files = bureau.releases.public(LIST, release)
        verified = verify_files(files)
        shown = {"2026Q1": (2, 4), "2026Q2": (4, 1), "2026Q3": (4, 0)}[release]
        assert (verified.entries, verified.removed) == shown
    lines = [json.loads(line) for line in bureau.releases.public(LIST, "2026Q2")["delta.jsonl"].splitlines()]
    assert sorted(line["change"] for line in lines) == ["added", "changed", "removed", "removed"]
    assert {tuple(sorted(line)) for line in lines if line["change"] == "removed"} == {("change", "leaf")}


def failing(work: Callable[[], Any]) -> str:
    with pytest.raises(CreditGraphError) as error:
        work()
    return error.value.code


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_fails_is_recorded_and_harmless_and_what_was_cut_short_goes_on(bureau: Bureau) -> None:
    store, releases = bureau.store, bureau.releases
    commit(store, 1, [listing(1), listing(2)], source="seriouslisting")
    built = bureau.draft("2026Q1", "2026-04-08", 1)
    assert failing(lambda: bureau.publish(built)) == "state.approvals_missing"
    bureau.sign(built)
    with pytest.raises(AccessError):
        publish.publish(store, built.out, actor="王", role="analyst")
    with releases.lock(LIST):
        assert failing(lambda: bureau.publish(built)) == "state.busy"
        assert failing(lambda: bureau.draft("2026Q1", "2026-04-08", 1)) == "state.busy"

    def full(path: Path, data: bytes, mode: int = 0o600) -> None:
        if path.name == "leaves.txt":
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_bytes(data)

    with bureau.monkeypatch.context() as patch:
        patch.setattr(release_store, "write_whole", full)
        assert failing(lambda: bureau.publish(built)) == "state.cannot_write"
    assert (releases.lists(), releases.archived(LIST)) == ([], [])
    with bureau.monkeypatch.context() as patch:  # killed after archive and public edition
        patch.setattr(ReleaseStore, "put_latest", _killed)
        with pytest.raises(KeyboardInterrupt):
            bureau.publish(built)
    assert (releases.lists(), releases.archived(LIST)) == ([], ["2026Q1"])
    archive = releases.archive(LIST, "2026Q1")
    bureau.today("2026-04-09")
    assert bureau.publish(built).head.published_on == "2026-04-08"
    assert (releases.releases(LIST), releases.archive(LIST, "2026Q1")) == (["2026Q1"], archive)
    assert failing(lambda: bureau.publish(built)) == "state.published"
    failed = [(line["step"], line["code"]) for line in releases.noted() if line["what"] == "failed"]
    assert failed == [
        ("publish", "state.approvals_missing"),
        ("publish", "state.busy"),
        ("build", "state.busy"),
        ("publish", "state.cannot_write"),
        ("publish", "state.published"),
    ]

    # two drafts of one quarter: the one that is published first makes the other stale
    again = bureau.sign(bureau.draft("2026Q1", "2026-04-10", 1))
    assert (again.said["release"], again.said["notice_number"]) == ("2026Q1-2", "庆市监公〔2026〕2号")
    assert [entry["salt"] for entry in again.draft.entries] == [
        json.loads(line)["salt"] for line in archive["entries.jsonl"].splitlines()
    ]  # nothing that is said changed
    other = bureau.sign(bureau.draft("2026Q1", "2026-04-11", 1))
    bureau.publish(again)
    assert failing(lambda: bureau.publish(other)) == "state.draft_stale"
    assert (
        failing(lambda: bureau.draft("2026Q2", "2026-04-11", 1, number=" 庆市监公〔2026〕1号")) == "state.number_used"
    )
    assert failing(lambda: bureau.draft("2025Q4", "2026-04-11", 1)) == "state.later_release"
    forged = bureau.sign(bureau.draft("2026Q1", "2026-04-12", 1))
    (forged.out / "draft.json").write_bytes(forged.draft.files["draft.json"].replace("王经办".encode(), b"X"))
    assert failing(lambda: bureau.publish(forged)) == "state.draft_unknown"
    # a list that nothing carries any more shows nobody; with rules that can't be read, what is shown stays, and is told
    for error, found in (
        (DefinitionError("policy.invalid", path="x", why="y"), {"error": "policy.invalid"}),
        (DefinitionError("policy.no_basis"), {"shown": 0, "taken_down": ["1", "2"], "back": []}),
    ):
        with bureau.monkeypatch.context() as patch:
            patch.setattr(takedowns, "rules_on", partial(_raising, error))
            told = [view.as_json() for view in takedown(store, **WHO)]
        assert told == [{"list": LIST, "release": release} | found for release in ("2026Q1", "2026Q1-2")]
        assert bureau.shown("2026Q1") == (firms(1, 2) if "error" in found else set())
    assert [view.back for view in takedown(store, **WHO)] == [("1", "2")] * 2
    assert [line["action"] for line in audited(store.home)].count("publish") == 3  # one could not be written


def _raising(error: CreditGraphError, *_: object) -> None:
    raise error


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_the_commands(bureau: Bureau, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    command = CommandLine(monkeypatch, capfd)
    load_or_create(bureau.store.settings, bureau.store)
    commit(bureau.store, 1, [listing(1), listing(3)], source="seriouslisting")
    bureau.today("2026-10-08")
    out, key = bureau.folder / "draft", bureau.folder / "west.pem"
    key.write_bytes(bureau.keys[WEST].as_pem())
    key.chmod(0o600)
    command.run("--actor", "王经办", "release", "build", LIST, "--period", "2026Q3", "--out", str(out))
    approve = ("release", "approve", str(out), "--department", WEST, "--key", str(key))
    with monkeypatch.context() as patch:  # on the department's machine there is nothing but the folder
        patch.setenv("CREDIT_GRAPH_HOME", str(bureau.folder / "nowhere"))
        for more, code in (
            (("--by", "王经办"), "state.maker_approves"),
            (("--by", " "), "usage.bad_value"),
        ):
            assert command.run(*approve, *more, status=2 if code.startswith("usage") else 6)[1].split()[0] == code
        wrong = ("release", "approve", str(out), "--department", EAST, "--key", str(key), "--by", "吴二")
        assert command.run(*wrong, status=6)[1].split()[0] == "state.not_an_issuer"
        scan = bureau.folder / "scan.pdf"
        number = ("--number", "西市监会签〔2026〕1号", "--scan", str(scan), "--by", "周一", "--on")
        paper = ("release", "countersign", str(out), "--department", WEST, *number)
        assert command.run(*paper, "2026-10-08", status=3)[1].split()[0] == "input.not_found"
        scan.write_bytes(b"scan")
        assert command.run(*paper, "2026-10-09", status=2)[1].split()[0] == "usage.future"
        command.run(*paper, "2026-10-08")
        (approved,) = (out / "approvals").iterdir()
        assert json.loads(approved.read_bytes())["document"]["number"] == "西市监会签〔2026〕1号"
        command.run(*approve, "--by", "周一")
        assert json.loads(approved.read_bytes())["document"] is None
        assert not (bureau.folder / "nowhere").exists()
    assert command.run("release", "publish", str(out), status=7)[1].split()[0] == "access.denied"
    publisher = ("--actor", "周公示", "--role", "publisher", "release")
    done = json.loads(command.run(*publisher, "publish", str(out), "--json")[0])
    assert (done["release"], done["size"], done["views"][0]["shown"]) == ("2026Q3", 2, 2)
    commit(bureau.store, 2, [hold(3, "repaired", "2026-11-01", 2)], source="bureau")
    bureau.today("2026-11-01")
    assert json.loads(command.run(*publisher, "takedown", "--json")[0]) == [
        {"list": LIST, "release": "2026Q3", "shown": 1, "taken_down": ["2"], "back": []}
    ]
    (row,) = json.loads(command.run("release", "list", "--json")[0])
    assert (row["release"], row["size"], row["shown"], row["day"]) == ("2026Q3", 2, 1, "2026-11-01")
    public = bureau.releases.public_folder(LIST, "2026Q3")
    assert "2026Q3 (公开版本)" in command.run("release", "show", str(public))[0]
    # a damaged archive is told, and a damaged public edition made anew
    (public / "entries.csv").write_bytes(b"x")
    assert json.loads(command.run(*publisher, "takedown", "--json")[0])[0]["shown"] == 1
    verify_files(bureau.releases.public(LIST, "2026Q3"))
    # an erasure says which archives still name it; the public editions lose it
    sid = json.loads(bureau.releases.archive(LIST, "2026Q3")["entries.jsonl"].splitlines()[0])["sid"]
    erase = ("erase", sid, "--basis", "测试", "--by", "甲", "--second", "乙", "--json")
    assert json.loads(command.run(*erase)[0])["archives"] == [f"{LIST} 2026Q3"]
    assert json.loads(command.run(*publisher, "takedown", "--json")[0])[0]["taken_down"] == ["1"]
    before = (bureau.releases.archive_folder(LIST, "2026Q3") / "refused.csv").read_bytes()
    (bureau.releases.archive_folder(LIST, "2026Q3") / "refused.csv").write_bytes(b"x")
    assert command.run(*publisher, "takedown", status=3)[1].split()[0] == "input.release_altered"
    assert not public.exists()  # who of it may be shown can't be told
    assert json.loads(command.run("release", "list", "--json")[0])[0]["shown"] is None
    (bureau.releases.archive_folder(LIST, "2026Q3") / "refused.csv").write_bytes(before)
    assert json.loads(command.run(*publisher, "takedown", "--json")[0])[0]["shown"] == 0
    verify_files(bureau.releases.public(LIST, "2026Q3"))
