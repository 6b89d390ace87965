"""Gaps.

Which expected values are not there, said with their cells, and whether the plan's choice can live without
them.
"""

from __future__ import annotations

from collections.abc import Iterable

from tanheng.facts.datum import Row
from tanheng.formula.model import TIME_SCOPES
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Problem, problem
from tanheng.library.template_library import Column, Sheet
from tanheng.metering.expected import standing_rows, times
from tanheng.metering.table_reader import Book

Choices = dict[tuple[str, str], set[Row]]

MUST, DEFAULT, PART = "must", "default", "part"


def gap_problems(book: Book) -> list[Problem]:
    """One problem for each unbroken run of missing values of a given at one member.

    TH-I41 where nothing can be computed without them; TH-I42 where the method has its own rule, or where a
    series that is filled otherwise has holes.
    """
    choices: Choices = {}
    for word in {need.word for need in book.template.needs}:
        for datum in book.data.get(word, ()):
            choices.setdefault((word, datum.value), set()).add(datum.row)
    stopped = _stopped(book)
    found: list[Problem] = []
    for sheet in book.template.sheets:
        for column in sheet.columns:
            # words and dates that are always needed have been asked for in their cells already
            if column.role == "given" and not (column.kind != "number" and column.needed):
                found += _column_gaps(
                    book, sheet, column, len(book.data.get(column.name, ())), stopped, choices
                )
    return found


def _stopped(book: Book) -> set[Row]:
    """Rows at which something is declared zero: nothing else is missed there.

    A month counts when all its days do.
    """
    stopped = {row for name, row in book.declared}
    days: dict[Row, int] = {}
    for row in stopped:
        if any(scope == "day" for scope, _ in row):
            month = tuple(pair for pair in row if pair[0] != "day")
            days[month] = days.get(month, 0) + 1
    return stopped | {
        row for row, count in days.items() if count == len(parse_period(dict(row)["month"]).days())
    }


def _column_gaps(
    book: Book, sheet: Sheet, column: Column, count: int, stopped: set[Row], choices: Choices
) -> list[Problem]:
    scopes = book.template.method.scopes
    closure = book.template.method.givens[column.name].closure
    if any(scopes[s].open for s in closure):
        return _open_gaps(
            book, sheet, column, tuple(s for s in closure if not scopes[s].open), stopped, choices
        )
    members, ends = standing_rows(book, closure), times(book.period, closure)
    levels = _levels(book, column, members, choices)
    # rows are of registered members and inside the period, and none is there twice: a full count is a full
    # series
    if count == len(members) * len(ends) or not (count or levels or column.needed):
        return []
    present = {datum.row for datum in book.data.get(column.name, ())}
    present |= book.faulty.get(column.name, set())
    found: list[Problem] = []
    unplaced = book.unplaced.get(column.name, 0)
    for member in members:
        expected = [tuple(sorted((*member, *time))) for time in ends]
        missing = [row for row in expected if row not in present]
        if not missing:
            continue
        level = MUST if column.needed else levels.get(member, "")
        if not level and len(missing) < len(expected) and column.kind == "number":
            level = PART
        # an amount that must be there is declared itself; what describes a stopped period is not missed
        needed = (
            missing if level == MUST and column.amount else [row for row in missing if row not in stopped]
        )
        # lines refused for their member or date hold values enough: they are what is missing here
        if level and len(needed) <= unplaced:
            unplaced -= len(needed)
            continue
        for run in _runs(needed) if level else ():
            found.append(_gap(book, sheet, column, member, run, level))
    return found


def _open_gaps(
    book: Book, sheet: Sheet, column: Column, closure: tuple[str, ...], stopped: set[Row], choices: Choices
) -> list[Problem]:
    """Periods of an open list, which the plan's choice needs, without a single line.

    Forgotten, or nothing to report?
    """
    members = standing_rows(book, closure)
    levels = _levels(book, column, members, choices)
    if not levels:
        return []
    there = {tuple(pair for pair in d.row if pair[0] in closure) for d in book.data.get(column.name, ())}
    there |= {row for name, row in book.nil if name == column.name} | stopped
    found: list[Problem] = []
    for member in levels:
        missing = [
            row
            for time in times(book.period, closure)
            if (row := tuple(sorted((*member, *time)))) not in there
        ]
        for run in _runs(missing):
            seen = " – ".join(dict.fromkeys((_time(run[0]), _time(run[-1]))))
            who = " · ".join(value for _, value in member)
            place = Place(sheet=sheet.zh, key=column.name)
            found.append(problem("TH-I55", place, name=sheet.zh, name_en=sheet.en, member=who, seen=seen))
    return found


def _levels(book: Book, column: Column, members: list[Row], choices: Choices) -> dict[Row, str]:
    """For each member whether a choice of the plan needs the column there: must, or default."""
    levels: dict[Row, str] = {}
    for need in book.template.needs:
        if column.name not in need.must and column.name not in need.default:
            continue
        chosen = set().union(*(choices.get((need.word, word), set()) for word in need.words))
        if not chosen:
            continue
        # the choice is made at a coarser member (a unit's for its fuels) or at a finer one (a unit's for the
        # plant)
        scopes = {scope for scope, _ in next(iter(chosen))}
        coarse = (
            {tuple(pair for pair in row if any(pair[0] == s for s, _ in members[0])) for row in chosen}
            if members
            else set()
        )
        for member in members:
            part = tuple(pair for pair in member if pair[0] in scopes)
            if part in chosen or part in coarse:
                levels[member] = MUST if column.name in need.must else levels.get(member) or DEFAULT
    return levels


def _runs(rows: list[Row]) -> Iterable[list[Row]]:
    """Rows of consecutive periods together."""
    run: list[Row] = []
    for row in rows:
        if run and _time(run[-1]) and parse_period(_time(run[-1])).after().key == _time(row):
            run.append(row)
            continue
        if run:
            yield run
        run = [row]
    if run:
        yield run


def _time(row: Row) -> str:
    keys = dict(row)
    return next((keys[s] for s in reversed(TIME_SCOPES) if s in keys), "")


def _gap(book: Book, sheet: Sheet, column: Column, member: Row, run: list[Row], level: str) -> Problem:
    first, last = _time(run[0]), _time(run[-1])
    seen = first if first == last else f"{first} – {last}"
    place = Place(sheet=sheet.zh, key=column.name)
    for each in book.tables:
        if column.name in each.table.at and (cell := each.cell(column.name, run[0])):
            end = each.cell(column.name, run[-1])
            place = each.table.grid.named(cell if end in (cell, "") else f"{cell}:{end}")
            break
    named = dict(member)
    who = " · ".join(named[scope] for scope in sheet.keys if scope in named) or book.period.key
    return problem(
        "TH-I41" if level == MUST else "TH-I42",
        place,
        name=column.zh,
        name_en=column.title("en"),
        member=who,
        seen=seen or who,
        count=len(run),
    )
