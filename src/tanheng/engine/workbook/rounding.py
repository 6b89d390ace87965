"""Rounding as cell formulas, and values so near a tie that a binary float may fall either way."""

from __future__ import annotations

from fractions import Fraction

from tanheng.kernel.rounding import Rounding

MOST_DIGITS = 9
MOST_SIGNIFICANT = 13
MARGIN = Fraction(1, 10**9)
_FLOAT = Fraction(1, 2**46)
"""A few dozen steps of a double's last bit: what sums and products of doubles may be off."""


def sayable(rounding: Rounding) -> bool:
    """Whether a spreadsheet's numbers carry the digits of a rule."""
    most = MOST_SIGNIFICANT if rounding.mode == "significant" else MOST_DIGITS
    return rounding.digits <= most


def rounded(text: str, rounding: Rounding) -> str:
    """A formula's text rounded; the address of a cell where the rule reads it more than once (`twice`)."""
    digits = rounding.digits
    # first to more digits: 2.675 is 2.67499… in binary, and must still round as 2.675 does
    near = f"ROUND({text},{inner(rounding)})"
    if rounding.mode == "half_up":
        return f"ROUND({near},{digits})"
    if rounding.mode == "truncate":
        return f"ROUNDDOWN({near},{digits})"
    if rounding.mode == "down":
        return f"IF({text}<0,ROUNDUP({near},{digits}),ROUNDDOWN({near},{digits}))"
    if rounding.mode == "up":
        return f"IF({text}<0,ROUNDDOWN({near},{digits}),ROUNDUP({near},{digits}))"
    if rounding.mode == "half_even":
        whole = f"ABS({near})*1E{digits}"
        tie = f"AND(ABS({whole}-INT({whole})-0.5)<1E-4,MOD(INT({whole}),2)=0)"
        return f"IF({tie},ROUNDDOWN({near},{digits}),ROUND({near},{digits}))"
    places = f"{digits - 1}-INT(LOG10(ABS({text}))+1E-12)"
    return f"IF({text}=0,0,ROUND(ROUND({text},{places}+5),{places}))"


def twice(rounding: Rounding) -> bool:
    """Whether a rule reads its number more than once, so that it wants a cell of its own."""
    return rounding.mode not in ("half_up", "truncate")


def inner(rounding: Rounding) -> int:
    """The digits to which a number is rounded first."""
    return max(9, rounding.digits + 3)


def near_tie(value: Fraction, rounding: Rounding) -> bool:
    """Whether a float's error could round a value the other way.

    Args:
        value: Before rounding, in the step's own unit.
    """
    places = rounding.digits
    if rounding.mode == "significant":
        if value == 0:
            return False
        places -= 1 + _magnitude(abs(value))
    step = Fraction(10) ** -places
    margin = max(min(MARGIN, step / 1000), abs(value) * _FLOAT)
    rest = value / step - (value / step).__floor__()
    if rounding.mode in ("down", "up", "truncate"):
        # a value that is a multiple already is caught by the first rounding
        gap = min(rest, 1 - rest) * step
        return 0 < gap < margin
    return abs(rest - Fraction(1, 2)) * step < margin


def _magnitude(size: Fraction) -> int:
    """The exponent e with 10^e <= size < 10^(e+1)."""
    if size >= 1:
        return len(str(size.__floor__())) - 1
    places = 1
    while size * 10**places < 1:
        places += 1
    return -places
