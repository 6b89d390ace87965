"""Two years side by side in the terminal: the answer of each, and between them what moved it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rich.console import RenderableType
from rich.text import Text

from tanheng.cli.lines import Paragraph
from tanheng.cli.tables import grid
from tanheng.inventory.difference import Difference, Part, kind_name
from tanheng.kernel.numbers import grouped, parse_exact
from tanheng.kernel.rounding import Rounding
from tanheng.kernel.units import parse_unit

_COLUMNS = 4
"""Members that get a column of their own; with more there would be no room for the causes."""


def years(
    found: Difference, before: str, after: str, lang: str, everything: bool = False
) -> Iterator[RenderableType]:
    """Both years, every cause with what it moved, in all and by unit, and the order of replacement."""
    one, two = found.periods
    zh = lang == "zh"
    yield Text(f"{found.name} {found.zh if zh else found.en} [{found.unit}]  {one} → {two}", style="bold")
    labels = found.labels if 1 < len(found.labels) <= _COLUMNS else ()
    heads = [("原因", "cause"), ("合计", "in all"), *((label, label) for label in labels)]
    table = grid(*heads, lang=lang, right=range(1, len(heads)))
    splits = found.splits if labels else ()
    table.add_row(Text(f"{one} {before}"), short(found.before), *(short(a) for a, _ in splits), style="bold")
    for kind, parts in found.by_kind():
        sums = _sums(parts, len(labels))
        name = kind_name(kind, lang)
        table.add_row(Text(name, style="cyan"), *map(_tone, sums))
        for part in parts:
            moved = [part.change, *part.split][: 1 + len(labels)]
            table.add_row(_cause(part, lang), *(Text(signed(m), style="dim") for m in moved))
    table.add_row(Text(f"{two} {after}"), short(found.after), *(short(b) for _, b in splits), style="bold")
    moved = [found.change, *(_less(b, a) for a, b in splits)]
    table.add_row(Text("变化" if zh else "change"), *(Text(signed(m)) for m in moved), style="bold")
    starts = [found.before, *(a for a, _ in splits)]
    table.add_row("", *(Text(share(m, s), style="dim") for m, s in zip(moved, starts, strict=True)))
    yield table
    yield from notes(found, lang)
    if everything and found.beside:
        yield _beside(found, lang)
    elif found.beside:
        more = len(found.beside)
        said = f"两年的 {more} 个指标加 --all 列出" if zh else f"{more} figures of both years: --all"
        yield Text(said, style="dim")


def _beside(found: Difference, lang: str) -> RenderableType:
    """What else both years reported of each unit, and by how much it changed."""
    one, two = found.periods
    heads = [
        ("指标", "figure"),
        ("范围", "scope"),
        (one, one),
        (two, two),
        ("变化", "change"),
        ("单位", "unit"),
    ]
    table = grid(*heads, lang=lang, right=(2, 3, 4))
    for item in found.beside:
        name = item.zh if lang == "zh" else item.en
        for label, (before, after) in zip(found.labels, item.values, strict=True):
            moved = share(str(Fraction(after) - Fraction(before)), before) if before and after else ""
            unit = parse_unit(item.unit).label if item.unit != "1" else ""
            table.add_row(name, Text(label), grouped(before) or "—", grouped(after) or "—", moved, unit)
            name = ""
    return table


def notes(found: Difference, lang: str) -> Iterator[Paragraph]:
    """In which order the parts were replaced, and what that means."""
    order = " → ".join(kind_name(kind, lang) for kind in found.order)
    one, two = found.periods
    if lang == "zh":
        said = (
            f"替换次序：{order}。先把 {one} 年放到 {two} 年的日历上，再逐项换成后一年的数据，"
            "每换一项精确重算；各项之和等于变化。次序不同，各项会不同，和不变。"
        )
    else:
        said = (
            f"Order: {order}. {one} is laid on the calendar of {two}, then replaced cause after cause and "
            "computed exactly after each; the parts add up to the change. Another order gives other parts "
            "and the same sum."
        )
    yield Paragraph(said, 0, 0, style="dim")
    if len(set(found.methods)) > 1:
        for number, (id, chinese, english) in enumerate(found.methods):
            yield Paragraph(
                f"{found.periods[number]} {id}  {chinese if lang == 'zh' else english}", 0, 5, style="dim"
            )


def _cause(part: Part, lang: str) -> Text:
    text = Text(f"  {part.zh if lang == 'zh' else part.en}")
    if part.places > 1:
        text.append(f"（{part.places} 处）" if lang == "zh" else f" ({part.places})", style="dim")
    return text


def _sums(parts: Sequence[Part], columns: int) -> list[str]:
    rows = [[part.change, *part.split][: 1 + columns] for part in parts]
    return [str(sum(map(Fraction, column), Fraction(0))) for column in zip(*rows, strict=True)]


def _less(one: str, two: str) -> str:
    return str(Fraction(one) - Fraction(two))


def _tone(exact: str) -> Text:
    value = Fraction(exact)
    return Text(signed(exact), style="green" if value < 0 else "red" if value > 0 else "")


def short(exact: str) -> str:
    """An exact number for people: whole if it is long, with digits grouped."""
    value = Fraction(exact)
    if "/" in exact or len(exact) > len("5803699.123"):
        exact = Rounding("half_up", 2).show(value)
    return grouped(exact)


def signed(exact: str) -> str:
    """A change: +31, −18,970, 0."""
    text = short(exact)
    return f"+{text}" if parse_exact(exact) > 0 else text


def share(moved: str, start: str) -> str:
    """A change in percent of the start; nothing where there was none."""
    base = Fraction(start)
    if not base:
        return ""
    value = Fraction(moved) / base * 100
    text = grouped(Rounding("half_up", 2).show(value))
    return f"{'+' if value > 0 else ''}{text} %"
