"""The charts of the power report, each with the table it is drawn from."""

from __future__ import annotations

from fractions import Fraction

from tanheng.kernel.numbers import exact_text, grouped, parse_exact
from tanheng.statement.figures import Figures
from tanheng.statement.model import Cell, Chart, Column, Flow, Section, Series, Table, TableRow
from tanheng.statement.text import Text, rich, words

_MJ = Fraction(36, 10)  # GJ in one MWh
POWER, HEAT, REST = "发电", "供热", "其余（损失与自用）"


def chart_section(figures: Figures, supply: bool) -> Section:
    """Months by unit, intensity (of net supply or generation), fuel shares, and the flow of energy."""
    charts = [_months(figures), _intensity(figures, supply), _shares(figures), _flow(figures)]
    return Section(words("图"), tuple(chart for chart in charts if chart is not None), fresh=True)


def _by_month(
    figures: Figures,
    id: str,
    step: str,
    year: str,
    kind: str,
    title: Text,
    unit: str,
    alt: str,
) -> Chart:
    """A chart of a step by month and unit; the table adds the year's value of the step `year`."""
    units = figures.members("unit")
    labels = tuple(f"{int(month[5:])}月" for month in figures.months)
    columns = [Column(words("月份"), width=0.8)]
    columns += [Column(words(figures.unit_name(u.id)), figures=True, width=1.7) for u in units]
    cells = {u.id: [figures.cell(step, month, unit=u.id) for month in figures.months] for u in units}
    rows = [
        TableRow((Cell(words(label)), *(cells[u.id][number] for u in units)))
        for number, label in enumerate(labels)
    ]
    series = tuple(
        Series(figures.unit_name(u.id), tuple(c.shown or None for c in cells[u.id])) for u in units
    )
    yearly = tuple(figures.cell(year, unit=u.id) for u in units)
    rows.append(TableRow((Cell(words("全年")), *yearly), "sum"))
    table = Table(f"{id}-data", (), tuple(columns), tuple(rows), small=True)
    means = tuple(c.shown for c in yearly) if kind == "line" else ()
    return Chart(id, kind, title, unit, labels, series, alt, table, means)


def _months(figures: Figures) -> Chart:
    total = figures.must("E")
    alt = f"{figures.result.period} 年各月二氧化碳排放量，按机组堆叠，全年 {grouped(total.shown)} tCO2；数据见图旁的表。"
    title = rich("图 1 各月二氧化碳排放量（按机组）")
    return _by_month(figures, "months", "E_unit_month", "E_unit", "stack", title, "tCO2", alt)


def _intensity(figures: Figures, supply: bool) -> Chart | None:
    step, basis = ("S_gd", "供电") if supply else ("S_fd", "发电")
    lines = [figures.line(f"{step}_y", unit=u.id) for u in figures.members("unit")]
    if not any(lines):
        return None
    named = zip(figures.members("unit"), lines, strict=True)
    said = "、".join(f"{figures.unit_name(u.id)} {line.shown}" for u, line in named if line)
    alt = f"各月{basis}碳排放强度折线，虚线为全年值：{said} tCO2/MWh；数据见图旁的表。"
    title = rich(f"图 2 {basis}碳排放强度")
    return _by_month(figures, "intensity", step, f"{step}_y", "line", title, "tCO2/MWh", alt)


def _shares(figures: Figures) -> Chart:
    units = figures.members("unit")
    kinds = list(dict.fromkeys(f.id for u in units for f in figures.fuels(u.id)))
    columns = (Column(words("机组"), width=0.9), *(Column(words(k), figures=True, width=1.6) for k in kinds))
    cells = {k: [figures.cell("E_fuel_y", unit=u.id, fuel=k) for u in units] for k in kinds}
    rows = tuple(
        TableRow((Cell(words(figures.unit_name(u.id))), *(cells[k][number] for k in kinds)))
        for number, u in enumerate(units)
    )
    table = Table("shares-data", (), columns, rows, small=True)
    series = tuple(Series(k, tuple(c.shown or None for c in cells[k])) for k in kinds)
    labels = tuple(figures.unit_name(u.id) for u in units)
    alt = "各机组燃烧排放量按燃料的构成；各燃料的排放量见图旁的表。"
    return Chart(
        "shares", "shares", rich("图 3 燃烧排放量的燃料构成（tCO2）"), "tCO2", labels, series, alt, table
    )


def _exact(figures: Figures, name: str, period: str = "", **scope: str) -> Fraction:
    line = figures.line(name, period, **scope)
    return parse_exact(line.exact) if line and line.exact else Fraction(0)


def _flow(figures: Figures) -> Chart | None:
    """Fuel heat into units; electricity, heat and the rest out of them. Breadths in GJ."""
    flows: list[Flow] = []
    captions: dict[str, list[str]] = {}
    for member in figures.members("unit"):
        unit, name = member.id, figures.unit_name(member.id)
        burnt = Fraction(0)
        for fuel in figures.fuels(unit):
            heat = sum(
                (_exact(figures, "H_fuel", m, unit=unit, fuel=fuel.id) for m in figures.months), Fraction(0)
            )
            burnt += heat
            flows += [Flow(fuel.id, name, exact_text(heat))] if heat > 0 else []
            _caption(
                figures, captions, fuel.id, f"{name} ", "FC_y", fuel.unit or "t", unit=unit, fuel=fuel.id
            )
        power, heat = _exact(figures, "W_fd_y", unit=unit) * _MJ, _exact(figures, "Q_gr_y", unit=unit)
        # drawn so that what leaves a unit is as broad as what enters it; it is not a reported figure
        rest = burnt - power - heat
        parts = ((POWER, power), (HEAT, heat), (REST, rest))
        flows += [Flow(name, target, exact_text(value)) for target, value in parts if value > 0]
        _caption(figures, captions, name, "", "E_unit", "tCO2", unit=unit)
        _caption(figures, captions, POWER, f"{name} ", "W_fd_y", "MWh", unit=unit)
        if heat > 0:
            _caption(figures, captions, HEAT, f"{name} ", "Q_gr_y", "GJ", unit=unit)
    # a plant without calorific values has no energy to draw
    if not flows:
        return None
    alt = "能量从燃料经机组流向发电、供热和其余部分，带宽按 GJ；机组旁注二氧化碳排放量，燃料、发电、供热旁注全年数量。"
    named = tuple((node, tuple(lines)) for node, lines in captions.items())
    return Chart(
        "flow",
        "flow",
        words("图 4 能量流向（带宽按热量）"),
        "GJ",
        (),
        (),
        alt,
        flows=tuple(flows),
        captions=named,
    )


def _caption(
    figures: Figures,
    captions: dict[str, list[str]],
    node: str,
    lead: str,
    step: str,
    measure: str,
    **scope: str,
) -> None:
    line = figures.line(step, **scope)
    if line is not None:
        captions.setdefault(node, []).append(f"{lead}{grouped(line.shown)} {measure}")
