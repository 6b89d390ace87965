"""Why two results differ: the change of an answer, told apart by boundary, inputs, factors and method.

Two periods are told apart by `tanheng.inventory.years`, with causes of their own.

The parts are replaced one after another, in a stated order, and the answer is computed exactly after each; so
the parts add up to the whole difference, to the last digit. Where one replacement alone cannot be computed (a
route word without its data) it is taken together with the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction

from tanheng.engine.exact.result import started
from tanheng.facts.datum import Datum
from tanheng.facts.inputs import Inputs, Member
from tanheng.formula.model import Method, Step
from tanheng.inventory.difference import Difference, Part, Side
from tanheng.inventory.years import over_years
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Place, Refused, problem


def diff(before: Side, after: Side, name: str = "") -> Difference:
    """The difference of one answer (by default the first emission) between two sides.

    Raises:
        Refused: TH-C14 the periods are of two kinds; TH-C02 the answer is no number of the whole run;
            whatever the two sides themselves are refused for.
    """
    name = name or next(n for n, a in before.method.answers.items() if a.kind == "emission")
    if before.inputs.period != after.inputs.period:
        return over_years(before, after, name)
    step, unit = _numbered(before.method, name), _numbered(after.method, name).unit
    assert unit is not None
    start, end = _value(before, name), _value(after, name)
    parts: list[Part] = []
    pending: list[_Change] = []
    value = start
    changes = list(_changes(before, after))
    for number, change in enumerate(changes):
        pending.append(change)
        try:
            now = end if number == len(changes) - 1 else _value(change.side, name)
        except Refused:
            continue
        kinds = {c.kind for c in pending}
        moved = (now - value) / unit.scale
        if moved or len(changes) == 1:
            parts.append(
                Part(
                    kinds.pop() if len(kinds) == 1 else "input",
                    tuple(c.name for c in pending if c.name),
                    " + ".join(c.zh for c in pending),
                    " + ".join(c.en for c in pending),
                    exact_text(moved),
                    sum(c.places for c in pending),
                )
            )
        value, pending = now, []
    return Difference(
        name,
        step.zh,
        step.en,
        unit.text,
        exact_text(start / unit.scale),
        exact_text(end / unit.scale),
        exact_text((end - start) / unit.scale),
        tuple(parts),
        (before.inputs.period, after.inputs.period),
        tuple((m.id, m.zh, m.en) for m in (before.method, after.method)),
    )


def _numbered(method: Method, name: str) -> Step:
    """The step of one number for the whole run. Raises Refused TH-C02 where a name is no such step."""
    whole = [s.name for s in method.steps.values() if not s.closure and s.unit is not None]
    if name not in whole:
        raise Refused(problem("TH-C02", Place(key=method.id), seen=name, wanted=", ".join(whole)))
    return method.steps[name]


@dataclass(frozen=True, slots=True)
class _Change:
    """One replacement: the side after it, and how many values it touched."""

    kind: str
    name: str
    zh: str
    en: str
    side: Side
    places: int


def _value(side: Side, name: str) -> Fraction:
    run = started(side.inputs, side.methods, side.factors)
    wrong = [found for each in run.lineage for found in each.data.problems]
    if wrong:
        raise Refused(tuple(wrong))
    value = run.value(name, ())
    assert isinstance(value, Fraction)
    return value


def _changes(before: Side, after: Side) -> Iterable[_Change]:
    """The replacements in order: boundary, inputs one parameter after another, factors, method."""
    side = before
    moved = _members_moved(before.inputs, after.inputs)
    if moved:
        kept = [d for d in before.inputs.data if not _touches(d, moved)]
        new = [d for d in after.inputs.data if _touches(d, moved)]
        inputs = replace(
            before.inputs, members=after.inputs.members, data=tuple(kept + _known(new, before.method))
        )
        side = replace(side, inputs=inputs)
        members = sorted({member for _, member in moved})
        zh, en = f"核算边界：{'、'.join(members)}", f"boundary: {', '.join(members)}"
        yield _Change("boundary", "", zh, en, side, len(moved))
    for name in sorted(after.method.givens.keys() | before.method.givens.keys()):
        old = [d for d in side.inputs.data if d.name == name]
        new = [d for d in after.inputs.data if d.name == name] if name in before.method.givens else []
        touched = {_figure(d) for d in old} ^ {_figure(d) for d in new}
        if touched and name in before.method.givens:
            rest = tuple(d for d in side.inputs.data if d.name != name)
            side = replace(side, inputs=replace(side.inputs, data=rest + tuple(new)))
            given = before.method.givens[name]
            yield _Change(
                "input", name, given.zh or name, given.en or name, side, len({row for row, *_ in touched})
            )
    used, wanted = _factors(side), _factors(replace(side, factors=after.factors))
    if used != wanted:
        side = replace(side, factors=after.factors)
        # a row that another replaces is one place, though the two differ in their dates and so in their keys
        rows = max(len(used - wanted), len(wanted - used))
        yield _Change("factor", "", "排放因子与缺省值", "factors and default values", side, rows)
    if before.method.digest != after.method.digest:
        yield _Change(
            "method", after.method.id, f"核算方法：{after.method.zh}", f"method: {after.method.en}", after, 1
        )


def _figure(datum: Datum) -> tuple[object, ...]:
    """What tells a datum's figure: where it stands, and its value, or the rule that gives it one."""
    return datum.row, datum.value, datum.unit, "" if datum.value else datum.rule


def _factors(side: Side) -> set[tuple[str, str]]:
    """Every factor row that a side reads for its answers, as key (family, id, dates) and digest."""
    run = started(side.inputs, side.methods, side.factors)
    for name in run.method.answers:
        for row in run.of(name):
            # what one cell lacks does not hide the rows that the others read
            with suppress(Refused):
                run.value(name, row)
    return {(key, factor.digest) for each in run.lineage for key, factor in each.factors.items()}


def _members_moved(before: Inputs, after: Inputs) -> set[tuple[str, str]]:
    """(scope, member) pairs that only one side has, or that lie elsewhere or have another unit."""

    def flat(inputs: Inputs) -> set[tuple[str, Member]]:
        return {(scope, replace(m, label="")) for scope, members in inputs.members.items() for m in members}

    return {(scope, m.id) for scope, m in flat(before) ^ flat(after)}


def _touches(datum: Datum, moved: set[tuple[str, str]]) -> bool:
    return any(pair in moved for pair in datum.row)


def _known(data: list[Datum], method: Method) -> list[Datum]:
    return [d for d in data if d.name in method.givens]
