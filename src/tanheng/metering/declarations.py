"""Declared zeros and substituted values: the only two ways in which a blank becomes a number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tanheng.facts.datum import CONFIRMED, DECLARED, SUBSTITUTED, Datum, Origin, Row, row_of
from tanheng.formula.model import TIME_SCOPES
from tanheng.kernel.numbers import exact_text, parse_number
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.kernel.units import bind_unit, convert, parse_unit
from tanheng.library.template_library import Column
from tanheng.metering.cells import read_cell
from tanheng.metering.expected import expected_rows
from tanheng.metering.grid import is_blank
from tanheng.metering.recognise import Table, plain
from tanheng.metering.table_reader import Book

ALL = frozenset(("全部", "所有", "all", "*"))


@dataclass(frozen=True, slots=True)
class _Claim:
    """One line of either sheet: cell texts by column, the members it names, and its place."""

    texts: dict[str, str]
    members: dict[str, str]
    place: Place


def apply_declarations(book: Book, table: Table) -> None:
    """Blank cells that a declaration covers become zeros with reason and person.

    Other cells it covers are a conflict.

    "All" covers the amounts that the plant reports for the member in that period; a parameter that is named
    is covered whether it was ever filled or not.
    """
    claims = list(_claims(book, table))
    present = {(d.name, d.row): d for data in book.data.values() for d in data} if claims else {}
    for claim in claims:
        span = _span(claim, book)
        names = _names(book, claim, present)
        if span is None or not names:
            continue
        for column in names:
            zeros = list(_covered(book, column, claim, *span))
            if not zeros and len(names) == 1:
                book.problems.append(_misfit(claim, claim.texts["parameter"]))
            for row in zeros:
                if _is_open(book, column):
                    book.nil.add((column.name, row))
                else:
                    _declare(book, column, row, claim, present)


def _declare(
    book: Book, column: Column, row: Row, claim: _Claim, present: dict[tuple[str, Row], Datum]
) -> None:
    there = present.get((column.name, row))
    if there is not None:
        if there.value != "0" or there.state != DECLARED:
            origin = there.origin
            place = Place(origin.file, origin.sheet, origin.cell, column.name)
            book.problems.append(problem("TH-I43", place, seen=f"{there.value} {there.unit}"))
        return
    datum = Datum(
        column.name,
        row,
        "0",
        unit_text(book, column, row),
        DECLARED,
        claim.texts["reason"],
        claim.texts["person"],
        "",
        _origin(book, claim),
    )
    present[column.name, row] = datum
    book.declared.add((column.name, row))
    book.data.setdefault(column.name, []).append(datum)


def apply_substitutions(book: Book, table: Table) -> None:
    """Values that stand in for missing ones, each with rule, reason and person.

    A cell that has a value is a conflict.
    """
    claims = list(_claims(book, table))
    present = {(d.name, d.row) for data in book.data.values() for d in data} if claims else set()
    for claim in claims:
        columns = [
            c
            for c in _columns(book)
            if c.name in book.template.method.givens and _is_named(c, claim.texts["parameter"])
        ]
        time = parse_period(claim.texts["at"], claim.place)
        rows = [row for c in columns[:1] for row in _covered(book, c, claim, time.key, time.key, exact=True)]
        if len(rows) != 1:
            book.problems.append(_misfit(claim, f"{claim.texts['parameter']} {time.key}"))
            continue
        column, row = columns[0], rows[0]
        if (column.name, row) in present:
            seen = f"{column.zh} {time.key}"
            book.problems.append(problem("TH-I45", claim.place, seen=seen))
            continue
        if "value" not in claim.texts and "/" not in claim.texts["rule"]:
            # a rule of the library finds its value when the year is computed; a person's own must bring one
            book.problems.append(problem("TH-I37", claim.place, wanted="替代值", wanted_en="Value"))
            continue
        try:
            value, unit = _value(book, column, row, claim)
        except Refused as refusal:
            book.problems += refusal.problems
            continue
        present.add((column.name, row))
        book.data.setdefault(column.name, []).append(
            Datum(
                column.name,
                row,
                value,
                unit,
                SUBSTITUTED,
                claim.texts["reason"],
                claim.texts["person"],
                claim.texts["rule"],
                _origin(book, claim),
            )
        )


def _value(book: Book, column: Column, row: Row, claim: _Claim) -> tuple[str, str]:
    if "value" not in claim.texts:
        return "", ""
    if column.kind != "number":
        return read_cell(claim.texts["value"], column, claim.place, book.period, book.system), ""
    target = unit_text(book, column, row)
    value = parse_number(claim.texts["value"], claim.place)
    seen = claim.texts.get("measure") or target
    value = convert(value, parse_unit(seen, claim.place), parse_unit(target), claim.place)
    low, high = column.low, column.high
    if (low is not None and value < low) or (high is not None and value > high):
        wanted = " … ".join("" if each is None else exact_text(each) for each in (low, high))
        raise Refused(problem("TH-I35", claim.place, seen=exact_text(value), wanted=wanted))
    return exact_text(Fraction(value)), target


def unit_text(book: Book, column: Column, row: Row) -> str:
    """The unit that a value of this column and row is stored in.

    The method's, with the member's own put in.
    """
    if column.unit is None:
        return ""
    scope = column.unit.text.partition("[")[2].partition("]")[0]
    if not scope:
        return column.unit.text
    for member, own in book.own_units(scope).items():
        if set(member) <= set(row) and own:
            return bind_unit(column.unit, {scope: parse_unit(own)}).text
    return column.unit.text


def apply_confirmations(book: Book, table: Table) -> None:
    """Answer the open questions that a person has looked into.

    The question becomes a note with reason and person, and the answer a fact that is sealed with the year. An
    answer to no question is said: the cell may have moved.
    """
    for claim in _claims(book, table):
        asked = {name: claim.texts[name].strip() for name in ("question", "asked_sheet", "asked_cell")}
        where = (asked["question"].upper(), asked["asked_sheet"], asked["asked_cell"].upper())
        reason, person = claim.texts["reason"], claim.texts["person"]
        met = False
        for n, each in enumerate(book.problems):
            if each.severity == "ask" and (each.code, each.place.sheet, each.place.cell.upper()) == where:
                met = True
                book.problems[n] = problem(
                    "TH-I57", each.place, asked=each.code, reason=reason, person=person
                )
        if not met:
            book.problems.append(problem("TH-I58", claim.place, seen=" ".join(where)))
            continue
        fact = Datum(CONFIRMED, row_of(asked.items()), reason, "", person=person, origin=_origin(book, claim))
        book.facts.append(fact)


def _claims(book: Book, table: Table) -> Iterator[_Claim]:
    """The lines of a sheet that hold something; a line that lacks a needed part is said and left out."""
    sheet, grid = table.sheet, table.grid
    book.problems += table.problems
    lacking = [c for c in sheet.columns if c.role == "fact" and c.needed and c.name not in table.at]
    book.problems += [problem("TH-I23", grid.where(), wanted=c.zh, wanted_en=c.title("en")) for c in lacking]
    for number in range(table.first, grid.height if not lacking else 0):
        cells = {c: grid.columns[table.at[c.name]][number] for c in sheet.columns if c.name in table.at}
        if all(is_blank(cell) for cell in cells.values()):
            continue
        book.read += 1
        texts: dict[str, str] = {}
        faults: list[Problem] = []
        for column, cell in cells.items():
            place = grid.place(table.at[column.name], number, column.name)
            if is_blank(cell):
                if column.role == "fact" and column.needed:
                    faults.append(problem("TH-I37", place, wanted=column.zh, wanted_en=column.title("en")))
                continue
            try:
                texts[column.name] = read_cell(cell, column, place, book.period, book.system)
            except Refused as refusal:
                faults += refusal.problems
        if faults:
            book.problems += faults
            book.refused += 1
            continue
        members = {c.name: texts[c.name] for c in sheet.columns if c.role == "key" and c.name in texts}
        first = next(c.name for c in sheet.columns if c.role == "fact")
        yield _Claim(texts, members, grid.place(table.at[first], number, first))


def _span(claim: _Claim, book: Book) -> tuple[str, str] | None:
    first, last = parse_period(claim.texts["from"]), parse_period(claim.texts["to"])
    if first.first > last.last:
        book.problems.append(_misfit(claim, f"{first.key} – {last.key}"))
        return None
    return first.first.isoformat(), last.last.isoformat()


def _names(book: Book, claim: _Claim, present: dict[tuple[str, Row], Datum]) -> list[Column]:
    """The columns that a declaration means."""
    wanted = claim.texts["parameter"]
    amounts = [c for c in _columns(book) if c.amount]
    if wanted.strip().lower() not in ALL:
        named = [c for c in _columns(book) if (c.amount or _is_open(book, c)) and _is_named(c, wanted)]
        if not named:
            book.problems.append(_misfit(claim, wanted))
        return named
    needed = {
        name
        for need in book.template.needs
        for name in need.must
        if _chosen(book, need.word, need.words, claim)
    }
    filled = {name for name, row in present if set(claim.members.items()) <= set(row)}
    return [c for c in amounts if c.name in needed | filled and not _is_open(book, c)]


def _chosen(book: Book, word: str, words: tuple[str, ...], claim: _Claim) -> bool:
    return any(
        d.value in words and all(claim.members.get(s, v) == v for s, v in d.row)
        for d in book.data.get(word, ())
    )


def _covered(
    book: Book, column: Column, claim: _Claim, first: str, last: str, *, exact: bool = False
) -> Iterator[Row]:
    """The rows of a column that a claim covers.

    Its members, and the periods that lie wholly inside its span.
    """
    scopes = book.template.method.scopes
    closure = tuple(s for s in book.template.method.givens[column.name].closure if not scopes[s].open)
    if not set(claim.members) <= set(closure):
        return
    for row in expected_rows(book, closure):
        keys = dict(row)
        time = next((keys[s] for s in reversed(TIME_SCOPES) if s in keys), "")
        if any(keys[s] != v for s, v in claim.members.items()):
            continue
        if exact:
            if time == first:
                yield row
        elif time:
            period = parse_period(time)
            if first <= period.first.isoformat() and period.last.isoformat() <= last:
                yield row


def _columns(book: Book) -> list[Column]:
    return [c for s in book.template.sheets for c in s.columns if c.role == "given"]


def _is_open(book: Book, column: Column) -> bool:
    method = book.template.method
    return any(method.scopes[s].open for s in method.givens[column.name].closure)


def _is_named(column: Column, text: str) -> bool:
    return plain(text) in (plain(column.zh), plain(column.en), column.name.lower())


def _misfit(claim: _Claim, seen: str) -> Problem:
    wanted = "随时间变化的数量，且在核算期内", "an amount over time, inside the period"
    return problem("TH-I44", claim.place, seen=seen, wanted=wanted[0], wanted_en=wanted[1])


def _origin(book: Book, claim: _Claim) -> Origin:
    kind = book.tables[0].table.grid.kind if book.tables else "workbook"
    return Origin(kind, claim.place.file, claim.place.sheet, claim.place.cell)
