"""The command that leads from the facility's total to the enterprise's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tanheng.cli.face import Face
from tanheng.cli.frame import DONE, FORCE, JSON, LIBRARY, command

if TYPE_CHECKING:
    from fractions import Fraction

    from rich.console import RenderableType

    from tanheng.inventory.bridge import Bridged


@command(
    "设施总量到企业总量 facility to enterprise",
    "把设施（履约）核算的总量逐行引到企业核算的总量：氧化率、机组以外燃料、脱硫、购入电力和热力。",
    """
        tanheng new 企业补充表.xlsx --template power-enterprise --period 2024
        tanheng bridge plant.xlsx 企业补充表.xlsx
        tanheng bridge plant.xlsx 企业补充表.xlsx -o 勾稽表.pdf
    """,
)
@click.argument("plant", type=click.Path())
@click.argument("enterprise", type=click.Path())
@click.option(
    "-o", "--output", default=None, type=click.Path(), help="写成 .xlsx .pdf .docx write a document"
)
@FORCE
@LIBRARY
@JSON
def bridge(
    face: Face,
    plant: str,
    enterprise: str,
    output: str | None,
    force: bool,
    folders: tuple[str, ...],
    as_json: bool,
) -> int:
    """Lead from the total of the facility (compliance) to that of the enterprise, line by line."""
    from tanheng.app.bridging import two_boundaries, write_bridge
    from tanheng.app.library import Library

    with face.busy("正在核算两个边界", "Accounting both boundaries"):
        made = two_boundaries(plant, enterprise, Library.of(folders))
    if as_json:
        face.json({"ok": True} | made.found.to_json())
    else:
        face.show(*_lines(made.found, face.lang))
    if output:
        with face.busy("正在排印", "Printing"):
            path = write_bridge(made, output, force)
        face.done(f"已写出 {path.name}", f"Wrote {path.name}", err=as_json)
    return DONE


def _lines(found: Bridged, lang: str) -> Iterator[RenderableType]:
    from rich.text import Text

    from tanheng.cli.tables import grid

    zh = lang == "zh"
    table = grid(("项目", "line"), ("依据", "clause"), ("tCO₂", "tCO₂"), lang=lang, right=(2,))
    said = ("设施核算总量", "facility's total"), ("企业核算总量", "enterprise's total")
    table.add_row(said[0][not zh], found.narrow.law, _shown(found.before), style="bold")
    for line in found.lines:
        table.add_row(line.zh if zh else line.en, line.law, Text(_signed(line.change)))
    if found.rounding:
        name = "设施总量的修约" if zh else "rounding of the facility's total"
        table.add_row(name, "", Text(_signed(found.rounding), style="dim"))
    table.add_row(said[1][not zh], found.wide.law, _shown(found.after), style="bold")
    yield Text(f"{found.period}  {found.narrow.zh if zh else found.narrow.en}", style="dim")
    yield table


def _shown(value: Fraction) -> str:
    from tanheng.kernel.numbers import grouped
    from tanheng.kernel.rounding import Rounding

    return grouped(Rounding("half_up", 2).show(value))


def _signed(value: Fraction) -> str:
    return f"+{_shown(value)}" if value > 0 else _shown(value)
