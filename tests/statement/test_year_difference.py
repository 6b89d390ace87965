"""Two years as a document: its text in every format, and bars that begin where the one before ended."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from tanheng.app.comparing import compared, write_difference
from tanheng.app.library import Library
from tanheng.inventory.difference import Difference, Part
from tanheng.kernel.problems import Refused
from tanheng.reports.charts import draw
from tanheng.reports.pdf import pdf_bytes
from tanheng.reports.text_of import compare, excel_text, pdf_text, word_text
from tanheng.statement.model import Chart
from tanheng.statement.year_difference import difference_statement
from tests.plant import EXAMPLES

LIBRARY = Library.of([EXAMPLES / "library-2026"])


@pytest.fixture(scope="module")
def pair():
    return compared("2024", "2025", LIBRARY, folder=str(EXAMPLES))


def test_every_cause_stands_in_every_format(pair, tmp_path):
    statement = difference_statement(
        pair.found, "北岭热电有限公司", ("beiling-2024.xlsx", "beiling-2025.xlsx")
    )
    for kind, read in (("xlsx", excel_text), ("pdf", pdf_text), ("docx", word_text)):
        data = write_difference(pair, tmp_path / f"变化.{kind}").read_bytes()
        # piece by piece what the statement says, nothing more and nothing less
        assert compare(statement, kind, data) > 100
        told = "".join(read(data).split())
        for part in pair.found.parts:
            assert "".join(part.zh.split()) in told, (kind, part.zh)
        for text in ("5,803,699", "5,584,848", "−218,851", "+81", "全年发电碳排放强度"):
            assert text in told, (kind, text)


def test_what_cannot_be_written_is_refused(pair, tmp_path):
    same = compared(EXAMPLES / "beiling-2024.toml", EXAMPLES / "beiling-2024.xlsx", LIBRARY)
    workbook = tmp_path / "beiling-2025.xlsx"
    workbook.write_bytes(b"x")
    for found, path, code in (
        (pair, tmp_path / "变化.txt", "TH-A08"),
        (same, tmp_path / "变化.pdf", "TH-A08"),
        (pair, workbook, "TH-A04"),
    ):
        with pytest.raises(Refused) as caught:
            write_difference(found, path)
        assert [p.code for p in caught.value.problems] == [code]
    with pytest.raises(Refused) as caught:
        write_difference(pair, EXAMPLES / "beiling-2025.xlsx", force=True)
    assert [p.code for p in caught.value.problems] == ["TH-A07"]


def test_the_bars_of_a_waterfall_begin_where_the_last_ended():
    """+300, −500 and +80 from 0: bars 0…300, −200…300, −200…−120, and the sum −120…0."""
    changes = {"activity": "300", "quality": "-500", "method": "80"}
    parts = tuple(Part(kind, (), kind, kind, change, 1) for kind, change in changes.items())
    methods = (("a", "甲", "A"), ("b", "乙", "B"))
    order = tuple(changes)
    found = Difference("E", "总量", "total", "tCO2", "1000", "880", "-120", parts, ("1", "2"), methods, order)
    (chart,) = difference_statement(found, "厂", ("a", "b")).charts
    assert isinstance(chart, Chart) and [s.values for s in chart.series] == [("300", "-500", "80", "-120")]
    bars = [
        tuple(map(Fraction, found))
        for call in draw(chart).calls
        if (found := re.findall(r"-?\d+\.\d+", call)) and call.startswith("bar(")
    ]
    spans = [(x, x + w) for x, _, w, _ in bars]
    # the scale follows from the first bar, which is 300 long and begins at zero
    zero, scale = spans[0][0], (spans[0][1] - spans[0][0]) / 300
    wanted = [(0, 300), (-200, 300), (-200, -120), (-120, 0)]
    for (start, end), (low, high) in zip(spans, wanted, strict=True):
        assert abs(start - zero - low * scale) < 0.1 and abs(end - zero - high * scale) < 0.1


def test_two_years_without_a_difference_are_a_document_too():
    """No cause, no chart; and figures with more than two decimals keep them."""
    methods = (("a", "甲", "A"), ("b", "乙", "B"))
    found = Difference("EF", "因子", "factor", "tCO2/MWh", "0.5703", "0.5703", "0", (), ("1", "2"), methods)
    statement = difference_statement(found, "厂", ("a", "b"))
    assert statement.charts == () and statement.figures[0].cell.shown == "0.5703"
    data = pdf_bytes(statement)
    assert compare(statement, "pdf", data) and "0.5703" in pdf_text(data)
