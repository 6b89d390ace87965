"""The tables of one run in a DuckDB connection: plants, members, periods, data, rows that must exist."""

from __future__ import annotations

import csv
import itertools
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from tanheng.engine.sql.sheet import PLANT, key, quoted
from tanheng.formula.check import closure_of
from tanheng.formula.model import Method

_RUNS = itertools.count(1)
NULL = "\x01"
"""What stands in a staged file where there is nothing; no word holds a control character."""


class Database:
    """A database in memory of its own beside the caller's, removed by `close`.

    Attributes:
        plants: The relation of the plants with their periods.
        sources: Tables that hold all rows of a set of scopes themselves, so that no other spine is needed.
    """

    plants = "th_plants"

    def __init__(self, method: Method, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        self.method = method
        self.folder = tempfile.TemporaryDirectory(prefix="tanheng-sql-")
        # a cursor has a search path of its own, so the caller's stays as it is
        own = {"temp_directory": self.folder.name}
        self.con = (connection if connection is not None else duckdb.connect(config=own)).cursor()
        self.schema = f"th_run_{next(_RUNS)}"
        # a database in memory, so that a file of the caller's is never written to and may be read-only
        (home,) = self.con.execute("SELECT current_database() || '.' || current_schema()").fetchall()
        self._home = home[0]
        self.con.execute(f"ATTACH ':memory:' AS {self.schema}")
        self.con.execute(f"SET search_path = '{self.schema}.main,{self._home}'")
        self.con.execute("SET preserve_insertion_order = false")
        self.sources: dict[tuple[str, ...], str] = {}
        self._spines: dict[tuple[str, ...], str] = {}
        self._counts: dict[str, int] = {}
        self._members: dict[str, str] = {}
        self._earlier: dict[str, str] = {}
        self._tables = 0

    def close(self) -> None:
        """Remove every table of the run."""
        self.con.execute(f"SET search_path = '{self._home}'")
        self.con.execute(f"DETACH {self.schema}")
        self.folder.cleanup()

    # --- statements

    def run(self, sql: str) -> None:
        """Execute a statement."""
        self.con.execute(sql)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.con.execute(sql, list(parameters)).fetchall()

    def name(self, prefix: str) -> str:
        """A name that no table bears."""
        self._tables += 1
        return f"th_{prefix}{self._tables}"

    def path(self, name: str) -> Path:
        """Where a file is staged."""
        return Path(self.folder.name, f"{name}.csv")

    def count(self, relation: str) -> int:
        """How many rows a table has."""
        if relation not in self._counts:
            self._counts[relation] = int(self.rows(f"SELECT count(*) FROM {relation}")[0][0])
        return self._counts[relation]

    def loaded(self, path: Path, columns: Mapping[str, str]) -> str:
        """A SELECT that reads a staged file."""
        types = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in columns.items())
        return (
            f"SELECT * FROM read_csv({quoted(str(path))}, header = false, delim = ',', quote = '\"', "
            f"escape = '\"', nullstr = {quoted(NULL)}, auto_detect = false, columns = {{{types}}})"
        )

    def listed(
        self, keys: Sequence[str], rows: Mapping[tuple[str, ...], tuple[int | None, int | None]]
    ) -> str:
        """A small table of whole numbers or failures by words."""
        name = self.name("look_")
        path = Path(self.folder.name, f"{name}.csv")
        write(path, ([*words, *(NULL if c is None else c for c in cells)] for words, cells in rows.items()))
        wide = any(n is not None and abs(n) >= 2**62 for n, _ in rows.values())
        kinds = {**dict.fromkeys(keys, "VARCHAR"), "n": "HUGEINT" if wide else "BIGINT", "fail": "INTEGER"}
        self.run(f"CREATE TABLE {name} AS {self.loaded(path, kinds)}")
        path.unlink()
        return name

    # --- rows that must exist

    def put_members(self, scope: str, relation: str) -> None:
        """Name the relation of a scope's members: plant, scopes above, scope, own_unit."""
        self._members[scope] = relation

    def members(self, scope: str) -> str:
        """The relation of a scope's members."""
        return self._members[scope]

    def spine(self, closure: tuple[str, ...]) -> str:
        """The relation of all rows of a closed set of scopes."""
        if closure in self.sources:
            return self.sources[closure]
        if closure not in self._spines:
            keys = ", ".join([PLANT, *(key(s) for s in closure)])
            name = self.name("rows_")
            self.run(f"CREATE TABLE {name} AS SELECT {keys} FROM th_plants {self._joins(closure)}")
            self._spines[closure] = name
        return self._spines[closure]

    def _joins(self, closure: tuple[str, ...]) -> str:
        scopes = self.method.scopes
        above = {s: [p for p in closure_of((s,), scopes) if p != s] for s in closure}
        text = ""
        # a scope after those that it lies in
        for scope in sorted(closure, key=lambda s: len(above[s])):
            if scopes[scope].rows:
                listed = ", ".join(f"({quoted(row)})" for row in scopes[scope].rows)
                text += f" CROSS JOIN (VALUES {listed}) v_{key(scope)}({key(scope)})"
            else:
                using = ", ".join([PLANT, *(key(p) for p in above[scope])])
                text += f" JOIN {self._members[scope]} USING ({using})"
        return text

    def earlier(self, scope: str) -> str:
        """The relation of the month or day before each: plant, scope, `before`."""
        if scope not in self._earlier:
            name = self.name("before_")
            self.run(
                f"CREATE TABLE {name} AS SELECT {PLANT}, {key(scope)}, lag({key(scope)}) OVER "
                f"(PARTITION BY {PLANT} ORDER BY {key(scope)}::VARCHAR) AS before FROM {self._members[scope]}"
            )
            self._earlier[scope] = name
        return self._earlier[scope]


def write(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Rows as a CSV file for `Database.loaded`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
