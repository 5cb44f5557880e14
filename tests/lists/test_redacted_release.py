"""A release passes redaction: secrets planted in any text of a record are in no file; what was held is told."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bytesearch import forms, places
from commandline import CommandLine
from credit_graph.lists.authority import authority_on
from credit_graph.lists.editions.archive import archive_files
from credit_graph.lists.editions.draft import Draft
from credit_graph.lists.editions.drafting import Asked, draft_files
from credit_graph.lists.editions.public import public_edition
from credit_graph.lists.policy import list_policy
from credit_graph.lists.release import Known, judge_list, rules_on
from credit_graph.model.fields import FieldType
from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS
from credit_graph.model.time import DAY_MAX, Point
from credit_graph.store import Store
from facts import D, commit, fact
from releases import PlainKeys, PlainSigner, build

POINT = Point(1, D("2026-11-23"), D("2026-11-23"))
CODE = "91330206MA7LDB042M"
GROUNDS = {"SeriousListing": "拒不配合监督检查", "AbnormalListing": "未按照规定的期限公示年度报告"}
LISTS = {"serious_violation": "SeriousListing", "abnormal_operation": "AbnormalListing"}
SECRETS = (
    "13812345678",
    "0574-87654321",
    "330206198001010015",
    "6222021234567894",
    "王秘密",
    "苗苗苗",
    "x@秘密.example.com",
)
PLANTED = "，证人王秘密、苗苗苗13812345678，0574-87654321，330206198001010015，6222021234567894，x@example.com"
TEXT = {FieldType.DAY, FieldType.MONTH, FieldType.AMOUNT, FieldType.YEAR}


def listing(kind: str, number: int, **changes: Any) -> dict[str, Any]:
    """An entry of an invented firm as the graph holds it."""
    return {
        "sid": f"{number:032x}",
        "source": kind.lower(),
        "key": f"k{number}",
        "kind": kind,
        "eid": f"e{number}",
        "listing_id": f"L{number}",
        "name": f"庆原第{number}测试有限公司",
        "credit_code": CODE,
        "listed_on": D("2025-03-01"),
        "listed_by": "庆原市西原区市场监督管理局",
        "reason": GROUNDS[kind],
        "valid_from": D("2025-03-01"),
        "valid_to": DAY_MAX,
        **changes,
    }


def texts(kind: str) -> Iterable[str]:
    return [name for name, field in (SUBJECT_FIELDS | KINDS[kind].fields).items() if field.type not in TEXT]


def planted(kind: str) -> list[dict[str, Any]]:
    """A record for each text field of the kind, with all secrets in it; and two that are clean."""
    clean = [listing(kind, 1), listing(kind, 2, reason="严重违法失信行为")]
    made = [listing(kind, 10 + n, **{name: PLANTED[1:]}) for n, name in enumerate(texts(kind))]
    again = [listing(kind, 50 + n) for n in range(len(made))]
    for record, name in zip(again, texts(kind), strict=True):
        record[name] = str(record.get(name) or "") + PLANTED
    return clean + made + again


@pytest.mark.parametrize(("name", "kind"), LISTS.items())
def test_secrets_planted_in_every_text_are_in_no_file(name: str, kind: str, tmp_path: Path) -> None:
    records = planted(kind)
    persons = {record["eid"]: frozenset({"苗苗苗"}) for record in records}
    listed = judge_list(rules_on(name, POINT.valid), Known(records, persons=persons), POINT)
    asked = Asked("2026Q4", "王经办", "1号", authority_on(POINT.valid), listed.issuers, b"")
    draft = Draft.read(draft_files(listed, asked, lambda: "ab" * 32))
    signs = (PlainSigner(), PlainKeys())
    archive = archive_files(draft, {}, POINT.use, *signs)
    public = public_edition(archive, {str(entry["number"]) for entry in draft.entries}, POINT.use, *signs)
    for folder, files in (("draft", draft.files), ("archive", archive), ("public", public)):
        (tmp_path / folder).mkdir()
        for file, data in files.items():
            (tmp_path / folder / file).write_bytes(data)
    assert {"bulletin.pdf", "bulletin.docx", "entries.xlsx", "entries.parquet"} <= public.keys()
    found = places(tmp_path, [*SECRETS, "王秘密", "138123", "620198001", "222021234", "example"])
    assert found == {}
    outgoing = [field for field in list_policy(name).on(POINT.valid).publishable.fields if field in texts(kind)]
    held = {reason["field"] for row in listed.for_review for reason in row["reasons"]}
    # a name of the authority that does not fit is refused before; so are names without a number of the register
    assert {"name", "credit_code"} <= held <= set(outgoing)
    assert listed.held_by_reason == {"redaction": len(listed.for_review)}
    assert listed.counts["held"] == len(listed.for_review) > 2
    assert sum(listed.counts.values()) == len(records)


def test_the_search_would_find_them(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(PLANTED.encode() + b"".join(forms("x@秘密.example.com")))
    assert set(places(tmp_path, SECRETS)) == set(SECRETS)


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_the_graphs_own_persons_hold_an_entry_and_the_command_tells(
    store: Store,
    env: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")

    def listed(number: int, name: str) -> Any:
        record = listing("SeriousListing", number, name=name)
        kept = {n: v for n, v in record.items() if n in SUBJECT_FIELDS | KINDS["SeriousListing"].fields}
        return fact("SeriousListing", f"k{number}", f"9133020{number}", start=date(2025, 3, 1), **kept)

    statements = [
        listed(1, "庆原苗苗苗水果店"),  # in the firm's own name
        listed(2, "庆原水果有限公司（苗苗苗）"),
        listed(3, "庆原水果有限公司（麻苗苗）公司"),  # nobody's name there
        fact("Office", "o1", "91330201", person_name="苗苗苗"),
        fact("Contribution", "c1", "91330202", holder_name="苗苗苗"),
        fact("Contribution", "c2", "91330203", holder_name="庆原水果有限公司"),
    ]
    commit(store, 1, statements)
    result = build(store, "serious_violation", POINT, tmp_path / "out")
    assert result.said["counts"] == {"entries": 2, "refused": 0, "removed": 0, "held": 1}
    (row,) = result.said["for_review"]
    assert row["sid"] == statements[1].sid
    assert row["reasons"] == [
        {
            "field": "name",
            "title": "企业名称",
            "what": "person",
            "from": 9,
            "to": 12,
            "why": "自然人姓名",
            "basis": "浙江省暂行办法第七条（被处罚人以外的自然人姓名）；姓氏依百家姓及常见姓",
        }
    ]
    shown = CommandLine(monkeypatch, capfd).run("release", "show", str(tmp_path / "out"), "--rebuild")[0]
    assert "1 条待人工核对" in shown
    assert statements[1].sid in shown
    assert "10–12" in shown
    assert "苗苗苗）" not in shown

    # a person has looked: that text may leave, and is held again once the decision is undone
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    command = CommandLine(monkeypatch, capfd)
    who = ("--actor", "周公示", "--role", "publisher", "redact")
    assert "usage.bad_value" in command.run(*who, "pass", row["sid"], "listed_on", "--why", "已核对", status=2)[1]
    assert "usage.bad_value" in command.run(*who, "pass", row["sid"], "name", "--why", " ", status=2)[1]
    command.run(*who, "pass", row["sid"], "name", "--why", "已核对，为企业字号")
    assert "state.text_decided" in command.run(*who, "pass", row["sid"], "name", "--why", "再次", status=6)[1]
    (decided,) = json.loads(command.run("redact", "list", "--json")[0])
    assert (decided["field"], decided["actor"], decided["role"]) == ("name", "周公示", "publisher")
    after = build(store, "serious_violation", Point(2, POINT.valid, POINT.use), tmp_path / "out2")
    assert (after.said["counts"]["entries"], after.said["for_review"]) == (3, [])
    command.run(*who, "undo", decided["id"], "--why", "误判")
    again = build(store, "serious_violation", Point(3, POINT.valid, POINT.use), tmp_path / "out3")
    assert (again.said["counts"]["entries"], len(again.said["for_review"])) == (2, 1)
