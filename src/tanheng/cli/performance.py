"""The command that shows performance parameters in three levels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tanheng.cli.face import Face
from tanheng.cli.frame import DONE, FORCE, JSON, LIBRARY, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tanheng.app.performing import Performance
    from tanheng.inventory.performance import Parameter

_LEVELS = {1: ("一级", "level 1"), 2: ("二级", "level 2"), 3: ("三级", "level 3")}


@command(
    "三级碳绩效参数 performance parameters",
    "计算碳排放管理绩效参数（一级总量与强度、二级生产、三级设备），并与上年、基准年和目标比较。",
    """
        tanheng performance plant-2025.xlsx --last plant-2024.xlsx --base plant-2023.xlsx
        tanheng performance 2025 --last 2024 --base 2023 --in 数据 --targets 目标.toml -o 绩效.xlsx
    """,
)
@click.argument("plant", type=click.Path())
@click.option(
    "--last", default=None, type=click.Path(), help="上年的文件或年份 last year's file, or its year"
)
@click.option("--base", default=None, type=click.Path(), help="基准年的文件或年份 the baseline year's")
@click.option("--targets", default=None, type=click.Path(), help="目标（TOML） targets")
@click.option(
    "--in", "folder", default=".", type=click.Path(), help="只写年份时找文件的文件夹 where years are"
)
@click.option(
    "-o", "--output", default=None, type=click.Path(), help="写成 .xlsx .pdf .docx write a document"
)
@FORCE
@LIBRARY
@JSON
def performance(
    face: Face,
    plant: str,
    last: str | None,
    base: str | None,
    targets: str | None,
    folder: str,
    output: str | None,
    force: bool,
    folders: tuple[str, ...],
    as_json: bool,
) -> int:
    """Compute performance parameters in three levels beside last year, the baseline year and targets."""
    from tanheng.app.library import Library
    from tanheng.app.performing import performance_of, write_performance

    with face.busy("正在核算各年", "Accounting the years"):
        found = performance_of(plant, last, base, targets, Library.of(folders), folder)
    if as_json:
        years = {role: done.inputs.period for role, done in found.others.items()}
        period = found.this.inputs.period
        listed = [p.to_json() for p in found.parameters]
        face.json({"ok": True, "period": period, "years": years, "parameters": listed})
    else:
        face.show(*_tables(found, face.lang))
    if output:
        with face.busy("正在排印", "Printing"):
            path = write_performance(found, output, force)
        face.done(f"已写出 {path.name}", f"Wrote {path.name}", err=as_json)
    return DONE


def _tables(found: Performance, lang: str) -> Iterator[RenderableType]:
    from rich.text import Text

    from tanheng.cli.tables import grid

    zh = lang == "zh"
    roles = list(found.others)
    heads = [("参数", "parameter"), ("范围", "of"), ("单位", "unit"), (found.this.inputs.period,) * 2]
    for role in roles:
        heads += [(found.others[role].inputs.period,) * 2, ("变化 %", "change %")]
    aimed = any(p.target for p in found.parameters)
    if aimed:
        heads += [("目标", "target"), ("完成", "met")]
    figures = range(3, 4 + 2 * len(roles) + (1 if aimed else 0))
    table = grid(*heads, lang=lang, right=figures)
    level = 0
    for p in found.parameters:
        if p.level != level:
            level = p.level
            table.add_row(Text(_LEVELS[level][not zh], style="cyan"))
        cells: list[Text | str] = [p.zh if zh else p.en, _place(p, zh), p.unit, _figure(p.shown)]
        for role in roles:
            other = p.against.get(role)
            tone = {True: "green", False: "red", None: "dim"}[other.improved if other else None]
            cells += [
                _figure(other.shown if other else ""),
                Text(_signed(other.change if other else ""), style=tone),
            ]
        if p.target is not None:
            met = ("完成", "yes") if p.target.met else ("未完成", "no")
            cells += [_figure(p.target.shown), Text(met[not zh], style="green" if p.target.met else "red")]
        table.add_row(*cells)
    yield table


def _place(p: Parameter, zh: bool) -> str:
    return "、".join(m for _, m in p.scope) or ("全厂" if zh else "plant")


def _figure(shown: str) -> str:
    from tanheng.kernel.numbers import grouped

    return grouped(shown) if shown else "—"


def _signed(change: str) -> str:
    if not change:
        return "—"
    return _figure(change) if change.startswith("-") or not change.strip("0.") else f"+{_figure(change)}"
