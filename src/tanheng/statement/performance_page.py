"""Carbon performance parameters as a document: three levels, each beside last year, baseline and target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tanheng.formula.model import Method
from tanheng.inventory.performance import BASE, LAST, Parameter
from tanheng.kernel.canonical import canonical_json, digest
from tanheng.kernel.numbers import grouped, parse_exact
from tanheng.kernel.rounding import Rounding
from tanheng.kernel.units import parse_unit
from tanheng.statement.model import (
    NONE,
    NUMBER,
    Cell,
    Column,
    Figure,
    Paragraph,
    Section,
    Statement,
    Table,
    TableRow,
)
from tanheng.statement.text import rich, words

LEVELS = {
    1: ("一级碳绩效参数", "衡量企业整体碳排放总量和强度目标的完成情况"),
    2: ("二级碳绩效参数", "与碳排放强度和配额分配直接相关的生产参数"),
    3: ("三级碳绩效参数", "主要碳排放设施设备的参数"),
}
_ROLES = {LAST: "上年", BASE: "基准年"}
_GAP = Rounding("half_up", 4)
_READ = (
    "变化率 =（本年 ÷ 比较年 − 1）× 100 %，保留两位小数；“改善”“变差”按各参数越低越好或越高越好判断，"
    "没有优劣之分的参数只列变化率。全厂强度按各机组供热比分摊后相加，不是各机组强度的平均。"
)
_METHODS = "比较的年份采用不同方法核算，口径（电力排放、缺省值、碳氧化率）有变；变化中属于方法的部分见 tanheng diff。"

Year = tuple[str, str, Method, str]
"""Role, period, method and file of a year that is compared with."""


def performance_statement(
    found: Sequence[Parameter], entity: str, period: str, method: Method, file: str, years: Sequence[Year]
) -> Statement:
    """Build the page.

    Args:
        entity: Name of the plant; `period`, `method` and `file` are those of the year itself.
    """
    cover = [
        (words("单位"), Cell(words(entity))),
        (words("年度"), Cell(words(f"{period}（{method.id}，{file}）"))),
    ]
    for role, other, by, name in years:
        cover.append((words(_ROLES[role]), Cell(words(f"{other}（{by.id}，{name}）"))))
    sections = []
    for number, (level, (title, says)) in enumerate(LEVELS.items()):
        rows = [p for p in found if p.level == level]
        table = Table(
            f"level{level}", words(f"表 {level} {says}"), _columns(years), tuple(_rows(rows, years))
        )
        blocks: list[Any] = [table]
        if level == len(LEVELS):
            blocks.append(Paragraph(words(_READ), "note"))
            if any(by.id != method.id for _, _, by, _ in years):
                blocks.append(Paragraph(words(_METHODS), "caution"))
        sections.append(Section(words(f"{'一二三'[number]}、{title}"), tuple(blocks), wide=True))
    data = canonical_json([p.to_json() for p in found])
    return Statement(
        "performance",
        words("碳排放管理绩效参数"),
        words(f"{period} 年度"),
        f"{entity} · {period} 年度 · 碳排放管理绩效参数",
        f"参数 SHA-256 {digest(data)}",
        tuple(cover),
        tuple(_headline(found)),
        tuple(sections),
    )


def _headline(found: Sequence[Parameter]) -> Iterator[Figure]:
    for parameter in found:
        if parameter.level == 1 and not parameter.scope and parameter.shown:
            yield Figure(words(parameter.zh), _value(parameter, unit=True))


def _columns(years: Sequence[Year]) -> tuple[Column, ...]:
    columns = [
        Column(words("参数"), width=2.6),
        Column(words("范围"), width=0.8),
        Column(words("单位"), width=1.0),
        Column(words("本年"), figures=True, width=1.4),
    ]
    for role, period, _, _ in years:
        columns += [
            Column(words(f"{_ROLES[role]} {period}"), figures=True, width=1.4),
            Column(words("变化率"), words("%"), True, 1.0),
        ]
    targets = [Column(words(head), figures=True, width=1.1) for head in ("目标", "差距")]
    return (*columns, *targets, Column(words("完成情况"), figures=True, width=1.2))


def _rows(found: Sequence[Parameter], years: Sequence[Year]) -> Iterator[TableRow]:
    for parameter in found:
        place = "、".join(m for _, m in parameter.scope)
        cells = [
            Cell(words(parameter.zh)),
            Cell(words(f"{place}号机组" if place else "全厂")),
            Cell(rich(parse_unit(parameter.unit).label) if parameter.unit != "1" else words("—")),
            _value(parameter),
        ]
        for role, *_ in years:
            other = parameter.against.get(role)
            cells.append(
                Cell(words(grouped(other.shown)), NUMBER, other.shown) if other else Cell(words("—"), NONE)
            )
            cells.append(_changed(other.change, other.improved) if other else Cell(words("—"), NONE))
        yield TableRow((*cells, *_reached(parameter)))


def _value(parameter: Parameter, unit: bool = False) -> Cell:
    if not parameter.shown:
        return Cell(words("—"), NONE)
    label = parse_unit(parameter.unit).label if unit else ""
    return Cell(words(grouped(parameter.shown)), NUMBER, parameter.shown, label)


def _changed(change: str, improved: bool | None) -> Cell:
    if not change:
        return Cell(words("—"), NONE)
    mark = {True: " 改善", False: " 变差", None: ""}[improved]
    sign = "" if change.startswith("-") or not change.strip("0.") else "+"
    return Cell(words(f"{sign}{grouped(change)}{mark}"))


def _reached(parameter: Parameter) -> tuple[Cell, Cell, Cell]:
    target = parameter.target
    if target is None:
        return Cell(words("—"), NONE), Cell(words("—"), NONE), Cell(words("未设目标"), NONE)
    gap = _GAP.show(parse_exact(target.gap)) if target.gap else ""
    said = "完成" if target.met else "未完成"
    return (
        Cell(words(grouped(target.shown)), NUMBER, target.shown),
        Cell(words(grouped(gap)), NUMBER, gap) if gap else Cell(words("—"), NONE),
        Cell(words(f"{said}（{target.document}）" if target.document else said)),
    )
