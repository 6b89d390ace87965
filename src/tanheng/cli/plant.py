"""Commands about one plant's year: an empty form, check, account, explain, diff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from tanheng.cli.face import Face
from tanheng.cli.frame import DONE, EVERYTHING, FORCE, FORM, JSON, KNOWN, LIBRARY, REFUSED, command

if TYPE_CHECKING:
    from tanheng.app.accounting import Account
    from tanheng.inventory.explain import Node
    from tanheng.inventory.uncertainty import Uncertainty

OPENED = 2
"""Months or days under a total that are opened unless all are asked for."""
TREES = 3
"""Values of one name that are printed as trees unless all are asked for."""


@command(
    "生成填报表 make an empty form",
    "生成填报工作簿（.xlsx）或内容相同的 TOML 表单。",
    """
        tanheng new plant.xlsx --period 2024
        tanheng new plant.xlsx --unit 1 --unit 2 --lang en
        tanheng new plant.toml --template power-coal-chp
    """,
)
@click.argument("target", type=click.Path())
@click.option("--template", default="power-coal-chp", show_default=True, help="行业模板 sector template")
@click.option("--period", default="", metavar="YEAR", help="年度，缺省去年 year, by default the last")
@click.option(
    "--unit", "units", multiple=True, metavar="ID", help="机组编号，可多次 unit, by default 1 and 2"
)
@LIBRARY
@FORCE
def new(
    face: Face,
    target: str,
    template: str,
    period: str,
    units: tuple[str, ...],
    folders: tuple[str, ...],
    force: bool,
) -> int:
    """Make an empty workbook (.xlsx) or the TOML form of it."""
    from tanheng.app.files import said
    from tanheng.app.forms import new_form
    from tanheng.app.library import Library

    made = said(
        new_form(target, template, period, units or ("1", "2"), face.lang, force, Library.of(folders))
    )
    face.done(f"已生成 {made}", f"Made {made}")
    return DONE


@command(
    "逐格检查数据 name every faulty cell",
    "检查数据，列出全部问题及所在单元格。不给出数值。",
    """
        tanheng check plant.xlsx
        tanheng check plant.xlsx --annotate marked.xlsx
        tanheng check plant.xlsx --csv day=日数据.csv
        tanheng check plant.xlsx --json
    """,
)
@FORM
@click.option(
    "--annotate", type=click.Path(), metavar="FILE", help="另存标出问题的工作簿 a copy with the faults marked"
)
@LIBRARY
@KNOWN
@FORCE
@EVERYTHING
@JSON
def check(
    face: Face,
    plant: str,
    annotate: str | None,
    folders: tuple[str, ...],
    known_on: Any,
    force: bool,
    everything: bool,
    as_json: bool,
) -> int:
    """Check a plant's data and name every faulty cell. No figures are shown."""
    from tanheng.app.files import free
    from tanheng.app.forms import annotated
    from tanheng.kernel.problems import Refused

    if annotate:
        free(annotate, force, plant)
    try:
        problems = face.account(plant, folders, known_on).problems
    except Refused as refused:
        problems = refused.problems
    if annotate:
        try:
            annotated(plant, annotate, problems, face.lang, force)
        except Refused as refused:
            # what was found is said all the same
            problems = tuple(dict.fromkeys((*problems, *refused.problems)))
    face.problems(problems, as_json, everything)
    return _code(problems)


@command(
    "核算一年 account the year",
    "核算一年。有错误或待确认时不给出总量，退出码 2。",
    """
        tanheng account plant.xlsx
        tanheng account plant.xlsx -o result.json
        tanheng account plant.xlsx --csv day=日数据.csv --csv month=月数据.csv
        tanheng account plant.xlsx --json | jq .answers
        tanheng account plant.xlsx --uncertainty --stated 检定证书.toml
        tanheng account plant.xlsx --library 自有库 --known-on 2025-03-31
    """,
)
@FORM
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="结果 JSON 另存为文件 save the JSON")
@click.option("--uncertainty", is_flag=True, help="给出不确定度（95 %） with its uncertainty")
@click.option("--stated", type=click.Path(), metavar="FILE", help="自有不确定度（TOML） own uncertainties")
@LIBRARY
@KNOWN
@FORCE
@EVERYTHING
@JSON
def account(
    face: Face,
    plant: str,
    output: str | None,
    uncertainty: bool,
    stated: str | None,
    folders: tuple[str, ...],
    known_on: Any,
    force: bool,
    everything: bool,
    as_json: bool,
) -> int:
    """Account a plant's year. With an error or an open question no total is given, and the exit code is 2."""
    from tanheng.app.files import free, put, said
    from tanheng.cli.answers import answers, provisional
    from tanheng.engine.exact.result import result_json

    target = free(output, force, plant) if output else None
    done = face.account(plant, folders, known_on)
    if done.ok and target:
        put(target, result_json(done.result))
    widths = _widths(done, stated) if done.ok and (uncertainty or stated) else None
    if as_json and widths is not None:
        face.json(done.to_json(face.lang) | {"uncertainty": [one.to_json() for one in widths]})
    elif as_json:
        click.echo(result_json(done.result)) if done.ok else face.json(done.to_json(face.lang))
    elif done.ok:
        face.show(*answers(done, face.lang, everything))
        if widths is not None:
            from tanheng.cli.uncertain import uncertain

            face.show(*uncertain(widths, face.lang, everything))
        if done.problems:
            face.problems(done.problems, everything=everything)
    else:
        face.problems(done.problems, everything=everything)
        face.show(*provisional(done, face.lang, everything))
    if done.ok and target and output:
        face.done(f"已写出 {said(output)}", f"Wrote {said(output)}", err=True)
    return _code(done.problems)


def _widths(done: Account, stated: str | None) -> Sequence[Uncertainty]:
    from tanheng.app.uncertain import uncertainty_of

    return uncertainty_of(done, stated)


@command(
    "把一个数拆到单元格 open a number",
    "把一个数（代号或符号）逐级拆开：公式与条款、所选途径、数据、单元格。",
    """
        tanheng explain plant.xlsx E
        tanheng explain plant.xlsx E_unit --at unit=1
        tanheng explain plant.xlsx E_fuel --at unit=1,fuel=烟煤,month=2024-03 --all
        tanheng explain pack.zip E --json
    """,
)
@FORM
@click.argument("name")
@click.option("--at", default="", metavar="SCOPE=MEMBER,…", help="选定范围 such as unit=1,month=2024-03")
@LIBRARY
@KNOWN
@EVERYTHING
@JSON
def explain(
    face: Face,
    plant: str,
    name: str,
    at: str,
    folders: tuple[str, ...],
    known_on: Any,
    everything: bool,
    as_json: bool,
) -> int:
    """Print the tree of a number, by name or symbol: formula, clause, route, data, cells."""
    from tanheng.app.accounting import KEEPS
    from tanheng.app.comparing import explain_number

    place = _place(at)
    done = face.account(plant, folders, known_on)
    nodes = explain_number(done, name, place, 0 if everything or as_json else OPENED)
    held = [p for p in done.problems if p.severity in KEEPS]
    if as_json:
        told = [p.to_json(face.lang) for p in held]
        face.json({"ok": done.ok, "trees": [node.to_json() for node in nodes], "problems": told})
        return _code(held)
    if held:
        face.problems(held)
        face.show(_warning(face))
    _print_trees(face, name, nodes, everything)
    return _code(held)


def _print_trees(face: Face, name: str, nodes: Sequence[Node], everything: bool) -> None:
    from rich.text import Text

    from tanheng.cli.tree import Label, tree

    if len(nodes) <= TREES or everything:
        face.show(*(tree(node, face.lang, everything) for node in nodes))
        return
    face.show(*(Label(node, face.lang) for node in nodes))
    scopes = ",".join(f"{scope}={member}" for scope, member in nodes[0].row)
    zh, en = (
        f"{name} 有 {len(nodes)} 个值；拆开其中一个：--at {scopes}",
        f"{name} has {len(nodes)} values; to open one: --at {scopes}",
    )
    face.show(Text(face.say(zh, en), style="bold"))


def _warning(face: Face) -> Any:
    from rich.text import Text

    zh, en = (
        "数据有错误或待确认，以下数值仅供查找原因，不得上报。",
        "With errors or open questions these figures only help to find the cause; not to be filed.",
    )
    return Text(face.say(zh, en), style="bold red")


@command(
    "比较两份数据或两年 why two years differ",
    "比较两份数据、两年或封存包，把变化按原因归到吨，各项之和分毫不差。",
    """
        tanheng diff 2024 2025
        tanheng diff 2024 2025 --in 数据 -o 变化.xlsx
        tanheng diff 2024 2025 --in 数据 -o 变化.pdf --force
        tanheng diff plant-v1.xlsx plant-v2.xlsx
        tanheng diff 上报封存包.zip plant.xlsx --answer E
    """,
)
@click.argument("before", type=click.Path())
@click.argument("after", type=click.Path())
@click.option(
    "--in", "folder", default=".", type=click.Path(), metavar="DIR", help="只写年份时在此查找 where years are"
)
@click.option("--answer", default="", metavar="NAME", help="比较的数，缺省为排放总量 by default the total")
@click.option(
    "-o", "--output", type=click.Path(), metavar="FILE", help="另存 .xlsx .pdf .docx save a document"
)
@LIBRARY
@KNOWN
@FORCE
@EVERYTHING
@JSON
def diff(
    face: Face,
    before: str,
    after: str,
    folder: str,
    answer: str,
    output: str | None,
    folders: tuple[str, ...],
    known_on: Any,
    force: bool,
    everything: bool,
    as_json: bool,
) -> int:
    """Attribute the change of a total between two files or years to its causes, to the last digit."""
    from tanheng.app.comparing import compared, write_difference
    from tanheng.app.files import said
    from tanheng.app.library import Library
    from tanheng.cli.differences import years
    from tanheng.cli.tables import difference

    with face.busy("正在比较", "Comparing"):
        library = Library.of(folders, known_on.date() if known_on else None)
        made = compared(before, after, library, answer, folder)
        written = write_difference(made, output, force) if output else None
    found, names = made.found, (made.before.file, made.after.file)
    if as_json:
        face.json(found.to_json())
    elif len(set(found.periods)) == 1:
        face.show(*difference(found, *names, face.lang))
    else:
        face.show(*years(found, *names, face.lang, everything))
    if written:
        face.done(f"已写出 {said(written)}", f"Wrote {said(written)}", err=True)
    return DONE


def _code(problems: Sequence[Any]) -> int:
    from tanheng.app.accounting import KEEPS

    return REFUSED if any(p.severity in KEEPS for p in problems) else DONE


def _place(text: str) -> dict[str, str]:
    """`unit=1,month=2024-03` as scopes and members. Raises Refused TH-A03."""
    from tanheng.kernel.problems import Place, refuse

    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.replace("，", ",").split(","))):
        scope, equals, member = (each.strip() for each in part.replace("＝", "=").partition("="))
        if not (scope and equals and member) or scope in found:
            raise refuse("TH-A03", Place(key="--at"), seen=part, wanted="unit=1,month=2024-03")
        found[scope] = member
    return found
