"""The figures that a plant types into the national platform, in the platform's order, ready to copy.

The order follows the monthly deposit (fuel consumption, carbon, calorific value, purchased electricity,
generation, heat, hours, load factor) and then the annual forms of the edition. Figures carry no thousands
separators.
"""

from __future__ import annotations

from tanheng.facts.inputs import Inputs
from tanheng.facts.result import Result
from tanheng.formula.model import Method
from tanheng.statement.figures import Figures
from tanheng.statement.model import Cell, Column, Paragraph, Section, Statement, Table, TableRow
from tanheng.statement.power_editions import edition_of
from tanheng.statement.power_tables import BURN_ITEM, FUEL_ITEMS, TOTAL_ITEM
from tanheng.statement.rows import fuel_rows, item_row, month_columns
from tanheng.statement.text import plain, words

_DEPOSIT_FUEL = ("FC", "C_ar", "NCV")
_DEPOSIT_UNIT = ("AD_el", "W_fd", "Q_gr", "t", "X")
_LEAD = "逐格复制到平台：数值已按上报位数修约，不带千分位；“—”表示该月不填，“未运行”须在平台选择相应状态。"


def platform_statement(result: Result, inputs: Inputs, method: Method) -> Statement:
    """Build the figures of a year in the order in which the national platform asks for them.

    Raises:
        Refused: the errors of the result; TH-R05 it holds no total.
    """
    figures = Figures(result, inputs, method, digits=False)
    figures.filed()
    figures.must("E")
    name = figures.needed_fact("entity_name")
    sections = [_deposit(figures, member.id) for member in figures.members("unit")]
    sections += [_annual(figures, member.id) for member in figures.members("unit")]
    sections.append(_total(figures))
    cover = (
        (words("重点排放单位"), name),
        (words("统一社会信用代码"), figures.needed_fact("credit_code")),
        (words("报告年度"), Cell(words(result.period))),
        (words("核算方法"), Cell(words(f"{method.zh}（{method.id}）"))),
        (words("输入数据摘要"), Cell(words(result.inputs_digest))),
    )
    return Statement(
        "platform",
        words("全国碳市场平台填报数据"),
        words(f"月度信息化存证与年度报告 · {result.period} 年"),
        f"{plain(name.text)} · {result.period} 年 · 平台填报",
        f"输入摘要 {result.inputs_digest}",
        cover,
        (),
        tuple(sections),
    )


def _section(id: str, title: str, rows: list[TableRow], columns: tuple[Column, ...]) -> Section:
    table = Table(id, (), columns, tuple(rows))
    return Section(words(title), (Paragraph(words(_LEAD), "note"), table), wide=True, fresh=True)


def _deposit(figures: Figures, unit: str) -> Section:
    """The monthly deposit of one unit: its fuels first, then electricity, heat and operation."""
    name = figures.unit_name(unit)
    rows: list[TableRow] = []
    for fuel in figures.fuels(unit):
        rows.append(TableRow((Cell(words(fuel.label or fuel.id)),), "group"))
        items = [item for step in _DEPOSIT_FUEL for item in FUEL_ITEMS if item.month == step]
        rows += [item_row(figures, item, fuel.unit or "t", unit=unit, fuel=fuel.id) for item in items]
    rows.append(TableRow((Cell(words("电、热与运行")),), "group"))
    edition = edition_of(figures.method)
    known = edition.power_items + edition.output_items + edition.side_items
    items = [item for step in _DEPOSIT_UNIT for item in known if item.month == step]
    rows += [item_row(figures, item, unit=unit) for item in items]
    return _section(f"deposit-{unit}", f"{name} 月度存证", rows, month_columns(figures))


def _annual(figures: Figures, unit: str) -> Section:
    """The annual forms of one unit."""
    name = figures.unit_name(unit)
    gas = figures.word("main_fuel", unit=unit) == "燃气"
    rows: list[TableRow] = []
    for fuel in figures.fuels(unit):
        rows.append(TableRow((Cell(words(f"表 C.3 · {fuel.label or fuel.id}")),), "group"))
        rows += fuel_rows(figures, unit, fuel.id, fuel.unit or "t")
    rows.append(TableRow((Cell(words("表 C.3 · 合计")),), "group"))
    rows.append(item_row(figures, BURN_ITEM, unit=unit))
    edition = edition_of(figures.method)
    for number, items in (
        (edition.electricity, edition.power_items),
        (edition.output, edition.items(edition.output_items, gas)),
        (edition.side, edition.items(edition.side_items, gas)),
    ):
        if not number:
            continue
        rows.append(TableRow((Cell(words(f"表 {number}")),), "group"))
        rows += [item_row(figures, item, unit=unit) for item in items]
    return _section(f"annual-{unit}", f"{name} 年度报告", rows, month_columns(figures))


def _total(figures: Figures) -> Section:
    rows = [item_row(figures, TOTAL_ITEM)]
    return _section("total", "全部机组合计", rows, month_columns(figures))
