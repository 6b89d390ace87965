"""Pages of the generated documentation about methods, rules and back ends, as lines of Markdown.

Laws are instruments by their names; a way, a check and a candidate stand in the words of the method's file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tanheng.app.backends import backends, matrix_of
from tanheng.app.cases import Case
from tanheng.app.library import Library
from tanheng.engine.notation.formula import equation
from tanheng.engine.notation.mathml import mathml
from tanheng.engine.verdict import Refusal
from tanheng.formula.model import Check, Constant, Given, Method, Step, Way
from tanheng.kernel.numbers import exact_text
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import way_label

KIND = {"number": "数", "word": "词", "date": "日期", "truth": "是非"}
ANSWER = {"emission": "排放", "removal": "清除", "allowance": "配额", "memo": "备查", "indicator": "指标"}
BACKEND = {
    "sql": "多厂核算（DuckDB）",
    "workbook": "活公式工作簿",
    "notation": "印出的公式（PDF、Word、网页）",
}


def cell(text: object) -> str:
    """Text that is safe inside a Markdown table."""
    return " ".join(str(text).split()).replace("|", "&#124;").replace("<", "&lt;")


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The lines of a Markdown table, and an empty line after it."""
    names = list(head)
    yield "| " + " | ".join(names) + " |"
    yield "|" + "---|" * len(names)
    yield from ("| " + " | ".join(cell(value) or " " for value in row) + " |" for row in rows)
    yield ""


def span(since: str, until: str) -> str:
    """Days in force in Chinese, open ends as such."""
    return f"{since or '…'} 至 {until or '今'}"


def unit_text(value: Given | Step | Constant) -> str:
    """The unit of a name for people; words, dates and truths have none."""
    return value.unit.label if value.unit is not None else ""


def closure_text(method: Method, closure: Iterable[str]) -> str:
    """The scopes of a name in Chinese, "全年" where there is one value in the run."""
    time = {"month": "月", "day": "日"}
    names = [
        method.scopes[s].zh if s in method.scopes and method.scopes[s].zh else time.get(s, s) for s in closure
    ]
    return "、".join(names) or "全年"


def rounding_text(way: Way) -> str:
    """The rounding of a way in Chinese."""
    return way.rounding.label("zh") if way.rounding else "不修约"


def step_lines(method: Method, step: Step) -> Iterator[str]:
    """One step: what it is, its typeset formula, and its ways with clause and rounding."""
    yield f"### {step.zh or step.name} `{step.name}`\n"
    unit = f"单位 {unit_text(step)}" if step.unit else KIND[step.kind]
    facts = [step.en, unit, closure_text(method, step.closure), step.law]
    yield " · ".join(cell(part) for part in facts if part) + "\n"
    yield f"<div>{mathml(equation(method, step.name))}</div>\n"
    first = step.ways[0]
    if len(step.ways) == 1 and first.when is None:
        yield f"`{first.expr.text}` · {rounding_text(first)}\n"
        return
    rows = (
        (
            way_label(way),
            f"`{way.when.text}`" if way.when else "",
            f"`{way.expr.text}`",
            rounding_text(way),
            "" if way.law == step.law else way.law,
        )
        for way in step.ways
    )
    yield from table(("路径", "条件", "公式原文", "修约", "条款"), rows)


def method_page(method: Method, cases: Iterable[Case], library: Library) -> Iterator[str]:
    """One method: in force, answers, inputs, constants, every step with its formula, and its cases."""
    yield f"# {method.zh}\n\n{method.en}\n"
    facts = [
        ("编号", f"`{method.id}`"),
        ("依据", f"{library.instruments.resolve(method.law).zh}（{method.law}）"),
        ("有效期", span(method.force, method.until)),
        ("边界", method.boundary),
        ("摘要", f"`{method.digest}`"),
    ]
    yield from table(("项目", "内容"), facts)
    yield f"全部符号、条件和取值见[公式手册]({method.id}-book.html)；PDF 和 Word：\n"
    yield f"```text\ntanheng methods {method.id} -o 公式手册.pdf\n```\n"
    yield "## 结果\n"
    answers = (
        (f"`{a.name}`", method.steps[a.name].zh, ANSWER.get(a.kind, a.kind)) for a in method.answers.values()
    )
    yield from table(("名称", "含义", "性质"), answers)
    yield "## 输入\n"
    rows = (
        (
            f"`{g.name}`",
            g.zh + ("（可缺）" if g.optional else ""),
            unit_text(g) if g.unit else KIND[g.kind],
            closure_text(method, g.closure),
            g.law,
        )
        for g in method.givens.values()
    )
    yield from table(("名称", "含义", "单位", "范围", "条款"), rows)
    if method.constants:
        yield "## 常数\n"
        constants = (constant_row(each, library.factors) for each in method.constants.values())
        yield from table(("名称", "含义", "单位", "值", "条款"), constants)
    yield "## 公式\n"
    for step in method.steps.values():
        yield from step_lines(method, step)
    if method.checks:
        yield "## 校验\n"
        yield from table(
            ("编号", "含义", "条件", "条款"), ((c.id, c.zh, f"`{c.that.text}`", c.law) for c in method.checks)
        )
    yield "## 算例\n\n答案由手工推导，随方法一起检验：`tanheng cases " + method.id + "`。\n"
    yield from table(("编号", "说明"), ((f"`{case.id}`", case.says) for case in cases))


def constant_row(constant: Constant, factors: FactorLibrary) -> tuple[str, ...]:
    """A constant with each dated value, or the rows of the factor library that it is read from."""
    values = [
        exact_text(d.value) + (f"（{span(d.since, d.until)}）" if d.since or d.until else "")
        for d in constant.dated
    ]
    if constant.family:
        for row in factors.rows(constant.family):
            if row.id == constant.factor:
                days = f"（{span(row.valid_from, row.valid_to)}）" if row.valid_from or row.valid_to else ""
                unit = "" if row.unit == constant.unit.text else f" {row.unit}"
                values.append(f"{row.value}{unit}{days}")
        values.append(f"因子库 {constant.family} `{constant.factor}`")
    return f"`{constant.name}`", constant.zh, constant.unit.label, "；".join(values), constant.law


def bound_text(check: Check) -> str:
    """The bounds of a check as they are written."""
    low, high = (f"`{each.text}`" if each is not None else "" for each in (check.low, check.high))
    return f"{low or '…'} 至 {high or '…'}" if low or high else ""


def rules_page(rules: Method, cases: Iterable[Case], library: Library) -> Iterator[str]:
    """One set of rules: what it adds to a method, its checks, its fill rules, and its cases."""
    yield f"# {rules.zh}\n\n{rules.en}\n"
    name = rules.id.partition("@")[0]
    yield f"`{name}`，依据 {library.instruments.resolve(rules.law).zh}（{rules.law}）。叠加在核算方法上使用。\n"
    constants = [constant_row(c, library.factors) for c in rules.constants.values() if c.name in rules.own]
    if constants:
        yield "## 界限与常数\n"
        yield from table(("名称", "含义", "单位", "值", "条款"), constants)
    checks = [c for c in rules.checks if c.id in rules.own]
    if checks:
        yield "## 核查\n"
        rows = (
            (c.id, c.zh, f"`{c.figure.text if c.figure else c.that.text}`", bound_text(c), c.law)
            for c in checks
        )
        yield from table(("编号", "含义", "数值或条件", "界限", "条款"), rows)
    if rules.fills:
        yield "## 替代值\n"
        fills = (
            (f"`{f.id}`", f.zh, rules.givens[f.of].zh, f"`{f.high.text}`", f"`{f.low.text}`", f.law)
            for f in rules.fills
        )
        yield from table(("编号", "含义", "替代的数据", "高侧", "低侧", "条款"), fills)
    steps = [s for s in rules.steps.values() if s.name in rules.own]
    if steps:
        yield "## 公式\n"
    for step in steps:
        yield from step_lines(rules, step)
    listed = [(f"`{case.id}`", case.says) for case in cases]
    if listed:
        yield "## 算例\n"
        yield from table(("编号", "说明"), listed)


def matrix_page(library: Library) -> list[str]:
    """How many steps of each method each back end computes, and why others not."""
    lines = [
        "# 方法与后端",
        "",
        "`exact` 用分数计算每一步，是记录在案的数。其他后端对每一步只有两种结论：与 `exact` 逐位相同，或者不做并写明原因；"
        "`sql`、`workbook` 不做的步骤由 `exact` 算好后放入。同一张表：`tanheng methods matrix`。",
        "",
    ]
    lines += [f"- `{name}`：{BACKEND[name]}" for name in backends()] + [""]
    found = matrix_of(library)
    counts = (
        (
            f"[{row.method.id}](../methods/{row.method.id}.md)",
            len(row.method.steps),
            *(
                f"{row.equal(name)}（{row.equal(name) * 100 // len(row.method.steps)} %）"
                for name in backends()
            ),
        )
        for row in found
    )
    lines += table(("方法", "步骤", *backends()), counts)
    refused: list[tuple[str, str, Refusal, Step]] = [
        (row.method.id, name, each, row.method.steps[each.step])
        for row in found
        for name in backends()
        for each in row.refusals(name)
    ]
    lines += ["## 不做的步骤", ""]
    told = ((method, end, f"{s.zh} `{s.name}`", each.text("zh")) for method, end, each, s in refused)
    lines += table(("方法", "后端", "步骤", "原因"), told)
    return lines
