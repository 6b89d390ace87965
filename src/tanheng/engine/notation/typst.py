"""The maths tree as Typst mathematics."""

from __future__ import annotations

from tanheng.engine.notation.tree import (
    ITALIC,
    OPERATOR,
    Big,
    Fence,
    Frac,
    Glyph,
    Node,
    Over,
    Row,
    Script,
)

_OPERATORS = {
    "×": "times",
    "−": "minus",
    "≤": "lt.eq",
    "≥": "gt.eq",
    "≠": "eq.not",
    "∈": "in",
    "∉": "in.not",
}
_PLAIN = {"+", "=", "<", ">"}
_FENCES = {
    "(": "paren.l",
    ")": "paren.r",
    "[": "bracket.l",
    "]": "bracket.r",
    "{": "brace.l",
    "}": "brace.r",
    # not bar.v: a document may have a function of that name, as our charts do
    "|": "|",
}


def text_literal(text: str) -> str:
    """A Typst string literal; nothing inside it is ever read as markup."""
    # line ends inside a literal would be kept and break the line of a table
    safe = "".join(c if c >= " " and c not in "\u2028\u2029" else " " for c in text)
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


def typst(node: Node) -> str:
    """Typst source of the formula, without the dollar signs around it."""
    if isinstance(node, Glyph):
        return _glyph(node)
    if isinstance(node, Row):
        return _joined([typst(item) for item in node.items])
    if isinstance(node, Frac):
        return f"frac({typst(node.top)}, {typst(node.bottom)})"
    if isinstance(node, Script):
        base = typst(node.base)
        args = [f"b: {typst(node.sub)}"] if node.sub is not None else []
        args += [f"t: {typst(node.sup)}"] if node.sup is not None else []
        return f"attach({', '.join([base, *args])})"
    if isinstance(node, Big):
        sign = "sum" if node.sign == "∑" else f"op({text_literal(node.sign)}, limits: #true)"
        head = f"limits({sign})" if node.under is None else f"attach(limits({sign}), b: {typst(node.under)})"
        return f"{head} {typst(node.body)}"
    if isinstance(node, Fence):
        return f"lr({_FENCES[node.left]} {typst(node.body)} {_FENCES[node.right]})"
    if isinstance(node, Over):
        return f"overline({typst(node.body)})"
    # the rows of a brace are whole formulas, so their fractions are set as large as elsewhere
    rows = ", ".join(f"display({typst(value)}) & quad {typst(when)}" for value, when in node.rows)
    return f"cases(gap: #0.6em, {rows})"


def _joined(parts: list[str]) -> str:
    """Parts side by side. A space beside upright text would be printed, so it stands only between names."""
    line = ""
    for part in parts:
        line += f" {part}" if line[-1:].isalnum() and part[:1].isalnum() else part
    return line


def _glyph(node: Glyph) -> str:
    if not node.text:
        return ""
    if node.kind == OPERATOR:
        if node.text in _PLAIN:
            return node.text
        return _OPERATORS.get(node.text) or f'class("binary", {text_literal(node.text)})'
    if node.kind == ITALIC:
        # a bare letter slants in Typst mathematics, a string never does
        return node.text[0] + "'" * (len(node.text) - 1)
    if node.text == ",":
        # punctuation would put a space into a subscript
        return 'class("normal", ",")'
    return f"upright({text_literal(node.text)})"


__all__ = ["text_literal", "typst"]
