"""A record as a sentence: the day is that of the fact."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credit_graph.grading.sentences import record_facts
from credit_graph.model.time import DAY_MIN

PUBLISHED, DUE = date(2014, 10, 1), date(2038, 3, 24)


def told(**content: Any) -> tuple[str | None, str]:
    record = {"kind": "Contribution", "valid_from": DAY_MIN, "holder_name": "乙有限公司", **content}
    facts = record_facts(record)
    return facts["day"], facts["text"]


@pytest.mark.parametrize(
    ("content", "day", "text"),
    [
        (
            {"subscribed": 100, "contributed_on": DUE, "published_on": PUBLISHED},
            "2014-10-01",
            "2014-10-01 出资信息：乙有限公司，应缴日期 2038-03-24",
        ),
        (
            {"subscribed": 100, "paid": 0, "contributed_on": DUE, "valid_from": date(2015, 1, 2)},
            "2015-01-02",
            "2015-01-02 出资信息：乙有限公司，应缴日期 2038-03-24",
        ),
        ({"subscribed": 100, "contributed_on": DUE}, None, "出资信息：乙有限公司，应缴日期 2038-03-24"),
        ({"paid": 100, "contributed_on": PUBLISHED}, "2014-10-01", "2014-10-01 出资信息：乙有限公司"),
        ({"subscribed": 100, "valid_from": PUBLISHED}, "2014-10-01", "2014-10-01 出资信息：乙有限公司"),
    ],
)
def test_the_day_on_which_capital_is_due_is_not_that_of_the_record(
    content: dict[str, Any], day: str | None, text: str
) -> None:
    assert told(**content) == (day, text)
