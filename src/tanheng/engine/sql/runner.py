"""A method over many plants: data are loaded, every step becomes one table, failed cells become problems."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import duckdb

from tanheng.engine.sql.by_exact import ByExact
from tanheng.engine.sql.catalog import Column
from tanheng.engine.sql.database import Database
from tanheng.engine.sql.failures import Failure, Failures
from tanheng.engine.sql.load import Loader
from tanheng.engine.sql.lookups import Lookups
from tanheng.engine.sql.numbers import PENDING, Arithmetic, Val
from tanheng.engine.sql.plan import computed
from tanheng.engine.sql.rebuilt import Rebuilt
from tanheng.engine.sql.result import SqlResult
from tanheng.engine.sql.sheet import Sheet
from tanheng.engine.sql.step import step_sql
from tanheng.engine.sql.tables import TableLoader, Tables
from tanheng.facts.inputs import Inputs
from tanheng.formula.model import Method, Step
from tanheng.formula.order import reached
from tanheng.library.factor_library import FactorLibrary

Progress = Callable[[int, int, str], None]


def run_sql(
    method: Method,
    plants: Mapping[str, Inputs] | Tables,
    factors: FactorLibrary,
    *,
    connection: duckdb.DuckDBPyConnection | None = None,
    progress: Progress | None = None,
    steps: Collection[str] | None = None,
) -> SqlResult:
    """Run a method over many plants at once; every value is the one that `engine.exact` computes.

    Args:
        plants: Inputs by plant; a mapping that makes them when asked keeps the memory small. Or Tables, which
            are read in place.
        connection: Where tables are read; those of the run are made in a database in memory beside it.
        progress: Called with how much is done, of how much, and the name of the plant or step.
        steps: The steps that are wanted; those that they need are computed too. All when None.

    Returns:
        The values. A plant whose period does not fit the method (TH-C08, TH-C13) has problems and no value.
    """
    db = Database(method, connection)
    try:
        return _ran(method, plants, factors, db, progress, steps)
    except BaseException:
        db.close()
        raise


def _ran(
    method: Method,
    plants: Mapping[str, Inputs] | Tables,
    factors: FactorLibrary,
    db: Database,
    progress: Progress | None,
    steps: Collection[str] | None,
) -> SqlResult:
    failures, needed = Failures(), method.steps.keys() if steps is None else reached(method.steps, steps)
    names = [n for n in method.sequence if n in needed]
    if isinstance(plants, Tables):
        found: Loader | TableLoader = TableLoader(method, plants, db, failures)
        given: Mapping[str, Inputs] = Rebuilt(method, plants, db)
        staged = 0
    else:
        found, given = Loader(method, factors, db, failures), plants
        staged = len(plants)
        for number, plant in enumerate(plants):
            found.take(plant, plants[plant])
            if progress is not None:
                progress(number + 1, staged + len(names), plant)
    columns, exact = found.finish(), ByExact(method, given, factors, failures)
    made = _Live(method, db, failures, Lookups(method, factors, found.periods, db, failures), columns)
    for number, name in enumerate(names):
        made.compute(method.steps[name], exact)
        if progress is not None:
            progress(staged + number + 1, staged + len(names), name)
    return SqlResult(method, db, made.columns, failures, found.problems, names)


class _Live:
    """The catalog of a run."""

    def __init__(
        self, method: Method, db: Database, failures: Failures, lookups: Lookups, columns: dict[str, Column]
    ) -> None:
        self.method, self.db, self.failures, self.columns = method, db, failures, columns
        self._lookups = lookups

    def compute(self, step: Step, exact: ByExact) -> None:
        """Make the table of a step; what is left to the exact back end is filled in."""
        made, relation = step_sql(self, step), self.db.name("step_")
        self.db.run(f"CREATE TABLE {relation} AS {made.text}")
        column = computed(relation, step.closure, step.kind, made)
        most, most_d, failed, pending = self._measured(step, column)
        if pending:
            column = exact.fill(self.db, step, column)
            most, most_d, failed, _ = self._measured(step, column)
        # what was measured bounds what follows far better than what was foreseen
        column = replace(column, most=most, most_d=most_d, fail="fail" if failed else "")
        if column.most_d == 1:
            column = replace(column, d="", apart=frozenset())
        self.columns[step.name] = column

    def _measured(self, step: Step, column: Column) -> tuple[int, int, int, int]:
        """The largest |n| and d of a table, and how many rows failed and are pending."""
        most = "max(abs(n))" if step.kind == "number" else "0"
        (found,) = self.db.rows(
            f"SELECT {most}, {f'max({column.d})' if column.d else '1'}, count(fail), "
            f"count(*) FILTER (WHERE fail = {PENDING}) FROM {column.relation}"
        )
        return int(found[0] or 0), int(found[1] or 1), int(found[2]), int(found[3])

    # --- Catalog

    def spine(self, closure: tuple[str, ...]) -> str:
        """The table of the rows that must exist."""
        return self.db.spine(closure)

    def count(self, closure: tuple[str, ...]) -> int | None:
        """How many rows there are."""
        return self.db.count(self.db.spine(closure))

    def column(self, name: str) -> Column | None:
        """A given, or a step that has been computed."""
        return self.columns.get(name)

    def earlier(self, scope: str) -> str:
        """The table of the period before each."""
        return self.db.earlier(scope)

    def constant(self, name: str, sheet: Sheet, do: Arithmetic) -> Val:
        """A constant at the rows of a sheet."""
        return self._lookups.constant(name, sheet, do)

    def table(self, name: str, words: list[Val], sheet: Sheet, do: Arithmetic) -> Val:
        """A look-up at the rows of a sheet."""
        return self._lookups.table(name, words, sheet, do)

    def code(self, code: str, step: str, text: str) -> int:
        """The number of a failure."""
        return self.failures.number(Failure(code, step, text))
