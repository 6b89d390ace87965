"""Lines of Chinese and English for the terminal, broken between characters and words, not before a comma."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.text import Text

_OPENING, _CLOSING = "（「『“‘《〔【", "，。、；：！？）」』”’》〕】…%"
# a word of Latin letters and digits, or one Chinese character; each with the marks that stay with it
_PIECE = re.compile(rf"[{_OPENING}]*(?:[^\s\u2e80-\uffff{_OPENING}{_CLOSING}]+|\S)[{_CLOSING}]*\s*")


class Paragraph:
    """A text that is folded to the width there is; lines after the first hang under it.

    Args:
        indent: Columns before every line.
        hang: More columns before the lines after the first.
    """

    def __init__(self, text: Text | str, indent: int = 0, hang: int = 0, style: str = "") -> None:
        self.text = Text(text, style=style) if isinstance(text, str) else text
        self.indent, self.hang = indent, hang

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """The lines."""
        width = options.max_width - self.indent
        for number, line in enumerate(wrap(self.text, width, width - self.hang)):
            yield Padding(line, (0, 0, 0, self.indent + (self.hang if number else 0)))


def wrap(text: Text, first: int, rest: int | None = None) -> list[Text]:
    """The lines of a text.

    Args:
        first: Columns of the first line.
        rest: Columns of the others, by default the same.
    """
    rest = first if rest is None else rest
    breaks: list[int] = []
    used, room = 0, first
    for match in _PIECE.finditer(text.plain):
        size = cell_len(match[0].rstrip())
        if used and used + size > room:
            breaks.append(match.start())
            used, room = 0, rest
        # a word that no line can hold is cut
        start = match.start()
        while size > max(room, 2):
            cut = start + _fitting(text.plain[start : match.end()], max(room, 2))
            breaks.append(cut)
            start, room = cut, rest
            size = cell_len(text.plain[start : match.end()].rstrip())
        used += cell_len(text.plain[start : match.end()])
    lines = list(text.divide(breaks)) if breaks else [text.copy()]
    for line in lines:
        line.rstrip()
    return lines


def _fitting(text: str, width: int) -> int:
    """How many characters of a text fit into a width; at least one."""
    count = 1
    while count < len(text) and cell_len(text[: count + 1]) <= width:
        count += 1
    return count
