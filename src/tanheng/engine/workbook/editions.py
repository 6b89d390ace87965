"""Whether two editions of a method compute a step alike, so that one formula serves the months of both."""

from __future__ import annotations

from tanheng.formula.expr import Expr, names
from tanheng.formula.model import Method, Step


def same_formula(elder: Method, method: Method, name: str) -> bool:
    """Whether a step of both editions has the same ways, and the law values that it reads are the same."""
    one, two = elder.steps[name], method.steps[name]
    if _said(one) != _said(two):
        return False
    read = {name for way in two.ways for name in _reads(way)}
    return all(_law_value(elder, each) == _law_value(method, each) for each in read)


def _said(step: Step) -> object:
    ways = tuple((w.name, w.zh, w.expr.text, w.when and w.when.text, w.rounding) for w in step.ways)
    return step.kind, step.unit, step.optional, step.follow, ways


def _reads(way: object) -> set[str]:
    exprs = [e for e in (getattr(way, "expr", None), getattr(way, "when", None)) if isinstance(e, Expr)]
    return {name for expr in exprs for name in names(expr)}


def _law_value(method: Method, name: str) -> object:
    """What a constant or table holds, without the clauses that each edition cites for it."""
    constant, table = method.constants.get(name), method.tables.get(name)
    if constant is not None:
        dated = tuple((d.since, d.until, d.value) for d in constant.dated)
        return constant.unit, dated, constant.family, constant.factor
    if table is not None:
        rows = {key: tuple((d.since, d.until, d.value) for d in found) for key, found in table.rows.items()}
        return table.unit, table.keys, rows, table.family, table.set, table.item
    return None
