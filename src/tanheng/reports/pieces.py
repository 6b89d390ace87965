"""What a printed statement must read like: its texts in the order in which every printer prints them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tanheng.engine.notation.tree import Big, Glyph, Node, children, linear
from tanheng.reports.charts import draw
from tanheng.statement.model import (
    NUMBER,
    Block,
    Cell,
    Chart,
    Formula,
    Pairs,
    Paragraph,
    Statement,
    Table,
)
from tanheng.statement.text import plain, rich

TEXT, FORMULA, DRAWING = "text", "formula", "drawing"


@dataclass(frozen=True, slots=True)
class Piece:
    """One text in its place.

    Attributes:
        kind: text; formula (set in two dimensions: a PDF may give its characters in another order); drawing
            (labels of a chart, printed as vectors in the PDF and as a picture elsewhere).
        head: Heads of the table at hand, which a printer repeats on a new page.
    """

    text: str
    kind: str = TEXT
    head: str = ""


def pieces(statement: Statement, target: str) -> Iterator[Piece]:
    """Every piece of a statement, in order.

    Args:
        target: "docx", "pdf" or "xlsx"; workbooks hold formulas in one line and leave a chart's gaps blank.
    """
    yield Piece(plain(statement.title))
    yield Piece(plain(statement.subtitle))
    for figure in statement.figures:
        yield Piece(plain(figure.label))
        yield Piece(_cell(figure.cell))
    yield Piece(plain(statement.note))
    for label, cell in statement.cover:
        yield Piece(plain(label))
        yield Piece(_cell(cell))
    if statement.signatures is not None:
        signed = statement.signatures
        yield from (Piece(text) for text in (plain(signed.pledge), *signed.roles, plain(signed.closing)))
    for section in statement.sections:
        yield Piece(plain(section.title))
        for block in section.blocks:
            yield from _block(block, target)


def _block(block: Block, target: str) -> Iterator[Piece]:
    if isinstance(block, Paragraph):
        yield Piece(plain(block.text))
    elif isinstance(block, Pairs):
        yield Piece(plain(block.title))
        for label, cell in block.rows:
            yield Piece(plain(label))
            yield Piece(_cell(cell))
    elif isinstance(block, Table):
        yield Piece(plain(block.title))
        yield from _table(block)
    elif isinstance(block, Formula):
        yield from _formula(block, target)
    else:
        yield from _chart(block, target)


def _table(table: Table, blank_gaps: bool = False) -> Iterator[Piece]:
    head = "".join(
        [*(text for text, _ in table.group), *(plain(c.head) + plain(c.unit) for c in table.columns)]
    )
    yield Piece(head)
    for row in table.rows:
        if row.role == "group":
            yield Piece(_cell(row.cells[0]), head=head)
            continue
        for cell, column in zip(row.cells, table.columns, strict=True):
            blank = blank_gaps and column.figures and cell.kind != NUMBER
            yield Piece("" if blank else _cell(cell), head=head)
    yield from (Piece(plain(note)) for note in table.notes)


def _cell(cell: Cell) -> str:
    return plain(cell.text) + (plain(rich(cell.unit)) if cell.kind == NUMBER and cell.unit else "")


def _formula(block: Formula, target: str) -> Iterator[Piece]:
    def spelt(node: Node) -> Piece:
        return Piece(linear(node)) if target == "xlsx" else Piece(glyphs(node), FORMULA)

    yield Piece(plain(block.title))
    yield Piece(plain(block.law))
    yield spelt(block.node)
    if block.numbers is not None:
        yield spelt(block.numbers)
        yield Piece(plain(block.numbers_of))
    for node, text in block.where:
        yield spelt(node)
        yield Piece(plain(text))
    yield Piece(plain(block.rounding))


def glyphs(node: Node) -> str:
    """The characters of a formula, base before scripts; brackets, sums and bars are drawn."""
    if isinstance(node, Glyph):
        return node.text
    sign = node.sign if isinstance(node, Big) and node.sign != "∑" else ""
    return sign + "".join(glyphs(child) for child in children(node))


def _chart(chart: Chart, target: str) -> Iterator[Piece]:
    yield Piece(plain(chart.title))
    # elsewhere the drawing is a picture or a chart of the program, without text of ours
    if target == "pdf":
        yield Piece("".join(draw(chart).labels), DRAWING)
    if chart.table is not None:
        yield from _table(chart.table, blank_gaps=target == "xlsx")
