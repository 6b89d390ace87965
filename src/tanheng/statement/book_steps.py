"""The steps of a method for its formula book: formula, symbols, ways with conditions, clause, unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tanheng.engine.notation.constants import is_unity, ratio_text
from tanheng.engine.notation.formula import (
    equation,
    judgement,
    names_in,
    printed_in,
    statement_of,
    symbol_of,
    tables_in,
)
from tanheng.engine.notation.symbols import symbol
from tanheng.engine.notation.tree import NUMBER as DIGITS
from tanheng.engine.notation.tree import Glyph, Node
from tanheng.formula.model import Check, Constant, Fill, Method, Step, Way
from tanheng.kernel.numbers import exact_text, grouped
from tanheng.statement.inline import inline, unit_text
from tanheng.statement.model import Block, Cell, Column, Formula, Table, TableRow
from tanheng.statement.text import BOLD, CODE, Run, Text, rich, words

KINDS = {"word": "词", "date": "日期", "truth": "是非"}
_TIMES = {"month": "月", "day": "日"}
_LEVELS = {"error": "错误", "warning": "警告", "ask": "待确认", "info": "提示"}


def scope_name(method: Method, scope: str) -> str:
    """A scope for people."""
    found = method.scopes.get(scope)
    return (found.zh if found else "") or _TIMES.get(scope, scope)


def rows_text(method: Method, closure: tuple[str, ...]) -> str:
    """For what a value stands: "每机组、燃料、月", or "全年一个值"."""
    named = "、".join(scope_name(method, scope) for scope in closure)
    return f"每{named}一个值" if named else "全年一个值"


def step_blocks(method: Method, steps: Iterable[Step]) -> Iterator[Block]:
    """A formula for each of the steps of a method, and the ways of those that have a choice."""
    for number, step in enumerate(steps, 1):
        yield _formula(method, step, number)
        if len(step.ways) > 1:
            yield _ways(method, step)


def _formula(method: Method, step: Step, number: int) -> Formula:
    title = (*rich(f"{number}　{step.zh or step.name}　"), Run(step.name, CODE))
    return Formula(
        step.name,
        title,
        words(step.law),
        equation(method, step.name),
        where=tuple(_where(method, step)),
        rounding=tuple(_closing(method, step)),
        keep=len(step.ways) > 1,
    )


def _closing(method: Method, step: Step) -> Iterator[Run]:
    """English name, unit, rows, rounding and what a single way hangs on, in one line."""
    unit = unit_text(method, step.unit)
    what: Text = (Run("单位 "), *unit) if unit else words("无量纲" if step.unit else KINDS[step.kind])
    parts: list[Text] = [rich(step.en), what, words(rows_text(method, step.closure))]
    first = step.ways[0]
    if len({w.rounding for w in step.ways}) == 1:
        parts.append(rich(first.rounding.label("zh") if first.rounding else "不修约"))
    if len(step.ways) == 1 and first.when is not None:
        parts.append((Run("仅当 "), *inline(statement_of(method, first.when, step.closure))))
    if step.optional:
        parts.append(words("可缺"))
    if step.follow:
        parts.append((Run("路径随 "), *inline(symbol_of(method, step.follow))))
    if method.base is not None and step.name in method.own:
        parts.append(words("本版规定"))
    parts.append(rich(step.says))
    for number, part in enumerate(each for each in parts if each):
        if number:
            yield Run(" · ")
        yield from part


def _where(method: Method, step: Step) -> Iterator[tuple[Node, Text]]:
    """Every symbol that the formula shows: what it means, its unit, and the value of a constant."""
    nodes, indices = printed_in(method, step.name)
    for name in names_in(method, step.name):
        if not is_unity(method, name) and name != step.name:
            ratio = ratio_text(method, name)
            # a fraction would stand two lines high in a list of one-line entries
            node = Glyph(ratio, DIGITS) if ratio else nodes.get(name, symbol_of(method, name))
            yield node, _meaning(method, name)
    for name in tables_in(method, step.name):
        table = method.tables[name]
        keys = "、".join(filter(None, (_key_name(method, key) for key in table.keys)))
        yield (
            symbol(table.symbol or name),
            _said(f"{table.zh or name}，{f'按{keys}' if keys else ''}查表", unit_text(method, table.unit)),
        )
    for letter, scope in indices:
        yield letter, words(f"下标，{scope_name(method, scope)}")


def _key_name(method: Method, key: str) -> str:
    """What a key column means; one that is only ever a word of the formula has no name of its own."""
    found = method.value(key)
    return (found.zh if found else "") or (scope_name(method, key) if key in method.scopes else "")


def _said(text: str, unit: Text) -> Text:
    return (*rich(text), Run("，"), *unit) if unit else rich(text)


def _meaning(method: Method, name: str) -> Text:
    found = method.value(name)
    assert found is not None
    unit = unit_text(method, found.unit)
    text = found.zh or name
    if isinstance(found, Constant) and len(found.dated) == 1 and not ratio_text(method, name):
        value = grouped(exact_text(found.dated[0].value))
        return (*rich(text), Run(f"，{value} "), *unit)
    return _said(text, unit)


def _ways(method: Method, step: Step) -> Table:
    """The ways in the order in which they are tried."""
    columns = (
        Column(words("路径"), width=1.3),
        Column(words("条件"), width=3.6),
        Column(words("修约"), width=1.5),
        Column(words("条款"), width=1.3),
    )
    rows = []
    seen: set[str] = set()
    for way in step.ways:
        name = (Run(way.zh or way.name), Run("（缺省值）" if way.default else ""))
        rounding = way.rounding.label("zh") if way.rounding else "不修约"
        cells = (
            name,
            tuple(_condition(method, step, way, seen)),
            rich(rounding),
            words(way.law or step.law),
        )
        rows.append(TableRow(tuple(Cell(text) for text in cells)))
        seen.add(way.when.text if way.when else "")
    return Table(f"ways-{step.name}", (), columns, tuple(rows), small=True)


def _condition(method: Method, step: Step, way: Way, seen: set[str]) -> Iterator[Run]:
    if step.follow:
        yield from (Run("取用 "), *inline(symbol_of(method, step.follow)), Run(f" 的路径“{way.name}”时"))
        return
    if way.when is None:
        yield Run("其余情形" if way is step.ways[-1] and len(step.ways) > 1 else "有值时")
        return
    if way.when.text in seen:
        yield Run("前列路径无值，且 ")
    yield from inline(statement_of(method, way.when, step.closure))


def check_blocks(method: Method, checks: Iterable[Check]) -> Iterator[Block]:
    """Checks of a method: what must hold, for which rows, how grave a breach is, and the clause."""
    columns = (
        Column(words("校验"), width=1.9),
        Column(words("应当成立"), width=3.4),
        Column(words("级别"), width=0.6),
        Column(words("条款"), width=1.3),
    )
    rows = []
    for check in checks:
        name = (Run(check.zh or check.id, BOLD), Run("　"), Run(check.id, CODE))
        scopes = rows_text(method, check.closure).removesuffix("一个值")
        holds = (
            Run(f"{scopes}：" if check.closure else ""),
            *inline(judgement(method, check)),
            *_beside(method, check),
        )
        level = words(_LEVELS.get(check.level, check.level))
        rows.append(TableRow(tuple(Cell(text) for text in (name, holds, level, words(check.law)))))
    yield Table("checks", (), columns, tuple(rows))


def _beside(method: Method, check: Check) -> Iterator[Run]:
    """What a finding shows beside the statement: the figure with its unit, bounds, and tonnes at stake."""
    unit = unit_text(method, check.unit)
    for label, expr in (
        ("判定量", check.figure),
        ("下限", check.low),
        ("上限", check.high),
        ("涉及排放量", check.tonnes),
    ):
        if expr is not None:
            yield Run(f"；{label} ")
            yield from inline(statement_of(method, expr, check.closure))
            if unit and label == "判定量":
                yield from (Run("（"), *unit, Run("）"))


def fill_blocks(method: Method, fills: Iterable[Fill]) -> Iterator[Block]:
    """What may stand in for a missing value: two candidates, of which the safer one is taken."""
    columns = (
        Column(words("补缺"), width=2.0),
        Column(words("较高候选值"), width=2.2),
        Column(words("较低候选值"), width=2.2),
        Column(words("窗口"), width=1.1),
        Column(words("条款"), width=1.2),
    )
    rows = []
    for fill in fills:
        name = (Run(fill.zh or fill.id, BOLD), Run("　"), *inline(symbol_of(method, fill.of)))
        values = [inline(statement_of(method, each, fill.closure)) for each in (fill.high, fill.low)]
        window = words(rows_text(method, fill.closure).removesuffix("一个值"))
        rows.append(TableRow(tuple(Cell(text) for text in (name, *values, window, words(fill.law)))))
    yield Table("fills", (), columns, tuple(rows))


__all__ = ["check_blocks", "fill_blocks", "rows_text", "scope_name", "step_blocks"]
