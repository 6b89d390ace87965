"""A run turned into a Result: every line, the tonnes that rest on defaults, the checks and the pins."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from tanheng.engine.exact.compile import Compiler
from tanheng.engine.exact.data import row_key, row_text
from tanheng.engine.exact.fill import filled
from tanheng.engine.exact.filled import fill_problems
from tanheng.engine.exact.flags import Flags
from tanheng.engine.exact.gather import gathered
from tanheng.engine.exact.rows import Row
from tanheng.engine.exact.run import Run
from tanheng.engine.exact.trace import CHECK, lacks
from tanheng.facts.inputs import Inputs
from tanheng.facts.result import Line, Note, Result
from tanheng.formula.model import TIME_SCOPES, Check, Method, Step
from tanheng.kernel.canonical import canonical_json
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse
from tanheng.kernel.rounding import Rounding
from tanheng.library.editions import instead
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import MethodLibrary

ENGINE = "tanheng-exact-1"
DAY = timedelta(days=1)
_LONG = 14
_DIGITS = 10
_LEVEL_CODE = {"error": "TH-C07", "warning": "TH-C06", "info": "TH-C11"}


def compute(inputs: Inputs, methods: MethodLibrary, factors: FactorLibrary) -> Result:
    """Compute the method that the inputs name over their period.

    Returns:
        The result, with every problem found. Where one row cannot be computed the others still are.

    Raises:
        Refused: the method is unknown, is refused at load, or is not in force in the period (TH-C08).
    """
    return result_of(started(inputs, methods, factors))


def started(inputs: Inputs, methods: MethodLibrary, factors: FactorLibrary) -> Run:
    """A run of the inputs: each month by the method in force in it, the year by the one that they name.

    Raises:
        Refused: TH-M20 the method is unknown, TH-C08 some month lies before the first method or after the
            last, TH-M21 a month lies in two; TH-C15, TH-C16, TH-C17 a gap that its rule cannot fill; what
            the file of a method is refused for.
    """
    chain = in_force(inputs.method, inputs.period, methods)

    def start(given: Inputs) -> Run:
        made: Run | None = None
        for method in reversed(chain):
            made = Run(method, _asked(given, method), factors, made)
        assert made is not None
        return made

    filling = filled(inputs, chain, methods, factors, start)
    made = start(filling.inputs)
    made.asked, made.filled = inputs, filling.filled
    made.rules = tuple(run.method for run in filling.by)
    for run in filling.by:
        made.factors.update(run.factors)
    return made


def in_force(method_id: str, period: str, methods: MethodLibrary) -> list[Method]:
    """The method and those that it replaced within the period, latest first.

    Raises:
        Refused: TH-C08, TH-M20, TH-M21.
    """
    span = parse_period(period, Place(key="period"))
    found = [methods.get(method_id)]
    named = found[0]
    while span.first.isoformat() < found[-1].force:
        earlier = methods.earlier(found[-1])
        # a day between two editions belongs to neither
        if earlier is None or date.fromisoformat(earlier.until) + DAY < date.fromisoformat(found[-1].force):
            break
        found.append(earlier)
    # the steps of the year are the named method's, so it must be the one in force when the period ends
    ends = named.force <= span.last.isoformat() <= (named.until or "9999-12-31")
    if span.first.isoformat() < found[-1].force or not ends:
        zh, en = instead(named, span.last, methods)
        said = {"name": named.zh, "seen": period, "wanted": f"{found[-1].force} … {named.until}"}
        raise refuse("TH-C08", Place(key="period"), **said, instead_zh=zh, instead_en=en)
    return found


def _asked(inputs: Inputs, method: Method) -> Inputs:
    """The inputs as an earlier edition knows them: its own givens alone."""
    if inputs.method == method.id:
        return inputs
    data = tuple(datum for datum in inputs.data if datum.name in method.givens)
    members = {scope: m for scope, m in inputs.members.items() if scope in method.scopes}
    return replace(inputs, method=method.id, boundary=method.boundary, data=data, members=members)


def result_of(run: Run) -> Result:
    """The result of a run, everything computed."""
    method, inputs = run.method, run.inputs
    problems: list[Problem] = [
        *fill_problems(run),
        *(p for each in run.lineage for p in each.data.problems),
        *_mismatched(run),
        *_gaps(run),
    ]
    # each step after those that it needs, so that every value is computed from remembered ones
    for name in method.sequence:
        for row in run.of(name):
            try:
                run.value(name, row)
            except Refused as refused:
                problems += refused.problems
    for check in method.checks:
        problems += _checked(run, check)
    flags = Flags(run)
    lines: list[Line] = []
    notes: list[Note] = []
    for step in method.steps.values():
        for row, line in _lines(run, flags, step, problems):
            lines.append(line)
            if step.emits:
                kinds = sorted(flags.of(step.name, row))
                notes += [
                    Note(kind, step.name, line.scope, line.period, line.shown, line.unit) for kind in kinds
                ]
    # what was read while a way fell out is pinned too: the verifier must be able to try that way again
    pins = {f"engine:{ENGINE}": ENGINE}
    pins |= {f"method:{m.id}": m.digest for each in run.lineage for m in each.method.lineage}
    pins |= {f"factor:{key}": f.digest for each in run.lineage for key, f in each.factors.items()}
    pins |= {f"rules:{laid.id.partition('@')[0]}": laid.digest for laid in run.rules}
    return Result(
        ENGINE,
        method.id,
        method.digest,
        run.period.key,
        inputs.boundary,
        run.asked.digest,
        dict(sorted(pins.items())),
        {name: a.kind for name, a in method.answers.items()},
        tuple(lines),
        tuple(notes),
        gathered([*problems, *_unconfirmed(run, flags)]),
    )


def result_json(result: Result) -> bytes:
    """The canonical bytes of a result: what is hashed, packed and compared."""
    return canonical_json(result.to_json())


def _mismatched(run: Run) -> Iterator[Problem]:
    """No tonne is shown under a boundary that its method does not draw."""
    if run.inputs.boundary != run.method.boundary:
        yield problem("TH-C12", Place(key="boundary"), seen=run.inputs.boundary, wanted=run.method.boundary)


def _gaps(run: Run) -> Iterator[Problem]:
    """Every empty cell of a required given, at once: a formula stops at the first that it meets."""
    for given in run.method.givens.values():
        if not given.optional:
            values, refused = run.data.values[given.name], run.data.refused[given.name]
            yield from (
                run.gap(given, row) for row in run.of(given.name) if row not in values and row not in refused
            )


def _checked(run: Run, check: Check) -> Iterator[Problem]:
    """Problems for the rows in which a check does not hold, and for those to which it does not apply."""
    that = Compiler(run, check.that, check.closure, check.zh or check.id).compiled()
    for row in run.rows.of(check.closure):
        try:
            verdict = run.settled(lambda: that(row))  # noqa: B023 - called at once
        except Refused:
            continue  # what it needs could not be computed; that is a problem already
        if verdict is True:
            continue
        place = Place(key=row_key(check.id, check.closure, row))
        row_said = row_text(check.closure, row)
        names = {"name_zh": check.zh or check.id, "name_en": check.en or check.id}
        if verdict is False:
            yield problem(_LEVEL_CODE[check.level], place, row=row_said, seen=check.that.text, **names)
        else:
            zh, en = (lacks(run, check.that, check.closure, row, lang) for lang in ("zh", "en"))
            yield problem("TH-C10", place, row=row_said, seen_zh=zh, seen_en=en, **names)


def _unconfirmed(run: Run, flags: Flags) -> Iterator[Problem]:
    """One warning for every law value and rounding that was used although nobody has confirmed it."""
    if flags.elder is not None and run.elder is not None:
        yield from _unconfirmed(run.elder, flags.elder)
    method = run.method
    # only what a value rests on; a factor that a fallen way read is no reason for a warning
    for use in flags.unconfirmed:
        if use.kind == "factor":
            factor = run.factors[use.row[0]]
            seen = f"{factor.source} {factor.clause}".strip()
            yield problem(
                "TH-C09", Place(key=factor.id), name_zh=factor.name_zh, name_en=factor.name_en, seen=seen
            )
        else:
            item = method.constants.get(use.name) or method.tables[use.name]
            at = ", ".join(filter(None, use.row))
            key = f"{use.name}[{at}]" if at else use.name
            named = {"name_zh": item.zh or item.name, "name_en": item.en or item.name}
            yield problem("TH-C09", Place(key=key), seen=item.law or method.law, **named)
    if method.rounding_certainty != "sure":
        named = {"name_zh": "修约规则", "name_en": "rounding rule"}
        yield problem("TH-C09", Place(key="rounding"), seen=method.rounding_law or method.law, **named)


def _lines(run: Run, flags: Flags, step: Step, problems: list[Problem]) -> Iterator[tuple[Row, Line]]:
    """One line a row; a row that is absent or failed has none, and a number without end is a problem."""
    span = run.spans(step.closure)
    scopes = sorted((s, i) for i, s in enumerate(step.closure) if s not in TIME_SCOPES)
    for row in run.of(step.name):
        way = run.way(step.name, row)
        if way is None:
            continue
        home = run.at(step.name, row)
        own = home.method.steps[step.name]
        try:
            exact, full, shown, unit = _texts(home, own, row, way.rounding)
        except Refused as refused:
            place = Place(key=row_key(step.name, step.closure, row))
            problems += [Problem(each.code, place, each.params) for each in refused.problems]
            continue
        found = flags.of(step.name, row)
        yield (
            row,
            Line(
                step.name,
                step.symbol,
                step.zh,
                step.en,
                tuple([(s, row[i]) for s, i in scopes]),
                span(row),
                exact,
                full,
                shown,
                unit,
                way.rounding.text if way.rounding else "",
                way.law or own.law or home.method.law,
                CHECK if CHECK in found else "sure",
                way.name,
                way.zh,
                way.en,
                tuple(sorted(found - {CHECK})),
            ),
        )


def _texts(run: Run, step: Step, row: Row, rounding: Rounding | None) -> tuple[str, str, str, str]:
    """exact, full, shown and unit of a value."""
    value = run.value(step.name, row)
    if isinstance(value, Fraction) and step.unit is not None:
        scale = step.unit.scale
        own = value if scale == 1 else value / scale
        raw = run.full[step.name].get(row)
        full = "" if raw is None or raw == value else exact_text(raw / scale)
        unit = run.data.unit_of(step.unit, step.closure, row)
        return exact_text(own), full, shown_text(own, rounding, step.show), unit.text
    if isinstance(value, datetime.date):
        return value.isoformat(), "", value.isoformat(), ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text, "", text, ""


def shown_text(value: Fraction, rounding: Rounding | None, show: int | None) -> str:
    """How a value is shown: by its rounding, else by `show`, else exactly when short, else to ten digits."""
    if rounding is not None:
        return rounding.show(value)
    if show is not None:
        return Rounding("half_up", show).show(value)
    exact = exact_text(value)
    if "/" not in exact and len(exact) <= _LONG:
        return exact
    # ten digits, but never fewer than the whole part has
    whole = abs(value) >= 10**_DIGITS
    return (Rounding("half_up", 0) if whole else Rounding("significant", _DIGITS)).show(value)
