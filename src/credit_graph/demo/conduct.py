"""What the firms of an invented city do, and what of it is recorded: reports, checks, cases, listings, complaints.

A hidden quality (frailty) of whoever controls a firm, shared by all his firms and lasting, and a part of its own drive
everything. A violation is recorded only where somebody looked: an inspection finds it, or a complaint leads to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from credit_graph.demo.cells import Days, Mask, stream
from credit_graph.demo.control import Control, control
from credit_graph.demo.population import BRANCH, COMPANY, FIRST_YEAR, HOUSEHOLD, NEVER, OWN_ADDRESS
from credit_graph.demo.words import TRADES
from credit_graph.demo.world import World

Events = dict[str, npt.NDArray[Any]]  # columns of equal length; ``firm`` and ``day`` in all
Floats = npt.NDArray[np.float64]

# strengths of what is planted; truth/parameters.json tells them
QUALITY_OWN, QUALITY_CONTROLLER = 0.8, 0.6  # weights in the quality that drives reports, payments and listings
MISS, MISS_QUALITY, LATE = -4.5, -1.5, 0.45  # log-odds of not reporting in time; share of these that report later
# log-odds of a violation in a year: of everybody, per unit of the firm's own part and of the controller's, and after
# one in the control group. The controller's variance is a hundred times the firm's own: who violates goes on to
VIOLATION, OWN, CONTROLLER, GROUP = -2.0, -0.5, -5.0, 0.8
RANDOM_ARM = 0.10  # drawn at random, whatever the firm: 3 % are the least (企业公示信息抽查办法)
GRADED = (0.10, 0.20, 0.40, 0.80)  # drawn by class A to D
FOUND, CASE_AFTER_CHECK, CASE_AFTER_COMPLAINT = 0.9, 0.55, 0.25

NOT_REPORTED, NOT_PUBLISHED, FALSE, UNREACHABLE = range(4)
# how often each cause is, with unreported ones as the measure: 67.2, 1.9, 0.1 and 30.8 in a hundred listings
CAUSES = (67.2, 1.9, 0.1, 30.8)

RANDOM, BY_CLASS, DIRECTED, COMPLAINED = range(4)  # how a check came about
NO_PROBLEM, CORRECTED, REFUSED, NOT_FOUND, PENDING = range(5)  # its result


def odds(x: Floats) -> Floats:
    """Probability of log-odds."""
    return 1 / (1 + np.exp(-x))


@dataclass
class Conduct:
    """All events up to the last day, in order of time within each sort."""

    world: World

    @cached_property
    def control(self) -> Control:
        """Who controls whom, of the whole truth."""
        return control(self.world)

    @cached_property
    def quality(self) -> Floats:
        """Hidden quality per firm: a part of its own, a part of whoever controls or runs it."""
        return QUALITY_OWN * self.own + QUALITY_CONTROLLER * self.of_controller

    @cached_property
    def own(self) -> Floats:
        """The firm's own part."""
        return stream(self.world.seed, "quality").standard_normal(len(self.world.firms))

    @cached_property
    def of_controller(self) -> Floats:
        """The part of the person at the top; of a ring or an outside owner, of the nearest firm's representative."""
        firms, found = self.world.firms, self.control
        person = np.where(found.root >= found.firms, found.root - found.firms, -1)
        outside = person >= found.persons
        person = np.where((person < 0) | outside, firms.operator, person)
        return self.world.people.quality[person]

    @cached_property
    def reports(self) -> Events:
        """Annual reports owed since 2017, ``day`` of filing (none: never filed), ``year``, ``paper``."""
        return _yearly(self.world, _reports(self))

    @cached_property
    def violations(self) -> Mask:
        """Per year since 2018 and firm whether it violates something, seen or not."""
        return _violations(self)

    @cached_property
    def complaints(self) -> Events:
        """Complaints and tips (投诉举报): ``tip``, ``case``: whether a case came of it."""
        return _yearly(self.world, _complaints(self))

    @cached_property
    def inspections(self) -> Events:
        """Checks with ``way``, ``chance`` of having been drawn (NaN: directed), ``result``."""
        return _yearly(self.world, _inspections(self))

    @cached_property
    def cases(self) -> Events:
        """Decided cases of the bureau: from checks and complaints, and those of other departments (``other``)."""
        return _cases(self)

    @cached_property
    def listings(self) -> Events:
        """Listings (经营异常名录) with ``cause``, ``until`` the removal; ``marks`` are those of households."""
        return _listings(self)

    def lost(self, year: int) -> Days:
        """Per firm the day of the year on which it is listed as not to be found."""
        listings = self.listings
        mine = (listings["cause"] == UNREACHABLE) & (
            listings["day"].astype("datetime64[Y]") == np.datetime64(f"{year}")
        )
        result = np.full(len(self.world.firms), NEVER)
        result[listings["firm"][mine]] = listings["day"][mine]
        return result


def years(world: World) -> range:
    """The years of record."""
    return range(FIRST_YEAR, world.until.year + 1)


def first(year: int, month: int = 1, day: int = 1) -> np.datetime64:
    """A day of a year."""
    return np.datetime64(f"{year:04d}-{month:02d}-{day:02d}")


def spread(day: np.datetime64 | Days, low: int, high: int, draw: np.random.Generator, count: int) -> Days:
    """Days some time after another."""
    result: Days = day + draw.integers(low, high, count)
    return result


def gather(parts: Iterable[Events]) -> Events:
    """Events of several sorts one after the other."""
    found = list(parts)
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}


def _yearly(world: World, of_year: Callable[[int], Events]) -> Events:
    events = gather(of_year(year) for year in years(world))
    order = np.lexsort((events["firm"], events["day"]))
    return {name: column[order] for name, column in events.items()}


def _reports(conduct: Conduct) -> Callable[[int], Events]:
    """The reports of the year before, filed in the year; a firm reports first in the year after its founding."""
    world, firms = conduct.world, conduct.world.firms
    draw = stream(world.seed, "reports")
    lax = np.array([trade.lax for trade in TRADES])[firms.trade]
    count = len(firms)

    def of_year(year: int) -> Events:
        owed = np.flatnonzero((firms.founded < first(year)) & ~(firms.ended <= first(year, 7, 1)))
        late = draw.random(count) < odds(MISS + MISS_QUALITY * conduct.quality + lax)
        ever = draw.random(count) < LATE
        day = first(year) + (180 * draw.beta(3.2, 1.3, count)).astype(int)
        after = first(year, 7, 15) + draw.integers(0, 260, count)
        day = np.where(late, np.where(ever, after, NEVER), day)
        day[(day > world.last) | (firms.ended <= day)] = NEVER
        paper = (firms.kind == HOUSEHOLD) & (draw.random(count) < 0.45) & ~late
        return {"firm": owed, "day": day[owed], "year": np.full(len(owed), year - 1), "paper": paper[owed]}

    return of_year


def _violations(conduct: Conduct) -> Mask:
    """Log-odds from both qualities; after a violation in the control group those beside it follow more often."""
    world, firms = conduct.world, conduct.world.firms
    draw = stream(world.seed, "violations")
    base = VIOLATION + OWN * conduct.own + CONTROLLER * conduct.of_controller
    root = conduct.control.root
    result = np.zeros((len(years(world)), len(firms)), dtype=bool)
    tainted = np.zeros(int(root.max()) + 1, dtype=bool)
    for place, year in enumerate(years(world)):
        chance = odds(base + GROUP * tainted[root])
        result[place] = (draw.random(len(firms)) < chance) & firms.alive(first(year, 7, 1))
        tainted[:] = False
        tainted[root[result[place]]] = True
    return result


def _complaints(conduct: Conduct) -> Callable[[int], Events]:
    """More of shops that sell to people, and of those that violate something."""
    world, firms = conduct.world, conduct.world.firms
    draw = stream(world.seed, "complaints")
    retail = np.array([0.09 if trade.food else 0.05 if trade.shops > 4 else 0.02 for trade in TRADES])[firms.trade]

    def of_year(year: int) -> Events:
        wrong = conduct.violations[year - FIRST_YEAR]
        rate = retail * np.exp(-0.3 * conduct.quality) * np.where(wrong, 2.5, 0.8)
        count = draw.poisson(np.where(firms.alive(first(year, 7, 1)), rate, 0))
        firm = np.repeat(np.arange(len(firms)), count)
        day = np.maximum(spread(first(year), 0, 365, draw, len(firm)), firms.founded[firm] + 1)
        keep = (day <= world.last) & ~(firms.ended[firm] <= day)
        case = wrong[firm] & (draw.random(len(firm)) < CASE_AFTER_COMPLAINT)
        tip = draw.random(len(firm)) < 0.25
        return {"firm": firm[keep], "day": day[keep], "tip": tip[keep], "case": case[keep]}

    return of_year


def visible_class(conduct: Conduct, day: np.datetime64) -> npt.NDArray[np.int64]:
    """A class 0 (A) to 3 (D) per firm by what the offices know on the day, as the province might give it."""
    firms = conduct.world.firms
    rate = np.zeros(len(firms))
    listings = conduct.listings
    standing = (listings["day"] <= day) & ~(listings["until"] <= day)
    np.add.at(rate, listings["firm"][standing], 2.0)
    reports = conduct.reports
    silent = (reports["year"] == int(str(day)[:4]) - 2) & np.isnat(reports["day"])
    np.add.at(rate, reports["firm"][silent], 1.0)
    rate += (firms.hosting != OWN_ADDRESS) * 0.5 + ((day - firms.founded).astype(int) < 730) * 0.5
    return np.searchsorted([0.5, 2.0, 3.0], rate, side="right")


def _inspections(conduct: Conduct) -> Callable[[int], Events]:
    """A random arm, draws by class, special campaigns in food, and checks after complaints."""
    world, firms = conduct.world, conduct.world.firms
    draw = stream(world.seed, "inspections")
    food = np.array([trade.food for trade in TRADES])[firms.trade]

    def of_year(year: int) -> Events:
        alive = firms.alive(first(year, 3, 1))
        by_class = np.array(GRADED)[visible_class(conduct, first(year))]
        enterprise = firms.kind != HOUSEHOLD
        complaints = conduct.complaints
        tips = complaints["firm"][
            complaints["tip"] & (complaints["day"].astype("datetime64[Y]") == np.datetime64(str(year)))
        ]
        parts = [
            _checks(conduct, year, np.flatnonzero(alive & (draw.random(len(firms)) < RANDOM_ARM)), RANDOM, draw),
            _checks(
                conduct, year, np.flatnonzero(alive & enterprise & (draw.random(len(firms)) < by_class)), BY_CLASS, draw
            ),
            _checks(conduct, year, np.flatnonzero(alive & food & (draw.random(len(firms)) < 0.08)), DIRECTED, draw),
            _checks(conduct, year, tips, COMPLAINED, draw),
        ]
        parts[0]["chance"][:] = RANDOM_ARM
        parts[1]["chance"][:] = by_class[parts[1]["firm"]]
        return gather(parts)

    return of_year


def _checks(conduct: Conduct, year: int, firm: npt.NDArray[np.int64], way: int, draw: np.random.Generator) -> Events:
    """Checks of these firms: what is wrong is found nine times in ten; who is not found is soon listed for it."""
    world, firms = conduct.world, conduct.world.firms
    count = len(firm)
    day = np.maximum(spread(first(year, 3, 1), 0, 285, draw, count), firms.founded[firm] + 5)
    lost = conduct.lost(year)[firm] - draw.integers(12, 40, count)
    lost[lost <= firms.founded[firm]] = NEVER
    day = np.where(np.isnat(lost), day, lost)
    keep = (day <= world.last) & ~(firms.ended[firm] <= day)
    firm, day, lost = firm[keep], day[keep], lost[keep]
    count = len(firm)
    wrong = conduct.violations[year - FIRST_YEAR][firm] & (draw.random(count) < FOUND)
    case = draw.random(count) < CASE_AFTER_CHECK
    result = np.where(wrong, np.where(case, PENDING, CORRECTED), NO_PROBLEM)
    result[wrong & (draw.random(count) < 0.03)] = REFUSED
    result[~np.isnat(lost)] = NOT_FOUND
    return {"firm": firm, "day": day, "way": np.full(count, way), "chance": np.full(count, np.nan), "result": result}


def _cases(conduct: Conduct) -> Events:
    """Cases decided some weeks after they began; those of other departments come of their own checks."""
    world, firms = conduct.world, conduct.world.firms
    draw = stream(world.seed, "cases")
    inspections, complaints = conduct.inspections, conduct.complaints
    from_checks = np.flatnonzero(np.isin(inspections["result"], (PENDING, REFUSED)))
    from_complaints = np.flatnonzero(complaints["case"])
    firm = np.concatenate([inspections["firm"][from_checks], complaints["firm"][from_complaints]])
    begun = np.concatenate([inspections["day"][from_checks], complaints["day"][from_complaints]])
    check = np.concatenate([from_checks, np.full(len(from_complaints), -1)])
    others = [
        np.flatnonzero(firms.alive(first(y, 7, 1)) & (draw.random(len(firms)) < 0.005 * np.exp(-0.6 * conduct.quality)))
        for y in years(world)
    ]
    other = np.concatenate([np.zeros(len(firm), dtype=bool), np.ones(sum(map(len, others)), dtype=bool)])
    days = [spread(first(y, 7, 1), 0, 150, draw, len(found)) for y, found in zip(years(world), others, strict=True)]
    firm, begun = np.concatenate([firm, *others]), np.concatenate([begun, *days])
    check = np.concatenate([check, np.full(len(firm) - len(check), -1)])
    day = begun + draw.integers(20, 120, len(firm))
    keep = (day <= world.last) & ~(firms.ended[firm] <= day)
    severe = (draw.random(len(firm)) < 0.03) & ~other
    fine = np.exp(draw.normal(8.6, 1.1, len(firm))).astype(np.int64) // 100 * 100 + 200
    fine = np.where(severe, fine * 10, fine)
    repaired = np.where(draw.random(len(firm)) < 0.35, day + draw.integers(100, 500, len(firm)), NEVER)
    repaired[repaired > world.last] = NEVER
    events = {"firm": firm, "day": day, "begun": begun, "check": check, "other": other, "severe": severe}
    events |= {"fine": fine, "repaired": repaired, "type": draw.integers(0, 1_000, len(firm))}
    events = {name: column[keep] for name, column in events.items()}
    order = np.lexsort((events["firm"], events["day"]))
    return {name: column[order] for name, column in events.items()}


def _listings(conduct: Conduct) -> Events:
    """One listing at a time for a missing report; those of the other causes in their proportion, from July on."""
    world, firms = conduct.world, conduct.world.firms
    draw = stream(world.seed, "listings")
    reports = conduct.reports
    standing = np.full(len(firms), NEVER)  # listed until this day
    parts = []
    for year in years(world):
        due = first(year, 7, 1)
        rows = np.flatnonzero((reports["year"] == year - 1) & ~(reports["day"] <= due))
        rows = rows[due + 14 <= world.last]
        rows = rows[(draw.random(len(rows)) < 0.9) & ~(standing[reports["firm"][rows]] > due)]
        firm = reports["firm"][rows]
        listed = due + draw.integers(1, 15, len(firm))
        filed = reports["day"][rows]
        later = np.where(draw.random(len(firm)) < 0.35, spread(listed, 200, 900, draw, len(firm)), NEVER)
        until = np.where(np.isnat(filed), later, filed + draw.integers(1, 8, len(firm)))
        until = np.where(~np.isnat(until), np.maximum(until, listed + 3), until)
        parts.append({"firm": firm, "day": listed, "cause": np.full(len(firm), NOT_REPORTED), "until": until})
        parts.append(_other_causes(conduct, year, int((firms.kind[firm] != HOUSEHOLD).sum()), draw))
        for part in parts[-2:]:
            np.maximum.at(standing, part["firm"], np.where(np.isnat(part["until"]), first(2199), part["until"]))
    events = gather(parts)
    ended = firms.ended[events["firm"]]
    # a firm that is deregistered leaves the list that day; a revoked one stays on it
    out = (ended <= events["until"]) | (np.isnat(events["until"]) & ~np.isnat(ended))
    events["until"] = np.where(out & (firms.end[events["firm"]] == 1), ended, events["until"])
    events["closed"] = out & (firms.end[events["firm"]] == 1)
    keep = (events["day"] <= world.last) & ~(ended <= events["day"])
    events = {name: column[keep] for name, column in events.items()}
    events["until"] = np.where(events["until"] <= world.last, events["until"], NEVER)
    order = np.lexsort((events["firm"], events["day"]))
    return {name: column[order] for name, column in events.items()}


def _other_causes(conduct: Conduct, year: int, measure: int, draw: np.random.Generator) -> Events:
    """Listings of enterprises for the other three causes, in proportion to those for a missing report."""
    firms = conduct.world.firms
    able = np.flatnonzero(firms.alive(first(year)) & (firms.kind >= COMPANY) & (firms.kind != BRANCH))
    weight = np.exp(-0.7 * conduct.quality[able]) * np.where(firms.hosting[able] != OWN_ADDRESS, 2.5, 1.0)
    counts = [draw.poisson(measure * CAUSES[cause] / CAUSES[0]) for cause in (NOT_PUBLISHED, FALSE, UNREACHABLE)]
    total = min(sum(counts), len(able) // 2)
    firm = draw.choice(able, total, replace=False, p=weight / weight.sum()) if total else np.array([], dtype=np.int64)
    cause = np.repeat([NOT_PUBLISHED, FALSE, UNREACHABLE], counts)[:total]
    day = spread(first(year, 1, 10), 0, 340, draw, total)
    until = np.where(draw.random(total) < 0.45, spread(day, 20, 600, draw, total), NEVER)
    return {"firm": firm, "day": day, "cause": cause, "until": until}
