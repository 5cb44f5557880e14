"""What is to be shown (a penalty, an entry of a list), and which rule of ``policies/clocks.yml`` is for it.

What is unknown of a penalty is tried in every way that it may be: it matters only where the answer would change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from credit_graph.lists.clock_policy import (
    DOMAINS,
    PENALTY,
    SEVERITIES,
    ClockPolicy,
    ClockRow,
    Domain,
    PenaltyKind,
    Severity,
    World,
)

Sentence = tuple[str, str]  # Chinese, English


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be shown, and what is known of it; amounts in fen; ``None``: it is not known, or was not done.

    ``subject``: ``penalty`` or the name of a list. ``event_on``: the day of decision, listing, marking or inspection.
    ``published_on``: the receipt of GSXT. ``region``: of the authority, six digits. ``stopped_on``: the first day on
    which it is shown no more, by repair or removal; ``withdrawn_on``: by annulment; ``restored_on``: the repair was
    revoked. ``restricted_until``: the last day of a statutory restriction. ``paused``: first and last day of a pause.
    """

    subject: str
    event_on: date | None = None
    published_on: date | None = None
    kinds: frozenset[PenaltyKind] = frozenset()
    unknown_kinds: tuple[str, ...] = ()  # words of the source that no rule knows
    simple: bool | None = None
    domain: Domain | None = None
    severity: Severity | None = None
    fine: int | None = None
    natural_person: bool = False
    region: str | None = None
    stopped_on: date | None = None
    withdrawn_on: date | None = None
    restored_on: date | None = None
    restricted_until: date | None = None
    paused: tuple[date, date | None] | None = None
    held: str | None = None  # the reason of a hold


def choose(
    matter: Matter, rows: list[ClockRow], rules: ClockPolicy, day: date
) -> tuple[ClockRow | None, list[Sentence]]:
    """The row that is for the matter, whatever is unknown of it; or what has to be known first."""
    if matter.subject != PENALTY:
        return rows[0], []
    if not any(row.when.model_fields_set for row in rows):
        return rows[0], []
    if matter.unknown_kinds or not matter.kinds:
        words = "、".join(matter.unknown_kinds)
        zh = f"处罚种类“{words}”无法识别" if words else "处罚种类未知"
        return None, [(zh, f"the kind of penalty is not known: {words}" if words else "the kind of penalty is unknown")]
    open_facts = _open(matter, rules, day)
    worlds = list(_worlds(matter, open_facts, rules, day))
    rows_of = [next((row for row in rows if row.when.fits(world)), None) for _, world in worlds]
    if len({_answer(row) for row in rows_of}) == 1 and rows_of[0] is not None:
        return rows_of[0], []
    why = [sentence for name, (_, sentence) in open_facts.items() if _matters(name, worlds, rows_of)]
    return None, why or [("没有适用于此类处罚的规则", "no rule is for such a penalty")]


def _answer(row: ClockRow | None) -> str | None:
    """What tells one row's answer from another's: all that show nothing say the same."""
    return None if row is None else "never" if row.never else row.id


_Open = dict[str, tuple[tuple[Any, ...], Sentence]]
_Choice = dict[str, Any]


def _open(matter: Matter, rules: ClockPolicy, day: date) -> _Open:
    """What is unknown of a penalty: what it may be, and the sentence that says so."""
    found: _Open = {}
    if "fine" in matter.kinds:
        options, sentence = _fines(matter, rules, day)
        found["fine"] = (options, sentence)
    if matter.simple is None:
        sentence = ("适用简易程序还是普通程序未知", "whether by simple or by ordinary procedure is unknown")
        found["simple"] = (procedures(matter, rules), sentence)
    if matter.domain is None:
        sentence = ("是否属于食品、药品、特种设备领域未知", "whether of food, drugs or special equipment is unknown")
        found["domain"] = (DOMAINS, sentence)
    sentence = ("失信信息类别（轻微、一般、严重）无法确定", "the class (minor, general, serious) can't be told")
    found["severity"] = ((matter.severity,) if matter.severity else (None, *SEVERITIES), sentence)
    return found


def _fines(matter: Matter, rules: ClockPolicy, day: date) -> tuple[tuple[PenaltyKind, ...], Sentence]:
    """What the fine may be by its amount, and what has to be known to tell."""
    if matter.fine is None:
        return ("small_fine", "fine", "very_large_fine"), ("罚款数额未知", "the amount of the fine is unknown")
    small = rules.limit("small_fine", matter.region, day, matter.natural_person)
    large = rules.limit("very_large_fine", matter.region, day, matter.natural_person)
    place = matter.region or "?"
    if small is not None and matter.fine < small:
        return ("small_fine",), ("", "")
    if large is not None and matter.fine >= large:
        return ("very_large_fine",), ("", "")
    options: list[PenaltyKind] = ["fine"]
    unset: list[Sentence] = []
    if small is None:
        options.append("small_fine")
        unset.append((f"{place} 的较低数额罚款标准未设定", f"no small fine is set for {place}"))
    if large is None:
        options.append("very_large_fine")
        unset.append((f"{place} 的特别巨大数额罚款标准未设定", f"no very large fine is set for {place}"))
    return tuple(options), ("；".join(zh for zh, _ in unset), "; ".join(en for _, en in unset))


def procedures(matter: Matter, rules: ClockPolicy) -> tuple[bool, ...]:
    """Whether it can have been decided by simple procedure (True), by the ordinary one (False), or by either: what GSXT
    shows, and what is too heavy, was by the ordinary one."""
    if matter.simple is not None:
        return (matter.simple,)
    limit = rules.simple_procedure.at_most.of(matter.natural_person)
    heavy = not matter.kinds <= set(rules.simple_procedure.kinds)
    large = matter.fine is not None and matter.fine > limit
    return (False,) if matter.published_on or heavy or large else (False, True)


def _worlds(matter: Matter, open_facts: _Open, rules: ClockPolicy, day: date) -> Iterator[tuple[_Choice, World]]:
    """Everything that the penalty may be: what was chosen for each open fact, and the whole."""
    for values in product(*(options for options, _ in open_facts.values())):
        choice = dict(zip(open_facts, values, strict=True))
        fine = {choice["fine"]} if "fine" in choice else set()
        world = World(
            kinds=frozenset(matter.kinds - {"fine"} | fine),
            simple=choice.get("simple", matter.simple),
            domain=choice.get("domain", matter.domain),
        )
        told = matter.severity or rules.severity_of(world, day)
        if told is not None and choice["severity"] not in (None, told):
            continue  # the class follows from the rest
        if told is None and choice["severity"] is None:
            continue  # it is of one of the classes
        yield choice, world.model_copy(update={"severity": told or choice["severity"]})


def _matters(name: str, worlds: list[tuple[_Choice, World]], rows: list[ClockRow | None]) -> bool:
    """Whether the answer changes with this fact, all others being equal (the class may follow from them)."""
    found: dict[tuple[Any, ...], dict[Any, set[str | None]]] = {}
    for (choice, _), row in zip(worlds, rows, strict=True):
        rest = tuple(value for fact, value in choice.items() if fact not in (name, "severity"))
        value = None if name == "severity" else choice[name]
        found.setdefault(rest, {}).setdefault(value, set()).add(_answer(row))
    if name == "severity":
        return any(len(ids) > 1 for values in found.values() for ids in values.values())
    return any(len({frozenset(ids) for ids in values.values()}) > 1 for values in found.values())
