"""What is due and late, by person: order and length of the table."""

from __future__ import annotations

from datetime import date

from credit_graph.jobs.brief_due import counted


def test_who_has_most_late_comes_first_and_the_brief_stays_one_page() -> None:
    today = date(2026, 11, 23)
    late, soon, later = date(2026, 11, 22), date(2026, 11, 30), date(2026, 12, 1)
    found = [
        ("李二", "风险预警", late),
        ("李二", "风险预警", today),
        ("", "风险预警", soon),
        ("张一", "风险预警", later),
    ]
    assert counted(found, today) == [
        ["李二", "风险预警", 2, 1, 1],
        ["（未定责任人）", "风险预警", 1, 1, 0],
        ["张一", "风险预警", 1, 0, 0],
    ]
    many = counted([*found, *((f"人{number}", "风险预警", later) for number in range(6))], today)
    assert (len(many), many[-1]) == (8, ["其余 2 项", "", 2, 0, 0])
    assert counted([], today) == []
