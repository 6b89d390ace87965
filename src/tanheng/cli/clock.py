"""The command `clock`: which carbon report and which deposit is due when, and what lateness costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from tanheng.cli.face import Face
from tanheng.cli.frame import DONE, EVERYTHING, JSON, LIBRARY, PLANT, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tanheng.app.clock import Clocks, Due

STYLES = {"open": "yellow", "overdue": "bold red", "late": "red", "faulty": "bold red", "in time": "green"}


@command(
    "检测与存证期限 deadlines of tests and deposits",
    "列出每份元素碳检测报告和每月存证的 40 日期限，按紧迫程度排列；给出改取缺省碳的吨数和金额。",
    """
        tanheng clock plant.xlsx
        tanheng clock plant.xlsx --today 2026-11-21 --price 92.5
        tanheng clock plant.xlsx --all --json
    """,
)
@PLANT
@click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="计日的日期，缺省今天 by default today"
)
@click.option("--price", default="", metavar="CNY", help="碳价，元/tCO2 price of a tonne")
@LIBRARY
@EVERYTHING
@JSON
def clock(
    face: Face,
    plant: str,
    today: Any,
    price: str,
    folders: tuple[str, ...],
    everything: bool,
    as_json: bool,
) -> int:
    """List the 40-day limits of carbon reports and deposits, the most urgent first, with tonnes and money."""
    from datetime import date

    from tanheng.app.clock import clocks
    from tanheng.app.library import Library
    from tanheng.kernel.numbers import parse_number
    from tanheng.kernel.problems import Place, refuse

    day = today.date() if today else date.today()
    cost = parse_number(price, Place(key="--price")) if price else None
    if cost is not None and cost < 0:
        raise refuse("TH-A03", Place(key="--price"), seen=price, wanted="≥ 0")
    with face.busy("正在读取", "Reading"):
        found = clocks(plant, day, cost, Library.of(folders), face.csv)
    if as_json:
        face.json(found.to_json())
    else:
        face.show(*_pages(found, face.lang, everything))
    return DONE


def _pages(found: Clocks, lang: str, everything: bool) -> Iterator[RenderableType]:
    """Both tables; what came in time is only counted unless all is asked for."""
    from rich.text import Text

    zh = lang == "zh"
    yield Text(f"{'截至' if zh else 'As of'} {found.today}", style="bold")
    yield from _carbon(found, lang, everything)
    yield Text("")
    heads = (("月份", "month"), ("期限", "due"), ("存证日期", "deposited"), ("状态", "state"))
    yield Text(
        "月度存证（月末后 40 个自然日）" if zh else "Monthly deposit (40 days after the month)", style="bold"
    )
    yield from _table(
        found.deposit, heads, lambda d: (d.month, d.due, d.done or "—", _state(d, lang)), lang, everything
    )


def _carbon(found: Clocks, lang: str, everything: bool) -> Iterator[RenderableType]:
    from rich.text import Text

    from tanheng.kernel.numbers import grouped

    zh, priced = lang == "zh", bool(found.price)
    heads = (
        ("机组", "unit"),
        ("燃料", "fuel"),
        ("月份", "month"),
        ("采样截止", "sampled"),
        ("期限", "due"),
        ("状态", "state"),
        ("缺省碳 tCO2", "default, tCO2"),
        *([("元", "CNY")] if priced else []),
    )

    def cells(d: Due) -> tuple[str, ...]:
        tonnes = grouped(d.tonnes) if d.tonnes else "—"
        mark = " *" if d.compared == "latest valid month" else ""
        money = (grouped(d.yuan) if d.yuan else "—",) if priced else ()
        since = d.since + ("?" if d.assumed else "")
        return (d.unit, d.fuel, d.month, since, d.due, _state(d, lang), f"{tonnes}{mark}", *money)

    title = (
        "元素碳检测报告（采样截止后 40 个自然日）" if zh else "Carbon reports (40 days after the last sample)"
    )
    yield Text(title, style="bold")
    yield from _table(found.carbon, heads, cells, lang, everything, right=(6, 7))
    told = {
        "改取缺省碳比实测（或最近有效月*）多排的量": "what the default adds to measured carbon (* the latest valid month's)",
        **(
            {"? 未填采样日期，按月末计": "? no sampling day entered, counted from the end of the month"}
            if any(d.assumed for d in found.carbon)
            else {}
        ),
    }
    if found.carbon:
        yield Text("；".join(told) if zh else "; ".join(told.values()), style="dim")


def _table(
    found: Sequence[Due],
    heads: Sequence[tuple[str, str]],
    cells: Any,
    lang: str,
    everything: bool,
    right: Sequence[int] = (),
) -> Iterator[RenderableType]:
    from rich.text import Text

    from tanheng.cli.tables import grid

    shown = [d for d in found if everything or d.state != "in time"]
    if shown:
        table = grid(*heads, lang=lang, right=[n for n in right if n < len(heads)])
        for due in shown:
            table.add_row(*map(Text, cells(due)), style=STYLES[due.state])
        yield table
    rest = len(found) - len(shown)
    if rest:
        zh, en = (f"另有 {rest} 项按期完成（--all 列出）", f"{rest} more in time (--all lists them)")
        yield Text(zh if lang == "zh" else en, style="green")
    elif not shown:
        yield Text("没有到期事项" if lang == "zh" else "Nothing is due", style="dim")


def _state(due: Due, lang: str) -> str:
    """The state in words, with its days."""
    zh = lang == "zh"
    if due.state == "open":
        if due.days == 0:
            return "今日到期" if zh else "due today"
        return f"剩 {due.days} 天" if zh else f"{due.days} days left"
    said = {
        "overdue": (f"未登记，期限已过 {due.days} 天", f"nothing entered, {due.days} days late"),
        "late": (f"超期 {due.days} 天", f"{due.days} days late"),
        "faulty": (f"日期早于起算日 {-due.days} 天", f"dated {-due.days} days before the start"),
        "in time": (f"第 {due.days} 天，按期", f"day {due.days}, in time"),
    }[due.state]
    return said[0] if zh else said[1]
