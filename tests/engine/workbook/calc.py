"""Recalculate live workbooks by LibreOffice and compare every cell with the exact engine."""

from __future__ import annotations

import datetime
import io
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl

from tanheng.engine.exact.run import Run
from tanheng.engine.workbook.matrix import drafted
from tanheng.engine.workbook.pages import held
from tanheng.engine.workbook.plan import HELPER, STEP, WAY, Column, Plan
from tanheng.engine.workbook.steps import cached

ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
ZERO_DAY = datetime.date(1899, 12, 30)
Book = Mapping[str, list[tuple[Any, ...]]]
ERRORS = ("#N/A", "#DIV/0!", "#NUM!", "#VALUE!", "#REF!", "#NAME?")


@lru_cache(maxsize=1)
def profile() -> str:
    """A profile of this process alone, in which every formula is computed anew when a file is opened."""
    folder = Path(tempfile.mkdtemp(prefix="tanheng-calc-"))
    (folder / "user").mkdir()
    (folder / "user" / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    return f"-env:UserInstallation={folder.as_uri()}"


def recalculated(books: Mapping[str, bytes], folder: Path) -> dict[str, Book]:
    """Books by name after LibreOffice has computed all of their formulas, in one call."""
    out = folder / "out"
    for name, data in books.items():
        (folder / f"{name}.xlsx").write_bytes(data)
    files = [str(folder / f"{name}.xlsx") for name in books]
    command = ["soffice", profile(), "--headless", "--convert-to", "xlsx", "--outdir", str(out), *files]
    subprocess.run(command, capture_output=True, check=True, timeout=120 + 60 * len(files))
    return {name: read(out / f"{name}.xlsx") for name in books}


def read(path: Path) -> Book:
    """Cells by sheet; calamine would read an error as an empty text, which is absence here."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def planned(run: Run) -> Plan:
    """The plan of a run's workbook: the same one that was written."""
    plan = Plan(run.method, run)
    drafted(plan)
    return plan


def cells(plan: Plan, book: Book, roles: Iterable[str] = (STEP, WAY, HELPER)) -> Iterable[Any]:
    """Every computed cell: column, row, and what the book holds there."""
    for sheet in plan.sheets.values():
        data = book[sheet.title]
        for column in sheet.columns:
            if column.role in roles:
                for row in sheet.rows:
                    line = data[sheet.at[row] - 1] if sheet.at[row] <= len(data) else ()
                    yield column, row, plain(line[column.position] if column.position < len(line) else "")


def plain(value: object) -> object:
    """A date as its serial number, an empty text as one; all else as it is."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        value = value.date()
    return float((value - ZERO_DAY).days) if isinstance(value, datetime.date) else value


def differences(run: Run, book: Book, roles: Iterable[str] = (STEP, WAY)) -> list[str]:
    """Cells that do not say what the engine says, at reported digits; near ties are named by themselves."""
    plan = planned(run)
    wrong: list[str] = []
    for column, row, found in cells(plan, book, roles):
        wanted = cached(plan, column, row)
        if column.role == WAY and wanted in ERRORS:
            continue  # a way may be taken and its value then fail
        if not same(plan, column, row, wanted, found):
            place = f"{column.sheet.title}!{column.letter}{column.sheet.at[row]}"
            formula = column.template.fill(row) if column.template is not None else ""
            wrong.append(f"{place} {column.name}{row}: {held(wanted)!r} wanted, {found!r} found by {formula}")
    return wrong


def same(plan: Plan, column: Column, row: tuple[str, ...], wanted: object, found: object) -> bool:
    """Whether a cell holds a value: a rounded one to its last digit, another to ten digits."""
    if wanted in ERRORS:
        return found in ERRORS
    if not isinstance(wanted, Fraction):
        return bool(held(wanted) == found)
    if isinstance(found, (str, bool)) or not isinstance(found, (int, float)):
        return False
    number = Fraction(repr(float(found)))
    way = plan.run.way(column.name, row) if column.role == STEP and plan.run is not None else None
    if way is not None and way.rounding is not None:
        return bool(way.rounding.apply(number) == wanted)
    return abs(number - wanted) <= Fraction(1, 10**10) * max(abs(wanted), Fraction(1, 10**6))


def edited(data: bytes, plan: Plan, changes: Mapping[tuple[str, tuple[str, ...]], object]) -> bytes:
    """A book after somebody typed into input cells, by given and row: a number, a word, None for nothing."""
    titles = ["封面", *(sheet.title for sheet in plan.sheets.values())]
    by_file: dict[str, dict[str, object]] = {}
    for (name, row), value in changes.items():
        column = plan.values[name]
        file = f"xl/worksheets/sheet{titles.index(column.sheet.title) + 1}.xml"
        by_file.setdefault(file, {})[f"{column.letter}{column.sheet.at[row]}"] = value
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            text = old.read(item)
            for address, value in by_file.get(item, {}).items():
                text = _typed(text.decode(), address, value).encode()
            new.writestr(item, text)
    return out.getvalue()


def _typed(xml: str, address: str, value: object) -> str:
    body = f"<v>{value}</v>" if isinstance(value, (int, float)) else ""
    kind = ""
    if isinstance(value, str):
        body, kind = f"<is><t>{value}</t></is>", ' t="inlineStr"'
    pattern = rf'<c r="{address}"( s="\d+")[^>]*?(?:/>|>.*?</c>)'
    made, count = re.subn(pattern, rf'<c r="{address}"\1{kind}>{body}</c>', xml)
    assert count == 1, address
    return made
