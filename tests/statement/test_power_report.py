"""The annual report against the result that it quotes."""

import dataclasses

import pytest

from tanheng.engine.exact.result import compute
from tanheng.kernel.numbers import grouped
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import load_methods
from tanheng.statement.figures import Figures
from tanheng.statement.model import (
    DEFAULT,
    GAP,
    IDLE,
    NONE,
    NUMBER,
    SUBSTITUTED,
    UNCONFIRMED,
    Formula,
    Pairs,
    Table,
)
from tanheng.statement.platform import platform_statement
from tanheng.statement.power_report import power_report
from tanheng.statement.text import plain
from tests.statement import plant


@pytest.fixture(scope="module")
def report():
    return power_report(*plant.worked())


def table(statement, start):
    return next(t for t in statement.tables if t.id == start)


def row(found, letter, group=0):
    """The row with that letter in the n-th group of a table."""
    at = -1
    for line in found.rows:
        if line.role == "group":
            at += 1
        elif at == group and plain(line.cells[0].text) == letter:
            return line.cells
    raise AssertionError(letter)


def figures_of(statement):
    for found in statement.tables:
        for line in found.rows:
            yield from (cell for cell in line.cells if cell.kind == NUMBER)
    yield from (figure.cell for figure in statement.figures)


def test_every_figure_is_the_reported_text_of_a_line(report):
    result, inputs, *_ = plant.worked()
    shown = {(x.name, x.scope, x.period): x.shown for x in result.lines}
    entered = {(d.name, d.row): d.value for d in (*inputs.data, *inputs.facts)}
    count = 0
    for cell in figures_of(report):
        if cell.source is None:
            assert cell.shown in {note.shown for note in result.notes}
            continue
        place = (cell.source.name, cell.source.scope, cell.source.period)
        expected = shown.get(place) or entered[cell.source.name, cell.source.scope]
        assert cell.shown == expected, place
        assert plain(cell.text[:1]) == grouped(cell.shown)
        count += 1
    assert count > 500


def test_letters_stand_in_the_order_of_the_guide(report):
    letters = [plain(line.cells[0].text) for line in table(report, "C.3-1").rows if line.role != "group"]
    assert letters == list("ABCDEF") * 2 + ["G"]
    assert [plain(x.cells[0].text) for x in table(report, "C.4").rows if x.role != "group"] == list("MNO") * 2
    assert [plain(x.cells[0].text) for x in table(report, "C.5").rows if x.role != "group"] == [
        *"PQRST",
        *"PQRST",
        "",
    ]


def test_the_year_stands_behind_twelve_months(report):
    cells = row(table(report, "C.5"), "P")
    assert len(cells) == 3 + 12 + 1
    # 262 000 + 2 900 m for the months but April, when unit 1 stood still: 11 × 262 000 + 2 900 × 74
    assert cells[-1].shown == "3096600.000"


def test_a_declared_stop_is_said_and_is_not_a_figure(report):
    carbon = row(table(report, "C.3-1"), "B")
    assert carbon[3 + 3].kind == IDLE and plain(carbon[6].text) == "未运行"
    assert row(table(report, "C.3-1"), "A")[6].shown == "0.00"


def test_a_late_report_shows_the_default_and_its_carbon_per_heat(report):
    carbon, heat = row(table(report, "C.3-1"), "B"), row(table(report, "C.3-1"), "D")
    assert carbon[3 + 5].flags == (DEFAULT,) and plain(carbon[8].text).endswith("*")
    assert heat[3 + 5].shown == "0.03085" and heat[3 + 4].kind == NONE  # only the default month rests on it


def test_a_substituted_value_is_flagged_and_listed_with_its_reason(report):
    carbon = row(table(report, "C.3-1"), "B")[3 + 7]
    assert SUBSTITUTED in carbon.flags
    listed = table(report, "substituted").rows[0].cells
    assert [plain(c.text) for c in listed] == [
        "空气干燥基元素碳含量",
        "1号机组 · 烟煤 · 2024-08",
        "61.581",
        "取前后两月较大值",
        "综合样遗失",
        "王五",
    ]


def test_an_unconfirmed_factor_is_flagged_wherever_it_is_used(report):
    assert row(table(report, "C.4"), "N")[3].flags == (UNCONFIRMED,)
    assert UNCONFIRMED in report.figures[0].cell.flags
    assert "来源未确认" in plain(report.note)


def test_a_needed_text_that_is_missing_is_a_gap_and_others_a_dash():
    result, inputs, method, template = plant.worked()
    bare = dataclasses.replace(inputs, facts=())
    statement = power_report(result, bare, method, template)
    pairs = next(b for s in statement.sections for b in s.blocks if isinstance(b, Pairs))
    kinds = {plain(label): cell.kind for label, cell in pairs.rows}
    assert kinds["单位名称"] == GAP and kinds["邮政编码"] == NONE


def test_routes_are_named_month_by_month(report):
    routes = next(r for r in table(report, "routes").rows if plain(r.cells[0].text) == "元素碳含量")
    assert [plain(c.text) for c in routes.cells[1:]][:7] == [
        "实测",
        "实测",
        "实测",
        "未运行",
        "实测",
        "缺省",
        "实测",
    ]


def test_formulas_carry_clause_and_numbers(report):
    formulas = {b.id: b for s in report.sections for b in s.blocks if isinstance(b, Formula)}
    assert plain(formulas["E_fuel:实测"].law) == "G23 6 式(1)"
    assert formulas["E_fuel:实测"].numbers is not None
    assert "E_fuel:未消耗" not in formulas  # a bare zero has no formula


def test_charts_are_drawn_from_the_table_beside_them(report):
    for chart in report.charts:
        if chart.table is None:
            continue
        for number, series in enumerate(chart.series):
            cells = [line.cells[number + 1] for line in chart.table.rows[: len(chart.labels)]]
            assert [c.shown or None for c in cells] == list(series.values)
        assert chart.alt


def test_streams_out_of_a_unit_are_as_broad_as_those_into_it(report):
    from fractions import Fraction

    flow = next(c for c in report.charts if c.kind == "flow")
    for unit in ("1号机组", "2号机组"):
        into = sum(Fraction(f.value) for f in flow.flows if f.target == unit)
        assert into == sum(Fraction(f.value) for f in flow.flows if f.source == unit) > 0


def test_no_report_of_a_result_with_errors():
    _, inputs, method, template = plant.worked()
    gone = [d for d in inputs.data if not (d.name == "W_buy_unit" and dict(d.row)["month"] == "2024-04")]
    broken = dataclasses.replace(inputs, data=tuple(gone))
    result = compute(broken, load_methods(), FactorLibrary.load())
    for build in (
        lambda: power_report(result, broken, method, template),
        lambda: platform_statement(result, broken, method),
    ):
        with pytest.raises(Refused) as refused:
            build()
        assert {p.code for p in refused.value.problems} == {"TH-C01"}


def test_no_report_without_a_total():
    result, inputs, method, template = plant.worked()
    headless = dataclasses.replace(result, lines=tuple(x for x in result.lines if x.name != "E"))
    with pytest.raises(Refused) as refused:
        power_report(headless, inputs, method, template)
    assert [p.code for p in refused.value.problems] == ["TH-R05"]


def test_the_platform_gets_plain_digits_in_its_order():
    result, inputs, method, _ = plant.worked()
    statement = platform_statement(result, inputs, method)
    deposit = table(statement, "deposit-1")
    assert [plain(r.cells[1].text) for r in deposit.rows if r.role != "group"][-5:] == [
        "购入使用电量", "发电量", "供热量", "运行小时数", "负荷（出力）系数",
    ]  # fmt: skip
    for cell in figures_of(statement):
        assert plain(cell.text) == cell.shown  # no comma, no sign that would be pasted along


def test_month_tables_of_report_and_platform_agree(report):
    result, inputs, method, _ = plant.worked()
    annual = table(platform_statement(result, inputs, method), "annual-1")
    for letter in "ABCDEF":
        ours = [c.shown for c in row(table(report, "C.3-1"), letter)]
        assert ours == [c.shown for c in row(annual, letter)]


def test_units_are_named_as_the_plant_names_them():
    result, inputs, method, _ = plant.worked()
    figures = Figures(result, inputs, method)
    assert figures.unit_name("1") == "1号机组"
    assert [f.id for f in figures.fuels("1")] == ["烟煤", "柴油"]  # the greatest emitter first
    assert isinstance(table(power_report(*plant.worked()), "C.2"), Table)
