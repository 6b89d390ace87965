"""Small edits of the XML of a workbook that leave every other byte as it was.

A library that loads and saves a workbook loses what it does not know (charts, pictures, slicers); here text
is only added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from tanheng.metering.cell_names import letters, position

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

_WRAPPED = (
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
)
_VML = "urn:schemas-microsoft-com:"
_ROW = re.compile(r"<(\w+:)?row\b([^>]*?)(/>|>(.*?)</(?:\w+:)?row>)", re.DOTALL)
_CELL = re.compile(r"<(?:\w+:)?c\b([^>]*?)(?:/>|>.*?</(?:\w+:)?c>)", re.DOTALL)
_NUMBER = re.compile(r'\br="(\d+)"')
_NAME = re.compile(r'\br="([A-Z]+\d+)"')
_STYLE = re.compile(r'\bs="(\d+)"')
_AFTER = (
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
)


class Styles:
    """The style part of a workbook: gives each cell style its twin with another ground."""

    def __init__(self, text: str) -> None:
        self.text = text
        block = re.search(r"<(?:\w+:)?cellXfs\b[^>]*>(.*?)</(?:\w+:)?cellXfs>", text, re.DOTALL)
        self._old = (
            re.findall(r"<(?:\w+:)?xf\b(?:[^>]*?/>|.*?</(?:\w+:)?xf>)", block[1], re.DOTALL) if block else []
        )
        self._new: dict[tuple[int, str], int] = {}
        self._fills: dict[str, int] = {}
        fills = re.search(r"<(?:\w+:)?fills\b[^>]*>(.*?)</(?:\w+:)?fills>", text, re.DOTALL)
        self._first_fill = len(re.findall(r"<(?:\w+:)?fill>", fills[1])) if fills else 0
        self.usable = bool(self._old and fills)

    def twin(self, style: int, colour: str) -> int:
        """The index of the style like `style` on a ground of `colour` (RRGGBB)."""
        self._fills.setdefault(colour, self._first_fill + len(self._fills))
        return self._new.setdefault((min(style, len(self._old) - 1), colour), len(self._old) + len(self._new))

    def wrapped(self) -> int:
        """The index of a plain style whose text goes over several lines."""
        return self._new.setdefault((0, ""), len(self._old) + len(self._new))

    def written(self) -> str:
        """The part with the new fills and styles added."""
        fills = "".join(
            f'<fill><patternFill patternType="solid"><fgColor rgb="FF{c}"/></patternFill></fill>'
            for c in self._fills
        )
        formats = "".join(
            self._like(style, self._fills[colour]) if colour else _WRAPPED for style, colour in self._new
        )
        mark = re.search(r"<(\w+:)?cellXfs\b", self.text)
        fills, formats = (_marked(part, (mark and mark[1]) or "") for part in (fills, formats))
        return _added(_added(self.text, "fills", fills, len(self._fills)), "cellXfs", formats, len(self._new))

    def _like(self, style: int, fill: int) -> str:
        old = re.sub(r"^<\w+:", "<", self._old[style])
        old = re.sub(r"(</?)\w+:", r"\1", old)
        head = re.match(r"<xf\b[^>]*?(?=/?>)", old)
        assert head is not None
        kept = re.sub(r'\s(?:fillId|applyFill)="[^"]*"', "", head[0])
        return f'{kept} fillId="{fill}" applyFill="1"{old[head.end() :]}'


def _marked(text: str, mark: str) -> str:
    return re.sub(r"<(/?)(?=\w)", rf"<\1{mark}", text) if mark else text


def _added(text: str, tag: str, more: str, count: int) -> str:
    """`more` added inside a counted list."""
    end = re.search(rf"</(?:\w+:)?{tag}>", text)
    if end is None or not count:
        return text
    text = text[: end.start()] + more + text[end.start() :]

    def counted(match: re.Match[str]) -> str:
        return re.sub(r'count="(\d+)"', lambda m: f'count="{int(m[1]) + count}"', match[0])

    return re.sub(rf"<(?:\w+:)?{tag}\b[^>]*>", counted, text, count=1)


def mark_cells(text: str, marks: Mapping[str, str], styles: Styles) -> str:
    """A sheet's XML in which each named cell stands on its colour.

    Cells that were not there are added, empty.
    """
    by_row: dict[int, list[str]] = {}
    for cell in marks:
        by_row.setdefault(position(cell)[1], []).append(cell)
    seen: set[int] = set()

    def row(match: re.Match[str]) -> str:
        number = _NUMBER.search(match[2])
        if number is None or int(number[1]) not in by_row:
            return match[0]
        seen.add(int(number[1]))
        mark = match[1] or ""
        inside = _mark_row(match[4] or "", sorted(by_row[int(number[1])], key=position), marks, styles, mark)
        return f"<{mark}row{match[2]}>{inside}</{mark}row>"

    head, data, tail = _sheet_data(text)
    data = _ROW.sub(row, data)
    for number in sorted(set(by_row) - seen):
        data = _insert_row(data, number, sorted(by_row[number], key=position), marks, styles)
    return head + data + tail


def _sheet_data(text: str) -> tuple[str, str, str]:
    text = re.sub(r"<((?:\w+:)?sheetData)\s*/>", r"<\1></\1>", text)
    start = re.search(r"<(?:\w+:)?sheetData[^>]*>", text)
    end = re.search(r"</(?:\w+:)?sheetData>", text)
    if start is None or end is None:
        return text, "", ""
    return text[: start.end()], text[start.end() : end.start()], text[end.start() :]


def _mark_row(inside: str, cells: Sequence[str], marks: Mapping[str, str], styles: Styles, mark: str) -> str:
    wanted = set(cells)

    def cell(match: re.Match[str]) -> str:
        name = _NAME.search(match[1])
        if name is None or name[1] not in wanted:
            return match[0]
        wanted.discard(name[1])
        style = _STYLE.search(match[1])
        new = styles.twin(int(style[1]) if style else 0, marks[name[1]])
        kept = _STYLE.sub("", match[1]).rstrip()
        return match[0].replace(match[1], f'{kept} s="{new}"', 1)

    inside = _CELL.sub(cell, inside)
    for name in sorted(wanted, key=position):
        fresh = f'<{mark}c r="{name}" s="{styles.twin(0, marks[name])}"/>'
        column = position(name)[0]
        at = next(
            (
                m.start()
                for m in _CELL.finditer(inside)
                if (there := _NAME.search(m[1])) and position(there[1])[0] > column
            ),
            len(inside),
        )
        inside = inside[:at] + fresh + inside[at:]
    return inside


def _insert_row(
    data: str, number: int, cells: Sequence[str], marks: Mapping[str, str], styles: Styles
) -> str:
    first = _ROW.search(data)
    mark = (first[1] or "") if first else ""
    fresh = f'<{mark}row r="{number}">{_mark_row("", cells, marks, styles, mark)}</{mark}row>'
    at = next(
        (m.start() for m in _ROW.finditer(data) if (n := _NUMBER.search(m[2])) and int(n[1]) > number),
        len(data),
    )
    return data[:at] + fresh + data[at:]


def add_comments(text: str, notes: Mapping[str, str]) -> str:
    """A comments part with the notes added; a cell that has a comment keeps it and gets the note below."""
    for cell, note in notes.items():
        body = f'<r><t xml:space="preserve">{escape(note)}</t></r>'
        there = re.search(rf'<comment\b[^>]*\bref="{cell}"[^>]*>.*?(</text>)', text, re.DOTALL)
        if there is not None:
            text = (
                text[: there.start(1)]
                + body.replace('preserve">', 'preserve">\n\n', 1)
                + text[there.start(1) :]
            )
            continue
        fresh = f'<comment ref="{cell}" authorId="0"><text>{body}</text></comment>'
        text = text.replace("</commentList>", fresh + "</commentList>", 1)
    return text


def new_comments() -> str:
    """An empty comments part."""
    inside = "<authors><author>Tanheng</author></authors><commentList></commentList>"
    return f'{XML}<comments xmlns="{MAIN}">{inside}</comments>'


def new_drawing() -> str:
    """An empty drawing part for the boxes of comments."""
    spaces = f'xmlns:v="{_VML}vml" xmlns:o="{_VML}office:office" xmlns:x="{_VML}office:excel"'
    shape = (
        '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
        '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
    )
    return f"<xml {spaces}>{shape}</xml>"


def add_boxes(text: str, cells: Sequence[str], colour: Mapping[str, str]) -> str:
    """A drawing part with a hidden box for each comment."""
    boxes = []
    for number, cell in enumerate(cells):
        column, row = position(cell)
        anchor = f"{column}, 15, {max(row - 2, 0)}, 10, {column + 4}, 15, {max(row - 2, 0) + 6}, 4"
        ground = f'fillcolor="#{colour[cell]}" o:insetmode="auto"><v:fill color2="#{colour[cell]}"/>'
        place = f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column>"
        boxes.append(
            f'<v:shape id="_x0000_s{90001 + number}" type="#_x0000_t202" '
            f'style="position:absolute;visibility:hidden" {ground}'
            '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
            '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
            '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
            f"<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>{place}</x:ClientData></v:shape>"
        )
    return text.replace("</xml>", "".join(boxes) + "</xml>", 1)


def link_drawing(text: str, relation: str) -> str:
    """A sheet's XML that points to its drawing of comment boxes."""
    root = re.search(r"<(\w+:)?worksheet\b[^>]*>", text)
    assert root is not None
    tag = f'<{root[1] or ""}legacyDrawing xmlns:thr="{LINKS}" thr:id="{relation}"/>'
    data_end = re.search(r"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*/>", text)
    start = data_end.end() if data_end else root.end()
    later = re.search(rf"<(?:\w+:)?(?:{'|'.join(_AFTER)})\b|</(?:\w+:)?worksheet>", text[start:])
    at = start + (later.start() if later else 0)
    return text[:at] + tag + text[at:]


def list_sheet(heads: Sequence[str], rows: Sequence[Sequence[str]], links: Sequence[str], style: int) -> str:
    """A new sheet with a table of texts in one cell style.

    `links` are places inside the workbook for the rows ("" for none).
    """
    lines = [_text_row(n, row, style) for n, row in enumerate([heads, *rows], start=1)]
    widths = (8, 10, 20, 12, 60, 60)
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(widths, start=1)
    )
    jumps = "".join(
        f'<hyperlink ref="D{n}" location={quoteattr(place)}/>'
        for n, place in enumerate(links, start=2)
        if place
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    linked = f"<hyperlinks>{jumps}</hyperlinks>" if jumps else ""
    fit = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
    page = '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
    inside = f"{fit}{view}<cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData>{linked}{page}"
    return f'{XML}<worksheet xmlns="{MAIN}">{inside}</worksheet>'


def _text_row(number: int, texts: Sequence[str], style: int) -> str:
    cells = "".join(
        f'<c r="{letters(at)}{number}" s="{style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{escape(text)}</t></is></c>'
        for at, text in enumerate(texts, start=1)
    )
    return f'<row r="{number}">{cells}</row>'
