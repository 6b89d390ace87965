"""One step as a SELECT: its ways in order, rounded, brought to one ratio, with failures and the way taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from tanheng.engine.sql.catalog import Catalog
from tanheng.engine.sql.expression import Expression
from tanheng.engine.sql.numbers import ONE, PENDING, Arithmetic, Unsayable, Val, shared, whole
from tanheng.engine.sql.rounding import rounded
from tanheng.engine.sql.sheet import PLANT, Atom, Sheet, key, quoted
from tanheng.formula.model import Step, Way

_WHEN, _IS, _FOLLOW = 100_000, 200_000, 300_000
_NULL = {"number": "NULL::BIGINT", "word": "NULL::VARCHAR", "date": "NULL::DATE", "truth": "NULL::BOOLEAN"}


@dataclass(frozen=True, slots=True)
class StepSql:
    """The statement of a step: keys, n, d where there is one, way, and fail (a failure code)."""

    text: str
    ratio: Fraction
    most: int | None
    most_d: int | None
    has_d: bool
    apart: frozenset[str]
    reasons: tuple[str, ...]


@dataclass(slots=True)
class _Branch:
    """One way: what must hold, and its value."""

    when: Val | None
    value: Val
    follows: Atom | None = None


def step_sql(catalog: Catalog, step: Step) -> StepSql:
    """The statement that computes a step from what the catalog holds."""
    spine = catalog.spine(step.closure)
    return _Builder(catalog, step, Sheet(spine, step.closure, spine)).made()


class _Builder:
    def __init__(self, catalog: Catalog, step: Step, sheet: Sheet) -> None:
        self.catalog, self.step, self.sheet, self.do = catalog, step, sheet, Arithmetic(sheet)
        self.reasons: dict[str, None] = {}
        self.scale = step.unit.scale if step.unit is not None else ONE

    def made(self) -> StepSql:
        leader, lead_fail = self._leader() if self.step.follow else (None, None)
        branches = [self._branch(way, leader) for way in self.step.ways]
        hit = self._hit(branches, lead_fail)
        values, ratio = self._one_ratio([b.value for b in branches])
        d = self._denominator(values, hit)
        n = self._picked(hit, [v.n for v in values])
        fail = self._failure(hit, branches, values, lead_fail)
        columns = [PLANT, *(key(s) for s in self.step.closure)]
        if d is not None:
            # lowest terms keep later numerators short
            divisor = self.sheet.column(f"gcd(abs({n}), {d})", n, d)
            n = self.sheet.column(f"({n} // {divisor})", n, divisor)
            d = self.sheet.column(f"({d} // {divisor})", d, divisor)
            columns.append(f"{d} AS d")
        # a value that overflowed while the ways were brought together has failed after all
        columns += [
            f"CASE WHEN {fail} IS NULL THEN {n} END AS n",
            f"CASE WHEN {fail} IS NULL AND {hit} < {_WHEN} THEN {hit} END::SMALLINT AS way",
            f"{fail}::INTEGER AS fail",
        ]
        most = self._bound([v.most for v in values])
        most_d = self._bound([v.most_d for v in values])
        apart = frozenset[str]().union(*(v.apart for v in values if v.d is not None))
        if len([v for v in values if v.d is not None]) and len(values) > 1:
            apart = frozenset(self.step.closure)
        text = self.sheet.select(columns)
        return StepSql(text, ratio, most, most_d, d is not None, apart, tuple(self.reasons))

    def _one_ratio(self, values: list[Val]) -> tuple[list[Val], Fraction]:
        """The values of all ways with one ratio; a constant is a number like any other from here on."""
        if self.step.kind != "number":
            return values, ONE
        real = [v.ratio for v in values if v.const != 0]
        ratio = shared(real) if real else ONE
        found: list[Val] = []
        for value in values:
            try:
                found.append(self.do.at(replace(value, ratio=ratio) if value.const == 0 else value, ratio))
            except Unsayable as reason:
                found.append(replace(self._pending(reason.reason, "number"), ratio=ratio))
        return found, ratio

    @staticmethod
    def _bound(bounds: list[int | None]) -> int | None:
        known = [b for b in bounds if b is not None]
        return max(known) if len(known) == len(bounds) else None

    def _leader(self) -> tuple[Atom, Atom]:
        """The way that the followed step took, and its failure."""
        leader = self.catalog.method.steps[self.step.follow]
        column = self.catalog.column(leader.name)
        assert column is not None
        on = [(PLANT, PLANT), *((key(s), key(s)) for s in leader.closure)]
        alias = self.sheet.join(column.relation, on)
        names = " ".join(f"WHEN {i} THEN {quoted(w.name)}" for i, w in enumerate(leader.ways))
        return self.sheet.base(f"CASE {alias}.way {names} END"), self.sheet.base(f"{alias}.fail")

    def _branch(self, way: Way, leader: Atom | None) -> _Branch:
        when = self._compiled(way, way.when, "truth") if way.when is not None else None
        value = self._compiled(way, way.expr, self.step.kind)
        if way.rounding is not None and value.kind == "number" and value.n.sql != "NULL::BIGINT":
            try:
                value = rounded(self.do, value, way.rounding, self.scale)
            except Unsayable as reason:
                value = self._pending(reason.reason, "number")
        follows = None
        if leader is not None:
            follows = self.sheet.column(f"({leader} IS NOT DISTINCT FROM {quoted(way.name)})", leader)
        return _Branch(when, value, follows)

    def _compiled(self, way: Way, expr: object, kind: str) -> Val:
        from tanheng.formula.expr import Expr

        assert isinstance(expr, Expr)
        compiler = Expression(self.catalog, self.sheet, expr, self.step.name)
        try:
            found = compiler.compiled()
        except Unsayable as reason:
            return self._pending(reason.reason, kind)
        self.reasons |= compiler.notes
        return found

    def _pending(self, reason: str, kind: str) -> Val:
        """A part that only the exact back end can compute."""
        self.reasons[reason] = None
        return Val(Atom(_NULL[kind]), kind, Atom(f"{PENDING}"))

    def _hit(self, branches: list[_Branch], lead_fail: Atom | None) -> Atom:
        """Which way a row takes; 100000 and more where reading it failed, NULL where none applies."""
        tests: list[str] = []
        atoms: list[Atom] = []
        if lead_fail is not None:
            tests.append(f"WHEN {lead_fail} IS NOT NULL THEN {_FOLLOW}")
            atoms.append(lead_fail)
        for number, branch in enumerate(branches):
            held = [f"{branch.follows}"] if branch.follows is not None else []
            atoms += [branch.follows] if branch.follows is not None else []
            if branch.when is not None:
                if branch.when.fail is not None:
                    text = " AND ".join([*held, f"{branch.when.fail} IS NOT NULL"])
                    tests.append(f"WHEN {text} THEN {_WHEN + number}")
                    atoms.append(branch.when.fail)
                held.append(f"{branch.when.n}")
                atoms.append(branch.when.n)
            value = branch.value
            if value.fail is not None:
                tests.append(f"WHEN {' AND '.join([*held, f'{value.fail} IS NOT NULL'])} THEN {_IS + number}")
                atoms.append(value.fail)
            tests.append(f"WHEN {' AND '.join([*held, f'{value.n} IS NOT NULL'])} THEN {number}")
            atoms.append(value.n)
        return self.sheet.column(f"CASE {' '.join(tests)} END", *atoms)

    def _picked(self, hit: Atom, atoms: list[Atom]) -> Atom:
        tests = " ".join(f"WHEN {number} THEN {atom}" for number, atom in enumerate(atoms))
        return self.sheet.column(f"CASE {hit} {tests} END", hit, *atoms)

    def _denominator(self, values: list[Val], hit: Atom) -> Atom | None:
        if all(v.d is None for v in values):
            return None
        return self._picked(hit, [v.d or Atom(whole(1)) for v in values])

    def _failure(self, hit: Atom, branches: list[_Branch], values: list[Val], lead_fail: Atom | None) -> Atom:
        tests: list[str] = []
        atoms: list[Atom] = [hit]
        if lead_fail is not None:
            tests.append(f"WHEN {hit} = {_FOLLOW} THEN {lead_fail}")
            atoms.append(lead_fail)
        for number, (branch, value) in enumerate(zip(branches, values, strict=True)):
            parts = [(_WHEN, branch.when.fail if branch.when else None), (_IS, branch.value.fail)]
            for base, fail in parts:
                if fail is not None:
                    tests.append(f"WHEN {hit} = {base + number} THEN {fail}")
                    atoms.append(fail)
            if value.fail is not None and value.fail != branch.value.fail:
                tests.append(f"WHEN {hit} = {number} THEN {value.fail}")
                atoms.append(value.fail)
        if not self.step.optional:
            code = self.catalog.code("TH-C01", self.step.name, "")
            tests.append(f"WHEN {hit} IS NULL THEN {code}")
        return self.sheet.column(f"CASE {' '.join(tests)} END" if tests else "NULL", *atoms)
