"""An annotated copy of a workbook.

Faulty cells coloured and commented, and a list of all problems as a new sheet.

The copy is the same archive with text added to a few parts, so formulas, charts, pictures and everything else
stay.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.metering.cell_names import letters, position
from tanheng.metering.ooxml_edit import (
    LINKS,
    XML,
    Styles,
    add_boxes,
    add_comments,
    link_drawing,
    list_sheet,
    mark_cells,
    new_comments,
    new_drawing,
)
from tanheng.metering.xml_scan import book_parts, elements
from tanheng.metering.zip_guard import MAX_FILE, Stop, office_kind, open_archive, sniff, unpack

COLOURS = {"error": "FCEBE9", "ask": "FFF3D9", "warning": "FFF3D9", "info": "E8F0FB"}
LIST_NAMES = {"zh": "检查结果", "en": "Findings"}
MOST_CELLS = 2_000
"""Cells of one problem that are coloured; a gap of a whole year is coloured from its first cell on."""

_WORDS = {
    "zh": {"error": "错误", "ask": "待确认", "warning": "提醒", "info": "说明"},
    "en": {"error": "error", "ask": "to confirm", "warning": "warning", "info": "note"},
}
_HEADS = {
    "zh": ("级别", "代码", "工作表", "单元格", "问题", "怎么办"),
    "en": ("level", "code", "sheet", "cell", "problem", "remedy"),
}
_ORDER = ("info", "warning", "ask", "error")
_CELL = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}(?::[A-Z]{1,3}[1-9]\d{0,6})?")
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass
class _Book:
    """The parts of the copy: those that changed, over the archive."""

    archive: zipfile.ZipFile
    changed: dict[str, str] = field(default_factory=dict)

    def text(self, part: str) -> str:
        """A part as it stands now."""
        if part not in self.changed:
            self.changed[part] = unpack(self.archive, part).decode("utf-8")
        return self.changed[part]

    def has(self, part: str) -> bool:
        return part in self.changed or part in self.archive.namelist()


def annotate(source: Path, target: Path, problems: Sequence[Problem], lang: str = "zh") -> None:
    """Write a copy of `source` to `target` in which every cell that a problem names is marked and commented.

    Raises:
        Refused: the source is no .xlsx workbook, or one that must not be opened (TH-I05 to TH-I09).
    """
    place = Place(source.name)
    data = source.read_bytes()
    try:
        if len(data) > MAX_FILE:
            raise Stop("TH-I07", what="bytes", seen=str(len(data)), wanted=str(MAX_FILE))
        if sniff(data[:4096]) != "zip":
            raise Stop("TH-I05", seen=sniff(data[:4096]))
        archive = open_archive(data)
        if (kind := office_kind(archive)) != "xlsx":
            raise Stop("TH-I05", seen=kind)
        book = _Book(archive)
        _annotate(book, problems, lang)
        _write(book, target)
    except Stop as stop:
        found = stop.finding
        raise Refused(problem(found.code, place, **found.params)) from None
    except UnicodeDecodeError as error:
        raise Refused(problem("TH-I08", place, seen=str(error))) from None


def _annotate(book: _Book, problems: Sequence[Problem], lang: str) -> None:
    parts = {name: part for name, part, _ in book_parts(book.archive).sheets}
    styles_part = next((n for n in book.archive.namelist() if n.endswith("/styles.xml")), "")
    styles = Styles(book.text(styles_part)) if styles_part else None
    # a cell of a CSV file that stands for a sheet is no cell of this workbook
    mine = [p for p in problems if not p.place.file.lower().endswith((".csv", ".txt", ".tsv"))]
    for number, (name, part) in enumerate(parts.items(), start=1):
        told = [p for p in mine if p.place.sheet == name and _CELL.fullmatch(p.place.cell)]
        if told and styles is not None and styles.usable:
            _annotate_sheet(book, part, number, told, styles, lang)
    usable = styles if styles is not None and styles.usable else None
    _add_list(book, problems, parts, lang, usable.wrapped() if usable else 0)
    if usable is not None:
        book.changed[styles_part] = usable.written()


def _annotate_sheet(
    book: _Book, part: str, number: int, problems: Sequence[Problem], styles: Styles, lang: str
) -> None:
    colours: dict[str, str] = {}
    notes: dict[str, str] = {}
    for each in sorted(problems, key=lambda p: _ORDER.index(p.severity)):
        cells = _cells(each.place.cell)
        for cell in cells:
            colours[cell] = COLOURS[each.severity]
        line = f"{each.code} {each.title(lang)}\n{each.message(lang)}\n{each.remedy(lang)}"
        notes[cells[0]] = f"{notes[cells[0]]}\n\n{line}" if cells[0] in notes else line
    text = mark_cells(book.text(part), colours, styles)
    relations = f"{posixpath.dirname(part)}/_rels/{posixpath.basename(part)}.rels"
    if not book.has(relations):
        book.changed[relations] = _relations("")
    comments = _related(book, relations, part, "comments") or _relate(
        book, relations, part, "comments", f"xl/tanhengComments{number}.xml", new_comments()
    )
    drawing = _related(book, relations, part, "vmlDrawing")
    if drawing is None:
        drawing = _relate(
            book, relations, part, "vmlDrawing", f"xl/drawings/tanhengDrawing{number}.vml", new_drawing()
        )
        text = link_drawing(text, f"thVmlDrawing{number}")
    book.changed[part] = text
    before = book.text(comments)
    fresh = [cell for cell in notes if f'ref="{cell}"' not in before]
    book.changed[comments] = add_comments(before, notes)
    book.changed[drawing] = add_boxes(book.text(drawing), fresh, {c: colours[c] for c in fresh})


def _cells(area: str) -> list[str]:
    first, _, last = area.partition(":")
    (left, top), (right, bottom) = position(first), position(last or first)
    cells = [f"{letters(c)}{r}" for r in range(top, bottom + 1) for c in range(left, right + 1)]
    return cells[:MOST_CELLS] or [first]


def _relations(inside: str) -> str:
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{XML}<Relationships xmlns="{space}">{inside}</Relationships>'


def _related(book: _Book, relations: str, part: str, kind: str) -> str | None:
    """The part of a kind that a sheet refers to already."""
    if relations not in book.archive.namelist():
        return None
    for tag, attributes in elements(book.archive, relations):
        if tag == "Relationship" and attributes.get("Type", "").endswith(f"/relationships/{kind}"):
            target = attributes.get("Target", "")
            path = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.join(posixpath.dirname(part), target)
            )
            return posixpath.normpath(path)
    return None


def _relate(book: _Book, relations: str, part: str, kind: str, target: str, content: str) -> str:
    """Add a new part and the reference to it."""
    number = re.sub(r"\D", "", target)
    name = "thVmlDrawing" if kind == "vmlDrawing" else "thComments"
    entry = f'<Relationship Id="{name}{number}" Type="{LINKS}/{kind}" Target="/{target}"/>'
    book.changed[relations] = _before(book.text(relations), "Relationships", entry)
    book.changed[target] = content
    types = book.text("[Content_Types].xml")
    if kind == "comments":
        entry = f'<Override PartName="/{target}" ContentType="{_MAIN}.comments+xml"/>'
        types = _before(types, "Types", entry)
    elif not re.search(r'Extension="vml"', types, re.IGNORECASE):
        kept = "application/vnd.openxmlformats-officedocument.vmlDrawing"
        entry = f'<Default Extension="vml" ContentType="{kept}"/>'
        types = re.sub(r"(<Types\b[^>]*>)", lambda m: m[1] + entry, types, count=1)
    book.changed["[Content_Types].xml"] = types
    return target


def _before(text: str, tag: str, entry: str) -> str:
    """`entry` put last inside the root element `tag`."""
    text = re.sub(rf"<{tag}\b([^>]*)/>", rf"<{tag}\1></{tag}>", text)
    return text.replace(f"</{tag}>", entry + f"</{tag}>", 1)


def _add_list(book: _Book, problems: Sequence[Problem], parts: dict[str, str], lang: str, style: int) -> None:
    """A last sheet that lists every problem, with links to the cells."""
    workbook = next((n for n in book.archive.namelist() if n.endswith("xl/workbook.xml")), "")
    relations = f"{posixpath.dirname(workbook)}/_rels/workbook.xml.rels"
    if not workbook or not book.has(relations):
        return
    name = LIST_NAMES[lang]
    while name in parts:
        name += "+"
    rows = [
        (
            _WORDS[lang][p.severity],
            p.code,
            p.place.sheet,
            p.place.cell,
            f"{p.title(lang)}：{p.message(lang)}",
            p.remedy(lang),
        )
        for p in sorted(problems, key=lambda p: -_ORDER.index(p.severity))
    ]
    links = [
        "'" + r[2].replace("'", "''") + "'!" + r[3] if r[2] in parts and _CELL.fullmatch(r[3]) else ""
        for r in rows
    ]
    part = "xl/worksheets/tanhengFindings.xml"
    while book.has(part):
        part = part.replace(".xml", "x.xml")
    book.changed[part] = list_sheet(_HEADS[lang], rows, links, style)
    entry = f'<Relationship Id="thFindings" Type="{LINKS}/worksheet" Target="/{part}"/>'
    identity = "thFindings"
    while f'Id="{identity}"' in book.text(relations):
        identity += "x"
    book.changed[relations] = _before(
        book.text(relations), "Relationships", entry.replace("thFindings", identity, 1)
    )
    text = book.text(workbook)
    number = max((int(n) for n in re.findall(r'sheetId="(\d+)"', text)), default=0) + 1
    mark = re.search(r"</(\w+:)?sheets>", text)
    prefix = (mark[1] or "") if mark else ""
    sheet = (
        f'<{prefix}sheet xmlns:thr="{LINKS}" name="{escape(name)}" sheetId="{number}" thr:id="{identity}"/>'
    )
    book.changed[workbook] = text.replace(f"</{prefix}sheets>", sheet + f"</{prefix}sheets>", 1)
    types = f'<Override PartName="/{part}" ContentType="{_MAIN}.worksheet+xml"/>'
    book.changed["[Content_Types].xml"] = _before(book.text("[Content_Types].xml"), "Types", types)


def _write(book: _Book, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for about in book.archive.infolist():
            data = book.changed.pop(about.filename, None)
            content = data.encode("utf-8") if data is not None else unpack(book.archive, about.filename)
            copy.writestr(zipfile.ZipInfo(about.filename, about.date_time), content, zipfile.ZIP_DEFLATED)
        for name, data in sorted(book.changed.items()):
            copy.writestr(
                zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data.encode("utf-8"), zipfile.ZIP_DEFLATED
            )
