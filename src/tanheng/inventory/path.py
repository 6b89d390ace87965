"""The way from one year to another: the cells and rules in between, and what each replacement moved."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tanheng.engine.exact.result import in_force, started
from tanheng.engine.exact.run import Run
from tanheng.facts.datum import Datum
from tanheng.facts.inputs import Inputs, Member
from tanheng.formula.model import Method, Step
from tanheng.inventory.alignment import Asked, Calendar, Fresh, Lease, lent, reach
from tanheng.inventory.causes import Key, Move, same
from tanheng.inventory.difference import KINDS, Part, Side
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Place, Refused, refuse

Told = dict[Asked, tuple[str, str]]


@dataclass(frozen=True)
class Reading:
    """The answer and the parts of it by member, in the answer's unit, and the run that they come from."""

    value: Fraction
    split: tuple[Fraction, ...]
    run: Run


@dataclass(frozen=True)
class Rules:
    """The rules in between: editions, the latest first, and look-ups that are the later year's already."""

    editions: tuple[Method, ...]
    fresh: Fresh = frozenset()


class Path:
    """The way from one year to another: the current cells and rules, and the parts found so far."""

    def __init__(self, before: Side, after: Side, name: str) -> None:
        self.before, self.after, self.name = before, after, name
        self.calendar = Calendar(before.inputs.period, after.inputs.period)
        self.method = before.method
        self.rules = Rules(tuple(in_force(self.method.id, before.inputs.period, before.methods)))
        self.later = in_force(after.method.id, after.inputs.period, after.methods)
        self.reach = {n for method in self.rules.editions for n in reach(method, name)}
        asked = self.reach | {n for method in self.later for n in reach(method, name)}
        # a name that one side only has, or has in another way, is the method's doing
        self.shared = {n for n in asked if _alike(self.method, after.method, n)}
        self.reach |= self.shared
        self.cells: dict[Key, Datum] = {}
        self.members: Mapping[str, tuple[Member, ...]] = {
            s: m for s, m in before.inputs.members.items() if s in self.method.scopes
        }
        self.scope, self.ids = _members(before, after, name)
        named = {m.id: m.label for s in (before, after) for m in s.inputs.members.get(self.scope, ())}
        self.labels = tuple(named.get(member) or member for member in self.ids)
        self.switched: frozenset[Asked] = frozenset()
        self.start, self.end = self._side(before), self._side(after)
        # as computed: with what a rule put into a gap
        self.new = {(d.name, d.row): d for d in self.end.run.inputs.data if d.name in self.shared}
        self.now = self.start
        self.parts: list[Part] = []
        self.pending: list[tuple[Move, int]] = []

    def take(
        self,
        move: Move,
        switch: frozenset[Asked] = frozenset(),
        places: int = 0,
        rules: Rules | None = None,
    ) -> None:
        """Make one replacement and note its part; or keep it for the next if it cannot be computed."""
        touched = {k: d for k, d in move.put.items() if not same(self.cells.get(k), d)}
        changed = touched or switch or rules or move.members is not None
        if not changed and move.kind != "calendar":
            return
        self.rules = rules or self.rules
        for key, datum in move.put.items():
            if datum is None:
                self.cells.pop(key, None)
            else:
                self.cells[key] = datum
        self.members = move.members if move.members is not None else self.members
        self.switched |= switch
        names = tuple(sorted({name for name, _ in touched})) or move.names
        told = Move(move.kind, names, move.zh, move.en, {})
        self.pending.append((told, len(touched) + len(switch) + places))
        try:
            self.arrive(self.read())
        except Refused:
            return

    def arrive(self, reading: Reading) -> None:
        """Note what the pending replacements moved."""
        moved = reading.value - self.now.value
        split = tuple(b - a for a, b in zip(self.now.split, reading.split, strict=True))
        if moved or any(split):
            moves = [m for m, _ in self.pending]
            self.parts.append(
                Part(
                    "+".join(k for k in KINDS if k in {m.kind for m in moves}),
                    tuple(dict.fromkeys(n for m in moves for n in m.names)),
                    " + ".join(m.zh for m in moves),
                    " + ".join(m.en for m in moves),
                    exact_text(moved),
                    sum(places for _, places in self.pending),
                    tuple(map(exact_text, split)),
                )
            )
        self.now, self.pending = reading, []

    def read(self, cells: Mapping[Key, Datum] | None = None, told: Told | None = None) -> Reading:
        """The answer of the current cells on the later calendar. Raises Refused where it has none."""
        data = tuple((self.cells if cells is None else cells).values())
        one, two = self.before.inputs, self.after.inputs
        inputs = Inputs(self.method.id, two.period, one.boundary, self.members, data)
        lease = Lease(self.calendar, self.after.factors, self.switched, self.rules.fresh, told)
        run = lent(self.rules.editions, inputs, self.before.factors, lease)
        return self._reading(run, run.method)

    def _side(self, side: Side) -> Reading:
        return self._reading(started(side.inputs, side.methods, side.factors), side.method)

    def _reading(self, run: Run, method: Method) -> Reading:
        faults = tuple(fault for each in run.lineage for fault in each.data.problems)
        if faults:
            raise Refused(faults)
        unit = method.steps[self.name].unit
        assert unit is not None
        value = run.value(self.name, ())
        if not isinstance(value, Fraction):
            raise refuse("TH-C02", Place(key=self.name), seen=str(value), wanted=unit.text)
        inner = _total_of(method.steps[self.name])
        known = set(run.of(inner)) if self.scope else set()
        split = []
        for member in self.ids:
            part = run.value(inner, (member,)) if (member,) in known else Fraction(0)
            assert isinstance(part, Fraction)
            split.append(part / unit.scale)
        return Reading(value / unit.scale, tuple(split), run)


def _alike(one: Method, two: Method, name: str) -> bool:
    mine, theirs = one.givens.get(name), two.givens.get(name)
    if mine is None or theirs is None or mine.kind != theirs.kind or mine.closure != theirs.closure:
        return False
    units = mine.unit, theirs.unit
    return units[0] is units[1] or (
        units[0] is not None and units[1] is not None and units[0].dimension == units[1].dimension
    )


def _members(before: Side, after: Side, name: str) -> tuple[str, tuple[str, ...]]:
    """The scope whose members' values add up to the answer on both sides, and its members."""
    inner = [(s.method, _total_of(s.method.steps[name])) for s in (before, after)]
    scopes = {m.steps[n].closure if n in m.steps else () for m, n in inner}
    if len(scopes) != 1 or len(found := scopes.pop()) != 1:
        return "", ()
    sides = before.inputs, after.inputs
    return found[0], tuple(dict.fromkeys(m.id for side in sides for m in side.members.get(found[0], ())))


def _total_of(step: Step) -> str:
    """The step that an answer is the plain total of, "" where it is none."""
    way = step.ways[0]
    tree = way.expr.tree
    plain = len(step.ways) == 1 and way.when is None and way.rounding is None
    if plain and isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "total":
        if len(tree.args) == 1 and not tree.keywords and isinstance(tree.args[0], ast.Name):
            return tree.args[0].id
    return ""
