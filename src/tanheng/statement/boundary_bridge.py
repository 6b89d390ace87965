"""From the facility's total to the enterprise's, as a document: a waterfall, the lines, their parts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tanheng.inventory.bridge import Bridged, Line
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
from tanheng.statement.text import rich, words

_PLACES = Rounding("half_up", 2)
_UNIT = parse_unit("tCO2")
_BOUNDARIES = {"ets_facility": "发电设施（全国碳市场履约边界）", "enterprise": "企业边界"}
_READ = (
    "每一行等于企业核算中该项排放之和减去设施核算中对应项之和，按机组、燃料、排放源逐条相减；"
    "各行与总量修约相加，恰为两个总量之差。履约按设施总量，企业总量用于企业排放报告、信息披露和管理体系。"
)


def bridge_statement(found: Bridged, entity: str, files: tuple[str, str]) -> Statement:
    """Build the page that leads from one boundary's total to the other's.

    Args:
        entity: Name of the enterprise.
        files: Names of the plant's and the enterprise's form.
    """
    cover = [
        (words("单位"), Cell(words(entity))),
        (words("年度"), Cell(words(found.period))),
        *(
            (words(_BOUNDARIES.get(m.boundary, m.boundary)), Cell(words(f"{m.zh}（{m.id}），{file}")))
            for m, file in zip((found.narrow, found.wide), files, strict=True)
        ),
    ]
    figures = [
        Figure(words("设施总量"), _amount(found.before, unit=True)),
        Figure(words("企业总量"), _amount(found.after, unit=True)),
        Figure(words("差额"), _change(found.after - found.before, unit=True)),
    ]
    blocks = (_waterfall(found), _lines(found), Paragraph(words(_READ), "note"))
    sections = (
        Section(words("一、设施总量到企业总量"), blocks),
        Section(words("二、各行的构成"), (_rows(found),)),
    )
    return Statement(
        "boundary-bridge",
        words("设施与企业排放量勾稽表"),
        words(f"{found.period} 年度"),
        f"{entity} · {found.period} 年度 · 设施与企业排放量勾稽",
        f"勾稽结果 SHA-256 {digest(canonical_json(found.to_json()))}",
        tuple(cover),
        tuple(figures),
        sections,
    )


def _waterfall(found: Bridged) -> Chart:
    parts = [(line.zh, line.change) for line in found.lines if line.change]
    rows = [*parts, ("差额合计", found.after - found.before)]
    told = "、".join(f"{name} {_signed(change)}" for name, change in parts)
    return Chart(
        "fall",
        "fall",
        words("图 1 设施总量到企业总量"),
        _UNIT.label,
        tuple(name for name, _ in rows),
        (Series("差额", tuple(_PLACES.show(change) for _, change in rows)),),
        f"瀑布图：{told}；合计 {_signed(found.after - found.before)} {_UNIT.label}。数据见下表。",
        captions=tuple((name, (_signed(change),)) for name, change in rows),
    )


def _lines(found: Bridged) -> Table:
    columns = (
        Column(words("项目"), width=3.4),
        Column(words("依据"), width=1.5),
        Column(words("排放量"), rich(_UNIT.label), True, 1.3),
    )
    rows = [
        TableRow((Cell(words("设施核算总量")), Cell(words(found.narrow.law)), _amount(found.before)), "sum")
    ]
    for line in found.lines:
        rows.append(TableRow((Cell(words(line.zh)), Cell(words(line.law)), _change(line.change))))
    if found.rounding:
        # the facility's total is whole tonnes a unit
        rows.append(
            TableRow((Cell(words("设施总量的修约")), Cell(words("—"), NONE), _change(found.rounding)))
        )
    rows.append(
        TableRow((Cell(words("企业核算总量")), Cell(words(found.wide.law)), _amount(found.after)), "sum")
    )
    return Table("bridge", words("表 1 勾稽"), columns, tuple(rows))


def _rows(found: Bridged) -> Table:
    columns = (
        Column(words("项目"), width=2.6),
        Column(words("范围"), width=1.6),
        Column(words("设施核算"), rich(_UNIT.label), True, 1.2),
        Column(words("企业核算"), rich(_UNIT.label), True, 1.2),
        Column(words("差额"), rich(_UNIT.label), True, 1.1),
    )
    rows = [row for line in found.lines for row in _made_of(found, line)]
    return Table("rows", words("表 2 各行的构成"), columns, tuple(rows))


def _made_of(found: Bridged, line: Line) -> Iterator[TableRow]:
    for row in line.rows:
        scopes = found.wide.scopes
        place = "，".join(f"{scopes[s].zh if s in scopes else s} {m}" for s, m in row.scope) or "全企业"
        cells = (_amount(row.less), _amount(row.more), _change(row.change))
        yield TableRow((Cell(words(line.zh)), Cell(words(place)), *cells))


def _amount(value: Fraction, unit: bool = False) -> Cell:
    # the headline shows the facility's total as it is filed, in whole tonnes
    text = exact_text(value) if unit and value.denominator == 1 else _PLACES.show(value)
    return Cell(words(grouped(text)), NUMBER, text, _UNIT.label if unit else "")


def _change(value: Fraction, unit: bool = False) -> Cell:
    text = _PLACES.show(value)
    return Cell(words(_signed(value)), NUMBER, text, _UNIT.label if unit else "")


def _signed(value: Fraction) -> str:
    text = grouped(_PLACES.show(value))
    return text if value <= 0 else f"+{text}"
