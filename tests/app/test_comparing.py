"""A number is opened by name, symbol or Chinese name; two files differ for reasons that add up."""

from fractions import Fraction

import pytest

import tanheng as th
from tanheng.app import accounting
from tanheng.app.comparing import compare, explain_number
from tanheng.app.library import Library
from tanheng.app.packing import seal
from tanheng.kernel.problems import Refused
from tests.app.plants import FORM, changed, codes, own_library
from tests.plant import WORKBOOK

STOCK = '["1", "柴油", "2024-01", "48.2"'


@pytest.fixture(scope="module")
def done():
    return accounting.account(WORKBOOK)


def refused(call, *given, **named):
    with pytest.raises(Refused) as caught:
        call(*given, **named)
    (problem,) = caught.value.problems
    return problem.code, dict(problem.params)


def test_a_number_by_name_symbol_or_chinese_name(done):
    trees = [explain_number(done, name, {})[0] for name in ("E", "发电设施二氧化碳排放总量")]
    assert trees[0] == trees[1]
    assert explain_number(done, "E_燃料", {"unit": "1"}) == explain_number(done, "E_fuel", {"unit": "1"})


def test_a_tree_ends_in_cells(done):
    (node,) = explain_number(done, "FC", {"unit": "1", "fuel": "烟煤", "month": "2024-01"})
    cells = {(n.origin.file, n.origin.sheet, n.origin.cell) for n in node.walk() if n.name == "FC_day"}
    assert ("beiling-2024.xlsx", "日数据", "D6") in cells and len(cells) == 31
    days = [n for n in node.walk() if n.name == "FC_day"]
    assert sum(Fraction(n.exact) for n in days) == Fraction(node.full or node.exact)


def test_what_cannot_be_opened_says_what_can(done):
    code, params = refused(explain_number, done, "E_uni", {})
    assert code == "TH-A14" and "E_unit" in params["near"].split(", ")
    code, params = refused(explain_number, done, "E_unit", {"unit": "9"})
    assert (code, params["wanted"]) == ("TH-A15", "unit=1|2")
    assert refused(explain_number, done, "E", {"unit": "1"})[0] == "TH-A15"
    assert refused(explain_number, done, "E_unit", {"planet": "1"})[0] == "TH-A15"


def test_of_many_months_the_first_are_opened_and_every_unit_and_fuel(done):
    (node,) = explain_number(done, "E", {}, most=1)
    opened = {tuple(m for _, m in n.row) for n in node.walk() if n.name == "E_fuel"}
    assert opened == {(u, f, "2024-01") for u in "12" for f in ("柴油", "烟煤")}
    assert sum(n.hidden for n in node.walk() if n.name == "E_burn_y") == 2 * 11


def test_causes_by_input_and_factor_add_up(tmp_path):
    """48.2 t of diesel in stock more or less, and a supplier's calorific value from July on."""
    own = own_library(tmp_path)
    assert FORM.read_text(encoding="utf-8").count(STOCK) == 1
    before = changed(tmp_path, (STOCK, STOCK.replace("48.2", "58.2")))
    after = tmp_path / "after.zip"
    seal(accounting.account(WORKBOOK, Library.of([own])), after)
    found = compare(before, after)
    assert [part.kind for part in found.parts] == ["input", "factor"]
    assert sum(Fraction(part.change) for part in found.parts) == Fraction(found.change)
    assert found.parts[0].names == ("opening",) and found.parts[0].places == 1
    # 10 t × 42.652 GJ/t × 0.0202 tC/GJ × 0.98 × 44/12 = 30.96 tCO2, rounded with the unit's total
    assert abs(Fraction(found.parts[0].change) + Fraction("30.96")) < 1
    assert found.parts[1].places == 1 and Fraction(found.parts[1].change) < 0
    assert th.diff(after, before).change == found.change.removeprefix("-") or Fraction(found.change) > 0


def test_a_boundary_that_grew(tmp_path):
    """Unit 2 left out altogether: its fuels, streams and lines are one cause."""
    lines = FORM.read_text(encoding="utf-8").splitlines(keepends=True)
    small = tmp_path / "small.toml"
    small.write_text("".join(x for x in lines if not x.startswith('  ["2"')), encoding="utf-8")
    found = compare(small, FORM)
    assert found.parts[0].kind == "boundary"
    assert sum(Fraction(part.change) for part in found.parts) == Fraction(found.change)
    assert found.after == th.account(FORM).line("E").exact


def test_sides_that_may_not_be_filed_or_do_not_fit_are_refused(tmp_path):
    wrong = changed(tmp_path, (STOCK, STOCK.replace("48.2", "约48")))
    with pytest.raises(Refused) as caught:
        compare(WORKBOOK, wrong)
    assert "TH-N03" in codes(caught.value.problems)
    assert refused(compare, WORKBOOK, tmp_path / "nothing")[0] == "TH-A01"
    assert refused(compare, WORKBOOK, FORM, answer="E_unit")[0] == "TH-C02"
    assert refused(compare, WORKBOOK, FORM, answer="nothing")[0] == "TH-C02"
