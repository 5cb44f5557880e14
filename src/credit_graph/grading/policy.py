"""Grading policies (``policies/grading/*.yml``) as typed objects; the format is documented in docs/grading.md.

Indicators fall into the five national groups (通用型企业信用风险分类指标体系). The score runs from 0 to 1000, higher
is riskier; the cut points are right-open; direct-grade rules come before the score. A specialised policy (专业型)
``extends`` a general one (通用型): what both say is added up (通用+专业).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from credit_graph.errors import DefinitionError
from credit_graph.grading.policy_faults import Vocabulary, faults
from credit_graph.grading.rules import DirectRule, Indicator
from credit_graph.grading.whole import GradingPolicy, PolicyFile, combined
from credit_graph.policyfile import fingerprint
from credit_graph.resources import root
from credit_graph.yamlfile import Fault, Problem, located, read_yaml

__all__ = ["NOTICE", "DirectRule", "GradingPolicy", "Indicator", "grading_policy", "policy_of_file", "problems"]

NOTICE = (
    "内部监管参考，非信用评价，不得公开",
    "Internal reference for supervision; no credit rating; not to be published",
)


@dataclass(frozen=True, slots=True)
class _File:
    """A file that was read; ``policy`` is ``None`` where it has problems."""

    path: Path
    policy: PolicyFile | None
    problems: tuple[Problem, ...]

    @property
    def name(self) -> str:
        """As errors name it."""
        return f"{self.path.parent.name}/{self.path.name}"

    def problem(self, *found: Fault) -> list[Problem]:
        """Faults with their lines."""
        return located(self.path, found)


def problems(path: Path, vocabulary: Vocabulary | None = None) -> list[tuple[str, Problem]]:
    """Every problem of a file, as (file, problem); those of the policies that it extends too.

    Other policies are looked for in the file's own folder, then among the shipped ones. ``vocabulary``: which values
    the sources can give.
    """
    return _Shelf(path.parent, vocabulary).problems(_read(path.resolve()))


def policy_of_file(path: Path, day: date) -> GradingPolicy:
    """The policy of a file as it would apply on the day, whatever the days it is meant for.

    Raises ``DefinitionError("policy.invalid")`` with file and line.
    """
    shelf, file = _Shelf(path.parent), _read(path.resolve())
    _refuse(shelf.problems(file))
    assert file.policy is not None
    base_day = day if file.policy.in_force(day) else file.policy.effective_from
    return shelf.resolved(file, base_day)[0]


@cache
def grading_policy(name: str, day: date, folder: Path | None = None) -> tuple[GradingPolicy, str]:
    """The policy of that name in force on the day, and the fingerprint of its file and of those that it extends.

    Raises ``DefinitionError``: ``policy.invalid`` with file and line, also where two files claim one day, or
    ``policy.none_in_force``.
    """
    shelf = _Shelf(folder or shipped())
    for file in shelf.files:
        _refuse(shelf.problems(file))
    found = shelf.in_force(name, day)
    if found is None:
        raise DefinitionError("policy.none_in_force", day=day, what=f"grading/{name}")
    policy, paths = shelf.resolved(found, day)
    return policy, fingerprint(*paths)


def shipped() -> Path:
    """The folder of the program's policies."""
    return root("policies") / "grading"


def _refuse(found: list[tuple[str, Problem]]) -> None:
    for name, problem in found:
        raise DefinitionError("policy.invalid", path=f"{name}:{problem.line}", why=problem.why)


def _read(path: Path) -> _File:
    state = path.stat()
    return _parsed(path, state.st_mtime_ns, state.st_size)


@cache
def _parsed(path: Path, _changed: int, _size: int) -> _File:
    """The file as it was then: a policy is edited, checked and edited again."""
    value, found = read_yaml(path, PolicyFile)
    return _File(path, value, tuple(found))


class _Shelf:
    """The policies of a folder, and behind them the shipped ones, for bases that the folder lacks."""

    def __init__(self, folder: Path, vocabulary: Vocabulary | None = None) -> None:
        self.files = [_read(path.resolve()) for path in sorted(folder.glob("*.yml"))]
        own = {file.policy.policy for file in self.files if file.policy}
        others = [_read(path.resolve()) for path in sorted(shipped().glob("*.yml"))]
        self._all = self.files + [file for file in others if file.policy and file.policy.policy not in own]
        self._vocabulary = vocabulary

    def in_force(self, name: str, day: date) -> _File | None:
        """The file that holds the policy on the day."""
        for file in self._all:
            if file.policy and file.policy.policy == name and file.policy.in_force(day):
                return file
        return None

    def resolved(self, file: _File, day: date) -> tuple[GradingPolicy, list[Path]]:
        """The file's policy with what it inherits on the day, and the files that it is made of."""
        own = file.policy
        assert own is not None
        base = self.in_force(own.extends, day) if own.extends else None
        if base is None:
            return combined(own, None), [file.path]
        above, paths = self.resolved(base, day)
        return combined(own, above), [file.path, *paths]

    def problems(self, file: _File) -> list[tuple[str, Problem]]:
        """All problems of a file, or of what it extends."""
        own = file.policy
        if own is None:
            return [(file.name, problem) for problem in file.problems]
        found = [*self._claims(file, own), *self._heritage(file, own)]
        if found:
            return [(file.name, problem) for problem in file.problem(*found)]
        told: dict[tuple[int, str], Problem] = {}
        for day in self._turns(own):
            base = self.in_force(own.extends, day) if own.extends else None
            if base is not None and (below := self.problems(base)):
                return below
            above = self.resolved(base, day)[0] if base else None
            whole = combined(own, above)
            for problem in file.problem(*faults(own, above, whole, self._vocabulary)):
                told.setdefault((problem.line, problem.why), problem)
        return [(file.name, problem) for problem in told.values()]

    def _claims(self, file: _File, own: PolicyFile) -> Iterator[Fault]:
        """Days that another file of the folder claims for the same policy; told of the later of the two."""
        for other in self.files:
            held = other.policy
            if other.path == file.path or held is None or held.policy != own.policy:
                continue
            first, last = max(own.effective_from, held.effective_from), min(own.effective_to, held.effective_to)
            if first < last and (own.effective_from, file.path) > (held.effective_from, other.path):
                zh = f"政策 {own.policy} 自 {first} 起已由 {other.name} 规定：同一日两份政策"
                en = f"{other.name} holds policy {own.policy} from {first} too: two policies for one day"
                yield ("effective_from",), zh, en

    def _heritage(self, file: _File, own: PolicyFile) -> Iterator[Fault]:
        """Bases that are missing on some day, and policies that extend themselves."""
        if own.extends is None:
            return
        for day in self._turns(own):
            trail = [own.policy]
            at: str | None = own.extends
            while at is not None and at not in trail:
                trail.append(at)
                base = self.in_force(at, day)
                if base is None or base.policy is None:
                    zh, en = f"{day} 没有生效的政策 {at}", f"no policy {at} is in force on {day}"
                    yield ("extends",), zh, en
                    break
                at = base.policy.extends
            else:
                if at is not None:
                    chain = " → ".join([*trail, at])
                    yield ("extends",), f"政策互相延伸：{chain}", f"policies extend one another: {chain}"
                    return

    def _turns(self, own: PolicyFile) -> list[date]:
        """The first day of the policy, and the days on which a version of one that it extends begins or ends."""
        days = {own.effective_from}
        for file in self._all if own.extends else ():
            if file.policy and file.policy.policy != own.policy:
                days |= {file.policy.effective_from, file.policy.effective_to}
        last = min(own.effective_to, date(9999, 12, 30)) - timedelta(days=1)
        return sorted(day for day in days if own.effective_from <= day <= last)
