"""The annotated copy: faulty cells marked and commented, everything else byte for byte what it was."""

import openpyxl
import pytest

from tanheng.kernel.problems import Place, Refused, problem
from tanheng.metering.annotate import annotate
from tanheng.metering.intake import read_inputs
from tests.metering.small import change, pack, part_of, parts, plant, read, workbook

DAY = "日数据"
CHART = b"<c:chartSpace>a chart that nobody here understands</c:chartSpace>"


@pytest.fixture
def faulty(tmp_path):
    cells = {
        "D5": "约6000",
        "D6": -5,
        "E9": 5000,
        "D7": '<c r="D7" s="3"><f>6000+2.3</f><v>6002.3</v></c>',
        "A380": "备注",
    }
    contents = parts(change(workbook(), DAY, cells))
    contents["xl/charts/chart1.xml"] = CHART
    path = tmp_path / "plant.xlsx"
    path.write_bytes(pack(contents))
    reading = read_inputs(path)
    target = tmp_path / "marked.xlsx"
    annotate(path, target, reading.problems, "zh")
    return path, target, reading


def test_faulty_cells_are_coloured_and_commented(faulty):
    _, target, _reading = faulty
    sheet = openpyxl.load_workbook(target)[DAY]
    assert "TH-N03" in sheet["D5"].comment.text and "约6000" in sheet["D5"].comment.text
    assert "TH-I35" in sheet["D6"].comment.text and "TH-I36" in sheet["E9"].comment.text
    grounds = {c: sheet[c].fill.fgColor.rgb for c in ("D5", "D6", "E9", "D8")}
    assert grounds == {"D5": "FFFCEBE9", "D6": "FFFCEBE9", "E9": "FFFFF3D9", "D8": "00000000"}
    # number format and border of the cell stay
    assert sheet["D6"].number_format == sheet["D8"].number_format
    assert sheet["D6"].border.left.style == sheet["D8"].border.left.style == "thin"


def test_the_header_notes_of_the_template_stay(faulty):
    path, target, _ = faulty
    before, after = (openpyxl.load_workbook(p)[DAY]["D3"].comment.text for p in (path, target))
    assert before == after


def test_formulas_values_and_foreign_parts_stay(faulty):
    path, target, _ = faulty
    before, after = parts(path.read_bytes()), parts(target.read_bytes())
    assert openpyxl.load_workbook(target)[DAY]["D7"].value == "=6000+2.3"
    assert after["xl/charts/chart1.xml"] == CHART
    changed = {name for name in before if before[name] != after[name]}
    day = part_of(before, DAY)
    number = day.removesuffix(".xml").removeprefix("xl/worksheets/sheet")
    assert changed <= {
        day,
        f"xl/worksheets/_rels/sheet{number}.xml.rels",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    } | {n for n in before if n.startswith(("xl/comments", "xl/drawings/vmlDrawing"))}


def test_the_copy_reads_as_the_original_does(faulty):
    _, target, reading = faulty
    again = read_inputs(target)

    def seen(r):
        return [(p.code, p.place.sheet, p.place.cell, p.params) for p in r.problems]

    assert seen(again) == seen(reading)


def test_all_problems_are_listed_on_a_sheet_of_their_own(faulty):
    _, target, reading = faulty
    sheet = openpyxl.load_workbook(target)["检查结果"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == len(reading.problems)
    assert {row[1] for row in rows} == {p.code for p in reading.problems}
    assert ("错误", "TH-N03", DAY, "D5") in {row[:4] for row in rows}


def test_a_blank_line_below_the_data_can_be_marked(tmp_path):
    path, target = tmp_path / "plant.xlsx", tmp_path / "marked.xlsx"
    path.write_bytes(workbook())
    told = [
        problem("TH-I37", Place("plant.xlsx", DAY, "H900"), wanted="燃料"),
        problem("TH-I37", Place("plant.xlsx", "供热", "B6:C7"), wanted="燃料"),
    ]
    annotate(path, target, told, "en")
    book = openpyxl.load_workbook(target)
    assert "TH-I37" in book[DAY]["H900"].comment.text
    assert [book["供热"][c].fill.fgColor.rgb for c in ("B6", "C6", "B7", "C7")] == ["FFFCEBE9"] * 4
    assert book["供热"]["B8"].fill.fgColor.rgb != "FFFCEBE9"
    reading = read_inputs(target)
    assert reading.inputs is not None and reading.inputs.digest == plant().digest


def test_a_comment_in_a_faulty_cell_is_kept(tmp_path):
    path, target = tmp_path / "plant.xlsx", tmp_path / "marked.xlsx"
    path.write_bytes(workbook())
    before = openpyxl.load_workbook(path)[DAY]["D3"].comment.text
    annotate(path, target, [problem("TH-I26", Place("", DAY, "D3"), seen="x", wanted="y")], "zh")
    after = openpyxl.load_workbook(target)[DAY]["D3"].comment.text
    assert after.startswith(before) and "TH-I26" in after


def test_hostile_texts_stay_texts(tmp_path):
    reading = read(change(workbook(), DAY, {"D5": "=cmd|'/c calc'!A1"}), tmp_path)
    annotate(tmp_path / "plant.xlsx", tmp_path / "marked.xlsx", reading.problems, "en")
    book = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    assert all(cell.data_type != "f" for row in book["Findings"].iter_rows() for cell in row)


def test_what_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "plant.xlsx"
    for data in (b"text", b"<html></html>", workbook()[:3000]):
        path.write_bytes(data)
        with pytest.raises(Refused):
            annotate(path, tmp_path / "marked.xlsx", [], "zh")
        assert not (tmp_path / "marked.xlsx").exists()
