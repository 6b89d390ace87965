"""Periods: years, months and days of the civil calendar in Asia/Shanghai, each with a key in text.

Keys are strict: "2024", "2024-03", "2024-03-05". What people type in other forms is read by `kernel.dates`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from tanheng.kernel.problems import Place, Problem, Refused, refuse

KINDS = ("year", "month", "day")
FIRST_YEAR, LAST_YEAR = 1900, 2199

_KEY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
# outside these years a text is a typing error rather than a date of any method or record
_HINTS = {
    "month": ("月份为 01 至 12", "months are 01 to 12"),
    "day": ("{}有 {} 天", "{} has {} days"),
    "year": (f"年份为 {FIRST_YEAR} 至 {LAST_YEAR}", f"years are {FIRST_YEAR} to {LAST_YEAR}"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A year, a month or a day. `first` and `last` are its first and last day."""

    key: str
    kind: str
    first: date
    last: date

    @property
    def hours(self) -> int:
        """Hours in the period (China keeps no summer time): 8784 in a leap year."""
        # the summer times of 1986 to 1991 are older than any data of ours
        return 24 * ((self.last - self.first).days + 1)

    @property
    def year(self) -> Period:
        """The year that the period lies in."""
        return parse_period(self.key[:4])

    @property
    def month(self) -> Period:
        """The month that a month or day lies in; ValueError for a year."""
        if self.kind == "year":
            raise ValueError(f"{self.key} is a year")
        return parse_period(self.key[:7])

    def months(self) -> tuple[Period, ...]:
        """The months of a year; a month itself; none for a day."""
        if self.kind == "year":
            return tuple(parse_period(f"{self.key}-{number:02}") for number in range(1, 13))
        return (self,) if self.kind == "month" else ()

    def days(self) -> tuple[Period, ...]:
        """Every day of the period, in order."""
        if self.kind == "day":
            return (self,)
        if self.kind == "year":
            return tuple(day for month in self.months() for day in month.days())
        return tuple(parse_period(f"{self.key}-{number:02}") for number in range(1, self.last.day + 1))

    def holds(self, other: Period) -> bool:
        """Whether the other period lies inside this one."""
        return self.first <= other.first and other.last <= self.last

    def before(self) -> Period:
        """The period of the same kind just before."""
        return self._beside(self.first - timedelta(days=1))

    def after(self) -> Period:
        """The period of the same kind just after."""
        return self._beside(self.last + timedelta(days=1))

    def label(self, lang: str = "zh") -> str:
        """The period for people: 2024年3月; the key in English."""
        if lang != "zh":
            return self.key
        parts = [str(int(part)) for part in self.key.split("-")]
        return "".join(part + mark for part, mark in zip(parts, "年月日", strict=False))

    def _beside(self, day: date) -> Period:
        return parse_period(day.isoformat()[: len(self.key)])


def parse_period(text: str, place: Place = Place()) -> Period:
    """Read a period key.

    Raises:
        Refused: TH-D01 not a key, TH-D02 no such month or day (2024-02-30).
    """
    try:
        return _parsed(text)
    except Refused as refused:
        raise Refused(Problem(each.code, place, each.params) for each in refused.problems) from None


def day_period(day: date) -> Period:
    """The day as a Period."""
    return parse_period(day.isoformat())


def civil_date(year: int, month: int, day: int, seen: str, place: Place = Place()) -> date:
    """The date of three numbers. Raises Refused TH-D02, with `seen` as the text that was read."""
    # date() would raise too, but says neither what was typed nor how many days the month has
    hint = _impossible(year, month, day)
    if hint:
        raise refuse("TH-D02", place, seen=seen, hint_zh=hint[0], hint_en=hint[1])
    return date(year, month, day)


# a year of unit days is asked for thousands of times in a run
@lru_cache(maxsize=8192)
def _parsed(text: str) -> Period:
    match = _KEY.fullmatch(text)
    if match is None:
        raise refuse("TH-D01", seen=text, wanted="2024 / 2024-03 / 2024-03-05")
    year, month, day = int(match[1]), match[2], match[3]
    first = civil_date(year, int(month or "1"), int(day or "1"), text)
    if day:
        return Period(text, "day", first, first)
    if month:
        return Period(text, "month", first, first.replace(day=monthrange(year, first.month)[1]))
    return Period(text, "year", first, date(year, 12, 31))


def _impossible(year: int, month: int, day: int) -> tuple[str, str] | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _HINTS["year"]
    if not 1 <= month <= 12:
        return _HINTS["month"]
    length = monthrange(year, month)[1]
    if not 1 <= day <= length:
        zh, en = _HINTS["day"]
        return zh.format(f"{year}年{month}月", length), en.format(f"{year}-{month:02}", length)
    return None
