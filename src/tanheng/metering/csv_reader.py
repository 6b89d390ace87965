"""One sheet from a CSV file.

Encoding and separator are told from the content and said, never guessed silently.
"""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.metering.grid import Cell, Grid
from tanheng.metering.zip_guard import MAX_FILE, sniff

_SEPARATORS = (",", ";", "\t")
_NAMES = {",": ("逗号", "commas"), ";": ("分号", "semicolons"), "\t": ("制表符", "tabs")}
LONGEST_FIELD = 10_000


def read_csv(path: Path, sheet: str) -> tuple[Grid, list[Problem]]:
    """Read one sheet of the template from a CSV file with a header line; a line of units may follow.

    Raises:
        Refused: TH-I04, I05, I07, TH-I50 a byte that breaks the encoding, TH-I51 lines of different lengths.
    """
    place = Place(path.name, sheet)
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise Refused(problem("TH-I04", place, seen=getattr(error, "strerror", None) or error)) from None
    if len(data) > MAX_FILE:
        raise Refused(problem("TH-I07", place, what="bytes", seen=len(data), wanted=MAX_FILE))
    encoding, text = decode(data, place)
    if sniff(data[:4096]) != "text":
        raise Refused(problem("TH-I05", place, seen=sniff(data[:4096])))
    separator = _separator(text)
    rows = _rows(text, separator, place)
    width = len(rows[0]) if rows else 0
    columns: list[list[Cell]] = [[row[at] for row in rows] for at in range(width)]
    zh, en = _NAMES[separator]
    said = problem("TH-I52", place, seen=encoding, wanted=zh, wanted_zh=zh, wanted_en=en)
    return Grid("csv", path.name, sheet, columns), [said]


def decode(data: bytes, place: Place = Place()) -> tuple[str, str]:
    """The encoding of some bytes and their text, without a byte order mark.

    Raises:
        Refused: TH-I50 with the byte that fits neither UTF-8 nor GBK.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "UTF-8"),
        (codecs.BOM_UTF16_LE, "UTF-16LE"),
        (codecs.BOM_UTF16_BE, "UTF-16BE"),
    ):
        if data.startswith(mark):
            return f"{name} (BOM)", _strict(data[len(mark) :], name, len(mark), place)
    if data[1:4:2] == b"\0\0" and data[:1] != b"\0":
        return "UTF-16LE", _strict(data, "UTF-16LE", 0, place)
    try:
        return "UTF-8", data.decode("utf-8")
    except UnicodeDecodeError as utf8:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as gbk:
            # the encoding that got farther is the one the file was meant in
            far, name = max((utf8.start, "UTF-8"), (gbk.start, "GBK"))
            raise Refused(problem("TH-I50", place, byte=far + 1, seen=name)) from None
    broken = _mixed(data, text)
    if broken is not None:
        raise Refused(problem("TH-I50", place, byte=broken + 1, seen="GBK"))
    return "GBK", text


def _strict(data: bytes, name: str, skipped: int, place: Place) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise Refused(problem("TH-I50", place, byte=error.start + skipped + 1, seen=name)) from None


def _mixed(data: bytes, text: str) -> int | None:
    """Where UTF-8 stands in a file that is GBK elsewhere.

    Such bytes are valid GBK too, but read as rare characters.
    """
    position = 0
    for line in data.split(b"\n"):
        if not line.isascii():
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                pass
            else:
                # two or more Chinese characters in UTF-8 are never by chance also the bytes of a GBK word
                if sum(byte >= 0xE0 for byte in line) >= 2:
                    return position + next(at for at, byte in enumerate(line) if byte >= 0x80)
        position += len(line) + 1
    return None


def _separator(text: str) -> str:
    """The separator that the first line has most of, outside quotes."""
    head = text.lstrip("\r\n").partition("\n")[0]
    outside = "".join(head.split('"')[::2])
    return max(_SEPARATORS, key=outside.count)


def _rows(text: str, separator: str, place: Place) -> list[list[str]]:
    csv.field_size_limit(LONGEST_FIELD)
    rows: list[list[str]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if rows and len(row) != len(rows[0]):
                where = Place(place.file, place.sheet, f"A{reader.line_num}")
                raise Refused(
                    problem("TH-I51", where, row=reader.line_num, seen=len(row), wanted=len(rows[0]))
                )
            rows.append(row)
    except csv.Error as error:
        wanted = len(rows[0]) if rows else 1
        raise Refused(problem("TH-I51", place, row=reader.line_num, seen=error, wanted=wanted)) from None
    return rows
