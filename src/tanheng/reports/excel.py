"""A Statement as an Excel workbook: a sheet for each part, figures as numbers, native charts.

Nothing that a plant typed becomes a formula, a link or a number: texts are written as texts, and those that a
spreadsheet might take for a formula carry the text mark.
"""

from __future__ import annotations

import datetime
import io
from typing import Any

from tanheng.engine.notation.tree import linear
from tanheng.reports.charts import draw
from tanheng.reports.excel_charts import native_chart
from tanheng.reports.excel_look import Look, column_breadths, sheet_name, text_room, write_text
from tanheng.reports.text_of import compare
from tanheng.statement.model import (
    NUMBER,
    Block,
    Cell,
    Chart,
    Formula,
    Pairs,
    Paragraph,
    Section,
    Signatures,
    Statement,
    Table,
)
from tanheng.statement.text import Run, Text, plain, rich, words

_EPOCH = datetime.datetime(2000, 1, 1)
# a double holds every decimal of 15 digits; a longer figure is written as text so that no digit is lost
_EXACT_DIGITS = 15
_COLUMNS = 4
# characters that fit on an upright A4 page and on a flat one without shrinking them much
_UPRIGHT, _FLAT = 105, 150
_A3, _A4 = 8, 9
_MANY_COLUMNS = 10
_CHART_ROWS = 17
_BREAK = Run("\n")


def excel_bytes(statement: Statement, pictures: list[bytes]) -> bytes:
    """Print a statement.

    Args:
        pictures: PNG of every chart in order; only charts that Excel cannot draw itself use theirs.

    Returns:
        The .xlsx file. Equal statements give equal bytes.

    Raises:
        Refused: TH-R04 the text of the file is not that of the statement; nothing is handed out then.
    """
    import xlsxwriter

    stream = io.BytesIO()
    # xlsxwriter would turn "=1+1" into a formula and an address into a link by itself
    options = {
        "in_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": plain(statement.title), "author": "Tanheng 碳衡", "created": _EPOCH})
        printer = _Printer(book, statement, list(pictures))
        printer.print()
    compare(statement, "xlsx", stream.getvalue())
    return stream.getvalue()


class _Printer:
    """Writes block under block; `row` is the next free row of the sheet at hand."""

    def __init__(self, book: Any, statement: Statement, pictures: list[bytes]) -> None:
        self.book = book
        self.statement = statement
        self.pictures = pictures
        self.look = Look(book)
        self.sheet: Any = None
        self.name = ""
        self.row = 0
        self.columns = _COLUMNS
        self.size = 9.0
        self.room = 90.0  # breadth of the sheet at hand, in Excel's characters
        self.breadths: list[float] = []

    def print(self) -> None:
        """Write the cover and every section."""
        self._open("封面" if self.statement.lang == "zh" else "Cover", wide=False, columns=_COLUMNS)
        self._cover()
        for section in self.statement.sections:
            self._section(section)

    def _open(self, title: str, wide: bool, columns: int) -> None:
        self.name = sheet_name(title, [sheet.name for sheet in self.book.worksheets()])
        self.sheet = sheet = self.book.add_worksheet(self.name)
        self.row, self.columns = 0, columns
        sheet.hide_gridlines(2)
        sheet.set_paper(_A4)
        if wide:
            sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.65)
        sheet.fit_to_pages(1, 0)
        # & begins a code in heads and feet
        safe = self.statement.running.replace("&", "&&")
        sheet.set_header(f"&L&8&K5F6C78{safe}&R&8&K5F6C78{plain(self.statement.title).replace('&', '&&')}")
        pages = "第 &P 页 共 &N 页" if self.statement.lang == "zh" else "Page &P of &N"
        sheet.set_footer(f"&L&7&K5F6C78{self.statement.digest.replace('&', '&&')}&R&8&K5F6C78{pages}")

    def _text(self, column: int, text: Text, look: Any, span: int = 1, height: float | None = None) -> None:
        """A text in one cell or over several."""
        if height:
            self.sheet.set_row(self.row, height)
        last = min(column + span - 1, max(self.columns - 1, column))
        if last > column:
            self.sheet.merge_range(self.row, column, self.row, last, "", look)
        write_text(self.sheet, self.row, column, text, self.look, look)

    def _cover(self) -> None:
        for column, breadth in enumerate((18, 24, 24, 24)):
            self.sheet.set_column(column, column, breadth)
        self.row = 3
        self._text(0, self.statement.title, self.look.of(size=20, bold=True), _COLUMNS, 32)
        self.row += 1
        self._text(0, self.statement.subtitle, self.look.of(size=12, colour="#4A5865"), _COLUMNS, 22)
        self.row += 2
        for figure in self.statement.figures:
            self._text(0, figure.label, self.look.of(colour="#4A5865", bottom=True))
            self._value(1, figure.cell, big=True)
            self._text(2, rich(figure.cell.unit), self.look.of(colour="#5F6C78", bottom=True), 2)
            self.row += 1
        if self.statement.note:
            self._wrapped(self.statement.note, self.look.of(size=8, colour="#4A5865", wrap=True))
        self.row += 1
        for label, cell in self.statement.cover:
            self._text(0, label, self.look.of(colour="#4A5865", bottom=True))
            self._words(1, cell, 3, 20)
            self.row += 1
        if self.statement.signatures is not None:
            self.row += 1
            self._signatures(self.statement.signatures)

    def _section(self, section: Section) -> None:
        """A sheet for the part, and another wherever a table of another shape begins."""
        before: Table | None = None
        self._sheet(section, plain(section.title), self._alike(section, 0))
        self._text(0, section.title, self.look.of(size=14, bold=True), self.columns, 26)
        self.row += 1
        for number, block in enumerate(section.blocks):
            if isinstance(block, Table):
                if before is not None and _shape(block) != _shape(before):
                    self._sheet(section, plain(block.title), self._alike(section, number))
                before = block
            self._block(block)

    @staticmethod
    def _alike(section: Section, start: int) -> list[Table]:
        """The tables that share a sheet, from a block on: those of charts, and those of one shape."""
        found: list[Table] = []
        for block in section.blocks[start:]:
            table = block.table if isinstance(block, Chart) else block
            if not isinstance(table, Table):
                continue
            if table is block and found and _shape(table) != _shape(found[0]):
                break
            found.append(table)
        return found

    def _sheet(self, section: Section, title: str, tables: list[Table]) -> None:
        """Open a sheet whose columns are as broad as what these tables hold in them."""
        breadths = column_breadths(tables)
        wide = section.wide or sum(breadths) > _UPRIGHT
        self._open(title, wide, max(len(breadths), _COLUMNS))
        self.size = 8.0 if len(breadths) > _MANY_COLUMNS else 9.0
        if sum(breadths) > _FLAT:
            self.sheet.set_paper(_A3)
        if any(isinstance(block, Chart) for block in section.blocks):
            # pictures are anchored to rows; a fixed height keeps their shape in every program
            self.sheet.set_default_row(16)
        self.room = sum(breadths) or 98.0
        self.breadths = breadths
        if not breadths:
            self.sheet.set_column(0, 0, 20)
            self.sheet.set_column(1, _COLUMNS - 1, 26)
        for number, breadth in enumerate(breadths):
            self.sheet.set_column(number, number, breadth)

    def _block(self, block: Block) -> None:
        if isinstance(block, Paragraph):
            colour, fill = (
                ("#5C3A00", "#FFF3D9")
                if block.role == "caution"
                else ("#16212B" if block.role == "body" else "#4A5865", "")
            )
            self._wrapped(block.text, self.look.of(colour=colour, fill=fill, wrap=True, top_align=True))
        elif isinstance(block, Pairs):
            self._heading(block.title)
            for label, cell in block.rows:
                self._text(0, label, self.look.of(colour="#4A5865", fill="#F1F4F5", bottom=True, wrap=True))
                self._words(1, cell, self.columns - 1, 22, self.look.label_lines(label, self.breadths))
                self.row += 1
            self.row += 1
        elif isinstance(block, Table):
            self._heading(block.title)
            self._table(block)
        elif isinstance(block, Formula):
            self._formula(block)
        else:
            self._chart(block)

    def _heading(self, title: Text) -> None:
        if title:
            self._text(0, title, self.look.of(size=10.5, bold=True), self.columns, 20)
            self.row += 1

    def _wrapped(self, text: Text, look: Any) -> None:
        """Running text over the whole width, with the height that it needs."""
        lines = 1 + int(text_room(plain(text)) / (self.room * 0.95))
        self._text(0, text, look, self.columns, 15.0 * lines)
        self.row += 1

    def _words(self, column: int, cell: Cell, span: int, first: float, least: int = 1) -> None:
        """A value beside its label, wrapped over the rest of the line; `first` is the label's breadth."""
        if cell.kind == NUMBER:
            self._value(column, cell)
            unit = rich(cell.unit)
            if unit and span > 1:
                self._text(column + 1, unit, self.look.of(colour="#5F6C78", bottom=True), span - 1)
            return
        lines = max(least, 1 + int(text_room(plain(cell.text)) / (self.room - first)))
        look = self.look.of(wrap=True, bottom=True, colour=self.look.colour(cell), fill=self.look.fill(cell))
        self._text(column, cell.text, look, span, 16.0 * lines if lines > 1 else None)

    def _value(
        self,
        column: int,
        cell: Cell,
        strong: bool = False,
        big: bool = False,
        with_unit: bool = False,
        right: bool = True,
    ) -> None:
        """One figure: a number in its reported digits, or the mark of what is not there."""
        strong = strong or big
        size = 13.0 if big else self.size
        if cell.kind == NUMBER and sum(c.isdigit() for c in cell.shown) <= _EXACT_DIGITS:
            number = self.look.digits(cell, with_unit)
            look = self.look.of(
                size=size, bold=strong, number=number, right=right, left=not right, bottom=True
            )
            self.sheet.write_number(self.row, column, float(cell.shown), look)
        else:
            look = self.look.of(
                size=size,
                bold=strong,
                right=right,
                bottom=True,
                colour=self.look.colour(cell),
                fill=self.look.fill(cell),
            )
            unit = (Run(" "), *rich(cell.unit)) if with_unit and cell.unit else ()
            write_text(self.sheet, self.row, column, cell.text + unit, self.look, look)
        # the reader of a flagged figure wants to know which step to look at
        if cell.source is not None and cell.flags:
            self.sheet.write_comment(self.row, column, cell.source.key, {"font_size": 8, "author": ""})

    def _table(self, table: Table, blank_gaps: bool = False) -> int:
        """Write a table; returns its first body row."""
        if table.group:
            start = 0
            for text, span in table.group:
                look = self.look.of(bold=True, fill="#F1F4F5", centre=True)
                if span > 1:
                    self.sheet.merge_range(self.row, start, self.row, start + span - 1, "", look)
                self.sheet.write_string(self.row, start, text, look)
                start += span
            self.row += 1
        for number, column in enumerate(table.columns):
            # a copied column then names its unit
            head = column.head + ((_BREAK,) + column.unit if column.unit else ())
            look = self.look.of(
                size=self.size, bold=True, fill="#F1F4F5", right=column.figures, bottom=True, wrap=True
            )
            write_text(self.sheet, self.row, number, head, self.look, look)
        if any(column.unit for column in table.columns):
            self.sheet.set_row(self.row, 28)
        # a sheet repeats one head only; tables that share a sheet have one shape, so the first speaks for all
        if not blank_gaps and self.sheet.repeat_row_range == "":
            self.sheet.repeat_rows(self.row)
        self.row += 1
        first = self.row
        for row in table.rows:
            if row.role == "group":
                self._text(
                    0,
                    row.cells[0].text,
                    self.look.of(size=self.size, bold=True, fill="#F7F9FA"),
                    len(table.columns),
                )
            else:
                if height := self.look.line_height(row.cells, self.breadths, self.size):
                    self.sheet.set_row(self.row, height)
                self._cells(table, row.cells, row.role == "sum", blank_gaps)
            self.row += 1
        for note in table.notes:
            self._wrapped(note, self.look.of(size=8, colour="#4A5865", wrap=True, top_align=True))
        self.row += 1
        return first

    def _cells(self, table: Table, cells: tuple[Cell, ...], strong: bool, blank_gaps: bool) -> None:
        for number, (cell, column) in enumerate(zip(cells, table.columns, strict=True)):
            if blank_gaps and column.figures and cell.kind != NUMBER:
                # a chart would draw a mark as zero; an empty cell stays a gap
                self.sheet.write_blank(self.row, number, None, self.look.of(bottom=True))
            elif column.figures or cell.kind == NUMBER:
                self._value(number, cell, strong, with_unit=True, right=column.figures)
            else:
                look = self.look.of(
                    size=self.size,
                    bold=strong,
                    bottom=True,
                    wrap=True,
                    colour=self.look.colour(cell),
                    fill=self.look.fill(cell),
                )
                write_text(self.sheet, self.row, number, cell.text, self.look, look)

    def _formula(self, block: Formula) -> None:
        self._text(0, block.title, self.look.of(bold=True, bottom=True), max(self.columns - 1, 1))
        self._text(
            self.columns - 1, block.law, self.look.of(size=8, colour="#1C58A8", bottom=True, right=True)
        )
        self.row += 1
        lines = [(linear(block.node).strip(), 10.0, "#16212B")]
        if block.numbers is not None:
            lines += [
                (linear(block.numbers).strip(), 9.0, "#4A5865"),
                (plain(block.numbers_of), 8.0, "#5F6C78"),
            ]
        for text, size, colour in lines:
            look = self.look.of(size=size, colour=colour, wrap=True, text=True)
            self._text(0, words(text), look, self.columns, 15.0 * (1 + len(text) // 90))
            self.row += 1
        for node, text in block.where:
            self._text(0, words(linear(node).strip()), self.look.of(size=8, colour="#4A5865"))
            self._text(1, text, self.look.of(size=8, colour="#4A5865"), self.columns - 1)
            self.row += 1
        if block.rounding:
            self._text(0, block.rounding, self.look.of(size=8, colour="#4A5865"), self.columns)
            self.row += 1
        self.row += 1

    def _chart(self, chart: Chart) -> None:
        picture = self.pictures.pop(0)
        self._heading(chart.title)
        top = self.row
        if chart.table is None:
            self.sheet.insert_image(
                top,
                0,
                "chart.png",
                {
                    "image_data": io.BytesIO(picture),
                    "x_scale": 0.48,
                    "y_scale": 0.48,
                    "description": chart.alt,
                    "object_position": 3,  # keeps its shape whatever the columns do
                },
            )
            self.row = top + int(draw(chart).height / 15) + 3
            return
        first = self._table(chart.table, blank_gaps=True)
        native = native_chart(self.book, self.name, chart, first, first + len(chart.labels) - 1)
        column = len(chart.table.columns)
        self.sheet.insert_chart(
            top,
            column,
            native,
            {"x_offset": 14, "y_offset": 4, "description": chart.alt, "object_position": 3},
        )
        self.row = max(self.row, top + _CHART_ROWS)

    def _signatures(self, block: Signatures) -> None:
        self._wrapped(block.pledge, self.look.of(colour="#4A5865", wrap=True, top_align=True))
        for number, role in enumerate(block.roles):
            look = self.look.of(colour="#4A5865", box=True, top_align=True)
            write_text(self.sheet, self.row, number, words(role), self.look, look)
        self.sheet.set_row(self.row, 56)
        self.row += 1
        self._text(0, block.closing, self.look.of(size=8, colour="#4A5865"), self.columns)
        self.row += 1


def _shape(table: Table) -> tuple[float, ...]:
    return tuple(column.width for column in table.columns)
