"""What the letters of a proceeding say: the value of every placeholder, from its steps, rules and bureau. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from credit_graph.errors import DefinitionError
from credit_graph.lists.authority import authority_on
from credit_graph.lists.bases import documents
from credit_graph.lists.deadlines import deadline
from credit_graph.lists.letters import in_words, of_bureau
from credit_graph.lists.measures import measures_of
from credit_graph.lists.policy import ListRow
from credit_graph.lists.procedures import NEXT, About, Outcome, Procedure, Step
from credit_graph.lists.proceedings import Proceeding, Taken, due


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a letter is addressed to, and what is known of the entry: the reason it gives."""

    code: str
    address: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that a step sends: its template, and the step, the ``place``-th of the proceeding (from 0)."""

    template: str
    place: int
    taken: Taken
    step: Step
    outcome: Outcome


def letters_of(procedure: Procedure, proceeding: Proceeding) -> list[Letter]:
    """The letters of all steps taken so far, in order."""
    found = []
    for place, taken in enumerate(proceeding.taken):
        step = procedure.step(taken.step)
        outcome = step.outcome(taken.outcome) if step is not None else None
        if step is not None and outcome is not None:
            found += [Letter(name, place, taken, step, outcome) for name in step.letters_of(outcome)]
    return found


def values(about: About, procedure: Procedure, proceeding: Proceeding, letter: Letter, party: Party) -> dict[str, str]:
    """The values by placeholder; what is not known is left out, and a letter that needs it is not made.

    Everything is as of the day of the step: letters made again later are the same.
    """
    day = letter.taken.day
    until = _until(proceeding, letter.place)
    said, row = until.said, about.policy.on(day) if about.policy is not None else None
    found = {
        **of_bureau(authority_on(day)),
        "文号": letter.taken.number or next(reversed(until.numbers), ""),
        "决定日期": in_words(day),
        "名称": proceeding.name,
        "统一社会信用代码": party.code,
        "住所": party.address,
        "名单": about.title.zh,
        "依据": procedure.cited[0],
        "移出条件": _ways_off(row),
        "修复条件": "；".join(item.zh for item in procedure.conditions) or _conditions(row),
        "公示期": _term(row),
        "申请事项": procedure.name.zh,
        "结果": letter.outcome.name.zh,
        "措施": _measures(proceeding.list, day),
        "理由": letter.taken.note or said.get("finding") or said.get("facts") or letter.outcome.name.zh,
        "事实": said.get("facts") or said.get("finding", ""),
        "案由": said.get("reason", ""),
        "案号": said.get("case_number", ""),
        "处罚依据": said.get("penalty_basis", ""),
        "处罚内容": said.get("penalty_content", ""),
        "处罚决定文号": said.get("penalty_number", ""),
        "更正内容": said.get("finding", ""),
        "移出事由": said.get("way") or said.get("finding") or said.get("materials", ""),
        "移出日期": in_words(day),
        "期限起算日": in_words(day),
        "原决定": _decision(about, proceeding),
        "送达文书": "\n".join(_served(procedure, until)),
        **_ground(about, row, procedure, proceeding, party),
        **_days(procedure, until, letter, said),
    }
    return {name: value for name, value in found.items() if value}


def _until(proceeding: Proceeding, place: int) -> Proceeding:
    """The proceeding as it was after that step."""
    return replace(proceeding, taken=proceeding.taken[: place + 1])


def _ground(
    about: About, row: ListRow | None, procedure: Procedure, proceeding: Proceeding, party: Party
) -> dict[str, str]:
    """The ground with its article; of what is about an entry, the entry's reason and the procedure's own article."""
    grounds = row.grounds if row is not None else ()
    ground = next((item for item in grounds if item.article == proceeding.ground), None)
    own = procedure.cited[0]
    if procedure.does == "listing" and ground is not None and row is not None and row.document is not None:
        return {"事由": ground.text, "条款": documents()[row.document].cite(ground.article)}
    return {"事由": party.reason or (ground.text if ground else about.title.zh), "条款": own}


def _days(procedure: Procedure, until: Proceeding, letter: Letter, said: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    named = {"告知日期": "notified_on", "申请日期": "applied_on"}
    found |= {name: in_words(date.fromisoformat(said[ask])) for name, ask in named.items() if ask in said}
    if "received_on" in said:
        found["申请日期"] = in_words(date.fromisoformat(said["received_on"]))
    if until.target is not None:
        found["列入日期"] = in_words(until.target.listed_on)
    elif letter.step.id == procedure.effect:
        found["列入日期"] = in_words(letter.taken.day)
    if letter.step.id == "ordered":
        found["期限"] = in_words(deadline("abnormal_order_obeyed", date.fromisoformat(said["ordered_on"])).day)
    elif letter.step.id == "notified":
        found["期限"] = in_words(deadline("hearing_request", date.fromisoformat(said["notified_on"])).day)
    term = due(procedure, until)
    if term is not None:
        found.setdefault("期限", in_words(term.day))
    if letter.outcome.then == NEXT and term is not None:
        found["告知事项"] = f"本机关将于{in_words(term.day)}前{term.why[0].partition('，')[2]}"
    else:
        bureau = authority_on(letter.taken.day)
        found["告知事项"] = f"不服的，可以向{bureau.reconsideration}申请行政复议，或者向{bureau.court}提起行政诉讼"
    return found


def _decision(about: About, proceeding: Proceeding) -> str:
    """The decision that a later one is about."""
    if proceeding.target is None:
        return f"《列入{about.title.zh}决定书》（{proceeding.numbers[-1]}）" if proceeding.numbers else ""
    day = in_words(proceeding.target.listed_on)
    named = {"Case": "作出的行政处罚决定", "Inspection": "的检查结果"}
    return day + named.get(about.record_kind, f"作出的列入{about.title.zh}决定")


def _served(procedure: Procedure, until: Proceeding) -> list[str]:
    numbers = [taken.number for taken in until.taken if taken.step == procedure.effect and taken.number]
    return [f"{procedure.name.zh}决定书（{number}）" for number in numbers] + ["信用修复告知书"]


def _ways_off(row: ListRow | None) -> str:
    return "；".join(item.way.zh for item in row.removal) if row is not None else ""


def _conditions(row: ListRow | None) -> str:
    return "；".join(item.zh for item in row.repair.conditions) if row is not None and row.repair is not None else ""


def _term(row: ListRow | None) -> str:
    if row is None or row.set_term is None:
        return ""
    return f"{row.set_term.years}年" if row.set_term.years else "至移出之日止"


def _measures(list_name: str, day: date) -> str:
    """The measures that a document carries that day; none without a basis is announced."""
    found = []
    for measure in measures_of(list_name, day):
        try:
            measure.carried_by(day)
        except DefinitionError:
            continue
        found.append(measure.effect.zh)
    return "；".join(found)
