"""Plants whose data lie in DuckDB tables or Parquet files already: read in place, without a copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from tanheng.engine.sql.catalog import Column
from tanheng.engine.sql.database import Database, write
from tanheng.engine.sql.failures import Failure, Failures
from tanheng.engine.sql.sheet import PLANT, key, quoted
from tanheng.formula.check import closure_of
from tanheng.formula.model import TIME_SCOPES, Given, Method
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.kernel.units import parse_unit
from tanheng.library.editions import INSTEAD

_MOST_NAMED = 1000
_KINDS = {"word": ("VARCHAR", "ENUM"), "date": ("DATE",), "truth": ("BOOLEAN",)}
_WHOLE = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "HUGEINT",
    "UBIGINT",
)


@dataclass(frozen=True)
class Tables:
    """A fleet in DuckDB. A relation is whatever may stand after FROM: a table, `read_parquet('…')`.

    Attributes:
        plants: Relation with the columns plant and period ("2024", "2024-03").
        data: Relation of each given, which has plant, a column for each scope of the given's closure, and one
            with the given's name, in the given's unit ("[fuel]": the member's own): whole numbers or DECIMAL,
            never binary floats; words as text, DATE, BOOLEAN. NULL is absence.
        members: Relation of each standing scope that a plant fills: plant, the scopes above, the scope, and
            `own_unit` where its members have units of their own.
        checked: The caller answers for what is else looked at row by row: keys that stand once and lie among
            the members, ranges and words of the method.
    """

    plants: str
    data: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    checked: bool = False


class TableLoader:
    """Views over the tables of a fleet, with the columns and bounds that statements are written against.

    Raises:
        Refused: TH-C02 a relation lacks a column, a row has no place or stands twice; TH-C05 a column is of
            another kind, a value out of its range or its words.
    """

    def __init__(self, method: Method, tables: Tables, db: Database, failures: Failures) -> None:
        self.method, self.tables, self.db, self.failures = method, tables, db, failures
        self._views: dict[tuple[str, tuple[str, ...]], str] = {}
        self._made: dict[str, dict[str, str]] = {}
        self._keys: dict[str, str] = {}
        self._full: set[str] = set()
        self._doubled: dict[str, bool] = {}
        self._found: list[Problem] = []
        db.run(f"CREATE VIEW th_plants AS SELECT plant AS {PLANT}, period FROM {tables.plants}")
        self.periods = [row[0] for row in db.rows("SELECT DISTINCT period FROM th_plants ORDER BY 1")]
        self.problems: dict[str, tuple[Problem, ...]] = {
            row[0]: () for row in db.rows(f"SELECT {PLANT}::VARCHAR FROM th_plants")
        }
        for given in method.givens.values():
            if given.name in tables.data:
                self._complete(tables.data[given.name], given.name, (*given.closure, given.name))
        for scope, relation in tables.members.items():
            own = ("own_unit",) if method.scopes[scope].units else ()
            self._complete(relation, scope, (*closure_of((scope,), method.scopes), *own))
        self._in_force()
        self._times()
        self._members()

    def finish(self) -> dict[str, Column]:
        """The columns of the givens."""
        found = {given.name: self._given(given) for given in self.method.givens.values()}
        self._own_spines()
        self._measure(found)
        if not self.tables.checked:
            for given in self.method.givens.values():
                if given.name in self.tables.data:
                    self._check(given, found[given.name])
        if self._found:
            raise Refused(tuple(self._found))
        for given in self.method.givens.values():
            found[given.name] = self._required(given, found[given.name])
        return found

    def _kinds(self, relation: str) -> dict[str, str]:
        return {row[0]: str(row[1]) for row in self.db.rows(f"DESCRIBE SELECT * FROM {relation}")}

    def _complete(self, relation: str, name: str, columns: tuple[str, ...]) -> None:
        kinds = self._kinds(relation)
        lacking = [c for c in ("plant", *columns) if c not in kinds]
        if lacking:
            place = Place(file=relation, key=name)
            raise Refused(problem("TH-C02", place, seen=", ".join(kinds), wanted=", ".join(lacking)))

    # --- periods and members

    def _in_force(self) -> None:
        method = self.method
        for period in self.periods:
            span = parse_period(period, Place(key="period"))
            if span.kind == "day":
                raise Refused(problem("TH-C13", Place(key="period"), seen=period))
            if span.first.isoformat() < method.force or (
                method.until and span.last.isoformat() > method.until
            ):
                wanted = f"{method.force} … {method.until}"
                said = {"name": method.zh, "seen": period, "wanted": wanted, **INSTEAD}
                raise Refused(problem("TH-C08", Place(key="period"), **said))

    def _times(self) -> None:
        rows = [
            (period, month.key, day.key)
            for period in self.periods
            for month in parse_period(period).months()
            for day in month.days()
        ]
        path = self.db.path("times")
        write(path, rows)
        kinds = {"period": "VARCHAR", key("month"): "VARCHAR", key("day"): "VARCHAR"}
        self.db.run(f"CREATE TABLE th_times AS {self.db.loaded(path, kinds)}")
        path.unlink()
        for scope, columns in (("month", key("month")), ("day", f"{key('month')}, {key('day')}")):
            name = f"th_members_{key(scope)}"
            self.db.run(
                f"CREATE VIEW {name} AS SELECT DISTINCT {PLANT}, {columns}, NULL::VARCHAR AS own_unit "
                "FROM th_plants JOIN th_times USING (period)"
            )
            self.db.put_members(scope, name)

    def _members(self) -> None:
        for scope, item in self.method.scopes.items():
            if scope in TIME_SCOPES or item.rows:
                continue
            name, above = f"th_members_{key(scope)}", closure_of((scope,), self.method.scopes)
            keys = ", ".join(f"{quote(s)}::VARCHAR AS {key(s)}" for s in above)
            if item.open:
                relations = [
                    f"SELECT plant AS {PLANT}, {keys}, NULL::VARCHAR AS own_unit "
                    f"FROM {self.tables.data[g.name]}"
                    for g in self.method.givens.values()
                    if scope in g.closure and g.name in self.tables.data
                ]
                text = " UNION ".join(dict.fromkeys(relations)) or self._nobody(above)
                self.db.run(f"CREATE VIEW {name} AS SELECT DISTINCT * FROM ({text})")
            elif scope not in self.tables.members:
                self.db.run(f"CREATE VIEW {name} AS {self._nobody(above)}")
            else:
                relation = self.tables.members[scope]
                own = self._units(scope, relation) if item.units else "NULL::VARCHAR"
                self.db.run(
                    f"CREATE VIEW {name} AS SELECT plant AS {PLANT}, {keys}, {own} AS own_unit "
                    f"FROM {relation}"
                )
            self.db.put_members(scope, name)

    @staticmethod
    def _nobody(scopes: tuple[str, ...]) -> str:
        keys = ", ".join(f"NULL::VARCHAR AS {key(s)}" for s in scopes)
        return f"SELECT NULL::VARCHAR AS {PLANT}, {keys}, NULL::VARCHAR AS own_unit WHERE false"

    def _units(self, scope: str, relation: str) -> str:
        """The own units as the method writes them; NULL, which fails what reads it, for any other."""
        listed = [parse_unit(u).text for u in self.method.scopes[scope].units]
        tests = f"WHEN own_unit IS NULL THEN {quoted(listed[0])}" if len(listed) == 1 else ""
        for (seen,) in self.db.rows(f"SELECT DISTINCT own_unit FROM {relation} WHERE own_unit IS NOT NULL"):
            text = parse_unit(seen, Place(key=scope)).text
            if text in listed:
                tests += f" WHEN own_unit = {quoted(seen)} THEN {quoted(text)}"
        return f"CASE {tests} END" if tests else "NULL::VARCHAR"

    # --- data

    def _given(self, given: Given) -> Column:
        relation = self.tables.data.get(given.name)
        if relation is None:
            name = self.db.name("none_")
            keys = "".join(f", NULL::VARCHAR AS {key(s)}" for s in given.closure)
            kind = {"number": "BIGINT"}.get(given.kind) or _KINDS[given.kind][0]
            self.db.run(
                f"CREATE VIEW {name} AS SELECT NULL::VARCHAR AS {PLANT}{keys}, NULL::{kind} AS v WHERE false"
            )
            return Column(name, given.closure, given.kind, n="v", most=0, words=given.one_of)
        kinds = self._kinds(relation)
        sql, ratio = self._sql(given, relation, kinds[given.name])
        view = self._view(relation, given.closure, kinds)
        column = f"v_{given.name.encode().hex()}"
        self._made.setdefault(view, {})[column] = sql
        self._write_view(view, relation)
        return Column(view, given.closure, given.kind, n=column, ratio=ratio, words=given.one_of)

    def _view(self, relation: str, closure: tuple[str, ...], kinds: Mapping[str, str]) -> str:
        at = (relation, closure)
        if at not in self._views:
            name = self._views[at] = self.db.name("data_")
            columns = {PLANT: "plant", **{key(s): s for s in closure}}
            plain = {c for c in columns.values() if kinds[c].startswith(("VARCHAR", "ENUM"))}
            self._keys[name] = ", ".join(
                f"{quote(theirs)}{'' if theirs in plain else '::VARCHAR'} AS {ours}"
                for ours, theirs in columns.items()
            )
        return self._views[at]

    def _write_view(self, view: str, relation: str) -> None:
        made = ", ".join(f"{sql} AS {name}" for name, sql in self._made[view].items())
        self.db.run(f"CREATE OR REPLACE VIEW {view} AS SELECT {self._keys[view]}, {made} FROM {relation}")

    def _sql(self, given: Given, relation: str, kind: str) -> tuple[str, Fraction]:
        """The whole number (or word, date, truth) of a column, and the ratio that makes it base units."""
        name, scale = quote(given.name), given.unit.scale if given.unit is not None else Fraction(1)
        if given.kind != "number":
            if kind.startswith(_KINDS[given.kind]):
                return (f"{name}::VARCHAR" if kind.startswith("ENUM") else name), Fraction(1)
        elif kind in _WHOLE:
            return (name if kind in ("BIGINT", "HUGEINT") else f"{name}::HUGEINT"), scale
        elif kind.startswith("DECIMAL("):
            width, decimals = (int(part) for part in kind[8:-1].split(","))
            wide = "BIGINT" if width <= 18 else "HUGEINT"
            # the digits of a decimal that is 38 wide may not fit; DuckDB says so
            return f"({name} * {10**decimals})::{wide}", scale / 10**decimals
        place = Place(file=relation, key=given.name)
        wanted = "DECIMAL" if given.kind == "number" else _KINDS[given.kind][0]
        raise Refused(
            problem("TH-C05", place, name=given.zh or given.name, row="*", seen=kind, wanted=wanted)
        )

    def _measure(self, columns: dict[str, Column]) -> None:
        """The largest number of every column, and how many cells are there: each relation is read once."""
        for view in self._made:
            own = [name for name, column in columns.items() if column.relation == view]
            asked = "".join(
                f", count({columns[n].n}), "
                + (f"max(abs({columns[n].n}))" if columns[n].kind == "number" else "NULL")
                for n in own
            )
            rows, *found = self.db.rows(f"SELECT count(*){asked} FROM {view}")[0]
            for i, name in enumerate(own):
                columns[name] = replace(columns[name], most=int(found[2 * i + 1] or 0))
                if found[2 * i] == rows:
                    self._full.add(name)

    def _own_spines(self) -> None:
        """A relation that alone brings the rows of an open scope is the spine of its closure."""
        for (relation, closure), view in self._views.items():
            open_ones = [s for s in closure if self.method.scopes[s].open]
            others = {
                self.tables.data.get(g.name)
                for g in self.method.givens.values()
                if set(open_ones) & set(g.closure)
            } - {None}
            lowest = [s for s in open_ones if closure_of((s,), self.method.scopes) == closure]
            if lowest and others == {relation}:
                self.db.sources[closure] = view

    # --- what is looked at row by row

    def _check(self, given: Given, found: Column) -> None:
        relation, view, column, ratio = self.tables.data[given.name], found.relation, found.n, found.ratio
        keys = [PLANT, *(key(s) for s in given.closure)]
        listed = ", ".join(keys)
        texts = ", ".join(f"{k}::VARCHAR" for k in keys)
        if self._twice(view, listed):
            twice = self.db.rows(
                f"SELECT {texts} FROM {view} GROUP BY {listed} HAVING count(*) > 1 LIMIT {_MOST_NAMED}"
            )
            self._say(given, relation, twice, "TH-C02", "unique")
        if given.closure not in self.db.sources:
            on = " AND ".join(f"s.{k} = v.{k}" for k in keys)
            spine = self.db.spine(given.closure)
            theirs = ", ".join(f"v.{k}::VARCHAR" for k in keys)
            lost = self.db.rows(
                f"SELECT {theirs} FROM {view} v LEFT JOIN {spine} s ON {on} WHERE s.{PLANT} IS NULL "
                f"LIMIT {_MOST_NAMED}"
            )
            self._say(given, relation, lost, "TH-C02", "registered member, period in the run")
        tests: list[str] = []
        if given.one_of:
            words = ", ".join(map(quoted, given.one_of))
            tests.append(f"{column} NOT IN ({words})")
        for end, sign in ((given.low, "<"), (given.high, ">")):
            if end is not None and given.unit is not None:
                bound = end * given.unit.scale / ratio
                tests.append(f"{column}::HUGEINT * {bound.denominator} {sign} {bound.numerator}")
        if given.kind == "word":
            tests.append(f"{column} = ''")
        if tests:
            wrong = self.db.rows(f"SELECT {texts} FROM {view} WHERE {' OR '.join(tests)} LIMIT {_MOST_NAMED}")
            ends = " … ".join("" if e is None else exact_text(e) for e in (given.low, given.high))
            self._say(given, relation, wrong, "TH-C05", "、".join(given.one_of) or ends)

    def _twice(self, view: str, keys: str) -> bool:
        """Whether some row may stand twice; as many hashes as rows say no, in a third of the memory."""
        if view not in self._doubled:
            asked = f"SELECT count(*) > count(DISTINCT hash({keys})) FROM {view}"
            self._doubled[view] = bool(self.db.rows(asked)[0][0])
        return self._doubled[view]

    def _say(self, given: Given, relation: str, rows: list[tuple[str, ...]], code: str, wanted: str) -> None:
        for row in rows:
            place = Place(file=relation, key=f"{given.name}[{', '.join(row)}]")
            said = " · ".join(row)
            self._found.append(
                problem(code, place, name=given.zh or given.name, row=said, seen=said, wanted=wanted)
            )

    def _required(self, given: Given, column: Column) -> Column:
        """A required given with its failure code, where some cell of it is empty; each is named."""
        if given.optional:
            return column
        spine, keys = self.db.spine(given.closure), [PLANT, *(key(s) for s in given.closure)]
        if spine == column.relation and given.name in self._full:
            return column
        if spine == column.relation:
            join = ""
        else:
            on = " AND ".join(f"s.{k} = v.{k}" for k in keys)
            join = f"LEFT JOIN {column.relation} v ON {on}"
        value = f"{'s' if not join else 'v'}.{column.n}"
        if not self.db.rows(f"SELECT count(*) FROM {spine} s {join} WHERE {value} IS NULL")[0][0]:
            return column
        texts = ", ".join(f"s.{k}::VARCHAR" for k in keys)
        for plant, *row in self.db.rows(
            f"SELECT {texts} FROM {spine} s {join} WHERE {value} IS NULL ORDER BY ALL LIMIT {_MOST_NAMED}"
        ):
            found = problem(
                "TH-C01",
                Place(key=f"{given.name}[{', '.join(row)}]"),
                name_zh=given.zh or given.name,
                name_en=given.en or given.name,
                row=" · ".join(row),
                seen_zh="没有数据",
                seen_en="no datum",
            )
            self.problems[plant] = (*self.problems[plant], found)
        return replace(column, missing=self.failures.number(Failure("TH-C01", "", given.name)))


def quote(name: str) -> str:
    """A column of the caller's, as SQL name."""
    return f'"{name}"'
