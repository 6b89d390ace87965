"""Charts that Excel draws itself, from the table beside them."""

from __future__ import annotations

from typing import Any

from tanheng.reports.charts import COLOURS, line_axis
from tanheng.statement.model import Chart

_KINDS = {
    "stack": {"type": "column", "subtype": "stacked"},
    "line": {"type": "line"},
    "shares": {"type": "bar", "subtype": "percent_stacked"},
}
_FONT = {"name": "微软雅黑", "size": 8, "color": "#5F6C78"}
_RULE = {"visible": True, "line": {"color": "#E3E8EB", "width": 0.5}}


def native_chart(book: Any, sheet: str, chart: Chart, first: int, last: int) -> Any:
    """A chart of Excel's own.

    Args:
        book: The workbook (xlsxwriter).
        sheet: Where the chart's table stands: labels in the first column, a series in each other.
        first, last: Rows of the first and last label, counted from zero.
    """
    native = book.add_chart(_KINDS[chart.kind])
    for number, series in enumerate(chart.series):
        native.add_series(
            {
                "name": series.name,
                "categories": [sheet, first, 0, last, 0],
                "values": [sheet, first, number + 1, last, number + 1],
                "gap": 60,
                **_look(chart.kind, COLOURS[number % len(COLOURS)]),
            }
        )
    unit = chart.unit if chart.kind != "shares" else ""
    plain = {"num_font": _FONT, "line": {"color": "#87939E"}, "major_gridlines": {"visible": False}}
    native.set_x_axis(plain)
    value_axis: dict[str, Any] = {"num_font": _FONT, "line": {"none": True}, "major_gridlines": _RULE}
    if chart.kind == "line":
        low, high, step = (round(value, 9) for value in line_axis(chart))
        value_axis |= {"min": low, "max": high, "major_unit": step}
    native.set_y_axis({**value_axis, "name": unit, "name_font": {**_FONT, "bold": False}})
    native.set_legend({"position": "top", "font": _FONT})
    native.set_title({"none": True})
    # an empty cell stays a gap; Excel would otherwise draw it as zero
    native.show_blanks_as("gap")
    native.set_chartarea({"border": {"none": True}})
    native.set_size({"width": 520, "height": 290})
    return native


def _look(kind: str, colour: str) -> dict[str, Any]:
    if kind != "line":
        return {"fill": {"color": colour}}
    marker = {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": "white"}}
    return {"line": {"color": colour, "width": 1.75}, "marker": marker}
