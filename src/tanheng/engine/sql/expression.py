"""A checked expression made into columns of a sheet, with the absence and the failures of every part.

Three outcomes of every part are kept apart: a value, absence (NULL without a failure) and a failure code. The
order in which parts are read decides between the last two, as in `engine.exact.compile`.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from fractions import Fraction

from tanheng.engine.sql.aggregate import aggregated
from tanheng.engine.sql.catalog import Catalog, Column
from tanheng.engine.sql.numbers import Arithmetic, Unsayable, Val, constant
from tanheng.engine.sql.sheet import PLANT, Atom, Sheet, key, quoted
from tanheng.formula.check import closure_of
from tanheng.formula.expr import AGGREGATES, Expr, call_name, dotted, literal, names
from tanheng.kernel.units import parse_unit

DAY = parse_unit("d").scale
MOST_POWER = 8
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "=",
    ast.NotEq: "<>",
}


class Expression:
    """Compiles one expression for the rows of a sheet."""

    def __init__(self, catalog: Catalog, sheet: Sheet, expr: Expr, step: str) -> None:
        self.catalog, self.sheet, self.expr, self.step = catalog, sheet, expr, step
        self.do = Arithmetic(sheet)
        self.notes: dict[str, None] = {}

    def compiled(self) -> Val:
        """The value of the whole. Unsayable where SQL has no exact form for it."""
        return self.of(self.expr.tree)

    def of(self, node: ast.expr) -> Val:
        """A part."""
        name = dotted(node)
        if name is not None:
            return self._name(name)
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.BinOp):
            return self._arithmetic(node)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node)
        if isinstance(node, ast.BoolOp):
            return self._logic(node)
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.Subscript):
            items = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
            assert isinstance(node.value, ast.Name)
            words = [self.of(i) for i in items]
            return self.catalog.table(node.value.id, words, self.sheet, self.do)
        assert isinstance(node, ast.Call)
        return aggregated(self, node) if call_name(node) in AGGREGATES else self._function(node)

    def text(self, node: ast.expr) -> str:
        """A part as it is written."""
        return ast.get_source_segment(self.expr.text, node) or self.expr.text

    def code(self, code: str, node: ast.expr) -> int:
        """The failure code of a part."""
        return self.catalog.code(code, self.step, self.text(node))

    # --- names

    def _constant(self, node: ast.Constant) -> Val:
        if isinstance(node.value, str):
            return Val(Atom(quoted(node.value)), "word", words=(node.value,))
        assert isinstance(node.value, Fraction)
        return constant(node.value)

    def _name(self, name: str) -> Val:
        method = self.catalog.method
        if name in method.scopes:
            made = self.sheet.base(f"s.{key(name)}::VARCHAR")
            return Val(made, "word", words=method.scopes[name].rows)
        if name in method.constants:
            return self.catalog.constant(name, self.sheet, self.do)
        return self._read(self._column(name))

    def _column(self, name: str) -> Column:
        found = self.catalog.column(name)
        if found is None:
            # only before() reads what is not computed yet
            raise Unsayable("before() in a circle", name)
        return found

    def _read(self, column: Column, earlier: bool = False) -> Val:
        on = [(PLANT, PLANT), *((key(s), key(s)) for s in column.closure)]
        there = ""
        if earlier:
            scope = "day" if "day" in column.closure else "month"
            alias = self.sheet.join(self.catalog.earlier(scope), [(PLANT, PLANT), (key(scope), key(scope))])
            # a day tells its month
            kept = [s for s in column.closure if s not in ("month", "day")]
            there = f"{alias}.before"
            on = [(PLANT, PLANT), *((key(s), key(s)) for s in kept), (key(scope), there)]
        alias = self.sheet.join(column.relation, on)
        n = self.sheet.base(f"{alias}.{column.n}")
        d = self.sheet.base(f"{alias}.{column.d}") if column.d else None
        fails = [f"{alias}.{column.fail}"] if column.fail else []
        if column.missing:
            fails.append(f"CASE WHEN {alias}.{column.n} IS NULL THEN {column.missing} END")
        sql = f"COALESCE({', '.join(fails)})" if len(fails) > 1 else "".join(fails)
        if sql and there:
            sql = f"CASE WHEN {there} IS NOT NULL THEN {sql} END"
        fail = self.sheet.base(sql) if sql else None
        return Val(
            n,
            column.kind,
            fail,
            d,
            column.ratio,
            column.most,
            column.most_d,
            None,
            column.apart,
            column.words,
        )

    # --- operators

    def _arithmetic(self, node: ast.BinOp) -> Val:
        if isinstance(node.op, ast.Pow):
            return self._power(node)
        left, right = self.of(node.left), self.of(node.right)
        if left.kind == "date":
            days = self.sheet.column(f"({left.n} - {right.n})::BIGINT", left.n, right.n)
            return Val(days, fail=self.do.then(left, right.fail), ratio=DAY, most=4_000_000)
        if isinstance(node.op, ast.Div):
            return self.do.divide(left, right, self.code("TH-C04", node))
        if isinstance(node.op, ast.Mult):
            return self.do.multiply(left, right)
        return self.do.add(left, right, 1 if isinstance(node.op, ast.Add) else -1)

    def _power(self, node: ast.BinOp) -> Val:
        exponent = literal(node.right)
        if exponent is None or exponent.denominator != 1:
            raise Unsayable("broken power", self.text(node))
        if abs(exponent) > MOST_POWER:
            raise Unsayable("too many digits", self.text(node))
        base = self.of(node.left)
        if base.const is not None:
            if base.const == 0 and exponent < 0:
                raise Unsayable("broken power", self.text(node))
            return constant(base.const ** int(exponent))
        return self.do.power(base, int(exponent), self.code("TH-N12", node))

    def _unary(self, node: ast.UnaryOp) -> Val:
        inner = self.of(node.operand)
        if isinstance(node.op, ast.Not):
            return replace(inner, n=self.sheet.column(f"(NOT {inner.n})", inner.n))
        if inner.const is not None:
            return constant(-inner.const)
        return replace(inner, n=self.do.by(inner.n, -1, inner.most)[0])

    def _logic(self, node: ast.BoolOp) -> Val:
        """and, or: absent if any part is absent, whatever the others say."""
        parts = [self.of(v) for v in node.values]
        joint = " AND " if isinstance(node.op, ast.And) else " OR "
        atoms = [p.n for p in parts]
        # SQL would call "false and absent" false
        there = " AND ".join(f"{a} IS NOT NULL" for a in atoms)
        made = self.sheet.column(f"CASE WHEN {there} THEN ({joint.join(map(str, atoms))}) END", *atoms)
        return self._failing(made, self.do.first(*(p.fail for p in parts)))

    def _failing(self, truth: Atom, fail: Atom | None) -> Val:
        if fail is not None:
            truth = self.sheet.column(f"CASE WHEN {fail} IS NULL THEN {truth} END", truth, fail)
        return Val(truth, "truth", fail)

    def _compare(self, node: ast.Compare) -> Val:
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return self._membership(node)
        parts = [self.of(p) for p in (node.left, *node.comparators)]
        fail, made = parts[0].fail, list[Atom]()
        for number, op in enumerate(node.ops):
            left, right = parts[number], parts[number + 1]
            if left.kind == "number":
                truth, left_fail, right_fail = self.do.compare(left, _SIGNS[type(op)], right)
                right_fail = self.do.first(left_fail, right_fail)
            else:
                truth = self.sheet.column(f"({left.n} {_SIGNS[type(op)]} {right.n})", left.n, right.n)
                right_fail = right.fail
            if number and right_fail is not None:
                # what stands further right is read only where all before it is there
                there = " AND ".join(f"{p.n} IS NOT NULL" for p in parts[: number + 1])
                atoms = [p.n for p in parts[: number + 1]]
                right_fail = self.sheet.column(f"CASE WHEN {there} THEN {right_fail} END", *atoms, right_fail)
            fail = self.do.first(fail, right_fail)
            made.append(truth)
        if len(made) == 1:
            return self._failing(made[0], fail)
        there = " AND ".join(f"{a} IS NOT NULL" for a in made)
        both = self.sheet.column(f"CASE WHEN {there} THEN ({' AND '.join(map(str, made))}) END", *made)
        return self._failing(both, fail)

    def _membership(self, node: ast.Compare) -> Val:
        listed = node.comparators[0]
        assert isinstance(listed, ast.Tuple)
        left, items = self.of(node.left), [self.of(i) for i in listed.elts]
        fail = self.do.first(left.fail, *(i.fail for i in items))
        if left.kind == "number":
            truths = []
            for item in items:
                truth, left_fail, right_fail = self.do.compare(left, "=", item)
                fail = self.do.first(fail, left_fail, right_fail)
                truths.append(truth)
            atoms = truths
            test = " OR ".join(map(str, truths))
        else:
            atoms = [left.n, *(i.n for i in items)]
            test = f"{left.n} IN ({', '.join(str(i.n) for i in items)})"
        there = " AND ".join(f"{a} IS NOT NULL" for a in atoms)
        sign = "NOT " if isinstance(node.ops[0], ast.NotIn) else ""
        made = self.sheet.column(f"CASE WHEN {there} THEN {sign}({test}) END", *atoms)
        return self._failing(made, fail)

    # --- functions

    def _function(self, node: ast.Call) -> Val:
        name = call_name(node)
        if name == "before":
            earlier = dotted(node.args[0])
            assert earlier is not None
            return self._read(self._column(earlier), earlier=True)
        if name in ("first_day", "last_day"):
            return self._edge(name, dotted(node.args[0]) or "")
        if name not in ("max", "min", "abs"):
            raise Unsayable("exp" if name == "exp" else "word without SQL", self.text(node))
        found, *rest = [self.of(a) for a in node.args]
        if name == "abs":
            return self.do.absolute(found)
        for each in rest:
            found = self.do.extreme(found, each, name == "max")
        return found

    def _edge(self, name: str, scope: str) -> Val:
        column = f"s.{key(scope)}::VARCHAR"
        first = f"({column} || '-01')::DATE" if scope == "month" else f"{column}::DATE"
        sql = f"last_day({first})" if name == "last_day" and scope == "month" else first
        return Val(self.sheet.base(sql), "date")

    def wide(self, node: ast.Call) -> tuple[str, ...]:
        """The scopes over which an aggregate reads: its names' and those of the sheet."""
        scopes, method = set(self.sheet.scopes), self.catalog.method
        for name in names(Expr(self.expr.text, node)):
            if name in method.scopes:
                scopes.update(closure_of((name,), method.scopes))
            else:
                scopes.update(method.closure_of(name))
        return method.order(frozenset(scopes))
