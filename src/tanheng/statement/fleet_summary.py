"""A fleet's emissions as a document: sums, charts of the largest plants and of months, years, problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tanheng.kernel.numbers import exact_text, grouped
from tanheng.kernel.rounding import Rounding
from tanheng.kernel.units import parse_unit
from tanheng.statement.model import (
    GAP,
    NUMBER,
    Cell,
    Chart,
    Column,
    Figure,
    Paragraph,
    Section,
    Series,
    Statement,
    Table,
    TableRow,
)
from tanheng.statement.text import rich, words

MOST_ROWS = 20_000
"""Rows of the details that a workbook shows; more belong in a CSV or Parquet file."""
_LARGEST = 15
_MOST_MONTHS = 60


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant's year: its emissions as exact text in `unit`, or why there are none."""

    id: str
    title: str
    period: str
    boundary: str
    method: str
    exact: str = ""
    shown: str = ""
    unit: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """One figure below the plant: members in the order of `FleetSummary.scopes`, "" where it has none."""

    id: str
    title: str
    period: str
    name: str
    members: tuple[str, ...]
    exact: str
    shown: str
    unit: str
    month: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One problem of a plant's year or file."""

    where: str
    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class FleetSummary:
    """What the document is made of.

    Attributes:
        source: The name of the folder or file.
        levels: What the details are, in words.
        digest: Of the figures.
    """

    source: str
    plants: tuple[Plant, ...]
    scopes: tuple[str, ...]
    details: tuple[Detail, ...]
    troubles: tuple[Trouble, ...]
    levels: str
    digest: str

    def sums(self) -> dict[tuple[str, str, str], tuple[Fraction, int]]:
        """Sum and number of the figures by period, boundary and unit of measure."""
        found: dict[tuple[str, str, str], list[Fraction]] = {}
        for each in self.plants:
            if each.exact:
                found.setdefault((each.period, each.boundary, each.unit), []).append(Fraction(each.exact))
        return {key: (sum(values, Fraction(0)), len(values)) for key, values in sorted(found.items())}


def fleet_statement(found: FleetSummary) -> Statement:
    """Build the document."""
    figured, whole = sum(1 for p in found.plants if p.exact), len(found.plants)
    counted = f"{figured} / {whole} 份"
    cover = [
        (words("数据来源"), Cell(words(found.source))),
        (words("得出数值"), Cell(words(counted))),
        (words("明细"), Cell(words(found.levels))),
    ]
    figures = [
        Figure(words(f"{_period(period)}{_boundary(boundary)}（{count} 份）"), _number(value, unit))
        for (period, boundary, unit), (value, count) in list(found.sums().items())[:8]
    ]
    note = _partial(figured, whole) if figured < whole else ""
    sections = [Section(words("汇总"), (*_caution(note), _sums(found), *_charts(found)))]
    sections.append(Section(words("各厂"), (*_caution(note), _plants(found))))
    sections.append(Section(words("明细"), (_details(found),)))
    sections.append(Section(words("问题"), (_troubles(found),)))
    return Statement(
        "fleet",
        words("多厂排放汇总"),
        words(counted),
        f"多厂排放汇总 · {found.source}",
        f"数值 SHA-256 {found.digest}",
        tuple(cover),
        tuple(figures),
        tuple(sections),
        words(note),
    )


def _partial(figured: int, whole: int) -> str:
    return f"{whole} 份数据中 {whole - figured} 份没有得出数值，合计不含这些，不是全部企业的排放量。原因见“问题”。"


def _caution(note: str) -> tuple[Paragraph, ...]:
    return (Paragraph(words(note), "caution"),) if note else ()


def _boundary(boundary: str) -> str:
    return {"ets_facility": "发电设施", "enterprise": "企业"}.get(boundary, boundary)


def _period(period: str) -> str:
    return f"{period} 年" if len(period) == len("2024") else f"{period} "


def _plain(value: Fraction) -> str:
    text = exact_text(value)
    return Rounding("half_up", 2).show(value) if "/" in text or len(text) > 15 else text


def _number(value: Fraction, unit: str) -> Cell:
    text = _plain(value)
    return Cell(words(grouped(text)), NUMBER, text, parse_unit(unit).label)


def _shown(text: str) -> Cell:
    return Cell(words(grouped(text)), NUMBER, text)


def _text(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(words(text)) for text in texts)


def _sums(found: FleetSummary) -> Table:
    columns = (
        Column(words("年度"), width=0.8),
        Column(words("边界"), width=1.2),
        Column(words("数据份数"), figures=True),
        Column(words("合计"), figures=True, width=1.4),
        Column(words("单位"), width=0.8),
    )
    rows = [
        TableRow(
            (
                *_text(period, _boundary(boundary)),
                _shown(str(count)),
                _number_alone(value),
                Cell(rich(parse_unit(unit).label)),
            )
        )
        for (period, boundary, unit), (value, count) in found.sums().items()
    ]
    return Table("sums", words("表 1 各年合计"), columns, tuple(rows))


def _number_alone(value: Fraction) -> Cell:
    return _shown(_plain(value))


def _charts(found: FleetSummary) -> list[Chart]:
    charts = []
    for period, boundary, unit in found.sums():
        charts += _largest(found, period, boundary, unit)
    charts += [_months(found, unit) for unit in dict.fromkeys(d.unit for d in found.details if d.month)]
    return charts


def _largest(found: FleetSummary, period: str, boundary: str, unit: str) -> list[Chart]:
    """The largest plants of a period, and the others in one; nothing where there is one plant alone."""
    mine = [p for p in found.plants if p.exact and (p.period, p.boundary, p.unit) == (period, boundary, unit)]
    if len(mine) < 2:
        return []
    mine.sort(key=lambda p: (-Fraction(p.exact), p.id))
    pairs = [(p.title, Fraction(p.exact)) for p in mine[:_LARGEST]]
    if rest := mine[_LARGEST:]:
        pairs.append((f"其余 {len(rest)} 家", sum((Fraction(p.exact) for p in rest), Fraction(0))))
    which = f"{_period(period)}{_boundary(boundary)}"
    title = f"{which}：各厂排放量" + (f"（最大的 {_LARGEST} 家与其余）" if rest else "")
    alt = f"柱状图：{which} {len(mine)} 家企业的排放量，最大为 {pairs[0][0]}。数据见图旁的表。"
    id = f"plants-{period}-{boundary}-{unit}"
    return [_bars(id, title, "企业", "排放量", parse_unit(unit).label, pairs, alt)]


def _months(found: FleetSummary, unit: str) -> Chart:
    """The months added up over the plants, where the details are of months."""
    months: dict[str, Fraction] = {}
    for each in found.details:
        if each.month and each.unit == unit:
            months[each.month] = months.get(each.month, Fraction(0)) + Fraction(each.exact)
    pairs = sorted(months.items())[-_MOST_MONTHS:]
    label = parse_unit(unit).label
    alt = f"柱状图：{pairs[0][0]} 至 {pairs[-1][0]} 各月排放量，各厂相加。数据见图旁的表。"
    title = f"各月合计（{found.levels}）"
    return _bars(f"months-{unit}", title, "月份", "各厂相加", label, pairs, alt)


def _bars(
    id: str,
    title: str,
    head: str,
    name: str,
    unit: str,
    pairs: Sequence[tuple[str, Fraction]],
    alt: str,
) -> Chart:
    columns = (Column(words(head), width=2.0), Column(words(name), rich(unit), figures=True, width=1.2))
    rows = tuple(TableRow((*_text(label), _number_alone(value))) for label, value in pairs)
    table = Table(f"{id}-data", (), columns, rows, small=True)
    series = Series(name, tuple(_plain(value) for _, value in pairs))
    return Chart(id, "stack", words(title), unit, tuple(label for label, _ in pairs), (series,), alt, table)


def _plants(found: FleetSummary) -> Table:
    heads = (("统一社会信用代码", 1.6), ("企业", 2.2), ("核算期", 0.8), ("边界", 1.0), ("方法", 1.4))
    columns = [Column(words(head), width=width) for head, width in heads]
    columns += [Column(words("排放量"), figures=True, width=1.2), Column(words("单位"), width=0.7)]
    columns += [Column(words("状态"), width=1.2)]
    rows = []
    for each in found.plants:
        figure = _shown(each.shown) if each.exact else Cell(words("无数值"), GAP)
        unit = parse_unit(each.unit).label if each.unit else ""
        state = each.why or "完成"
        named = _text(each.id, each.title, each.period, _boundary(each.boundary), each.method)
        rows.append(TableRow((*named, figure, Cell(rich(unit)), *_text(state))))
    return Table("plants", words("表 2 各厂"), tuple(columns), tuple(rows))


def _details(found: FleetSummary) -> Table | Paragraph:
    count = len(found.details)
    if count > MOST_ROWS:
        return Paragraph(
            words(
                f"明细共 {count} 行，超过 {MOST_ROWS} 行，本工作簿不列。请用 -o 写成 .csv 或 .parquet，全部行都在其中。"
            )
        )
    columns = [Column(words(head), width=width) for head, width in (("统一社会信用代码", 1.6), ("企业", 2.2))]
    columns += [Column(words("核算期"), width=0.8), Column(words("数"), width=1.0)]
    columns += [Column(words(scope), width=0.9) for scope in found.scopes]
    columns += [Column(words("数值"), figures=True, width=1.2), Column(words("单位"), width=0.7)]
    rows = []
    labels = {d.unit: rich(parse_unit(d.unit).label) if d.unit else () for d in found.details}
    for d in found.details:
        figure = _shown(d.shown) if _is_number(d.exact) else Cell(words(d.shown), "words")
        named = _text(d.id, d.title, d.period, d.name, *d.members)
        rows.append(TableRow((*named, figure, Cell(labels[d.unit]))))
    return Table("details", words(f"表 3 明细：{found.levels}"), tuple(columns), tuple(rows))


def _is_number(exact: str) -> bool:
    return exact.lstrip("-").replace(".", "", 1).replace("/", "", 1).isdigit()


def _troubles(found: FleetSummary) -> Table | Paragraph:
    if not found.troubles:
        return Paragraph(words("没有问题。"))
    heads = (("企业、核算期或文件", 2.0), ("代码", 0.8), ("说明", 3.2), ("处理", 3.2))
    columns = tuple(Column(words(head), width=width) for head, width in heads)
    rows = tuple(TableRow(_text(t.where, t.code, t.message, t.remedy)) for t in found.troubles)
    return Table("problems", words("表 4 问题"), columns, rows)
