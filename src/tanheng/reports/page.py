"""A Statement as one page for the browser: MathML, no script, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import files

from tanheng.engine.notation.mathml import mathml
from tanheng.statement.model import (
    NUMBER,
    Block,
    Cell,
    Chart,
    Formula,
    Pairs,
    Paragraph,
    Section,
    Statement,
    Table,
    TableRow,
)
from tanheng.statement.text import BOLD, CODE, SUB, SUP, Text, plain, rich

# nothing is fetched: styles stand in the page, and its one picture, a brace, is part of them
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_TAGS = {SUB: "sub", SUP: "sup", BOLD: "strong", CODE: "code"}


@cache
def _style() -> str:
    return files("tanheng.reports").joinpath("page.css").read_text(encoding="utf-8")


def html_bytes(statement: Statement) -> bytes:
    """Print a statement as one self-contained HTML page in UTF-8.

    Charts are given by their words and figures. Equal statements give equal bytes.
    """
    title = escape(plain(statement.title))
    subtitle = escape(plain(statement.subtitle))
    head = (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if statement.lang == "zh" else "en"}">\n<head>\n'
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<title>{title} · {subtitle}</title>\n<meta name="generator" content="Tanheng 碳衡">\n'
        f"<style>\n{_style()}</style>\n</head>\n<body>\n"
    )
    parts = [head, *_cover(statement), *_contents(statement), "<main>\n"]
    for number, section in enumerate(statement.sections, 1):
        parts += _section(section, number)
    parts.append(f"</main>\n<footer>{escape(statement.digest)}</footer>\n</body>\n</html>\n")
    return "".join(parts).encode("utf-8")


def _cover(statement: Statement) -> Iterator[str]:
    yield f'<header>\n<h1>{_text(statement.title)}</h1>\n<p class="sub">{_text(statement.subtitle)}</p>\n'
    if statement.figures:
        yield '<div class="figures">'
        for figure in statement.figures:
            unit = f" <small>{_text(rich(figure.cell.unit))}</small>" if figure.cell.unit else ""
            yield f"<div><span>{_text(figure.label)}</span><b>{_text(figure.cell.text)}</b>{unit}</div>"
        yield "</div>\n"
    if statement.note:
        yield f'<p class="note">{_text(statement.note)}</p>\n'
    yield _pairs(statement.cover)
    if statement.signatures is not None:
        signed = statement.signatures
        yield f'<p class="note">{_text(signed.pledge)}</p>\n<ul class="roles">'
        yield "".join(f"<li>{escape(role)}</li>" for role in signed.roles)
        yield f'</ul>\n<p class="note">{_text(signed.closing)}</p>\n'
    yield "</header>\n"


def _contents(statement: Statement) -> Iterator[str]:
    """Links to every part, and to every formula within it."""
    yield '<nav aria-label="目录">\n<ol>\n'
    for number, section in enumerate(statement.sections, 1):
        yield f'<li><a href="#s{number}">{_text(section.title)}</a>'
        formulas = [block for block in section.blocks if isinstance(block, Formula)]
        if formulas:
            yield f"<details><summary>{len(formulas)} 个公式</summary><ol>"
            for each in formulas:
                yield f'<li><a href="#{escape(each.id)}">{_text(each.title)}</a></li>'
            yield "</ol></details>"
        yield "</li>\n"
    yield "</ol>\n</nav>\n"


def _section(section: Section, number: int) -> Iterator[str]:
    yield f'<section id="s{number}">\n<h2>{_text(section.title)}</h2>\n'
    for block in section.blocks:
        yield from _block(block)
    yield "</section>\n"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield f'<p class="{escape(block.role)}">{_text(block.text)}</p>\n'
    elif isinstance(block, Pairs):
        yield f"<h3>{_text(block.title)}</h3>\n" if block.title else ""
        yield _pairs(block.rows)
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Formula):
        yield from _formula(block)
    else:
        yield from _chart(block)


def _pairs(rows: tuple[tuple[Text, Cell], ...]) -> str:
    body = "".join(f"<tr><th>{_text(label)}</th><td>{_cell(cell)}</td></tr>\n" for label, cell in rows)
    return f'<div class="wide"><table class="pairs">{body}</table></div>\n'


def _table(table: Table) -> Iterator[str]:
    yield f'<h3 id="{escape(table.id)}">{_text(table.title)}</h3>\n' if table.title else ""
    # a table may be broader than a telephone; it scrolls by itself and the page does not
    yield '<div class="wide"><table>\n<thead>\n'
    if table.group:
        yield "<tr>" + "".join(f'<th colspan="{span}">{escape(text)}</th>' for text, span in table.group)
        yield "</tr>\n"
    whole = sum(column.width for column in table.columns)
    yield "<tr>"
    for column in table.columns:
        unit = f"<br><small>{_text(column.unit)}</small>" if column.unit else ""
        side = ' class="figure"' if column.figures else ""
        yield f'<th{side} style="width:{column.width * 100 / whole:.1f}%">{_text(column.head)}{unit}</th>'
    yield "</tr>\n</thead>\n<tbody>\n"
    for row in table.rows:
        yield _row(row, table)
    yield "</tbody>\n</table></div>\n"
    yield from (f'<p class="note">{_text(note)}</p>\n' for note in table.notes)


def _row(row: TableRow, table: Table) -> str:
    if row.role == "group":
        return f'<tr class="group"><th colspan="{len(table.columns)}">{_cell(row.cells[0])}</th></tr>\n'
    kind = ' class="sum"' if row.role == "sum" else ""
    cells = "".join(
        f'<td class="{"figure " if column.figures else ""}{cell.kind}">{_cell(cell)}</td>'
        for cell, column in zip(row.cells, table.columns, strict=True)
    )
    return f"<tr{kind}>{cells}</tr>\n"


def _formula(block: Formula) -> Iterator[str]:
    head = f"<span>{_text(block.title)}</span><cite>{_text(block.law)}</cite>"
    yield f'<article id="{escape(block.id)}">\n<h3>{head}</h3>\n'
    yield f'<div class="math">{mathml(block.node)}</div>\n'
    if block.numbers is not None:
        yield f'<div class="math numbers">{mathml(block.numbers)}</div>\n'
        yield f'<p class="note">{_text(block.numbers_of)}</p>\n'
    if block.where:
        yield '<dl class="where">'
        for node, text in block.where:
            yield f"<div><dt>{mathml(node, block=False)}</dt><dd>{_text(text)}</dd></div>\n"
        yield "</dl>\n"
    if block.rounding:
        yield f'<p class="note">{_text(block.rounding)}</p>\n'
    yield "</article>\n"


def _chart(chart: Chart) -> Iterator[str]:
    yield f"<h3>{_text(chart.title)}</h3>\n<p>{escape(chart.alt)}</p>\n"
    if chart.table is not None:
        yield from _table(chart.table)


def _cell(cell: Cell) -> str:
    unit = f" <small>{_text(rich(cell.unit))}</small>" if cell.kind == NUMBER and cell.unit else ""
    return _text(cell.text) + unit


def _text(text: Text) -> str:
    """Runs as HTML; every text is escaped, whoever wrote it."""
    return "".join(
        f"<{_TAGS[run.style]}>{escape(run.text)}</{_TAGS[run.style]}>" if run.style else escape(run.text)
        for run in text
    )


__all__ = ["html_bytes"]
