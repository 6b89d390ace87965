"""A waterfall: causes one below the other, each bar where the one before it ended."""

from __future__ import annotations

from tanheng.reports.charts import AXIS, COLOURS, FULL_WIDTH, INK, LABEL, RULE, Drawing, axis_text, nice_step
from tanheng.statement.model import Chart
from tanheng.statement.text import rich, words

_LEFT, _RIGHT, _TOP, _SLOT = 104.0, 66.0, 30.0, 19.0
MORE, LESS, WHOLE = COLOURS[2], COLOURS[1], COLOURS[0]


def fall(chart: Chart) -> Drawing:
    """Lay a waterfall out: one series of changes by label; the last label is their sum.

    The axis counts the change since the first year, so it holds zero and no bar is cut short.
    """
    values = [float(text or 0) for text in chart.series[0].values]
    shown = chart.captions
    ends, level = [], 0.0
    for value in values[:-1]:
        ends.append((level, level + value))
        level += value
    ends.append((0.0, values[-1]))
    low, high = min(min(pair) for pair in ends), max(max(pair) for pair in ends)
    # a change of nothing gets a band all the same
    step = nice_step((high - low) or 1.0, 5)
    low, high = step * (low // step), step * -(-high // step)
    page = Drawing(FULL_WIDTH, _TOP + _SLOT * len(values) + 12)
    right, bottom = FULL_WIDTH - _RIGHT, _TOP + _SLOT * len(values) + 4

    def place(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (right - _LEFT)

    for number in range(round((high - low) / step) + 1):
        mark = low + step * number
        zero = abs(mark) < step / 2
        page.line(place(mark), _TOP - 6, place(mark), bottom, AXIS if zero else RULE, 0.8 if zero else 0.5)
        page.label(place(mark), _TOP - 11, words(axis_text(mark, step)), "center", 7)
    page.label(0, _TOP - 11, rich(chart.unit))
    for number, (start, end) in enumerate(ends):
        y = _TOP + _SLOT * number
        last = number == len(ends) - 1
        colour = WHOLE if last else MORE if end > start else LESS
        # a cause of a few tonnes still gets a hair of its colour
        page.bar(place(min(start, end)), y + 3, max(abs(place(end) - place(start)), 0.8), _SLOT - 7, colour)
        page.label(_LEFT - 100, y + 11, words(chart.labels[number]), "left", 8, INK, 500 if last else 400)
        page.label(FULL_WIDTH - 4, y + 11, words(shown[number][1][0]), "right", 8, INK, 500 if last else 400)
        if not last:
            # the step down to where the next bar begins
            page.line(place(end), y + 3, place(end), y + _SLOT + 3, LABEL, 0.4)
    return page
