"""How the workbook looks: colours, widths and number formats of the template's cells."""

from __future__ import annotations

from typing import Any

from tanheng.library.template_library import Column

FONT = "Microsoft YaHei"
INK, INK2, LABEL = "#16212B", "#4A5865", "#5F6C78"
BRAND, TINT = "#0B6B66", "#E4F2F0"
SUNKEN, LINE, WHITE = "#F1F4F5", "#D5DCE0", "#FFFFFF"
ENTERED = "#163F78"
AMBER, AMBER_TINT = "#8A5200", "#FFF3D9"

_BASE: dict[str, Any] = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
_BOX: dict[str, Any] = {**_BASE, "border": 1, "border_color": LINE}
_FORMATS: dict[str, dict[str, Any]] = {
    "title": {**_BASE, "font_size": 15, "bold": True, "font_color": BRAND},
    "says": {**_BASE, "font_size": 10, "font_color": INK2},
    "key": {**_BASE, "font_size": 8, "font_color": LABEL},
    "head": {
        **_BOX,
        "bold": True,
        "font_color": WHITE,
        "bg_color": BRAND,
        "text_wrap": True,
        "align": "center",
    },
    "head_more": {
        **_BOX,
        "bold": True,
        "font_color": BRAND,
        "bg_color": TINT,
        "text_wrap": True,
        "align": "center",
    },
    "unit": {**_BOX, "font_size": 9, "font_color": LABEL, "bg_color": SUNKEN, "align": "center"},
    "unit_pick": {**_BOX, "font_size": 9, "font_color": ENTERED, "bg_color": SUNKEN, "align": "center"},
    "member": {**_BOX, "bg_color": SUNKEN, "num_format": "@", "align": "left", "indent": 1},
    "label": {**_BOX, "bg_color": SUNKEN, "align": "left", "indent": 1},
    "note": {**_BOX, "font_size": 9, "font_color": LABEL, "align": "left", "text_wrap": True},
    "word": {**_BOX, "font_color": ENTERED, "num_format": "@", "align": "left", "indent": 1},
    "date": {**_BOX, "font_color": ENTERED, "num_format": "yyyy-mm-dd", "align": "center"},
    "amount": {**_BOX, "font_color": ENTERED, "num_format": "#,##0.00??", "align": "right", "indent": 1},
    "rate": {**_BOX, "font_color": ENTERED, "num_format": "0.00??", "align": "right", "indent": 1},
    "answer": {**_BOX, "font_color": ENTERED, "num_format": "@", "align": "left", "indent": 1},
    "answer_number": {
        **_BOX,
        "font_color": ENTERED,
        "num_format": "#,##0.######",
        "align": "left",
        "indent": 1,
    },
    "answer_date": {**_BOX, "font_color": ENTERED, "num_format": "yyyy-mm-dd", "align": "left", "indent": 1},
    "body": {**_BASE, "bold": True},
    "part": {**_BASE, "font_size": 12, "bold": True, "font_color": BRAND},
    "link": {**_BASE, "font_color": BRAND, "underline": 1},
    "body_soft": {**_BASE, "text_wrap": True, "font_color": INK2},
}


class Style:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._formats = {name: book.add_format(given) for name, given in _FORMATS.items()}

    def __getitem__(self, name: str) -> Any:
        return self._formats[name]

    def of(self, column: Column, form: bool = False) -> Any:
        """The format of a column's cells; a form's values stand at the left, below each other."""
        if form:
            return self[{"number": "answer_number", "date": "answer_date"}.get(column.kind, "answer")]
        if column.role == "key":
            return self["date"] if column.kind == "day" else self["member"]
        if column.kind in ("number", "date"):
            return self["date"] if column.kind == "date" else self["amount" if column.amount else "rate"]
        return self["word"]


def width(text: str) -> int:
    """How wide a text is in columns of a Latin letter; Chinese takes two."""
    return sum(2 if ord(each) > 0x2E7F else 1 for each in text)


def column_width(column: Column, lang: str, unit: str) -> float:
    """The width of a column: two header lines, its unit, and room for its values."""
    head = width(column.title(lang))
    longest_word = max((width(w) for w in column.one_of), default=0)
    values = {"number": 13, "date": 12, "day": 12, "month": 10, "truth": 8, "code": 22}.get(column.kind, 12)
    return min(36, max(values, head / 2 + 5, width(unit) + 4, longest_word + 6))
