"""What a search for reborn firms (换马甲) needs, out of a projection and its links: firms, their ends, their traces.

A trace is what two firms may have in common: a person in some role, a telephone, a room, a website, a shareholder that
is a firm. All statements known by the point count, ended ones too: who left a firm before it was revoked is still a
trace. Only records in use on the projection's channel are read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from credit_graph.links.claims import CHANGE, REPORT
from credit_graph.links.compute import Links, chart
from credit_graph.links.controls import by_party, controls
from credit_graph.links.gather import among, found_at, looked_up, renamed, tuples
from credit_graph.links.likeness import regions_of
from credit_graph.links.reborn import ENDS, TRACES, reborn_candidates
from credit_graph.links.reborn_policy import RebornRules
from credit_graph.links.reborn_text import evidence
from credit_graph.links.said import told_by
from credit_graph.model.kinds import KINDS
from credit_graph.projection import Projection
from credit_graph.projection.columns import days

_RAW = ["eid", "kind", "key", "label", "sid"]
_OFFICES = ("legal_representative", "executive", "liaison")  # values of ``office``, as the record kinds write it
_SUPERVISOR = "监事"
_PROVINCE = re.compile(r"^[一-鿿]{2,6}?(?:省|自治区)")
_ITEMS = re.compile(r"[;；、,，。\s]+")


def find_reborn(
    projection: Projection, found: Links, rules: RebornRules, per_firm: int = 10, ended: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The candidates of every firm that was struck, revoked or listed, and their links: see
    :func:`credit_graph.links.reborn.reborn_candidates`. ``ended``: what :func:`ends` gave, if it is there."""
    ended = ends(projection, rules) if ended is None else ended
    told = firms(projection, ended, rules)
    ended = ended[among(ended["old"], told.index)]
    regions = regions_of(projection.enterprises["address"].reset_index(drop=True).dropna().unique())
    known = traces(projection, found, rules, ended["old"], told.index)
    return reborn_candidates(told, known, rules, ends=ended, regions=regions, per_firm=per_firm, hard_only=True)


def scored(projection: Projection, found: Links, rules: RebornRules) -> pd.DataFrame:
    """Every candidate that was opened in the window of an ended firm, the likeliest first: ``old``, ``new`` (eids),
    ``score``, ``status`` (``reborn`` or ``possible``), ``core`` (likeness of the names, 0 to 1)."""
    candidates, _ = find_reborn(projection, found, rules)
    chosen = candidates[candidates["status"].isin(["reborn", "possible"])]
    ordered = chosen.assign(first=chosen["status"] == "reborn").sort_values(
        ["first", "score", "old", "new"], ascending=[False, False, True, True], ignore_index=True
    )
    return ordered[["old", "new", "score", "status", "core"]]


def ends(projection: Projection, rules: RebornRules) -> pd.DataFrame:
    """``ENDS``: the first day of everything that ended a firm (吊销、注销、列入 …), by ``rules.ends``.

    A record that names no day counts from the day since which it holds, if that is later than the founding. What
    ended it after the valid day is not seen.
    """
    founded = projection.enterprises["founded_on"]
    known = pd.api.types.is_datetime64_any_dtype(founded)  # text where nobody says any
    began = founded.to_numpy().astype("datetime64[D]") if known else np.full(len(founded), np.datetime64("NaT"))
    names = sorted({rule.what for rule in rules.ends})
    parts = []
    taken: dict[str, NDArray[np.bool_]] = {}
    for rule in rules.ends:
        said = projection.statements(rule.kind, rule.fields)
        spoken = told_by(said, rule)
        rows = np.flatnonzero(spoken & ~taken.get(rule.kind, np.False_))
        taken[rule.kind] = spoken | taken.get(rule.kind, np.False_)
        firm = projection.places(rule.kind)[rows]
        since, day = (days(said.columns[name])[rows] for name in ("valid_from", rule.day))
        day = np.where(np.isnat(day) & (since > began[firm]), since, day)
        sids = said.columns["sid"].take(pa.array(rows))
        parts.append((firm, np.full(len(rows), names.index(rule.what)), day, sids))
    firm, what, day = (np.concatenate([part[at] for part in parts]) for at in range(3))
    sid = np.array([text for *_, sids in parts for text in sids.to_pylist()], dtype=object)
    rows = np.flatnonzero(day <= np.datetime64(projection.point.valid))
    rows = rows[np.lexsort((sid[rows], day[rows], what[rows], firm[rows]))]
    first = _first(firm[rows], what[rows])
    # a firm is revoked or struck once, and listed as often as it is
    once = np.isin(what, [names.index(rule.what) for rule in rules.ends if rule.kind == "Registration"])
    rows = rows[np.where(once[rows], first, _first(firm[rows], what[rows], day[rows]))]
    texts = pd.Series([(one,) for one in sid[rows]], dtype=object)
    told = {"old": projection.enterprises.index[firm[rows]], "end": day[rows], "what": [names[at] for at in what[rows]]}
    return pd.DataFrame({**told, "end_sids": texts}).astype({"what": "str"})[ENDS]


def _first(*keys: NDArray[Any]) -> NDArray[np.bool_]:
    """Of rows in order which are the first of their keys."""
    same = [key[1:] == key[:-1] for key in keys]
    return np.append(np.ones(min(len(keys[0]), 1), np.bool_), ~np.logical_and.reduce(same))


def firms(projection: Projection, ended: pd.DataFrame, rules: RebornRules) -> pd.DataFrame:
    """The table of firms that :func:`credit_graph.links.reborn.reborn_candidates` reads; ``ended``: as :func:`ends`."""
    known = projection.enterprises[["name", "founded_on", "entity_kind", "industry", "industry_code"]]
    # text where nobody says any; arrays, as pandas makes an index of all keys where it is given columns of them
    known = known.assign(founded_on=pd.to_datetime(known["founded_on"].array))
    later = known["founded_on"] > np.datetime64(projection.point.valid)
    known = known[(~known["entity_kind"].isin(rules.left_out) & ~later).to_numpy(dtype=bool)]
    registered = [rule.what for rule in rules.ends if rule.kind == "Registration"]
    first = ended.groupby("old")["end"].min()
    closed = ended[ended["what"].isin(registered)].groupby("old")["end"].min()
    result = pd.DataFrame(
        {
            "name": known["name"],
            "opened": known["founded_on"],
            "ended": looked_up(known.index.to_series(), first),
            "closed": looked_up(known.index.to_series(), closed),
            "industry": _industry(known),
        }
    )
    result["scope"] = _items(projection, result.index)
    return result


def _industry(known: pd.DataFrame) -> pd.Series:
    """The industry code; where only its name is given, the one code that this name has elsewhere."""
    told = known[["industry", "industry_code"]].reset_index(drop=True)
    named = told.dropna().drop_duplicates()
    only = named[~named["industry"].duplicated(keep=False)].set_index("industry")["industry_code"]
    codes = known["industry_code"].copy()
    missing = np.flatnonzero(codes.isna().to_numpy())
    codes.iloc[missing] = looked_up(known["industry"].iloc[missing], only).to_numpy()
    return codes


def _items(projection: Projection, eids: pd.Index) -> pd.Series:
    """What the firms' permits (行政许可) allow, as tuples of items."""
    permits = projection.history("Permit", ["items"])
    permits = permits[permits["in_use"] & permits["eid"].notna()]
    said = permits[["eid", "items"]].dropna().drop_duplicates()
    split = said.assign(item=said["items"].map(lambda text: [part for part in _ITEMS.split(text) if part]))
    listed = split.explode("item").dropna(subset=["item"])
    told = tuples(listed, ["eid"], "item")
    found = pd.Series([()] * len(eids), index=eids, dtype=object)
    at = found_at(told.index, eids)
    found.iloc[at[at >= 0]] = told.to_numpy()[at >= 0]
    return found


def traces(projection: Projection, found: Links, rules: RebornRules, ended: pd.Series, firms: pd.Index) -> pd.DataFrame:
    """``TRACES`` that one of the ``ended`` firms (eids) shares with another one of the ``firms`` looked at."""
    raw = pd.concat(_raw(projection, found, rules), ignore_index=True).dropna(subset=["eid", "key"])
    raw = raw[_shared(raw, ended, firms)].sort_values(_RAW, ignore_index=True)
    by = ["eid", "kind", "key"]
    first = raw.drop_duplicates(by).set_index(by)[["label"]]
    first["sids"] = tuples(raw, by, "sid")
    return first.reset_index()[TRACES]


def _shared(raw: pd.DataFrame, ended: pd.Series, firms: pd.Index) -> NDArray[np.bool_]:
    """Which rows have a key of an ended firm and of another one, by numbers: texts are slow to compare."""
    firm = found_at(raw["eid"], firms)
    key, names = pd.factorize(raw["key"])
    old = np.append(among(firms, ended), False)  # the last place stands for firms that are not looked at
    of_ended = np.zeros(len(names), np.bool_)
    of_ended[key[old[firm]]] = True
    pairs = np.unique(key[firm >= 0].astype(np.int64) * len(firms) + firm[firm >= 0])
    bearers = np.bincount(pairs // max(len(firms), 1), minlength=len(names))
    found: NDArray[np.bool_] = (firm >= 0) & of_ended[key] & (bearers[key] > 1)
    return found


def _raw(projection: Projection, found: Links, rules: RebornRules) -> Iterator[pd.DataFrame]:
    yield roles(projection, found)
    yield _parents(projection, found)
    for kind in KINDS.values():
        for link in kind.links:
            if link.type == "USES_PHONE":
                frame = _said(projection, kind.name, link.field)
                yield _frame(frame, "phone", link.field, link.field)
            elif link.type == "LOCATED_AT":
                yield _rooms(_said(projection, kind.name, link.field), link.field, found, rules)
    sites = _said(projection, "Website", "url")
    yield _frame(sites.assign(host=sites["url"].map(_host)), "domain", "host", "url")


def roles(projection: Projection, found: Links) -> pd.DataFrame:
    """Every person in every role at a firm, by all statements known: eid, kind, key (pid, one of each person), label,
    sid."""
    parts = (_officers(projection), _holders(projection), _controllers(found))
    every = pd.concat(parts, ignore_index=True)
    return every.assign(key=renamed(every["key"], found.persons))


def _said(projection: Projection, kind: str, *fields: str) -> pd.DataFrame:
    """eid, sid and the fields of the records in use that say the first of them."""
    frame = projection.history(kind, fields)
    chosen = frame["in_use"] & frame["eid"].notna() & frame[fields[0]].notna()
    return frame.loc[chosen, ["eid", "sid", *fields]]


def _frame(frame: pd.DataFrame, kind: object, key: str, label: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"eid": frame["eid"], "kind": kind, "key": frame[key], "label": frame[label].fillna(""), "sid": frame["sid"]}
    )


def _officers(projection: Projection) -> pd.DataFrame:
    """Legal representatives, executives, supervisors (监事) and liaison persons, by all statements."""
    office = _said(projection, "Office", "pid", "person_name", "office", "position")
    role = office["office"].where(office["office"].isin(_OFFICES), "executive")
    supervises = (role == "executive") & office["position"].str.contains(_SUPERVISOR, na=False)
    told = _frame(office, role.mask(supervises, "supervisor"), "pid", "person_name")
    register = _said(projection, "Registration", "pid", "legal_representative")
    named = _frame(register, "legal_representative", "pid", "legal_representative")
    return pd.concat([told, named], ignore_index=True)


def _holders(projection: Projection) -> pd.DataFrame:
    """Shareholders that are persons, by all statements: the register's, annual reports' (年报) and of those who took
    over or gave away shares (股权变更)."""
    told = (_said(projection, kind, "pid", "holder_name") for kind in ("Contribution", REPORT, CHANGE))
    return pd.concat([_frame(said, "holder", "pid", "holder_name") for said in told], ignore_index=True)


def _controllers(found: Links) -> pd.DataFrame:
    """Persons who control a firm (实际控制人), also through others: with the statements of every step."""
    drawn = chart(found)
    nearest = controls(drawn).set_index("eid")
    level = pd.DataFrame({"eid": nearest.index, "node": nearest.index})
    steps, tops = [], []
    while len(level):
        above = level["node"].map(nearest["controller"])
        steps.append(level.assign(sid=level["node"].map(nearest["sids"])))
        ends = ~above.isin(nearest.index)
        tops.append(level.loc[ends, ["eid"]].assign(key=above[ends]))
        level = level.assign(node=above)[~ends]
    if not steps:
        return pd.DataFrame(columns=_RAW, dtype="str")
    top = by_party(drawn, "key", pd.concat(tops))
    top = top[among(top["key"], drawn.ids[drawn.person])]
    told = pd.concat(steps)[["eid", "sid"]].explode("sid").dropna().merge(top, on="eid")
    names = found.holdings.drop_duplicates("holder").set_index("holder")["name"]
    return _frame(told.assign(name=told["key"].map(names)), "controller", "key", "name")


def _parents(projection: Projection, found: Links) -> pd.DataFrame:
    """Shareholders that are firms."""
    held = found.holdings[["eid", "holder", "name", "sids"]]
    held = held[among(held["holder"], projection.enterprises.index)].explode("sids")
    return _frame(held.rename(columns={"sids": "sid"}), "parent", "holder", "name")


def _rooms(frame: pd.DataFrame, field: str, found: Links, rules: RebornRules) -> pd.DataFrame:
    """Addresses by their text; hosted ones (集群注册 …) are no evidence."""
    texts = pd.Series(frame[field].unique(), dtype="str")
    own = texts[[not found.rules.hubs.hosted(text) for text in texts]]
    keys = pd.Series([_address(text) for text in own], index=own.to_numpy(), dtype="str")
    room = re.compile(rules.room)
    kinds = pd.Series(np.where([bool(room.search(key)) for key in keys], "address", "building"), index=own.to_numpy())
    frame = frame[among(frame[field], own)]
    return _frame(frame.assign(key=frame[field].map(keys)), frame[field].map(kinds), "key", field)


def _address(text: str) -> str:
    """The address as it is compared: without width, spaces and province."""
    folded = "".join(unicodedata.normalize("NFKC", text).upper().split())
    return _PROVINCE.sub("", folded)


def _host(url: str) -> str | None:
    """The host of a web address, without ``www.``; none where there is no host."""
    text = url.strip().lower()
    host = urlsplit(text if "//" in text else f"//{text}").hostname
    return host.removeprefix("www.") if host and "." in host else None


def told(candidates: pd.DataFrame, shared: pd.DataFrame, projection: Projection) -> list[dict[str, Any]]:
    """The candidates as plain values, each with its evidence as sentences and their statements."""
    firms = pd.Index(pd.concat([candidates["old"], candidates["new"]]).unique())
    names = projection.enterprises["name"].reindex(firms).dropna().to_dict()
    numbers = ["days", "days_after_close", "hard", *map(str, candidates.filter(regex="^shared_").columns)]
    result = []
    for row in candidates.to_dict(orient="records"):
        said = evidence(row, shared, names)
        result.append(
            {
                **{side: row[side] for side in ("old", "new")},
                **{f"{side}_name": names.get(row[side]) for side in ("old", "new")},
                **{name: row[name] for name in ("status", "reason", "score", "rank", "what")},
                "end": row["end"].date(),
                **{str(name): int(row[name]) for name in numbers},
                "same_industry": None if pd.isna(row["same_industry"]) else bool(row["same_industry"]),
                **{name: round(float(row[name]), 4) for name in ("name", "core", "scope")},
                "evidence": [{"text": sentence.text, "records": list(sentence.sids)} for sentence in said],
            }
        )
    return result
