"""Two years compared, as a document: a waterfall, every cause in all and by unit, and the years' figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from tanheng.inventory.difference import Difference, Part, kind_name
from tanheng.kernel.canonical import canonical_json, digest
from tanheng.kernel.numbers import exact_text, grouped
from tanheng.kernel.rounding import Rounding
from tanheng.kernel.units import parse_unit
from tanheng.statement.model import (
    NONE,
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
from tanheng.statement.text import Text, rich, words

_WHOLE = "变化合计"
_LONG = 14
"""Characters of an exact figure that is printed whole; longer ones are rounded to two places."""
_READ = (
    "先把前一年放到后一年的日历上，再按上列次序逐项换成后一年的数据，每换一项精确重算，差就是这一项的吨数；各项之和等于变化。"
    "次序不同，各项会不同，和不变。单独一项算不出的，与下一项合并列示。"
)
_ALIGN = (
    "月份按月、日期按月日对齐，机组和燃料按编号对齐。只有一年用了某种燃料的月、日，其热值和碳含量随消耗量计入活动量；"
    "换煤的效果应把活动量与燃料品质合起来看。"
)


def difference_statement(found: Difference, entity: str, files: tuple[str, str]) -> Statement:
    """Build the comparison.

    Args:
        entity: Name of the plant.
        files: Names of the files of both years.
    """
    one, two = found.periods
    cover = [
        (words("单位"), Cell(words(entity))),
        (words("比较"), Cell(words(f"{one} 年（{files[0]}）与 {two} 年（{files[1]}）"))),
        *(
            (words(f"{period} 年方法"), Cell(words(f"{zh}（{id}）")))
            for period, (id, zh, _) in zip(found.periods, found.methods, strict=True)
        ),
        (words("替换次序"), Cell(words(" → ".join(kind_name(kind, "zh") for kind in found.order)))),
    ]
    unit = parse_unit(found.unit).label
    figures = [
        Figure(words(f"{period} 年{found.zh}"), Cell(words(_grouped(value)), NUMBER, _plain(value), unit))
        for period, value in zip(found.periods, (found.before, found.after), strict=True)
    ]
    figures.append(Figure(words("变化"), _change(found.change, unit)))
    drawn = (_waterfall(found, unit),) if found.parts else ()
    blocks = (
        *drawn,
        _causes(found),
        Paragraph(words(_READ), "note"),
        Paragraph(words(_ALIGN), "note"),
    )
    sections = [Section(words("一、变化的原因"), blocks)]
    if found.beside:
        sections.append(Section(words("二、两年指标"), (_figures(found),)))
    return Statement(
        "year-difference",
        words("年度排放变化分析"),
        words(f"{one} 年与 {two} 年"),
        f"{entity} · {one}—{two} · {found.zh}",
        f"比较结果 SHA-256 {digest(canonical_json(found.to_json()))}",
        tuple(cover),
        tuple(figures),
        tuple(sections),
    )


def _waterfall(found: Difference, unit: str) -> Chart:
    kinds = [(kind_name(kind, "zh"), str(_sum(p.change for p in parts))) for kind, parts in found.by_kind()]
    rows = [*kinds, (_WHOLE, found.change)]
    told = "、".join(f"{name} {_signed(change)}" for name, change in kinds)
    return Chart(
        "fall",
        "fall",
        words(f"图 1 {found.periods[0]} 年到 {found.periods[1]} 年的变化"),
        unit,
        tuple(name for name, _ in rows),
        (Series("变化", tuple(_plain(change) for _, change in rows)),),
        f"瀑布图：{told}；合计 {_signed(found.change)} {unit}。数据见下表。",
        captions=tuple((name, (_signed(change),)) for name, change in rows),
    )


def _causes(found: Difference) -> Table:
    labels = found.labels if len(found.labels) > 1 else ()
    splits = found.splits if labels else ()
    columns = [
        Column(words("原因"), width=3.2),
        Column(words("合计"), rich(parse_unit(found.unit).label), True, 1.1),
    ]
    columns += [Column(words(label), rich(parse_unit(found.unit).label), True, 1.1) for label in labels]
    rows = [_total(f"{found.periods[0]} 年", found.before, [a for a, _ in splits])]
    for kind, parts in found.by_kind():
        rows.append(_row(words(kind_name(kind, "zh")), _sums(parts, bool(labels)), "sum"))
        rows += [_row(words(_told(part)), [part.change, *part.split][: 1 + len(labels)]) for part in parts]
    rows.append(_total(f"{found.periods[1]} 年", found.after, [b for _, b in splits]))
    moved = [found.change, *(str(Fraction(b) - Fraction(a)) for a, b in splits)]
    rows.append(_row(words("变化"), moved, "sum"))
    return Table("causes", words("表 1 变化的原因"), tuple(columns), tuple(rows))


def _figures(found: Difference) -> Table:
    """What both years reported of each unit."""
    columns = [Column(words("指标"), width=2.4), Column(words("单位"), width=0.9)]
    heads = [f"{label} {period}" for label in found.labels for period in found.periods]
    columns += [Column(words(head), figures=True) for head in heads]
    rows = []
    for item in found.beside:
        unit = parse_unit(item.unit).label if item.unit != "1" else ""
        cells = [
            Cell(words(grouped(text)), NUMBER, text) if text else Cell(words("—"), NONE)
            for pair in item.values
            for text in pair
        ]
        rows.append(TableRow((Cell(words(item.zh)), Cell(rich(unit)), *cells)))
    return Table("figures", words("表 2 两年指标"), tuple(columns), tuple(rows))


def _told(part: Part) -> str:
    return f"　{part.zh}" + (f"（{part.places} 处）" if part.places > 1 else "")


def _total(name: str, value: str, split: Sequence[str]) -> TableRow:
    cells = (Cell(words(_grouped(v)), NUMBER, _plain(v)) for v in (value, *split))
    return TableRow((Cell(words(name)), *cells), "sum")


def _row(name: Text, changes: Sequence[str], role: str = "") -> TableRow:
    return TableRow((Cell(name), *(_change(c) for c in changes)), role)


def _change(exact: str, unit: str = "") -> Cell:
    return Cell(words(_signed(exact)), NUMBER, _plain(exact), unit)


def _sums(parts: Sequence[Part], split: bool) -> list[str]:
    rows = [[part.change, *(part.split if split else ())] for part in parts]
    return [str(_sum(column)) for column in zip(*rows, strict=True)]


def _sum(texts: Iterable[str]) -> Fraction:
    return sum(map(Fraction, texts), Fraction(0))


def _plain(exact: str) -> str:
    text = exact_text(Fraction(exact))
    return text if "/" not in text and len(text) <= _LONG else Rounding("half_up", 2).show(Fraction(exact))


def _grouped(exact: str) -> str:
    return grouped(_plain(exact))


def _signed(exact: str) -> str:
    return f"+{_grouped(exact)}" if Fraction(exact) > 0 else _grouped(exact)
