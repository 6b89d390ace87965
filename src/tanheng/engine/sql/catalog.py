"""Where everything lies that a statement reads: relations, columns, ratios, bounds and failure codes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from tanheng.engine.sql.numbers import ONE, Arithmetic, Val
from tanheng.engine.sql.sheet import Sheet
from tanheng.formula.model import Method


@dataclass(frozen=True, slots=True)
class Column:
    """A given or a computed step in the database.

    Attributes:
        relation: Table that holds it, with the keys of `closure`.
        n: Name of its column; `d` and `fail` likewise, "" where there is none.
        missing: Failure code of a row without a value, 0 where that is absence.
    """

    relation: str
    closure: tuple[str, ...]
    kind: str
    n: str = "n"
    d: str = ""
    fail: str = ""
    ratio: Fraction = ONE
    most: int | None = None
    most_d: int | None = 1
    missing: int = 0
    apart: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()


class Catalog(Protocol):
    """What a statement is written against: the tables of a run, or supposed ones."""

    method: Method

    def spine(self, closure: tuple[str, ...]) -> str:
        """The relation of the rows that must exist."""

    def count(self, closure: tuple[str, ...]) -> int | None:
        """How many rows there are, at most."""

    def column(self, name: str) -> Column | None:
        """A given or step; None for a step that is not computed yet."""

    def earlier(self, scope: str) -> str:
        """The relation of the period before each month or day: plant, period, `before`."""

    def constant(self, name: str, sheet: Sheet, do: Arithmetic) -> Val:
        """A constant at the rows of a sheet."""

    def table(self, name: str, words: list[Val], sheet: Sheet, do: Arithmetic) -> Val:
        """A look-up at the rows of a sheet."""

    def code(self, code: str, step: str, text: str) -> int:
        """The number of a failure: its problem code, and the step and text that it is met in."""
