"""What the notes in the heads of columns say: clause, formula, ways, rounding, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping

from tanheng.engine.workbook.matrix import Refusal, Verdict
from tanheng.engine.workbook.plan import GIVEN, HELPER, STEP, WAY, Column
from tanheng.facts.datum import Datum
from tanheng.formula.model import Given, Method, Step, Way

_KINDS = {"number": "数值", "word": "文字", "date": "日期", "truth": "是/否"}


def head_note(method: Method, column: Column, verdicts: Mapping[str, Verdict]) -> str:
    """The note of a column's head."""
    item = column.item
    if column.role == HELPER:
        return f"辅助列，供汇总公式引用。\n{column.note}"
    if column.role == GIVEN and isinstance(item, Given):
        return _given(method, item)
    if column.role == WAY and isinstance(item, Step):
        return "\n".join(["依次尝试，取第一条条件成立且有值的路径：", *_ways(method, item)])
    if column.role == STEP and isinstance(item, Step):
        return _step(method, item, verdicts.get(item.name, "equal"))
    return ""


def _given(method: Method, given: Given) -> str:
    lines = [f"{given.name}　{given.zh}", f"依据 {given.law or method.law}"]
    kind = _KINDS[given.kind] + (f"，{given.unit.text}" if given.unit is not None else "")
    lines.append(f"{kind}，{'可缺' if given.optional else '必填'}")
    if given.one_of:
        lines.append("可选：" + "、".join(given.one_of))
    if given.low is not None or given.high is not None:
        low, high = ("" if end is None else str(end) for end in (given.low, given.high))
        lines.append(f"范围 {low} … {high}")
    return "\n".join([*lines, *([given.says] if given.says else [])])


def _step(method: Method, step: Step, verdict: Verdict) -> str:
    lines = [f"{step.name}　{step.zh}", f"依据 {step.law or method.law}"]
    if isinstance(verdict, Refusal):
        lines.append(f"未写成公式，单元格为精确结果的常量：{verdict.zh}")
    lines += _ways(method, step)
    if step.follow:
        lines.append(f"路径随 {step.follow}")
    return "\n".join([*lines, *([step.says] if step.says else [])])


def _ways(method: Method, step: Step) -> list[str]:
    return [_way(step, number, way) for number, way in enumerate(step.ways, 1)]


def _way(step: Step, number: int, way: Way) -> str:
    head = f"{number} {way.zh or way.name}：" if way.name else ""
    text = f"{head}{step.name} = {way.expr.text}"
    if way.when is not None:
        text += f"　当 {way.when.text}"
    if way.rounding is not None:
        text += f"　{way.rounding.label()}"
    if way.default:
        text += "　（缺省）"
    return text + (f"　{way.law}" if way.law else "")


def stand_in_note(datum: Datum) -> str:
    """The note of an input cell whose value stands in for a missing one."""
    return "\n".join(filter(None, ("替代值", datum.reason, datum.rule, datum.person)))


def check_note(exact: str) -> str:
    """The note of a cell whose exact value lies next to a tie."""
    return (
        f"修约前的精确值 {exact} 恰在或紧邻进位点（1e-9 以内）。电子表格按二进制浮点计算，"
        "末位可能与碳衡的精确结果相差一个单位；以碳衡结果为准。"
    )
