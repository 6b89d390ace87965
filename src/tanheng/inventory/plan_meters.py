"""Meters against their plan: the class that is required, and whether each month lies inside a calibration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from tanheng.facts.datum import row_of
from tanheng.facts.plan import Entry, Plan
from tanheng.inventory.plan_done import Comparison, Finding
from tanheng.inventory.plan_faults import class_rank, numbers
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place
from tanheng.library.plan_template import Instrument, Parameter, PlanWay


def meter_findings(
    given: Comparison, plan: Plan, entry: Entry, parameter: Parameter, way: PlanWay, month: str
) -> Iterator[Finding]:
    """The meters of one parameter in one month, each against class and calibration."""
    at = row_of((k, v) for k, v in entry.at if k != "parameter")
    span = parse_period(month)
    for number in numbers(entry.get("devices")):
        device = plan.find("devices", number=number)
        kind = given.template.instrument(device.get("kind")) if device else None
        if device is None or kind is None:
            continue
        past = calibrations(given.ledger or (), device)
        name = (("device", f"{number} {kind.zh}"),)
        best, has = class_rank(kind.worst), _class_in(past, device, span.last)
        rank = class_rank(has)
        if best is not None and rank is not None and rank > best:
            yield Finding("TH-Q31", month, at, parameter.zh, kind.worst, has, Place(), name)
        gap = uncovered([day for day, _ in past], _period(device, kind), span.first, span.last)
        if past and gap is not None:
            due, last = gap
            code = "TH-Q33" if given.ledger is None else "TH-Q32"
            told = name + _unsure(kind, due.isoformat())
            yield Finding(code, month, at, parameter.zh, due.isoformat(), last.isoformat(), Place(), told)


def _unsure(kind: Instrument, planned: str) -> tuple[tuple[str, str], ...]:
    """A period that the library could not confirm is said to be so wherever it is used."""
    if kind.certainty != "check":
        return ()
    return ("planned_zh", f"{planned}（规程周期未确认）"), ("planned_en", f"{planned} (period unconfirmed)")


def calibrations(ledger: Sequence[Entry], device: Entry) -> list[tuple[date, str]]:
    """The days on which a device was calibrated, with the class found, from plan and ledger."""
    found = [
        (e.get("calibrated_on"), e.get("class")) for e in ledger if e.get("number") == device.get("number")
    ]
    found.append((device.get("calibrated_on"), device.get("class")))
    return sorted((date.fromisoformat(day), found_class) for day, found_class in found if day)


def uncovered(days: Sequence[date], months: int, first: date, last: date) -> tuple[date, date] | None:
    """The first lapse that touches a span: the day on which it was due, and the calibration before it.

    Args:
        days: Days of calibration, ascending; each covers `months` months, the day on which it falls due not
            included. 0 months never lapse.
        first, last: The span, both included.
    """
    if not months or not days:
        return None
    if days[0] > first:
        # nothing is known of the time before the first certificate
        return days[0], days[0]
    at = first
    while at <= last:
        before = max(d for d in days if d <= at)
        due = months_after(before, months)
        if due <= at:
            return due, before
        at = due
    return None


def months_after(day: date, months: int) -> date:
    """The same day some months later; the last of the month where it has no such day."""
    at = day.year * 12 + day.month - 1 + months
    first = date(at // 12, at % 12 + 1, 1)
    beyond = date((at + 1) // 12, (at + 1) % 12 + 1, 1)
    return min(first + timedelta(day.day - 1), beyond - timedelta(1))


def _period(device: Entry, kind: Instrument) -> int:
    """The planned period [months], never longer than the regulation allows."""
    planned = device.get("months")
    own = int(planned) if planned.isdecimal() else 0
    return min(own, kind.months) if own and kind.months else own or kind.months


def _class_in(past: Sequence[tuple[date, str]], device: Entry, last: date) -> str:
    known = [found for day, found in past if day <= last and found]
    return known[-1] if known else device.get("class")
