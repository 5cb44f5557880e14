"""Each score of the links of a city, beside a simple baseline, with the counts that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pandas as pd

from credit_graph.evaluation import found as product
from credit_graph.evaluation.scores import average_precision, bcubed, precision_at, rates
from credit_graph.evaluation.truth import Truth
from credit_graph.links.compute import Links
from credit_graph.links.holders import BY_NAME
from credit_graph.links.person_score import PLACE, by_name, by_name_and_phone, score
from credit_graph.projection import Projection, normal_name

SHOWN = 5  # examples of what differs
FIRST = 100  # of the ranked candidates, fewer where fewer were planted


@dataclass(frozen=True, slots=True)
class Measure:
    """A score between 0 and 1; ``baselines``: what simple means reach; ``counts``: what it is made of;
    ``differing``: the first examples of what is not as it should be."""

    name: str
    value: float
    baselines: dict[str, float]
    counts: dict[str, int]
    differing: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged: a truth, the projection of its city, and the links that the product found in it.

    ``line``: the part of a company from which somebody is its owner, by the rule of the day.
    """

    truth: Truth
    projection: Projection
    links: Links
    found: product.Found
    line: Fraction | None


def control(case: Case) -> Iterator[Measure]:
    """Nearest and ultimate controller of the companies of which the files decide them."""
    truth, found, names = case.truth, case.found.controllers, case.found.names
    companies = truth.control_decided & (truth.seen.held.keys() | found.keys())
    simple = product.largest_holders(case.links.holdings, names)
    counts = {"controlled": len(companies & truth.controllers.keys()), "companies": len(truth.seen.held)}
    for place, name in enumerate(("control_nearest", "control_ultimate")):
        true, answer, base = ({c: pair[place] for c, pair in a.items()} for a in (truth.controllers, found, simple))
        answer, base = (
            {c: names.meant(node, [true[c]] if c in true else []) for c, node in a.items()} for a in (answer, base)
        )
        yield _same(name, companies, answer, true, {"largest_holder": base}, counts)


def owners(case: Case) -> Iterator[Measure]:
    """Natural persons who own at least the line, of the companies of which the files decide them: all or nothing."""
    if case.line is None:
        return  # no rule was in force on the day
    truth, names = case.truth, case.found.names
    companies = truth.owners_decided(case.line)
    true, found = _sets(truth.owners(case.line)), _sets(case.found.owners)
    direct = _sets(product.direct_owners(case.links.holdings, names, case.line))
    counts = {"owners": sum(len(true.get(code, ())) for code in companies), "companies": len(truth.seen.held)}
    found, direct = (
        {c: sorted(names.meant(node, true.get(c, ())) for node in nodes) for c, nodes in a.items()}
        for a in (found, direct)
    )
    yield _same("owners", companies, found, true, {"direct_holders": direct}, counts)


def _same(
    name: str,
    codes: Set[str],
    found: Mapping[str, Any],
    true: Mapping[str, Any],
    baselines: Mapping[str, Mapping[str, Any]],
    counts: dict[str, int],
) -> Measure:
    """The share of the firms for which the answer is the true one."""
    wrong = [code for code in sorted(codes) if found.get(code) != true.get(code)]
    total = max(len(codes), 1)
    return Measure(
        name,
        (len(codes) - len(wrong)) / total if codes else 1.0,
        {of: sum(base.get(code) == true.get(code) for code in codes) / total for of, base in baselines.items()},
        {"right": len(codes) - len(wrong), "decided": len(codes), **counts},
        [{"code": code, "found": found.get(code), "true": true.get(code)} for code in wrong[:SHOWN]],
    )


def holders(case: Case) -> Iterator[Measure]:
    """Holders given by name only that were taken for a firm."""
    rows = case.truth.holdings[case.truth.holdings["kind"] == "firm"]
    true = set(zip(rows["company"], rows["holder_code"], strict=True))
    rows = rows[rows["shown"] & rows["decided"]]
    decided = set(zip(rows["company"], rows["holder_code"], strict=True))
    named = case.links.holdings[case.links.holdings["match"].isin(BY_NAME)]
    found = set(zip(named["eid"], named["holder"], strict=True))
    simple = product.exactly_named(case.projection)
    right, recalled, base, base_recalled = (
        rates(answer, against) for answer in (found, simple) for against in (true, decided)
    )
    yield Measure(
        "holder_precision",
        right.precision,
        {"exact_name": base.precision},
        {"right": right.right, "found": right.found},
        _pairs(found - true),
    )
    yield Measure(
        "holder_recall",
        recalled.recall,
        {"exact_name": base_recalled.recall},
        {"right": recalled.right, "decided": recalled.true},
        _pairs(decided - found),
    )


def persons(case: Case) -> Iterator[Measure]:
    """Persons taken for one across firms: pairs of mentions of which at least one is without an ID."""
    truth, told = case.truth, case.found.mentions
    same = case.links.persons
    label = told["pid"].map(lambda pid: same.get(pid, pid))
    rows = told.assign(label=label, normal=told["name"].map(normal_name)).sort_values([*PLACE, "label"])
    places = rows.drop_duplicates(PLACE).set_index(PLACE)["label"]
    phones = case.projection.phones.rename(columns={"eid": "code"})
    found = score(truth.mentions, truth.pairs, places)
    simple = {"exact_name": by_name(truth.mentions), "name_and_phone": by_name_and_phone(truth.mentions, phones)}
    base = {name: score(truth.mentions, truth.pairs, labels) for name, labels in simple.items()}
    yield Measure(
        "person_precision",
        found.precision,
        {name: one.precision for name, one in base.items()},
        {"right": found.right, "wrong": found.wrong, "undecided_right": found.beyond},
    )
    yield Measure(
        "person_recall",
        found.recall,
        {name: one.recall for name, one in base.items()},
        {"right": found.right, "decided": found.decidable},
    )
    yield Measure(
        "person_wrongly_merged",
        found.wrongly_merged,
        {name: one.wrongly_merged for name, one in base.items()},
        {"wrong": found.wrong_undecidable, "undecided": found.undecidable},
    )


def groups(case: Case) -> Measure:
    """Control groups by B-cubed, over all firms that hold or are held in truth."""
    truth, rows = case.truth, case.truth.holdings
    shown = set(truth.firms.loc[truth.firms["shown"], "code"])
    firms = sorted((set(rows["company"]) | set(rows.loc[rows["kind"] == "firm", "holder_code"])) & shown)
    true = [truth.groups[code] for code in firms]
    head = case.found.groups
    simple = product.components_of_majority(case.links.majority)
    result = bcubed([head.get(code, code) for code in firms], true)
    base = bcubed([simple.get(code, code) for code in firms], true)
    sizes = pd.Series(true).value_counts()
    counts = {"firms": len(firms), "groups": len(sizes), "of_several": int((sizes > 1).sum())}
    return Measure("groups", result.f1, {"majority_components": base.f1}, counts)


def reborn(case: Case, ranked: pd.DataFrame) -> Iterator[Measure]:
    """Firms that came back under another name.

    ``ranked``: old, new, score, status, core, of :func:`credit_graph.links.reborn_data.scored`. Every planted
    pair counts as right; to be found are those that the files decide.
    """
    true = {(pair["old"], pair["new"]) for pair in case.truth.reborn}
    decided = {(pair["old"], pair["new"]) for pair in case.truth.reborn if pair["decided"]}
    found = list(zip(ranked["old"], ranked["new"], strict=True))
    right = [pair in true for pair in found]
    # a candidate against which something speaks comes after all the others
    score = ranked["score"].to_numpy(float) + 1e6 * (ranked["status"] == "reborn").to_numpy(float)
    name = ranked["core"].to_numpy(float)
    first = min(FIRST, len(decided))
    hits = round(precision_at(score, right, first) * first)
    yield Measure(
        "reborn_precision",
        precision_at(score, right, first) if first else 1.0,
        {"name_similarity": precision_at(name, right, first) if first else 1.0},
        {"right": hits, "first": first, "decided": len(decided)},
        [{"old": old, "new": new} for (old, new), ok in zip(found[:first], right, strict=False) if not ok][:SHOWN],
    )
    yield Measure(
        "reborn_pr_auc",
        average_precision(score, right, len(decided)),
        {"name_similarity": average_precision(name, right, len(decided))},
        {"right": sum(right), "found": len(found), "decided": len(decided)},
        [{"old": old, "new": new} for old, new in sorted(decided - set(found))][:SHOWN],
    )


def _sets(found: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for company, who in sorted(found):
        result.setdefault(company, []).append(who)
    return result


def _pairs(found: set[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"company": company, "holder": holder} for company, holder in sorted(found)[:SHOWN]]
