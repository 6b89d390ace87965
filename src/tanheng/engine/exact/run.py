"""One run of a method over one period: values on demand, remembered, in any order the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn, TypeVar

from tanheng.engine.exact.compile import Compiler, Function
from tanheng.engine.exact.data import Data, Value, row_key, row_text
from tanheng.engine.exact.rows import Row, Rows
from tanheng.facts.inputs import Inputs
from tanheng.formula.check import open_scopes
from tanheng.formula.model import Constant, Dated, Given, Method, Step, Way
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse
from tanheng.kernel.units import convert, parse_unit
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.factor_table import Factor

if TYPE_CHECKING:
    from tanheng.engine.exact.filled import Filled

T = TypeVar("T")
DEEPEST = 12
"""Steps computed inside each other; with formulas of depth 40 that is half of Python's stack."""
LARGEST = 13_300
"""Bits of the longest numerator or denominator, about 4000 digits: squares of squares fill the memory."""


class _Later(Exception):
    """A cell that lies too deep and is to be computed first."""

    def __init__(self, name: str, row: Row) -> None:
        self.name, self.row = name, row


class Run:
    """Evaluation of one method on one set of inputs.

    Attributes:
        elder: The run of the method that was in force in the first months; it computes their rows.
        ways: Which way each computed row took, by step and row; of the elder's rows it knows.
        full: The value before rounding, in base units, where a step rounded.
        factors: Every row of the factor library that was read, by `factor_key`.
        asked: The inputs as they came; `inputs` are those with a value in every gap that names a rule.
        filled: Those gaps; `rules` are the rules that filled them, laid over the method.
    """

    def __init__(
        self, method: Method, inputs: Inputs, factors: FactorLibrary, elder: Run | None = None
    ) -> None:
        self.method, self.inputs, self.library, self.elder = method, inputs, factors, elder
        self.rows = Rows(method, inputs)
        self.data = Data(method, inputs, self.rows)
        self.period = self.rows.period
        self.asked: Inputs = inputs
        self.filled: tuple[Filled, ...] = ()
        self.rules: tuple[Method, ...] = ()
        self.ways: dict[str, dict[Row, int]] = {name: {} for name in method.steps}
        self.full: dict[str, dict[Row, Fraction]] = {name: {} for name in method.steps}
        self.factors: dict[str, Factor] = {}
        self._memo: dict[str, dict[Row, Value | None]] = {name: {} for name in method.steps}
        self._failed: dict[tuple[str, Row], Refused] = {}
        self._readers: dict[str, Callable[[Row], Value | None]] = {}
        self._found: dict[tuple[str, tuple[tuple[str, str], ...], str], Factor] = {}
        self._depth = 0

    def forget(self) -> None:
        """Drop every computed value: a given was set to another one, to see what would follow."""
        for name in self.method.steps:
            self._memo[name].clear()
            self.ways[name].clear()
            self.full[name].clear()
        self._failed.clear()

    def take(self, judged: Run) -> None:
        """Take what the run of the method that this one is laid over has computed.

        Rules add to a method; where they change something of it, everything is computed afresh.
        """
        below = judged.method
        if self.method.own & (
            below.steps.keys() | below.givens.keys() | below.constants.keys() | below.tables.keys()
        ):
            return
        for name in below.steps:
            self._memo[name], self.ways[name] = judged._memo[name], judged.ways[name]
            self.full[name] = judged.full[name]
        self._failed.update(judged._failed)

    # --- what others ask

    def value(self, name: str, row: Row) -> Value | None:
        """The value of a given or step at a row of its closure, in base units; None if absent.

        Raises:
            Refused: TH-C01 something it needs is missing, TH-C03 a value in force, TH-C04 a divisor, TH-C05 a
                datum that was refused, TH-L01 TH-L02 a factor, TH-N09 TH-N12 a number without end.
        """
        known = self._memo.get(name, {})
        if row in known:
            return known[row]
        read = self.reader(name)
        return self.settled(lambda: read(row))

    def settled(self, ask: Callable[[], T]) -> T:
        """What `ask` answers; cells that lie too deep below it are computed first, on a stack of our own."""
        # inside an evaluation the outermost loop is waiting for what lies too deep
        if self._depth:
            return ask()
        todo: list[_Later] = []
        while True:
            try:
                if not todo:
                    return ask()
                self.reader(todo[-1].name)(todo[-1].row)
                todo.pop()
            except _Later as later:
                todo.append(later)
            except Refused:
                # remembered where it happened, and met again by whoever needs it
                if not todo:
                    raise
                todo.pop()

    def at(self, name: str, row: Row) -> Run:
        """The run that computes a row: this one, or the elder for a month before this method was in force."""
        elder = self.elder
        if elder is None or name not in self.method.steps or name not in elder.method.steps:
            return self
        own, theirs = self.method.steps[name], elder.method.steps[name]
        if "month" not in own.closure or own.closure != theirs.closure or own.unit != theirs.unit:
            return self
        first = parse_period(row[own.closure.index("month")]).first.isoformat()
        return elder.at(name, row) if first < self.method.force else self

    @property
    def lineage(self) -> tuple[Run, ...]:
        """This run and its elders."""
        return (self, *(self.elder.lineage if self.elder else ()))

    def of(self, name: str) -> list[Row]:
        """Every row for which a given or step has a value or a gap."""
        return self.rows.of(self.method.closure_of(name))

    def way(self, name: str, row: Row) -> Way | None:
        """The way that a computed row took."""
        home = self.at(name, row)
        if home is not self:
            return home.way(name, row)
        index = self.ways[name].get(row)
        return None if index is None else self.method.steps[name].ways[index]

    def gap(self, given: Given, row: Row) -> Problem:
        """TH-C01 for a cell of a required given."""
        return self._gap(given, row, ("没有数据", "no datum"))

    # --- what the compiler asks

    def reader(self, name: str) -> Callable[[Row], Value | None]:
        """A function from a row to the value of a given or step."""
        if name not in self._readers:
            step = self.method.steps.get(name)
            self._readers[name] = (
                self._step_reader(step) if step else self._given_reader(self.method.givens[name])
            )
        return self._readers[name]

    def _given_reader(self, given: Given) -> Callable[[Row], Value | None]:
        values, refused = self.data.values[given.name], self.data.refused[given.name]
        if given.optional and not refused:
            return values.get

        def read(row: Row) -> Value | None:
            if row in values:
                return values[row]
            if row in refused:
                # a datum that was refused is no gap: no default may stand in for it
                raise refused[row].with_traceback(None)
            if given.optional:
                return None
            raise Refused(self.gap(given, row))

        return read

    def _step_reader(self, step: Step) -> Callable[[Row], Value | None]:
        memo, name = self._memo[step.name], step.name
        compute = self._computer(step)

        def read(row: Row) -> Value | None:
            if row in memo:
                return memo[row]
            if self.elder is not None and (home := self.at(name, row)) is not self:
                memo[row] = home.value(name, row)
                return memo[row]
            failed = self._failed.get((name, row))
            if failed is not None:
                # raised again and again, an exception would carry every traceback with it
                raise failed.with_traceback(None)
            if self._depth >= DEEPEST:
                raise _Later(name, row)
            self._depth += 1
            try:
                memo[row] = value = compute(row)
            except Refused as refused:
                self._failed[name, row] = refused
                raise
            finally:
                self._depth -= 1
            return value

        return read

    def _computer(self, step: Step) -> Callable[[Row], Value | None]:
        # compiled at first use: a case or an explanation needs only a few of a method's steps
        compiled: list[tuple[Function | None, Function]] = []
        taken, full = self.ways[step.name], self.full[step.name]
        scale = step.unit.scale if step.unit is not None else Fraction(1)

        def compute(row: Row) -> Value | None:
            if not compiled:
                compiled.extend(self._compile(way, step) for way in step.ways)
            wanted = self._followed(step, row) if step.follow else None
            for index, (when, expr) in enumerate(compiled):
                way = step.ways[index]
                if (wanted is not None and way.name != wanted) or (
                    when is not None and when(row) is not True
                ):
                    continue
                value: Value | None = expr(row)
                if value is None:
                    continue
                if isinstance(value, Fraction):
                    self._check_size(step, row, value)
                    if way.rounding is not None:
                        full[row] = value
                        value = (
                            way.rounding.apply(value / scale) * scale
                            if scale != 1
                            else way.rounding.apply(value)
                        )
                taken[row] = index
                return value
            if step.optional:
                return None
            from tanheng.engine.exact.trace import fallen

            seen = "；".join(fallen(self, step, row)), "; ".join(fallen(self, step, row, "en"))
            raise Refused(self._gap(step, row, seen))

        return compute

    def _compile(self, way: Way, step: Step) -> tuple[Function | None, Function]:
        item = step.zh or step.name
        when = Compiler(self, way.when, step.closure, item).compiled() if way.when is not None else None
        return when, Compiler(self, way.expr, step.closure, item).compiled()

    def _followed(self, step: Step, row: Row) -> str:
        """The name of the way that the followed step took: one choice for several factors."""
        leader = self.method.steps[step.follow]
        theirs = tuple(row[step.closure.index(s)] for s in leader.closure)
        # the way is known only once the value is
        self.reader(leader.name)(theirs)
        way = self.way(leader.name, theirs)
        return way.name if way is not None else "\0"

    def _check_size(self, step: Step, row: Row, value: Fraction) -> None:
        for part in value.as_integer_ratio():
            if part.bit_length() > LARGEST:
                place = Place(key=row_key(step.name, step.closure, row))
                raise refuse(
                    "TH-N09", place, seen=f"> {part.bit_length() * 3 // 10}", wanted=LARGEST * 3 // 10
                )

    def _gap(self, item: Given | Step, row: Row, seen: tuple[str, str]) -> Problem:
        return problem(
            "TH-C01",
            Place(key=row_key(item.name, item.closure, row)),
            name_zh=item.zh or item.name,
            name_en=item.en or item.name,
            row=row_text(item.closure, row),
            seen_zh=seen[0],
            seen_en=seen[1],
        )

    def zero_divisor(self, item: str, text: str, frame: tuple[str, ...], row: Row) -> NoReturn:
        """Refuse a division by zero, which is never the same as a missing value."""
        place = Place(key=row_key(item or text, frame, row))
        raise refuse("TH-C04", place, name=item or text, row=row_text(frame, row), seen=text)

    # --- constants and tables

    def spans(self, frame: tuple[str, ...]) -> Callable[[Row], str]:
        """The period of a row of `frame`: its day, its month, or the whole run."""
        for scope in ("day", "month"):
            if scope in frame:
                place = frame.index(scope)
                return lambda row: row[place]
        key = self.period.key
        return lambda _: key

    def covered(self, span: str) -> tuple[date, date]:
        """The days of a period for which a value of the law must hold: those on which the method is in force.

        A year that two editions share would else ask each for values of the other's months.
        """
        period, method = parse_period(span), self.method
        since = max(period.first, date.fromisoformat(method.force))
        until = min(period.last, date.fromisoformat(method.until) if method.until else date.max)
        return (since, until) if since <= until else (period.first, period.last)

    def dated(self, name: str, entries: tuple[Dated, ...], span: str) -> Dated:
        """The one entry whose days in force cover the whole period `span`; Refused TH-C03 otherwise."""
        first, last = (day.isoformat() for day in self.covered(span))
        found = [e for e in entries if e.since <= first and (not e.until or last <= e.until)]
        if len(found) != 1:
            seen = "、".join(f"{e.since}…{e.until}" for e in entries)
            raise refuse("TH-C03", Place(key=name), name=name, row=span, seen=seen)
        return found[0]

    def constant(self, name: str, frame: tuple[str, ...]) -> Function:
        """The value of a constant at a row, by the period of the row."""
        constant, span = self.method.constants[name], self.spans(frame)
        if [(e.since, e.until) for e in constant.dated] == [("", "")]:
            fixed = constant.dated[0].value * constant.unit.scale
            return lambda _: fixed
        # a factor is looked up once a period, not once a row
        known: dict[str, Fraction] = {}

        def read(row: Row) -> Fraction:
            key = span(row)
            if key not in known:
                known[key] = self._constant(constant, key) * constant.unit.scale
            return known[key]

        return read

    def _constant(self, constant: Constant, span: str) -> Fraction:
        if not constant.family:
            return self.dated(constant.name, constant.dated, span).value
        factor = self.factor(constant.family, span, id=constant.factor)
        return convert(
            factor.value_fraction, parse_unit(factor.unit), constant.unit, Place(key=constant.name)
        )

    def table(self, name: str, words: list[Function], frame: tuple[str, ...]) -> Function:
        """The value of a table at a row; a table of the library is asked with the row's words and period."""
        table, span = self.method.tables[name], self.spans(frame)
        known: dict[tuple[tuple[str, ...], str, str], Fraction] = {}
        opaque = open_scopes(table.unit.dimension)

        def read(row: Row) -> Fraction | None:
            key = tuple([word(row) for word in words])
            if None in key:
                return None
            unit = self.data.unit_of(table.unit, frame, row) if opaque else table.unit
            asked = (key, span(row), unit.text)
            if asked not in known:
                if table.family:
                    factor = self.factor(table.family, asked[1], **table.asked(key))
                    value = convert(factor.value_fraction, parse_unit(factor.unit), unit, Place(key=name))
                else:
                    label = f"{name}[{'/'.join(key)}]"
                    if key not in table.rows:
                        seen = "、".join("/".join(k) for k in table.rows)
                        raise refuse("TH-C03", Place(key=name), name=label, row=asked[1], seen=seen)
                    value = self.dated(label, table.rows[key], asked[1]).value
                known[asked] = value * table.unit.scale
            return known[asked]

        return read

    def factor(self, family: str, span: str, **asked: str) -> Factor:
        """The one factor of the library in force over a period; it is pinned in the result."""
        key = (family, tuple(sorted(asked.items())), span)
        if key not in self._found:
            since, until = self.covered(span)
            found = self.library.find(
                family,
                id=asked.get("id"),
                set=asked.get("set"),
                item=asked.get("item"),
                key=asked.get("key"),
                region=asked.get("region"),
                since=since,
                until=until,
            )
            self._found[key] = self.factors[factor_key(found)] = found
        return self._found[key]


def factor_key(factor: Factor) -> str:
    """What tells one row of the library from all others: rows of one id differ in their dates."""
    return f"{factor.family}/{factor.id}@{factor.valid_from},{factor.known_from}"
