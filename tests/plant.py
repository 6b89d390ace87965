"""The demonstration plant for tests: inputs made once a session, by the same script as the example files."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

from tanheng.facts.inputs import Inputs

EXAMPLES = Path(__file__).parents[1] / "examples"
WORKBOOK = EXAMPLES / "beiling-2024.xlsx"


@lru_cache(maxsize=1)
def beiling() -> Inputs:
    """The inputs of 北岭热电 in 2024."""
    spec = importlib.util.spec_from_file_location("make_beiling", EXAMPLES / "make_beiling.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.beiling()
