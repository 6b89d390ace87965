"""The data quality control plan as a document: tables B.1 to B.6 of the guide, meters, monthly evidence."""

from __future__ import annotations

from tanheng.facts.plan import HISTORY, Entry, Plan
from tanheng.library.plan_template import PlanTemplate, asked, blanks, said
from tanheng.statement.model import (
    GAP,
    NONE,
    Block,
    Cell,
    Pairs,
    Paragraph,
    Section,
    Signatures,
    Statement,
    Table,
    TableRow,
)
from tanheng.statement.model import Column as Head
from tanheng.statement.plan_tables import big_tables, evidence_table
from tanheng.statement.text import Text, words

_ROLES = ("编制", "审核", "批准（法定代表人或授权代表）")
_PLEDGE = "本单位按照上述规定制定本计划，并保证在计划年度内按计划监测、记录和报告数据。"
_CLOSING = "重点排放单位（盖章）：　　　　　　　　　　　　　　　　　　日期：　　　　年　　　月　　　日"
_OPEN = "待填"
_WIDTHS = {
    "facilities": (1.2, 1.8, 1.8, 1.1, 2.2),
    "units": (0.7, 1.0, 0.9, 1.1, 2.4, 2.4, 2.4),
    "sampling": (0.7, 1.0, 1.2, 1.6, 1.3, 1.0, 1.3, 1.5),
    "preparation": (0.7, 1.0, 1.2, 1.6, 1.6, 1.6, 1.5),
    "departments": (1.3, 4.0, 1.0),
    "devices": (1.0, 1.1, 1.7, 1.6, 0.7, 0.8, 1.3, 1.1, 2.2, 1.1),
}


def plan_statement(plan: Plan, template: PlanTemplate) -> Statement:
    """Build the document of one version; fields that are open are printed as such."""
    name = template.name(plan.year)
    entity = plan.form("entity")
    open_count = sum(1 for _ in blanks(plan, template))
    state = f"已提交（{plan.submitted_on}）" if plan.submitted_on else "草稿，未提交"
    cover = [
        ("重点排放单位", entity.get("entity_name")),
        ("统一社会信用代码", entity.get("credit_code")),
        ("计划年度", plan.year),
        ("版本", plan.version),
        ("生效月份", plan.effective_from),
        ("制定（修订）日期", plan.made_on),
        ("状态", state),
    ]
    rows = [(words(label), _cell(value, True)) for label, value in cover]
    rows.append((words("计划摘要"), Cell(words(plan.digest, "code"))))
    who = entity.get("entity_name") or _OPEN
    note = f"尚有 {open_count} 项待填，印出的“待填”须在提交前补齐。" if open_count else ""
    return Statement(
        "plan",
        words(name),
        words(f"发电设施 · {plan.year} 年度 · 版本 {plan.version}"),
        f"{who} · {plan.year} 年度 · 版本 {plan.version}",
        f"计划摘要 {plan.digest}",
        tuple(rows),
        (),
        _sections(plan, template),
        words(note),
        Signatures(words(_PLEDGE.replace("本计划", f"本{name[-2:]}")), _ROLES, words(_CLOSING)),
    )


def _sections(plan: Plan, template: PlanTemplate) -> tuple[Section, ...]:
    name = template.name(plan.year)[-2:]
    lines = ("修订原因代码", *(f"{code}　{zh}" for code, zh, _ in template.reasons))
    first = Section(
        words(f"B.1　{name}的版本及修订"),
        (_versions(plan), *(Paragraph(words(line), "note") for line in lines)),
        fresh=True,
    )
    two = Section(words("B.2　重点排放单位情况"), (_form(plan, template, "entity", "表 B.2"),))
    three = Section(
        words("B.3　核算边界和主要排放设施"),
        (
            _form(plan, template, "boundary", "表 B.3-1 核算边界"),
            _rows(plan, template, "units", "表 B.3-2 机组与设备"),
            _rows(plan, template, "facilities", "表 B.3-3 主要排放设施"),
        ),
        fresh=True,
    )
    lead = "缺失处理的编号见“数据缺失时的处理规则”，设备编号见“监测设备与计量器具”。"
    four = Section(
        words("B.4　数据的确定方式"),
        (Paragraph(words(lead), "note"), *big_tables(plan, template), _missing(plan, template)),
        wide=True,
    )
    five = Section(
        words("B.5　煤炭元素碳含量、低位发热量等参数检测的采样、制样方案"),
        (
            _rows(plan, template, "sampling", "表 B.5-1 采样方案"),
            _rows(plan, template, "preparation", "表 B.5-2 制样方案"),
        ),
        wide=True,
        fresh=True,
    )
    six = Section(
        words("B.6　数据内部质量控制和质量保证"),
        (
            _form(plan, template, "assurance", "表 B.6-1 规定"),
            _rows(plan, template, "departments", "表 B.6-2 负责部门"),
        ),
    )
    seven = Section(
        words("监测设备、计量器具的维护、校准、检定方案"),
        (_rows(plan, template, "devices", "表 B.7 监测设备与计量器具"),),
        wide=True,
    )
    eight = Section(
        words("月度信息化存证材料"),
        (evidence_table(plan, template),),
    )
    return first, two, three, four, five, six, seven, eight


def _versions(plan: Plan) -> Table:
    heads = (
        ("版本号", 0.7),
        ("制定（修订）日期", 1.3),
        ("生效月份", 1.0),
        ("原因代码", 0.8),
        ("制定或修订的内容", 4.0),
        ("说明", 1.6),
    )
    rows = []
    for entry in (*plan.table(HISTORY), None):
        texts = [
            entry.get(n) if entry else str(getattr(plan, n))
            for n in ("version", "made_on", "effective_from", "reason", "changes", "remark")
        ]
        later = texts[0] != "1"
        needed = (True, True, True, later, True, False)
        rows.append(TableRow(tuple(_cell(t, need) for t, need in zip(texts, needed, strict=True))))
    columns = tuple(Head(words(h), width=w) for h, w in heads)
    return Table("B.1", words("表 B.1"), columns, tuple(rows))


def _form(plan: Plan, template: PlanTemplate, table: str, title: str) -> Pairs:
    sheet, entry = template.sheet(table).sheet, plan.form(table)
    rows = tuple(
        (words(c.zh), _cell(said(plan, entry, c), asked(plan, template, entry, c))) for c in sheet.columns
    )
    return Pairs(table, words(title), rows)


def _rows(plan: Plan, template: PlanTemplate, table: str, title: str) -> Block:
    """A table of the plan as it stands; one without lines is said to be open."""
    sheet, entries = template.sheet(table).sheet, plan.table(table)
    if not entries:
        return Paragraph(words(f"{title}：{_OPEN}。"), "caution")
    shares = _WIDTHS.get(table, (1.0,) * len(sheet.columns))
    columns = tuple(Head(words(c.zh), width=w) for c, w in zip(sheet.columns, shares, strict=True))
    rows = []
    for entry in entries:
        cells = (_cell(entry.get(c.name), asked(plan, template, entry, c)) for c in sheet.columns)
        rows.append(TableRow(tuple(cells)))
    return Table(table, _title(title), columns, tuple(rows))


def _missing(plan: Plan, template: PlanTemplate) -> Block:
    """The rules for missing data, and which parameters name them."""
    entries = plan.table("missing")
    title = "表 B.4 数据缺失时的处理规则"
    if not entries:
        return Paragraph(words(f"{title}：{_OPEN}。"), "caution")
    heads = (("编号", 0.6), ("处理方式", 1.6), ("规则", 5.0))
    rows = tuple(TableRow(tuple(_rule(e))) for e in entries)
    return Table("missing", words(title), tuple(Head(words(h), width=w) for h, w in heads), rows)


def _rule(entry: Entry) -> list[Cell]:
    return [_cell(entry.get(n), True) for n in ("number", "treatment", "rule")]


def _title(text: str) -> Text:
    return words(text)


def _cell(text: str, needed: bool) -> Cell:
    """A text; what must be there and is not, is to be filled; what need not be there is a dash."""
    if text:
        return Cell(words(text))
    return Cell(words(_OPEN), GAP) if needed else Cell(words("—"), NONE)
