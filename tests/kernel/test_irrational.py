"""Named irrational functions: known digits, and the stated error proved in exact arithmetic."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanheng.kernel.irrational import DIGITS, exp, power, sqrt
from tanheng.kernel.problems import Refused

F = Fraction
BOUND = F(1, 10 ** (DIGITS - 1))


def first_digits(value: Fraction, digits: int) -> str:
    """The first decimal digits of a value from 1 to 10, cut off."""
    text = str(value.numerator * 10 ** (digits - 1) // value.denominator)
    return text[0] + "." + text[1:]


@pytest.mark.parametrize(
    ("value", "digits"),
    [  # published constants
        (exp(F(1)), "2.7182818284590452353602874713526624977572470936999"),
        (sqrt(F(2)), "1.4142135623730950488016887242096980785696718753769"),
        (sqrt(F(3)), "1.7320508075688772935274463415058723669428052538103"),
        (power(F(2), F(1, 3)), "1.2599210498948731647672106072782283505702514647015"),
        (power(F(2), F(1, 12)), "1.0594630943592952645618252949463417007792043174941"),
        (exp(F(-1)) * 10, "3.6787944117144232159552377016146086744581113103176"),
    ],
)
def test_known_digits(value, digits):
    assert first_digits(value, 50) == digits


@pytest.mark.parametrize(
    ("base", "exponent", "value"),
    [
        (F(4), F(1, 2), F(2)),
        (F(4, 9), F(-3, 2), F(27, 8)),
        (F(8, 27), F(2, 3), F(4, 9)),
        (F(1, 9), F(1, 2), F(1, 3)),
        (F(2**7, 3**7), F(1, 7), F(2, 3)),
        (F(1), F(1, 7), F(1)),
        (F(2), F(10), F(1024)),
        (F(-2), F(-3), F(-1, 8)),
        (F(0), F(3, 2), F(0)),
        (F(0), F(0), F(1)),
        (F("1.015"), F(2), F("1.030225")),
        (F(10**200), F(1, 100), F(100)),
    ],
)
def test_rational_results_are_exact(base, exponent, value):
    assert power(base, exponent) == value


def test_exact_at_zero():
    assert exp(F(0)) == 1 and sqrt(F(0)) == 0 and sqrt(F(9, 4)) == F(3, 2)


positive = st.fractions(F(1, 1000), 1000, max_denominator=10**6)


@settings(max_examples=60)
@given(positive, st.integers(-30, 30), st.integers(2, 12))
def test_powers_are_within_the_stated_error(base, top, bottom):
    """If r = b^(p/q) (1 + d), then r^q = b^p (1 + d)^q, and both sides are rational."""
    found = power(base, F(top, bottom))
    exponent = F(top, bottom)
    low = found * (1 - BOUND)
    high = found * (1 + BOUND)
    assert low**exponent.denominator <= base**exponent.numerator <= high**exponent.denominator


@settings(max_examples=60)
@given(positive)
def test_roots_are_within_the_stated_error(value):
    assert (sqrt(value) * (1 - BOUND)) ** 2 <= value <= (sqrt(value) * (1 + BOUND)) ** 2


@settings(max_examples=40)
@given(st.fractions(-8, 8, max_denominator=10**4))
def test_exponentials_are_within_the_stated_error(value):
    """The series for e^|x|, with the geometric bound of what is left out."""
    size, term, total, count = abs(value), F(1), F(1), 1
    while term > F(1, 10**80) or size / (count + 1) > F(1, 2):
        term = term * size / count
        total += term
        count += 1
    rest = 2 * term
    found = exp(value) if value >= 0 else 1 / exp(value)
    assert total * (1 - 2 * BOUND) <= found <= (total + rest) * (1 + 2 * BOUND)


@pytest.mark.parametrize(
    "call",
    [
        lambda: power(F(0), F(-1)),
        lambda: power(F(-4), F(1, 2)),
        lambda: power(F(-8), F(1, 3)),
        lambda: power(F(10), F(10**5)),
        lambda: power(F(10), F(10**7)),
        lambda: power(F(10), F(10001, 2)),
        lambda: exp(F(10_000)),
        lambda: exp(F(-10_000)),
        lambda: sqrt(F(-1)),
    ],
)
def test_refused(call):
    with pytest.raises(Refused) as caught:
        call()
    (found,) = caught.value.problems
    assert found.code == "TH-N12"
    assert "…" not in found.message("zh") + found.remedy("zh") + found.message("en") + found.remedy("en")


def test_a_refusal_names_the_function_and_the_value():
    for call, said in (
        (lambda: sqrt(F(-1)), "sqrt cannot be computed for -1."),
        (lambda: exp(F(10_000)), "exp cannot be computed for 10000."),
        (lambda: power(F(-4), F(1, 2)), "power cannot be computed for -4 ** 1/2."),
    ):
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.problems[0].message("en") == said


def test_small_bases_may_have_large_powers():
    assert power(F(1), F(10**6)) == 1 and power(F(-1), F(10**6 - 1)) == -1
