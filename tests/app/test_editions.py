"""Every rule period of the power guide: chosen by month, computed, sealed, and refused outside its days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

import tanheng as th
from tanheng.app import accounting
from tanheng.app.forms import new_form, write_form
from tanheng.app.library import Library
from tanheng.app.packing import seal
from tanheng.app.reporting import statement_of
from tanheng.engine.exact.result import in_force
from tanheng.evidence.verify.check import verify_pack
from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs, Member
from tanheng.inventory.explain import explain
from tanheng.kernel.problems import Refused
from tanheng.library.factor_table import COLUMNS
from tanheng.library.method_library import load_methods
from tanheng.statement.model import Formula
from tanheng.statement.text import plain

METHODS = load_methods()
UNIT = {"unit": "1"}
COAL = {"unit": "1", "fuel": "烟煤"}
WORDS = {
    "merged": "单台",
    "product": "纯凝发电",
    "main_fuel": "燃煤",
    "W_route": "电量报表",
    "meter_at": "发电机出口",
    "el_route": "机组计量",
    "cofire": "不掺烧",
    "of_boiler": "煤粉炉",
    "of_altitude": "1000m以下",
}
COAL_WORDS = {"fuel_code": "coal", "FC_route": "入炉月报", "C_route": "未测", "NCV_route": "月报"}
OF_2026 = "own.of.coal,g26,of,coal/煤粉炉/1000m以下,,碳氧化率,,{},%,,G26,因子库 {},,2026,{},{},2026-06-30,sure,,"


def plant(year: str, method: str = "") -> Inputs:
    """One condensing unit: 1000 t of coal of 20 GJ/t a month, nothing tested; 10 MWh bought a month."""
    method = method or f"cets-power-{year}"
    givens = METHODS.get(method).givens
    data = [Datum(n, row_of(UNIT.items()), w, "") for n, w in WORDS.items()]
    data += [Datum(n, row_of(COAL.items()), w, "") for n, w in COAL_WORDS.items()]
    data.append(Datum("P_e", row_of(UNIT.items()), "10", "MW"))
    for number in range(1, 13):
        month = {"month": f"{year}-{number:02d}"}
        coal, unit = row_of({**COAL, **month}.items()), row_of({**UNIT, **month}.items())
        data += [Datum("FC_book", coal, "1000", "t"), Datum("NCV_book", coal, "20", "GJ/t")]
        data += [Datum("NCV_ok", coal, "true", ""), Datum("W_book", unit, "2200", "MWh")]
        data += [Datum("t_run", unit, "600", "h"), Datum("W_aux", unit, "100", "MWh")]
        data.append(Datum("W_buy_unit", unit, "10", "MWh"))
    members = {"unit": (Member("1"),), "fuel": (Member("烟煤", row_of(UNIT.items()), "t"),)}
    facts = tuple(
        Datum(n, (), v, "") for n, v in (("entity_name", "试点热电"), ("credit_code", "91640100MA0000007A"))
    )
    kept = tuple(each for each in data if each.name in givens)
    return Inputs(method, year, "ets_facility", members, kept, facts)


def own_library(
    folder: Path,
    value: str = "98.5",
    state: str = "2025-10-31",
    since: str = "2026-01-01",
    until: str = "2026-12-31",
) -> Library:
    """A folder with the oxidation rate that the plant drew from the national database."""
    (folder / "factors").mkdir(parents=True)
    table = ",".join(COLUMNS) + "\n" + OF_2026.format(value, state, since, until) + "\n"
    (folder / "factors" / "power_of.csv").write_text(table, encoding="utf-8")
    return Library.of([folder])


def codes(problems) -> list[str]:
    return [p.code for p in problems]


def half_up(value: Fraction, digits: int) -> Fraction:
    return Fraction(int(value * 10**digits + Fraction(1, 2)), 10**digits)


def month(cc: str, of: str, grid: str = "") -> Fraction:
    """Emissions of a month by hand: 1000 t × 20 GJ/t × carbon × oxidation × 44/12, and 10 MWh bought."""
    burnt = half_up(1000 * 20 * Fraction(cc) * Fraction(of) * Fraction(44, 12), 2)
    return burnt + (half_up(10 * Fraction(grid), 2) if grid else 0)


EXPECTED = {
    "2021": 12 * month("0.03356", "0.99", "0.5810"),
    "2022": 3 * month("0.03356", "0.99", "0.5703") + 9 * month("0.03085", "0.99", "0.5703"),
    "2023": 12 * month("0.03085", "0.99", "0.5703"),
    "2026": 12 * month("0.03085", "0.985"),
}


@pytest.mark.parametrize("year", EXPECTED)
def test_a_year_of_each_edition_computed_sealed_and_opened_again(year, tmp_path):
    library = own_library(tmp_path / "own") if year == "2026" else Library()
    done = accounting.account(plant(year), library)
    assert done.ok, [p.line("en") for p in done.result.problems if p.severity == "error"]
    assert Fraction(done.result.line("E").exact) == half_up(EXPECTED[year], 0)
    supply = done.result.line("S_gd_y", unit="1")
    # net supply 12 × 2100 MWh; the intensity of gross generation is no item before 2023
    assert supply.shown == f"{float(half_up(half_up(EXPECTED[year], 0) / 25200, 4)):.4f}"
    assert (done.result.line("S_fd_y", unit="1") is None) == (year in ("2021", "2022"))
    root = seal(done, tmp_path / "p.zip").root
    verdict = verify_pack(tmp_path / "p.zip", root)
    assert verdict.state == "anchored", verdict.text("en")
    assert th.account(tmp_path / "p.zip") == done.result


def test_a_year_of_two_rule_periods_says_which_edition_computed_a_month(tmp_path):
    done = accounting.account(plant("2022"))
    lines = {m: done.result.line("CC", f"2022-{m:02d}", unit="1", fuel="烟煤") for m in (1, 3, 4, 12)}
    assert {m: (line.shown, line.law, line.certainty) for m, line in lines.items()} == {
        1: ("0.03356", "G21 附录A", "sure"),
        3: ("0.03356", "G21 附录A", "sure"),
        4: ("0.03085", "G22 附录A", "check"),
        12: ("0.03085", "G22 附录A", "check"),
    }
    assert {"method:cets-power-2021", "method:cets-power-2022", "method:cets-power-2023"} <= set(
        done.result.pins
    )
    said = {n: str(explain(done.run, "E_fuel", ("1", "烟煤", f"2022-{n:02d}"))) for n in (3, 4)}
    assert "0.03356" in said[3] and "0.03085" not in said[3]
    assert "0.03085" in said[4] and "0.03356" not in said[4]


@pytest.mark.parametrize(
    ("year", "method"),
    [
        ("2021", "2021"),
        ("2022", "2022"),
        ("2023", "2023"),
        ("2025", "2023"),
        ("2026", "2026"),
        ("2027", "2026"),
    ],
)
def test_a_form_is_of_the_method_in_force(year, method, tmp_path):
    path = new_form(tmp_path / "p.toml", "power-coal-chp", year, ("1",), "zh")
    found = th.check(path)
    assert "TH-C08" not in codes(found) and "TH-I28" not in codes(found)
    text = path.read_text(encoding="utf-8")
    assert f'method = "cets-power-{method}"' in text
    assert ("of_boiler" in text) == (method == "2026")
    assert ("W_export" in text) == (method in ("2023", "2026"))
    assert ("el_route" in text) == (method != "2026")


@pytest.mark.parametrize("year", ["2019", "2020"])
def test_a_year_before_every_edition_is_refused_with_all_of_them(year, tmp_path):
    with pytest.raises(Refused) as caught:
        new_form(tmp_path / "p.toml", "power-coal-chp", year, ("1",), "zh")
    (found,) = caught.value.problems
    assert found.code == "TH-C08" and "cets-power-2021 2021-01-01…2022-03-31" in found.remedy("zh")


@pytest.mark.parametrize(
    ("year", "named", "right", "suffix"),
    [
        ("2024", "cets-power-2022", "cets-power-2023", ".toml"),
        ("2022", "cets-power-2023", "cets-power-2022", ".xlsx"),
        ("2022", "cets-power-2021", "cets-power-2022", ".toml"),
        ("2025", "cets-power-2026", "cets-power-2023", ".toml"),
        ("2026", "cets-power-2023", "cets-power-2026", ".toml"),
    ],
)
def test_a_file_with_another_edition_is_told_the_right_one(year, named, right, suffix, tmp_path):
    """2025 by the edition of 2026 would lose its electricity, 2022 by that of 2021 its later months."""
    inputs = plant(year, right)
    path = write_form(tmp_path / "p.toml", "power-coal-chp", inputs)
    assert "TH-C08" not in codes(th.check(path))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f'method = "{right}"', f'method = "{named}"'), encoding="utf-8")
    if suffix == ".xlsx":
        path = write_form(tmp_path / "p.xlsx", "power-coal-chp", replace(inputs, method=named))
    found = th.check(path)
    assert codes(found) == ["TH-C08"] and found[0].place.sheet
    assert f"改用 {right}" in found[0].remedy("zh") and f"use {right}" in found[0].remedy("en")
    with pytest.raises(Refused) as caught:
        in_force(named, year, METHODS)
    assert codes(caught.value.problems) == ["TH-C08"]


def test_2026_without_its_oxidation_rate_says_where_to_enter_it(tmp_path):
    done = accounting.account(plant("2026"))
    errors = [p for p in done.result.problems if p.severity == "error"]
    assert codes(errors)[0] == "TH-L14" and done.result.line("E") is None
    said = errors[0].message("zh") + errors[0].remedy("zh")
    for part in (
        "power_of",
        "key=coal/煤粉炉/1000m以下",
        "factors/power_of.csv",
        "docs/howto/own-factors.md",
    ):
        assert part in said


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": "2026-06-30"},
        {"since": "2025-07-01"},
        {"until": "2027-12-31"},
        {"until": ""},
        {"state": "2026-10-31"},
        {"state": "2025"},
    ],
)
def test_an_oxidation_rate_is_fixed_for_a_year_from_the_database_of_october_before(wrong, tmp_path):
    with pytest.raises(Refused) as caught:
        accounting.account(plant("2026"), own_library(tmp_path / "own", **wrong))
    assert codes(caught.value.problems) == ["TH-L19"]
    assert "2025-10-31" in caught.value.problems[0].remedy("zh") or "since" in wrong


def report_of(year: str, folder: Path):
    done = accounting.account(plant(year), own_library(folder) if year == "2026" else Library())
    return statement_of(done, "annual"), statement_of(done, "platform")


TABLES = {
    "2021": ("C.4", "C.5", "C.6-1-烟煤", ""),
    "2022": ("C.4", "C.5", "C.6-1-烟煤", ""),
    "2023": ("C.4", "C.5", "C.6-1-烟煤", "C.7-1"),
    "2026": ("", "C.4", "C.5-1-烟煤", "C.6-1"),
}


@pytest.mark.parametrize("year", TABLES)
def test_a_report_has_the_tables_of_its_edition(year, tmp_path):
    annual, platform = report_of(year, tmp_path / "own")
    tables = {t.id: t for t in annual.tables}
    numbers = {i for i in tables if i.startswith("C.") and i not in ("C.2", "C.3-1")}
    assert numbers == {i for i in TABLES[year] if i}
    output = tables[TABLES[year][1]]
    rows = {plain(r.cells[1].text): plain(r.cells[0].text) for r in output.rows if r.role != "group"}
    if year in ("2021", "2022"):
        assert {"供电量", "供热比", "供电煤耗", "供电碳排放强度"} <= rows.keys()
        # letters that nobody saw in print are not made up
        assert set(rows.values()) == {""}
    else:
        letters = "PQRST" if year == "2023" else "MNOPQ"
        named = ("发电量", "供热量", "运行小时数", "负荷（出力）系数", "机组二氧化碳排放量")
        assert [rows[n] for n in named] == list(letters)
        assert "供电量" not in rows
    titles = [plain(s.title) for s in annual.sections]
    numerals = [*"一二三四五六七八九十", "十一"]
    assert [t.split("、")[0] for t in titles[:-1]] == numerals[: len(titles) - 1]
    assert any("购入使用电力排放" in t for t in titles) == (year != "2026")
    said = " ".join(plain(cell.text) for t in platform.tables for r in t.rows for cell in r.cells)
    assert ("电网排放因子" in said) == (year != "2026")
    assert "购入使用电量" in said


def test_the_cover_names_both_editions_of_2022(tmp_path):
    annual, _ = report_of("2022", tmp_path)
    cover = {plain(label): plain(cell.text) for label, cell in annual.cover}
    assert "1—3 月按 cets-power-2021 核算" in cover["核算方法"]
    assert cover["1—3 月方法摘要"] == METHODS.get("cets-power-2021").digest
    assert "1—3 月方法摘要" not in {plain(label) for label, _ in report_of("2021", tmp_path)[0].cover}


def test_a_formula_is_printed_with_the_clause_of_its_month(tmp_path):
    """The example of 2022 is January, which belongs to the edition before."""
    annual, _ = report_of("2022", tmp_path)
    formulas = [
        b for s in annual.sections for b in s.blocks if isinstance(b, Formula) and b.id == "E_fuel:缺省"
    ]
    (found,) = formulas
    assert plain(found.law) == "G21 6 式(4)" and "2022-01" in plain(found.numbers_of)


OWN_EDITION = """
id = "own-2022"
zh = "本省补充"
law = "G22"
boundary = "ets_facility"
force = {force}
based_on = "cets-power-2022"
replaces = "{replaces}"
"""


@pytest.mark.parametrize(
    ("force", "replaces", "code"),
    [
        ("2022-03-01", "cets-power-2021", "TH-M21"),  # March would lie in both
        ("2022-03-31", "cets-power-2021", "TH-M21"),  # one day is enough
        ("2022-04-01", "cets-power-2021", ""),
        ("2022-04-02", "cets-power-2021", "TH-C08"),  # the first of April lies in neither
        ("2022-04-01", "cets-power-2020", "TH-C08"),  # nothing is in force before it
    ],
)
def test_a_month_in_two_rule_periods_of_an_own_folder(force, replaces, code, tmp_path):
    folder = tmp_path / "own" / "methods" / "own-2022"
    folder.mkdir(parents=True)
    text = OWN_EDITION.format(force=force, replaces=replaces)
    (folder / "method.toml").write_text(text, encoding="utf-8")
    inputs = replace(plant("2022"), method="own-2022")
    library = Library.of([tmp_path / "own"])
    if code:
        with pytest.raises(Refused) as caught:
            accounting.account(inputs, library)
        assert codes(caught.value.problems) == [code]
        assert force in caught.value.problems[0].message("zh")
    else:
        done = accounting.account(inputs, library)
        assert done.result.line("E").exact == accounting.account(plant("2022")).result.line("E").exact


def test_a_shipped_edition_is_not_replaced_by_a_folder_of_its_name(tmp_path):
    folder = tmp_path / "own" / "methods" / "cets-power-2022"
    folder.mkdir(parents=True)
    (folder / "method.toml").write_text(OWN_EDITION.format(force="2022-04-01", replaces=""), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        accounting.account(plant("2022"), Library.of([tmp_path / "own"]))
    assert codes(caught.value.problems) == ["TH-M02"]


@pytest.mark.parametrize("day", ["2022-05-31", "2022-06-30"])
def test_the_relief_counts_from_the_day_it_was_known(day):
    """As known before the notice of June 2022 the default of that year is 0.03356 throughout."""
    done = accounting.account(plant("2022"), Library.of([], date.fromisoformat(day)))
    line = done.result.line("CC", "2022-05", unit="1", fuel="烟煤")
    assert line.shown == ("0.03356" if day < "2022-06-30" else "0.03085") and line.certainty == "check"


def test_months_without_the_relief_are_set_back_in_an_own_folder(tmp_path):
    """The authority answers that April and May do not qualify: two months at the old default."""
    (tmp_path / "factors").mkdir()
    row = "fuel.g22.coal.cc,g22,cc,coal,,缺省,,0.03356,tC/GJ,,G22,答复,6.2,2022,{},{},2022-07-01,sure,,不适用"
    table = ",".join(COLUMNS) + "\n" + row.format("2022-04-01", "2022-05-31") + "\n"
    (tmp_path / "factors" / "power_annex_a.csv").write_text(table, encoding="utf-8")
    done = accounting.account(plant("2022"), Library.of([tmp_path]))
    wanted = 5 * month("0.03356", "0.99", "0.5703") + 7 * month("0.03085", "0.99", "0.5703")
    assert Fraction(done.result.line("E").exact) == half_up(wanted, 0)
