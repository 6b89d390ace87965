"""One door in: a file of any supported kind becomes `Inputs`, or problems that say what and where."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tanheng.engine.exact.result import in_force
from tanheng.facts.inputs import Inputs
from tanheng.formula.model import Method
from tanheng.kernel.dates import read_period
from tanheng.kernel.periods import Period
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.library.method_library import MethodLibrary, load_methods
from tanheng.library.template_library import (
    Template,
    load_template,
    run_sheet,
    template_ids,
    template_methods,
)
from tanheng.metering.declarations import apply_confirmations, apply_declarations, apply_substitutions
from tanheng.metering.gaps import gap_problems
from tanheng.metering.grid import Grid, is_blank, shown
from tanheng.metering.member_faults import member_problems
from tanheng.metering.recognise import Table, find_form, find_table, no_header, shape_problems, sheet_of
from tanheng.metering.table_reader import Book, read_table
from tanheng.metering.workbook_reader import STANDARD, Limits, read_workbook

MOST_PROBLEMS = 10_000
_OUR_SHEETS = ("说明", "Notes", "检查结果", "Findings")


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a file. `inputs` is None when anything was refused; `read` = `stored` + `refused` lines.

    Lines of totals count as refused: they are read, said, and never stored. `held`: a person must confirm
    something first.
    """

    inputs: Inputs | None
    problems: tuple[Problem, ...]
    read: int
    stored: int
    refused: int
    seconds: float
    template: str = ""

    @property
    def held(self) -> bool:
        """Whether a question is open."""
        return any(p.severity == "ask" for p in self.problems)


def read_inputs(
    path: Path | str,
    *,
    template: Template | None = None,
    limits: Limits = STANDARD,
    library: Iterable[Path] = (),
    csv: Mapping[str, Path] | None = None,
    whole: bool = True,
) -> Reading:
    """Read a plant's year from a workbook or its TOML form; the kind is told by content, never by suffix.

    Args:
        template: The template to read by; by default the one that the file names.
        limits: Seconds, bytes and cells that reading may take.
        library: Folders of the user's own templates and methods.
        csv: Sheets to be read from CSV files instead: {"day": Path("day.csv")}.
        whole: Whether gaps are faults; a plan is drafted before its year has data.

    Returns:
        A Reading with every problem found, in the order of sheets and lines. Nothing is raised for a bad
        file.
    """
    started = time.perf_counter()
    collecting = gc.isenabled()
    # a hundred thousand lines become a million small objects without a circle among them
    gc.disable()
    try:
        return _read(Path(path), template, limits, tuple(library), csv or {}, started, whole)
    finally:
        if collecting:
            gc.enable()


def _read(
    path: Path,
    template: Template | None,
    limits: Limits,
    own: tuple[Path, ...],
    csv: Mapping[str, Path],
    started: float,
    whole: bool,
) -> Reading:
    problems: list[Problem] = []
    book: Book | None = None
    inputs: Inputs | None = None
    try:
        shelf = _Shelf(template, own)
        grids, found, date1904 = _grids(path, limits, shelf)
        problems += found
        for sheet_id, file in csv.items():
            grids += _csv(sheet_id, file, problems)
        book, boundary = _open(grids, shelf, problems, path.name, "1904" if date1904 else "1900")
        _read_sheets(book, grids, whole)
        problems += book.problems
        if not any(p.severity == "error" for p in problems) and book.refused == book.subtotals:
            inputs = Inputs(
                book.template.method.id,
                book.period.key,
                boundary,
                book.members,
                tuple(datum for name in sorted(book.data) for datum in book.data[name]),
                tuple(book.facts),
            )
    except Refused as refused:
        problems += refused.problems
    if len(problems) > MOST_PROBLEMS:
        # whatever is left out, no error and no open question may be
        problems.sort(key=lambda p: p.severity not in ("error", "ask"))
        problems[MOST_PROBLEMS:] = [problem("TH-I18", Place(path.name), count=len(problems) - MOST_PROBLEMS)]
    read, refused_lines = (book.read, book.refused) if book else (0, 0)
    name = book.template.id if book else ""
    return Reading(
        inputs,
        tuple(problems),
        read,
        read - refused_lines,
        refused_lines,
        time.perf_counter() - started,
        name,
    )


class _Shelf:
    """The templates that a file may name, each bound to its method once."""

    def __init__(self, given: Template | None, own: tuple[Path, ...]) -> None:
        self.given, self.own = given, own
        self.methods = load_methods(own)
        self.bound: dict[tuple[str, str], Template] = {}

    def prepare(self) -> None:
        """Bind the likeliest template while the workbook is being read."""
        # a faulty template is said when a file names it, not before
        with suppress(Refused):
            for first in template_ids(self.own)[: 0 if self.given else 1]:
                self.get(first, template_methods(first, self.own)[0])

    def get(self, template_id: str, method_id: str) -> Template:
        """One template, bound to a method that it serves."""
        if self.given is not None:
            return self.given
        key = template_id, method_id
        if key not in self.bound:
            self.bound[key] = load_template(template_id, self.methods.get(method_id), self.own)
        return self.bound[key]


def _grids(path: Path, limits: Limits, shelf: _Shelf) -> tuple[list[Grid], list[Problem], bool]:
    from tanheng.metering.toml_form import looks_like_toml, read_toml

    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except (OSError, ValueError) as error:
        raise Refused(
            problem("TH-I04", Place(path.name), seen=getattr(error, "strerror", None) or error)
        ) from None
    if looks_like_toml(head):
        return read_toml(path), [], False
    return read_workbook(path, limits, shelf.prepare)


def _csv(sheet_id: str, file: Path, problems: list[Problem]) -> list[Grid]:
    from tanheng.metering.csv_reader import read_csv

    grid, found = read_csv(file, sheet_id)
    problems += found
    return [grid]


def _open(
    grids: list[Grid], shelf: _Shelf, problems: list[Problem], file: str, system: str
) -> tuple[Book, str]:
    """The sheet "run" says which template, method, period and boundary the rest is for."""
    sheet = run_sheet()
    grid = next((g for g in grids if (s := sheet_of(g, [sheet])) is not None and s.id == "run"), None)
    if grid is None:
        raise Refused(problem("TH-I20", Place(file), wanted=sheet.zh, wanted_en=sheet.en))
    table = find_form(grid, sheet)
    texts = {name: shown(table.grid.columns[at][0]).strip() for name, at in table.at.items()}
    lacking = [
        problem(
            "TH-I37",
            table.grid.place(table.at[c.name], 0) if c.name in table.at else grid.where(),
            wanted=c.zh,
            wanted_en=c.title("en"),
        )
        for c in sheet.columns
        if not texts.get(c.name)
    ]
    problems += [*table.problems, *lacking]
    if any(p.severity == "error" for p in (*table.problems, *lacking)):
        raise Refused(())
    place = {name: table.grid.place(at, 0, name) for name, at in table.at.items()}
    period: Period = read_period(texts["period"], place["period"])
    boundaries = next(c.one_of for c in sheet.columns if c.name == "boundary")
    if texts["boundary"] not in boundaries:
        raise Refused(
            problem("TH-I31", place["boundary"], seen=texts["boundary"], wanted="、".join(boundaries))
        )
    template = _template(texts, place, shelf)
    _in_force(template.method, period, place["method"], shelf.methods)
    return Book(template, period, system), texts["boundary"]


def _in_force(method: Method, period: Period, place: Place, methods: MethodLibrary) -> None:
    """Refuse TH-C08 at the cell of the method: columns would be read by another edition's rules."""
    try:
        # the given template may be bound to a method of no library
        if method.id in methods.ids():
            in_force(method.id, period.key, methods)
    except Refused as refused:
        raise Refused(Problem(p.code, place, p.params) for p in refused.problems) from None


def _template(texts: Mapping[str, str], place: Mapping[str, Place], shelf: _Shelf) -> Template:
    """The template and method that the sheet "run" names."""
    given = shelf.given
    known = (given.id,) if given else template_ids(shelf.own)
    if texts["template"] not in known:
        said = {"what": "模板", "what_en": "template", "seen": texts["template"], "wanted": ", ".join(known)}
        raise Refused(problem("TH-I28", place["template"], **said))
    methods = (given.method.id,) if given else template_methods(texts["template"], shelf.own)
    if texts["method"] not in methods:
        said = {"what": "方法", "what_en": "method", "seen": texts["method"], "wanted": ", ".join(methods)}
        raise Refused(problem("TH-I28", place["method"], **said))
    return shelf.get(texts["template"], texts["method"])


def _read_sheets(book: Book, grids: list[Grid], whole: bool) -> None:
    """Recognise every sheet, then read members before lines, lines before declarations.

    And look for gaps last.
    """
    tables: dict[str, list[Table]] = {}
    from_csv = _from_csv(book.template, grids)
    for grid in grids:
        sheet = sheet_of(grid, book.template.sheets)
        if sheet is not None and sheet.id in from_csv and grid.kind != "csv":
            continue
        if sheet is None:
            if grid.columns and not _is_notes(grid):
                book.problems.append(problem("TH-I21", grid.where(), seen=grid.sheet))
            continue
        table = find_form(grid, sheet) if sheet.role in ("run", "form") else find_table(grid, sheet)
        if table is None:
            book.problems.append(no_header(grid, sheet))
            tables.setdefault(sheet.id, [])
            continue
        book.problems += shape_problems(grid, table)
        tables.setdefault(sheet.id, []).append(table)
    for sheet in book.template.sheets:
        if sheet.id not in tables and not sheet.optional:
            book.problems.append(problem("TH-I20", Place(grids[0].file), wanted=sheet.zh, wanted_en=sheet.en))
    for role in ("form", "members", "rows"):
        for sheet in book.template.by_role(role):
            for table in tables.get(sheet.id, []):
                read_table(book, table)
    book.problems += member_problems(book)
    for sheet in book.template.by_role("substituted"):
        for table in tables.get(sheet.id, []):
            apply_substitutions(book, table)
    for sheet in book.template.by_role("declared"):
        for table in tables.get(sheet.id, []):
            apply_declarations(book, table)
    book.problems += gap_problems(book) if whole else []
    for sheet in book.template.by_role("confirmed"):
        for table in tables.get(sheet.id, []):
            apply_confirmations(book, table)


def _from_csv(template: Template, grids: list[Grid]) -> set[str]:
    """The sheets that CSV files stand for. Raises Refused TH-I59 for a name that is no sheet."""
    found: set[str] = set()
    for grid in (g for g in grids if g.kind == "csv"):
        sheet = sheet_of(grid, template.sheets)
        if sheet is None or sheet.role == "run":
            names = ", ".join(f"{s.id} {s.zh}" for s in template.sheets if s.role != "run")
            raise Refused(problem("TH-I59", Place(grid.file), seen=grid.sheet, wanted=names))
        found.add(sheet.id)
    return found


def _is_notes(grid: Grid) -> bool:
    """Sheets that Tanheng wrote for people, and sheets with nothing in them."""
    return grid.sheet.rstrip("+") in _OUR_SHEETS or all(
        is_blank(cell) for column in grid.columns for cell in column
    )
