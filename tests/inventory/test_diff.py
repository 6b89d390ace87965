"""The causes of a change add up to it, and each change is found under its own cause."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tanheng.app.library import Library
from tanheng.inventory.diff import diff
from tanheng.inventory.difference import Side
from tanheng.kernel.problems import Refused
from tanheng.library.factor_table import COLUMNS
from tanheng.library.method_library import load_methods_from_bytes
from tests.plant import beiling

LIBRARY = Library()


def side(inputs=None, methods=None, factors=None):
    return Side(inputs or beiling(), methods or LIBRARY.methods, factors or LIBRARY.factors)


def changed(name, old, new, **where):
    """The inputs with one datum changed."""
    inputs = beiling()
    data = []
    hits = 0
    for d in inputs.data:
        if (
            d.name == name
            and all(dict(d.row).get(k) == v for k, v in where.items())
            and (old is None or d.value == old)
        ):
            d = replace(d, value=new)
            hits += 1
        data.append(d)
    assert hits == 1
    return replace(inputs, data=tuple(data))


def add_up(found):
    return sum((Fraction(p.change) for p in found.parts), Fraction(0))


def test_equal_sides_have_no_causes():
    """Nothing changed, nothing is attributed."""
    found = diff(side(), side())
    assert found.parts == () and found.change == "0"


def test_one_day_of_coal():
    """100 t more coal on a day moves E by 100 × C × OF × 44/12, up to the rounding of the month and year."""
    row = {"unit": "1", "day": "2024-01-05"}
    old = next(d.value for d in beiling().data if d.name == "FC_day" and dict(d.row).items() >= row.items())
    after = changed(
        "FC_day", old, str(Fraction(old) + 100) if "." not in old else f"{float(old) + 100:.2f}", **row
    )
    found = diff(side(), side(after))
    # the weighted moisture of the month changes with the weights, hence the second digit of C may too
    assert [p.kind for p in found.parts] == ["input"] and found.parts[0].names == ("FC_day",)
    assert 180 <= Fraction(found.change) <= 220
    assert add_up(found) == Fraction(found.change) == Fraction(found.after) - Fraction(found.before)


def test_two_parameters_are_told_apart_and_add_up():
    """Carbon and purchased electricity changed together: two causes whose sum is the change."""
    first = changed("C_ad", None, "60", unit="1", month="2024-02")
    data = [
        replace(d, value="5000")
        if d.name == "W_buy_unit" and dict(d.row)["month"] == "2024-04" and dict(d.row)["unit"] == "2"
        else d
        for d in first.data
    ]
    found = diff(side(), side(replace(first, data=tuple(data))))
    assert {p.names for p in found.parts} == {("C_ad",), ("W_buy_unit",)}
    assert add_up(found) == Fraction(found.after) - Fraction(found.before)


def test_method_change_is_the_method():
    """Another 44/12 in the method, equal inputs: the cause is the method."""
    text = LIBRARY.methods.get("cets-power-2023").text
    other = text.replace('value = "44/12"', 'value = "11/4"')
    assert other != text
    methods = load_methods_from_bytes({"methods/cets-power-2023/method.toml": other.encode()})
    found = diff(side(), side(methods=methods))
    assert [p.kind for p in found.parts] == ["method"]
    # 2.75 in the place of 3.666…: three quarters of the combustion tonnes
    assert Fraction(found.after) / Fraction(found.before) == pytest.approx(0.75, abs=0.001)


def own_diesel(folder, *rows):
    """A library whose own rows give the carbon content of diesel: (value, from, to, known from) each."""
    shipped = next(
        r
        for r in LIBRARY.factors.rows("power_annex_a")
        if r.set == "g23" and r.key == "diesel" and r.item == "cc"
    )
    cells = {name: str(getattr(shipped, name) or "") for name in COLUMNS}
    cells |= {"source": "本厂检测", "note": "检验更正"}
    lines = [",".join(COLUMNS)]
    for row in rows:
        own = cells | dict(zip(("value", "valid_from", "valid_to", "known_from"), row, strict=True))
        lines.append(",".join(f'"{own[name]}"' for name in COLUMNS))
    (folder / "factors").mkdir(parents=True)
    (folder / "factors" / "power_annex_a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Library.of([folder]).factors


def test_factor_change_is_the_factor(tmp_path):
    """An own library with another oil factor, known later: the cause is the factors."""
    own = own_diesel(tmp_path, ("0.0303", "2023-01-01", "2025-12-31", "2025-06-01"))
    found = diff(side(), side(factors=own))
    assert [(p.kind, p.places) for p in found.parts] == [("factor", 1)]
    # diesel burns 415 t: half as much carbon again is 640.17 + 645.00 tCO2 over two
    assert Fraction(found.change) in (Fraction(642), Fraction(643))


def test_two_dated_rows_of_one_factor_are_two(tmp_path):
    """One id with a value for each half year: a change of either half is found, and only that one."""
    first, second = ("2024-01-01", "2024-06-30", "2025-06-01"), ("2024-07-01", "2024-12-31", "2025-06-01")
    both = own_diesel(tmp_path / "a", ("0.0303", *first), ("0.0404", *second))
    for number, values in enumerate((("0.0202", "0.0404"), ("0.0303", "0.0202"))):
        rows = (values[0], *first), (values[1], *second)
        found = diff(side(factors=both), side(factors=own_diesel(tmp_path / str(number), *rows)))
        assert [(p.kind, p.places) for p in found.parts] == [("factor", 1)]
        assert Fraction(found.change) < 0


def test_boundary_change_is_the_boundary():
    """A unit taken out of the boundary: one cause, and its tonnes are that unit's."""
    inputs = beiling()
    members = {
        s: tuple(m for m in listed if m.id != "2" and ("unit", "2") not in m.within)
        for s, listed in inputs.members.items()
    }
    data = tuple(d for d in inputs.data if dict(d.row).get("unit") != "2")
    facts = tuple(d for d in inputs.facts if dict(d.row).get("unit") != "2")
    found = diff(side(), side(replace(inputs, members=members, data=data, facts=facts)))
    assert [p.kind for p in found.parts] == ["boundary"]
    assert add_up(found) == Fraction(found.after) - Fraction(found.before) < 0


def test_route_without_its_data_is_taken_together_with_them():
    """Oil from voucher to ledger: the word alone cannot be computed, so word and figures are one cause."""
    inputs = beiling()
    data = []
    for d in inputs.data:
        row = dict(d.row)
        oil = row.get("fuel") == "柴油"
        if oil and d.name == "FC_route":
            data.append(replace(d, value="供应凭证"))
        elif oil and d.name == "closing":
            data.append(replace(d, name="FC_book", value="30"))
        elif not (oil and d.name in ("opening", "receipts", "other_out")):
            data.append(d)
    found = diff(side(replace(inputs, data=tuple(data))), side())
    assert add_up(found) == Fraction(found.after) - Fraction(found.before)
    assert any({"FC_book", "FC_route", "closing"} <= set(p.names) for p in found.parts)


def test_a_year_is_not_compared_with_a_month():
    """Nothing aligns a year with a month; the reason is named."""
    with pytest.raises(Refused) as caught:
        diff(side(), side(replace(beiling(), period="2023-05", data=(), facts=())))
    assert [p.code for p in caught.value.problems] == ["TH-C14"]


def test_a_year_in_two_rule_periods_is_compared_with_itself_corrected():
    """January 2022 is the replaced edition's: its coal stands under that edition's default, 0.03356 tC/GJ."""
    inputs = beiling(2022)
    day = next(d for d in inputs.data if d.name == "FC_day" and dict(d.row)["day"] == "2022-01-03")
    more = replace(day, value=str(Fraction(day.value) + 1))
    other = replace(inputs, data=tuple(more if d is day else d for d in inputs.data))
    found = diff(side(inputs), side(other))
    add_up(found)
    assert [part.names for part in found.parts if Fraction(part.change)] == [("FC_day",)]
    assert Fraction(found.change) > 0


def test_a_gap_that_a_rule_fills_is_compared_too():
    inputs = beiling()
    day = next(d for d in inputs.data if d.name == "FC_day" and dict(d.row)["day"] == "2024-02-06")
    filled = replace(
        day,
        value="",
        state="substituted",
        reason="皮带秤故障",
        person="林若川",
        rule="power-missing/coal-day-month",
    )
    other = replace(inputs, data=tuple(filled if d is day else d for d in inputs.data))
    found = diff(side(inputs), side(other))
    add_up(found)
    assert ("FC_day",) in [part.names for part in found.parts]
