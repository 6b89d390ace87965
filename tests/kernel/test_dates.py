"""Dates and times as people write them: the nasty ones of the quality page, and both sides of midnight."""

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.kernel.dates import (
    TimeRule,
    booked_day,
    from_serial,
    read_date,
    read_month,
    read_period,
    read_time,
)
from tanheng.kernel.problems import Place, Refused


def refusal(call, *args, **named):
    with pytest.raises(Refused) as caught:
        call(*args, **named)
    (only,) = caught.value.problems
    return only


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "2024/3/5",
        "2024.3.5",
        "2024.03.05",
        "20240305",
        "2024年3月5日",
        "2024年03月05号",
        "２０２４-０３-０５",
        "２０２４／３／５",
        " 2024-3-5 ",
        "2024-03-05 00:00:00",
        "2024/3/5 0:00",
        "2024-03-05 00:00:00.000",
    ],
)
def test_days(text):
    assert read_date(text) == date(2024, 3, 5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024/2/30", "TH-D02"),
        ("2023年2月29日", "TH-D02"),
        ("2024-13-01", "TH-D02"),
        ("20240230", "TH-D02"),
        ("2024-0-1", "TH-D02"),
        ("99.99.99", "TH-D02"),
        ("24.1.5", "TH-D03"),
        ("24-01-05", "TH-D03"),
        ("1/2/2024", "TH-D03"),
        ("2024/3-5", "TH-D03"),
        ("1-2", "TH-D03"),
        ("3月5日", "TH-D03"),
        ("24年3月5日", "TH-D03"),
        ("45356", "TH-D01"),
        ("2024-03", "TH-D01"),
        ("2024-03-05 08:00:00", "TH-D01"),
        ("٢٠٢٤-03-05", "TH-D01"),
        ("二〇二四年三月五日", "TH-D01"),
        ("", "TH-D01"),
        ("昨天", "TH-D01"),
        ("2024-03-05x", "TH-D01"),
    ],
)
def test_days_refused(text, code):
    assert refusal(read_date, text).code == code


def test_an_ambiguous_day_is_asked_with_its_readings():
    found = refusal(read_date, "24.1.5", Place(cell="A3"))
    assert found.severity == "ask" and found.place.cell == "A3"
    assert "2024-01-05 或 2005-01-24" in found.message("zh")
    assert "2024-02-01 or 2024-01-02" in refusal(read_date, "1/2/2024").message("en")


@pytest.mark.parametrize(
    "text", ["2024-03", "2024/3", "202403", "2024.03", "2024年3月", "2024年03月份", "２０２４年３月"]
)
def test_months(text):
    assert read_month(text).key == "2024-03"


@pytest.mark.parametrize("text", ["3", "03", "3月", "３月份", "2024-03"])
def test_months_of_a_table_with_a_year(text):
    assert read_month(text, year=2024).key == "2024-03"


@pytest.mark.parametrize(
    ("text", "year", "code"),
    [
        ("2024-13", None, "TH-D02"),
        ("2024年0月", None, "TH-D02"),
        ("13月", 2024, "TH-D02"),
        ("0", 2024, "TH-D02"),
        ("2024.1", None, "TH-D03"),
        ("3月", None, "TH-D03"),
        ("1-3", 2024, "TH-D03"),
        ("1-3月合计", 2024, "TH-D01"),
        ("合计", 2024, "TH-D01"),
        ("3", None, "TH-D01"),
        ("2024-03-05", None, "TH-D01"),
        ("三月", 2024, "TH-D01"),
    ],
)
def test_months_refused(text, year, code):
    assert refusal(read_month, text, year=year).code == code


def test_any_period():
    assert read_period("2024").key == read_period("2024年").key == read_period("２０２４年度").key == "2024"
    assert read_period("2024年3月").key == "2024-03"
    assert read_period("2024/3/5").key == "2024-03-05"
    assert refusal(read_period, "2024/2/30").code == "TH-D02"


@pytest.mark.parametrize(
    ("serial", "system", "day"),
    [
        (1, "1900", date(1900, 1, 1)),
        (59, "1900", date(1900, 2, 28)),
        (61, "1900", date(1900, 3, 1)),
        (45356, "1900", date(2024, 3, 5)),
        (0, "1904", date(1904, 1, 1)),
        (45356 - 1462, "1904", date(2024, 3, 5)),
        (60, "1904", date(1904, 3, 1)),
        (Fraction(45356), "1900", date(2024, 3, 5)),
        (109574, "1900", date(2199, 12, 31)),
    ],
)
def test_serial_dates(serial, system, day):
    assert from_serial(serial, system) == day


@pytest.mark.parametrize(
    ("serial", "system"),
    [(60, "1900"), (0, "1900"), (-1, "1904"), (Fraction(1, 2), "1900"), (109575, "1900"), (10**30, "1904")],
)
def test_serial_dates_refused(serial, system):
    assert refusal(from_serial, serial, system).code == "TH-D04"


def test_the_date_system_is_declared():
    assert refusal(from_serial, 45356, "").code == "TH-D10"


START, END = TimeRule("start"), TimeRule("end")


@pytest.mark.parametrize(
    ("text", "rule", "day"),
    [
        ("2024-03-31 24:00:00", END, date(2024, 3, 31)),
        ("2024-04-01 00:00:00", END, date(2024, 3, 31)),
        ("2024-04-01 00:00:00", START, date(2024, 4, 1)),
        ("2024-04-01 00:15", END, date(2024, 4, 1)),
        ("2024-03-31T23:59:59.999", START, date(2024, 3, 31)),
        ("2024-03-31T16:00:00Z", START, date(2024, 4, 1)),
        ("2024-03-31T16:00:00Z", END, date(2024, 3, 31)),
        ("2024-04-01T00:00:00+09:00", START, date(2024, 3, 31)),
        ("2024年4月1日 0:00:00", START, date(2024, 4, 1)),
        ("2024-12-31 24:00", END, date(2024, 12, 31)),
        ("2024-02-29 24:00", END, date(2024, 2, 29)),
    ],
)
def test_midnight_belongs_where_the_source_says(text, rule, day):
    assert booked_day(read_time(text, rule), rule) == day


@pytest.mark.parametrize(
    ("moment", "rule", "day"),
    [
        (datetime(2024, 4, 1, 7, 59), TimeRule("start", day_starts="08:00"), date(2024, 3, 31)),
        (datetime(2024, 4, 1, 8, 0), TimeRule("start", day_starts="08:00"), date(2024, 4, 1)),
        (datetime(2024, 4, 1, 8, 0), TimeRule("end", day_starts="08:00"), date(2024, 3, 31)),
        (datetime(2024, 4, 1, 8, 1), TimeRule("end", day_starts="08:00"), date(2024, 4, 1)),
        (
            datetime(2024, 4, 1, 7, 59),
            TimeRule("start", day_starts="08:00", day_named="end"),
            date(2024, 4, 1),
        ),
        (
            datetime(2024, 4, 1, 8, 0),
            TimeRule("start", day_starts="08:00", day_named="end"),
            date(2024, 4, 2),
        ),
        (datetime(2024, 4, 1, 0, 0), TimeRule("start", day_named="end"), date(2024, 4, 1)),
    ],
)
def test_shift_days(moment, rule, day):
    assert booked_day(moment, rule) == day


@pytest.mark.parametrize(
    ("text", "rule", "code"),
    [
        ("2024-03-31 24:00:00", START, "TH-D05"),
        ("2024-03-31 24:00:01", END, "TH-D05"),
        ("2024-03-31 25:00", END, "TH-D05"),
        ("2024-03-31 23:60", END, "TH-D05"),
        ("2024-03-31 23:59:60", END, "TH-D05"),
        ("2024-03-31 08:00", TimeRule("start", zone=""), "TH-D05"),
        ("2024-03-31", END, "TH-D05"),
        ("8:00", END, "TH-D05"),
        ("2024-02-30 08:00", END, "TH-D02"),
        ("24.1.5 08:00", END, "TH-D03"),
    ],
)
def test_times_refused(text, rule, code):
    assert refusal(read_time, text, rule).code == code


def test_a_zone_in_the_text_needs_no_declaration():
    assert read_time("2024-03-31T08:00:00+08:00", TimeRule("start", zone="")) == datetime(2024, 3, 31, 8)
    assert read_time("2024-03-31 08:00", TimeRule("start", zone="+0000")) == datetime(2024, 3, 31, 16)
    assert read_time("2024-03-31T08:00-0430", START) == datetime(2024, 3, 31, 20, 30)


@pytest.mark.parametrize(
    "named", [{"stamp": "middle"}, {"stamp": "end", "zone": "CST"}, {"stamp": "end", "day_starts": "8:00"}]
)
def test_faulty_rules(named):
    assert refusal(TimeRule, **named).code == "TH-D10"
    assert refusal(TimeRule, "start", day_named="noon").code == "TH-D10"


@given(st.text(max_size=20) | st.from_regex(r"[0-9年月日./: -]{4,20}", fullmatch=True))
def test_any_text_is_read_or_refused(text):
    for read in (read_date, read_month, read_period, lambda each: read_time(each, END)):
        try:
            read(text)
        except Refused as said:
            assert said.problems[0].line("zh") and said.problems[0].line("en")


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_reads_back(day):
    for form in ("%Y-%m-%d", "%Y%m%d", "%Y年%m月%d日"):
        assert read_date(day.strftime(form)) == day
    assert read_date(f"{day.year}/{day.month}/{day.day}") == day
