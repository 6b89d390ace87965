"""The nasty cells.

Each is refused, asked or normalised, with its code at its cell, and nothing is stored half.
"""

import pytest

from tests.metering.small import change, date_style, edit, part_of, parts, plant, read, told, workbook

DAY, MONTH, LAB, OPS = "日数据", "月数据", "采样与化验", "电力与运行"

REFUSED = [
    # numbers that other programs would accept
    ("1e400 as text", DAY, "D5", "1e400", "TH-N06"),
    ("1e400 as number", DAY, "D5", "<v>1e400</v>", "TH-I33"),
    ("NaN", DAY, "D5", "NaN", "TH-N07"),
    ("Infinity", DAY, "D5", "Infinity", "TH-N07"),
    ("hexadecimal", DAY, "D5", "0x10", "TH-N07"),
    ("underscore", DAY, "D5", "1_000", "TH-N07"),
    ("Arabic digit", DAY, "D5", "٣", "TH-N08"),
    ("half", DAY, "D5", "½", "TH-N08"),
    ("counting word", DAY, "D5", "12万", "TH-N03"),
    ("about", DAY, "D5", "约100", "TH-N03"),
    ("bound", DAY, "D5", ">50", "TH-N03"),
    ("dash", DAY, "D5", "—", "TH-N04"),
    ("slash", DAY, "D5", "/", "TH-N04"),
    ("none", DAY, "D5", "无", "TH-N04"),
    ("unit in the cell", DAY, "D5", "6000 t", "TH-N10"),
    ("two readings", DAY, "D5", "1.234,5", "TH-N02"),
    ("blank inside", DAY, "D5", "1 234", "TH-N02"),
    ("failed formula", DAY, "D5", '<c r="D5" t="e"><f>A1</f><v>#REF!</v></c>', "TH-N05"),
    ("row of hashes", DAY, "D5", "####", "TH-N05"),
    ("too many digits", DAY, "D5", "<v>9130000000000000000</v>", "TH-I33"),
    ("negative consumption", DAY, "D5", -5, "TH-I35"),
    ("full-width negative", DAY, "D5", "－５", "TH-I35"),
    ("moisture above 100", DAY, "F5", 101, "TH-I35"),
    ("truth in a number", DAY, "D5", '<c r="D5" t="b"><v>1</v></c>', "TH-N01"),
    ("formula never calculated", DAY, "D5", '<c r="D5"><f>1+1</f></c>', "TH-I15"),
    # dates
    ("30 February", DAY, "C63", "2024/2/30", "TH-D02"),
    ("two-digit year", DAY, "C63", "24.1.5", "TH-D03"),
    ("another year", DAY, "C63", "2023-02-28", "TH-I32"),
    ("29 February of a common year", LAB, "H5", "2023-02-29", "TH-D02"),
    ("thirteenth month", MONTH, "C5", "2024-13", "TH-D02"),
    ("thirteen", MONTH, "C5", 13, "TH-D02"),
    ("month of two readings", MONTH, "C5", "2024.1", "TH-D03"),
    # words, members, codes
    ("word that is no choice", "机组", "C5", "单", "TH-I31"),
    ("unknown fuel", DAY, "B6", "褐煤", "TH-I38"),
    ("member with zeros before it", DAY, "A6", "001", "TH-I38"),
    ("blank member", DAY, "A6", None, "TH-I37"),
    ("code as number", "企业", "C5", "<v>913100000000000000</v>", "TH-I33"),
    ("code with a wrong digit", "企业", "C5", "91640100MA0000008A", "TH-N13"),
    ("unprintable character", "企业", "C4", "小电厂\u200b", "TH-I46"),
    ("maybe", LAB, "J5", "可能", "TH-I47"),
    ("unit of another dimension", DAY, "D4", "m", "TH-I27"),
    ("gas without its state", DAY, "D4", "万m³", "TH-U06"),
    ("unknown unit", DAY, "E4", "大焦", "TH-U01"),
    ("fuel in cubic metres without state", "燃料", "C5", "m3", "TH-U06"),
    ("the same day twice", DAY, "C6", "2024-01-01", "TH-I01"),
]


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "code"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_nasty_cell_is_refused_at_its_place(tmp_path, sheet, cell, value, code):
    reading = read(change(workbook(), sheet, {cell: value}), tmp_path)
    assert (sheet, cell) in told(reading, code), [p.line("en") for p in reading.problems]
    assert reading.inputs is None
    assert reading.read == reading.stored + reading.refused
    for lang in ("zh", "en"):
        assert all(
            "…" not in p.message(lang) + p.remedy(lang) or p.code == "TH-I35" for p in reading.problems
        )


SAME = [
    ("full-width digits", DAY, "D5", "６０００．１"),
    ("groups of three", DAY, "D5", "6,000.1"),
    ("text number", DAY, "D5", "6000.1"),
    ("percent sign in a column of percent", DAY, "F5", "10.1%"),
    ("full-width percent", DAY, "F5", "１０．１％"),
    ("seventeen digits of a double", DAY, "D5", "<v>6000.1000000000004</v>"),
    ("exponent of a double", DAY, "D5", "<v>6.0001E3</v>"),
    ("formula with a stored value", DAY, "D5", '<c r="D5"><f>6000+0.1</f><v>6000.1</v></c>'),
    ("date as text", DAY, "C5", "2024年1月1日"),
    ("date as serial number", DAY, "C5", 45292),
    ("month as a word", MONTH, "C5", "1月"),
    ("month as a number", MONTH, "C5", 1),
    ("member as a number", DAY, "A5", 1),
    ("yes", LAB, "J5", "Yes"),
    ("truth value", LAB, "J5", '<c r="J5" t="b"><v>1</v></c>'),
    ("blanks typed with the space bar", MONTH, "D5", "  "),
    ("unit in Chinese", DAY, "E4", "吉焦/吨"),
]


@pytest.mark.parametrize(("sheet", "cell", "value"), [r[1:] for r in SAME], ids=[r[0] for r in SAME])
def test_another_spelling_is_the_same_figure(tmp_path, sheet, cell, value):
    reading = read(change(workbook(), sheet, {cell: value}), tmp_path)
    assert reading.inputs is not None, [p.line("en") for p in reading.problems]
    assert reading.inputs.digest == plant().digest


def value_at(reading, cell, sheet=DAY):
    assert reading.inputs is not None, [p.line("en") for p in reading.problems]
    return next(d for d in reading.inputs.data if (d.origin.sheet, d.origin.cell) == (sheet, cell))


def test_units_of_a_column_convert_exactly(tmp_path):
    # 5000 kcal/kg × 4.1868 kJ/kcal = 20934 kJ/kg = 20.934 GJ/t
    cells = {f"E{row}": 5000 for row in range(5, 371)}
    reading = read(change(workbook(), DAY, {"E4": "kcal/kg", **cells}), tmp_path)
    datum = value_at(reading, "E5")
    assert (datum.value, datum.unit, datum.origin.note) == ("20.934", "GJ/t", "5000 kcal/kg")


def test_kilograms_and_ten_thousand_kilowatt_hours(tmp_path):
    data = change(workbook(), DAY, {"D4": "kg"})
    assert value_at(read(data, tmp_path), "D5").value == "6.0001"
    letter = "C"
    data = change(workbook(), OPS, {f"{letter}4": "万kWh"})
    # 280000.125 万kWh is 2800001.25 MWh
    assert value_at(read(data, tmp_path), "C5", OPS).value == "2800001.25"


@pytest.mark.parametrize(("value", "hint"), [("0.583", "小数"), ("5830", "")])
def test_carbon_of_the_wrong_scale_is_asked(tmp_path, value, hint):
    reading = read(change(workbook(), LAB, {"D5": float(value)}), tmp_path)
    if value == "5830":
        assert told(reading, "TH-I35") == [(LAB, "D5")]
        return
    asked = [p for p in reading.problems if p.code == "TH-I36"]
    assert [(p.place.sheet, p.place.cell) for p in asked] == [(LAB, "D5")]
    assert hint in asked[0].message() and reading.held and reading.inputs is not None


def test_a_cell_shown_as_percent_is_what_it_shows(tmp_path):
    """58.3% is stored as 0.583; in a column of percent the figure is 58.3, and nothing is asked."""
    contents = parts(workbook())
    styles = contents["xl/styles.xml"].decode()
    count = int(styles.partition('<cellXfs count="')[2].partition('"')[0])
    styles = styles.replace(f'<cellXfs count="{count}">', f'<cellXfs count="{count + 1}">')
    contents["xl/styles.xml"] = styles.replace(
        "</cellXfs>", '<xf numFmtId="10" fontId="0" fillId="0" borderId="0"/></cellXfs>'
    ).encode()
    from tests.metering.small import pack

    data = change(pack(contents), LAB, {"D5": f'<c r="D5" s="{count}"><v>0.58299999999999996</v></c>'})
    reading = read(data, tmp_path)
    assert value_at(reading, "D5", LAB).value == "58.3" and not reading.held


@pytest.mark.parametrize("cell", ["5000", "20934"])
def test_kcal_and_kj_in_a_column_of_gigajoules_are_asked(tmp_path, cell):
    reading = read(change(workbook(), DAY, {"E5": float(cell)}), tmp_path)
    asked = [p for p in reading.problems if p.code == "TH-I36"]
    assert [(p.place.sheet, p.place.cell) for p in asked] == [(DAY, "E5")] and reading.held
    assert ("kcal/kg" if cell == "5000" else "kJ/kg") in asked[0].message()


def test_what_a_spreadsheet_turned_into_a_date_is_refused_with_a_hint(tmp_path):
    style = date_style(workbook())
    data = change(workbook(), DAY, {"D5": f'<c r="D5" s="{style}"><v>45659</v></c>'})
    reading = read(data, tmp_path)
    found = [p for p in reading.problems if p.code == "TH-I30"]
    assert [(p.place.cell, p.params[0][1]) for p in found] == [("D5", "2025-01-02")]
    assert "1-2" in found[0].remedy("en")
    # in a column of months the first of a month is that month, the second of January is none
    ok = read(change(workbook(), MONTH, {"C5": f'<c r="C5" s="{style}"><v>45292</v></c>'}), tmp_path)
    assert ok.inputs is not None and ok.inputs.digest == plant().digest
    no = read(change(workbook(), MONTH, {"C5": f'<c r="C5" s="{style}"><v>45293</v></c>'}), tmp_path)
    assert told(no, "TH-I30") == [(MONTH, "C5")]


def test_dates_of_a_workbook_that_counts_from_1904(tmp_path):
    contents = parts(workbook())
    book = contents["xl/workbook.xml"].decode()
    contents["xl/workbook.xml"] = book.replace("<workbookPr ", '<workbookPr date1904="1" ').encode()
    from tests.metering.small import pack

    reading = read(pack(contents), tmp_path)
    # the same serial numbers are four years and a day later, so every day is outside the year
    assert reading.inputs is None and (DAY, "C5") in told(reading, "TH-I32")
    seen = next(
        dict(p.params)["seen"] for p in reading.problems if p.code == "TH-I32" and p.place.cell == "C5"
    )
    assert seen == "2028-01-02"
    back = change(pack(contents), DAY, {"C5": 45292 - 1462})
    assert (DAY, "C5") not in told(read(back, tmp_path), "TH-I32")


def test_every_problem_of_a_workbook_is_collected(tmp_path):
    cells = {"D5": "无", "D6": "12万", "E7": -1, "F8": "约9", "A9": None, "C10": "2024/2/30"}
    reading = read(change(workbook(), DAY, cells), tmp_path)
    found = {p.place.cell for p in reading.problems if p.severity == "error" and p.place.sheet == DAY}
    # the lines of A9 and C10 are refused whole, so their days are missing too
    assert set(cells) <= found
    assert reading.refused == 6 and reading.read == reading.stored + reading.refused


def test_subtotal_lines_are_recognised_compared_and_left_out(tmp_path):
    sums = {"A371": "合计", "D371": 1}
    reading = read(change(workbook(), DAY, sums), tmp_path)
    assert told(reading, "TH-I39") == [(DAY, "A371")] and told(reading, "TH-I40") == [(DAY, "D371")]
    assert reading.inputs is not None and reading.inputs.digest == plant().digest and reading.held
    total = sum(int(float(d.value) * 10) for d in plant().data if d.name == "FC_day") / 10
    agreed = read(change(workbook(), DAY, {"A371": "1-12月合计", "D371": total}), tmp_path)
    assert told(agreed, "TH-I40") == [] and not agreed.held and agreed.read == agreed.stored + agreed.refused


def test_hidden_rows_columns_and_sheets_are_read_and_said(tmp_path):
    data = edit(workbook(), DAY, '<row r="9"', '<row r="9" hidden="1"')
    reading = read(data, tmp_path)
    assert reading.inputs is not None and reading.inputs.digest == plant().digest
    assert [p.message("en") for p in reading.problems if p.code == "TH-I13"] == [
        "Hidden: rows 9; its data were read like the rest."
    ]
    contents = parts(workbook())
    contents["xl/workbook.xml"] = contents["xl/workbook.xml"].replace(
        '<sheet name="供热"'.encode(), '<sheet state="hidden" name="供热"'.encode()
    )
    from tests.metering.small import pack

    assert told(read(pack(contents), tmp_path), "TH-I13") == [("供热", "")]


def test_merged_cells_in_the_data_are_refused(tmp_path):
    data = edit(
        workbook(),
        DAY,
        "</sheetData>",
        '</sheetData><mergeCells count="1"><mergeCell ref="A6:A9"/></mergeCells>',
    )
    reading = read(data, tmp_path)
    assert told(reading, "TH-I14") == [(DAY, "A6")] and reading.inputs is None


def test_columns_are_known_by_name_wherever_they_stand(tmp_path):
    """Columns D and E change places, with their keys and headers; then again without any key."""
    text = parts(workbook())[part_of(parts(workbook()), DAY)].decode()
    swapped = text.replace('r="D', 'r="@').replace('r="E', 'r="D').replace('r="@', 'r="E')
    import re

    def in_order(row):
        cells = re.findall(r"<c r=\"[A-Z]+\d+\".*?(?:/>|</c>)", row[2], re.DOTALL)
        return row[1] + "".join(sorted(cells, key=lambda c: re.match(r'<c r="([A-Z]+)', c)[1])) + "</row>"

    swapped = re.sub(r'(<row r="\d+"[^>]*>)(.*?)</row>', in_order, swapped, flags=re.DOTALL)
    contents = parts(workbook())
    contents[part_of(contents, DAY)] = swapped.encode()
    from tests.metering.small import pack

    for without_keys in (False, True):
        data = pack(contents)
        if without_keys:
            data = change(data, DAY, {f"{letter}2": None for letter in "ABCDEF"})
        reading = read(data, tmp_path)
        assert reading.inputs is not None, [p.line("en") for p in reading.problems][:3]
        assert reading.inputs.digest == plant().digest
        assert value_at(reading, "E5").name == "FC_day"


def test_layout_that_cannot_be_trusted(tmp_path):
    twice = read(change(workbook(), DAY, {"H2": "th:day.FC_day", "H3": "入炉煤日消耗量", "H5": 1}), tmp_path)
    assert told(twice, "TH-I25") == [(DAY, "H3")] and twice.inputs is None
    contradicting = read(change(workbook(), DAY, {"D3": "入炉煤日低位发热量"}), tmp_path)
    assert told(contradicting, "TH-I26") == [(DAY, "D3")] and contradicting.held
    extra = read(change(workbook(), DAY, {"H3": "备注", "H5": "雨天"}), tmp_path)
    assert told(extra, "TH-I24") == [(DAY, "H3")] and extra.inputs is not None
    lost = read(change(workbook(), DAY, {"C2": None, "C3": "哪一天"}), tmp_path)
    assert told(lost, "TH-I23") == [(DAY, "")] and lost.inputs is None
    bare = read(change(workbook(), DAY, {f"{c}{r}": None for c in "ABCDEF" for r in (2, 3)}), tmp_path)
    assert told(bare, "TH-I22") == [(DAY, "")]


def test_missing_and_unknown_sheets(tmp_path):
    contents = parts(workbook())
    named = contents["xl/workbook.xml"].decode().replace('name="供热"', 'name="供热草稿"')
    contents["xl/workbook.xml"] = named.encode()
    from tests.metering.small import pack

    # a renamed sheet is known by its keys
    reading = read(pack(contents), tmp_path)
    assert reading.inputs is not None and reading.inputs.digest == plant().digest
    keys = {f"{letter}2": None for letter in "ABCDEFGHIJK"}
    lost = read(change(pack(contents), "供热草稿", keys), tmp_path)
    assert told(lost, "TH-I21") == [("供热草稿", "")] and lost.inputs is None
    assert "供热" in [dict(p.params)["wanted"] for p in lost.problems if p.code == "TH-I20"]
