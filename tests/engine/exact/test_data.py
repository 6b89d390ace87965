"""What a datum, a member and a period must be: all else is refused, named by its cell, and never guessed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tanheng.engine.exact.result import compute
from tanheng.facts.datum import Datum, Origin, row_of
from tanheng.facts.inputs import Inputs, Member
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import load_methods_from_bytes
from tests.formula.small import COAL, HEAD, MEMBERS, SMALL, inputs, january, result, run

JAN = ("1", "煤", "2024-01")
FIRST = {**COAL, "month": "2024-01", "day": "2024-01-01"}
COAL_JAN = {**COAL, "month": "2024-01"}
UNIT_1 = (Member("1"),)


def january_with(name: str, value: str, unit: str, **more: str) -> list[Datum]:
    """January, with another value of the given on the first day, read from a cell."""
    origin = Origin("workbook", "plant.xlsx", "日数据", "D7")
    kept = [Datum(n, row_of(r.items()), v, u) for n, r, v, u in january() if (n, r) != (name, FIRST)]
    return [*kept, Datum(name, row_of(FIRST.items()), value, unit, origin=origin, **more)]


@pytest.mark.parametrize(
    ("name", "value", "unit", "code"),
    [
        ("FC_day", "10", "GJ", "TH-U02"),
        ("FC_day", "10", "1e4Nm3", "TH-U02"),
        ("FC_day", "10", "tonne!", "TH-U01"),
        ("FC_day", "10", "T", "TH-U01"),
        ("FC_day", "10", "m3", "TH-U06"),
        ("FC_day", "10", "", "TH-U07"),
        ("NCV_day", "20", "t/GJ", "TH-U02"),
        ("FC_day", "-1", "t", "TH-C05"),
        ("FC_day", "ten", "t", "TH-C05"),
        ("FC_day", "1e3", "t", "TH-C05"),
        ("FC_day", "", "t", "TH-C05"),
        ("FC_day", "NaN", "t", "TH-C05"),
    ],
)
def test_number_that_is_refused(name, value, unit, code):
    found = result(january_with(name, value, unit), period="2024-01")
    (one,) = [p for p in found.problems if p.code == code]
    assert (one.place.file, one.place.sheet, one.place.cell) == ("plant.xlsx", "日数据", "D7")
    assert not found.ok
    # a refused cell is no gap: nothing says that it is missing, and nothing was computed in its place
    assert "TH-C01" not in {p.code for p in found.problems}
    assert found.line("NCV" if name == "NCV_day" else "FC", "2024-01", unit="1", fuel="煤") is None


def test_refused_optional_value_is_not_replaced_by_a_default():
    """C_lab in a wrong unit must not quietly become the default carbon."""
    data = [*january(), ("C_lab", COAL_JAN, "0.55", "tCO2/t")]
    data += [("sampled", COAL_JAN, "2024-01-31", ""), ("issued", COAL_JAN, "2024-02-10", "")]
    found = result(data, period="2024-01")
    assert found.line("C", "2024-01", unit="1", fuel="煤") is None
    assert {p.code for p in found.problems} >= {"TH-U02"}
    assert not found.ok


@pytest.mark.parametrize(
    ("name", "row", "value"),
    [
        ("route", COAL, "C"),
        ("route", COAL, ""),
        ("sampled", COAL_JAN, "2024-02-30"),
        ("sampled", COAL_JAN, "2024/1/31"),
        ("sampled", COAL_JAN, "45322"),
    ],
)
def test_word_and_date_that_are_refused(name, row, value):
    kept = [entry for entry in january() if entry[0] != name]
    found = result([*kept, (name, row, value, "")], period="2024-01")
    assert [p.code for p in found.problems if p.severity == "error"] == ["TH-C05"]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("FC_dya", FIRST),
        ("FC_day", {**FIRST, "fuel": "焦炭"}),
        ("FC_day", {**FIRST, "unit": "2"}),
        ("FC_day", {**FIRST, "month": "2024-02"}),
        ("FC_day", {**FIRST, "month": "2024-02", "day": "2024-02-01"}),
        ("FC_day", COAL_JAN),
        ("FC_day", {**FIRST, "lot": "甲"}),
        ("FC_day", {}),
        ("mass", {**COAL_JAN, "lot": ""}),
        ("mass", {"lot": "甲"}),
        ("mass", {**COAL_JAN, "fuel": "焦炭", "lot": "甲"}),
    ],
)
def test_row_that_has_no_place(name, row):
    found = result([*january(), (name, row, "10", "t")], period="2024-01")
    assert [p.code for p in found.problems if p.severity == "error"] == ["TH-C02"]
    # the rest is computed: 694 t as if the stray row were not there
    assert found.line("E").exact == "694"  # type: ignore[union-attr]


def test_words_are_compared_in_one_form():
    """A word copied from a PDF may be spelt with other code points; it is the same word in every pack."""
    body = SMALL.replace('one_of = ["A", "B"]', 'one_of = ["A", "B", "\u00e9"]').replace(
        "{ A =", '{ "e\u0301" = "1", A ='
    )
    data = [entry for entry in january() if entry[0] != "route"] + [("route", COAL, "e\u0301", "")]
    found = result(data, body, "2024-01")
    # 310 × 20 × 0.03085 × 1 % × 44/12 = 7.0132…
    assert found.line("E_fuel", "2024-01", unit="1", fuel="煤").exact == "7.01"  # type: ignore[union-attr]


def test_the_same_cell_twice_is_refused_before_anything_is_computed():
    with pytest.raises(Refused) as caught:
        inputs([*january(), ("FC_day", FIRST, "11", "t")])
    assert [p.code for p in caught.value.problems] == ["TH-I01"]


def test_declared_zero_is_zero_and_nothing_else():
    declared = {"state": "declared", "reason": "停运", "person": "张三"}
    found = result(january_with("FC_day", "0", "t", **declared), period="2024-01")
    assert found.ok
    assert found.line("FC", "2024-01", unit="1", fuel="煤").exact == "300"  # type: ignore[union-attr]
    found = result(january_with("FC_day", "3", "t", **declared), period="2024-01")
    assert [p.code for p in found.problems if p.severity == "error"] == ["TH-C05"]


# ---- members


@pytest.mark.parametrize(
    "members",
    [
        {"unit": UNIT_1, "fuel": (*MEMBERS["fuel"], Member("油", (), "t"))},
        {"unit": UNIT_1, "fuel": (*MEMBERS["fuel"], Member("油", (("unit", "2"),), "t"))},
        {
            "unit": UNIT_1,
            "fuel": (*MEMBERS["fuel"], Member("油", (("unit", "1"), ("month", "2024-01")), "t")),
        },
        {"unit": (*UNIT_1, Member("2", (("fuel", "煤"),))), "fuel": MEMBERS["fuel"]},
        {"unit": (*UNIT_1, Member("")), "fuel": MEMBERS["fuel"]},
        {"unit": (*UNIT_1, Member("1")), "fuel": MEMBERS["fuel"]},
        {**MEMBERS, "kiln": (Member("1"),)},
        {**MEMBERS, "lot": (Member("甲", (("unit", "1"), ("fuel", "煤"), ("month", "2024-01"))),)},
        {**MEMBERS, "month": (Member("2024-01"),)},
    ],
)
def test_member_that_has_no_place_never_vanishes(members):
    found = result(january(), period="2024-01", members=members)
    assert "TH-C02" in {p.code for p in found.problems}
    assert not found.ok


def test_member_outside_the_rows_of_the_law_is_refused():
    body = SMALL.replace("lot = {", 'side = { rows = ["左", "右"] }\nlot = {')
    for names, ok in ((("左", "右"), True), (("左",), True), (("上",), False)):
        members = {**MEMBERS, "side": tuple(Member(name) for name in names)}
        assert result(january(), body, "2024-01", members).ok is ok


@pytest.mark.parametrize(
    ("unit", "code"), [("", "TH-C05"), ("kg", "TH-C05"), ("GJ", "TH-C05"), ("tonne!", "TH-U01")]
)
def test_member_with_a_unit_that_does_not_fit(unit, code):
    """One problem for the member, not one for each of its 62 data."""
    members = {"unit": UNIT_1, "fuel": (Member("煤", (("unit", "1"),), unit),)}
    found = result(january(), period="2024-01", members=members)
    assert code in {p.code for p in found.problems}
    assert len(found.problems) <= 2


# ---- periods, methods, boundaries


def of_library(period: str, boundary: str = "enterprise", method: str = "small"):
    library = load_methods_from_bytes({"methods/small/method.toml": (HEAD + SMALL).encode()})
    made = inputs(january(), period, MEMBERS, boundary)
    made = Inputs(method, made.period, made.boundary, made.members, made.data)
    return compute(made, library, FactorLibrary([]))


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ("2019", "TH-C08"),
        ("2030", "TH-C08"),
        ("2019-12", "TH-C08"),
        ("2024-01-05", "TH-C13"),
        ("2024-13", "TH-D02"),
    ]
    + [("24", "TH-D01"), ("", "TH-D01")],
)
def test_period_that_is_refused(period, code):
    with pytest.raises(Refused) as caught:
        of_library(period)
    assert [p.code for p in caught.value.problems] == [code]


def test_method_that_is_not_there():
    with pytest.raises(Refused) as caught:
        of_library("2024", method="smal")
    assert [p.code for p in caught.value.problems] == ["TH-M20"]


def test_figure_of_one_boundary_never_passes_for_another():
    assert of_library("2024-01").ok
    found = of_library("2024-01", "ets_facility")
    assert [p.code for p in found.problems if p.severity == "error"] == ["TH-C12"]


def test_month_is_a_period():
    found = of_library("2024-01")
    assert found.line("E", "2024-01").exact == "694"  # type: ignore[union-attr]
    assert {line.period for line in found.lines} == {"2024-01"}


def test_bounds_hold_in_every_unit():
    """A range of 0 to 100 % takes 0.5 of the unit 1 and refuses 1.01."""
    body = """
[scope]
unit = {}
[[given]]
eta = { unit = "%", range = ["0", "100"] }
[[step]]
name = "s"
is = "eta"
[answer]
s = { as = "indicator" }
"""
    for value, unit, ok in (
        ("0.5", "1", True),
        ("1.01", "1", False),
        ("100", "%", True),
        ("100.01", "%", False),
    ):
        made = run([("eta", {}, value, unit)], body, members={})
        assert (not made.data.problems) is ok
        if ok:
            assert made.value("s", ()) == Fraction(value) / (1 if unit == "1" else 100)
