"""Formulas and units inside running text, for table cells and notes that hold no typeset mathematics."""

from __future__ import annotations

from collections.abc import Iterator

from tanheng.engine.notation.tree import (
    OPERATOR,
    Big,
    Cases,
    Fence,
    Frac,
    Glyph,
    Node,
    Over,
    Row,
    Script,
    linear,
)
from tanheng.formula.model import Method
from tanheng.kernel.units import Unit
from tanheng.statement.text import SUB, SUP, Run, Text, merged

_TIGHT = {"、", ",", ":"}


def inline(node: Node) -> Text:
    """A formula in one line with real subscripts: "FC_m > 0 且 …"; fractions get a slash and brackets."""
    return tuple(merged(list(_runs(node))))


def _runs(node: Node) -> Iterator[Run]:
    if isinstance(node, Glyph):
        spaced = node.kind == OPERATOR and node.text not in _TIGHT
        yield Run(f" {node.text} " if spaced else node.text)
    elif isinstance(node, Row):
        for item in node.items:
            yield from _runs(item)
    elif isinstance(node, Script):
        yield from _runs(node.base)
        # a style does not nest, so what is below or above stands there in one line
        if node.sub is not None:
            yield Run(linear(node.sub), SUB)
        if node.sup is not None:
            yield Run(linear(node.sup), SUP)
    elif isinstance(node, Frac):
        yield from _bracketed(node.top)
        yield Run("/")
        yield from _bracketed(node.bottom)
    elif isinstance(node, Big):
        yield Run(node.sign)
        if node.under is not None:
            yield Run(linear(node.under), SUB)
        fenced = isinstance(node.body, Fence)
        yield from _runs(node.body) if fenced else _held(node.body)
    elif isinstance(node, Fence):
        yield Run(node.left)
        yield from _runs(node.body)
        yield Run(node.right)
    elif isinstance(node, Over):
        yield Run("平均")
        yield from _held(node.body)
    else:
        yield from _cases(node)


def _cases(node: Cases) -> Iterator[Run]:
    for number, (value, when) in enumerate(node.rows):
        if number:
            yield Run("；")
        yield from _runs(value)
        yield Run("（")
        yield from _runs(when)
        yield Run("）")


def _held(node: Node) -> Iterator[Run]:
    yield Run("(")
    yield from _runs(node)
    yield Run(")")


def _bracketed(node: Node) -> Iterator[Run]:
    whole = isinstance(node, Row) and len(node.items) > 1
    yield from _held(node) if whole or isinstance(node, Frac | Big) else _runs(node)


def unit_text(method: Method, unit: Unit | None) -> Text:
    """A unit for people; an open unit such as "GJ/[fuel]" names its scope as the method does."""
    if unit is None or unit.text == "1":
        return ()
    runs = []
    for text, kind in unit.runs():
        for scope in method.scopes.values():
            text = text.replace(f"[{scope.id}]", f"[{scope.zh or scope.id}]")
        runs.append(Run(text, kind))
    return tuple(merged(runs))
