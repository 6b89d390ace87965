"""The uncertainty of the answers, for the terminal: a line each, and what adds most to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rich.console import RenderableType
from rich.text import Text

from tanheng.cli.lines import Paragraph
from tanheng.cli.tables import grid
from tanheng.inventory.uncertainty import COVERAGE, SHOWN, Contribution, Uncertainty
from tanheng.kernel.numbers import grouped
from tanheng.kernel.rounding import Rounding
from tanheng.kernel.units import parse_unit

TOP = 5
_SHARE = Rounding("half_up", 1)


def uncertain(found: Sequence[Uncertainty], lang: str, everything: bool) -> Iterator[RenderableType]:
    """Each answer with its half-width and the inputs that add most; what nobody stated is named."""
    yield Text()
    for one in found:
        yield Text(headline(one, lang), style="bold")
        table = grid(
            ("来源", "source"),
            ("范围", "scope"),
            ("输入 ±%", "input ±%"),
            ("结果 ±%", "answer ±%"),
            ("占比 %", "share %"),
            ("依据", "grounds"),
            lang=lang,
            right=(2, 3, 4),
        )
        shown = one.contributions if everything else one.contributions[:TOP]
        for each in shown:
            table.add_row(*map(Text, _row(each, lang)))
        yield table
        yield from _notes(one, len(one.contributions) - len(shown), lang)


def headline(one: Uncertainty, lang: str) -> str:
    """One line: E = 5,803,699 tCO₂ ± 5.0 % (95 %, k = 2), ±290,000 tCO₂."""
    place = " · ".join(member for _, member in one.row)
    name = f"{one.answer}（{place}）" if place else one.answer
    value = (
        grouped(Rounding("half_up", 0).show(one.value)) if abs(one.value) >= 100 else SHOWN.show(one.value)
    )
    unit, width = parse_unit(one.unit).label, grouped(SHOWN.show(one.absolute))
    head = f"{name} = {value} {unit} ± {one.percent} %"
    both = f"95 %, k = {COVERAGE}"
    return f"{head}（{both}），即 ±{width} {unit}" if lang == "zh" else f"{head} ({both}), ±{width} {unit}"


def percent(value: Fraction) -> str:
    """A part as percent, to two significant digits; the smallest as such."""
    return "<0.001" if 0 < value * 100 < Fraction(1, 1000) else SHOWN.show(value * 100)


def _row(each: Contribution, lang: str) -> list[str]:
    place = " · ".join(member for _, member in each.members)
    share = "<0.1" if each.share * 100 < Fraction(1, 20) else _SHARE.show(each.share * 100)
    mark = {"zh": "（未确认）", "en": " (unconfirmed)"}[lang] if each.certainty != "sure" else ""
    label = each.zh if lang == "zh" else each.en
    return [label, place, percent(each.relative), percent(each.effect), share, each.source + mark]


def _notes(one: Uncertainty, more: int, lang: str) -> Iterator[RenderableType]:
    if more:
        yield Text(
            f"另有 {more} 项，加 --all 列出" if lang == "zh" else f"{more} more: add --all", style="dim"
        )
    if one.unstated:
        listed = [
            f"{u.zh if lang == 'zh' else u.en} {u.name}"
            + (
                f"（每 1 % 影响 {percent(u.effect / 100)} %）"
                if lang == "zh"
                else f" (1 % moves {percent(u.effect / 100)} %)"
            )
            for u in one.unstated
        ]
        zh, en = "未给出不确定度、未计入：", "Not stated and left out: "
        yield Paragraph((zh + "；".join(listed)) if lang == "zh" else en + "; ".join(listed), 0, 2)
    if not one.is_linear:
        zh, en = (
            "超过 30 %，一阶传播偏小，应改用蒙特卡罗法。",
            "Above 30 % the first order says too little: use Monte Carlo.",
        )
        yield Text(zh if lang == "zh" else en, style="bold red")
    zh, en = (
        "同一计量器具（同一因子）的误差按完全相关、绝对值相加，其余按相互独立；方法规定的常数视为无误差。",
        "Errors of one meter or factor add up by size, others as squares; constants of the method have none.",
    )
    yield Paragraph(zh if lang == "zh" else en, 0, 2)
