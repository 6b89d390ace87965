"""The workbook that a plant fills.

Sheets, headers, units, drop-downs and notes made from template and method.

An existing `Inputs` can be written into it, so a plant's year comes back as the workbook that would give it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from tanheng.facts.datum import Datum
from tanheng.facts.inputs import Inputs
from tanheng.kernel.units import bind_unit, parse_unit
from tanheng.library.template_library import Column, Sheet, Template
from tanheng.metering.book_notes import write_notes
from tanheng.metering.cell_names import letters
from tanheng.metering.sheet_style import Style, column_width
from tanheng.metering.table_rows import Plan, rows_of

KEY_ROW, HEAD_ROW, UNIT_ROW, FIRST_ROW = 1, 2, 3, 4
CLAIMS = ("declared", "substituted", "confirmed")
SPARE = 15
"""Empty formatted lines below the filled ones of a sheet that people add lines to."""

WIDEST = 210
"""Width in letters of a sheet that is still legible on one page across.

A wider one goes over several, its keys repeated.
"""

_CREATED = datetime.datetime(2000, 1, 1)
_OR = {"zh": " 或 ", "en": " or "}
_YES = {"zh": ("是", "否"), "en": ("yes", "no")}


def write_template(
    path: Path | str | BytesIO,
    template: Template,
    *,
    period: str,
    lang: str = "zh",
    boundary: str = "",
    units: Sequence[str] = (),
    fuels: Sequence[tuple[str, str]] = (),
    streams: Sequence[str] = (),
    sheets: Iterable[str] = (),
    data: Inputs | None = None,
) -> None:
    """Write a workbook to fill in, or one that holds `data`. The same arguments give the same bytes.

    Args:
        period: The year to account, "2024".
        boundary: Defaults to the method's.
        units, fuels, streams: Members to start with (fuels with their own unit), by default two units with
        coal and oil;
            ignored when `data` names its own.
        sheets: Optional sheets to include; those that `data` needs are included anyway.
    """
    plan = Plan.of(template, period, units, fuels, streams, data)
    wanted = set(sheets) | plan.used_sheets()
    target = path if isinstance(path, BytesIO) else str(path)
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    try:
        book.set_properties({"title": f"{template.zh} {period}", "created": _CREATED, "author": "Tanheng"})
        writer = _Writer(book, plan, lang, boundary or (data.boundary if data else template.method.boundary))
        shown = [
            s
            for s in template.sheets
            if not s.optional or s.offered or s.id in wanted or s.role in CLAIMS
        ]
        write_notes(book, writer.style, template, shown, period, lang)
        for sheet in shown:
            writer.write(sheet)
    finally:
        book.close()


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any, plan: Plan, lang: str, boundary: str) -> None:
        self.book, self.plan, self.lang, self.boundary = book, plan, lang, boundary
        self.style = Style(book)

    def write(self, sheet: Sheet) -> None:
        """One sheet, by its role."""
        page = self.book.add_worksheet(sheet.title(self.lang))
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.set_margins(0.4, 0.4, 0.5, 0.5)
        page.set_row(0, 30)
        page.set_row(KEY_ROW, None, None, {"hidden": True})
        said = sheet.says[0 if self.lang == "zh" else 1]
        title = [self.style["title"], sheet.title(self.lang), self.style["says"], f"     {said}"]
        page.write_rich_string(0, int(sheet.role in ("form", "run")), *title, self.style["title"])
        if sheet.role in ("form", "run"):
            self.form(page, sheet)
        else:
            self.table(page, sheet)

    def form(self, page: Any, sheet: Sheet) -> None:
        """One value a line: key (hidden), item, value, unit, remark."""
        heads = (
            ("item", "项目", "Item", 34),
            ("value", "内容", "Value", 52),
            ("unit", "单位", "Unit", 12),
            ("note", "备注", "Remark", 40),
        )
        page.set_column(0, 0, 2, None, {"hidden": True})
        for at, (key, zh, en, wide) in enumerate(heads, start=1):
            page.set_column(at, at, wide)
            page.write_string(KEY_ROW, at, f"th:{sheet.id}#{key}", self.style["key"])
            page.write_string(HEAD_ROW, at, zh if self.lang == "zh" else en, self.style["head"])
        said = {d.name: d for d in (*self.plan.data, *self.plan.facts) if not d.row}
        for row, column in enumerate(sheet.columns, start=HEAD_ROW + 1):
            page.set_row(row, 20)
            page.write_string(row, 0, f"th:{sheet.id}.{column.name}", self.style["key"])
            page.write_string(
                row, 1, column.title(self.lang) + (" ＊" if column.needed else ""), self.style["label"]
            )
            self.form_value(page, row, sheet, column, said)
            page.write_string(row, 3, column.unit.label if column.unit else "", self.style["unit"])
            page.write_blank(row, 4, None, self.style["note"])
        page.freeze_panes(HEAD_ROW + 1, 0)
        page.repeat_rows(0, HEAD_ROW)
        page.fit_to_pages(1, 0)

    def form_value(
        self, page: Any, row: int, sheet: Sheet, column: Column, said: Mapping[str, Datum]
    ) -> None:
        """The value of one line of a form."""
        template = self.plan.template
        run = {
            "template": template.id,
            "method": template.method.id,
            "period": self.plan.period,
            "boundary": self.boundary,
        }
        value = run.get(column.name, "") if sheet.role == "run" else ""
        self.value(
            page, row, 2, column, said[column.name].value if column.name in said else value, form=True
        )
        if column.one_of:
            page.data_validation(row, 2, row, 2, {"validate": "list", "source": list(column.one_of)})

    def table(self, page: Any, sheet: Sheet) -> None:
        """Keys hidden in row 2, names, units, then the lines."""
        lines = rows_of(self.plan, sheet)
        page.set_row(HEAD_ROW, 34)
        spare = SPARE if sheet.role in ("members", *CLAIMS) or sheet.optional else 0
        last = FIRST_ROW + max(len(lines) + spare, 1) - 1
        for at, column in enumerate(sheet.columns):
            self.heading(page, sheet, at, column)
            self.choices(page, sheet, at, column, last)
        for number, line in enumerate(lines, start=FIRST_ROW):
            for at, column in enumerate(sheet.columns):
                self.value(page, number, at, column, line.get(column.name, ""))
        for number in range(FIRST_ROW + len(lines), last + 1):
            for at, column in enumerate(sheet.columns):
                page.write_blank(number, at, None, self.style.of(column))
        keys = sum(c.role == "key" for c in sheet.columns)
        page.freeze_panes(FIRST_ROW, keys)
        page.repeat_rows(0, UNIT_ROW)
        if sum(column_width(c, self.lang, self.unit(c)) for c in sheet.columns) <= WIDEST:
            page.fit_to_pages(1, 0)
        else:
            page.set_print_scale(75)
            page.repeat_columns(0, keys - 1)

    def heading(self, page: Any, sheet: Sheet, at: int, column: Column) -> None:
        """Key, name with its note, and unit of one column."""
        unit = self.unit(column)
        page.set_column(at, at, column_width(column, self.lang, unit))
        page.write_string(KEY_ROW, at, f"th:{sheet.id}.{column.name}", self.style["key"])
        needed = column.needed and (column.role == "fact" or sheet.role not in CLAIMS)
        name = column.title(self.lang) + (" ＊" if needed else "")
        page.write_string(
            HEAD_ROW, at, name, self.style["head" if column.role != "fact" or needed else "head_more"]
        )
        note = self.note(column)
        if note:
            page.write_comment(
                HEAD_ROW, at, note, {"x_scale": 1.6, "y_scale": 0.9, "font_size": 9, "author": "Tanheng"}
            )
        picks = self.picks(column)
        page.write_string(UNIT_ROW, at, unit, self.style["unit_pick" if len(picks) > 1 else "unit"])
        if len(picks) > 1:
            page.data_validation(
                UNIT_ROW, at, UNIT_ROW, at, {"validate": "list", "source": picks, "error_type": "warning"}
            )

    def unit(self, column: Column) -> str:
        """The unit text of a column; where each fuel has its own, all that occur: "GJ/t 或 GJ/10^4Nm³"."""
        if column.unit is None:
            return ""
        return _OR[self.lang].join(self.bound(column.unit.text))

    def bound(self, text: str) -> list[str]:
        unit = parse_unit(text)
        scope = text.partition("[")[2].partition("]")[0]
        if not scope:
            return [unit.label]
        owns = dict.fromkeys(m.unit for m in self.plan.members.get(scope, ()) if m.unit)
        return [bind_unit(unit, {scope: parse_unit(own)}).label for own in owns] or [unit.label]

    def picks(self, column: Column) -> list[str]:
        """What the drop-down of the unit cell offers: the default first."""
        if column.unit is None:
            return []
        defaults = self.bound(column.unit.text)
        if len(defaults) > 1 or "[" in defaults[0]:
            return []
        wanted = parse_unit(defaults[0]).dimension
        more = [parse_unit(text).label for text in column.choices if parse_unit(text).dimension == wanted]
        return list(dict.fromkeys(defaults + more))

    def note(self, column: Column) -> str:
        """The note of a header cell: symbol, explanation, choices, range, clause."""
        zh = self.lang == "zh"
        parts = [column.symbol if column.symbol != column.name else "", column.says]
        if column.one_of and column.role != "key":
            parts.append(("可选：" if zh else "Choices: ") + "、".join(column.one_of))
        if column.low is not None or column.high is not None:
            low, high = (str(v) if v is not None else "" for v in (column.low, column.high))
            parts.append(("允许范围：" if zh else "Range: ") + f"{low} … {high}")
        if column.amount:
            parts.append(
                "空白是缺失，不是零；没有运行请在“停用与未用”声明。"
                if zh
                else "A blank is a gap, not zero; declare periods without operation."
            )
        if column.law:
            parts.append(("依据：" if zh else "Clause: ") + column.law)
        return "\n".join(p for p in parts if p)

    def choices(self, page: Any, sheet: Sheet, at: int, column: Column, last: int) -> None:
        """Drop-downs: words of the method, yes and no, and members registered on their own sheets."""
        rule: dict[str, Any] | None = None
        if column.one_of:
            rule = {"validate": "list", "source": list(column.one_of)}
        elif column.kind == "truth":
            rule = {"validate": "list", "source": list(_YES[self.lang])}
        elif column.role == "key" and not (sheet.role == "members" and sheet.scope == column.name):
            owner = next((s for s in self.plan.template.by_role("members") if s.scope == column.name), None)
            if owner is not None:
                letter = letters(owner.keys.index(column.name) + 1)
                area = f"'{owner.title(self.lang)}'!${letter}${FIRST_ROW + 1}:${letter}${FIRST_ROW + 200}"
                rule = {"validate": "list", "source": f"={area}", "error_type": "warning"}
        elif column.kind == "number" and column.low is not None:
            rule = {
                "validate": "decimal",
                "criteria": ">=",
                "value": float(column.low),
                "error_type": "warning",
            }
        if rule is not None and not (column.one_of and sum(map(len, column.one_of)) > 240):
            page.data_validation(FIRST_ROW, at, last, at, {**rule, "ignore_blank": True})

    def value(self, page: Any, row: int, at: int, column: Column, text: str, form: bool = False) -> None:
        """One cell: a number as number when a double holds it exactly, a date as date, else text.

        Blank stays blank.
        """
        style = self.style.of(column, form)
        if not text:
            page.write_blank(row, at, None, style)
        elif column.kind in ("date", "day"):
            page.write_datetime(row, at, datetime.datetime.fromisoformat(text), style)
        elif column.kind == "truth":
            page.write_string(row, at, _YES[self.lang][text != "true"], style)
        elif column.kind == "number" and _fits(text):
            page.write_number(row, at, float(text), style)
        else:
            page.write_string(row, at, text, style)


def _fits(text: str) -> bool:
    """Whether a spreadsheet keeps this number digit for digit (at most 15 significant digits)."""
    digits = text.lstrip("-").replace(".", "").lstrip("0")
    return "/" not in text and len(digits) <= 15 and Fraction(text) == Fraction(repr(float(text)))
