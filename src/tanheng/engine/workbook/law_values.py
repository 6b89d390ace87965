"""Constants and tables on a sheet of their own: which value holds in which period, and where its cell is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from tanheng.engine.exact.rows import Row
from tanheng.engine.exact.run import Run
from tanheng.engine.workbook.plan import Plan
from tanheng.formula.check import open_scopes
from tanheng.formula.model import Constant, Dated, Table
from tanheng.kernel.problems import Place, Refused
from tanheng.kernel.units import Unit, convert, parse_unit
from tanheng.library.factor_table import Factor

TITLE = "常量与查表"
LAW_FIRST = 4
NOWHERE = "NA()"
VALUE, WORDS = "C", "EFGH"
"""The columns of the values, and of the words of tables."""


@dataclass(frozen=True)
class Entry:
    """One value of the law as it stands in a cell."""

    words: tuple[str, ...]
    value: Fraction
    unit: str
    law: str
    since: str
    until: str
    certainty: str


@dataclass
class Block:
    """A constant's value, or a table's values of one period: rows of the sheet.

    Attributes:
        names: Defined names by part: "v" for the values, "k1", "k2" for the words.
    """

    name: str
    zh: str
    symbol: str
    entries: tuple[Entry, ...]
    first: int
    names: dict[str, str]


class LawValues:
    """The sheet of constants and tables, filled by what formulas ask for."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.run = plan, plan.run
        self.blocks: list[Block] = []
        self._known: dict[tuple[object, ...], Block | None] = {}
        self._alike: dict[tuple[object, ...], Block] = {}
        self._next = LAW_FIRST
        if self.run is not None:
            self._span = {s.closure: self.run.spans(s.closure) for s in plan.sheets.values()}

    # --- what formulas ask

    def constant(self, name: str, frame: tuple[str, ...]) -> tuple[Fraction, Callable[[Row], str]]:
        """The scale of a constant and its reference at a row."""
        constant = self.plan.method.constants[name]

        def reference(row: Row) -> str:
            block = self._constant(constant, self._spanned(frame, row))
            return NOWHERE if block is None else block.names["v"]

        return constant.unit.scale, reference

    def fixed(self, name: str, words: list[str | int], frame: tuple[str, ...]) -> Callable[[Row], str]:
        """The reference of a table's cell whose words no input changes."""

        def reference(row: Row) -> str:
            asked = tuple([w if isinstance(w, str) else row[w] for w in words])
            block = self._table(name, frame, row)
            for number, entry in enumerate(block.entries if block else ()):
                if block is not None and entry.words == asked:
                    return f"'{TITLE}'!${VALUE}${block.first + number}"
            return NOWHERE

        return reference

    def block(self, name: str, part: str, frame: tuple[str, ...]) -> Callable[[Row], str]:
        """The defined name of a part of a table that holds at a row."""

        def reference(row: Row) -> str:
            block = self._table(name, frame, row)
            return NOWHERE if block is None else block.names[part]

        return reference

    # --- what holds when

    def _spanned(self, frame: tuple[str, ...], row: Row) -> str:
        assert self.run is not None
        if frame not in self._span:
            self._span[frame] = self.run.spans(frame)
        return self._span[frame](row)

    def _constant(self, constant: Constant, span: str) -> Block | None:
        key = ("constant", constant.name, span)
        if key not in self._known:
            assert self.run is not None
            try:
                entry = _of_constant(self.run, constant, span)
            except Refused:
                self._known[key] = None
            else:
                self._known[key] = self._placed(constant, (entry,), "c_")
        return self._known[key]

    def _table(self, name: str, frame: tuple[str, ...], row: Row) -> Block | None:
        run, table = self.run, self.plan.method.tables[name]
        assert run is not None
        unit = table.unit
        try:
            if open_scopes(table.unit.dimension):
                unit = run.data.unit_of(table.unit, frame, row)
        except Refused:
            return None
        key = ("table", name, self._spanned(frame, row), unit.text)
        if key not in self._known:
            entries = _of_table(run, table, key[2], unit)
            self._known[key] = self._placed(table, entries, "t_") if entries else None
        return self._known[key]

    def _placed(self, item: Constant | Table, entries: tuple[Entry, ...], start: str) -> Block:
        key = (start, item.name, entries)
        if key not in self._alike:
            names = {"v": self.plan.name_of(f"{start}{item.name}")}
            for number in range(1, len(entries[0].words) + 1):
                names[f"k{number}"] = self.plan.name_of(f"{names['v']}_k{number}")
            block = Block(item.name, item.zh or item.name, item.symbol, entries, self._next, names)
            self._next += len(entries)
            self.blocks.append(block)
            self._alike[key] = block
        return self._alike[key]


def _of_constant(run: Run, constant: Constant, span: str) -> Entry:
    if not constant.family:
        dated = run.dated(constant.name, constant.dated, span)
        return _entry((), dated, constant.unit, constant.law or run.method.law)
    since, until = run.covered(span)
    found = run.library.find(constant.family, id=constant.factor, since=since, until=until)
    value = convert(
        found.value_fraction, parse_unit(found.unit), constant.unit, Place(key=constant.name)
    )
    law = f"{found.source} {found.clause}".strip()
    return Entry((), value, constant.unit.label, law, found.valid_from, found.valid_to, found.certainty)


def _entry(words: tuple[str, ...], dated: Dated, unit: Unit, law: str) -> Entry:
    return Entry(words, dated.value, unit.label, dated.law or law, dated.since, dated.until, dated.certainty)


def _of_table(run: Run, table: Table, span: str, unit: Unit) -> tuple[Entry, ...]:
    """Every word of a table that has one value in a period and unit."""
    found: list[Entry] = []
    if not table.family:
        for words, entries in table.rows.items():
            try:
                dated = run.dated(table.name, entries, span)
            except Refused:
                continue
            found.append(_entry(words, dated, unit, table.law or run.method.law))
        return tuple(found)
    for words, alone in _listed(run, table).items():
        if len(words) != len(table.keys):
            continue
        try:
            row = _in_force(run, table, words, alone, span)
            value = convert(row.value_fraction, parse_unit(row.unit), unit, Place(key=table.name))
        except Refused:
            # not in force then, or of another unit: looked up, it is refused by the engine too
            continue
        law = f"{row.source} {row.clause}".strip()
        found.append(Entry(words, value, unit.label, law, row.valid_from, row.valid_to, row.certainty))
    return tuple(found)


def _listed(run: Run, table: Table) -> dict[tuple[str, ...], Factor | None]:
    """The words of every row that a table of the library may be asked for; its row where there is but one."""
    regional = table.keys[-1] == "region"
    found: dict[tuple[str, ...], Factor | None] = {}
    for row in run.library.rows(table.family):
        if row.set == table.set and row.item == table.item:
            words = tuple(row.key.split("/")) if row.key else ()
            words += (row.region,) if regional else ()
            found[words] = None if words in found else row
    return found


def _in_force(run: Run, table: Table, words: tuple[str, ...], alone: Factor | None, span: str) -> Factor:
    since, until = run.covered(span)
    # asked of every day of a year, the library would be searched some thousand times for one and the same row
    seen = alone is not None and (run.library.known_on is None or alone.known <= run.library.known_on)
    if alone is not None and seen and alone.since <= since and until <= alone.until:
        return alone
    asked = table.asked(words)
    return run.library.find(
        table.family,
        set=asked["set"],
        item=asked["item"],
        key=asked["key"],
        region=asked.get("region"),
        since=since,
        until=until,
    )
