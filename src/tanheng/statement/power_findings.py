"""What the rules of plausibility say of the year, as a section: each finding with its tonnes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction

from tanheng.engine.exact.findings import bound_text, closing_text
from tanheng.facts.finding import EXPLAINED, NOT_APPLICABLE, NOT_COMPUTED, OPEN, REPLACED, Finding
from tanheng.kernel.numbers import parse_exact
from tanheng.kernel.periods import parse_period
from tanheng.kernel.rounding import Rounding
from tanheng.statement.figures import Figures
from tanheng.statement.model import NONE, Cell, Column, Paragraph, Section, Table, TableRow
from tanheng.statement.power_notes import place_text, unit_text
from tanheng.statement.text import rich, words

_STATES = {
    OPEN: "存疑",
    REPLACED: "已按规定取缺省值",
    EXPLAINED: "已说明",
    NOT_COMPUTED: "无法判定",
}
_CENT = Rounding("half_up", 2)
_COLUMNS = (
    Column(words("规则"), width=0.7),
    Column(words("核查内容"), width=2.6),
    Column(words("位置"), width=1.4),
    Column(words("期间"), width=1.5),
    Column(words("数值"), figures=True, width=0.8),
    Column(words("界限"), figures=True, width=1.0),
    Column(words("差"), figures=True, width=0.8),
    Column(words("单位"), width=0.7),
    Column(rich("涉及 tCO2"), figures=True, width=1.1),
    Column(words("处理"), width=1.9),
)


def findings_section(figures: Figures, findings: Sequence[Finding]) -> Section:
    """The findings, open ones first; the rules that could not be judged for want of data are named below."""
    told = sorted(
        (f for f in findings if f.state != NOT_APPLICABLE),
        key=lambda f: (list(_STATES).index(f.state), f.rule, f.row, f.period),
    )
    blocks: list[Table | Paragraph] = []
    if told:
        rows = tuple(_row(figures, run) for run in _runs(told))
        note = "差：数值达到界限所需的最小变化；涉及：取决于该项的排放量，已取缺省值的为缺省值与实测值之差。"
        blocks.append(Table("findings", words("数据质量核查结果"), _COLUMNS, rows, notes=(words(note),)))
    else:
        blocks.append(Paragraph(words("所核查的规则均无存疑。"), "body"))
    unjudged = [f for f in findings if f.state == NOT_APPLICABLE]
    if unjudged:
        named = "；".join(f"{f.rule} {f.zh}（{_lacking(f)}）" for f in unjudged)
        blocks.append(Paragraph(words(f"本年度无数据可判定的规则：{named}。"), "note"))
    return Section(words("数据质量核查"), tuple(blocks), wide=True)


def _lacking(found: Finding) -> str:
    return f"缺少{found.reason}" if found.rows else found.reason


def _runs(told: Sequence[Finding]) -> Iterator[list[Finding]]:
    """Following days of one rule and place that differ in nothing but their tonnes share a line."""
    run: list[Finding] = []
    for each in told:
        if run and not _follows(run[-1], each):
            yield run
            run = []
        run.append(each)
    if run:
        yield run


def _follows(one: Finding, two: Finding) -> bool:
    alike = ("rule", "row", "state", "figure", "low", "high", "reason")
    return (
        len(two.period) == len("2024-01-01")
        and all(getattr(one, part) == getattr(two, part) for part in alike)
        and parse_period(one.period).last + timedelta(days=1) == parse_period(two.period).first
    )


def _row(figures: Figures, run: Sequence[Finding]) -> TableRow:
    first = run[0]
    period = first.period if len(run) == 1 else f"{first.period} 至 {run[-1].period[5:]}（{len(run)} 天）"
    state = _STATES[first.state]
    done = f"{state}：{first.reason}" if first.state in (EXPLAINED, NOT_COMPUTED) else state
    tonnes = [parse_exact(f.tonnes) for f in run if f.tonnes]
    total = _CENT.show(sum(tonnes, Fraction(0))) if tonnes else ""
    return TableRow(
        (
            Cell(words(first.rule)),
            Cell(words(first.zh)),
            Cell(words(place_text(figures, first.row) or "全部机组")),
            Cell(words(period)),
            Cell(words(first.said("figure") or figures.mark(NONE))),
            Cell(words(bound_text(first) or figures.mark(NONE))),
            Cell(words(closing_text(first, "zh") if first.closing else figures.mark(NONE))),
            Cell(unit_text(first.unit) if first.unit != "1" else ()),
            figures.number(total) if total else Cell(words(figures.mark(NONE)), NONE),
            Cell(words(done)),
        )
    )
