"""The definition ``reborn`` of ``credit-graph solve``: firms of a case by the functions that the platform runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from credit_graph.links.cases import Case, Edge
from credit_graph.links.likeness import Core, bigrams, jaccard
from credit_graph.links.reborn import compare, shared_traces
from credit_graph.links.reborn_policy import RebornRules, reborn_policy
from credit_graph.text import t

_ENDS = ("blacklisted", "revoked", "struck")
_KINDS = {
    "phone": "phone", "email": "email", "address": "address", "domain": "domain", "brand": "domain",
    "trademark": "transfer", "equipment": "transfer",
}  # fmt: skip
# by a part of the relation's name; any other relation of a person makes an executive
_ROLES = {
    "LEGAL": "legal_representative", "SUPERVIS": "supervisor", "CONTROL": "controller", "HOLD": "holder",
    "EMPLOY": "employee",
}  # fmt: skip


def reborn(case: Case) -> dict[str, object]:
    """Whether a firm of the case is the blacklisted one come back, with the features of the likeliest pair."""
    firms = _firms(case)
    old = firms.index[firms["ended"].notna()]
    opened = set(firms.index[firms["opened"].notna()])
    pairs = [(a, b) for a in old for b in firms.index if a != b and b in opened]
    if not pairs:
        case.fail(
            "nodes", t("须有列入或注销的企业和另一家有成立日期的企业", "an ended firm and an opened one are needed")
        )
    rules = _rules(case, firms["ended"].max().date())
    cores = Core(rules.legal_forms, rules.regions)
    shared = shared_traces(old, _traces(case), rules)
    found = compare(firms, pd.DataFrame(pairs, columns=["old", "new"]), shared, rules, cores)
    best = found.sort_values(["order", "score", "old", "new"], ascending=[True, False, True, True]).iloc[0]
    one, other = (bigrams(str(firms.at[best[side], "name"] or "")) for side in ("old", "new"))
    features = {
        "days_after_close": int(best["days_after_close"]),
        "shared_person": int(best["shared_person"]),
        "shared_phone": int(best["shared_phone"]),
        "shared_address": int(best["shared_address"]),
        "same_industry": int(best["same_industry"] is not pd.NA and bool(best["same_industry"])),
        "name_jaccard_bigram": str(jaccard(one, other)),
    }
    return {"features": features, "reborn": best["status"] == "reborn"}


def _rules(case: Case, day: date) -> RebornRules:
    """The rules in force on the day; the parameter ``hub`` goes before their limits."""
    rules = reborn_policy().on(day)
    if case.params.get("hub") is None:
        return rules
    hub = int(case.number("params.hub", case.params["hub"]))
    links = {kind: link.model_copy(update={"limit": hub}) for kind, link in rules.links.items()}
    return rules.model_copy(update={"links": links})


def _firms(case: Case) -> pd.DataFrame:
    rows = []
    for node in case.nodes:
        if node.type == "company":
            day = {key: _day(case, node.id, key, node.properties.get(key)) for key in (*_ENDS, "closed", "opened")}
            ends = [day[key] for key in _ENDS if day[key]] or [day["closed"]]
            told = {key: node.properties.get(key) for key in ("name", "industry")}
            ended = min((end for end in ends if end), default=None)
            rows.append({"eid": node.id, "opened": day["opened"], "closed": day["closed"], "ended": ended, **told})
    frame = pd.DataFrame(rows, columns=["eid", "opened", "closed", "ended", "name", "industry"]).set_index("eid")
    for column in ("opened", "closed", "ended"):
        frame[column] = pd.to_datetime(frame[column])
    return frame


def _day(case: Case, name: str, key: str, value: Any) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return case.fail(f"{name}.{key}", t(f"“{value}”不是日期", f"“{value}” is no day"))


def _traces(case: Case) -> pd.DataFrame:
    rows = [(*row, row[2], (), _firms_of(case, row[2])) for row in sorted({*_direct(case), *_relatives(case)})]
    return pd.DataFrame(rows, columns=["eid", "kind", "key", "label", "sids", "firms"])


def _direct(case: Case) -> Iterator[tuple[str, str, str]]:
    """(company, kind, key) of the relations between a company and something else."""
    types = {node.id: node.type for node in case.nodes}
    for edge in case.edges:
        for firm, other in ((edge.src, edge.dst), (edge.dst, edge.src)):
            kind = _role(edge) if types[other] == "person" else _KINDS.get(types[other])
            if types[firm] == "company" and kind:
                yield firm, kind, other


def _role(edge: Edge) -> str:
    name = edge.type.upper()
    return next((kind for part, kind in _ROLES.items() if part in name), "executive")


def _relatives(case: Case) -> Iterator[tuple[str, str, str]]:
    """The same for relations between two persons: what ties the firms of the one to those of the other."""
    types = {node.id: node.type for node in case.nodes}
    persons = [(firm, key) for firm, _, key in _direct(case) if types[key] == "person"]
    for edge in case.edges:
        if types[edge.src] == types[edge.dst] == "person":
            family = "+".join(sorted((edge.src, edge.dst)))
            yield from ((firm, "relative", family) for firm, person in persons if person in (edge.src, edge.dst))


def _firms_of(case: Case, key: str) -> float:
    """How many firms have the address, phone or person, where the case says so."""
    degrees = [node.properties.get("degree") for node in case.nodes if node.id == key]
    known = [case.number(f"{key}.degree", degree) for degree in degrees if degree is not None]
    return float(known[0]) if known else 0.0
