"""How the figures came about: routes by month, tonnes on defaults, open points, and pins."""

from __future__ import annotations

from tanheng.facts.datum import SUBSTITUTED, Row
from tanheng.facts.result import Note
from tanheng.kernel.units import parse_unit
from tanheng.statement.figures import Figures
from tanheng.statement.model import NONE, Cell, Column, Paragraph, Section, Table, TableRow
from tanheng.statement.text import CODE, Run, Text, rich, words

_KINDS = {"default": "缺省值", "substituted": "替代值", "check": "来源未确认", "declared": "声明停用"}
_ROUTES = (("FC", "消耗量"), ("NCV", "低位发热量"), ("C_ar", "元素碳含量"))
_UNIT_ROUTES = (("W_fd", "发电量"), ("Q_gr", "供热量"), ("alpha", "供热比"), ("AD_el", "购入使用电量"))


def notes_section(figures: Figures) -> Section:
    """The last part of the report: how every figure was come by, for those who check it."""
    blocks: list[Table | Paragraph] = [_routes(figures)]
    tonnes = _tonnes(figures)
    if tonnes is not None:
        blocks.append(tonnes)
    else:
        blocks.append(Paragraph(words("本年度没有以缺省值、替代值或未确认来源计算的排放量。"), "body"))
    declared = _stood_in(figures)
    blocks += [declared] if declared is not None else []
    blocks += [
        Paragraph(rich(f"{p.code} {p.message('zh')}"), "caution")
        for p in figures.result.problems
        if p.severity == "warning"
    ]
    blocks += [
        Paragraph(rich(f"{n['law']}　{n['says']}"), "note") for n in figures.method.notes if n.get("says")
    ]
    blocks.append(_pins(figures))
    return Section(words("取值路径与数据说明"), tuple(blocks), wide=True, fresh=True)


def _routes(figures: Figures) -> Table:
    """The route of each parameter, month by month."""
    months = tuple(Column(words(f"{int(m[5:])}月"), width=1.3) for m in figures.months)
    columns = (Column(words("参数"), width=1.9), *months)
    rows: list[TableRow] = []
    for member in figures.members("unit"):
        unit, name = member.id, figures.unit_name(member.id)
        for fuel in figures.fuels(unit):
            rows.append(TableRow((Cell(words(f"{name} · {fuel.label or fuel.id}")),), "group"))
            for step, label in _ROUTES:
                ways = (figures.way(step, month, unit=unit, fuel=fuel.id) for month in figures.months)
                rows.append(TableRow((Cell(words(label)), *ways)))
        rows.append(TableRow((Cell(words(f"{name} · 电、热")),), "group"))
        for step, label in _UNIT_ROUTES:
            rows.append(
                TableRow(
                    (Cell(words(label)), *(figures.way(step, month, unit=unit) for month in figures.months))
                )
            )
    return Table("routes", words("各月取值路径"), columns, tuple(rows), small=True)


def _tonnes(figures: Figures) -> Table | None:
    """Tonnes that rest on something a reader must know, month by month, from the notes of the result."""
    found: dict[tuple[str, Row, str], dict[str, Note]] = {}
    for note in figures.result.notes:
        # an item of nothing rests on nothing
        if note.shown.strip("0."):
            found.setdefault((note.kind, note.scope, note.name), {})[note.period] = note
    if not found:
        return None
    periods = (*figures.months, figures.result.period)
    used = [p for p in periods if p in figures.months or any(p in notes for notes in found.values())]
    rows = []
    for (kind, scope, name), notes in found.items():
        step = figures.method.steps.get(name)
        unit = next(iter(notes.values())).unit
        head = (_KINDS.get(kind, kind), place_text(figures, scope) or "全部机组", step.zh if step else name)
        rows.append(
            TableRow(
                (
                    *(Cell(words(text)) for text in head),
                    Cell(unit_text(unit)),
                    *(_tonne(figures, notes.get(period)) for period in used),
                )
            )
        )
    columns = (
        Column(words("性质"), width=0.95),
        Column(words("机组、燃料"), width=1.3),
        Column(words("排放项"), width=1.6),
        Column(words("单位"), width=0.6),
        *(Column(words(_period(p)), figures=True, width=1.08) for p in used),
    )
    return Table("tonnes", words("以缺省值、替代值和未确认来源计算的排放量"), columns, tuple(rows))


def _tonne(figures: Figures, note: Note | None) -> Cell:
    return figures.number(note.shown) if note else Cell(words(figures.mark(NONE)), NONE)


def _period(period: str) -> str:
    return f"{int(period[5:])}月" if len(period) > 4 else "全年"


def _stood_in(figures: Figures) -> Table | None:
    """Values that somebody substituted: the value, its rule, reason and person."""
    rows = []
    for datum in figures.inputs.data:
        if datum.state != SUBSTITUTED:
            continue
        given = figures.method.givens.get(datum.name)
        place = place_text(figures, datum.row)
        rows.append(
            TableRow(
                (
                    Cell(words(given.zh if given else datum.name)),
                    Cell(words(place)),
                    figures.datum(datum),
                    Cell(words(datum.rule)),
                    Cell(words(datum.reason)),
                    Cell(words(datum.person)),
                )
            )
        )
    if not rows:
        return None
    columns = (
        Column(words("参数"), width=1.4),
        Column(words("位置"), width=1.6),
        Column(words("采用值"), figures=True, width=1.3),
        Column(words("替代规则"), width=1.6),
        Column(words("原因"), width=2),
        Column(words("责任人"), width=0.9),
    )
    return Table("substituted", words("替代数据"), columns, tuple(rows))


def _pins(figures: Figures) -> Table:
    """Digests of the method, the factor rows and the engine that the result was computed with."""
    columns = (Column(words("方法、因子和引擎"), width=1.3), Column(words("SHA-256 摘要"), width=2))
    rows = tuple(
        TableRow((Cell(words(name)), Cell((Run(value, CODE),))))
        for name, value in sorted(figures.result.pins.items())
    )
    return Table("pins", words("核算所用的方法、因子和引擎"), columns, rows)


def place_text(figures: Figures, row: Row) -> str:
    """A row for people: unit, fuel, then month or day."""
    rest = dict(row)
    unit = rest.pop("unit", "")
    time = [rest.pop(scope) for scope in ("month", "day") if scope in rest]
    return " · ".join([*([figures.unit_name(unit)] if unit else []), *rest.values(), *time[-1:]])


def unit_text(unit: str) -> Text:
    """A unit for people, with real subscripts."""
    styles = {"": "", "sub": "sub", "sup": "sup"}
    return tuple(Run(text, styles[kind]) for text, kind in parse_unit(unit).runs()) if unit else ()
