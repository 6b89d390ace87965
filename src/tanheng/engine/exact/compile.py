"""A checked expression made into a function of a row. Absence is None and travels through every operator."""

from __future__ import annotations

import ast
import datetime
import operator
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from math import lcm
from typing import Any, NoReturn, Protocol

from tanheng.engine.exact.data import Value
from tanheng.engine.exact.rows import Row, Rows
from tanheng.formula.expr import AGGREGATES, Expr, call_name, dotted, keyword, literal, names
from tanheng.formula.model import Method
from tanheng.kernel.irrational import exp, power
from tanheng.kernel.periods import parse_period
from tanheng.kernel.units import parse_unit

Function = Callable[[Row], Any]
_FUNCTIONS: dict[str, Callable[..., Any]] = {"max": max, "min": min, "abs": abs, "exp": exp}
_DAY = parse_unit("d").scale

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class Source(Protocol):
    """What the compiler asks of a run: values by name, tables, constants, and a refusal."""

    method: Method
    rows: Rows

    def reader(self, name: str) -> Callable[[Row], Value | None]:
        """The value of a given or step at a row of its own closure."""

    def constant(self, name: str, frame: tuple[str, ...]) -> Function:
        """The value of a constant at a row of `frame`, in base units."""

    def table(self, name: str, words: list[Function], frame: tuple[str, ...]) -> Function:
        """The value of a table at a row of `frame`, in base units."""

    def zero_divisor(self, item: str, text: str, frame: tuple[str, ...], row: Row) -> NoReturn:
        """Refuse."""


class Compiler:
    """Compiles one expression for rows that have the scopes `frame`; `item` is whose it is, for problems."""

    def __init__(self, source: Source, expr: Expr, frame: tuple[str, ...], item: str = "") -> None:
        self.source, self.expr, self.frame, self.item = source, expr, frame, item

    def compiled(self) -> Function:
        """The function of a row of `frame`: a value in base units, None where anything it needs is absent."""
        return self.of(self.expr.tree, self.frame)

    def of(self, node: ast.expr, frame: tuple[str, ...]) -> Function:
        """The function of a sub-expression."""
        name = dotted(node)
        if name is not None:
            return self._name(name, frame)
        if isinstance(node, ast.Constant):
            value = node.value
            return lambda _: value
        if isinstance(node, ast.BinOp):
            return self._arithmetic(node, frame)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node, frame)
        if isinstance(node, ast.BoolOp):
            return self._logic(node, frame)
        if isinstance(node, ast.Compare):
            return self._compare(node, frame)
        if isinstance(node, ast.Subscript):
            items = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
            assert isinstance(node.value, ast.Name)
            return self.source.table(node.value.id, [self.of(i, frame) for i in items], frame)
        assert isinstance(node, ast.Call)
        return self._aggregate(node, frame) if call_name(node) in AGGREGATES else self._function(node, frame)

    def _name(self, name: str, frame: tuple[str, ...]) -> Function:
        method = self.source.method
        if name in method.scopes:
            return operator.itemgetter(frame.index(name))
        if name in method.constants:
            return self.source.constant(name, frame)
        return _projected(self.source.reader(name), method.closure_of(name), frame)

    def _arithmetic(self, node: ast.BinOp, frame: tuple[str, ...]) -> Function:
        left, right = self.of(node.left, frame), self.of(node.right, frame)
        # a division is not just an operator: its zero must name the row and the text
        if isinstance(node.op, ast.Div):
            text = ast.get_source_segment(self.expr.text, node) or self.expr.text
            return _quotient(left, right, lambda row: self.source.zero_divisor(self.item, text, frame, row))
        do: Callable[[Any, Any], Any]
        if isinstance(node.op, ast.Pow):
            # bounded, whole exponents too: data must not make a number of a million digits
            do = power
        elif isinstance(node.op, ast.Sub):
            do = _difference
        else:
            do = operator.add if isinstance(node.op, ast.Add) else operator.mul

        def run(row: Row) -> Any:
            a = left(row)
            if a is None:
                return None
            b = right(row)
            return None if b is None else do(a, b)

        return run

    def _unary(self, node: ast.UnaryOp, frame: tuple[str, ...]) -> Function:
        inner = self.of(node.operand, frame)
        do: Callable[[Any], Any] = operator.not_ if isinstance(node.op, ast.Not) else operator.neg

        def run(row: Row) -> Any:
            value = inner(row)
            return None if value is None else do(value)

        return run

    def _logic(self, node: ast.BoolOp, frame: tuple[str, ...]) -> Function:
        """and, or: absent if any part is absent, whatever the others say; so no part is skipped."""
        parts = [self.of(v, frame) for v in node.values]
        decide = all if isinstance(node.op, ast.And) else any

        def run(row: Row) -> Any:
            values = [p(row) for p in parts]
            # truths are compared by identity here, so looking for None costs nothing
            return None if None in values else decide(values)

        return run

    def _compare(self, node: ast.Compare, frame: tuple[str, ...]) -> Function:
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return self._membership(node, frame)
        first = self.of(node.left, frame)
        if len(node.ops) == 1 and literal(node.comparators[0]) == 0:
            # "FC > 0" is asked of every row: a sign is the sign of the numerator
            return _signed(first, _COMPARE[type(node.ops[0])])
        links = [
            (_COMPARE[type(op)], self.of(right, frame))
            for op, right in zip(node.ops, node.comparators, strict=True)
        ]

        def run(row: Row) -> Any:
            left, verdict = first(row), True
            for holds, part in links:
                right = part(row)
                if left is None or right is None:
                    return None
                verdict = verdict and holds(left, right)
                left = right
            return verdict

        return run

    def _membership(self, node: ast.Compare, frame: tuple[str, ...]) -> Function:
        listed = node.comparators[0]
        assert isinstance(listed, ast.Tuple)
        first, items, wanted = (
            self.of(node.left, frame),
            [self.of(i, frame) for i in listed.elts],
            node.ops[0],
        )

        def run(row: Row) -> Any:
            left, values = first(row), [i(row) for i in items]
            if left is None or any(v is None for v in values):
                return None
            return (left in values) is isinstance(wanted, ast.In)

        return run

    def _function(self, node: ast.Call, frame: tuple[str, ...]) -> Function:
        name = call_name(node)
        if name == "before":
            return self._look_back(node, frame)
        if name in ("first_day", "last_day"):
            return _edge(frame.index(dotted(node.args[0]) or ""), name)
        if name == "months":
            return self._seen_in(node, frame)
        parts = [self.of(a, frame) for a in node.args]
        do = _FUNCTIONS[name]

        def run(row: Row) -> Any:
            values = [p(row) for p in parts]
            return None if any(v is None for v in values) else do(*values)

        return run

    def _look_back(self, node: ast.Call, frame: tuple[str, ...]) -> Function:
        name = dotted(node.args[0])
        assert name is not None
        read, closure, rows = self.source.reader(name), self.source.method.closure_of(name), self.source.rows

        def earlier(row: Row) -> Any:
            found = rows.before(closure, row)
            return None if found is None else read(found)

        return _projected(earlier, closure, frame)

    def _seen_in(self, node: ast.Call, frame: tuple[str, ...]) -> Function:
        """In how many months of the run the word of this row stands, in any row."""
        name = dotted(node.args[0])
        assert name is not None
        read, closure = self.source.reader(name), self.source.method.closure_of(name)
        month, rows = closure.index("month"), self.source.rows
        found: dict[str, set[str]] = {}

        def count(row: Row) -> Any:
            word = read(row)
            if word is None:
                return None
            if not found:
                for each in rows.of(closure):
                    there = read(each)
                    if isinstance(there, str):
                        found.setdefault(there, set()).add(each[month])
            return Fraction(len(found[str(word)]))

        return _projected(count, closure, frame)

    def wide(self, node: ast.Call, frame: tuple[str, ...]) -> tuple[str, ...]:
        """The scopes over which an aggregate's argument is read: its names' and the frame's."""
        scopes, method = set(frame), self.source.method
        for name in names(Expr(self.expr.text, node)):
            if name in method.scopes:
                scopes |= {name, *self.source.rows.parents(name)}
            else:
                scopes.update(method.closure_of(name))
        return method.order(frozenset(scopes))

    def _aggregate(self, node: ast.Call, frame: tuple[str, ...]) -> Function:
        kind, wide = call_name(node), self.wide(node, frame)
        value = self.of(node.args[0], wide)
        weight_node, where_node = keyword(node, "by"), keyword(node, "where")
        weight = self.of(weight_node, wide) if weight_node is not None else None
        where = self.of(where_node, wide) if where_node is not None else None
        rows, scopes = self.source.rows, self.source.method.scopes
        # no rows of an open scope are a total of 0; a standing scope without members is a gap
        gap = kind != "count" and not any(scopes[s].open for s in wide if s not in frame)
        text = ast.get_source_segment(self.expr.text, node) or self.expr.text

        def run(row: Row) -> Any:
            # rows that must exist, not rows that have data: what is missing stays visible as None
            fine = rows.groups(wide, frame).get(row, [])
            if gap and not fine:
                return None
            if where is not None:
                marks = [where(r) for r in fine]
                if None in marks:
                    return None
                fine = [r for r, mark in zip(fine, marks, strict=True) if mark]
            if weight is not None:
                refuse = partial(self.source.zero_divisor, self.item, text, frame, row)
                return _weighted(value, weight, fine, refuse)
            return _AGGREGATE[kind]([value(r) for r in fine])

        return run


def _edge(place: int, name: str) -> Function:
    """The first or last day of the month or day that stands at a place of the row."""
    if name == "first_day":
        return lambda row: parse_period(row[place]).first
    return lambda row: parse_period(row[place]).last


def _projected(read: Function, closure: tuple[str, ...], frame: tuple[str, ...]) -> Function:
    """A reader of rows of `closure`, for rows of `frame`, which has more scopes."""
    if closure == frame:
        return read
    places = [frame.index(s) for s in closure]
    if not places:
        return lambda _: read(())
    # coarser scopes mostly come first in a row, and a slice is the fastest pick
    if places == list(range(len(places))):
        end = len(places)
        return lambda row: read(row[:end])
    if len(places) == 1:
        only = places[0]
        return lambda row: read((row[only],))
    pick = operator.itemgetter(*places)
    return lambda row: read(pick(row))


def _quotient(left: Function, right: Function, refuse: Callable[[Row], NoReturn]) -> Function:
    def run(row: Row) -> Any:
        a = left(row)
        if a is None:
            return None
        b = right(row)
        if b is None:
            return None
        return a / b if b else refuse(row)

    return run


def _signed(part: Function, holds: Callable[[Any, Any], bool]) -> Function:
    def run(row: Row) -> Any:
        value = part(row)
        return None if value is None else holds(value.numerator, 0)

    return run


def _difference(a: Any, b: Any) -> Any:
    return (a - b).days * _DAY if isinstance(a, datetime.date) else a - b


def _weighted(value: Function, weight: Function, rows: list[Row], refuse: Callable[[], NoReturn]) -> Any:
    """Weighted mean. A row of no weight needs no value; a row that has weight and no value leaves no mean."""
    weighed = [(row, weight(row)) for row in rows]
    if not rows or any(w is None for _, w in weighed):
        return None
    # every row is read before the verdict, so that it does not hang on the order in which members are named
    pairs = [(w, value(row)) for row, w in weighed if w]
    top: dict[int, int] = {}
    bottom: dict[int, int] = {}
    for w, x in pairs:
        if x is None:
            return None
        n, d = w.as_integer_ratio()
        bottom[d] = bottom.get(d, 0) + n
        xn, xd = x.as_integer_ratio()
        top[d * xd] = top.get(d * xd, 0) + n * xn
    weights = _summed(bottom)
    return _summed(top) / weights if weights else refuse()


def _summed(parts: dict[int, int]) -> Fraction:
    """The sum of numerators by denominator: one reduction in all instead of one a row."""
    # decimals of one column share a few denominators, so the common one stays small
    common = lcm(*parts)
    return Fraction(sum(n * (common // d) for d, n in parts.items()), common)


def _total(values: list[Any]) -> Any:
    parts: dict[int, int] = {}
    for value in values:
        if value is None:
            return None
        n, d = value.as_integer_ratio()
        parts[d] = parts.get(d, 0) + n
    return _summed(parts)


def _mean(values: list[Any]) -> Any:
    total = _total(values)
    return total / len(values) if values and total is not None else None


def _present(pick: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    def run(values: list[Any]) -> Any:
        there = [v for v in values if v is not None]
        return pick(there) if there else None

    return run


_AGGREGATE: dict[str, Callable[[list[Any]], Any]] = {
    "total": _total,
    "mean": _mean,
    "most": _present(max),
    "least": _present(min),
    "count": lambda values: Fraction(sum(v is not None for v in values)),
}
