"""The uncertainty of the year's emissions: the half-width, what adds most to it, and what nobody stated."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tanheng.inventory.uncertainty import COVERAGE, SHOWN, Contribution, Uncertainty
from tanheng.kernel.numbers import grouped
from tanheng.kernel.rounding import Rounding
from tanheng.statement.figures import Figures
from tanheng.statement.model import NONE, Cell, Column, Paragraph, Section, Table, TableRow
from tanheng.statement.power_notes import place_text
from tanheng.statement.text import rich, words

TOP = 10
_SHARE = Rounding("half_up", 1)
_SMALL = Fraction(1, 2000)
_ASSUMED = (
    "同一计量器具各日各月的误差、同一因子的误差按完全相关处理，以绝对值相加；不同来源相互独立，以平方和开方（一阶传播，灵敏系数为公式的精确导数）。"
    "方法规定的常数视为无误差；不含遗漏的排放源和差错。"
)


def uncertainty_section(figures: Figures, found: Sequence[Uncertainty]) -> Section | None:
    """The section on uncertainty; None where none was asked for."""
    blocks: list[Table | Paragraph] = []
    for one in found:
        blocks.append(Paragraph(rich(_headline(figures, one)), "body"))
        blocks.append(_table(figures, one))
        if one.unstated:
            listed = "；".join(
                f"{u.zh}（变动 1 % 时排放量变动 {_percent(u.effect / 100)} %）" for u in one.unstated
            )
            blocks.append(Paragraph(words(f"未给出不确定度、未计入的输入：{listed}。"), "note"))
        if not one.is_linear:
            blocks.append(Paragraph(words("半宽超过 30 %，一阶传播偏小，应改用蒙特卡罗法。"), "caution"))
    if not blocks:
        return None
    blocks.append(Paragraph(words(_ASSUMED), "note"))
    return Section(words("不确定度"), tuple(blocks), fresh=True)


def _headline(figures: Figures, one: Uncertainty) -> str:
    line = figures.result.line(one.answer, **dict(one.row))
    name = line.zh if line is not None else one.answer
    shown = grouped(line.shown) if line is not None else SHOWN.show(one.value)
    width = grouped(SHOWN.show(one.absolute))
    unit = one.unit
    return (
        f"{name} {shown} {unit}，95 % 区间的半宽为 ±{one.percent} %（k = {COVERAGE}），即 ±{width} {unit}。"
    )


def _table(figures: Figures, one: Uncertainty) -> Table:
    columns = (
        Column(words("来源"), width=2.6),
        Column(words("机组、燃料"), width=1.2),
        Column(words("输入半宽"), words("%"), figures=True, width=0.8),
        Column(words("结果半宽"), words("%"), figures=True, width=0.8),
        Column(words("方差占比"), words("%"), figures=True, width=0.8),
        Column(words("依据"), width=2.2),
    )
    shown, rest = one.contributions[:TOP], one.contributions[TOP:]
    rows = [_row(figures, each) for each in shown]
    share = _share(sum((c.share for c in rest), Fraction(0)))
    said = f"另有 {len(rest)} 项，方差占比合计 {share} %。" if rest else ""
    place = place_text(figures, one.row)
    title = f"{one.answer} 的不确定度来源{f' · {place}' if place else ''}"
    id = "-".join(("uncertainty", one.answer, *(m for _, m in one.row)))
    return Table(id, rich(title), columns, tuple(rows), notes=(words(said),) if said else (), small=True)


def _row(figures: Figures, each: Contribution) -> TableRow:
    place = place_text(figures, tuple(sorted(each.members)))
    source = each.source + ("（未确认）" if each.certainty != "sure" else "")
    return TableRow(
        (
            Cell(words(each.zh)),
            Cell(words(place)) if place else Cell(words(figures.mark(NONE)), NONE),
            *(
                Cell(words(text)) if text.startswith("<") else figures.number(text)
                for text in (_percent(each.relative), _percent(each.effect), _share(each.share))
            ),
            Cell(words(source)),
        )
    )


def _percent(value: Fraction) -> str:
    return "<0.001" if 0 < value * 100 < Fraction(1, 1000) else SHOWN.show(value * 100)


def _share(value: Fraction) -> str:
    return "<0.1" if value < _SMALL else _SHARE.show(value * 100)
