"""One expression made into a function that hands the weight of its value on to the cells that it read."""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction

from tanheng.engine.exact.compile import Compiler, Function
from tanheng.engine.exact.rows import Row
from tanheng.engine.exact.run import Run
from tanheng.engine.exact.trace import Use, plan
from tanheng.formula.expr import AGGREGATES, Expr, call_name, dotted, keyword, names
from tanheng.kernel.irrational import exp, ln, power
from tanheng.kernel.problems import Place, Refused

Cell = tuple[str, Row]


class Sink:
    """What one cell weighs on: cells by their derivative, values of the law by derivative times value."""

    __slots__ = ("cells", "fixed")

    def __init__(self) -> None:
        self.cells: dict[Cell, Fraction] = {}
        self.fixed: dict[Use, Fraction] = {}

    def add(self, cell: Cell, slope: Fraction) -> None:
        """A cell that is read twice weighs the sum."""
        there = self.cells.get(cell)
        self.cells[cell] = slope if there is None else there + slope


Push = Callable[[Row, Fraction, Sink], None]
"""Hands the weight of an expression at a row on to what it reads."""


class Pusher:
    """Turns one expression into a Push; None where nothing below could carry a derivative."""

    def __init__(self, run: Run, expr: Expr, live: frozenset[str], fixed: bool) -> None:
        self.run, self.expr, self.live, self.fixed = run, expr, live, fixed

    def _value(self, node: ast.expr, frame: tuple[str, ...]) -> Function:
        return Compiler(self.run, self.expr, frame).of(node, frame)

    def of(self, node: ast.expr, frame: tuple[str, ...]) -> Push | None:
        """The Push of a sub-expression that is read at rows of `frame`."""
        if not self.live.intersection(names(Expr(self.expr.text, node))):
            return None
        name = dotted(node)
        if name is not None:
            return self._law(node, frame) if name in self.run.method.constants else self._cell(name, frame)
        if isinstance(node, ast.Subscript):
            return self._law(node, frame)
        if isinstance(node, ast.UnaryOp):
            inner = self.of(node.operand, frame)
            return None if inner is None else lambda row, slope, sink: inner(row, -slope, sink)
        if isinstance(node, ast.BinOp):
            return self._arithmetic(node, frame)
        assert isinstance(node, ast.Call)
        return self._aggregate(node, frame) if call_name(node) in AGGREGATES else self._function(node, frame)

    def _cell(self, name: str, frame: tuple[str, ...]) -> Push:
        places = [frame.index(s) for s in self.run.method.closure_of(name)]
        # coarser scopes mostly come first in a row, and a slice is the fastest pick
        if places == list(range(len(places))):
            end = len(places)
            return lambda row, slope, sink: sink.add((name, row[:end]), slope)
        return lambda row, slope, sink: sink.add((name, tuple([row[i] for i in places])), slope)

    def _law(self, node: ast.expr, frame: tuple[str, ...]) -> Push | None:
        """A constant or table entry: what the answer owes to it is its value times its weight."""
        if not self.fixed:
            return None
        value, used = self._value(node, frame), plan(self.run, Expr(self.expr.text, node), frame)

        def push(row: Row, slope: Fraction, sink: Sink) -> None:
            use = next(u for u in used(row) if u.kind in ("constant", "table", "factor"))
            sink.fixed[use] = sink.fixed.get(use, 0) + slope * value(row)

        return push

    def _arithmetic(self, node: ast.BinOp, frame: tuple[str, ...]) -> Push | None:
        left, right = self.of(node.left, frame), self.of(node.right, frame)
        if isinstance(node.op, (ast.Add, ast.Sub)):
            sign = -1 if isinstance(node.op, ast.Sub) else 1
            return _joined(left, None if right is None else lambda r, s, sink: right(r, sign * s, sink))
        a, b = self._value(node.left, frame), self._value(node.right, frame)
        if isinstance(node.op, ast.Mult):
            return _joined(
                None if left is None else lambda r, s, sink: left(r, s * b(r), sink),
                None if right is None else lambda r, s, sink: right(r, s * a(r), sink),
            )
        if isinstance(node.op, ast.Div):
            return _joined(
                None if left is None else lambda r, s, sink: left(r, s / b(r), sink),
                None if right is None else lambda r, s, sink: right(r, -s * a(r) / b(r) ** 2, sink),
            )
        text = ast.get_source_segment(self.expr.text, node) or self.expr.text
        return _joined(
            None if left is None else lambda r, s, sink: left(r, s * _by_base(a(r), b(r), text), sink),
            None if right is None else lambda r, s, sink: right(r, s * _by_exponent(a(r), b(r), text), sink),
        )

    def _function(self, node: ast.Call, frame: tuple[str, ...]) -> Push | None:
        name = call_name(node)
        if name == "before":
            return self._look_back(dotted(node.args[0]) or "", frame)
        if name not in ("max", "min", "abs", "exp"):
            return None  # dates, and how often a word stands
        pushes, values = (
            [self.of(a, frame) for a in node.args],
            [self._value(a, frame) for a in node.args],
        )
        if name in ("abs", "exp"):
            (inner,), (of,) = pushes, values
            if inner is None:
                return None
            if name == "exp":
                return lambda row, slope, sink: inner(row, slope * exp(of(row)), sink)
            return lambda row, slope, sink: inner(row, -slope if of(row) < 0 else slope, sink)
        choose = max if name == "max" else min

        def push(row: Row, slope: Fraction, sink: Sink) -> None:
            found = [value(row) for value in values]
            # of equals the first, as the value itself was taken
            taken = pushes[found.index(choose(found))]
            if taken is not None:
                taken(row, slope, sink)

        return push

    def _look_back(self, name: str, frame: tuple[str, ...]) -> Push:
        closure, rows = self.run.method.closure_of(name), self.run.rows
        places = [frame.index(s) for s in closure]

        def push(row: Row, slope: Fraction, sink: Sink) -> None:
            earlier = rows.before(closure, tuple([row[i] for i in places]))
            if earlier is not None:
                sink.add((name, earlier), slope)

        return push

    def _aggregate(self, node: ast.Call, frame: tuple[str, ...]) -> Push | None:
        kind, wide = call_name(node), Compiler(self.run, self.expr, frame).wide(node, frame)
        weight_node, where_node = keyword(node, "by"), keyword(node, "where")
        inner, value = self.of(node.args[0], wide), self._value(node.args[0], wide)
        where = self._value(where_node, wide) if where_node is not None else None
        groups = self.run.rows.groups(wide, frame)

        def fine(row: Row) -> list[Row]:
            return [r for r in groups.get(row, []) if where is None or where(r)]

        if weight_node is not None:
            weigh = self.of(weight_node, wide)
            return _Mean(self.run, value, self._value(weight_node, wide), inner, weigh, fine)
        if kind == "count" or inner is None:
            return None
        if kind in ("most", "least"):
            return _extreme(inner, value, fine, max if kind == "most" else min)

        def push(row: Row, slope: Fraction, sink: Sink) -> None:
            rows = fine(row)
            each = slope / len(rows) if kind == "mean" else slope
            for one in rows:
                inner(one, each, sink)

        return push


class _Mean:
    """mean(x, by=w): by x it is w / W, by w it is (x - mean) / W."""

    def __init__(
        self,
        run: Run,
        value: Function,
        weight: Function,
        inner: Push | None,
        weigh: Push | None,
        fine: Callable[[Row], list[Row]],
    ) -> None:
        self.run, self.value, self.weight = run, value, weight
        self.inner, self.weigh, self.fine = inner, weigh, fine

    def __call__(self, row: Row, slope: Fraction, sink: Sink) -> None:
        rows = self.fine(row)
        weights = [self.weight(r) for r in rows]
        whole = sum(weights, Fraction(0))
        each = slope / whole
        if self.inner is not None:
            for one, weight in zip(rows, weights, strict=True):
                if weight:
                    self.inner(one, each * weight, sink)
        if self.weigh is not None:
            values = [self.value(r) if w else self.idle(r) for r, w in zip(rows, weights, strict=True)]
            weighed = sum((w * x for w, x in zip(weights, values, strict=True) if w), Fraction(0))
            mean = weighed / whole
            for one, x in zip(rows, values, strict=True):
                if x is not None:
                    self.weigh(one, each * (x - mean), sink)

    def idle(self, row: Row) -> Fraction | None:
        """The value of a row of no weight, which the mean did not need: it may be missing or refused."""
        try:
            found = self.value(row)
        except Refused:
            return None
        return found if isinstance(found, Fraction) else None


def _extreme(
    inner: Push,
    value: Function,
    fine: Callable[[Row], list[Row]],
    choose: Callable[[list[Fraction]], Fraction],
) -> Push:
    def push(row: Row, slope: Fraction, sink: Sink) -> None:
        there = [(r, x) for r in fine(row) if (x := value(r)) is not None]
        top = choose([x for _, x in there])
        inner(next(r for r, x in there if x == top), slope, sink)

    return push


def _joined(left: Push | None, right: Push | None) -> Push | None:
    if left is None or right is None:
        return left or right

    def push(row: Row, slope: Fraction, sink: Sink) -> None:
        left(row, slope, sink)
        right(row, slope, sink)

    return push


def _by_base(base: Fraction, exponent: Fraction, text: str) -> Fraction:
    return exponent * power(base, exponent - 1, Place(key=text)) if exponent else Fraction(0)


def _by_exponent(base: Fraction, exponent: Fraction, text: str) -> Fraction:
    # 0 ** x is 0 for every x > 0
    if base == 0 and exponent > 0:
        return Fraction(0)
    return power(base, exponent, Place(key=text)) * ln(base, Place(key=text))
