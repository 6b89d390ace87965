"""Symbols as a method writes them ("C_ar", "E_燃烧", "44/12") made into nodes."""

from __future__ import annotations

import re

from tanheng.engine.notation.tree import ITALIC, NUMBER, OPERATOR, UPRIGHT, Frac, Glyph, Node, Row, Script

_RATIO = re.compile(r"(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)")
_NUMBER = re.compile(r"[−-]?[\d,]+(\.\d+)?%?")


def word(text: str) -> Glyph:
    """One name part: a single Latin or Greek letter slants, all else stands upright."""
    if _NUMBER.fullmatch(text):
        return Glyph(text, NUMBER)
    single = len(text.rstrip("′'")) == 1 and text[0].isalpha() and ord(text[0]) < 0x2E80
    return Glyph(text.replace("'", "′"), ITALIC if single else UPRIGHT)


def symbol(text: str, indices: tuple[str, ...] = ()) -> Node:
    """A symbol with index letters behind its own subscript.

    Args:
        text: "C_ar" is C with subscript ar, "C_ad,日" has two, "be^cl" has a superscript, "44/12" is a
            fraction that takes no index.
        indices: Index letters, shown after a comma.
    """
    ratio = _RATIO.fullmatch(text)
    if ratio:
        return Frac(Glyph(ratio[1], NUMBER), Glyph(ratio[2], NUMBER))
    head, _, raised = text.partition("^")
    base, _, lowered = head.partition("_")
    own = [part for part in lowered.split(",") if part]
    # a symbol that the method wrote with its index ("Q_k") does not get it twice
    parts = [word(part) for part in own] + [
        Glyph(letter, ITALIC) for letter in indices if letter not in own[-1:]
    ]
    sup = word(raised) if raised else None
    if not parts and sup is None:
        return word(base)
    return Script(word(base), joined(parts) if parts else None, sup)


def joined(parts: list[Glyph]) -> Node:
    """Parts of one subscript with commas between them."""
    if len(parts) == 1:
        return parts[0]
    row: list[Node] = [parts[0]]
    for part in parts[1:]:
        row += [Glyph(",", UPRIGHT), part]
    return Row(tuple(row))


def power_of_ten(exponent: int) -> Node:
    """10 with its exponent; the minus is a real one."""
    return Script(Glyph("10", NUMBER), None, Glyph(str(exponent).replace("-", "−"), NUMBER))


def infix(*items: Node | str) -> Row:
    """A row in which texts become operators."""
    return Row(tuple(Glyph(item, OPERATOR) if isinstance(item, str) else item for item in items))
