"""Typst for our printers: one compiler with the package's fonts, and texts as Typst expressions."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from tanheng.engine.notation.typst import text_literal
from tanheng.kernel.problems import Place, Refused, problem
from tanheng.statement.text import BOLD, CODE, SUB, SUP, Text

_STYLES = {SUB: "su", SUP: "sp", BOLD: "bd", CODE: "code"}
# the only clock a document may show is the one its statement names
EPOCH = 0
FONTS = ("Inter-Regular.ttf", "NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "STIXTwoMath-Regular.ttf")
_NO_GLYPH = re.compile(r'the text `"(.*?)"` could not be displayed')


@cache
def house_style() -> str:
    """The style part that stands before every document."""
    return files("tanheng.reports").joinpath("house.typ").read_text(encoding="utf-8")


@cache
def compiler() -> Any:
    """One Typst compiler with the fonts of this package and none of the system's.

    Raises:
        Refused: TH-R07 the fonts were not fetched when the package was built.
    """
    import typst

    home = files("tanheng.reports").joinpath("fonts")
    # Typst would fall back to its own fonts, which have no Chinese
    missing = [name for name in FONTS if not home.joinpath(name).is_file()]
    if missing:
        raise Refused((problem("TH-R07", Place(), names=", ".join(missing)),))
    with as_file(home) as folder:
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])
        return typst.Compiler(font_paths=fonts)


def compile_source(body: str, kind: str, **options: Any) -> list[bytes]:
    """Compile house style and body.

    Args:
        body: Typst code for the document.
        kind: "pdf" (one item) or "png" (one item a page).
        options: ppi, pdf_standards, timestamp.

    Raises:
        Refused: TH-R06 a character has no glyph in the package's fonts; TH-R07 there are no fonts.
        RuntimeError: Typst could not set the document: a fault of ours.
    """
    from typst import TypstError

    source = (house_style() + body).encode("utf-8")
    try:
        made, said = compiler().compile_with_warnings(source, format=kind, timestamp=EPOCH, **options)
    except TypstError as error:
        texts = _NO_GLYPH.findall(f"{error.message}\n{error.diagnostic}")
        if not texts:
            raise
        chars = " ".join(dict.fromkeys(texts))
        raise Refused((problem("TH-R06", Place(), chars=chars),)) from None
    if said:
        raise RuntimeError("; ".join(str(warning.message) for warning in said))
    return made if isinstance(made, list) else [made]


def content(text: Text) -> str:
    """Runs as one Typst expression; free text stays inside string literals and is never markup."""
    if not text:
        return "[]"
    parts = [
        f"{_STYLES[run.style]}({text_literal(run.text)})" if run.style else text_literal(run.text)
        for run in text
    ]
    return f"r({', '.join(parts)})"


def call(name: str, *arguments: str) -> str:
    """A call of one of the house's functions."""
    return f"{name}({', '.join(arguments)})"


def array(items: list[str]) -> str:
    """A Typst array; a single item needs its comma."""
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
