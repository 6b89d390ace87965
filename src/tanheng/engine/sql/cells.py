"""The data of one plant for bulk loading: read as by the exact back end, plain decimals in whole numbers."""

from __future__ import annotations

import re

from tanheng.engine.exact.data import Data, row_key, row_text
from tanheng.engine.exact.rows import Row, Rows
from tanheng.facts.datum import DECLARED, Datum
from tanheng.facts.inputs import Inputs
from tanheng.formula.check import open_scopes
from tanheng.formula.model import Given, Method
from tanheng.kernel.problems import Place, Problem, Refused, problem

_PLAIN = re.compile(r"(?:0|-?[1-9][0-9]{0,17}|-?(?:0|[1-9][0-9]{0,17})\.[0-9]{0,17}[1-9])", re.ASCII)
"""A decimal as `exact_text` writes it, of a length that needs no further thought."""


_TENS = tuple(10**n for n in range(20))


def _reach(given: Given, rows: Rows) -> int:
    """How much of a row tells the unit of its value: up to the last scope whose members own one."""
    owners = open_scopes(given.unit.dimension) if given.unit is not None else frozenset[str]()
    reach = {p for s in owners for p in (*rows.parents(s), s)}
    return max((i + 1 for i, s in enumerate(given.closure) if s in reach), default=0)


class Cells(Data):
    """The data of a plant; a plain decimal within its range is kept as two whole numbers.

    A fraction costs four times as much as its numerator and denominator, and millions of them come by here.
    Whatever is not plain (endless, declared, out of range, of a wrong unit) is left to `Data`, which decides.

    Attributes:
        pairs: Numerator and denominator in base units, by given and row; not in lowest terms.
    """

    def __init__(self, method: Method, inputs: Inputs, rows: Rows) -> None:
        self.pairs: dict[str, dict[Row, tuple[int, int]]] = {name: {} for name in method.givens}
        self._ratios: dict[tuple[str, Row, str], tuple[int, int]] = {}
        self._owned = {g.name: _reach(g, rows) for g in method.givens.values()}
        super().__init__(method, inputs, rows)

    def _store(self, given: Given, row: Row, datum: Datum) -> None:
        if given.kind == "number" and datum.state != DECLARED and _PLAIN.fullmatch(datum.value):
            pair = self._pair(given, row, datum)
            if pair is not None:
                self.pairs[given.name][row] = pair
                return
        super()._store(given, row, datum)

    def _pair(self, given: Given, row: Row, datum: Datum) -> tuple[int, int] | None:
        # only a unit that members own differs by row
        asked = (given.name, row[: self._owned[given.name]], datum.unit)
        known = self._ratios.get(asked)
        if known is None:
            try:
                known = self._ratios[asked] = self._factor(given, row, datum).as_integer_ratio()
            except Refused:
                # said again, and kept, by Data
                return None
        whole, _, broken = datum.value.partition(".")
        n, d = int(whole + broken) * known[0], _TENS[len(broken)] * known[1]
        low, high = self._bounds[given.name]
        for end, sign in ((low, 1), (high, -1)):
            if end is not None and (not isinstance(end, int) or (n - end * d) * sign < 0):
                return None
        return n, d

    def there(self, name: str) -> list[Row]:
        """The rows that have a value."""
        return [*self.pairs[name], *self.values[name]]

    def gap(self, given: Given, row: Row) -> Problem:
        """TH-C01 for an empty cell of a required given, as `Run.gap` says it."""
        return problem(
            "TH-C01",
            Place(key=row_key(given.name, given.closure, row)),
            name_zh=given.zh or given.name,
            name_en=given.en or given.name,
            row=row_text(given.closure, row),
            seen_zh="没有数据",
            seen_en="no datum",
        )
