"""Table B.4 of the plan: how every parameter of every unit is determined, as the guide lays it out."""

from __future__ import annotations

from collections.abc import Iterator

from tanheng.facts.plan import Entry, Plan
from tanheng.inventory.plan_faults import numbers
from tanheng.library.plan_template import Parameter, PlanTemplate
from tanheng.statement.model import GAP, NONE, Cell, Column, Table, TableRow
from tanheng.statement.text import Text, rich, words

_OPEN, _GAS = "待填", "燃气消耗量"
_HEADS = (
    ("参数", 1.25),
    ("计量单位", 0.75),
    ("获取方式", 0.95),
    ("具体描述", 2.4),
    ("名称及型号", 1.45),
    ("安装位置", 1.2),
    ("监测频次", 0.8),
    ("精度等级", 0.7),
    ("检定/校准频次", 0.85),
    ("数据记录频次", 0.75),
    ("缺失处理", 1.0),
    ("负责部门", 0.95),
)
_GROUP = (("", 2), ("计算方法与获取方式", 2), ("测量设备", 5), ("", 3))


def big_tables(plan: Plan, template: PlanTemplate) -> Iterator[Table]:
    """One table a unit: its own rows, then fuel by fuel, then heat."""
    entries = plan.table("parameters")
    for unit in dict.fromkeys(e.get("unit") for e in entries):
        named = plan.find("units", unit=unit)
        name = (named.get("unit_name") if named else "") or f"{unit}号机组"
        rows: list[TableRow] = []
        before = ""
        for entry in (e for e in entries if e.get("unit") == unit):
            group = entry.get("fuel") or entry.get("stream") or name
            if group != before:
                said = f"{name} · {group}" if group != name else name
                rows.append(TableRow((Cell(words(said)),), "group"))
                before = group
            rows.append(_row(entry, plan, template))
        columns = tuple(Column(words(head), width=width) for head, width in _HEADS)
        yield Table(f"B.4-{unit}", words(f"表 B.4 数据的确定方式 · {name}"), columns, tuple(rows), _GROUP)


def evidence_table(plan: Plan, template: PlanTemplate) -> Table:
    """What is deposited every month for each kind of parameter of the plan."""
    names = dict.fromkeys(e.get("parameter") for e in plan.table("parameters"))
    rows = []
    for name in names:
        parameter = template.parameter(name)
        if parameter is not None and parameter.evidence:
            rows.append(
                TableRow((Cell(words(name)), Cell(words(parameter.evidence)), Cell(words(parameter.law))))
            )
    columns = (
        Column(words("参数"), width=1.3),
        Column(words("存证材料"), width=4),
        Column(words("条款"), width=0.9),
    )
    return Table("evidence", words("每月结束后 40 个自然日内存证"), columns, tuple(rows))


def _row(entry: Entry, plan: Plan, template: PlanTemplate) -> TableRow:
    parameter = template.parameter(entry.get("parameter"))
    needed = parameter.needs(entry.get("way")) if parameter else frozenset({"way"})
    devices = [d for n in _split(entry.get("devices")) if (d := plan.find("devices", number=n))]
    measured = "devices" in needed
    # "计算 · 计算值" would say one thing twice
    said = dict.fromkeys(filter(None, (entry.get("way"), entry.get("obtained"))))
    obtained = " · ".join(w for w in said if w == entry.get("obtained") or f"{w}值" not in said)
    cells = (
        Cell(words(entry.get("parameter"))),
        Cell(_unit(entry, plan, parameter)),
        _cell(obtained, True),
        _cell(_description(entry, needed), True),
        _cell(_lines(devices, "model", named=True), measured),
        _cell(_lines(devices, "place"), measured),
        _cell(entry.get("frequency"), "frequency" in needed),
        _cell(_lines(devices, "class"), measured and _has(devices, template, "worst")),
        _cell(_months(devices), measured and _has(devices, template, "months")),
        _cell(entry.get("record"), "record" in needed),
        _cell("；".join(_rules(entry, plan)), "missing" in needed),
        _cell(entry.get("department"), True),
    )
    return TableRow(cells)


def _rules(entry: Entry, plan: Plan) -> Iterator[str]:
    for number in numbers(entry.get("missing")):
        rule = plan.find("missing", number=number)
        yield f"{number} {rule.get('treatment') if rule else ''}".strip()


def _description(entry: Entry, needed: frozenset[str]) -> str:
    said = entry.get("description")
    for name, label in (("basis", "检测基"), ("laboratory", "检测机构")):
        if entry.get(name) or name in needed:
            said += f"；{label}：{entry.get(name) or _OPEN}"
    return said


def _split(text: str) -> list[str]:
    return list(numbers(text))


def _lines(devices: list[Entry], name: str, named: bool = False) -> str:
    """What the devices say, equal things once."""
    texts = [(f"{d.get('number')} " if named else "") + d.get(name) for d in devices if d.get(name)]
    return "；".join(dict.fromkeys(texts))


def _months(devices: list[Entry]) -> str:
    return "；".join(dict.fromkeys(f"{d.get('months')}个月" for d in devices if d.get("months")))


def _has(devices: list[Entry], template: PlanTemplate, part: str) -> bool:
    """Whether the guide asks something of these kinds of device; unknown ones are asked all."""
    kinds = [template.instrument(d.get("kind")) for d in devices]
    return not kinds or any(k is None or getattr(k, part) for k in kinds)


def _unit(entry: Entry, plan: Plan, parameter: Parameter | None) -> Text:
    """The unit of a parameter; a fuel that the plan has as a gas counts in 10⁴ Nm³, others in t."""
    if parameter is None:
        return words("—")
    gas = plan.find("parameters", unit=entry.get("unit"), fuel=entry.get("fuel"), parameter=_GAS)
    own = "1e4Nm3" if gas is not None else "t"
    return rich(parameter.unit.replace("[fuel]", own))


def _cell(text: str, needed: bool) -> Cell:
    if text:
        return Cell(words(text))
    return Cell(words(_OPEN), GAP) if needed else Cell(words("—"), NONE)
