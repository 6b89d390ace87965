"""The demonstration plant for tests: inputs made once a session, by the same scripts as the example files."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from tanheng.facts.inputs import Inputs

EXAMPLES = Path(__file__).parents[1] / "examples"
WORKBOOK = EXAMPLES / "beiling-2024.xlsx"


@cache
def beiling(year: int = 2024) -> Inputs:
    """The inputs of 北岭热电 in one of the years 2022 to 2026."""
    if str(EXAMPLES) not in sys.path:
        sys.path.append(str(EXAMPLES))
    from beiling.year import inputs_of

    return inputs_of(year)
