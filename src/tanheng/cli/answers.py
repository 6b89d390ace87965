"""The answers of a year as a table: totals first, then units, intensities and production."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from tanheng.app.accounting import Account
from tanheng.cli.lines import Paragraph
from tanheng.cli.tables import grid, said_boundary
from tanheng.facts.result import Line
from tanheng.formula.expr import names
from tanheng.formula.model import Method
from tanheng.kernel.numbers import grouped, parse_exact
from tanheng.kernel.rounding import Rounding
from tanheng.kernel.units import parse_unit

MARKS = {
    "zh": {"default": ("缺", "缺省值"), "substituted": ("替", "替代值"), "check": ("疑", "未确认的法定值")},
    "en": {
        "default": ("D", "default value"),
        "substituted": ("S", "substituted value"),
        "check": ("U", "unconfirmed value"),
    },
}
_ENERGY = parse_unit("GJ").dimension
_REST = 4


def answers(done: Account, lang: str, everything: bool) -> Iterator[RenderableType]:
    """Head, table and marks of a year whose figures may be filed."""
    yield from _head(done, lang)
    ranked = sorted(_yearly(done), key=lambda pair: pair[0])
    shown = [line for rank, line in ranked if everything or rank[0] < _REST]
    yield _table(done, shown, lang, everything)
    yield from _legend(shown, lang)
    yield from _resting(done, lang)
    if len(shown) < len(ranked):
        more = len(ranked) - len(shown)
        yield Text(
            f"另有 {more} 个数，加 --all 列出" if lang == "zh" else f"{more} more figures: add --all",
            style="dim",
        )


def provisional(done: Account, lang: str, everything: bool) -> Iterator[RenderableType]:
    """What can be said of a year that may not be filed: no emissions; other figures if all are asked for."""
    zh, en = (
        "没有给出排放量：有错误或待确认的数据。",
        "No emissions are given: there are errors or open questions.",
    )
    yield Text(zh if lang == "zh" else en, style="bold red")
    lines = [
        line for rank, line in sorted(_yearly(done), key=lambda pair: pair[0]) if not _is_tonnes(done, line)
    ]
    if not everything:
        zh, en = (
            f"其余 {len(lines)} 个数能够算出，加 --all 查看（暂算）",
            f"{len(lines)} other figures can be computed: --all (provisional)",
        )
        yield Text(zh if lang == "zh" else en, style="dim")
        return
    yield Text("以下为暂算，不得上报" if lang == "zh" else "Provisional, not to be filed", style="bold red")
    yield _table(done, lines, lang, everything=True)


def _is_tonnes(done: Account, line: Line) -> bool:
    """Whether a line says how much was emitted, in all, by a unit, or for each MWh or GJ."""
    unit = done.run.method.steps[line.name].unit
    return unit is not None and any(
        base.startswith("mass CO2") and power > 0 for base, power in unit.dimension
    )


def _head(done: Account, lang: str) -> Iterator[RenderableType]:
    method, result = done.run.method, done.result
    name = next((d.value for d in done.inputs.facts if d.name == "entity_name"), done.file)
    boundary = said_boundary(result.boundary, lang)
    yield Text(f"{name} · {result.period}", style="bold")
    if lang == "zh":
        yield Paragraph(f"方法 {method.zh}（{method.id}）", 0, 5)
        yield Paragraph(
            f"边界 {boundary} · 读入 {done.read} 行，采用 {done.stored}，未采用 {done.refused}", 0, 5
        )
    else:
        yield Paragraph(f"Method {method.en} ({method.id})", 0, 7)
        rows = f"{done.read} rows read, {done.stored} stored, {done.refused} not"
        yield Paragraph(f"Boundary {boundary} · {rows}", 0, 7)


def _yearly(done: Account) -> Iterator[tuple[tuple[int, int, tuple[int, ...]], Line]]:
    """Every yearly line that is an answer or a direct part of a total, with its rank."""
    method, result = done.run.method, done.result
    order = list(method.steps)
    members = {scope: [m.id for m in listed] for scope, listed in done.inputs.members.items()}
    for line in result.lines:
        rank = _rank(method, line.name)
        if line.period == result.period and rank is not None:
            scope = dict(line.scope)
            keys = [s for s in method.closure_of(line.name) if s in scope]
            places = tuple(members[s].index(scope[s]) if scope[s] in members.get(s, ()) else -1 for s in keys)
            yield (rank, order.index(line.name), places), line


def _rank(method: Method, name: str) -> int | None:
    """0 totals, 1 their parts, 2 intensities, 3 energy made and used, 4 the rest; None: no answer."""
    step = method.steps[name]
    totals = {n for n, a in method.answers.items() if a.kind == "emission"}
    if name in totals:
        return 0
    for total in map(method.steps.__getitem__, totals):
        parts = {n for way in total.ways for n in names(way.expr)}
        if name in parts and step.unit and total.unit and step.unit.dimension == total.unit.dimension:
            return 1
    if name not in method.answers:
        return None
    if len(step.closure) != 1 or step.unit is None:
        return _REST
    bases = dict(step.unit.dimension)
    if any(base.startswith("mass CO2") and power == 1 for base, power in bases.items()):
        return 2 if len(bases) > 1 else _REST
    return 3 if step.unit.dimension == _ENERGY else _REST


def _table(done: Account, lines: list[Line], lang: str, everything: bool) -> Table:
    heads = [
        ("结果", "answer"),
        ("代号", "name"),
        ("范围", "scope"),
        ("数值", "value"),
        ("单位", "unit"),
        ("标记", "marks"),
    ]
    table = grid(*heads, *([("条款", "clause")] if everything else []), lang=lang, right=(3,))
    before = ""
    for line in lines:
        scope = dict(line.scope)
        place = " · ".join(scope[s] for s in done.run.method.closure_of(line.name) if s in scope)
        told = [MARKS[lang][f][0] for f in (*line.flags, *(["check"] if line.certainty == "check" else []))]
        label = (line.zh if lang == "zh" else line.en) if line.name != before else ""
        row = [
            label,
            line.name if label else "",
            place,
            grouped(line.shown),
            unit_label(line.unit),
            " ".join(told),
        ]
        table.add_row(
            *map(Text, row), *([Text(line.law)] if everything else []), style="bold" if not line.scope else ""
        )
        before = line.name
    return table


def unit_label(text: str) -> str:
    """A unit as people write it: 10^4Nm³ for 1e4Nm3, nothing for a plain number."""
    return parse_unit(text).label if text and text != "1" else ""


def _legend(lines: list[Line], lang: str) -> Iterator[Text]:
    used = {f for line in lines for f in line.flags} | {
        "check" for line in lines if line.certainty == "check"
    }
    told = [f"{short} {long}" for kind, (short, long) in MARKS[lang].items() if kind in used]
    if told:
        yield Text(("标记：" if lang == "zh" else "Marks: ") + " · ".join(told), style="dim")


def _resting(done: Account, lang: str) -> Iterator[Text]:
    """How many tonnes rest on defaults, substituted data and unconfirmed values, a line each."""
    for kind, (_, long) in MARKS[lang].items():
        totals: dict[str, list[str]] = {}
        for note in done.result.notes:
            if note.kind == kind:
                totals.setdefault(note.unit, []).append(note.shown)
        for unit, shown in totals.items():
            total = sum(
                (parse_exact(t.rstrip("0").rstrip(".") if "." in t else t) for t in shown), Fraction(0)
            )
            text = f"{grouped(Rounding('half_up', 0).show(total))} {unit}"
            yield Text(
                f"其中 {text} 取决于{long}（{len(shown)} 处）"
                if lang == "zh"
                else f"of which {text} rest on {len(shown)} {long}{'s' * (len(shown) > 1)}",
                style="yellow",
            )
