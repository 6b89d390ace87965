"""What stands in the gaps that a rule filled, and how people are told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanheng.engine.exact.data import row_key, row_text
from tanheng.engine.exact.rows import Row
from tanheng.kernel.numbers import parse_exact
from tanheng.kernel.problems import Place, Problem, problem
from tanheng.kernel.rounding import Rounding

if TYPE_CHECKING:
    from tanheng.engine.exact.run import Run

HIGH, LOW = "high", "low"
SLOPE, COMPARED, NEITHER = "slope", "compared", "neither"
SAYS = {
    HIGH: ("高", "high"),
    LOW: ("低", "low"),
    SLOPE: ("导数符号", "sign of the derivative"),
    COMPARED: ("两侧各算一次比较", "answers compared at both"),
    NEITHER: ("结果不随之变化，按规则指定", "no answer changes; the side that the rule names"),
}


@dataclass(frozen=True, slots=True)
class Filled:
    """One gap and what stands in it.

    Attributes:
        rule: "power-missing/coal-day"; `law` is its clause.
        side: high or low; `how` it was found: slope, compared or neither.
        value: The candidate that was taken, `other` the one that was not; exact texts in `unit`.
        answer: The answer that tells, and the exact `between`: by how much it is on the safe side of what it
            would be with the other candidate, in `answer_unit`; of `together` gaps of one rule at once.
    """

    rule: str
    name: str
    row: Row
    side: str
    how: str
    value: str
    other: str
    unit: str
    law: str
    answer: str
    between: str
    answer_unit: str
    together: int


def fill_problems(run: Run) -> list[Problem]:
    """TH-C18 for each gap that a rule filled: the candidates, the side, and what hangs on it."""
    found = []
    for one in run.filled:
        closure = next(
            m.closure_of(one.name) for m in (r.method for r in run.lineage) if one.name in m.givens
        )
        given = next(r.method.givens[one.name] for r in run.lineage if one.name in r.method.givens)
        tonnes = f"{one.answer} {_shown(one.between)} {one.answer_unit}" if one.answer else "0"
        many = one.together
        scope = (f"{many} 处合计", f"{many} together") if many > 1 else ("单此一处", "it alone")
        found.append(
            problem(
                "TH-C18",
                Place(key=row_key(one.name, closure, one.row)),
                name_zh=given.zh or one.name,
                name_en=given.en or one.name,
                row=row_text(closure, one.row),
                rule=f"{one.rule} {one.law}".strip(),
                value=f"{_shown(one.value)} {one.unit}",
                other=f"{_shown(one.other)} {one.unit}",
                side_zh=SAYS[one.side][0],
                side_en=SAYS[one.side][1],
                how_zh=SAYS[one.how][0],
                how_en=SAYS[one.how][1],
                tonnes=tonnes,
                scope_zh=scope[0],
                scope_en=scope[1],
            )
        )
    return found


def _shown(exact: str) -> str:
    """An exact text, a long one to ten digits."""
    short = "/" not in exact and len(exact) <= 14
    return exact if short else Rounding("significant", 10).show(parse_exact(exact))
