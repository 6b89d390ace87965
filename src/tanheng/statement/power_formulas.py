"""The formula appendix: every formula and route that the result used, with clause and numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tanheng.engine.notation.constants import is_unity, ratio_text
from tanheng.engine.notation.formula import equation, names_in, symbol_of, with_numbers
from tanheng.engine.notation.parts import Numbers, RowKey
from tanheng.facts.datum import Row
from tanheng.facts.result import Line
from tanheng.formula.expr import names
from tanheng.formula.model import TIME_SCOPES, Constant, Step, Way
from tanheng.kernel.numbers import exact_text, grouped, parse_exact
from tanheng.kernel.rounding import parse_rounding
from tanheng.kernel.units import Unit, bind_unit, convert, parse_unit
from tanheng.statement.figures import Figures
from tanheng.statement.model import Formula, Paragraph, Section
from tanheng.statement.power_tables import FORMULAS
from tanheng.statement.text import Run, Text, rich, words

_LEAD = "下列公式由核算所用的方法文件排印，右侧为条款；算例取最早走该路径且不为零的一行，数值为报告值，百分数带 % 代入。"


def formula_section(figures: Figures) -> Section:
    """The appendix with the formulas of all steps that the report shows, in reading order."""
    blocks: list[Formula | Paragraph] = [Paragraph(words(_LEAD), "note")]
    lines = _first_lines(figures)
    for name in FORMULAS:
        step = figures.method.steps.get(name)
        for way in step.ways if step else ():
            line = lines.get((name, way.name))
            # a route that only takes over another value has no formula to show
            if step and line and names(way.expr) and not isinstance(way.expr.tree, ast.Name):
                blocks.append(_formula(figures, step, way, line))
    return Section(words("附录　核算公式"), tuple(blocks), fresh=True)


def _first_lines(figures: Figures) -> dict[tuple[str, str], Line]:
    """The earliest line of each step and way, one that is not zero before one that is."""
    found: dict[tuple[str, str], Line] = {}
    for line in figures.result.lines:
        key = (line.name, line.way)
        if key not in found or _rank(line) < _rank(found[key]):
            found[key] = line
    return found


def _rank(line: Line) -> tuple[bool, str, Row]:
    return line.exact == "0", line.period, line.scope


def _formula(figures: Figures, step: Step, way: Way, line: Line) -> Formula:
    method = figures.method
    label = way.zh or way.name
    scope = dict(line.scope)
    place = [figures.unit_name(scope.pop("unit"))] if "unit" in scope else []
    read = [
        n
        for n in names_in(method, step.name, way.name)
        if not ratio_text(method, n) and not is_unity(method, n)
    ]
    numbers = with_numbers(
        method, step.name, way.name, _numbers(figures, step, way, line), _figure(line.shown, line.unit)
    )
    return Formula(
        f"{step.name}:{way.name}",
        rich(f"{step.zh}（{label}）" if label else step.zh),
        # of a year that two editions share the example may be a month of the earlier one
        words(line.law),
        equation(method, step.name, way.name),
        numbers,
        words(" · ".join([*place, *scope.values(), line.period])),
        tuple((symbol_of(method, name), _meaning(figures, name, line)) for name in read),
        words(parse_rounding(line.rounding).label("zh")) if line.rounding else (),
    )


def _meaning(figures: Figures, name: str, line: Line) -> Text:
    """What a symbol stands for and its unit; of a constant also the value."""
    found = figures.method.value(name)
    if found is None:
        return words(name)
    unit = _unit(figures, found.unit, dict(line.scope))
    said: list[Run] = list(rich(found.zh or name))
    if isinstance(found, Constant) and len(found.dated) == 1:
        said.append(Run(f"，{exact_text(found.dated[0].value)}"))
    elif unit is not None and unit.text != "1":
        said.append(Run("，"))
    if unit is not None and unit.text != "1":
        said += [Run(" "), *(Run(text, kind) for text, kind in unit.runs())]
    return tuple(said)


def _unit(figures: Figures, unit: Unit | None, scope: Mapping[str, str]) -> Unit | None:
    """A unit with the fuel's own in the place of `[fuel]`."""
    # most units are closed; only fuel columns leave theirs to the member
    if unit is None or "[" not in unit.text:
        return unit
    owned = {
        s: parse_unit(m.unit)
        for s in scope
        for m in figures.inputs.members.get(s, ())
        if m.id == scope[s] and m.unit
    }
    return bind_unit(unit, owned) if owned else None


def _figure(shown: str, unit: str) -> str:
    return grouped(shown) + ("%" if unit == "%" else "")


def _numbers(figures: Figures, step: Step, way: Way, line: Line) -> Numbers:
    """Every value that the way reads at, above or below the line's row, as reported or as it was entered."""
    row = dict(line.scope)
    if "month" in step.closure:
        row["month"] = line.period[:7]
    if "day" in step.closure:
        row["day"] = line.period
    shown: dict[tuple[str, RowKey], str] = {}
    for name in names(way.expr):
        for key, text in _values(figures, name):
            shown[name, key] = text
    return Numbers(row, shown)


def _values(figures: Figures, name: str) -> Iterator[tuple[RowKey, str]]:
    """Every row of a name with its text."""
    method = figures.method
    if name in method.steps:
        closure = method.closure_of(name)
        for line in figures.lines_of(name):
            time = [(s, line.period[: 7 if s == "month" else 10]) for s in closure if s in TIME_SCOPES]
            yield tuple(sorted([*line.scope, *time])), _figure(line.shown, line.unit)
    elif name in method.givens and method.givens[name].kind == "number":
        for datum in figures.data_of(name):
            row = dict(datum.row)
            unit = _unit(figures, method.givens[name].unit, row)
            if unit is None:
                continue
            value = convert(parse_exact(datum.value), parse_unit(datum.unit), unit)
            closure = method.closure_of(name)
            key = {s: m for s, m in row.items() if s in closure}
            # a day row names no month, yet sums over days are asked for by month
            if "month" in closure and "month" not in key and "day" in row:
                key["month"] = row["day"][:7]
            percent = "%" if "%" in unit.text else ""
            yield tuple(sorted(key.items())), grouped(exact_text(value)) + percent
    elif name in method.constants and len(method.constants[name].dated) == 1:
        constant = method.constants[name]
        yield (), grouped(exact_text(constant.dated[0].value)) + ("%" if constant.unit.text == "%" else "")
