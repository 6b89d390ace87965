"""How well an answer is known: the stated uncertainties of its inputs, carried through the exact derivatives.

First order: each input moves the answer by its derivative times its own half-width. Errors of one meter (one
group) are taken as wholly shared and add up by size; groups are independent and add up as squares (IPCC 2006
volume 1 chapter 3; GUM 5.1). What nobody stated takes no part and is named. Constants that a method fixes are
without error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tanheng.engine.exact.dual import slopes
from tanheng.engine.exact.rows import Row
from tanheng.engine.exact.run import Run
from tanheng.formula.model import TIME_SCOPES
from tanheng.kernel.irrational import sqrt
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Place, Refused
from tanheng.kernel.rounding import Rounding
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.uncertainty_sources import FAMILY, Stated, wrong_row

COVERAGE = 2
"""The factor k of the expanded uncertainty: about 95 % of a normal distribution."""
SHOWN = Rounding("significant", 2)
"""Half-widths are told to two significant digits (GUM 7.2.6)."""
LINEAR = Fraction(3, 10)
"""Above 30 % the first order says too little (IPCC 2006 volume 1 chapter 3)."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one group of inputs adds.

    Attributes:
        names: The givens and law values in it; `members` the unit or fuel whose meter it is.
        relative: The stated half-width of an input, relative; the greatest where they differ.
        effect: By how much of the answer the group moves it, relative half-width.
        share: Part of the whole variance.
        source: Row of the library or the plant's own grounds; `certainty` sure or check.
    """

    zh: str
    en: str
    names: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    relative: Fraction
    effect: Fraction
    share: Fraction
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Unstated:
    """An input whose uncertainty nobody stated: 1 % of it moves the answer by `effect` %."""

    name: str
    zh: str
    en: str
    effect: Fraction


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """The expanded uncertainty of one answer, k = 2.

    Attributes:
        value: The answer in its own unit; `relative` and `absolute` the half-width of its 95 % interval.
        contributions: Greatest first.
    """

    answer: str
    row: tuple[tuple[str, str], ...]
    unit: str
    value: Fraction
    relative: Fraction
    absolute: Fraction
    contributions: tuple[Contribution, ...]
    unstated: tuple[Unstated, ...]

    @property
    def percent(self) -> str:
        """The relative half-width in percent, to two significant digits."""
        return SHOWN.show(self.relative * 100)

    @property
    def is_linear(self) -> bool:
        """Whether the half-width is small enough for a first-order statement."""
        return self.relative <= LINEAR

    def to_json(self) -> dict[str, Any]:
        """A JSON object; shares and half-widths to six digits, the value exact."""
        six = Rounding("significant", 6)
        return {
            "answer": self.answer,
            "row": dict(self.row),
            "value": exact_text(self.value),
            "unit": self.unit,
            "coverage_factor": COVERAGE,
            "confidence": "95 %",
            "relative": six.show(self.relative),
            "absolute": six.show(self.absolute),
            "linear": self.is_linear,
            "contributions": [
                {
                    "zh": c.zh,
                    "en": c.en,
                    "names": list(c.names),
                    "members": dict(c.members),
                    "relative": six.show(c.relative),
                    "effect": six.show(c.effect),
                    "share": six.show(c.share),
                    "source": c.source,
                    "certainty": c.certainty,
                }
                for c in self.contributions
            ],
            "unstated": [{"name": u.name, "effect": six.show(u.effect)} for u in self.unstated],
        }


@dataclass(slots=True)
class _Group:
    """Inputs that share one error: the sum of their moves, each by its size."""

    stated: Stated
    members: tuple[tuple[str, str], ...]
    moved: Fraction
    relative: Fraction
    names: dict[str, None]
    source: str
    certainty: str


def uncertainties(run: Run, stated: Sequence[Stated], factors: FactorLibrary) -> Iterator[Uncertainty]:
    """The uncertainty of every emission and removal of a run that is there and is not 0.

    Raises:
        Refused: TH-L01 TH-L02 TH-L15 a statement names no row of the library; what the derivative is
            refused for.
    """
    for answer in run.method.answers.values():
        if answer.kind in ("emission", "removal"):
            for row in run.of(answer.name):
                if run.value(answer.name, row):
                    yield uncertainty(run, answer.name, row, stated, factors)


def uncertainty(
    run: Run, name: str, row: Row, stated: Sequence[Stated], factors: FactorLibrary
) -> Uncertainty:
    """The expanded uncertainty of one answer that is not 0, with what each group of inputs adds."""
    value = run.value(name, row)
    step = run.at(name, row).method.steps[name]
    assert isinstance(value, Fraction) and value and step.unit is not None
    found = slopes(run, name, row, fixed=True)
    groups: dict[object, _Group] = {}
    unknown: dict[str, Fraction] = {}
    for (given, at), slope in found.givens.items():
        read = run.value(given, at)
        assert isinstance(read, Fraction)
        keys = dict(zip(_closure(run, given), at, strict=True))
        _add(run, stated, factors, groups, unknown, given, keys, slope * read)
    for use, owed in found.fixed.items():
        # a constant that the method prints is a definition, a value of the library a measured one
        if use.kind == "factor":
            _add(run, stated, factors, groups, unknown, use.name, {"factor": use.row[0]}, owed)
    whole = sum((g.moved**2 for g in groups.values()), Fraction(0))
    listed = sorted(groups.values(), key=lambda g: (-g.moved, g.stated.zh, g.members))
    relative = sqrt(whole) / abs(value)
    return Uncertainty(
        name,
        tuple(zip(step.closure, row, strict=True)),
        run.data.unit_of(step.unit, step.closure, row).text,
        value / step.unit.scale,
        relative,
        relative * abs(value) / step.unit.scale,
        tuple(
            Contribution(
                g.stated.zh,
                g.stated.en,
                tuple(g.names),
                g.members,
                g.relative,
                g.moved / abs(value),
                g.moved**2 / whole if whole else Fraction(0),
                g.source,
                g.certainty,
            )
            for g in listed
            if g.moved
        ),
        tuple(
            Unstated(n, *_labels(run, n), abs(owed / value))
            for n, owed in sorted(unknown.items(), key=lambda pair: (-pair[1], pair[0]))
            if owed
        ),
    )


def _add(
    run: Run,
    stated: Sequence[Stated],
    factors: FactorLibrary,
    groups: dict[object, _Group],
    unknown: dict[str, Fraction],
    name: str,
    keys: dict[str, str],
    owed: Fraction,
) -> None:
    """Put one input into its group; `owed` is by how much the answer moves when the input doubles."""
    for number, each in enumerate(stated):
        if name not in each.of or any(keys.get(s) != m for s, m in each.row.items()):
            continue
        relative, source, certainty, id = _figure(run, each, keys, factors)
        if relative is None:
            continue
        # a factor of the library is one value wherever it is read
        members = _members(run, keys) if each.shared == "member" and "factor" not in keys else ()
        alone = (name, *sorted(keys.items())) if each.shared == "value" else ()
        group = groups.setdefault(
            (number, id, members, alone),
            _Group(each, members, Fraction(0), relative, {}, source, certainty),
        )
        group.moved += abs(owed) * relative
        group.names[name] = None
        return
    unknown[name] = unknown.get(name, Fraction(0)) + abs(owed)


def _figure(
    run: Run, stated: Stated, keys: dict[str, str], factors: FactorLibrary
) -> tuple[Fraction | None, str, str, str]:
    """Half-width, source, certainty and row of a statement at one input; None where it says nothing there."""
    if stated.relative is not None:
        return stated.relative, stated.source, "sure", ""
    id = stated.id
    if stated.by:
        word = _word(run, stated.by, keys)
        if word not in stated.rows:
            return None, "", "", ""
        id = stated.rows[word]
    place = Place(file=stated.file or "uncertainty", key=id)
    try:
        factor = factors.find(FAMILY, id=id, since=run.period.first, until=run.period.last)
    except Refused as refused:
        raise Refused((wrong_row(place, id, FAMILY), *refused.problems)) from None
    certainty = factor.certainty
    return factor.value_fraction, factor.source, certainty, id


def _word(run: Run, name: str, keys: dict[str, str]) -> str:
    closure = _closure(run, name)
    if not set(closure) <= keys.keys():
        return ""
    return str(run.value(name, tuple(keys[s] for s in closure)) or "")


def _closure(run: Run, name: str) -> tuple[str, ...]:
    for each in run.lineage:
        if name in each.method.givens:
            return each.method.givens[name].closure
    return run.method.closure_of(name)


def _members(run: Run, keys: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The unit, fuel or stream of an input, whose meter it is."""
    scopes = run.method.scopes
    return tuple(
        (s, m) for s, m in keys.items() if s not in TIME_SCOPES and s in scopes and not scopes[s].open
    )


def _labels(run: Run, name: str) -> tuple[str, str]:
    for each in run.lineage:
        item = each.method.givens.get(name) or each.method.tables.get(name) or each.method.constants.get(name)
        if item is not None:
            return item.zh or name, item.en or name
    return name, name
