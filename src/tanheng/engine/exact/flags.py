"""What a value rests on: a default, a substituted datum, an unconfirmed law value, through all its inputs."""

from __future__ import annotations

from tanheng.engine.exact.rows import Row
from tanheng.engine.exact.run import Run
from tanheng.engine.exact.trace import CHECK, DEFAULT, SUBSTITUTED, Plan, Use, entry, plan
from tanheng.formula.model import Dated
from tanheng.formula.order import step_reads

NONE: frozenset[str] = frozenset()


class Flags:
    """The flags of the values of a run.

    Attributes:
        unconfirmed: Every law value met so far whose certainty is not sure.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.unconfirmed: dict[Use, None] = {}
        self.elder = Flags(run.elder) if run.elder is not None else None
        self._memo: dict[tuple[str, Row], frozenset[str]] = {}
        self._plans: dict[tuple[str, int], list[Plan]] = {}
        self._suspect = self._reach()

    def by(self, home: Run) -> Flags:
        """The flags of the run that computed a value: these, or those of an elder."""
        return self if home is self.run or self.elder is None else self.elder.by(home)

    def _reach(self) -> set[str]:
        """Names that could carry a flag; the others, mostly thousands of day rows, are never walked."""
        method, run = self.run.method, self.run
        unsure = {n for n, c in method.constants.items() if c.family or _unsure(c.dated)}
        unsure |= {n for n, t in method.tables.items() if t.family or any(map(_unsure, t.rows.values()))}
        unsure |= {
            n for n, rows in run.data.datum.items() if any(d.state == SUBSTITUTED for d in rows.values())
        }
        unsure |= {
            n for n, rows in run.ways.items() if any(method.steps[n].ways[i].default for i in rows.values())
        }
        if self.elder is not None:
            unsure |= self.elder._suspect & method.steps.keys()
        reads = {name: step_reads(method.steps[name]) for name in method.sequence}
        grown = True
        while grown:
            before = len(unsure)
            # the sequence carries a flag all the way up in one pass; only before() needs another
            for name in method.sequence:
                if reads[name] & unsure:
                    unsure.add(name)
            grown = len(unsure) > before
        return unsure

    def of(self, name: str, row: Row) -> frozenset[str]:
        """The flags of a given or step at a row."""
        if name not in self._suspect:
            return NONE
        # a stack of our own: before() over a year is a chain of hundreds of cells
        memo, todo = self._memo, [(name, row)]
        while todo:
            cell = todo[-1]
            below = [] if cell in memo else self._below(*cell)
            waiting = [
                (u.name, u.row) for u in below if u.kind in ("step", "given") and (u.name, u.row) not in memo
            ]
            if waiting:
                todo += waiting
            else:
                if cell not in memo:
                    memo[cell] = self._joined(*cell, below)
                todo.pop()
        return memo[name, row]

    def _below(self, name: str, row: Row) -> list[Use]:
        """What a cell was made of, its conditions included, as far as that could carry a flag."""
        if self.run.at(name, row) is not self.run:
            return []
        step = self.run.method.steps.get(name)
        taken = self.run.ways[name].get(row) if step is not None else None
        if step is None or taken is None:
            return []
        key = (name, taken)
        if key not in self._plans:
            # an unconfirmed limit that sent a value another way is part of it
            read = [w.when for w in step.ways[: taken + 1] if w.when is not None] + [step.ways[taken].expr]
            self._plans[key] = [plan(self.run, expr, step.closure, self._suspect) for expr in read]
        found = [use for each in self._plans[key] for use in each(row)]
        if step.follow and step.follow in self._suspect:
            leader = self.run.method.closure_of(step.follow)
            found.append(Use("step", step.follow, tuple(row[step.closure.index(s)] for s in leader)))
        return found

    def _joined(self, name: str, row: Row, below: list[Use]) -> frozenset[str]:
        home = self.run.at(name, row)
        if self.elder is not None and home is not self.run:
            return self.elder.of(name, row)
        datum = self.run.data.datum.get(name, {}).get(row)
        if datum is not None:
            return frozenset({SUBSTITUTED}) if datum.state == SUBSTITUTED else NONE
        found: set[str] = set()
        if name in self.run.method.steps:
            way = self.run.way(name, row)
            if way is not None and way.default:
                found.add(DEFAULT)
        for use in below:
            if use.kind in ("step", "given"):
                found |= self._memo[use.name, use.row]
            elif self.certainty(use) != "sure":
                self.unconfirmed[use] = None
                found.add(CHECK)
        return frozenset(found)

    def certainty(self, use: Use) -> str:
        """The certainty of a law value: sure or check."""
        if use.kind == "factor":
            return self.run.factors[use.row[0]].certainty
        return entry(self.run, use).certainty


def _unsure(dated: tuple[Dated, ...]) -> bool:
    return any(each.certainty != "sure" for each in dated)
