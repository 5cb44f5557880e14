"""The planted truth of an invented city. No command but the evaluation reads it.

Firms are named by their credit code, persons by a number of the city's own; the files hold neither kind of number of
a person. What is said holds on the last day of the city; what a delivery shows is said of its own day.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from credit_graph.demo import conduct as strengths
from credit_graph.demo.cells import Mask, Numbers, fixed, stream, take
from credit_graph.demo.codes import old_form
from credit_graph.demo.control import NONE, Control, control
from credit_graph.demo.naming import HUBS
from credit_graph.demo.noise import Planted
from credit_graph.demo.owning import AGAIN, FIRM, FOUNDERS, ONE_PHONE, PERSON, SPREAD
from credit_graph.demo.population import FIRST_YEAR, OWN_ADDRESS
from credit_graph.demo.rebirth import Pair
from credit_graph.demo.structures import TREES
from credit_graph.demo.tables_register import holder_names, holdings_shown, officers
from credit_graph.demo.view import View
from credit_graph.demo.world import REVOCATION

HUB = 6  # firms at one telephone or room from which on it is evidence of nothing
NOT_LOADED = ".not-loaded"
_KINDS = ["household", "cooperative", "company", "proprietor", "partnership", "branch", "state"]


def write_truth(folder: Path, view: View, arguments: Mapping[str, Any]) -> None:
    """Write everything that was planted; ``view`` is of the last delivery."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NOT_LOADED).write_bytes(b"")
    found, seen = control(view.world), control(view.world, from_files=True)
    _parquet(folder / "firms", _firms(view))
    _parquet(folder / "control", _control(view, found, seen))
    _parquet(folder / "holdings", _holdings(view))
    mentions, person, firm, keyed = _mentions(view)
    _parquet(folder / "persons", mentions)
    _parquet(folder / "person_pairs", _person_pairs(view, person, firm, keyed))
    _parquet(folder / "ids", _ids(view))
    _parquet(folder / "violations", _violations(view))
    _json(folder / "structures", [_structure(view, item) for item in view.world.ledger.planted])
    _json(folder / "reborn", [_reborn(view, pair) for pair in view.world.pairs])
    _json(folder / "city", {**arguments, "parameters": _parameters(), "hosted": list(HUBS)})


def write_noise(folder: Path, planted: Sequence[tuple[str, str, Planted]]) -> None:
    """The faults that were planted: delivery, file, row, column, fault, outcome, and the IDs put where none belongs."""
    names = [item.name for item in fields(Planted)]
    columns: dict[str, Any] = {"delivery": [day for day, _, _ in planted], "file": [file for _, file, _ in planted]}
    columns |= {name: [getattr(fault, name) for _, _, fault in planted] for name in names}
    types = {name: pa.int64() if name == "row" else pa.string() for name in columns}
    _parquet(folder / "noise", {name: pa.array(values, type=types[name]) for name, values in columns.items()})


def _ids(view: View) -> dict[str, Any]:
    """Every citizen ID that a file may hold, in the form of 18 characters and in that of 15."""
    world = view.world
    persons = np.unique(np.concatenate([world.firms.operator, world.changes.old_operator, world.officers[1]]))
    persons = persons[world.known[persons]]
    characters = world.citizen_id[persons]
    return {"person": persons, "number": fixed(characters), "old_form": fixed(old_form(characters))}


def _parquet(path: Path, columns: Mapping[str, Any]) -> None:
    arrays = {name: column if isinstance(column, pa.Array) else pa.array(column) for name, column in columns.items()}
    pq.write_table(pa.table(arrays), path.with_suffix(".parquet"))


def _json(path: Path, value: Any) -> None:
    path.with_suffix(".json").write_text(json.dumps(value, ensure_ascii=False, indent=1, default=str), "utf-8")


def _parameters() -> dict[str, Any]:
    """The strengths that everything was drawn with."""
    names = ["QUALITY_OWN", "QUALITY_CONTROLLER", "MISS", "MISS_QUALITY", "LATE", "VIOLATION", "OWN", "CONTROLLER"]
    names += ["GROUP", "RANDOM_ARM", "GRADED", "FOUND", "CAUSES"]
    told = {name.lower(): getattr(strengths, name) for name in names}
    shape = {"again": AGAIN, "founders": FOUNDERS, "spread": SPREAD, "one_phone": ONE_PHONE}
    return told | shape | {"trees": TREES, "revocation": REVOCATION}


def _firms(view: View) -> dict[str, Any]:
    firms = view.world.firms
    return {
        "code": view.world.code,
        "name": view.name,
        "kind": take(_KINDS, firms.kind),
        "founded": firms.founded,
        "ended": firms.ended,
        "shown": view.registered,
        "hosting": firms.hosting,
        "room_of": view.world.code.take(firms.home),
        "parent": take([*view.world.code.to_pylist(), ""], np.where(firms.parent < 0, len(firms), firms.parent)),
        "operator": view.operator,
        "quality": view.conduct.quality,
        "quality_own": view.conduct.own,
        "quality_controller": view.conduct.of_controller,
    }


def _control(view: View, found: Control, seen: Control) -> dict[str, Any]:
    """Nearest and last controller; ``decided``: the holdings in the files lead to the same answer."""
    nobody = found.parent == NONE
    columns: dict[str, Any] = {"code": view.world.code}
    for label, node in (("parent", found.parent), ("root", np.where(nobody, NONE, found.root))):
        columns |= {f"{label}_{name}": column for name, column in _node(view, found, node).items()}
    columns["ring"] = found.ring
    columns["decided"] = ~seen.undecided & (found.parent == seen.parent) & (found.root == seen.root)
    return columns


def _node(view: View, found: Control, node: Numbers) -> dict[str, Any]:
    """A controller as kind, code or name, and person's number."""
    firm = (node >= 0) & (node < found.firms)
    person = (node >= found.firms) & (node < found.firms + found.persons)
    outside = node >= found.firms + found.persons
    kind = take(["", "firm", "person", "outside"], np.where(firm, 1, np.where(person, 2, np.where(outside, 3, 0))))
    names = [*view.world.ledger.outsiders, ""]
    name = pc.if_else(
        pa.array(person),
        view.world.person_name.take(np.where(person, node - found.firms, 0)),
        take(names, np.where(outside, node - found.firms - found.persons, len(names) - 1)),
    )
    code = pc.if_else(pa.array(firm), view.world.code.take(np.where(firm, node, 0)), "")
    return {"kind": kind, "code": code, "person": np.where(person, node - found.firms, -1), "name": name}


def _holdings(view: View) -> dict[str, Any]:
    """Every holding of the last day; ``decided``: exactly one firm has the name by which the files call the holder."""
    world, holdings = view.world, view.world.holdings
    rows, holder, _ = holdings_shown(view)
    shown = np.zeros(len(holdings), dtype=bool)
    shown[rows] = True
    name = holder_names(view, holder)
    full = pc.replace_substring(pc.replace_substring(name, "(", "（"), ")", "）")
    counts = pc.value_counts(view.name.filter(pa.array(view.registered)))
    bearers = pc.fill_null(counts.field("counts").take(pc.index_in(full, value_set=counts.field("values"))), 0)
    firm = holdings.kind == FIRM
    return {
        "company": world.code.take(holdings.company),
        "kind": take(["person", "firm", "outside"], holdings.kind),
        "holder_code": pc.if_else(pa.array(firm), world.code.take(np.where(firm, holder, 0)), ""),
        "holder_person": np.where(holdings.kind == PERSON, holder, -1),
        "holder_name": name,
        "share": holdings.share,
        "shown": shown,
        "decided": firm & (np.asarray(bearers) == 1),
    }


def _mentions(view: View) -> tuple[dict[str, Any], Numbers, Numbers, Mask]:
    """Where the files name whom, and the same as places: person, firm, whether an ID stands beside."""
    world, holdings = view.world, view.world.holdings
    rows = officers(view, stream(world.seed, "table legal_representative"))
    office = np.flatnonzero(view.registered[rows.firm])
    shown, holder, _ = holdings_shown(view)
    held = shown[holdings.kind[shown] == PERSON]
    person = np.concatenate([rows.person[office], holder[held]])
    firm = np.concatenate([rows.firm[office], holdings.company[held]])
    keyed = np.concatenate([rows.shown[office], np.zeros(len(held), dtype=bool)])
    sold = view.passed(world.transferred_on)[held]
    number = np.concatenate([rows.number[office], held + np.where(sold, 2_000_000, 0)])
    table = np.concatenate([np.zeros(len(office), dtype=int), np.ones(len(held), dtype=int)])
    columns = {
        "person": person,
        "name": world.person_name.take(person),
        "code": world.code.take(firm),
        "source": take(["legal_representative", "subscribed_contribution"], table),
        "number": number,
        "keyed": keyed,
    }
    return columns, person, firm, keyed


def _person_pairs(view: View, person: Numbers, firm: Numbers, keyed: Mask) -> dict[str, Any]:
    """Pairs of firms that name the same person, and what in the files says that it is the same one."""
    count = len(view.world.firms)
    both, place = np.unique(person * count + firm, return_inverse=True)
    has_id = np.zeros(len(both), dtype=bool)
    np.logical_or.at(has_id, place, keyed)
    who, where_ = both // count, both % count
    starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    sizes = np.diff(np.r_[starts, len(who)])
    pairs = [
        (a, b)
        for start, size in zip(starts[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True)
        for a, b in combinations(range(start, start + min(size, 60)), 2)
    ]
    a, b = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    first, second = where_[a], where_[b]
    phone, room = _ties(view, first, second)
    companion = _companions(first, second, count)
    with_id = has_id[a] & has_id[b]
    return {
        "person": who[a],
        "name": view.world.person_name.take(who[a]),
        "code_a": view.world.code.take(first),
        "code_b": view.world.code.take(second),
        "keyed": with_id,
        "phone": phone,
        "room": room,
        "companion": companion,
        "decided": with_id | phone | room | companion,
    }


def _ties(view: View, first: Numbers, second: Numbers) -> tuple[Mask, Mask]:
    """Whether two firms share a telephone or a room that few others share."""
    firms = view.world.firms
    shown = view.registered
    low = int(firms.phone.min())
    users = np.bincount(firms.phone[shown] - low, minlength=int(firms.phone.max()) - low + 1)
    at_home = np.bincount(firms.home[shown], minlength=len(firms))
    phone = (firms.phone[first] == firms.phone[second]) & (users[firms.phone[first] - low] < HUB)
    room = (firms.home[first] == firms.home[second]) & (at_home[firms.home[first]] < HUB)
    return phone, room & (firms.hosting[first] == OWN_ADDRESS)


def _companions(first: Numbers, second: Numbers, count: int) -> Mask:
    """Whether another person is named in both firms too."""
    together: dict[int, int] = {}
    key = np.minimum(first, second) * count + np.maximum(first, second)
    for pair in key.tolist():
        together[pair] = together.get(pair, 0) + 1
    return np.array([together[pair] > 1 for pair in key.tolist()], dtype=bool)


def _violations(view: View) -> dict[str, Any]:
    """Who violated something in which year, and whether a check or complaint came to it."""
    year, firm = np.nonzero(view.conduct.violations)
    cases = view.conduct.cases
    punished = set(
        zip(cases["firm"].tolist(), (cases["begun"].astype("datetime64[Y]").astype(int) + 1970).tolist(), strict=True)
    )
    years = year + FIRST_YEAR
    seen = [pair in punished for pair in zip(firm.tolist(), years.tolist(), strict=True)]
    return {"code": view.world.code.take(firm), "year": years, "case": np.array(seen, dtype=bool)}


def _structure(view: View, item: Mapping[str, Any]) -> dict[str, Any]:
    codes = view.world.code
    return {**item, "members": [codes[int(member)].as_py() for member in item["members"]]}


def _reborn(view: View, pair: Pair) -> dict[str, Any]:
    """A pair, what the files have to tell it by, and its decoys."""
    codes = view.world.code
    return {
        "old": codes[pair.old].as_py(),
        "new": codes[pair.new].as_py(),
        "struck": str(view.world.firms.ended[pair.old]),
        "founded": str(view.world.firms.founded[pair.new]),
        "moved": pair.moved,
        "new_phone": pair.new_phone,
        "relative": pair.relative,
        "common_officer": pair.officer is not None,
        "similar_name": pair.similar_name,
        "decided": pair.tied,
        "decoys": [{"kind": kind, "code": codes[firm].as_py()} for kind, firm in pair.decoys],
    }
