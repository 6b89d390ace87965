"""Pieces of WordprocessingML as text; python-docx would take seconds for the cells of a plant-year."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from tanheng.statement.text import BOLD, CODE, SUB, SUP, Text

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
LATIN, EAST, FIXED = "Arial", "微软雅黑", "Consolas"
INK, INK2, INK3 = "16212B", "4A5865", "5F6C78"
LINE, SOFT, SUNKEN, BRAND = "4A5865", "E3E8EB", "F1F4F5", "0B6B66"
AMBER, AMBER_TINT, BLUE = "8A5200", "FFF3D9", "1C58A8"
_STYLES = {SUB: '<w:vertAlign w:val="subscript"/>', SUP: '<w:vertAlign w:val="superscript"/>', BOLD: "<w:b/>"}


def clean(text: str) -> str:
    """Characters that XML 1.0 forbids become spaces; a document must open whatever a plant typed."""
    return "".join(
        c if c >= " " and not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff" else " " for c in text
    )


def run(text: str, style: str = "", size: float = 0, colour: str = "", strong: bool = False) -> str:
    """One run. `size` in points; 0 keeps the paragraph's."""
    props = ""
    if style == CODE:
        props += f'<w:rFonts w:ascii="{FIXED}" w:hAnsi="{FIXED}" w:cs="{FIXED}"/>'
    if strong or style == BOLD:
        props += "<w:b/>"
    if colour:
        props += f'<w:color w:val="{colour}"/>'
    if size:
        props += f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
    if style in (SUB, SUP):
        props += _STYLES[style]
    return f'<w:r><w:rPr>{props}</w:rPr><w:t xml:space="preserve">{escape(clean(text))}</w:t></w:r>'


def runs(text: Text, size: float = 0, colour: str = "", strong: bool = False) -> str:
    """All runs of a text."""
    return "".join(run(r.text, r.style, size, colour, strong) for r in text)


def paragraph(
    inner: str,
    style: str = "",
    align: str = "",
    before: float = 0,
    after: float = 0,
    keep: bool = False,
    extra: str = "",
    right: int = 0,
) -> str:
    """A paragraph around runs.

    Args:
        before, after: Space in points.
        keep: Keeps it on one page with the next.
        extra: Properties that Word wants before the spacing (borders, shade, tabs).
        right: Indent from the right in twentieths of a point.
    """
    props = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
    props += "<w:keepNext/><w:keepLines/>" if keep else ""
    props += extra
    # a styled paragraph keeps the spacing of its style
    if before or after or not style:
        props += f'<w:spacing w:before="{round(before * 20)}" w:after="{round(after * 20)}"/>'
    props += f'<w:ind w:right="{right}"/>' if right else ""
    props += f'<w:jc w:val="{align}"/>' if align else ""
    return f"<w:p><w:pPr>{props}</w:pPr>{inner}</w:p>"


def cell(inner: str, width: int, fill: str = "", span: int = 1, borders: str = "") -> str:
    """A table cell around paragraphs. `width` in twentieths of a point."""
    props = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    props += f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    props += f"<w:tcBorders>{borders}</w:tcBorders>" if borders else ""
    props += f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    props += '<w:vAlign w:val="center"/>'
    return f"<w:tc><w:tcPr>{props}</w:tcPr>{inner}</w:tc>"


def row(cells: str, head: bool = False) -> str:
    """A row that is never split; a head row is repeated on every page."""
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{cells}</w:tr>"


def table(rows: str, widths: list[int], borders: str = "", margin: int = 60) -> str:
    """A table of fixed layout. `margin` left and right in every cell, in twentieths of a point."""
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    margins = "".join(f'<w:{side} w:w="{margin}" w:type="dxa"/>' for side in ("left", "right"))
    props = (
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
    )
    return f"<w:tbl><w:tblPr>{props}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def border(side: str, size: int, colour: str) -> str:
    """One border; `size` in eighths of a point."""
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'


RULED = border("top", 8, LINE) + border("bottom", 4, SOFT) + border("insideH", 4, SOFT)


def page_setup(wide: bool, references: str = "", first_plain: bool = False, new_page: bool = True) -> str:
    """Section properties: A4, upright or flat. `first_plain` leaves the head off the first page."""
    width, height = (16838, 11906) if wide else (11906, 16838)
    side = 850 if wide else 1020
    flat = ' w:orient="landscape"' if wide else ""
    kind = "" if new_page else '<w:type w:val="continuous"/>'
    return (
        f"<w:sectPr>{references}{kind}"
        f'<w:pgSz w:w="{width}" w:h="{height}"{flat}/>'
        f'<w:pgMar w:top="1190" w:right="{side}" w:bottom="1020" w:left="{side}" '
        'w:header="560" w:footer="500" w:gutter="0"/>'
        f"{'<w:titlePg/>' if first_plain else ''}</w:sectPr>"
    )


def content_width(wide: bool) -> int:
    """Breadth of the text area in twentieths of a point."""
    return 16838 - 1700 if wide else 11906 - 2040
