"""Small methods as live workbooks: each part of the language, recalculated by LibreOffice in one call."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import pytest

from tanheng.engine.workbook import book
from tanheng.engine.workbook.book import workbook_bytes
from tanheng.engine.workbook.matrix import EQUAL, Refusal, matrix
from tanheng.kernel.problems import Refused
from tests.engine.workbook import bodies
from tests.engine.workbook.calc import Book, differences, planned, recalculated

RUNS = {
    "rounding": bodies.rounding,
    "words": bodies.words,
    "fuels": bodies.fuels,
    "unsayable": bodies.unsayable,
    "month": bodies.one_month,
    "many": bodies.many,
}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Book]:
    folder = tmp_path_factory.mktemp("small")
    return recalculated({name: workbook_bytes(make()) for name, make in RUNS.items()}, folder)


@pytest.mark.requires("libreoffice")
@pytest.mark.parametrize("name", RUNS)
def test_every_cell_is_what_the_engine_says(name: str, books: dict[str, Book]) -> None:
    wrong = differences(RUNS[name](), books[name])
    assert not wrong, "\n".join(wrong[:8])


@pytest.mark.requires("libreoffice")
def test_ties_round_as_decimals_do(books: dict[str, Book]) -> None:
    plan = planned(bodies.rounding())
    sheet = plan.values["s0"].sheet

    def row_of(rule: str, kind: str = "s") -> list[object]:
        position = plan.values[f"{kind}{bodies.RULES.index(rule)}"].position
        return [books["rounding"][sheet.title][sheet.at[row] - 1][position] for row in sheet.rows]

    # by hand, of 2.675 -2.675 0.125 1.005 2.5 -2.5 12345.505 0 -0.004 999.995 1/3 1234567.885
    assert row_of("half_up 2") == [
        2.68, -2.68, 0.13, 1.01, 2.5, -2.5, 12345.51, 0, 0, 1000, 0.33, 1234567.89
    ]  # fmt: skip
    assert row_of("half_even 2") == [
        2.68, -2.68, 0.12, 1, 2.5, -2.5, 12345.5, 0, 0, 1000, 0.33, 1234567.88
    ]  # fmt: skip
    assert row_of("down 0") == [2, -3, 0, 1, 2, -3, 12345, 0, -1, 999, 0, 1234567]
    assert row_of("half_even 0")[4:6] == [2, -2]
    assert row_of("significant 3")[6:12] == [12300, 0, -0.004, 1000, 0.333, 1230000]


def test_what_cannot_be_said_is_refused_and_held_as_a_constant() -> None:
    run = bodies.unsayable()
    found = matrix(run.method)
    refusal = found["fine"]
    assert isinstance(refusal, Refusal) and refusal.step == "fine" and refusal.reason == "digits"
    assert "位数" in refusal.zh and "digits" in refusal.en and found["sum"] == EQUAL
    opened = openpyxl.load_workbook(io.BytesIO(workbook_bytes(run)))
    plan = planned(run)
    cell = opened["月"].cell(plan.values["fine"].sheet.at[("2024-02",)], plan.values["fine"].position + 1)
    assert cell.value == pytest.approx(2 / 3, abs=1e-12) and cell.fill.fgColor.rgb == "FFFDE7D3"
    said = [str(c.value) for row in opened["封面"].iter_rows() for c in row if c.value is not None]
    assert "未写成公式的步骤：1 / 2" in said and refusal.zh in said


def test_texts_of_a_plant_never_become_formulas() -> None:
    run = bodies.fuels()
    opened = openpyxl.load_workbook(io.BytesIO(workbook_bytes(run)))
    seen = set()
    for sheet in opened.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value in ("=1+1", "@SUM(A1)"):
                    assert cell.data_type == "s" and cell.quotePrefix
                    seen.add(cell.value)
                elif cell.data_type == "f":
                    assert "1+1" not in str(cell.value) and "SUM(A1)" not in str(cell.value)
    assert seen == {"=1+1", "@SUM(A1)"}


def test_words_of_a_method_stay_as_they_are_inside_formulas() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(bodies.words()))) as archive:
        text = "".join(archive.read(n).decode() for n in archive.namelist() if "worksheets/sheet" in n)
    # xlsxwriter would turn a word "MAP(" within a formula into "_xlfn.MAP("
    assert "_xlfn" not in text and re.search(r"EXACT\([A-Z]+\d+,\"small\"|\"small\"", text)


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_ROWS", 11)
    with pytest.raises(Refused) as refused:
        workbook_bytes(bodies.unsayable())
    assert [p.code for p in refused.value.problems] == ["TH-R08"]
    monkeypatch.setattr(book, "MOST_ROWS", 12)
    assert workbook_bytes(bodies.unsayable())
