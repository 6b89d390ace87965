"""What a live workbook can say of a method, step by step; what it cannot is refused with a reason."""

from __future__ import annotations

from tanheng.engine.verdict import EQUAL as EQUAL
from tanheng.engine.verdict import Refusal as Refusal
from tanheng.engine.verdict import Verdict as Verdict
from tanheng.engine.workbook.compose import Shop
from tanheng.engine.workbook.law_values import WORDS, LawValues
from tanheng.engine.workbook.plan import Column, Plan
from tanheng.engine.workbook.rounding import sayable
from tanheng.engine.workbook.steps import StepColumns, followed
from tanheng.formula.expr import names
from tanheng.formula.model import Method, Step

LONGEST, DEEPEST = 8000, 60
"""A cell takes 8192 characters and 64 levels of functions."""


def matrix(method: Method) -> dict[str, Verdict]:
    """For every step "equal" (the cells compute what the engine computes) or why they do not."""
    return drafted(Plan(method))[1]


def drafted(plan: Plan) -> tuple[LawValues, dict[str, Verdict]]:
    """Every column of a plan with its formulas, and what was refused."""
    values = LawValues(plan)
    shop, method = Shop(plan, values), plan.method
    leaders, verdicts = followed(method), dict[str, Verdict]()
    for name in method.sequence:
        step = method.steps[name]
        before = set(plan.helpers)
        StepColumns(shop, step).make(name in leaders)
        columns = [plan.values[name]]
        if name in plan.ways:
            columns.append(plan.ways[name])
        columns += [column for key, column in plan.helpers.items() if key not in before]
        verdicts[name] = _verdict(method, step, columns)
    plan.settle()
    return values, {name: verdicts[name] for name in method.steps}


def _verdict(method: Method, step: Step, columns: list[Column]) -> Verdict:
    for way in step.ways:
        if way.rounding is not None and not sayable(way.rounding):
            zh = f"修约规则 {way.rounding.label()} 的位数超出电子表格数值的有效位数"
            en = f"the rule {way.rounding.text} keeps more digits than a spreadsheet's numbers carry"
            return Refusal(step.name, "digits", zh, en)
    looked = {name for way in step.ways for e in (way.expr, way.when) if e is not None for name in names(e)}
    if any(len(method.tables[name].keys) > len(WORDS) for name in looked & method.tables.keys()):
        zh, en = f"查表词超过 {len(WORDS)} 个", f"a table is looked up by more than {len(WORDS)} words"
        return Refusal(step.name, "keys", zh, en)
    sizes = [column.template.size for column in columns if column.template is not None]
    if max(length for length, _ in sizes) > LONGEST:
        zh, en = (
            "公式超过单元格的长度上限（8192 个字符）",
            "the formula is longer than a cell takes (8192 characters)",
        )
        return Refusal(step.name, "length", zh, en)
    if max(depth for _, depth in sizes) > DEEPEST:
        zh, en = "公式的嵌套超过 64 层", "the formula nests deeper than 64 levels"
        return Refusal(step.name, "depth", zh, en)
    return EQUAL
