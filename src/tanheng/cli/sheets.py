"""The command that turns a plant's year into a spreadsheet of live formulas."""

from __future__ import annotations

from typing import Any

import click

from tanheng.cli.face import Face
from tanheng.cli.frame import DONE, FORCE, FORM, KNOWN, LIBRARY, REFUSED, command


@command(
    "活公式工作簿 live formulas in Excel",
    "把核算写成活公式工作簿：改动给定值，全簿重算；供核对和试算。",
    """
        tanheng workbook plant.xlsx -o live.xlsx
        tanheng workbook pack.zip -o live.xlsx --force
    """,
)
@FORM
@click.option(
    "-o", "--output", required=True, type=click.Path(), metavar="FILE", help="工作簿 the workbook (.xlsx)"
)
@LIBRARY
@KNOWN
@FORCE
def workbook(
    face: Face, plant: str, output: str, folders: tuple[str, ...], known_on: Any, force: bool
) -> int:
    """Write the calculation as a workbook of live formulas, to check it and to try other inputs."""
    from tanheng.app.accounting import KEEPS
    from tanheng.app.files import said
    from tanheng.app.sheets import write_live_workbook

    done = face.account(plant, folders, known_on)
    if not done.ok:
        face.problems([p for p in done.problems if p.severity in KEEPS])
        return REFUSED
    with face.busy("正在写出工作簿", "Writing the workbook"):
        made = write_live_workbook(done, output, force)
    face.done(f"已写出 {said(made)}", f"Wrote {said(made)}")
    return DONE
