"""Problems: what is refused, asked or warned, with a stable code, a place and a remedy, in two languages.

Lives here: the types `Place`, `Problem`, `Refused`, and one data file of codes per area. May be imported by
every room.

The registry. `kernel/problems/<area>.toml` holds the codes of one area; the file follows from the letter of
the code:

    N numbers · U units · D dates · M methods · C computing
    L library · I intake · P packs · R reports · A application · Q plans · F quality

so TH-M04 is looked up in `methods.toml`, which is read when the first M problem is made. A file is made of
blocks like this one; every key is required, `zh` and `en` both, and an unknown key is refused:

    ["TH-N01"]
    severity = "error"
    title    = { zh = "不是数字", en = "Not a number" }
    message  = { zh = "收到 {seen}，需要数字。", en = "Saw {seen}, wanted a number." }
    remedy   = { zh = "请填写阿拉伯数字。", en = "Type plain digits." }
    about    = { zh = "一段说明……", en = "A paragraph for the page of this code in the documentation." }

Severities: error (nothing is computed), warning (computed, and shown), ask (held for a person), info.

`{name}` in message and remedy is filled from the keyword arguments of `problem()`; a language of its own for
one argument is given as `name_zh=…, name_en=…`. An argument that was not given shows as "…". Arguments are
cut at 200 characters and unprintable characters are spelt out, so a message is safe to show whatever was in
the cell. A code is never reused for another meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from tanheng.kernel.resources import load_toml

AREAS: Mapping[str, str] = {
    "N": "numbers",
    "U": "units",
    "D": "dates",
    "M": "methods",
    "C": "computing",
    "L": "library",
    "I": "intake",
    "P": "packs",
    "R": "reports",
    "A": "application",
    "Q": "plans",
    "F": "quality",
}
SEVERITIES = ("error", "warning", "ask", "info")
LANGUAGES = ("zh", "en")
_TEXTS = ("title", "message", "remedy", "about")
# a message must stay readable and safe even when a whole file was pasted into one cell
_LONGEST = 200
_CODE = re.compile(r"TH-([A-Z])\d{2}")
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem was met; unknown parts stay empty. `key` is a field, a name or a path in a file."""

    file: str = ""
    sheet: str = ""
    cell: str = ""
    key: str = ""

    def text(self, lang: str = "zh") -> str:
        """The place in one line, "" when nothing is known of it."""
        sheet = (f"工作表「{self.sheet}」" if lang == "zh" else f'sheet "{self.sheet}"') if self.sheet else ""
        return " ".join(printable(part) for part in (self.file, sheet, self.cell, self.key) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: a code, a place and the texts that fill its message. Made by `problem()`."""

    code: str
    place: Place
    params: tuple[tuple[str, str], ...]

    @property
    def severity(self) -> str:
        """error, warning, ask or info, as the registry says."""
        return str(registered(self.code)["severity"])

    def title(self, lang: str = "zh") -> str:
        """Short name of the problem."""
        return _said(self.code, "title", lang)

    def message(self, lang: str = "zh") -> str:
        """What was seen and what was wanted."""
        return self._filled("message", lang)

    def remedy(self, lang: str = "zh") -> str:
        """What the reader can do about it."""
        return self._filled("remedy", lang)

    def line(self, lang: str = "zh") -> str:
        """Code, title, place, message and remedy in one line of text."""
        place = self.place.text(lang)
        colon, space = ("：", "") if lang == "zh" else (": ", " ")
        head = f"{self.code} {self.title(lang)}{colon}" + (f"{place} " if place else "")
        return head + self.message(lang) + space + self.remedy(lang)

    def to_json(self, lang: str = "zh") -> dict[str, object]:
        """A plain dictionary for JSON: code, severity, place, params and the three texts in one language."""
        place = self.place
        return {
            "code": self.code,
            "severity": self.severity,
            "place": {"file": place.file, "sheet": place.sheet, "cell": place.cell, "key": place.key},
            "title": self.title(lang),
            "message": self.message(lang),
            "remedy": self.remedy(lang),
            "params": dict(self.params),
        }

    def _filled(self, part: str, lang: str) -> str:
        given = dict(self.params)

        # not str.format: a cell that holds "{x.__class__}" must stay what it is
        def fill(match: re.Match[str]) -> str:
            name = match[1]
            return given.get(f"{name}_{lang}", given.get(name, "…"))

        return _FIELD.sub(fill, _said(self.code, part, lang))


class Refused(Exception):
    """Raised when people must be told: carries one or more problems."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Problem | Iterable[Problem], *more: Problem) -> None:
        first = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.problems = first + more
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(each.line() for each in self.problems)


def problem(code: str, place: Place = Place(), /, **params: object) -> Problem:
    """Make a problem of a registered code; params become text (a Fraction in its exact form).

    Raises:
        KeyError: the code is not in the registry (a mistake of ours, not of the user).
    """
    # fails here, where the mistake is, and not later when the text is wanted
    registered(code)
    return Problem(code, place, tuple(sorted((name, _param(value)) for name, value in params.items())))


def refuse(code: str, place: Place = Place(), /, **params: object) -> Refused:
    """Make a Refused with one problem, for `raise`."""
    return Refused(problem(code, place, **params))


def registered(code: str) -> Mapping[str, Any]:
    """The registry entry of a code. Raises KeyError when there is none."""
    match = _CODE.fullmatch(code)
    if match is None or match[1] not in AREAS:
        raise KeyError(code)
    return _area(AREAS[match[1]])[code]


def codes() -> tuple[str, ...]:
    """Every registered code of every area that has a file, sorted; for the documentation and the tests."""
    return tuple(sorted(code for area in AREAS.values() for code in _area(area)))


def printable(text: str) -> str:
    """Text that is safe in a message: cut at 200 characters, unprintable characters spelt as <U+200B>."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…({len(text)})"
    if cut.isprintable():
        return cut
    return "".join(each if each.isprintable() else f"<U+{ord(each):04X}>" for each in cut)


def _param(value: object) -> str:
    if isinstance(value, Fraction):
        # numbers imports problems, so the other direction can only be taken late
        from tanheng.kernel.numbers import exact_text

        return printable(exact_text(value))
    return printable(str(value))


def _said(code: str, part: str, lang: str) -> str:
    return str(registered(code)[part]["en" if lang == "en" else "zh"])


@cache
def _area(area: str) -> Mapping[str, Mapping[str, Any]]:
    try:
        table = load_toml(__name__, f"{area}.toml")
    except OSError:
        # an area without a file yet, or one that was left out of a zip: its codes are unknown
        return {}
    for code, entry in table.items():
        _check(area, code, entry)
    return table


def _check(area: str, code: str, entry: Any) -> None:
    match = _CODE.fullmatch(code)
    if match is None or AREAS.get(match[1]) != area:
        raise ValueError(f"{area}.toml: {code} is not a code of this area")
    if (
        not isinstance(entry, dict)
        or set(entry) != {"severity", *_TEXTS}
        or entry["severity"] not in SEVERITIES
    ):
        raise ValueError(f"{area}.toml: {code} needs exactly severity and {', '.join(_TEXTS)}")
    for part in _TEXTS:
        said = entry[part]
        if not isinstance(said, dict) or set(said) != set(LANGUAGES) or not all(said.values()):
            raise ValueError(f"{area}.toml: {code}.{part} must have zh and en, neither empty")
