"""A method file that is another one with changes: an edition of a guide, or rules that judge its figures.

    based_on = "cets-power-2023"
    drop = ["step.E_el", "answer.AD_el_y", "check", "note"]     # one by name, or a whole part
    prune = true                   # drop what no answer and no check needs any more
    cites = { G23 = "G22" }        # clauses that both editions share are cited in this one

What the file declares replaces what bears the same name in the base, in its place; the rest is added.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

from tanheng.formula.check import near
from tanheng.kernel.problems import Place, refuse

Raw = dict[str, Any]
_NAMED = ("scope", "constant", "table", "answer")
_LISTED = {"step": "name", "check": "id", "fill": "id"}
_WHOLE = ("answer", "check", "note")
_GIVEN = frozenset(("per", "zh", "en", "says"))


def own_names(raw: Mapping[str, Any]) -> frozenset[str]:
    """The names that a file declares itself: constants, tables, givens and steps, and the ids of checks."""
    found = {name for part in ("constant", "table") for name in raw.get(part, {})}
    found |= {name for block in raw.get("given", []) for name in block if name not in _GIVEN}
    return frozenset(found | {str(e.get(key, "")) for p, key in _LISTED.items() for e in raw.get(p, [])})


def laid_over(base: Mapping[str, Any], changes: Mapping[str, Any], place: Place) -> Raw:
    """The base with the changes of a file, as one file would declare it.

    Args:
        base: A method file as read, itself laid over its own base.
        changes: The file that says `based_on`; its shape is checked with the result's.

    Raises:
        Refused: TH-M02 something is dropped that the base does not have.
    """
    found: Raw = copy.deepcopy(dict(base))
    for old, new in changes.get("cites", {}).items():
        _recite(found, re.compile(rf"(?<![\w-]){re.escape(old)}(?![\w-])"), str(new))
    for text in changes.get("drop", []):
        _drop(found, text, place)
    for key, value in changes.items():
        if key in _NAMED and isinstance(value, dict):
            found[key] = {**found.get(key, {}), **value}
        elif key in _LISTED and isinstance(value, list):
            found[key] = _replaced(found.get(key, []), value, _LISTED[key])
        elif key == "given" and isinstance(value, list):
            fresh = {name for block in value for name in block if name not in _GIVEN}
            kept = [{n: v for n, v in block.items() if n not in fresh} for block in found.get("given", [])]
            found["given"] = [block for block in kept if set(block) - _GIVEN] + value
        elif key == "note" and isinstance(value, list):
            found["note"] = [*found.get("note", []), *value]
        elif key not in ("drop", "cites", "judges", "based_on"):
            found[key] = value
    # what the base replaces, bridges and how long it was in force says nothing about this file
    for key in ("replaces", "until", "bridge"):
        if key not in changes:
            found.pop(key, None)
    return found


def _replaced(entries: list[Raw], changes: list[Raw], key: str) -> list[Raw]:
    fresh = {str(each.get(key, "")): each for each in changes}
    known = {str(each.get(key, "")) for each in entries}
    kept = [fresh.get(str(each.get(key, "")), each) for each in entries]
    # what is declared twice in the file itself stays twice, and is refused when the whole is read
    used = {id(each) for each in kept}
    return kept + [e for e in changes if str(e.get(key, "")) not in known or id(e) not in used]


def _drop(found: Raw, text: str, place: Place) -> None:
    part, _, name = text.partition(".")
    known: dict[str, Callable[[], object]] = {}
    if text in _WHOLE and found.get(text):
        known = {"": lambda: found.pop(text)}
    elif part in _NAMED:
        entries: Raw = found.get(part, {})
        known = {each: lambda each=each: entries.pop(each) for each in entries}  # type: ignore[misc]
    elif part in _LISTED:
        listed: list[Raw] = found.get(part, [])
        known = {
            str(e.get(_LISTED[part])): lambda e=e: listed.remove(e)  # type: ignore[misc]
            for e in listed
        }
    elif part == "given":
        known = {
            each: lambda each=each, block=block: block.pop(each)  # type: ignore[misc]
            for block in found.get("given", [])
            for each in block
            if each not in _GIVEN
        }
    if name not in known:
        wanted = ", ".join(near(name, known)) or "step.… given.… constant.… table.… check answer note"
        raise refuse("TH-M02", Place(file=place.file, key=f"drop.{text}"), seen=text, wanted=wanted)
    known[name]()


def _recite(node: object, old: re.Pattern[str], new: str) -> None:
    """Cite another instrument in every `law` below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "law" and isinstance(value, str):
                node[key] = old.sub(new, value)
            else:
                _recite(value, old, new)
    elif isinstance(node, list):
        for each in node:
            _recite(each, old, new)
