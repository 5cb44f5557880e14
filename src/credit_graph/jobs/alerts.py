"""Early warning (风险预警): look for signals, keep them and the warnings that they open, and take each warning on.

All of it are statements of the source ``bureau``: a warning per firm, in the state of its last step, and a signal as
long as it stands. A run is one batch, which also says which grading run it judged; repeated, it writes nothing, and an
interrupted one is taken back by the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from credit_graph import clock
from credit_graph.errors import StateError
from credit_graph.grading import runfile
from credit_graph.grading.alert_levels import NO_RUN, OTHER_POLICY, GradeRun, TwoRuns
from credit_graph.grading.alert_life import Alert, Begun, Key, Plan, plan
from credit_graph.grading.alert_policy import AlertRules, alert_policy, alert_version
from credit_graph.grading.alerts import judge
from credit_graph.grading.grade import CHANNEL
from credit_graph.grading.policy import grading_policy
from credit_graph.grading.signals import Scene, Silence, Unverified
from credit_graph.ingest import compare
from credit_graph.ingest.screening import screen_text
from credit_graph.jobs import batches
from credit_graph.jobs.decisions import SOURCE, Decision, bureau_statement, carry_out, write_batch
from credit_graph.jobs.grade import run_path, state_name
from credit_graph.jobs.runs import current_run
from credit_graph.jobs.timelines import timelines
from credit_graph.links.compute import kept_links
from credit_graph.links.policy import link_policy
from credit_graph.model.statement import Value
from credit_graph.model.time import DAY_MAX, DAY_MIN, Point
from credit_graph.projection import project
from credit_graph.store import Store
from credit_graph.workdays import calendar

PATH = "alerts"  # of the batch of a run
_VERSION = 64  # characters of a grading run's ``rules`` that name the policy
_ALL = 10_000_000

Progress = Callable[[str, int, int], None]  # what, done, total


@dataclass(frozen=True, slots=True)
class AlertRun:
    """What a run found: ``steps``, warnings by what became of them; ``signals`` that began to stand and ``ended``.

    ``graded``: the grading run that was judged (``None``: there is none), ``before`` the one it was compared with;
    ``stale``: batches have been committed since it was made. ``seq``: of the batch; ``None`` where nothing changed.
    """

    seq: int | None
    point: Point
    steps: dict[str, int]
    signals: int
    ended: int
    waiting: int
    silent: dict[str, Silence]
    unverified: list[Unverified]
    graded: str | None
    before: str | None
    stale: bool


def run(store: Store, decision: Decision, progress: Progress | None = None, *, keep: bool = True) -> AlertRun:
    """Judge the city as it is known now and true today, and ``keep`` what is new, or only tell it.

    Raises ``StateError`` (``state.batch_open``, ``state.no_data``), ``DefinitionError`` for a faulty policy, and for a
    term that runs into a year without a calendar; then nothing is written.
    """
    with store.writer("alerts"):
        if keep:
            batches.take_back(store, PATH)
        batches.refuse_open_batch(store)
        today = clock.today()
        point = Point(batches.last_seq(store), today, today)
        if not point.seq:
            raise StateError("state.no_data")
        rules = alert_policy().on(today)
        last = next(iter(store.read("read/alert_run")), {"seq": None, "judged": None})
        runs, after, before = _two_runs(store, rules, last["judged"])
        projection = project(store, point, CHANNEL, progress=progress)
        links = kept_links(projection, link_policy())
        standing = _standing(store, point.seq)
        found = judge(Scene(projection, links, rules, last["seq"]), runs)
        alerts = {alert.eid: alert for alert in current(store)}
        made = plan(found, standing, alerts, rules, today, partial(calendar().after, today))
        judged = after["rid"] if after else ""
        seq = None
        if keep and not (made.empty and judged == (last["judged"] or "")):
            seq = point.seq + 1
            changes = _changes(store, made, rules, decision, today, seq)
            properties: dict[str, Value] = {"path": PATH, "judged": judged, "rules": alert_version()}
            write_batch(store, seq, f"alerts {point} {judged}", decision, changes, **properties)
    now = alerts | {alert.eid: alert for alert in made.alerts}
    return AlertRun(
        seq=seq,
        point=point,
        steps={step: sum(alert.step == step for alert in made.alerts) for step in ("opened", "joined", "reopened")},
        signals=len(made.begun),
        ended=len(made.ended),
        waiting=sum(alert.waits for alert in now.values()),
        silent=found.silent,
        unverified=found.unverified,
        graded=after["rid"] if after else None,
        before=before["rid"] if before else None,
        stale=after is not None and after["seq"] < point.seq and _data_since(store, after["seq"]),
    )


def take(store: Store, eids: Iterable[str], decision: Decision, step: Callable[[Alert, date], Alert]) -> list[Alert]:
    """Take the warnings of these firms on by one step, all of them or none; returns them as they are then.

    Raises ``StateError``: ``state.no_alert``, ``state.alert_step``, ``state.batch_open``; ``UsageError``.
    """
    wanted = list(dict.fromkeys(eids))
    today = clock.today()
    made: list[Alert] = []

    def change(seq: int) -> list[compare.Change]:
        found = timelines(store, SOURCE, [alert_key(eid) for eid in wanted], seq)
        for eid in wanted:
            last = found[alert_key(eid)].last
            if last is None:
                raise StateError("state.no_alert", firm=eid)
            made.append(step(Alert.of(eid, last.content), today))
        return [_alert_change(found[alert_key(alert.eid)], alert, decision, seq) for alert in made]

    carry_out(store, f"alerts {' '.join(wanted)}", decision, change)
    return made


def screened(text: str | None) -> str | None:
    """What somebody wrote, without what surrounds it and with every citizen ID masked; ``None`` for nothing."""
    return screen_text(text.strip()) if text and text.strip() else None


def current(store: Store) -> list[Alert]:
    """All warnings as they stand, those due first."""
    rows = store.read(
        "read/alerts", seq=batches.last_seq(store), states=_STATES, after=DAY_MIN, after_eid="", limit=_ALL
    )
    return [Alert.of(row["record"]["eid"], row["record"]) for row in rows]


_STATES = ["open", "assigned", "handled", "closed"]


def _two_runs(
    store: Store, rules: AlertRules, judged: str | None
) -> tuple[TwoRuns | Silence, dict[str, Any] | None, dict[str, Any] | None]:
    """The current grading run and the one that was judged last, or else the latest of an earlier day."""
    after = current_run(store, state_name(rules.policy))
    if after is None or not run_path(store, after["rid"]).is_file():
        return NO_RUN, None, None
    before = _run(store, judged) if judged else None
    if before is None:
        day = after["valid"]
        rows = store.read("read/grade_runs", policy=rules.policy, seq=after["seq"], valid=_day_before(day))
        before = _run(store, rows[0]["run"]["rid"]) if rows else None
    if before is not None and before["rules"][:_VERSION] != after["rules"][:_VERSION]:
        return OTHER_POLICY, after, before
    policy, _ = grading_policy(rules.policy, after["valid"])
    levels = tuple(level.level for level in policy.scale.levels)
    direct = {rule.id: rule.name for rule in policy.direct}
    now = _grade_run(store, after["rid"])
    then = now if before in (None, after) else _grade_run(store, before["rid"])
    return TwoRuns(then, now, levels, direct), after, before


def _run(store: Store, rid: str) -> dict[str, Any] | None:
    rows = store.read("read/run", run=rid)
    found: dict[str, Any] | None = rows[0]["run"] if rows and run_path(store, rid).is_file() else None
    return found


def _grade_run(store: Store, rid: str) -> GradeRun:
    path = run_path(store, rid)
    return GradeRun(runfile.levels(path), partial(runfile.evidence, path))


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _data_since(store: Store, seq: int) -> bool:
    """Whether anything but the bureau's own decisions came after the seq, as far as the latest batches tell."""
    return any(batch.source != SOURCE and batch.seq > seq for batch in batches.recent(store))


def _standing(store: Store, seq: int) -> set[Key]:
    """The signals that stand."""
    rows = [row["record"] for row in store.read("read/alert_signals", seq=seq, open=DAY_MAX)]
    return {(row["eid"], row["rule"], row.get("object", "")) for row in rows}


def _changes(
    store: Store, made: Plan, rules: AlertRules, decision: Decision, day: date, seq: int
) -> list[compare.Change]:
    begun = {_signal_key(item.key): item for item in made.begun}
    ended = [_signal_key(key) for key in made.ended]
    firms = {alert_key(alert.eid): alert for alert in made.alerts}
    found = timelines(store, SOURCE, [*begun, *ended, *firms], seq)
    return [
        *(compare.end_by_absence(found[key], day, seq) for key in ended),
        *(_begins(found[key], key, item, rules, day, seq) for key, item in begun.items()),
        *(_alert_change(found[key], alert, decision, seq) for key, alert in firms.items()),
    ]


def _begins(
    timeline: compare.Timeline, key: str, begun: Begun, rules: AlertRules, day: date, seq: int
) -> compare.Change:
    """A signal that begins to stand; one that stood before stays in the graph as it was."""
    eid, rule, what = begun.key
    content: dict[str, Value] = {
        "rule": rule,
        "round": begun.round,
        "points": rules.rule(rule).points,
        "found_on": day,
        "figures": begun.said,
        "evidence": " ".join(begun.sids),
    }
    if what:
        content["object"] = what
    draft = bureau_statement("AlertSignal", key, content, seq, eid=eid).again(n=timeline.last_n + 1, valid_from=day)
    return compare.Change("new", opens=[draft])


def _alert_change(timeline: compare.Timeline, alert: Alert, decision: Decision, seq: int) -> compare.Change:
    content = {**alert.content(), "actor": decision.actor, "role": decision.role}
    draft = bureau_statement("Alert", alert_key(alert.eid), content, seq, eid=alert.eid)
    return compare.hold(timeline, draft, alert.opened_on, seq)


def alert_key(eid: str) -> str:
    """The natural key of a firm's warning."""
    return f"alert|{eid}"


def _signal_key(key: Key) -> str:
    return f"signal|{'|'.join(key)}"
