"""A checked expression composed into the text of a cell formula, in the units of the cells that it reads."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Protocol

from tanheng.engine.exact.rows import Row
from tanheng.engine.workbook.parts import (
    ADD,
    ATOM,
    COMPARE,
    GUARD,
    LACK,
    MULTIPLY,
    POWER,
    PROBE,
    Group,
    Lack,
    Part,
    Slots,
    joined,
    number_text,
    together,
    word_text,
)
from tanheng.engine.workbook.plan import KEY, Plan, Sheet
from tanheng.formula.expr import AGGREGATES, Expr, call_name, dotted, literal
from tanheng.formula.model import Given
from tanheng.kernel.periods import parse_period
from tanheng.kernel.units import parse_unit

YES, NO = "是", "否"
_DAY = parse_unit("d").scale
_ZERO_DAY = date(1899, 12, 30)
_SIGNS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "=",
    ast.NotEq: "<>",
}


def serial(day: date) -> int:
    """A date as the number that spreadsheets keep."""
    return (day - _ZERO_DAY).days


class Values(Protocol):
    """Cells of constants and tables."""

    def constant(self, name: str, frame: tuple[str, ...]) -> tuple[Fraction, Callable[[Row], str]]:
        """The scale of a constant and its reference at a row."""

    def fixed(self, name: str, words: list[str | int], frame: tuple[str, ...]) -> Callable[[Row], str]:
        """The reference of a table's cell whose words are literals or places in the row."""

    def block(self, name: str, part: str, frame: tuple[str, ...]) -> Callable[[Row], str]:
        """The defined name of a part of a table ("k1", "v") that holds in the period of a row."""


@dataclass(frozen=True)
class Shop:
    """What every composer of a workbook shares."""

    plan: Plan
    values: Values


class Composer:
    """Composes the expressions of one column; `frame` are the scopes of its rows."""

    def __init__(self, shop: Shop, expr: Expr, frame: tuple[str, ...], home: Sheet, slots: Slots) -> None:
        self.shop, self.plan, self.method = shop, shop.plan, shop.plan.method
        self.expr, self.frame, self.home, self.slots = expr, frame, home, slots

    def part(self, node: ast.expr) -> Part:
        """A sub-expression."""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                return Part(word_text(node.value), kind="word")
            assert isinstance(node.value, Fraction)
            return Part(number_text(node.value), number=node.value)
        name = dotted(node)
        if name is not None:
            return self.name(name)
        if isinstance(node, ast.BinOp):
            return self._arithmetic(node)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node)
        if isinstance(node, ast.BoolOp):
            parts = [self.part(v) for v in node.values]
            word = "AND" if isinstance(node.op, ast.And) else "OR"
            texts = ",".join(p.text for p in parts)
            return Part(f"{word}({texts})", kind="truth", groups=together(parts))
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.Subscript):
            return self._look_up(node)
        assert isinstance(node, ast.Call)
        if call_name(node) in AGGREGATES:
            from tanheng.engine.workbook.aggregates import aggregate

            return aggregate(self, node)
        return self._function(node)

    def name(self, name: str) -> Part:
        """A scope's member, a constant, a given or a step."""
        if name in self.method.scopes:
            column = self.home.column(KEY, name)
            assert column is not None
            key = self.slots.add(("key", name), self.plan.cell(column, self.frame, self.home))
            return Part(key, kind="word")
        if name in self.method.constants:
            scale, way = self.shop.values.constant(name, self.frame)
            return Part(self.slots.add(("constant", name), way), scale=scale)
        column = self.plan.values[name]
        token = self.slots.add(("value", name), self.plan.cell(column, self.frame, self.home))
        return self.value(name, token)

    def value(self, name: str, token: str) -> Part:
        """A given or step whose cell is `token`; a blank cell must never count as zero."""
        item = self.plan.values[name].item
        assert item is not None
        empty = f'{token}=""'
        if isinstance(item, Given):
            lack = Lack(empty) if item.optional else Lack(f"IF({empty},NA())", GUARD)
        else:
            lack = Lack(empty, LACK if item.optional else PROBE)
        text, level = token, ATOM
        if isinstance(item, Given) and item.kind == "truth":
            text, level = f'({token}="{YES}")', ATOM
        scale = item.unit.scale if item.unit is not None else Fraction(1)
        return Part(text, level, item.kind, scale, ((lack,),))

    def _arithmetic(self, node: ast.BinOp) -> Part:
        left, right = self.part(node.left), self.part(node.right)
        groups = joined(left.groups, right.groups)
        if isinstance(node.op, (ast.Add, ast.Sub)):
            return self._sum(node, left, right, groups)
        if isinstance(node.op, ast.Pow):
            return self._power(node, left, right, groups)
        if isinstance(node.op, ast.Mult):
            text = f"{left.held(MULTIPLY)}*{right.held(MULTIPLY)}"
            return Part(text, MULTIPLY, scale=left.scale * right.scale, groups=groups)
        text = f"{left.held(MULTIPLY)}/{right.held(POWER)}"
        return Part(text, MULTIPLY, scale=left.scale / right.scale, groups=_tried(groups, text, right))

    def _sum(self, node: ast.BinOp, left: Part, right: Part, groups: tuple[Group, ...]) -> Part:
        sign = "+" if isinstance(node.op, ast.Add) else "-"
        if left.kind == "date":
            return Part(f"{left.held(ADD)}-{right.held(MULTIPLY)}", ADD, scale=_DAY, groups=groups)
        left, right = one_scale(left, right)
        return Part(
            f"{left.held(ADD)}{sign}{right.held(MULTIPLY)}", ADD, scale=left.scale, groups=groups
        )

    def _power(self, node: ast.BinOp, left: Part, right: Part, groups: tuple[Group, ...]) -> Part:
        exponent = literal(node.right)
        if exponent is not None and exponent.denominator == 1:
            if exponent == 0:
                # a spreadsheet calls 0^0 an error; the language says 1
                return Part("1", groups=groups)
            text = f"{left.held(ATOM)}^{right.held(ATOM)}"
            scale = left.scale ** int(exponent)
            probed = groups if exponent > 0 else (*groups, (Lack(f'({text})=""', PROBE),))
            return Part(text, POWER, scale=scale, groups=probed)
        left, right = left.to(Fraction(1)), right.to(Fraction(1))
        text = f"IF({right.text}=0,1,{left.held(ATOM)}^{right.held(ATOM)})"
        return Part(text, groups=(*groups, (Lack(f'{text}=""', PROBE),)))

    def _unary(self, node: ast.UnaryOp) -> Part:
        inner = self.part(node.operand)
        if isinstance(node.op, ast.Not):
            return replace(inner, text=f"NOT({inner.text})", level=ATOM)
        if inner.number is not None:
            return Part(number_text(-inner.number), number=-inner.number)
        # a spreadsheet's minus binds tighter than its power, so the whole stands in brackets
        return replace(inner, text=f"(-{inner.held(ATOM)})", level=ATOM)

    def _compare(self, node: ast.Compare) -> Part:
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return self._member(node)
        parts = [self.part(p) for p in (node.left, *node.comparators)]
        groups, texts, level = together(parts[:2]), [], ATOM
        for left, right, op in zip(parts, parts[1:], node.ops, strict=False):
            text, level = _comparison(left, right, _SIGNS[type(op)])
            texts.append(text)
        for later in parts[2:]:
            groups = joined(groups, later.groups)
        if len(texts) == 1:
            return Part(texts[0], level, "truth", groups=groups)
        return Part(f"AND({','.join(texts)})", kind="truth", groups=groups)

    def _member(self, node: ast.Compare) -> Part:
        listed = node.comparators[0]
        assert isinstance(listed, ast.Tuple)
        first, items = self.part(node.left), [self.part(i) for i in listed.elts]
        text = f"OR({','.join(_comparison(first, item, '=')[0] for item in items)})"
        if isinstance(node.ops[0], ast.NotIn):
            text = f"NOT({text})"
        return Part(text, kind="truth", groups=together([first, *items]))

    def _look_up(self, node: ast.Subscript) -> Part:
        assert isinstance(node.value, ast.Name)
        name, table = node.value.id, self.method.tables[node.value.id]
        keys = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        fixed = [self._fixed(key) for key in keys]
        if all(f is not None for f in fixed):
            known = [f for f in fixed if f is not None]
            token = self.slots.add(
                ("fixed", name, *known), self.shop.values.fixed(name, known, self.frame)
            )
            groups: tuple[Group, ...] = ((Lack(f'{token}=""', PROBE),),)
            return Part(token, scale=table.unit.scale, groups=groups)
        words = [self.part(key) for key in keys]
        exact = []
        for number, word in enumerate(words, 1):
            column = self.slots.add(
                ("block", name, number), self.shop.values.block(name, f"k{number}", self.frame)
            )
            exact.append(f"EXACT({word.text},{column})")
        value = self.slots.add(("block", name, "v"), self.shop.values.block(name, "v", self.frame))
        found = "*".join(exact)
        # a word that the table lacks is an error and no zero; a spreadsheet's MATCH would take "a" for "A"
        text = f"IF(SUMPRODUCT(1*{found})=1,SUMPRODUCT({found}*{value}),NA())"
        probe: Group = (Lack(f'{text}=""', PROBE),)
        return Part(text, scale=table.unit.scale, groups=(*together(words), probe))

    def _fixed(self, node: ast.expr) -> str | int | None:
        """A key that no input changes: a literal word, or the place of a member in the row."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        name = dotted(node)
        return self.frame.index(name) if name in self.method.scopes and name is not None else None

    def _function(self, node: ast.Call) -> Part:
        kind = call_name(node)
        if kind == "before":
            name = dotted(node.args[0])
            assert name is not None
            column = self.plan.values[name]
            token = self.slots.add(("before", name), self.plan.earlier(column, self.frame, self.home))
            found = self.value(name, token)
            if not found.sure:
                return found
            # the start of the run lacks even what is never absent
            first = self.slots.add(("start", name), self.plan.starts(column, self.frame))
            return replace(found, groups=((Lack(first),), *found.groups))
        if kind in ("first_day", "last_day"):
            return self._edge(node, kind)
        if kind == "months":
            from tanheng.engine.workbook.aggregates import months

            return months(self, node)
        parts = [self.part(a) for a in node.args]
        groups = together(parts)
        if kind == "exp":
            text = f"EXP({parts[0].to(Fraction(1)).text})"
            return Part(text, groups=(*groups, (Lack(f'{text}=""', PROBE),)))
        if kind == "abs":
            return replace(parts[0], text=f"ABS({parts[0].text})", level=ATOM, groups=groups, number=None)
        scale = next((p.scale for p in parts if p.number is None), parts[0].scale)
        texts = ",".join(p.to(scale).text for p in parts)
        return Part(f"{kind.upper()}({texts})", scale=scale, groups=groups)

    def _edge(self, node: ast.Call, kind: str) -> Part:
        place = self.frame.index(dotted(node.args[0]) or "")

        def day(row: Row) -> str:
            period = parse_period(row[place])
            return str(serial(period.first if kind == "first_day" else period.last))

        return Part(self.slots.add((kind, place), day), kind="date")


def one_scale(left: Part, right: Part) -> tuple[Part, Part]:
    """Two numbers in units of one scale; a literal follows the other, and 0 fits every unit."""
    if left.kind != "number" or right.kind != "number":
        return left, right
    for one, other in ((left, right), (right, left)):
        if one.number == 0:
            zero = replace(one, scale=other.scale)
            return (zero, other) if one is left else (other, zero)
    if left.number is not None and right.number is None:
        return left.to(right.scale), right
    return left, right.to(left.scale)


def _comparison(left: Part, right: Part, sign: str) -> tuple[str, int]:
    if left.kind == "word":
        # "=" would take "a" for "A"
        same = f"EXACT({left.text},{right.text})"
        return (same if sign == "=" else f"NOT({same})"), ATOM
    left, right = one_scale(left, right)
    return f"{left.held(ADD)}{sign}{right.held(ADD)}", COMPARE


def _tried(groups: tuple[Group, ...], text: str, divisor: Part) -> tuple[Group, ...]:
    """A quotient may fail, and what is decided after it must then fail too."""
    if divisor.number:
        return groups
    return (*groups, (Lack(f'({text})=""', PROBE),))
