"""The run file is written in parts, so that a province fits into memory: its bytes don't tell how many."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from graded import TODAY, listed_seriously

from credit_graph.grading import runfile
from credit_graph.grading.facts import Facts
from credit_graph.grading.grade import GradeFrame, Grades, grades
from credit_graph.grading.policy import grading_policy
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from handmade import Said, projection_of

FIRMS = [f"9133{number:014d}" for number in range(11)]


@pytest.fixture(scope="module")
def found() -> Grades:
    """Eleven firms under one holder; every third is listed, has penalties, or holds part of the next."""
    said = Said()
    for number, code in enumerate(FIRMS):
        said.firm(code, f"第{number}号有限公司")
        said.say("Contribution", code, f"h{number}", holder_name="某控股", pid="a" * 64, subscribed=60_000_000)
        if number % 3 == 0:
            listed_seriously(said, code, date(2024, 3, 1))
        if number % 3 == 1:
            said.say(
                "Case", code, f"c{number}", start=date(2025, 1, 2), decided_on=date(2025, 1, 2), fine=2_000_000 * number
            )
    projection = projection_of(said.statements, TODAY)
    policy = grading_policy("general", TODAY)[0]
    return grades(Facts(projection, links(projection, link_policy()), policy.reads), policy)


@pytest.mark.parametrize("groups", [1, 2, 3, 100])
def test_bytes_do_not_depend_on_the_number_of_parts(
    found: Grades, groups: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runfile, "ROW_GROUP", 2)
    whole = tmp_path / "whole.parquet"
    table = runfile.table(found, {"seq": 1})
    pq.write_table(table, whole, compression="zstd", row_group_size=2)
    digest = runfile.write(tmp_path, "run", runfile.parts(found, {"seq": 1}, groups))
    assert digest == hashlib.sha256(whole.read_bytes()).hexdigest()
    assert runfile.holds(tmp_path / "run.parquet", table)
    # something of everything is in there: lists of statements of the firm and of others, missing values, direct rules
    rows = runfile.rows(tmp_path / "run.parquet", FIRMS)
    assert [len(rows[code]["direct_statements"]) for code in FIRMS] == [1, 0, 0] * 3 + [1, 0]
    assert {code: len(row["group_serious.path"]) > 0 for code, row in rows.items()} == dict.fromkeys(FIRMS, True)
    assert rows[FIRMS[1]]["penalties.value"] == 1
    assert rows[FIRMS[1]]["lawsuits.value"] is None


def test_a_part_is_graded_like_the_whole(found: Grades) -> None:
    whole = found.part(0, len(found))
    parts: list[GradeFrame] = [found.part(start, start + 4) for start in range(0, len(found), 4)]
    assert [len(part.firms) for part in parts] == [4, 4, 3]
    for name, frame in whole.indicators.items():
        told = [row for part in parts for row in _rows(part, name)]
        assert told == _rows(whole, name), name
        assert frame["points"].sum() == sum(part.indicators[name]["points"].sum() for part in parts)


def _rows(part: GradeFrame, name: str) -> list[tuple[object, ...]]:
    frame = part.indicators[name]
    columns = (frame[column].tolist() for column in ("value", "points"))
    lists = ([tuple(item) for item in frame[column]] for column in ("statements", "path"))
    return list(zip(frame.index, *columns, *lists, strict=True))
