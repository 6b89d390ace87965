"""Months that close before their last day, and settlement cycles that must close over a period.

A day in no cycle is missing data, a day in two is counted twice, and a cycle across the end of the period
needs a split with evidence: none of the three is mended here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tanheng.kernel.periods import Period, parse_period
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse

_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MonthRule:
    """The day that closes a plant's month: 25 makes March 26 February to 25 March; 0 is its last day."""

    cutoff: int = 0

    def __post_init__(self) -> None:
        # 29 to 31 do not exist in every month; people who write 31 mean the end of the month, which is 0
        if not 0 <= self.cutoff <= 28:
            raise refuse("TH-D10", seen=self.cutoff, wanted="0–28")

    def span(self, month: Period) -> tuple[date, date]:
        """First and last day of a month as the plant counts it."""
        if not self.cutoff:
            return month.first, month.last
        return month.before().first.replace(day=self.cutoff) + _ONE, month.first.replace(day=self.cutoff)

    def month_of(self, day: date) -> Period:
        """The plant's month that a day belongs to."""
        month = parse_period(f"{day:%Y-%m}")
        return month.after() if self.cutoff and day.day > self.cutoff else month


@dataclass(frozen=True, slots=True, order=True)
class Cycle:
    """A settlement cycle from its first to its last day, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise refuse("TH-D10", seen=f"{self.first} – {self.last}", wanted="first <= last")

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.last - self.first).days + 1


def close_over(cycles: Iterable[Cycle], period: Period, place: Place = Place()) -> tuple[Cycle, ...]:
    """The cycles in order, if each day of the period lies in exactly one of them and none reaches beyond.

    Raises:
        Refused: all of TH-D06 gaps, TH-D07 overlaps, TH-D08 cycles that reach beyond, at once.
    """
    ordered = tuple(sorted(cycles))
    found: list[Problem] = []
    # days up to here are accounted for; before the first cycle that is only the eve of the period
    upto, counted = period.first - _ONE, date.min
    for cycle in ordered:
        if cycle.first < period.first or cycle.last > period.last:
            found.append(problem("TH-D08", place, first=cycle.first, last=cycle.last, period=period.key))
        if upto + _ONE < cycle.first and upto < period.last:
            found.append(_span("TH-D06", place, period, upto + _ONE, min(cycle.first - _ONE, period.last)))
        if cycle.first <= counted:
            found.append(_span("TH-D07", place, period, cycle.first, min(cycle.last, counted)))
        upto, counted = max(upto, cycle.last), max(counted, cycle.last)
    if upto < period.last:
        found.append(_span("TH-D06", place, period, upto + _ONE, period.last))
    if found:
        raise Refused(found)
    return ordered


def _span(code: str, place: Place, period: Period, first: date, last: date) -> Problem:
    return problem(code, place, first=first, last=last, days=(last - first).days + 1, period=period.key)
