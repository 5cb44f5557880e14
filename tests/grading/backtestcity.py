"""A few hundred firms in small groups whose risk is shared, as statements: what a backtest should find is planted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from credit_graph.grading.backtest.compare import Frozen
from credit_graph.grading.backtest.outcomes import Sample, drawn, everybody
from credit_graph.grading.backtest.rules import BacktestRules, backtest_policy
from credit_graph.grading.grade import grade
from credit_graph.grading.policy import grading_policy
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from credit_graph.model.statement import Statement
from credit_graph.projection import Projection
from handmade import Said, projection_of

AT, UNTIL, EARLIER = date(2025, 6, 30), date(2026, 6, 30), date(2024, 6, 30)
RULES: BacktestRules = backtest_policy().on(AT)


def code(number: int) -> str:
    return f"9133020{number:011d}"


@dataclass
class Planted:
    """``bad``: per group whether its firms violate; firm number -> group by ``// size``."""

    said: Said
    bad: np.ndarray[tuple[int], np.dtype[np.bool_]]
    size: int

    def on(self, day: date, until: date | None = None) -> Projection:
        """As known on the day: what begins later is not said yet."""
        known: list[Statement] = [s for s in self.said.statements if s.valid_from <= (until or day)]
        return projection_of(known, until or day, valid=until or day)

    def frozen(self, day: date, until: date, sample: str = "drawn") -> Frozen:
        projection = self.on(day)
        found = links(projection, link_policy())
        graded = grade(projection, found, grading_policy("general", day)[0])
        known = self.on(day, until)
        if sample == "all":
            return Frozen(projection, found, graded, everybody(known, RULES, day, until, graded.firms.index))
        return Frozen(projection, found, graded, drawn(known, RULES, day, until))

    def past(self) -> Sample:
        return drawn(self.on(AT), RULES, EARLIER, AT)


def planted(groups: int = 150, size: int = 3, seed: int = 1, share: float = 0.3) -> Planted:
    """One person holds and represents all firms of a group; a bad group's firms are punished more, before and after.

    Every source records what it says on the day of it.
    """
    draw, after = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    said, bad = Said(), draw.random(groups) < share
    for firm in range(groups * size):
        group = firm // size
        _firm(said, firm, group, f"{chr(0x4E00 + group)}{chr(0x5E00 + firm % size)}有限公司")
        risk = 0.45 if bad[group] else 0.04
        for number, day in enumerate((date(2023, 9, 1), date(2024, 9, 1), date(2025, 3, 1))):
            if draw.random() < risk * 0.5:
                when = day + timedelta(days=int(draw.integers(0, 100)))
                tell(said, "Case", "penalty_published", firm, f"{number}", when, decided_on=when)
        if after.random() < risk * 0.5:
            when = date(2025, 9, 1) + timedelta(days=int(after.integers(0, 100)))
            tell(said, "Case", "penalty_published", firm, "after", when, decided_on=when)
        for year in (2024, 2025):
            inspect(said, firm, year, bool(draw.random() < risk), draw)
    return Planted(said, bad, size)


def tell(said: Said, kind: str, source: str, firm: int, key: str, day: date, **content: Any) -> None:
    """A statement that begins, and was recorded, on the day."""
    made = said.say(kind, code(firm), f"{firm}-{key}", source=source, start=day, **content)
    said.statements[-1] = made.again(recorded_on=day)


def _firm(said: Said, firm: int, group: int, name: str) -> None:
    day, person = date(2012, 1, 1), f"王{chr(0x4E00 + group)}"
    register = {"credit_code": code(firm), "name": name, "entity_type": "有限责任公司", "state": "存续"}
    register |= {"currency": "人民币", "legal_representative": person}
    days = {"registered_capital": 100_000_000, "founded_on": day, "approved_on": day}
    tell(said, "Registration", "registration", firm, "r", day, pid=f"k{group}", **register, **days)
    held = {"pid": f"k{group}", "holder_name": person, "subscribed": 100_000_000}
    tell(said, "Contribution", "subscribed_contribution", firm, "c", day, **held)


def inspect(said: Said, firm: int, year: int, found: bool, draw: np.random.Generator) -> None:
    """A draw of that year's second half, by chance alone or with a probability by class."""
    day = date(year, 8, 1) + timedelta(days=int(draw.integers(0, 120)))
    random = bool(draw.random() < 0.5)
    content = {"random_arm": random, "draw_probability": 50_000 if random else 200_000}
    result = "发现问题责令改正" if found else "未发现问题"
    tell(said, "Inspection", "inspection", firm, f"{year}", day, inspected_on=day, result=result, **content)
