"""The inputs of a plant, made again from its tables, for cells that are left to the exact back end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from tanheng.engine.sql.database import Database
from tanheng.engine.sql.sheet import PLANT, key
from tanheng.engine.sql.tables import Tables, quote
from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs, Member
from tanheng.formula.check import closure_of
from tanheng.formula.model import Given, Method
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.units import bind_unit, parse_unit


class Rebuilt(Mapping[str, Inputs]):
    """The inputs of a plant, made from its tables when a cell of it is left to the exact back end."""

    def __init__(self, method: Method, tables: Tables, db: Database) -> None:
        self.method, self.tables, self.db = method, tables, db

    def __iter__(self) -> Iterator[str]:
        return iter(row[0] for row in self.db.rows(f"SELECT {PLANT}::VARCHAR FROM th_plants"))

    def __len__(self) -> int:
        return self.db.count("th_plants")

    def __getitem__(self, plant: str) -> Inputs:
        rows = self.db.rows(f"SELECT period FROM th_plants WHERE {PLANT}::VARCHAR = ?", [plant])
        members = {s: tuple(self._members(plant, s)) for s in self.tables.members if s in self.method.scopes}
        data = tuple(d for g in self.method.givens.values() for d in self._data(plant, g, members))
        return Inputs(self.method.id, rows[0][0], self.method.boundary, members, data)

    def _members(self, plant: str, scope: str) -> Iterator[Member]:
        above = [s for s in closure_of((scope,), self.method.scopes) if s != scope]
        keys = ", ".join(f"{key(s)}::VARCHAR" for s in (*above, scope))
        for *parents, member, unit in self.db.rows(
            f"SELECT {keys}, own_unit FROM {self.db.members(scope)} WHERE {PLANT}::VARCHAR = ?", [plant]
        ):
            yield Member(member, row_of(zip(above, parents, strict=True)), unit or "")

    def _data(self, plant: str, given: Given, members: Mapping[str, tuple[Member, ...]]) -> Iterator[Datum]:
        relation = self.tables.data.get(given.name)
        if relation is None:
            return
        keys = "".join(f"{quote(s)}::VARCHAR, " for s in given.closure)
        name = quote(given.name)
        for *row, value in self.db.rows(
            f"SELECT {keys}{name}::VARCHAR FROM {relation} WHERE plant::VARCHAR = ? AND {name} IS NOT NULL",
            [plant],
        ):
            at = dict(zip(given.closure, row, strict=True))
            unit = ""
            if given.unit is not None:
                own = {
                    s: parse_unit(_unit_of(members, s, at)) for s in members if f"[{s}]" in given.unit.text
                }
                unit = bind_unit(given.unit, own).text if own else given.unit.text
                value = exact_text(Fraction(value))
            yield Datum(given.name, row_of(at.items()), value, unit)


def _unit_of(members: Mapping[str, tuple[Member, ...]], scope: str, row: Mapping[str, str]) -> str:
    for member in members[scope]:
        if member.id == row[scope] and all(row[s] == m for s, m in member.within):
            return member.unit
    return "1"
