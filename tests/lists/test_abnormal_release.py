"""A release of 经营异常名录, a list without a term: the files, from records as the graph holds them. No engine."""

from __future__ import annotations

from datetime import date
from typing import Any

from credit_graph.lists.release import Known, judge_list, refused_csv, rules_on
from credit_graph.model.time import DAY_MAX, Point

D = date.fromisoformat
POINT = Point(7, D("2026-11-23"), D("2026-11-23"))


def listing(number: int, reason: str, listed: str = "2016-07-08", removed: str | None = None) -> dict[str, Any]:
    """An entry of an invented firm, with the source's own words beside the ground."""
    return {
        "sid": f"s{number}",
        "source": "abnormal_listing",
        "key": f"k{number}",
        "kind": "AbnormalListing",
        "listing_id": f"A{number}",
        "name": f"庆原第{number}测试有限公司",
        "credit_code": f"91621002MA{number:08d}",
        "listed_on": D(listed),
        "listed_by": "庆原市西原区市场监督管理局",
        "reason": reason,
        "removed_on": D(removed) if removed else None,
        "removal_reason": "补报年报" if removed else None,
        "valid_from": D(listed),
        "valid_to": D(removed) if removed else DAY_MAX,
    }


def test_an_entry_stands_until_it_is_removed_however_old_it_is() -> None:
    records = [
        listing(1, "未依照《企业信息公示暂行条例》第八条规定的期限公示年度报告的"),
        listing(2, "通过登记的住所或者经营场所无法联系的，经办人王秘密", listed="2014-10-08"),
        listing(3, "公示企业信息隐瞒真实情况、弄虚作假的", removed="2026-11-23"),
        listing(4, "未按规定的期限公示年度报告", listed="2014-09-30"),
        listing(5, "生产、销售假药"),
        # a 个体工商户 is marked, never listed
        listing(6, "未按照规定的期限公示年度报告") | {"credit_code": "92621021MA00X0031L"},
    ]
    listed = judge_list(rules_on("abnormal_operation", POINT.valid), Known(records), POINT)
    entries = {row["sid"]: row for row in listed.entries}
    assert set(entries) == {"s1", "s2"}
    assert str(entries["s1"]["basis"]).endswith("修订）第六条")
    found = entries["s2"]
    assert (found["ground"], found["last_day"]) == ("通过登记的住所或者经营场所无法联系", None)
    assert str(found["basis"]).endswith("修订）第九条")
    assert listed.counts == {"entries": 2, "refused": 3, "removed": 1, "held": 0}
    assert listed.refused_by_reason == {"ground_unknown": 1, "listed_before": 1, "subject_excluded": 1}
    assert "当事人不属于列入对象：个体工商户只标记经营异常状态，不列入" in str(listed.refused)
    assert "王秘密" not in str(listed.entries) + refused_csv(listed, None).decode()
