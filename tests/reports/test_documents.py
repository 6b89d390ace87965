"""What must hold of every document whatever it says: safe, reproducible, whole."""

import io
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from hashlib import sha256
from xml.etree import ElementTree

import pypdf
import pytest

from tanheng.kernel.problems import Refused
from tanheng.reports.charts import axis_text, draw, nice_step, pictures, spread
from tanheng.reports.excel_look import risky, sheet_name
from tanheng.reports.typesetting import FONTS, compile_source, compiler
from tanheng.reports.word import fitting_size
from tanheng.statement.model import DEFAULT, UNCONFIRMED, Column, Table, TableRow
from tanheng.statement.text import words
from tests.reports import sample
from tests.reports.documents import KINDS, document, printed, statement
from tools.pictures import converted, page_pictures

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        return {name: box.read(name) for name in box.namelist()}


@pytest.mark.parametrize("kind", KINDS)
def test_equal_statements_give_equal_bytes(kind):
    assert printed(sample.statement(), kind) == document("sample", kind)


@pytest.mark.parametrize("kind", KINDS)
def test_another_process_locale_and_hash_seed_give_equal_bytes(kind):
    code = (
        "import hashlib, sys; from tests.reports.documents import document;"
        f"sys.stdout.write(hashlib.sha256(document('sample', '{kind}')).hexdigest())"
    )
    env = {**os.environ, "PYTHONHASHSEED": "4711", "LC_ALL": "C", "TZ": "America/New_York"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == sha256(document("sample", kind)).hexdigest()


@pytest.mark.parametrize("name", ["sample", "annual", "platform"])
def test_a_workbook_holds_no_formula_and_no_link(name):
    parts = members(document(name, "xlsx"))
    assert not [p for p in parts if "externalLink" in p or "connections" in p or p.endswith("vbaProject.bin")]
    for path, data in parts.items():
        if path.startswith("xl/worksheets/sheet"):
            root = ElementTree.fromstring(data)
            assert root.find(f".//{S}f") is None and root.find(f".//{S}hyperlinks") is None, path
        if path.endswith(".rels"):
            assert b'TargetMode="External"' not in data, path


def test_hostile_texts_stay_texts_and_carry_the_text_mark():
    parts = members(document("sample", "xlsx"))
    shared = [
        "".join(t.text or "" for t in i.iter(f"{S}t"))
        for i in ElementTree.fromstring(parts["xl/sharedStrings.xml"])
    ]
    styles = ElementTree.fromstring(parts["xl/styles.xml"]).find(f"{S}cellXfs")
    marked = set()
    for path, data in parts.items():
        if not path.startswith("xl/worksheets/sheet"):
            continue
        for cell in ElementTree.fromstring(data).iter(f"{S}c"):
            value = cell.find(f"{S}v")
            if cell.get("t") == "s" and styles[int(cell.get("s"))].get("quotePrefix") == "1":
                marked.add(shared[int(value.text)])
    assert {text for text in sample.HOSTILE if risky(text)} <= marked
    assert len([text for text in sample.HOSTILE if risky(text)]) == 9


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x"])
def test_what_a_spreadsheet_might_run_is_known(text):
    assert risky(text)


@pytest.mark.parametrize("text", ["1号机组", "a=b", "—", "", "煤"])
def test_plain_texts_need_no_mark(text):
    assert not risky(text)


def test_a_word_document_holds_no_link_and_no_field_but_page_counts():
    parts = members(document("sample", "docx"))
    for path, data in parts.items():
        if path.endswith(".rels"):
            assert b'TargetMode="External"' not in data, path
    codes = {
        n.get(f"{W}instr")
        for p, d in parts.items()
        if p.endswith(".xml")
        for n in ElementTree.fromstring(d).iter(f"{W}fldSimple")
    }
    assert codes == {"PAGE", "NUMPAGES"}
    assert b"instrText" not in b"".join(parts.values())


def test_word_tables_repeat_their_heads_and_never_split_a_row():
    root = ElementTree.fromstring(members(document("annual", "docx"))["word/document.xml"])
    rows = list(root.iter(f"{W}tr"))
    assert len(rows) > 200
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
    heads = [table for table in root.iter(f"{W}tbl") if table.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None]
    assert len(heads) >= len(statement("annual").tables)


def test_word_turns_the_page_for_wide_parts_and_counts_pages():
    root = ElementTree.fromstring(members(document("annual", "docx"))["word/document.xml"])
    turns = [size.get(f"{W}orient") for size in root.iter(f"{W}pgSz")]
    assert turns == [None, "landscape", None, "landscape", None, "landscape", None]
    footers = [d for p, d in members(document("annual", "docx")).items() if re.match(r"word/footer\d", p)]
    assert len(footers) == 2 and all(b"NUMPAGES" in d for d in footers)


def test_word_holds_native_formulas_and_described_pictures():
    text = members(document("annual", "docx"))["word/document.xml"].decode("utf-8")
    assert text.count("<m:oMathPara>") >= 30
    described = re.findall(r'<wp:docPr [^>]*descr="([^"]+)"', text)
    assert described == [chart.alt for chart in statement("annual").charts]
    numbers = re.findall(r'<wp:docPr id="(\d+)"', text)
    assert len(set(numbers)) == len(numbers) == 4


def test_a_pdf_says_that_it_is_for_the_archive_and_embeds_its_fonts():
    reader = pypdf.PdfReader(io.BytesIO(document("annual", "pdf")))
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode("utf-8")
    assert re.search(r"pdfaid:part\W+2\b", metadata) and re.search(r"pdfaid:conformance\W+B\b", metadata)
    seen = set()
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            found = font.get_object()["/DescendantFonts"][0].get_object()
            seen.add(found["/BaseFont"].split("+")[1])
            assert {"/FontFile2", "/FontFile3"} & set(found["/FontDescriptor"])
    assert {name.split("-")[0] for name in seen} == {"Inter", "NotoSansSC", "STIXTwoMath", "DejaVuSansMono"}


def test_a_character_without_glyph_is_refused_by_name():
    with pytest.raises(Refused) as refused:
        compile_source('#set text(font: sans)\n#"吉𠮷"', "pdf", pdf_standards=["a-2b"])
    assert refused.value.problems[0].code == "TH-R06"
    assert "𠮷" in refused.value.problems[0].message("zh")


def test_pictures_of_charts_are_png_of_two_hundred_dots():
    made = pictures(statement("sample").charts)
    assert len(made) == 4
    for chart, data in zip(statement("sample").charts, made, strict=True):
        assert data.startswith(b"\x89PNG")
        width = int.from_bytes(data[16:20], "big")
        # the drawing and 2 pt of margin on either side, at 200 dots an inch
        assert width == pytest.approx((draw(chart).width + 4) * 200 / 72, abs=2)


def test_a_gap_is_neither_zero_nor_joined_over():
    stack, line, *_ = sample.charts()
    assert sum(call.startswith("bar(") for call in draw(stack).calls) == 12 + 11 + 2  # two legend squares
    # eleven points in two runs (three and eight), so nine strokes
    assert sum(call.startswith("poly(") for call in draw(line).calls) == 2 + 7
    assert sum(call.startswith("dot(") for call in draw(line).calls) == 11


@pytest.mark.parametrize(("span", "step"), [(1.0, 0.2), (600000.0, 200000.0), (0.0123, 0.005), (7.0, 2.0)])
def test_axis_steps_are_one_two_or_five(span, step):
    assert nice_step(span) == pytest.approx(step)


@pytest.mark.parametrize(
    ("value", "step", "text"), [(600000, 200000, "600,000"), (0.84, 0.005, "0.840"), (-2, 1, "−2")]
)
def test_axis_marks_have_the_decimals_of_their_step(value, step, text):
    assert axis_text(value, step) == text


@pytest.mark.parametrize(
    ("places", "apart"),
    [
        ([], []),
        ([10.0, 40.0], [10.0, 40.0]),
        ([50.0, 50.0], [45.0, 55.0]),  # around their middle
        ([10.0, 12.0, 21.0], [13 / 3, 43 / 3, 73 / 3]),  # the first two, spread, reach the third: mean 43/3
    ],
)
def test_names_of_year_lines_keep_apart(places, apart):
    assert spread(places, 10.0) == pytest.approx(apart)


def test_year_values_are_named_beside_the_plot_and_names_in_the_flow_stand_on_a_plate():
    line = draw(next(c for c in statement("annual").charts if c.kind == "line"))
    named = [call for call in line.calls if call.startswith("lab(") and "全年" in call]
    dots = [float(call[4:].split(",")[0]) for call in line.calls if call.startswith("dot(")]
    places = [float(part) for call in named for part in call[4:].split(",")[:2]]
    assert len(named) == 2 and min(places[::2]) > max(dots) + 10
    assert abs(places[1] - places[3]) >= 9.5 - 0.011  # places are written to a hundredth of a point
    flow = draw(next(c for c in statement("annual").charts if c.kind == "flow"))
    assert sum("plate: true" in call for call in flow.calls) == 4  # two units, each a name and a figure


def test_a_package_without_fonts_says_so(tmp_path, monkeypatch):
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / FONTS[0]).write_bytes(b"")
    monkeypatch.setattr("tanheng.reports.typesetting.files", lambda _: tmp_path)
    compiler.cache_clear()
    try:
        with pytest.raises(Refused) as refused:
            compiler()
    finally:
        # what was refused is not kept, but nothing made from the bare folder may stay
        compiler.cache_clear()
    assert refused.value.problems[0].code == "TH-R07"
    assert dict(refused.value.problems[0].params)["names"] == ", ".join(FONTS[1:])


def test_a_figure_of_word_never_breaks_over_two_lines():
    flagged = sample.number("498344.29", "", DEFAULT, UNCONFIRMED)
    columns = (Column(words("8月"), figures=True),)
    table = Table("C.5", (), columns, (TableRow((flagged,)),))
    # eight digits of 0.65 em, two signs of 0.3, two raised ones of 0.4: 6.6 em
    assert fitting_size(table, [6.6 * 6.5 + 0.1], 6.5) == 6.5
    assert fitting_size(table, [6.6 * 6.5 - 0.1], 6.5) == 6.0
    assert fitting_size(table, [1.0], 6.5) == 4.5
    texts = replace(table, columns=(Column(words("说明")),))
    assert fitting_size(texts, [1.0], 6.5) == 6.5


def test_a_sheet_of_several_tables_repeats_the_head_of_its_first():
    book = ElementTree.fromstring(members(document("annual", "xlsx"))["xl/workbook.xml"])
    titles = [n for n in book.iter(f"{S}definedName") if n.get("name") == "_xlnm.Print_Titles"]
    # title and section heading stand above the first head
    several = [n.text for n in titles if "六、" in n.text]
    assert several and all(int(text.rpartition("$")[2]) <= 4 for text in several)


def test_figures_for_the_platform_are_numbers_without_separators():
    parts = members(document("platform", "xlsx"))
    assert "#,##0" not in parts["xl/styles.xml"].decode("utf-8")
    cells = ElementTree.fromstring(parts["xl/worksheets/sheet2.xml"])
    numbers = [c for c in cells.iter(f"{S}c") if c.get("t") is None and c.find(f"{S}v") is not None]
    assert len(numbers) > 60


def test_sheet_names_are_ones_that_excel_accepts():
    assert sheet_name("表 C.3 [1/2]: a*b?", []) == "表 C.3  1 2   a b"
    assert sheet_name("长" * 40, ["长" * 31]) == "长" * 29 + " 2"
    assert sheet_name("Cover", ["cover"]) == "Cover 2"
    assert sheet_name("", []) == "sheet"


def test_pages_become_pictures(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(document("sample", "pdf"))
    made = page_pictures(path, tmp_path / "out", dpi=40)
    assert len(made) == len(pypdf.PdfReader(path).pages)
    assert [p.name for p in made][:2] == ["a-pdf-01.png", "a-pdf-02.png"]


@pytest.mark.requires("libreoffice")
@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_office_files_open_and_show_no_number_that_does_not_fit(kind, tmp_path):
    path = tmp_path / f"a.{kind}"
    path.write_bytes(document("annual", kind))
    text = "".join(page.extract_text() for page in pypdf.PdfReader(converted(path, tmp_path)).pages)
    assert "3,096,600.000" in text and "##" not in text


def test_only_known_files_become_pictures(tmp_path):
    with pytest.raises(ValueError, match=r"a\.txt: only"):
        page_pictures(tmp_path / "a.txt", tmp_path)


def test_texts_of_a_plant_never_become_markup():
    hostile = words('"); #panic("x") //')
    made = sample.statement()
    from tanheng.reports.pdf import pdf_bytes

    assert pdf_bytes(replace(made, subtitle=hostile)).startswith(b"%PDF-")


def test_a_chart_of_excel_has_empty_cells_for_what_is_no_figure():
    chart = next(c for c in statement("annual").charts if c.id == "intensity")
    marks = [line.cells for line in chart.table.rows if any(c.kind == "none" for c in line.cells)]
    assert len(marks) == 1  # April of unit 1
    parts = members(document("annual", "xlsx"))
    drawn = [d.decode("utf-8") for p, d in parts.items() if re.match(r"xl/charts/chart\d", p)]
    # a file that does not say how blanks are shown leaves gaps
    assert len(drawn) == 3 and not any('<c:dispBlanksAs val="zero"/>' in d for d in drawn)
    sheet, first, last = re.search(
        r"<c:val><c:numRef><c:f>'?([^'!]+)'?!\$B\$(\d+):\$B\$(\d+)", drawn[1]
    ).groups()
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    names = [s.get("name") for s in book.iter(f"{S}sheet")]
    cells = ElementTree.fromstring(parts[f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"])
    held = {c.get("r"): c for c in cells.iter(f"{S}c")}
    values = [held[f"B{n}"].find(f"{S}v") for n in range(int(first), int(last) + 1)]
    assert [v is None for v in values] == [m == 3 for m in range(12)]
    assert all(
        c.get("t") != "s" for n in range(int(first), int(last) + 1) if (c := held[f"B{n}"]) is not None
    )


def test_a_figure_with_more_digits_than_a_double_holds_is_written_whole():
    from tests.reports.test_text_of import with_cell

    long = "12345678901234.1234"
    cell = sample.number(long, "t")
    changed = with_cell(sample.statement(), "C.3-1", (1, 4), text=cell.text, shown=long, unit="t")
    parts = members(printed(changed, "xlsx"))
    assert b"12,345,678,901,234.1234 t" in parts["xl/sharedStrings.xml"]
