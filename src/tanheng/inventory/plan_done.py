"""What a plant's data say was done: the routes chosen, what was in use in which month, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tanheng.facts.datum import DECLARED, SUBSTITUTED, Datum, Row, row_of
from tanheng.facts.inputs import Inputs
from tanheng.facts.plan import Entry, Plan, in_force
from tanheng.formula.model import Method
from tanheng.kernel.numbers import parse_exact
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place
from tanheng.library.plan_template import PlanTemplate

BURNT = ("FC_day", "FC_book", "R_batch")
STOCK = ("opening", "receipts", "other_out", "closing")
SENT = ("D", "Q_read")
_TIME = ("day", "month", "year")


class Finding(NamedTuple):
    """One deviation in one month, before equal ones of several months are joined."""

    code: str
    month: str
    at: Row
    name: str
    planned: str
    done: str
    place: Place
    more: tuple[tuple[str, str], ...] = ()


class Done:
    """The data of a year, asked by name, members and month."""

    def __init__(self, inputs: Inputs, method: Method) -> None:
        self.inputs, self.method = inputs, method
        self.months = tuple(m.key for m in parse_period(inputs.period).months())
        self._data: dict[tuple[str, Row], dict[str, Datum]] = {}
        self._used: set[tuple[Row, str]] = set()
        self._words: dict[str, list[Datum]] = {}
        for datum in (*inputs.data, *inputs.facts):
            members, time = _apart(datum.row)
            # an open list (batches, tests) has several values at one place; one of them is enough here
            self._data.setdefault((datum.name, self._standing(members)), {}).setdefault(time, datum)
        for datum in inputs.data:
            self._mark(datum)
            if not datum.unit and not _apart(datum.row)[1]:
                self._words.setdefault(datum.name, []).append(datum)
        self._mark_stocks()

    def word(self, name: str, at: Mapping[str, str]) -> Datum | None:
        """The choice made for a given at these members, or at those above them."""
        found = (d for d in self._words.get(name, ()) if set(d.row) <= set(at.items()))
        return next(found, None)

    def at(self, name: str, members: Mapping[str, str], time: str) -> Datum | None:
        """The datum or fact of a name at members and a month or day."""
        return self._data.get((name, row_of(members.items())), {}).get(time)

    def used(self, members: Mapping[str, str], month: str) -> bool:
        """Whether a unit ran, a fuel was burnt or a stream sent heat in a month."""
        return (row_of(members.items()), month) in self._used

    def used_at_all(self, members: Mapping[str, str]) -> bool:
        """Whether that was so in any month."""
        return any(self.used(members, m) for m in self.months)

    def lacking(self, name: str, members: Mapping[str, str], month: str) -> list[str]:
        """The days or the month in which a given should have a value and has none; none while out of use."""
        given = self.method.givens.get(name)
        if given is None or not self.used(members, month):
            return []
        here = self._data.get((name, row_of(members.items())), {})
        if "day" not in given.closure:
            return [] if month in here else [month]
        burnt = self._data.get(("FC_day", row_of(members.items())), {})
        days = [d.key for d in parse_period(month).days()]
        if burnt:
            days = [d for d in days if d not in burnt or _counts(burnt[d])]
        return [d for d in days if d not in here]

    def substituted(self) -> Iterator[tuple[Datum, Row, str]]:
        """Every substituted value with its members and its month or day."""
        for datum in self.inputs.data:
            if datum.state == SUBSTITUTED:
                members, time = _apart(datum.row)
                yield datum, self._standing(members), time

    def members(self) -> Iterator[tuple[str, Row]]:
        """Units, fuels and streams of the plant, each with its scope."""
        for scope in ("unit", "fuel", "stream"):
            for member in self.inputs.members.get(scope, ()):
                yield scope, row_of((*member.within, (scope, member.id)))

    def _standing(self, members: Iterable[tuple[str, str]]) -> Row:
        return row_of((s, m) for s, m in members if s in ("unit", "fuel", "stream"))

    def _mark(self, datum: Datum) -> None:
        members, time = _apart(datum.row)
        if not time or datum.state == DECLARED:
            return
        row = self._standing(members)
        unit = row_of(p for p in row if p[0] == "unit")
        if datum.name in (*BURNT, *SENT) and _counts(datum):
            self._used |= {(row, time[:7]), (unit, time[:7])}
        elif row == unit and unit and datum.unit:
            self._used.add((unit, time[:7]))

    def _mark_stocks(self) -> None:
        """A fuel that is booked by its stock was burnt where the stock went down by more than was sold."""
        for (name, row), times in self._data.items():
            if name != STOCK[0]:
                continue
            for month in times:
                found = [self._data.get((n, row), {}).get(month) for n in STOCK]
                values = [parse_exact(d.value) for d in found if d is not None]
                if len(values) == len(STOCK) and values[0] + values[1] - values[2] - values[3] > 0:
                    self._used |= {(row, month), (row_of(p for p in row if p[0] == "unit"), month)}


@dataclass(frozen=True)
class Comparison:
    """What is compared.

    Attributes:
        plans: The versions of the year in order, each effective from its month.
        ledger: Calibrations done during the year; None where no ledger was given.
        before: The last version of the year before, None where it was not given.
    """

    plans: tuple[Plan, ...]
    template: PlanTemplate
    done: Done
    ledger: tuple[Entry, ...] | None = None
    before: Plan | None = None

    def plan_of(self, month: str) -> Plan | None:
        """The version that was in force in a month."""
        return in_force(self.plans, month)


def place_of(datum: Datum | None) -> Place:
    """The cell that a datum was read from."""
    if datum is None:
        return Place()
    origin = datum.origin
    return Place(origin.file, origin.sheet, origin.cell, datum.name)


def _counts(datum: Datum) -> bool:
    return datum.state != DECLARED and datum.value != "0"


def _apart(row: Row) -> tuple[Row, str]:
    """Members and the finest time of a row."""
    keys = dict(row)
    time = next((keys[s] for s in _TIME if s in keys), "")
    return tuple(p for p in row if p[0] not in _TIME), time
