"""Named roundings against the examples of GB/T 8170-2008 and by hand on both sides of every tie."""

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Decimal,
    localcontext,
)
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.kernel.numbers import exact_text, parse_exact
from tanheng.kernel.problems import Refused
from tanheng.kernel.rounding import MODES, Rounding, parse_rounding


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [  # GB/T 8170-2008, clause 3.2: the examples printed there
        ("12.1498", 0, "12"),
        ("12.1498", 1, "12.1"),
        ("1268", -2, "1300"),
        ("10.5002", 0, "11"),
        ("1.05", 1, "1"),
        ("0.35", 1, "0.4"),
        ("2500", -3, "2000"),
        ("3500", -3, "4000"),
        ("0.0325", 3, "0.032"),
        ("32500", -3, "32000"),
        ("-355", -1, "-360"),
        ("-325", -1, "-320"),
        ("-365", -1, "-360"),
        ("-0.0365", 3, "-0.036"),
    ],
)
def test_half_even_as_the_standard_prints_it(value, digits, rounded):
    assert exact_text(Rounding("half_even", digits).apply(parse_exact(value))) == rounded


@pytest.mark.parametrize(
    ("mode", "values"),
    [  # of 2.4 2.5 2.6 3.5 -2.4 -2.5 -2.6 -3.5
        ("half_up", (2, 3, 3, 4, -2, -3, -3, -4)),
        ("half_even", (2, 2, 3, 4, -2, -2, -3, -4)),
        ("down", (2, 2, 2, 3, -3, -3, -3, -4)),
        ("up", (3, 3, 3, 4, -2, -2, -2, -3)),
        ("truncate", (2, 2, 2, 3, -2, -2, -2, -3)),
    ],
)
def test_modes_by_hand(mode, values):
    for text, wanted in zip("2.4 2.5 2.6 3.5 -2.4 -2.5 -2.6 -3.5".split(), values, strict=True):
        assert Rounding(mode, 0).apply(parse_exact(text)) == wanted, (mode, text)


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        ("0.012345", 3, "0.0123"),
        ("0.012355", 4, "0.01236"),
        ("9.96", 2, "10"),
        ("9.94", 2, "9.9"),
        ("0.0999", 1, "0.1"),
        ("123456", 3, "123000"),
        ("-123500", 3, "-124000"),
        ("1", 3, "1.00"),
        ("99.95", 3, "100"),
        ("0", 3, "0"),
        ("1/3", 4, "0.3333"),
        ("2000/3", 2, "670"),
        ("1000", 4, "1000"),
        ("1000", 5, "1000.0"),
        ("999999/1000000", 1, "1"),
    ],
)
def test_significant_digits(value, digits, shown):
    assert Rounding("significant", digits).show(parse_exact(value)) == shown


@pytest.mark.parametrize(
    ("value", "rule", "shown"),
    [
        ("0.55", "half_up 4", "0.5500"),
        ("-0.001", "half_up 2", "0.00"),
        ("-0.005", "half_up 2", "-0.01"),
        ("1234.5", "half_up 0", "1235"),
        ("1250", "half_even -2", "1200"),
        ("3", "down 2", "3.00"),
        ("1/3", "up 2", "0.34"),
        ("0.05", "half_even 1", "0.0"),
    ],
)
def test_show_keeps_every_digit(value, rule, shown):
    assert parse_rounding(rule).show(parse_exact(value)) == shown


@given(
    st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=9),
    st.integers(-5, 9),
    st.sampled_from(
        [
            ("half_up", ROUND_HALF_UP),
            ("half_even", ROUND_HALF_EVEN),
            ("down", ROUND_FLOOR),
            ("up", ROUND_CEILING),
            ("truncate", ROUND_DOWN),
        ]
    ),
)
def test_against_decimal(value, digits, modes):
    """Python's decimal has the same five rules under other names."""
    with localcontext() as context:
        context.prec = 60
        wanted = value.quantize(Decimal(1).scaleb(-digits), rounding=modes[1])
    assert Rounding(modes[0], digits).apply(Fraction(value)) == Fraction(wanted)


@given(st.fractions(), st.sampled_from(MODES), st.integers(1, 12))
def test_rounding_twice_changes_nothing_and_show_agrees(value, mode, digits):
    rule = Rounding(mode, digits)
    once = rule.apply(value)
    assert rule.apply(once) == once
    assert Fraction(rule.show(value)) == once


def test_reading_rules():
    assert parse_rounding("half_even 3") == Rounding("half_even", 3)
    assert parse_rounding(2, "half_up") == Rounding("half_up", 2)
    assert parse_rounding("down 0", "half_up").text == "down 0"
    assert parse_rounding("half_even -2").digits == -2
    # what was read before must not answer for what only looks equal
    assert parse_rounding(1, "half_up") == Rounding("half_up", 1)
    bad = [("half_up", None), ("bankers 2", None), ("half_up 99", None), ("significant 0", None), (2, None)]
    bad += [(True, "half_up"), ("half_up  2", None), ("2", "half_up"), (2, "bankers"), ("half_up ٣", None)]
    for text, mode in bad:
        with pytest.raises(Refused) as caught:
            parse_rounding(text, mode)
        assert caught.value.problems[0].code == "TH-N11", (text, mode)


def test_labels():
    assert Rounding("half_up", 2).label() == "四舍五入到 2 位小数"
    assert Rounding("half_even", 0).label("en") == "half to even (GB/T 8170) to whole numbers"
    assert Rounding("half_up", 1).label("en") == "half up to 1 decimal"
    assert Rounding("significant", 4).label() == "四舍五入取 4 位有效数字"
    assert Rounding("down", -2).label("en") == "down to multiples of 10^2"
    assert all(Rounding(mode, 2).label(lang) for mode in MODES for lang in ("zh", "en"))
