"""Ways in their order, absence, looking back, and what a value was made of, each by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tanheng.engine.exact.trace import fallen, uses
from tanheng.kernel.problems import Refused
from tests.formula.small import COAL, SMALL, Entry, day_rows, january, run, steps

JAN = ("1", "煤", "2024-01")
COAL_JAN = {**COAL, "month": "2024-01"}


def report(sampled: str, issued: str, carbon: str = "0.55") -> list[Entry]:
    return [
        ("C_lab", COAL_JAN, carbon, "tC/t"),
        ("sampled", COAL_JAN, sampled, ""),
        ("issued", COAL_JAN, issued, ""),
    ]


@pytest.mark.parametrize(
    ("issued", "way", "carbon"),
    [("2024-03-10", "实测", "0.55"), ("2024-03-11", "实测", "0.55"), ("2024-03-12", "缺省", "0.617")],
)
def test_report_on_day_39_40_and_41(issued, way, carbon):
    """Sampled on 31 January; the limit is 40 days. The default is 20 GJ/t × 0.03085 tC/GJ = 0.617 tC/t."""
    made = run([*january(), *report("2024-01-31", issued)])
    assert made.value("C", JAN) == Fraction(carbon)
    found = made.way("C", JAN)
    assert found is not None and found.name == way


def test_absent_date_and_false_condition_are_told_apart():
    made = run(january())
    assert made.value("C", JAN) == Fraction("0.617")
    assert fallen(made, made.method.steps["C"], JAN) == ["实测：缺少签发、采样"]
    late = run([*january(), *report("2024-01-31", "2024-06-30")])
    assert late.value("C", JAN) is not None
    assert fallen(late, late.method.steps["C"], JAN, "en") == [
        "measured: condition does not hold (issued - sampled <= limit)"
    ]


def test_first_way_that_applies_is_taken_and_later_ones_are_not_looked_at():
    """With nothing burnt neither heat nor carbon is asked for: the way "未用" comes first."""
    made = run(january("0", None))
    assert made.value("E_fuel", JAN) == 0
    assert made.way("E_fuel", JAN).name == "未用"  # type: ignore[union-attr]
    assert made.value("C", JAN) is None


def test_no_way_left_names_why_each_fell_out():
    made = run(january("10", None))
    with pytest.raises(Refused) as caught:
        made.value("E_fuel", JAN)
    assert [p.code for p in caught.value.problems] == ["TH-C01"]
    said = caught.value.problems[0].message("zh")
    assert "未用：条件不成立（FC == 0）" in said
    assert "计算：缺少C" in said


def test_required_given_that_is_missing_stops_at_once():
    """Although the way "未用" would need no route, an empty FC_day is not a reason to try the next way."""
    made = run(january()[:-2])  # without 31 January
    with pytest.raises(Refused) as caught:
        made.value("E_fuel", JAN)
    assert [(p.code, p.place.key) for p in caught.value.problems] == [("TH-C01", "FC_day[1, 煤, 2024-01-31]")]


FOLLOW = steps(
    """
[[step]]
name = "CF4"
way = [ { name = "斜率法", is = "slope * effect" }, { name = "过电压法", is = "over" }, { name = "缺省", is = "3" } ]
[[step]]
name = "C2F6"
follow = "CF4"
way = [
  { name = "缺省", is = "CF4 / 30" },
  { name = "过电压法", is = "CF4 / 20" },
  { name = "斜率法", is = "CF4 / 4" },
]
""",
    '[[given]]\nslope = { unit = "1", optional = true }\neffect = { unit = "1", optional = true }\n'
    'over = { unit = "1", optional = true }',
    "CF4 C2F6",
)


@pytest.mark.parametrize(
    ("data", "way", "cf4", "c2f6"),
    [
        ({"slope": "2", "effect": "6", "over": "8"}, "斜率法", 12, 3),
        ({"slope": "2", "over": "8"}, "过电压法", 8, Fraction(2, 5)),
        ({}, "缺省", 3, Fraction(1, 10)),
    ],
)
def test_one_choice_for_two_factors(data, way, cf4, c2f6):
    """The second step takes the way of that name, in whatever order it lists them."""
    made = run([(name, {}, value, "1") for name, value in data.items()], FOLLOW, members={})
    assert (made.value("CF4", ()), made.value("C2F6", ())) == (cf4, c2f6)
    assert made.way("C2F6", ()).name == way  # type: ignore[union-attr]


TRUTHS = '[[given]]\np = { kind = "truth", optional = true }\nq = { kind = "truth", optional = true }'
VALUES = {"t": "true", "f": "false", "-": None}


@pytest.mark.parametrize("op", ["and", "or"])
@pytest.mark.parametrize("p", "tf-")
@pytest.mark.parametrize("q", "tf-")
def test_truth_table_with_absence(op, p, q):
    """False and absent is absent, and so is true or absent."""
    data = [(n, {}, VALUES[v], "") for n, v in (("p", p), ("q", q)) if VALUES[v]]
    body = steps(f'[[step]]\nname = "s"\nkind = "truth"\noptional = true\nis = "p {op} q"', TRUTHS)
    body = body.replace('s = { as = "indicator" }', "").replace(
        "[answer]", '[[step]]\nname = "r"\nis = "1"\n[[check]]\nthat = "s"\n[answer]\nr = { as = "memo" }'
    )
    wanted = None if "-" in p + q else (p == "t" and q == "t" if op == "and" else "t" in p + q)
    assert run(data, body, members={}).value("s", ()) is wanted


STOCK = steps(
    '[[step]]\nname = "stock"\nper = "day"\nunit = "t"\n'
    'way = [ { name = "go on", is = "before(stock) * 0.5 + inflow" }, { name = "start", is = "inflow" } ]\n'
    '[[step]]\nname = "s"\nunit = "t"\nis = "total(stock, where=day == \'2024-12-31\')"',
    '[[given]]\nper = "day"\ninflow = { unit = "t" }',
)


def test_before_over_a_leap_year_of_days():
    """A decaying stock with an inflow of 1 t a day tends to 2 t: after n days it is 2 - 2^(1-n)."""
    days = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    rows = [row for m, many in enumerate(days, 1) for row in day_rows(f"2024-{m:02}", many, {})]
    assert len(rows) == 366
    data: list[Entry] = [("inflow", row, "1", "t") for row in rows]
    made = run(data, STOCK, members={})
    # asked for the last day first: nothing has been computed before
    assert made.value("stock", ("2024-12", "2024-12-31")) == 2 - Fraction(1, 2**365)
    assert made.value("stock", ("2024-03", "2024-03-01")) == 2 - Fraction(1, 2**60)
    assert made.value("s", ()) == 2 - Fraction(1, 2**365)


def test_before_at_the_start_is_absent():
    body = steps(
        '[[step]]\nname = "s"\nper = "month"\nunit = "t"\noptional = true\nis = "x - before(x)"',
        '[[given]]\nper = "month"\nx = { unit = "t" }',
    )
    made = run([("x", {"month": f"2024-{m:02}"}, str(m * m), "t") for m in range(1, 13)], body, members={})
    assert made.value("s", ("2024-01",)) is None
    assert made.value("s", ("2024-02",)) == 3
    assert fallen(made, made.method.steps["s"], ("2024-01",), "en") == [
        "lacks rows below or the period before"
    ]


def test_uses_name_each_thing_once_with_its_row():
    made = run([*january(), *report("2024-01-31", "2024-03-11")])
    made.value("E_fuel", JAN)
    listed = [(use.kind, use.name, use.row) for use in uses(made, "E_fuel", JAN)]
    assert listed == [
        ("step", "FC", JAN),
        ("step", "C", JAN),
        ("given", "route", ("1", "煤")),
        ("table", "share", ("B", "")),
        ("constant", "CO2_per_C", ("",)),
    ]
    # the condition that let the report in belongs to the value
    assert [use.name for use in uses(made, "C", JAN)] == ["C_lab", "issued", "sampled", "limit"]
    assert len(uses(made, "FC", JAN)) == 31


def test_uses_of_functions_are_their_arguments():
    given = '[[given]]\nx = { unit = "1" }'
    body = steps('[[step]]\nname = "s"\nis = "max(abs(x), 2)"', given)
    made = run([("x", {}, "1", "1")], body, members={})
    made.value("s", ())
    assert [use.name for use in uses(made, "s", ())] == ["x"]


def test_rows_that_a_weight_leaves_out_were_not_used():
    data = january()
    first = {**COAL, "month": "2024-01", "day": "2024-01-01"}
    data = [("FC_day", first, "0", "t") if entry[:2] == ("FC_day", first) else entry for entry in data]
    made = run(data)
    made.value("NCV", JAN)
    read = [use for use in uses(made, "NCV", JAN) if use.name == "NCV_day"]
    assert len(read) == 30
    assert ("1", "煤", "2024-01", "2024-01-01") not in [use.row for use in read]


def test_small_method_by_hand():
    """310 t × 20 GJ/t × 0.03085 tC/GJ × 99 % × 44/12 = 694.3101, which is 694.31, and 694 in whole tonnes."""
    made = run(january(), SMALL, period="2024-01")
    assert made.value("E_fuel", JAN) == Fraction("694.31")
    assert made.full["E_fuel"][JAN] == Fraction(310 * 20) * Fraction("0.03085") * Fraction("0.99") * Fraction(
        44, 12
    )
    assert made.value("E", ()) == 694
    assert made.value("lots", ()) == 0
