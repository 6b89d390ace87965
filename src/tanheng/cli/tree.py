"""The tree of a number: what it is, its formula, and below it what it was made of, down to the cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text
from rich.tree import Tree

from tanheng.cli.answers import unit_label
from tanheng.cli.lines import Paragraph
from tanheng.inventory.explain import Node
from tanheng.kernel.numbers import grouped

HANG = 4
"""Columns by which what does not fit on a number's first line stands below it."""
_FLAGS = {
    "zh": {"check": "未确认", "default": "含缺省值", "substituted": "含替代值"},
    "en": {"check": "unconfirmed", "default": "default", "substituted": "substitute"},
}


def tree(node: Node, lang: str, everything: bool = False) -> Tree:
    """A number's tree; formulas stand on a line of their own, cells in green, unconfirmed values in yellow.

    Args:
        everything: Also say at each number why the ways before the one taken fell out. Otherwise this is said
            where a default or substitute comes from, and at the top.
    """
    root = Tree(Label(node, lang, True), guide_style="dim")
    _grow(root, node, lang, everything)
    return root


def _grow(tree: Tree, node: Node, lang: str, everything: bool) -> None:
    for child in node.children:
        _grow(tree.add(Label(child, lang, everything or _brings_flag(child))), child, lang, everything)
    if node.hidden:
        more = f"… {node.hidden} more (--all)" if lang == "en" else f"…… 其余 {node.hidden} 项（--all 展开）"
        tree.add(Text(more, style="dim"))


def _brings_flag(node: Node) -> bool:
    """Whether a default or substitute enters here and not below."""
    below = {flag for child in node.children for flag in child.flags}
    return bool(set(node.flags) - below) and not node.hidden


class Label:
    """One number of a tree; its parts are folded between each other and hang under the first."""

    def __init__(self, node: Node, lang: str, why: bool = False) -> None:
        self.parts = list(_head(node, lang))
        self.below = [] if node.repeated else list(_below(node, lang, why))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Lay the parts out in the width that the tree leaves."""
        for number, line in enumerate(fold(self.parts, options.max_width, HANG)):
            yield Paragraph(line, 0, HANG) if number == 0 else Paragraph(line, HANG, HANG)
        for line in self.below:
            yield Paragraph(line, HANG, 2)


def fold(parts: Sequence[Text], width: int, indent: int) -> list[Text]:
    """Lines of whole parts, two columns between them; lines after the first are narrower by `indent`."""
    lines: list[Text] = []
    for part in parts:
        room = width - (indent if len(lines) > 1 else 0)
        if lines and lines[-1].cell_len + 2 + part.cell_len <= room:
            lines[-1].append("  ").append_text(part)
        else:
            lines.append(part.copy())
    return lines


def _head(node: Node, lang: str) -> Iterator[Text]:
    first = Text(f"{node.symbol or node.name} ", style="bold")
    first.append(f"{node.en if lang == 'en' else node.zh}{' ' if node.row else ''}", style="not bold")
    if node.row:
        first.append(f"[{_row(node)}]", style="not bold dim")
    yield first
    value = f"= {grouped(node.shown)} {unit_label(node.unit)}".rstrip()
    yield Text(value, style="bold green" if node.kind == "given" else "bold")
    way = node.way_en if lang == "en" else node.way
    if way:
        yield Text(f"〔{way}〕" if lang == "zh" else f"<{way}>", style="magenta")
    if node.law and node.kind != "factor":
        yield Text(node.law, style="blue")
    for mark in [*(["check"] if node.certainty == "check" else []), *node.flags]:
        yield Text(f"⚠ {_FLAGS[lang].get(mark, mark)}", style="yellow")
    origin = node.origin
    if origin.file or origin.cell:
        yield Text(
            f"← {origin.file} {f'{origin.sheet}!' if origin.sheet else ''}{origin.cell}", style="green"
        )
    if node.repeated:
        yield Text("(opened above)" if lang == "en" else "（上文已展开）", style="dim")


def _below(node: Node, lang: str, why: bool) -> Iterator[Text]:
    if node.state in ("declared", "substituted"):
        yield Text(node.reason, style="yellow")
        if node.kind == "given":
            yield from (Text(each, style="yellow") for each in (node.why_en if lang == "en" else node.why))
    if node.kind == "factor":
        yield Text(node.law, style="blue")
    if node.formula and node.children:
        yield Text(f"= {node.formula}", style="cyan")
    for each in (node.why_en if lang == "en" else node.why) if why and node.kind == "step" else ():
        yield Text(f"↳ {each}", style="dim")


def _row(node: Node) -> str:
    """The row without what a finer scope says already: a day names its month."""
    scopes = dict(node.row)
    return " · ".join(member for scope, member in node.row if scope != "month" or "day" not in scopes)
