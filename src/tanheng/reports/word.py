"""A Statement as a Word document: real subscripts, native formulas, repeated table heads."""

from __future__ import annotations

import io
from typing import Any

from tanheng.engine.notation.omml import omml
from tanheng.engine.notation.tree import Node
from tanheng.reports import wordml as w
from tanheng.reports.charts import WIDTH, draw
from tanheng.reports.text_of import compare
from tanheng.reports.word_setup import new_document, same_container, set_heads
from tanheng.statement.model import (
    GAP,
    IDLE,
    NONE,
    NUMBER,
    Block,
    Cell,
    Chart,
    Column,
    Formula,
    Pairs,
    Paragraph,
    Section,
    Signatures,
    Statement,
    Table,
    TableRow,
)
from tanheng.statement.text import plain, rich

_MANY_COLUMNS = 10
_BESIDE = 4
_WHOLE = 24
_FIRST_PICTURE = 101
_LEAST = 4.5
_EMU = 12700  # English metric units in a point
_BOX = "".join(
    w.border(side, 4, "C9D2D7") for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def word_bytes(statement: Statement, pictures: list[bytes]) -> bytes:
    """Print a statement.

    Args:
        pictures: PNG of every chart in order, from `charts.pictures`; drawn once for all documents.

    Returns:
        The .docx file. Equal statements give equal bytes.

    Raises:
        Refused: TH-R04 the text of the file is not that of the statement; nothing is handed out then.
    """
    document = new_document(plain(statement.title))
    printer = _Printer(document, statement, list(pictures))
    printer.print()
    stream = io.BytesIO()
    document.save(stream)
    made = same_container(stream.getvalue())
    compare(statement, "docx", made)
    return made


class _Printer:
    """Collects the body as text, then hands it to the document in one piece."""

    def __init__(self, document: Any, statement: Statement, pictures: list[bytes]) -> None:
        self.document = document
        self.statement = statement
        self.pictures = pictures
        self.parts: list[str] = []
        self.wide = False

    def print(self) -> None:
        """Build the body and put it in."""
        self._cover()
        for number, section in enumerate(self.statement.sections):
            turned = section.wide != self.wide
            if turned:
                # Word keeps the setup of a part in its last paragraph
                setup = f'<w:spacing w:line="20" w:lineRule="exact"/>@setup:{int(self.wide)}@'
                self.parts.append(f"<w:p><w:pPr>{setup}</w:pPr></w:p>")
                self.wide = section.wide
            self._section(section, new_page=not turned and (section.fresh or number == 0))
        self.parts.append(f"@setup:{int(self.wide)}@")
        set_heads(self.document, self.statement, "".join(self.parts))

    def _cover(self) -> None:
        add = self.parts.append
        bar = f"<w:pBdr>{w.border('top', 24, w.BRAND)}</w:pBdr>"
        add(w.paragraph("", before=140, after=4, extra=bar, right=w.content_width(False) - 640))
        add(w.paragraph(w.runs(self.statement.title, 25, w.INK, True), after=4))
        add(w.paragraph(w.runs(self.statement.subtitle, 13, w.INK2), after=34))
        self._figures()
        if self.statement.note:
            add(w.paragraph(w.runs(self.statement.note, 8, w.INK2), before=4))
        width = w.content_width(False)
        # the digests are long: the label column is as narrow as its longest label
        rows = "".join(
            w.row(
                w.cell(w.paragraph(w.runs(label, 9.5, w.INK2), before=3, after=3), 1900)
                + w.cell(w.paragraph(self._inline(value, 9.5), before=3, after=3), width - 1900)
            )
            for label, value in self.statement.cover
        )
        add(w.paragraph("", after=14))
        add(
            w.table(
                rows, [1900, width - 1900], w.border("bottom", 4, w.SOFT) + w.border("insideH", 4, w.SOFT)
            )
        )
        if self.statement.signatures is not None:
            self._signatures(self.statement.signatures)

    def _figures(self) -> None:
        figures = self.statement.figures
        if not figures:
            return
        width = w.content_width(False) // len(figures)
        cells = ""
        for figure in figures:
            label = w.paragraph(w.runs(figure.label, 8, w.INK2), before=5)
            unit = w.run(" ", size=8) + w.runs(rich(figure.cell.unit), 8, w.INK3)
            value = w.paragraph(w.runs(figure.cell.text, 15, w.INK, True) + unit, after=5)
            cells += w.cell(label + value, width)
        self.parts.append(w.table(w.row(cells), [width] * len(figures), _BOX))

    def _section(self, section: Section, new_page: bool) -> None:
        page = "<w:pageBreakBefore/>" if new_page else ""
        self.parts.append(w.paragraph(w.runs(section.title), "Heading1", extra=page))
        for block in section.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        if isinstance(block, Paragraph):
            self._paragraph(block)
        elif isinstance(block, Pairs):
            self._pairs(block)
        elif isinstance(block, Table):
            self._heading(block)
            self.parts.append(self._table(block, w.content_width(self.wide)))
            self.parts += [w.paragraph(w.runs(note, 7.5, w.INK2), before=2) for note in block.notes]
            self.parts.append(w.paragraph("", after=4))
        elif isinstance(block, Formula):
            self._formula(block)
        else:
            self._chart(block)

    def _heading(self, block: Pairs | Table | Chart) -> None:
        if block.title:
            self.parts.append(w.paragraph(w.runs(block.title), "Heading2"))

    def _paragraph(self, block: Paragraph) -> None:
        if block.role == "caution":
            shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{w.AMBER_TINT}"/>'
            inner = w.runs(block.text, 8.5, "5C3A00")
            self.parts.append(w.paragraph(inner, before=4, after=6, extra=shade))
            return
        size, colour = (9.5, w.INK) if block.role == "body" else (8.0, w.INK2)
        self.parts.append(w.paragraph(w.runs(block.text, size, colour), before=2, after=5))

    def _pairs(self, block: Pairs) -> None:
        self._heading(block)
        width = w.content_width(self.wide)
        first = 2700
        rows = "".join(
            w.row(
                w.cell(w.paragraph(w.runs(label, 8.5, w.INK2), before=2, after=2), first, w.SUNKEN)
                + w.cell(w.paragraph(self._inline(value, 9), before=2, after=2), width - first)
            )
            for label, value in block.rows
        )
        self.parts.append(w.table(rows, [first, width - first], w.RULED) + w.paragraph("", after=4))

    def _table(self, table: Table, width: int) -> str:
        many = len(table.columns) > _MANY_COLUMNS
        size = 6.5 if many or table.small else 8.5
        whole_page = len(table.rows) <= _WHOLE
        # Word wants whole twentieths of a point; the rest of the division stays in the margin
        whole = sum(column.width for column in table.columns)
        widths = [int(width * column.width / whole) for column in table.columns]
        margin = 30 if many else 60
        size = fitting_size(table, [(breadth - 2 * margin) / 20 for breadth in widths], size)
        rows = []
        if table.group:
            cells, start = "", 0
            for text, span in table.group:
                inner = w.paragraph(w.run(text, "", size, w.INK, True), align="center", before=2)
                cells += w.cell(inner, sum(widths[start : start + span]), w.SUNKEN, span)
                start += span
            rows.append(w.row(cells, head=True))
        edge = w.border("bottom", 8, w.LINE)
        heads = "".join(
            w.cell(self._head(column, size), breadth, w.SUNKEN, borders=edge)
            for column, breadth in zip(table.columns, widths, strict=True)
        )
        rows.append(w.row(heads, head=True))
        for number, row in enumerate(table.rows):
            # rows that are kept with the next hold a table that fits on a page together
            keep = whole_page and number < len(table.rows) - 1
            rows.append(self._row(row, table.columns, widths, size, keep))
        return w.table("".join(rows), widths, w.RULED, margin)

    def _head(self, column: Column, size: float) -> str:
        inner = w.runs(column.head, size, w.INK, True)
        if column.unit:
            inner += "<w:r><w:br/></w:r>" + w.runs(column.unit, size - 0.5, w.INK3)
        return w.paragraph(inner, align="right" if column.figures else "", before=2, after=2, keep=True)

    def _row(
        self, row: TableRow, columns: tuple[Column, ...], widths: list[int], size: float, keep: bool
    ) -> str:
        if row.role == "group":
            inner = w.paragraph(w.runs(row.cells[0].text, size, w.INK, True), before=2, after=2, keep=True)
            return w.row(w.cell(inner, sum(widths), "F7F9FA", len(widths)))
        cells = ""
        for item, column, breadth in zip(row.cells, columns, widths, strict=True):
            side = "right" if column.figures else ""
            inner = w.paragraph(
                self._inline(item, size, row.role == "sum"), align=side, before=1.6, after=1.6, keep=keep
            )
            cells += w.cell(inner, breadth, w.AMBER_TINT if item.kind == GAP else "")
        return w.row(cells)

    def _inline(self, item: Cell, size: float, strong: bool = False) -> str:
        if item.kind == NUMBER:
            figure = len(item.text) - len(item.flags)
            inner = w.runs(item.text[:figure], size, w.INK, strong)
            inner += w.runs(item.text[figure:], size, w.AMBER, True)
            return inner + (
                w.run(" ", size=size) + w.runs(rich(item.unit), size - 1, w.INK3) if item.unit else ""
            )
        colour = {GAP: w.AMBER, NONE: w.INK3, IDLE: w.INK3}.get(item.kind, w.INK)
        return w.runs(item.text, size, colour, strong)

    def _formula(self, block: Formula) -> None:
        add = self.parts.append
        width = w.content_width(self.wide)
        tab = f"<w:pBdr>{w.border('bottom', 4, w.SOFT)}</w:pBdr>"
        tab += f'<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>'
        title = w.runs(block.title, 9.5, w.INK, True) + "<w:r><w:tab/></w:r>" + w.runs(block.law, 8, w.BLUE)
        add(w.paragraph(title, before=12, after=4, keep=True, extra=tab))
        add(_display(block.node, keep=bool(block.numbers or block.where or block.rounding)))
        if block.numbers is not None:
            add(_display(block.numbers, keep=True))
            add(
                w.paragraph(
                    w.runs(block.numbers_of, 7.5, w.INK3), align="center", after=3, keep=bool(block.where)
                )
            )
        if block.where:
            add(self._where(block, width))
        if block.rounding:
            add(w.paragraph(w.runs(block.rounding, 8, w.INK2), before=3, keep=block.keep))

    def _where(self, block: Formula, width: int) -> str:
        """Symbols and what they mean, two pairs in a row."""
        widths = [1000, width // 2 - 1000] * 2
        rows, keep = "", bool(block.rounding)
        for start in range(0, len(block.where), 2):
            cells = ""
            for node, text in block.where[start : start + 2]:
                cells += w.cell(w.paragraph(omml(node, w.EAST, 8), keep=keep), 1000)
                cells += w.cell(w.paragraph(w.runs(text, 8, w.INK2), keep=keep), width // 2 - 1000)
            # a row of a fixed table needs all its cells
            if len(block.where[start : start + 2]) == 1:
                cells += w.cell(w.paragraph(""), 1000) + w.cell(w.paragraph(""), width // 2 - 1000)
            rows += w.row(cells)
        return w.table(rows, widths)

    def _chart(self, chart: Chart) -> None:
        self._heading(chart)
        drawing = draw(chart)
        picture = w.paragraph(self._picture(chart, drawing.width, drawing.height), align="left", keep=True)
        width = w.content_width(self.wide)
        if chart.table is None:
            self.parts.append(picture)
        elif drawing.width > WIDTH or len(chart.table.columns) > _BESIDE:
            self.parts += [picture, self._table(chart.table, width), w.paragraph("", after=4)]
        else:
            # a table without borders holds picture and figures side by side
            left = int(drawing.width * 20) + 160
            inner = self._table(chart.table, width - left - 140) + w.paragraph("")
            cells = w.cell(picture, left) + w.cell(inner, width - left)
            self.parts += [w.table(w.row(cells), [left, width - left]), w.paragraph("", after=4)]

    def _picture(self, chart: Chart, width: float, height: float) -> str:
        from lxml import etree

        stream = io.BytesIO(self.pictures.pop(0))
        inline = self.document.part.new_pic_inline(stream, round(width * _EMU), round(height * _EMU))
        # the picture is not yet in the document, so python-docx would give every one the same number
        inline.docPr.set("id", str(_FIRST_PICTURE + len(self.pictures)))
        inline.docPr.set("descr", w.clean(chart.alt))
        inline.docPr.set("title", w.clean(plain(chart.title)))
        return f"<w:r><w:drawing>{etree.tostring(inline, encoding='unicode')}</w:drawing></w:r>"

    def _signatures(self, block: Signatures) -> None:
        self.parts.append(w.paragraph(w.runs(block.pledge, 8.5, w.INK2), before=60, after=6, keep=True))
        width = w.content_width(self.wide) // len(block.roles)
        cells = "".join(
            w.cell(w.paragraph(w.run(role, "", 8.5, w.INK2), before=5, after=38), width)
            for role in block.roles
        )
        self.parts.append(w.table(w.row(cells), [width] * len(block.roles), _BOX))
        self.parts.append(w.paragraph(w.runs(block.closing, 8, w.INK2), before=5))


def fitting_size(table: Table, rooms: list[float], size: float) -> float:
    """The greatest size, in half points from `size` down, in which no figure breaks over two lines.

    Args:
        rooms: Breadth inside the cells of each column, in points.
        size: The size wanted, in points; the answer is at least 4.5.
    """
    for row in table.rows:
        if row.role == "group":
            continue
        for cell, column, room in zip(row.cells, table.columns, rooms, strict=True):
            if column.figures and cell.kind == NUMBER:
                while size > _LEAST and _breadth(cell) * size > room:
                    size -= 0.5
    return size


def _breadth(cell: Cell) -> float:
    """How broad a bold figure with its signs is, in its own size; ample, for the fonts are the reader's."""
    figure = plain(cell.text[: len(cell.text) - len(cell.flags)])
    signs = plain(cell.text[len(cell.text) - len(cell.flags) :])
    unit = len(cell.unit) * 0.6 + 0.3 if cell.unit else 0.0
    return sum(0.3 if char in ",. " else 0.65 for char in figure) + 0.4 * len(signs) + unit


def _display(node: Node, keep: bool) -> str:
    return w.paragraph(
        f"<m:oMathPara>{omml(node, w.EAST)}</m:oMathPara>", align="center", before=3, after=3, keep=keep
    )


__all__ = ["fitting_size", "word_bytes"]
