"""The clocks of a running year: 40 days for each carbon report, 40 days for each monthly deposit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from tanheng.app.accounting import account
from tanheng.app.library import Library
from tanheng.engine.exact.data import Value
from tanheng.engine.exact.findings import ruled
from tanheng.engine.exact.rows import Row
from tanheng.engine.exact.run import Run
from tanheng.facts.inputs import Inputs
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Refused, refuse
from tanheng.kernel.rounding import Rounding
from tanheng.kernel.units import parse_unit

RULES = "power-plausibility"
OPEN, OVERDUE, LATE, IN_TIME, FAULTY = "open", "overdue", "late", "in time", "faulty"
_ORDER = (OPEN, OVERDUE, FAULTY, LATE, IN_TIME)
_DAY, _TONNE = parse_unit("d").scale, parse_unit("tCO2").scale
_CENT = Rounding("half_up", 2)


@dataclass(frozen=True, slots=True)
class Due:
    """One deadline.

    Attributes:
        unit, fuel: Of a carbon report; "" for a deposit of the whole plant.
        month: "2026-10".
        since: The last day of sampling, or of the month; `assumed` where no sampling day is entered yet.
        due: The last day that is in time.
        done: The day of the report or deposit, "" while open.
        state: open, overdue (nothing came), late (it came too late), in time, faulty (dated before `since`).
        days: Days left until the due day while open (0: today is the last); days beyond it; days used.
        tonnes: What the default carbon would add or has added [tCO2, two decimals]; "" where not known.
        compared: "report" or "latest valid month": the carbon that the default is compared with.
        yuan: `tonnes` at the price, two decimals.
    """

    unit: str
    fuel: str
    month: str
    since: str
    assumed: bool
    due: str
    done: str
    state: str
    days: int
    tonnes: str = ""
    compared: str = ""
    yuan: str = ""

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The deadlines of a year on one day, most urgent first."""

    today: str
    price: str
    carbon: tuple[Due, ...]
    deposit: tuple[Due, ...]

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        parts = {"carbon": self.carbon, "deposit": self.deposit}
        listed = {name: [due.to_json() for due in found] for name, found in parts.items()}
        return {"today": self.today, "price": self.price, **listed}


def clocks(
    source: str | Path | Inputs,
    today: date,
    price: Fraction | None = None,
    library: Library | None = None,
    csv: Mapping[str, str | Path] | None = None,
) -> Clocks:
    """The deadlines of a plant's year, which need not be over.

    Args:
        today: The day on which days left are counted.
        price: Of a tonne [CNY/tCO2].

    Raises:
        Refused: the file cannot be read; TH-F07 its method has no such deadlines.
    """
    library = library or Library()
    done = account(source, library, csv, whole=False)
    run = ruled(done.run, RULES, done.library.methods) if RULES in done.library.methods.rules() else None
    if run is None:
        raise refuse("TH-F07", Place(key=done.run.method.id), seen=done.run.method.zh)
    carbon = [due for row in run.of("issued") if (due := _carbon(run, row, today, price)) is not None]
    deposit = [due for row in run.of("deposited") if (due := _deposit(run, row, today)) is not None]
    text = "" if price is None else _CENT.show(price)
    return Clocks(today.isoformat(), text, _sorted(carbon), _sorted(deposit))


def _sorted(found: list[Due]) -> tuple[Due, ...]:
    """Open ones first, the next due day ahead; then what is past helping, the latest month ahead."""
    return tuple(
        sorted(
            found,
            key=lambda d: (
                _ORDER.index(d.state),
                d.due if d.state == OPEN else "",
                [-ord(c) for c in d.month],
                d.unit,
                d.fuel,
            ),
        )
    )


def _carbon(run: Run, row: Row, today: date, price: Fraction | None) -> Due | None:
    at = dict(zip(run.method.closure_of("issued"), row, strict=True))
    unit, fuel, month = at["unit"], at["fuel"], at["month"]
    burnt = _asked(run, "FC", row)
    # a month without coal has no sample; one whose coal is not entered yet has
    if _asked(run, "C_route", (unit, fuel)) != "月综合样" or burnt == 0:
        return None
    sampled, issued = _asked(run, "sampled", row), _by(_asked(run, "issued", row), today)
    since = sampled if isinstance(sampled, date) else parse_period(month).last
    if since >= today and issued is None:
        return None
    state, days, due = _state(since, issued, _limit(run, "T_report", month), today)
    tonnes = _asked(run, "dE_clock", row)
    known = Fraction(tonnes) / _TONNE if isinstance(tonnes, Fraction) else None
    way = run.way("C_known", row) if known is not None else None
    return Due(
        unit,
        fuel,
        month,
        since.isoformat(),
        not isinstance(sampled, date),
        due.isoformat(),
        issued.isoformat() if issued else "",
        state,
        days,
        "" if known is None else _CENT.show(known),
        "" if way is None else "report" if way.name == "当月报告" else "latest valid month",
        "" if known is None or price is None else _CENT.show(known * price),
    )


def _deposit(run: Run, row: Row, today: date) -> Due | None:
    (month,) = row
    last = parse_period(month).last
    on = run.constant("deposit_on", ("month",))(row)
    if last >= today or not on:
        return None
    made = _by(_asked(run, "deposited", row), today)
    state, days, due = _state(last, made, _limit(run, "p14", month), today)
    said = made.isoformat() if made else ""
    return Due("", "", month, last.isoformat(), False, due.isoformat(), said, state, days)


def _state(since: date, done: date | None, limit: int, today: date) -> tuple[str, int, date]:
    """State, days and due day of a clock that began on `since`; the last day is still in time."""
    due = since + timedelta(days=limit)
    if done is None:
        left = (due - today).days
        return (OPEN, left, due) if left >= 0 else (OVERDUE, -left, due)
    if done < since:
        return FAULTY, (done - since).days, due
    return (IN_TIME, (done - since).days, due) if done <= due else (LATE, (done - due).days, due)


def _by(found: Value | None, today: date) -> date | None:
    """A date that has come: what is dated later is not there yet on the day that is asked about."""
    return found if isinstance(found, date) and found <= today else None


def _limit(run: Run, name: str, month: str) -> int:
    """A limit in whole days, as it is in force in the month."""
    return int(run.constant(name, ("month",))((month,)) / _DAY)


def _asked(run: Run, name: str, row: Row) -> Value | None:
    """A value, or None where it is missing: most of a running year is."""
    try:
        return run.value(name, row)
    except Refused:
        return None
