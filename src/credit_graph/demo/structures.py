"""Planted structures of control: trees, joint control, rings, nominees, state parents, partnerships, branches."""

from __future__ import annotations

import numpy as np

from credit_graph.demo.owning import FIRM, OUTSIDE, PERSON, WHOLE, Ledger
from credit_graph.demo.population import BRANCH, PARTNERSHIP, STATE

STATE_OWNER = "庆原市人民政府国有资产监督管理委员会"
TREES = 0.03  # control trees, of three to nine companies, per company
_PARENT_SHARES = (5100, 5500, 6000, 6700, 7000, 8000, WHOLE, WHOLE)


def plant(ledger: Ledger) -> None:
    """All structures, in numbers that grow with the city; one of each at least."""
    companies = len(ledger.pool)
    for share, least, structure in (
        (TREES, 1, _tree),
        (0.0025, 1, _joint),
        (0.004, 1, _half),
        (0.0008, 1, _open_ring),
        (0.0005, 1, _closed_ring),
        (0.0005, 1, _held_ring),
        (0.003, 1, _nominee),
        (0.002, 1, _partnership),
    ):
        for _ in range(max(least, round(companies * share))):
            structure(ledger)
    _state_groups(ledger)
    _in_order(ledger)
    _branches(ledger)


def _in_order(ledger: Ledger) -> None:
    """A holder is older than what it has held from the beginning; the members of a ring began together."""
    founded = ledger.firms.founded
    rings = {int(m): item["members"] for item in ledger.planted if "ring" in item["kind"] for m in item["members"]}
    for members in rings.values():
        founded[members] = founded[members].min()
    held = [(company, holder) for company, kind, holder, _ in ledger.rows if kind == FIRM and company not in rings]
    for _ in range(10):  # the longest chain
        for company, holder in held:
            founded[holder] = min(founded[holder], founded[company] - 30)


def _boss(ledger: Ledger, company: int) -> int:
    """The company's own operator, who stays at its head."""
    return int(ledger.firms.operator[company])


def _run_by(ledger: Ledger, company: int, person: int) -> None:
    """Make the person its legal representative, with the person's telephone."""
    ledger.firms.operator[company] = person
    ledger.firms.phone[company] = person


def _tree(ledger: Ledger) -> None:
    """A person controls a group through two to four layers."""
    members = ledger.companies(int(ledger.draw.integers(3, 10)))
    boss = _boss(ledger, members[0])
    top = int(ledger.draw.choice([5100, 6000, 7500, 9000, WHOLE]))
    ledger.holds(members[0], PERSON, boss, top)
    ledger.rest(members[0], WHOLE - top)
    for place, company in enumerate(members[1:], start=1):
        parent = members[int(ledger.draw.integers(max(0, place - 3), place))]
        share = int(ledger.draw.choice(_PARENT_SHARES))
        ledger.holds(company, FIRM, parent, share)
        if share < WHOLE and ledger.draw.random() < 0.3:
            ledger.holds(company, PERSON, boss, WHOLE - share)
        else:
            ledger.rest(company, WHOLE - share)
        if ledger.draw.random() < 0.35:
            _run_by(ledger, company, boss)
    ledger.note("tree", boss=boss, members=members)


def _joint(ledger: Ledger) -> None:
    """No single holder has the majority: two firms of one person have it together."""
    a, b, target, below = ledger.companies(4)
    boss = _boss(ledger, a)
    for company, share in ((a, 6000), (b, 7000)):
        ledger.holds(company, PERSON, boss, share)
        ledger.rest(company, WHOLE - share)
    ledger.holds(target, FIRM, a, 3000)
    ledger.holds(target, FIRM, b, 2500)
    ledger.rest(target, 4500)
    ledger.holds(below, FIRM, target, 5100)
    ledger.rest(below, 4900)
    ledger.note("joint_control", boss=boss, members=[a, b, target, below])


def _half(ledger: Ledger) -> None:
    """Exactly half each: nobody controls it."""
    company = ledger.company()
    ledger.holds(company, PERSON, _boss(ledger, company), WHOLE // 2)
    ledger.holds(company, PERSON, ledger.person(), WHOLE // 2)
    ledger.note("exactly_half", members=[company])


def _open_ring(ledger: Ledger) -> None:
    """Three firms hold a third of each other: a circle without a majority."""
    ring = ledger.companies(3)
    for place, company in enumerate(ring):
        ledger.holds(company, FIRM, ring[place - 1], 3400)
        ledger.holds(company, PERSON, _boss(ledger, company), 3300)
        ledger.holds(company, PERSON, ledger.person(), 3300)
    ledger.note("open_ring", members=ring)


def _closed_ring(ledger: Ledger) -> None:
    """Three firms have the majority of each other: a ring that nobody outside controls."""
    ring = ledger.companies(3)
    for place, company in enumerate(ring):
        ledger.holds(company, FIRM, ring[place - 1], 6000)
        ledger.rest(company, 4000)
    ledger.note("closed_ring", members=ring)


def _held_ring(ledger: Ledger) -> None:
    """Two firms hold each other, and a person outside has the majority of one of them."""
    a, b = ledger.companies(2)
    boss = _boss(ledger, a)
    ledger.holds(a, PERSON, boss, 5500)
    ledger.holds(a, FIRM, b, 4500)
    ledger.holds(b, FIRM, a, 6000)
    ledger.rest(b, 4000)
    ledger.note("held_ring", boss=boss, members=[a, b])


def _nominee(ledger: Ledger) -> None:
    """The holder and representative on paper acts for another; a common telephone or room may tell."""
    firms = ledger.firms
    own, nominal = ledger.companies(2)
    boss, front = _boss(ledger, own), _boss(ledger, nominal)
    for company, person in ((own, boss), (nominal, front)):
        ledger.holds(company, PERSON, person, WHOLE)
    firms.phone[own] = boss
    phone = bool(ledger.draw.random() < 0.5)
    room = bool(ledger.draw.random() < 0.4)
    firms.phone[nominal] = boss if phone else front
    if room:
        _share_room(ledger, nominal, own)
    ledger.note("nominee", boss=boss, front=front, members=[own, nominal], shared_phone=phone, shared_room=room)


def _share_room(ledger: Ledger, company: int, with_company: int) -> None:
    firms = ledger.firms
    firms.home[company] = with_company
    for column in (firms.district, firms.station, firms.hosting):
        column[company] = column[with_company]
    firms.hosting[[company, with_company]] = 0


def _partnership(ledger: Ledger) -> None:
    """A limited partnership with one percent of its general partner, who has its votes, above a company."""
    firms = ledger.firms
    free = np.flatnonzero((firms.kind == PARTNERSHIP) & (firms.end == 0))
    taken = {row[0] for row in ledger.rows}
    vehicle = next((int(place) for place in free if int(place) not in taken), None)
    if vehicle is None:
        return
    company = ledger.company()
    partner = _boss(ledger, vehicle)
    ledger.holds(vehicle, PERSON, partner, 100)
    ledger.rest(vehicle, WHOLE - 100)
    ledger.holds(company, FIRM, vehicle, 6000)
    ledger.rest(company, 4000)
    ledger.note("partnership", general_partner=partner, boss=partner, members=[vehicle, company])


def _state_groups(ledger: Ledger) -> None:
    """State firms under the city's owner, each with subsidiaries in one or two layers."""
    owner = ledger.outsider(STATE_OWNER)
    for top in np.flatnonzero((ledger.firms.kind == STATE) & (ledger.firms.end == 0)).tolist():
        ledger.holds(top, OUTSIDE, owner, WHOLE)
        members = [top]
        for company in ledger.companies(min(int(ledger.draw.integers(1, 5)), len(ledger.pool) // 4)):
            share = int(ledger.draw.choice([5100, 6000, 8000, WHOLE]))
            ledger.holds(company, FIRM, members[int(ledger.draw.integers(len(members)))], share)
            ledger.rest(company, WHOLE - share)
            members.append(company)
        ledger.note("state_group", members=members)


def _branches(ledger: Ledger) -> None:
    """Branches belong to a few busy firms; some are run by the parent's own representative."""
    firms, draw = ledger.firms, ledger.draw
    branches = np.flatnonzero(firms.kind == BRANCH)
    parents = draw.choice(np.array(ledger.pool), max(1, len(branches) // 3))
    firms.parent[branches] = parents[(len(parents) * draw.beta(0.6, 1.4, len(branches))).astype(int)]
    same = branches[draw.random(len(branches)) < 0.3]
    firms.operator[same] = firms.operator[firms.parent[same]]
    firms.trade[branches] = firms.trade[firms.parent[branches]]
    later = firms.founded[firms.parent[branches]] + 30
    firms.founded[branches] = np.maximum(firms.founded[branches], later)
    wrong = branches[firms.ended[branches] <= firms.founded[branches]]
    firms.ended[wrong], firms.end[wrong] = np.datetime64("NaT"), 0
