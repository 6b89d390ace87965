"""Members that may be one and the same thing under two names, or two things under one.

A fuel entered twice counts twice, and a unit whose class changes within the year has no class of the year.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from itertools import combinations

from tanheng.facts.datum import Datum, Row
from tanheng.facts.inputs import Member
from tanheng.formula.model import TIME_SCOPES
from tanheng.kernel.problems import Place, Problem, problem
from tanheng.library.template_library import Sheet
from tanheng.metering.table_reader import Book

_FEWEST = 3  # amounts that must agree before they are no accident


def member_problems(book: Book) -> list[Problem]:
    """What is odd about the members of a book.

    TH-I61 two names that read alike; TH-I60 two members of one kind; TH-I63 two with the same amounts.
    """
    found: list[Problem] = []
    for sheet in book.template.by_role("members"):
        pairs = list(_siblings(book.members.get(sheet.scope, ())))
        if not pairs:
            continue
        members = {id(m): m for pair in pairs for m in pair}
        rows = {at: tuple(sorted((*m.within, (sheet.scope, m.id)))) for at, m in members.items()}
        plain = {at: _plain(m.id) for at, m in members.items()}
        kinds = {name: _by_row(book, name) for name in sheet.same}
        same = {at: [kinds[name].get(row, "") for name in sheet.same] for at, row in rows.items()}
        amounts = _amounts(book, sheet.scope, set(rows.values())) if sheet.same else {}
        for one, two in pairs:
            first, second = id(one), id(two)
            code = ""
            if plain[first] == plain[second]:
                code = "TH-I61"
            elif amounts and amounts.get(rows[first]) is not None:
                code = "TH-I63" if amounts[rows[first]] == amounts.get(rows[second]) else ""
            if not code and sheet.same and same[first][0] and same[first] == same[second]:
                code = "TH-I60"
            if code:
                found.append(_said(book, sheet, code, one, two, rows[second], same[first]))
    return found


def _said(
    book: Book, sheet: Sheet, code: str, one: Member, two: Member, row: Row, kind: list[str]
) -> Problem:
    said: dict[str, object] = {
        "name": sheet.zh,
        "name_en": sheet.title("en"),
        "member": " · ".join(v for _, v in one.within) or sheet.zh,
        "one": one.id,
        "two": two.id,
    }
    seen = {"seen": " ".join(filter(None, kind))} if code == "TH-I60" else {}
    return problem(code, _place(book, sheet, row), **said, **seen)


def _siblings(members: tuple[Member, ...]) -> Iterator[tuple[Member, Member]]:
    """Every two members of one parent, in the order of their lines."""
    return ((one, two) for one, two in combinations(members, 2) if one.within == two.within)


def _plain(name: str) -> str:
    """A name without what the eye does not tell: width, case, blanks and dashes."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in text if c.isalnum())


def _by_row(book: Book, name: str) -> Mapping[Row, str]:
    data: list[Datum] = [*book.data.get(name, ()), *(f for f in book.facts if f.name == name)]
    return {datum.row: datum.value for datum in data}


def _amounts(
    book: Book, scope: str, members: set[Row]
) -> Mapping[Row, tuple[tuple[str, Row, str, str], ...]]:
    """What was entered of each of `members` as amounts of a day or month, where there is enough of it."""
    found: dict[Row, list[tuple[str, Row, str, str]]] = {}
    # a member without a sibling has nothing to be confused with, and a hundred thousand lines are not walked
    for sheet in book.template.by_role("rows"):
        if scope not in sheet.closure or not set(sheet.closure) & set(TIME_SCOPES):
            continue
        for column in sheet.columns:
            for datum in book.data.get(column.name, ()) if column.amount else ():
                if datum.value != "0":
                    member = tuple(p for p in datum.row if p[0] not in TIME_SCOPES)
                    if member in members:
                        time = tuple(p for p in datum.row if p[0] in TIME_SCOPES)
                        found.setdefault(member, []).append((column.name, time, datum.value, datum.unit))
    return {member: tuple(sorted(each)) for member, each in found.items() if len(each) >= _FEWEST}


def _place(book: Book, sheet: Sheet, row: Row) -> Place:
    """The cell that names a member."""
    for lines in book.tables:
        if lines.table.sheet.id == sheet.id and row in lines.rows:
            table = lines.table
            at = table.first + lines.rows.index(row)
            return table.grid.place(table.at[sheet.scope], at, sheet.scope)
    return Place(sheet=sheet.zh)
