"""One value that was read, and where it was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple

Row = tuple[tuple[str, str], ...]

MEASURED = "measured"
DECLARED = "declared"
SUBSTITUTED = "substituted"
STATES = (MEASURED, DECLARED, SUBSTITUTED)
CONFIRMED = "confirmed"
"""The fact that records a person's answer to a question of intake; it enters no formula."""


class Origin(NamedTuple):
    """Where a value comes from: kind is workbook, toml, csv, entry or factor.

    Never enters the digest of figures.
    """

    kind: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Datum:
    """One value of one given at one row.

    `value` is text: a number as `exact_text` writes it, a word, an ISO date, "true" or "false". `unit` is ""
    unless the value is a number. A declared zero (not operating, not used) needs reason and person; a
    substituted value needs a rule as well.
    """

    name: str
    row: Row
    value: str
    unit: str
    state: str = MEASURED
    reason: str = ""
    person: str = ""
    rule: str = ""
    origin: Origin = Origin()

    def lack(self) -> str:
        """The name of the first part that this datum's state asks for and that is not there.

        "" when it is whole.
        """
        if self.state not in STATES:
            return "state"
        if self.state != MEASURED:
            for part in ("reason", "person"):
                if not getattr(self, part).strip():
                    return part
        if self.state == SUBSTITUTED and not self.rule.strip():
            return "rule"
        return ""


def row_of(pairs: Iterable[tuple[str, str]]) -> Row:
    """Pairs of scope and member (or period key) in the one order that a row has: by scope."""
    return tuple(sorted(pairs))


class _Draft:
    """A datum while it is being filled: laid out in memory as `Datum`, but open."""

    __slots__ = ("name", "origin", "person", "reason", "row", "rule", "state", "unit", "value")

    def __init__(self, name: str, row: Row, value: str, unit: str, origin: Origin) -> None:
        self.name, self.row, self.value, self.unit, self.origin = name, row, value, unit, origin
        self.state, self.reason, self.person, self.rule = MEASURED, "", "", ""


def measured(
    name: str, rows: Iterable[Row], values: Iterable[str], units: Iterable[str], origins: Iterable[Origin]
) -> list[Datum]:
    """Many measured data of one name at once: the rows, values, units and origins of each, in step.

    A workbook may bring some hundred thousand; frozen one by one they would take three times as long.
    """
    drafts: list[Any] = list(map(_Draft, repeat(name), rows, values, units, origins))
    for draft in drafts:
        draft.__class__ = Datum
    return drafts
