"""A method over many plants at once: through `sql`, with what cannot be said there left to `exact`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tanheng.app.fleet_source import Fleet, PlantYear
from tanheng.app.library import Library
from tanheng.engine.exact.result import in_force, result_of, shown_text, started
from tanheng.engine.exact.run import Run
from tanheng.formula.model import TIME_SCOPES, Method, Step
from tanheng.formula.order import reached, step_reads
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.kernel.units import parse_unit

Progress = Callable[[int, int, str], None]
_TONNES = tuple(parse_unit(text).dimension for text in ("tCO2", "tCO2e"))


@dataclass(frozen=True, slots=True)
class FleetRow:
    """One figure: of a plant's year at the members of `scope`, as exact text in `unit` and as it is shown."""

    year: PlantYear
    step: str
    scope: tuple[tuple[str, str], ...]
    exact: str
    shown: str
    unit: str


@dataclass(frozen=True, slots=True)
class FleetAccount:
    """The emissions of a fleet.

    Attributes:
        totals: The emission answer of every plant's year that may be filed, one row each.
        rows: The same emissions at the level that was asked for.
        problems: By plant's year, what was found; by file, what was refused on reading.
        ways: How many years were computed by each back end: {"sql": 998, "exact": 2}.
    """

    years: tuple[PlantYear, ...]
    by: tuple[str, ...]
    totals: tuple[FleetRow, ...]
    rows: tuple[FleetRow, ...]
    problems: dict[str, tuple[Problem, ...]]
    ways: dict[str, int]

    @property
    def failed(self) -> tuple[str, ...]:
        """Years and files that have no figure."""
        return tuple(key for key, found in self.problems.items() if any(map(_keeps, found)))

    def sums(self) -> dict[str, Fraction]:
        """The sum of the totals by unit of measure; tCO2 and tCO2e are never added."""
        found: dict[str, Fraction] = {}
        for row in self.totals:
            found[row.unit] = found.get(row.unit, Fraction(0)) + Fraction(row.exact)
        return found

    def to_json(self) -> dict[str, Any]:
        """A JSON object; figures as exact text."""
        return {
            "ok": not self.failed,
            "years": len(self.years),
            "by": list(self.by),
            "backends": self.ways,
            "sums": {unit: exact_text(value) for unit, value in self.sums().items()},
            "totals": [_json(row) for row in self.totals],
            "rows": [_json(row) for row in self.rows],
            "problems": {key: [p.to_json() for p in found] for key, found in self.problems.items() if found},
        }


def _json(row: FleetRow) -> dict[str, Any]:
    return {
        "plant": row.year.id,
        "title": row.year.title,
        "period": row.year.period,
        "method": row.year.method,
        "step": row.step,
        "scope": dict(row.scope),
        "exact": row.exact,
        "shown": row.shown,
        "unit": row.unit,
    }


def _keeps(found: Problem) -> bool:
    return found.severity in ("error", "ask")


def account_fleet(
    fleet: Fleet,
    by: Sequence[str] = ("unit", "month"),
    library: Library | None = None,
    step: str = "",
    progress: Progress | None = None,
) -> FleetAccount:
    """Compute every plant's year of a fleet.

    Args:
        by: Scopes below the plant at which the emissions are listed.
        step: The number that is listed, by name, instead of the emissions that fit `by`.

    Raises:
        Refused: TH-A44 a method has no emissions at that level; a method that is refused at load.
    """
    library = library or Library()
    found = {file: list(each) for file, each in fleet.problems.items()}
    totals: list[FleetRow] = []
    rows: list[FleetRow] = []
    ways = {"sql": 0, "exact": 0}
    for group, keys in _groups(fleet, library, found).items():
        method = library.methods.get(group[0])
        names = _wanted(method, tuple(by), step)
        # a year in two rule periods is two methods' work, which one SQL run does not do
        compute = _by_sql if group[1] else _by_exact
        ways["sql" if group[1] else "exact"] += len(keys)
        made = compute(fleet, keys, method, names, library, progress, found)
        totals += made[0]
        rows += made[1]
    years = tuple(fleet.years[key] for key in fleet)
    order = {year.key: n for n, year in enumerate(years)}
    # no figure of a year with an error or an open question is shown or added
    bad = {key for key, each in found.items() if any(map(_keeps, each))}
    kept = [
        sorted((r for r in each if r.year.key not in bad), key=lambda r: order[r.year.key])
        for each in (totals, rows)
    ]
    problems = {key: tuple(each) for key, each in found.items() if each}
    return FleetAccount(years, tuple(by), tuple(kept[0]), tuple(kept[1]), problems, ways)


def _groups(
    fleet: Fleet, library: Library, found: dict[str, list[Problem]]
) -> dict[tuple[str, bool], list[str]]:
    """Keys by method, and whether one method serves the whole period; years that no method serves are noted."""
    groups: dict[tuple[str, bool], list[str]] = {}
    for key in fleet:
        year = fleet.years[key]
        try:
            whole = len(in_force(year.method, year.period, library.methods)) == 1
        except Refused as refused:
            found.setdefault(key, []).extend(refused.problems)
            continue
        groups.setdefault((year.method, whole), []).append(key)
    return groups


def answer_of(method: Method) -> str:
    """The emission answer of a method."""
    return next(name for name, answer in method.answers.items() if answer.kind == "emission")


def level_of(method: Method, by: tuple[str, ...]) -> str:
    """The step that lists the emissions at the given scopes: of those that fit the one that adds up the others.

    Raises:
        Refused: TH-A44 there is none.
    """
    emissions = {n: s for n, s in method.steps.items() if s.unit is not None and s.unit.dimension in _TONNES}
    used = reached(method.steps, method.answers)
    levels: dict[frozenset[str], list[str]] = {}
    for name, step in emissions.items():
        if name in used and not step.optional:
            levels.setdefault(frozenset(step.closure), []).append(name)
    fitting = levels.get(frozenset(by), [])
    below = {n for name in fitting for n in reached(method.steps, step_reads(method.steps[name]))}
    tops = [name for name in fitting if name not in below]
    if answer_of(method) in tops:
        return answer_of(method)
    if not tops:
        listed = "; ".join(",".join(_order(method, level)) or "—" for level in levels)
        raise Refused(
            problem("TH-A44", Place(key=method.id), name=method.zh, seen=",".join(by) or "—", wanted=listed)
        )
    return tops[-1]


def _order(method: Method, scopes: frozenset[str]) -> list[str]:
    return [scope for scope in method.scopes if scope in scopes]


def _wanted(method: Method, by: tuple[str, ...], step: str) -> tuple[str, str]:
    if step and step not in method.steps:
        raise Refused(problem("TH-A14", Place(key=method.id), seen=step, near=", ".join(method.answers)))
    return answer_of(method), step or level_of(method, by)


Made = tuple[list[FleetRow], list[FleetRow]]


def _by_sql(
    fleet: Fleet,
    keys: list[str],
    method: Method,
    names: tuple[str, str],
    library: Library,
    progress: Progress | None,
    found: dict[str, list[Problem]],
) -> Made:
    from tanheng.engine.sql.runner import run_sql

    steps = {*names, *method.answers} & method.steps.keys()
    with run_sql(method, _Part(fleet, keys), library.factors, progress=progress, steps=steps) as result:
        for key, problems in result.problems.items():
            found.setdefault(key, []).extend(problems)
        made: list[list[FleetRow]] = []
        for name in names:
            item = method.steps[name]
            made.append(
                [
                    FleetRow(
                        fleet.years[row.plant],
                        name,
                        tuple(zip(item.closure, row.row, strict=True)),
                        exact_text(row.own) if row.own is not None else row.shown,
                        row.shown,
                        _unit(fleet, item, method, row.plant, row.row),
                    )
                    for row in result.table(name)
                ]
            )
    return made[0], made[1]


def _unit(fleet: Fleet, step: Step, method: Method, key: str, row: tuple[str, ...]) -> str:
    """The unit of a figure; a member's own one is read from the plant."""
    if step.unit is None or "[" not in step.unit.text:
        return step.unit.text if step.unit is not None else ""
    from tanheng.library.factor_library import FactorLibrary

    return (
        Run(method, replace(fleet[key], data=()), FactorLibrary([]))
        .data.unit_of(step.unit, step.closure, row)
        .text
    )


def _by_exact(
    fleet: Fleet,
    keys: list[str],
    method: Method,
    names: tuple[str, str],
    library: Library,
    progress: Progress | None,
    found: dict[str, list[Problem]],
) -> Made:
    made: tuple[list[FleetRow], list[FleetRow]] = ([], [])
    for number, key in enumerate(keys, 1):
        run = started(fleet[key], library.methods, library.factors)
        found.setdefault(key, []).extend(result_of(run).problems)
        for name, into in zip(names, made, strict=True):
            item = method.steps[name]
            for row in run.of(name):
                try:
                    value = run.value(name, row)
                except Refused:
                    continue  # its problem is among those of the result
                way = run.way(name, row)
                if isinstance(value, Fraction) and item.unit is not None and way is not None:
                    own = value / item.unit.scale
                    shown = shown_text(own, way.rounding, item.show)
                    unit = run.data.unit_of(item.unit, item.closure, row).text
                    scope = tuple(zip(item.closure, row, strict=True))
                    into.append(FleetRow(fleet.years[key], name, scope, exact_text(own), shown, unit))
        if progress is not None:
            progress(number, len(keys), key)
    return made


class _Part(dict[str, Any]):
    """Some years of a fleet, made when asked."""

    def __init__(self, fleet: Fleet, keys: list[str]) -> None:
        super().__init__(dict.fromkeys(keys))
        self._fleet = fleet

    def __getitem__(self, key: str) -> Any:
        return self._fleet[key]


@dataclass(frozen=True, slots=True)
class FleetChange:
    """A plant's year before and after a change of the library; exact text in `unit`."""

    year: PlantYear
    before: str
    after: str
    change: str
    unit: str


def diff_fleet(before: FleetAccount, after: FleetAccount) -> list[FleetChange]:
    """What the other library moves: every plant's year whose total differs, largest change first.

    A year that has a figure on one side only is in neither list of totals together; its problems say why.
    """
    old = {row.year.key: row for row in before.totals}
    found: list[FleetChange] = []
    for row in after.totals:
        known = old.get(row.year.key)
        if known is not None and known.exact != row.exact:
            change = exact_text(Fraction(row.exact) - Fraction(known.exact))
            found.append(FleetChange(row.year, known.exact, row.exact, change, row.unit))
    return sorted(found, key=lambda each: (-abs(Fraction(each.change)), each.year.key))


def time_of(row: FleetRow) -> str:
    """The month or day that a row belongs to, or an empty text."""
    found = dict(row.scope)
    return next((found[scope] for scope in reversed(TIME_SCOPES) if scope in found), "")
