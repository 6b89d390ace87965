"""The annual report of the power guide: cover, the tables of Annex C, charts, notes and formulas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tanheng.facts.finding import Finding
from tanheng.facts.inputs import Inputs
from tanheng.facts.result import Result
from tanheng.formula.model import Method
from tanheng.inventory.uncertainty import Uncertainty
from tanheng.library.template_library import Template
from tanheng.statement.figures import Figures, legend
from tanheng.statement.model import (
    NONE,
    Cell,
    Column,
    Figure,
    Pairs,
    Paragraph,
    Section,
    Signatures,
    Statement,
    Table,
    TableRow,
)
from tanheng.statement.power_charts import chart_section
from tanheng.statement.power_editions import Edition, edition_of
from tanheng.statement.power_findings import findings_section
from tanheng.statement.power_formulas import formula_section
from tanheng.statement.power_notes import notes_section
from tanheng.statement.power_tables import (
    BURN_ITEM,
    EQUIPMENT,
    LABORATORY,
    REPORT_COLUMNS,
    TOTAL_ITEM,
    Item,
)
from tanheng.statement.power_uncertainty import uncertainty_section
from tanheng.statement.rows import fuel_rows, item_row, month_columns
from tanheng.statement.text import Text, plain, words

_NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_ROLES = ("制表", "审核", "批准（法定代表人或授权代表）")
_PLEDGE = "本单位按照上述核算方法核算并填报了本年度碳排放数据，保证所填内容及支撑材料真实、准确、完整，并承担相应的法律责任。"
_TEST_COLUMNS = (
    Column(words("月份"), width=0.85),
    Column(words("热值取得路径"), width=1.05),
    Column(words("元素碳取得路径"), width=1.05),
    Column(words("采样截止"), width=1.2),
    Column(words("报告日期"), width=1.2),
    *(Column(words(label), width=breadth) for label, _, breadth in REPORT_COLUMNS),
)
_CLOSING = "重点排放单位（盖章）：　　　　　　　　　　　　　　　　　　填报日期：　　　　年　　　月　　　日"


def power_report(
    result: Result,
    inputs: Inputs,
    method: Method,
    template: Template,
    uncertainties: Sequence[Uncertainty] = (),
    findings: Sequence[Finding] = (),
) -> Statement:
    """Build the annual report of a power plant with the tables of the edition that its method computes.

    Args:
        result: Without errors; every figure of the report is the reported text of one of its lines.
        inputs: The inputs of that result; its facts describe entity, equipment and laboratory.
        template: The sector template that names those facts.
        uncertainties: Of its emissions; without any the report has no section on them.
        findings: What the rules of plausibility say; where none were run there is no section.

    Raises:
        Refused: the errors of the result; TH-R05 it holds no total.
    """
    figures = Figures(result, inputs, method)
    figures.filed()
    figures.must("E")
    edition = edition_of(method)
    sections = _numbered(
        _entity(figures, template),
        _equipment(figures, template),
        _combustion(figures, edition),
        _electricity(figures, edition) if edition.electricity else None,
        _output(figures, edition),
        _laboratory(figures, edition),
        _side(figures, edition),
        chart_section(figures, edition.supply),
        uncertainty_section(figures, uncertainties),
        findings_section(figures, findings) if findings else None,
        notes_section(figures),
    )
    name = figures.needed_fact("entity_name")
    headline = _headline(figures)
    said = "　".join(legend(figure.cell for figure in headline))
    year = result.period
    return Statement(
        "power-annual",
        words("企业温室气体排放报告"),
        words(f"发电设施 · {year} 年度"),
        f"{plain(name.text)} · {year} 年度 · 发电设施",
        f"输入摘要 {result.inputs_digest}",
        _cover(figures, name),
        headline,
        (*sections, formula_section(figures)),
        words(f"{said}（数量见第{_NUMERALS[len(sections) - 1]}部分）" if said else ""),
        Signatures(words(_PLEDGE), _ROLES, words(_CLOSING)),
    )


def _numbered(*sections: Section | None) -> tuple[Section, ...]:
    """The sections that there are, numbered 一、 二、 and so on."""
    found = [section for section in sections if section is not None]
    return tuple(
        replace(section, title=(*words(f"{numeral}、"), *section.title))
        for numeral, section in zip(_NUMERALS, found, strict=False)
    )


def _methods(figures: Figures) -> list[tuple[str, Cell]]:
    """The method and its digest; where two editions share a year also the one of the first months."""
    result, method = figures.result, figures.method
    first = [int(m[5:]) for m in figures.months if f"{m}-01" < method.force]
    earlier = f"；1—{first[-1]} 月按 {method.replaces} 核算" if first else ""
    rows = [
        ("核算方法", Cell(words(f"{method.zh}（{method.id}）{earlier}"))),
        ("方法文件摘要", Cell(words(result.method_digest, "code"))),
    ]
    if first:
        digest = result.pins.get(f"method:{method.replaces}", "")
        rows.append((f"1—{first[-1]} 月方法摘要", Cell(words(digest, "code"))))
    return rows


def _cover(figures: Figures, name: Cell) -> tuple[tuple[Text, Cell], ...]:
    result = figures.result
    rows = [
        ("重点排放单位", name),
        ("统一社会信用代码", figures.needed_fact("credit_code")),
        ("报告年度", Cell(words(result.period))),
        ("核算边界", Cell(words("发电设施（全国碳排放权交易市场履约边界）"))),
        ("计算引擎", Cell(words(result.engine))),
        # the digests let a reader tie this paper to one set of inputs and one method
        *_methods(figures),
        ("输入数据摘要", Cell(words(result.inputs_digest, "code"))),
    ]
    return tuple((words(label), cell) for label, cell in rows)


def _headline(figures: Figures) -> tuple[Figure, ...]:
    total = figures.cell("E")
    found = [Figure(words("二氧化碳排放总量"), _with_unit(total, "tCO2"))]
    # three boxes fit on the cover; more units are in the table of output
    for member in figures.members("unit")[:2]:
        cell = _with_unit(figures.cell("E_unit", unit=member.id), "tCO2")
        found.append(Figure(words(figures.unit_name(member.id)), cell))
    return tuple(found)


def _with_unit(cell: Cell, unit: str) -> Cell:
    return Cell(cell.text, cell.kind, cell.shown, unit, cell.flags, cell.source)


def _entity(figures: Figures, template: Template) -> Section:
    facts = [c for c in template.sheet("enterprise").columns if c.role == "fact"]
    ask = {True: figures.needed_fact, False: figures.fact}
    rows = tuple((words(c.zh), ask[c.needed](c.name)) for c in facts)
    pairs = Pairs("C.1", words("表 C.1 重点排放单位基本信息"), rows)
    return Section(words("重点排放单位基本信息"), (pairs,), fresh=True)


def _equipment(figures: Figures, template: Template) -> Section:
    labels = {c.name: c.zh for c in template.sheet("units").columns}
    rows: list[TableRow] = []
    for member in figures.members("unit"):
        unit = member.id
        rows.append(TableRow((Cell(words(figures.unit_name(unit))),), "group"))
        fuels = "、".join(m.label or m.id for m in figures.fuels(unit))
        capacity = _with_unit(figures.cell("P", unit=unit), "MW")
        items = [
            ("机组", "燃料类型", figures.given("main_fuel", unit=unit)),
            ("机组", "燃料名称", Cell(words(fuels))),
            ("机组", "机组类别", figures.fact("unit_category", unit=unit)),
            ("机组", "产品类型", figures.given("product", unit=unit)),
            ("机组", "核算方式", figures.given("merged", unit=unit)),
            ("机组", "装机容量", capacity),
        ]
        for device, facts in EQUIPMENT:
            cells = [(device, labels.get(name, name), figures.fact(name, unit=unit)) for name in facts]
            # an item of equipment that the plant does not describe at all is left out
            items += cells if any(cell.kind != NONE for _, _, cell in cells) else []
        rows += [TableRow((Cell(words(a)), Cell(words(b)), c)) for a, b, c in items]
    columns = (
        Column(words("设施"), width=1),
        Column(words("信息项"), width=1.6),
        Column(words("内容"), width=4),
    )
    return Section(
        words("机组及生产设施信息"),
        (Table("C.2", words("表 C.2 机组及生产设施信息"), columns, tuple(rows)),),
    )


def _tabled(figures: Figures, id: str, title: str, rows: list[TableRow]) -> Table:
    cells = [cell for row in rows for cell in row.cells]
    said = "　".join(legend(cells))
    return Table(id, words(title), month_columns(figures), tuple(rows), notes=(words(said),) if said else ())


def _combustion(figures: Figures, edition: Edition) -> Section:
    blocks: list[Table | Paragraph] = []
    for member in figures.members("unit"):
        unit = member.id
        rows: list[TableRow] = []
        for fuel in figures.fuels(unit):
            rows.append(
                TableRow((Cell(words(f"{figures.unit_name(unit)} · {fuel.label or fuel.id}")),), "group")
            )
            rows += fuel_rows(figures, unit, fuel.id, fuel.unit or "t")
        rows.append(TableRow((Cell(words(f"{figures.unit_name(unit)} · 合计")),), "group"))
        rows.append(item_row(figures, BURN_ITEM, unit=unit))
        # items H to L exist for units that burn biomass as well
        cofired = figures.word("cofire", unit=unit) == "掺烧"
        if cofired:
            rows += [item_row(figures, item, unit=unit) for item in edition.cofire_items]
        table = _tabled(
            figures, f"C.3-{unit}", f"表 C.3 化石燃料燃烧排放表 · {figures.unit_name(unit)}", rows
        )
        blocks.append(table)
        if not cofired and edition.cofire_items:
            blocks.append(Paragraph(words("该机组不掺烧生物质，代码 H 至 L 不适用。"), "note"))
    blocks += _unseen(edition)
    return Section(words("化石燃料燃烧排放"), tuple(blocks), wide=True)


def _unseen(edition: Edition) -> list[Paragraph]:
    return [Paragraph(words(edition.unseen), "note")] if edition.unseen else []


def _grouped(figures: Figures, items: tuple[Item, ...], edition: Edition | None = None) -> list[TableRow]:
    rows: list[TableRow] = []
    for member in figures.members("unit"):
        gas = figures.word("main_fuel", unit=member.id) == "燃气"
        own = edition.items(items, gas) if edition else items
        rows.append(TableRow((Cell(words(figures.unit_name(member.id))),), "group"))
        rows += [item_row(figures, item, unit=member.id) for item in own]
    return rows


def _electricity(figures: Figures, edition: Edition) -> Section:
    number = edition.electricity
    table = _tabled(
        figures, number, f"表 {number} 购入使用电力排放表", _grouped(figures, edition.power_items)
    )
    return Section(words("购入使用电力排放"), (table, *_unseen(edition)), wide=True)


def _output(figures: Figures, edition: Edition) -> Section:
    rows = _grouped(figures, edition.output_items, edition)
    rows.append(TableRow((Cell(words("全部机组")),), "group"))
    rows.append(item_row(figures, TOTAL_ITEM))
    table = _tabled(figures, edition.output, f"表 {edition.output} 生产数据及排放量汇总表", rows)
    note = f"{edition.sum_note}各月列示到 0.01 t，因此全年值与各月之和可能相差不足 1 t。"
    notes = (Paragraph(words(note), "note"), *_unseen(edition))
    return Section(words("生产数据及排放量"), (table, *notes), wide=True)


def _laboratory(figures: Figures, edition: Edition) -> Section:
    number = edition.laboratory
    blocks: list[Table | Paragraph] = []
    for member in figures.members("unit"):
        for fuel in figures.fuels(member.id):
            place = {"unit": member.id, "fuel": fuel.id}
            named = f"{figures.unit_name(member.id)} · {fuel.label or fuel.id}"
            title = f"表 {number} 低位发热量和元素碳含量的确定方式 · {named}"
            rows = [
                TableRow((Cell(words(_how(figures, parameter, facts, place))),), "group")
                for parameter, facts in LABORATORY
            ]
            rows += _tests(figures, place)
            blocks.append(
                Table(f"{number}-{member.id}-{fuel.id}", words(title), _TEST_COLUMNS, tuple(rows), small=True)
            )
    return Section(words("低位发热量和元素碳含量的确定方式"), tuple(blocks), fresh=True)


def _how(figures: Figures, parameter: str, facts: tuple[tuple[str, str], ...], place: dict[str, str]) -> str:
    """One line on how a parameter is determined, from what the plant says of its laboratory."""
    cells = [(label, figures.fact(fact, **place)) for label, fact in facts]
    said = "；".join(f"{label}：{plain(cell.text)}" for label, cell in cells if cell.kind != NONE)
    return f"{parameter}　{said or '检测方式未提供'}"


def _tests(figures: Figures, place: dict[str, str]) -> list[TableRow]:
    """Route and report of each month; months that do not differ stand in one row."""
    spans: list[tuple[str, str, tuple[Cell, ...]]] = []
    for month in figures.months:
        cells = (
            figures.way("NCV", month, **place),
            figures.way("C_ar", month, **place),
            *(figures.given(name, month=month, **place) for name in ("sampled", "issued")),
            *(figures.fact(fact, month=month, **place) for _, fact, _ in REPORT_COLUMNS),
        )
        if spans and [plain(c.text) for c in spans[-1][2]] == [plain(c.text) for c in cells]:
            spans[-1] = (spans[-1][0], month, cells)
        else:
            spans.append((month, month, cells))
    rows = []
    for first, last, cells in spans:
        label = f"{int(first[5:])}月" if first == last else f"{int(first[5:])}–{int(last[5:])}月"
        rows.append(TableRow((Cell(words(label)), *cells)))
    return rows


def _side(figures: Figures, edition: Edition) -> Section:
    number = edition.side
    if not number:
        # these editions have no table of auxiliary items; what is bought is told all the same
        return Section(words("燃料购入"), (_purchases(figures, "燃料购入"),), wide=True)
    rows = _grouped(figures, edition.side_items, edition)
    table = _tabled(figures, f"{number}-1", f"表 {number} 辅助参数报告项", rows)
    bought = _purchases(figures, f"表 {number} 辅助参数报告项 · 燃料购入", f"{number}-2")
    return Section(words("辅助参数"), (table, bought), wide=True)


def _purchases(figures: Figures, title: str, number: str = "fuel-bought") -> Table | Paragraph:
    labels = ("机组", "燃料", "煤种", "年购入量", "产地、煤矿名称")
    widths = (1.0, 1.0, 1.0, 1.4, 4.0)
    columns = tuple(
        Column(words(a), figures=a == "年购入量", width=b) for a, b in zip(labels, widths, strict=True)
    )
    rows = []
    for member in figures.members("unit"):
        for fuel in figures.fuels(member.id):
            place = {"unit": member.id, "fuel": fuel.id}
            facts = [figures.fact(n, **place) for n in ("fuel_rank", "fuel_bought", "fuel_origin")]
            # a fuel of which nothing is told would be a row of dashes
            if all(cell.kind == NONE for cell in facts):
                continue
            head = (Cell(words(figures.unit_name(member.id))), Cell(words(fuel.label or fuel.id)))
            rows.append(TableRow((*head, *facts)))
    if not rows:
        return Paragraph(words("燃料购入量和产地未提供。"), "note")
    return Table(number, words(title), columns, tuple(rows))
