"""Missing is never zero: gaps are named with their cells, zeros need a declaration, substitutes a rule."""

from tanheng.facts.datum import row_of
from tests.metering.small import COAL, DAYS, change, plant, read, told, workbook

DAY, MONTH, LAB, OPS, STOP, SUB = "日数据", "月数据", "采样与化验", "电力与运行", "停用与未用", "替代申报"


def gaps(reading, code):
    return [
        (p.place.sheet, p.place.cell, dict(p.params)["seen"], dict(p.params)["count"])
        for p in reading.problems
        if p.code == code
    ]


def days(first, last):
    """Cells of column D for the lines of two days of the year, counted from 0."""
    return {f"D{5 + n}": None for n in range(first, last + 1)}


def line(row, **texts):
    """A line of the sheet of declarations."""
    order = ("unit", "fuel", "part", "stream", "parameter", "from", "to", "reason", "person")
    return {f"{'ABCDEFGHI'[order.index(name)]}{row}": text for name, text in texts.items()}


def substitute(row, **texts):
    order = (
        "unit",
        "fuel",
        "part",
        "stream",
        "parameter",
        "at",
        "value",
        "measure",
        "rule",
        "reason",
        "person",
    )
    return {f"{'ABCDEFGHIJK'[order.index(name)]}{row}": text for name, text in texts.items()}


WHO = {"reason": "1号机组检修", "person": "李明"}


def test_a_month_without_coal_is_refused_and_never_zero(tmp_path):
    reading = read(change(workbook(), DAY, days(31, 59)), tmp_path)
    assert gaps(reading, "TH-I41") == [(DAY, "D36:D64", "2024-02-01 – 2024-02-29", "29")]
    assert reading.inputs is None


def test_two_holes_are_two_gaps(tmp_path):
    reading = read(change(workbook(), DAY, days(0, 0) | days(10, 12)), tmp_path)
    assert gaps(reading, "TH-I41") == [
        (DAY, "D5", "2024-01-01", "1"),
        (DAY, "D15:D17", "2024-01-11 – 2024-01-13", "3"),
    ]


def test_a_line_that_is_not_there_is_a_gap_as_well(tmp_path):
    empty = {f"{c}{row}": None for c in "ABCDEF" for row in (100,)}
    reading = read(change(workbook(), DAY, empty), tmp_path)
    assert gaps(reading, "TH-I41") == [(DAY, "", DAYS[95], "1")]


def test_what_the_law_has_a_default_for_is_a_warning(tmp_path):
    reading = read(change(workbook(), DAY, {"E7": None, "E8": None}), tmp_path)
    assert gaps(reading, "TH-I42") == [(DAY, "E7:E8", "2024-01-03 – 2024-01-04", "2")]
    gap = next(p for p in reading.problems if p.code == "TH-I42")
    assert "低位发热量" in gap.message() and "Calorific value" in gap.message("en")
    assert "低位发热量" not in gap.message("en") and reading.inputs is not None
    assert not [d for d in reading.inputs.data if d.name == "NCV_day" and d.origin.cell in ("E7", "E8")]


def test_a_hole_in_an_optional_series_is_said(tmp_path):
    reading = read(change(workbook(), LAB, {"D6": None}), tmp_path)
    assert gaps(reading, "TH-I42") == [(LAB, "D6", "2024-02", "1")] and reading.inputs is not None


def test_what_no_choice_needs_is_not_missed(tmp_path):
    assert read(workbook(), tmp_path).problems == ()


def test_a_declared_stop_makes_zeros_with_reason_and_person(tmp_path):
    said = line(
        5,
        unit="1",
        fuel="烟煤",
        parameter="入炉煤日消耗量",
        **{"from": "2024-02-01", "to": "2024-02-03"},
        **WHO,
    )
    data = change(
        change(workbook(), DAY, {f"{c}{36 + n}": None for n in range(3) for c in "DEF"}), STOP, said
    )
    reading = read(data, tmp_path)
    assert reading.inputs is not None, [p.line("en") for p in reading.problems]
    zeros = [d for d in reading.inputs.data if d.state == "declared"]
    assert [(d.name, dict(d.row)["day"], d.value, d.unit, d.reason, d.person) for d in zeros] == [
        ("FC_day", f"2024-02-0{n}", "0", "t", WHO["reason"], WHO["person"]) for n in (1, 2, 3)
    ]
    # calorific value and moisture of days without coal are not missed
    assert reading.problems == () and zeros[0].origin.sheet == STOP


def test_all_covers_what_the_plant_reports_and_whole_months_only(tmp_path):
    # 电力与运行: C W_book, H t_run, I W_buy_unit of February; 供热 of February
    blanks = change(workbook(), OPS, {"C6": None, "H6": None, "I6": None})
    blanks = change(blanks, DAY, {f"{c}{36 + n}": None for n in range(29) for c in "DEF"})
    said = line(5, unit="1", parameter="全部", **{"from": "2024-02", "to": "2024-02"}, **WHO)
    reading = read(change(blanks, STOP, said), tmp_path)
    conflicts = told(reading, "TH-I43")
    # heat, oil and side heat of February still hold values: they contradict the declaration
    assert {sheet for sheet, _ in conflicts} == {"供热", MONTH, "锅炉汽轮机热量"} and reading.inputs is None
    assert not told(reading, "TH-I41")


def test_a_declared_cell_that_holds_a_value_is_a_conflict(tmp_path):
    said = line(
        5, unit="1", fuel="烟煤", parameter="FC_day", **{"from": "2024-02-01", "to": "2024-02-01"}, **WHO
    )
    reading = read(change(workbook(), STOP, said), tmp_path)
    assert told(reading, "TH-I43") == [(DAY, "D36")] and reading.inputs is None


def test_a_declaration_needs_reason_person_parameter_and_order(tmp_path):
    good = {
        "unit": "1",
        "fuel": "烟煤",
        "parameter": "FC_day",
        "from": "2024-02-01",
        "to": "2024-02-01",
        **WHO,
    }
    for part, cell in (("reason", "H5"), ("person", "I5"), ("parameter", "E5"), ("from", "F5"), ("to", "G5")):
        reading = read(
            change(workbook(), STOP, line(5, **{k: v for k, v in good.items() if k != part})), tmp_path
        )
        assert told(reading, "TH-I37") == [(STOP, cell)] and reading.inputs is None
    for wrong in ({"parameter": "低位发热量"}, {"parameter": "NCV_day"}, {"to": "2024-01-01"}, {"unit": "9"}):
        reading = read(change(workbook(), STOP, line(5, **{**good, **wrong})), tmp_path)
        assert told(reading, "TH-I44") == [(STOP, "E5")] and reading.inputs is None


def test_a_substitute_stands_in_for_a_blank_only(tmp_path):
    said = substitute(
        5,
        unit="1",
        fuel="烟煤",
        parameter="FC_day",
        at="2024-01-02",
        value="6100000",
        measure="kg",
        rule="DQCP 4.3",
        **WHO,
    )
    reading = read(change(change(workbook(), DAY, {"D6": None}), SUB, said), tmp_path)
    assert reading.inputs is not None, [p.line("en") for p in reading.problems]
    (datum,) = [d for d in reading.inputs.data if d.state == "substituted"]
    assert (datum.name, datum.value, datum.unit, datum.rule) == ("FC_day", "6100", "t", "DQCP 4.3")
    assert datum.row == row_of({**COAL, "day": "2024-01-02", "month": "2024-01"}.items())
    taken = read(change(workbook(), SUB, said), tmp_path)
    assert told(taken, "TH-I45") == [(SUB, "E5")] and taken.inputs is None
    bare = {k: v for k, v in said.items() if not k.startswith("I")}
    assert told(read(change(workbook(), SUB, bare), tmp_path), "TH-I37") == [(SUB, "I5")]


def test_a_rule_of_the_library_needs_no_value(tmp_path):
    said = substitute(
        5,
        unit="1",
        fuel="烟煤",
        parameter="FC_day",
        at="2024-01-02",
        rule="power-missing/coal-day-month",
        **WHO,
    )
    reading = read(change(change(workbook(), DAY, {"D6": None}), SUB, said), tmp_path)
    assert reading.inputs is not None, [p.line("en") for p in reading.problems]
    (datum,) = [d for d in reading.inputs.data if d.state == "substituted"]
    assert (datum.name, datum.value, datum.unit, datum.rule) == (
        "FC_day",
        "",
        "",
        "power-missing/coal-day-month",
    )
    # a rule in words cannot find a value
    said["I5"] = "DQCP 4.3"
    reading = read(change(change(workbook(), DAY, {"D6": None}), SUB, said), tmp_path)
    assert told(reading, "TH-I37") == [(SUB, "E5")] and reading.inputs is None


def test_an_open_list_without_an_entry_is_asked_unless_declared(tmp_path):
    # the oil's calorific value by tests: no test was entered in any month
    data = change(workbook(), "燃料", {"J5": "检验均值"})
    assert "缺省值" in [d.value for d in plant().data if d.name == "NCV_route"]
    reading = read(data, tmp_path)
    assert [dict(p.params)["seen"] for p in reading.problems if p.code == "TH-I55"] == ["2024-01 – 2024-12"]
    assert reading.held
    said = line(
        5, unit="1", fuel="柴油", parameter="检测低位发热量", **{"from": "2024-01", "to": "2024-12"}, **WHO
    )
    assert not told(read(change(data, STOP, said), tmp_path), "TH-I55")
