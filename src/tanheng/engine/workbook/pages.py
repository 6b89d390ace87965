"""The sheets of rows and the sheet of constants, written with live formulas and cached exact values."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tanheng.engine.exact.rows import Row
from tanheng.engine.workbook.compose import NO, YES, serial
from tanheng.engine.workbook.editions import same_formula
from tanheng.engine.workbook.law_values import LAW_FIRST, TITLE, VALUE, WORDS, LawValues
from tanheng.engine.workbook.look import (
    FROZEN,
    HEAD,
    LINE,
    PALE,
    PLAIN,
    Look,
    Page,
    clean,
    number_format,
    number_room,
    risky,
    room,
)
from tanheng.engine.workbook.matrix import LONGEST, Refusal, Verdict
from tanheng.engine.workbook.notes import check_note, head_note, stand_in_note
from tanheng.engine.workbook.parts import number_text
from tanheng.engine.workbook.plan import FIRST, GIVEN, HELPER, KEY, STEP, UNIT, WAY, Column, Plan, Sheet
from tanheng.engine.workbook.rounding import near_tie
from tanheng.engine.workbook.steps import cached
from tanheng.facts.datum import SUBSTITUTED
from tanheng.formula.check import open_scopes
from tanheng.formula.model import Given, Step
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Refused
from tanheng.kernel.units import Unit, parse_unit

ROLES = {KEY: "", UNIT: "", GIVEN: "给定（可改）", STEP: "计算", WAY: "路径", HELPER: "辅助"}
_NARROW, _BROAD = 8.5, 26.0
_LIST_ROOM = 250
PROTECT = {
    "format_columns": True,
    "format_rows": True,
    "select_locked_cells": True,
    "select_unlocked_cells": True,
}


class Pages:
    """Writes the sheets of rows.

    Attributes:
        ties: Cells whose exact value lies so near a tie that a float may round the other way.
        frozen: Cells that hold a constant because an earlier edition computes them or a formula is too long.
    """

    def __init__(self, book: Any, look: Look, plan: Plan, verdicts: Mapping[str, Verdict]) -> None:
        self.book, self.look, self.plan, self.verdicts = book, look, plan, verdicts
        self.ties: list[tuple[Column, Row, Fraction]] = []
        self.frozen: list[tuple[Column, Row]] = []

    def write(self, sheet: Sheet) -> None:
        """Write one sheet."""
        page = self.book.add_worksheet(sheet.title, Page)
        keys = sum(c.role in (KEY, UNIT) for c in sheet.columns)
        said = self.look.of(bold=True, font_size=12)
        page.write_string(0, 0, f"{sheet.title}　{len(sheet.rows)} 行", said)
        for column in sheet.columns:
            widest = self._body(page, sheet, column)
            self._head(page, column, widest)
        page.set_row(0, 22)
        page.set_row(1, 40)
        page.freeze_panes(FIRST - 1, keys)
        page.protect("", PROTECT)
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(8)
        page.fit_to_pages(1, 0)
        page.repeat_rows(1, FIRST - 2)
        if keys:
            page.repeat_columns(0, keys - 1)

    def _head(self, page: Any, column: Column, widest: float) -> None:
        position = column.position
        kind = column.item.kind if column.item is not None and column.role != WAY else ""
        side: dict[str, Any] = {"bg_color": HEAD}
        if column.role == HELPER or kind in ("number", "date"):
            side["align"] = "right"
        elif column.role not in (KEY, UNIT):
            side |= {"align": "left", "indent": 1}
        wrap = self.look.of(bold=True, text_wrap=True, valign="top", **side)
        small = self.look.of(font_size=8, font_color=PALE, **side)
        base = self.look.of(font_size=8, font_color=PALE, bottom=1, bottom_color=LINE, **side)
        page.write_string(1, position, clean(column.zh), wrap)
        shown = column.name if column.role in (GIVEN, STEP) else ""
        page.write_string(2, position, shown, small)
        unit = column.item.unit if column.item is not None and column.role in (GIVEN, STEP) else None
        said = self._unit_text(column, unit) if unit else ""
        page.write_string(3, position, said, small)
        page.write_string(4, position, ROLES[column.role], base)
        # a head wraps into three lines
        least = _NARROW if column.role not in (KEY, UNIT) else 5.0
        need = max(widest, room(column.zh) / 2.6 + 1, room(shown) * 0.9, room(said) * 0.9, least)
        hidden = {"level": 1} if column.role == HELPER else {}
        page.set_column(position, position, min(need, _BROAD), None, hidden)
        note = head_note(self.plan.method, column, self.verdicts)
        if note:
            lines = sum(1 + int(room(line) / 58) for line in note.split("\n"))
            size = {"width": 400, "height": 22 + 15 * lines, "font_size": 9, "author": ""}
            page.write_comment(1, position, note, size)

    def _unit_text(self, column: Column, unit: Unit) -> str:
        """The unit of a column; where members have units of their own, theirs if it is the same for all."""
        opaque = open_scopes(unit.dimension)
        if not opaque:
            return unit.label
        found = {self._bound(unit, column.sheet, row) for row in column.sheet.rows}
        if len(found) == 1 and "" not in found:
            return str(found.pop())
        text = unit.label
        for scope in opaque:
            text = text.replace(f"[{scope}]", f"[{self.plan.method.scopes[scope].zh or scope}单位]")
        return text

    def _bound(self, unit: Unit, sheet: Sheet, row: Row) -> str:
        assert self.plan.run is not None
        try:
            return self.plan.run.data.unit_of(unit, sheet.closure, row).label
        except Refused:
            return ""

    # --- bodies; each returns how broad its values are

    def _body(self, page: Any, sheet: Sheet, column: Column) -> float:
        if column.role in (KEY, UNIT):
            return self._keys(page, sheet, column)
        if column.role == GIVEN:
            return self._given(page, sheet, column)
        return self._computed(page, sheet, column)

    def _keys(self, page: Any, sheet: Sheet, column: Column) -> float:
        place, widest = sheet.closure.index(column.name), 0.0
        look, marked = self.look.cell("key"), self.look.of(
            bottom=1, bottom_color=LINE, bg_color=HEAD, num_format="@", quote_prefix=True
        )
        own = parse_unit(f"[{column.name}]") if column.role == UNIT else None
        for number, row in enumerate(sheet.rows):
            text = clean(row[place] if own is None else self._bound(own, sheet, row))
            page.write_string(FIRST - 1 + number, column.position, text, marked if risky(text) else look)
            widest = max(widest, room(text) + 1.5)
        return widest

    def _given(self, page: Any, sheet: Sheet, column: Column) -> float:
        given, widest = column.item, 0.0
        assert isinstance(given, Given) and self.plan.run is not None
        number = number_format(given, None)
        look = self.look.cell(GIVEN, number if given.kind in ("number", "date") else "@",
                              left=given.kind in ("word", "truth"))  # fmt: skip
        values, data = self.plan.run.data.values[given.name], self.plan.run.data.datum[given.name]
        scale = given.unit.scale if given.unit is not None else Fraction(1)
        for place, row in enumerate(sheet.rows, FIRST - 1):
            value = values.get(row)
            if value is None:
                page.write_blank(place, column.position, None, look)
            elif isinstance(value, Fraction):
                own = float(value / scale)
                page.write_number(place, column.position, own, look)
                widest = max(widest, number_room(own, number))
            elif isinstance(value, datetime.date):
                page.write_number(place, column.position, serial(value), look)
                widest = 10.5
            else:
                text = clean(value) if isinstance(value, str) else (YES if value else NO)
                page.write_string(place, column.position, text, look)
                widest = max(widest, room(text) + 1.5)
        for row, datum in data.items():
            if datum.state == SUBSTITUTED:
                size = {"width": 320, "font_size": 9, "author": ""}
                place = sheet.at[row] - 1
                page.write_comment(place, column.position, clean(stand_in_note(datum)), size)
        if sheet.rows:
            self._validated(page, given, column.position, len(sheet.rows))
        return widest

    def _validated(self, page: Any, given: Given, position: int, count: int) -> None:
        rule: dict[str, Any] = {"error_title": "不符合给定的声明", "ignore_blank": given.optional}
        words = given.one_of or ((YES, NO) if given.kind == "truth" else ())
        if words and len(",".join(words)) <= _LIST_ROOM and not any("," in w for w in words):
            rule |= {"validate": "list", "source": list(words)}
        elif given.kind == "number":
            low = float(given.low) if given.low is not None else -1e300
            high = float(given.high) if given.high is not None else 1e300
            rule |= {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}
        elif given.kind == "date":
            rule |= {"validate": "date", "criteria": ">=", "value": datetime.date(1900, 3, 1)}
        else:
            return
        page.data_validation(FIRST - 1, position, FIRST + count - 2, position, rule)

    def _computed(self, page: Any, sheet: Sheet, column: Column) -> float:
        template, widest = column.template, 0.0
        assert template is not None
        refused = isinstance(self.verdicts.get(column.name), Refusal)
        item = column.item if column.role == STEP else None
        left = column.role == WAY or (item is not None and item.kind in ("word", "truth"))
        plain = self.look.cell(column.role, left=left)
        for place, row in enumerate(sheet.rows, FIRST - 1):
            exact = cached(self.plan, column, row)
            value, number, look = held(exact), PLAIN, plain
            stays = refused or self._stays(column, row)
            text = "" if stays else template.fill(row)
            if item is not None and isinstance(item, Step) and item.kind in ("number", "date"):
                number, look = self._shown(column, item, row, stays or len(text) > LONGEST)
            if stays or len(text) > LONGEST:
                self._constant(page, place, column, row, value, look)
            else:
                page.live(place, column.position, text, look, value)
            if isinstance(exact, Fraction):
                widest = max(widest, number_room(exact, number))
            elif isinstance(value, str):
                widest = max(widest, room(value) + 1.5)
        return widest

    def _stays(self, column: Column, row: Row) -> bool:
        """Rows that an earlier edition of the method computes: its formulas are not these."""
        run = self.plan.run
        assert run is not None
        if run.elder is None or column.role not in (STEP, WAY):
            return False
        home = run.at(column.name, row)
        return home is not run and not same_formula(home.method, run.method, column.name)

    def _shown(self, column: Column, step: Step, row: Row, frozen: bool) -> tuple[str, Any]:
        run = self.plan.run
        assert run is not None
        way = run.way(step.name, row)
        rounding = way.rounding if way is not None else None
        number = number_format(step, rounding)
        raw = run.at(step.name, row).full[step.name].get(row)
        if rounding is not None and raw is not None and step.unit is not None and not frozen:
            value = raw / step.unit.scale
            if near_tie(value, rounding):
                self.ties.append((column, row, value))
        return number, self.look.cell(STEP, number, fill=FROZEN if frozen else "")

    def _constant(self, page: Any, place: int, column: Column, row: Row, value: Any, look: Any) -> None:
        """A refused cell: the exact value as a constant, and a note that says so."""
        if isinstance(value, bool):
            page.write_boolean(place, column.position, value, look)
        elif isinstance(value, str):
            page.write_string(place, column.position, value, look)
        else:
            page.write_number(place, column.position, value, look)
        if column.role == STEP:
            self.frozen.append((column, row))

    def tie_notes(self, pages: Mapping[str, Any]) -> None:
        """A note in every cell near a tie."""
        for column, row, value in self.ties:
            page = pages[column.sheet.title]
            note = check_note(exact_text(value))
            place = column.sheet.at[row] - 1
            page.write_comment(place, column.position, note, {"width": 320, "font_size": 9, "author": ""})


def held(exact: object) -> Any:
    """A value as a cell keeps it; words stay texts."""
    if isinstance(exact, bool):
        return exact
    if isinstance(exact, Fraction):
        try:
            return float(exact)
        except OverflowError:
            return "#NUM!"
    if isinstance(exact, datetime.date):
        return serial(exact)
    return str(exact)


def write_law_values(book: Any, look: Look, values: LawValues) -> None:
    """The sheet of constants and tables, and its defined names."""
    page = book.add_worksheet(TITLE, Page)
    page.write_string(0, 0, TITLE, look.of(bold=True, font_size=12))
    said = "方法中的常量、因子和查表。取自方法文件与因子库，受保护；公式按名称引用。"
    page.write_string(1, 0, said, look.of(font_color=PALE))
    heads = ("名称", "说明", "值", "单位", *(f"查表词 {n}" for n, _ in enumerate(WORDS, 1)),
             "起", "止", "确认", "依据")  # fmt: skip
    for position, head in enumerate(heads):
        side = {"align": "right"} if position == 2 else {"indent": 1}
        look_of = look.of(bold=True, bg_color=HEAD, bottom=1, bottom_color=LINE, **side)
        page.write_string(2, position, head, look_of)
    text, number = look.cell("step", left=True), look.cell("step", PLAIN)
    for block in values.blocks:
        for place, entry in enumerate(block.entries, block.first - 1):
            words = (*entry.words, *("" for _ in WORDS))[: len(WORDS)]
            unsure = "" if entry.certainty == "sure" else "待核"
            texts = (block.names["v"], block.zh, "", entry.unit, *words, entry.since, entry.until, unsure)
            for position, said in enumerate((*texts, entry.law)):
                page.write_string(place, position, clean(said), text)
            value = float(entry.value)
            if "/" in exact_text(entry.value):
                page.live(place, 2, number_text(entry.value), number, value)
            else:
                page.write_number(place, 2, value, number)
        last = block.first + len(block.entries) - 1
        columns = {"v": VALUE} | {f"k{n}": letter for n, letter in enumerate(WORDS, 1)}
        for part, name in block.names.items():
            letter = columns[part]
            book.define_name(name, f"='{TITLE}'!${letter}${block.first}:${letter}${last}")
    for position, width in enumerate((16, 32, 18, 16, 18, 11, 11, 11, 12, 12, 8, 72)):
        page.set_column(position, position, width)
    page.freeze_panes(LAW_FIRST - 1, 1)
    page.protect("", PROTECT)
    page.hide_gridlines(2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
