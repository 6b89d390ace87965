"""A method over many plants at once: through `sql`, with what cannot be said there left to `exact`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tanheng.app.fleet_runs import Figure, Job, Made, by_exact, by_sql
from tanheng.app.fleet_source import Fleet, PlantYear, Progress
from tanheng.app.fleet_work import parts, spread
from tanheng.app.library import Library
from tanheng.engine.exact.result import in_force
from tanheng.formula.check import closure_of
from tanheng.formula.model import TIME_SCOPES, Method
from tanheng.formula.order import reached, step_reads
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.kernel.units import parse_unit

TONNES = tuple(parse_unit(text).dimension for text in ("tCO2", "tCO2e"))
"""Dimensions of emissions."""
_USUAL = (("unit", "month"), ("source", "month"), ("month",))
_SQL_TOGETHER, _EXACT_TOGETHER = 250, 4
"""Years that a process computes at a time; a run of `sql` costs as much as some twenty years by itself."""
_FEW = 40


@dataclass(frozen=True, slots=True)
class FleetRow:
    """One figure: of a plant's year at the members of `scope`, as exact text in `unit` and as it is shown."""

    year: PlantYear
    step: str
    scope: tuple[tuple[str, str], ...]
    exact: str
    shown: str
    unit: str

    @property
    def time(self) -> str:
        """The day or month that it belongs to, or an empty text."""
        found = dict(self.scope)
        return next((found[scope] for scope in reversed(TIME_SCOPES) if scope in found), "")


@dataclass(frozen=True, slots=True)
class FleetSum:
    """Totals of one period, boundary and unit of measure; only those are ever added."""

    period: str
    boundary: str
    unit: str
    value: Fraction
    years: int


@dataclass(frozen=True, slots=True)
class FleetAccount:
    """The emissions of a fleet.

    Attributes:
        years: Every plant's year that was read.
        totals: The emission answer of every year that may be filed.
        rows: The same emissions at the level that was asked for.
        levels: The step that `rows` lists, by method.
        problems: Why a year (by its key) or a file (by its name) has no figure, and notes on reading.
        failed: Years and files without a figure.
        ways: How many years were computed by each back end: {"sql": 998, "exact": 2}.
    """

    years: tuple[PlantYear, ...]
    totals: tuple[FleetRow, ...]
    rows: tuple[FleetRow, ...]
    levels: Mapping[str, str]
    problems: Mapping[str, tuple[Problem, ...]]
    failed: tuple[str, ...]
    ways: Mapping[str, int]

    @property
    def of(self) -> int:
        """How many years and files there are, with and without a figure."""
        return len(self.totals) + len(self.failed)

    def sums(self) -> list[FleetSum]:
        """The totals added up; tCO2 and tCO2e, two boundaries or two periods are never added."""
        found: dict[tuple[str, str, str], list[Fraction]] = {}
        for row in self.totals:
            key = (row.year.period, row.year.boundary, row.unit)
            found.setdefault(key, []).append(Fraction(row.exact))
        return [FleetSum(*key, sum(each, Fraction(0)), len(each)) for key, each in sorted(found.items())]

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """A JSON object; figures as exact text. "ok" is false where any year is without a figure."""
        return {
            "format": "tanheng-fleet-1",
            "ok": not self.failed,
            "figures": len(self.totals),
            "of": self.of,
            "backends": dict(self.ways),
            "levels": dict(self.levels),
            "sums": [
                {
                    "period": each.period,
                    "boundary": each.boundary,
                    "exact": exact_text(each.value),
                    "unit": each.unit,
                    "years": each.years,
                }
                for each in self.sums()
            ],
            "totals": [_json(row) for row in self.totals],
            "rows": [_json(row) for row in self.rows],
            "problems": {key: [p.to_json(lang) for p in each] for key, each in self.problems.items()},
        }


def _json(row: FleetRow) -> dict[str, Any]:
    return {
        "plant": row.year.id,
        "title": row.year.title,
        "period": row.year.period,
        "boundary": row.year.boundary,
        "method": row.year.method,
        "step": row.step,
        "scope": dict(row.scope),
        "exact": row.exact,
        "shown": row.shown,
        "unit": row.unit,
    }


def account_fleet(
    fleet: Fleet,
    by: Sequence[str] | None = None,
    library: Library | None = None,
    step: str = "",
    progress: Progress | None = None,
) -> FleetAccount:
    """Compute every plant's year of a fleet. What `tanheng account` would not file has no figure here either.

    Args:
        by: Scopes below the plant at which the emissions are listed; by default units and months where a
            method has them.
        step: The number that is listed, by name, instead of the emissions that fit `by`.
        progress: Called with how many years were computed, of how many, and the way.

    Raises:
        Refused: TH-A44 a method has no emissions at that level; TH-A14 no such number; a method that is
            refused at load.
    """
    library = library or Library()
    work = _Work(fleet, library, progress)
    groups = work.groups()
    methods = {id: library.methods.get(id) for id, _ in groups}
    levels = {id: _level(method, by, step) for id, method in methods.items()}
    wanted = {id: tuple(dict.fromkeys((answer_of(method), levels[id]))) for id, method in methods.items()}
    work.total = sum(map(len, groups.values()))
    left: dict[str, list[str]] = {}
    for (id, whole), keys in groups.items():
        # a year in two rule periods is two methods' work, which one run of SQL does not do
        left.setdefault(id, []).extend(work.by_sql(id, wanted[id], keys) if whole else keys)
    for id, keys in left.items():
        work.by_exact(id, wanted[id], keys)
    rows = [FleetRow(fleet.years[f.key], f.step, f.scope, f.exact, f.shown, f.unit) for f in work.figures]
    rows.sort(key=lambda r: (r.year.key, r.step, r.scope))
    totals = tuple(r for r in rows if r.step == answer_of(methods[r.year.method]))
    figured = {row.year.key for row in totals}
    return FleetAccount(
        tuple(fleet.years[key] for key in fleet),
        totals,
        tuple(r for r in rows if r.step == levels[r.year.method]),
        levels,
        {key: tuple(each) for key, each in sorted(work.problems.items())},
        tuple(sorted({*fleet.refused, *(key for key in fleet if key not in figured)})),
        work.ways,
    )


class _Work:
    """What was computed so far."""

    def __init__(self, fleet: Fleet, library: Library, progress: Progress | None) -> None:
        self.fleet, self.library, self.progress = fleet, library, progress
        self.figures: list[Figure] = []
        self.problems = {file: list(each) for file, each in fleet.problems.items()}
        self.ways = {"sql": 0, "exact": 0}
        self.total = 0

    def groups(self) -> dict[tuple[str, bool], list[str]]:
        """Keys by method, and whether it serves the whole period; what no method serves is noted."""
        groups: dict[tuple[str, bool], list[str]] = {}
        for key in self.fleet:
            year = self.fleet.years[key]
            try:
                whole = len(in_force(year.method, year.period, self.library.methods)) == 1
            except Refused as refused:
                self.problems.setdefault(key, []).extend(refused.problems)
                continue
            groups.setdefault((year.method, whole), []).append(key)
        return groups

    def by_sql(self, method: str, steps: tuple[str, ...], keys: list[str]) -> list[str]:
        """Compute years; returns those that are left to `exact`."""
        left: list[str] = []
        few = len(keys) <= _FEW
        for made in self._spread(
            by_sql, method, steps, [keys] if few else parts(keys, _SQL_TOGETHER), not few
        ):
            left += made.left
            self._take(made, "sql")
        return left

    def by_exact(self, method: str, steps: tuple[str, ...], keys: list[str]) -> None:
        """Compute years one by one."""
        apart = len(keys) > _EXACT_TOGETHER
        for made in self._spread(by_exact, method, steps, parts(keys, _EXACT_TOGETHER), apart):
            self._take(made, "exact")

    def _spread(
        self,
        function: Callable[[Job], Made],
        method: str,
        steps: tuple[str, ...],
        keys: Sequence[Sequence[str]],
        apart: bool,
    ) -> Iterator[Made]:
        # a library goes to another process as its folders, and is read there; here it has been read
        library = replace(self.library) if apart else self.library
        jobs = (
            Job(method, steps, tuple((key, self.fleet.packed(key)) for key in part), library) for part in keys
        )
        return spread(function, jobs, apart)

    def _take(self, made: Made, way: str) -> None:
        self.figures += made.figures
        for key, found in made.problems.items():
            self.problems.setdefault(key, []).extend(found)
        self.ways[way] += len({f.key for f in made.figures})
        if self.progress is not None:
            self.progress(min(sum(self.ways.values()) + len(self.problems), self.total), self.total, way)


def answer_of(method: Method) -> str:
    """The emission answer of a method."""
    return next(name for name, answer in method.answers.items() if answer.kind == "emission")


def _level(method: Method, by: Sequence[str] | None, step: str) -> str:
    """The step that is listed. Raises Refused TH-A14, TH-A44."""
    if step:
        if step not in method.steps:
            raise Refused(problem("TH-A14", Place(key=method.id), seen=step, near=", ".join(method.answers)))
        return step
    if by is not None:
        return level_of(method, by)
    for usual in _USUAL:
        try:
            return level_of(method, usual)
        except Refused:
            continue
    return answer_of(method)


def level_of(method: Method, by: Sequence[str]) -> str:
    """The step that lists the emissions at the given scopes: the one that adds up all others there.

    Raises:
        Refused: TH-A44 there is none, or there are several that none adds up.
    """
    used = reached(method.steps, method.answers)
    levels: dict[frozenset[str], list[str]] = {}
    for name, step in method.steps.items():
        if name in used and not step.optional and step.unit is not None and step.unit.dimension in TONNES:
            levels.setdefault(frozenset(step.closure), []).append(name)
    known = all(scope in method.scopes for scope in by)
    fitting = levels.get(frozenset(closure_of(tuple(by), method.scopes)), []) if known else []
    if answer_of(method) in fitting:
        return answer_of(method)
    below = {n for name in fitting for n in reached(method.steps, step_reads(method.steps[name]))}
    tops = [name for name in fitting if name not in below]
    if len(tops) == 1:
        return tops[0]
    listed = "; ".join(_said(method, level, names) for level, names in levels.items())
    seen = f"{','.join(by) or '—'} ({', '.join(tops)})" if tops else ",".join(by) or "—"
    raise Refused(problem("TH-A44", Place(key=method.id), name=method.zh, seen=seen, wanted=listed))


def _said(method: Method, scopes: frozenset[str], names: Sequence[str]) -> str:
    return f"{','.join(s for s in method.scopes if s in scopes) or '—'} ({', '.join(names)})"


@dataclass(frozen=True, slots=True)
class FleetChange:
    """A plant's year before and after a change of the library; exact text in `unit`."""

    year: PlantYear
    before: str
    after: str
    change: str
    unit: str


@dataclass(frozen=True, slots=True)
class FleetDifference:
    """What another library moves.

    Attributes:
        changes: Every plant's year whose total differs, the largest change first.
        same: How many years have equal totals.
        apart: Years that have a figure on one side only, or in another unit: they cannot be compared.
    """

    changes: tuple[FleetChange, ...]
    same: int
    apart: tuple[str, ...]

    def sums(self) -> list[FleetSum]:
        """The changes added up, as totals are."""
        found: dict[tuple[str, str, str], list[Fraction]] = {}
        for each in self.changes:
            key = (each.year.period, each.year.boundary, each.unit)
            found.setdefault(key, []).append(Fraction(each.change))
        return [FleetSum(*key, sum(each, Fraction(0)), len(each)) for key, each in sorted(found.items())]


def diff_fleet(before: FleetAccount, after: FleetAccount) -> FleetDifference:
    """Compare the totals of one fleet under two libraries."""
    old, new = ({row.year.key: row for row in side.totals} for side in (before, after))
    found: list[FleetChange] = []
    same = 0
    apart = sorted(old.keys() ^ new.keys())
    for key in sorted(old.keys() & new.keys()):
        was, now = old[key], new[key]
        if was.unit != now.unit:
            apart.append(key)
        elif was.exact == now.exact:
            same += 1
        else:
            change = exact_text(Fraction(now.exact) - Fraction(was.exact))
            found.append(FleetChange(now.year, was.exact, now.exact, change, now.unit))
    found.sort(key=lambda each: (-abs(Fraction(each.change)), each.year.key))
    return FleetDifference(tuple(found), same, tuple(apart))
