"""What became of a firm's cases at police and courts (行刑衔接), as transfers of this bureau have told."""

from __future__ import annotations

from dataclasses import dataclass

from credit_graph.jobs.proceeding_subjects import of_firms
from credit_graph.lists.referrals import referral_text
from credit_graph.store import Store


@dataclass(frozen=True, slots=True)
class Referred:
    """A transfer of a case of the firm: the id of its statement, and the sentence."""

    sid: str
    text: str


def referrals(store: Store, eid: str, seq: int) -> list[Referred]:
    """Those of a firm known at a seq, the latest first."""
    rows = of_firms(store, "Referral", [eid], seq).get(eid, [])
    rows.sort(key=lambda row: (row["handed_on"], row["sid"]), reverse=True)
    return [Referred(row["sid"], referral_text(row)) for row in rows]
