"""Commands about the data quality control plan: draft, submit, revise, print, compare with what was done."""

from __future__ import annotations

from typing import Any

import click

from tanheng.cli.face import Face
from tanheng.cli.frame import BROKEN, DONE, EVERYTHING, FORCE, JSON, LIBRARY, PLANT, command, group

PLANS = group(
    "dqcp",
    "数据质量控制计划 data quality control plan",
    "数据质量控制计划（2026 年起称方案）：起草、提交、修订、印出，并与实际数据比较。",
    "The data quality control plan: draft, submit, revise, print, and compare with what was done.",
    """
        tanheng dqcp new plant.xlsx -o dqcp.xlsx --year 2025
        tanheng dqcp submit dqcp.xlsx -o dqcp-v1.toml
        tanheng dqcp write dqcp-v1.toml -o out
        tanheng dqcp check plant.xlsx --plan dqcp-v1.toml
        tanheng dqcp revise dqcp-v1.toml -o dqcp-v2.xlsx --from 2025-07 --reason 1
        tanheng dqcp diff dqcp-v1.toml dqcp-v2.xlsx
    """,
)
_TARGET = click.option(
    "-o",
    "--output",
    "target",
    required=True,
    type=click.Path(),
    metavar="FILE",
    help="计划文件 the plan, .xlsx or .toml",
)
_PLAN = click.argument("plan", type=click.Path())
_ON = click.option("--on", default="", metavar="DATE", help="日期，缺省今天 the day, by default today")


@command(
    "起草 draft from the plant's data",
    "由工厂数据起草某年的计划；数据中没有的内容标为“待填”，不作猜测。年度的数据可以尚未填写。",
    """
        tanheng dqcp new plant.xlsx -o dqcp.xlsx
        tanheng dqcp new plant.xlsx -o dqcp.toml --year 2025
    """,
    PLANS,
    "new",
)
@click.argument("plant", type=click.Path())
@_TARGET
@click.option("--year", default="", metavar="YEAR", help="计划年度，缺省为数据的次年 by default the next")
@LIBRARY
@FORCE
def draft(face: Face, plant: str, target: str, year: str, folders: tuple[str, ...], force: bool) -> int:
    """Draft a year's plan from the plant's data; what they do not say is left to be filled, never guessed."""
    from tanheng.app.library import Library
    from tanheng.app.planning import new_plan
    from tanheng.library.plan_template import blanks

    made = new_plan(plant, target, year, face.lang, force, Library.of(folders))
    count = sum(1 for _ in blanks(made.plan, made.template))
    name = made.template.name(made.plan.year, face.lang)
    face.done(
        f"已起草 {made.plan.year} 年度{name} {made.file}，待填 {count} 项",
        f"Drafted the {name.lower()} of {made.plan.year} {made.file}: {count} fields to be filled",
    )
    return DONE


@command(
    "提交 submit, frozen from then on",
    "提交一个版本。待填项须已补齐；提交后不可更改，改动会被识别。",
    """
        tanheng dqcp submit dqcp.xlsx -o dqcp-v1.toml
        tanheng dqcp submit dqcp.xlsx -o dqcp-v1.xlsx --on 2024-12-20
    """,
    PLANS,
)
@_PLAN
@_TARGET
@_ON
@LIBRARY
@FORCE
def submit(face: Face, plan: str, target: str, on: str, folders: tuple[str, ...], force: bool) -> int:
    """Submit a version. It must be whole; from then on it never changes, and a change is recognised."""
    from tanheng.app.library import Library
    from tanheng.app.planning import submit_plan

    made = submit_plan(plan, target, on, face.lang, force, Library.of(folders))
    shown = made.plan.digest[:16]
    face.done(
        f"已提交版本 {made.plan.version}，{made.plan.submitted_on}，摘要 {shown}… → {made.file}",
        f"Submitted version {made.plan.version} on {made.plan.submitted_on}, digest {shown}… → {made.file}",
    )
    return DONE


@command(
    "修订 revise a submitted version",
    "由已提交的版本产生下一版本的草稿，写明生效月份和修订原因代码（1 至 6）。",
    """
        tanheng dqcp revise dqcp-v1.toml -o dqcp-v2.xlsx --from 2025-07 --reason 1 --changes 新增天然气
    """,
    PLANS,
)
@_PLAN
@_TARGET
@click.option("--from", "month", required=True, metavar="MONTH", help="生效月份 in force from")
@click.option(
    "--reason", required=True, type=click.Choice(list("123456")), help="修订原因代码 case of the guide"
)
@click.option("--changes", default="", metavar="TEXT", help="修订的内容 what changes")
@_ON
@LIBRARY
@FORCE
def revise(
    face: Face,
    plan: str,
    target: str,
    month: str,
    reason: str,
    changes: str,
    on: str,
    folders: tuple[str, ...],
    force: bool,
) -> int:
    """Make the draft of the next version, with the month from which it holds and its reason."""
    from tanheng.app.library import Library
    from tanheng.app.planning import revise_plan

    library = Library.of(folders)
    made = revise_plan(plan, target, month, reason, changes, on, face.lang, force, library)
    said = next((zh, en) for code, zh, en in made.template.reasons if code == reason)
    face.done(
        f"已产生版本 {made.plan.version} 草稿 {made.file}，自 {made.plan.effective_from} 生效；原因 {reason}：{said[0]}",
        f"Drafted version {made.plan.version} {made.file}, from {made.plan.effective_from}; {said[1]}",
    )
    return DONE


@command(
    "印出 print as Word and Excel",
    "按附录 B 印出计划的全部表格（Word、Excel）。待填的内容印为“待填”。",
    """
        tanheng dqcp write dqcp.xlsx -o out
        tanheng dqcp write dqcp-v1.toml -o out --format docx --force
    """,
    PLANS,
    "write",
)
@_PLAN
@click.option("-o", "--output", default=".", type=click.Path(), metavar="DIR", help="输出文件夹 folder")
@click.option("--format", "formats", multiple=True, type=click.Choice(["docx", "xlsx"]), help="缺省两种 both")
@LIBRARY
@FORCE
def write_plans(
    face: Face, plan: str, output: str, formats: tuple[str, ...], folders: tuple[str, ...], force: bool
) -> int:
    """Print every table of Annex B as Word and Excel; open fields are printed as such."""
    from tanheng.app.files import said
    from tanheng.app.library import Library
    from tanheng.app.planning import FORMATS, write_plan

    with face.busy("正在生成", "Writing"):
        made = list(write_plan(plan, output, formats or FORMATS, force, Library.of(folders)))
    for path in made:
        face.done(said(path), said(path))
    return DONE


@command(
    "与实际比较 compare with what was done",
    "把实际数据与计划逐月比较：获取方式、检测、缺失处理、计量器具、版本与时间。不符合时退出码 1。",
    """
        tanheng dqcp check plant.xlsx --plan dqcp-v1.toml
        tanheng dqcp check plant.xlsx --plan dqcp-v1.toml --plan dqcp-v2.toml
        tanheng dqcp check plant.xlsx --plan dqcp.xlsx --calibrations 检定台账.csv
        tanheng dqcp check plant.xlsx --plan dqcp.xlsx --before 上年计划.toml --json
    """,
    PLANS,
    "check",
)
@PLANT
@click.option(
    "--plan", "plans", multiple=True, required=True, type=click.Path(), metavar="FILE",
    help="计划，各版本都给 every version of the year",
)  # fmt: skip
@click.option("--calibrations", type=click.Path(), metavar="FILE", help="年内检定台账 calibrations done")
@click.option("--before", type=click.Path(), metavar="FILE", help="上一年的计划 last year's plan")
@LIBRARY
@EVERYTHING
@JSON
def check_done(
    face: Face,
    plant: str,
    plans: tuple[str, ...],
    calibrations: str | None,
    before: str | None,
    folders: tuple[str, ...],
    everything: bool,
    as_json: bool,
) -> int:
    """Compare a plant's year with its plan, month by month. The exit code is 1 where it was not followed."""
    from tanheng.app.library import Library
    from tanheng.app.planning import check_plan

    with face.busy("正在比较", "Comparing"):
        done = check_plan(plant, plans, calibrations, before, Library.of(folders), face.csv)
    if as_json:
        told = [p.to_json(face.lang) for p in done.problems]
        face.json({"ok": done.ok, "problems": told, "versions": [p.version for p in done.plans]})
    else:
        face.problems(done.problems, everything=everything)
    return DONE if done.ok else BROKEN


@command(
    "比较两个版本 fields that differ",
    "逐项列出两个版本的不同之处。",
    """
        tanheng dqcp diff dqcp-v1.toml dqcp-v2.xlsx
        tanheng dqcp diff dqcp-v1.toml dqcp-v2.xlsx --json
    """,
    PLANS,
    "diff",
)
@click.argument("before", type=click.Path())
@click.argument("after", type=click.Path())
@LIBRARY
@JSON
def versions(face: Face, before: str, after: str, folders: tuple[str, ...], as_json: bool) -> int:
    """List every field in which two versions differ."""
    from tanheng.app.library import Library
    from tanheng.app.planning import compare_versions, read_plan_file

    library = Library.of(folders)
    found = compare_versions(read_plan_file(before, library), read_plan_file(after, library))
    if as_json:
        face.json([c._asdict() | {"at": dict(c.at)} for _, _, c in found])
        return DONE
    face.show(_table(face, found))
    return DONE


def _table(face: Face, found: Any) -> Any:
    from rich.text import Text

    from tanheng.cli.tables import grid

    if not found:
        return Text(face.say("两个版本相同", "The versions are equal"))
    heads = (("位置", "place"), ("项目", "field"), ("之前", "before"), ("之后", "after"))
    table = grid(*heads, lang=face.lang)
    for place, name, change in found:
        table.add_row(*map(Text, (place, name, change.before or "—", change.after or "—")))
    return table
