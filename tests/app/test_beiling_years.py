"""The demonstration plant's years: each total by hand in plain Python; what one year hands to the next."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tanheng.app.accounting import account
from tanheng.app.forms import write_form
from tanheng.app.library import Library
from tests.plant import EXAMPLES, beiling

LIBRARY = Library.of([EXAMPLES / "library-2026"])
YEARS = (2022, 2023, 2024, 2025, 2026)
# the guides by month: default carbon per GJ (2021 guide to March 2022, then the relief notice's and 2023's)
CARBON = {y: {n: Fraction("0.03085") for n in range(1, 13)} for y in YEARS}
CARBON[2022] |= dict.fromkeys((1, 2, 3), Fraction("0.03356"))
# of coal and diesel; 2026 from the example's own library
OXIDATION = {y: (Fraction(99, 100), Fraction(98, 100)) for y in YEARS} | {
    2026: (Fraction("0.987"), Fraction(99, 100))
}
# tCO2/MWh by the notice on the reports of 2023 to 2025; the guide of 2026 does not account it
GRID = dict.fromkeys((2022, 2023, 2024, 2025), Fraction("0.5703"))
DIESEL = Fraction("42.652") * Fraction("0.0202")
COAL_NCV = Fraction("26.7")


def rounded(value: Fraction, places: int) -> Fraction:
    """Half up, by the decimal module and not by the kernel."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return Fraction(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def by_hand(year: int) -> Fraction:
    """E of a year in plain Python, from the data alone: no engine, no method file, no factor library."""
    cells: dict[tuple[str, ...], str] = {}
    for d in beiling(year).data:
        row = dict(d.row)
        cells[(d.name, *(row[s] for s in ("unit", "fuel", "month", "day") if s in row))] = d.value

    def number(*key: str) -> Fraction:
        return Fraction(cells.get(key, "0"))

    days: dict[tuple[str, str], list[tuple[Fraction, Fraction, Fraction]]] = {}
    for name, unit, *rest in cells:
        if name == "FC_day":
            fuel, month, day = rest
            place = unit, fuel, month, day
            ncv = Fraction(cells.get(("NCV_day", *place), COAL_NCV))
            days.setdefault((unit, month), []).append(
                (number("FC_day", *place), ncv, number("M_ar_day", *place))
            )
    total = Fraction(0)
    for unit in ("1", "2"):
        unit_sum = Fraction(0)
        for n in range(1, 13):
            month = f"{year}-{n:02}"
            coal = unit, "烟煤", month
            burnt = sum(m for m, _, _ in days[unit, month])
            if burnt:
                ncv = rounded(sum(m * q for m, q, _ in days[unit, month]) / burnt, 3)
                wet = rounded(sum(m * w for m, _, w in days[unit, month]) / burnt, 2)
                sampled, issued = (date.fromisoformat(cells[(k, *coal)]) for k in ("sampled", "issued"))
                if (issued - sampled).days <= 40:
                    dry = (100 - wet) / (100 - number("M_ad", *coal))
                    carbon = rounded(number("C_ad", *coal) / 100 * dry, 4)
                else:
                    carbon = ncv * CARBON[year][n]
                unit_sum += rounded(rounded(burnt, 2) * carbon * OXIDATION[year][0] * Fraction(44, 12), 2)
            oil = unit, "柴油", month
            used = number("opening", *oil) + number("receipts", *oil) - number("closing", *oil)
            unit_sum += rounded(used * DIESEL * OXIDATION[year][1] * Fraction(44, 12), 2)
            if year in GRID:
                unit_sum += rounded(number("W_buy_unit", unit, month) * GRID[year], 2)
        total += rounded(unit_sum, 0)
    return total


@pytest.mark.parametrize("year", YEARS)
def test_a_year_by_hand(year):
    """The shipped workbook, accounted, gives what plain Python gives from the same data."""
    done = account(EXAMPLES / f"beiling-{year}.xlsx", LIBRARY)
    assert done.ok and done.inputs.digest == beiling(year).digest
    assert Fraction(done.result.line("E", str(year)).exact) == by_hand(year)


def test_the_scripts_write_the_shipped_files(tmp_path):
    """The same parts inside the same workbook, so nobody can change script or file alone."""
    for year in YEARS:
        for path in sorted(EXAMPLES.glob(f"beiling-{year}.*")):
            made = write_form(tmp_path / path.name, "power-coal-chp", beiling(year))
            assert _parts(made) == _parts(path), path.name


def _parts(path: Path) -> dict[str, bytes]:
    if path.suffix == ".toml":
        return {path.name: path.read_bytes()}
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def test_a_year_begins_where_the_one_before_ended():
    """Diesel in stock from year to year; the meter of unit 2 was replaced at the end of 2023."""
    for year in YEARS[1:]:
        for name, other, units in (("opening", "closing", "12"), ("reading_0", "reading_1", "2")):
            for unit in units if (name, year) != ("reading_0", 2024) else ():
                first = _value(year, name, unit, f"{year}-01")
                assert first == _value(year - 1, other, unit, f"{year - 1}-12"), (year, name, unit)


def _value(year: int, name: str, unit: str, month: str) -> str:
    (found,) = (
        d.value
        for d in beiling(year).data
        if d.name == name and {("unit", unit), ("month", month)} <= set(d.row)
    )
    return found


def test_2026_without_the_plants_own_rates_is_not_computed():
    done = account(EXAMPLES / "beiling-2026.xlsx")
    assert not done.ok and {p.code for p in done.problems if p.severity == "error"} == {"TH-L14"}
