"""From the total of one boundary to that of another, line by line: ETS facility to enterprise.

The lines are declared by the method of the wider boundary (`[[bridge]]`); each is the sum of a step of the
wider run less the sum of a step of the narrower one, row by row. What the lines leave over is the rounding of
the totals; anything larger is a problem and no bridge is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tanheng.engine.exact.run import Run
from tanheng.formula.model import Method
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Place, Refused, problem
from tanheng.kernel.rounding import Rounding
from tanheng.kernel.units import Unit, parse_unit

_TONNE = parse_unit("tCO2")


@dataclass(frozen=True, slots=True)
class Row:
    """One row below a line: its members, and its share, in tCO2."""

    scope: tuple[tuple[str, str], ...]
    less: Fraction
    more: Fraction

    @property
    def change(self) -> Fraction:
        """What the row adds, in tCO2."""
        return self.more - self.less


@dataclass(frozen=True, slots=True)
class Line:
    """One cause, with the rows that make it up."""

    zh: str
    en: str
    law: str
    rows: tuple[Row, ...]

    @property
    def change(self) -> Fraction:
        """What the line adds, in tCO2."""
        return sum((row.change for row in self.rows), Fraction(0))


@dataclass(frozen=True, slots=True)
class Bridged:
    """Two totals and the lines between them; `before + Σ lines + rounding = after`, exactly, in tCO2."""

    narrow: Method
    wide: Method
    period: str
    before: Fraction
    after: Fraction
    lines: tuple[Line, ...]
    rounding: Fraction

    def to_json(self) -> dict[str, Any]:
        """A JSON object; amounts as exact text in tCO2."""
        return {
            "period": self.period,
            "from": {
                "method": self.narrow.id,
                "boundary": self.narrow.boundary,
                "exact": exact_text(self.before),
            },
            "to": {"method": self.wide.id, "boundary": self.wide.boundary, "exact": exact_text(self.after)},
            "lines": [
                {
                    "zh": line.zh,
                    "en": line.en,
                    "law": line.law,
                    "change": exact_text(line.change),
                    "rows": [
                        {
                            "scope": dict(row.scope),
                            "less": exact_text(row.less),
                            "more": exact_text(row.more),
                            "change": exact_text(row.change),
                        }
                        for row in line.rows
                    ],
                }
                for line in self.lines
            ],
            "rounding": exact_text(self.rounding),
        }


def bridge(narrow: Run, wide: Run) -> Bridged:
    """Lead from the emission answer of `narrow` to that of `wide`, of one plant and period.

    Raises:
        Refused: TH-A30 the wider method declares no bridge, or the periods differ; TH-A31 the lines leave
            more over than the totals' rounding; what either run is refused for.
    """
    if not wide.method.bridge or narrow.period.key != wide.period.key:
        seen = f"{narrow.method.id} {narrow.period.key} / {wide.method.id} {wide.period.key}"
        raise Refused(problem("TH-A30", Place(key=wide.method.id), seen=seen))
    lines = []
    for each in wide.method.bridge:
        less = _amounts(narrow, each.less) if each.less in narrow.method.steps else {}
        more = _amounts(wide, each.more) if each.more else {}
        scopes = sorted(less.keys() | more.keys())
        rows = tuple(Row(s, less.get(s, Fraction(0)), more.get(s, Fraction(0))) for s in scopes)
        lines.append(Line(each.zh, each.en, each.law, rows))
    before, after = (_amounts(run, _total(run.method))[()] for run in (narrow, wide))
    left = after - before - sum((line.change for line in lines), Fraction(0))
    named = {name for each in wide.method.bridge for name in (each.less, each.more)}
    allowed = _loose(narrow, named) + _loose(wide, named)
    if abs(left) > allowed:
        shown = Rounding("half_up", 6).show(left)
        raise Refused(problem("TH-A31", Place(key=wide.method.id), seen=shown, wanted=exact_text(allowed)))
    return Bridged(narrow.method, wide.method, wide.period.key, before, after, tuple(lines), left)


def _total(method: Method) -> str:
    return next(name for name, answer in method.answers.items() if answer.kind == "emission")


def _amounts(run: Run, name: str) -> dict[tuple[tuple[str, str], ...], Fraction]:
    """The rows of a step that are there, by their members, in tCO2."""
    closure = run.method.closure_of(name)
    found: dict[tuple[tuple[str, str], ...], Fraction] = {}
    for row in run.of(name):
        value = run.value(name, row)
        if isinstance(value, Fraction):
            found[tuple(zip(closure, row, strict=True))] = value / _TONNE.scale
    return found


def _loose(run: Run, lines: set[str]) -> Fraction:
    """How far a total may lie from the sum of its parts: half a digit of each amount rounded above the lines.

    Only the total and the steps that it adds up directly are rounded after the lines have been computed.
    """
    method = run.method
    loose = Fraction(0)
    for step in method.steps.values():
        if step.name in lines or not _tonnes(step.unit) or {"month", "day"} & set(step.closure):
            continue
        digits = [way.rounding.digits for way in step.ways if way.rounding is not None]
        if digits:
            loose += Fraction(1, 2) / Fraction(10) ** min(digits) * len(run.of(step.name))
    return loose


def _tonnes(unit: Unit | None) -> bool:
    return unit is not None and unit.dimension == _TONNE.dimension
