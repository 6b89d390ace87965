"""Two periods by cause, on a method of a dozen lines whose every part is worked out by hand.

The case: February 2024 (29 days) and February 2025 (28 days), units 1 and 2, each burning 10 t of coal a day
at 20 GJ/t and 0.1 tCO2/GJ, and buying 100 MWh at 0.5 tCO2/MWh. A unit of 2024 thus emits
29 × 10 × 20 × 0.1 + 100 × 0.5 = 580 + 50 = 630 tCO2, and of 2025 560 + 50 = 610.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import pytest

from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs, Member
from tanheng.inventory.diff import diff
from tanheng.inventory.difference import Difference, Side
from tanheng.inventory.stages import ORDER
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import load_methods_from_bytes

METHOD = """
id = "ID"
zh = "小方法"
en = "Small"
law = "PROJECT"
force = "FROM"
until = "TO"
boundary = "enterprise"
rounding = { mode = "half_up", law = "PROJECT" }
[scope]
unit = { zh = "机组", en = "unit", letter = "u" }
fuel = { zh = "燃料", en = "fuel", in = "unit", letter = "i", unit = ["t"] }
lot = { zh = "批次", en = "lots", in = "fuel month", open = true, letter = "k" }
[constant.k]
unit = "tCO2/GJ"
dated = [
  { since = 2020-01-01, until = 2025-12-31, value = "0.1" },
  { since = 2026-01-01, value = "0.11" },
]
[constant.grid]
value = "0.5"
unit = "tCO2/MWh"
[constant.q_0]
value = "25"
unit = "GJ/t"
[constant.one]
value = "1"
unit = "t/[fuel]"
[[given]]
per = "fuel"
route = { kind = "word", one_of = ["日计", "月报"], zh = "计量方式", en = "route of quantity" }
[[given]]
per = "fuel day"
m = { unit = "[fuel]", optional = true, zh = "日耗", en = "burnt", range = ["0", ""] }
[[given]]
per = "fuel month"
book = { unit = "[fuel]", optional = true, zh = "月报量", en = "book" }
q = { unit = "GJ/t", optional = true, zh = "热值", en = "heat" }
ok = { kind = "truth", optional = true, zh = "报告有效", en = "valid" }
[[given]]
per = "lot"
r = { unit = "[fuel]", optional = true, zh = "批量", en = "receipts" }
ql = { unit = "GJ/t", optional = true, zh = "批热值", en = "heat of a lot" }
[[given]]
per = "unit month"
bought = { unit = "MWh", zh = "购电", en = "bought" }
[[step]]
name = "FC"
per = "fuel month"
unit = "[fuel]"
zh = "耗量"
en = "quantity"
way = [
  { name = "日计", when = "route == '日计'", is = "total(m)" },
  { name = "月报", when = "route == '月报'", is = "book" },
]
[[step]]
name = "c"
per = "fuel month"
unit = "GJ/t"
zh = "采用热值"
en = "heat used"
way = [
  { name = "批测", is = "mean(ql, by=r)" },
  { name = "实测", when = "ok", is = "q" },
  { name = "缺省", is = "q_0", default = true },
]
[[step]]
name = "E_fuel"
per = "fuel month"
unit = "tCO2"
zh = "燃料排放"
way = [
  { name = "未用", when = "FC == 0", is = "0" },
  { name = "用", is = "FC * one * c * k" },
]
[[step]]
name = "E_unit"
per = "unit"
unit = "tCO2"
zh = "机组排放"
is = "total(E_fuel) + total(bought) * grid"
[[step]]
name = "E"
unit = "tCO2"
zh = "总量"
en = "total"
is = "total(E_unit)"
[answer]
E = { as = "emission" }
"""
LATER = METHOD.replace("FC * one * c * k", "FC * one * c * k + extra * k").replace(
    "\nok = {", '\nextra = { unit = "GJ", zh = "另计热量", en = "extra heat" }\nok = {'
)


def library(text: str = METHOD, id: str = "small", since: str = "2020-01-01", until: str = "2029-12-31"):
    spelt = text.replace("ID", id, 1).replace("FROM", since).replace("TO", until, 1)
    return load_methods_from_bytes({f"methods/{id}/method.toml": spelt.encode()})


SMALL = library()
NONE = FactorLibrary.from_bytes({})
UNITS = ("1", "2")


def inputs(
    period: str,
    units: Iterable[str] = UNITS,
    *,
    m: str = "10",
    q: str | None = "20",
    ok: str | None = "true",
    bought: str = "100",
    only: str = "",
    method: str = "small",
) -> Inputs:
    """The case; what differs from it applies to unit `only`, or to both."""
    members = {
        "unit": tuple(Member(u) for u in units),
        "fuel": tuple(Member("煤", (("unit", u),), "t") for u in units),
    }
    data = []
    for u in units:
        mine = not only or u == only
        fuel = {"unit": u, "fuel": "煤"}
        data.append(Datum("route", row_of(fuel.items()), "日计", ""))
        for month in parse_period(period).months():
            at = fuel | {"month": month.key}
            for day in month.days():
                row = row_of((at | {"day": day.key}).items())
                data.append(Datum("m", row, m if mine else "10", "t"))
            for name, value, unit in (
                ("q", q if mine else "20", "GJ/t"),
                ("ok", ok if mine else "true", ""),
            ):
                if value is not None:
                    data.append(Datum(name, row_of(at.items()), value, unit))
            at = {"unit": u, "month": month.key}
            data.append(Datum("bought", row_of(at.items()), bought if mine else "100", "MWh"))
    return Inputs(method, period, "enterprise", members, tuple(data))


def compare(before: Inputs, after: Inputs, methods=SMALL, later=None) -> Difference:
    found = diff(Side(before, methods, NONE), Side(after, later or methods, NONE))
    closed(found)
    return found


def closed(found: Difference) -> None:
    """The parts add up to the change exactly, in all and for every unit, and stand in the stated order."""
    assert Fraction(found.change) == Fraction(found.after) - Fraction(found.before)
    assert sum((Fraction(p.change) for p in found.parts), Fraction(0)) == Fraction(found.change)
    for number, (one, two) in enumerate(found.splits):
        moved = sum((Fraction(p.split[number]) for p in found.parts), Fraction(0))
        assert moved == Fraction(two) - Fraction(one), found.members[number]
    for part in found.parts:
        assert sum(map(Fraction, part.split), Fraction(0)) == Fraction(part.change)
    places = [min(map(ORDER.index, p.kind.split("+"))) for p in found.parts]
    assert places == sorted(places)


def parts(found: Difference) -> list[tuple[str, str]]:
    return [(p.kind, p.change) for p in found.parts]


B, A = "2024-02", "2025-02"


def test_the_leap_day_is_the_calendars():
    """One day of each unit: 2 × 10 t × 20 GJ/t × 0.1 = 40 tCO2 less; back again 40 more."""
    found = compare(inputs(B), inputs(A))
    assert (found.before, found.after) == ("1260", "1220")
    assert parts(found) == [("calendar", "-40")] and "2月29日" in found.parts[0].zh
    assert found.splits == (("630", "610"), ("630", "610")) and found.parts[0].places == 2
    assert parts(compare(inputs(A), inputs(B))) == [("calendar", "40")]


def test_without_a_leap_day_the_calendar_moves_nothing():
    assert parts(compare(inputs("2025-03"), inputs("2026-03", q="21"))) == [
        # 2 × 310 t × 1 GJ/t × 0.1, then 2 × 310 t × 21 GJ/t × (0.11 − 0.1)
        ("quality", "62"),
        ("factor", "130.2"),
    ]


def test_more_coal_is_activity():
    """Unit 1: 28 × (11 − 10) t × 20 × 0.1 = 56."""
    found = compare(inputs(B), inputs(A, m="11", only="1"))
    assert parts(found) == [("calendar", "-40"), ("activity", "56")]
    assert found.parts[1].names == ("m",) and found.parts[1].split == ("56", "0")
    assert found.parts[1].zh == "煤 耗量" and found.parts[1].places == 28


def test_another_coal_is_quality_after_activity():
    """Activity at the old 20 GJ/t (56), then 28 × 11 t × (21 − 20) × 0.1 = 30.8."""
    found = compare(inputs(B), inputs(A, m="11", q="21", only="1"))
    assert parts(found) == [("calendar", "-40"), ("activity", "56"), ("quality", "30.8")]
    assert found.parts[2].zh == "煤 热值"


def test_a_report_that_no_longer_holds_is_a_route():
    """The default of 25 in the place of 20: 28 × 10 t × 5 × 0.1 = 140, and the month is named."""
    found = compare(inputs(B), inputs(A, ok="false", only="2"))
    assert parts(found) == [("calendar", "-40"), ("route", "140")]
    assert found.parts[1].zh == "2 · 煤 2 月：实测 → 缺省"
    # without the report there is no test either: a missing quality is a route, not a quality
    assert parts(compare(inputs(B), inputs(A, ok=None, q=None, only="2"))) == parts(found)
    back = compare(inputs(A, ok=None, q=None, only="2"), inputs(B))
    assert parts(back) == [("calendar", "45"), ("route", "-145")]


def test_bought_electricity_is_production():
    """(120 − 100) MWh × 0.5 = 10."""
    assert parts(compare(inputs(B), inputs(A, bought="120", only="1"))) == [
        ("calendar", "-40"),
        ("production", "10"),
    ]


def test_a_unit_that_went_is_boundary_whole():
    """Unit 2 of 2024 on the calendar of 2025: 560 + 50."""
    found = compare(inputs(B), inputs(A, ("1",)))
    assert parts(found) == [("calendar", "-40"), ("boundary", "-610")]
    assert found.parts[1].zh == "退出 机组 2" and found.members == ("1", "2")
    came = compare(inputs(A, ("1",)), inputs(B))
    assert parts(came) == [("calendar", "20"), ("boundary", "630")]


def test_the_coal_of_one_unit_is_not_that_of_another():
    """Unit 2 goes and unit 1 burns more of the fuel of the same name: two causes."""
    found = compare(inputs(B), inputs(A, ("1",), m="11"))
    assert parts(found) == [("calendar", "-40"), ("boundary", "-610"), ("activity", "56")]


def test_coal_that_came_with_its_quality_is_activity():
    """Unit 2 stood in 2024, without tests; in 2025 it burns 280 t at its own 22 GJ/t: 616, and no default."""
    stood = inputs(B, m="0", q=None, ok=None, only="2")
    assert parts(compare(stood, inputs(A, q="22", only="2"))) == [("calendar", "-20"), ("activity", "616")]
    assert parts(compare(inputs(B, q="22", only="2"), inputs(A, m="0", q=None, ok=None, only="2"))) == [
        ("calendar", "-42"),
        ("activity", "-616"),
    ]


def with_book(period: str, tonnes: str) -> Inputs:
    """Unit 1 counts its coal by the month's book."""
    told = inputs(period)
    fuel = {"unit": "1", "fuel": "煤"}
    data = [d for d in told.data if not (d.name in ("m", "route") and {("unit", "1")} <= set(d.row))]
    data.append(Datum("route", row_of(fuel.items()), "月报", ""))
    data.append(Datum("book", row_of((fuel | {"month": period}).items()), tonnes, "t"))
    return replace(told, data=tuple(data))


def test_another_way_of_counting_is_a_route():
    """300 t in the book where 280 t were weighed: 20 × 20 × 0.1 = 40; no state without either."""
    found = compare(inputs(B), with_book(A, "300"))
    assert parts(found) == [("calendar", "-40"), ("route", "40")]
    assert "route" in found.parts[1].names and "计量方式" in found.parts[1].zh
    assert parts(compare(with_book(B, "290"), inputs(A)))[-1] == ("route", "-20")


def test_lots_are_quality_as_a_whole():
    """Lots of other names in the second year: (30 × 21 + 10 × 25) / 40 = 22; 280 t × (22 − 20) × 0.1 = 56."""

    def lots(period: str, listed: dict[str, tuple[str, str]]) -> Inputs:
        told = inputs(period)
        data = list(told.data)
        for lot, values in listed.items():
            row = row_of({"unit": "1", "fuel": "煤", "month": period, "lot": lot}.items())
            data += [Datum(n, row, v, u) for n, v, u in zip(("r", "ql"), values, ("t", "GJ/t"), strict=True)]
        return replace(told, data=tuple(data))

    found = compare(lots(B, {"x": ("5", "20")}), lots(A, {"y": ("30", "21"), "z": ("10", "25")}))
    assert parts(found) == [("calendar", "-40"), ("quality", "56")]
    assert found.parts[1].zh == "煤 批次" and set(found.parts[1].names) == {"r", "ql"}


def test_a_dated_value_is_a_factor():
    """0.1 until 2025, 0.11 from 2026: 560 t × 20 GJ/t × 0.01 = 112."""
    found = compare(inputs("2025-02"), inputs("2026-02"))
    assert parts(found) == [("factor", "112")] and "0.1 → 0.11" in found.parts[0].zh


def test_all_causes_at_once_in_the_stated_order():
    """Unit 2 gone; unit 1: 11 t a day, 21 GJ/t tested but not valid, 120 MWh; and 0.11 from 2026."""
    found = compare(inputs("2024-02"), inputs("2026-02", ("1",), m="11", q="21", ok="false", bought="120"))
    assert parts(found) == [
        ("calendar", "-40"),
        ("boundary", "-610"),
        ("activity", "56"),  # 28 × 1 × 20 × 0.1
        ("quality", "30.8"),  # 308 × 1 × 0.1
        ("production", "10"),
        ("route", "123.2"),  # 308 × (25 − 21) × 0.1
        ("factor", "77"),  # 308 × 25 × 0.01
    ]
    assert found.order == ORDER


def test_another_method_with_another_given():
    """The later rules count 30 GJ more in each fuel and month: 2 × 30 × 0.1 = 6, the method's doing."""
    later = library(LATER, "later")
    after = inputs(A, method="later")
    extra = [Datum("extra", row_of({"unit": u, "fuel": "煤", "month": A}.items()), "30", "GJ") for u in UNITS]
    after = replace(after, data=after.data + tuple(extra))
    found = compare(inputs(B), after, SMALL, later)
    assert parts(found) == [("calendar", "-40"), ("method", "6")]
    assert [id for id, _, _ in found.methods] == ["small", "later"]
    back = compare(after, inputs(B), later, SMALL)
    assert parts(back) == [("calendar", "40"), ("method", "-6")]


def test_the_whole_is_antisymmetric_and_the_parts_are_not():
    """The change back is the change forth with the other sign; the parts hang on the order: 56, but 58.8."""
    one, two = inputs("2025-02"), inputs("2025-02".replace("25", "23"), m="11", q="21", only="1")
    forth, back = compare(one, two), compare(two, one)
    assert Fraction(forth.change) == -Fraction(back.change)
    assert parts(forth) == [("activity", "56"), ("quality", "30.8")]
    assert parts(back) == [("activity", "-58.8"), ("quality", "-28")]


def test_a_year_beside_a_month_and_an_answer_of_rows_are_refused():
    for two, name, code in ((inputs("2025"), "", "TH-C14"), (inputs(A), "E_unit", "TH-C02")):
        with pytest.raises(Refused) as caught:
            diff(Side(inputs(B), SMALL, NONE), Side(two, SMALL, NONE), name)
        assert [p.code for p in caught.value.problems] == [code]


def test_random_pairs_close_exactly_both_ways(rng, rounds):
    """Whatever differs, the parts add up to the last digit, in all and by unit; the whole turns its sign."""
    for _ in range(rounds(5, 300)):
        one, two = (_random(rng, period) for period in rng.sample(("2023", "2024", "2025", "2026"), 2))
        forth, back = compare(one, two), compare(two, one)
        assert Fraction(forth.change) == -Fraction(back.change)
        assert forth.before == back.after


def _random(rng, period: str) -> Inputs:
    """Units and tests that come and go, days without coal, values in thirds of a unit's last digit."""
    units = rng.choice((("1",), ("1", "2"), ("2", "3"), ("1", "2", "3")))
    told = inputs(period, units)
    idle = {(u, n) for u in units for n in range(1, 13) if rng.random() < 0.2}
    data = []
    for d in told.data:
        row = dict(d.row)
        still = (row["unit"], int(row.get("month", "0000-00")[5:])) in idle
        if d.name == "m":
            value = Fraction(0) if still or rng.random() < 0.05 else Fraction(rng.randint(1, 3000), 300)
            data.append(replace(d, value=exact_text(value)))
        elif d.name == "q":
            data += [replace(d, value=str(rng.randint(18, 24)))] if not still and rng.random() < 0.9 else []
        elif d.name == "ok":
            data += [replace(d, value=rng.choice(("true", "true", "false")))] if rng.random() < 0.9 else []
        elif d.name == "bought":
            data.append(replace(d, value=str(rng.choice((0, 0, rng.randint(1, 900))))))
        else:
            data.append(d)
    return replace(told, data=tuple(data))
