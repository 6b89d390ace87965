"""What a process does for a fleet: some plants' years by `sql`, or by `exact`, as figures and problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tanheng.app.accounting import KEEPS, Account, account
from tanheng.app.fleet_source import unpacked
from tanheng.app.fleet_work import shared
from tanheng.app.library import Library
from tanheng.engine.exact.run import Run
from tanheng.engine.sql.plan import Refusal, compile_method
from tanheng.engine.sql.result import SqlResult
from tanheng.facts.datum import SUBSTITUTED
from tanheng.facts.inputs import Inputs
from tanheng.facts.result import Line
from tanheng.formula.model import TIME_SCOPES, Check, Method, Step, Way
from tanheng.formula.order import reached
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Problem, Refused
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import MethodLibrary

_CHECK = "check "
"""Begins the name of the step that stands for a check; no step of a method has a space in its name."""


@dataclass(frozen=True, slots=True)
class Job:
    """Years of one method by key, packed, and the steps of which every row is wanted."""

    method: str
    steps: tuple[str, ...]
    years: tuple[tuple[str, bytes], ...]
    library: Library


@dataclass(frozen=True, slots=True)
class Figure:
    """One computed cell of a year: exact text in `unit`, and as it is shown."""

    key: str
    step: str
    scope: tuple[tuple[str, str], ...]
    exact: str
    shown: str
    unit: str


@dataclass(slots=True)
class Made:
    """What became of the years of a job. Those `left` are for `exact`, which knows what to say of them."""

    figures: list[Figure] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)


# --- sql


def by_sql(job: Job) -> Made:
    """Every year of the job that has nothing in it that would keep it from being filed; the rest is left."""
    from tanheng.engine.sql.runner import run_sql

    job = replace(job, library=shared(job.library))
    methods, factors = job.library.methods, job.library.factors
    method = methods.get(job.method)
    left: set[str] = set()
    found: list[Figure] = []
    for number, judged in enumerate(judges(method, methods)):
        checks, apart = _checks(judged)
        years = _Years(job, method, judged, apart)
        wanted = [*method.steps, *checks] if number == 0 else checks
        with run_sql(judged, years, factors, steps=wanted) as result:
            left |= years.doubtful | _doubtful(result, checks)
            if number == 0:
                for name in job.steps:
                    found += _figures(result, method, name, years)
    return Made([f for f in found if f.key not in left], [key for key, _ in job.years if key in left])


class _Years(Mapping[str, Inputs]):
    """The years of a job as a set of rules reads them, unpacked one by one.

    Attributes:
        doubtful: Years that are for `exact`: a rule finds a value of theirs, or a check without SQL fails.
    """

    def __init__(self, job: Job, method: Method, judged: Method, apart: Sequence[str]) -> None:
        self.job, self.method, self.judged, self.apart = job, method, judged, apart
        self.doubtful: set[str] = set()
        self._packed = dict(job.years)
        self._seen: set[str] = set()
        self._names = reached(judged.steps, apart)

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, key: str) -> Inputs:
        inputs = unpacked(self._packed[key])
        read = with_papers(inputs, self.judged, self.method)
        if key not in self._seen:
            self._seen.add(key)
            if filled_by_rule(inputs, self.job.library.methods) or not self._holds(read):
                self.doubtful.add(key)
        return read

    def _holds(self, inputs: Inputs) -> bool:
        """Whether the checks that have no SQL hold: they are run on the few data that they read."""
        if not self.apart:
            return True
        data = tuple(d for d in inputs.data if self._reads(d.name))
        try:
            run = Run(self.judged, replace(inputs, data=data), self.job.library.factors)
            return all(run.value(name, row) is not False for name in self.apart for row in run.of(name))
        except Refused:
            return False

    def _reads(self, name: str) -> bool:
        given = self.judged.givens.get(name)
        # the rows of an open scope are those of its data
        return given is not None and (
            name in self._names or any(self.judged.scopes[scope].open for scope in given.closure)
        )


def _checks(judged: Method) -> tuple[list[str], list[str]]:
    """The steps that stand for checks: those with SQL, and those without."""
    names = [name for name in judged.steps if name.startswith(_CHECK)]
    verdicts = compile_method(judged).steps
    apart = [name for name in names if isinstance(verdicts[name], Refusal)]
    return [name for name in names if name not in apart], apart


def _doubtful(result: SqlResult, checks: Sequence[str]) -> set[str]:
    """Plants with a problem or a check that fails; whether it matters, `exact` says."""
    found = {key for key, said in result.problems.items() if any(p.severity in KEEPS for p in said)}
    for name in checks:
        found |= {
            plant for (plant, _), (value, failed) in result.cells(name).items() if failed or value is False
        }
    return found


def _figures(result: SqlResult, method: Method, name: str, years: _Years) -> Iterator[Figure]:
    item = method.steps[name]
    for row in result.table(name):
        scope = tuple(zip(item.closure, row.row, strict=True))
        exact = row.shown if row.own is None else exact_text(row.own)
        yield Figure(row.plant, name, scope, exact, row.shown, _unit(item, years, row.plant, row.row))


def _unit(step: Step, years: _Years, key: str, row: tuple[str, ...]) -> str:
    """The unit of a figure; a member's own one is read from the plant."""
    if step.unit is None or "[" not in step.unit.text:
        return step.unit.text if step.unit is not None else ""
    run = Run(years.judged, replace(years[key], data=()), FactorLibrary([]))
    return run.data.unit_of(step.unit, step.closure, row).text


def judges(method: Method, methods: MethodLibrary) -> tuple[Method, ...]:
    """The method with each set of rules laid over it, and checks that keep a year from being filed as steps.

    The first has the method's own checks too. Where the method itself replaces a value, nothing is kept.
    """
    laid = [each for rules in methods.rules() if (each := methods.judging(rules, method)) is not None]
    laid = [each for each in laid if any(c.id in each.own and _grave(c) for c in each.checks)]
    first, *others = laid or [method]
    whole = [_with_steps(first, [c for c in first.checks if _grave(c)])]
    own = [_with_steps(each, [c for c in each.checks if _grave(c) and c.id in each.own]) for each in others]
    return (*whole, *own)


def _grave(check: Check) -> bool:
    return check.level == "error" and not check.replaced


def _with_steps(method: Method, checks: Sequence[Check]) -> Method:
    steps = {
        f"{_CHECK}{c.id}": Step(
            f"{_CHECK}{c.id}", c.per, c.closure, "truth", None, (Way("", c.that),), optional=True
        )
        for c in checks
    }
    return replace(method, steps={**method.steps, **steps}, sequence=(*method.sequence, *steps))


def with_papers(inputs: Inputs, laid: Method, judged: Method) -> Inputs:
    """As the rules read them: facts that only the rules know are data."""
    papers = tuple(f for f in inputs.facts if f.name in laid.givens and f.name not in judged.givens)
    boundary = laid.boundary if inputs.boundary == judged.boundary else inputs.boundary
    return replace(inputs, method=laid.id, boundary=boundary, data=inputs.data + papers)


def filled_by_rule(inputs: Inputs, methods: MethodLibrary) -> bool:
    """Whether a rule, not a person, finds a value of the year: the side that is safe needs `exact`."""
    rules = methods.rules()
    return any(
        d.state == SUBSTITUTED and (not d.value or d.rule.partition("/")[0] in rules) for d in inputs.data
    )


# --- exact


def by_exact(job: Job) -> Made:
    """Each year as `tanheng account` does it."""
    made, library = Made(), shared(job.library)
    for key, data in job.years:
        try:
            done = account(unpacked(data), library)
        except Refused as refused:
            made.problems[key] = tuple(refused.problems)
            continue
        if done.ok:
            made.figures += (figure for name in job.steps for figure in figures_of(done, key, name))
        else:
            made.problems[key] = tuple(p for p in done.problems if p.severity in KEEPS)
    return made


def figures_of(done: Account, key: str, name: str) -> Iterator[Figure]:
    """The rows of a step in an account."""
    closure = done.run.method.steps[name].closure
    for line in done.result.lines:
        if line.name == name:
            yield Figure(key, name, scope_of(line, closure), line.exact, line.shown, line.unit)


def scope_of(line: Line, closure: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Scopes and members of a line, with month and day."""
    month = len("2024-03")
    times = dict.fromkeys(TIME_SCOPES, line.period) | {"month": line.period[:month]}
    members = times | dict(line.scope)
    return tuple((scope, members[scope]) for scope in closure)
