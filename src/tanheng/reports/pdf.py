"""A Statement as PDF/A: archived for good, set by Typst with the package's own fonts."""

from __future__ import annotations

from tanheng.engine.notation.tree import Node, linear
from tanheng.engine.notation.typst import text_literal, typst
from tanheng.reports.charts import WIDTH, draw
from tanheng.reports.typesetting import array, call, compile_source, content
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
    Statement,
    Table,
    TableRow,
)
from tanheng.statement.text import Text, plain, rich

STANDARD = "a-2b"
_MANY_COLUMNS = 10
# a chart's table with more columns than these stands below the chart
_BESIDE = 4
_WHOLE = 24


def pdf_bytes(statement: Statement, standard: str = STANDARD) -> bytes:
    """Print a statement.

    Args:
        standard: PDF/A level of Typst, "a-2b", "a-2a" or "a-3b".

    Returns:
        The file. Equal statements give equal bytes.

    Raises:
        Refused: TH-R06 a character has no glyph in the package's fonts; TH-R07 there are no fonts.
    """
    return compile_source(document(statement), "pdf", pdf_standards=[standard])[0]


def document(statement: Statement) -> str:
    """The Typst body of a whole statement."""
    title = plain(statement.title)
    # all free text goes in as string literals; nothing a plant types is ever Typst code
    head = [
        f"title: {text_literal(title)}",
        f"running: {text_literal(statement.running)}",
        f"foot: {text_literal(statement.digest)}",
        f"lang: {text_literal(statement.lang)}",
    ]
    figures = array(
        [array([content(f.label), content(f.cell.text), content(_unit(f.cell))]) for f in statement.figures]
    )
    rows = array([array([content(label), _inline(cell)]) for label, cell in statement.cover])
    parts = [f"#show: house.with({', '.join(head)})", "#set par(leading: 0.72em)"]
    titles = [content(text) for text in (statement.title, statement.subtitle)]
    parts.append(call("#cover", *titles, figures, content(statement.note), rows))
    if statement.signatures is not None:
        signed = statement.signatures
        roles = array([text_literal(role) for role in signed.roles])
        parts.append(f"#signatures({content(signed.pledge)}, {roles}, {content(signed.closing)})")
    wide = False
    for number, section in enumerate(statement.sections):
        parts.append(_section(section, wide, section.fresh or number == 0))
        wide = section.wide
    return "\n".join(parts)


def _section(section: Section, wide_before: bool, fresh: bool) -> str:
    lines = []
    if section.wide != wide_before:
        # changing the paper's direction begins a page by itself
        side = "14mm" if section.wide else "18mm"
        flat = "true" if section.wide else "false"
        lines.append(f"#set page(flipped: {flat}, margin: (x: {side}, top: 21mm, bottom: 18mm))")
    elif fresh:
        lines.append("#pagebreak(weak: true)")
    lines.append(f"#heading(level: 1, {content(section.title)})")
    lines += [_block(block) for block in section.blocks]
    return "\n".join(lines)


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        if block.role == "body":
            return f"#par({content(block.text)})"
        return f"#par-{'caution' if block.role == 'caution' else 'note'}({content(block.text)})"
    if isinstance(block, Pairs):
        rows = array([array([content(label), _inline(cell)]) for label, cell in block.rows])
        return f"{_heading(block)}#pairs({rows})"
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Formula):
        return _formula(block)
    return _chart(block)


def _chart(chart: Chart) -> str:
    drawing = draw(chart)
    if chart.table is None:
        return f"{_heading(chart)}#align(center, {drawing.source(chart.alt)})"
    if drawing.width > WIDTH or len(chart.table.columns) > _BESIDE:
        return f"{_heading(chart)}#align(center, {drawing.source(chart.alt)})\n#{_grid(chart.table)}"
    return f"{_heading(chart)}#beside({drawing.source(chart.alt)}, {_grid(chart.table)})"


def _heading(block: Pairs | Table | Chart) -> str:
    return f"#heading(level: 2, {content(block.title)})\n" if block.title else ""


def _table(table: Table) -> str:
    below = f"\n#notes({array([content(note) for note in table.notes])})" if table.notes else ""
    return f"{_heading(table)}#{_grid(table)}{below}"


def _grid(table: Table) -> str:
    # twelve months of eleven characters fit across A4 at 6.5 pt and no larger
    many = len(table.columns) > _MANY_COLUMNS
    size = 6.5 if many else 7.0 if table.small else 8.5
    widths = array([f"{column.width}fr" for column in table.columns])
    sides = array(["right" if column.figures else "left" for column in table.columns])
    head = []
    if table.group:
        head += [
            f"table.cell(colspan: {span}, align: center, th({text_literal(text)}, none, center))"
            for text, span in table.group
        ]
    head += [_head(column) for column in table.columns]
    body = [piece for row in table.rows for piece in _row(row, len(table.columns))]
    lines = 2 if table.group else 1
    # a table that fits on a page is not torn
    shape = (
        f", whole: {'true' if len(table.rows) <= _WHOLE else 'false'}, tight: {'true' if many else 'false'}"
    )
    return f"grid-table({widths}, {sides}, {size}pt, {lines}, {array(head)}, {array(body)}{shape})"


def _head(column: Column) -> str:
    unit = content(column.unit) if column.unit else "none"
    return f"th({content(column.head)}, {unit}, {'right' if column.figures else 'left'})"


def _row(row: TableRow, columns: int) -> list[str]:
    if row.role == "group":
        look = f'colspan: {columns}, fill: rgb("#F7F9FA"), align: left'
        return [call("table.cell", look, f"bd({content(row.cells[0].text)})")]
    return [_inline(cell, row.role == "sum") for cell in row.cells]


def _inline(cell: Cell, strong: bool = False) -> str:
    if cell.kind == NUMBER:
        figure, flags = (
            cell.text[: len(cell.text) - len(cell.flags)],
            cell.text[len(cell.text) - len(cell.flags) :],
        )
        spelt = f"num({content(figure)}, strong: {'true' if strong else 'false'})"
        signs = "".join(f", flag({text_literal(run.text)})" for run in flags)
        unit = f', " ", text(size: 0.9em, fill: ink3, {content(_unit(cell))})' if cell.unit else ""
        return f"r({spelt}{signs}{unit})"
    if cell.kind == GAP:
        return f"hole({content(cell.text)})"
    if cell.kind in (NONE, IDLE):
        return f"mark({content(cell.text)})"
    return f"bd({content(cell.text)})" if strong else content(cell.text)


def _unit(cell: Cell) -> Text:
    return rich(cell.unit)


def _formula(block: Formula) -> str:
    numbers, of = "none", "none"
    if block.numbers is not None:
        numbers, of = _equation(block.numbers), content(block.numbers_of)
    where = array([array([f"${typst(node)}$", content(text)]) for node, text in block.where])
    rounding = content(block.rounding) if block.rounding else "none"
    head = (content(block.title), content(block.law), _equation(block.node))
    keep = ["keep: true"] if block.keep else []
    return call("#formula", *head, numbers, of, where, rounding, *keep)


def _equation(node: Node) -> str:
    alt = text_literal(linear(node).strip())
    return call("math.equation", "block: true", f"alt: {alt}", f"${typst(node)}$")


__all__ = ["document", "pdf_bytes"]
