"""The printed plan opened in LibreOffice: every page has its table, B.4 lies flat, no text is cut off."""

import io
import re

import openpyxl
import pypdf
import pytest

from tanheng.library.plan_file import load_plan_template
from tanheng.metering.plan_book import write_plan_book
from tanheng.metering.plan_reader import read_plan
from tanheng.reports.excel import excel_bytes
from tanheng.reports.excel_look import Look, column_breadths
from tanheng.reports.word import word_bytes
from tanheng.statement.model import Cell, Column, Table, TableRow
from tanheng.statement.plan_statement import plan_statement
from tanheng.statement.text import words
from tests.plant import EXAMPLES
from tools.pictures import converted

TEMPLATE = load_plan_template("power-coal-chp")


def demo():
    plan = read_plan(EXAMPLES / "beiling-dqcp-2024.toml").plan
    assert plan is not None
    return plan


@pytest.mark.requires("libreoffice")
def test_word_lays_table_b4_flat_and_repeats_its_head(tmp_path):
    path = tmp_path / "plan.docx"
    path.write_bytes(word_bytes(plan_statement(demo(), TEMPLATE), []))
    pages = pypdf.PdfReader(converted(path, tmp_path)).pages
    texts = [re.sub(r"\s", "", page.extract_text()) for page in pages]
    flat = [page.mediabox.width > page.mediabox.height for page in pages]
    big = [n for n, text in enumerate(texts) if "数据记录频次" in text]
    # two units fill more than one page each way, and every such page says what its columns are
    assert len(big) >= 2 and all(flat[n] and "具体描述" in texts[n] for n in big)
    assert sum("购入使用电力排放量" in texts[n] for n in big) == 2
    for head in ("B.1", "B.2", "B.3", "B.4", "B.5", "B.6"):
        assert any(head in text for text in texts), head
    assert not flat[0] and all(len(text) > 60 for text in texts)


@pytest.mark.requires("libreoffice")
def test_excel_prints_every_sheet_on_legible_pages(tmp_path):
    path = tmp_path / "plan.xlsx"
    path.write_bytes(excel_bytes(plan_statement(demo(), TEMPLATE), []))
    pages = pypdf.PdfReader(converted(path, tmp_path)).pages
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
    assert "皮带秤故障时取给煤机累计值并上浮1.5%" in text and "##" not in text
    assert len(pages) < 20


def test_lines_of_words_take_the_height_that_they_need():
    # 30 Chinese characters are 57 letters broad, 59.3 with room: three lines of 28, two of 30, one of 60
    cell = (Cell(words("一" * 30)),)
    heights = [Look.line_height(cell, [breadth], 9) for breadth in (28.0, 30.0, 60.0)]
    assert heights == [13.5 * 3, 13.5 * 2, 0.0]
    assert Look.label_lines(words("短"), []) == 1 and Look.label_lines(words("一" * 12), [20.0]) == 2


def test_broad_tables_of_words_are_narrowed_by_their_shares():
    long, short = Cell(words("字" * 200)), Cell(words("t"))
    columns = (Column(words("甲"), width=1), Column(words("乙"), width=3), Column(words("丙"), width=1))
    table = Table("t", (), columns, (TableRow((short, long, long)),))
    breadths = column_breadths([table])
    # each text column may be 68 broad: 68 + 68 + the narrow one stay below the limit of 170
    assert max(breadths) == 68.0 and sum(breadths) < 170
    many = Table("t", (), columns * 2, (TableRow((short, long, long) * 2),))
    narrowed = column_breadths([many])
    assert sum(narrowed) == pytest.approx(170) and narrowed[1] > narrowed[2] > narrowed[0]


def test_the_workbook_to_fill_offers_what_the_guide_admits():
    made = io.BytesIO()
    write_plan_book(made, demo(), TEMPLATE)
    page = openpyxl.load_workbook(io.BytesIO(made.getvalue()))["数据确定方式"]
    heads = {cell.value.rstrip(" ＊"): cell.column_letter for cell in page[3] if cell.value}
    row = next(r for r in range(4, 60) if page[f"{heads['参数']}{r}"].value == "油品消耗量")
    offered = {
        str(rule.sqref): rule.formula1.strip('"').split(",")
        for rule in page.data_validations.dataValidation
        if f"{heads['获取方式']}{row}" in str(rule.sqref).split()
    }
    assert list(offered.values()) == [["连续计量", "购存台账", "供应凭证"]]
