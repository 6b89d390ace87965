"""Period keys: strict, with days, hours and neighbours from the calendar."""

from datetime import date

import pytest

from tanheng.kernel.periods import day_period, parse_period
from tanheng.kernel.problems import Place, Refused


@pytest.mark.parametrize(
    ("key", "kind", "first", "last", "hours"),
    [
        ("2024", "year", date(2024, 1, 1), date(2024, 12, 31), 8784),
        ("2023", "year", date(2023, 1, 1), date(2023, 12, 31), 8760),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29), 696),
        ("2023-02", "month", date(2023, 2, 1), date(2023, 2, 28), 672),
        ("2100-02", "month", date(2100, 2, 1), date(2100, 2, 28), 672),
        ("2000-02", "month", date(2000, 2, 1), date(2000, 2, 29), 696),
        ("1900", "year", date(1900, 1, 1), date(1900, 12, 31), 8760),
        ("2199-12", "month", date(2199, 12, 1), date(2199, 12, 31), 744),
        ("2024-02-29", "day", date(2024, 2, 29), date(2024, 2, 29), 24),
    ],
)
def test_periods(key, kind, first, last, hours):
    period = parse_period(key)
    assert (period.key, period.kind, period.first, period.last, period.hours) == (
        key,
        kind,
        first,
        last,
        hours,
    )
    assert parse_period(key) == period and hash(parse_period(key)) == hash(period)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024-02-30", "TH-D02"),
        ("2023-02-29", "TH-D02"),
        ("2024-13", "TH-D02"),
        ("2024-00", "TH-D02"),
        ("2024-04-31", "TH-D02"),
        ("1899", "TH-D02"),
        ("2200", "TH-D02"),
        ("24", "TH-D01"),
        ("2024-3", "TH-D01"),
        ("2024/03", "TH-D01"),
        ("20240305", "TH-D01"),
        ("２０２４", "TH-D01"),
        ("٢٠٢٤", "TH-D01"),
        ("2024-03-05 ", "TH-D01"),
        ("2024-03\n", "TH-D01"),
        ("", "TH-D01"),
    ],
)
def test_refused(text, code):
    with pytest.raises(Refused) as caught:
        parse_period(text, Place(cell="B2"))
    assert [(each.code, each.place.cell) for each in caught.value.problems] == [(code, "B2")]


def test_parts():
    year, month, day = parse_period("2024"), parse_period("2024-03"), parse_period("2024-03-05")
    assert [each.key for each in year.months()][::11] == ["2024-01", "2024-12"]
    assert len(year.days()) == 366 and year.days()[59].key == "2024-02-29"
    assert len(month.days()) == 31 and month.months() == (month,)
    assert day.days() == (day,) and day.months() == ()
    assert sum(each.hours for each in year.months()) == year.hours == sum(each.hours for each in year.days())


def test_neighbours_and_above():
    assert parse_period("2024").before().key == "2023"
    assert parse_period("2024-01").before().key == "2023-12"
    assert parse_period("2024-12").after().key == "2025-01"
    assert parse_period("2024-03-01").before().key == "2024-02-29"
    assert parse_period("2023-12-31").after().key == "2024-01-01"
    day = parse_period("2024-03-05")
    assert (day.month.key, day.year.key) == ("2024-03", "2024")
    assert parse_period("2024").holds(day) and not day.holds(parse_period("2024"))
    assert not parse_period("2024-04").holds(day)
    assert parse_period("2024").holds(parse_period("2024-01")) and parse_period("2024").holds(
        parse_period("2024-12")
    )
    assert day_period(date(2024, 3, 5)) == day
    with pytest.raises(ValueError, match="a year"):
        _ = parse_period("2024").month


def test_the_calendar_has_two_ends():
    for edge, step in (("1900", "before"), ("2199", "after")):
        with pytest.raises(Refused) as caught:
            getattr(parse_period(edge), step)()
        assert caught.value.problems[0].code == "TH-D02"


def test_labels():
    assert parse_period("2024").label() == "2024年"
    assert parse_period("2024-03").label() == "2024年3月"
    assert parse_period("2024-03-05").label() == "2024年3月5日"
    assert parse_period("2024-03").label("en") == "2024-03"
