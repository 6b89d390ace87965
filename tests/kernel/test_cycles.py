"""Month cut-offs and settlement cycles: what closes, and each way of not closing."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.kernel.calendars import Cycle, MonthRule, close_over
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Refused

YEAR = parse_period("2024")


def cycles(*pairs: str) -> list[Cycle]:
    return [Cycle(*(date.fromisoformat(f"{day}") for day in pair.split(" "))) for pair in pairs]


def refusals(given_cycles) -> list[str]:
    with pytest.raises(Refused) as caught:
        close_over(given_cycles, YEAR, Place(sheet="电费"))
    assert {each.place.sheet for each in caught.value.problems} == {"电费"}
    keys = ("first", "last", "days")
    return [
        " ".join([each.code, *(dict(each.params).get(key, "") for key in keys)]).strip()
        for each in caught.value.problems
    ]


def test_cycles_that_close_in_any_order():
    given_cycles = cycles("2024-06-26 2024-12-31", "2024-01-01 2024-01-25", "2024-01-26 2024-06-25")
    ordered = close_over(given_cycles, YEAR)
    assert [each.first.month for each in ordered] == [1, 1, 6]
    assert sum(each.days for each in ordered) == 366


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [
        ([], ["TH-D06 2024-01-01 2024-12-31 366"]),
        (["2024-01-02 2024-12-31"], ["TH-D06 2024-01-01 2024-01-01 1"]),
        (["2024-01-01 2024-12-30"], ["TH-D06 2024-12-31 2024-12-31 1"]),
        (["2024-01-01 2024-01-25", "2024-01-27 2024-12-31"], ["TH-D06 2024-01-26 2024-01-26 1"]),
        (["2024-01-01 2024-01-25", "2024-01-25 2024-12-31"], ["TH-D07 2024-01-25 2024-01-25 1"]),
        (["2024-01-01 2024-12-31", "2024-03-01 2024-03-31"], ["TH-D07 2024-03-01 2024-03-31 31"]),
        (["2024-01-01 2024-12-31", "2024-01-01 2024-12-31"], ["TH-D07 2024-01-01 2024-12-31 366"]),
        (["2023-12-26 2024-12-31"], ["TH-D08 2023-12-26 2024-12-31"]),
        (["2024-01-01 2025-01-25"], ["TH-D08 2024-01-01 2025-01-25"]),
        (
            ["2023-12-26 2024-01-25", "2024-01-25 2024-03-01", "2024-03-03 2024-12-30"],
            [
                "TH-D08 2023-12-26 2024-01-25",
                "TH-D07 2024-01-25 2024-01-25 1",
                "TH-D06 2024-03-02 2024-03-02 1",
                "TH-D06 2024-12-31 2024-12-31 1",
            ],
        ),
        (
            ["2022-01-01 2022-12-31", "2024-01-01 2024-12-31"],
            ["TH-D08 2022-01-01 2022-12-31"],
        ),
        (
            ["2024-01-01 2024-12-31", "2025-03-01 2025-03-31"],
            ["TH-D08 2025-03-01 2025-03-31"],
        ),
        (
            ["2022-01-01 2022-06-30", "2022-07-01 2022-12-31", "2024-01-01 2024-12-31"],
            ["TH-D08 2022-01-01 2022-06-30", "TH-D08 2022-07-01 2022-12-31"],
        ),
    ],
)
def test_cycles_that_do_not_close(pairs, wanted):
    assert refusals(cycles(*pairs)) == wanted


@given(st.sets(st.integers(1, 365), max_size=20), st.integers(0, 400), st.integers(-3, 3))
def test_a_cut_year_closes_and_a_moved_end_does_not(cuts, which, by):
    """Cut the year at random days; moving one inner end opens a gap or an overlap of just that many days."""
    edges = [0, *sorted(cuts), 366]
    first = YEAR.first
    made = [
        Cycle(first + timedelta(days=start), first + timedelta(days=end - 1))
        for start, end in pairwise(edges)
    ]
    assert close_over(made, YEAR) == tuple(made)
    at = which % len(made)
    moved = made[at].last + timedelta(days=by)
    if by and at < len(made) - 1 and made[at].first <= moved < made[at + 1].last:
        made[at] = Cycle(made[at].first, moved)
        assert [line.split()[0] + " " + line.split()[-1] for line in refusals(made)] == [
            f"{'TH-D07' if by > 0 else 'TH-D06'} {abs(by)}"
        ]


def test_a_cycle_does_not_end_before_it_starts():
    with pytest.raises(Refused) as caught:
        Cycle(date(2024, 2, 1), date(2024, 1, 31))
    assert caught.value.problems[0].code == "TH-D10"
    assert Cycle(date(2024, 2, 1), date(2024, 2, 1)).days == 1


def test_month_cut_offs():
    calendar, early = MonthRule(), MonthRule(25)
    assert calendar.span(parse_period("2024-02")) == (date(2024, 2, 1), date(2024, 2, 29))
    assert early.span(parse_period("2024-01")) == (date(2023, 12, 26), date(2024, 1, 25))
    assert early.span(parse_period("2024-03")) == (date(2024, 2, 26), date(2024, 3, 25))
    assert early.month_of(date(2024, 3, 25)).key == "2024-03"
    assert early.month_of(date(2024, 3, 26)).key == "2024-04"
    assert early.month_of(date(2024, 12, 26)).key == "2025-01"
    assert calendar.month_of(date(2024, 12, 31)).key == "2024-12"


@given(st.integers(0, 28), st.dates(date(2001, 1, 1), date(2100, 12, 31)))
def test_each_day_lies_in_the_month_it_is_booked_to(cutoff, day):
    rule = MonthRule(cutoff)
    first, last = rule.span(rule.month_of(day))
    assert first <= day <= last


@pytest.mark.parametrize("cutoff", [-1, 29, 31])
def test_cut_offs_that_some_months_lack(cutoff):
    with pytest.raises(Refused) as caught:
        MonthRule(cutoff)
    assert caught.value.problems[0].code == "TH-D10"
