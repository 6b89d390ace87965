"""Problems for people at a terminal: gathered by what is wrong, every place, the remedy said once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.console import RenderableType
from rich.text import Text

from tanheng.cli.lines import Paragraph
from tanheng.kernel.problems import Problem

COLOURS = {"error": "bold red", "ask": "bold magenta", "warning": "yellow", "info": "cyan"}
WORDS = {
    "zh": {"error": "错误", "ask": "待确认", "warning": "提醒", "info": "说明"},
    "en": {"error": "error", "ask": "to confirm", "warning": "warning", "info": "note"},
}
MOST = 12
"""Lines of one problem that are printed unless all are asked for."""


def findings(problems: Sequence[Problem], lang: str, everything: bool = False) -> Iterator[RenderableType]:
    """Groups of one code and one remedy, errors first; notes are only counted unless all is asked for."""
    if not problems:
        yield Text("没有问题" if lang == "zh" else "No problems")
        return
    files = {p.place.file for p in problems if p.place.file}
    name_files = len(files) > 1
    if len(files) == 1 and any(p.place.sheet for p in problems):
        yield Text(files.pop(), style="bold")
    groups: dict[tuple[str, str], list[Problem]] = {}
    for each in sorted(problems, key=lambda p: list(COLOURS).index(p.severity)):
        groups.setdefault((each.code, each.remedy(lang)), []).append(each)
    folded = 0
    for (code, remedy), found in groups.items():
        severity = found[0].severity
        if severity == "info" and not everything:
            folded += len(found)
            continue
        yield _head(code, found, lang)
        lines = list(_lines(found, lang, name_files))
        if len(lines) > MOST and not everything:
            lines = list(_lines(found, lang, name_files, alike=False))
        shown = lines if everything else lines[:MOST]
        for line in shown:
            yield Paragraph(line, 2)
        if len(lines) > len(shown):
            rest = len(lines) - len(shown)
            more = (
                f"…… 另有 {rest} 处，加 --all 全部列出"
                if lang == "zh"
                else f"… {rest} more, add --all to see them"
            )
            yield Paragraph(more, 2, style="dim")
        yield Paragraph(f"→ {remedy}", 2, 2, COLOURS[severity].replace("bold ", ""))
    yield _count(problems, lang, folded)


def _head(code: str, found: Sequence[Problem], lang: str) -> Text:
    severity = found[0].severity
    text = Text(f"{WORDS[lang][severity]} ", style=COLOURS[severity])
    text.append(f"{code} {found[0].title(lang)}", style="bold")
    if len(found) > 1:
        text.append(f"（{len(found)} 处）" if lang == "zh" else f" ({len(found)} places)", style="dim")
    return text


def _lines(found: Sequence[Problem], lang: str, name_files: bool, alike: bool = True) -> Iterator[str]:
    """A line each; cells of one column of one sheet share a line, with `alike` only if they say the same."""
    columns: dict[tuple[str, ...], list[Problem]] = {}
    for each in found:
        place = each.place
        named = {k: v for k, v in each.params if alike and k not in ("row", "member")}
        column = "".join(c for c in place.cell if not c.isdigit())
        key = (
            (place.file, place.sheet, column, *named.values())
            if place.cell
            else (place.text(), each.message("zh"))
        )
        columns.setdefault(key, []).append(each)
    for cells in columns.values():
        first = cells[0]
        place = first.place if name_files else replace(first.place, file="")
        # a cell says it all; the internal name of its column is for programs
        where = (replace(place, key="") if place.cell else place).text(lang)
        # a finding names its rule and row in its own words
        where = "" if first.code.startswith("TH-F") and not place.cell else where
        line = (
            f"{where}{'：' if lang == 'zh' else ': '}{first.message(lang)}" if where else first.message(lang)
        )
        if len(cells) > 1:
            others = [p.place.cell for p in cells[1:]]
            listed = ("、" if lang == "zh" else ", ").join(others[:6]) + ("…" if len(others) > 6 else "")
            line += (
                f"还有 {len(others)} 格：{listed}" if lang == "zh" else f" And {len(others)} more: {listed}"
            )
        yield line


def _count(problems: Sequence[Problem], lang: str, folded: int) -> Text:
    count = {s: sum(p.severity == s for p in problems) for s in COLOURS}
    words = [f"{WORDS[lang][s]} {n}" for s, n in count.items() if n]
    text = Text(("共：" if lang == "zh" else "In all: ") + ("，" if lang == "zh" else ", ").join(words))
    if folded:
        text.append("（说明用 --all 查看）" if lang == "zh" else " (notes: add --all)", style="dim")
    return text
