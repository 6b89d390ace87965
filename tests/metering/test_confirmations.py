"""Open questions are answered on the sheet of confirmations, and the answer is sealed with the year."""

from dataclasses import replace

import openpyxl

from tanheng.app.forms import write_form
from tanheng.facts.datum import CONFIRMED
from tanheng.metering import read_inputs
from tests.plant import beiling


def odd_workbook(tmp_path, *lines):
    """The example plant with an odd carbon in 采样与化验!D6, and lines on the sheet of confirmations."""
    path = write_form(tmp_path / "plant.xlsx", "power-coal-chp", beiling())
    book = openpyxl.load_workbook(path)
    book["采样与化验"]["D6"] = 20.4
    for number, line in enumerate(lines, 5):
        for column, value in enumerate(line, 1):
            book["确认"].cell(number, column).value = value
    book.save(path)
    return path


def codes(reading, severity):
    return [p.code for p in reading.problems if p.severity == severity]


def test_an_odd_value_is_held_until_somebody_answers(tmp_path):
    held = read_inputs(odd_workbook(tmp_path))
    assert held.held and codes(held, "ask") == ["TH-I36"]


def test_an_answer_lets_the_value_stand_and_is_kept(tmp_path):
    line = ("TH-I36", "采样与化验", "D6", "原始报告复核无误", "赵启明")
    reading = read_inputs(odd_workbook(tmp_path, line))
    assert not reading.held and "TH-I57" in codes(reading, "info")
    (fact,) = [f for f in reading.inputs.facts if f.name == CONFIRMED]
    assert (fact.value, fact.person) == ("原始报告复核无误", "赵启明")
    again = read_inputs(write_form(tmp_path / "again.xlsx", "power-coal-chp", reading.inputs))
    assert [replace(f, origin=fact.origin) for f in again.inputs.facts if f.name == CONFIRMED] == [fact]
    assert again.inputs.digest == reading.inputs.digest


def test_a_form_with_other_cells_asks_again(tmp_path):
    """An answer names a cell of the file that asked; in TOML the value stands elsewhere: look anew."""
    line = ("TH-I36", "采样与化验", "D6", "原始报告复核无误", "赵启明")
    inputs = read_inputs(odd_workbook(tmp_path, line)).inputs
    moved = read_inputs(write_form(tmp_path / "again.toml", "power-coal-chp", inputs))
    assert moved.held and "TH-I58" in codes(moved, "warning")


def test_an_answer_without_person_or_question_is_said(tmp_path):
    lines = [("TH-I36", "采样与化验", "D6", "看过", None), ("TH-I36", "采样与化验", "D99", "看过", "赵启明")]
    nobody = read_inputs(odd_workbook(tmp_path, lines[0]))
    assert nobody.inputs is None and "TH-I37" in codes(nobody, "error")
    astray = read_inputs(odd_workbook(tmp_path, lines[1]))
    assert astray.held and "TH-I58" in codes(astray, "warning")
