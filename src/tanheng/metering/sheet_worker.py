"""The guarded subprocess: reads one workbook from standard input and writes its cells to standard output.

Run as `python -m tanheng.metering.sheet_worker`. Memory, processor time and the number of cells are limited
before the first byte is looked at; if a limit is hit this process dies and the parent says so. It writes no
file.
"""

from __future__ import annotations

import gc
import io
import marshal
import os
import sys
import threading
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine

from tanheng.metering.cell_names import position
from tanheng.metering.xml_scan import BookParts, SheetNotes, book_parts, scan_sheet
from tanheng.metering.zip_guard import (
    MAX_FILE,
    Finding,
    Stop,
    check_ole,
    office_kind,
    open_archive,
    sniff,
    unpack,
)

MAX_CELLS = 4_000_000
OVER = 3
"""Exit code of a process that came to the end of its memory."""


def limit(memory: int, seconds: int) -> None:
    """Set the limits of this process where the system knows them (not on Windows.

    There only the clock guards).
    """
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_book(data: bytes, max_cells: int = MAX_CELLS, *, guard_only: bool = False) -> dict[str, Any]:
    """All cells of all sheets, column by column, with what was found on the way.

    Args:
        guard_only: Look at archive and XML but not at the cells: says why a first reading died of its limits.

    Returns:
        {"findings": […], "date1904", "sheets": [{"name", "state", "row", "column", "columns", notes…}]}.
        `row` and `column` are those of the first cell, from 1. A blank is "", a number a float; everything
        else is a tuple of kind and value: ("date", "2024-03-05"), ("time", …), ("truth", "true"), ("percent",
        0.085), ("formula", "") for one that was never calculated, ("error", "#REF!").
    """
    kind = sniff(data[:4096])
    if kind == "ole":
        found = check_ole(data)
        old = [] if guard_only else _load(data, max_cells)
        return _answer(found, False, [_sheet(each, name, state, SheetNotes()) for name, state, each in old])
    if kind != "zip":
        raise Stop("TH-I05", seen=kind)
    archive = open_archive(data)
    if (office := office_kind(archive)) != "xlsx":
        raise Stop("TH-I05", seen=office)
    loading = _Loading(data, max_cells)
    if not guard_only:
        loading.start()
    found, book, notes = _guard(archive)
    loaded = [] if guard_only else loading.done()
    states = {name: state for name, _, state in book.sheets}
    for name, _, _ in loaded:
        if name not in notes:
            raise Stop("TH-I08", name, seen=f"{name}: ?")
    sheets = [_sheet(each, name, states[name], notes[name]) for name, _, each in loaded]
    return _answer(found, book.date1904, sheets)


def _answer(found: list[Finding], date1904: bool, sheets: list[dict[str, Any]]) -> dict[str, Any]:
    return {"findings": [each.plain() for each in found], "sheets": sheets, "date1904": date1904}


def _guard(archive: zipfile.ZipFile) -> tuple[list[Finding], BookParts, dict[str, SheetNotes]]:
    """Everything that is looked at beside the cells themselves."""
    names = archive.namelist()
    macros = [n for n in names if n.lower().endswith("vbaproject.bin") or "/macrosheets/" in n.lower()]
    for name in names:
        if name.endswith("sharedStrings.xml"):
            unpack(archive, name)
    book = book_parts(archive)
    notes = {
        name: scan_sheet(unpack(archive, part), name, book.percent_styles)
        for name, part, _ in book.sheets
        if not any(kind in part for kind in ("/chartsheets/", "/dialogsheets/", "/macrosheets/"))
    }
    return [Finding("TH-I10", params={"seen": macros[0]})] if macros else [], book, notes


class _Loading(threading.Thread):
    """Calamine at work; it lets go of the interpreter, so the XML is searched at the same time."""

    def __init__(self, data: bytes, max_cells: int) -> None:
        super().__init__(daemon=True)
        self.data, self.max_cells = data, max_cells
        self.sheets: list[tuple[str, str, Any]] = []
        self.stop: Stop | None = None

    def run(self) -> None:
        try:
            self.sheets = _load(self.data, self.max_cells)
        except Stop as stop:
            self.stop = stop

    def done(self) -> list[tuple[str, str, Any]]:
        """The sheets once they are there. Raises Stop when they cannot be read."""
        self.join()
        if self.stop is not None:
            raise self.stop
        return self.sheets


def _load(data: bytes, max_cells: int) -> list[tuple[str, str, Any]]:
    """The worksheets of a workbook: name, state, and calamine's sheet.

    Raises:
        Stop: TH-I06, TH-I07 more cells than the limit, TH-I08.
    """
    found: list[tuple[str, str, Any]] = []
    cells = 0
    name = ""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for about in book.sheets_metadata:
            name = about.name
            if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(name)
            cells += sheet.height * sheet.width
            if cells > max_cells:
                seen = f"{sheet.height} × {sheet.width}"
                raise Stop("TH-I07", name, what="cells", seen=seen, wanted=str(max_cells))
            found.append((name, str(about.visible).rpartition(".")[2].lower(), sheet))
    except python_calamine.PasswordError:
        raise Stop("TH-I06") from None
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise Stop("TH-I08", name, seen=str(error)) from None
    return found


def _sheet(sheet: Any, name: str, state: str, notes: SheetNotes) -> dict[str, Any]:
    columns = [_plain(list(column)) for column in zip(*sheet.to_python(), strict=True)]
    top, left = sheet.start or (0, 0)
    beyond = []
    marks = [("percent", cell, "") for cell in notes.percent] + [
        ("formula", cell, "") for cell in notes.no_value
    ]
    for mark, cell, seen in [*marks, *(("error", *each) for each in notes.errors)]:
        at, row = (each - 1 - start for each, start in zip(position(cell), (left, top), strict=True))
        if 0 <= at < len(columns) and 0 <= row < len(columns[0]):
            value = columns[at][row]
            if mark != "percent" or type(value) is float:
                columns[at][row] = (mark, value if mark == "percent" else seen)
        elif mark != "percent":
            beyond.append(cell)
    return {
        "name": name,
        "state": state,
        "row": top + 1,
        "column": left + 1,
        "columns": columns,
        "hidden_rows": notes.hidden_rows,
        "hidden_columns": notes.hidden_columns,
        "merged": notes.merged,
        "formulas": notes.formulas,
        "no_value": beyond,
    }


def _plain(column: list[Any]) -> list[Any]:
    """A column as marshal can carry it.

    Numbers as they are, other cells once each and shared where they repeat.
    """
    kinds = set(map(type, column))
    if kinds <= {float, str} and kinds != {str}:
        return column
    numbers = (float, int)
    known = {value: _cell(value) for value in {each for each in column if type(each) not in numbers}}
    return [value if type(value) in numbers else known[value] for value in column]


def _cell(value: Any) -> Any:
    if type(value) is bool:
        return ("truth", "true" if value else "false")
    if type(value) is date:
        return ("date", value.isoformat())
    if isinstance(value, datetime):
        return (
            "time" if value.time() != time() else "date",
            value.isoformat(" ") if value.time() != time() else value.date().isoformat(),
        )
    if isinstance(value, time | timedelta):
        return ("time", str(value))
    return value


def main() -> None:
    """Read standard input, answer on standard output; the exit code is 0 also when the file is refused."""
    memory, seconds, max_cells = (int(each) for each in sys.argv[1:4])
    guard_only = sys.argv[4:] == ["guard"]
    limit(memory, seconds)
    gc.disable()
    try:
        data = sys.stdin.buffer.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise Stop("TH-I07", what="bytes", seen=f"> {MAX_FILE}", wanted=str(MAX_FILE))
        answer = read_book(data, max_cells, guard_only=guard_only)
    except Stop as stop:
        answer = {"findings": [stop.finding.plain()], "sheets": None, "date1904": False}
    except MemoryError:
        os._exit(OVER)
    except Exception as error:
        # bytes from outside may reach a corner that nobody thought of; people get a problem, not a traceback
        finding = Finding("TH-I08", params={"seen": type(error).__name__})
        answer = {"findings": [finding.plain()], "sheets": None, "date1904": False}
    sys.stdout.buffer.write(marshal.dumps(answer))
    sys.stdout.buffer.flush()
    # a sheet that was refused may still be loading in the other thread
    os._exit(0)


if __name__ == "__main__":
    main()
