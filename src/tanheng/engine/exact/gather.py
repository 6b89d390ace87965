"""Problems that differ in nothing but their day or month, gathered into one that people can read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Problem

_PERIOD = re.compile(r"(?<![\d-])\d{4}-\d{2}(?:-\d{2})?(?![\d-])")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_COUNTED = {"month": ("{} 共 {} 个月", "{}, {} months"), "day": ("{} 共 {} 天", "{}, {} days")}
_GAP = "\0"

Span = tuple[str, str]


def gathered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems by code and place; following days or months of one cell become one problem.

    "FC_day[1, 煤, 2024-02-01]" to "FC_day[1, 煤, 2024-02-29]" become "FC_day[1, 煤, 2024-02-01…2024-02-29]";
    what the library was asked for "since" and "until" grows in the same way.
    """
    kept: list[Problem] = []
    alike: dict[Problem, set[Span]] = {}
    # every cell that needs a failed one met the same problem: once is enough
    for problem in dict.fromkeys(problems):
        span, pattern = _apart(problem)
        if span is None:
            kept.append(problem)
        else:
            alike.setdefault(pattern, set()).add(span)
    for pattern, spans in alike.items():
        kept += [_filled(pattern, run) for run in _runs(sorted(spans))]
    return tuple(sorted(kept, key=_order))


def _order(problem: Problem) -> tuple[object, ...]:
    place = problem.place
    return problem.code, place.key, place.file, place.sheet, place.cell, problem.params


def _apart(problem: Problem) -> tuple[Span | None, Problem]:
    """The one period that a problem names, and the problem without it; None when it names none or several."""
    place, params = problem.place, dict(problem.params)
    asked = params.get("since", ""), params.get("until", "")
    if all(_DAY.fullmatch(day) for day in asked):
        hidden = tuple((n, _GAP if n in ("since", "until") else text) for n, text in problem.params)
        return asked, Problem(problem.code, place, hidden)
    named = {found for text in (place.key, *params.values()) for found in _PERIOD.findall(text)}
    # a cell of a file is a place of its own, and a period that is not in the place is part of what is said
    if len(named) != 1 or place.cell or not _PERIOD.search(place.key):
        return None, problem
    hidden = tuple((name, _PERIOD.sub(_GAP, text)) for name, text in problem.params)
    where = Place(place.file, place.sheet, "", _PERIOD.sub(_GAP, place.key))
    (period,) = named
    return (period, period), Problem(problem.code, where, hidden)


def _runs(spans: list[Span]) -> Iterator[list[Span]]:
    """Spans of one kind that follow each other without a gap."""
    run = spans[:1]
    for span in spans[1:]:
        earlier = run[-1][1]
        if (
            len(span[0]) == len(earlier)
            and parse_period(earlier).last + timedelta(days=1) == parse_period(span[0]).first
        ):
            run.append(span)
        else:
            yield run
            run = [span]
    yield run


def _filled(pattern: Problem, run: list[Span]) -> Problem:
    """The pattern with its run of periods; the row that is shown says how many there are."""
    first, last = run[0][0], run[-1][1]
    said = first if first == last else f"{first}…{last}"
    params: list[tuple[str, str]] = []
    for name, text in pattern.params:
        if text == _GAP and name in ("since", "until"):
            params.append((name, first if name == "since" else last))
        elif name == "row" and _GAP in text and len(run) > 1:
            whole = text.replace(_GAP, said)
            zh, en = (form.format(whole, len(run)) for form in _COUNTED[parse_period(first).kind])
            params += [("row_en", en), ("row_zh", zh)]
        else:
            params.append((name, text.replace(_GAP, said)))
    place = pattern.place
    where = Place(place.file, place.sheet, place.cell, place.key.replace(_GAP, said))
    return Problem(pattern.code, where, tuple(sorted(params)))
