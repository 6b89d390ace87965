"""How well each input of a method is known, as stated by the library, an own folder or a file."""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tanheng.formula.check import near
from tanheng.formula.model import Method
from tanheng.kernel.numbers import parse_exact
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse

FAMILY = "uncertainty_defaults"
SHARED = ("plant", "member", "value")
"""Which values share one error: all of the plant, those of one unit or fuel (a meter), or none."""
MAX_BYTES = 200_000
_KEYS = ("of", "row", "id", "by", "rows", "relative", "source", "shared", "zh", "en")


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement: the half-width of the 95 % interval, relative to the value.

    Attributes:
        of: Givens, tables and constants that it holds for; where `row` is not empty, only at those members.
        relative: The half-width, 0.005 for 0.5 %; None where a row of the library family says it.
        id: That row; or, by the word of the given `by`, `rows`.
        source: Where an own figure comes from: certificate, judgement.
        file: The file that states it, "" for the shipped defaults.
    """

    of: tuple[str, ...]
    relative: Fraction | None
    id: str
    by: str
    rows: Mapping[str, str]
    shared: str
    zh: str
    en: str
    source: str = ""
    row: Mapping[str, str] = field(default_factory=dict)
    file: str = ""


def load_stated(method: Method, own: Iterable[Path] = (), file: Path | None = None) -> tuple[Stated, ...]:
    """The statements for a method, the plant's own before the shipped defaults.

    Args:
        own: Library folders that may hold `uncertainty/*.toml`.
        file: One more file, before all others.

    Raises:
        Refused: TH-L15 a file that is not in order.
    """
    found: list[Stated] = []
    if file is not None:
        found += _read(file.read_bytes(), file.name, method, own=True)
    roots: list[tuple[Traversable, bool]] = [(Path(folder), True) for folder in own]
    for root, is_own in [*roots, (importlib.resources.files("tanheng.library"), False)]:
        folder = root / "uncertainty"
        for each in sorted(folder.iterdir() if folder.is_dir() else (), key=lambda f: f.name):
            if each.name.endswith(".toml"):
                found += _read(each.read_bytes(), each.name, method, own=is_own)
    return tuple(found)


def _read(data: bytes, file: str, method: Method, *, own: bool) -> list[Stated]:
    if len(data) > MAX_BYTES:
        raise refuse("TH-L15", Place(file=file), seen=f"{len(data)} B", wanted=f"≤ {MAX_BYTES} B")
    try:
        raw = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise refuse("TH-L15", Place(file=file), seen=str(error), wanted="TOML 1.0, UTF-8") from None
    listed = raw.get("stated", [])
    if set(raw) - {"judges", "stated"} or not isinstance(listed, list):
        raise refuse("TH-L15", Place(file=file), seen=", ".join(raw), wanted="judges, [[stated]]")
    judges = raw.get("judges", [])
    if judges and method.id not in judges:
        return []
    found: list[Stated] = []
    wrong: list[Problem] = []
    for number, each in enumerate(listed):
        try:
            found.append(_stated(each, Place(file=file, key=f"stated[{number}]"), method, own))
        except Refused as refused:
            wrong += refused.problems
    if wrong:
        raise Refused(tuple(wrong))
    return found


def _stated(raw: object, place: Place, method: Method, own: bool) -> Stated:
    if not isinstance(raw, dict) or set(raw) - set(_KEYS):
        raise refuse(
            "TH-L15", place, seen=", ".join(raw) if isinstance(raw, dict) else raw, wanted=", ".join(_KEYS)
        )
    names = [raw["of"]] if isinstance(raw.get("of"), str) else raw.get("of", [])
    known: dict[str, object] = {**method.givens, **method.tables, **method.constants}
    for name in names if own else ():
        # a shipped file serves several editions, of which not all know every name
        if name not in known:
            raise refuse("TH-L15", place, seen=name, wanted=", ".join(near(str(name), known)) or "given")
    ways = [key for key in ("relative", "id", "rows") if key in raw]
    if not names or len(ways) != 1 or ("by" in raw) != ("rows" in raw):
        raise refuse("TH-L15", place, seen=", ".join(raw), wanted="of; relative / id / by, rows")
    if "relative" in raw and not str(raw.get("source", "")).strip():
        # a figure of one's own without grounds could be any figure
        raise refuse("TH-L15", place, seen="", wanted="source")
    shared = raw.get("shared", "member")
    if shared not in SHARED:
        raise refuse("TH-L15", place, seen=shared, wanted=" / ".join(SHARED))
    return Stated(
        tuple(names),
        _relative(raw["relative"], place) if "relative" in raw else None,
        _text(raw, "id", place),
        _text(raw, "by", place),
        _words(raw, "rows", place),
        shared,
        _text(raw, "zh", place) or ", ".join(names),
        _text(raw, "en", place) or ", ".join(names),
        _text(raw, "source", place),
        _words(raw, "row", place),
        place.file if own else "",
    )


def _relative(value: object, place: Place) -> Fraction:
    """Read "0.5 %" or "0.005", above 0 and at most 10; never a binary decimal."""
    text = value.strip() if isinstance(value, str) else ""
    number, percent = (text[:-1].strip(), 100) if text.endswith("%") else (text, 1)
    try:
        found = parse_exact(number) / percent
    except Refused:
        raise refuse("TH-L15", place, seen=value, wanted='relative = "0.5 %"') from None
    if not 0 < found <= 10:
        raise refuse("TH-L15", place, seen=value, wanted="0 < … ≤ 1000 %")
    return found


def _text(raw: Mapping[str, Any], key: str, place: Place) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str):
        raise refuse("TH-L15", place, seen=f"{key} = {value}", wanted=f'{key} = "…"')
    return value


def _words(raw: Mapping[str, Any], key: str, place: Place) -> Mapping[str, str]:
    value = raw.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise refuse("TH-L15", place, seen=f"{key} = {value}", wanted=f'{key} = {{ … = "…" }}')
    return value


def wrong_row(place: Place, seen: str, wanted: str) -> Problem:
    """TH-L15 for a statement that names no row of the library."""
    return problem("TH-L15", place, seen=seen, wanted=wanted)
