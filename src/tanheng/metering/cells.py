"""One cell understood: what a raw cell says for a column of a kind, or the problem with it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from tanheng.kernel.credit_code import parse_credit_code
from tanheng.kernel.dates import from_serial, read_date, read_month, read_period
from tanheng.kernel.numbers import exact_text, narrow, parse_number
from tanheng.kernel.periods import Period, parse_period
from tanheng.kernel.problems import Place, refuse
from tanheng.library.template_library import Column
from tanheng.metering.grid import Cell, shown

LONGEST = 2000
MOST = 1e15
"""A double keeps every whole number below this; above it digits of what was typed may be lost."""

_YES = {
    "是": "true",
    "否": "false",
    "yes": "true",
    "no": "false",
    "y": "true",
    "n": "false",
    "true": "true",
    "false": "false",
}
_WANTED = {
    "number": ("数字", "a number"),
    "word": ("文字", "a word"),
    "month": ("月份", "a month"),
    "truth": ("是或否", "yes or no"),
}


def float_text(value: float, place: Place) -> str:
    """A double as the shortest decimal that means it, in canonical form: what was typed, digit for digit.

    Raises:
        Refused: TH-I33 beyond fifteen digits (infinities too).
    """
    if not -MOST < value < MOST:
        raise refuse("TH-I33", place, seen=repr(value))
    text = format(Decimal(repr(value)), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def read_cell(cell: Cell, column: Column, place: Place, period: Period, system: str = "1900") -> str:
    """The canonical text of a cell that is not blank.

    Args:
        period: The year of the workbook; "3月" is its third month.
        system: "1900" or "1904", for dates that are bare serial numbers.

    Raises:
        Refused: TH-N.. (N05 an error value), TH-D.., TH-I15, I30 to I33, I46 to I48.
    """
    if isinstance(cell, tuple) and cell[0] in ("formula", "error"):
        raise refuse("TH-I15", place) if cell[0] == "formula" else refuse("TH-N05", place, seen=cell[1])
    if isinstance(cell, float) and not -MOST < cell < MOST:
        raise refuse("TH-I33", place, seen=repr(cell))
    return _READERS[column.kind](cell, column, place, period, system)


def _number(cell: Cell, column: Column, place: Place, period: Period, system: str) -> str:
    if isinstance(cell, float | int):
        return float_text(float(cell), place)
    if isinstance(cell, tuple):
        if cell[0] == "percent":
            return _percent(cell[1], column, place)
        raise _not_this(cell, "number", place)
    text = narrow(cell)
    if text.endswith("%") and column.unit is not None and "%" in column.unit.text:
        text = text[:-1]
        return exact_text(parse_number(text, place))
    return exact_text(parse_number(cell, place))


def _percent(value: float, column: Column, place: Place) -> str:
    """A cell shown as 8.5% holds 0.085: in a column of percent it means 8.5, elsewhere what it holds."""
    text = float_text(value, place)
    if column.unit is not None and "%" in column.unit.text:
        return exact_text(Fraction(text) * 100)
    return text


def _word(cell: Cell, column: Column, place: Place, period: Period, system: str) -> str:
    if isinstance(cell, float | int):
        if not -1e11 < cell < 1e11:
            raise refuse("TH-I33", place, seen=repr(cell))
        text = float_text(float(cell), place)
    elif isinstance(cell, tuple):
        raise _not_this(cell, "word", place)
    else:
        text = cell.strip()
    if len(text) > LONGEST or not text.replace("\n", "").replace("\r", "").replace("\t", "").isprintable():
        raise refuse("TH-I46", place, seen=text)
    if column.one_of and text not in column.one_of:
        near = next((w for w in column.one_of if narrow(w).lower() == narrow(text).lower()), None)
        if near is None:
            raise refuse("TH-I31", place, seen=text, wanted="、".join(column.one_of))
        return near
    if text.startswith("#") and text.strip("#ABCDEFGHIJKLMNOPQRSTUVWXYZ/0!?") == "":
        raise refuse("TH-N05", place, seen=text)
    return text


def _text(cell: Cell, column: Column, place: Place, period: Period, system: str) -> str:
    if isinstance(cell, float | int):
        return float_text(float(cell), place)
    return _word(cell, column, place, period, system)


def _code(cell: Cell, column: Column, place: Place, period: Period, system: str) -> str:
    return parse_credit_code(_word(cell, column, place, period, system), place)


def _truth(cell: Cell, column: Column, place: Place, period: Period, system: str) -> str:
    if isinstance(cell, tuple) and cell[0] == "truth":
        return str(cell[1])
    if isinstance(cell, str) and narrow(cell).lower() in _YES:
        return _YES[narrow(cell).lower()]
    raise refuse("TH-I47", place, seen=shown(cell))


def _date(cell: Cell, column: Column, place: Place, period: Period, system: str) -> str:
    if isinstance(cell, tuple):
        if cell[0] == "date":
            return read_date(cell[1], place).isoformat()
        raise _not_this(cell, "date", place)
    if isinstance(cell, float | int):
        digits = shown(float(cell))
        if len(digits) == 8 and digits.isdecimal():
            return read_date(digits, place).isoformat()
        return from_serial(Fraction(digits), system, place).isoformat()
    return read_date(cell, place).isoformat()


def _day(cell: Cell, column: Column, place: Place, period: Period, system: str) -> str:
    day = _date(cell, column, place, period, system)
    if not period.first.isoformat() <= day <= period.last.isoformat():
        raise refuse("TH-I32", place, seen=day, wanted=period.key)
    return day


def _month(cell: Cell, column: Column, place: Place, period: Period, system: str) -> str:
    if isinstance(cell, tuple):
        # "2024-03" typed into a cell becomes the first of March; any other day was not meant as a month
        if cell[0] != "date" or not cell[1].endswith("-01"):
            raise _not_this(cell, "month", place)
        month = str(cell[1])[:7]
    else:
        text = shown(cell)
        if isinstance(cell, float | int) and len(text) == 5:
            day = from_serial(Fraction(text), system, place).isoformat()
            if not day.endswith("-01"):
                raise _not_this(("date", day), "month", place)
            text = day[:7]
        month = read_month(text, place, int(period.key[:4])).key
    if not period.holds(parse_period(month, place)):
        raise refuse("TH-I32", place, seen=month, wanted=period.key)
    return month


def _span(cell: Cell, column: Column, place: Place, period: Period, system: str) -> str:
    if isinstance(cell, tuple):
        if cell[0] != "date":
            raise _not_this(cell, "month", place)
        if cell[1].endswith("-01"):
            # a month typed as 2024-03 turns into this date as well
            readings = f"{cell[1][:7]} 或 {cell[1]}", f"{cell[1][:7]} or {cell[1]}"
            raise refuse("TH-D03", place, seen=cell[1], readings_zh=readings[0], readings_en=readings[1])
        return str(cell[1])
    return read_period(shown(cell), place).key


def _not_this(cell: Cell, kind: str, place: Place) -> Exception:
    if cell[0] in ("date", "time"):
        zh, en = _WANTED.get(kind, ("日期", "a day"))
        return refuse("TH-I30", place, seen=cell[1], wanted=zh, wanted_en=en)
    if kind == "number":
        return refuse("TH-N01", place, seen=shown(cell))
    return refuse("TH-I48", place, seen=shown(cell))


_READERS: dict[str, Callable[[Cell, Column, Place, Period, str], str]] = {
    "number": _number,
    "word": _word,
    "text": _text,
    "code": _code,
    "truth": _truth,
    "date": _date,
    "day": _day,
    "month": _month,
    "span": _span,
}
