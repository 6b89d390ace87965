"""What an expression is: kind, dimension, scopes, whether it may be absent. Refuses what does not fit."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from tanheng.formula.expr import AGGREGATES, Expr, call_name, dotted, keyword, literal, names
from tanheng.formula.model import TIME_SCOPES, Scope
from tanheng.kernel.problems import Place, Refused, problem
from tanheng.kernel.units import Dimension, Unit, parse_unit

NUMBER, WORD, DATE, TRUTH = "number", "word", "date", "truth"
PURE: Dimension = ()
ANY: Dimension = (("*", 0),)  # the dimension of a literal 0, which fits every unit


@dataclass(frozen=True, slots=True)
class Type:
    """The type of an expression; `words` are the values that a word may take, when they are known."""

    kind: str
    dimension: Dimension = PURE
    closure: frozenset[str] = frozenset()
    optional: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of a method mean to the checker: values, scopes and tables (keys, unit)."""

    values: Mapping[str, Type]
    scopes: Mapping[str, Scope]
    tables: Mapping[str, tuple[tuple[str, ...], Unit]]


def show_dimension(dimension: Dimension) -> str:
    """A dimension for people: "tCO2/t", "1" when pure."""
    if dimension in (PURE, ANY):
        return "1"
    up = [b if e == 1 else f"{b}^{e}" for b, e in dimension if e > 0]
    down = [b if e == -1 else f"{b}^{-e}" for b, e in dimension if e < 0]
    return "/".join(["*".join(up) or "1", *down])


def check(expr: Expr, names: Names, frame: tuple[str, ...], place: Place, *, rounds: bool = False) -> Type:
    """The type of an expression in a step whose values have the scopes `frame`.

    Args:
        rounds: Whether the step rounds; a broken power or exp is refused where it does not.

    Raises:
        Refused: TH-M02 M05 M06 M07 M08 M09 M10 M13 M18, TH-U02 U03 U04 U05.
    """
    return _Checker(expr, names, frozenset(frame), place, rounds).root()


class _Checker:
    def __init__(self, expr: Expr, names: Names, frame: frozenset[str], place: Place, rounds: bool) -> None:
        self.expr, self.names, self.frame, self.place, self.rounds = expr, names, frame, place, rounds

    def root(self) -> Type:
        return self.of(self.expr.tree, inside=False)

    def no(self, code: str, **params: object) -> NoReturn:
        raise Refused((problem(code, self.place, formula=self.expr.text, **params),))

    def text(self, node: ast.expr) -> str:
        return ast.get_source_segment(self.expr.text, node) or self.expr.text

    def of(self, node: ast.expr, inside: bool) -> Type:
        """Type of a node; `inside` an aggregate finer names may be read."""
        name = dotted(node)
        if name is not None:
            return self.name(name, inside)
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                return Type(WORD, words=(node.value,))
            return Type(NUMBER, ANY if node.value == 0 else PURE)
        if isinstance(node, ast.BinOp):
            return self.arithmetic(node, inside)
        if isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.Not):
                return self.want(node.operand, TRUTH, inside)
            return self.want(node.operand, NUMBER, inside)
        if isinstance(node, ast.BoolOp):
            return self.join(TRUTH, [self.want(v, TRUTH, inside) for v in node.values])
        if isinstance(node, ast.Compare):
            return self.compare(node, inside)
        if isinstance(node, ast.Subscript):
            return self.lookup(node, inside)
        if isinstance(node, ast.Call):
            return (
                self.aggregate(node, inside) if call_name(node) in AGGREGATES else self.function(node, inside)
            )
        self.no("TH-M05", seen=self.text(node), wanted="number")

    def name(self, name: str, inside: bool) -> Type:
        if name in self.names.scopes:
            found = Type(WORD, closure=frozenset(closure_of((name,), self.names.scopes)))
            found = replace(found, words=self.names.scopes[name].rows)
        elif name in self.names.values:
            found = self.names.values[name]
        else:
            self.no("TH-M02", seen=name, wanted=", ".join(near(name, self.names.values)))
        # a value in GJ/[fuel] says nothing in a row without a fuel, even when it has one value for all
        finer = (found.closure | open_scopes(found.dimension)) - self.frame
        if finer and not inside:
            self.no("TH-M06", seen=name, wanted=" ".join(sorted(finer)))
        return found

    def want(self, node: ast.expr, kind: str, inside: bool) -> Type:
        found = self.of(node, inside)
        if found.kind != kind:
            self.no("TH-M08", seen=f"{self.text(node)}: {found.kind}", wanted=kind)
        return found

    @staticmethod
    def join(kind: str, parts: list[Type], dimension: Dimension = PURE) -> Type:
        closure = frozenset[str]().union(*(p.closure for p in parts))
        return Type(kind, dimension, closure, any(p.optional for p in parts))

    def same(self, node: ast.expr, a: Type, b: Type) -> Dimension:
        """The common dimension of two numbers that are added or compared; a literal 0 fits."""
        if ANY in (a.dimension, b.dimension):
            return b.dimension if a.dimension == ANY else a.dimension
        if a.dimension != b.dimension:
            seen = f"{self.text(node)}: {show_dimension(b.dimension)}"
            self.no("TH-U02", seen=seen, wanted=show_dimension(a.dimension))
        return a.dimension

    def arithmetic(self, node: ast.BinOp, inside: bool) -> Type:
        left, right = self.of(node.left, inside), self.of(node.right, inside)
        # two dates have no sum and no product, but their difference is a time
        if isinstance(node.op, ast.Sub) and left.kind == right.kind == DATE:
            return self.join(NUMBER, [left, right], parse_unit("d").dimension)
        for part, found in ((node.left, left), (node.right, right)):
            if found.kind != NUMBER:
                self.no("TH-M08", seen=f"{self.text(part)}: {found.kind}", wanted=NUMBER)
        if isinstance(node.op, (ast.Add, ast.Sub)):
            return self.join(NUMBER, [left, right], self.same(node, left, right))
        if isinstance(node.op, ast.Pow):
            return self.power(node, left, right)
        for part in (node.left, node.right):
            self.no_power_of_ten(part)
        sign = 1 if isinstance(node.op, ast.Mult) else -1
        return self.join(NUMBER, [left, right], multiply(left.dimension, right.dimension, sign))

    def no_power_of_ten(self, node: ast.expr) -> None:
        """Units convert themselves; a factor of 1000 written by habit would be applied twice."""
        value = literal(node)
        if value:
            digits = {str(abs(value.numerator)), str(value.denominator)}
            if digits != {"1"} and all(text.strip("0") == "1" for text in digits) and "1" in digits:
                self.no("TH-U04", seen=self.text(node), wanted="unit")

    def power(self, node: ast.BinOp, left: Type, right: Type) -> Type:
        if right.dimension not in (PURE, ANY):
            self.no("TH-U03", seen=f"{self.text(node.right)}: {show_dimension(right.dimension)}", wanted="1")
        exponent = literal(node.right)
        # only a whole number that stands in the text tells the unit of the power
        if exponent is not None and exponent.denominator == 1:
            e = exponent.numerator
            return self.join(NUMBER, [left, right], tuple((b, n * e) for b, n in left.dimension if n * e))
        if left.dimension not in (PURE, ANY):
            self.no("TH-U03", seen=f"{self.text(node.left)}: {show_dimension(left.dimension)}", wanted="1")
        if not self.rounds:
            self.no("TH-M10", seen=self.text(node), wanted="round")
        return self.join(NUMBER, [left, right])

    def compare(self, node: ast.Compare, inside: bool) -> Type:
        parts = [self.of(node.left, inside)]
        before, before_node = parts[0], node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            items = right.elts if isinstance(right, ast.Tuple) else [right]
            for item in items:
                found = self.of(item, inside)
                if found.kind != before.kind or (found.kind in (WORD, TRUTH) and not _equality(op)):
                    self.no("TH-M08", seen=f"{self.text(item)}: {found.kind}", wanted=before.kind)
                if found.kind == NUMBER:
                    self.same(node, before, found)
                self.known_word(before_node, before, item, found)
                parts.append(found)
            before, before_node = parts[-1], right
        return self.join(TRUTH, parts)

    def known_word(self, left_node: ast.expr, left: Type, node: ast.expr, found: Type) -> None:
        """A word literal that its column can never hold is a misspelt choice that would never apply."""
        for part, own, other in ((node, found, left), (left_node, left, found)):
            if isinstance(part, ast.Constant) and other.words and not set(own.words) & set(other.words):
                self.no("TH-M18", seen=part.value, wanted="、".join(other.words))

    def lookup(self, node: ast.Subscript, inside: bool) -> Type:
        table = node.value.id if isinstance(node.value, ast.Name) else ""
        if table not in self.names.tables:
            self.no("TH-M02", seen=table, wanted=", ".join(near(table, self.names.tables)))
        keys, unit = self.names.tables[table]
        items = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if len(items) != len(keys):
            self.no("TH-M05", seen=self.text(node), wanted=f"{table}[{', '.join(keys)}]")
        finer = open_scopes(unit.dimension) - self.frame
        if finer and not inside:
            self.no("TH-M06", seen=table, wanted=" ".join(sorted(finer)))
        return self.join(NUMBER, [self.want(i, WORD, inside) for i in items], unit.dimension)

    def function(self, node: ast.Call, inside: bool) -> Type:
        name = call_name(node)
        if name == "before":
            return self.look_back(node, inside)
        if name in ("first_day", "last_day"):
            return self.edge(node, inside)
        if name == "months":
            return self.seen_in(node, inside)
        parts = [self.want(a, NUMBER, inside) for a in node.args]
        if name == "exp":
            if parts[0].dimension not in (PURE, ANY):
                self.no("TH-U03", seen=f"{self.text(node)}: {show_dimension(parts[0].dimension)}", wanted="1")
            if not self.rounds:
                self.no("TH-M10", seen=self.text(node), wanted="round")
            return self.join(NUMBER, parts)
        dimension = parts[0].dimension
        for part in parts[1:]:
            dimension = self.same(node, replace(parts[0], dimension=dimension), part)
        return self.join(NUMBER, parts, dimension)

    def edge(self, node: ast.Call, inside: bool) -> Type:
        """The first or last day of a month or day."""
        name = dotted(node.args[0])
        if name not in TIME_SCOPES:
            self.no("TH-M05", seen=self.text(node), wanted=" / ".join(f"last_day({s})" for s in TIME_SCOPES))
        return Type(DATE, closure=self.of(node.args[0], inside).closure)

    def seen_in(self, node: ast.Call, inside: bool) -> Type:
        """In how many months a word stands: 2 where a report number is used twice."""
        name = dotted(node.args[0])
        if name is None or name in self.names.scopes:
            self.no("TH-M05", seen=self.text(node), wanted="months(name)")
        found = self.want(node.args[0], WORD, inside)
        if "month" not in found.closure:
            self.no("TH-M13", seen=name, wanted="month")
        return Type(NUMBER, PURE, found.closure, found.optional)

    def look_back(self, node: ast.Call, inside: bool) -> Type:
        name = dotted(node.args[0])
        if name is None or name in self.names.scopes:
            self.no("TH-M05", seen=self.text(node), wanted="before(name)")
        found = self.of(node.args[0], inside)
        # a row that lives in one month only (a batch) has no row of the month before
        dated = {
            s
            for s in found.closure - set(TIME_SCOPES)
            if set(closure_of((s,), self.names.scopes)) & set(TIME_SCOPES)
        }
        if dated or not found.closure & set(TIME_SCOPES):
            self.no("TH-M13", seen=name, wanted=" ".join(sorted(dated)) or " ".join(TIME_SCOPES))
        # nothing lies before the first period of a run
        return replace(found, optional=True)

    def aggregate(self, node: ast.Call, inside: bool) -> Type:
        if inside:
            self.no("TH-M07", seen=self.text(node), wanted="step")
        kind = call_name(node)
        value = self.of(node.args[0], True)
        if kind != "count" and value.kind != NUMBER:
            self.no("TH-M08", seen=f"{self.text(node.args[0])}: {value.kind}", wanted=NUMBER)
        parts = [value]
        weight, where = keyword(node, "by"), keyword(node, "where")
        if weight is not None:
            parts.append(self.want(weight, NUMBER, True))
        if where is not None:
            parts.append(self.want(where, TRUTH, True))
        joined = self.join(NUMBER, parts, PURE if kind == "count" else value.dimension)
        over = joined.closure - self.frame
        if not over:
            self.no("TH-M09", seen=self.text(node), wanted="finer scope")
        self.one_unit(node, over, joined)
        # weights are added up too, although their unit cancels in the quotient
        if weight is not None:
            self.one_unit(node, over, parts[1])
        self.known_members(node, joined.closure | self.frame)
        # a total of no rows is 0, but no rows (of an open scope, or kept by `where`) have no mean
        empty = kind in ("mean", "most", "least") and (
            where is not None or any(self.names.scopes[s].open for s in over)
        )
        # how many are there is known even where they are not; only an unknown condition leaves it open
        optional = (where is not None and parts[-1].optional) if kind == "count" else joined.optional or empty
        return replace(joined, closure=joined.closure & self.frame, optional=optional)

    def one_unit(self, node: ast.Call, over: frozenset[str], found: Type) -> None:
        """Rows that are added have one unit; a weight may differ in nothing but its size."""
        mixed = sorted(f"[{s}]" for s in over & open_scopes(found.dimension))
        if mixed:
            self.no("TH-U05", seen=self.text(node), wanted=", ".join(mixed))

    def known_members(self, node: ast.Call, scopes: frozenset[str]) -> None:
        """A constant in `tC/[fuel]` needs a fuel among the rows, else nobody knows which unit is meant."""
        opaque = {name: found.dimension for name, found in self.names.values.items()}
        opaque |= {name: unit.dimension for name, (_, unit) in self.names.tables.items()}
        for name in names(Expr(self.expr.text, node)):
            finer = open_scopes(opaque.get(name, PURE)) - scopes
            if finer:
                self.no("TH-M06", seen=name, wanted=" ".join(sorted(finer)))


def _equality(op: ast.cmpop) -> bool:
    return isinstance(op, (ast.Eq, ast.NotEq, ast.In, ast.NotIn))


def open_scopes(dimension: Dimension) -> frozenset[str]:
    """The scopes whose members' own units a dimension holds: {"fuel"} of GJ/[fuel]."""
    return frozenset(base[1:-1] for base, _ in dimension if base.startswith("["))


def multiply(a: Dimension, b: Dimension, sign: int) -> Dimension:
    """Dimension of a product (`sign` 1) or quotient (−1); a literal 0 counts as pure."""
    exponents = dict(() if a == ANY else a)
    for base, exponent in () if b == ANY else b:
        exponents[base] = exponents.get(base, 0) + sign * exponent
    return tuple(sorted((base, e) for base, e in exponents.items() if e))


def closure_of(per: tuple[str, ...], scopes: Mapping[str, Scope]) -> tuple[str, ...]:
    """`per` and everything that lies above it, in the order of the scopes."""
    found: set[str] = set()
    todo = list(per)
    while todo:
        scope = todo.pop()
        if scope not in found:
            found.add(scope)
            todo.extend(scopes[scope].within)
    return tuple(s for s in scopes if s in found)


def near(name: str, known: Mapping[str, object]) -> list[str]:
    """Known names that look like `name`, for the remedy of a misspelling."""
    from difflib import get_close_matches

    return get_close_matches(name, list(known), n=3)
