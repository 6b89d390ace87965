"""The givens of a run: each datum checked against its declaration and turned into base units."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from typing import NoReturn

from tanheng.engine.exact.rows import Row, Rows
from tanheng.facts.datum import DECLARED, Datum
from tanheng.facts.inputs import Inputs
from tanheng.formula.check import near, open_scopes
from tanheng.formula.model import Given, Method
from tanheng.kernel.numbers import exact_text, parse_exact
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse
from tanheng.kernel.units import Unit, bind_unit, convert, parse_unit

Value = Fraction | str | bool | datetime.date


class Data:
    """Values of givens by name and row, in base units, with the datum that each came from.

    Attributes:
        problems: Every datum that was refused, TH-C02 C05, TH-U..; and every member's unit.
        refused: Why a cell has no value although a datum came for it, by name and row.
    """

    def __init__(self, method: Method, inputs: Inputs, rows: Rows) -> None:
        self.method, self.rows, self.problems = method, rows, list[Problem](rows.problems)
        self.values: dict[str, dict[Row, Value]] = {name: {} for name in method.givens}
        self.datum: dict[str, dict[Row, Datum]] = {name: {} for name in method.givens}
        self.refused: dict[str, dict[Row, Refused]] = {name: {} for name in method.givens}
        self._bounds = {g.name: _bounds(g) for g in method.givens.values()}
        self._factors: dict[tuple[str, Row, str], Fraction] = {}
        self._bound: dict[tuple[str, Row], Unit] = {}
        self._picks: dict[tuple[str, tuple[str, ...]], tuple[tuple[str, ...], tuple[int, ...]]] = {}
        self._units = self._members_units(inputs)
        # some ten thousand data come by here: everything that does not hang on the datum is worked out once
        known = {g.closure: set(rows.of(g.closure)) for g in method.givens.values()}
        orders = {g.name: _order(g.closure) for g in method.givens.values()}
        for datum in inputs.data:
            given = method.givens.get(datum.name)
            if given is None:
                wanted = ", ".join(near(datum.name, method.givens)) or "—"
                self.problems += _refused(datum, "", "TH-C02", seen=datum.name, wanted=wanted).problems
                continue
            scopes, places = orders[given.name]
            row = tuple([datum.row[i][1] for i in places]) if len(datum.row) == len(places) else None
            if row is None or tuple([s for s, _ in datum.row]) != scopes:
                seen, wanted = " ".join(s for s, _ in datum.row), " ".join(given.closure)
                self.problems += _refused(datum, given.zh, "TH-C02", seen=seen, wanted=wanted).problems
            elif row not in known[given.closure]:
                seen = row_text(given.closure, row)
                wanted = "registered member, period in the run"
                self.problems += _refused(datum, given.zh, "TH-C02", seen=seen, wanted=wanted).problems
            else:
                self._store(given, row, datum)

    def _store(self, given: Given, row: Row, datum: Datum) -> None:
        try:
            self.values[given.name][row] = self._value(given, row, datum)
            self.datum[given.name][row] = datum
        except Refused as refused:
            self.problems += refused.problems
            self.refused[given.name][row] = refused

    def _value(self, given: Given, row: Row, datum: Datum) -> Value:
        if given.kind == "number":
            return self._number(given, row, datum)
        if given.kind == "date":
            try:
                return datetime.date.fromisoformat(datum.value)
            except ValueError:
                self._no(datum, seen=datum.value, wanted="2024-03-05")
        if given.kind == "truth":
            if datum.value not in ("true", "false"):
                self._no(datum, seen=datum.value, wanted="true / false")
            return datum.value == "true"
        word = unicodedata.normalize("NFC", datum.value)
        if not word or (given.one_of and word not in given.one_of):
            self._no(datum, seen=word, wanted="、".join(given.one_of) or "…")
        return word

    def _number(self, given: Given, row: Row, datum: Datum) -> Fraction:
        assert given.unit is not None
        try:
            value = parse_exact(datum.value)
        except Refused:
            self._no(datum, seen=datum.value, wanted=given.unit.text)
        # "not in use" is a reason for zero and for no other figure
        if datum.state == DECLARED and value:
            self._no(datum, seen=datum.value, wanted="0")
        factor = self._factor(given, row, datum)
        if factor != 1:
            value *= factor
        low, high = self._bounds[given.name]
        if (low is not None and value < low) or (high is not None and value > high):
            ends = ("" if end is None else exact_text(end) for end in (given.low, given.high))
            self._no(
                datum, seen=f"{datum.value} {datum.unit}", wanted=f"{' … '.join(ends)} {given.unit.text}"
            )
        return value

    def _factor(self, given: Given, row: Row, datum: Datum) -> Fraction:
        """What a value in the datum's unit is multiplied by to be in base units."""
        assert given.unit is not None
        # the unit that is wanted depends on the row only through the members with a unit of their own
        _, picks = self._own(given.unit, given.closure)
        key = (given.name, tuple([row[i] for i in picks]), datum.unit)
        if key not in self._factors:
            place = _place(datum)
            wanted = self.unit_of(given.unit, given.closure, row)
            one = convert(Fraction(1), parse_unit(datum.unit, place), wanted, place)
            self._factors[key] = one * given.unit.scale
        return self._factors[key]

    def unit_of(self, unit: Unit, closure: tuple[str, ...], row: Row) -> Unit:
        """A unit with every "[fuel]" replaced by the member's own. Refused TH-C05 when it has none."""
        scopes, picks = self._own(unit, closure)
        if not scopes:
            return unit
        key = (unit.text, tuple([row[i] for i in picks]))
        if key not in self._bound:
            keys = dict(zip(closure, row, strict=True))
            own = {s: self._own_unit(s, tuple(keys[p] for p in (*self.rows.parents(s), s))) for s in scopes}
            self._bound[key] = bind_unit(unit, own)
        return self._bound[key]

    def _own(self, unit: Unit, closure: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The scopes whose members' units a unit holds, and where they and those above stand in a row."""
        key = (unit.text, closure)
        if key not in self._picks:
            scopes = tuple(sorted(open_scopes(unit.dimension)))
            reach = {p for s in scopes for p in (*self.rows.parents(s), s)}
            self._picks[key] = scopes, tuple(i for i, s in enumerate(closure) if s in reach)
        return self._picks[key]

    def _own_unit(self, scope: str, member: Row) -> Unit:
        fixed = self.method.scopes[scope].units
        found = self._units.get(scope, {}).get(member) or (parse_unit(fixed[0]) if len(fixed) == 1 else None)
        # kg is no admissible unit of a fuel counted in t: digits and roundings are those of the method's list
        if found is None or found.text not in {parse_unit(u).text for u in fixed}:
            place = Place(key=f"{scope}[{', '.join(member)}]")
            seen, wanted = found.text if found else "", " / ".join(fixed)
            raise refuse("TH-C05", place, name=scope, row=" · ".join(member), seen=seen, wanted=wanted)
        return found

    def _members_units(self, inputs: Inputs) -> Mapping[str, Mapping[Row, Unit]]:
        found: dict[str, dict[Row, Unit]] = {}
        for scope, members in inputs.members.items():
            for member in members if scope in self.method.scopes else ():
                within = dict(member.within)
                row = (*(within.get(p, "") for p in self.rows.parents(scope)), member.id)
                if member.unit:
                    try:
                        place = Place(key=f"{scope}[{', '.join(row)}]")
                        found.setdefault(scope, {})[row] = parse_unit(member.unit, place)
                    except Refused as refused:
                        self.problems += refused.problems
        return found

    def _no(self, datum: Datum, **params: object) -> NoReturn:
        raise _refused(datum, self.method.givens[datum.name].zh, "TH-C05", **params)


def _bounds(given: Given) -> tuple[Fraction | int | None, Fraction | int | None]:
    """The range of a given in base units; a whole bound as an int, which compares much faster."""
    scale = given.unit.scale if given.unit is not None else 1
    ends = [None if end is None else end * scale for end in (given.low, given.high)]
    low, high = (int(end) if end is not None and end.denominator == 1 else end for end in ends)
    return low, high


def _order(closure: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The scopes as a datum's row sorts them, and where each scope of the closure stands in it."""
    scopes = tuple(sorted(closure))
    return scopes, tuple(scopes.index(s) for s in closure)


def _place(datum: Datum) -> Place:
    origin = datum.origin
    key = f"{datum.name}[{', '.join(v for _, v in datum.row)}]"
    return Place(file=origin.file, sheet=origin.sheet, cell=origin.cell, key=key)


def _refused(datum: Datum, name: str, code: str, **params: object) -> Refused:
    row = " · ".join(v for _, v in datum.row)
    return Refused(problem(code, _place(datum), name=name or datum.name, row=row, **params))


def row_text(scopes: tuple[str, ...], row: Row) -> str:
    """A row for people: "1 · 烟煤 · 2024-03-05"; a day says its month."""
    return " · ".join(m for s, m in zip(scopes, row, strict=True) if s != "month" or "day" not in scopes)


def row_key(name: str, scopes: tuple[str, ...], row: Row) -> str:
    """A cell as the place of a problem: "FC_day[1, 烟煤, 2024-03-05]"."""
    return f"{name}[{row_text(scopes, row).replace(' · ', ', ')}]" if scopes else name
