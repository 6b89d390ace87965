"""What a report asks for: a step's equation, the same with numbers, and the names that need explaining."""

from __future__ import annotations

import ast

from tanheng.engine.notation.parts import Numbers
from tanheng.engine.notation.symbols import infix, symbol
from tanheng.engine.notation.tree import ITALIC, NUMBER, Cases, Glyph, Node
from tanheng.engine.notation.walk import Walker
from tanheng.formula.expr import Expr, names, walk
from tanheng.formula.model import TIME_SCOPES, Check, Method, Step, Way


def symbol_of(method: Method, name: str) -> Node:
    """The symbol of a given, step or constant; its name where the method gives none."""
    found = method.value(name)
    return symbol((found.symbol if found else "") or name)


def ways_of(step: Step, way: str | None) -> tuple[Way, ...]:
    """The ways with that name, or all of them."""
    return step.ways if way is None else tuple(w for w in step.ways if w.name == way)


def equation(method: Method, name: str, way: str | None = None) -> Node:
    """A step as an equation: one way plainly, several behind a brace with their conditions.

    Args:
        name: A step of the method.
        way: The name of one way; None for the whole step.

    Raises:
        KeyError: The method has no such step.
    """
    step = method.steps[name]
    chosen = ways_of(step, way)
    walker = Walker(method, step.closure)
    left = symbol_of(method, name)
    if len(chosen) == 1:
        return infix(left, "=", walker.value(chosen[0].expr, step.unit).node)
    rows = tuple((walker.value(w.expr, step.unit).node, _condition(walker, w)) for w in chosen)
    return infix(left, "=", Cases(rows))


def _condition(walker: Walker, way: Way) -> Node:
    if way.name:
        return Glyph(way.zh or way.name)
    return walker.part(way.when.tree).node if way.when is not None else Glyph("其他")


def with_numbers(method: Method, name: str, way: str | None, numbers: Numbers, result: str) -> Node:
    """The formula with the values of one row put in, and what it comes to: "E = 2 × 3 = 6".

    Args:
        result: The step's own value as reported, digits grouped.
    """
    step = method.steps[name]
    chosen = ways_of(step, way) or step.ways
    body = Walker(method, step.closure, numbers).value(chosen[0].expr, step.unit).node
    return infix(symbol_of(method, name), "=", body, "=", Glyph(result, NUMBER))


def names_in(method: Method, name: str, way: str | None = None) -> tuple[str, ...]:
    """The values that a step's formula reads, each once; scopes, tables, words and dates are left out."""
    seen: dict[str, None] = {}
    for each in ways_of(method.steps[name], way):
        for read in names(each.expr):
            if getattr(method.value(read), "kind", "number") == "number" and method.value(read) is not None:
                seen[read] = None
    return tuple(seen)


def statement_of(method: Method, expr: Expr, closure: tuple[str, ...]) -> Node:
    """A condition, or any expression without a step, as it stands: "FC > 0 且 …"."""
    return Walker(method, closure).part(expr.tree).node


def judgement(method: Method, check: Check) -> Node:
    """What a check demands."""
    return statement_of(method, check.that, check.closure)


def tables_in(method: Method, name: str, way: str | None = None) -> tuple[str, ...]:
    """The tables that a step's formula looks up, each once."""
    found = [part for each in ways_of(method.steps[name], way) for part in walk(each.expr.tree)]
    looked = (
        part.value.id
        for part in found
        if isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name)
    )
    return tuple(dict.fromkeys(looked))


def printed_in(method: Method, name: str) -> tuple[dict[str, Node], tuple[tuple[Node, str], ...]]:
    """What a step's formula shows: each name's symbol as printed, and index letters each with its scope."""
    step = method.steps[name]
    walker = Walker(method, step.closure)
    for way in step.ways:
        walker.value(way.expr, step.unit)
    # a month's days and a plant's units read alike: time comes last, as the rows of a report do
    ordered = sorted(walker.summed.items(), key=lambda pair: pair[1] in TIME_SCOPES)
    return walker.nodes, tuple((Glyph(letter, ITALIC), scope) for letter, scope in ordered)
