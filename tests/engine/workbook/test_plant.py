"""The demonstration plant as a live workbook: every cell recalculated, again after somebody typed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

import openpyxl
import pytest

from tanheng.app.accounting import account
from tanheng.engine.exact.run import Run
from tanheng.engine.workbook.book import workbook_bytes
from tanheng.engine.workbook.compose import serial
from tanheng.engine.workbook.matrix import EQUAL, matrix
from tanheng.engine.workbook.plan import GIVEN, STEP, Plan, Sheet
from tanheng.engine.workbook.steps import cached
from tanheng.facts.datum import Datum
from tanheng.facts.inputs import Inputs
from tests.engine.workbook.calc import Book, cells, differences, edited, planned, recalculated
from tests.plant import EXAMPLES, beiling

COAL, MARCH = {"unit": "1", "fuel": "烟煤"}, "2024-03"
# what somebody types: a given, its row, the cell, and the datum that the engine is given instead
TYPED: tuple[tuple[str, dict[str, str], object, str | None], ...] = (
    ("FC_day", {**COAL, "month": MARCH, "day": "2024-03-05"}, 4321.5, "4321.5"),
    ("NCV_day", {**COAL, "month": MARCH, "day": "2024-03-07"}, None, None),
    ("issued", {"unit": "2", "fuel": "烟煤", "month": MARCH}, serial(date(2024, 12, 30)), "2024-12-30"),
    ("stamped", {**COAL, "month": MARCH}, "否", "false"),
    ("alpha_route", {"unit": "2"}, "锅炉产热", "锅炉产热"),
    ("t_run", {"unit": "2", "month": MARCH}, 701.12345, "701.12345"),
)


@lru_cache(maxsize=1)
def original() -> Run:
    return account(beiling()).run


@lru_cache(maxsize=1)
def march() -> Inputs:
    """The plant in one month, which takes a twelfth of the time to recalculate."""
    data = tuple(d for d in beiling().data if dict(d.row).get("month", MARCH) == MARCH)
    return replace(beiling(), period=MARCH, data=data, facts=())


@lru_cache(maxsize=1)
def changed() -> Run:
    """The engine's own run of the month after the same changes."""
    data: list[Datum] = []
    met = 0
    for datum in march().data:
        typed = next((t for t in TYPED if t[0] == datum.name and t[1] == dict(datum.row)), None)
        met += typed is not None
        if typed is None:
            data.append(datum)
        elif typed[3] is not None:
            data.append(replace(datum, value=typed[3]))
    assert met == len(TYPED)
    return account(replace(march(), data=tuple(data))).run


@lru_cache(maxsize=1)
def written() -> bytes:
    return workbook_bytes(original(), "北岭热电")


@lru_cache(maxsize=1)
def opened() -> Any:
    """The written book with its formulas."""
    return openpyxl.load_workbook(io.BytesIO(written()))


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Book]:
    month = account(march()).run
    changes = {
        (name, tuple(row[s] for s in month.method.closure_of(name))): cell for name, row, cell, _ in TYPED
    }
    typed = edited(workbook_bytes(month), planned(month), changes)
    made = {"plant": written(), "typed": typed}
    return recalculated(made, tmp_path_factory.mktemp("plant"))


@pytest.mark.requires("libreoffice")
def test_every_cell_of_the_plant_is_what_the_engine_says(books: dict[str, Book]) -> None:
    wrong = differences(original(), books["plant"], (STEP, "way", "helper"))
    assert not wrong, "\n".join(wrong[:8])
    counted = [found for _, _, found in cells(planned(original()), books["plant"])]
    assert sum(isinstance(found, (int, float)) for found in counted) > 3500
    assert [row[5] for row in books["plant"]["封面"] if row[5] not in (None, "核对")] == ["一致"] * _shown()


def _shown() -> int:
    """How many answers the cover lists: the emission, and each row of the others that have no months."""
    method, run = original().method, original()
    named = [n for n, a in method.answers.items() if a.kind == "emission" or "month" not in _scopes(n)]
    return sum(len(run.of(name)) for name in named)


def _scopes(name: str) -> tuple[str, ...]:
    return original().method.closure_of(name)


@pytest.mark.requires("libreoffice")
def test_typing_into_input_cells_gives_what_the_engine_gives(books: dict[str, Book]) -> None:
    before, after = account(march()).run, changed()
    assert before.value("E", ()) != after.value("E", ())
    wrong = differences(after, books["typed"])
    assert not wrong, "\n".join(wrong[:8])
    said = [row[5] for row in books["typed"]["封面"] if row[0] and str(row[0]).endswith("（排放）")]
    assert said == ["已改动"]


def test_nine_tenths_of_the_steps_are_live() -> None:
    found = matrix(original().method)
    assert len(found) == len(original().method.steps)
    assert sum(v == EQUAL for v in found.values()) * 10 >= 9 * len(found)


def _pages(plan: Plan) -> Iterator[tuple[Sheet, Any]]:
    book = opened()
    for sheet in plan.sheets.values():
        yield sheet, book[sheet.title]


def test_cached_values_are_the_engines_own() -> None:
    plan = planned(original())
    book = openpyxl.load_workbook(io.BytesIO(written()), data_only=True)
    compared = 0
    for column in plan.values.values():
        if column.role == STEP:
            for row in column.sheet.rows:
                exact = cached(plan, column, row)
                found = book[column.sheet.title].cell(column.sheet.at[row], column.position + 1).value
                if isinstance(exact, Fraction):
                    assert found == float(exact), (column.name, row)
                    compared += 1
                else:
                    assert (found or "") == exact
    assert compared > 1000


def test_sheets_are_protected_but_for_inputs_and_heads_have_notes() -> None:
    plan = planned(original())
    for sheet, page in _pages(plan):
        assert page.protection.sheet and page.freeze_panes is not None
        for column in sheet.columns:
            head = page.cell(2, column.position + 1)
            if column.role in (STEP, GIVEN):
                item = column.item
                law = item.law or original().method.law
                assert law in head.comment.text and item.name in head.comment.text
            for row in sheet.rows[:2]:
                cell = page.cell(sheet.at[row], column.position + 1)
                assert cell.protection.locked is (column.role != GIVEN)
                if column.role == STEP:
                    assert cell.data_type == "f"


def test_names_stand_for_constants_and_columns() -> None:
    book = opened()
    assert {"c_CO2_per_C", "t_NCV_0", "t_NCV_0_k1", "v_FC", "v_E"} <= set(book.defined_names)
    area = book.defined_names["c_CO2_per_C"].attr_text
    sheet, _, place = area.partition("!")
    cell = book[sheet.strip("'")][place.replace("$", "").partition(":")[0]]
    assert cell.value == "=(11/3)"


def test_months_of_an_earlier_edition_are_constants_only_where_its_formula_differs() -> None:
    run = account(EXAMPLES / "beiling-2022.xlsx").run
    assert run.elder is not None
    plan = planned(run)
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(run)))

    def kinds(name: str) -> dict[str, set[str]]:
        column, found = plan.values[name], dict[str, set[str]]()
        for row in column.sheet.rows:
            cell = book[column.sheet.title].cell(column.sheet.at[row], column.position + 1)
            found.setdefault(row[column.sheet.closure.index("month")], set()).add(cell.data_type)
        return found

    # the default carbon content per heat of coal changed between the editions: 2021 and 2022 ask other sets
    assert kinds("CC") == {m.key: {"n"} if m.key < "2022-04" else {"f"} for m in run.period.months()}
    # tonnes of fuel are added in the same way by both
    assert set.union(*kinds("FC").values()) == {"f"}
    said = [str(c.value) for row in book["封面"].iter_rows() for c in row if c.value is not None]
    assert "12 行为常量：由前一版方法计算" in said
