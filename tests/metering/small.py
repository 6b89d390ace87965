"""A small plant for tests of intake: one unit, one coal by day, one oil by ledger, one heat stream.

Nothing is missing.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs, Member
from tanheng.kernel.numbers import exact_text
from tanheng.library.method_library import load_method
from tanheng.library.template_library import Template, load_template
from tanheng.metering.cell_names import position
from tanheng.metering.intake import Reading, read_inputs
from tanheng.metering.workbook_template import write_template

UNIT = {"unit": "1"}
COAL = {"unit": "1", "fuel": "烟煤"}
OIL = {"unit": "1", "fuel": "柴油"}
STREAM = {"unit": "1", "stream": "采暖"}
DAYS = [(date(2024, 1, 1) + timedelta(n)).isoformat() for n in range(366)]
MONTHS = [f"2024-{n:02}" for n in range(1, 13)]
WORDS = {
    "merged": "单台",
    "product": "热电联产",
    "main_fuel": "燃煤",
    "W_route": "电量报表",
    "meter_at": "发电机出口",
    "el_route": "机组计量",
    "alpha_route": "汽轮机耗热",
    "side_route": "热量报表",
    "small_flows": "不计",
    "exchanger": "无换热器",
    "cofire": "不掺烧",
}
COAL_WORDS = {
    "fuel_code": "coal",
    "FC_route": "入炉日计量",
    "C_route": "月综合样",
    "C_basis": "空气干燥基",
    "M_route": "日加权",
    "NCV_route": "日加权",
}
OIL_WORDS = {"fuel_code": "diesel", "FC_route": "购存台账", "C_route": "未测", "NCV_route": "缺省值"}


def datum(name: str, at: dict[str, str], value: object, unit: str = "") -> Datum:
    """One measured datum."""
    return Datum(name, row_of(at.items()), exact_text(Fraction(str(value))) if unit else str(value), unit)


@lru_cache(maxsize=1)
def plant() -> Inputs:
    """The inputs of the small plant."""
    data = [datum(n, UNIT, w) for n, w in WORDS.items()] + [datum("P_e", UNIT, "600", "MW")]
    data += [datum(n, COAL, w) for n, w in COAL_WORDS.items()] + [
        datum(n, OIL, w) for n, w in OIL_WORDS.items()
    ]
    data.append(datum("heat_way", STREAM, "热量表"))
    for n, day in enumerate(DAYS):
        at = {**COAL, "day": day, "month": day[:7]}
        data.append(datum("FC_day", at, f"{6000 + n}.{n % 9 + 1}", "t"))
        data.append(datum("NCV_day", at, f"20.{n % 400 + 101}".rstrip("0"), "GJ/t"))
        data.append(datum("M_ar_day", at, f"1{n % 5}.{n % 9 + 1}", "%"))
    for n, month in enumerate(MONTHS):
        data += month_data(n, month)
    facts = (
        datum("entity_name", {}, "小电厂有限公司"),
        datum("credit_code", {}, "91640100MA0000007A"),
        datum("registered_capital", {}, "1200.5", "1e4CNY"),
        datum("laboratory", {**COAL, "month": "2024-01"}, "省煤炭质检站"),
    )
    members = {
        "unit": (Member("1", label="1号机组"),),
        "fuel": (Member("烟煤", (("unit", "1"),), "t"), Member("柴油", (("unit", "1"),), "t")),
        "stream": (Member("采暖", (("unit", "1"),)),),
    }
    return Inputs("cets-power-2023", "2024", "ets_facility", members, tuple(data), facts)


def month_data(n: int, month: str) -> list[Datum]:
    """Everything of one month."""
    coal, oil, unit = {**COAL, "month": month}, {**OIL, "month": month}, {**UNIT, "month": month}
    after = (date.fromisoformat(f"{month}-28") + timedelta(20)).isoformat()
    found = [
        datum("NCV_ok", coal, "true"),
        datum("C_ad", coal, f"56.{n + 11}", "%"),
        datum("M_ad", coal, f"2.{n + 11}", "%"),
        datum("sampled", coal, f"{month}-28"),
        datum("issued", coal, after),
        datum("stamped", coal, "true"),
        datum("complete", coal, "true"),
        datum("opening", oil, Fraction(50), "t"),
        datum("receipts", oil, "20", "t"),
        datum("other_out", oil, "0", "t"),
        datum("closing", oil, "50", "t"),
        datum("W_book", unit, f"28{n % 10}000.125", "MWh"),
        datum("t_run", unit, "672", "h"),
        datum("W_buy_unit", unit, "12.5", "MWh"),
        datum("Q_read", {**STREAM, "month": month}, f"10000{n % 10}.5", "GJ"),
    ]
    for side in ("锅炉", "汽轮机"):
        found.append(datum("Q_side_book", {**unit, "side": side}, "2900000", "GJ"))
    return found


@lru_cache(maxsize=1)
def template() -> Template:
    """The template of the coal cogeneration plant."""
    return load_template("power-coal-chp", load_method("cets-power-2023"))


@lru_cache(maxsize=4)
def workbook(lang: str = "zh") -> bytes:
    """The small plant's workbook as bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plant.xlsx"
        write_template(path, template(), period="2024", lang=lang, data=plant())
        return path.read_bytes()


def read(data: bytes, folder: Path, name: str = "plant.xlsx", **options: object) -> Reading:
    """Read some bytes as a file."""
    path = folder / name
    path.write_bytes(data)
    return read_inputs(path, **options)  # type: ignore[arg-type]


def told(reading: Reading, code: str) -> list[tuple[str, str]]:
    """The sheet and cell of every problem of one code."""
    return [(p.place.sheet, p.place.cell) for p in reading.problems if p.code == code]


def parts(data: bytes) -> dict[str, bytes]:
    """The parts of an archive."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(contents: dict[str, bytes]) -> bytes:
    """An archive of some parts."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return file.getvalue()


def part_of(contents: dict[str, bytes], sheet: str) -> str:
    """The part of a sheet in what xlsxwriter wrote: sheets are numbered in their order."""
    names = re.findall(r'<sheet name="([^"]+)"', contents["xl/workbook.xml"].decode())
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def change(data: bytes, sheet: str, cells: dict[str, object]) -> bytes:
    """A workbook with some cells replaced.

    A number, a text, None for blank, or "<…>" as raw content of the cell.
    """
    contents = parts(data)
    part = part_of(contents, sheet)
    text = contents[part].decode()
    for name, value in cells.items():
        text = _put(text, name, value)
    contents[part] = text.encode()
    return pack(contents)


def edit(data: bytes, sheet: str, old: str, new: str) -> bytes:
    """A workbook with a piece of one sheet's XML replaced once."""
    contents = parts(data)
    part = part_of(contents, sheet)
    text = contents[part].decode()
    assert old in text, old
    contents[part] = text.replace(old, new, 1).encode()
    return pack(contents)


def _put(text: str, name: str, value: object) -> str:
    there = re.search(rf'<c r="{name}"(?: s="(\d+)")?[^>]*?(?:/>|>.*?</c>)', text, re.DOTALL)
    fresh = cell_xml(name, value, there[1] if there and there[1] else "0")
    if there:
        return text[: there.start()] + fresh + text[there.end() :]
    column, number = position(name)
    row = re.search(rf'<row r="{number}"[^>]*?(?:/>|>(.*?)</row>)', text, re.DOTALL)
    if row is None:
        return text.replace("</sheetData>", f'<row r="{number}">{fresh}</row></sheetData>', 1)
    at = next(
        (
            row.start(1) + m.start()
            for m in re.finditer(r'<c r="([A-Z]+\d+)"', row[1])
            if position(m[1])[0] > column
        ),
        row.end(1),
    )
    return text[:at] + fresh + text[at:]


def cell_xml(name: str, value: object, style: str) -> str:
    """One cell as XML, in the style of the cell that was there."""
    if isinstance(value, str) and value.startswith("<c "):
        return value
    head = f'<c r="{name}" s="{style}"'
    if value is None:
        return f"{head}/>"
    if isinstance(value, str) and value.startswith("<"):
        return f"{head}>{value}</c>"
    if isinstance(value, str):
        return f'{head} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"{head}><v>{value}</v></c>"


def date_style(data: bytes) -> int:
    """The style of a date cell of the sheet of day data."""
    text = parts(data)[part_of(parts(data), "日数据")].decode()
    found = re.search(r'<c r="C5" s="(\d+)"', text)
    assert found is not None
    return int(found[1])
