"""Named irrational functions of exact values (power, exp, ln, sqrt), to 60 significant digits.

Where the true value is rational it is returned exactly (4 ** 1/2 is 2). Otherwise the result is the true
value rounded half to even to 60 significant digits: its relative error is below 10^-59. Such a value is not
exact, so it leaves a step only through the rounding that the step names (the loader refuses a step without
one), and other back ends receive it as an input.

Only `exp` and `ln` of `decimal` are used, which its specification rounds correctly; `power` is not, and
differs by implementation. Working in 100 digits with |exponent| <= 10^6 and results within 10^±4000, the
error before the last rounding is below 10^-88.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import isqrt

from tanheng.kernel.problems import Place, Refused, refuse

DIGITS = 60

_WORK = Context(prec=100, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)
_KEEP = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)
_MOST_EXPONENT = 10**6
_NEAR = Fraction(1, 10**40)
# 10^±4000: 13 300 bits, and ln(10^4000) is 9 210
_MOST_BITS = 13_300
_MOST_LOG = 9_210


def power(base: Fraction, exponent: Fraction, place: Place = Place()) -> Fraction:
    """The base to the exponent; both pure numbers unless the exponent is whole.

    Raises:
        Refused: TH-N12 for 0 ** -1, a negative number to a broken power, or a result over 10^±4000.
    """
    if base == 0:
        if exponent < 0:
            raise _outside(place, f"{base} ** {exponent}", "零没有负数次方", "zero has no negative power")
        return Fraction(exponent == 0)
    if abs(exponent) > _MOST_EXPONENT:
        raise _outside(place, f"{base} ** {exponent}", "指数过大", "the exponent is too large")
    if exponent.denominator == 1:
        return _whole_power(base, exponent.numerator, place)
    if base < 0:
        raise _outside(
            place, f"{base} ** {exponent}", "负数只有整数次方", "a negative number has whole powers only"
        )
    # a rational result may lie on a tie of the rounding that follows, so it must not be approximated
    rooted = _exact_root(base, exponent.denominator)
    if rooted is not None:
        return _whole_power(rooted, exponent.numerator, place)
    return _exp(_WORK.multiply(_decimal(exponent), _WORK.ln(_decimal(base))), f"{base} ** {exponent}", place)


def exp(value: Fraction, place: Place = Place()) -> Fraction:
    """Euler's number to the value. Raises Refused TH-N12 for a result beyond 10^±4000."""
    return Fraction(1) if value == 0 else _exp(_decimal(value), f"exp({value})", place)


def ln(value: Fraction, place: Place = Place()) -> Fraction:
    """The natural logarithm. Raises Refused TH-N12 unless the value is above 0."""
    if value <= 0:
        zh, en = "只有正数有对数", "only a positive number has a logarithm"
        raise _outside(place, f"ln({value})", zh, en)
    # as near to 1 as this, 100 digits of the value hold fewer than 60 of the logarithm, and two terms of its
    # series hold 80
    off = value - 1
    if abs(off) < _NEAR:
        return Fraction(_KEEP.plus(_decimal(off - off * off / 2)))
    return Fraction(_KEEP.plus(_WORK.ln(_decimal(value))))


def sqrt(value: Fraction, place: Place = Place()) -> Fraction:
    """The square root. Raises Refused TH-N12 for a negative value."""
    if value < 0:
        raise _outside(place, f"sqrt({value})", "负数没有平方根", "a negative number has no root")
    rooted = _exact_root(value, 2)
    # the root of a correctly rounded 100-digit value is correct far beyond 60 digits
    return rooted if rooted is not None else Fraction(_KEEP.plus(_WORK.sqrt(_decimal(value))))


def _exp(value: Decimal, said: str, place: Place) -> Fraction:
    if abs(value) > _MOST_LOG:
        raise _outside(place, said, "结果超出 10^±4000", "the result is beyond 10^±4000")
    return Fraction(_KEEP.plus(_WORK.exp(value)))


def _whole_power(base: Fraction, exponent: int, place: Place) -> Fraction:
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    # 1 and -1 stay small whatever the exponent
    if bits > 1 and bits * abs(exponent) > _MOST_BITS:
        raise _outside(place, f"{base} ** {exponent}", "结果的位数过多", "the result has too many digits")
    return base**exponent


def _exact_root(value: Fraction, degree: int) -> Fraction | None:
    """The rational root of a value >= 0, if it is rational."""
    top, bottom = _integer_root(value.numerator, degree), _integer_root(value.denominator, degree)
    return None if top is None or bottom is None else Fraction(top, bottom)


def _integer_root(value: int, degree: int) -> int | None:
    if value < 2:
        return value
    if degree == 2:
        root = isqrt(value)
        return root if root * root == value else None
    if degree >= value.bit_length():
        return None
    low, high = 1, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if middle**degree <= value:
            low = middle
        else:
            high = middle - 1
    return low if low**degree == value else None


def _decimal(value: Fraction) -> Decimal:
    return _WORK.divide(Decimal(value.numerator), Decimal(value.denominator))


def _outside(place: Place, function: str, zh: str, en: str) -> Refused:
    name, _, seen = function.partition("(") if "(" in function else ("power", "", function)
    return refuse("TH-N12", place, function=name, seen=seen.rstrip(")"), wanted_zh=zh, wanted_en=en)
