"""Bare years find their file; the demonstration's years differ for reasons that add up."""

import shutil
from fractions import Fraction
from functools import cache

import pytest

from tanheng.app.accounting import account
from tanheng.app.comparing import compare
from tanheng.app.library import Library
from tanheng.app.years import year_file
from tanheng.inventory.diff import diff
from tanheng.inventory.difference import Side
from tanheng.kernel.problems import Refused
from tanheng.library.factor_table import COLUMNS
from tests.app.plants import codes
from tests.plant import EXAMPLES, beiling

LIBRARY = Library.of([EXAMPLES / "library-2026"])


def side(year: int) -> Side:
    return Side(beiling(year), LIBRARY.methods, LIBRARY.factors)


@cache
def between(one: int, two: int):
    """The difference of two shipped years, worked out once."""
    return diff(side(one), side(two))


def sums(found) -> dict[str, Fraction]:
    kinds: dict[str, Fraction] = {}
    for part in found.parts:
        kinds[part.kind] = kinds.get(part.kind, Fraction(0)) + Fraction(part.change)
    return kinds


PAIRS = [(2022, 2023), (2023, 2024), (2025, 2026), (2023, 2022), (2022, 2026)]


@pytest.mark.parametrize(("one", "two"), PAIRS)
def test_every_pair_of_years_closes(one, two):
    found = between(one, two)
    assert (
        sum(sums(found).values()) == Fraction(found.change) == Fraction(found.after) - Fraction(found.before)
    )
    for number, (before, after) in enumerate(found.splits):
        moved = sum(Fraction(p.split[number]) for p in found.parts)
        assert moved == Fraction(after) - Fraction(before)
    assert "input" not in sums(found)


def test_2024_to_2025_tells_the_story():
    """The causes that the story was written with, each where it belongs."""
    found = between(2024, 2025)
    kinds = sums(found)
    assert set(kinds) == {"calendar", "activity", "quality", "production", "route"}
    # the carbon report of June that came late in 2024 is the only month whose route changed
    (route,) = (p for p in found.parts if p.kind == "route")
    assert route.zh == "1号机组 · 烟煤 6 月：缺省 → 实测" and route.split[1] == "0"
    # 2344.249 MWh were bought in 2024 and 4094.828 in 2025: each month rounded to 0.01, each unit to 1
    bought = (Fraction("4094.828") - Fraction("2344.249")) * Fraction("0.5703")
    assert abs(kinds["production"] - bought) <= 2
    # 29 February of 2024: its own coal is 1/29 of the month's, and the month's means move a little
    assert -22_000 < kinds["calendar"] < -16_000
    # better coal: less of it, more carbon in each tonne
    assert kinds["activity"] < 0 < kinds["quality"]


def test_2022_to_2023_is_a_default_that_fell():
    """March 2023 of unit 2 rests on the default: by 0.03085 tC/GJ now, by 0.03356 in March 2022."""
    found = between(2022, 2023)
    march = account(beiling(2023), LIBRARY).result.line("E_fuel", "2023-03", unit="2", fuel="烟煤")
    (part,) = (p for p in found.parts if p.kind == "method")
    assert march.way == "缺省" and part.names == ("CC_0",)
    wanted = Fraction(march.exact) * (1 - Fraction("0.03356") / Fraction("0.03085"))
    assert abs(Fraction(part.change) - wanted) <= 1 and part.split[0] == "0"


def test_2025_to_2026_is_a_change_of_method_too():
    """0.987 for 0.99 is −0.303 % of coal's emissions, and purchased electricity no longer counts."""
    found = between(2025, 2026)
    oxidation, electricity = (Fraction(p.change) for p in found.parts if p.kind == "method")
    bought = sum(Fraction(d.value) for d in beiling(2026).data if d.name == "W_buy_unit")
    assert abs(electricity + Fraction("0.5703") * bought) <= 2
    # diesel burns at 0.99 for 0.98 now: a few tonnes
    coal = Fraction(found.after) * (1 - Fraction(99) / Fraction("98.7"))
    assert abs(oxidation - coal) < 50
    assert [id for id, _, _ in found.methods] == ["cets-power-2023", "cets-power-2026"]


def test_a_dated_value_that_moved_is_a_factor(tmp_path):
    """A grid factor of 0.5366 for 2025 in the place of 0.5703: 4094.828 MWh × −0.0337 = −138.0 tCO2."""
    shipped = next(r for r in LIBRARY.factors.rows("power_grid") if r.id == "grid.power_report.2025")
    cells = {name: str(getattr(shipped, name) or "") for name in COLUMNS}
    cells |= {"value": "0.5366", "source": "测试", "note": "测试", "known_from": "2026-03-01"}
    (tmp_path / "factors").mkdir()
    lines = [",".join(COLUMNS), ",".join(f'"{cells[name]}"' for name in COLUMNS)]
    (tmp_path / "factors" / "power_grid.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    own = Library.of([tmp_path])
    found = diff(side(2024), Side(beiling(2025), own.methods, own.factors))
    (part,) = (p for p in found.parts if p.kind == "factor")
    assert "0.5703 → 0.5366 tCO2/MWh" in part.zh
    assert abs(Fraction(part.change) + Fraction("138.0")) <= 2
    assert sums(found) == sums(between(2024, 2025)) | {"factor": Fraction(part.change)}


def test_a_bare_year_is_the_file_of_that_year(tmp_path):
    """By name first, then by period; a workbook and its form of equal figures stand for each other."""
    found = year_file("2024", EXAMPLES)
    assert found.file == "beiling-2024.xlsx"
    compared = compare("2024", "2025", LIBRARY, folder=str(EXAMPLES))
    assert compared.periods == ("2024", "2025") and compared.before == "5803699"
    shutil.copy(EXAMPLES / "beiling-2025.xlsx", tmp_path / "数据2025终稿.xlsx")
    # named for another year than its own, unnamed, and no plant's file
    shutil.copy(EXAMPLES / "beiling-2024.toml", tmp_path / "2025-旧.toml")
    shutil.copy(EXAMPLES / "beiling-2023.xlsx", tmp_path / "plant.xlsx")
    (tmp_path / "说明2025.xlsx").write_text("no workbook")
    assert year_file("2025", tmp_path).file == "数据2025终稿.xlsx"


def refused(word, folder) -> tuple[str, dict[str, str]]:
    with pytest.raises(Refused) as caught:
        year_file(word, folder)
    (problem,) = caught.value.problems
    return problem.code, dict(problem.params)


def test_no_file_or_several_are_named(tmp_path):
    code, params = refused("2025", tmp_path)
    assert (code, params["near"]) == ("TH-A20", "—")
    form = EXAMPLES / "beiling-2024.toml"
    shutil.copy(form, tmp_path / "a-2024.toml")
    text = form.read_text(encoding="utf-8")
    old = '["1", "柴油", "2024-01", "48.2"'
    assert text.count(old) == 1
    (tmp_path / "b-2024.toml").write_text(text.replace(old, old.replace("48.2", "58.2")), encoding="utf-8")
    code, params = refused("2024", tmp_path)
    assert (code, params["near"]) == ("TH-A21", "a-2024.toml, b-2024.toml")
    assert refused("2023", tmp_path)[0] == refused("2024", tmp_path / "nowhere")[0] == "TH-A20"


def test_the_only_candidate_tells_its_own_faults(tmp_path):
    (tmp_path / "p-2024.toml").write_text("[run]\nperiod = 2024\n", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        year_file("2024", tmp_path)
    assert "TH-A20" not in codes(caught.value.problems)


def test_a_file_that_bears_a_year_as_its_name(tmp_path, monkeypatch):
    """What exists is meant."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "2024").write_text("x")
    assert str(year_file("2024", tmp_path)) == "2024"
