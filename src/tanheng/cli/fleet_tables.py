"""Tables of many plants for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from tanheng.app.accounting import KEEPS
from tanheng.app.fleet import FleetAccount, FleetDifference, FleetSum
from tanheng.app.fleet_check import FleetCheck
from tanheng.app.fleet_source import Fleet, PlantYear
from tanheng.app.fleet_write import levels_text, why
from tanheng.app.library import Library
from tanheng.cli.differences import short, signed
from tanheng.cli.findings import findings
from tanheng.cli.lines import Paragraph
from tanheng.cli.tables import grid, said_boundary
from tanheng.kernel.numbers import exact_text, grouped
from tanheng.kernel.problems import Problem
from tanheng.kernel.units import parse_unit

MOST = 40
"""Lines of a table that are printed unless all are asked for."""
_MOST_TROUBLED = 8


def account_lines(
    done: FleetAccount, library: Library, lang: str, everything: bool
) -> Iterator[RenderableType]:
    """Every year with its total, the sums, and why some have none."""
    zh = lang == "zh"
    table = grid(
        ("代码", "id"), ("企业", "plant"), ("核算期", "period"), ("方法", "method"), ("排放量", "emissions"),
        ("单位", "unit"), ("状态", "state"), lang=lang, right=(4,),
    )  # fmt: skip
    totals = {row.year.key: row for row in done.totals}
    years = sorted(done.years, key=lambda year: year.key not in done.failed)
    for year in years if everything else years[:MOST]:
        row = totals.get(year.key)
        state = Text("完成" if zh else "done") if row else Text(why(done, year.key), style="bold red")
        figure = Text(grouped(row.shown)) if row else Text("无数值" if zh else "none", style="bold red")
        unit = parse_unit(row.unit).label if row else ""
        table.add_row(*map(Text, (year.id, year.title, year.period, year.method)), figure, Text(unit), state)
    yield table
    yield from _more(len(years), lang, everything)
    if done.rows and any(row.scope for row in done.rows):
        levels = levels_text(done, library, lang)
        yield Text(
            f"明细 {len(done.rows)} 行（{levels}），用 -o 写出"
            if zh
            else f"{len(done.rows)} rows of {levels}: -o",
            style="dim",
        )
    yield Text()
    yield from trouble_lines(done.problems, {y.key: y for y in done.years}, lang, everything)
    yield from _sums(done.sums(), ("合计", "sum"), lang)
    yield _complete(done, lang)


def _more(count: int, lang: str, everything: bool) -> Iterator[RenderableType]:
    if count > MOST and not everything:
        rest = count - MOST
        yield Text(
            f"…… 另有 {rest} 份，加 --all 全部列出" if lang == "zh" else f"… {rest} more: add --all",
            style="dim",
        )


def _sums(sums: Sequence[FleetSum], name: tuple[str, str], lang: str) -> Iterator[RenderableType]:
    if not sums:
        return
    table = grid(
        ("核算期", "period"), ("边界", "boundary"), ("份数", "years"), name, ("单位", "unit"),
        lang=lang, right=(2, 3),
    )  # fmt: skip
    for each in sums:
        table.add_row(
            Text(each.period), Text(said_boundary(each.boundary, lang)), str(each.years),
            Text(short(exact_text(each.value)) if name[1] == "sum" else signed(exact_text(each.value))),
            parse_unit(each.unit).label, style="bold",
        )  # fmt: skip
    yield table


def _complete(done: FleetAccount, lang: str) -> RenderableType:
    figures, whole = len(done.totals), done.of
    ways = "、".join(f"{way} {count}" for way, count in done.ways.items() if count)
    if figures == whole:
        return Text(
            f"{whole} 份全部得出数值（{ways}）" if lang == "zh" else f"all {whole} plant-years ({ways})",
            style="green",
        )
    text = (
        f"{whole} 份中 {figures} 份得出数值（{ways or '—'}）：合计不含其余 {whole - figures} 份，不是全部企业的排放量"
        if lang == "zh"
        else f"{figures} of {whole} plant-years have a figure ({ways or '—'}): the sums lack the other "
        f"{whole - figures} and are not those of all plants"
    )
    return Paragraph(text, style="bold red")


def trouble_lines(
    problems: Mapping[str, Sequence[Problem]], years: Mapping[str, PlantYear], lang: str, everything: bool
) -> Iterator[RenderableType]:
    """The problems of each year or file under its name."""
    listed = [
        (key, found)
        for key, found in problems.items()
        if any(everything or p.severity in KEEPS for p in found)
    ]
    for key, found in listed if everything else listed[:_MOST_TROUBLED]:
        year = years.get(key)
        yield Text(f"{year.title} {year.period} · {year.file}" if year else key, style="bold underline")
        yield from findings(found, lang, everything)
        yield Text()
    rest = len(listed) - _MOST_TROUBLED
    if rest > 0 and not everything:
        zh, en = f"…… 另有 {rest} 份有问题，加 --all 全部列出", f"… problems of {rest} more: add --all"
        yield Text(zh if lang == "zh" else en, style="dim")


def diff_lines(
    found: FleetDifference, before: FleetAccount, after: FleetAccount, lang: str, everything: bool
) -> Iterator[RenderableType]:
    """Every year that moves, the sum, and what could not be compared."""
    zh = lang == "zh"
    if found.changes:
        table = grid(
            ("代码", "id"), ("企业", "plant"), ("核算期", "period"), ("变化前", "before"), ("变化后", "after"),
            ("变化", "change"), ("单位", "unit"), lang=lang, right=(3, 4, 5),
        )  # fmt: skip
        for each in found.changes if everything else found.changes[:MOST]:
            year = each.year
            figures = (short(each.before), short(each.after), signed(each.change))
            cells = (year.id, year.title, year.period, *figures, parse_unit(each.unit).label)
            table.add_row(*map(Text, cells))
        yield table
        yield from _more(len(found.changes), lang, everything)
        yield from _sums(found.sums(), ("变化合计", "change"), lang)
    moved = len(found.changes)
    yield Text(
        f"{moved} 份变化，{found.same} 份不变" if zh else f"{moved} plant-years move, {found.same} do not",
        style="bold",
    )
    missing = sorted({*before.failed, *after.failed, *found.apart})
    if missing:
        yield Paragraph(
            f"{len(missing)} 份无法比较，不在变化合计中：" if zh else f"{len(missing)} cannot be compared:",
            style="bold red",
        )
        years = {y.key: y for y in (*before.years, *after.years)}
        told = {
            key: tuple(dict.fromkeys((*before.problems.get(key, ()), *after.problems.get(key, ()))))
            for key in missing
        }
        yield from trouble_lines(told, years, lang, everything)


def diff_json(found: FleetDifference, before: FleetAccount, after: FleetAccount, lang: str) -> dict[str, Any]:
    """The same for programs."""
    missing = sorted({*before.failed, *after.failed, *found.apart})
    return {
        "ok": not missing,
        "changes": [
            {
                "plant": c.year.id, "title": c.year.title, "period": c.year.period,
                "boundary": c.year.boundary,
                "before": c.before, "after": c.after, "change": c.change, "unit": c.unit,
            }
            for c in found.changes
        ],
        "same": found.same,
        "sums": [
            {"period": s.period, "boundary": s.boundary, "change": exact_text(s.value), "unit": s.unit,
             "years": s.years}
            for s in found.sums()
        ],
        "not_compared": missing,
        "problems": {
            key: [p.to_json(lang) for side in (before, after) for p in side.problems.get(key, ())]
            for key in missing
        },
    }  # fmt: skip


def check_lines(
    found: FleetCheck, fleet: Fleet, seed: int, lang: str, everything: bool
) -> Iterator[RenderableType]:
    """What was compared, and every cell that differs."""
    zh = lang == "zh"
    table = grid(
        ("企业", "plant"), ("核算期", "period"), ("比较的格数", "cells"), ("不一致", "unequal"),
        lang=lang, right=(2, 3),
    )  # fmt: skip
    for key, count in found.cells.items():
        wrong = sum(1 for each in found.unequal if each.key == key)
        year = fleet.years[key]
        table.add_row(Text(year.title), Text(year.period), str(count), str(wrong))
    for key in found.only_exact:
        year = fleet.years[key]
        table.add_row(Text(year.title), Text(year.period), "只由 exact 核算" if zh else "exact alone", "—")
    yield table
    for each in found.unequal if everything else found.unequal[:MOST]:
        yield Paragraph(
            f"{each.key} {each.step}[{', '.join(each.row)}]  exact {each.exact}  sql {each.sql}",
            2,
            2,
            "bold red",
        )
    yield from trouble_lines({**fleet.problems, **found.problems}, fleet.years, lang, everything)
    cells, wrong = sum(found.cells.values()), len(found.unequal)
    yield Text(
        f"{len(found.cells)} 份、{cells} 格：{'全部一致' if not wrong else f'{wrong} 格不一致'}（--seed {seed}）"
        if zh
        else f"{len(found.cells)} plant-years, {cells} cells: {wrong or 'none'} unequal (--seed {seed})",
        style="bold red" if wrong else "green",
    )


def check_json(found: FleetCheck, fleet: Fleet, seed: int, lang: str) -> dict[str, Any]:
    """The same for programs."""
    problems = {**fleet.problems, **found.problems}
    return {
        "ok": not (found.unequal or found.problems or fleet.refused),
        "seed": seed,
        "cells": found.cells,
        "only_exact": list(found.only_exact),
        "unequal": [
            {"year": u.key, "step": u.step, "row": list(u.row), "sql": u.sql, "exact": u.exact}
            for u in found.unequal
        ],
        "problems": {key: [p.to_json(lang) for p in each] for key, each in problems.items()},
    }
