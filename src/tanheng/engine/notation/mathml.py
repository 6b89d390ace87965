"""The maths tree as MathML Core, for the page."""

from __future__ import annotations

from html import escape

from tanheng.engine.notation.tree import (
    ITALIC,
    NUMBER,
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


def mathml(node: Node, block: bool = True) -> str:
    """A `math` element; its alternative text is the formula in one line."""
    display = ' display="block"' if block else ""
    return f'<math{display} alttext="{escape(linear(node).strip())}">{_part(node)}</math>'


def _part(node: Node) -> str:
    if isinstance(node, Glyph):
        return _glyph(node)
    if isinstance(node, Row):
        return f"<mrow>{''.join(_part(item) for item in node.items)}</mrow>"
    if isinstance(node, Frac):
        return f"<mfrac>{_part(node.top)}{_part(node.bottom)}</mfrac>"
    if isinstance(node, Script):
        sub = _part(node.sub) if node.sub is not None else ""
        sup = _part(node.sup) if node.sup is not None else ""
        tag = "msubsup" if sub and sup else "msub" if sub else "msup"
        return f"<{tag}>{_part(node.base)}{sub}{sup}</{tag}>"
    if isinstance(node, Big):
        sign = f'<mo movablelimits="false">{escape(node.sign)}</mo>'
        head = f"<munder>{sign}{_part(node.under)}</munder>" if node.under is not None else sign
        return f"<mrow>{head}{_part(node.body)}</mrow>"
    if isinstance(node, Fence):
        left, right = (f'<mo fence="true" stretchy="true">{escape(c)}</mo>' for c in (node.left, node.right))
        return f"<mrow>{left}{_part(node.body)}{right}</mrow>"
    if isinstance(node, Over):
        return f'<mover class="mean">{_part(node.body)}<mo>‾</mo></mover>'
    return _cases(node)


def _cases(node: Cases) -> str:
    rows = "".join(f"<mtr><mtd>{_part(v)}</mtd><mtd>{_part(w)}</mtd></mtr>" for v, w in node.rows)
    brace = '<mo fence="true" stretchy="true">{</mo>'
    table = f'<mtable columnalign="left" displaystyle="true">{rows}</mtable>'
    return f'<mrow class="cases">{brace}{table}</mrow>'


def _glyph(node: Glyph) -> str:
    text = escape(node.text)
    if not text:
        return ""
    if node.kind == OPERATOR:
        return f"<mo>{text}</mo>"
    if node.kind == NUMBER:
        return f"<mn>{text}</mn>"
    if node.kind == ITALIC:
        return f"<mi>{text}</mi>"
    # one upright letter would slant in a bare <mi>
    return f'<mi mathvariant="normal">{text}</mi>' if len(node.text) == 1 else f"<mi>{text}</mi>"


__all__ = ["mathml"]
