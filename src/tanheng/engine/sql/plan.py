"""What SQL can say of a method, known without data: a verdict on each step and the text of its statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from tanheng.engine.sql.catalog import Column
from tanheng.engine.sql.numbers import Arithmetic, Val, constant
from tanheng.engine.sql.sheet import Sheet
from tanheng.engine.sql.step import StepSql, step_sql
from tanheng.engine.verdict import EQUAL as EQUAL
from tanheng.engine.verdict import Refusal as Refusal
from tanheng.engine.verdict import Verdict as Verdict
from tanheng.formula.model import Given, Method

REASONS: Mapping[str, tuple[str, str]] = {
    "broken power": ("非整数或由数据给出的指数", "a power that is broken or comes from data"),
    "exp": ("指数函数", "the exponential"),
    "before() in a circle": ("经 before() 引用自身", "a value that looks back at itself"),
    "quotients of different rows": (
        "各行分母不同的商之和",
        "a sum of quotients whose denominators differ by row",
    ),
    "too many digits": ("超出 38 位整数", "whole numbers of more than 38 digits"),
    "word without SQL": ("没有 SQL 写法的词", "a word of the language that has no SQL"),
}
"""Every reason for which a step is not computed in SQL alone, in Chinese and English."""
_SUPPOSED, _DECIMALS = 10**12, 10**6


def _refusal(step: str, reason: str) -> Refusal:
    """A step that SQL alone does not compute: its cells are computed by `engine.exact` and joined."""
    return Refusal(step, reason, *REASONS[reason])


class Supposed:
    """A catalog without data: numbers of six decimals, rows of unknown number."""

    def __init__(self, method: Method) -> None:
        self.method = method
        self.columns: dict[str, Column] = {}
        self._codes: dict[tuple[str, str, str], int] = {}
        for given in method.givens.values():
            self.columns[given.name] = self._given(given)

    def _given(self, given: Given) -> Column:
        missing = 0 if given.optional else self.code("TH-C01", "", given.name)
        ratio = given.unit.scale / _DECIMALS if given.unit is not None else Fraction(1)
        return Column(
            f"data_{given.table}",
            given.closure,
            given.kind,
            n=f'"{given.name}"',
            ratio=ratio,
            most=_SUPPOSED,
            missing=missing,
            words=given.one_of,
        )

    def spine(self, closure: tuple[str, ...]) -> str:
        """The name of a table of rows."""
        return "_".join(["rows", *closure])

    def count(self, closure: tuple[str, ...]) -> int | None:
        """A number of rows that no fleet reaches."""
        return 10**9

    def column(self, name: str) -> Column | None:
        """A given, or a step written before."""
        return self.columns.get(name)

    def earlier(self, scope: str) -> str:
        """The name of a table of periods."""
        return f"before_{scope}"

    def constant(self, name: str, sheet: Sheet, do: Arithmetic) -> Val:
        """Its value where it has one for all time, else a look-up."""
        item = self.method.constants[name]
        if [(e.since, e.until) for e in item.dated] == [("", "")]:
            return constant(item.dated[0].value * item.unit.scale)
        n, fail = sheet.look_up(f"law_{name}", [], ["n", "fail"])
        return Val(n, fail=fail, ratio=item.unit.scale / _DECIMALS, most=_SUPPOSED)

    def table(self, name: str, words: list[Val], sheet: Sheet, do: Arithmetic) -> Val:
        """A look-up."""
        item = self.method.tables[name]
        on = [(f"w{i}", w.n) for i, w in enumerate(words)]
        n, fail = sheet.look_up(f"law_{name}", on, ["n", "fail"])
        found = do.first(*(w.fail for w in words), fail)
        return Val(n, fail=found, ratio=item.unit.scale / _DECIMALS, most=_SUPPOSED)

    def code(self, code: str, step: str, text: str) -> int:
        """Numbers in the order in which they come."""
        return self._codes.setdefault((code, step, text), len(self._codes) + 1)


@dataclass(frozen=True)
class Plan:
    """A method as SQL.

    Attributes:
        steps: The verdict on each step, in the order of computation.
    """

    method: Method
    steps: Mapping[str, Verdict]
    written: Mapping[str, StepSql]

    def sql(self, step: str, *, pretty: bool = True) -> str:
        """The statement of a step for supposed data; a run writes its own, with measured bounds."""
        text = f"CREATE TABLE step_{step} AS {self.written[step].text}"
        if not pretty:
            return text
        import sqlglot

        return sqlglot.transpile(text, read="duckdb", write="duckdb", pretty=True)[0]

    @property
    def share(self) -> Fraction:
        """How many of the steps are EQUAL."""
        return Fraction(sum(v == EQUAL for v in self.steps.values()), len(self.steps) or 1)


def compile_method(method: Method) -> Plan:
    """Every step of a method as SQL, without data."""
    catalog = Supposed(method)
    steps: dict[str, Verdict] = {}
    written: dict[str, StepSql] = {}
    for name in method.sequence:
        step = method.steps[name]
        written[name] = made = step_sql(catalog, step)
        steps[name] = _refusal(name, made.reasons[0]) if made.reasons else EQUAL
        # what a step hands on is in lowest terms, and supposed to be as short as what it was given
        catalog.columns[name] = replace(
            computed(f"step_{name}", step.closure, step.kind, made), most=_SUPPOSED, most_d=_SUPPOSED
        )
    return Plan(method, steps, written)


def computed(relation: str, closure: tuple[str, ...], kind: str, made: StepSql) -> Column:
    """The column of a step whose statement has been written."""
    return Column(
        relation,
        closure,
        kind,
        d="d" if made.has_d else "",
        fail="fail",
        ratio=made.ratio,
        most=made.most,
        most_d=made.most_d,
        apart=made.apart,
    )
