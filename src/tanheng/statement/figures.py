"""Cells made from a result: every figure is the reported text of a line, and what is absent says why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from tanheng.facts.datum import DECLARED, Datum
from tanheng.facts.inputs import Inputs, Member
from tanheng.facts.result import Line, Result
from tanheng.formula.model import Method
from tanheng.kernel.numbers import grouped, parse_exact
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Refused, problem
from tanheng.statement.model import (
    DEFAULT,
    FLAGS,
    GAP,
    IDLE,
    MARKS,
    NONE,
    NUMBER,
    SUBSTITUTED,
    UNCONFIRMED,
    Cell,
    Source,
)
from tanheng.statement.text import SUP, Run, words

_FLAGS = {"default": DEFAULT, "substituted": SUBSTITUTED}
_TRUTHS = {"true": ("是", "yes"), "false": ("否", "no")}


class Figures:
    """One result with its inputs and method, asked for cells."""

    def __init__(
        self, result: Result, inputs: Inputs, method: Method, lang: str = "zh", digits: bool = True
    ) -> None:
        """`digits`: whether thousands are separated and flags signed; off where figures are to be copied."""
        self.result = result
        self.inputs = inputs
        self.method = method
        self.lang = lang
        self.separated = digits
        self.months = tuple(month.key for month in parse_period(result.period).months())
        self._facts: Mapping[tuple[str, tuple[tuple[str, str], ...]], Datum] = {
            (d.name, d.row): d for d in inputs.facts
        }
        self._data: Mapping[tuple[str, tuple[tuple[str, str], ...]], Datum] = {
            (d.name, d.row): d for d in inputs.data
        }
        self._lines: dict[str, list[Line]] = {}
        self._given: dict[str, list[Datum]] = {}
        # a declared stop explains why dependent figures are absent in that unit, fuel and month
        self._idle = {key for d in inputs.data if d.state == DECLARED for key in _idle_keys(d)}

    def lines_of(self, name: str) -> tuple[Line, ...]:
        """Every line of a step."""
        if not self._lines:
            for line in self.result.lines:
                self._lines.setdefault(line.name, []).append(line)
        return tuple(self._lines.get(name, ()))

    def data_of(self, name: str) -> tuple[Datum, ...]:
        """Every datum of a given."""
        if not self._given:
            for datum in self.inputs.data:
                self._given.setdefault(datum.name, []).append(datum)
        return tuple(self._given.get(name, ()))

    def members(self, scope: str, **within: str) -> tuple[Member, ...]:
        """Members of a scope, in the order of people, that lie in the given members of scopes above."""
        wanted = set(within.items())
        return tuple(m for m in self.inputs.members.get(scope, ()) if wanted <= set(m.within))

    def fuels(self, unit: str) -> tuple[Member, ...]:
        """The fuels of a unit, the one with the greatest emissions of the year first."""

        def weight(member: Member) -> Fraction:
            line = self.line("E_fuel_y", unit=unit, fuel=member.id)
            return parse_exact(line.exact) if line else Fraction(0)

        return tuple(sorted(self.members("fuel", unit=unit), key=weight, reverse=True))

    def unit_name(self, unit: str) -> str:
        """A unit's name for people: as the plant calls it, else "1号机组"."""
        member = next((m for m in self.inputs.members.get("unit", ()) if m.id == unit), None)
        named = self._facts.get(("unit_name", (("unit", unit),)))
        if named is not None and named.value:
            return named.value
        if member is not None and member.label:
            return member.label
        return f"{unit}号机组" if self.lang == "zh" else f"Unit {unit}"

    def line(self, name: str, period: str = "", **scope: str) -> Line | None:
        """The line of a step at a place, or None where it is absent."""
        return self.result.line(name, period, **scope)

    def cell(self, name: str, period: str = "", **scope: str) -> Cell:
        """A step's figure at a place; "未运行" where its absence was declared, "—" where it does not apply."""
        line = self.line(name, period, **scope)
        source = Source(name, tuple(sorted(scope.items())), period or self.result.period)
        # absent is never zero: either somebody declared it, or it does not apply
        if line is None:
            kind = IDLE if self._idle & _place_keys(scope, period) else NONE
            return Cell(words(self.mark(kind)), kind, source=source)
        return self.number(line.shown, flags_of(line), source)

    def number(self, shown: str, flags: tuple[str, ...] = (), source: Source | None = None) -> Cell:
        """A cell of reported digits with the signs of its flags."""
        if not self.separated:
            # a sign behind a copied figure would be pasted with it
            return Cell((Run(shown.replace("-", "\u2212")),), NUMBER, shown, "", (), source)
        runs = (Run(grouped(shown)), *(Run(FLAGS[flag][0], SUP) for flag in flags))
        return Cell(runs, NUMBER, shown, "", flags, source)

    def filed(self) -> None:
        """Refuse a result with errors: what it could compute is not a report. Refused: its errors."""
        errors = tuple(p for p in self.result.problems if p.severity == "error")
        if errors:
            raise Refused(errors)

    def must(self, name: str, period: str = "", **scope: str) -> Line:
        """A line that a report cannot do without. Refused TH-R05 where it is absent."""
        line = self.line(name, period, **scope)
        if line is None:
            place = " ".join([*(f"{s} {m}" for s, m in sorted(scope.items())), period or self.result.period])
            raise Refused((problem("TH-R05", Place(), method=self.method.id, name=name, place=place),))
        return line

    def mark(self, kind: str) -> str:
        """The mark of a cell without a value."""
        return MARKS[kind][0 if self.lang == "zh" else 1]

    def word(self, name: str, **row: str) -> str:
        """A word that the plan fixed, or an empty text."""
        found = self._data.get((name, tuple(sorted(row.items()))))
        return found.value if found else ""

    def needed_fact(self, name: str) -> Cell:
        """A text about the entity that the report cannot do without: where it is missing, a gap shows."""
        cell = self.fact(name)
        return Cell(words(self.mark(GAP)), GAP) if cell.kind == NONE else cell

    def fact(self, name: str, **row: str) -> Cell:
        """A describing text of the plant as entered."""
        found = self._facts.get((name, tuple(sorted(row.items()))))
        if found is None or not found.value:
            return Cell(words(self.mark(NONE)), NONE)
        return self.datum(found)

    def datum(self, found: Datum) -> Cell:
        """A value as it was entered."""
        source = Source(found.name, found.row)
        # entered figures keep the unit in which the plant entered them
        if found.unit:
            return Cell((Run(grouped(found.value)),), NUMBER, found.value, found.unit, (), source)
        text = _TRUTHS[found.value][0 if self.lang == "zh" else 1] if found.value in _TRUTHS else found.value
        return Cell(words(text), source=source)

    def given(self, name: str, **row: str) -> Cell:
        """A date or word that enters formulas, as entered; figures of record come from lines."""
        found = self._data.get((name, tuple(sorted(row.items()))))
        return self.datum(found) if found else Cell(words(self.mark(NONE)), NONE)

    def way(self, name: str, period: str, **scope: str) -> Cell:
        """The route that a step took at a place."""
        line = self.line(name, period, **scope)
        if line is None:
            return self.cell(name, period, **scope)
        said = (line.way_zh if self.lang == "zh" else line.way_en) or line.way
        return Cell(words(said or self.mark(NONE)), flags=(), source=Source(name, line.scope, line.period))


def flags_of(line: Line) -> tuple[str, ...]:
    """The flags of a line in the order of the legend."""
    found = {_FLAGS[flag] for flag in line.flags if flag in _FLAGS}
    if line.certainty != "sure":
        found.add(UNCONFIRMED)
    return tuple(flag for flag in FLAGS if flag in found)


def legend(cells: Iterable[Cell], lang: str = "zh") -> tuple[str, ...]:
    """The words for the flags that occur in these cells."""
    seen = {flag for cell in cells for flag in cell.flags}
    return tuple(
        f"{sign} {zh if lang == 'zh' else en}" for flag, (sign, zh, en) in FLAGS.items() if flag in seen
    )


def _idle_keys(datum: Datum) -> Iterable[tuple[str, str, str]]:
    row = dict(datum.row)
    period = row.get("month") or row.get("day", "")[:7]
    # a stop declared for a unit covers its fuels: its row names no fuel
    yield row.get("unit", ""), row.get("fuel", ""), period


def _place_keys(scope: Mapping[str, str], period: str) -> set[tuple[str, str, str]]:
    unit = scope.get("unit", "")
    return {(unit, scope.get("fuel", ""), period[:7]), (unit, "", period[:7])}
