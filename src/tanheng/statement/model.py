"""The document model: what every printer prints, and nothing that only one of them could."""

from __future__ import annotations

from dataclasses import dataclass

from tanheng.engine.notation.tree import Node
from tanheng.statement.text import Text

# an empty cell would leave the reader to guess, so every absence has a kind
# kinds of cell
WORDS = "words"
NUMBER = "number"
NONE = "none"  # "—": the item does not exist here (a gas unit has no boiler type)
GAP = "gap"  # a value that should be there and is not
IDLE = "idle"  # declared not running or not used

MARKS = {NONE: ("—", "—"), GAP: ("未提供", "not given"), IDLE: ("未运行", "not run")}

# flags of a figure: the sign stands raised behind it, its word in the legend
UNCONFIRMED, DEFAULT, SUBSTITUTED = "unconfirmed", "default", "substituted"
FLAGS = {
    DEFAULT: ("*", "缺省值", "default value"),
    SUBSTITUTED: ("†", "替代值", "substituted value"),
    UNCONFIRMED: ("?", "来源未确认", "source unconfirmed"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from: the step or given, its scope without time, and its period."""

    name: str
    scope: tuple[tuple[str, str], ...] = ()
    period: str = ""

    @property
    def key(self) -> str:
        """One line for notes and cell comments: "C_ar[fuel=烟煤, unit=1] 2024-03"."""
        inner = ", ".join(f"{s}={m}" for s, m in self.scope)
        return f"{self.name}{f'[{inner}]' if inner else ''} {self.period}".strip()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `text` is what is printed; a number's is its reported text with digits grouped.

    Attributes:
        shown: The reported text of a number without grouping ("122255.81"); "" for anything else.
    """

    text: Text = ()
    kind: str = WORDS
    shown: str = ""
    unit: str = ""
    flags: tuple[str, ...] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, the unit below it, whether figures stand in it, and its share of the width."""

    head: Text
    unit: Text = ()
    figures: bool = False
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of cells. `role`: "" plain, "group" (one cell over the whole width) or "sum"."""

    cells: tuple[Cell, ...]
    role: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A data table with a repeated head.

    Attributes:
        id: Name of the sheet in a workbook and anchor elsewhere; unique in the statement.
        group: Spans over the head: (text, number of columns), empty when there are none.
        notes: Footnotes printed below.
        small: Set in the smaller size, as tables beside charts are.
    """

    id: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    group: tuple[tuple[str, int], ...] = ()
    notes: tuple[Text, ...] = ()
    small: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels and values, two columns."""

    id: str
    title: Text
    rows: tuple[tuple[Text, Cell], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. `role`: body, note (small), caution (marked) or legend."""

    text: Text
    role: str = "body"


@dataclass(frozen=True, slots=True)
class Formula:
    """A typeset formula with its clause, an example with numbers, and its symbols explained.

    Attributes:
        rounding: The closing line: how the value is rounded and what else is to be said of it.
        keep: Stays on the page of the block behind it, the table of its ways.
    """

    id: str
    title: Text
    law: Text
    node: Node
    numbers: Node | None = None
    numbers_of: Text = ()
    where: tuple[tuple[Node, Text], ...] = ()
    rounding: Text = ()
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart: a name and a value text for each label (None = no value, never zero)."""

    name: str
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """One stream of a flow chart, from node to node. `value` [GJ] sets its breadth and is not printed."""

    source: str
    target: str
    value: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with the figures that it is drawn from.

    Attributes:
        kind: stack (months on months), line, shares, flow, or fall (causes of a change, their sum last).
        means: Value of the year for each series, drawn as a dashed line ("" = none).
        captions: Lines with reported figures beside the nodes of a flow chart, by node.
        table: The same figures as a table, printed beside the chart: a row for each label, a column for each
            series; further rows (the year) may follow.
        alt: The chart in one or two sentences, for readers who do not see it.
    """

    id: str
    kind: str
    title: Text
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    alt: str
    table: Table | None = None
    means: tuple[str, ...] = ()
    flows: tuple[Flow, ...] = ()
    captions: tuple[tuple[str, tuple[str, ...]], ...] = ()


Block = Paragraph | Pairs | Table | Formula | Chart


@dataclass(frozen=True, slots=True)
class Signatures:
    """What the signers declare, the boxes for them, and the line for seal and date."""

    pledge: Text
    roles: tuple[str, ...]
    closing: Text


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part. `wide` asks for a landscape page."""

    title: Text
    blocks: tuple[Block, ...]
    wide: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline figure of the cover: label, value and unit."""

    label: Text
    cell: Cell


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole document.

    Attributes:
        id: "power-annual", "platform".
        running: The line in the head of every page.
        digest: Digest that the document refers to, printed in its foot.
        note: What the signs behind the headline figures mean.
    """

    id: str
    title: Text
    subtitle: Text
    running: str
    digest: str
    cover: tuple[tuple[Text, Cell], ...]
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    note: Text = ()
    signatures: Signatures | None = None
    lang: str = "zh"

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table that is not a chart's, in order."""
        return tuple(b for s in self.sections for b in s.blocks if isinstance(b, Table))

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Every chart, in order."""
        return tuple(b for s in self.sections for b in s.blocks if isinstance(b, Chart))
