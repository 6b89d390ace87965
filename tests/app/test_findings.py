"""Findings on the demonstration plant: what each says, what stops a year, what explains one."""

from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

import tanheng as th
from tanheng.app.accounting import Account, account
from tanheng.engine.exact.findings import bound_text, finding_problems
from tanheng.facts.datum import Datum, row_of
from tanheng.facts.finding import Finding
from tanheng.kernel.problems import Refused
from tanheng.library.method_library import load_methods
from tests.app.plants import codes
from tests.plant import beiling

JUNE = {"unit": "1", "fuel": "烟煤", "month": "2024-06"}
NOVEMBER = {"unit": "2", "fuel": "烟煤", "month": "2024-11"}
PER_C = Fraction(99, 100) * Fraction(44, 12)


@cache
def year() -> Account:
    return account(beiling())


def with_facts(*facts: tuple[str, dict[str, str], str, str]) -> Account:
    """The year with these facts put in the place of what stands there."""
    new = [Datum(name, row_of(row.items()), value, unit) for name, row, value, unit in facts]
    taken = {(d.name, d.row) for d in new}
    kept = [f for f in beiling().facts if (f.name, f.row) not in taken]
    return account(replace(beiling(), facts=(*kept, *new)))


def found(done: Account, rule: str, period: str = "", **row: str) -> Finding:
    (one,) = [
        f for f in done.findings if f.rule == rule and f.period == (period or "2024") and dict(f.row) == row
    ]
    return one


def line(name: str, row: dict[str, str]) -> Fraction:
    at = year().result.line(name, row["month"], unit=row["unit"], fuel=row["fuel"])
    return Fraction(at.exact)


def given(name: str, row: dict[str, str]) -> Fraction:
    (value,) = [d.value for d in beiling().data if d.name == name and dict(d.row) == row]
    return Fraction(value)


def test_a_late_report_says_days_and_the_tonnes_that_lateness_cost():
    one = found(year(), "P03", "2024-06", unit="1", fuel="烟煤")
    assert (one.state, one.level, one.unit) == ("replaced", "error", "d")
    assert (one.figure, one.low, one.high, one.closing) == ("43", "0", "40", "-3")
    burnt, heat = line("FC", JUNE), line("NCV", JUNE)
    carbon = given("C_ad", JUNE) * (100 - line("M_ar", JUNE)) / (100 - given("M_ad", JUNE)) / 100
    # half up to cents and to four decimals, as the guide reports them
    default = Fraction(int(burnt * heat * Fraction("0.03085") * PER_C * 100 + Fraction(1, 2)), 100)
    measured = burnt * Fraction(int(carbon * 10**4 + Fraction(1, 2)), 10**4) * PER_C
    assert Fraction(one.tonnes) == Fraction(int((default - measured) * 100 + Fraction(1, 2)), 100)
    assert year().ok
    (told,) = [p for p in year().problems if p.code == "TH-F04" and dict(p.params)["rule"] == "P03"]
    for part in ("2024-06", "43 d", "0 … 40 d", "−3 d", "44,965.40 tCO2"):
        assert part in told.message("zh") and part in told.message("en")


def test_following_days_without_a_calorific_value_are_one_line():
    lines = [p.message("zh") for p in year().problems if dict(p.params).get("rule") == "P09"]
    assert len(lines) == 2 and any("2024-03-09…2024-03-10 共 2 天" in each for each in lines)


def test_a_rule_of_level_error_keeps_the_year_from_being_filed():
    late = with_facts(("deposited", {"month": "2024-05"}, "2024-07-11", ""))
    one = found(late, "P14-late", "2024-05")
    # 31 May and 40 days is 10 July
    assert (one.state, one.figure, one.high, one.closing) == ("open", "41", "40", "-1")
    assert one.tonnes == year().result.line("E_month", "2024-05").exact
    assert not late.ok and "TH-F01" in codes(late.problems)
    assert set(late.to_json()) == {"ok", "problems"}
    with pytest.raises(Refused):
        th.account(late.inputs)


def test_an_explanation_closes_a_warning_and_no_error():
    open_one = found(year(), "P11", "2024-11", unit="2", fuel="烟煤")
    assert open_one.state == "open" and open_one.level == "warning" and year().ok
    said = with_facts(("why_fuel", NOVEMBER, "化验室量热仪漂移，已复检", ""))
    one = found(said, "P11", "2024-11", unit="2", fuel="烟煤")
    assert (one.state, one.reason, one.tonnes) == ("explained", "化验室量热仪漂移，已复检", open_one.tonnes)
    assert "TH-F05" in codes(said.problems) and "TH-F02" not in codes(said.problems)
    # the rules of level error have no column for an excuse
    laid = load_methods().judging("power-plausibility", said.run.method)
    assert all(not check.excuse for check in laid.checks if check.level == "error")


def test_papers_enter_no_formula_and_the_digest_knows_them():
    laid = load_methods().judging("power-plausibility", year().run.method)
    papers = laid.givens.keys() - year().run.method.givens.keys()
    bare = account(replace(beiling(), facts=tuple(f for f in beiling().facts if f.name not in papers)))
    assert bare.result.lines == year().result.lines
    assert bare.result.inputs_digest != year().result.inputs_digest
    told = found(bare, "P14-late")
    assert (told.state, told.rows, told.reason) == ("not applicable", 12, "月末至存证的天数")


def test_a_paper_that_is_refused_is_said_and_no_tonne_is_named():
    done = with_facts(("filed", {"document": "发电量", "month": "2024-03"}, "perhaps", ""))
    assert not done.ok and "TH-C05" in codes(done.problems)
    assert found(done, "P14-missing", "2024-03", document="发电量").state == "cannot be computed"
    assert all(not f.tonnes and not f.said("tonnes") for f in done.findings)
    assert "tCO2。" not in "".join(p.message("zh") for p in finding_problems(done.findings)).replace("—", "")


def test_a_figure_past_its_bound_never_looks_like_the_bound():
    heat = line("NCV", NOVEMBER)
    done = with_facts(("report_ncv", NOVEMBER, str(round(float(heat) * 0.949999, 6)), "GJ/t"))
    one = found(done, "P11", "2024-11", unit="2", fuel="烟煤")
    assert Fraction(one.figure) < -5 and one.said("figure") not in ("−5.00", "-5.00", "−5")
    assert bound_text(one) == "−5 … 5"


def test_what_a_rule_covers_is_told_once():
    done = account(
        replace(
            beiling(),
            data=tuple(
                replace(d, value="1")
                if d.name == "t_run" and dict(d.row) == {"unit": "1", "month": "2024-01"}
                else d
                for d in beiling().data
            ),
        )
    )
    place = [
        (p.code, p.place.key) for p in done.problems if "load-factor" in p.place.key or "P05" in p.place.key
    ]
    assert place == [("TH-F01", "P05[1, 2024-01]")]
    # what is sealed keeps the method's own words
    assert "TH-C07" in codes(done.result.problems)


def test_the_reports_section_lists_what_the_terminal_says(tmp_path):
    from tanheng.app.reporting import statement_of
    from tanheng.statement.text import plain

    sections = {plain(s.title).partition("、")[2]: s for s in statement_of(year(), "annual").sections}
    (table, _) = sections["数据质量核查"].blocks
    rows = [[plain(cell.text) for cell in row.cells] for row in table.rows]
    assert [row[0] for row in rows] == ["P11", "P03", "P09", "P09"]
    assert rows[1][3:] == ["2024-06", "43", "0 … 40", "−3", "d", "44,965.40", "已按规定取缺省值"]
    assert rows[2][3] == "2024-03-09 至 03-10（2 天）"
