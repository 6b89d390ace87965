"""A run as the bytes of a live workbook."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from tanheng.engine.exact.run import Run
from tanheng.engine.workbook.cover import Cover
from tanheng.engine.workbook.look import Look
from tanheng.engine.workbook.matrix import drafted
from tanheng.engine.workbook.pages import Pages, write_law_values
from tanheng.engine.workbook.plan import GIVEN, STEP, Plan
from tanheng.kernel.problems import Place, refuse

MOST_ROWS = 1_048_000


def workbook_bytes(run: Run, who: str = "") -> bytes:
    """The workbook of a run.

    Args:
        run: A run whose every step has been asked for; its values are what the cells keep.
        who: The enterprise, for the cover.

    Raises:
        Refused: TH-R08 a sheet would have more rows than a worksheet holds.
    """
    plan = Plan(run.method, run)
    values, verdicts = drafted(plan)
    for sheet in plan.sheets.values():
        if len(sheet.rows) > MOST_ROWS:
            raise refuse("TH-R08", Place(sheet=sheet.title), name=sheet.title, count=len(sheet.rows))
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    book.set_calc_mode("auto")
    book.set_properties({"title": "活公式工作簿", "subject": run.method.id, "comments": run.inputs.digest})
    look = Look(book)
    cover, pages = Cover(book, look, plan), Pages(book, look, plan, verdicts)
    for sheet in plan.sheets.values():
        pages.write(sheet)
    write_law_values(book, look, values)
    _define(book, plan)
    pages.tie_notes({sheet.title: book.get_worksheet_by_name(sheet.title) for sheet in plan.sheets.values()})
    cover.write(who, verdicts, pages.ties, pages.frozen)
    book.close()
    return stream.getvalue()


def _define(book: Any, plan: Plan) -> None:
    """A name for every column of values."""
    for column in plan.values.values():
        if column.role in (GIVEN, STEP) and column.sheet.rows:
            name = plan.name_of(f"v_{column.name}")
            first, last = column.sheet.at[column.sheet.rows[0]], column.sheet.at[column.sheet.rows[-1]]
            area = f"='{column.sheet.title}'!${column.letter}${first}:${column.letter}${last}"
            book.define_name(name, area)
