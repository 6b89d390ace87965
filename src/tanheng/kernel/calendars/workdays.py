"""Working days of mainland China with 调休, and deadlines in natural and in working days.

The notices are data in `cn.toml`. A year without one is refused: a make-up day cannot be derived.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from tanheng.kernel.problems import Place, refuse
from tanheng.kernel.resources import load_toml

_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Break:
    """A holiday with the weekend days that join it, first and last day included."""

    zh: str
    en: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class YearNotice:
    """One year's notice: number, day of issue, certainty (sure, check), breaks and make-up working days."""

    year: int
    notice: str
    issued: date
    certainty: str
    rest: tuple[Break, ...]
    work: tuple[date, ...]


def notices() -> tuple[YearNotice, ...]:
    """The notices of every year that the calendar holds, in order."""
    return _data().years


def is_working_day(day: date, place: Place = Place()) -> bool:
    """Whether people work on that day. Raises Refused TH-D09 for a year without a notice."""
    data = _data()
    # before the year is asked for: a notice reaches into the December before its own year
    if day in data.exceptions:
        return data.exceptions[day]
    if day.year not in data.held:
        first, last = data.years[0].year, data.years[-1].year
        raise refuse("TH-D09", place, seen=day.year, wanted=f"{first}–{last}")
    return day.weekday() < 5


def add_working_days(start: date, days: int, place: Place = Place()) -> date:
    """The last day of a term of working days; the day of the event itself does not count.

    Raises:
        Refused: TH-D09 when the term reaches a year without a notice.
        ValueError: days < 1.
    """
    if days < 1:
        raise ValueError("a term has at least one day")
    # day by day, so that a term that runs into a year without a notice is refused and not guessed
    day = start
    while days:
        day += _ONE
        days -= is_working_day(day, place)
    return day


def add_natural_days(start: date, days: int, place: Place = Place(), *, to_working_day: bool = False) -> date:
    """The last day of a term of calendar days; the day of the event does not count.

    `to_working_day` moves a term that ends on a day off to the next working day, where the rule says so.
    """
    day = start + timedelta(days=days)
    while to_working_day and not is_working_day(day, place):
        day += _ONE
    return day


def count_working_days(first: date, last: date, place: Place = Place()) -> int:
    """How many working days lie from first to last, both included."""
    return sum(is_working_day(day, place) for day in _days(first, last))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=step) for step in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class _Data:
    years: tuple[YearNotice, ...]
    held: frozenset[int]
    exceptions: Mapping[date, bool]


@lru_cache(maxsize=1)
def _data() -> _Data:
    table = load_toml(__package__, "cn.toml")
    years: list[YearNotice] = []
    exceptions: dict[date, bool] = {}
    for year, row in sorted(table.items()):
        rest = tuple(Break(**each) for each in row.pop("rest"))
        years.append(YearNotice(year=int(year), rest=rest, work=tuple(row.pop("work")), **row))
        for off in rest:
            exceptions |= dict.fromkeys(_days(off.first, off.last), False)
        for day in years[-1].work:
            # a day in both lists is a slip of the pen in the table, not a rule
            if exceptions.setdefault(day, True) is not True:
                raise ValueError(f"cn.toml: {day} is both a holiday and a working day")
    return _Data(tuple(years), frozenset(each.year for each in years), exceptions)
