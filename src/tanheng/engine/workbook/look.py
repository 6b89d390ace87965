"""Formats of a live workbook, and the one way in which texts that people typed are written into cells."""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from typing import Any

from xlsxwriter.worksheet import CellFormulaTuple, Worksheet  # type: ignore[import-untyped]

from tanheng.formula.model import Given, Step
from tanheng.kernel.rounding import Rounding

FONT = "微软雅黑"
INK, PALE, BLUE, AMBER = "#16212B", "#5F6C78", "#0B4FA0", "#8A5200"
INPUT, HEAD, FROZEN, ANSWER = "#FFFBE6", "#F1F4F5", "#FDE7D3", "#E8F3EE"
LINE = "#DDE3E6"
_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
PLAIN = "General;-General"
"""As many digits as there are. Bare "General" lets LibreOffice show a difference of dates as a date."""


class Page(Worksheet):  # type: ignore[misc]
    """A worksheet that writes formulas as they are.

    xlsxwriter looks through every formula for the names of new functions and would change a word of a method
    that reads like one, "MAP(…)"; ours use none, and leaving the search out halves the time.
    """

    def live(self, row: int, column: int, formula: str, look: Any, value: Any) -> None:
        """Write a formula, without its "=", and the value that its cell keeps."""
        if self._check_dimensions(row, column):
            raise IndexError(f"row {row + 1}, column {column + 1}")
        self.table[row][column] = CellFormulaTuple(formula, look, value)


class Look:
    """Formats by their properties, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **props: Any) -> Any:
        """A format with these properties of xlsxwriter over those of the house."""
        whole = {"font_name": FONT, "font_size": 9, "font_color": INK, "valign": "vcenter"} | props
        key = tuple(sorted(whole.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format(whole)
        return self._made[key]

    def cell(self, role: str, number: str = PLAIN, *, left: bool = False, fill: str = "") -> Any:
        """The format of a value by its role."""
        props: dict[str, Any] = {"bottom": 1, "bottom_color": LINE, "num_format": number}
        if left:
            # a word beside a figure must not touch it
            props |= {"align": "left", "indent": 1}
        if role == "given":
            props |= {"locked": False, "bg_color": INPUT, "font_color": BLUE}
        elif role in ("way", "helper"):
            props["font_color"] = PALE
        elif role in ("key", "unit"):
            props |= {"bg_color": HEAD, "num_format": "@", "align": "left"}
        if fill:
            props["bg_color"] = fill
        return self.of(**props)


def text_format(look: Look, text: str, **props: Any) -> dict[str, Any]:
    """Properties for a text cell: what might become a formula when it is typed again is marked as text."""
    return props | ({"num_format": "@", "quote_prefix": True} if risky(text) else {})


def risky(text: str) -> bool:
    """Whether a text could become a formula when it is typed or imported again, full-width signs included."""
    return unicodedata.normalize("NFKC", text[:1]).startswith(_LIVE) or text[:1] in _LIVE


def clean(text: str) -> str:
    """Characters that XML forbids become spaces; a cell holds 32 767 characters."""
    kept = (
        c if (c >= " " or c == "\n") and not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff" else " "
        for c in text
    )
    return "".join(kept)[:32767]


def number_format(item: Given | Step, rounding: Rounding | None) -> str:
    """How a number is shown: its rounding's digits, else those to show, else as many as there are."""
    if item.kind == "date":
        return "yyyy-mm-dd"
    digits = item.show
    if rounding is not None and rounding.mode != "significant":
        digits = max(rounding.digits, 0)
    if item.kind != "number" or digits is None:
        return PLAIN
    return "#,##0" + ("." + "0" * digits if digits else "")


def room(text: str) -> float:
    """How broad a text is, in a spreadsheet's characters."""
    return sum(1.9 if ord(c) > 0x2E80 else 1.05 for c in text)


def number_room(value: float | Fraction, number: str) -> float:
    """How broad a number is in a format."""
    if number == "yyyy-mm-dd":
        return 10.5
    size = abs(float(value))
    whole = len(str(int(size))) if size < 1e15 else 12
    if number == PLAIN:
        return min(max(whole + 2.0, len(f"{size:.10g}") + 1.0), 13.0)
    return whole * 1.05 + (whole - 1) // 3 * 0.6 + len(number.partition(".")[2]) * 1.05 + 2.0
