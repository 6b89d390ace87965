"""A plant of random figures for any method: the engine's own compiler and the reader look at the same one."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NoReturn

from tanheng.engine.exact.compile import Compiler
from tanheng.engine.exact.rows import Row, Rows
from tanheng.facts.datum import Datum
from tanheng.facts.inputs import Inputs, Member
from tanheng.formula.model import Constant, Expr, Method, Step
from tanheng.kernel.periods import parse_period
from tanheng.kernel.units import Unit
from tests.engine.notation.reader import Absent

TIMES = {"month": "m", "day": "d"}


def plain(unit: Unit | None) -> Fraction:
    """How many base units a printed 1 is; a percentage is printed with its sign, which is its hundredth."""
    if unit is None:
        return Fraction(1)
    return unit.scale * 100 if "%" in unit.text else unit.scale


class World:
    """Members, rows and a value for every name, table and constant; one question has one answer."""

    def __init__(self, method: Method, seed: int) -> None:
        self.method, self.seed = method, seed
        members: dict[str, tuple[Member, ...]] = {}
        inputs = self._inputs(members, [])
        for scope in method.scopes.values():
            if not (scope.open or scope.rows or scope.id in TIMES):
                above = Rows(method, inputs).parents(scope.id)
                places = [dict(zip(above, row, strict=True)) for row in Rows(method, inputs).of(above)]
                unit = scope.units[0] if scope.units else ""
                made = [
                    Member(f"{scope.id}{n}{'.'.join(at.values())}", tuple(sorted(at.items())), unit)
                    for at in places
                    for n in (1, 2)
                ]
                members[scope.id] = tuple(made)
                inputs = self._inputs(members, [])
        data: list[Datum] = []
        for scope in method.scopes.values():
            name = next((g.name for g in method.givens.values() if scope.id in g.closure), None)
            if scope.open and name:
                rows = Rows(method, self._inputs(members, data))
                for row in rows.of(rows.parents(scope.id)):
                    at = dict(zip(rows.parents(scope.id), row, strict=True))
                    data += [self._datum(name, {**at, scope.id: f"{scope.id}{n}"}) for n in (1, 2)]
        self.rows = Rows(method, self._inputs(members, data))

    def _inputs(self, members: Mapping[str, tuple[Member, ...]], data: list[Datum]) -> Inputs:
        return Inputs(self.method.id, "2024", self.method.boundary, dict(members), tuple(data))

    def _datum(self, name: str, at: Mapping[str, str]) -> Datum:
        return Datum(name, tuple(sorted(at.items())), "1", "1")

    def _dice(self, *key: object) -> random.Random:
        return random.Random(repr((self.seed, *key)))

    # --- what the exact engine's compiler asks

    def reader(self, name: str) -> Callable[[Row], Any]:
        return lambda row: self.worth(name, row)

    def worth(self, name: str, row: Row) -> Any:
        """The value of a given or step in base units."""
        found = self.method.givens.get(name) or self.method.steps[name]
        dice = self._dice(name, row)
        if found.kind == "number":
            return Fraction(dice.randint(1, 10**6), 10**3) * plain(found.unit) + Fraction(
                dice.randint(1, 99), 97
            )
        if found.kind == "truth":
            return dice.random() < 0.5
        if found.kind == "date":
            return datetime.date(2024, 1, 1) + datetime.timedelta(days=dice.randint(0, 365))
        words = [w.expr.tree.value for w in found.ways] if isinstance(found, Step) else list(found.one_of)
        return dice.choice(words or ["甲", "乙"])

    def fixed(self, constant: Constant) -> Fraction:
        value = constant.dated[0].value if constant.dated else Fraction(7, 3)
        return value * constant.unit.scale

    def constant(self, name: str, frame: tuple[str, ...]) -> Callable[[Row], Fraction]:
        return lambda row: self.fixed(self.method.constants[name])

    def looked_up(self, name: str, words: list[Any]) -> Fraction:
        return Fraction(self._dice(name, [str(w) for w in words]).randint(1, 10**5), 10**3)

    def table(
        self, name: str, words: list[Callable[[Row], Any]], frame: tuple[str, ...]
    ) -> Callable[[Row], Any]:
        return lambda row: self.looked_up(name, [word(row) for word in words])

    def zero_divisor(self, item: str, text: str, frame: tuple[str, ...], row: Row) -> NoReturn:
        raise ZeroDivisionError(text)

    def exact(self, expr: Expr, step: Step, row: Row) -> Any:
        """What the exact engine makes of an expression."""
        return Compiler(self, expr, step.closure, step.name).compiled()(row)


class Printed:
    """The same world asked by printed symbols."""

    def __init__(self, world: World, step: Step, row: Row, names: list[str]) -> None:
        self.world, self.step, self.method = world, step, world.method
        self.outer = dict(zip(step.closure, row, strict=True))
        self.letters = {(s.letter or TIMES.get(s.id, "")): s.id for s in self.method.scopes.values()}
        self.names, self.tables = {}, {}
        for name in names:
            found = self.method.value(name)
            if found is not None:
                kind = getattr(found, "kind", "number")
                key = found.zh if kind in ("word", "truth") else found.symbol or name
                assert self.names.setdefault(key, name) == name, f"two names print as {key}"
            elif name in self.method.tables:
                self.tables[self.method.tables[name].symbol or name] = name

    def symbols(self, said: str, index: Mapping[str, str]) -> Any:
        """What a printed symbol is worth: in its printed unit, or a word or truth."""
        at = self.outer | {self.letters[letter]: member for letter, member in index.items()}
        if "/" not in said and said in index:
            return index[said]
        if said[:2] in ("首日", "末日"):
            month = parse_period(at["month" if "月" in said[2:] else "day"])
            return Fraction((month.first if said[:2] == "首日" else month.last).toordinal())
        earlier, base = said.endswith("t−1"), said.removesuffix("t−1")[:-1] if said.endswith("t−1") else said
        while base not in self.names and base.rpartition(",")[2].rpartition("_")[2] in index:
            base = base[: -len(base.rpartition(",")[2].rpartition("_")[2]) - 1]
        if base in self.names:
            name = self.names[base]
            found = self.method.value(name)
            if isinstance(found, Constant):
                return self.world.fixed(found) / plain(found.unit)
            closure = self.method.closure_of(name)
            row: Row | None = tuple(at[s] for s in closure)
            row = self.world.rows.before(closure, row) if earlier else row
            if row is None:
                raise Absent
            value = self.world.worth(name, row)
            if isinstance(value, datetime.date):
                # a difference of dates counts days, and that is what their symbols are worth here
                return Fraction(value.toordinal())
            return value / plain(found.unit) if isinstance(value, Fraction) else value
        return self._looked_up(said, at, index)

    def _looked_up(self, said: str, at: Mapping[str, str], index: Mapping[str, str]) -> Any:
        for symbol, name in self.tables.items():
            if said.startswith(symbol):
                keys = said[len(symbol) :].removeprefix("_").removeprefix("^").strip("()").split(",")
                words = [self._key(key, at, index) for key in keys]
                return self.world.looked_up(name, words) / plain(self.method.tables[name].unit)
        return None

    def _key(self, key: str, at: Mapping[str, str], index: Mapping[str, str]) -> str:
        scope = next((s.id for s in self.method.scopes.values() if s.zh == key and s.id in at), None)
        if key in index:
            return index[key]
        if scope is not None:
            return at[scope]
        return self.symbols(key, index) or key

    def ranges(self, letters: tuple[str, ...], index: Mapping[str, str]) -> Iterator[dict[str, str]]:
        scopes = {self.letters[letter] for letter in letters}
        wide = set(self.outer) | scopes | {p for s in scopes for p in self.world.rows.parents(s)}
        order = self.method.order(frozenset(wide))
        back = {scope: letter for letter, scope in self.letters.items()}
        known = self.outer | {self.letters[letter]: member for letter, member in index.items()}
        for row in self.world.rows.of(order):
            here = dict(zip(order, row, strict=True))
            if all(here.get(s, m) == m for s, m in known.items()):
                yield {back[s]: here[s] for s in scopes}
