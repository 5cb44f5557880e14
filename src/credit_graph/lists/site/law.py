"""What the pages say of a list by the policies of a day: basis, grounds, measures, term, remedies, repair."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from credit_graph.lists.authority import AuthorityRow, authority_on
from credit_graph.lists.bases import LEVEL_NAMES, Document, documents
from credit_graph.lists.deadlines import deadlines
from credit_graph.lists.measure_entries import carried_measures
from credit_graph.lists.measures import department
from credit_graph.lists.periods import Period
from credit_graph.lists.policy import ListRow, Term, Title, list_policy
from credit_graph.lists.repair import repair_policy
from credit_graph.policyfile import only_in_force

LAPSED = ("policy.no_basis", "policy.none_in_force")  # codes: nothing carries the list that day
Pair = tuple[str, str]  # Chinese, English


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence and what it rests on."""

    text: Pair
    cited: Pair


@dataclass(frozen=True, slots=True)
class Removal:
    """A way off the list, after ``earliest`` at the earliest."""

    way: Pair
    earliest: Pair | None
    cited: Pair


@dataclass(frozen=True, slots=True)
class Measure:
    """A joint measure: who takes it, to what effect."""

    name: Pair
    effect: Pair
    departments: tuple[Pair, ...]
    cited: Pair


@dataclass(frozen=True, slots=True)
class Law:
    """All of it; of a list that nothing carries that day (``basis`` is ``None``) only the title.

    ``shows``: title of the national list whose entries it shows, if it has no criteria of its own.
    """

    title: Pair
    level: Pair
    bureau: AuthorityRow
    shows: Pair | None = None
    basis: Pair | None = None
    procedure: Point | None = None
    steps: tuple[str, ...] = ()
    grounds: tuple[Point, ...] = ()
    term: Point | None = None
    removal: tuple[Removal, ...] = ()
    conditions: tuple[Pair, ...] = ()
    repair_cited: Pair | None = None
    materials: tuple[Pair, ...] = ()
    measures: tuple[Measure, ...] = ()
    remedies: tuple[Point, ...] = ()


def law_on(list_name: str, day: date) -> Law:
    """What holds for a list on the day; a list that shows another's entries has that list's grounds and terms.

    Raises ``UsageError`` for an unknown list, ``DefinitionError`` where no row is in force or no document carries it.
    """
    policy = list_policy(list_name)
    ((source, document),) = policy.documents_on(day).items()
    shown = list_policy(source)
    row = shown.on(day)
    repair = row.repair
    return Law(
        title=_pair(policy.title),
        level=LEVEL_NAMES[policy.level],
        bureau=authority_on(day),
        shows=_pair(shown.title) if source != list_name else None,
        basis=_cited(document, row.article),
        procedure=Point(_pair(row.procedure.name), _cited(document, row.procedure.article)) if row.procedure else None,
        steps=row.procedure.steps if row.procedure else (),
        grounds=tuple(Point((g.text, g.text), _cited(document, g.article)) for g in row.grounds),
        term=Point(_term(row.term), _cited(document, row.term.article)),
        removal=tuple(_removals(row, document)),
        conditions=tuple(map(_pair, repair.conditions)) if repair else (),
        repair_cited=_cited(document, repair.article) if repair else None,
        materials=_materials(source, day),
        measures=_measures(list_name, day),
        remedies=tuple(_remedies(day)),
    )


def lapsed(list_name: str, day: date) -> Law:
    """Of a list that nothing carries any more, whose releases therefore show nobody."""
    policy = list_policy(list_name)
    return Law(title=_pair(policy.title), level=LEVEL_NAMES[policy.level], bureau=authority_on(day))


def _pair(title: Title) -> Pair:
    return title.zh, title.en


def _cited(document: Document, article: str | None) -> Pair:
    given = [article] if article else []
    return document.cite(*given), document.cite_english(*given)


def _term(term: Term) -> Pair:
    if term.years is not None:
        zh, en = Period(years=term.years).words
        return f"自列入之日起{zh}", f"{en} from the day of listing"
    if term.until == "removal":
        return "不设期限，履行义务后移出", "no term: an entry ends when it is removed"
    return "以决定书所载期限为准", "as the decision says"


def _removals(row: ListRow, document: Document) -> Iterable[Removal]:
    for item in row.removal:
        earliest = item.earliest.words if item.earliest else None
        yield Removal(_pair(item.way), earliest, _cited(document, item.article))


def _materials(list_name: str, day: date) -> tuple[Pair, ...]:
    """What an application has to bring (``policies/repair.yml``)."""
    kinds = [kind for kind in repair_policy().kinds if kind.list_name == list_name and kind.in_force(day)]
    return tuple(dict.fromkeys(_pair(item.name) for kind in kinds for item in kind.materials))


def _measures(list_name: str, day: date) -> tuple[Measure, ...]:
    found = []
    for measure, cited in carried_measures(day).measures.get(list_name, ()):
        english = documents()[str(measure.document)].cite_english(str(measure.article))
        names = tuple(_pair(department(name).name) for name in measure.departments)
        found.append(Measure(_pair(measure.name), _pair(measure.effect), names, (cited, english)))
    return tuple(found)


def _remedies(day: date) -> Iterable[Point]:
    """行政复议 and 行政诉讼, by the terms of ``policies/deadlines.yml``."""
    for event in ("reconsideration", "lawsuit"):
        rows = [row for row in deadlines().deadlines if row.event == event]
        row = only_in_force(rows, day, event)
        if row.period is not None:
            yield Point(row.period.words, _cited(documents()[row.document], row.article))
