"""What kind of cause a given is, and what is replaced at once on the way from one year to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

from tanheng.engine.exact.run import Run
from tanheng.facts.datum import Datum, Row, row_of
from tanheng.facts.inputs import Inputs, Member
from tanheng.formula.check import open_scopes
from tanheng.formula.model import Given, Method, Step
from tanheng.kernel.problems import Refused

Key = tuple[str, Row]
Cells = Mapping[Key, Datum]
TIMES = ("month", "day")


@dataclass(frozen=True)
class Move:
    """One replacement: the cells it sets (None: takes away), and the members after it where they change."""

    kind: str
    names: tuple[str, ...]
    zh: str
    en: str
    put: Mapping[Key, Datum | None]
    members: Mapping[str, tuple[Member, ...]] | None = None


def same(one: Datum | None, two: Datum | None) -> bool:
    """Whether two cells give formulas the same."""
    return one is two or (
        one is not None and two is not None and (one.value, one.unit) == (two.value, two.unit)
    )


class Sorter:
    """Which cause each given of a method belongs to.

    A scope whose members have units of their own is a fuel: what is counted in that unit is activity, what
    else is measured of it is quality. Numbers elsewhere are activity where they are a mass or a volume, and
    production otherwise; words, dates and truths choose routes. Tests that come as they come (batches) are
    quality as a whole, their weights included.
    """

    def __init__(self, method: Method) -> None:
        self.method = method
        self.fuels = {s.id for s in method.scopes.values() if s.units and not s.open}
        self.kinds = {given.name: self._kind(given) for given in method.givens.values()}

    def fuel(self, row: Row) -> Row:
        """The part of a row that names a fuel and what lies above it; empty where there is none."""
        scopes = [s for s, _ in row if s in self.fuels]
        if not scopes:
            return ()
        above = {*scopes}
        todo = list(scopes)
        while todo:
            for within in self.method.scopes[todo.pop()].within:
                if within not in above:
                    above.add(within)
                    todo.append(within)
        return tuple((s, m) for s, m in row if s in above and s not in TIMES)

    def open_scope(self, name: str) -> str:
        """The first open scope that a given's rows lie in."""
        closure = self.method.givens[name].closure
        return next((s for s in closure if s in self.method.scopes and self.method.scopes[s].open), "")

    def _kind(self, given: Given) -> str:
        if any(s in self.fuels for s in given.closure):
            if self.open_scope(given.name):
                return "quality"
            if given.kind != "number" or given.unit is None:
                return "route"
            bases = given.unit.dimension
            return "activity" if len(bases) == 1 and bases[0][1] == 1 and open_scopes(bases) else "quality"
        if given.kind != "number" or given.unit is None:
            return "route"
        bases = given.unit.dimension
        matter = len(bases) == 1 and bases[0][1] == 1 and bases[0][0].split()[0] in ("mass", "volume", "gas")
        return "activity" if matter else "production"


def burnt(method: Method, names: set[str]) -> Step | None:
    """The step that says how much of a fuel was used in a month: the last one in the fuel's own unit."""
    found = None
    for name in method.sequence:
        step = method.steps[name]
        if name in names and step.unit is not None and "month" in step.closure and "day" not in step.closure:
            bases = step.unit.dimension
            if len(bases) == 1 and bases[0][1] == 1 and open_scopes(bases):
                found = step
    return found


class Burnt:
    """When a side used which fuel: by month as computed, by day as given."""

    def __init__(
        self, run: Run, step: Step | None, cells: Cells, sorter: Sorter, moved: Callable[[Row], Row | None]
    ) -> None:
        self._months: dict[Row, bool] = {}
        self._days: dict[Row, bool] = {}
        for row in run.of(step.name) if step is not None else ():
            used = True
            with suppress(Refused):
                used = bool(run.value(step.name, row)) if step is not None else True
            place = moved(row_of(zip(step.closure if step else (), row, strict=True)))
            if place is not None:
                self._months[place] = used
        for (name, at), datum in cells.items():
            if sorter.kinds.get(name) == "activity" and any(s == "day" for s, _ in at):
                self._days[at] = self._days.get(at, False) or bool(Fraction(datum.value))

    def used(self, row: Row) -> bool:
        """Whether the fuel of a row was used on its day or in its month; True where nobody can say."""
        if row in self._days:
            return self._days[row]
        return self._months.get(tuple(p for p in row if p[0] != "day"), True)


def members_of(inputs: Inputs, method: Method) -> dict[Row, tuple[str, Member]]:
    """Every member by the row that names it, with its scope; only scopes that the method has."""
    return {
        row_of(((scope, m.id), *m.within)): (scope, m)
        for scope, listed in inputs.members.items()
        if scope in method.scopes
        for m in listed
    }


def boundary(before: Inputs, after: Inputs, method: Method, old: Cells, new: Cells) -> Iterator[Move]:
    """A move for each unit, fuel or stream that one side only has, or that has another unit."""
    one, two = members_of(before, method), members_of(after, method)

    def unlike(row: Row) -> bool:
        return row not in one or row not in two or one[row][1].unit != two[row][1].unit

    moved = [row for row in {**one, **two} if unlike(row)]
    tops = sorted(row for row in moved if not any(set(other) < set(row) for other in moved))
    current = dict(one)
    for top in tops:
        parts = [row for row in moved if set(top) <= set(row)]
        for row in parts:
            current.pop(row, None)
            if row in two:
                current[row] = two[row]
        put = {key: new.get(key) for key in {**old, **new} if set(top) <= set(key[1])}
        scope, member = (one.get(top) or two[top])[0], (two.get(top) or one[top])[1]
        word = (
            ("新增", "added")
            if top not in one
            else ("退出", "gone")
            if top not in two
            else ("换单位", "unit")
        )
        above = [m for s, m in top if (s, m) != (scope, member.id)]
        what = method.scopes[scope]
        kinds = ("", "") if member.label else (f"{what.zh or scope} ", f"{what.en or scope} ")
        name = " · ".join([*above, member.label or member.id])
        zh, en = f"{word[0]} {kinds[0]}{name}", f"{word[1]}: {kinds[1]}{name}"
        members: dict[str, list[Member]] = {}
        for kind, each in current.values():
            members.setdefault(kind, []).append(each)
        yield Move("boundary", (), zh, en, put, {s: tuple(m) for s, m in members.items()})


def grouped_moves(
    kind: str, cells: Iterable[tuple[Key, Datum | None]], group: Callable[[Key], tuple[str, str]]
) -> Iterator[Move]:
    """One move for each group of cells; `group` gives its name in Chinese and English."""
    found: dict[tuple[str, str], dict[Key, Datum | None]] = {}
    for key, datum in cells:
        found.setdefault(group(key), {})[key] = datum
    for (zh, en), put in sorted(found.items()):
        yield Move(kind, tuple(sorted({name for name, _ in put})), zh, en, put)
