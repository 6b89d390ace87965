"""The sheets and columns of a live workbook, and the address of every cell that a formula may read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tanheng.engine.exact.rows import Row
from tanheng.engine.exact.run import Run
from tanheng.engine.workbook.parts import Template
from tanheng.formula.model import Given, Method, Step

FIRST = 6
"""The first row of values on a sheet of rows, counted as spreadsheets do; the head lies above it."""
KEY, UNIT, GIVEN, STEP, WAY, HELPER = "key", "unit", "given", "step", "way", "helper"
LONGEST_NAME = 31
MANY_AREAS = 40
_FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_NOT_NAME = re.compile(r"[^\w.]")


@dataclass(eq=False)
class Column:
    """One column of a sheet.

    Attributes:
        role: key, unit, given, step, way or helper.
        template: What its cells compute; None for keys and givens.
        cached: The exact value of a row as a cell holds it.
    """

    sheet: Sheet
    role: str
    name: str
    item: Given | Step | None = None
    zh: str = ""
    unit: str = ""
    note: str = ""
    position: int = -1
    template: Template | None = None
    cached: Callable[[Row], Any] | None = None

    @property
    def letter(self) -> str:
        """The letters of the column."""
        return letters(self.position)


@dataclass(eq=False)
class Sheet:
    """The rows of one set of scopes."""

    closure: tuple[str, ...]
    title: str = ""
    rows: list[Row] = field(default_factory=list)
    at: dict[Row, int] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)

    def column(self, role: str, name: str) -> Column | None:
        """The column of that role and name."""
        return next((c for c in self.columns if c.role == role and c.name == name), None)

    @property
    def prefix(self) -> str:
        """What stands before an address on another sheet."""
        return f"'{self.title}'!"


def letters(position: int) -> str:
    """The letters of a column counted from 0."""
    text = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(65 + rest) + text
    return text


class Plan:
    """Where everything stands. Without a run it shows what can be said, and no address is asked for."""

    def __init__(self, method: Method, run: Run | None = None) -> None:
        self.method, self.run = method, run
        self.sheets: dict[tuple[str, ...], Sheet] = {}
        self.values: dict[str, Column] = {}
        self.ways: dict[str, Column] = {}
        self.helpers: dict[tuple[object, ...], Column] = {}
        self._areas: dict[tuple[object, ...], dict[Row, list[tuple[int, int]]]] = {}
        self._names: dict[str, str] = {}
        self._titles: set[str] = {"封面", "常量与查表", "cover"}
        items: Iterable[Given | Step] = (*method.givens.values(), *method.steps.values())
        for closure in sorted({item.closure for item in items}, key=lambda c: (len(c), c)):
            self.sheet(closure)
        for item in items:
            role = GIVEN if isinstance(item, Given) else STEP
            sheet = self.sheet(item.closure)
            self.values[item.name] = Column(sheet, role, item.name, item, item.zh or item.name)
            sheet.columns.append(self.values[item.name])

    def sheet(self, closure: tuple[str, ...]) -> Sheet:
        """The sheet of a set of scopes; made where no name has a value there, for an aggregate's terms."""
        if closure not in self.sheets:
            sheet = self.sheets[closure] = Sheet(closure, self._title(closure))
            own_unit = {s for s in closure if self.method.scopes[s].units}
            for scope in closure:
                zh = self.method.scopes[scope].zh or scope
                sheet.columns.append(Column(sheet, KEY, scope, zh=zh))
                if scope in own_unit:
                    sheet.columns.append(Column(sheet, UNIT, scope, zh=f"{zh}计量单位"))
            if self.run is not None:
                sheet.rows = _in_order(self.run.rows.of(closure))
                sheet.at = {row: FIRST + i for i, row in enumerate(sheet.rows)}
        return self.sheets[closure]

    def settle(self) -> None:
        """Give every column its place: keys, givens, steps with their ways, then the helpers."""
        order = {KEY: 0, UNIT: 0, GIVEN: 1, STEP: 2, WAY: 2, HELPER: 3}
        place = {name: i for i, name in enumerate(self.method.steps)}
        for sheet in self.sheets.values():
            sheet.columns.sort(key=lambda c: (order[c.role], place.get(c.name, -1), c.role == STEP))
            for position, column in enumerate(sheet.columns):
                column.position = position

    def helper(self, closure: tuple[str, ...], key: tuple[object, ...], zh: str) -> tuple[Column, bool]:
        """A helper column of a sheet, and whether it is new; equal keys share one."""
        whole = (closure, *key)
        if whole in self.helpers:
            return self.helpers[whole], False
        sheet = self.sheet(closure)
        column = Column(sheet, HELPER, f"辅助{len(self.helpers) + 1}", zh=zh)
        sheet.columns.append(column)
        self.helpers[whole] = column
        return column, True

    def way_column(self, step: Step) -> Column:
        """The column that says which way each row of a step takes."""
        if step.name not in self.ways:
            sheet = self.sheet(step.closure)
            column = Column(sheet, WAY, step.name, step, f"{step.zh or step.name} · 路径")
            sheet.columns.append(column)
            self.ways[step.name] = column
        return self.ways[step.name]

    def _title(self, closure: tuple[str, ...]) -> str:
        scopes = self.method.scopes
        above = {p for s in closure for p in _above(s, {n: c.within for n, c in scopes.items()})}
        own = [s for s in closure if s not in above] or ["汇总"]
        said = "·".join((scopes[s].zh or s) if s in scopes else s for s in own)
        return unique(_FORBIDDEN.sub(" ", said).strip() or "表", self._titles)

    # --- addresses

    def cell(self, column: Column, frame: tuple[str, ...], home: Sheet) -> Callable[[Row], str]:
        """The address of a column's cell in the row that a row of `frame` lies in."""
        sheet = column.sheet
        places = [frame.index(s) for s in sheet.closure]
        prefix = "" if sheet is home else sheet.prefix

        def address(row: Row) -> str:
            return f"{prefix}{column.letter}{sheet.at[tuple([row[i] for i in places])]}"

        if sheet is home:
            return lambda row: f"{column.letter}{sheet.at[row]}"
        return address

    def earlier(self, column: Column, frame: tuple[str, ...], home: Sheet) -> Callable[[Row], str]:
        """The address one period earlier; an empty text, which is absence, at the start of the run."""
        sheet = column.sheet
        places = [frame.index(s) for s in sheet.closure]
        prefix = "" if sheet is home else sheet.prefix

        def address(row: Row) -> str:
            assert self.run is not None
            found = self.run.rows.before(sheet.closure, tuple([row[i] for i in places]))
            return '""' if found is None else f"{prefix}{column.letter}{sheet.at[found]}"

        return address

    def starts(self, column: Column, frame: tuple[str, ...]) -> Callable[[Row], str]:
        """Whether a row lies at the start of the run."""
        places = [frame.index(s) for s in column.sheet.closure]

        def first(row: Row) -> str:
            assert self.run is not None
            found = self.run.rows.before(column.sheet.closure, tuple([row[i] for i in places]))
            return "TRUE" if found is None else "FALSE"

        return first

    def whole(self, column: Column, home: Sheet) -> str:
        """The range of all rows of a column, absolute."""
        sheet = column.sheet
        prefix = "" if sheet is home else sheet.prefix
        last = FIRST + max(len(sheet.rows), 1) - 1
        return f"{prefix}${column.letter}${FIRST}:${column.letter}${last}"

    def areas(self, column: Column, frame: tuple[str, ...], home: Sheet) -> Callable[[Row], str]:
        """The cells of a column that belong to a row of `frame`: one range or several."""
        sheet = column.sheet
        prefix = "" if sheet is home else sheet.prefix

        def said(row: Row) -> str:
            found = self.spans(sheet, frame).get(row)
            if not found:
                # the head is a text, which sums, counts and extremes pass over: no rows
                return f"{prefix}{column.letter}{FIRST - 4}"
            letter = column.letter
            return ",".join(
                f"{prefix}{letter}{a}:{letter}{b}" if a != b else f"{prefix}{letter}{a}" for a, b in found
            )

        return said

    def spans(self, sheet: Sheet, frame: tuple[str, ...]) -> Mapping[Row, list[tuple[int, int]]]:
        """The runs of following rows of a sheet by their row of `frame`."""
        key = (sheet.closure, frame)
        if key not in self._areas:
            assert self.run is not None
            made: dict[Row, list[tuple[int, int]]] = {}
            for row, fine in self.run.rows.groups(sheet.closure, frame).items():
                made[row] = list(_runs(sorted(sheet.at[r] for r in fine)))
            self._areas[key] = made
        return self._areas[key]

    def count(self, sheet: Sheet, frame: tuple[str, ...]) -> Callable[[Row], str]:
        """How many rows of a sheet belong to a row of `frame`."""
        return lambda row: str(sum(b - a + 1 for a, b in self.spans(sheet, frame).get(row, ())))

    def name_of(self, wish: str) -> str:
        """A defined name that no other has; spreadsheets do not tell capitals from small letters."""
        base = _NOT_NAME.sub("_", wish)[:200]
        name, number = base, 2
        while name.lower() in self._names:
            name, number = f"{base}_{number}", number + 1
        self._names[name.lower()] = name
        return name


def _in_order(rows: list[Row]) -> list[Row]:
    """Rows by their first key, then the next: what is summed over the last keys then lies in one range."""
    ranks: list[dict[str, int]] = [{} for _ in (rows[0] if rows else ())]
    for row in rows:
        for rank, key in zip(ranks, row, strict=True):
            rank.setdefault(key, len(rank))
    return sorted(rows, key=lambda row: [rank[key] for rank, key in zip(ranks, row, strict=True)])


def unique(wish: str, taken: set[str]) -> str:
    """A sheet name that no other has, of at most 31 characters."""
    name, number = wish[:LONGEST_NAME], 2
    while name.lower() in taken:
        tail = f" {number}"
        name, number = wish[: LONGEST_NAME - len(tail)] + tail, number + 1
    taken.add(name.lower())
    return name


def _runs(rows: list[int]) -> Iterable[tuple[int, int]]:
    start = rows[0]
    for one, two in pairwise([*rows, rows[-1] + 2]):
        if two != one + 1:
            yield start, one
            start = two


def _above(scope: str, within: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    for parent in within.get(scope, ()):
        found |= {parent, *_above(parent, within)}
    return found
