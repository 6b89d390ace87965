"""Why one year's answer differs from another's: by cause, in the answer's unit, adding up to the last digit.

The earlier year is first laid on the later year's calendar, still under its own rules. Then its data are
replaced by the later year's, cause after cause, and last its dated values and its method; after each
replacement the answer is computed exactly. What could not be computed alone is taken with the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

from tanheng.engine.exact.result import shown_text
from tanheng.engine.exact.run import Run
from tanheng.formula.model import Method, Step
from tanheng.inventory.difference import Difference, Indicator, Side
from tanheng.inventory.path import Path
from tanheng.inventory.stages import ORDER, STAGES
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Place, Refused, problem


def over_years(before: Side, after: Side, name: str) -> Difference:
    """The difference of one answer between two periods, each side by its own method.

    Raises:
        Refused: TH-C14 a year beside a month; TH-C02 the answer is no number of the whole run on both sides;
            whatever the two sides themselves are refused for.
    """
    first = _numbered(before.method, name)
    second = _numbered(after.method, name)
    assert first.unit is not None and second.unit is not None
    if first.unit.dimension != second.unit.dimension:
        raise Refused(problem("TH-C02", Place(key=name), seen=second.unit.text, wanted=first.unit.text))
    path = Path(before, after, name)
    for stage in STAGES:
        stage(path)
    start, end = path.start, path.end
    return Difference(
        name,
        second.zh,
        second.en,
        first.unit.text,
        exact_text(start.value),
        exact_text(end.value),
        exact_text(end.value - start.value),
        tuple(path.parts),
        (before.inputs.period, after.inputs.period),
        tuple((m.id, m.zh, m.en) for m in (before.method, after.method)),
        ORDER,
        path.scope,
        path.ids,
        path.labels,
        tuple((exact_text(a), exact_text(b)) for a, b in zip(start.split, end.split, strict=True)),
        tuple(_beside(path)),
    )


def _beside(path: Path) -> Iterator[Indicator]:
    """The yearly answers of each member that both methods give in one unit."""
    one, two = path.before.method, path.after.method
    for name in two.answers:
        mine, theirs = one.steps.get(name), two.steps.get(name)
        if mine is None or theirs is None or mine.unit is None or theirs.unit is None or not path.scope:
            continue
        if mine.closure != (path.scope,) or theirs.closure != mine.closure or mine.unit != theirs.unit:
            continue
        values = tuple((_shown(path.start.run, name, id), _shown(path.end.run, name, id)) for id in path.ids)
        if any(any(pair) for pair in values):
            yield Indicator(name, theirs.zh, theirs.en, theirs.unit.text, values)


def _shown(run: Run, name: str, member: str) -> str:
    step, row = run.method.steps[name], (member,)
    if row not in run.of(name) or step.unit is None:
        return ""
    value = None
    # what one year lacks does not hide what the other has
    with suppress(Refused):
        value = run.value(name, row)
    if not isinstance(value, Fraction):
        return ""
    way = run.way(name, row)
    return shown_text(value / step.unit.scale, way.rounding if way else None, step.show)


def _numbered(method: Method, name: str) -> Step:
    """The step of one number for the whole run. Raises Refused TH-C02 where a name is no such step."""
    whole = [s.name for s in method.steps.values() if not s.closure and s.unit is not None]
    if name not in whole:
        raise Refused(problem("TH-C02", Place(key=method.id), seen=name, wanted=", ".join(whole)))
    return method.steps[name]
