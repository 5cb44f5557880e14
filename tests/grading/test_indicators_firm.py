"""Exact points of what a firm is (企业基础属性信息) and of how it goes (企业动态信息)."""

from __future__ import annotations

from datetime import date
from typing import Any

from graded import YUAN, Case, Firm, check_all, firm, result

FAR = date(9999, 12, 31)


def unsaid(build: Any) -> Any:
    """The same, with no statement expected behind the value."""

    def unnamed(firm: Firm) -> set[str]:
        build(firm)
        return set()

    return unnamed


def changing(field: str, *values: Any, days: tuple[date, ...] = ()) -> Any:
    """The register says one value after the other, from 2015 and then from the days on."""
    starts = [date(2015, 1, 1), *(days or (date(2024 + i, 6, 1) for i in range(len(values) - 1)))]

    def build(firm: Firm) -> set[str]:
        sids = []
        for place, value in enumerate(values):
            end = starts[place + 1] if place + 1 < len(values) else FAR
            more = {field: value} if field != "name" else {}
            name = value if field == "name" else f"第{firm.number}号有限公司"
            sids.append(firm.said.firm(firm.eid, name, key=firm.eid, start=starts[place], end=end, **more).sid)
        return set(sids[1:])

    return build


def reports(**years: dict[str, Any]) -> Any:
    """Annual reports ``y2024={…}``; all of them are expected behind the value."""

    def build(firm: Firm) -> set[str]:
        return {firm.say("AnnualReport", year=int(year[1:]), **content) for year, content in years.items()}

    return build


def losing(*years: int) -> Any:
    """Losses in these years, and a profit in the last; the losses of the last three years are expected."""

    def build(firm: Firm) -> set[str]:
        firm.say("AnnualReport", year=2025, profit=1)
        sids = {year: firm.say("AnnualReport", year=year, profit=-1) for year in years}
        return {sid for year, sid in sids.items() if year > 2022}

    return build


def reports_of(wanted: str, **years: dict[str, Any]) -> Any:
    """Annual reports, of which only the one of the year is expected behind the value."""

    def build(firm: Firm) -> set[str]:
        sids = {year: firm.say("AnnualReport", year=int(year[1:]), **content) for year, content in years.items()}
        return {sids[wanted]}

    return build


def paid(amount: int) -> Any:
    def build(firm: Firm) -> set[str]:
        pid = firm.person()
        return {firm.say("Contribution", holder_name="王", pid=pid, subscribed=100, paid=amount)}

    return build


def permit(until: date, name: str = "食品经营许可证", state: str = "有效") -> Any:
    def build(firm: Firm) -> set[str]:
        told: dict[str, Any] = {"permit_name": name, "state": state, "permitted_until": until}
        return {firm.say("Permit", day=date(2019, 1, 1), end=min(until, FAR), **told)}

    return build


def renewed(firm: Firm) -> set[str]:
    for start, until in ((date(2016, 1, 1), date(2021, 1, 1)), (date(2021, 1, 1), date(2026, 12, 1))):
        firm.say("Permit", day=start, permit_name="食品经营许可证", permitted_until=until)
    return set()


def two_lapsed(firm: Firm) -> set[str]:
    return permit(date(2025, 1, 1))(firm) | permit(date(2026, 11, 22), "药品经营许可")(firm)  # type: ignore[no-any-return]


def branches(count: int) -> Any:
    def build(firm: Firm) -> set[str]:
        more = {"entity_type": "分公司", "parent_code": firm.eid}
        codes = [firm.other(name=f"无关{firm.number}之{number}分公司", **more) for number in range(count)]
        return {s.sid for s in firm.said.statements if s.eid in codes}

    return build


def investments(count: int) -> Any:
    return lambda firm: {firm.holds(firm.other(), firm.eid) for _ in range(count)}


def at_address(text: str) -> Any:
    def build(firm: Firm) -> set[str]:
        sid = firm.register(address=text)
        return {sid} if "集群" in text else set()

    return build


def equity(*days: date) -> Any:
    def build(firm: Firm) -> set[str]:
        return {firm.say("EquityChange", day=day, changed_on=day, holder_name="王") for day in days}

    return build


def shares(kind: str, field: str, count: int) -> Any:
    """So many pledges or freezes within three years, and one before."""

    def build(firm: Firm) -> set[str]:
        day: dict[str, Any] = {field: date(2023, 11, 23)}
        firm.say(kind, **day)
        return {firm.say(kind, **{field: date(2025, 1, 1)}) for _ in range(count)}  # type: ignore[arg-type]

    return build


def arrears(*yuan: int) -> Any:
    return lambda firm: {firm.measure("欠税", amount_due=amount * YUAN, tax_kind=str(amount)) for amount in yuan}


def rated(kind: str, order: str, *levels: tuple[Any, str]) -> Any:
    """Evaluations in time; the last one is expected behind the value."""

    def build(firm: Firm) -> set[str]:
        sids = [
            firm.say("Evaluation", evaluation_kind=kind, rated_level=level, **{order: when}) for when, level in levels
        ]
        return {sids[-1]}

    return build


def guaranteed(yuan: int) -> Any:
    return lambda firm: {firm.say("Guarantee", claim=yuan * YUAN, debtor="某", year=2025)}


CASES = [
    *(
        Case("age", value, points, register={"founded_on": founded})
        for founded, value, points in [
            (date(2026, 1, 1), 0, 40),
            (date(2025, 11, 24), 0, 40),
            (date(2025, 11, 23), 1, 25),
            (date(2023, 11, 24), 2, 25),
            (date(2023, 11, 23), 3, 10),
            (date(2021, 11, 23), 5, 0),
            (date(2021, 12, 1), 4, 10),
            (date(1990, 1, 1), 36, 0),
        ]
    ),
    *(
        Case("capital", yuan * YUAN, points, register={"registered_capital": yuan * YUAN})
        for yuan, points in [(0, 20), (99_999, 20), (100_000, 10), (999_999, 10), (1_000_000, 0), (10**12, 0)]
    ),
    Case("sole_owner", 1, 10, register={"entity_type": "有限责任公司(自然人独资)"}),
    Case("sole_owner", 0, 0, register={"entity_type": "有限责任公司"}),
    Case("hosted_address", 1, 20, at_address("某市某路1号集群注册001号"), register=None),
    Case("hosted_address", 0, 0, at_address("某市某路1号"), register=None),
    Case("branches", 9, 0, branches(9)),
    Case("branches", 10, 10, branches(10)),
    Case("investments", 4, 0, investments(4)),
    Case("investments", 5, 5, investments(5)),
    Case("licence_expired", 0, 0, register={"term_to": date(2026, 11, 23)}),
    Case("licence_expired", 1, 60, register={"term_to": date(2026, 11, 22)}),
    Case("licence_expired", None, 0),
    Case("permits_lapsed", 1, 20, permit(date(2026, 11, 22))),
    Case("permits_lapsed", 0, 0, unsaid(permit(date(2026, 11, 23)))),  # its last day
    Case("permits_lapsed", 0, 0, unsaid(permit(date(2023, 11, 23)))),  # long out of use
    Case("permits_lapsed", 1, 20, permit(date(2023, 11, 24))),
    Case("permits_lapsed", 0, 0, unsaid(permit(date(2026, 1, 1), state="注销"))),
    Case("permits_lapsed", 0, 0, renewed),
    Case("permits_lapsed", 2, 35, two_lapsed),
    *(Case("revoked", int(points > 0), points, register={"state": state}) for state, points in
      [("存续", 0), ("吊销", 300), ("吊销，未注销", 300)]),
    *(
        Case(indicator, value, points, changing(field, *names), register=None)
        for indicator, field in (("representative_changes", "legal_representative"), ("address_changes", "address"))
        for names, value, points in [("王", 0, 0), ("王李", 1, 0), ("王李王", 2, 20), ("王李王赵", 3, 40)]
    ),
    # another spelling of the same is no change
    Case("address_changes", 0, 0, unsaid(changing("address", "某路（1）号", "某路(1)号")), register=None),
    *(
        Case("name_changes", value, points, changing("name", *names), register=None)
        for names, value, points in [("子丑", 1, 0), ("寅卯辰", 2, 10), ("巳午未申", 3, 20)]
    ),
    Case("capital_cut", 1, 20, changing("registered_capital", 100, 70), register=None),
    Case("capital_cut", 0, 0, unsaid(changing("registered_capital", 100, 71)), register=None),
    Case("capital_cut", 0, 0, unsaid(changing("registered_capital", 70, 100)), register=None),
    Case("capital_cut", 2, 40, changing("registered_capital", 100, 60, 30), register=None),
    Case("equity_changes", 2, 0, equity(date(2024, 1, 1), date(2024, 1, 1), date(2025, 1, 1))),
    Case("equity_changes", 3, 10, equity(*(date(2024, month, 1) for month in (1, 2, 3)))),
    Case("equity_changes", 6, 20, equity(*(date(2024, month, 1) for month in range(1, 7)))),
    *(
        Case("paid_in", amount, points, paid(amount))
        for amount, points in [(0, 20), (9, 20), (10, 10), (49, 10), (50, 0), (100, 0)]
    ),
    *(
        Case("debt_ratio", value, points, reports_of("y2025", y2024={"assets": 100, "liabilities": 1000},
                                                     y2025={"assets": 100, "liabilities": value}))
        for value, points in [(79, 0), (80, 25), (99, 25), (100, 50), (900, 50)]
    ),
    Case("debt_ratio", None, 0, unsaid(reports(y2025={"assets": 0, "liabilities": 1000}))),
    *(
        Case("losses", value, points, losing(*years))
        for years, value, points in [((2022,), 0, 0), ((2023,), 1, 10), ((2024, 2025), 2, 25)]
    ),
    Case("losses", 3, 45, losing(2023, 2024, 2025)),
    *(
        Case("loss_depth", profit, points, reports(y2025={"assets": 100, "profit": profit}))
        for profit, points in [(10, 0), (-5, 0), (-6, 15), (-20, 15), (-21, 30), (-300, 30)]
    ),
    *(
        Case("revenue_fall", value, points, reports(y2024={"revenue": 1000}, y2025={"revenue": revenue}))
        for revenue, value, points in [(2000, 0, 0), (501, 49, 0), (500, 50, 15), (200, 80, 30), (0, 100, 30)]
    ),
    # no report of the year before; nothing to fall from
    Case("revenue_fall", None, 0, unsaid(reports(y2023={"revenue": 1000}, y2025={"revenue": 1}))),
    Case("revenue_fall", None, 0, unsaid(reports(y2024={"revenue": 0}, y2025={"revenue": 1}))),
    Case("staff_fall", 50, 10, reports(y2024={"employees": 10}, y2025={"employees": 5})),
    Case("staff_fall", 90, 20, reports(y2024={"employees": 10}, y2025={"employees": 1})),
    Case("zero_reports", 1, 20, reports(y2025={"assets": 0, "revenue": 0})),
    Case("zero_reports", 2, 40, reports(y2024={"assets": 0, "revenue": 0}, y2025={"assets": 0, "revenue": 0})),
    Case("zero_reports", 0, 0, unsaid(reports(y2023={"assets": 0, "revenue": 0}, y2025={"assets": 0}))),
    *(Case("guarantees", yuan * YUAN, points, guaranteed(yuan))
      for yuan, points in [(9_999_999, 0), (10_000_000, 10), (100_000_000, 30)]),
    *(Case("equity_frozen", count, points, shares("EquityFreeze", "frozen_on", count))
      for count, points in [(1, 30), (2, 30), (3, 50)]),
    *(Case("equity_pledged", count, points, shares("EquityPledge", "pledged_on", count))
      for count, points in [(1, 0), (2, 10), (5, 20)]),
    Case("tax_arrears", YUAN, 40, arrears(1)),
    Case("tax_arrears", 1_000_000 * YUAN, 70, arrears(400_000, 600_000)),
    Case("tax_abnormal", 1, 80, lambda firm: {firm.measure("纳税非正常户")}),
    Case("tax_credit", 0, 0, rated("纳税信用", "year", (2024, "D"), (2025, "A"))),
    Case("tax_credit", 1, 30, rated("纳税信用", "year", (2025, "C"))),
    Case("tax_credit", 2, 60, rated("纳税信用", "year", (2024, "A"), (2025, "D"))),
    Case("tax_credit", None, 0, unsaid(rated("纳税信用", "year", (2022, "D")))),
]  # fmt: skip
WITHOUT: set[str] = set()


def test_every_case() -> None:
    assert check_all(CASES) == []


def test_a_change_before_the_window_does_not_count() -> None:
    said = firm(start=date(1990, 1, 1), end=date(2000, 1, 1), key="b")
    said.firm(
        "91330200AAAAAAAAAA", "甲有限公司", key="a", address="一号", start=date(2000, 1, 1), end=date(2023, 11, 23)
    )
    said.firm(
        "91330200AAAAAAAAAA", "甲有限公司", key="a", address="二号", start=date(2023, 11, 23), end=date(2023, 11, 24)
    )
    last = said.firm("91330200AAAAAAAAAA", "甲有限公司", key="a", address="三号", start=date(2023, 11, 24))
    assert result(said, "address_changes")[:3] == (1, 0, {last.sid})


def test_paid_in_is_unknown_where_an_amount_is_missing() -> None:
    said = firm()
    said.say("Contribution", "91330200AAAAAAAAAA", "1", holder_name="王", pid="k1", subscribed=100, paid=0)
    said.say("Contribution", "91330200AAAAAAAAAA", "2", holder_name="李", pid="k2", subscribed=100)
    assert result(said, "paid_in")[:3] == (None, 0, set())


def test_the_view_names_its_statement() -> None:
    said = firm()
    assert result(said, "age")[:3] == (16, 0, {said.statements[0].sid})
