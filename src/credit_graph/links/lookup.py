"""Finding the entity that a person means, and how an entity is called."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from credit_graph.errors import UsageError
from credit_graph.links.compute import Links
from credit_graph.links.parties import united
from credit_graph.projection import Projection, normal_name
from credit_graph.text import joined

_SHOWN_CANDIDATES = 5
_PERSON = "person:"


def find(projection: Projection, what: str) -> str:
    """``eid`` of an enterprise (by eid, code, current or former name) or ``pid`` of a person (by its shown id).

    Raises ``UsageError``: ``usage.unknown_entity``, or ``usage.several`` where a name fits several.
    """
    text = what.strip()
    firms = projection.enterprises
    if text in firms.index:
        return text
    own = firms["credit_code"].str[8:17]  # goes before an 组织机构代码 that a record gives beside it
    for column in (firms["credit_code"], firms["registration_number"], own.fillna(firms["org_code"])):
        found = firms.index[column == text.upper()]
        if len(found) == 1:
            return str(found[0])
    if text.startswith(_PERSON):
        for pid, shown in person_ids(projection).items():
            if shown == text:
                return pid
    names = projection.names
    same = names[names["normal"] == normal_name(text)]
    current = same[same["current"]]
    eids = sorted((current if len(current) else same)["eid"].unique())
    if len(eids) == 1:
        return str(eids[0])
    if eids:
        raise UsageError("usage.several", what=text, candidates=joined(eids[:_SHOWN_CANDIDATES]))
    raise UsageError("usage.unknown_entity", what=text)


def find_firm(projection: Projection, what: str) -> str:
    """``eid`` as :func:`find` gives it. Raises ``UsageError`` as there, and ``usage.not_a_firm`` for a person."""
    found = find(projection, what)
    if found not in projection.enterprises.index:
        raise UsageError("usage.not_a_firm", what=what.strip())
    return found


def person_ids(projection: Projection, only: Collection[str] | None = None) -> dict[str, str]:
    """pid -> the id that is shown of a person: person keys themselves never leave the graph.

    ``only``: those of them that are persons; all persons where it is left out.
    """
    contributions = projection.contributions
    pids: set[str] = set()
    # to look a few up, what is not visible does no harm, and leaving it out would copy a million rows
    said = projection.records if only is None else projection.history
    named = [said(kind, ["pid"])["pid"].dropna() for kind in ("ReportedContribution", "EquityChange")]
    for column in (projection.offices["pid"], contributions.loc[contributions["person"], "holder"], *named):
        pids |= set(column if only is None else column[column.isin(list(only))])
    return {pid: shown_id(pid) for pid in sorted(pids)}


def shown_id(pid: str) -> str:
    """The id that is shown of a person."""
    return _PERSON + hashlib.sha256(f"shown\x1f{pid}".encode()).hexdigest()[:16]


def called(projection: Projection, found: Links, only: Collection[str]) -> dict[str, str]:
    """How to show these entities: eid, pid, aid or holder -> its name."""
    wanted = set(only)
    result: dict[str, str] = {}
    for frame, key, name in (
        (found.holdings, "holder", "name"),
        (projection.offices, "pid", "name"),
        (projection.addresses, "aid", "text"),
    ):
        named = frame.loc[frame[key].isin(wanted), [key, name]].dropna().drop_duplicates(key)
        result |= dict(zip(named[key], named[name], strict=True))
    shown = projection.enterprises["name"]
    shown = shown[shown.index.isin(wanted)].dropna()
    result |= dict(zip(shown.index, shown, strict=True))
    return result | _party_names(projection, found, wanted)


def _party_names(projection: Projection, found: Links, only: Collection[str]) -> dict[str, str]:
    """What concert parties are called: by all their members."""
    parties = [one for one in united(found.parties) if one.id in only]
    members = {member for one in parties for member in one.members}
    names = called(projection, found, members) if parties else {}
    return {one.id: joined(names.get(member, member) for member in one.members) for one in parties}
