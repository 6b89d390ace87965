"""Codes of intake that other tests do not reach, and lines whose values found no place."""

import pytest

from tanheng.metering.intake import MOST_PROBLEMS, read_inputs
from tanheng.metering.table_rows import Plan
from tanheng.metering.toml_form import toml_text
from tests.metering.small import change, plant, read, template, told, workbook

DAY = "日数据"


@pytest.fixture(scope="module")
def text():
    return toml_text(Plan.of(template(), "2024", (), (), (), plant()), "zh", "ets_facility")


def test_formulas_are_counted_and_read_by_their_results(tmp_path):
    cells = {cell: f'<c r="{cell}"><f>6000+0.5</f><v>6000.5</v></c>' for cell in ("D5", "D6")}
    reading = read(change(workbook(), DAY, cells), tmp_path)
    (said,) = [p for p in reading.problems if p.code == "TH-I17"]
    assert said.place.sheet == DAY and dict(said.params)["count"] == "2" and reading.inputs is not None


def test_beyond_ten_thousand_problems_the_rest_is_counted(tmp_path):
    (tmp_path / "plant.xlsx").write_bytes(workbook())
    lines = "9,烟煤,2024-01-01,1\n" * (MOST_PROBLEMS + 5)
    (tmp_path / "day.csv").write_text(f"unit,fuel,day,FC_day(t)\n{lines}", encoding="utf-8")
    reading = read_inputs(tmp_path / "plant.xlsx", csv={"day": tmp_path / "day.csv"})
    last = reading.problems[-1]
    assert last.code == "TH-I18" and len(reading.problems) == MOST_PROBLEMS + 1
    # every line has one fault, and errors are listed before the note about the encoding
    assert int(dict(last.params)["count"]) >= 5 and reading.problems[0].code == "TH-I38"
    assert reading.inputs is None and reading.refused >= MOST_PROBLEMS + 5


def test_a_truth_is_no_word(tmp_path, text):
    assert '"coal"' in text
    reading = read(text.replace('"coal"', "true", 1).encode(), tmp_path, "plant.toml")
    assert told(reading, "TH-I48") == [("fuels", "rows[1].fuel_code")] and reading.inputs is None


def test_a_truth_of_a_workbook_is_no_word_either(tmp_path):
    reading = read(change(workbook(), "企业", {"C4": '<c r="C4" t="b"><v>1</v></c>'}), tmp_path)
    assert told(reading, "TH-I48") == [("企业", "C4")] and reading.inputs is None


def test_a_fuel_without_its_unit_is_refused(tmp_path):
    reading = read(change(workbook(), "燃料", {"C5": None}), tmp_path)
    assert told(reading, "TH-I49") == [("燃料", "C5")] and reading.inputs is None


def test_a_line_refused_for_its_date_is_not_missed_as_well(tmp_path):
    reading = read(change(workbook(), DAY, {"C9": "2024-13-05"}), tmp_path)
    assert [(p.code, p.place.cell) for p in reading.problems] == [("TH-D02", "C9")]
    assert reading.inputs is None


def test_a_line_refused_for_its_member_is_not_missed_as_well(tmp_path):
    reading = read(change(workbook(), DAY, {"B9": "褐煤"}), tmp_path)
    assert [p.code for p in reading.problems] == ["TH-I38"]


def test_more_gaps_than_refused_lines_are_told(tmp_path):
    reading = read(change(workbook(), DAY, {"C9": "2024-13-05", "D20": None}), tmp_path)
    assert told(reading, "TH-I41") == [(DAY, ""), (DAY, "D20")]
