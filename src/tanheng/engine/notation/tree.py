"""The neutral maths tree: eight kinds of node, enough for every formula that the language can say."""

from __future__ import annotations

from dataclasses import dataclass

ITALIC = "italic"
UPRIGHT = "upright"
NUMBER = "number"
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Glyph:
    """A run of characters. `kind` is italic (one letter), upright (words, Chinese), number or operator."""

    text: str
    kind: str = UPRIGHT


@dataclass(frozen=True, slots=True)
class Row:
    """Nodes side by side."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Frac:
    """A fraction with a bar."""

    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Script:
    """A base with a subscript, a superscript or both."""

    base: Node
    sub: Node | None = None
    sup: Node | None = None


@dataclass(frozen=True, slots=True)
class Big:
    """A large operator over a body: ∑ with its indices below, max and min likewise."""

    sign: str
    under: Node | None
    body: Node


@dataclass(frozen=True, slots=True)
class Fence:
    """A body between brackets that grow with it."""

    left: str
    body: Node
    right: str


@dataclass(frozen=True, slots=True)
class Over:
    """A body under a bar: the arithmetic mean."""

    body: Node


@dataclass(frozen=True, slots=True)
class Cases:
    """Alternatives behind one brace, each a value and the condition under which it is taken."""

    rows: tuple[tuple[Node, Node], ...]


Node = Glyph | Row | Frac | Script | Big | Fence | Over | Cases


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node in reading order."""
    if isinstance(node, Row):
        return node.items
    if isinstance(node, Frac):
        return (node.top, node.bottom)
    if isinstance(node, Script):
        return tuple(part for part in (node.base, node.sub, node.sup) if part is not None)
    if isinstance(node, Big):
        return tuple(part for part in (node.under, node.body) if part is not None)
    if isinstance(node, Fence | Over):
        return (node.body,)
    if isinstance(node, Cases):
        return tuple(part for row in node.rows for part in row)
    return ()


def linear(node: Node) -> str:
    """The formula in one line of plain text, for readers who do not see it: "∑_i(FC_i × 44/12)"."""
    if isinstance(node, Glyph):
        return f" {node.text} " if node.kind == OPERATOR else node.text
    if isinstance(node, Row):
        return "".join(linear(item) for item in node.items)
    if isinstance(node, Frac):
        return f"{_grouped(node.top)}/{_grouped(node.bottom)}"
    if isinstance(node, Script):
        sub = f"_{linear(node.sub)}" if node.sub is not None else ""
        sup = f"^{_grouped(node.sup)}" if node.sup is not None else ""
        return linear(node.base) + sub + sup
    if isinstance(node, Big):
        under = f"_{linear(node.under)}" if node.under is not None else ""
        return f"{node.sign}{under}({linear(node.body)})"
    if isinstance(node, Fence):
        return f"{node.left}{linear(node.body)}{node.right}"
    if isinstance(node, Over):
        return f"mean({linear(node.body)})"
    return "; ".join(f"{linear(value)} ({linear(when)})" for value, when in node.rows)


def _grouped(node: Node) -> str:
    text = linear(node)
    return f"({text})" if (" " in text or isinstance(node, Frac)) and not isinstance(node, Fence) else text
