"""The workbook in which people fill a data quality control plan; what is open stands as 待填, in amber."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from tanheng.facts.plan import Entry, Plan
from tanheng.library.plan_template import PlanSheet, PlanTemplate, asked, said
from tanheng.library.template_library import Column
from tanheng.metering.plan_reader import OPEN
from tanheng.metering.sheet_style import AMBER, AMBER_TINT, ENTERED, FONT, LINE, Style, width

KEY_ROW, HEAD_ROW, FIRST_ROW = 1, 2, 3
SPARE = 12
_CREATED = datetime.datetime(2000, 1, 1)
_WIDE, _LONG_LIST = 38, 240
_BOX = {"font_name": FONT, "font_size": 10, "valign": "vcenter", "border": 1, "border_color": LINE}
_LOOKS = {
    "open": {**_BOX, "font_color": AMBER, "bg_color": AMBER_TINT, "text_wrap": True},
    "said": {**_BOX, "font_color": ENTERED, "num_format": "@", "text_wrap": True},
    "date": {**_BOX, "font_color": ENTERED, "num_format": "yyyy-mm-dd", "align": "left"},
}
_NOTES = {
    "zh": (
        "怎么填",
        "标“待填”的单元格须补齐；其余空白按需要填写。工厂数据中没有的内容不会预填。",
        "“数据确定方式”按编号引用“监测设备”和“缺失数据处理”，按名称引用“负责部门”；多个编号用顿号隔开。",
        "替代缺失数据时，工厂工作簿“替代申报”的规则须写明这里的编号，文字与这里一致。",
        "填好后：tanheng dqcp submit 提交（此后不可更改），tanheng dqcp write 印出，tanheng dqcp check 与数据比较。",
        "时间",
        "{opens} 起按 {factors} 的因子库编制，{deadline} 前完成。",
        "需要修订的情形",
    ),
    "en": (
        "How to fill it",
        "Cells that say “to be filled” must be. What the plant's data do not say is left open.",
        "“How data are determined” names devices and rules by number, departments by name, several with 、.",
        "A substitution in the plant's workbook names the number of its rule here, in the same words.",
        "Then: tanheng dqcp submit (frozen from then on), tanheng dqcp write, tanheng dqcp check.",
        "When",
        "Drafted from {opens} with the factor database of {factors}, made by {deadline}.",
        "Cases of a revision",
    ),
}


def write_plan_book(target: BytesIO, plan: Plan, template: PlanTemplate, lang: str = "zh") -> None:
    """Write a plan as the workbook that gives it back. The same arguments give the same bytes."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    title = f"{template.name(plan.year, lang)} {plan.year}"
    book.set_properties({"title": title, "created": _CREATED, "author": "Tanheng"})
    writer = _Writer(book, plan, template, lang)
    writer.notes(title)
    for listed in template.sheets:
        if listed.section and not (listed.sheet.optional and not plan.table(listed.sheet.id)):
            writer.write(listed)
    book.close()


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any, plan: Plan, template: PlanTemplate, lang: str) -> None:
        self.book, self.plan, self.template, self.lang = book, plan, template, lang
        self.style = Style(book)
        self.looks = {name: book.add_format(given) for name, given in _LOOKS.items()}

    def notes(self, title: str) -> None:
        """The first sheet: how to fill the plan, its dates, and when it must be revised."""
        page = self.page("说明" if self.lang == "zh" else "Notes", title)
        page.set_column(0, 0, 110)
        before, template = int(self.plan.year) - 1, self.template
        days = {n: f"{before}-{getattr(template, n)}" for n in ("opens", "deadline")}
        texts = [t.format(factors=f"{before}-{template.factors_on}", **days) for t in _NOTES[self.lang]]
        cases = [f"{code}　{zh if self.lang == 'zh' else en}" for code, zh, en in template.reasons]
        for row, text in enumerate([*texts, *cases], start=2):
            head = text in (texts[0], texts[5], texts[7])
            page.set_row(row, 26 if head else 20)
            page.write_string(row, 0, text, self.style["part" if head else "body_soft"])

    def page(self, name: str, title: str, says: str = "") -> Any:
        """A sheet with its title."""
        page = self.book.add_worksheet(name)
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.set_margins(0.4, 0.4, 0.5, 0.5)
        page.fit_to_pages(1, 0)
        page.set_row(0, 30)
        page.write_rich_string(
            0, 0, self.style["title"], title, self.style["says"], f"     {says}", self.style["title"]
        )
        return page

    def write(self, listed: PlanSheet) -> None:
        """One sheet, a form or a table."""
        sheet = listed.sheet
        name = f"{listed.section} {sheet.title(self.lang)}"
        says = sheet.says[0 if self.lang == "zh" else 1]
        page = self.page(sheet.title(self.lang), name, says)
        page.set_row(KEY_ROW, None, None, {"hidden": True})
        self.form(page, listed) if sheet.role == "form" else self.table(page, listed)

    def form(self, page: Any, listed: PlanSheet) -> None:
        """One value a line."""
        sheet, entry = listed.sheet, self.plan.form(listed.sheet.id)
        heads = (("item", "项目", "Item", 30), ("value", "内容", "Value", 92))
        for at, (key, zh, en, wide) in enumerate(heads):
            page.set_column(at, at, wide)
            # the label column holds the key of its line too, hidden beside it
            page.write_string(KEY_ROW, at, f"th:{sheet.id}#{key}", self.style["key"])
            page.write_string(HEAD_ROW, at, zh if self.lang == "zh" else en, self.style["head"])
        page.set_column(2, 2, 2, None, {"hidden": True})
        for row, column in enumerate(sheet.columns, start=FIRST_ROW):
            value = self.text(entry, column)
            page.set_row(row, self.height([(value, 92)]))
            page.write_string(row, 0, column.title(self.lang), self.style["label"])
            page.write_string(row, 2, f"th:{sheet.id}.{column.name}", self.style["key"])
            self.cell(page, row, 1, column, value)
            self.choice(page, (row, 1, row, 1), self.options(listed, entry, column), bool(column.one_of))
        page.freeze_panes(FIRST_ROW, 0)

    def table(self, page: Any, listed: PlanSheet) -> None:
        """One entry a line, and spare lines below for more."""
        sheet, entries = listed.sheet, self.plan.table(listed.sheet.id)
        widths = [self.width(listed, column) for column in sheet.columns]
        page.set_row(HEAD_ROW, 32)
        for at, column in enumerate(sheet.columns):
            page.set_column(at, at, widths[at])
            page.write_string(KEY_ROW, at, f"th:{sheet.id}.{column.name}", self.style["key"])
            head = column.title(self.lang) + (" ＊" if column.needed else "")
            page.write_string(HEAD_ROW, at, head, self.style["head" if column.needed else "head_more"])
        spare = (Entry(sheet.id),) * SPARE
        for row, entry in enumerate((*entries, *spare), start=FIRST_ROW):
            empty = row >= FIRST_ROW + len(entries)
            texts = ["" if empty else self.text(entry, c) for c in sheet.columns]
            page.set_row(row, self.height(list(zip(texts, widths, strict=True))))
            for at, column in enumerate(sheet.columns):
                self.cell(page, row, at, column, texts[at])
                options = self.options(listed, entry, column)
                self.choice(page, (row, at, row, at), options, bool(column.one_of))
        page.freeze_panes(FIRST_ROW, sum(c.role == "key" for c in sheet.columns))
        page.repeat_rows(0, HEAD_ROW)

    def text(self, entry: Entry, column: Column) -> str:
        """What a cell shows: its value, the mark of what is open, or nothing."""
        if entry.table == "plan" and column.name == "digest":
            return self.plan.digest if self.plan.submitted_on else ""
        value = said(self.plan, entry, column)
        open_ = not value and column.role != "key" and asked(self.plan, self.template, entry, column)
        return OPEN[self.lang == "en"] if open_ else value

    def cell(self, page: Any, row: int, at: int, column: Column, text: str) -> None:
        """One cell; a text stays a text whatever it looks like."""
        if not text:
            page.write_blank(row, at, None, self.looks["said"])
        elif text in OPEN:
            page.write_string(row, at, text, self.looks["open"])
        elif column.kind == "date":
            page.write_datetime(row, at, datetime.datetime.fromisoformat(text), self.looks["date"])
        else:
            page.write_string(row, at, text, self.looks["said"])

    def options(self, listed: PlanSheet, entry: Entry, column: Column) -> list[str]:
        """What a drop-down offers: words of the column, or what the guide admits for the parameter."""
        parameter = self.template.parameter(entry.get("parameter"))
        if entry.table == "parameters" and parameter is not None:
            way = parameter.way(entry.get("way"))
            if column.name == "way":
                return [w.word for w in parameter.ways]
            if way is not None and column.name in ("obtained", "frequency", "record"):
                return list(getattr(way, column.name))
        if (listed.sheet.id, column.name) == ("devices", "kind"):
            return [i.zh for i in self.template.instruments]
        if (listed.sheet.id, column.name) == ("missing", "treatment"):
            return list(dict.fromkeys(t.zh for p in self.template.parameters for t in p.treatments))
        if (listed.sheet.id, column.name) == ("parameters", "parameter"):
            return [p.zh for p in self.template.parameters if p.exists(self.plan.year)]
        return [*column.one_of, *listed.suggest.get(column.name, ())]

    def choice(self, page: Any, area: tuple[int, ...], options: list[str], strict: bool) -> None:
        """A drop-down; Excel keeps at most 255 characters of one."""
        kept = list(_fitting(options))
        if kept:
            kind = "stop" if strict and len(kept) == len(options) else "information"
            rule = {"validate": "list", "source": kept, "error_type": kind, "show_error": kind == "stop"}
            page.data_validation(*area, {**rule, "ignore_blank": True})

    def width(self, listed: PlanSheet, column: Column) -> float:
        """The width of a column in letters."""
        if column.name in listed.wide:
            return _WIDE
        entries = self.plan.table(listed.sheet.id)
        longest = max((width(self.text(e, column)) for e in entries), default=0)
        return min(28, max(width(column.title(self.lang)) / 2 + 5, longest + 3, 11))

    @staticmethod
    def height(texts: list[tuple[str, float]]) -> float:
        """The height of a line whose texts wrap, in points."""
        lines = [
            sum(1 + int(width(part) / max(wide - 2, 1)) for part in text.split("\n")) for text, wide in texts
        ]
        return 20 + 14 * (min(max(lines, default=1), 28) - 1)


def _fitting(options: list[str]) -> Iterator[str]:
    room = _LONG_LIST
    for each in dict.fromkeys(options):
        room -= len(each) + 1
        if room >= 0 and "," not in each:
            yield each
