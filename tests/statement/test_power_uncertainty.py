"""The section on uncertainty: its figures are those of the calculation, and nothing is left unsaid."""

from __future__ import annotations

from fractions import Fraction

from tanheng.inventory.uncertainty import Contribution, Uncertainty, Unstated
from tanheng.statement.figures import Figures
from tanheng.statement.model import Paragraph, Table
from tanheng.statement.power_report import power_report
from tanheng.statement.power_uncertainty import uncertainty_section
from tanheng.statement.text import plain
from tests.statement import plant

SCALE = Contribution(
    "衡器", "scale", ("FC_day",), (("unit", "1"), ("fuel", "烟煤")), Fraction(1, 200), Fraction(3, 1000),
    Fraction(1, 5), "GB 17167-2006", "sure",
)  # fmt: skip
CARBON = Contribution(
    "碳", "carbon", ("C_ad",), (), Fraction(1, 20), Fraction(6, 1000), Fraction(4, 5), "估计", "check"
)


def made(relative: Fraction, parts: int = 1) -> Uncertainty:
    value = Fraction(200_000)
    listed = (CARBON, *[SCALE] * parts)
    return Uncertainty(
        "E",
        (),
        "tCO2",
        value,
        relative,
        relative * value,
        listed,
        (Unstated("M_ad", "水分", "", Fraction(1, 40)),),
    )


def section(found: Uncertainty):
    result, inputs, method, _ = plant.worked()
    made = uncertainty_section(Figures(result, inputs, method), [found])
    assert made is not None
    tables = [b for b in made.blocks if isinstance(b, Table)]
    texts = [(b.role, plain(b.text)) for b in made.blocks if isinstance(b, Paragraph)]
    return tables, texts


def test_half_width_sources_and_what_is_left_out():
    (table,), texts = section(made(Fraction(67, 10000)))
    # 0.67 % of 200 000 t are 1340 t, told to two digits
    assert "±0.67 %（k = 2），即 ±1,300 tCO2" in texts[0][1]
    rows = [[plain(cell.text) for cell in row.cells] for row in table.rows]
    assert rows[0][2:] == ["5.0", "0.60", "80.0", "估计（未确认）"]
    assert rows[1][2:] == ["0.50", "0.30", "20.0", "GB 17167-2006"] and "烟煤" in rows[1][1]
    assert any("水分（变动 1 % 时排放量变动 0.025 %）" in text for _, text in texts)
    assert not any(role == "caution" for role, _ in texts)


def test_a_wide_interval_is_marked_and_a_long_list_cut():
    (table,), texts = section(made(Fraction(31, 100), parts=12))
    assert any(role == "caution" and "30 %" in text for role, text in texts)
    assert len(table.rows) == 10 and "另有 3 项，方差占比合计 60.0 %" in plain(table.notes[0])


def test_the_report_has_the_section_where_one_is_asked_for():
    report = power_report(*plant.worked(), [made(Fraction(1, 100))])
    titles = [plain(each.title) for each in report.sections]
    assert [t for t in titles if "不确定度" in t]
    # notes stay last among the numbered parts, to which the cover points
    assert "取值路径" in titles[-2]
    assert not [s for s in power_report(*plant.worked()).sections if "不确定度" in plain(s.title)]
