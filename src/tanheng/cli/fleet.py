"""Commands about many plants at once: account, gather, compare libraries, check both back ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tanheng.cli.face import Face
from tanheng.cli.frame import BROKEN, DONE, EVERYTHING, FORCE, JSON, LIBRARY, REFUSED, command, group

if TYPE_CHECKING:
    from tanheng.app.fleet_source import Fleet

FLEET = group(
    "fleet",
    "多厂核算 many plants at once",
    "一次核算多家工厂：读一个文件夹里的全部数据文件，或一个 Parquet 文件。",
    "Many plants at once: every plant file of a folder, or one Parquet file.",
    """
        tanheng fleet account 数据/ -o 汇总.xlsx
        tanheng fleet gather 数据/ -o fleet.parquet
        tanheng fleet account fleet.parquet --by unit,month -o 明细.csv
        tanheng fleet diff fleet.parquet --against 自有库/
        tanheng fleet check fleet.parquet --sample 10
    """,
)
_SOURCE = click.argument("source", type=click.Path())


@contextmanager
def _progress(face: Face, zh: str, en: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on the error stream of a terminal; nothing anywhere else. Being told to end leaves no folder."""
    from tanheng.app.fleet_work import ended_cleanly

    with ended_cleanly():
        if not sys.stderr.isatty():
            yield lambda done, whole, name: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TextColumn("{task.fields[name]}", markup=False),
        )  # fmt: skip
        console = Console(stderr=True, no_color=not face.colour)
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(face.say(zh, en), total=None, name="")
            yield lambda done, whole, name: bar.update(task, completed=done, total=whole, name=name[:40])


@contextmanager
def _gathered(face: Face, source: str, folders: tuple[str, ...]) -> Iterator[Fleet]:
    from tanheng.app.fleet_source import gather
    from tanheng.app.library import Library

    library = Library.of(folders)
    with _progress(face, "正在读取", "Reading") as progress:
        fleet = gather(source, library, progress)
    with fleet:
        yield fleet


@command(
    "核算多厂 account many plants",
    "核算每家工厂的每一年，并按年度、边界合计。没有得出数值的列出原因，不计入合计，退出码为 2。",
    """
        tanheng fleet account 数据/
        tanheng fleet account fleet.parquet --by unit,month -o 汇总.xlsx
        tanheng fleet account fleet.parquet --step E_fuel -o 分燃料.csv
        tanheng fleet account 数据/ --json
    """,
    under=FLEET,
)
@_SOURCE
@click.option("--by", default=None, metavar="SCOPES", help="明细的层级 level of the details: unit,month")
@click.option("--step", default="", metavar="NAME", help="明细列这个数 list this number instead")
@click.option("-o", "--output", "target", default="", type=click.Path(), help=".xlsx .csv .parquet")
@LIBRARY
@FORCE
@EVERYTHING
@JSON
def account(
    face: Face,
    source: str,
    by: str | None,
    step: str,
    target: str,
    folders: tuple[str, ...],
    force: bool,
    everything: bool,
    as_json: bool,
) -> int:
    """Account every plant's year and add up by period and boundary; what has no figure is not added."""
    from tanheng.app.fleet import account_fleet
    from tanheng.app.fleet_write import target_of, write_fleet
    from tanheng.app.library import Library
    from tanheng.cli.fleet_tables import account_lines

    scopes = None if by is None else tuple(s.strip() for s in by.split(",") if s.strip())
    library = Library.of(folders)
    path = target_of(target, force, source) if target else None
    with _gathered(face, source, folders) as fleet, _progress(face, "正在核算", "Accounting") as progress:
        done = account_fleet(fleet, scopes, library, step, progress)
    if as_json:
        face.json(done.to_json(face.lang))
    else:
        face.show(*account_lines(done, library, face.lang, everything))
    if path is not None:
        with face.busy("正在写出", "Writing"):
            made = write_fleet(done, path, source, library)
        face.done(f"已写出 {made.name}", f"Wrote {made.name}", err=as_json)
    return REFUSED if done.failed else DONE


@command(
    "汇成一个文件 gather into one file",
    "把一个文件夹里的数据汇成一个 Parquet 文件。不能读入的文件列出原因，退出码为 2。",
    """
        tanheng fleet gather 数据/ -o fleet.parquet
    """,
    under=FLEET,
    name="gather",
)
@_SOURCE
@click.option("-o", "--output", "target", required=True, type=click.Path(), metavar="FILE", help=".parquet")
@LIBRARY
@FORCE
@EVERYTHING
@JSON
def gather_(
    face: Face,
    source: str,
    target: str,
    folders: tuple[str, ...],
    force: bool,
    everything: bool,
    as_json: bool,
) -> int:
    """Gather the data of a folder into one Parquet file; files that cannot be read are named."""
    from tanheng.app.fleet_write import target_of, write_gathered
    from tanheng.cli.fleet_tables import trouble_lines

    path = target_of(target, force, source, (".parquet",))
    with _gathered(face, source, folders) as fleet:
        refused = fleet.refused
        if as_json:
            face.json(
                {
                    "ok": not refused,
                    "years": len(fleet),
                    "problems": {
                        f: [p.to_json(face.lang) for p in each] for f, each in fleet.problems.items()
                    },
                }
            )
        else:
            face.show(*trouble_lines(fleet.problems, {}, face.lang, everything))
        if not fleet:
            return REFUSED
        with _progress(face, "正在写出", "Writing"):
            write_gathered(fleet, path)
        years, whole = len(fleet), len(fleet) + len(refused)
        face.done(
            f"已写出 {path.name}：{whole} 份中的 {years} 份",
            f"Wrote {path.name}: {years} of {whole} plant-years",
            err=as_json,
        )
    return REFUSED if refused else DONE


@command(
    "因子变化的影响 what a library moves",
    "同一批数据用两套库核算，列出总量变化的工厂。缺省与随软件的库比较；--library 给出变化前的自有库。",
    """
        tanheng fleet diff fleet.parquet --against 自有库/
        tanheng fleet diff fleet.parquet --library 旧库/ --against 新库/
    """,
    under=FLEET,
)
@_SOURCE
@click.option(
    "--against", multiple=True, required=True, type=click.Path(), metavar="DIR", help="变化后的库 the other"
)
@LIBRARY
@EVERYTHING
@JSON
def diff(
    face: Face,
    source: str,
    against: tuple[str, ...],
    folders: tuple[str, ...],
    everything: bool,
    as_json: bool,
) -> int:
    """Account the same data under two libraries and list the plants whose totals move."""
    from tanheng.app.fleet import account_fleet, diff_fleet
    from tanheng.app.library import Library
    from tanheng.cli.fleet_tables import diff_json, diff_lines

    libraries = Library.of(folders), Library.of(against)
    with _gathered(face, source, folders) as fleet:
        sides = []
        for library in libraries:
            with _progress(face, "正在核算", "Accounting") as progress:
                sides.append(account_fleet(fleet, (), library, progress=progress))
    found = diff_fleet(*sides)
    failed = sorted({*sides[0].failed, *sides[1].failed})
    if as_json:
        face.json(diff_json(found, *sides, face.lang))
    else:
        face.show(*diff_lines(found, *sides, face.lang, everything))
    return REFUSED if failed or found.apart else DONE


@command(
    "抽样用两个后端各算一遍 by both back ends",
    "随机抽取若干份，用 exact 和 sql 各算一遍，逐步、逐行比较。不一致时退出码为 1。",
    """
        tanheng fleet check fleet.parquet --sample 10
        tanheng fleet check 数据/ --sample 5 --seed 7
    """,
    under=FLEET,
    name="check",
)
@_SOURCE
@click.option("--sample", default=5, show_default=True, type=click.IntRange(1), help="抽取份数 how many")
@click.option("--seed", default=None, type=int, help="重复同一次抽样 repeat a draw")
@LIBRARY
@EVERYTHING
@JSON
def check_(
    face: Face,
    source: str,
    sample: int,
    seed: int | None,
    folders: tuple[str, ...],
    everything: bool,
    as_json: bool,
) -> int:
    """Compute some plants' years, drawn at random, by both back ends and compare every step and row."""
    import random

    from tanheng.app.fleet_check import check_fleet
    from tanheng.app.library import Library
    from tanheng.cli.fleet_tables import check_json, check_lines

    drawn = random.SystemRandom().randrange(10**6) if seed is None else seed
    with _gathered(face, source, folders) as fleet:
        with _progress(face, "正在比较", "Comparing") as progress:
            found = check_fleet(fleet, sample, Library.of(folders), drawn, progress)
        if as_json:
            face.json(check_json(found, fleet, drawn, face.lang))
        else:
            face.show(*check_lines(found, fleet, drawn, face.lang, everything))
        refused = bool(found.problems or fleet.refused)
    return BROKEN if found.unequal else REFUSED if refused else DONE
