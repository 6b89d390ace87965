"""Units, dates, constants, look-ups, rounding, powers and kinds of values, each by hand."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest

from tanheng.facts.inputs import Member
from tanheng.kernel.irrational import exp, power
from tanheng.kernel.problems import Refused
from tanheng.kernel.rounding import Rounding
from tests.formula.small import COAL, Entry, day_rows, run, steps


def refusal(ask) -> str:
    with pytest.raises(Refused) as caught:
        ask()
    return caught.value.problems[0].code


def one(formula: str, unit: str, given: str, data: list[Entry], more: str = ""):
    """The value of one formula over givens of the whole run, in base units."""
    body = steps(f'[[step]]\nname = "s"\nunit = "{unit}"\nis = "{formula}"\n{more}', given)
    return run(data, body, members={}).value("s", ())


NUMBERS = (
    '[[given]]\nD = { unit = "t" }\nh = { unit = "kJ/kg" }\nW = { unit = "1e4kWh" }\n'
    'M = { unit = "%" }\nt0 = { kind = "date" }\nt1 = { kind = "date" }'
)
READ: list[Entry] = [
    ("D", {}, "1234.5", "t"),
    ("h", {}, "2900", "kJ/kg"),
    ("W", {}, "5000", "1e4kWh"),
    ("M", {}, "8", "%"),
    ("t0", {}, "2024-02-28", ""),
    ("t1", {}, "2024-03-01", ""),
]


@pytest.mark.parametrize(
    ("formula", "unit", "own"),
    [
        # 1234.5 t × 2900 kJ/kg = 3 580 050 MJ = 3580.05 GJ
        ("D * h", "GJ", "3580.05"),
        ("D * h", "MJ", "3580050"),
        ("D * h", "kJ", "3580050000"),
        # 5000 × 10⁴ kWh = 50 000 MWh = 180 000 GJ
        ("W", "MWh", "50000"),
        ("W", "GJ", "180000"),
        ("D * h / W", "%", "1.9889166666"),
        ("D * (1 - M)", "kg", "1135740"),
        ("t1 - t0", "d", "2"),
        ("t1 - t0", "h", "48"),
        ("D / (t1 - t0)", "t/d", "617.25"),
        ("M ** 2", "%", "0.64"),
        ("D ** -1", "1/kg", None),
    ],
)
def test_units_carry_their_scale(formula, unit, own):
    used = " + ".join(f"0 * {n} / {n}" for n in ("D", "h", "W", "M"))
    body = steps(
        f'[[step]]\nname = "s"\nunit = "{unit}"\nis = "{formula}"\n'
        f'[[step]]\nname = "r"\nis = "{used} + 0 * (t1 - t0) / (t1 - t0)"',
        NUMBERS,
        "s r",
    )
    made = run(READ, body, members={})
    scale = made.method.steps["s"].unit.scale  # type: ignore[union-attr]
    value = made.value("s", ()) / scale  # type: ignore[operator]
    if own is None:
        assert value == 1 / Fraction("1234500")
    elif own == "1.9889166666":
        assert value == Fraction("3580.05") / 180000 * 100
    else:
        assert value == Fraction(own)


def test_coal_in_tonnes_and_gas_by_volume_stand_side_by_side():
    """Coal comes in kg and kcal/kg, gas in Nm3 and kJ/Nm3; each is turned into its member's own unit."""
    members = {
        "unit": (Member("1"),),
        "fuel": (Member("煤", (("unit", "1"),), "t"), Member("气", (("unit", "1"),), "1e4Nm3")),
    }
    data: list[Entry] = []
    for fuel, fc, ncv in (
        ("煤", ("310000", "kg"), ("5000", "kcal/kg")),
        ("气", ("62000", "Nm3"), ("38931", "kJ/Nm3")),
    ):
        row = {"unit": "1", "fuel": fuel}
        data.append(("route", row, "A", ""))
        for each in day_rows("2024-01", 31, row):
            data += [("FC_day", each, *fc), ("NCV_day", each, *ncv)]
    made = run(data, period="2024-01", members=members)
    coal, gas = ("1", "煤", "2024-01"), ("1", "气", "2024-01")
    # 31 × 310 t; 31 × 6.2 × 10⁴ Nm3
    assert (made.value("FC", coal), made.value("FC", gas)) == (9610, Fraction("192.2"))
    # 5000 kcal/kg × 4.1868 kJ/kcal = 20.934 GJ/t; 38931 kJ/Nm3 = 389.31 GJ/10⁴Nm3
    assert (made.value("NCV", coal), made.value("NCV", gas)) == (Fraction("20.934"), Fraction("389.31"))
    # 192.2 × 389.31 = 74825.382 GJ; × 0.03085 = 2308.3630347 tC; × 98 % × 44/12 = 8294.71784… tCO2
    assert made.value("E_fuel", gas) == Fraction("8294.72")
    unit = made.method.steps["C"].unit
    assert unit is not None
    closure = made.method.closure_of("C")
    assert made.data.unit_of(unit, closure, coal).text == "tC/t"
    assert made.data.unit_of(unit, closure, gas).text == "tC/1e4Nm3"


def test_constant_is_picked_by_the_month_of_the_row():
    """0.03356 to the end of 2022, 0.03085 from 2023: the same day data, two years."""
    for year, days, carbon in (("2022-12", 31, "0.6712"), ("2023-01", 31, "0.617")):
        data: list[Entry] = [("route", COAL, "B", "")]
        for row in day_rows(year, days):
            data += [("FC_day", row, "10", "t"), ("NCV_day", row, "20", "GJ/t")]
        assert run(data, period=year).value("C", ("1", "煤", year)) == Fraction(carbon)


DATED = """
[constant.k]
unit = "1"
dated = [ { since = 2024-01-01, until = 2024-06-30, value = "2" }, { since = 2024-07-01, value = "3" } ]
[table.be]
unit = "1"
key = ["class", "side"]
dated = [
  { since = 2024-01-01, until = 2024-02-15, rows = { "I/左" = "0.5" } },
  { since = 2024-02-16, rows = { "I/左" = "0.6", "II/左" = "0.7" } },
]
"""


@pytest.mark.parametrize(
    ("formula", "per", "at", "value"),
    [
        ("k", "month", ("2024-06",), 2),
        ("k", "month", ("2024-07",), 3),
        ("total(k, where=month in ('2024-06', '2024-07'))", "", (), 5),
        # the year is covered by no single entry
        ("k", "", (), "TH-C03"),
        ("be['I', '左']", "month", ("2024-01",), Fraction(1, 2)),
        ("be['I', '左']", "month", ("2024-03",), Fraction(3, 5)),
        # February lies in both entries and is covered by none
        ("be['I', '左']", "month", ("2024-02",), "TH-C03"),
        ("be['I', '左']", "day", ("2024-02", "2024-02-15"), Fraction(1, 2)),
        ("be['I', '左']", "day", ("2024-02", "2024-02-16"), Fraction(3, 5)),
        ("be['II', '左']", "month", ("2024-01",), "TH-C03"),
        ("be['II', '右']", "month", ("2024-03",), "TH-C03"),
    ],
)
def test_dated_values_cover_the_whole_period(formula, per, at, value):
    body = steps(
        f'[[step]]\nname = "s"\nper = "{per}"\nis = "{formula}"\n'
        '[[step]]\nname = "r"\nper = "month"\nis = "k * be[\'I\', \'左\']"',
        DATED,
        "s r",
    )
    made = run([], body, members={})
    if isinstance(value, str):
        assert refusal(lambda: made.value("s", at)) == value
    else:
        assert made.value("s", at) == value


def test_ways_round_each_by_its_own_rule_and_keep_the_full_value():
    body = steps(
        '[[step]]\nname = "s"\nunit = "%"\nround = 2\n'
        'way = [ { name = "a", when = "x > 1", is = "x / 3", round = "down 0" },'
        ' { name = "b", is = "x / 3" } ]',
        '[[given]]\nx = { unit = "1" }',
    )
    for x, own, full in (("0.2", "6.67", Fraction(1, 15)), ("2", "66", Fraction(2, 3))):
        made = run([("x", {}, x, "1")], body, members={})
        # digits count in the step's unit: 6.67 %, not 0.07
        assert made.value("s", ()) == Fraction(own) / 100
        assert made.full["s"][()] == full


@pytest.mark.parametrize(
    ("x", "mode", "shown"),
    [("0.125", "half_up 2", "0.13"), ("0.125", "half_even 2", "0.12"), ("-0.125", "half_up 2", "-0.13")]
    + [("-0.121", "down 2", "-0.13"), ("0.129", "truncate 2", "0.12"), ("0.121", "up 2", "0.13")]
    + [("1234.5", "significant 2", "1200"), ("1250", "half_up -2", "1300")],
)
def test_named_roundings(x, mode, shown):
    value = one("x", "1", '[[given]]\nx = { unit = "1" }', [("x", {}, x, "1")], f'round = "{mode}"')
    assert value == Fraction(shown)


def test_later_steps_use_the_rounded_value():
    body = steps(
        '[[step]]\nname = "a"\nis = "x / 3"\nround = 2\n[[step]]\nname = "s"\nis = "a * 3"',
        '[[given]]\nx = { unit = "1" }',
    )
    assert run([("x", {}, "1", "1")], body, members={}).value("s", ()) == Fraction("0.99")


def test_peak_load_factor_of_the_allocation_plan():
    """1.015 ** (16 - 20 F) at F = 0.6 is 1.015^4 exactly; at F = 0.625 it is 1.015^3.5 = 1.0534976…"""
    given = '[[given]]\nF = { unit = "1" }'
    whole = one("1.015 ** (16 - 20 * F)", "1", given, [("F", {}, "0.6", "1")], "round = 20")
    assert whole == Fraction("1.061363550625")
    broken = one("1.015 ** (16 - 20 * F)", "1", given, [("F", {}, "0.625", "1")], "round = 6")
    # squared it is 1.015^7, rounded to what six places can hold
    assert abs(broken**2 - Fraction(1015, 1000) ** 7) < Fraction(2, 10**6)
    assert broken == Rounding("half_up", 6).apply(power(Fraction(1015, 1000), Fraction(7, 2)))


def test_exp_and_functions():
    given = '[[given]]\nx = { unit = "1" }'
    data: list[Entry] = [("x", {}, "-2", "1")]
    assert one("exp(x)", "1", given, data, "round = 5") == Fraction("0.13534")  # e^-2 = 0.135335283…
    assert one("exp(x)", "1", given, data, "round = 5") == Rounding("half_up", 5).apply(exp(Fraction(-2)))
    assert one("abs(x) + max(x, 1, 0) - min(x, 0)", "1", given, data) == 5
    assert one("x ** 3 - x ** -1", "1", given, data) == Fraction(-15, 2)


@pytest.mark.parametrize(
    ("formula", "x", "code"),
    [
        ("1 / x", "0", "TH-C04"),
        ("x ** -1", "0", "TH-N12"),
        ("x ** 0.5", "-1", "TH-N12"),
        # an exponent from the data must not make a number of a million digits
        ("9 ** x", "1000000", "TH-N12"),
        ("9 ** x", "100000", "TH-N12"),
        ("exp(x)", "99999", "TH-N12"),
    ],
)
def test_values_that_do_not_exist_or_do_not_end(formula, x, code):
    given = '[[given]]\nx = { unit = "1" }'
    assert refusal(lambda: one(formula, "1", given, [("x", {}, x, "1")], "round = 2")) == code


def test_kinds_of_steps():
    body = steps(
        """
[[step]]
name = "kind"
kind = "word"
way = [ { name = "large", when = "P >= 300", is = "'大'" }, { name = "small", is = "'小'" } ]
[[step]]
name = "late"
kind = "truth"
is = "t1 - t0 > 0 * (t1 - t0)"
[[step]]
name = "last"
kind = "date"
way = [ { name = "later", when = "late", is = "t1" }, { name = "earlier", is = "t0" } ]
[[step]]
name = "s"
way = [ { name = "a", when = "kind == '大' and last == t1", is = "1" }, { name = "b", is = "2" } ]
""".replace("P >= 300", "P > 0 * P"),
        '[[given]]\nP = { unit = "MW" }\nt0 = { kind = "date" }\nt1 = { kind = "date" }',
    )
    data: list[Entry] = [("P", {}, "600", "MW"), ("t0", {}, "2024-01-01", ""), ("t1", {}, "2024-01-02", "")]
    made = run(data, body, members={})
    assert made.value("kind", ()) == "大"
    assert made.value("late", ()) is True
    assert made.value("last", ()) == datetime.date(2024, 1, 2)
    assert made.value("s", ()) == 1
