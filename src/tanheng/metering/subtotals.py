"""Lines of totals that people keep between their data.

Recognised, compared with the lines above, never read as data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from tanheng.kernel.numbers import exact_text, narrow
from tanheng.kernel.problems import Problem, problem
from tanheng.metering.grid import shown
from tanheng.metering.recognise import Table

_WORDS = re.compile(
    r".*(?:合计|小计|总计|累计|汇总|平均|全年|年计|月计|本年|本月计)|(?:sub-?)?total.*|sum|average|mean",
    re.IGNORECASE,
)


def is_subtotal(cell: object) -> bool:
    """Whether a key cell names a total instead of a member or period: 合计, 小计, "1-3月合计", total."""
    return isinstance(cell, str) and _WORDS.fullmatch(narrow(cell)) is not None


def subtotal_problems(table: Table, lines: list[int], cells: Mapping[str, list[object]]) -> list[Problem]:
    """One note a subtotal line, and a question for each amount that is no sum of the lines above it."""
    found: list[Problem] = []
    start = 0
    for number in lines:
        word = next((c[number] for c in cells.values() if is_subtotal(c[number])), "")
        at = table.at[table.sheet.keys[0]] if table.sheet.keys else 0
        found.append(problem("TH-I39", table.grid.place(at, table.first + number), seen=shown(word)))
        for column in table.sheet.columns:
            if column.name not in cells or not column.amount:
                continue
            total = cells[column.name][number]
            if not isinstance(total, float):
                continue
            above = [n for n in range(number) if n not in lines]
            sums = [
                _sum(cells[column.name], above),
                _sum(cells[column.name], [n for n in above if n >= start]),
            ]
            if _exact(total) not in sums:
                place = table.grid.place(table.at[column.name], table.first + number, column.name)
                found.append(problem("TH-I40", place, seen=shown(total), wanted=exact_text(sums[1])))
        start = number + 1
    return found


def _sum(cells: list[object], lines: list[int]) -> Fraction:
    return sum((_exact(cells[n]) for n in lines if isinstance(cells[n], float)), Fraction(0))


def _exact(value: object) -> Fraction:
    return Fraction(repr(value)) if isinstance(value, float) and abs(value) < 1e15 else Fraction(0)
