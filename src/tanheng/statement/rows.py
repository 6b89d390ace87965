"""Rows of the month tables: letter, item, unit, twelve months and the year."""

from __future__ import annotations

from tanheng.statement.figures import Figures
from tanheng.statement.model import NONE, Cell, Column, TableRow
from tanheng.statement.power_tables import FUEL_ITEMS, Item
from tanheng.statement.text import rich, words


def month_columns(figures: Figures) -> tuple[Column, ...]:
    """Letter, item, unit, the months and the year."""
    months = tuple(Column(words(f"{int(m[5:])}月"), figures=True, width=1.08) for m in figures.months)
    heads = (
        Column(words("代码"), width=0.42),
        Column(words("参数"), width=1.85),
        Column(words("单位"), width=0.85),
    )
    return (*heads, *months, Column(words("全年"), figures=True, width=1.3))


def item_row(figures: Figures, item: Item, own_unit: str = "", **scope: str) -> TableRow:
    """One item by month and for the year."""
    # coal counts in t and gas in 10⁴ Nm³ within the same table
    unit = item.unit.replace("{fuel}", own_unit)
    head = (Cell(words(item.letter)), Cell(words(item.zh)), Cell(rich(unit)))
    months = tuple(_at(figures, item.month, month, **scope) for month in figures.months)
    year = _at(figures, item.year, "", **scope) if item.year else Cell(words(figures.mark(NONE)), NONE)
    return TableRow((*head, *months, year), "sum" if item.sum else "")


def _at(figures: Figures, name: str, month: str, **scope: str) -> Cell:
    """A figure at a month; a step without months answers every month with its one figure."""
    closure = figures.method.closure_of(name)
    own = {s: m for s, m in scope.items() if s in closure}
    if name in figures.method.givens:
        return figures.given(name, **own)
    return figures.cell(name, month if "month" in closure else "", **own)


def fuel_rows(figures: Figures, unit: str, fuel: str, own_unit: str) -> list[TableRow]:
    """Items A to F of one fuel. D, the default, stands in the months that were computed with it."""
    rows = []
    # the method computes D and E for every month; the form wants them where they were used
    for item in FUEL_ITEMS:
        row = item_row(figures, item, own_unit, unit=unit, fuel=fuel)
        if item.letter in ("D", "E"):
            cells = list(row.cells)
            for number, month in enumerate(figures.months):
                burnt = figures.line("NCV", month, unit=unit, fuel=fuel) is not None
                way = figures.line("E_fuel", month, unit=unit, fuel=fuel)
                used = way is not None and "default" in way.flags and way.way != "实测"
                if not burnt or (item.letter == "D" and not used):
                    cells[3 + number] = Cell(words(figures.mark(NONE)), NONE)
            row = TableRow(tuple(cells), row.role)
        rows.append(row)
    return rows
