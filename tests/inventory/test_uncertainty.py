"""Uncertainty carried through the derivatives, worked by hand on the small method."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tanheng.engine.exact.run import Run
from tanheng.inventory.uncertainty import Uncertainty, uncertainties, uncertainty
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import load_method, load_methods
from tanheng.library.uncertainty_sources import load_stated
from tests.formula.small import january, run

FACTORS = FactorLibrary.load()
# 31 days of 10 t, 20 GJ/t, 0.03085 tC/GJ, 99 %, 44/12, before E is rounded to whole tonnes
WHOLE = Fraction(310) * 20 * Fraction("0.03085") * Fraction("0.99") * Fraction(44, 12)
E = Fraction(694)
NEAR = Fraction(1, 10**50)


def made() -> Run:
    found = run(january(ncv="20"), period="2024-01")
    assert found.value("E", ()) / found.method.steps["E"].unit.scale == E
    return found


def of(tmp_path: Path, text: str) -> Uncertainty:
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    one = made()
    return uncertainty(one, "E", (), load_stated(one.method, (), file), FACTORS)


def stated(of: str, relative: str, shared: str = "member", more: str = "") -> str:
    grounds = 'source = "检定证书 2024-031"'
    return f'[[stated]]\nof = {of}\nrelative = "{relative}"\nshared = "{shared}"\n{grounds}\n{more}\n'


def test_independent_inputs_add_as_squares(tmp_path: Path):
    found = of(tmp_path, stated('["FC_day"]', "1 %") + stated('["NCV_day"]', "0.03", "plant"))
    # (1 % · WHOLE)² + (3 % · WHOLE)² over the E that is reported: √10 %, 1 and 9 tenths of the variance
    assert abs(found.relative**2 - Fraction(10, 10**4) * (WHOLE / E) ** 2) < NEAR
    assert abs(found.absolute - found.relative * E) < NEAR and found.value == E and found.unit == "tCO2"
    assert [(c.names, c.share) for c in found.contributions] == [
        (("NCV_day",), Fraction(9, 10)),
        (("FC_day",), Fraction(1, 10)),
    ]
    assert [c.effect for c in found.contributions] == [WHOLE * 3 / 100 / E, WHOLE / 100 / E]
    assert found.contributions[1].members == (("unit", "1"), ("fuel", "煤"))
    assert found.percent == "3.2" and found.is_linear and found.unstated == ()


def test_days_of_one_meter_are_shared_unless_stated_otherwise(tmp_path: Path):
    # 31 days of 1 % each: together 1 %, apart 1 % / √31
    found = of(tmp_path, stated('["FC_day"]', "1 %", "value"))
    assert abs(found.relative**2 - Fraction(1, 10**4) / 31 * (WHOLE / E) ** 2) < NEAR
    assert len(found.contributions) == 31
    (left,) = found.unstated
    assert (left.name, left.effect) == ("NCV_day", WHOLE / E)


def test_a_statement_may_hold_for_one_member_and_the_first_that_fits_is_taken(tmp_path: Path):
    here = stated('["FC_day"]', "2 %", "member", 'row = { fuel = "煤" }')
    there = stated('["FC_day"]', "7 %", "member", 'row = { fuel = "气" }')
    found = of(tmp_path, there + here + stated('["FC_day"]', "9 %"))
    assert [c.relative for c in found.contributions] == [Fraction(2, 100)]


def test_rows_of_the_library_by_a_word(tmp_path: Path):
    text = (
        '[[stated]]\nof = ["FC_day"]\nby = "route"\nrows = { A = "u95.ef.grid", B = "u95.ad.belt_scale" }\n'
    )
    (found,) = of(tmp_path, text).contributions
    assert (found.relative, found.source, found.certainty) == (Fraction(5, 1000), "GB 17167-2006 表4", "sure")
    text = '[[stated]]\nof = ["FC_day"]\nid = "u95.ef.grid"\n'
    (found,) = of(tmp_path, text).contributions
    assert (found.relative, found.certainty) == (Fraction(1, 10), "check")
    # a word of which nothing is stated leaves the input unstated
    text = '[[stated]]\nof = ["FC_day"]\nby = "route"\nrows = { A = "u95.ef.grid" }\n'
    assert {u.name for u in of(tmp_path, text).unstated} == {"FC_day", "NCV_day"}


def test_above_thirty_percent_it_says_so(tmp_path: Path):
    # 30 % of WHOLE lies just above 30 % of the rounded E
    assert not of(tmp_path, stated('["FC_day"]', "30 %")).is_linear
    assert of(tmp_path, stated('["FC_day"]', "29 %")).is_linear


@pytest.mark.parametrize(
    "text",
    [
        "[[stated]",
        'other = 1\n[[stated]]\nof = ["FC_day"]\nid = "u95.ef.grid"',
        '[[stated]]\nof = ["FC_dya"]\nid = "u95.ef.grid"',
        '[[stated]]\nof = ["FC_day"]',
        '[[stated]]\nof = ["FC_day"]\nid = "u95.ef.grid"\nrelative = "1 %"',
        '[[stated]]\nof = ["FC_day"]\nrelative = "1 %"',
        '[[stated]]\nof = ["FC_day"]\nrelative = 0.01\nsource = "x"',
        '[[stated]]\nof = ["FC_day"]\nrelative = "0"\nsource = "x"',
        '[[stated]]\nof = ["FC_day"]\nrelative = "1001 %"\nsource = "x"',
        '[[stated]]\nof = ["FC_day"]\nrelative = "1 %"\nsource = "x"\nshared = "all"',
        '[[stated]]\nof = ["FC_day"]\nrelative = "1 %"\nsource = "x"\nrow = 1',
        '[[stated]]\nof = ["FC_day"]\nrelative = "1 %"\nsource = 1',
        '[[stated]]\nof = ["FC_day"]\nby = "route"',
        '[[stated]]\nof = ["FC_day"]\nid = "u95.none"',
        "stated = 1",
    ],
)
def test_statements_that_are_not_in_order_are_refused(tmp_path: Path, text: str):
    with pytest.raises(Refused) as caught:
        of(tmp_path, text)
    assert caught.value.problems[0].code == "TH-L15"
    assert all(p.line(lang) for p in caught.value.problems for lang in ("zh", "en"))


def test_shipped_statements_name_rows_and_inputs_that_exist():
    library = load_methods()
    for method in ("cets-power-2021", "cets-power-2022", "cets-power-2023", "cets-power-2026"):
        found = load_stated(library.get(method))
        assert found
    method = load_method("cets-power-2023")
    known = {*method.givens, *method.tables, *method.constants}
    rows = {row.id for row in FACTORS.rows("uncertainty_defaults")}
    for each in load_stated(method):
        assert set(each.of) <= known
        assert {each.id, *each.rows.values()} - {""} <= rows
        assert set(each.rows) <= set(method.givens[each.by].one_of) if each.by else True


def test_no_emission_no_uncertainty():
    empty = run(january(fc="0", ncv=None), period="2024-01")
    assert list(uncertainties(empty, (), FACTORS)) == []
