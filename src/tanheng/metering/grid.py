"""A grid of raw cells with the place of each.

What every reader makes of its file, before anything is understood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tanheng.kernel.problems import Place
from tanheng.metering.cell_names import letters

Cell = Any
""""" (blank), text, a float, or a tuple of kind and value: date, time, truth, percent, formula."""


@dataclass(slots=True)
class Grid:
    """Cells by column.

    `row` and `column` are the position of the first cell, from 1; `kind` is workbook, toml or csv.
    """

    kind: str
    file: str
    sheet: str
    columns: list[list[Cell]]
    row: int = 1
    column: int = 1
    hidden: str = "visible"
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    merged: tuple[str, ...] = ()
    formulas: int = 0
    no_value: tuple[str, ...] = ()
    names: Callable[[int, int], str] | None = None
    heads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.heads = [letters(self.column + at) for at in range(len(self.columns))]

    @property
    def height(self) -> int:
        """How many rows it has."""
        return len(self.columns[0]) if self.columns else 0

    def cell(self, at: int, row: int) -> str:
        """The name of a cell for people: "D17"; in TOML "rows[3].FC_day"."""
        if self.names is not None:
            return self.names(at, row)
        return f"{self.heads[at]}{self.row + row}"

    def place(self, at: int, row: int, key: str = "") -> Place:
        """The place of a cell for a problem."""
        return Place(self.file, self.sheet, self.cell(at, row), key)

    def named(self, cell: str) -> Place:
        """The place of a cell that has its name already."""
        return Place(self.file, self.sheet, cell)

    def where(self, key: str = "") -> Place:
        """The place of the whole sheet."""
        return Place(self.file, self.sheet, "", key)


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing (blanks typed with the space bar included)."""
    return cell == "" or (isinstance(cell, str) and not cell.strip())


def shown(cell: Cell) -> str:
    """A raw cell as a person would name it."""
    if isinstance(cell, tuple):
        return f"{shown(cell[1] * 100)}%" if cell[0] == "percent" else str(cell[1])
    if isinstance(cell, float):
        return repr(cell).removesuffix(".0")
    return str(cell)
