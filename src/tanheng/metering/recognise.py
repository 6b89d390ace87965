"""Which grid is which sheet, and where its columns, units and lines are.

By key or by name, never by position.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tanheng.kernel.numbers import narrow
from tanheng.kernel.problems import Problem, problem
from tanheng.library.template_library import Column, Sheet
from tanheng.metering.cell_names import letters, position
from tanheng.metering.grid import Grid, is_blank, shown

LOOK = 20
"""Rows at the top of a sheet in which keys and headers are looked for."""

_KEY = re.compile(r"th:(\w+)[.#](\w+)")
_UNIT_IN_NAME = re.compile(r"(.+?)\s*[(（\[［]([^()（）]*)[)）\]］]$")
_FORM_HEADS = {"item": ("项目", "item"), "value": ("内容", "value"), "unit": ("单位", "unit")}


@dataclass(slots=True)
class Table:
    """A recognised sheet.

    Grid column of each template column, unit texts as written, index of the first line.
    """

    sheet: Sheet
    grid: Grid
    at: dict[str, int]
    first: int
    units: dict[str, str] = field(default_factory=dict)
    unit_cells: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def sheet_of(grid: Grid, sheets: Iterable[Sheet]) -> Sheet | None:
    """The template's sheet that a grid is: by the keys in it, else by its name in either language."""
    known = {s.id: s for s in sheets}
    for column in grid.columns:
        for cell in column[:LOOK]:
            match = _KEY.fullmatch(cell) if isinstance(cell, str) else None
            if match and match[1] in known:
                return known[match[1]]
    name = plain(grid.sheet)
    return next((s for s in known.values() if name in (plain(s.zh), plain(s.en), s.id)), None)


def plain(text: str) -> str:
    """A name for comparing: narrow, lower case, without blanks and the mark of required columns."""
    return "".join(narrow(text).lower().split()).rstrip("*")


def find_table(grid: Grid, sheet: Sheet) -> Table | None:
    """Where the columns of a sheet are. None when not even a header is there."""
    names = _names(sheet)
    key_row, keyed = _keys(grid, sheet)
    head_row = _head_row(grid, names)
    if head_row is None:
        head_row = key_row + 1 if key_row is not None else None
    if head_row is None:
        return None
    table = Table(sheet, grid, {}, head_row + 1)
    places: dict[str, list[int]] = {}
    for at in range(len(grid.columns)):
        head = grid.columns[at][head_row] if head_row < grid.height else ""
        by_name, unit = _by_name(head, names)
        by_key = keyed.get(at)
        column = by_key or by_name
        if column is None:
            if not is_blank(head):
                table.problems.append(problem("TH-I24", grid.place(at, head_row), seen=shown(head)))
            continue
        if by_key is not None and by_name is not None and by_name.name != by_key.name:
            table.problems.append(
                problem(
                    "TH-I26",
                    grid.place(at, head_row),
                    seen=shown(head),
                    wanted=by_key.zh,
                    wanted_en=by_key.title("en"),
                )
            )
        places.setdefault(column.name, []).append(at)
        if unit:
            table.units[column.name], table.unit_cells[column.name] = unit, grid.cell(at, head_row)
    for name, found in places.items():
        table.at[name] = found[0]
        if len(found) > 1:
            cells = ", ".join(grid.cell(at, head_row) for at in found)
            table.problems.append(
                problem("TH-I25", grid.place(found[1], head_row), seen=_title(sheet, name), cells=cells)
            )
    _take_units(table, head_row + 1)
    return table


def _title(sheet: Sheet, name: str) -> str:
    column = sheet.column(name)
    return column.zh if column else name


def _keys(grid: Grid, sheet: Sheet) -> tuple[int | None, dict[int, Column]]:
    """The row of hidden keys, and the template column of each grid column that has one."""
    keyed: dict[int, Column] = {}
    row: int | None = None
    for at, cells in enumerate(grid.columns):
        for number, cell in enumerate(cells[:LOOK]):
            match = _KEY.fullmatch(cell) if isinstance(cell, str) else None
            column = sheet.column(match[2]) if match and match[1] == sheet.id else None
            if column is not None:
                keyed[at], row = column, number
    return row, keyed


def _head_row(grid: Grid, names: dict[str, Column]) -> int | None:
    best, most = None, 0
    for row in range(min(LOOK, grid.height)):
        count = sum(_by_name(cells[row], names)[0] is not None for cells in grid.columns)
        if count > most:
            best, most = row, count
    # one matching word may be any word; two are a header, unless the sheet has but one column
    return best if most >= min(2, len({column.name for column in names.values()})) else None


def _names(sheet: Sheet) -> dict[str, Column]:
    """The columns of a sheet by every name that they go by."""
    return {name: c for c in sheet.columns for name in (plain(c.zh), plain(c.en), c.name.lower())}


def _by_name(cell: object, names: dict[str, Column]) -> tuple[Column | None, str]:
    """The column that a header names, and the unit in brackets behind the name if there is one."""
    if not isinstance(cell, str) or not cell.strip():
        return None, ""
    column = names.get(plain(cell))
    if column is not None:
        return column, ""
    match = _UNIT_IN_NAME.fullmatch(narrow(cell).rstrip("* "))
    return (names.get(plain(match[1])), match[2]) if match else (None, "")


def _take_units(table: Table, row: int) -> None:
    """The row below the names is the row of units when its key cells are blank and it holds words.

    Not numbers.
    """
    grid = table.grid
    if row >= grid.height:
        return
    cells = {c.name: grid.columns[table.at[c.name]][row] for c in table.sheet.columns if c.name in table.at}
    keys = [cells[c.name] for c in table.sheet.columns if c.role == "key" and c.name in cells]
    others = [cell for cell in cells.values() if not is_blank(cell)]
    if not all(is_blank(k) for k in keys) or not all(isinstance(cell, str) for cell in others):
        return
    if not keys and not any(c.kind == "number" for c in table.sheet.columns):
        return
    table.first = row + 1
    for name, cell in cells.items():
        if not is_blank(cell):
            table.units[name], table.unit_cells[name] = str(cell).strip(), grid.cell(table.at[name], row)


def find_form(grid: Grid, sheet: Sheet) -> Table:
    """A form (one value a line) turned into a table of one line; each cell keeps its own name."""
    value_at = _form_column(grid, sheet, "value")
    unit_at = _form_column(grid, sheet, "unit")
    names: list[str] = []
    columns: list[list[object]] = []
    places: list[str] = []
    table = Table(sheet, grid, {}, 0)
    for row in range(grid.height):
        column = _form_line(grid, sheet, row)
        if value_at is None:
            break
        if column is None:
            if row > _form_head(grid, value_at) and (label := _foreign_line(grid, row, value_at)):
                table.problems.append(problem("TH-I24", grid.place(value_at, row), seen=label))
            continue
        if column.name in names:
            place = grid.place(value_at, row)
            cells = f"{places[names.index(column.name)]}, {place.cell}"
            table.problems.append(problem("TH-I25", place, seen=column.zh, cells=cells))
            continue
        names.append(column.name)
        columns.append([grid.columns[value_at][row]])
        places.append(grid.cell(value_at, row))
        unit = grid.columns[unit_at][row] if unit_at is not None else ""
        if isinstance(unit, str) and unit.strip() and unit_at is not None:
            table.units[column.name], table.unit_cells[column.name] = unit.strip(), grid.cell(unit_at, row)
    if value_at is None:
        table.problems.append(no_header(grid, sheet))
    # a key that a TOML form leaves out is a blank value: there is no line to put back
    for column in (c for c in sheet.columns if grid.kind == "toml" and c.needed and c.name not in names):
        names.append(column.name)
        columns.append([""])
        places.append(column.name)
    table.grid = Grid(grid.kind, grid.file, grid.sheet, columns, names=lambda at, row: places[at])
    table.at = {name: at for at, name in enumerate(names)}
    return table


def no_header(grid: Grid, sheet: Sheet) -> Problem:
    """TH-I22: a sheet without any of its columns."""
    first = sheet.columns[:4]
    zh, en = "、".join(c.zh for c in first), ", ".join(c.title("en") for c in first)
    return problem("TH-I22", grid.where(), wanted=zh, wanted_en=en)


def _form_column(grid: Grid, sheet: Sheet, role: str) -> int | None:
    for at, cells in enumerate(grid.columns):
        if f"th:{sheet.id}#{role}" in cells[:LOOK]:
            return at
    for at, cells in enumerate(grid.columns):
        if any(isinstance(cell, str) and plain(cell) in _FORM_HEADS[role] for cell in cells[:LOOK]):
            return at
    return None


def _form_head(grid: Grid, value_at: int) -> int:
    """The last row of the head of a form."""
    cells = grid.columns[value_at][:LOOK]
    heads = [
        n
        for n, c in enumerate(cells)
        if isinstance(c, str) and ("#" in c or plain(c) in _FORM_HEADS["value"])
    ]
    return max(heads, default=0)


def _foreign_line(grid: Grid, row: int, value_at: int) -> str:
    """The name of a line that holds a value but is no item of the form; "" for blank lines."""
    names = [
        cells[row] for cells in grid.columns[:value_at] if isinstance(cells[row], str) and cells[row].strip()
    ]
    return "" if is_blank(grid.columns[value_at][row]) or not names else names[-1].rpartition(".")[2]


def _form_line(grid: Grid, sheet: Sheet, row: int) -> Column | None:
    """The item of a line: by its key, else by its label."""
    texts = [cells[row] for cells in grid.columns if isinstance(cells[row], str)]
    for text in texts:
        match = _KEY.fullmatch(text)
        if match and match[1] == sheet.id and (column := sheet.column(match[2])):
            return column
    item = _form_column(grid, sheet, "item")
    if item is None:
        return None
    label = grid.columns[item][row]
    return next(
        (c for c in sheet.columns if isinstance(label, str) and plain(label) in (plain(c.zh), plain(c.en))),
        None,
    )


def shape_problems(grid: Grid, table: Table) -> list[Problem]:
    """Hidden content (said), merged cells and formulas without a result (refused) of a recognised sheet.

    Args:
        grid: The sheet as it came; `table.grid` of a form is a rearranged one.
    """
    found = _hidden(grid)
    if grid.formulas:
        found.append(problem("TH-I17", grid.where(), count=grid.formulas))
    form = table.grid is not grid
    used = set(range(1, 1000)) if form else {grid.column + at for at in table.at.values()}
    top = grid.row + (0 if form else table.first)
    for area in grid.merged:
        first, _, last = area.partition(":")
        (left, _), (right, bottom) = position(first), position(last or first)
        if not form and bottom >= top and used & set(range(left, min(right, 1000) + 1)):
            found.append(problem("TH-I14", grid.named(first), seen=area))
    for cell in grid.no_value:
        at, row = position(cell)
        if at in used and row >= top:
            found.append(problem("TH-I15", grid.named(cell)))
    return found


def _hidden(grid: Grid) -> list[Problem]:
    """What is hidden in a sheet, apart from the keys of the template itself."""
    zh, en = [], []
    if grid.hidden not in ("visible", ""):
        zh.append("工作表")
        en.append("the sheet")
    rows = [
        r
        for r in grid.hidden_rows
        if 0 <= r - grid.row < grid.height and not _only_keys(cells[r - grid.row] for cells in grid.columns)
    ]
    if rows:
        zh.append(f"第 {_list(rows)} 行")
        en.append(f"rows {_list(rows)}")
    columns = [
        c
        for a, b in grid.hidden_columns
        for c in range(a, min(b, a + 999) + 1)
        if 0 <= c - grid.column < len(grid.columns) and not _only_keys(grid.columns[c - grid.column])
    ]
    if columns:
        zh.append(f"{'、'.join(letters(c) for c in columns[:5])} 列")
        en.append(f"columns {', '.join(letters(c) for c in columns[:5])}")
    return [problem("TH-I13", grid.where(), seen="、".join(zh), seen_en=", ".join(en))] if zh else []


def _only_keys(cells: Iterable[object]) -> bool:
    return all(isinstance(c, str) and (not c.strip() or c.startswith("th:")) for c in cells)


def _list(rows: list[int]) -> str:
    return "、".join(str(r) for r in rows[:5]) + ("…" if len(rows) > 5 else "")
