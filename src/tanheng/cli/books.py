"""Writing the formula book of a method, for `tanheng methods ID -o FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tanheng.app.library import Library
    from tanheng.cli.face import Face

OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="FILE",
    help="公式手册 formula book (.pdf .docx .html)",
)


def asked_for(words: tuple[str, ...]) -> str | None:
    """The method that a command line names: `methods ID` or, as people also say it, `methods show ID`."""
    named = words[1:] if len(words) > 1 and words[0] == "show" else words
    if len(named) > 1:
        raise click.UsageError(f"Got unexpected extra argument ({' '.join(named[1:])})")
    return named[0] if named else None


def write(face: Face, method_id: str | None, output: str, library: Library, force: bool) -> int:
    """Write the book and say where it is."""
    from tanheng.app.booking import write_book
    from tanheng.app.files import said
    from tanheng.cli.frame import DONE
    from tanheng.kernel.problems import refuse

    if method_id is None:
        raise refuse("TH-A08", seen_zh="缺少方法编号", seen_en="the id of a method is missing")
    with face.busy("正在排印公式手册", "Setting the formula book"):
        path = said(write_book(method_id, Path(output), library, force))
    face.done(path, path)
    return DONE
