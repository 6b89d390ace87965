"""What calamine does not tell: hidden rows, formulas without a value, percent formats, cells far away.

Runs inside the guarded subprocess. The text of a sheet is searched with a few expressions, not parsed: a
parser with a call per cell would take longer than calamine itself.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from tanheng.metering.zip_guard import Stop, unpack

MAX_COLUMNS = 702
"""Columns A to ZZ; a plant's sheet has a few dozen."""
MAX_ROWS = 1_000_000
_PERCENT_IDS = ("9", "10")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_HIDDEN = re.compile(rb" hidden=[\"'](?:1|true)[\"']")
_ATTRIBUTE = re.compile(rb'([\w:]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')


@dataclass
class SheetNotes:
    """What was seen in the text of one sheet; rows and columns count from 1."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    formulas: int = 0
    no_value: list[str] = field(default_factory=list)
    percent: list[str] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class BookParts:
    """The parts of a workbook that matter.

    Sheets (name, part, state), date system, cell styles shown as percent.
    """

    sheets: list[tuple[str, str, str]]
    date1904: bool
    percent_styles: tuple[int, ...]


def book_parts(archive: zipfile.ZipFile) -> BookParts:
    """Read the small parts: relations, workbook, styles.

    Raises:
        Stop: TH-I08 where one is missing or is not well formed.
    """
    book = "xl/workbook.xml"
    for _, attributes in elements(archive, "_rels/.rels"):
        if attributes.get("Type", "").endswith("/officeDocument"):
            book = attributes.get("Target", book).lstrip("/")
    folder = posixpath.dirname(book)
    targets: dict[str, str] = {}
    styles = ""
    for tag, attributes in elements(archive, f"{folder}/_rels/{posixpath.basename(book)}.rels"):
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            part = target[1:] if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            targets[attributes.get("Id", "")] = part
            if attributes.get("Type", "").endswith("/styles"):
                styles = part
    sheets, date1904 = [], False
    for tag, attributes in elements(archive, book):
        if tag == "sheet":
            part = targets.get(attributes.get("id", ""), "")
            sheets.append((attributes.get("name", ""), part, attributes.get("state", "visible")))
        elif tag == "workbookPr":
            date1904 = attributes.get("date1904", "0") in ("1", "true")
    if not sheets:
        raise Stop("TH-I08", seen=book)
    return BookParts(sheets, date1904, percent_styles(archive, styles) if styles else ())


def elements(archive: zipfile.ZipFile, part: str) -> list[tuple[str, dict[str, str]]]:
    """Every element of a small part with its attributes, prefixes taken off both.

    Raises:
        Stop: TH-I08, TH-I09.
    """
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.append((tag.rpartition(":")[2], {k.rpartition(":")[2]: v for k, v in attributes.items()}))

    parser.StartElementHandler = start
    try:
        parser.Parse(unpack(archive, part), True)
    except expat.ExpatError as error:
        raise Stop("TH-I08", seen=f"{part}: {error}") from None
    return found


def percent_styles(archive: zipfile.ZipFile, part: str) -> tuple[int, ...]:
    """Indexes of the cell formats that show a number as a percentage."""
    percent, inside, index, found = set(_PERCENT_IDS), False, 0, []
    for tag, attributes in elements(archive, part):
        if tag == "numFmt" and "%" in _QUOTED.sub("", attributes.get("formatCode", "")):
            percent.add(attributes.get("numFmtId", ""))
        elif tag in ("cellXfs", "cellStyleXfs"):
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            if attributes.get("numFmtId") in percent:
                found.append(index)
            index += 1
        elif tag in ("cellStyles", "dxfs"):
            inside = False
    return tuple(found)


def scan_sheet(data: bytes, sheet: str, percent: tuple[int, ...]) -> SheetNotes:
    """Search the text of one sheet.

    Raises:
        Stop: TH-I08 no sheet, or one cut short; TH-I12 a cell beyond the columns and rows that are read.
    """
    root = re.search(rb"<(?:(\w+):)?worksheet\b", data[:4096])
    if root is None:
        raise Stop("TH-I08", sheet, seen="worksheet")
    mark = root[1] + b":" if root[1] else b""
    if not data[-4096:].rstrip().endswith(b"</%sworksheet>" % mark):
        raise Stop("TH-I08", sheet, seen="</worksheet>")
    far = re.search(rb' r="((?:[A-Z]{3}|[A-Z]{1,2}\d{7})[A-Z\d]*)"', data)
    if far:
        raise Stop("TH-I12", sheet, far[1].decode("ascii"), wanted=f"ZZ{MAX_ROWS - 1}")
    notes = SheetNotes()
    for flag in _HIDDEN.finditer(data):
        text = data[data.rfind(b"<", 0, flag.start()) + 1 : data.find(b">", flag.start())]
        _hidden(notes, text.partition(b" ")[0].removeprefix(mark), _attributes(text))
    if b"mergeCell" in data:
        for tag in re.finditer(rb"<%smergeCell\b([^>]*)>" % mark, data):
            notes.merged.append(_attributes(tag[1]).get("ref", ""))
    if b"<%sf" % mark in data:
        _formulas(notes, data, mark)
    if b't="e"' in data:
        # calamine hands error values over as blanks
        for tag in re.finditer(rb'<%sc\b([^>]*\bt="e"[^>]*)>(.*?)</%sc>' % (mark, mark), data, re.DOTALL):
            value = re.search(rb"<%sv\b[^>]*>([^<]*)<" % mark, tag[2])
            seen = value[1].decode("utf-8", "replace") if value else "#"
            notes.errors.append((_attributes(tag[1]).get("r", ""), seen))
    if percent:
        styles = b"|".join(b"%d" % each for each in percent)
        shown = re.compile(rb"<%sc\b(?=[^>]*\bs=[\"'](?:%s)[\"'])([^>]*[^/>])>" % (mark, styles))
        notes.percent = [_attributes(tag[1]).get("r", "") for tag in shown.finditer(data)]
    return notes


def _attributes(text: bytes) -> dict[str, str]:
    return {
        m[1].decode(): (m[2] if m[2] is not None else m[3]).decode("utf-8", "replace")
        for m in _ATTRIBUTE.finditer(text)
    }


def _hidden(notes: SheetNotes, tag: bytes, attributes: dict[str, str]) -> None:
    if tag == b"row" and attributes.get("r", "").isdecimal():
        notes.hidden_rows.append(int(attributes["r"]))
    elif tag == b"col" and attributes.get("min", "").isdecimal() and attributes.get("max", "").isdecimal():
        notes.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))


def _formulas(notes: SheetNotes, data: bytes, mark: bytes) -> None:
    """Count the formulas and name those whose result was never stored (a program wrote them.

    Nobody calculated).
    """
    opening, closing = b"<%sc" % mark, b"</%sc>" % mark
    value = re.compile(rb"<%sv\b[^>]*>[^<]" % mark)
    for match in re.finditer(rb"<%sf[\s/>]" % mark, data):
        notes.formulas += 1
        start, end = data.rfind(opening, 0, match.start()), data.find(closing, match.start())
        cell = data[start:end]
        if start < 0 or end < 0:
            continue
        attributes = _attributes(cell[: cell.find(b">")])
        # a formula that yields an empty text stores t="str" and nothing else: that is a value
        if not value.search(cell) and attributes.get("t") != "str":
            notes.no_value.append(attributes.get("r", ""))
