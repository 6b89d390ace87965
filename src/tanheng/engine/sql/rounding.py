"""Rounding by whole-number arithmetic: the rules of `kernel.rounding` in SQL."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tanheng.engine.sql.numbers import Arithmetic, Unsayable, Val, constant, plus, times, whole
from tanheng.engine.sql.sheet import Atom
from tanheng.kernel.rounding import Rounding

_MOST_PLACES = 36


def rounded(do: Arithmetic, value: Val, rule: Rounding, scale: Fraction) -> Val:
    """A number rounded in the step's own unit, of which one is `scale` base units."""
    if value.const is not None:
        return replace(constant(rule.apply(value.const / scale) * scale), fail=value.fail)
    if rule.mode == "significant":
        return _significant(do, value, rule.digits, scale)
    step = scale / Fraction(10) ** rule.digits
    # n × ratio / step, as top / bottom of whole numbers
    factor = value.ratio / step
    top, most, fail = _by(do, value, factor.numerator)
    if value.d is None and factor.denominator == 1:
        return Val(top, fail=fail, ratio=step, most=most)
    bottom, most_b, fail = _bottom(do, value, factor.denominator, fail)
    n, risky, bound = _whole(do, rule.mode, top, most, bottom, most_b)
    fail = do.overflown(fail, risky, n, top, bottom)
    return Val(n, fail=fail, ratio=step, most=_quotient(most, factor.denominator, bound))


def _by(do: Arithmetic, value: Val, factor: int) -> tuple[Atom, int | None, Atom | None]:
    most = times(value.most, factor)
    top, risky = do.by(value.n, factor, most)
    return top, most, do.overflown(value.fail, risky, top, value.n)


def _bottom(
    do: Arithmetic, value: Val, factor: int, fail: Atom | None
) -> tuple[Atom, int | None, Atom | None]:
    most = times(value.most_d, factor)
    if value.d is None:
        return Atom(whole(factor)), most, fail
    bottom, risky = do.by(value.d, factor, most)
    return bottom, most, do.overflown(fail, risky, bottom, value.n, value.d)


def _quotient(most: int | None, least: int, bound: int | None) -> int | None:
    return bound if most is None else most // least + 1


def _whole(
    do: Arithmetic, mode: str, top: Atom, most: int | None, bottom: Atom, most_b: int | None
) -> tuple[Atom, bool, int | None]:
    """The whole number that stands for top / bottom by a rule; whether it may overflow; its bound."""
    sum_ = plus(times(most, 2), times(most_b, 2))
    sign = "CASE WHEN {0} < 0 THEN -1 ELSE 1 END"
    if mode == "half_up":
        text = f"({sign} * ((2 * abs({{0}}) + {{1}}) // (2 * {{1}})))"
    elif mode == "truncate":
        text = f"({sign} * (abs({{0}}) // {{1}}))"
    elif mode == "down":
        text = "CASE WHEN {0} >= 0 THEN {0} // {1} ELSE -((abs({0}) + {1} - 1) // {1}) END"
    elif mode == "up":
        text = "CASE WHEN {0} <= 0 THEN -(abs({0}) // {1}) ELSE ({0} + {1} - 1) // {1} END"
    elif mode == "half_even":
        low, r1 = do.made("(abs({0}) // {1})", sum_, top, bottom)
        rest, r2 = do.made("(abs({0}) % {1})", sum_, top, bottom)
        text = (
            f"({sign} * ({{2}} + CASE WHEN 2 * {{3}} > {{1}} OR (2 * {{3}} = {{1}} AND {{2}} % 2 = 1) "
            "THEN 1 ELSE 0 END))"
        )
        n, risky = do.made(text, sum_, top, bottom, low, rest)
        return n, risky or r1 or r2, sum_
    else:
        raise Unsayable("rounding", mode)
    n, risky = do.made(text, sum_, top, bottom)
    return n, risky, sum_


def _significant(do: Arithmetic, value: Val, digits: int, scale: Fraction) -> Val:
    """Significant digits: the decimals that stay follow from the size of each row."""
    factor = value.ratio / scale
    top, _, fail = _by(do, value, factor.numerator)
    bottom, _, fail = _bottom(do, value, factor.denominator, fail)
    sheet = do.sheet
    # lengths of the digits give the exponent to within one; a comparison decides exactly
    guess = sheet.column(f"(length(abs({top})::VARCHAR) - length(({bottom})::VARCHAR))", top, bottom)
    tens = "[" + ", ".join(whole(10**n) + "::HUGEINT" for n in range(_MOST_PLACES + 1)) + "]"
    up, _ = do.made(f"({tens}[1 + greatest(-{guess}, 0)] * abs({{0}}))", None, top, guess)
    low, _ = do.made(f"({tens}[1 + greatest({guess}, 0)] * {{0}})", None, bottom, guess)
    exponent = sheet.column(f"CASE WHEN {up} >= {low} THEN {guess} ELSE {guess} - 1 END", up, low, guess)
    places = sheet.column(f"CASE WHEN {top} = 0 THEN 0 ELSE {digits - 1} - {exponent} END", top, exponent)
    ten_up = sheet.column(f"{tens}[1 + greatest({places}, 0)]", places)
    ten_low = sheet.column(f"{tens}[1 + greatest(-{places}, 0)]", places)
    high, _ = do.made("({0} * {1})", None, top, ten_up)
    base, _ = do.made("({0} * {1})", None, bottom, ten_low)
    shown, _, _ = _whole(do, "half_up", high, None, base, None)
    n, _ = do.made("({0} * {1})", None, shown, ten_low)
    d, _ = do.made("({0} * 1)", None, ten_up)
    n = sheet.column(f"CASE WHEN {d} IS NOT NULL THEN {n} END", n, d)
    fail = do.overflown(fail, True, n, top, bottom)
    return Val(
        n, fail=fail, d=d, ratio=scale, most=None, most_d=10**_MOST_PLACES, apart=frozenset(sheet.scopes)
    )
