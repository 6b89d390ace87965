"""Charts as drawing primitives, set by Typst: vectors in the PDF, pictures for Word.

The layout computes with binary floats: positions on paper only. Every figure that is written in a chart is
a text of the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tanheng.engine.notation.typst import text_literal
from tanheng.reports.typesetting import array, compile_source, content
from tanheng.statement.model import Chart
from tanheng.statement.text import Text, plain, rich, words

# at most five series, in this order; their neighbours stay apart for every kind of colour blindness
COLOURS = ("#17506F", "#4A93BC", "#BD7F12", "#D0487C", "#87939E")
INK, LABEL, RULE, AXIS = "#16212B", "#5F6C78", "#E3E8EB", "#87939E"
WIDTH = 318.0
FULL_WIDTH = 486.0
PPI = 200.0
# room for the name of a year's value, and from one such name to the next
_YEAR_ROOM, _YEAR_GAP = 50.0, 9.5


@dataclass
class Drawing:
    """A sheet of primitives. Coordinates in points, origin at the top left."""

    width: float
    height: float
    calls: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def bar(self, x: float, y: float, w: float, h: float, colour: str) -> None:
        """A filled rectangle."""
        self.calls.append(f"bar({x:.2f}, {y:.2f}, {w:.2f}, {h:.2f}, {text_literal(colour)})")

    def line(
        self, x: float, y: float, x2: float, y2: float, colour: str, w: float = 0.6, dash: bool = False
    ) -> None:
        """A straight line."""
        style = '"dashed"' if dash else "none"
        self.calls.append(f"seg({x:.2f}, {y:.2f}, {x2:.2f}, {y2:.2f}, {text_literal(colour)}, {w}, {style})")

    def path(self, points: Sequence[tuple[float, float]], colour: str, w: float = 1.4) -> None:
        """A line through points."""
        spelt = array([f"({x:.2f}, {y:.2f})" for x, y in points])
        self.calls.append(f"poly({spelt}, {text_literal(colour)}, {w})")

    def dot(self, x: float, y: float, colour: str) -> None:
        """A point of a line."""
        self.calls.append(f"dot({x:.2f}, {y:.2f}, 2.4, {text_literal(colour)})")

    def band(self, x: float, a: float, b: float, x2: float, a2: float, b2: float, colour: str) -> None:
        """A stream that flows from one edge [a, b] to another [a2, b2]."""
        figures = ", ".join(f"{v:.2f}" for v in (x, a, b, x2, a2, b2))
        self.calls.append(f"band({figures}, {text_literal(colour)})")

    def label(
        self,
        x: float,
        y: float,
        text: Text,
        anchor: str = "left",
        size: float = 7.0,
        colour: str = LABEL,
        weight: int = 400,
        plate: bool = False,
    ) -> None:
        """A text; the anchor says which end of its base line stands at the point (left, center, right).

        A plate is a white ground that lets what lies behind shine through a little.
        """
        self.labels.append(plain(text))
        ground = ", plate: true" if plate else ""
        style = f"{anchor}, {size}, {text_literal(colour)}, {weight}"
        self.calls.append(f"lab({x:.2f}, {y:.2f}, {style}, {content(text)}{ground})")

    def source(self, alt: str) -> str:
        """The drawing as one Typst call."""
        body = "\n  ".join(self.calls)
        return f"canvas({self.width:.2f}, {self.height:.2f}, {text_literal(alt)}, {{\n  {body}\n}})"


def draw(chart: Chart) -> Drawing:
    """Lay a chart out."""
    if chart.kind == "fall":
        # it is drawn with what this module gives
        from tanheng.reports.waterfall import fall

        return fall(chart)
    kinds: dict[str, Callable[[Chart], Drawing]] = {
        "stack": _stack,
        "line": _line,
        "shares": _shares,
        "flow": _flow,
    }
    return kinds[chart.kind](chart)


def pictures(charts: Sequence[Chart]) -> list[bytes]:
    """PNG pictures (200 dots an inch) of the charts, in order, for documents that cannot hold our vectors.

    Raises:
        Refused: TH-R06 a character of a label has no glyph; TH-R07 there are no fonts.
    """
    if not charts:
        return []
    pages = "\n#pagebreak()\n".join("#" + draw(chart).source(chart.alt) for chart in charts)
    setup = (
        '#set page(width: auto, height: auto, margin: 2pt)\n#set text(font: sans, number-width: "tabular")\n'
    )
    # a picture would show a box where a glyph is missing; the archive form refuses, so it is tried first
    compile_source(setup + pages, "pdf", pdf_standards=["a-2b"])
    return compile_source(setup + pages, "png", ppi=PPI)


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def nice_step(span: float, wanted: int = 5) -> float:
    """The step of an axis: 1, 2 or 5 times a power of ten, so that about `wanted` steps cover the span."""
    # found by steps of ten, so that no logarithm decides between two neighbours
    raw = max(span / wanted, 1e-12)
    power = 1.0
    while power > raw:
        power /= 10
    while power * 10 <= raw:
        power *= 10
    return next(m * power for m in (1, 2, 5, 10) if m * power >= raw)


def axis_text(value: float, step: float) -> str:
    """A mark of an axis with as many decimals as its step needs; the minus is a real one."""
    places = 0
    while places < 6 and abs(step * 10**places - round(step * 10**places)) > 1e-9:
        places += 1
    return f"{value:,.{places}f}".replace("-", "−")


def _legend(page: Drawing, names: Sequence[str], right: float, y: float) -> None:
    """Names with their colours, from the right edge to the left; widths are estimated."""
    # the true breadth is known to Typst only; a little air is better than a measuring pass
    x = right
    for number in reversed(range(len(names))):
        breadth = sum(7.1 if ord(c) > 0x2E80 else 4.4 for c in names[number])
        page.label(x, y, words(names[number]), "right")
        page.bar(x - breadth - 11, y - 3, 6, 6, COLOURS[number % len(COLOURS)])
        x -= breadth + 22


def _frame(
    page: Drawing, low: float, high: float, step: float, box: tuple[float, float, float, float]
) -> Callable[[float], float]:
    """Rules and marks of the value axis in a box (left, top, right, bottom); returns a value's position."""
    left, top, right, bottom = box

    def place(value: float) -> float:
        return bottom - (value - low) / (high - low) * (bottom - top)

    count = round((high - low) / step)
    for number in range(count + 1):
        value = low + number * step
        y = place(value)
        page.line(left, y, right, y, AXIS if number == 0 else RULE, 0.7 if number == 0 else 0.5)
        page.label(left - 5, y, words(axis_text(value, step)), "right", 7)
    return place


def _stack(chart: Chart) -> Drawing:
    page = Drawing(WIDTH, 172)
    left, top, bottom = 44.0, 26.0, 152.0
    columns = [[_number(s.values[i]) for s in chart.series] for i in range(len(chart.labels))]
    # bars start at zero: their length is the message
    highest = max((sum(v or 0.0 for v in column) for column in columns), default=0.0) or 1.0
    step = nice_step(highest, 4)
    high = step * -(-highest // step)
    place = _frame(page, 0.0, high, step, (left, top, WIDTH - 4, bottom))
    page.label(left - 44, 9, rich(chart.unit))
    _legend(page, [s.name for s in chart.series], WIDTH - 4, 9)
    slot = (WIDTH - 4 - left) / max(len(columns), 1)
    breadth = slot * 0.56
    for number, column in enumerate(columns):
        x = left + slot * number + (slot - breadth) / 2
        level = 0.0
        for series, value in enumerate(column):
            if value:
                page.bar(
                    x, place(level + value), breadth, place(level) - place(level + value), COLOURS[series % 5]
                )
                level += value
        # a month without any figure is marked, so that nobody reads it as zero
        if all(value is None for value in column):
            page.label(x + breadth / 2, bottom - 7, words("—"), "center", 8)
        page.label(x + breadth / 2, bottom + 10, words(chart.labels[number]), "center", 6.8)
    return page


def line_axis(chart: Chart) -> tuple[float, float, float]:
    """Least and greatest value and step of the axis of a line chart; it does not start at zero."""
    texts = [text for series in chart.series for text in series.values] + list(chart.means)
    values = [float(text) for text in texts if text] or [0.0, 1.0]
    # a flat line gets a band of one percent instead of a division by nothing
    step = nice_step(max(max(values) - min(values), abs(max(values)) * 0.01, 1e-9), 4)
    low = step * (min(values) // step)
    return low, max(step * -(-max(values) // step), low + step), step


def _line(chart: Chart) -> Drawing:
    page = Drawing(WIDTH, 172)
    left, top, bottom = 34.0, 26.0, 152.0
    means = [_number(text or None) for text in chart.means]
    # the year's values are named beside the plot, where no line of a month can cross them
    right = WIDTH - 4 - (_YEAR_ROOM if any(m is not None for m in means) else 0.0)
    low, high, step = line_axis(chart)
    place = _frame(page, low, high, step, (left, top, right, bottom))
    page.label(0, 9, rich(chart.unit))
    _legend(page, [s.name for s in chart.series], WIDTH - 4, 9)
    slot = (right - left) / max(len(chart.labels), 1)
    _year_lines(
        page, left, right, [(place(m), chart.means[i], i) for i, m in enumerate(means) if m is not None]
    )
    for number, series in enumerate(chart.series):
        points = [
            (left + slot * (i + 0.5), place(v)) if (v := _number(t)) is not None else None
            for i, t in enumerate(series.values)
        ]
        # a month without value breaks the line: a gap stays a gap
        for first, second in pairwise(points):
            if first and second:
                page.path([first, second], COLOURS[number % 5])
        for point in points:
            if point:
                page.dot(*point, COLOURS[number % 5])
    for number, label in enumerate(chart.labels):
        page.label(left + slot * (number + 0.5), bottom + 10, words(label), "center", 6.8)
    return page


def _year_lines(page: Drawing, left: float, right: float, lines: list[tuple[float, str, int]]) -> None:
    """Dashed lines of the year's values, each led to its name at the right margin."""
    lines = sorted(lines)
    for (y, text, number), beside in zip(lines, spread([y for y, *_ in lines], _YEAR_GAP), strict=True):
        colour = COLOURS[number % 5]
        page.line(left, y, right, y, colour, 0.9, True)
        page.line(right, y, right + 6, beside, colour, 0.5)
        page.label(right + 8, beside, words(f"全年 {text}"), "left", 7.0, colour, 500)


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Ascending places moved apart until neighbours keep a gap; near ones stay around their middle."""
    groups: list[list[float]] = []
    for place in places:
        groups.append([place])
        # a group that has grown may reach the one before it
        while len(groups) > 1 and _ends(groups[-1], gap)[0] - _ends(groups[-2], gap)[1] < gap:
            last = groups.pop()
            groups[-1] += last
    return [_ends(group, gap)[0] + gap * number for group in groups for number in range(len(group))]


def _ends(group: Sequence[float], gap: float) -> tuple[float, float]:
    """First and last place of a group that is spread around its middle."""
    middle, half = sum(group) / len(group), gap * (len(group) - 1) / 2
    return middle - half, middle + half


def _shares(chart: Chart) -> Drawing:
    """One horizontal bar for each label, cut into the shares of the series."""
    rows = len(chart.labels)
    page = Drawing(WIDTH, 26 + 26.0 * rows + 14)
    left = 52.0
    _legend(page, [s.name for s in chart.series], WIDTH - 4, 9)
    for row, label in enumerate(chart.labels):
        y = 24 + 26.0 * row
        page.label(left - 8, y + 8, words(label), "right", 8, INK)
        parts = [_number(s.values[row]) or 0.0 for s in chart.series]
        whole = sum(parts)
        x = left
        for number, part in enumerate(parts):
            breadth = (WIDTH - 4 - left) * part / whole if whole else 0.0
            if part:
                # a share too small to see still gets a hair of its colour
                page.bar(x, y, max(breadth, 0.8), 16, COLOURS[number % 5])
            x += breadth
        if not whole:
            page.label(left, y + 8, words("—"), "left", 8)
    base = 24 + 26.0 * rows
    for number in range(5):
        x = left + (WIDTH - 4 - left) * number / 4
        page.line(x, 20, x, base - 4, RULE, 0.4)
        page.label(x, base + 4, words(f"{number * 25}%"), "center" if number < 4 else "right", 7)
    return page


def _flow(chart: Chart) -> Drawing:
    """A Sankey: nodes in columns by their distance from the start, streams as broad as their energy."""
    layers = _layers(chart)
    page = Drawing(FULL_WIDTH, 236)
    top, room, gap, thick = 12.0, 212.0, 13.0, 9.0
    captions = dict(chart.captions)
    size = {name: _node_size(chart, name) for layer in layers for name in layer}
    # the fullest column sets the scale of all, so that breadths compare
    most = max(sum(size[n] for n in layer) for layer in layers) or 1.0
    rows = max(len(layer) for layer in layers)
    scale = (room - gap * (rows - 1)) / most
    left, right = 110.0, FULL_WIDTH - 138.0
    spot: dict[str, tuple[float, float]] = {}
    for depth, layer in enumerate(layers):
        x = left + (right - left) * depth / max(len(layers) - 1, 1)
        used = sum(size[n] for n in layer) * scale + gap * (len(layer) - 1)
        y = top + (room - used) / 2
        for name in layer:
            spot[name] = (x, y)
            y += size[name] * scale + gap
    # streams are stacked along a node in the order of the nodes they come from and go to
    starts, ends = {n: spot[n][1] for n in spot}, {n: spot[n][1] for n in spot}
    order = {name: number for number, name in enumerate(n for layer in layers for n in layer)}
    for flow in sorted(chart.flows, key=lambda f: (order[f.source], order[f.target])):
        breadth = float(flow.value) * scale
        a, b = starts[flow.source], ends[flow.target]
        colour = COLOURS[order[flow.source] % 5]
        page.band(spot[flow.source][0] + thick, a, a + breadth, spot[flow.target][0], b, b + breadth, colour)
        starts[flow.source] += breadth
        ends[flow.target] += breadth
    for depth, layer in enumerate(layers):
        for name in layer:
            x, y = spot[name]
            # start-up oil is a ten-thousandth of the coal and must still be seen
            tall = max(size[name] * scale, 1.2)
            page.bar(x, y, thick, tall, INK if depth else COLOURS[order[name] % 5])
            # what is named between two columns stands on the streams
            over = 0 < depth < len(layers) - 1
            _caption(page, depth, (x, y + tall / 2, thick), name, captions.get(name, ()), over)
    return page


def _caption(
    page: Drawing,
    depth: int,
    spot: tuple[float, float, float],
    name: str,
    lines: tuple[str, ...],
    over: bool,
) -> None:
    """The node's name and figures: to the left of the first column, to the right of the others."""
    x, y, thick = spot
    anchor, edge = ("right", x - 5) if depth == 0 else ("left", x + thick + 5)
    y -= 5.0 * len(lines)
    page.label(edge, y, words(name), anchor, 8, INK, 500, plate=over)
    for number, line in enumerate(lines):
        ink = INK if over else LABEL
        page.label(edge, y + 10.0 * (number + 1), rich(line), anchor, 7.0, ink, plate=over)


def _node_size(chart: Chart, name: str) -> float:
    out = sum(float(f.value) for f in chart.flows if f.source == name)
    into = sum(float(f.value) for f in chart.flows if f.target == name)
    return max(out, into)


def _layers(chart: Chart) -> list[list[str]]:
    """Nodes by their distance from a node without inflow, each layer in the order of the flows."""
    depth: dict[str, int] = {}
    for flow in chart.flows:
        depth.setdefault(flow.source, 0)
        depth[flow.target] = max(depth.get(flow.target, 0), depth[flow.source] + 1)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for name in dict.fromkeys(n for f in chart.flows for n in (f.source, f.target)):
        layers[depth[name]].append(name)
    return layers
