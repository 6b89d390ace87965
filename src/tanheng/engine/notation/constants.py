"""Constants as their method file writes them: "44/12" stays a fraction, 1 is only a unit."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache

from tanheng.formula.model import Constant, Method


@lru_cache(maxsize=16)
def _written(text: str) -> Mapping[str, str]:
    # the loaded method holds 11/3; only the file still says that it was written 44/12
    tables = tomllib.loads(text).get("constant", {})
    return {name: str(raw["value"]) for name, raw in tables.items() if "value" in raw}


def ratio_text(method: Method, name: str) -> str:
    """The text of a constant that the method writes as a quotient ("44/12"); "" for any other name."""
    if name not in method.constants:
        return ""
    # an edition based on another method holds only what it changes
    files = (_written(each.text) for each in method.lineage)
    text = next((written[name] for written in files if name in written), "")
    return text if "/" in text else ""


def is_unity(method: Method, name: str | None) -> bool:
    """Whether a name is a constant of 1, which the language needs for its unit and no law prints."""
    found: Constant | None = method.constants.get(name) if name else None
    return found is not None and len(found.dated) == 1 and found.dated[0].value == 1
