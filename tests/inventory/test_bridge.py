"""From the facility's total to the enterprise's: every line worked out by hand, and the sum closes."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tanheng.app.library import Library
from tanheng.engine.exact.result import started
from tanheng.engine.exact.run import Run
from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs, Member
from tanheng.inventory.bridge import Bridged, bridge
from tanheng.kernel.problems import Refused
from tanheng.kernel.rounding import Rounding
from tests.plant import beiling

LIBRARY = Library.of()
MONTHS = [f"2024-{m:02d}" for m in range(1, 13)]


def half_up(value: Fraction, digits: int = 2) -> Fraction:
    return Rounding("half_up", digits).apply(value)


def enterprise(inputs: Inputs, extra: list[Datum]) -> Inputs:
    method = LIBRARY.methods.get("gbt32151-1-2015")
    members = {s: m for s, m in inputs.members.items() if s in method.scopes}
    members |= {"source": (Member("叉车", unit="t"),), "sorbent": (Member("石灰石"),)}
    data = tuple(d for d in inputs.data if d.name in method.givens)
    return replace(
        inputs, method=method.id, boundary="enterprise", members=members, data=(*data, *extra), facts=()
    )


def extra() -> list[Datum]:
    found = [
        Datum(name, (), value, "")
        for name, value in (
            ("others", "有"),
            ("sorbents", "使用"),
            ("heat_in", "购入"),
            ("ef_route", "填报值"),
        )
    ]
    found.append(Datum("ef_el", (), "0.6", "tCO2/MWh"))
    found += [
        Datum(n, row_of([("source", "叉车")]), v, "")
        for n, v in (("source_code", "diesel"), ("source_use", "移动源"))
    ]
    found.append(Datum("carbonate", row_of([("sorbent", "石灰石")]), "CaCO3", ""))
    for month in MONTHS:
        found.append(Datum("FC_source", row_of([("source", "叉车"), ("month", month)]), "1.5", "t"))
        found.append(Datum("B_k", row_of([("sorbent", "石灰石"), ("month", month)]), "4000", "t"))
        found.append(Datum("W_buy_ent", row_of([("month", month)]), "20000", "MWh"))
        found.append(Datum("Q_buy", row_of([("month", month)]), "10", "GJ"))
    return found


@pytest.fixture(scope="module")
def runs() -> tuple[Run, Run]:
    narrow = started(beiling(), LIBRARY.methods, LIBRARY.factors)
    return narrow, started(enterprise(beiling(), extra()), LIBRARY.methods, LIBRARY.factors)


@pytest.fixture(scope="module")
def made(runs: tuple[Run, Run]) -> Bridged:
    return bridge(*runs)


def line(made: Bridged, start: str) -> Fraction:
    (found,) = [each.change for each in made.lines if each.zh.startswith(start)]
    return found


def test_lines_are_those_of_the_hand(made: Bridged) -> None:
    ratio = Fraction(44, 12)
    diesel = half_up(Fraction("1.5") * Fraction("42.652") * Fraction("0.0202") * Fraction("0.98") * ratio)
    assert line(made, "加：移动源") == 12 * diesel
    assert line(made, "加：机组以外的固定源") == 0
    assert line(made, "加：脱硫") == 12 * half_up(4000 * Fraction("0.9") * Fraction("0.44"))
    assert line(made, "加：企业购入使用电力") == 12 * half_up(20000 * Fraction("0.6"))
    assert line(made, "加：购入热力") == 12 * half_up(10 * Fraction("0.11"))


def test_fuel_line_is_the_other_oxidation_rate(made: Bridged, runs: tuple[Run, Run]) -> None:
    narrow, _ = runs
    coal = Fraction(0)
    for row in narrow.of("E_fuel"):
        keys = dict(zip(narrow.method.closure_of("E_fuel"), row, strict=True))
        burnt = narrow.value("FC", row)
        if keys["fuel"] != "烟煤" or not burnt:
            continue
        # base units: kg, kgC, kgCO2; 98 instead of 99 percent of the same carbon, each rounded to 0.01 t
        c = narrow.value("C_measured", row)
        carbon = burnt * c if c is not None else burnt * narrow.value("NCV", row) * narrow.value("CC", row)
        scale = narrow.method.steps["E_fuel"].unit.scale
        k = Fraction(44, 12)
        coal += half_up(carbon * Fraction("0.98") * k / scale) - half_up(
            carbon * Fraction("0.99") * k / scale
        )
    # oil has one oxidation rate in both
    assert line(made, "机组燃料") == coal
    assert all(row.change == 0 for row in made.lines[0].rows if dict(row.scope)["fuel"] == "柴油")


def test_sum_closes_with_the_rounding_of_two_units(made: Bridged) -> None:
    assert made.before == 5803699
    assert made.before + sum(each.change for each in made.lines) + made.rounding == made.after
    assert abs(made.rounding) <= 1


def test_other_data_on_one_side_is_refused() -> None:
    narrow = started(beiling(), LIBRARY.methods, LIBRARY.factors)
    with pytest.raises(Refused) as caught:
        bridge(narrow, narrow)
    assert [p.code for p in caught.value.problems] == ["TH-A30"]


def test_lines_that_leave_tonnes_over_are_refused(runs: tuple[Run, Run]) -> None:
    narrow, wide = runs
    short = replace(wide.method, bridge=wide.method.bridge[:-1])
    less = Run(short, wide.inputs, wide.library)
    with pytest.raises(Refused) as caught:
        bridge(narrow, less)
    assert [p.code for p in caught.value.problems] == ["TH-A31"]
