"""Constants and tables of the law: resolved outside SQL once per words, unit and period, joined as a table.

The exact back end's own look-up answers, so that a missing, ambiguous or changed value fails in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import product

from tanheng.engine.exact.run import Run
from tanheng.engine.sql.database import Database
from tanheng.engine.sql.failures import Failure, Failures
from tanheng.engine.sql.numbers import WIDEST, Arithmetic, Unsayable, Val, constant, shared
from tanheng.engine.sql.sheet import PLANT, Atom, Sheet, key
from tanheng.facts.inputs import Inputs
from tanheng.formula.check import closure_of, open_scopes
from tanheng.formula.model import Constant, Method, Table
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Refused, problem, refuse
from tanheng.kernel.units import bind_unit, convert, parse_unit
from tanheng.library.factor_library import FactorLibrary

Answer = Fraction | int
"""A value in base units, or the number of a failure."""
_FEW = 512


class Lookups:
    """The law's values in a run over some periods."""

    def __init__(
        self, method: Method, factors: FactorLibrary, periods: Iterable[str], db: Database, failures: Failures
    ) -> None:
        self.method, self.db, self.failures = method, db, failures
        self.periods = tuple(periods)
        # one run without plants answers every look-up as it would be answered in a plant's run
        self._probes = {
            p: Run(method, Inputs(method.id, p, method.boundary, {}, ()), factors) for p in self.periods
        }
        self._known: dict[tuple[object, ...], Answer] = {}

    # --- what statements ask

    def constant(self, name: str, sheet: Sheet, do: Arithmetic) -> Val:
        """A constant at the rows of a sheet."""
        item = self.method.constants[name]
        if [(e.since, e.until) for e in item.dated] == [("", "")]:
            return constant(item.dated[0].value * item.unit.scale)
        spans = self._spans(sheet)
        answers = {((), (), span): self._constant(item, probe, span) for span, probe in spans.items()}
        return self._joined(answers, [], [], sheet)

    def table(self, name: str, words: list[Val], sheet: Sheet, do: Arithmetic) -> Val:
        """A look-up at the rows of a sheet; absent where a word is."""
        item, spans = self.method.tables[name], self._spans(sheet)
        owners = sorted(open_scopes(item.unit.dimension))
        units = [self._own_unit(scope, sheet) for scope in owners]
        asked = self._asked(item, words, owners, units, sheet, len(spans))
        answers = {
            (texts, own, span): self._entry(item, probe, span, texts, dict(zip(owners, own, strict=True)))
            for texts, own in asked
            for span, probe in spans.items()
        }
        found = self._joined(answers, [w.n for w in words], units, sheet)
        unknown = self._unknown(owners, words, units, sheet)
        fail = do.first(*(w.fail for w in words), unknown, found.fail)
        return replace(found, fail=fail)

    # --- which answers are needed

    def _spans(self, sheet: Sheet) -> dict[str, Run]:
        """Every period that a row may have (its day, its month, else the run), with a run that covers it."""
        found: dict[str, Run] = {}
        for period, probe in self._probes.items():
            months = parse_period(period).months()
            if "day" in sheet.scopes:
                keys = [d.key for m in months for d in m.days()]
            else:
                keys = [m.key for m in months] if "month" in sheet.scopes else [period]
            found |= dict.fromkeys(keys, probe)
        return found

    def _own_unit(self, scope: str, sheet: Sheet) -> Atom:
        closure = closure_of((scope,), self.method.scopes)
        alias = sheet.join(self.db.members(scope), [(PLANT, PLANT), *((key(s), key(s)) for s in closure)])
        return sheet.base(f"{alias}.own_unit")

    def _asked(
        self, item: Table, words: list[Val], owners: list[str], units: list[Atom], sheet: Sheet, spans: int
    ) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        own = [[parse_unit(u).text for u in self.method.scopes[s].units] for s in owners]
        listed = [w.words for w in words]
        size = spans
        for choices in [*listed, *own]:
            size *= len(choices)
        # words of one's own table are few; the library is asked only for those that occur
        if all(listed) and (size <= _FEW or not item.family) and size <= 100 * _FEW:
            return [(texts, chosen) for texts in product(*listed) for chosen in product(*own)]
        atoms = [*(w.n for w in words), *units]
        there = " AND ".join(f"{a} IS NOT NULL" for a in atoms) or "true"
        rows = self.db.rows(sheet.select([f"{a}" for a in atoms] or ["1"], f" WHERE {there}", distinct=True))
        size = len(words)
        return [(tuple(row[:size]), tuple(row[size : size + len(units)])) for row in rows]

    # --- answers

    def _asked_once(self, known: tuple[object, ...], ask: Callable[[], Fraction]) -> Answer:
        if known not in self._known:
            try:
                self._known[known] = ask()
            except Refused as refused:
                self._known[known] = self.failures.number(Failure("", problems=refused.problems))
        return self._known[known]

    def _constant(self, item: Constant, probe: Run, span: str) -> Answer:
        return self._asked_once(
            (item.name, span),
            lambda: probe._constant(item, span) * item.unit.scale,
        )

    def _entry(
        self, item: Table, probe: Run, span: str, words: tuple[str, ...], own: dict[str, str]
    ) -> Answer:
        return self._asked_once(
            (item.name, span, words, tuple(own.items())), lambda: _entry(item, probe, span, words, own)
        )

    def _joined(
        self,
        answers: dict[tuple[tuple[str, ...], tuple[str, ...], str], Answer],
        words: list[Atom],
        units: list[Atom],
        sheet: Sheet,
    ) -> Val:
        """The answers as one value, or as a table that is joined to the rows."""
        by_words: dict[tuple[tuple[str, ...], tuple[str, ...]], set[Answer]] = {}
        for (texts, own, _), answer in answers.items():
            by_words.setdefault((texts, own), set()).add(answer)
        # a failure is a number too, and must not be taken for a value
        dated = any(len({(type(a), a) for a in each}) > 1 for each in by_words.values())
        if not words and not units and not dated:
            return _fixed(next(iter(answers.values())))
        values = [a for a in answers.values() if isinstance(a, Fraction) and a]
        ratio = shared(sorted(set(values))) if values else Fraction(1)
        if ratio.denominator > WIDEST or any(abs(v / ratio) > WIDEST for v in values):
            raise Unsayable("too many digits")
        rows: dict[tuple[str, ...], tuple[int | None, int | None]] = {}
        for (texts, own, span), answer in answers.items():
            cell = (int(answer / ratio), None) if isinstance(answer, Fraction) else (None, answer)
            rows[(*texts, *own, *([span] if dated else []))] = cell
        width = len(words) + len(units) + dated
        relation = self.db.listed([f"w{i}" for i in range(width)], rows)
        on = [(f"w{i}", atom) for i, atom in enumerate([*words, *units])]
        if dated:
            on.append((f"w{width - 1}", self._span(sheet)))
        n, fail = sheet.look_up(relation, on, ["n", "fail"])
        most = max((abs(int(v / ratio)) for v in values), default=0)
        fails = [f for f in (fail,) if any(isinstance(a, int) for a in answers.values())]
        return Val(n, fail=Arithmetic(sheet).first(*fails), ratio=ratio, most=most)

    def _unknown(self, owners: list[str], words: list[Val], units: list[Atom], sheet: Sheet) -> Atom | None:
        """The failure of a row whose member has no unit of its own, or one that the method does not list."""
        if not units:
            return None
        tests = ""
        for scope, unit in zip(owners, units, strict=True):
            wanted = " / ".join(self.method.scopes[scope].units)
            said = problem("TH-C05", Place(key=scope), name=scope, row="—", seen="—", wanted=wanted)
            code = self.failures.number(Failure("", problems=(said,)))
            tests += f" WHEN {unit} IS NULL THEN {code}"
        there = [w.n for w in words]
        asked = " AND ".join(f"{w} IS NOT NULL" for w in there) or "true"
        return sheet.column(f"CASE WHEN {asked} THEN CASE{tests} END END", *there, *units)

    def _span(self, sheet: Sheet) -> Atom:
        for scope in ("day", "month"):
            if scope in sheet.scopes:
                return sheet.base(f"s.{key(scope)}::VARCHAR")
        alias = sheet.join(self.db.plants, [(PLANT, PLANT)])
        return sheet.base(f"{alias}.period")


def _fixed(answer: Answer) -> Val:
    if isinstance(answer, Fraction):
        return constant(answer)
    return Val(Atom("NULL::BIGINT"), fail=Atom(f"{answer}"), most=0)


def _entry(item: Table, probe: Run, span: str, words: tuple[str, ...], own: dict[str, str]) -> Fraction:
    """What the exact back end's `Run.table` answers, for a unit that is known."""
    unit = bind_unit(item.unit, {s: parse_unit(u) for s, u in own.items()}) if own else item.unit
    if item.family:
        factor = probe.factor(item.family, span, set=item.set, item=item.item, key="/".join(words))
        value = convert(factor.value_fraction, parse_unit(factor.unit), unit, Place(key=item.name))
    else:
        label = f"{item.name}[{'/'.join(words)}]"
        if words not in item.rows:
            seen = "、".join("/".join(k) for k in item.rows)
            raise refuse("TH-C03", Place(key=item.name), name=label, row=span, seen=seen)
        value = probe.dated(label, item.rows[words], span).value
    return value * item.unit.scale
