"""The inputs of many plants, checked by the exact back end's reader, as tables of whole numbers."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from pathlib import Path
from typing import Any

from tanheng.engine.exact.rows import Row, Rows
from tanheng.engine.sql.catalog import Column
from tanheng.engine.sql.cells import Cells
from tanheng.engine.sql.database import NULL, Database
from tanheng.engine.sql.failures import REFUSED_DATUM, Failure, Failures
from tanheng.engine.sql.numbers import PENDING
from tanheng.engine.sql.sheet import PLANT, key
from tanheng.facts.inputs import Inputs
from tanheng.formula.check import closure_of
from tanheng.formula.model import Given, Method
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.kernel.units import parse_unit
from tanheng.library.editions import INSTEAD
from tanheng.library.factor_library import FactorLibrary

_TYPES = {"word": "VARCHAR", "date": "DATE", "truth": "BOOLEAN"}
_MOST_BITS, _MOST_COMMON = 80, 10**15


@dataclass(slots=True)
class _Scale:
    """What the numbers of one given have in common: all are whole multiples of top / bottom."""

    top: int = 0
    bottom: int = 1
    pending: bool = False
    refused: bool = False

    def take(self, n: int, d: int) -> tuple[int, int] | None:
        """The numerator and denominator again; None for a number too long for SQL."""
        common = self.bottom if self.bottom % d == 0 else lcm(self.bottom, d)
        if n.bit_length() > _MOST_BITS or common > _MOST_COMMON:
            self.pending = True
            return None
        self.bottom, self.top = common, gcd(self.top, n)
        return n, d


@dataclass(slots=True)
class _Block:
    """One table of givens: those of one [[given]] block, which share their rows."""

    name: str
    closure: tuple[str, ...]
    givens: list[Given]
    scales: dict[str, _Scale] = field(default_factory=dict)
    rows: int = 0


class Loader:
    """Takes plants one after the other, so that only one is held in memory beside the staged files."""

    def __init__(self, method: Method, factors: FactorLibrary, db: Database, failures: Failures) -> None:
        self.method, self.factors, self.db, self.failures = method, factors, db, failures
        self.problems: dict[str, tuple[Problem, ...]] = {}
        self.periods: dict[str, None] = {}
        self.refused = failures.number(Failure(REFUSED_DATUM))
        blocks: dict[int, _Block] = {}
        for given in method.givens.values():
            block = blocks.setdefault(given.table, _Block(f"th_data_{given.table}", given.closure, []))
            block.givens.append(given)
            block.scales[given.name] = _Scale()
        self._blocks = list(blocks.values())
        # scopes after those that they lie in
        self._needed = sorted(self._scopes(), key=lambda s: (len(closure_of((s,), method.scopes)), s))
        self._stack = ExitStack()
        self._files: dict[str, Any] = {}
        self._sizes: dict[tuple[str, ...], int] = {}

    def _scopes(self) -> set[str]:
        found: set[str] = set()
        for closure in [*(s.closure for s in self.method.steps.values()), *(b.closure for b in self._blocks)]:
            found.update(closure)
        return found

    def _path(self, name: str) -> Path:
        return Path(self.db.folder.name, f"{name}.csv")

    def _writer(self, name: str) -> Any:
        if name not in self._files:
            file = self._stack.enter_context(self._path(name).open("w", encoding="utf-8", newline=""))
            self._files[name] = csv.writer(file, lineterminator="\n")
        return self._files[name]

    # --- a plant

    def take(self, plant: str, inputs: Inputs) -> None:
        """Stage one plant; one whose period or boundary does not fit is left out, with its problems."""
        method = self.method
        try:
            span = parse_period(inputs.period, Place(key="period"))
            if span.first.isoformat() < method.force or (
                method.until and span.last.isoformat() > method.until
            ):
                wanted = f"{method.force} … {method.until}"
                said = {"name": method.zh, "seen": inputs.period, "wanted": wanted, **INSTEAD}
                raise Refused(problem("TH-C08", Place(key="period"), **said))
            rows = Rows(method, inputs)
            data = Cells(method, inputs, rows)
        except Refused as refused:
            self.problems[plant] = refused.problems
            return
        found = list(data.problems)
        if inputs.boundary != method.boundary:
            found.append(
                problem("TH-C12", Place(key="boundary"), seen=inputs.boundary, wanted=method.boundary)
            )
        found += _gaps(data)
        self.problems[plant] = tuple(found)
        self.periods[rows.period.key] = None
        self._writer("plants").writerow((plant, rows.period.key))
        for scope in self._needed:
            if not method.scopes[scope].rows:
                self._stage_members(plant, data, scope)
        for closure in {b.closure for b in self._blocks}:
            self._sizes[closure] = self._sizes.get(closure, 0) + len(data.rows.of(closure))
        for block in self._blocks:
            self._stage_block(plant, data, block)

    def _stage_members(self, plant: str, data: Cells, scope: str) -> None:
        parents = data.rows.parents(scope)
        closure = self.method.order(frozenset((*parents, scope)))
        order = [closure.index(s) for s in (*parents, scope)]
        owned = bool(self.method.scopes[scope].units)
        rows = []
        for row in data.rows.of(closure):
            member = tuple(row[i] for i in order)
            rows.append((plant, *member, _own_unit(data, scope, member) if owned else NULL))
        self._writer(f"th_members_{key(scope)}").writerows(rows)

    def _stage_block(self, plant: str, data: Cells, block: _Block) -> None:
        rows: dict[Row, None] = {}
        for given in block.givens:
            for each in (data.pairs[given.name], data.values[given.name], data.refused[given.name]):
                rows.update(dict.fromkeys(each))
        block.rows += len(rows)
        cells = [_cells(g, data, block.scales[g.name], self.refused) for g in block.givens]
        listed = []
        for row in rows:
            line: list[object] = [plant, *row]
            for cell in cells:
                line += cell(row)
            listed.append(line)
        self._writer(block.name).writerows(listed)

    # --- all plants

    def finish(self) -> dict[str, Column]:
        """Make the tables; the columns of the givens."""
        self._writer("plants")
        for scope in self._needed:
            if not self.method.scopes[scope].rows:
                self._writer(f"th_members_{key(scope)}")
        for block in self._blocks:
            self._writer(block.name)
        self._stack.close()
        kinds = {PLANT: "VARCHAR", "period": "VARCHAR"}
        self.db.run(f"CREATE TABLE th_plants AS {self.db.loaded(self._path('plants'), kinds)}")
        self._enum(PLANT, "th_plants")
        self.db.run(
            f"CREATE OR REPLACE TABLE th_plants AS "
            f"SELECT {PLANT}::e_{PLANT} AS {PLANT}, period FROM th_plants"
        )
        for scope in self._needed:
            self._members(scope)
        found: dict[str, Column] = {}
        for block in self._blocks:
            found |= self._table(block)
            self._path(block.name).unlink()
        return found

    def _enum(self, column: str, *relations: str) -> None:
        union = " UNION ".join(f"SELECT {column}::VARCHAR AS e FROM {r}" for r in relations)
        self.db.run(f"CREATE TYPE e_{column} AS ENUM (SELECT e FROM ({union}) ORDER BY e)")

    def _typed(self, scopes: tuple[str, ...]) -> str:
        return ", ".join(f"{k}::e_{k} AS {k}" for k in (PLANT, *(key(s) for s in scopes)))

    def _members(self, scope: str) -> None:
        found = self.method.scopes[scope]
        if found.rows:
            listed = ", ".join("'" + r.replace("'", "''") + "'" for r in found.rows)
            self.db.run(f"CREATE TYPE e_{key(scope)} AS ENUM ({listed})")
            return
        parents = tuple(p for p in closure_of((scope,), self.method.scopes) if p != scope)
        path = self._path(f"th_members_{key(scope)}")
        kinds = dict.fromkeys((PLANT, *(key(s) for s in (*parents, scope)), "own_unit"), "VARCHAR")
        self.db.run(f"CREATE TABLE th_raw AS {self.db.loaded(path, kinds)}")
        self._enum(key(scope), "th_raw")
        # parents have their types already: `_needed` is walked in the order of depth
        self.db.run(
            f"CREATE TABLE th_members_{key(scope)} AS "
            f"SELECT {self._typed((*parents, scope))}, own_unit FROM th_raw"
        )
        self.db.run("DROP TABLE th_raw")
        self.db.put_members(scope, f"th_members_{key(scope)}")
        path.unlink()

    def _table(self, block: _Block) -> dict[str, Column]:
        kinds = dict.fromkeys((PLANT, *(key(s) for s in block.closure)), "VARCHAR")
        made: list[str] = []
        for i, given in enumerate(block.givens):
            if given.kind == "number":
                scale = block.scales[given.name]
                kinds |= {f"n{i}": "HUGEINT", f"d{i}": "HUGEINT", f"f{i}": "INTEGER"}
                top = scale.top or 1
                made.append(f"(n{i} // '{top}'::HUGEINT) * ('{scale.bottom}'::HUGEINT // d{i}) AS v{i}")
            else:
                kinds |= {f"n{i}": _TYPES[given.kind], f"f{i}": "INTEGER"}
                made.append(f"n{i} AS v{i}")
            made.append(f"f{i}")
        loaded = self.db.loaded(self._path(block.name), kinds)
        self.db.run(
            f"CREATE TABLE {block.name} AS SELECT {self._typed(block.closure)}, {', '.join(made)} "
            f"FROM ({loaded})"
        )
        if block.rows and block.rows == self._sizes.get(block.closure, 0):
            # every row that must exist has a datum, so the table is its own spine
            self.db.sources.setdefault(block.closure, block.name)
        return self._columns(block)

    def _columns(self, block: _Block) -> dict[str, Column]:
        asked = ["count(*)"]
        for i, given in enumerate(block.givens):
            size = f"max(abs(v{i}))" if given.kind == "number" else "NULL"
            asked += [f"count(v{i})", f"count(f{i})", size]
        measured = list(self.db.rows(f"SELECT {', '.join(asked)} FROM {block.name}")[0])
        rows, found = self._sizes.get(block.closure, 0), dict[str, Column]()
        narrow = []
        for i, given in enumerate(block.givens):
            there, failed, most = measured[1 + 3 * i : 4 + 3 * i]
            scale = block.scales.get(given.name, _Scale())
            missing = 0
            if not given.optional and there + failed < rows:
                missing = self.failures.number(Failure("TH-C01", "", given.name))
            bound = int(most or 0)
            if given.kind == "number" and bound < 2**62:
                narrow.append(f"v{i}::BIGINT AS v{i}")
            found[given.name] = Column(
                block.name,
                given.closure,
                given.kind,
                n=f"v{i}",
                fail=f"f{i}" if failed else "",
                ratio=Fraction(scale.top or 1, scale.bottom),
                most=bound,
                missing=missing,
                words=given.one_of,
            )
        if narrow:
            self.db.run(
                f"CREATE OR REPLACE TABLE {block.name} AS SELECT * REPLACE ({', '.join(narrow)}) "
                f"FROM {block.name}"
            )
        return found


def _cells(given: Given, data: Cells, scale: _Scale, code: int) -> Any:
    """A function from a row to the cells of a given: value (numbers in two parts) and failure."""
    pairs, values, refused = data.pairs[given.name], data.values[given.name], data.refused[given.name]
    if given.kind == "number":
        gone = (NULL, NULL, NULL)

        def number(row: Row) -> tuple[object, ...]:
            pair = pairs.get(row)
            if pair is None:
                value = values.get(row)
                if not isinstance(value, Fraction):
                    return gone if row not in refused else (NULL, NULL, code)
                pair = value.as_integer_ratio()
            parts = scale.take(*pair)
            # a number too long for SQL: what reads it is left to the exact back end
            return (NULL, NULL, PENDING) if parts is None else (*parts, NULL)

        return number

    def other(row: Row) -> tuple[object, ...]:
        value = values.get(row)
        if value is None:
            return NULL, code if row in refused else NULL
        if isinstance(value, bool):
            return "true" if value else "false", NULL
        return value.isoformat() if isinstance(value, datetime.date) else value, NULL

    return other


def _own_unit(data: Cells, scope: str, member: Row) -> str:
    try:
        closure = data.method.order(frozenset((*data.rows.parents(scope), scope)))
        keys = dict(zip((*data.rows.parents(scope), scope), member, strict=True))
        return data.unit_of(parse_unit(f"[{scope}]"), closure, tuple(keys[s] for s in closure)).text
    except Refused:
        return NULL


def _gaps(data: Cells) -> Iterator[Problem]:
    """Every empty cell of a required given."""
    for given in data.method.givens.values():
        if not given.optional:
            there = {*data.there(given.name), *data.refused[given.name]}
            yield from (data.gap(given, row) for row in data.rows.of(given.closure) if row not in there)
