"""Dates and times as people and machines write them, read strictly; of two readings none is chosen.

A source declares its clock once in a `TimeRule`; without it a naive time or "24:00:00" is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from tanheng.kernel.numbers import narrow
from tanheng.kernel.periods import FIRST_YEAR, LAST_YEAR, Period, civil_date, parse_period
from tanheng.kernel.problems import Place, Refused, printable, refuse

_DAY = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]|(\d{2})(\d{2}))"
    r"(?: 0?0:00(?::00(?:\.0+)?)?)?"
)
_MONTH = re.compile(r"(\d{4})(?:[-/](\d{1,2})|\.(\d{2})|年(\d{1,2})月份?|(\d{2}))")
_YEAR = re.compile(r"(\d{4})(?:年度?)?")
_LOOSE_DAY = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})")
_LOOSE = re.compile(
    r"\d{1,2}[-/.]\d{1,2}|\d{4}\.\d|\d{1,2}月(?:\d{1,2}[日号])?|\d{2}年\d{1,2}月(?:\d{1,2}[日号])?"
)
_BARE_MONTH = re.compile(r"(\d{1,2})(?:月份?)?")
_TIME = re.compile(
    r"(\S*?\d{1,2}[日号]?)[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)? ?(Z|[+-]\d{2}:?\d{2})?",
)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_SHANGHAI = timedelta(hours=8)
_DAY_FORM = "2024-03-05"


@dataclass(frozen=True, slots=True)
class TimeRule:
    """What a source declares about its times.

    `stamp`: "start" or "end" of the interval that the reading is for. `zone`: offset of naive times, or ""
    where each time carries its own. `day_starts`: "08:00" for a plant whose day runs from eight to eight.
    `day_named`: whether such a day has the name of the calendar day in which it starts or ends.
    """

    stamp: str
    zone: str = "+08:00"
    day_starts: str = "00:00"
    day_named: str = "start"

    def __post_init__(self) -> None:
        if self.stamp not in ("start", "end") or self.day_named not in ("start", "end"):
            raise refuse("TH-D10", seen=f"{self.stamp} / {self.day_named}", wanted="start, end")
        if not _CLOCK.fullmatch(self.day_starts):
            raise refuse("TH-D10", seen=self.day_starts, wanted="00:00–23:59")
        if self.zone and not _OFFSET.fullmatch(self.zone):
            raise refuse("TH-D10", seen=self.zone, wanted="+08:00")

    @property
    def shift(self) -> timedelta:
        """How long after midnight the day begins."""
        hours, minutes = self.day_starts.split(":")
        return timedelta(hours=int(hours), minutes=int(minutes))


def read_date(text: str, place: Place = Place()) -> date:
    """A day as people write it: 2024-03-05, 2024/3/5, 2024.3.5, 20240305, 2024年3月5日, a trailing 00:00:00.

    Raises:
        Refused: TH-D01 no date, TH-D02 no such day, TH-D03 several readings.
    """
    plain = narrow(text)
    match = _digits_only(_DAY, plain)
    if match is None:
        raise _unclear(text, plain, place, _DAY_FORM)
    month, day = (int(part) for part in match.groups()[2:] if part)
    return civil_date(int(match[1]), month, day, text, place)


def read_month(text: str, place: Place = Place(), year: int | None = None) -> Period:
    """A month as people write it: 2024-03, 2024/3, 202403, 2024年3月; "3" and "3月" where the year is given.

    Raises:
        Refused: TH-D01 no month, TH-D02 no such month, TH-D03 several readings ("2024.1" may be October).
    """
    plain = narrow(text)
    match = _digits_only(_MONTH, plain)
    bare = _digits_only(_BARE_MONTH, plain) if year is not None else None
    if match is not None:
        found = int(match[1]), int(next(part for part in match.groups()[1:] if part))
    elif bare is not None and year is not None:
        found = year, int(bare[1])
    else:
        raise _unclear(text, plain, place, "2024-03")
    # refuses a 13th month with the text as it was typed
    civil_date(*found, 1, text, place)
    return parse_period(f"{found[0]:04}-{found[1]:02}", place)


def read_period(text: str, place: Place = Place()) -> Period:
    """A year, month or day, whichever the text gives. Raises Refused as `read_date`."""
    plain = narrow(text)
    year = _digits_only(_YEAR, plain)
    if year is not None:
        return parse_period(year[1], place)
    if _digits_only(_MONTH, plain) is not None:
        return read_month(text, place)
    return parse_period(read_date(text, place).isoformat(), place)


def from_serial(serial: Fraction | int, system: str, place: Place = Place()) -> date:
    """The day of a spreadsheet's serial number, in the date system that the file declares: "1900" or "1904".

    Raises:
        Refused: TH-D04 for a broken or impossible number, and for 60 in the 1900 system.
    """
    if system not in ("1900", "1904"):
        raise refuse("TH-D10", place, seen=system, wanted="1900, 1904")
    value = Fraction(serial)
    # a serial with a fraction has a clock time, which needs a TimeRule
    if value.denominator != 1:
        raise _no_serial(place, value, system, "带有时刻", "it carries a time of day")
    if system == "1900" and value == 60:
        raise _no_serial(place, value, system, "1900 年没有 2 月 29 日", "1900 had no 29 February")
    # before its invented leap day the 1900 system is one day behind
    zero = date(1904, 1, 1) if system == "1904" else date(1899, 12, 31 if 0 < value < 60 else 30)
    least = 0 if system == "1904" else 1
    most = (date(LAST_YEAR, 12, 31) - zero).days
    if not least <= value <= most:
        said = f"应为 {least} 至 {most}", f"it should be {least} to {most}"
        raise _no_serial(place, value, system, *said)
    return zero + timedelta(days=int(value))


def read_time(text: str, rule: TimeRule, place: Place = Place()) -> datetime:
    """A time stamp as wall-clock time of Asia/Shanghai (no tzinfo); "24:00:00" is the end of its day.

    Raises:
        Refused: TH-D05 unreadable, zone undeclared, or 24:00:00 where stamps are starts; TH-D02 no such day.
    """
    plain = narrow(text)
    match = _digits_only(_TIME, plain)
    if match is None:
        raise _no_time(text, place, "不是日期加时刻", "not a date with a time")
    day = read_date(match[1], place)
    hour, minute, second = int(match[2]), int(match[3]), int(match[4] or "0")
    micro = int((match[5] or "0").ljust(6, "0"))
    # Python's datetime has no hour 24, and silently taking it for 00:00 moves the reading by a day
    midnight = (hour, minute, second, micro) == (24, 0, 0, 0)
    if midnight and rule.stamp != "end":
        en = "24:00:00 can only be an end, and this source stamps starts"
        raise _no_time(text, place, "24:00:00 只能作区间终点，而该数据源的时刻是起点", en)
    if not midnight and (hour > 23 or minute > 59 or second > 59):
        raise _no_time(text, place, "没有这个时刻", "there is no such time of day")
    zone = match[6] or rule.zone
    if not zone:
        raise _no_time(text, place, "时区没有声明", "the zone is not declared")
    clock = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)
    return datetime(day.year, day.month, day.day) + clock - _offset(zone) + _SHANGHAI


def booked_day(moment: datetime, rule: TimeRule) -> date:
    """The plant's day that a reading belongs to: an end stamp at midnight belongs to the day before."""
    # an instant just inside the interval decides, so no special case is needed at midnight
    inside = moment - rule.shift - (timedelta(microseconds=1) if rule.stamp == "end" else timedelta())
    named_later = rule.day_named == "end" and rule.shift > timedelta()
    return inside.date() + timedelta(days=1 if named_later else 0)


def _offset(zone: str) -> timedelta:
    match = _OFFSET.fullmatch(zone)
    if match is None:
        return timedelta()
    size = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -size if match[1] == "-" else size


def _digits_only(pattern: re.Pattern[str], plain: str) -> re.Match[str] | None:
    # \d also matches the digits of other scripts, which narrow() leaves alone
    match = pattern.fullmatch(plain)
    return match if match and all(each.isascii() or not each.isdigit() for each in plain) else None


def _unclear(text: str, plain: str, place: Place, wanted: str) -> Refused:
    # a whole date where a month is wanted is not ambiguous, only wrong
    loose = None if _digits_only(_DAY, plain) else _digits_only(_LOOSE_DAY, plain)
    if loose is not None and len(loose[1]) != 3 and len(loose[3]) != 3:
        readings = _readings(*loose.groups())
        if readings:
            zh, en = " 或 ".join(readings), " or ".join(readings)
            return refuse("TH-D03", place, seen=text, readings_zh=zh, readings_en=en)
        zh, en = "没有一种次序成立", "no order of the three makes a date"
        return refuse("TH-D02", place, seen=text, hint_zh=zh, hint_en=en)
    if _digits_only(_LOOSE, plain) is not None:
        zh, en = "某年的月日、年月，或者是一个小数", "a day of some year, a month, or a decimal number"
        return refuse("TH-D03", place, seen=text, readings_zh=zh, readings_en=en)
    return refuse("TH-D01", place, seen=printable(text), wanted=wanted)


def _readings(first: str, second: str, third: str) -> list[str]:
    """The dates that three loose numbers may mean, year, day or month first."""
    found: list[str] = []
    for year, month, day in ((first, second, third), (third, second, first), (third, first, second)):
        if len(month) > 2 or len(day) > 2:
            continue
        try:
            text = date(int(year) + (2000 if len(year) < 3 else 0), int(month), int(day)).isoformat()
        except ValueError:
            continue
        if FIRST_YEAR <= int(text[:4]) <= LAST_YEAR and text not in found:
            found.append(text)
    return found


def _no_time(text: str, place: Place, zh: str, en: str) -> Refused:
    return refuse("TH-D05", place, seen=text, reason_zh=zh, reason_en=en)


def _no_serial(place: Place, value: Fraction, system: str, zh: str, en: str) -> Refused:
    return refuse("TH-D04", place, seen=value, system=system, reason_zh=zh, reason_en=en)
