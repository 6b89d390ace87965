"""Two periods side by side: months align by number, days by month and day; and one year's rules are lent.

A comparison computes the earlier year's data on the later year's calendar. What the rules say is still asked
for the earlier year, until their turn comes: dated values, factors, and the edition in force in a month.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from contextlib import suppress
from dataclasses import dataclass

from tanheng.engine.exact.run import Run
from tanheng.facts.datum import Row
from tanheng.facts.inputs import Inputs
from tanheng.formula.expr import names
from tanheng.formula.model import Dated, Method
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.periods import Period, parse_period
from tanheng.kernel.problems import Place, Refused, refuse
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.factor_table import Factor

Asked = tuple[str, tuple[tuple[str, str], ...]]
"""A look-up in the factor library without its day: family and what was asked; a dated value as ("", name)."""

Fresh = frozenset[tuple[str, ...]]
"""Look-ups of the later method alone: a table's family, set, item; ("", name), (family, id) of a constant."""


class Calendar:
    """The months and days of two periods, each with its counterpart.

    Attributes:
        gone: Days of the earlier period that the later one does not have (29 February); `come` the reverse.

    Raises:
        Refused: TH-C14 a year beside a month.
    """

    def __init__(self, before: str, after: str) -> None:
        first, second = parse_period(before, Place(key="period")), parse_period(after, Place(key="period"))
        if first.kind != second.kind:
            raise refuse("TH-C14", Place(key="period"), seen=after, wanted=before)
        self.periods = (first, second)
        self._later = {first.key: second.key} | _paired(first, second)
        self._earlier = {second.key: first.key} | _paired(second, first)
        for month, other in list(self._earlier.items()):
            for day in parse_period(month).days() if len(month) == len("2024-03") else ():
                # a day that the earlier year did not have obeys the rules of that month's last day
                self._earlier.setdefault(day.key, parse_period(other).last.isoformat())
        self.gone = {d.key for d in first.days()} - self._later.keys()
        self.come = {d.key for d in second.days()} - set(self._later.values())

    def row(self, row: Row) -> Row | None:
        """A row of the earlier period in the later one; None on a day that the later one does not have."""
        moved = []
        for scope, member in row:
            if scope in ("month", "day"):
                if member not in self._later:
                    return None
                member = self._later[member]
            moved.append((scope, member))
        return tuple(moved)

    def earlier(self, span: str) -> str:
        """The counterpart of a period key of the later period; a key of the earlier one is its own."""
        return self._earlier.get(span, span)


def _paired(one: Period, two: Period) -> dict[str, str]:
    found: dict[str, str] = {}
    for mine, theirs in zip(one.months(), two.months(), strict=True):
        found[mine.key] = theirs.key
        keys = {day.key for day in theirs.days()}
        for day in mine.days():
            if (key := theirs.key + day.key[-3:]) in keys:
                found[day.key] = key
    return found


@dataclass(frozen=True)
class Lease:
    """Rules of the earlier year on the later year's calendar.

    Attributes:
        switched: Look-ups that already answer for the later year, from `later`.
        fresh: Look-ups that the earlier year never made.
        told: If not None, every other look-up whose two answers differ, and what they say in Chinese and
            English; one that has no answer for the later year is none of them.
    """

    calendar: Calendar
    later: FactorLibrary
    switched: Set[Asked] = frozenset()
    fresh: Fresh = frozenset()
    told: dict[Asked, tuple[str, str]] | None = None


class Lent(Run):
    """A run whose data lie in the later period and whose rules are those of the earlier one."""

    def __init__(
        self, method: Method, inputs: Inputs, factors: FactorLibrary, lease: Lease, elder: Lent | None
    ) -> None:
        self.lease = lease
        super().__init__(method, inputs, factors, elder)

    def at(self, name: str, row: tuple[str, ...]) -> Run:
        """The run of the edition that was in force in the counterpart of the row's month."""
        return super().at(name, tuple(map(self.lease.calendar.earlier, row)))

    def dated(self, name: str, entries: tuple[Dated, ...], span: str) -> Dated:
        """The entry in force in the counterpart of `span`, or in `span` itself once it was switched."""
        key = ("", (("name", name),))
        if key in self.lease.switched or ("", name.split("[")[0]) in self.lease.fresh:
            return super().dated(name, entries, span)
        found = super().dated(name, entries, self.lease.calendar.earlier(span))
        if self.lease.told is not None:
            with suppress(Refused):
                other = super().dated(name, entries, span)
                if other.value != found.value:
                    text = f"{name} {exact_text(found.value)} → {exact_text(other.value)}"
                    self.lease.told[key] = text, text
        return found

    def factor(self, family: str, span: str, **asked: str) -> Factor:
        """The factor of the earlier year, or that of the later one once it was switched."""
        key = (family, tuple(sorted(asked.items())))
        table = family, asked.get("set", ""), asked.get("item", "")
        if key in self.lease.switched or {table, (family, asked.get("id", ""))} & self.lease.fresh:
            return self._newer(family, span, **asked)
        found = super().factor(family, self.lease.calendar.earlier(span), **asked)
        if self.lease.told is not None:
            with suppress(Refused):
                other = self._newer(family, span, **asked)
                if (other.value_fraction, other.unit) != (found.value_fraction, found.unit):
                    moved = f"{found.value} → {other.value} {other.unit}"
                    zh, en = other.name_zh.split("（")[0], (other.name_en or other.id).split(",")[0]
                    self.lease.told[key] = f"{zh} {moved}", f"{en} {moved}"
        return found

    def _newer(self, family: str, span: str, **asked: str) -> Factor:
        own, self.library = self.library, self.lease.later
        try:
            return super().factor(family, span, **asked)
        finally:
            self.library = own


def lent(editions: Sequence[Method], inputs: Inputs, factors: FactorLibrary, lease: Lease) -> Lent:
    """A run by editions, the latest first, each in the months whose counterparts it was in force in."""
    made: Lent | None = None
    for method in reversed(editions):
        known = tuple(d for d in inputs.data if d.name in method.givens)
        members = {s: m for s, m in inputs.members.items() if s in method.scopes}
        asked = Inputs(method.id, inputs.period, inputs.boundary, members, known)
        made = Lent(method, asked, factors, lease, made)
    assert made is not None
    return made


def reach(method: Method, name: str) -> set[str]:
    """Every name that a value may rest on: givens, steps, constants, tables and scopes."""
    found: set[str] = set()
    todo = [name]
    while todo:
        known = todo.pop()
        if known in found:
            continue
        found.add(known)
        step = method.steps.get(known)
        if step is not None:
            todo += [step.follow] if step.follow else []
            for way in step.ways:
                todo += names(way.expr) + (names(way.when) if way.when is not None else [])
    return found
