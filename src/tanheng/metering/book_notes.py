"""The first sheet of the workbook: what it is, how to fill it, what each sheet asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tanheng.library.template_library import Sheet, Template
from tanheng.metering.sheet_style import Style, width

TITLES = {"zh": "说明", "en": "Notes"}

_RULES = {
    "zh": (
        (
            "空白不是零",
            "没有数据就留空。停运、未使用的期间在“停用与未用”表声明原因和责任人，只有声明过的空白才按零计算。",
        ),
        (
            "单位可以改",
            "每列第二行是计量单位；蓝色的可在下拉列表中改选（例如 kcal/kg、万kWh），读取时精确换算。百分数填 8.5，不填 0.085。",
        ),
        ("数字就填数字", "不写“约”“12万”“/”“无”，不合并单元格。公式可以用，按保存时的结果读取。"),
        ("列可以移动", "列按隐藏的第 2 行标识识别，可以换位置、改名、增加自用列；请不要删除第 2 行。"),
        ("标 ＊ 的必填", "深绿表头是核算用的参数，浅绿表头是报告和存证用的信息。表头的批注写有范围和依据。"),
        ("检查", "填好后运行 tanheng check，问题会指到工作表和单元格，并可生成批注副本。"),
    ),
    "en": (
        (
            "A blank is not zero",
            "Leave unknown cells blank. Declare periods without operation or use on their sheet, with reason "
            "and person; only a declared blank computes as zero.",
        ),
        (
            "Units may be changed",
            "The row below the names holds units; blue ones offer others (kcal/kg, 万kWh), converted exactly. "
            "Percentages are typed as 8.5, not 0.085.",
        ),
        (
            "Numbers only",
            "No “about”, “/” or words; no merged cells. Formulas are read by their stored results.",
        ),
        (
            "Columns may move",
            "Columns are known by the keys in the hidden row 2; move, rename or add columns, but keep row 2.",
        ),
        (
            "＊ is required",
            "Dark headers enter the accounts, light ones the report; their notes give range and clause.",
        ),
        ("Checking", "Run `tanheng check`: problems name sheet and cell, and an annotated copy can be made."),
    ),
}


def write_notes(
    book: Any, style: Style, template: Template, sheets: Sequence[Sheet], period: str, lang: str
) -> None:
    """Write the sheet of notes: rules, then the list of sheets with links."""
    page = book.add_worksheet(TITLES[lang])
    page.hide_gridlines(2)
    page.set_portrait()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_column(0, 0, 3)
    page.set_column(1, 1, 22)
    page.set_column(2, 2, 84)
    zh = lang == "zh"
    page.set_row(0, 12)
    page.set_row(1, 30)
    page.write_string(
        1, 1, f"碳衡 {template.zh}数据填报" if zh else f"Tanheng: {template.en}", style["title"]
    )
    about = f"{template.method.zh if zh else template.method.en or template.method.id}  ·  {period}"
    page.write_string(2, 1, about, style["says"])
    page.write_string(4, 1, "怎么填" if zh else "How to fill", style["part"])
    row = 5
    for head, text in _RULES[lang]:
        _line(page, row, style, text)
        page.write_string(row, 1, head, style["body"])
        row += 1
    page.write_string(row + 1, 1, "各表内容" if zh else "Sheets", style["part"])
    row += 2
    for sheet in sheets:
        _line(page, row, style, sheet.says[0 if zh else 1])
        name = sheet.title(lang)
        page.write_url(row, 1, f"internal:'{name}'!A1", style["link"], name)
        row += 1


def _line(page: Any, row: int, style: Style, text: str) -> None:
    page.set_row(row, 17 * (1 + (width(text) - 1) // 88) + 3)
    page.write_string(row, 2, text, style["body_soft"])
