"""What rules of plausibility say of a year: one finding a row that breaks one or could not be judged."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tanheng.facts.datum import Row

OPEN, REPLACED, EXPLAINED = "open", "replaced", "explained"
NOT_APPLICABLE, NOT_COMPUTED = "not applicable", "cannot be computed"
STATES = (OPEN, REPLACED, EXPLAINED, NOT_COMPUTED, NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of one rule.

    Attributes:
        rule: Its id, "P03"; `level` is error, warning or info.
        row: Members that it belongs to, without time; `period` its day or month, else the run's.
        figure, low, high, closing: Exact texts in `unit`; closing is the smallest change of the figure that
            meets the bound, signed ("0" where the bound itself is not allowed). "" where there is none.
        shown: The same four as people read them, by name.
        tonnes: Emissions that hang on the finding [tCO2], exact; "" where none can be said.
        state: open; replaced (the method put the law's value in its place); explained (in `reason`); not
            applicable (no row of the rule could be judged for want of `reason`); cannot be computed.
        rows: How many rows stand behind it: more than one only where the rule is not applicable.
    """

    rule: str
    level: str
    zh: str
    en: str
    law: str
    row: Row
    period: str
    state: str
    figure: str = ""
    low: str = ""
    high: str = ""
    closing: str = ""
    tonnes: str = ""
    unit: str = ""
    shown: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    reason_en: str = ""
    rows: int = 1

    @property
    def holds_up(self) -> bool:
        """Whether it keeps figures from being filed."""
        return self.state == OPEN and self.level == "error"

    def said(self, part: str) -> str:
        """figure, low, high, closing or tonnes as people read it."""
        return dict(self.shown).get(part, "")

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self) | {"row": dict(self.row), "shown": dict(self.shown)}
