"""Aggregates: terms in helper columns of the finer sheet, and a sum, mean or extreme of them.

A spreadsheet's SUM and MAX pass over texts, so an absent term would silently count as none: every formula
compares how many numbers there are with how many there must be. `+0*SUM(…)` lets an error of a term through.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tanheng.engine.exact.compile import Compiler
from tanheng.engine.exact.rows import Row
from tanheng.engine.workbook.compose import Composer
from tanheng.engine.workbook.parts import (
    ADD,
    GUARD,
    MULTIPLY,
    PROBE,
    Group,
    Lack,
    Part,
    Slots,
    Template,
    full,
    guarded,
)
from tanheng.engine.workbook.plan import MANY_AREAS, Column
from tanheng.formula.expr import call_name, dotted, keyword
from tanheng.formula.model import Given


@dataclass(frozen=True)
class Terms:
    """The cells that an aggregate reads.

    Attributes:
        text: The areas of a row, a token; all rows of the column where there are too many areas.
        index: The column that numbers the groups, and the group's number, where `text` is all rows.
        gap: Whether a cell may lack its number; "error" where that is a gap of a required given.
    """

    text: str
    scale: Fraction
    gap: str = ""
    index: tuple[str, str] | None = None

    @property
    def sum(self) -> str:
        """What the numbers add up to; an error among them is an error."""
        if self.index is None:
            return f"SUM({self.text})"
        return f"SUMIFS({self.text},{self.index[0]},{self.index[1]})"

    @property
    def there(self) -> str:
        """How many numbers there are; an error among them is an error."""
        if self.index is None:
            return f"COUNT({self.text})+0*{self.sum}"
        return f'COUNTIFS({self.index[0]},{self.index[1]},{self.text},">=-1E+300")+0*{self.sum}'

    def extreme(self, name: str) -> str:
        """The greatest or smallest: MAX or MIN."""
        if self.index is None:
            return f"{name}({self.text})"
        return f"_xlfn.{name}IFS({self.text},{self.index[0]},{self.index[1]})"


def aggregate(own: Composer, node: ast.Call) -> Part:
    """An aggregate as a part of the step's formula; its terms become columns of the finer sheet."""
    return _Aggregate(own, node).part()


class _Aggregate:
    def __init__(self, own: Composer, node: ast.Call) -> None:
        self.own, self.node, self.kind = own, node, call_name(node)
        self.by, self.where = keyword(node, "by"), keyword(node, "where")
        self.wide = wide_of(own, node)
        self.sheet = own.plan.sheet(self.wide)
        token = own.slots.add(("rows", self.wide), own.plan.count(self.sheet, own.frame))
        self.rows = token
        over = [s for s in self.wide if s not in own.frame]
        self.standing = not any(own.method.scopes[s].open for s in over)
        self.mark = self._mark() if self.where is not None else None

    def part(self) -> Part:
        """The whole."""
        groups: list[Group] = []
        if self._may_be_empty() and (self.kind == "mean" or (self.standing and self.kind != "count")):
            # a standing scope without members is a gap, and a mean of nothing is none
            groups.append((Lack(f"{self.rows}=0"),))
        must = self.rows
        if self.mark is not None:
            if self.mark.gap:
                groups.append(self._short(self.mark, self.rows))
            must = self.mark.sum
            if self.kind == "mean":
                groups.append((Lack(f"{must}=0"),))
        if self.by is not None:
            return self._weighted(groups, must)
        terms = self._terms(self.node.args[0], "v")
        if self.kind == "count":
            return Part(terms.there, ADD, groups=tuple(groups))
        if self.kind in ("most", "least"):
            groups.append((Lack(f"{terms.there}=0"),))
            text = terms.extreme("MAX" if self.kind == "most" else "MIN")
            return Part(text, scale=terms.scale, groups=tuple(groups))
        if terms.gap:
            groups.append(self._short(terms, must))
        total = terms.sum
        if self.kind == "total":
            probe: Group = (Lack(f'{total}=""', PROBE),)
            return Part(total, scale=terms.scale, groups=(*groups, probe))
        text = f"{total}/{must}"
        return Part(text, MULTIPLY, scale=terms.scale, groups=(*groups, (Lack(f'({text})=""', PROBE),)))

    def _weighted(self, groups: list[Group], must: str) -> Part:
        assert self.by is not None
        weights = self._terms(self.by, "w")
        if weights.gap:
            groups.append(self._short(weights, must))
        products = self._products()
        if products.gap:
            groups.append(self._short(products, must))
        text = f"{products.sum}/{weights.sum}"
        scale = products.scale / weights.scale
        return Part(text, MULTIPLY, scale=scale, groups=(*groups, (Lack(f'({text})=""', PROBE),)))

    def _may_be_empty(self) -> bool:
        run = self.own.plan.run
        if run is None:
            return False
        spans = self.own.plan.spans(self.sheet, self.own.frame)
        return any(not spans.get(row) for row in run.rows.of(self.own.frame))

    def _short(self, terms: Terms, must: str) -> Group:
        few = f"{terms.there}<{must}"
        return (Lack(few) if terms.gap == "absent" else Lack(f"IF({few},NA())", GUARD),)

    # --- columns of terms

    def _read(self, column: Column, scale: Fraction, gap: str) -> Terms:
        """The cells of a column that belong to a row."""
        own, plan = self.own, self.own.plan
        if not self._scattered():
            text = own.slots.add(("areas", id(column)), plan.areas(column, own.frame, own.home))
            return Terms(text, scale, gap)
        index, fresh = plan.helper(self.wide, ("group", own.frame), f"属于{own.home.title}的第几行")
        places = [self.wide.index(s) for s in own.frame]

        def number(row: Row) -> str:
            return str(own.home.at[tuple([row[i] for i in places])])

        if fresh:
            slots = Slots()
            index.template = Template(slots.add("group", number), slots)
            index.cached = lambda row: Fraction(number(row))
        home = own.slots.add("home", lambda row: str(own.home.at[row]))
        text = own.slots.add(("whole", id(column)), lambda _: plan.whole(column, own.home))
        numbers = own.slots.add(("whole", id(index)), lambda _: plan.whole(index, own.home))
        return Terms(text, scale, gap, (numbers, home))

    def _scattered(self) -> bool:
        """Whether some row's cells lie in more ranges than a formula should name."""
        plan = self.own.plan
        if plan.run is None:
            return False
        return any(len(s) > MANY_AREAS for s in plan.spans(self.sheet, self.own.frame).values())

    def _mark(self) -> Terms:
        assert self.where is not None

        def build(inner: Composer, node: ast.expr) -> tuple[str, Part]:
            part = inner.part(node)
            return guarded(part.groups, f"IF({part.text},1,0)", '""'), part

        column, part = self._column("mark", self.where, build, lambda f: lambda row: _one(f(row)))
        return self._read(column, Fraction(1), "" if part.sure else "absent")

    def _terms(self, node: ast.expr, role: str) -> Terms:
        """The column of an argument: the name's own where that is all, else a helper."""
        found = self._direct(node)
        if found is not None:
            return found
        mark = self._mark_column()

        def build(inner: Composer, tree: ast.expr) -> tuple[str, Part]:
            part = inner.part(tree)
            counted = Part("1", groups=part.groups) if self.kind == "count" else part
            text = full(counted)
            if self.kind == "count" and not part.sure:
                # whether a value is there may hang on one that cannot be computed
                text = guarded(part.groups, "1", '""', more_to_come=True)
            elif self.kind == "count":
                text = f'IF({part.text}="",1,1)'
            return self._kept(inner, mark, text), part

        def value(read: Callable[[Row], Any]) -> Callable[[Row], Any]:
            if self.kind == "count":
                return lambda row: None if read(row) is None else Fraction(1)
            return read

        column, part = self._column(role, node, build, self._where_kept(value))
        scale = Fraction(1) if self.kind == "count" else part.scale
        return self._read(column, scale, "" if part.sure else "absent")

    def _direct(self, node: ast.expr) -> Terms | None:
        name = dotted(node)
        column = self.own.plan.values.get(name) if name is not None else None
        if column is None or self.where is not None or column.sheet.closure != self.wide:
            return None
        item = column.item
        assert item is not None
        if item.kind != "number" or item.unit is None:
            return None
        gap = "absent" if item.optional else "error" if isinstance(item, Given) else ""
        if isinstance(item, Given) and not item.optional and self.kind in ("count", "most", "least"):
            return None
        return self._read(column, item.unit.scale, gap)

    def _products(self) -> Terms:
        """Value times weight; a row of no weight counts 0 and needs no value."""
        assert self.by is not None
        mark, by = self._mark_column(), self.by

        def build(inner: Composer, tree: ast.expr) -> tuple[str, Part]:
            value, weight = inner.part(tree), inner.part(by)
            product = f"{value.held(MULTIPLY)}*{weight.held(MULTIPLY)}"
            whole = guarded(value.groups, product, '""')
            text = guarded(weight.groups, f"IF({weight.text}=0,0,{whole})", '""', more_to_come=True)
            gaps = (*value.groups, *weight.groups)
            return self._kept(inner, mark, text), Part("", scale=value.scale * weight.scale, groups=gaps)

        def exact(read: Callable[[Row], Any], weight: Callable[[Row], Any]) -> Callable[[Row], Any]:
            def product(row: Row) -> Any:
                w = weight(row)
                if not w:
                    return w
                x = read(row)
                return None if x is None else x * w

            return product

        def value_of(read: Callable[[Row], Any]) -> Callable[[Row], Any]:
            return exact(read, self._exact(by))

        column, part = self._column("p", self.node.args[0], build, self._where_kept(value_of), by)
        return self._read(column, part.scale, "" if part.sure else "absent")

    def _kept(self, inner: Composer, mark: Column | None, text: str) -> str:
        """Only rows that the condition keeps have a term."""
        if mark is None:
            return text
        token = inner.slots.add(("mark", id(mark)), inner.plan.cell(mark, self.wide, self.sheet))
        return f'IF({token}=1,{text},"")'

    def _mark_column(self) -> Column | None:
        if self.where is None:
            return None
        return self.own.plan.helpers[(self.wide, *self._key("mark", self.where, None))]

    def _where_kept(self, value: Callable[..., Callable[[Row], Any]]) -> Callable[..., Callable[[Row], Any]]:
        where = self.where
        if where is None:
            return value

        def wrapped(read: Callable[[Row], Any]) -> Callable[[Row], Any]:
            marked, inner = self._exact(where), value(read)
            return lambda row: inner(row) if marked(row) is True else None

        return wrapped

    def _key(self, role: str, node: ast.expr, by: ast.expr | None) -> tuple[object, ...]:
        text, where = ast.dump(node), ""
        if role != "mark" and self.where is not None:
            where = ast.dump(self.where)
        counted = self.kind == "count" and role == "v"
        kind = "count" if counted else role if role in ("mark", "p") else "v"
        return (kind, text, where, by and ast.dump(by))

    def _exact(self, node: ast.expr) -> Callable[[Row], Any]:
        run = self.own.plan.run
        assert run is not None
        read = Compiler(run, self.own.expr, self.wide).of(node, self.wide)
        return lambda row: run.settled(lambda: read(row))

    def _column(
        self,
        role: str,
        node: ast.expr,
        build: Callable[[Composer, ast.expr], tuple[str, Part]],
        exact: Callable[[Callable[[Row], Any]], Callable[[Row], Any]],
        by: ast.expr | None = None,
    ) -> tuple[Column, Part]:
        said = ast.get_source_segment(self.own.expr.text, node) or ""
        zh = {"mark": "条件", "w": "权", "p": "值×权", "v": "项"}[role] + f" {said}"
        if by is not None:
            zh += f" × {ast.get_source_segment(self.own.expr.text, by) or ''}"
        column, fresh = self.own.plan.helper(self.wide, self._key(role, node, by), zh)
        slots = Slots()
        inner = Composer(self.own.shop, self.own.expr, self.wide, self.sheet, slots)
        text, part = build(inner, node)
        if fresh:
            column.template = Template(text, slots)
            column.note = self.own.expr.text
            scale = Fraction(1) if self.kind == "count" and role == "v" else part.scale
            scale = Fraction(1) if role == "mark" else scale
            if self.own.plan.run is not None:
                read = exact(self._exact(node))
                column.cached = lambda row: _scaled(read(row), scale)
        return column, part


def _one(found: Any) -> Any:
    return None if found is None else Fraction(1 if found else 0)


def _scaled(found: Any, scale: Fraction) -> Any:
    return found / scale if isinstance(found, Fraction) else found


def wide_of(own: Composer, node: ast.Call) -> tuple[str, ...]:
    """The scopes over which an aggregate reads."""
    from tanheng.formula.expr import Expr, names

    scopes = set(own.frame)
    for name in names(Expr(own.expr.text, node)):
        if name in own.method.scopes:
            scopes |= {name, *_parents(own, name)}
        else:
            scopes.update(own.method.closure_of(name))
    return own.method.order(frozenset(scopes))


def _parents(own: Composer, scope: str) -> set[str]:
    found: set[str] = set()
    for parent in own.method.scopes[scope].within:
        found |= {parent, *_parents(own, parent)}
    return found


def months(own: Composer, node: ast.Call) -> Part:
    """In how many months the word of this row stands: each month's first row of a word is marked by 1."""
    name = dotted(node.args[0])
    assert name is not None
    plan, column = own.plan, own.plan.values[name]
    sheet = column.sheet
    mark, fresh = plan.helper(sheet.closure, ("months", name), f"每月首次出现 {name}")
    month = sheet.column("key", "month")
    assert month is not None
    if fresh:
        mark.template, mark.cached = _first_of_month(own, column, month), _first_seen(own, name)
    word = own.part(node.args[0])
    key = ("months", name)
    cell = own.slots.add(("value", name), plan.cell(column, own.frame, own.home))
    whole = own.slots.add((*key, "words"), lambda row: plan.whole(column, own.home))
    marks = own.slots.add((*key, "marks"), lambda row: plan.whole(mark, own.home))
    return Part(f"SUMPRODUCT(EXACT({whole},{cell})*{marks})", groups=word.groups)


def _first_of_month(own: Composer, column: Column, month: Column) -> Template:
    plan, sheet, slots = own.plan, column.sheet, Slots()
    first = slots.add("word", plan.cell(column, sheet.closure, sheet))
    here = slots.add("month", plan.cell(month, sheet.closure, sheet))

    def so_far(which: Column) -> Callable[[Row], str]:
        return lambda row: f"{which.letter}$5:{which.letter}{sheet.at[row] - 1}"

    words, keys = slots.add("words", so_far(column)), slots.add("months", so_far(month))
    seen = f"SUMPRODUCT(EXACT({words},{first})*EXACT({keys},{here}))"
    return Template(f'IF({first}="",0,IF({seen}=0,1,0))', slots)


def _first_seen(own: Composer, name: str) -> Callable[[Row], Any]:
    run = own.plan.run
    if run is None:
        return lambda row: None
    closure = own.method.closure_of(name)
    place, seen, found = closure.index("month"), set[tuple[object, str]](), dict[Row, int]()
    for row in run.rows.of(closure):
        word = run.value(name, row)
        found[row] = int(word is not None and (word, row[place]) not in seen)
        seen.add((word, row[place]))
    return lambda row: Fraction(found[row])
