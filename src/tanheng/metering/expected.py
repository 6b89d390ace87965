"""The rows that standing members and the period make: where a value is expected."""

from __future__ import annotations

from functools import lru_cache

from tanheng.facts.datum import Row
from tanheng.facts.inputs import Member
from tanheng.formula.check import closure_of
from tanheng.formula.model import TIME_SCOPES
from tanheng.kernel.periods import Period
from tanheng.metering.table_reader import Book


def expected_rows(book: Book, closure: tuple[str, ...]) -> list[Row]:
    """Every row of a closed set of scopes.

    None when an open scope is among them (its rows come as they come).
    """
    ends = times(book.period, closure)
    return [tuple(sorted((*row, *time))) for row in standing_rows(book, closure) for time in ends]


def standing_rows(book: Book, closure: tuple[str, ...]) -> list[Row]:
    """The rows of the standing scopes of a closed set, time left out.

    None when an open scope is among them.
    """
    scopes = book.template.method.scopes
    if any(scopes[s].open for s in closure):
        return []
    partial: list[dict[str, str]] = [{}]
    for scope in (s for s in closure if s not in TIME_SCOPES):
        if scopes[scope].rows:
            partial = [{**keys, scope: m} for keys in partial for m in scopes[scope].rows]
            continue
        above = [s for s in closure_of((scope,), scopes) if s != scope and s not in TIME_SCOPES]
        inside: dict[Row, list[Member]] = {}
        for member in book.members.get(scope, ()):
            inside.setdefault(member.within, []).append(member)
        partial = [
            {**keys, scope: m.id}
            for keys in partial
            for m in inside.get(tuple(sorted((s, keys[s]) for s in above)), ())
        ]
    return list(dict.fromkeys(tuple(sorted(keys.items())) for keys in partial))


@lru_cache(maxsize=16)
def times(period: Period, closure: tuple[str, ...]) -> tuple[Row, ...]:
    """The time part of rows: every day with its month, every month, or nothing."""
    if "day" in closure:
        return tuple((("day", d.key), ("month", d.key[:7])) for d in period.days())
    if "month" in closure:
        return tuple((("month", m.key),) for m in period.months())
    return ((),)
