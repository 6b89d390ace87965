"""A recognised table becomes data: keys to rows, cells to canonical values, everything odd to a problem.

Written column by column: a workbook may have a hundred thousand lines, and only what is odd takes the slow
path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import itemgetter

from tanheng.facts.datum import Datum, Origin, Row, measured
from tanheng.facts.inputs import Member
from tanheng.formula.check import closure_of
from tanheng.formula.model import TIME_SCOPES
from tanheng.kernel.periods import Period
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.kernel.units import parse_unit
from tanheng.library.template_library import Column, Template
from tanheng.metering.cells import read_cell
from tanheng.metering.column_units import own_scope
from tanheng.metering.grid import is_blank, shown
from tanheng.metering.number_column import read_numbers
from tanheng.metering.recognise import Table
from tanheng.metering.subtotals import is_subtotal, subtotal_problems
from tanheng.metering.unlike_lines import unlike

Pair = tuple[str, str]
_NO_PLACE = Place()


@dataclass(slots=True)
class Lines:
    """A table with the row of each of its lines (None.

    Blank or refused), for finding the cell of a row again.
    """

    table: Table
    rows: list[Row | None]
    _index: dict[Row, int] | None = None

    def cell(self, name: str, row: Row) -> str:
        """The name of the cell in which a column's value of a row stands or should stand.

        "" when there is no such line.
        """
        if self._index is None:
            self._index = {r: n for n, r in enumerate(self.rows) if r is not None}
        if row not in self._index or name not in self.table.at:
            return ""
        return self.table.grid.cell(self.table.at[name], self.table.first + self._index[row])


@dataclass(slots=True)
class Book:
    """What has been read so far of one workbook; `data` by the name of the given.

    `nil`: periods of open lists declared to have had no entry. `unplaced`: values in lines that were refused
    for their keys, by column.
    """

    template: Template
    period: Period
    system: str = "1900"
    members: dict[str, tuple[Member, ...]] = field(default_factory=dict)
    data: dict[str, list[Datum]] = field(default_factory=dict)
    facts: list[Datum] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    tables: list[Lines] = field(default_factory=list)
    read: int = 0
    refused: int = 0
    subtotals: int = 0
    declared: set[tuple[str, Row]] = field(default_factory=set)
    nil: set[tuple[str, Row]] = field(default_factory=set)
    faulty: dict[str, set[Row]] = field(default_factory=dict)
    unplaced: dict[str, int] = field(default_factory=dict)

    def refuse(self, name: str, row: Row | None) -> None:
        """Remember that the value of a row was refused: it is no gap as well."""
        self.faulty.setdefault(name, set()).add(row or ())

    def misplace(self, table: Table, number: int) -> None:
        """Remember that the values of a line belong to no row: its member or time was refused."""
        for name, at in table.at.items():
            if not is_blank(table.grid.columns[at][table.first + number]):
                self.unplaced[name] = self.unplaced.get(name, 0) + 1

    def own_units(self, scope: str) -> Mapping[Row, str]:
        """The unit of each member of a scope by its whole row."""
        return {tuple(sorted((*m.within, (scope, m.id)))): m.unit for m in self.members.get(scope, ())}


class _Keys(dict[object, Pair | None]):
    """Key cells of one column, each distinct cell understood once. None is a cell that cannot be a key."""

    def __init__(self, book: Book, column: Column) -> None:
        super().__init__()
        self.book, self.column = book, column
        self.faults: dict[object, tuple[Problem, ...]] = {}

    def __missing__(self, cell: object) -> Pair | None:
        pair: Pair | None = None
        if not is_blank(cell):
            try:
                text = read_cell(cell, self.column, _NO_PLACE, self.book.period, self.book.system)
                pair = (self.column.name, text)
            except Refused as refused:
                self.faults[cell] = refused.problems
        self[cell] = pair
        return pair


def read_table(book: Book, table: Table) -> None:
    """Read one table into the book.

    Lines that hold nothing are passed over; every other line counts as read and is either stored or refused.
    """
    sheet, grid = table.sheet, table.grid
    book.problems += table.problems
    lacking = [
        c for c in sheet.columns if c.name not in table.at and (c.role in ("key", "own_unit") or c.needed)
    ]
    book.problems += [problem("TH-I23", grid.where(), wanted=c.zh, wanted_en=c.title("en")) for c in lacking]
    if any(c.role in ("key", "own_unit") for c in lacking):
        return
    keys = {c.name: _Keys(book, c) for c in sheet.columns if c.role == "key"}
    cells = {name: grid.columns[at][table.first :] for name, at in table.at.items()}
    pairs = {name: [keys[name][cell] for cell in cells[name]] for name in keys}
    if "day" in pairs:
        months: dict[str, Pair] = {}
        pairs["month"] = [p and months.setdefault(p[1][:7], ("month", p[1][:7])) for p in pairs["day"]]
    count = max(grid.height - table.first, 0)
    rows: list[Row | None] = (
        list(zip(*(pairs[s] for s in sorted(pairs)), strict=True)) if pairs else [()] * count
    )
    refused = _key_faults(book, table, keys, cells, rows)
    if sheet.role == "members":
        _take_members(book, table, rows, cells, refused)
    _unknown_members(book, table, rows, refused)
    _duplicates(book, table, rows, refused)
    _take_values(book, table, rows, cells, refused)
    book.tables.append(Lines(table, rows))
    book.read += len({n for n, row in enumerate(rows) if row is not None} | refused)
    book.refused += len(refused)


def _key_faults(
    book: Book,
    table: Table,
    keys: Mapping[str, _Keys],
    cells: Mapping[str, list[object]],
    rows: list[Row | None],
) -> set[int]:
    """Blank lines become None.

    Lines with a bad or missing key are refused; subtotal lines are said and compared.
    """
    refused: set[int] = set()
    subtotals: list[int] = []
    if not any(pair is None for pairs in keys.values() for pair in pairs.values()):
        return refused
    for number, row in enumerate(rows):
        if row is None or None not in row:
            continue
        rows[number] = None
        if all(is_blank(column[number]) for column in cells.values()):
            continue
        words = [column[number] for name, column in cells.items() if name in keys]
        if any(is_subtotal(word) for word in words):
            subtotals.append(number)
            refused.add(number)
            book.subtotals += 1
            continue
        refused.add(number)
        book.misplace(table, number)
        for name, reader in keys.items():
            cell, at = cells[name][number], table.first + number
            place = table.grid.place(table.at[name], at, name)
            if is_blank(cell):
                zh, en = reader.column.zh, reader.column.title("en")
                book.problems.append(problem("TH-I37", place, wanted=zh, wanted_en=en))
            for fault in reader.faults.get(cell, ()):
                book.problems.append(Problem(fault.code, place, fault.params))
    book.problems += subtotal_problems(table, subtotals, cells)
    return refused


def _take_members(
    book: Book, table: Table, rows: list[Row | None], cells: Mapping[str, list[object]], refused: set[int]
) -> None:
    """A line of a members' sheet declares one member with its own unit."""
    scope = table.sheet.scope
    units = table.sheet.column("own_unit")
    found: list[Member] = []
    for number, row in enumerate(rows):
        if row is None:
            continue
        unit = ""
        if units is not None:
            place = table.grid.place(table.at["own_unit"], table.first + number, "own_unit")
            unit = _own_unit(book, cells["own_unit"][number], units, place, dict(row)[scope])
            if not unit:
                rows[number] = None
                refused.add(number)
                continue
        label = shown(cells["label"][number]).strip() if "label" in cells else ""
        found.append(Member(dict(row)[scope], tuple(p for p in row if p[0] != scope), unit, label))
    book.members[scope] = (*book.members.get(scope, ()), *dict.fromkeys(found))


def _own_unit(book: Book, cell: object, column: Column, place: Place, member: str) -> str:
    if is_blank(cell):
        book.problems.append(problem("TH-I49", place, seen=member, wanted=" / ".join(column.one_of)))
        return ""
    try:
        wanted = {parse_unit(text).text: text for text in column.one_of}
        seen = parse_unit(shown(cell), place)
    except Refused as refusal:
        book.problems += refusal.problems
        return ""
    if seen.text not in wanted:
        book.problems.append(problem("TH-I27", place, seen=shown(cell), wanted=" / ".join(column.one_of)))
        return ""
    return wanted[seen.text]


def _unknown_members(book: Book, table: Table, rows: list[Row | None], refused: set[int]) -> None:
    """Lines of members that are not registered are refused, each distinct member judged once."""
    scopes = book.template.scopes
    for scope in table.sheet.keys:
        about = scopes[scope]
        if scope in TIME_SCOPES or about.open or about.rows or table.sheet.scope == scope:
            continue
        owner = next((s for s in book.template.by_role("members") if s.scope == scope), None)
        above = {scope, *closure_of((scope,), scopes)}
        known = {tuple(sorted((*m.within, (scope, m.id)))) for m in book.members.get(scope, ())}
        parts = pick(rows, above)
        if set(parts) - {()} <= known:
            continue
        for number, part in enumerate(parts):
            if part and part not in known:
                rows[number] = None
                refused.add(number)
                book.misplace(table, number)
                place = table.grid.place(table.at[scope], table.first + number, scope)
                book.problems.append(
                    _unknown(place, part, scope, known, owner.zh if owner else "", owner.en if owner else "")
                )


def pick(rows: Sequence[Row | None], scopes: set[str]) -> list[Row]:
    """The part of each row that lies in `scopes`; () for a line without a row.

    All rows of a table have the same scopes.
    """
    first = next((row for row in rows if row is not None), ())
    places = [at for at, (scope, _) in enumerate(first) if scope in scopes]
    if len(places) == 1:
        return [(row[places[0]],) if row else () for row in rows]
    take: Callable[[Row], Row] = itemgetter(*places) if places else tuple
    return [take(row) if row else () for row in rows]


def _unknown(place: Place, part: Row, scope: str, known: set[Row], zh: str, en: str) -> Problem:
    seen = dict(part)[scope]
    near = [
        dict(k)[scope]
        for k in known
        if dict(k)[scope].lstrip("0") == seen.lstrip("0") and dict(k)[scope] != seen
    ]
    full = " · ".join(v for _, v in part)
    said = (f"已登记的是“{near[0]}”。", f"Registered is “{near[0]}”.") if near else ("", "")
    return problem("TH-I38", place, seen=full, wanted=zh, wanted_en=en, hint=said[0], hint_en=said[1])


def _duplicates(book: Book, table: Table, rows: list[Row | None], refused: set[int]) -> None:
    """The second line for one member and time is refused and names the first."""
    kept = [row for row in rows if row is not None]
    if len(set(kept)) == len(kept):
        return
    first: dict[Row, int] = {}
    name = table.sheet.keys[-1] if table.sheet.keys else table.sheet.columns[0].name
    for number, row in enumerate(rows):
        if row is None:
            continue
        if row in first:
            other = table.grid.cell(table.at[name], table.first + first[row])
            place = table.grid.place(table.at[name], table.first + number)
            apart = unlike(table, first[row], number) if table.sheet.role == "members" else None
            book.problems.append(
                apart
                or problem(
                    "TH-I01",
                    place,
                    name=table.sheet.zh,
                    name_en=table.sheet.title("en"),
                    row=_shown_row(row),
                    other=other,
                )
            )
            rows[number] = None
            refused.add(number)
        else:
            first[row] = number


def _shown_row(row: Row) -> str:
    return " · ".join(value for _, value in row)


def _take_values(
    book: Book, table: Table, rows: list[Row | None], cells: Mapping[str, list[object]], refused: set[int]
) -> None:
    """Every given and fact of the table.

    A line with a refused cell counts as refused, its other cells stay read.
    """
    grid, nothing = table.grid, [""] * len(rows)
    # in the order of inputs, which then need not be sorted
    order = sorted((n for n, row in enumerate(rows) if row is not None), key=lambda n: rows[n] or ())
    owns: dict[str, list[str]] = {}
    for column in table.sheet.columns:
        if column.role not in ("given", "fact") or column.name not in table.at:
            continue
        notes: dict[int, str] = {}
        units = nothing
        if column.unit is not None:
            scope = own_scope(column.unit)
            if scope and scope not in owns:
                known = book.own_units(scope)
                above = {s for member in known for s, _ in member}
                owns[scope] = [known.get(part, "") for part in pick(rows, above)]
            own = owns[scope] if scope else nothing
            read = read_numbers(book, table, column, cells[column.name], rows, own, refused)
            texts, units, notes = read.texts, read.units, read.notes
        else:
            texts = _texts(book, table, column, cells[column.name], rows, refused)
        target = book.data.setdefault(column.name, []) if column.role == "given" else book.facts
        there = [number for number in order if texts[number] is not None]
        if not there:
            continue
        at, top = table.at[column.name], grid.row + table.first
        head = "" if grid.names is not None else grid.heads[at]
        places = [f"{head}{top + n}" if head else grid.cell(at, table.first + n) for n in there]
        said = [notes.get(n, "") for n in there] if notes else repeat("")
        whole = zip(repeat(grid.kind), repeat(grid.file), repeat(grid.sheet), places, said, strict=False)
        origins = map(Origin._make, whole)
        # itemgetter of one place gives the thing itself, so the first is taken twice and dropped again
        take = itemgetter(there[0], *there)
        target += measured(column.name, take(rows)[1:], take(texts)[1:], take(units)[1:], origins)


def _texts(
    book: Book, table: Table, column: Column, cells: list[object], rows: list[Row | None], refused: set[int]
) -> list[str | None]:
    """Words, dates and truths of one column."""
    at, texts = table.at[column.name], list[str | None]()
    for number, cell in enumerate(cells):
        text: str | None = None
        if rows[number] is not None:
            place = table.grid.place(at, table.first + number, column.name)
            if not is_blank(cell):
                try:
                    text = read_cell(cell, column, place, book.period, book.system)
                except Refused as refusal:
                    book.problems += refusal.problems
                    book.refuse(column.name, rows[number])
                    refused.add(number)
            elif column.needed:
                said = {"name": column.zh, "name_en": column.en}
                if row := rows[number]:
                    said["member"] = _shown_row(row)
                else:
                    said |= {"member": table.sheet.zh, "member_en": table.sheet.title("en")}
                book.problems.append(problem("TH-I56", place, **said))
                refused.add(number)
        texts.append(text)
    return texts
