"""Cells that SQL leaves to the exact back end: computed there from the plant's inputs, joined as columns."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from tanheng.engine.exact.data import Value, row_key, row_text
from tanheng.engine.exact.rows import Row
from tanheng.engine.exact.run import Run
from tanheng.engine.sql.catalog import Column
from tanheng.engine.sql.database import NULL, Database, write
from tanheng.engine.sql.failures import Failure, Failures
from tanheng.engine.sql.numbers import PENDING, WIDEST
from tanheng.engine.sql.sheet import PLANT, key
from tanheng.facts.inputs import Inputs
from tanheng.formula.model import Method, Step
from tanheng.kernel.problems import Place, Refused, problem
from tanheng.library.factor_library import FactorLibrary

_TYPES = {"number": "HUGEINT", "word": "VARCHAR", "date": "DATE", "truth": "BOOLEAN"}
_KEPT = 4


class ByExact:
    """Runs of the exact back end, made for the plants that need one; the last few are kept."""

    def __init__(
        self, method: Method, plants: Mapping[str, Inputs], factors: FactorLibrary, failures: Failures
    ) -> None:
        self.method, self.plants, self.factors, self.failures = method, plants, factors, failures
        self._runs: dict[str, Run] = {}

    def run(self, plant: str) -> Run:
        """The exact run of a plant."""
        if plant not in self._runs:
            if len(self._runs) >= _KEPT:
                self._runs.pop(next(iter(self._runs)))
            self._runs[plant] = Run(self.method, self.plants[plant], self.factors)
        return self._runs[plant]

    def fill(self, db: Database, step: Step, column: Column) -> Column:
        """Replace the pending rows of a step's table; the column, with a denominator if it needs one now."""
        relation, keys = column.relation, [PLANT, *(key(s) for s in step.closure)]
        texts = ", ".join(f"{k}::VARCHAR" for k in keys)
        asked = db.rows(f"SELECT {texts} FROM {relation} WHERE fail = {PENDING} ORDER BY ALL")
        path = Path(db.folder.name, "by_exact.csv")
        write(path, ([*row, *self._cells(step, row[0], tuple(row[1:]), column.ratio)] for row in asked))
        kinds = {**dict.fromkeys(keys, "VARCHAR"), "n": _TYPES[step.kind], "d": "HUGEINT", "way": "SMALLINT"}
        db.run(f"CREATE TABLE th_filled AS {db.loaded(path, kinds | {'fail': 'INTEGER'})}")
        own = {"d": "o.d" if column.d else "1"}
        held = f"o.fail IS NOT DISTINCT FROM {PENDING}"
        picked = ", ".join(
            f"CASE WHEN {held} THEN f.{c} ELSE {own.get(c, f'o.{c}')} END AS {c}"
            for c in ("n", "d", "way", "fail")
        )
        kept = ", ".join(f"o.{k}" for k in keys)
        on = " AND ".join(f"o.{k}::VARCHAR = f.{k}" for k in keys)
        db.run(
            f"CREATE OR REPLACE TABLE {relation} AS SELECT {kept}, {picked} FROM {relation} o "
            f"LEFT JOIN th_filled f ON {on}"
        )
        db.run("DROP TABLE th_filled")
        path.unlink()
        if step.kind != "number":
            return column
        return replace(column, d="d", apart=frozenset(step.closure))

    def _cells(self, step: Step, plant: str, row: Row, ratio: Fraction) -> tuple[object, ...]:
        """n, d, way and fail of a row."""
        run = self.run(plant)
        try:
            value = run.value(step.name, row)
        except Refused as refused:
            return NULL, NULL, NULL, self.failures.number(Failure("", problems=refused.problems))
        if value is None:
            return NULL, NULL, NULL, NULL
        way = run.ways[step.name][row]
        if not isinstance(value, Fraction):
            return _text(value), 1, way, NULL
        n, d = (value / ratio).as_integer_ratio()
        if max(abs(n), d) > WIDEST:
            seen = len(str(max(abs(n), d)))
            place = Place(key=row_key(step.name, step.closure, row))
            named = {"name_zh": step.zh or step.name, "name_en": step.en or step.name}
            found = problem("TH-C20", place, row=row_text(step.closure, row), seen=seen, wanted=38, **named)
            return NULL, NULL, NULL, self.failures.number(Failure("", problems=(found,)))
        return n, d, way, NULL


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
