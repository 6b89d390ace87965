"""One walk from a checked expression to the maths tree, with symbols or with the numbers of one computed row.

Units convert themselves in the engine, so a formula of the language never says × 10⁻³; the law does. The
walk carries the scale of every part and puts the factor back where units of one dimension but different
size meet.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from fractions import Fraction

from tanheng.engine.notation.constants import is_unity, ratio_text
from tanheng.engine.notation.parts import (
    ADD,
    AND,
    ATOM,
    COMPARE,
    DAY,
    MINUS,
    MULTIPLY,
    NOT,
    ONE,
    OPPOSITE,
    OR,
    POWER,
    SHOWN_TERMS,
    SIGNS,
    SUMS,
    TIMES,
    WORDS,
    Numbers,
    Part,
    RowKey,
    letters,
    plain_scale,
    ratio_node,
)
from tanheng.engine.notation.symbols import infix, joined, symbol
from tanheng.engine.notation.tree import (
    ITALIC,
    NUMBER,
    Big,
    Fence,
    Frac,
    Glyph,
    Node,
    Over,
    Row,
    Script,
    linear,
)
from tanheng.formula.check import closure_of
from tanheng.formula.expr import AGGREGATES, Expr, call_name, dotted, keyword, names, walk
from tanheng.formula.model import Method
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.units import Unit


class Walker:
    """Turns the expressions of one step into nodes.

    Attributes:
        printed: For each symbol as printed the names that it stands for: one, unless the method is at fault.
        nodes: The symbol of each name and table as first printed, with its index letters.
        summed: Index letter and scope of every sum and mean met so far.
    """

    def __init__(self, method: Method, closure: tuple[str, ...], numbers: Numbers | None = None) -> None:
        self.method = method
        self.closure = closure
        self.numbers = numbers
        self._row: dict[str, str] = dict(numbers.row) if numbers else {}
        self._bound: tuple[str, ...] = ()
        self._letters = letters(method)
        self.printed: dict[str, set[str]] = {}
        self.nodes: dict[str, Node] = {}
        self.summed: dict[str, str] = {}

    def value(self, expr: Expr, unit: Unit | None) -> Part:
        """A whole right-hand side, brought to the unit that the step declares."""
        tree = expr.tree
        # a sum can bring each of its terms to the step's unit, which reads better than one factor behind it
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub):
            return self._sum(tree, plain_scale(unit))
        part = self._name(tree.id) if isinstance(tree, ast.Name) else self.part(tree)
        zero = isinstance(tree, ast.Constant) and tree.value == 0
        if unit is not None and unit.text == "%" and not part.percent and not zero:
            # a bare number is a share: 1 reads 100%
            share = tree.value if isinstance(tree, ast.Constant) else None
            if isinstance(share, Fraction):
                return Part(Glyph(exact_text(share * 100) + "%", NUMBER), ATOM, part.scale, True)
            return self._times(self._scaled(part, ONE), Glyph("100%", NUMBER))
        return self._scaled(part, plain_scale(unit))

    def part(self, node: ast.expr) -> Part:
        """One sub-expression."""
        if isinstance(node, ast.Constant):
            return self._constant(node)
        name = dotted(node)
        if self._is_truth(node):
            # the names of truths are questions ("检测是否合规"): a condition prints the answer with it
            return Part(self._answered(node, "是"), COMPARE)
        if name is not None:
            return self._name(name)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            return self._look_up(node.value.id, node.slice)
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.Not):
                return self._denied(node.operand)
            inner = self.part(node.operand)
            return Part(Row((MINUS, self._hold(inner, MULTIPLY))), ADD, inner.scale, inner.percent)
        if isinstance(node, ast.BoolOp):
            level = AND if isinstance(node.op, ast.And) else OR
            joint = "且" if level == AND else "或"
            return Part(self._chain([self._hold(self.part(v), NOT) for v in node.values], [joint]), level)
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        assert isinstance(node, ast.Tuple)
        texts = [self.part(item).node for item in node.elts]
        return Part(Fence("{", self._chain(texts, ["、"], tight=True), "}"), ATOM)

    def _denied(self, node: ast.expr) -> Part:
        if self._is_truth(node):
            return Part(self._answered(node, "否"), COMPARE)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            # absence passes through both alike, so a denied comparison is its opposite
            return self._compare(node, OPPOSITE)
        return Part(infix(Glyph("非"), Fence("(", self.part(node).node, ")")), NOT)

    def _is_truth(self, node: ast.expr) -> bool:
        return getattr(self.method.value(dotted(node) or ""), "kind", "") == "truth"

    def _is_date(self, node: ast.expr) -> bool:
        kind = getattr(self.method.value(dotted(node) or ""), "kind", "")
        return kind == "date" or call_name(node) in ("first_day", "last_day")

    def _answered(self, node: ast.expr, answer: str) -> Node:
        return infix(self._name(dotted(node) or "").node, "=", Glyph(answer))

    def _constant(self, node: ast.Constant) -> Part:
        if isinstance(node.value, str):
            return Part(Glyph(node.value), ATOM)
        zero = node.value == 0
        return Part(Glyph(node.kind or "", NUMBER), ATOM, None if zero else Fraction(1))

    def _name(self, name: str) -> Part:
        found = self.method.value(name)
        if found is None:
            # not a value: the name of a scope, which stands for its member
            if name in self._bound:
                return Part(Glyph(self._letter(name), ITALIC), ATOM)
            scope = self.method.scopes.get(name)
            return Part(Glyph((scope.zh if scope else "") or TIMES.get(name, name)), ATOM)
        scale = plain_scale(found.unit)
        percent = found.unit is not None and "%" in found.unit.text
        ratio = ratio_text(self.method, name)
        if ratio:
            return Part(symbol(ratio), ATOM, scale)
        closure = self.method.closure_of(name)
        if self.numbers is not None:
            row = tuple(sorted((s, self._row[s]) for s in closure if s in self._row))
            text = self.numbers.shown.get((name, row))
            # a value without a figure keeps its symbol: an honest gap in the worked line
            if text is not None:
                shown: Node = Glyph(text, NUMBER)
                if text.startswith(("−", "-")):
                    shown = Fence("(", shown, ")")
                return Part(symbol(text) if "/" in text else shown, ATOM, scale, percent)
        # an index is shown only where a sum runs over it; elsewhere everything belongs to one row
        indices = tuple(self._letter(s) for s in self._bound if s in closure)
        kind = getattr(found, "kind", "number")
        text = found.zh if kind in ("word", "truth") and found.zh else found.symbol or name
        return Part(self._noted(symbol(text, indices), name), ATOM, scale, percent)

    def _letter(self, scope: str) -> str:
        return self._letters[scope]

    def _look_up(self, name: str, key: ast.expr) -> Part:
        table = self.method.tables[name]
        keys = key.elts if isinstance(key, ast.Tuple) else [key]
        parts = [self.part(k).node for k in keys]
        base = symbol(table.symbol or name)
        sub: list[Node] = [parts[0]]
        for part in parts[1:]:
            sub += [Glyph(","), part]
        lower: Node = Row(tuple(sub)) if len(sub) > 1 else sub[0]
        # the place below is taken ("NCV_0"), so the key goes above, in brackets to tell it from a power
        if isinstance(base, Script):
            found = Script(base.base, base.sub, Fence("(", lower, ")"))
        else:
            found = Script(base, lower)
        # one table may be read with several keys, which its node already shows
        return Part(self._noted(found, f"{name}[{linear(lower)}]"), ATOM, plain_scale(table.unit))

    def _noted(self, node: Node, name: str) -> Node:
        """Remember what was printed for a name: two names that print alike cannot be told apart."""
        self.printed.setdefault(linear(node), set()).add(name)
        self.nodes.setdefault(name.partition("[")[0], node)
        return node

    def _binary(self, node: ast.BinOp) -> Part:
        if isinstance(node.op, ast.Add | ast.Sub):
            return self._sum(node, None)
        left, right = self.part(node.left), self.part(node.right)
        if isinstance(node.op, ast.Mult):
            scale = None if left.scale is None or right.scale is None else left.scale * right.scale
            for one, other in ((node.left, right), (node.right, left)):
                if is_unity(self.method, dotted(one)):
                    return Part(other.node, other.level, scale, other.percent)
            return Part(infix(self._hold(left, MULTIPLY), "×", self._hold(right, MULTIPLY)), MULTIPLY, scale)
        if isinstance(node.op, ast.Div):
            scale = None if left.scale is None or right.scale is None else left.scale / right.scale
            return Part(Frac(left.node, right.node), MULTIPLY, scale)
        exponent = node.right.value if isinstance(node.right, ast.Constant) else None
        if isinstance(exponent, Fraction) and exponent.denominator == 1:
            scale = None if left.scale is None else left.scale ** int(exponent)
        else:
            # the loader lets a unit be raised to whole powers only: here both sides are plain numbers
            left, right, scale = self._scaled(left, ONE), self._scaled(right, ONE), ONE
        return Part(Script(self._hold(left, ATOM), None, right.node), POWER, scale)

    def _sum(self, node: ast.BinOp, wanted: Fraction | None) -> Part:
        """A chain of terms in one unit: where terms differ the step's if known, else the smallest."""
        if self._is_date(node.left):
            days = infix(self.part(node.left).node, "−", self.part(node.right).node)
            return self._scaled(Part(days, ADD, DAY), wanted)
        terms: list[tuple[str, Part]] = []
        rest: ast.expr = node
        while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Add | ast.Sub):
            terms.insert(0, ("+" if isinstance(rest.op, ast.Add) else "−", self.part(rest.right)))
            rest = rest.left
        terms.insert(0, ("", self.part(rest)))
        scales = {part.scale for _, part in terms if part.scale is not None}
        common = next(iter(scales)) if len(scales) == 1 else wanted or min(scales, default=None)
        items: list[Node | str] = []
        for sign, part in terms:
            # a difference binds its right side: a − (b + c)
            led = isinstance(part.node, Row) and part.node.items[:1] == (MINUS,)
            tight = sign == "−" or (bool(sign) and led)
            held = self._hold(self._scaled(part, common), MULTIPLY if tight else ADD)
            items += [sign, held] if sign else [held]
        whole = Part(infix(*items), ADD, common, any(part.percent for _, part in terms))
        return self._scaled(whole, wanted)

    def _compare(self, node: ast.Compare, signs: Mapping[type[ast.cmpop], str] = SIGNS) -> Part:
        sides = [self.part(side) for side in (node.left, *node.comparators)]
        # 0 fits every unit, so the first side that has one says in which the others are read
        scale = next((side.scale for side in sides if side.scale is not None), None)
        items: list[Node | str] = [self._hold(self._scaled(sides[0], scale), ADD)]
        for op, side in zip(node.ops, sides[1:], strict=True):
            items += [signs[type(op)], self._hold(self._scaled(side, scale), ADD)]
        return Part(infix(*items), COMPARE)

    def _call(self, node: ast.Call) -> Part:
        name = call_name(node)
        if name in AGGREGATES:
            return self._aggregate(name, node)
        parts = [self.part(a) for a in node.args]
        if name == "abs":
            return Part(Fence("|", parts[0].node, "|"), ATOM, parts[0].scale, parts[0].percent)
        if name == "exp":
            return Part(Script(Glyph("e", ITALIC), None, self._scaled(parts[0], ONE).node), POWER, ONE)
        if name == "before":
            held = parts[0].node
            last = Row((Glyph("t", ITALIC), Glyph("−", NUMBER), Glyph("1", NUMBER)))
            if isinstance(held, Script) and held.sup is None:
                held = Script(held.base, Row((held.sub, Glyph(","), last)) if held.sub else last)
                return Part(held, ATOM, parts[0].scale, parts[0].percent)
            return Part(Script(held, last), ATOM, parts[0].scale, parts[0].percent)
        if name in WORDS:
            # a day has no unit; a number of months is one
            said = Row((Glyph(WORDS[name]), Fence("(", parts[0].node, ")")))
            return Part(said, ATOM, ONE if name == "months" else None)
        scale = next((p.scale for p in parts if p.scale is not None), None)
        listed = self._chain([self._scaled(p, scale).node for p in parts], [", "], tight=True)
        return Part(Row((Glyph(name), Fence("(", listed, ")"))), ATOM, scale, any(p.percent for p in parts))

    def _aggregate(self, name: str, node: ast.Call) -> Part:
        weight, where = keyword(node, "by"), keyword(node, "where")
        reach: set[str] = set()
        # as the engine does: whatever the value, the weight or the condition reads is run over
        for each in names(Expr("", node)):
            above = closure_of((each,), self.method.scopes) if each in self.method.scopes else ()
            reach |= {*above, *self.method.closure_of(each)}
        bound = self.method.order(tuple(reach - set(self.closure)))
        # names inside the aggregate get these indices; the language forbids aggregates within aggregates
        outer, self._bound = self._bound, bound
        try:
            if name == "mean" and weight is not None:
                return self._weighted(node.args[0], weight, where, bound)
            if self.numbers is not None and name == "total":
                return self._spelt_out(node.args[0], bound, where)
            body = self.part(node.args[0])
            if name == "mean":
                self.summed |= {self._letter(s): s for s in bound}
                over: Node = Over(body.node)
                # a bar says nothing of a condition, so that stands below it
                over = Script(over, self._under(bound, where)) if where is not None else over
                return Part(over, ATOM, body.scale, body.percent)
            sign = SUMS[name]
            if name != "total":
                # max, min and n are names: their brackets say how far they reach
                whole = Big(sign, self._under(bound, where), Fence("(", body.node, ")"))
                counted = name == "count"
                return Part(whole, ATOM, ONE if counted else body.scale, body.percent and not counted)
            # a sum reaches over products but not over sums
            held = self._hold(body, MULTIPLY)
            return Part(Big(sign, self._under(bound, where), held), MULTIPLY, body.scale, body.percent)
        finally:
            self._bound = outer

    def _weighted(
        self, value: ast.expr, weight: ast.expr, where: ast.expr | None, bound: tuple[str, ...]
    ) -> Part:
        product = ast.BinOp(value, ast.Mult(), weight)
        mean = self.part(value)
        if self.numbers is not None:
            top, low = (self._spelt_out(each, bound, where).node for each in (product, weight))
        else:
            under = self._under(bound, where)
            top, low = (Big("∑", under, self._hold(self.part(each), MULTIPLY)) for each in (product, weight))
        return Part(Frac(top, low), MULTIPLY, mean.scale, mean.percent)

    def _under(self, bound: tuple[str, ...], where: ast.expr | None) -> Node | None:
        # what stands under the sign is never replaced by numbers: it says what is summed
        self.summed |= {self._letter(s): s for s in bound}
        below = [Glyph(self._letter(s), ITALIC) for s in bound]
        under = joined(below) if below else None
        if where is None:
            return under
        numbers, self.numbers = self.numbers, None
        condition = self.part(where).node
        self.numbers = numbers
        return infix(under, ":", condition) if under else condition

    def _spelt_out(self, body: ast.expr, bound: tuple[str, ...], where: ast.expr | None) -> Part:
        """A sum with its terms: all of a few, the first two and the last of many."""
        rows = self._rows(body, bound)
        if where is not None or not rows:
            held = self.part(body)
            return Part(Big("∑", self._under(bound, where), self._hold(held, MULTIPLY)), MULTIPLY, held.scale)
        kept = rows if len(rows) <= SHOWN_TERMS else [rows[0], rows[1], rows[-1]]
        terms: list[Node | str] = []
        scale = None
        # each term is the body with the row of that term
        before = self._row
        for number, row in enumerate(kept):
            self._row = {**before, **row}
            part = self.part(body)
            scale = part.scale
            if number:
                terms.append("+")
            if number == 2 and len(rows) > SHOWN_TERMS:
                terms += [Glyph("⋯", NUMBER), "+"]
            terms.append(self._hold(part, MULTIPLY))
        self._row = before
        return Part(infix(*terms), ADD if len(kept) > 1 else MULTIPLY, scale)

    def _rows(self, body: ast.expr, bound: tuple[str, ...]) -> list[dict[str, str]]:
        assert self.numbers is not None
        wanted = {
            n
            for n in (dotted(part) for part in walk(body))
            if n and set(bound) <= set(self.method.closure_of(n))
        }
        found: dict[RowKey, set[str]] = {}
        for name, row in self.numbers.shown:
            here = dict(row)
            fits = all(here.get(s, m) == m for s, m in self.numbers.row.items())
            if name in wanted and fits and all(s in here for s in bound):
                found.setdefault(tuple((s, here[s]) for s in bound), set()).add(name)
        # a row in which a value is absent has no term
        return [dict(key) for key in sorted(found) if found[key] == wanted]

    def _hold(self, part: Part, level: int) -> Node:
        return part.node if part.level >= level else Fence("(", part.node, ")")

    def _scaled(self, part: Part, scale: Fraction | None) -> Part:
        if scale is None or part.scale is None or part.scale == scale:
            return part
        return Part(self._times(part, ratio_node(part.scale / scale)).node, MULTIPLY, scale)

    def _times(self, part: Part, factor: Node) -> Part:
        return Part(infix(self._hold(part, MULTIPLY), "×", factor), MULTIPLY, part.scale)

    def _chain(self, nodes: list[Node], joint: list[str], tight: bool = False) -> Node:
        row: list[Node | str] = [nodes[0]]
        for node in nodes[1:]:
            row += [Glyph(joint[0]) if tight else joint[0], node]
        return infix(*row)
