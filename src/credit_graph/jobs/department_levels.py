"""The credit-risk class (信用风险分类) that counts of a firm, as other departments are told: the class alone.

The province's class leads where it is loaded, unless the bureau has decided otherwise; what people decided of one firm
is the bureau's own. Nothing of score or evidence leaves.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import pandas as pd

from credit_graph.errors import UsageError
from credit_graph.grading import runfile
from credit_graph.grading.grade import CHANNEL
from credit_graph.grading.leading import Standing, standing_at
from credit_graph.grading.policy import GradingPolicy
from credit_graph.ingest.screening import screen_text
from credit_graph.jobs.beside import beside
from credit_graph.jobs.department_policy import DepartmentTerms, department_terms
from credit_graph.jobs.finding import find_firm
from credit_graph.jobs.grade import latest_run, run_path
from credit_graph.jobs.names import NAMING
from credit_graph.jobs.withheld import Reader, Viewer
from credit_graph.model.identifiers import is_credit_code, normalise
from credit_graph.model.time import DAY_MAX, Point
from credit_graph.projection import project
from credit_graph.projection.view import enterprise_view, precedence
from credit_graph.store import Store
from credit_graph.text import t

Status = Literal["graded", "not_graded", "unknown"]
Words = tuple[str, str]  # Chinese, English
COLUMNS = (
    "code",
    "name",
    "creditRiskLevel",
    "levelName",
    "source",
    "month",
    "validUntil",
    "policyVersion",
    "status",
    "reason",
    "notice",
)
_CODE = re.compile(r"[0-9A-Z]{9,18}")  # a credit code, a registration number or an organisation code; never a name
UNKNOWN: Words = ("没有该代码的登记主体", "no registered entity has that code")
_NOBODY = Viewer(frozenset())  # the records behind a class are told to nobody here


@dataclass(frozen=True, slots=True)
class Firm:
    """What decides whether a firm is graded at all."""

    name: str | None
    state: str | None
    kind: str | None
    district: str | None


@dataclass(frozen=True, slots=True)
class DepartmentLevel:
    """The class of one firm, or why there is none. ``source``: who gave it; ``month``: that it is of; ``valid_until``:
    the last day on which it may be used; ``policy``: by which version of which policy the bureau graded; ``district``:
    where it is, which is told to nobody."""

    code: str
    name: str | None
    status: Status
    notice: Words
    level: str | None = None
    level_name: Words | None = None
    source: Literal["official", "own"] | None = None
    month: date | None = None
    valid_until: date | None = None
    policy: str | None = None
    district: str | None = None
    reason: Words | None = None

    def told(self, say: Callable[[str, str], str] = t) -> dict[str, str | None]:
        """Its columns (:data:`COLUMNS`) in the language in use, days as YYYY-MM-DD; ``say``: one of two languages."""
        name, reason = (say(*words) if words else None for words in (self.level_name, self.reason))
        return {
            "code": self.code,
            "name": self.name,
            "creditRiskLevel": self.level,
            "levelName": name,
            "source": self.source,
            "month": f"{self.month:%Y-%m}" if self.month else None,
            "validUntil": self.valid_until.isoformat() if self.valid_until else None,
            "policyVersion": self.policy,
            "status": self.status,
            "reason": reason,
            "notice": say(*self.notice),
        }


def department_level(store: Store, point: Point, what: str) -> tuple[dict[str, Any], DepartmentLevel]:
    """The latest run at the point, and what it and the province say of a firm.

    ``what``: its credit code, or an older number. Raises ``UsageError``: ``usage.bad_value`` for what is no code,
    ``usage.several``; ``StateError("state.no_run")``.
    """
    code, eid = _find(store, what)
    run = latest_run(store, point)
    path = run_path(store, run["rid"])
    if eid is None:
        return run, DepartmentLevel(code, None, "unknown", _notice(department_terms(point.valid)), reason=UNKNOWN)
    own = runfile.rows(path, [eid]).get(eid)
    standing = beside(Reader(store, point, _NOBODY), [eid]).standing
    levels = _Levels(store, point, run, runfile.policy(path), standing)
    return run, levels.of(eid, _firm(store, eid, point), own["level"] if own else None)


def department_levels(store: Store, point: Point) -> tuple[dict[str, Any], Iterator[DepartmentLevel]]:
    """The latest run at the point, and what is told of every firm of the register, by code.

    Raises ``StateError("state.no_run")``.
    """
    run = latest_run(store, point)
    path = run_path(store, run["rid"])
    own = runfile.grades(path)["level"].to_dict()
    projection = project(store, point, CHANNEL)
    firms = projection.current(["name", "state", "entity_kind", "district"])
    levels = _Levels(store, point, run, runfile.policy(path), standing_at(projection))
    columns = [firms[name].astype(object).where(firms[name].notna(), None).tolist() for name in firms.columns]
    rows = zip(firms.index.tolist(), *columns, strict=True)
    told = (levels.of(eid, Firm(*said), own.get(eid)) for eid, *said in rows)
    return run, (level for level in told if level.status != "unknown")


class _Levels:
    """The classes of one run with what stands beside them."""

    def __init__(
        self, store: Store, point: Point, run: Mapping[str, Any], policy: GradingPolicy, standing: Standing
    ) -> None:
        self._run, self._policy = run, policy
        self._terms: DepartmentTerms = department_terms(point.valid)
        self._titles = {level.level: (level.name.zh, level.name.en) for level in policy.scale.levels}
        self._official = standing.official.to_dict("index") if standing.own is None else {}
        self._decided = standing.overrides.to_dict("index")
        said = store.read("read/level_decisions", seq=point.seq, all=False) if self._decided else []
        self._ends = {row["record"]["sid"]: row["record"]["valid_to"] for row in said}

    def of(self, eid: str, firm: Firm, own: str | None) -> DepartmentLevel:
        """The class of a firm; ``own``: that of the run."""
        month = self._run["valid"].replace(day=1)
        if (decided := self._decided.get(eid)) is not None:
            end = self._ends[decided["sid"]]
            until = self._terms.valid_until(month) if end == DAY_MAX else end - timedelta(days=1)
            return self._graded(eid, firm, decided["level"], "own", month, until)
        if (official := self._official.get(eid)) is not None:
            said = official["month"] if not pd.isna(official["month"]) else official["valid_from"]
            month = date.fromisoformat(f"{str(said)[:7]}-01")  # the projection has it as text
            return self._graded(eid, firm, official["risk_class"], "official", month, self._terms.valid_until(month))
        if own is not None:
            return self._graded(eid, firm, own, "own", month, self._terms.valid_until(month))
        return self._not_graded(eid, firm)

    def _graded(
        self, eid: str, firm: Firm, level: str, source: Literal["official", "own"], month: date, until: date
    ) -> DepartmentLevel:
        return DepartmentLevel(
            code=eid,
            name=firm.name,
            district=firm.district,
            status="graded",
            notice=_notice(self._terms),
            level=level,
            level_name=self._titles.get(level),
            source=source,
            month=month,
            valid_until=until,
            policy=policy_version(self._run) if source == "own" else None,  # the province does not tell its own
        )

    def _not_graded(self, eid: str, firm: Firm) -> DepartmentLevel:
        """Why there is no class; of whom the register tells nothing nothing is known."""
        notice = _notice(self._terms)
        if firm.name is None and firm.state is None:
            return DepartmentLevel(eid, None, "unknown", notice, reason=UNKNOWN)
        subjects = self._policy.subjects
        if firm.state in subjects.states_excluded:
            reason = (f"登记状态为{firm.state}，不分级", f"not graded: its state is {firm.state}")
        elif firm.kind not in subjects.kinds:
            kind = firm.kind or "其他"
            reason = (f"主体类型为{kind}，不在分级范围", f"not graded: it is of the kind {kind}")
        else:
            reason = ("最近一次分级未包括该主体，待下次分级", "not in the last grading; the next one will tell")
        return DepartmentLevel(eid, firm.name, "not_graded", notice, district=firm.district, reason=reason)


def policy_version(run: Mapping[str, Any]) -> str:
    """Name of the policy of a run and 12 hex digits of the fingerprint of its rules."""
    digest = hashlib.sha256(str(run["rules"]).encode()).hexdigest()
    return f"{run['policy']}-{digest[:12]}"


def _find(store: Store, what: str) -> tuple[str, str | None]:
    """The normalised code and whose it is."""
    code = normalise(what)
    if not _CODE.fullmatch(code):
        raise _no_code(what)
    try:
        return code, find_firm(store, code)
    except UsageError as error:
        if error.code != "usage.unknown_entity":
            raise
        if not is_credit_code(code):
            raise _no_code(what) from None
        return code, None


def _no_code(what: str) -> UsageError:
    why = t("统一社会信用代码为18位，末位是校验码", "a credit code has 18 characters, the last one checks the others")
    return UsageError("usage.bad_value", option="code", value=screen_text(what[:40]), why=why)


def _firm(store: Store, eid: str, point: Point) -> Firm:
    found = [
        row for kind in NAMING for row in store.read("read/naming_records", {"KIND": kind}, eids=[eid], seq=point.seq)
    ]
    view = enterprise_view([record for row in found for record in row["records"]], point, precedence())
    return Firm(view["name"], view["state"], view["entity_kind"], view["district"])


def _notice(terms: DepartmentTerms) -> Words:
    return (terms.notice.zh, terms.notice.en)
