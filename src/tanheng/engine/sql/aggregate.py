"""total, mean, most, least and count: a GROUP BY over the rows that must exist, guarded against silent gaps.

SUM and AVG skip NULL and an inner join drops rows, both of which would turn missing into zero. So the finer
rows come from the spine, and how many conditions, weights and values are absent is counted beside every sum.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from tanheng.engine.sql.numbers import PENDING, WIDEST, Val, times
from tanheng.engine.sql.sheet import PLANT, Atom, Sheet, key
from tanheng.formula.expr import call_name, keyword

if TYPE_CHECKING:
    from tanheng.engine.sql.expression import Expression

RAGGED = "quotients of different rows"
_SPLIT = 10**18


@dataclass(slots=True)
class _Sum:
    """The parts of a sum over numerators, before and after grouping."""

    ratio: Fraction
    most: int | None
    ragged: bool
    most_d: int | None = 1
    apart: frozenset[str] = frozenset()


class _Group:
    """One aggregate: the finer sheet, and the grouped columns that the outer sheet reads."""

    def __init__(self, outer: Expression, node: ast.Call) -> None:
        from tanheng.engine.sql.expression import Expression

        self.outer, self.node, self.kind = outer, node, call_name(node)
        catalog, self.frame = outer.catalog, outer.sheet.scopes
        self.wide = outer.wide(node)
        spine = catalog.spine(self.wide)
        self.sheet = Sheet(spine, self.wide, spine)
        self.inner = Expression(catalog, self.sheet, outer.expr, outer.step)
        self.rows = catalog.count(self.wide)
        self.columns: dict[str, str] = {"rows": "count(*)"}
        by, where = keyword(node, "by"), keyword(node, "where")
        # read in this order, because failures are met in it
        self.where = self.inner.of(where) if where is not None else None
        self.weight = self.inner.of(by) if by is not None else None
        self.value = self.inner.of(node.args[0])
        scopes = catalog.method.scopes
        self.gap = not any(scopes[s].open for s in self.wide if s not in self.frame)
        self.kept = "" if self.where is None else f"{self.where.n}"

    def filtered(self, aggregate: str, *also: str) -> str:
        """An aggregate over the rows that `where` keeps and for which `also` holds."""
        tests = [t for t in (self.kept, *also) if t]
        return f"{aggregate} FILTER (WHERE {' AND '.join(tests)})" if tests else aggregate

    def gaps(self, value: Val, name: str, also: str = "") -> None:
        """Columns with the first failure of a part and with how often it is absent."""
        if value.const is not None:
            return
        if value.fail is not None:
            self.columns[f"{name}_fail"] = self.filtered(f"min({value.fail})", also)
        self.columns[f"{name}_gaps"] = self.filtered("count(*)", also, f"{value.n} IS NULL")

    def sum(self, value: Val, name: str) -> _Sum:
        """Columns with the sum of the numerators, and with the denominators where there are some."""
        do = self.inner.do
        most = times(value.most, self.rows)
        n = value.n
        if most is None or most > WIDEST:
            # halves cannot overflow; they are put together under TRY
            high, _ = do.made(f"({{}} // {_SPLIT})", value.most or WIDEST, n)
            low, _ = do.made(f"({{}} % {_SPLIT})", value.most or WIDEST, n)
            self.columns[f"{name}_high"] = self.filtered(f"sum({high})")
            self.columns[f"{name}_low"] = self.filtered(f"sum({low})")
        else:
            self.columns[f"{name}_sum"] = self.filtered(f"sum({n})")
        if value.d is not None:
            # a value of zero has no denominator to speak of
            self.columns[f"{name}_d"] = self.filtered(f"min({value.d})", f"{n} <> 0")
            self.columns[f"{name}_d2"] = self.filtered(f"max({value.d})", f"{n} <> 0")
        return _Sum(value.ratio, most, value.d is not None, value.most_d, self.apart(value))

    def apart(self, value: Val) -> frozenset[str]:
        """By which scopes the denominator of a sum differs; one that differs within a group is noted."""
        if value.d is not None and value.apart - set(self.frame):
            self.outer.notes[RAGGED] = None
            return frozenset(self.frame)
        return value.apart

    def joined(self) -> str:
        """The alias of the grouped relation in the outer sheet."""
        keys = [PLANT, *(key(s) for s in self.frame)]
        made = keys + [f"{sql} AS a_{name}" for name, sql in self.columns.items()]
        text = self.sheet.select(made, f" GROUP BY {', '.join(keys)}")
        return self.outer.sheet.join(f"({text})", [(k, k) for k in keys])


def aggregated(outer: Expression, node: ast.Call) -> Val:
    """The value of an aggregate in the outer sheet."""
    group = _Group(outer, node)
    if group.where is not None:
        fail = group.where.fail
        if fail is not None:
            group.columns["where_fail"] = f"min({fail})"
        group.columns["where_gaps"] = f"count(*) FILTER (WHERE {group.where.n} IS NULL)"
        if group.kind != "count":
            group.columns["kept"] = group.filtered("count(*)")
    if group.weight is not None:
        return _weighted(group)
    if group.kind == "count":
        return _count(group)
    return _extreme(group) if group.kind in ("most", "least") else _total(group)


def _finished(
    group: _Group, fails: list[str], absent: list[str], alias: str, n: str
) -> tuple[Atom, Atom | None]:
    """The value and failure columns: conditions first, then weights, then values."""
    sheet, where = group.outer.sheet, group.where
    rows = f"COALESCE({alias}.a_rows, 0)"
    if group.gap and group.kind != "count":
        absent = [f"{rows} = 0", *absent]
    if where is not None:
        # an unknown condition leaves no value, and nothing of the kept rows is read
        unsure = f"COALESCE({alias}.a_where_gaps, 0) > 0"
        fails = [f"CASE WHEN NOT {unsure} THEN {f} END" for f in fails]
        absent = [unsure, *absent]
        if where.fail is not None:
            fails = [f"{alias}.a_where_fail", *fails]
    fail = sheet.base(f"COALESCE({', '.join(fails)})" if len(fails) > 1 else fails[0]) if fails else None
    value = sheet.base(f"CASE WHEN {' OR '.join(absent)} THEN NULL ELSE {n} END" if absent else n)
    if fail is not None:
        value = sheet.column(f"CASE WHEN {fail} IS NULL THEN {value} END", value, fail)
    return value, fail


def _summed(group: _Group, alias: str, name: str, found: _Sum) -> tuple[str, str]:
    """The sum and, where it may be none, the condition of that."""
    if f"{name}_sum" in group.columns:
        kind = "BIGINT" if found.most is not None and found.most < 2**62 else "HUGEINT"
        return f"COALESCE({alias}.a_{name}_sum, 0)::{kind}", ""
    high, low = f"COALESCE({alias}.a_{name}_high, 0)", f"COALESCE({alias}.a_{name}_low, 0)"
    text = f"TRY({high}::HUGEINT * {_SPLIT}::HUGEINT + {low}::HUGEINT)"
    return text, f"{text} IS NULL"


def _ragged(alias: str, name: str) -> str:
    return f"{alias}.a_{name}_d <> {alias}.a_{name}_d2"


def _with_denominator(group: _Group, alias: str, name: str, value: Val, found: _Sum) -> Val:
    if not found.ragged:
        return value
    d = group.outer.sheet.base(f"COALESCE({alias}.a_{name}_d, 1)")
    return replace(value, d=d, most_d=found.most_d, apart=found.apart)


def _total(group: _Group) -> Val:
    """The total, or the plain mean."""
    group.gaps(group.value, "v")
    found = group.sum(_real(group, group.value), "v")
    alias = group.joined()
    rows = _kept(group, alias)
    fails = [f"{alias}.a_v_fail"] if "v_fail" in group.columns else []
    gaps = [f"{alias}.a_v_gaps > 0"] if "v_gaps" in group.columns else []
    text, overflown = _summed(group, alias, "v", found)
    for test in filter(None, (overflown, _ragged(alias, "v") if found.ragged else "")):
        there = f" AND NOT {gaps[0]}" if gaps else ""
        fails.append(f"CASE WHEN {test}{there} THEN {PENDING} END")
    n, fail = _finished(group, fails, gaps, alias, text)
    value = _with_denominator(group, alias, "v", Val(n, fail=fail, ratio=found.ratio, most=found.most), found)
    if group.kind == "total":
        return value
    count = group.outer.sheet.base(f"nullif({rows}, 0)::BIGINT")
    number = Val(count, most=group.rows)
    return group.outer.do.divide(value, number, group.outer.code("TH-C04", group.node))


def _real(group: _Group, value: Val) -> Val:
    """A number that stands in a column: a constant is the same in every row."""
    if value.const is None:
        return value
    return replace(value, n=group.sheet.column(f"{value.n}::BIGINT"), const=None)


def _kept(group: _Group, alias: str) -> str:
    return f"COALESCE({alias}.a_{'kept' if group.where is not None else 'rows'}, 0)"


def _count(group: _Group) -> Val:
    if group.value.fail is not None:
        group.columns["v_fail"] = group.filtered(f"min({group.value.fail})")
    group.columns["v_count"] = group.filtered("count(*)", f"{group.value.n} IS NOT NULL")
    alias = group.joined()
    fails = [f"{alias}.a_v_fail"] if "v_fail" in group.columns else []
    n, fail = _finished(group, fails, [], alias, f"COALESCE({alias}.a_v_count, 0)::BIGINT")
    return Val(n, fail=fail, most=group.rows)


def _extreme(group: _Group) -> Val:
    value = _real(group, group.value)
    if value.fail is not None:
        group.columns["v_fail"] = group.filtered(f"min({value.fail})")
    pick = "max" if group.kind == "most" else "min"
    group.columns["v_pick"] = group.filtered(f"{pick}({value.n})")
    if value.d is not None:
        group.columns["v_d"] = group.filtered(f"min({value.d})", f"{value.n} <> 0")
        group.columns["v_d2"] = group.filtered(f"max({value.d})", f"{value.n} <> 0")
    alias = group.joined()
    fails = [f"{alias}.a_v_fail"] if "v_fail" in group.columns else []
    if value.d is not None:
        fails.append(f"CASE WHEN {_ragged(alias, 'v')} THEN {PENDING} END")
    n, fail = _finished(group, fails, [], alias, f"{alias}.a_v_pick")
    found = Val(n, fail=fail, ratio=value.ratio, most=value.most)
    sums = _Sum(value.ratio, value.most, value.d is not None, value.most_d, group.apart(value))
    return _with_denominator(group, alias, "v", found, sums)


def _weighted(group: _Group) -> Val:
    """mean(x, by=w): rows of zero weight are left out and need no value."""
    assert group.weight is not None
    weight, do = _real(group, group.weight), group.inner.do
    heavy = f"{weight.n} <> 0"
    group.gaps(weight, "w")
    value = _real(group, group.value)
    group.gaps(value, "v", heavy)
    product = do.multiply(replace(weight, fail=None), replace(value, fail=None))
    if product.fail is not None:
        group.columns["p_fail"] = group.filtered(f"min({product.fail})", heavy)
    # a row without weight adds nothing, whether its value is there or not
    top, bottom = group.sum(product, "p"), group.sum(weight, "w")
    alias = group.joined()
    rows = _kept(group, alias)
    light = [f"{alias}.a_{name}" for name in ("w_fail",) if name in group.columns]
    gaps_w = f"{alias}.a_w_gaps > 0" if "w_gaps" in group.columns else "false"
    gaps_v = f"{alias}.a_v_gaps > 0" if "v_gaps" in group.columns else "false"
    fails = list(light)
    if "v_fail" in group.columns:
        fails.append(f"CASE WHEN NOT ({gaps_w}) THEN {alias}.a_v_fail END")
    tests = [_ragged(alias, name) for name, s in (("p", top), ("w", bottom)) if s.ragged]
    p_text, p_over = _summed(group, alias, "p", top)
    w_text, w_over = _summed(group, alias, "w", bottom)
    tests += [t for t in (p_over, w_over) if t]
    for test in tests:
        fails.append(f"CASE WHEN NOT ({gaps_w} OR {gaps_v}) AND {test} THEN {PENDING} END")
    if "p_fail" in group.columns:
        fails.append(f"CASE WHEN NOT ({gaps_w} OR {gaps_v}) THEN {alias}.a_p_fail END")
    absent = [f"{rows} = 0", gaps_w, gaps_v]
    w_n, fail = _finished(group, fails, absent, alias, w_text)
    p_n, _ = _finished(group, fails, absent, alias, p_text)
    outer = group.outer
    over = _with_denominator(group, alias, "p", Val(p_n, fail=fail, ratio=top.ratio, most=top.most), top)
    under = _with_denominator(group, alias, "w", Val(w_n, ratio=bottom.ratio, most=bottom.most), bottom)
    return outer.do.divide(over, under, outer.code("TH-C04", group.node))
