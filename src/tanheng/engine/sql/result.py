"""What a run over many plants gives back: values, rows, relations, and problems for every failed cell."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tanheng.engine.exact.data import Value, row_key, row_text
from tanheng.engine.exact.gather import gathered
from tanheng.engine.exact.result import shown_text
from tanheng.engine.exact.rows import Row
from tanheng.engine.sql.catalog import Column
from tanheng.engine.sql.failures import Failures
from tanheng.engine.sql.matrix import matrix
from tanheng.engine.sql.plan import Verdict
from tanheng.engine.sql.sheet import PLANT, key
from tanheng.formula.model import Method, Step
from tanheng.kernel.problems import Place, Problem, problem

if TYPE_CHECKING:
    # DuckDB takes a tenth of a second to load, which a command that only names this type need not wait for
    import duckdb

    from tanheng.engine.sql.database import Database


@dataclass(frozen=True, slots=True)
class SqlRow:
    """One computed cell.

    Attributes:
        row: Member ids in the order of the step's closure.
        value: In base units, as `Run.value` gives it.
        own: A number in the step's own unit, what its `exact` text says; None for other kinds.
        way: Index of the way taken.
        shown: What people see.
    """

    plant: str
    row: Row
    value: Value
    own: Fraction | None
    way: int
    shown: str


class SqlResult:
    """The tables of a run. Close it, or use it as a context manager, to remove them.

    Attributes:
        steps: The steps that were computed.
    """

    def __init__(
        self,
        method: Method,
        db: Database,
        columns: Mapping[str, Column],
        failures: Failures,
        problems: Mapping[str, tuple[Problem, ...]],
        steps: Sequence[str],
    ) -> None:
        self.method, self.steps = method, tuple(steps)
        self._db, self._columns, self._failures, self._read = db, columns, failures, problems
        self._problems: dict[str, tuple[Problem, ...]] = {}

    def __enter__(self) -> SqlResult:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the tables of the run."""
        self._db.close()

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """What the matrix says of each step that was computed."""
        return {name: verdict for name, verdict in matrix(self.method).items() if name in self.steps}

    # --- values

    def value(self, plant: str, step: str, row: Row = ()) -> Value | None:
        """The value of a step at a row of its closure, in base units; None if it is absent or failed."""
        found = self._rows(step, plant, row)
        return self._value(step, found[0][-4], found[0][-3]) if found else None

    def failed(self, plant: str, step: str, row: Row = ()) -> bool:
        """Whether the cell could not be computed."""
        found = self._rows(step, plant, row)
        return bool(found) and found[0][-1] is not None

    def table(self, step: str, plant: str | None = None) -> Iterator[SqlRow]:
        """Every row of a step that has a value, by plant and row."""
        item = self.method.steps[step]
        size = 1 + len(item.closure)
        for found in self._rows(step, plant):
            n, d, way, _ = found[size:]
            value = self._value(step, n, d)
            if value is None:
                continue
            own, shown = None, _shown(value)
            if isinstance(value, Fraction) and item.unit is not None:
                own = value / item.unit.scale
                shown = shown_text(own, item.ways[way].rounding, item.show)
            yield SqlRow(found[0], tuple(found[1:size]), value, own, way, shown)

    def cells(self, step: str) -> dict[tuple[str, Row], tuple[Value | None, bool]]:
        """Value and whether it failed, of every row that must exist."""
        return {
            (found[0], tuple(found[1:-4])): (self._value(step, found[-4], found[-3]), found[-1] is not None)
            for found in self._rows(step)
        }

    def relation(self, step: str) -> duckdb.DuckDBPyRelation:
        """The step in the database: plant, scopes, n, d, way, failed; a number is n / d × `ratio(step)`."""
        column, item = self._columns[step], self.method.steps[step]
        taken = ("plant", "n", "d", "way", "failed")
        names = {s: key(s) if s.lower() in taken or s.lower() != s else s for s in item.closure}
        scopes = "".join(f', {key(s)}::VARCHAR AS "{name}"' for s, name in names.items())
        d = f"{column.d}::HUGEINT" if column.d else "1::HUGEINT"
        n = "n::HUGEINT" if item.kind == "number" else "n"
        return self._db.con.sql(
            f'SELECT {PLANT}::VARCHAR AS "plant"{scopes}, {n} AS n, {d} AS d, way, '
            f"fail IS NOT NULL AS failed FROM {column.relation}"
        )

    def ratio(self, step: str) -> Fraction:
        """What n / d of a step's relation is multiplied by to be in the step's own unit."""
        unit = self.method.steps[step].unit
        return self._columns[step].ratio / (unit.scale if unit is not None else 1)

    def _rows(self, step: str, plant: str | None = None, row: Row | None = None) -> list[tuple[Any, ...]]:
        column, item = self._columns[step], self.method.steps[step]
        keys = [PLANT, *(key(s) for s in item.closure)]
        texts = ", ".join(f"{k}::VARCHAR" for k in keys)
        asked = [plant] if plant is not None else []
        if row is not None:
            asked += row
        tests = " AND ".join(f"{k}::VARCHAR = ?" for k, _ in zip(keys, asked, strict=False))
        where = f" WHERE {tests}" if tests else ""
        return self._db.rows(
            f"SELECT {texts}, n, {column.d or '1'}, way, fail FROM {column.relation}{where} ORDER BY ALL",
            asked,
        )

    def _value(self, step: str, n: Any, d: Any) -> Value | None:
        if n is None or self.method.steps[step].kind != "number":
            found: Value | None = n
            return found
        return Fraction(int(n), int(d)) * self._columns[step].ratio

    # --- problems

    @property
    def problems(self) -> Mapping[str, tuple[Problem, ...]]:
        """What people must know, by plant; a cell that failed is named once, where it failed."""
        if not self._problems:
            found: dict[str, list[Problem]] = {plant: list(said) for plant, said in self._read.items()}
            for name in self.steps:
                for plant, each in self._failed_cells(self.method.steps[name]):
                    found[plant].append(each)
            self._problems = {plant: gathered(each) for plant, each in found.items()}
        return self._problems

    @property
    def ok(self) -> bool:
        """Whether no plant has a problem of severity error or ask. Checks are not among them."""
        return not any(p.severity in ("error", "ask") for each in self.problems.values() for p in each)

    def _failed_cells(self, step: Step) -> Iterator[tuple[str, Problem]]:
        column = self._columns[step.name]
        if not column.fail:
            return
        said = self._failures.said()
        if said:
            listed = ", ".join(map(str, said))
            for plant, code in self._db.rows(
                f"SELECT DISTINCT {PLANT}::VARCHAR, fail FROM {column.relation} WHERE fail IN ({listed})"
            ):
                yield from ((plant, each) for each in self._failures.of(code).problems)
        own = self._failures.met_in(step.name)
        if own:
            keys = ", ".join(f"{k}::VARCHAR" for k in (PLANT, *(key(s) for s in step.closure)))
            listed = ", ".join(map(str, own))
            for plant, *row, code in self._db.rows(
                f"SELECT {keys}, fail FROM {column.relation} WHERE fail IN ({listed})"
            ):
                yield plant, self._said(step, tuple(row), code)

    def _said(self, step: Step, row: Row, code: int) -> Problem:
        failure = self._failures.of(code)
        place, said = Place(key=row_key(step.name, step.closure, row)), row_text(step.closure, row)
        if failure.code == "TH-C01":
            return problem(
                "TH-C01",
                place,
                name_zh=step.zh or step.name,
                name_en=step.en or step.name,
                row=said,
                seen_zh="没有一条途径成立",
                seen_en="no way applies",
            )
        if failure.code == "TH-N12":
            return problem(
                "TH-N12",
                place,
                function="power",
                seen=failure.text,
                wanted_zh="零没有负数次方",
                wanted_en="zero has no negative power",
            )
        return problem(failure.code, place, name=step.zh or step.name, row=said, seen=failure.text)


def _shown(value: Value) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)
