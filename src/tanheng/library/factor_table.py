"""One factor table: the columns, the strict reader and the writer of a family's CSV.

A table is UTF-8 without BOM, one header line, one factor a line. Nothing of a table counts while one of its
cells is wrong.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from fractions import Fraction

from tanheng.kernel.canonical import canonical_json, digest
from tanheng.kernel.numbers import parse_exact, parse_number
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse
from tanheng.kernel.units import parse_unit

SHIPPED = "shipped"
_MOST = 50  # problems of one file that are worth listing
_FORMULA_SIGNS = "=+-@＝＋－＠"


@dataclass(frozen=True, slots=True)
class Factor:
    """One dated value of the library; the text fields up to `note` are the columns of its table, as printed.

    `since`, `until` and `known` are valid_from, valid_to and known_from as days, open ends as the ends of the
    calendar. `origin` is "shipped" or the name of the user's own library folder; it takes no part in equality
    or digest.
    """

    id: str
    set: str
    item: str
    key: str
    region: str
    name_zh: str
    name_en: str
    value: str
    unit: str
    basis: str
    instrument: str
    source: str
    clause: str
    year: str
    valid_from: str
    valid_to: str
    known_from: str
    certainty: str
    confirmed_on: str
    note: str
    family: str = ""
    value_fraction: Fraction = field(default=Fraction(0), compare=False, repr=False)
    since: date = field(default=date.min, compare=False, repr=False)
    until: date = field(default=date.max, compare=False, repr=False)
    known: date = field(default=date.min, compare=False, repr=False)
    origin: str = field(default=SHIPPED, compare=False)
    line: int = field(default=0, compare=False, repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of the family and the columns: what a result pins."""
        row = {name: getattr(self, name) for name in COLUMNS}
        return digest(canonical_json({"family": self.family, "row": row}))

    def overlaps(self, since: date, until: date) -> bool:
        """Whether the row is valid on any day of [since, until]."""
        return self.since <= until and since <= self.until


COLUMNS = tuple(each.name for each in fields(Factor))[:20]
"""The columns of every factor table, in the order in which they are written."""

_REQUIRED = ("id", "set", "item", "key", "name_zh", "value", "unit", "source", "certainty")
_WORD = re.compile(r"\w[\w.]*")
_KEY = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_RULES: Mapping[str, tuple[Callable[[str], object], str, str]] = {
    "id": (re.compile(r"\w+(\.\w+)+").fullmatch, "由点连接的编号，如 fuel.g23.diesel.ncv", "a dotted id"),
    "set": (_WORD.fullmatch, "一个词", "one word"),
    "item": (_WORD.fullmatch, "一个词", "one word"),
    "key": (_KEY.fullmatch, "一个词，或由 / 连接的几个词", "one word, or several joined by /"),
    "region": (re.compile(r"\w*").fullmatch, "地区代码或地区名", "a region code or name"),
    "instrument": (re.compile(r"[\w.-]*").fullmatch, "依据文件编号", "the id of an instrument"),
    "year": (re.compile(r"(\d{4})?", re.ASCII).fullmatch, "四位年份或空", "a year or nothing"),
    "certainty": (("sure", "check").__contains__, " sure 或 check", "sure or check"),
}
_DATES = ("valid_from", "valid_to", "known_from", "confirmed_on")


def read_table(data: bytes, family: str, file: str, origin: str = SHIPPED) -> tuple[Factor, ...]:
    """Read one table, in the order of its lines.

    Args:
        data: The bytes of the file.
        family: The factor family, the file's name without its ending.
        file: How the file is named in problems.
        origin: "shipped" or the name of the user's library folder.

    Raises:
        Refused: TH-L04 to TH-L10 and TH-N.., TH-U.. of its cells, each with line, column, seen and wanted; up
            to 50 at once.
    """
    reader = csv.reader(io.StringIO(_decode(data, file), newline=""), strict=True)
    found: list[Problem] = []
    rows: list[Factor] = []
    header: Sequence[str] = ()
    try:
        for record in reader:
            place = Place(file=file, cell=f"L{reader.line_num}")
            if not header:
                _check_header(record, place)
                header = record
            elif len(record) != len(header):
                seen, wanted = f"{len(record)} 栏 fields", f"{len(header)} 栏 fields"
                found.append(problem("TH-L07", place, seen=seen, wanted=wanted))
            else:
                cells = dict(zip(header, map(_normal, record), strict=True))
                try:
                    rows.append(_factor(cells, family, place, origin, reader.line_num))
                except Refused as refused:
                    found.extend(refused.problems)
            if len(found) >= _MOST:
                break
    except csv.Error as error:
        place = Place(file=file, cell=f"L{reader.line_num}")
        found.append(problem("TH-L07", place, seen=error, wanted="CSV"))
    if not header and not found:
        found.append(problem("TH-L05", Place(file=file, cell="L1"), column="id", seen="-", wanted="id"))
    found = found or overlaps(rows, file)
    if found:
        raise Refused(found)
    return tuple(rows)


def overlaps(rows: Iterable[Factor], file: str) -> list[Problem]:
    """TH-L08 for every two rows of one id that overlap in validity and are known from the same day."""
    found: list[Problem] = []
    earlier: dict[tuple[str, date], list[Factor]] = {}
    for row in rows:
        same = earlier.setdefault((row.id, row.known), [])
        for other in same:
            if row.overlaps(other.since, other.until):
                texts = {"first": _where(other), "second": _where(row), "known": row.known_from or "-"}
                found.append(problem("TH-L08", Place(file=file, cell=f"L{row.line}"), id=row.id, **texts))
        same.append(row)
    return found[:_MOST]


def export_rows(factors: Iterable[Factor]) -> bytes:
    """Rows of one family in the library's own format; `read_table` reads the bytes back to equal factors.

    Duplicates are written once; the order depends on the rows alone.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(sorted({tuple(getattr(each, name) for name in COLUMNS) for each in factors}))
    return out.getvalue().encode("utf-8")


def export_tables(factors: Iterable[Factor]) -> dict[str, bytes]:
    """Rows of any families as family -> bytes of its table; `FactorLibrary.from_bytes` takes it."""
    families: dict[str, list[Factor]] = {}
    for each in factors:
        families.setdefault(each.family, []).append(each)
    return {family: export_rows(families[family]) for family in sorted(families)}


def _decode(data: bytes, file: str) -> str:
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        seen = "BOM " + data[:3].hex(" ")
        raise refuse("TH-L04", Place(file=file, cell="L1"), line=1, column=1, seen=seen)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        seen = "0x" + data[error.start : error.start + 2].hex()
        place = Place(file=file, cell=f"L{line}")
        raise refuse("TH-L04", place, line=line, column=column, seen=seen) from None


def _normal(text: str) -> str:
    # one spelling of every character, so that a row read back from a pack equals the row that was read here
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _check_header(record: Sequence[str], place: Place) -> None:
    found = []
    for name in dict.fromkeys(record):
        if name not in COLUMNS:
            found.append(problem("TH-L05", place, column=name, seen=name, wanted=", ".join(COLUMNS)))
        elif record.count(name) > 1:
            found.append(problem("TH-L05", place, column=name, seen=f"{record.count(name)} ×", wanted="1 ×"))
    for name in COLUMNS:
        if name not in record:
            found.append(problem("TH-L05", place, column=name, seen="-", wanted=name))
    if found:
        raise Refused(found)


def _factor(cells: Mapping[str, str], family: str, place: Place, origin: str, line: int) -> Factor:
    """One row as a factor. Raises Refused with every wrong cell of the row."""
    found: list[Problem] = []
    for name, text in cells.items():
        found.extend(_wrong_text(name, text, place))
    if found:
        raise Refused(found)
    number = Fraction(0)
    try:
        parse_unit(cells["unit"], Place(place.file, "", place.cell, "unit"))
    except Refused as refused:
        found.extend(refused.problems)
    try:
        number = value_of(cells["value"], Place(place.file, "", place.cell, "value"))
    except Refused as refused:
        found.extend(refused.problems)
    since, until = _day(cells["valid_from"], date.min), _day(cells["valid_to"], date.max)
    if until < since:
        zh, en = f"不早于 {cells['valid_from']} 的日期", f"a day from {cells['valid_from']} on"
        found.append(wrong_cell(place, "valid_to", cells["valid_to"], zh, en))
    if found:
        raise Refused(found)
    return Factor(
        **cells,
        family=family,
        value_fraction=number,
        since=since,
        until=until,
        known=_day(cells["known_from"], date.min),
        origin=origin,
        line=line,
    )


def wrong_cell(place: Place, column: str, seen: str, zh: str, en: str) -> Problem:
    """TH-L06: the cell of a column was seen so and is wanted so, in Chinese and English."""
    at = Place(place.file, "", place.cell, column)
    return problem("TH-L06", at, column=column, seen=seen, wanted_zh=zh, wanted_en=en)


def value_of(text: str, place: Place = Place()) -> Fraction:
    """The value of a cell: a plain decimal as printed, or a quotient of whole numbers such as "44/12".

    Raises:
        Refused: TH-N.. as the strict number readers do.
    """
    if "/" not in text:
        return parse_number(text, place)
    try:
        return parse_exact(text)
    except Refused:
        raise refuse("TH-N01", place, seen=text) from None


def _wrong_text(name: str, text: str, place: Place) -> list[Problem]:
    """The problems of one cell as text, before its number or unit is read."""
    if not text:
        return [wrong_cell(place, name, text, "一个值（不能为空）", "a value")] if name in _REQUIRED else []
    # a value may begin with its minus sign: the number reader takes nothing but digits after it
    if text[0] in _FORMULA_SIGNS and not (name == "value" and text[0] in "-－"):
        at = Place(place.file, "", place.cell, name)
        return [problem("TH-L10", at, column=name, seen=text, sign=text[0])]
    if text != text.strip() or not text.isprintable():
        zh, en = "没有首尾空白、换行和不可见字符的文字", "text without outer blanks and control characters"
        return [wrong_cell(place, name, text, zh, en)]
    if name in _DATES and not _is_day(text):
        return [wrong_cell(place, name, text, "日期，如 2024-03-01", "a day such as 2024-03-01")]
    rule = _RULES.get(name)
    return [wrong_cell(place, name, text, rule[1], rule[2])] if rule and not rule[0](text) else []


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _day(text: str, open_end: date) -> date:
    return date.fromisoformat(text) if text else open_end


def _where(row: Factor) -> str:
    return f"{row.origin} {row.family}.csv L{row.line}"
