"""The keys of a method file and what each may hold; any other key or kind of value is refused."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

from tanheng.formula.check import near
from tanheng.kernel.problems import Place, refuse

KINDS = ("number", "word", "date", "truth")
ANSWERS = ("emission", "removal", "allowance", "memo", "indicator")
LEVELS = ("error", "warning", "info")
CERTAINTIES = ("sure", "check")


def _texts(value: object) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(v, str) and v for v in value)
        and len(set(value)) == len(value)
    )


def _whole(value: object) -> bool:
    # True is an int to Python
    return isinstance(value, int) and not isinstance(value, bool)


def _day(value: object) -> bool:
    if isinstance(value, datetime.date):
        # a time of day would break the comparison of days as texts
        return not isinstance(value, datetime.datetime)
    try:
        return isinstance(value, str) and datetime.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_IS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "text": (lambda v: isinstance(v, str), '"…"'),
    "flag": (lambda v: isinstance(v, bool), "true / false"),
    "places": (lambda v: _whole(v) and -60 <= v <= 60, "2"),  # type: ignore[operator]
    "number": (lambda v: isinstance(v, str) or _whole(v), '"0.03085"'),
    "bounds": (
        lambda v: isinstance(v, list) and len(v) == 2 and all(isinstance(b, str) or _whole(b) for b in v),
        '["0", ""]',
    ),
    "rounding": (lambda v: isinstance(v, str) or _whole(v), '2 / "half_up 2"'),
    "day": (_day, "2023-01-01"),
    "texts": (_texts, '["…", "…"], each once'),
    "words": (lambda v: isinstance(v, str) or _texts(v), '"…" / ["…", "…"]'),
    "table": (lambda v: isinstance(v, dict), "table"),
    "tables": (lambda v: isinstance(v, list) and all(isinstance(x, dict) for x in v), "list of tables"),
    "kind": (KINDS.__contains__, " / ".join(KINDS)),
    "answer": (ANSWERS.__contains__, " / ".join(ANSWERS)),
    "grade": (lambda v: _whole(v) and 1 <= v <= 3, "1 / 2 / 3"),  # type: ignore[operator]
    "better": (("low", "high").__contains__, "low / high"),
    "level": (LEVELS.__contains__, " / ".join(LEVELS)),
    "certainty": (CERTAINTIES.__contains__, " / ".join(CERTAINTIES)),
}


def _keys(**named: str) -> Mapping[str, str]:
    return {key: kind for kind, listed in named.items() for key in listed.split()}


_LABELS = "zh en symbol law says"
PARTS: Mapping[str, Mapping[str, str]] = {
    "": _keys(
        text="id zh en law boundary replaces based_on says",
        day="force until",
        texts="drop judges",
        flag="prune",
        table="rounding scope constant table answer cites",
        tables="given step check fill note bridge",
    ),
    "rounding": _keys(text="mode law says", certainty="certainty"),
    "scope": _keys(text="zh en says letter in", flag="open", texts="rows unit"),
    "given": _keys(text="per zh en says"),
    "column": _keys(
        text=f"{_LABELS} unit", kind="kind", flag="optional", texts="one_of", bounds="range", places="show"
    ),
    "constant": _keys(text=f"{_LABELS} unit from id", number="value", tables="dated", certainty="certainty"),
    "table": _keys(
        text=f"{_LABELS} unit from set item", words="key", tables="dated", table="rows", certainty="certainty"
    ),
    "constant.dated": _keys(day="since until", text="law", certainty="certainty", number="value"),
    "table.dated": _keys(day="since until", text="law", certainty="certainty", table="rows"),
    "step": _keys(
        text=f"{_LABELS} name per unit is when follow",
        kind="kind",
        tables="way",
        rounding="round",
        places="show",
        flag="optional emits default",
    ),
    "way": _keys(text="name zh en when is law", rounding="round", flag="default"),
    "check": _keys(
        text="id per that law zh en figure low high tonnes unit covers excuse", level="level", flag="replaced"
    ),
    "fill": _keys(text="id of per high low otherwise law zh en says"),
    "answer": _keys(answer="as", grade="level", better="better"),
    "bridge": _keys(text="zh en less more law"),
    "note": _keys(text="kind law says"),
}
"""Of each part of a file its keys, and the kind of value that each takes."""


def check_keys(raw: object, part: str, place: Place) -> None:
    """Refuse a part with an unknown key (TH-M01) or a value of the wrong kind (TH-M08)."""
    if not isinstance(raw, dict):
        raise refuse("TH-M08", place, seen=str(raw), wanted="table")
    allowed = PARTS[part]
    for name, value in raw.items():
        here = Place(file=place.file, key=f"{place.key}.{name}".lstrip("."))
        if name not in allowed:
            raise refuse("TH-M01", here, seen=name, wanted=", ".join(near(name, allowed) or sorted(allowed)))
        # "false" in quotes is true to Python, and "AB" a list of A and B: kinds are checked, never guessed
        fits, wanted = _IS[allowed[name]]
        if not fits(value):
            raise refuse("TH-M08", here, seen=str(value), wanted=wanted)
