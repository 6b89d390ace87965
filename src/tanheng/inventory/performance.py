"""Carbon performance parameters of a year beside the year before, the baseline year and the target.

The parameters, their level (guide 000 clause 5.6) and which way is better are answers of the rules
`power-performance`, laid over the method of each year; nothing about a parameter is said here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tanheng.engine.exact.result import shown_text
from tanheng.engine.exact.run import Run
from tanheng.formula.model import Answer, Step
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Place, Refused, problem
from tanheng.kernel.rounding import Rounding
from tanheng.kernel.units import Unit, convert, parse_unit
from tanheng.library.method_library import MethodLibrary

RULES = "power-performance"
LAST, BASE = "last", "base"
_PERCENT = Rounding("half_up", 2)

Scope = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A value to be reached: of a parameter, for the whole or one unit, in one year; `document` set it."""

    of: str
    scope: Scope
    year: str
    value: Fraction
    unit: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class Against:
    """What a parameter is compared with. `change` is in percent to two places, empty where that is 0."""

    period: str
    method: str
    exact: str
    shown: str
    change: str
    improved: bool | None


@dataclass(frozen=True, slots=True)
class Reached:
    """A target beside the value: `gap` is value less target in the parameter's unit, exact text."""

    shown: str
    document: str
    gap: str
    met: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter at one place (whole plant or unit) in the year; `shown` is empty where it is absent."""

    name: str
    zh: str
    en: str
    symbol: str
    level: int
    better: str
    scope: Scope
    unit: str
    exact: str
    shown: str
    law: str
    against: Mapping[str, Against]
    target: Reached | None

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        found: dict[str, Any] = {
            "name": self.name,
            "zh": self.zh,
            "en": self.en,
            "level": self.level,
            "better": self.better,
            "scope": dict(self.scope),
            "unit": self.unit,
            "exact": self.exact,
            "shown": self.shown,
        }
        for role, other in self.against.items():
            found[role] = {
                "period": other.period,
                "method": other.method,
                "exact": other.exact,
                "shown": other.shown,
                "change": other.change,
                "improved": other.improved,
            }
        if self.target is not None:
            target = self.target
            found["target"] = {
                "shown": target.shown,
                "document": target.document,
                "gap": target.gap,
                "met": target.met,
            }
        return found


def judged(run: Run, methods: MethodLibrary) -> Run:
    """The same inputs run through the performance parameters of the run's method.

    Raises:
        Refused: TH-A32 no parameters are declared for the method.
    """
    method = methods.judging(RULES, run.method)
    if method is None:
        raise Refused(problem("TH-A32", Place(key=run.method.id), seen=run.method.zh))
    return Run(method, replace(run.inputs, method=method.id), run.library, run.elder)


def performance(
    this: Run, last: Run | None = None, base: Run | None = None, targets: Sequence[Target] = ()
) -> list[Parameter]:
    """Every parameter of the year, by level and in the order of its declaration.

    Args:
        this: The year's run, made by `judged`; `last` and `base` likewise.
        targets: Of the year and of others, which are left out.

    Raises:
        Refused: TH-A33 a target names no parameter, no such place, another unit, or a place twice.
    """
    others = {role: run for role, run in ((LAST, last), (BASE, base)) if run is not None}
    wanted = _targets(this, targets)
    found: list[Parameter] = []
    for answer in sorted(this.method.answers.values(), key=lambda a: a.level):
        if answer.level:
            step = this.method.steps[answer.name]
            for row in this.of(answer.name):
                found.append(_parameter(this, others, wanted, answer, step, row))
    return found


def _parameter(
    this: Run,
    others: Mapping[str, Run],
    wanted: Mapping[tuple[str, Scope], Target],
    answer: Answer,
    step: Step,
    row: tuple[str, ...],
) -> Parameter:
    scope = tuple(zip(step.closure, row, strict=True))
    value, shown = _figure(this, step.name, row)
    against: dict[str, Against] = {}
    for role, run in others.items():
        # a new unit, or a parameter that the other edition does not have, has nothing beside it
        if step.name in run.method.steps and row in run.of(step.name):
            other, text = _figure(run, step.name, row)
            if other is not None:
                change = _change(value, other)
                improved = _improved(answer.better, value, other)
                against[role] = Against(
                    run.period.key, run.method.id.partition("@")[2], exact_text(other), text, change, improved
                )
    target = wanted.get((step.name, scope))
    unit = step.unit
    assert unit is not None
    return Parameter(
        step.name,
        step.zh,
        step.en,
        step.symbol,
        answer.level,
        answer.better,
        scope,
        unit.text,
        exact_text(value) if value is not None else "",
        shown,
        step.law,
        against,
        _reached(answer, unit, value, target),
    )


def _figure(run: Run, name: str, row: tuple[str, ...]) -> tuple[Fraction | None, str]:
    """A parameter in its own unit, and as it is shown."""
    step = run.method.steps[name]
    value = run.value(name, row)
    if not isinstance(value, Fraction) or step.unit is None:
        return None, ""
    way = run.way(name, row)
    own = value / step.unit.scale
    return own, shown_text(own, way.rounding if way else None, step.show)


def _change(value: Fraction | None, other: Fraction) -> str:
    return "" if value is None or not other else _PERCENT.show((value / other - 1) * 100)


def _improved(better: str, value: Fraction | None, other: Fraction) -> bool | None:
    if not better or value is None or value == other:
        return None
    return (value < other) is (better == "low")


def _reached(answer: Answer, unit: Unit, value: Fraction | None, target: Target | None) -> Reached | None:
    if target is None:
        return None
    wanted = convert(target.value, parse_unit(target.unit), unit)
    shown = exact_text(wanted)
    if value is None:
        return Reached(shown, target.document, "", False)
    met = value >= wanted if answer.better == "high" else value <= wanted
    return Reached(shown, target.document, exact_text(value - wanted), met)


def _targets(this: Run, targets: Sequence[Target]) -> dict[tuple[str, Scope], Target]:
    """The targets of the year by parameter and place."""
    found: dict[tuple[str, Scope], Target] = {}
    for target in targets:
        if target.year != this.period.key:
            continue
        answer, step = this.method.answers.get(target.of), this.method.steps.get(target.of)
        place = Place(key=f"target {target.of}")
        if answer is None or step is None or not answer.level or not answer.better:
            wanted = ", ".join(n for n, a in this.method.answers.items() if a.level and a.better)
            raise Refused(problem("TH-A33", place, seen=target.of, wanted=wanted))
        scope = tuple(
            sorted(
                target.scope, key=lambda pair: step.closure.index(pair[0]) if pair[0] in step.closure else -1
            )
        )
        rows = [tuple(zip(step.closure, row, strict=True)) for row in this.of(step.name)]
        if scope not in rows or (target.of, scope) in found:
            wanted = "; ".join(" ".join(f"{s}={m}" for s, m in row) or "—" for row in rows)
            seen = " ".join(f"{s}={m}" for s, m in scope) or "—"
            raise Refused(problem("TH-A33", place, seen=seen, wanted=f"{wanted} ×1"))
        assert step.unit is not None
        if parse_unit(target.unit, place).dimension != step.unit.dimension:
            raise Refused(problem("TH-A33", place, seen=target.unit, wanted=step.unit.text))
        found[target.of, scope] = target
    return found
