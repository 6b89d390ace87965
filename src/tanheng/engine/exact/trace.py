"""Why a value is what it is: the names, rows and law values that it was made of, when somebody asks."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanheng.engine.exact.compile import Compiler, Function
from tanheng.engine.exact.rows import Row
from tanheng.formula.expr import AGGREGATES, Expr, call_name, dotted, keyword, parts
from tanheng.formula.model import Dated, Step
from tanheng.kernel.problems import Refused

if TYPE_CHECKING:
    from tanheng.engine.exact.run import Run

CHECK, DEFAULT, SUBSTITUTED = "check", "default", "substituted"


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that a value was made of. `kind`: step, given, constant, table or factor.

    Attributes:
        row: The row that was read; of a constant the first day of its entry, of a table its words and that
            day, of a factor its key in `Run.factors`.
        aggregated: Whether it is one of the rows under a total or mean.
    """

    kind: str
    name: str
    row: Row
    aggregated: bool = False


Plan = Callable[[Row], list[Use]]


def uses(run: Run, name: str, row: Row) -> list[Use]:
    """What a computed row was made of, in the order of its formula and then of its condition, each once."""
    run = run.at(name, row)
    way, frame = run.way(name, row), run.method.closure_of(name)
    if way is None:
        return []
    found = plan(run, way.expr, frame)(row)
    # what decided for this way is a ground of the value too: the two dates of a report in time
    return list(dict.fromkeys(found + (plan(run, way.when, frame)(row) if way.when is not None else [])))


def entry(run: Run, use: Use) -> Dated:
    """The dated value of the method that a use of kind constant or table read."""
    method, since = run.method, use.row[-1]
    dated = (
        method.constants[use.name].dated
        if use.kind == "constant"
        else method.tables[use.name].rows[use.row[:-1]]
    )
    return next(e for e in dated if e.since == since)


def plan(run: Run, expr: Expr, frame: tuple[str, ...], only: Collection[str] | None = None) -> Plan:
    """A function from a row of `frame` to what the expression reads there, of the names in `only`."""
    steps = _Planner(run, expr, only).of(expr.tree, frame, False)

    def found(row: Row) -> list[Use]:
        return list(dict.fromkeys(use for step in steps for use in step(row)))

    return found


class _Planner:
    def __init__(self, run: Run, expr: Expr, only: Collection[str] | None) -> None:
        self.run, self.expr, self.only = run, expr, only

    def of(self, node: ast.expr, frame: tuple[str, ...], inside: bool) -> list[Plan]:
        name = dotted(node)
        if name is not None:
            return self.name(name, frame, inside)
        if isinstance(node, ast.Call) and call_name(node) in AGGREGATES:
            return self.aggregate(node, frame)
        if isinstance(node, ast.Call) and call_name(node) == "before":
            return self.look_back(dotted(node.args[0]) or "", frame, inside)
        # ast.iter_child_nodes would also give the function's name, which is no value
        found = [each for child in parts(node) for each in self.of(child, frame, inside)]
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            found += self.table(node.value.id, node, frame, inside)
        return found

    def wanted(self, name: str) -> bool:
        return self.only is None or name in self.only

    def name(self, name: str, frame: tuple[str, ...], inside: bool) -> list[Plan]:
        method = self.run.method
        if name in method.scopes or not self.wanted(name):
            return []
        if name in method.constants:
            return [self.constant(name, frame, inside)]
        kind = "step" if name in method.steps else "given"
        places = [frame.index(s) for s in method.closure_of(name)]
        return [lambda row: [Use(kind, name, tuple([row[i] for i in places]), inside)]]

    def constant(self, name: str, frame: tuple[str, ...], inside: bool) -> Plan:
        from tanheng.engine.exact.run import factor_key

        run, constant, span = self.run, self.run.method.constants[name], self.run.spans(frame)

        def found(row: Row) -> list[Use]:
            try:
                if constant.family:
                    factor = run.factor(constant.family, span(row), id=constant.factor)
                    return [Use("factor", name, (factor_key(factor),), inside)]
                return [Use("constant", name, (run.dated(name, constant.dated, span(row)).since,), inside)]
            except Refused:
                return []  # a way that fell out before it came to this value

        return found

    def table(self, name: str, node: ast.Subscript, frame: tuple[str, ...], inside: bool) -> list[Plan]:
        from tanheng.engine.exact.run import factor_key

        if not self.wanted(name):
            return []
        run, table, span = self.run, self.run.method.tables[name], self.run.spans(frame)
        items = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        words = [self.compiled(i, frame) for i in items]

        def found(row: Row) -> list[Use]:
            try:
                key = tuple([run.settled(lambda w=word: w(row)) for word in words])  # type: ignore[misc]
                if None in key:
                    return []
                if not table.family:
                    since = run.dated(name, table.rows.get(key, ()), span(row)).since
                    return [Use("table", name, (*key, since), inside)]
                factor = run.factor(table.family, span(row), **table.asked(key))
                return [Use("factor", name, (factor_key(factor),), inside)]
            except Refused:
                return []

        return [found]

    def look_back(self, name: str, frame: tuple[str, ...], inside: bool) -> list[Plan]:
        if not self.wanted(name):
            return []
        closure = self.run.method.closure_of(name)
        kind = "step" if name in self.run.method.steps else "given"
        places = [frame.index(s) for s in closure]

        def found(row: Row) -> list[Use]:
            earlier = self.run.rows.before(closure, tuple([row[i] for i in places]))
            return [] if earlier is None else [Use(kind, name, earlier, inside)]

        return [found]

    def aggregate(self, node: ast.Call, frame: tuple[str, ...]) -> list[Plan]:
        """The rows under an aggregate; of those left out only the condition or the weight was used."""
        run, wide = self.run, Compiler(self.run, self.expr, frame).wide(node, frame)
        where, weight = keyword(node, "where"), keyword(node, "by")
        chosen = self.compiled(where, wide) if where is not None else None
        weighs = self.compiled(weight, wide) if weight is not None else None
        first = self.of(where, wide, True) if where is not None else []
        second = self.of(weight, wide, True) if weight is not None else []
        values = self.of(node.args[0], wide, True)
        if not (first or second or values):
            return []  # nothing that was asked for lies below: the rows need not be walked

        def found(row: Row) -> list[Use]:
            listed: list[Use] = []
            for fine in run.rows.groups(wide, frame).get(row, []):
                listed += [use for step in first for use in step(fine)]
                if chosen is not None and not _holds(run, chosen, fine):
                    continue
                listed += [use for step in second for use in step(fine)]
                if weighs is None or _holds(run, weighs, fine):
                    listed += [use for step in values for use in step(fine)]
            return listed

        return [found]

    def compiled(self, node: ast.expr, frame: tuple[str, ...]) -> Function:
        return Compiler(self.run, self.expr, frame).of(node, frame)


def _holds(run: Run, function: Function, row: Row) -> bool:
    try:
        return bool(run.settled(lambda: function(row)))
    except Refused:
        return False


_SAYS = {
    "zh": {
        "colon": "：",
        "not": "条件不成立（{}）",
        "lacks": "缺少{}",
        "more": "等 {} 项",
        "rows": "下层的行或上一期的值",
        "comma": "、",
    },
    "en": {
        "colon": ": ",
        "not": "condition does not hold ({})",
        "lacks": "lacks {}",
        "more": "{} in all",
        "rows": "rows below or the period before",
        "comma": ", ",
    },
}


def fallen(run: Run, step: Step, row: Row, lang: str = "zh") -> list[str]:
    """Why each way before the one taken fell out: its condition does not hold, or what it lacks."""
    run = run.at(step.name, row)
    step = run.method.steps[step.name]
    taken = run.ways[step.name].get(row, len(step.ways))
    texts: list[str] = []
    for way in step.ways[:taken]:
        name = (way.en if lang == "en" else way.zh) or way.name
        label = f"{name}{_SAYS[lang]['colon']}" if name else ""
        if way.when is not None:
            when = Compiler(run, way.when, step.closure).compiled()
            verdict = run.settled(lambda: when(row))  # noqa: B023 - called at once
            if verdict is not True:
                seen = way.when.text if verdict is False else lacks(run, way.when, step.closure, row, lang)
                texts.append(label + _SAYS[lang]["lacks" if verdict is None else "not"].format(seen))
                continue
        texts.append(label + _SAYS[lang]["lacks"].format(lacks(run, way.expr, step.closure, row, lang)))
    return texts


def lacks(run: Run, expr: Expr, frame: tuple[str, ...], row: Row, lang: str = "zh") -> str:
    """What an expression lacks, at most five, named for people with the row that is empty."""
    found: dict[str, None] = {}
    for use in plan(run, expr, frame)(row):
        if use.kind in ("given", "step") and _absent(run, use):
            item = run.method.givens.get(use.name) or run.method.steps[use.name]
            finest = f" ({use.row[-1]})" if use.aggregated and use.row else ""
            found[((item.en if lang == "en" else item.zh) or use.name) + finest] = None
    says, listed = _SAYS[lang], list(found)
    if len(listed) > 5:
        listed = [*listed[:5], says["more"].format(len(listed))]
    return says["comma"].join(listed) or says["rows"]


def _absent(run: Run, use: Use) -> bool:
    try:
        return run.value(use.name, use.row) is None
    except Refused:
        return True
