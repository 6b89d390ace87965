"""What the walk hands from part to part: nodes with their tightness and the scale of their unit."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tanheng.engine.notation.symbols import power_of_ten, symbol
from tanheng.engine.notation.tree import NUMBER, Glyph, Node
from tanheng.formula.model import Method
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.units import Unit, parse_unit

# how tightly a part holds together: a looser part inside a tighter place gets brackets
OR, AND, NOT, COMPARE, ADD, MULTIPLY, POWER, ATOM = range(8)
_TIME = {"day": "d", "month": "m"}

SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
    ast.Eq: "=",
    ast.NotEq: "≠",
    ast.In: "∈",
    ast.NotIn: "∉",
}
SUMS = {"total": "∑", "most": "max", "least": "min", "count": "n"}
DENIED = {"<": "≥", "≤": ">", ">": "≤", "≥": "<", "=": "≠", "≠": "=", "∈": "∉", "∉": "∈"}
OPPOSITE = {op: DENIED[sign] for op, sign in SIGNS.items()}
TIMES = {"month": "月", "day": "日"}
WORDS = {"first_day": "首日", "last_day": "末日", "months": "出现月数"}
SHOWN_TERMS = 3
MINUS = Glyph("−", NUMBER)
ONE = Fraction(1)
# a difference of dates counts days
DAY = parse_unit("d").scale

RowKey = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The values that one row of a step was computed from.

    Attributes:
        row: Members of the step's own scopes, time included ("month" -> "2024-03").
        shown: Text of each value read, as reported, by (name, row sorted by scope); percent values end in
            "%".
    """

    row: Mapping[str, str]
    shown: Mapping[tuple[str, RowKey], str]


@dataclass(frozen=True, slots=True)
class Part:
    """A node and what its neighbours must know.

    Attributes:
        level: How tightly it holds together.
        scale: Of its unit; None fits any, or there is none.
        percent: Whether its value is printed as a percentage already.
    """

    node: Node
    level: int
    scale: Fraction | None = None
    percent: bool = False


def plain_scale(unit: Unit | None) -> Fraction | None:
    """The scale of a unit with percent taken as a sign that the value itself carries, as laws print it."""
    # 99 % is printed as "99%", so the hundredth is part of the figure and not of the unit
    if unit is None:
        return None
    return unit.scale * 100 if "%" in unit.text else unit.scale


def ratio_node(ratio: Fraction) -> Node:
    """The conversion between two units as the law prints it: 10⁻³, 3.6 or a fraction."""
    exponent = 0
    rest = ratio
    # only a pure power of ten is printed as one; 3.6 and 1000/3 stay figures
    while rest.denominator == 1 and rest.numerator % 10 == 0 and rest:
        rest, exponent = rest / 10, exponent + 1
    while rest.numerator == 1 and rest.denominator % 10 == 0:
        rest, exponent = rest * 10, exponent - 1
    if rest == 1 and exponent:
        return power_of_ten(exponent) if exponent != 1 else Glyph("10", NUMBER)
    text = exact_text(ratio)
    return symbol(text) if "/" in text else Glyph(text, NUMBER)


def letters(method: Method) -> dict[str, str]:
    """The index letter of every scope of a method, no letter twice.

    m and d are months and days in every method; then come the letters that the method states. A scope whose
    letter is taken, or that has none, gets the first free letter of its id.
    """
    found: dict[str, str] = {}
    stated = sorted(method.scopes.values(), key=lambda scope: (scope.id not in _TIME, not scope.letter))
    for scope in stated:
        wished = [
            scope.letter or _TIME.get(scope.id, ""),
            *(c for c in scope.id if c.isascii() and c.isalpha()),
        ]
        taken = set(found.values())
        first = next((w for w in wished if w), "n")
        found[scope.id] = next((w for w in wished if w and w not in taken), first + "\u2032")
    return found
