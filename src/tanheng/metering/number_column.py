"""The numbers of one column: exact text in the method's unit, ranges refused, odd values asked about."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tanheng.facts.datum import Row
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.kernel.units import Unit
from tanheng.library.template_library import Column
from tanheng.metering.cells import MOST, read_cell
from tanheng.metering.column_units import ColumnUnits
from tanheng.metering.grid import is_blank
from tanheng.metering.recognise import Table

if TYPE_CHECKING:
    from tanheng.metering.table_reader import Book

_SLIPS = (
    (
        Fraction(100),
        "像是把百分数写成了小数（应乘 100）",
        "It looks like a fraction instead of a percentage (× 100).",
    ),
    (Fraction(1, 100), "像是多乘了 100", "It looks multiplied by 100."),
    (Fraction(41868, 10**7), "像是 kcal/kg", "It looks like kcal/kg."),
    (Fraction(41868, 10**4), "像是 Mcal/kg", "It looks like Mcal/kg."),
    (Fraction(1, 1000), "像是 kJ/kg，或小数点错了三位", "It looks like kJ/kg, or three places off."),
    (Fraction(1000), "小数点像是错了三位", "It looks three places off."),
)


@dataclass(slots=True)
class Numbers:
    """A number column read.

    Exact texts (None for blanks and refused cells), their units, and what converted cells said.
    """

    texts: list[str | None]
    units: list[str]
    notes: dict[int, str]


def read_numbers(
    book: Book,
    table: Table,
    column: Column,
    cells: list[object],
    rows: list[Row | None],
    own: list[str],
    refused: set[int],
) -> Numbers:
    """Read one column of numbers.

    Args:
        own: The own unit of each line's member, for a column in "GJ/[fuel]"; otherwise all "".
    """
    units = ColumnUnits(table, column)
    lines = [text for text, row in zip(own, rows, strict=True) if row is not None]
    gates = {text: _Gate(column, *units.bind(text)) for text in dict.fromkeys(lines)}
    stored = {text: gate.unit.text for text, gate in gates.items()}
    read = Numbers([None] * len(cells), [stored.get(text, "") for text in own], {})
    if units.faults or all(gate.factor is None for gate in gates.values()):
        _no_unit(book, table, column, units, cells, rows, gates, refused)
        return read
    if len(gates) == 1 and (plain := _plain_texts(cells, rows, *gates.values())) is not None:
        read.texts = plain
        return read
    texts, at, first, grid = read.texts, table.at[column.name], table.first, table.grid
    last, low, high, gate = None, MOST, -MOST, next(iter(gates.values()), None)
    for number, cell in enumerate(cells):
        if cell == "" or rows[number] is None:
            continue
        if own[number] is not last:
            last = own[number]
            gate = gates[last]
            low, high = gate.low, gate.high
        if type(cell) is float and low < cell < high:
            text = repr(cell)
            if "e" not in text and text != "-0.0":
                texts[number] = text[:-2] if text.endswith(".0") else text
                continue
        if is_blank(cell) or gate is None:
            continue
        place = grid.place(at, first + number, column.name)
        try:
            texts[number], note = gate.judge(cell, place, book)
        except Refused as refusal:
            book.problems += refusal.problems
            book.refuse(column.name, rows[number])
            refused.add(number)
            continue
        if note:
            read.notes[number] = note
    return read


def _plain_texts(cells: list[object], rows: list[Row | None], gate: _Gate) -> list[str | None] | None:
    """The texts of a column that holds plain doubles inside the gate and nothing else; None for any other."""
    if None in rows or set(map(type, cells)) != {float}:
        return None
    numbers: list[float] = cells  # type: ignore[assignment]
    if not gate.low < min(numbers) <= max(numbers) < gate.high:
        return None
    texts = [text.removesuffix(".0") for text in map(repr, numbers)]
    return None if "-0" in texts or "e" in "".join(texts) else texts  # type: ignore[return-value]


def _no_unit(
    book: Book,
    table: Table,
    column: Column,
    units: ColumnUnits,
    cells: list[object],
    rows: list[Row | None],
    gates: dict[str, _Gate],
    refused: set[int],
) -> None:
    """Refuse a whole column, once, at its unit cell, if it holds anything."""
    there = [n for n, cell in enumerate(cells) if rows[n] is not None and not is_blank(cell)]
    refused.update(there)
    for number in there:
        book.refuse(column.name, rows[number])
    if there and units.faults:
        book.problems += units.faults
    elif there:
        wanted = " / ".join(dict.fromkeys(gate.unit.label for gate in gates.values()))
        book.problems.append(problem("TH-I27", units.place, seen=table.units[column.name], wanted=wanted))


class _Gate:
    """What one column lets through unasked in one unit.

    Doubles strictly between `low` and `high`, no conversion needed.
    """

    def __init__(self, column: Column, unit: Unit, factor: Fraction | None, seen: str) -> None:
        self.column, self.unit, self.factor, self.seen = column, unit, factor, seen
        self.ask: tuple[Fraction, Fraction] | None = None
        band = column.band
        if band is not None and band.unit.dimension == unit.dimension:
            scale = band.unit.scale / unit.scale
            self.ask = (band.low * scale, band.high * scale)
        lows = [each for each in (column.low, self.ask[0] if self.ask else None) if each is not None]
        highs = [each for each in (column.high, self.ask[1] if self.ask else None) if each is not None]
        self.low, self.high = max(map(float, lows), default=-MOST), min(map(float, highs), default=MOST)
        if factor != 1:
            self.low, self.high = 1.0, -1.0

    def judge(self, cell: object, place: Place, book: Book) -> tuple[str, str]:
        """One cell on the slow path.

        Its exact text in the method's unit, and what it said if that differs.
        """
        text = read_cell(cell, self.column, place, book.period, book.system)
        if self.factor is None:
            raise Refused(problem("TH-I27", place, seen=self.seen, wanted=self.unit.label))
        value, note = Fraction(text), ""
        if self.factor != 1:
            value *= self.factor
            note = f"{text} {self.seen}"
            text = exact_text(value)
        column = self.column
        if (column.low is not None and value < column.low) or (
            column.high is not None and value > column.high
        ):
            raise Refused(
                problem("TH-I35", place, seen=f"{text} {self.unit.label}", wanted=_range(column, self.unit))
            )
        if self.ask is not None and not self.ask[0] <= value <= self.ask[1]:
            book.problems.append(self.question(value, place))
        return text, note

    def question(self, value: Fraction, place: Place) -> Problem:
        """The question about an odd value, with the slips that would explain it."""
        assert self.ask is not None and self.column.band is not None
        low, high = self.ask
        slips = [(zh, en) for factor, zh, en in _SLIPS if low <= value * factor <= high]
        unit = self.unit.label
        return problem(
            "TH-I36",
            place,
            seen=f"{exact_text(value)} {unit}",
            wanted=f"{exact_text(low)} … {exact_text(high)} {unit}",
            law=self.column.band.law,
            hint="；".join(zh for zh, _ in slips),
            hint_en=" ".join(en for _, en in slips),
        )


def _range(column: Column, unit: Unit) -> str:
    low, high = ("" if each is None else exact_text(each) for each in (column.low, column.high))
    return f"{low} … {high} {unit.label}".strip()
