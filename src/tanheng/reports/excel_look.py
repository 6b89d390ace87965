"""Formats of a workbook, and the one way in which texts are written into cells."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from tanheng.statement.model import GAP, IDLE, NONE, NUMBER, Cell, Table
from tanheng.statement.text import BOLD, SUB, SUP, Text, plain, rich

FONT = "微软雅黑"
# what a spreadsheet, or somebody who retypes the cell, might take for a formula
_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
_NARROWEST, _BROADEST = 6.0, 68.0
# a table of nothing but words wraps rather than grow broader than this
_WORDS = 170.0
# sheets with many columns are set one point smaller
_MANY, _SMALL = 10, 0.9
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


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


class Look:
    """Formats by their properties, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(
        self,
        *,
        size: float = 9,
        bold: bool = False,
        colour: str = "#16212B",
        fill: str = "",
        right: bool = False,
        left: bool = False,
        centre: bool = False,
        bottom: bool = False,
        box: bool = False,
        wrap: bool = False,
        top_align: bool = False,
        number: str = "",
        text: bool = False,
        script: int = 0,
    ) -> Any:
        """A format with these properties."""
        props: dict[str, Any] = {
            "font_name": FONT,
            "font_size": size,
            "font_color": colour,
            "valign": "vcenter",
        }
        if bold:
            props["bold"] = True
        if fill:
            props["bg_color"] = fill
        if right or centre:
            props["align"] = "right" if right else "center"
        if left:
            props["align"] = "left"
        if bottom or box:
            props |= {"bottom": 1, "bottom_color": "#E3E8EB"}
        if box:
            props |= {"border": 1, "border_color": "#C9D2D7"}
        if wrap:
            props["text_wrap"] = True
        if top_align:
            props["valign"] = "top"
        if number:
            props["num_format"] = number
        if text:
            props |= {"num_format": "@", "quote_prefix": True}
        if script:
            props["font_script"] = script
        key = tuple(sorted(props.items()))
        if key not in self._made:
            made = self.book.add_format(props)
            made.house = props
            self._made[key] = made
        return self._made[key]

    def as_text(self, look: Any) -> Any:
        """The same format, marked as text."""
        props = {**look.house, "num_format": "@", "quote_prefix": True}
        key = tuple(sorted(props.items()))
        if key not in self._made:
            made = self.book.add_format(props)
            made.house = props
            self._made[key] = made
        return self._made[key]

    def digits(self, cell: Cell, with_unit: bool = False) -> str:
        """A number format that shows exactly the reported digits, then flags and unit."""
        places = len(cell.shown.partition(".")[2])
        # a figure to be copied elsewhere carries no separators, and its cell must not bring them in
        body = ("#,##0" if "," in cell.text[0].text else "0") + ("." + "0" * places if places else "")
        signs = "".join(run.text for run in cell.text[len(cell.text) - len(cell.flags) :])
        signs += f" {plain(rich(cell.unit))}" if with_unit and cell.unit else ""
        tail = f'"{signs}"' if signs else ""
        if cell.text[0].text.startswith("+"):
            # a change says its sign; zero has none
            return f"+{body}{tail};\u2212{body}{tail};{body}{tail}"
        return f"{body}{tail};\u2212{body}{tail}"

    @staticmethod
    def colour(cell: Cell) -> str:
        """Ink of a cell by its kind."""
        return {GAP: "#8A5200", NONE: "#5F6C78", IDLE: "#5F6C78"}.get(cell.kind, "#16212B")

    @staticmethod
    def fill(cell: Cell) -> str:
        """Ground of a cell by its kind."""
        return "#FFF3D9" if cell.kind == GAP else ""

    @staticmethod
    def line_height(cells: tuple[Cell, ...], breadths: list[float], size: float) -> float:
        """The height that a line needs for its texts to wrap, in points; 0 where one line of text does.

        Not every program finds it by itself when it opens the file.
        """
        small = _SMALL if len(breadths) > _MANY else 1.0
        pairs = zip(cells, breadths, strict=False)
        texts = [(plain(cell.text), breadth / small) for cell, breadth in pairs if cell.kind != NUMBER]
        lines = max((1 + int(text_room(text) * 1.04 / breadth) for text, breadth in texts), default=1)
        return (size + 4.5) * lines if lines > 1 else 0.0

    @staticmethod
    def label_lines(label: Text, breadths: list[float]) -> int:
        """How many lines a label takes in the first column, whose breadth may come from a table below it."""
        return 1 + int(text_room(plain(label)) / (breadths[0] if breadths else 20.0))


def write_text(sheet: Any, row: int, column: int, text: Text, looks: Look, look: Any) -> None:
    """Write a text as a text, whatever it begins with; subscripts stay subscripts."""
    whole = clean(plain(text))
    if not whole:
        sheet.write_blank(row, column, None, look)
        return
    if risky(whole):
        look = looks.as_text(look)
    # a rich string of one piece is refused by Excel
    runs = [run for run in text if run.text]
    if all(not run.style for run in runs) or len(runs) == 1:
        sheet.write_string(row, column, whole, look)
        return
    house = look.house
    pieces: list[Any] = []
    for run in runs:
        piece = looks.of(
            size=house["font_size"],
            colour=house["font_color"],
            bold=house.get("bold", False) or run.style == BOLD,
            script={SUP: 1, SUB: 2}.get(run.style, 0),
        )
        pieces += [piece, clean(run.text)]
    sheet.write_rich_string(row, column, *pieces, look)


def sheet_name(title: str, taken: list[str]) -> str:
    """A name that Excel accepts: 31 characters, no brackets, slashes or colons, none twice."""
    base = (_FORBIDDEN.sub(" ", clean(title)).strip() or "sheet")[:31]
    name, number = base, 2
    while name.lower() in (other.lower() for other in taken):
        tail = f" {number}"
        name, number = base[: 31 - len(tail)] + tail, number + 1
    return name


def column_breadths(tables: list[Table]) -> list[float]:
    """Breadth of each column in Excel's characters: what its longest figure needs; texts may wrap."""
    breadths: list[float] = []
    for table in tables:
        for number, column in enumerate(table.columns):
            cells = [row.cells[number] for row in table.rows if row.role != "group"]
            heads = [text_room(plain(column.head)), text_room(plain(column.unit))]
            need = max([*heads, *(_cell_room(cell) for cell in cells)])
            need = max(_NARROWEST, need + 1.2 if column.figures else min(need + 1.2, _BROADEST))
            need *= _SMALL if len(table.columns) > _MANY else 1.0
            if number < len(breadths):
                breadths[number] = max(breadths[number], need)
            else:
                breadths.append(need)
    # columns that were asked for in one width (the months) get one breadth
    shares = [column.width for column in max(tables, key=lambda t: len(t.columns)).columns] if tables else []
    if not any(column.figures for table in tables for column in table.columns):
        return _narrowed(breadths, shares)
    return [max(b for b, share in zip(breadths, shares, strict=True) if share == own) for own in shares]


def _narrowed(breadths: list[float], shares: list[float]) -> list[float]:
    """Breadths whose sum stays legible: columns that need less than their share keep it, the rest divide."""
    if sum(breadths) <= _WORDS:
        return breadths
    fixed: dict[int, float] = {}
    while True:
        free = [n for n in range(len(breadths)) if n not in fixed]
        room, whole = _WORDS - sum(fixed.values()), sum(shares[n] for n in free)
        modest = {n: breadths[n] for n in free if breadths[n] <= room * shares[n] / whole}
        if not modest:
            return [fixed.get(n, room * shares[n] / whole) for n in range(len(breadths))]
        fixed |= modest


def _cell_room(cell: Cell) -> float:
    unit = len(cell.unit) + 1 if cell.unit else 0
    return text_room(plain(cell.text)) * 1.08 + unit


def text_room(text: str) -> float:
    """How broad a text is, in Excel's characters."""
    return sum(1.9 if ord(c) > 0x2E80 else 1.0 for c in text)
