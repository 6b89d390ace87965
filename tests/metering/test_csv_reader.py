"""A sheet from CSV: encodings and separators are told and said.

A mixed file is refused at the byte that breaks.
"""

import pytest

from tanheng.kernel.problems import Refused
from tanheng.metering.csv_reader import decode
from tanheng.metering.intake import read_inputs
from tests.metering.small import DAYS, plant, read, workbook

HEAD = ["机组", "燃料", "日期", "入炉煤日消耗量(t)", "入炉煤日低位发热量(GJ/t)", "入炉煤日收到基水分(%)"]


def lines():
    values = {(d.name, dict(d.row).get("day")): d.value for d in plant().data}
    body = [["1", "烟煤", day, *(values[n, day] for n in ("FC_day", "NCV_day", "M_ar_day"))] for day in DAYS]
    return [HEAD, *body]


def text(separator=","):
    return "\r\n".join(separator.join(row) for row in lines()) + "\r\n"


FORMS = {
    "UTF-8": text().encode(),
    "UTF-8 with a byte order mark": text().encode("utf-8-sig"),
    "GBK": text().encode("gbk"),
    "UTF-16LE with a byte order mark": b"\xff\xfe" + text().encode("utf-16-le"),
    "semicolons": text(";").encode(),
    "tabs in GBK": text("\t").encode("gbk"),
    "a line of units": (
        "机组,燃料,日期,FC_day,NCV_day,M_ar_day\n,,,t,GJ/t,%\n" + text().partition("\r\n")[2]
    ).encode(),
}


@pytest.fixture
def both(tmp_path):
    def read_both(data):
        (tmp_path / "plant.xlsx").write_bytes(workbook())
        (tmp_path / "day.csv").write_bytes(data)
        return read_inputs(tmp_path / "plant.xlsx", csv={"day": tmp_path / "day.csv"})

    return read_both


@pytest.mark.parametrize("name", FORMS)
def test_the_same_plant_with_its_days_from_csv(both, name):
    reading = both(FORMS[name])
    assert reading.inputs is not None, [p.line("en") for p in reading.problems][:3]
    assert reading.inputs.digest == plant().digest
    (said,) = reading.problems
    assert said.code == "TH-I52" and dict(said.params)["seen"].split()[0] in ("UTF-8", "GBK", "UTF-16LE")
    assert {d.origin.kind for d in reading.inputs.data if d.name == "FC_day"} == {"csv"}


def test_a_mixed_file_is_refused_at_the_byte_that_breaks(both):
    whole = text()
    head, tail = whole[:400], whole[400:]
    for data, at in (
        (head.encode() + tail.encode("gbk"), None),
        (head.encode("gbk") + tail.encode(), None),
        (text().encode()[:500] + b"\xff" + text().encode()[500:], 501),
    ):
        reading = both(data)
        (problem,) = [p for p in reading.problems if p.severity == "error"]
        assert problem.code == "TH-I50" and reading.inputs is None
        if at is not None:
            assert dict(problem.params)["byte"] == str(at)


def test_where_half_a_file_turns_from_utf8_to_gbk():
    first = "日期,煤\n".encode()
    with pytest.raises(Refused) as caught:
        decode(first + "合计\n".encode("gbk"))
    # the bytes of 合 in GBK (BA CF) cannot continue UTF-8: the first of them is named
    assert dict(caught.value.problems[0].params)["byte"] == str(len(first) + 1)


def test_ragged_lines_and_open_quotes_are_refused(both):
    broken = text().replace("2024-01-05,", "2024-01-05,,", 1)
    reading = both(broken.encode())
    assert [p.code for p in reading.problems] == ["TH-I51"] and reading.problems[0].place.cell == "A6"
    assert both((text() + '"').encode()).inputs is None


def test_a_first_header_is_never_read_with_its_mark(both):
    assert both(text().encode("utf-8-sig")).inputs is not None


def test_cells_of_csv_are_named(both):
    reading = both(text().replace("6000.1", "约6000", 1).encode())
    assert [(p.place.file, p.place.cell) for p in reading.problems if p.code == "TH-N03"] == [
        ("day.csv", "D2")
    ]


def test_a_csv_that_is_a_workbook(both, tmp_path):
    assert [p.code for p in both(workbook()).problems] == ["TH-I50"] or both(workbook()).inputs is None
    assert read(workbook(), tmp_path).inputs is not None
