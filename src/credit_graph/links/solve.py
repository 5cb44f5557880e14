"""``credit-graph solve``: the definitions that a case may name, each as a function from the case to its result.

What the platform runs is called here (control, groups, ownership, rings); :mod:`credit_graph.links.reference` has the
definitions for comparison. Fractions are written as "9/25", sets as sorted lists. Under ``control`` no data rule is
applied (own shares vote, blanks count nothing, sums over 100 % stand); each rule's answer has a key of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

import numpy as np

from credit_graph.errors import DefinitionError
from credit_graph.links import reference, solve_paths
from credit_graph.links.beneficial import Criterion, beneficial_owners
from credit_graph.links.cases import Case
from credit_graph.links.charts import Chart, chart, decimal, pairs, percent, text
from credit_graph.links.closure import closure, largest_minority
from credit_graph.links.exact import ExactOwnership
from credit_graph.links.forest import ControlForest, Status, control_forest
from credit_graph.links.groups import groups
from credit_graph.links.policy import LinkRules, link_policy
from credit_graph.links.rings import Rings, rings
from credit_graph.links.stakes import Ids, Stakes
from credit_graph.text import joined, t

Result = dict[str, object]
Pairs = set[tuple[int, int]]

_LATEST = date(9999, 12, 30)  # the law in force now, where a case names no day
FALLBACK = "criterion 3 (actual control) or senior managing official"
MOST_NODES = 200
_ALPHAS = ("0", "1/2")


def solve(case: Case) -> Result:
    """The result of a case.

    Raises ``InputError("input.case")`` for an unknown definition, a chart too large for exact fractions, a bad value.
    """
    if case.definition not in DEFINITIONS:
        known = joined(sorted(DEFINITIONS))
        case.fail("definition", t(f"没有“{case.definition}”；可用：{known}", f"no “{case.definition}”; known: {known}"))
    if len(case.nodes) > MOST_NODES:
        case.fail("nodes", t(f"最多 {MOST_NODES} 个", f"at most {MOST_NODES}"))
    return DEFINITIONS[case.definition](case)


def rules_of(case: Case) -> LinkRules:
    """The link policy on the day ``params.valid`` of the case, by default the one in force now."""
    try:
        day = date.fromisoformat(str(case.params.get("valid", _LATEST)))
    except ValueError:
        case.fail("params.valid", "YYYY-MM-DD")
    try:
        return link_policy().on(day)
    except DefinitionError as error:  # before the first law
        case.fail("params.valid", str(error))


def controlled(
    case: Case, holdings: Stakes, ruled: Ids | None, *, use_faults: bool = False, possible: bool = False
) -> Pairs:
    """(x, y): x controls y. By the forest; with sums over 100 % in use, or for what is possible, one by one."""
    half = rules_of(case).majority.at_exactly_half
    everyone = range(holdings.n)
    if use_faults or possible:
        found = (
            closure(holdings, x, at_exactly_half=half, ruled=ruled, use_faults=use_faults, possible=possible)
            for x in everyone
        )
        return {(x, y) for x, inside in zip(everyone, found, strict=True) for y in inside}
    forest = control_forest(holdings, at_exactly_half=half, ruled=ruled)
    return {(x, y) for x in everyone for y in forest.controlled(x)}


def _raw(found: Chart) -> Pairs:
    holdings = found.stakes(own_shares_vote=True, infer_residual=False)
    return controlled(found.case, holdings, found.ruled(), use_faults=bool(found.over_100))


def _forest(found: Chart) -> tuple[Stakes, ControlForest]:
    """What the platform says: own shares taken off, the only blank filled, faults set aside."""
    holdings = found.stakes()
    half = rules_of(found.case).majority.at_exactly_half
    return holdings, control_forest(holdings, at_exactly_half=half, ruled=found.ruled())


def control(case: Case) -> Result:
    """Control and the rules for own shares, blanks, faults and joint holders, each for itself."""
    found = chart(case)
    names, ruled, use_faults = found.names, found.ruled(), bool(found.over_100)
    raw = _raw(found)
    plain = found.stakes(own_shares_vote=True, infer_residual=False)
    no_own = controlled(case, found.stakes(infer_residual=False), ruled, use_faults=use_faults)
    residual = controlled(case, found.stakes(own_shares_vote=True), ruled, use_faults=use_faults)
    possible = controlled(case, plain, ruled, use_faults=use_faults, possible=True)
    held = {y for _, y in raw}
    largest = {y: largest_minority(plain, y) for y in range(len(names)) if y not in held}
    return {
        "control": pairs(names, raw),
        "control_votes_exclude_self": pairs(names, no_own),
        "control_with_residual": pairs(names, residual),
        "control_normalised": pairs(names, reference.control_normalised(len(names), found.weights())),
        "control_if_merged": _merged(found),
        "possible_control": pairs(names, possible - raw),
        "ultimate": ultimate(names, raw),
        "relative_largest": {names[y]: names[h] for y, h in largest.items() if h is not None},
        "missing": missing(found),
        "over_100": [names[y] for y in found.over_100],
        "integrated": {pair: decimal(share) for pair, share in integrated_shares(found).items()},
    }


def ultimate(names: Sequence[str], control_pairs: Pairs) -> dict[str, list[str]]:
    """Company -> its ultimate controllers: those whom nobody controls that they don't control; else its ring."""
    found: dict[str, list[str]] = {}
    for y in sorted({y for _, y in control_pairs}):
        above = {x for x, z in control_pairs if z == y} | {y}
        top = [x for x in above if all((x, w) in control_pairs for w in above if (w, x) in control_pairs)]
        found[names[y]] = sorted(names[x] for x in top)
    return found


def _merged(found: Chart) -> Result:
    parties = found.parties()
    numbers = [[found.number[name] for name in party] for party in parties]
    names = [*found.names, *("+".join(party) for party in parties)]
    holdings = found.stakes(own_shares_vote=True, infer_residual=False, parties=numbers)
    ruled = np.concatenate([found.ruled(), np.full(len(parties), -1, np.int32)])
    for at, party in enumerate(numbers):
        ruled[np.isin(ruled, party)] = len(found.names) + at
    merged = controlled(found.case, holdings, ruled, use_faults=bool(found.over_100))
    return {"merge": [list(party) for party in parties], "control": pairs(names, merged)}


def missing(found: Chart) -> dict[str, int | float]:
    """Company -> percent that no listed holder has; companies with blanks or without holders are left out."""
    blank = {y for _, y, pct in found.rows if pct is None}
    listed = found.listed()
    held = sorted({y for _, y, _ in found.rows} - blank)
    return {found.names[y]: percent(100 - listed[y]) for y in held if listed[y] < 100}


def _ownership(found: Chart) -> tuple[Stakes, Rings, ExactOwnership]:
    holdings = found.stakes()
    circular = rings(holdings)
    return holdings, circular, ExactOwnership(holdings, circular, use_faults=True)


def integrated_shares(found: Chart) -> dict[str, Fraction]:
    """ "holder>company" -> integrated ownership, by name; with what comes back to a company on a cycle."""
    holdings, _, solver = _ownership(found)
    shares: dict[tuple[int, int], Fraction] = {}
    for y in range(len(found.names)):
        shares |= {(h, y): share for h, share in (solver.owned(y) or {}).items()}
    for y in np.flatnonzero(holdings.own > 0).tolist():
        # own shares come back at once; the columns have them taken off
        itself = Fraction(int(holdings.own[y]), int(holdings.own[y] + holdings.capital[y]))
        shares[y, y] = itself + (1 - itself) * shares.get((y, y), Fraction(0))
    return {f"{found.names[h]}>{found.names[y]}": share for (h, y), share in sorted(shares.items()) if share}


def integrated(case: Case) -> Result:
    """Integrated ownership: corrected, and as other definitions have it; rings without outside owners."""
    found = chart(case)
    names, n = found.names, len(found.names)
    _, circular, _ = _ownership(found)
    closed = [[names[m] for m in part] for part in circular.lists() if circular.closed[part[0]]]
    closed += [[names[h]] for h, y, pct in found.rows if h == y and pct == 100]
    weights = found.weights(infer_residual=True)
    naive = reference.naive(n, weights)
    return {
        "corrected": {pair: text(share) for pair, share in integrated_shares(found).items()},
        "corrected_bfs": _by_name(names, reference.bfs(n, weights)),
        "naive": None if naive is None else _by_name(names, naive),
        "singular": naive is None,
        "closed_sccs": sorted(closed),
        "control": pairs(names, _raw(found)),
        "ubo25": _ubo(found)[0],
        "missing": missing(found),
    }


def _by_name(names: Sequence[str], found: dict[tuple[int, int], Fraction]) -> dict[str, str]:
    return {f"{names[h]}>{names[y]}": text(share) for (h, y), share in sorted(found.items())}


def _ubo(found: Chart) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Per company its beneficial owners by equity, and those by control alone."""
    names = found.names
    holdings, forest = _forest(found)
    rule = rules_of(found.case).beneficial or link_policy().on(_LATEST).beneficial
    assert rule is not None
    rows = beneficial_owners(holdings, forest, found.flags("person"), rule.line)
    equity: dict[str, list[str]] = {name: [] for name, company in zip(names, found.is_company, strict=True) if company}
    by_control: dict[str, list[str]] = {}
    for y, person, criteria in zip(rows.company.tolist(), rows.person.tolist(), rows.criteria.tolist(), strict=True):
        if criteria & Criterion.EQUITY:
            equity[names[y]].append(names[person])
        elif criteria & Criterion.CONTROL:
            by_control.setdefault(names[y], []).append(names[person])
    return equity, by_control


def ubo(case: Case) -> Result:
    """Beneficial owners (受益所有人) by equity; by control those whom equity misses; what is left if there is none."""
    found = chart(case)
    equity, by_control = _ubo(found)
    nobody = [name for name, persons in equity.items() if not persons and name not in by_control]
    return {
        "ubo25": equity,
        "ubo_control": by_control,
        "fallback": FALLBACK if nobody else None,
        "integrated": {pair: decimal(share) for pair, share in integrated_shares(found).items()},
    }


def group(case: Case) -> Result:
    """Control groups of companies, cut at the state; companies that two hold half and half."""
    found = chart(case)
    names = found.names
    _, forest = _forest(found)
    head = groups(forest, found.flags("state"))
    members: dict[int, list[str]] = {}
    for y in np.flatnonzero(found.is_company).tolist():
        members.setdefault(int(head[y]), []).append(names[y])
    joint = np.flatnonzero(forest.status == Status.JOINT).tolist()
    return {
        "control": pairs(names, _raw(found)),
        "groups": sorted(members.values()),
        "joint_venture": [names[y] for y in joint],
    }


def scc(case: Case) -> Result:
    """Circular and cross holdings between companies; companies with own shares."""
    found = chart(case)
    own = sorted(found.names[h] for h, y, pct in found.rows if h == y and pct != 0)
    lists = rings(found.stakes(infer_residual=False)).lists()  # a blank holder of whatever is left holds, too
    return {"sccs": sorted([found.names[m] for m in part] for part in lists), "self_loops": own}


def icon(case: Case) -> Result:
    """alpha-ICON for each damping asked for (``params.alpha``); reference only."""
    found = chart(case)
    solved = {}
    for alpha in case.alphas or _ALPHAS:
        shares = reference.icon(len(found.names), found.weights(), case.number("alpha", alpha))
        solved[alpha] = None if shares is None else _by_name(found.names, shares)
    return {"alpha": solved}


def npi(case: Case) -> Result:
    """Network power index; reference only, and only for charts without rings."""
    found = chart(case)
    index = reference.npi(len(found.names), found.weights())
    if index is None:
        case.fail("edges", t("npi 不适用于循环持股或过大的股权结构", "npi takes no rings and no large charts"))
    return {"npi": {found.names[x]: text(value) for x, value in index.items()}}


DEFINITIONS: dict[str, Callable[[Case], Result]] = {
    **solve_paths.DEFINITIONS,
    "control": control,
    "group": group,
    "icon": icon,
    "integrated": integrated,
    "npi": npi,
    "scc": scc,
    "ubo": ubo,
}
