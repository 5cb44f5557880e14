"""Concert parties and families (一致行动人): several holders whose votes count as those of one.

Who acts in concert is decided by the bureau (``credit-graph agreement``) or asked (``--together``): no source records
it, so nobody is taken so unasked. What each owns stays as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from credit_graph.errors import UsageError
from credit_graph.links.gather import renamed, tuples
from credit_graph.text import t

CONCERT = "concert"  # the only decision about several parties; the others are rules by which one rules a company
COLUMNS = ["decision", "agreement", "eid", "party", "person", "sid"]
_PREFIX = "parties:"


@dataclass(frozen=True, slots=True)
class Parties:
    """Holders who act as one, in all companies that they hold or in ``company`` only; ``sids``: who says so."""

    members: tuple[str, ...]
    company: str | None = None
    sids: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The node that has their votes together: by a hash, since a member's key is not to be shown."""
        return _PREFIX + hashlib.sha256("\x1f".join(self.members).encode()).hexdigest()[:16]


def control_decisions(records: pd.DataFrame, who: Mapping[str, str]) -> pd.DataFrame:
    """What the bureau decided of control: ``COLUMNS``.

    ``records``: of ``ControlDecision``, those that hold; ``who``: pid -> pid of the same person.
    """
    party, person = records["party_firm"].fillna(records["party_person"]), records["party_person"].notna()
    found = records.assign(party=party, person=person)[COLUMNS]
    return found.assign(party=renamed(found["party"], who)).sort_values(["agreement", "sid"], ignore_index=True)


def ruling(decisions: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Who controls a company whatever the votes: controller, eid, rule, sids.

    A decision (协议控制、委派) goes before the executing partner. ``partners``: the latter, in the same columns.
    """
    decided = decisions[decisions["decision"] != CONCERT]
    rows = tuples(decided, ["party", "eid", "decision"], "sid").rename("sids").reset_index()
    rows = rows.rename(columns={"party": "controller", "decision": "rule"})[partners.columns]
    rest = partners[~partners["eid"].isin(rows["eid"])]
    return pd.concat([rest, rows], ignore_index=True) if len(rows) else rest


def decided_parties(decisions: pd.DataFrame) -> list[Parties]:
    """The concert parties that were decided.

    ``decisions``: ``COLUMNS``; ``eid`` is missing where it is of all companies that the parties hold.
    """
    found = []
    for _, rows in decisions[decisions["decision"] == CONCERT].groupby("agreement"):
        company = rows["eid"].iloc[0]
        members = tuple(sorted(set(rows["party"])))
        found.append(Parties(members, None if pd.isna(company) else str(company), tuple(sorted(rows["sid"]))))
    return found


def asked_parties(sets: Sequence[Collection[str]]) -> list[Parties]:
    """Sets of holders that are taken as one in all companies.

    Raises ``UsageError("usage.bad_value")`` where somebody belongs to two sets.
    """
    members = [member for one in sets for member in set(one)]
    if len(set(members)) < len(members):
        why = t("有主体同时属于两组", "somebody belongs to two of them")
        raise UsageError("usage.bad_value", option="--together", value=len(sets), why=why)
    return [Parties(tuple(sorted(set(one)))) for one in sets]


def united(sets: Iterable[Parties]) -> list[Parties]:
    """Who acts as one: sets that share a member are one set. Those of all companies first; for a company with sets of
    its own, all that apply there."""
    told = [one for one in sets if len(one.members) > 1]
    general = _united([one for one in told if one.company is None], None)
    companies = sorted({one.company for one in told if one.company is not None})
    of = {company: [one for one in told if one.company == company] for company in companies}
    return [*general, *(one for company in companies for one in _united([*of[company], *general], company))]


def _united(sets: Iterable[Parties], company: str | None) -> list[Parties]:
    """Sets that share a member as one, of the company."""
    found: list[Parties] = []
    for one in sets:
        same = [other for other in found if not set(other.members).isdisjoint(one.members)]
        found = [other for other in found if other not in same]
        members = tuple(sorted({member for part in (one, *same) for member in part.members}))
        found.append(Parties(members, company, tuple(sorted({sid for part in (one, *same) for sid in part.sids}))))
    return found
