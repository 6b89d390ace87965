"""The matrix of methods and back ends: which steps each says as `exact` does, and why others not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tanheng.app.library import Library
from tanheng.engine.verdict import Refusal, Verdict
from tanheng.formula.model import Method

Matrix = Callable[[Method], Mapping[str, Verdict]]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One method: of each back end the verdict on every step."""

    method: Method
    verdicts: Mapping[str, Mapping[str, Verdict]]

    def equal(self, backend: str) -> int:
        """How many steps the back end computes or prints as `exact` does."""
        return sum(1 for verdict in self.verdicts[backend].values() if verdict == "equal")

    def refusals(self, backend: str) -> list[Refusal]:
        """The steps that it leaves to `exact`, with the reason."""
        return [verdict for verdict in self.verdicts[backend].values() if isinstance(verdict, Refusal)]


def backends() -> dict[str, Matrix]:
    """The back ends that say beforehand what they can do."""
    from tanheng.engine.notation.matrix import matrix as notation
    from tanheng.engine.sql.matrix import matrix as sql
    from tanheng.engine.workbook.matrix import matrix as workbook

    return {"sql": sql, "workbook": workbook, "notation": notation}


def matrix_of(library: Library) -> list[MatrixRow]:
    """The matrix of every method of a library."""
    listed = [library.methods.get(id) for id in library.methods.ids()]
    return [MatrixRow(m, {name: matrix(m) for name, matrix in backends().items()}) for m in listed]
