"""Working days: the make-up days of each notice, deadlines across holidays, years without a notice."""

from datetime import date, timedelta

import pytest

from tanheng.kernel.calendars import (
    add_natural_days,
    add_working_days,
    count_working_days,
    is_working_day,
    notices,
)
from tanheng.kernel.problems import Refused


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2021-02-07", True),  # Sunday before Spring Festival
        ("2021-02-11", False),
        ("2022-10-08", True),  # Saturday after National Day
        ("2022-12-31", False),  # Saturday, named by the notice of 2023
        ("2023-06-25", True),  # Sunday after Dragon Boat
        ("2023-06-26", True),
        ("2024-02-09", True),  # New Year's Eve of the lunar year: a working day in 2024
        ("2024-02-10", False),
        ("2024-02-18", True),  # Sunday
        ("2024-09-14", True),  # Saturday
        ("2024-10-07", False),
        ("2024-10-12", True),
        ("2024-10-13", False),  # plain Sunday
        ("2025-01-02", True),
        ("2025-10-08", False),
        ("2025-10-11", True),
        ("2026-01-04", True),  # Sunday
        ("2026-02-23", False),
        ("2026-02-28", True),
        ("2026-09-20", True),
    ],
)
def test_days(day, works):
    assert is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("year", "weekdays", "weekdays_off", "worked_weekends"),
    [  # weekdays, less those inside breaks, plus worked weekend days: counted by hand on a calendar
        (2023, 260, 18, 7),
        (2024, 262, 19, 8),
    ],
)
def test_working_days_of_a_year(year, weekdays, weekdays_off, worked_weekends):
    every = count_working_days(date(year, 1, 1), date(year, 12, 31))
    assert every == weekdays - weekdays_off + worked_weekends


def test_notices_are_whole():
    years = notices()
    assert [each.year for each in years] == list(range(2021, 2027))
    for each in years:
        assert each.notice.startswith(f"国办发明电〔{each.year - 1}〕") and each.certainty in (
            "sure",
            "check",
        )
        assert each.issued.year == each.year - 1
        assert all(day.weekday() >= 5 and day.year == each.year for day in each.work)
        assert [off.first for off in each.rest] == sorted(off.first for off in each.rest)
        assert all(off.first <= off.last and off.zh and off.en for off in each.rest)
    # days off and make-up days that the notices themselves state ("共7天" and so on), added up
    stated = {2021: (31, 7), 2022: (31, 7), 2023: (27, 7), 2024: (28, 8), 2025: (28, 5), 2026: (33, 6)}
    assert stated == {
        each.year: (sum((off.last - off.first).days + 1 for off in each.rest), len(each.work))
        for each in years
    }


def test_deadlines():
    # seven working days from 30 September 2024: 8, 9, 10, 11, 12 (Saturday, worked), 14, 15 October
    assert add_working_days(date(2024, 9, 30), 7) == date(2024, 10, 15)
    assert add_working_days(date(2024, 10, 1), 1) == date(2024, 10, 8)
    # month deposit: last day of the month and 40 natural days, power.md's example
    assert add_natural_days(date(2025, 1, 31), 40) == date(2025, 3, 12)
    assert add_natural_days(date(2024, 8, 26), 40) == date(2024, 10, 5)
    assert add_natural_days(date(2024, 8, 26), 40, to_working_day=True) == date(2024, 10, 8)
    assert add_natural_days(date(2024, 9, 3), 40, to_working_day=True) == date(2024, 10, 14)
    with pytest.raises(ValueError, match="at least one day"):
        add_working_days(date(2024, 1, 1), 0)


def test_a_year_without_a_notice_is_refused():
    for call in (
        lambda: is_working_day(date(2020, 6, 1)),
        lambda: is_working_day(date(2027, 1, 4)),
        lambda: add_working_days(date(2026, 12, 30), 5),
        lambda: add_natural_days(date(2026, 12, 30), 30, to_working_day=True),
    ):
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.problems[0].code == "TH-D09"
    assert add_natural_days(date(2026, 12, 30), 30) == date(2027, 1, 29)


def test_counting_agrees_with_adding():
    start = date(2024, 1, 1)
    for terms in (1, 10, 100, 250):
        assert count_working_days(start + timedelta(days=1), add_working_days(start, terms)) == terms
