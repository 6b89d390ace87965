"""Rows: which units, fuels, months and days there are, and how finer rows lie in coarser ones."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from tanheng.facts.inputs import Inputs, Member
from tanheng.formula.check import closure_of
from tanheng.formula.model import TIME_SCOPES, Method, Scope
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Problem, problem, refuse

Row = tuple[str, ...]


class Rows:
    """The rows of every set of scopes in a run; a row holds member ids in the method's order of scopes.

    Attributes:
        problems: TH-C02 for each member that has no place; it has no rows.

    Raises:
        Refused: TH-D01 TH-D02 the period is none; TH-C13 it is neither a year nor a month.
    """

    def __init__(self, method: Method, inputs: Inputs) -> None:
        self.method = method
        self.inputs = inputs
        self.period = parse_period(inputs.period, Place(key="period"))
        if self.period.kind == "day":
            raise refuse("TH-C13", Place(key="period"), seen=inputs.period)
        self.problems: list[Problem] = []
        self._parents = {
            s: tuple(p for p in closure_of((s,), method.scopes) if p != s) for s in method.scopes
        }
        # a scope after those that it lies in: a batch within a month comes after months
        self._order = sorted(method.scopes, key=lambda s: len(self._parents[s]))
        self._rows: dict[tuple[str, ...], list[Row]] = {}
        self._groups: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[Row, list[Row]]] = {}
        self._children: dict[str, Mapping[Row, list[str]]] = {}
        for name in self._order:
            self._children[name] = self._members(method.scopes[name])
        keys = {
            scope: [k for listed in self._children[scope].values() for k in listed] for scope in TIME_SCOPES
        }
        self._earlier = {
            scope: {later: earlier for earlier, later in pairwise(keys[scope])} for scope in TIME_SCOPES
        }
        # last, because a member is checked against the rows of the scopes above it
        for name, members in inputs.members.items():
            self._check(name, members)

    def parents(self, scope: str) -> tuple[str, ...]:
        """Every scope that lies above `scope`, in the method's order."""
        return self._parents[scope]

    def of(self, scopes: tuple[str, ...]) -> list[Row]:
        """Every row of a closed set of scopes (in the method's order), once."""
        if scopes not in self._rows:
            places: dict[str, int] = {}
            partial: list[Row] = [()]
            for scope in self._order:
                if scope in scopes:
                    above = [places[p] for p in self._parents[scope]]
                    children = self._children[scope]
                    partial = [
                        (*row, member)
                        for row in partial
                        for member in children.get(tuple(row[i] for i in above), ())
                    ]
                    places[scope] = len(places)
            wanted = [places[s] for s in scopes]
            self._rows[scopes] = [tuple(row[i] for i in wanted) for row in partial]
        return self._rows[scopes]

    def groups(self, fine: tuple[str, ...], coarse: tuple[str, ...]) -> dict[Row, list[Row]]:
        """The rows of `fine` gathered by their row of `coarse`, a subset of its scopes."""
        key = (fine, coarse)
        if key not in self._groups:
            places = [fine.index(s) for s in coarse]
            found: dict[Row, list[Row]] = {}
            for row in self.of(fine):
                found.setdefault(tuple(row[i] for i in places), []).append(row)
            self._groups[key] = found
        return self._groups[key]

    def before(self, scopes: tuple[str, ...], row: Row) -> Row | None:
        """The same row one period earlier, or None at the start of the run."""
        scope = "day" if "day" in scopes else "month"
        place = scopes.index(scope)
        key = self._earlier[scope].get(row[place])
        if key is None:
            return None
        earlier = list(row)
        earlier[place] = key
        if scope == "day":
            earlier[scopes.index("month")] = key[:7]
        return tuple(earlier)

    def _members(self, scope: Scope) -> Mapping[Row, list[str]]:
        """Member ids of a scope by the row of its parents."""
        parents = self._parents[scope.id]
        if scope.id == "month":
            return {(): [m.key for m in self.period.months()]}
        if scope.id == "day":
            return {(m.key,): [d.key for d in m.days()] for m in self.period.months()}
        if scope.open:
            return self._from_data(scope.id, parents)
        if scope.rows:
            # what the law lists is there in every row above, whether a plant names it or not
            return {row: list(scope.rows) for row in self.of(parents)}
        found: dict[Row, list[str]] = {}
        for member in self.inputs.members.get(scope.id, ()):
            within = dict(member.within)
            found.setdefault(tuple(within.get(p, "") for p in parents), []).append(member.id)
        return found

    def _from_data(self, scope: str, parents: tuple[str, ...]) -> Mapping[Row, list[str]]:
        """Members of an open scope: the rows that came, once each."""
        found: dict[Row, dict[str, None]] = {}
        names = {g.name for g in self.method.givens.values() if scope in g.closure}
        for datum in self.inputs.data:
            if datum.name in names:
                keys = dict(datum.row)
                if keys.get(scope):
                    found.setdefault(tuple(keys.get(p, "") for p in parents), {})[keys[scope]] = None
        return {row: list(members) for row, members in found.items()}

    def _check(self, name: str, members: tuple[Member, ...]) -> None:
        """Refuse members that would silently have no row, or two."""
        scope = self.method.scopes.get(name)
        if scope is None or scope.open or name in TIME_SCOPES:
            # rows of an open scope come with their data
            standing = [s.id for s in self.method.scopes.values() if not s.open and s.id not in TIME_SCOPES]
            self._no(name, seen=name, wanted=", ".join(standing))
            return
        parents, seen = self._parents[name], set[Row]()
        for member in members:
            within = dict(member.within)
            row = tuple(within.get(p, "") for p in parents)
            key = f"{name}[{', '.join((*row, member.id))}]"
            if scope.rows:
                if member.id not in scope.rows:
                    self._no(key, seen=member.id, wanted="、".join(scope.rows))
            elif set(within) != set(parents) or row not in self.of(parents):
                said = ", ".join(f"{s} {m}" for s, m in member.within)
                self._no(key, seen=said or "—", wanted=", ".join(parents) or "—")
            elif not member.id or (*row, member.id) in seen:
                self._no(key, seen=member.id or "—", wanted="unique")
            seen.add((*row, member.id))

    def _no(self, key: str, **params: object) -> None:
        self.problems.append(problem("TH-C02", Place(key=key), **params))
