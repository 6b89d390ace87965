"""A data quality control plan from its workbook or TOML form; open fields stay open, odd ones are said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tanheng.facts.datum import Row, row_of
from tanheng.facts.plan import Entry, Plan
from tanheng.kernel.periods import Period, parse_period
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse
from tanheng.library.plan_file import load_plan_template
from tanheng.library.plan_template import PlanTemplate
from tanheng.library.template_library import Column, Sheet, template_ids
from tanheng.metering.cells import read_cell
from tanheng.metering.csv_reader import read_csv
from tanheng.metering.grid import Cell, Grid, is_blank, shown
from tanheng.metering.recognise import (
    Table,
    find_form,
    find_table,
    no_header,
    plain,
    shape_problems,
    sheet_of,
)
from tanheng.metering.workbook_reader import STANDARD, Limits, read_workbook

OPEN = ("待填", "to be filled")
"""What a cell says that people still have to fill; it reads as blank."""
OUR_SHEETS = ("说明", "Notes")
_ANY = parse_period("2000")


@dataclass(frozen=True, slots=True)
class PlanReading:
    """What became of a file; `plan` is None when anything was refused.

    `places` name the cell of each field by table, keys and column, for what is found later.
    """

    plan: Plan | None
    template: PlanTemplate | None
    problems: tuple[Problem, ...]
    places: Mapping[tuple[str, Row, str], Place] = field(default_factory=dict)


def read_plan(path: Path | str, *, library: Iterable[Path] = (), limits: Limits = STANDARD) -> PlanReading:
    """Read a plan; the kind of file is told by content, never by suffix. Nothing is raised for a bad file."""
    own, path = tuple(library), Path(path)
    problems: list[Problem] = []
    try:
        grids, found, system = plan_grids(path, limits)
        problems += found
        template, year = _head(grids, own, path.name, problems)
        reader = _Reader(template, year, system, problems)
        reader.read(grids)
        plan = None if any(p.severity == "error" for p in problems) else reader.plan(path.name)
        problems[:] = dict.fromkeys(problems)
        sound = not any(p.severity == "error" for p in problems)
        return PlanReading(plan if sound else None, template, tuple(problems), reader.places)
    except Refused as refused:
        return PlanReading(None, None, (*problems, *refused.problems))


def plan_grids(path: Path, limits: Limits = STANDARD) -> tuple[list[Grid], list[Problem], str]:
    """The sheets of a workbook or TOML form, and the system that its dates count in.

    Raises:
        Refused: TH-I04 to TH-I12, TH-I50, TH-I53 the file cannot be read.
    """
    from tanheng.metering.toml_form import looks_like_toml, read_toml

    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except (OSError, ValueError) as error:
        seen = getattr(error, "strerror", None) or error
        raise refuse("TH-I04", Place(path.name), seen=seen) from None
    if looks_like_toml(head):
        return read_toml(path), [], "1900"
    grids, found, date1904 = read_workbook(path, limits)
    return grids, found, "1904" if date1904 else "1900"


def read_calibrations(path: Path | str, template: PlanTemplate) -> tuple[list[Entry], list[Problem]]:
    """The ledger of calibrations: a CSV file, a workbook or a TOML form with the sheet "calibrations".

    Raises:
        Refused: the file cannot be read, or a line of it is refused.
    """
    path, sheet = Path(path), template.sheet("calibrations").sheet
    problems: list[Problem] = []
    if path.suffix.lower() == ".csv":
        grid, found = read_csv(path, sheet.id)
        grids, system = [grid], "1900"
    else:
        grids, found, system = plan_grids(path)
    reader = _Reader(template, _ANY, system, problems)
    reader.read([g for g in grids if sheet_of(g, [sheet])], only=sheet.id)
    if any(p.severity == "error" for p in problems):
        raise Refused(tuple(problems))
    return reader.entries, [*found, *problems]


def _head(
    grids: list[Grid], own: tuple[Path, ...], file: str, problems: list[Problem]
) -> tuple[PlanTemplate, Period]:
    """The template that the form "plan" names, and the year that the plan is for."""
    first = load_plan_template(template_ids()[0])
    sheet = first.sheet("plan").sheet
    grid = next((g for g in grids if sheet_of(g, [sheet]) is not None), None)
    if grid is None:
        raise refuse("TH-I20", Place(file), wanted=sheet.zh, wanted_en=sheet.en)
    table = find_form(grid, sheet)
    texts = {name: shown(table.grid.columns[at][0]).strip() for name, at in table.at.items()}
    for name in ("template", "year", "version"):
        if not texts.get(name) or texts[name] in OPEN:
            column = sheet.column(name)
            assert column is not None
            place = table.grid.place(table.at[name], 0) if name in table.at else grid.where(name)
            raise refuse("TH-I37", place, wanted=column.zh, wanted_en=column.title("en"))
    place = table.grid.place(table.at["year"], 0, "year")
    year = parse_period(texts["year"], place)
    if year.kind != "year":
        raise refuse("TH-A11", place, seen=texts["year"])
    template = (
        first if texts["template"] == first.id and not own else load_plan_template(texts["template"], own)
    )
    return template, year


class _Reader:
    """Reads the sheets of one file into entries and places."""

    def __init__(self, template: PlanTemplate, year: Period, system: str, problems: list[Problem]) -> None:
        self.template, self.year, self.system, self.problems = template, year, system, problems
        self.entries: list[Entry] = []
        self.places: dict[tuple[str, Row, str], Place] = {}
        self.head: dict[str, str] = {}

    def read(self, grids: list[Grid], only: str = "") -> None:
        """Every sheet that belongs to the template."""
        sheets = [s.sheet for s in self.template.sheets if not only or s.sheet.id == only]
        met: set[str] = set()
        for grid in grids:
            sheet = sheet_of(grid, sheets)
            if sheet is None:
                if grid.columns and grid.sheet not in OUR_SHEETS and not _empty(grid):
                    self.problems.append(problem("TH-I21", grid.where(), seen=grid.sheet))
                continue
            if sheet.id in met:
                # which of the two holds cannot be known
                self.problems.append(problem("TH-Q02", grid.where(), seen=sheet.zh))
                continue
            met.add(sheet.id)
            self.form(grid, sheet) if sheet.role == "form" else self.table(grid, sheet)
        lacking = [s for s in sheets if s.id not in met and not s.optional]
        self.problems += [problem("TH-I20", Place(), wanted=s.zh, wanted_en=s.en) for s in lacking]

    def form(self, grid: Grid, sheet: Sheet) -> None:
        """One value a line."""
        table = find_form(grid, sheet)
        self.problems += [*shape_problems(grid, table), *table.problems]
        fields = {}
        for column in sheet.columns:
            if column.name in table.at:
                at = table.at[column.name]
                fields[column.name] = self.value(table.grid, at, 0, column)
                self.places[sheet.id, (), column.name] = table.grid.place(at, 0)
            elif grid.kind != "toml":
                self.problems.append(
                    problem("TH-I23", grid.where(), wanted=column.zh, wanted_en=column.title("en"))
                )
        kept = row_of((k, v) for k, v in fields.items() if v)
        if sheet.id == "plan":
            self.head = dict(kept)
        elif kept:
            self.entries.append(Entry(sheet.id, (), kept))

    def table(self, grid: Grid, sheet: Sheet) -> None:
        """One entry a line."""
        table = find_table(grid, sheet)
        if table is None:
            self.problems.append(no_header(grid, sheet))
            return
        self.problems += [*shape_problems(grid, table), *table.problems]
        columns = [c for c in sheet.columns if c.name in table.at]
        # a form in TOML lists the columns that it uses; in a workbook every column was there
        for column in sheet.columns:
            if column not in columns and (
                grid.kind == "workbook" or (column.role == "key" and column.needed)
            ):
                self.problems.append(
                    problem("TH-I23", grid.where(), wanted=column.zh, wanted_en=column.title("en"))
                )
        # without a key column no line can be told from another
        keyed = all(c in columns for c in sheet.columns if c.role == "key" and c.needed)
        for number in range(_first(table), grid.height if keyed else 0):
            self.line(grid, table, columns, number)

    def line(self, grid: Grid, table: Table, columns: list[Column], number: int) -> None:
        """One line of a table."""
        sheet = table.sheet
        cells = {c: grid.columns[table.at[c.name]][number] for c in columns}
        if all(_open(cell) for cell in cells.values()):
            return
        texts = {c.name: self.value(grid, table.at[c.name], number, c) for c in columns}
        lacking = [c for c in columns if c.role == "key" and c.needed and not texts[c.name]]
        for column in lacking:
            place = grid.place(table.at[column.name], number, column.name)
            # a cell that was refused has been said already
            if _open(cells[column]):
                self.problems.append(problem("TH-I37", place, wanted=column.zh, wanted_en=column.title("en")))
        if lacking:
            return
        at = row_of((n, texts[n]) for n in sheet.keys if texts.get(n))
        if any(e.table == sheet.id and e.at == at for e in self.entries):
            place = grid.place(table.at[sheet.keys[-1]], number)
            self.problems.append(problem("TH-Q02", place, seen="、".join(v for _, v in at) or sheet.zh))
            return
        self.entries.append(
            Entry(sheet.id, at, row_of((n, v) for n, v in texts.items() if v and n not in sheet.keys))
        )
        for column in columns:
            self.places[sheet.id, at, column.name] = grid.place(table.at[column.name], number)

    def value(self, grid: Grid, at: int, number: int, column: Column) -> str:
        """The canonical text of a cell, "" when it is open or refused."""
        cell = grid.columns[at][number]
        if _open(cell):
            return ""
        try:
            return read_cell(cell, column, grid.place(at, number, column.name), self.year, self.system)
        except Refused as refused:
            self.problems += refused.problems
            return ""

    def plan(self, file: str) -> Plan | None:
        """The plan that was read; problems where it cannot be one, or was altered after it was submitted."""
        said = {k: v for k, v in self.head.items() if k != "digest"}
        try:
            plan = Plan(**said, entries=tuple(self.entries))
        except Refused as refused:
            self.problems += refused.problems
            return None
        kept = self.head.get("digest", "")
        if plan.submitted_on and plan.digest != kept:
            seen, wanted = plan.digest[:16], kept[:16] or "—"
            found = problem("TH-Q03", Place(file), version=plan.version, seen=seen, wanted=wanted)
            self.problems.append(found)
        return plan


def _first(table: Table) -> int:
    """The first line below the head: plans have no row of units, so a line without keys is no such row."""
    above = table.first - 1
    cells = {name: table.grid.columns[at][above] for name, at in table.at.items()}
    for name, cell in cells.items():
        column = table.sheet.column(name)
        assert column is not None
        names = (plain(column.zh), plain(column.en), name.lower())
        if not is_blank(cell) and (not isinstance(cell, str) or plain(cell) not in names):
            if not str(cell).startswith("th:"):
                return above
    return table.first


def _open(cell: Cell) -> bool:
    return is_blank(cell) or (isinstance(cell, str) and cell.strip() in OPEN)


def _empty(grid: Grid) -> bool:
    return all(is_blank(cell) for column in grid.columns for cell in column)
