"""Many plants at once: every total and row as `account` gives it, and refused wherever `account` refuses."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from tanheng.app import fleet as fleets
from tanheng.app.accounting import KEEPS, account
from tanheng.app.fleet import account_fleet, diff_fleet, level_of
from tanheng.app.fleet_check import check_fleet
from tanheng.app.fleet_source import Fleet, PlantYear, packed
from tanheng.app.library import Library
from tanheng.facts.datum import Datum
from tanheng.facts.inputs import Inputs
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Refused
from tanheng.kernel.rounding import Rounding
from tests.app.plants import HEAD
from tests.plant import EXAMPLES, beiling

NINE = ("fixed", "mobile", "process", "fugitive", "energy", "transport", "supplied", "used", "other")


def fleet_of(plants: dict[str, Inputs]) -> Fleet:
    fleet = Fleet()
    for id, inputs in plants.items():
        year = PlantYear(id, f"厂 {id}", inputs.method, inputs.period, inputs.boundary, f"{id}.xlsx")
        fleet.add(year, packed(inputs))
    return fleet


def key(id: str, inputs: Inputs) -> str:
    return f"{id} {inputs.period} {inputs.boundary}"


def changed(inputs: Inputs, **values: str) -> Inputs:
    """Every datum of these names has this value."""
    data = (replace(d, value=values[d.name]) if d.name in values else d for d in inputs.data)
    return replace(inputs, data=tuple(data))


def first(inputs: Inputs, name: str, value: str | None) -> Inputs:
    """The first datum of a name has this value, or is not there."""
    at = next(n for n, d in enumerate(inputs.data) if d.name == name)
    put = () if value is None else (replace(inputs.data[at], value=value),)
    return replace(inputs, data=(*inputs.data[:at], *put, *inputs.data[at + 1 :]))


def described(inputs: Inputs, **values: str) -> Inputs:
    """Every fact of these names has this value."""
    facts = (replace(f, value=values[f.name]) if f.name in values else f for f in inputs.facts)
    return replace(inputs, facts=tuple(facts))


def ruled(inputs: Inputs, name: str, rule: str, **value: str) -> Inputs:
    """The first datum of a name is found, or its reading is corrected, by a rule of the library."""
    at = next(n for n, d in enumerate(inputs.data) if d.name == name)
    said = {"state": "substituted", "reason": "仪表故障", "person": "林若川", "rule": f"power-missing/{rule}"}
    gap = replace(inputs.data[at], **said, **value)
    return replace(inputs, data=(*inputs.data[:at], gap, *inputs.data[at + 1 :]))


def moved(inputs: Inputs, rng: random.Random, names: dict[str, int]) -> Inputs:
    """Figures of these names by up to 3 percent up or down, with so many decimals."""
    data = []
    for d in inputs.data:
        if d.name in names and d.value:
            value = Fraction(d.value) * (1 + Fraction(rng.randint(-300, 300), 10_000))
            d = replace(d, value=exact_text(Rounding("half_up", names[d.name]).apply(value)))
        data.append(d)
    return replace(inputs, data=tuple(data))


def organisation(*values: str) -> Inputs:
    data = tuple(Datum(f"E_{name}", (), value, "tCO2e") for name, value in zip(NINE, values, strict=True))
    return Inputs("cieccpa061-total", "2024", "enterprise", {}, data)


def plants_of(rng: random.Random) -> dict[str, Inputs]:
    varied = {"FC_day": 2, "C_ad": 2, "NCV_day": 3, "W_buy_unit": 3, "Q_gr": 2, "W_fd": 3}
    plants = {f"varied {year}": moved(beiling(year), rng, varied) for year in (2023, 2024, 2025)}
    base = beiling(2024)
    return plants | {
        "as it is": base,
        "no carbon tests": replace(base, data=tuple(d for d in base.data if d.name not in ("C_ad", "M_ad"))),
        "one test missing": first(base, "C_ad", None),
        "a day missing": first(base, "FC_day", None),
        "late reports": changed(base, issued="2025-12-30"),
        "a huge month": first(base, "W_buy_unit", "9" * 45),
        "a long fraction": first(base, "W_buy_unit", "1/3"),
        "no such number": first(base, "W_buy_unit", "many"),
        "negative coal": first(base, "FC_day", "-1"),
        "a tiny unit": changed(base, P_e="1"),
        "a meter out of date": described(base, valid_until="2020-01-01"),
        "a paper that cannot be read": described(base, filed="someday"),
        "filled by a rule": ruled(base, "W_buy_unit", "bought-month", value=""),
        # SQL knows nothing of rules and would take the reading as it is
        "corrected by a rule": ruled(base, "FC_day", "coal-day-uncalibrated"),
        "two rule periods": beiling(2022),
        "own factors wanted": beiling(2026),
        "no method then": replace(base, period="2020"),
        "unknown method": replace(base, method="cets-power-1999"),
        "wrong boundary": replace(base, boundary="enterprise"),
        "organisation": organisation("1.5", "2", "0.25", "1/3", "1000000.000001", "0", "4", "5", "6"),
        "half an organisation": replace(organisation(*"123456789"), data=organisation(*"123456789").data[1:]),
    }


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


@pytest.fixture(scope="module")
def plants() -> dict[str, Inputs]:
    return plants_of(random.Random(20261121))


@pytest.fixture(scope="module")
def done(plants, library):
    with fleet_of(plants) as fleet:
        return account_fleet(fleet, library=library)


@pytest.fixture(scope="module")
def alone(plants, library):
    """Every plant by `account`: the account, or the problems that keep it from being one."""
    found = {}
    for id, inputs in plants.items():
        try:
            found[id] = account(inputs, library)
        except Refused as refused:
            found[id] = refused
    return found


def test_totals_and_refusals_are_those_of_account(plants, done, alone):
    totals = {row.year.id: row for row in done.totals}
    for id, each in alone.items():
        if not isinstance(each, Refused) and each.ok:
            line = each.result.line("E", each.result.period)
            assert (totals[id].exact, totals[id].shown, totals[id].unit) == (
                line.exact,
                line.shown,
                line.unit,
            ), id
            assert key(id, plants[id]) not in done.failed
        else:
            kept = {p.code for p in each.problems if p.severity in KEEPS}
            assert id not in totals and key(id, plants[id]) in done.failed
            assert {p.code for p in done.problems[key(id, plants[id])]} == kept and kept, id
    assert {"as it is", "varied 2023", "varied 2024", "varied 2025", "two rule periods"} <= totals.keys()
    assert {"filled by a rule", "corrected by a rule"} <= totals.keys()
    assert totals["corrected by a rule"].exact != totals["as it is"].exact
    for id in ("a tiny unit", "a meter out of date"):
        assert {p.code for p in done.problems[f"{id} 2024 ets_facility"]} == {"TH-F01"}
    refused = {"a day missing", "own factors wanted", "no method then", "unknown method", "wrong boundary"}
    assert not refused & totals.keys() and not {"negative coal", "no such number"} & totals.keys()
    assert done.of == len(plants) and len(done.totals) + len(done.failed) == len(plants)


def test_rows_are_those_of_account(done, alone):
    assert done.levels["cets-power-2023"] == done.levels["cets-power-2022"] == "E_unit_month"
    for id in ("varied 2023", "two rule periods", "no carbon tests"):
        rows = {row.scope: row.shown for row in done.rows if row.year.id == id}
        lines = [line for line in alone[id].result.lines if line.name == "E_unit_month"]
        assert len(rows) == len(lines) == 24
        for line in lines:
            assert rows[("unit", dict(line.scope)["unit"]), ("month", line.period)] == line.shown


def test_most_go_through_sql(done):
    # everything that may be filed, but for the year in two rule periods and figures too long for SQL
    by_hand = len(done.totals)
    assert done.ways["sql"] + done.ways["exact"] == by_hand
    assert done.ways["sql"] >= 5 and done.ways["exact"] >= 1


def test_sums_add_what_may_be_added(done):
    totals = [row for row in done.totals if row.year.period == "2024"]
    sums = {(s.period, s.boundary, s.unit): s for s in done.sums()}
    plants = [Fraction(r.exact) for r in totals if r.unit == "tCO2"]
    assert sums["2024", "ets_facility", "tCO2"].value == sum(plants)
    assert sums["2024", "ets_facility", "tCO2"].years == len(plants) > 2
    # 1.5 + 2 + 0.25 + 1/3 + 1000000.000001 + 0 + 4 + 5 + 6
    whole = Fraction(1_000_018_750_001, 1_000_000) + Fraction(1, 3)
    assert sums["2024", "enterprise", "tCO2e"].value == whole
    assert done.to_json()["ok"] is False


def test_neither_order_nor_processes_change_anything(plants, done, library, monkeypatch):
    some = ["varied 2024", "as it is", "a day missing", "two rule periods", "organisation", "varied 2023"]
    monkeypatch.setattr(fleets, "_FEW", 1)
    monkeypatch.setattr(fleets, "_SQL_TOGETHER", 2)
    monkeypatch.setattr(fleets, "_EXACT_TOGETHER", 1)
    with fleet_of({id: plants[id] for id in some}) as fleet:
        found = account_fleet(fleet, library=library)
    for kind in ("totals", "rows"):
        wanted = [row for row in getattr(done, kind) if row.year.id in some]
        assert list(getattr(found, kind)) == wanted and wanted
    assert found.problems == {k: v for k, v in done.problems.items() if k.startswith("a day missing")}


def test_a_check_of_both_back_ends(plants, library):
    names = ("varied 2024", "a day missing", "two rule periods", "organisation", "no method then")
    with fleet_of({id: plants[id] for id in names}) as fleet:
        found = check_fleet(fleet, 99, library)
        assert check_fleet(fleet, 1, library, seed=4) == check_fleet(fleet, 1, library, seed=4)
    assert found.unequal == () and found.only_exact == ("two rule periods 2022 ets_facility",)
    assert found.cells["varied 2024 2024 ets_facility"] > 2000
    assert found.cells["organisation 2024 enterprise"] == 3
    assert [p.code for each in found.problems.values() for p in each] == ["TH-C08"]


def test_a_check_sees_a_wrong_digit(library, monkeypatch):
    from tanheng.engine.sql.result import SqlResult

    honest = SqlResult.cells

    def off(self, step):
        cells = honest(self, step)
        return {k: (v + Fraction(1, 1000), f) for k, (v, f) in cells.items()} if step == "E_d" else cells

    monkeypatch.setattr(SqlResult, "cells", off)
    with fleet_of({"P": organisation(*"123456789")}) as fleet:
        (found,) = check_fleet(fleet, 1, library).unequal
    assert (found.step, found.row) == ("E_d", ())


# --- levels

LEVELS = {
    (): "E",
    ("unit",): "E_unit",
    ("month",): "E_month",
    ("month", "unit"): "E_unit_month",
    ("fuel",): "E_fuel_y",  # a fuel lies in its unit
    ("unit", "fuel", "month"): "E_fuel",
}


@pytest.mark.parametrize("by", LEVELS)
def test_a_level_is_the_step_that_adds_up_the_others(library, by):
    assert level_of(library.methods.get("cets-power-2023"), by) == LEVELS[by]


@pytest.mark.parametrize(
    ("method", "by", "seen"),
    [
        ("cets-power-2023", ("boiler",), "boiler"),
        ("cets-power-2023", ("day",), "day"),
        ("cieccpa061-total", ("unit",), "unit"),
        # two numbers stand side by side there; either alone would look like all
        ("gbt32151-1-2015", ("month",), "month (E_el_ent, E_heat)"),
    ],
)
def test_a_level_that_is_none_or_not_one_is_refused(library, method, by, seen):
    with pytest.raises(Refused) as caught:
        level_of(library.methods.get(method), by)
    (found,) = caught.value.problems
    assert found.code == "TH-A44" and f"没有 {seen} 这一级" in found.message("zh")


def test_a_number_may_be_named(library):
    with fleet_of({"P": organisation(*"123456789")}) as fleet:
        found = account_fleet(fleet, library=library, step="E_ind")
        assert [(r.step, r.exact, r.unit) for r in found.rows] == [("E_ind", "35", "tCO2e")]
        assert [r.exact for r in found.totals] == ["45"]
        with pytest.raises(Refused) as caught:
            account_fleet(fleet, library=library, step="E_indirect")
    assert [p.code for p in caught.value.problems] == ["TH-A14"]


# --- two plants with one id


@pytest.mark.parametrize("order", ["ab", "ba", "aba", "abb", "aab", "baa"])
def test_of_two_plants_with_one_id_neither_counts(library, order):
    inputs = {"a": organisation(*"123456789"), "b": organisation(*"923456789")}
    with Fleet() as fleet:
        for number, each in enumerate(order):
            year = PlantYear("P", "厂", "cieccpa061-total", "2024", "enterprise", f"{number}.xlsx")
            fleet.add(year, packed(inputs[each]))
        found = account_fleet(fleet, library=library)
        assert not found.totals and len(found.failed) == len(fleet.refused) >= 2
    assert {p.code for each in fleet.refused.values() for p in each} == {"TH-A41"}


def test_the_same_figures_twice_count_once(library):
    one = organisation(*"123456789")
    with Fleet() as fleet:
        for file in ("a.xlsx", "b.toml", "c.toml"):
            fleet.add(PlantYear("P", "厂", one.method, "2024", "enterprise", file), packed(one))
        found = account_fleet(fleet, library=library)
    assert [r.exact for r in found.totals] == ["45"] and not found.failed
    assert {f: [p.code for p in each] for f, each in fleet.problems.items()} == {
        "b.toml": ["TH-A42"],
        "c.toml": ["TH-A42"],
    }
    assert found.to_json()["ok"] is True


# --- another library


def test_a_changed_factor_moves_what_it_moves_by_hand(tmp_path, library):
    row = (
        "grid.power_report.2024,power_report,ef_co2,electricity,CN,电力,Electricity,0.6,tCO2/MWh,,,供电合同,,2024,"
        "2024-01-01,2024-12-31,2024-03-01,sure,2024-03-01,试验用：另一个排放因子"
    )
    (tmp_path / "factors").mkdir()
    (tmp_path / "factors" / "power_grid.csv").write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    plants = {"2024": beiling(2024), "2025": beiling(2025), "organisation": organisation(*"123456789")}
    with fleet_of(plants) as fleet:
        before = account_fleet(fleet, (), library)
        after = account_fleet(fleet, (), Library.of([tmp_path]))
    found = diff_fleet(before, after)
    assert found.same == 2 and found.apart == ()
    (change,) = found.changes
    assert (change.year.id, change.before, change.after) == ("2024", "5803699", by_hand("0.6"))
    assert by_hand("0.5703") == "5803699"
    assert Fraction(change.change) == Fraction(by_hand("0.6")) - 5803699 != 0
    (moved_by,) = found.sums()
    assert (moved_by.value, moved_by.years) == (Fraction(change.change), 1)


def by_hand(factor: str) -> str:
    """E of 2024 with another factor of electricity: fuels as `account` has them, electricity by hand."""
    burnt, bought = {"1": Fraction(0), "2": Fraction(0)}, {"1": Fraction(0), "2": Fraction(0)}
    for line in account(beiling(2024)).result.lines:
        if line.name == "E_burn":
            burnt[dict(line.scope)["unit"]] += Fraction(line.exact)
    for d in beiling(2024).data:
        if d.name == "W_buy_unit":
            bought[dict(d.row)["unit"]] += Rounding("half_up", 2).apply(Fraction(d.value) * Fraction(factor))
    whole = Rounding("half_up", 0)
    return whole.show(sum(whole.apply(burnt[u] + bought[u]) for u in burnt))


def test_a_year_that_only_one_library_can_compute_is_set_apart(library):
    with fleet_of({"2026": beiling(2026), "organisation": organisation(*"123456789")}) as fleet:
        before = account_fleet(fleet, (), library)
        after = account_fleet(fleet, (), Library.of([EXAMPLES / "library-2026"]))
    found = diff_fleet(before, after)
    assert (found.changes, found.same, found.apart) == ((), 1, ("2026 2026 ets_facility",))
    assert before.failed == ("2026 2026 ets_facility",) and not after.failed


def test_processes_keep_no_library_of_the_work_before(tmp_path, library, monkeypatch):
    own = tmp_path / "factors"
    own.mkdir()
    row = (
        "grid.power_report.2024,power_report,ef_co2,electricity,CN,电力,Electricity,0.6,tCO2/MWh,,,供电合同,,2024,"
        "2024-01-01,2024-12-31,2024-03-01,sure,2024-03-01,试验用：另一个排放因子"
    )
    (own / "power_grid.csv").write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    monkeypatch.setattr(fleets, "_FEW", 0)
    monkeypatch.setattr(fleets, "_SQL_TOGETHER", 1)
    with fleet_of({"a": beiling(2024), "b": moved(beiling(2024), random.Random(7), {"C_ad": 2})}) as fleet:
        sides = [account_fleet(fleet, (), each) for each in (library, Library.of([tmp_path]), library)]
    totals = [{row.year.id: row.exact for row in side.totals} for side in sides]
    assert totals[0] == totals[2] and totals[0]["a"] == "5803699" and totals[1]["a"] == by_hand("0.6")
    assert totals[0]["b"] != totals[1]["b"]
