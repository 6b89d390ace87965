"""Exact derivatives of a computed value by the givens that it was made of, without another evaluation.

The same trees are walked once more, from the answer down: each cell hands what it weighs on to the cells
that it read, in the way that the run took and with the values that it remembers. Decisions (ways, `when`,
`where`, the branch of max, min, abs, most and least) stay as taken; rounding passes a derivative through.
Where two branches are equal the first is taken, so bends that cancel each other there are not seen to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tanheng.engine.exact.data import row_key
from tanheng.engine.exact.pushes import Cell, Push, Pusher, Sink
from tanheng.engine.exact.rows import Row
from tanheng.engine.exact.run import LARGEST, Run
from tanheng.engine.exact.trace import Use
from tanheng.formula.expr import names
from tanheng.formula.model import Method
from tanheng.kernel.problems import Place, refuse

ONE = Fraction(1)
# a derivative of a year is a sum of many quotients, and longer than the value that it belongs to
_BITS = 8 * LARGEST


@dataclass(slots=True)
class Slopes:
    """What a value weighs on, in base units.

    Attributes:
        givens: The derivative by each given value that it was made of; those of weight 0 are left out.
        fixed: By each value of the law, that value times the derivative by it: the change of the answer if
            the value were twice as large. Empty unless it was asked for.
    """

    givens: dict[Cell, Fraction] = field(default_factory=dict)
    fixed: dict[Use, Fraction] = field(default_factory=dict)


def gradient(run: Run, name: str, row: Row) -> dict[Cell, Fraction]:
    """The derivative of a numeric value by every given value that it was made of, in base units.

    An absent value has no derivative by anything; what is not named has derivative 0.

    Raises:
        Refused: what the value is refused for; TH-N12 a broken power of 0 has no derivative; TH-N09 digits.
    """
    return slopes(run, name, row).givens


def own_gradient(run: Run, name: str, row: Row) -> dict[Cell, Fraction]:
    """As `gradient`, of the answer in its own unit by each given in its own ("tCO2 for each t")."""
    step = run.at(name, row).method.value(name)
    own = step.unit.scale if step is not None and step.unit is not None else ONE
    return {cell: slope * _scale(run, cell[0]) / own for cell, slope in gradient(run, name, row).items()}


def _scale(run: Run, name: str) -> Fraction:
    for each in run.lineage:
        given = each.method.givens.get(name)
        if given is not None and given.unit is not None:
            return given.unit.scale
    return ONE


def slopes(run: Run, name: str, row: Row, *, fixed: bool = False) -> Slopes:
    """The derivatives of a value by givens and, if `fixed`, what it owes to each value of the law.

    Raises:
        Refused: as `gradient`.
    """
    return _Walk(run, fixed).of(name, row)


class _Walk:
    """One pass from an answer to its inputs; each cell once, after all cells that read it."""

    def __init__(self, run: Run, fixed: bool) -> None:
        self.run, self.fixed = run, fixed
        self.live = {id(each): _live(each.method, fixed) for each in run.lineage}
        self.pushes: dict[tuple[int, str, int], Push | None] = {}
        self.parts: dict[tuple[int, str, Row], tuple[dict[Cell, Fraction], dict[Use, Fraction]]] = {}

    def of(self, name: str, row: Row) -> Slopes:
        found = Slopes()
        home = self.run.at(name, row)
        home.value(name, row)
        if name in home.method.givens:
            given = home.method.givens[name]
            if given.kind == "number" and row in home.data.values[name]:
                found.givens[name, row] = ONE
            return found
        weight: dict[tuple[int, str, Row], Fraction] = {(id(home), name, row): ONE}
        for run, cell in reversed(self.order(home, (name, row))):
            slope = weight.pop((id(run), *cell), None)
            if not slope:
                continue
            _check_size(run, cell, slope)
            parts, fixed = self.parts[id(run), cell[0], cell[1]]
            for use, part in fixed.items():
                found.fixed[use] = found.fixed.get(use, 0) + slope * part
            for below, part in parts.items():
                if below[0] in run.method.givens:
                    found.givens[below] = found.givens.get(below, 0) + slope * part
                else:
                    key = (id(run.at(*below)), *below)
                    weight[key] = weight.get(key, 0) + slope * part
        found.givens = {cell: slope for cell, slope in found.givens.items() if slope}
        return found

    def order(self, home: Run, top: Cell) -> list[tuple[Run, Cell]]:
        """Every step cell below the answer, each before those that read it."""
        done: list[tuple[Run, Cell]] = []
        # a stack of our own: before() over a year is a chain of hundreds of cells
        todo: list[tuple[Run, Cell, bool]] = [(home, top, False)]
        while todo:
            run, cell, read = todo.pop()
            if read:
                done.append((run, cell))
                continue
            key = (id(run), *cell)
            if key in self.parts:
                continue
            self.parts[key] = parts = self.local(run, *cell)
            todo.append((run, cell, True))
            todo += [(run.at(*c), c, False) for c in parts[0] if c[0] not in run.method.givens]
        return done

    def local(self, run: Run, name: str, row: Row) -> tuple[dict[Cell, Fraction], dict[Use, Fraction]]:
        """The derivative of one cell by the cells that its formula reads, in the way that it took."""
        step, index = run.method.steps[name], run.ways[name].get(row)
        if index is None or step.kind != "number":
            return {}, {}
        key = (id(run), name, index)
        if key not in self.pushes:
            writer = Pusher(run, step.ways[index].expr, self.live[id(run)], self.fixed)
            self.pushes[key] = writer.of(writer.expr.tree, step.closure)
        push = self.pushes[key]
        if push is None:
            return {}, {}

        def walked() -> tuple[dict[Cell, Fraction], dict[Use, Fraction]]:
            # a cell that lies too deep starts the walk again, so each walk fills a sink of its own
            sink = Sink()
            push(row, ONE, sink)
            return sink.cells, sink.fixed

        return run.settled(walked)


def _check_size(run: Run, cell: Cell, slope: Fraction) -> None:
    bits = max(part.bit_length() for part in slope.as_integer_ratio())
    if bits > _BITS:
        place = Place(key=row_key(cell[0], run.method.closure_of(cell[0]), cell[1]))
        raise refuse("TH-N09", place, seen=f"> {bits * 3 // 10}", wanted=_BITS * 3 // 10)


def _live(method: Method, fixed: bool) -> frozenset[str]:
    """The names that could carry a derivative; nothing is walked below the others."""
    found = {given.name for given in method.givens.values() if given.kind == "number"}
    if fixed:
        found |= method.constants.keys() | method.tables.keys()
    reads: Mapping[str, set[str]] = {
        step.name: {name for way in step.ways for name in names(way.expr)}
        for step in method.steps.values()
        if step.kind == "number"
    }
    grown = True
    while grown:
        before = len(found)
        found |= {name for name in method.sequence if name in reads and reads[name] & found}
        grown = len(found) > before
    return frozenset(found)
