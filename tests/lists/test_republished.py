"""The release of a municipal 黑榜 that only re-publishes: developers on the national list; on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from credit_graph.jobs import release_show
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.store import Store
from facts import D, commit, fact
from releases import build, entries_of

TODAY = D("2026-11-23")
LIST = "real_estate_blacklist"


def firm(number: int, industry: str, reason: str = "组织虚假交易", listed: str = "2025-03-01") -> list[Statement]:
    """An invented firm with an entry on the list of serious violations."""
    code = f"91621002MA0000{number:04d}"
    day = D(listed)
    entry = fact(
        *("SeriousListing", f"s{number}", code),
        start=day,
        listing_id=f"ILL{number}",
        credit_code=code,
        name=f"庆原第{number}置业有限公司",
        listed_on=day,
        reason=reason,
        listed_by="庆原市市场监督管理局",
    )
    return [fact("Registration", f"r{number}", code, credit_code=code, state="存续", industry_code=industry), entry]


def test_only_developers_that_stand_on_the_national_list_are_shown(
    store: Store, env: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())
    firms = [
        *firm(1, "7010"),
        *firm(2, "5211"),  # no developer
        *firm(3, ""),  # of no industry that is known
        *firm(4, "7010", reason="拖欠工程款"),  # no ground of the order: the city can't make it one
        *firm(5, "7010", listed="2022-03-01"),  # its term is over
    ]
    commit(store, 1, firms)
    point = Point(1, TODAY, TODAY)
    built = build(store, LIST, point, tmp_path / "out")
    [entry] = entries_of(tmp_path / "out")
    assert {name: entry[name] for name in ("name", "credit_code", "basis", "last_day")} == {
        "name": "庆原第1置业有限公司",
        "credit_code": "91621002MA00000001",
        "basis": "《市场监督管理严重违法失信名单管理办法》（国家市场监督管理总局令第44号）第九条",
        "last_day": "2028-03-01",
    }
    assert "listed_by" not in entry
    assert built.said["counts"] == {"entries": 1, "refused": 2, "removed": 0, "held": 0}
    assert built.said["refused_by_reason"] == {"ground_unknown": 1, "term_over": 1}
    assert (built.said["list"], built.said["documents"][0]["number"]) == (LIST, "国家市场监督管理总局令第44号")
    assert built.said["issuers"] == ["庆原市市场监督管理局"]
    assert release_show.rebuild(store, tmp_path / "out").said == built.said
