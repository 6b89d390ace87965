"""Missing values that a rule fills: both candidates, and the side that is safe for the answers.

A substituted datum that names a rule "<rules>/<fill>" leaves its value to the rule. The side is found from
the formulas: emissions must not come out too low, allowances and removals not too high. The exact derivative
of each such answer is taken with all gaps at their high and at their low candidates; where its sign is not
the same in both, the answers themselves are computed at both candidates and compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tanheng.engine.exact.compile import Compiler
from tanheng.engine.exact.dual import gradient
from tanheng.engine.exact.filled import COMPARED, HIGH, LOW, NEITHER, SAYS, SLOPE, Filled
from tanheng.engine.exact.pushes import Cell
from tanheng.engine.exact.rows import Row
from tanheng.engine.exact.run import Run
from tanheng.engine.exact.trace import lacks
from tanheng.facts.datum import SUBSTITUTED, Datum
from tanheng.facts.inputs import Inputs
from tanheng.formula.model import Fill, Method
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import MethodLibrary

SAFE = {"emission": 1, "removal": -1, "allowance": -1}
"""Of each kind of answer, whether a larger (1) or a smaller value (-1) is the safe one."""
# of some hundred days each alone would be some hundred runs
_ONE_BY_ONE = 31
_OTHER = {HIGH: LOW, LOW: HIGH}


@dataclass(frozen=True, slots=True)
class Filling:
    """The inputs with every gap filled, the gaps, and the rules and runs that they were filled by."""

    inputs: Inputs
    filled: tuple[Filled, ...] = ()
    by: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class _Gap:
    datum: Datum
    fill: Fill
    method: Method
    rule: str

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        return self.datum.name, self.datum.row

    def row(self, closure: tuple[str, ...]) -> Row:
        keys = dict(self.datum.row)
        return tuple(keys.get(s, "") for s in closure)


def filled(
    inputs: Inputs,
    chain: Sequence[Method],
    methods: MethodLibrary,
    factors: FactorLibrary,
    start: Callable[[Inputs], Run],
) -> Filling:
    """The inputs with a value in every gap that names a rule.

    Args:
        chain: The methods of the period, latest first.
        start: Makes a run of other values of the same inputs.

    Raises:
        Refused: TH-C15 a rule that is unknown or of another given, a value that it does not want or lacks;
            TH-C16 a rule that finds no candidate; TH-C17 answers want opposite sides.
    """
    gaps = _gaps(inputs, chain, methods)
    if not gaps:
        return Filling(inputs)
    laid = {gap.method.id: gap.method for gap in gaps}
    runs = {id: _rules_run(inputs, method, gaps, factors) for id, method in laid.items()}
    known = frozenset(name for method in chain for name in method.givens)
    # what only the rules read (the class of a meter) is no given of the method
    ours = {name for run in runs.values() for name in run.method.givens} - known
    base = replace(inputs, data=tuple(d for d in inputs.data if d.name not in ours))
    sides = [{side: _candidate(runs[gap.method.id], gap, side) for side in (HIGH, LOW)} for gap in gaps]
    for gap, both in zip(gaps, sides, strict=True):
        if both[HIGH] < both[LOW]:
            raise _no_candidate(gap, "high < low", "high < low")
    trial = _Trial(gaps, sides, start(_written(base, gaps, sides, [g.fill.otherwise for g in gaps], runs)))
    chosen, how = trial.choose()
    return Filling(
        _written(base, gaps, sides, chosen, runs),
        tuple(trial.told(chosen, how, runs)),
        tuple(runs.values()),
    )


def _gaps(inputs: Inputs, chain: Sequence[Method], methods: MethodLibrary) -> list[_Gap]:
    found: list[_Gap] = []
    wrong: list[Problem] = []
    for datum in inputs.data:
        if datum.state != SUBSTITUTED:
            continue
        rules, slash, id = datum.rule.partition("/")
        if datum.value and not (slash and " " not in id and rules in methods.rules()):
            continue  # a person's own rule and value
        gap = _gap(datum, rules, id, chain, methods)
        if isinstance(gap, _Gap):
            found.append(gap)
        else:
            wrong.append(
                problem("TH-C15", _place(datum), seen=datum.rule, wanted_zh=gap[0], wanted_en=gap[1])
            )
    if wrong:
        raise Refused(tuple(wrong))
    return found


def _gap(
    datum: Datum, rules: str, id: str, chain: Sequence[Method], methods: MethodLibrary
) -> _Gap | tuple[str, str]:
    """The gap that a datum leaves, or what its rule would have to be."""
    method = next((m for m in chain if datum.name in m.givens), chain[0])
    laid = methods.judging(rules, method) if rules in methods.rules() else None
    every = laid.fills if laid is not None else ()
    fits = [fill for fill in every if fill.of == datum.name]
    fill = next((f for f in fits if f.id == id), None)
    if laid is None or fill is None:
        listed = [f"{rules}/{f.id}" for f in fits]
        if laid is None:
            overlays = (methods.judging(each, method) for each in methods.rules())
            listed = [f"{o.id.partition('@')[0]}/{f.id}" for o in overlays if o for f in o.fills]
        return ("、".join(listed) or "填写替代值", ", ".join(listed) or "a value")
    if fill.reading and not datum.value:
        return "该规则修正读数，需要填写读数", "this rule corrects a reading: enter it"
    if datum.value and not fill.reading:
        return "替代值由规则确定，应留空", "the rule finds the value: leave it empty"
    return _Gap(datum, fill, laid, datum.rule)


def _rules_run(inputs: Inputs, laid: Method, gaps: Sequence[_Gap], factors: FactorLibrary) -> Run:
    """The method with the rules laid over it, on what is known: gaps are absent, readings as read."""
    absent = {gap.key for gap in gaps if not gap.fill.reading}
    data = tuple(d for d in inputs.data if d.name in laid.givens and (d.name, d.row) not in absent)
    # the class of a meter describes the plant: a fact to the method, a given to the rules
    data += tuple(f for f in inputs.facts if f.name in laid.givens)
    members = {scope: m for scope, m in inputs.members.items() if scope in laid.scopes}
    asked = replace(inputs, method=laid.id, boundary=laid.boundary, data=data, members=members)
    # a gap of a required given is absent here like any other: the window is what is known
    names = {name for name, _ in absent}
    givens = {n: replace(g, optional=True) if n in names else g for n, g in laid.givens.items()}
    return Run(replace(laid, givens=givens), asked, factors)


def _candidate(run: Run, gap: _Gap, side: str) -> Fraction:
    fill = gap.fill
    expr = fill.high if side == HIGH else fill.low
    row = gap.row(fill.closure)
    value = Compiler(run, expr, fill.closure, fill.zh).compiled()
    found = run.settled(lambda: value(row))
    if not isinstance(found, Fraction):
        zh, en = (lacks(run, expr, fill.closure, row, lang) for lang in ("zh", "en"))
        raise _no_candidate(gap, zh, en)
    return found


def _no_candidate(gap: _Gap, zh: str, en: str) -> Refused:
    return refuse("TH-C16", _place(gap.datum), name=gap.rule, seen_zh=zh, seen_en=en)


def _place(datum: Datum) -> Place:
    origin = datum.origin
    key = f"{datum.name}[{', '.join(v for _, v in datum.row)}]"
    return Place(file=origin.file, sheet=origin.sheet, cell=origin.cell, key=key)


def _own(gap: _Gap, value: Fraction, runs: Mapping[str, Run]) -> tuple[str, str]:
    """A base value as text in the given's own unit, with the unit."""
    given, run = gap.method.givens[gap.datum.name], runs[gap.method.id]
    assert given.unit is not None
    unit = run.data.unit_of(given.unit, given.closure, gap.row(given.closure))
    return exact_text(value / given.unit.scale), unit.text


def _written(
    inputs: Inputs,
    gaps: Sequence[_Gap],
    sides: Sequence[Mapping[str, Fraction]],
    chosen: Sequence[str],
    runs: Mapping[str, Run],
) -> Inputs:
    made = {}
    for gap, both, side in zip(gaps, sides, chosen, strict=True):
        value, unit = _own(gap, both[side], runs)
        # with its side behind it the rule is a text: where these inputs are used again nothing is filled anew
        made[gap.key] = replace(gap.datum, value=value, unit=unit, rule=f"{gap.rule} {SAYS[side][0]}侧")
    return replace(inputs, data=tuple(made.get((d.name, d.row), d) for d in inputs.data))


class _Trial:
    """One run whose gaps are set to this or that candidate."""

    def __init__(self, gaps: Sequence[_Gap], sides: Sequence[Mapping[str, Fraction]], run: Run) -> None:
        self.gaps, self.sides, self.run = gaps, sides, run
        self.cells: list[list[tuple[Run, Cell]]] = [
            [
                (each, (gap.datum.name, gap.row(each.method.closure_of(gap.datum.name))))
                for each in run.lineage
                if gap.datum.name in each.method.givens
            ]
            for gap in gaps
        ]
        kinds = run.method.answers.values()
        self.answers = [
            (a.name, row, SAFE[a.kind]) for a in kinds if a.kind in SAFE for row in run.of(a.name)
        ]

    def put(self, chosen: Sequence[str]) -> None:
        for cells, both, side in zip(self.cells, self.sides, chosen, strict=True):
            for run, (name, row) in cells:
                run.data.values[name][row] = both[side]
        for run in self.run.lineage:
            run.forget()

    def values(self, chosen: Sequence[str]) -> list[Fraction | None]:
        """Every answer with a safe side, so counted that larger is safer; None where it is refused."""
        self.put(chosen)
        return [
            None if v is None else v * safe for v, safe in ((self.of(n, r), s) for n, r, s in self.answers)
        ]

    def of(self, name: str, row: Row) -> Fraction | None:
        try:
            value = self.run.value(name, row)
        except Refused:
            return None
        return value if isinstance(value, Fraction) else None

    def signs(self, chosen: Sequence[str]) -> list[set[int]]:
        """Of each gap the signs of the derivatives of the answers by it: 1 where higher is safer."""
        self.put(chosen)
        found: list[set[int]] = [set() for _ in self.gaps]
        for name, row, safe in self.answers:
            if self.of(name, row) is None:
                continue
            try:
                slopes = gradient(self.run, name, row)
            except Refused:
                # a root of 0 has no slope; the answers themselves will tell
                found = [signs | {1, -1} for signs in found]
                continue
            for signs, cells in zip(found, self.cells, strict=True):
                slope = sum((slopes.get(cell, Fraction(0)) for cell in {c for _, c in cells}), Fraction(0))
                signs.add(safe * ((slope > 0) - (slope < 0)))
        return found

    def choose(self) -> tuple[list[str], list[str]]:
        """The side of each gap, and how it was found."""
        count = len(self.gaps)
        top, bottom = self.signs([HIGH] * count), self.signs([LOW] * count)
        chosen = [gap.fill.otherwise for gap in self.gaps]
        how = [NEITHER] * count
        for n, signs in enumerate(a | b for a, b in zip(top, bottom, strict=True)):
            if signs in ({1}, {-1}):
                chosen[n], how[n] = HIGH if signs == {1} else LOW, SLOPE
        # a way may switch between candidates whose slopes agree: few gaps are all tried on their other side
        look = [n for n in range(count) if how[n] != SLOPE or count <= _ONE_BY_ONE]
        while True:
            # each move is to a safer side, so it ends; gaps that weigh on each other may need a second look
            moved = self.settle(look, chosen, how)
            more = self.doubted(look, chosen) if len(look) < count else []
            look += more
            if not moved and not more:
                return chosen, how

    def settle(self, look: Sequence[int], chosen: list[str], how: list[str]) -> bool:
        """Turn each gap whose other side is safer; whether any was."""
        moved, here = False, self.values(chosen)
        for n in look:
            there = self.values(self.turned(chosen, [n]))
            safer = self.safer(n, there, here)
            if safer > 0:
                chosen[n], how[n], here, moved = _OTHER[chosen[n]], COMPARED, there, True
            elif safer < 0 and how[n] == NEITHER:
                how[n] = COMPARED
            elif safer == 0 and how[n] == COMPARED:
                how[n] = NEITHER
        return moved

    def doubted(self, look: Sequence[int], chosen: Sequence[str]) -> list[int]:
        """Of many gaps those whose slope points elsewhere, and all of a rule that is safer when turned."""
        wants = {HIGH: 1, LOW: -1}
        found = {n for n, signs in enumerate(self.signs(chosen)) if -wants[chosen[n]] in signs}
        here = self.values(chosen)
        for listed in self.groups():
            there = self.values(self.turned(chosen, listed))
            if any(a is None or b is None or a > b for a, b in zip(there, here, strict=True)):
                found.update(listed)
        return sorted(found - set(look))

    def turned(self, chosen: Sequence[str], listed: Sequence[int]) -> list[str]:
        """The sides with some gaps on their other one."""
        return [_OTHER[side] if n in listed else side for n, side in enumerate(chosen)]

    def safer(self, n: int, there: Sequence[Fraction | None], here: Sequence[Fraction | None]) -> int:
        """1 where turning a gap makes answers safer, -1 less safe, 0 where none changes. Raises TH-C17."""
        signs = set()
        for (name, _, _), a, b in zip(self.answers, there, here, strict=True):
            if (a is None) != (b is None):
                raise self.opposed(n, f"{name} ∅")
            if a is not None and b is not None:
                signs.add((a > b) - (a < b))
        if {1, -1} <= signs:
            raise self.opposed(n, ", ".join(dict.fromkeys(name for name, _, _ in self.answers)))
        return 1 if 1 in signs else -1 if -1 in signs else 0

    def groups(self) -> list[list[int]]:
        """Gaps that are told together: each alone, or of many those of one rule."""
        found: dict[object, list[int]] = {}
        for n, gap in enumerate(self.gaps):
            found.setdefault(n if len(self.gaps) <= _ONE_BY_ONE else gap.rule, []).append(n)
        return list(found.values())

    def opposed(self, n: int, seen: str) -> Refused:
        gap = self.gaps[n]
        return refuse("TH-C17", _place(gap.datum), name=gap.rule, seen=seen)

    def told(self, chosen: list[str], how: list[str], runs: Mapping[str, Run]) -> list[Filled]:
        """What people are told of each gap."""
        safe = self.values(chosen)
        told: dict[int, Filled] = {}
        for listed in self.groups():
            answer, between, unit = self.difference(safe, self.values(self.turned(chosen, listed)))
            for n in listed:
                gap, side = self.gaps[n], chosen[n]
                value, own = _own(gap, self.sides[n][side], runs)
                other, _ = _own(gap, self.sides[n][_OTHER[side]], runs)
                row = gap.row(gap.method.givens[gap.datum.name].closure)
                told[n] = Filled(
                    gap.rule, gap.datum.name, row, side, how[n], value, other, own, gap.fill.law,
                    answer, between, unit, len(listed),
                )  # fmt: skip
        return [told[n] for n in range(len(self.gaps))]

    def difference(
        self, safe: Sequence[Fraction | None], other: Sequence[Fraction | None]
    ) -> tuple[str, str, str]:
        """The first answer that differs, by how much, and in which unit."""
        for (name, _, _), a, b in zip(self.answers, safe, other, strict=True):
            unit = self.run.method.steps[name].unit
            if a is not None and b is not None and a != b and unit is not None:
                return name, exact_text((a - b) / unit.scale), unit.text
        return "", "0", ""
