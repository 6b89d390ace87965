"""Some years of a fleet by both back ends, with every step and row compared."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tanheng.app.fleet_runs import filled_by_rule, judges, with_papers
from tanheng.app.fleet_source import Fleet, Progress
from tanheng.app.library import Library
from tanheng.engine.exact.result import in_force, started
from tanheng.engine.exact.run import Run
from tanheng.engine.sql.result import SqlResult
from tanheng.kernel.problems import Problem, Refused

Seen = tuple[object, bool]
"""A value in base units, None where it is absent, and whether it could not be computed."""


@dataclass(frozen=True, slots=True)
class Unequal:
    """A cell that the back ends do not agree on."""

    key: str
    step: str
    row: tuple[str, ...]
    sql: str
    exact: str


@dataclass(frozen=True, slots=True)
class FleetCheck:
    """What a comparison found.

    Attributes:
        cells: How many cells were compared, by year.
        only_exact: Years that `sql` leaves to `exact`: two rule periods, values found by a rule.
        unequal: Every cell that differs.
        problems: Years that no method serves, or that cannot be begun.
    """

    cells: dict[str, int]
    only_exact: tuple[str, ...]
    unequal: tuple[Unequal, ...]
    problems: dict[str, tuple[Problem, ...]]


def check_fleet(
    fleet: Fleet, sample: int, library: Library | None = None, seed: int = 0, progress: Progress | None = None
) -> FleetCheck:
    """Compare `sample` years, drawn at random, or all if there are no more.

    Args:
        seed: The same seed draws the same years.
    """
    library = library or Library()
    keys = sorted(random.Random(seed).sample(list(fleet), min(sample, len(fleet))))
    cells: dict[str, int] = {}
    alone: list[str] = []
    unequal: list[Unequal] = []
    problems: dict[str, tuple[Problem, ...]] = {}
    for number, key in enumerate(keys, 1):
        year = fleet.years[key]
        try:
            whole = len(in_force(year.method, year.period, library.methods)) == 1
            if not whole or filled_by_rule(fleet[key], library.methods):
                alone.append(key)
            else:
                cells[key], found = _compared(fleet, key, library)
                unequal += found
        except Refused as refused:
            problems[key] = tuple(refused.problems)
        if progress is not None:
            progress(number, len(keys), key)
    return FleetCheck(cells, tuple(alone), tuple(unequal), problems)


def _compared(fleet: Fleet, key: str, library: Library) -> tuple[int, list[Unequal]]:
    from tanheng.engine.sql.runner import run_sql

    inputs = fleet[key]
    method = library.methods.get(inputs.method)
    run = started(inputs, library.methods, library.factors)
    unequal: list[Unequal] = []
    count = 0
    # the very run of the fleet: with the rules of plausibility laid over the method
    judged = judges(method, library.methods)[0]
    plants = {key: with_papers(inputs, judged, method)}
    with run_sql(judged, plants, library.factors, steps=method.steps) as result:
        for name in method.sequence:
            ours, theirs = dict(_exact(run, name)), _sql(result, name)
            for row in sorted(ours.keys() | theirs.keys()):
                one, two = theirs.get(row), ours.get(row)
                count += 1
                if one != two:
                    unequal.append(Unequal(key, name, row, _text(one), _text(two)))
    return count, unequal


def _sql(result: SqlResult, name: str) -> dict[tuple[str, ...], Seen]:
    return {row: (value, failed) for (_, row), (value, failed) in result.cells(name).items()}


def _exact(run: Run, name: str) -> Iterator[tuple[tuple[str, ...], Seen]]:
    for row in run.of(name):
        try:
            yield row, (run.value(name, row), False)
        except Refused:
            yield row, (None, True)


def _text(seen: Seen | None) -> str:
    if seen is None:
        return "—"
    value, failed = seen
    return "✗" if failed else "—" if value is None else str(value)
