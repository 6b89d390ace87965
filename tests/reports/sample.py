"""A hand-made statement with every kind of block, hostile texts among them, figures invented."""

from __future__ import annotations

from tanheng.engine.notation.symbols import infix, symbol
from tanheng.engine.notation.tree import NUMBER as DIGITS
from tanheng.engine.notation.tree import Big, Cases, Frac, Glyph
from tanheng.kernel.numbers import grouped
from tanheng.statement.model import (
    DEFAULT,
    FLAGS,
    GAP,
    IDLE,
    MARKS,
    NONE,
    NUMBER,
    SUBSTITUTED,
    UNCONFIRMED,
    Cell,
    Chart,
    Column,
    Figure,
    Flow,
    Formula,
    Pairs,
    Paragraph,
    Section,
    Series,
    Signatures,
    Source,
    Statement,
    Table,
    TableRow,
)
from tanheng.statement.text import SUP, Run, rich, words

HOSTILE = (
    "=1+1",
    "+SUM(A1:A9)",
    "-2+3",
    "@now",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    '=HYPERLINK("https://example.org","x")',
    "#let x = 1",
    '$x$ \\ "quote" // no comment',
    "<b>&amp;</b>",
    "_Li_ *Wang* `code` ~ @label",
)
MONTHS = tuple(f"{m}月" for m in range(1, 13))
COAL = [
    "263412.50",
    "231877.04",
    "240019.33",
    "60210.90",
    "219044.71",
    "221593.20",
    "254402.88",
    "261190.12",
    "224805.06",
    "218733.45",
    "249542.32",
    "277401.95",
]


def number(shown: str, unit: str = "", *flags: str, name: str = "F", period: str = "2024") -> Cell:
    """A figure as a builder makes it: grouped text, then the signs of its flags."""
    runs = (Run(grouped(shown)), *(Run(FLAGS[flag][0], SUP) for flag in flags))
    return Cell(runs, NUMBER, shown, unit, flags, Source(name, (("unit", "1"),), period))


def mark(kind: str) -> Cell:
    """A cell without a value."""
    return Cell(words(MARKS[kind][0]), kind)


def year_table() -> Table:
    """Letters by month, as C.3 has them, with every kind of cell."""
    columns = (
        Column(words("代码"), width=0.6),
        Column(words("参数"), width=2.6),
        Column(words("单位"), width=1.2),
        *(Column(words(m), figures=True, width=1.35) for m in MONTHS),
        Column(words("全年"), figures=True, width=1.6),
    )
    rows = [TableRow((Cell(words("1号机组 · 烟煤")),), "group")]
    carbon = ["0.5623"] * 12
    flagged = [
        number(v, "", *([DEFAULT] if m == 4 else [SUBSTITUTED] if m == 7 else []))
        for m, v in enumerate(carbon)
    ]
    flagged[3] = mark(IDLE)
    flagged[9] = mark(GAP)
    rows.append(
        TableRow(
            (
                Cell(words("B")),
                Cell(words("收到基元素碳含量")),
                Cell(rich("tC/t")),
                *flagged,
                number("0.5630"),
            )
        )
    )
    rows.append(
        TableRow(
            (
                Cell(words("F")),
                Cell(rich("燃料排放量")),
                Cell(rich("tCO2")),
                *(number(v) for v in COAL),
                number("2722233.46"),
            ),
            "sum",
        )
    )
    notes = (words("* 缺省值 † 替代值"),)
    return Table("C.3-1", rich("表 C.3 化石燃料燃烧排放表 1号机组"), columns, tuple(rows), notes=notes)


def formula() -> Formula:
    """Formula (1) with numbers."""
    body = Big(
        "∑",
        Glyph("i", "italic"),
        infix(symbol("FC", ("i",)), "×", symbol("C_ar", ("i",)), "×", symbol("44/12")),
    )
    shown = infix(
        Glyph(""), "=", Glyph("122,255.81", DIGITS), "×", Frac(Glyph("44", DIGITS), Glyph("12", DIGITS))
    )
    return Formula(
        "E",
        words("燃烧排放量"),
        words("G23 6.1 式(1)"),
        infix(symbol("E_燃烧"), "=", body),
        shown,
        words("1号机组 2024-11"),
        ((symbol("FC"), words("燃料消耗量，t")), (symbol("C_ar"), words("收到基元素碳含量，tC/t"))),
        words("四舍五入到 2 位小数"),
    )


def cases() -> Formula:
    """A formula with ways."""
    ways = Cases(
        ((symbol("C_实测"), Glyph("实测")), (infix(symbol("NCV"), "×", symbol("CC")), Glyph("缺省")))
    )
    return Formula("C", words("元素碳含量"), words("G23 6.2"), infix(symbol("C_ar"), "=", ways))


def twin(labels: tuple[str, ...], names: tuple[str, ...], values: list[tuple[str | None, ...]]) -> Table:
    """The table beside a chart."""
    columns = (Column(words("")), *(Column(words(n), figures=True, width=1.6) for n in names))
    rows = []
    for i, label in enumerate(labels):
        cells = [number(v[i] or "") if v[i] else mark(NONE) for v in values]
        rows.append(TableRow((Cell(words(label)), *cells)))
    return Table("twin", (), columns, tuple(rows), small=True)


def charts() -> tuple[Chart, ...]:
    """One chart of every kind."""
    other = [None if m == 3 else f"{200000 + 7000 * m}.00" for m in range(12)]
    stack = Chart(
        "months",
        "stack",
        rich("月度排放量，按机组"),
        "tCO2",
        MONTHS,
        (Series("1号机组", tuple(COAL)), Series("2号机组", tuple(other))),
        "每月排放量。",
        twin(MONTHS, ("1号机组", "2号机组"), [tuple(COAL), tuple(other)]),
    )
    rate = [None if m == 3 else f"0.84{m:02d}" for m in range(12)]
    line = Chart(
        "rate",
        "line",
        rich("发电碳排放强度"),
        "tCO2/MWh",
        MONTHS,
        (Series("1号机组", tuple(rate)),),
        "强度。",
        twin(MONTHS, ("1号机组",), [tuple(rate)]),
        ("0.8415",),
    )
    shares = Chart(
        "fuel",
        "shares",
        rich("燃料占比"),
        "tCO2",
        ("1号机组", "2号机组"),
        (Series("烟煤", ("2745000.10", "2766000.20")), Series("柴油", ("990.15", "904.22"))),
        "占比。",
        twin(("1号机组", "2号机组"), ("烟煤", "柴油"), [("2745000.10", "2766000.20"), ("990.15", "904.22")]),
    )
    flows = (
        Flow("烟煤", "1号机组", "30000000"),
        Flow("烟煤", "2号机组", "29000000"),
        Flow("柴油", "1号机组", "12000"),
        Flow("1号机组", "发电", "11000000"),
        Flow("1号机组", "供热", "4000000"),
        Flow("1号机组", "转换损失", "15012000"),
        Flow("2号机组", "发电", "12000000"),
        Flow("2号机组", "转换损失", "17000000"),
    )
    flow = Chart(
        "flow",
        "flow",
        words("能量流向"),
        "GJ",
        (),
        (),
        "能量流。",
        flows=flows,
        captions=(
            ("烟煤", ("59,000,000.00 GJ",)),
            ("1号机组", ("2,745,990 tCO2",)),
            ("发电", ("1号 1 MWh", "2号 2 MWh")),
        ),
    )
    return stack, line, shares, flow


def statement() -> Statement:
    """The whole document."""
    small = Table(
        "text",
        words("文字表"),
        (Column(words("序号"), width=0.4), Column(words("内容"), width=3)),
        tuple(TableRow((Cell(words(str(i + 1))), Cell(words(text)))) for i, text in enumerate(HOSTILE)),
    )
    pairs = Pairs(
        "C.1",
        words("表 C.1 重点排放单位基本信息"),
        (
            (words("名称"), Cell(words("北岭热电有限公司"))),
            (words("锅炉类型"), mark(NONE)),
            (words("传真"), mark(GAP)),
        ),
    )
    sections = (
        Section(
            words("一、基本信息"),
            (
                Paragraph(rich("本单位按指南核算了 CO2 排放量。")),
                pairs,
                small,
                Paragraph(words("存疑：四月缺少化验。"), "caution"),
            ),
            fresh=True,
        ),
        Section(words("二、燃烧排放"), (year_table(),), wide=True),
        Section(words("三、图"), charts()),
        Section(
            words("四、公式"), (formula(), cases(), Paragraph(words("注：见条款。"), "note")), fresh=True
        ),
    )
    return Statement(
        "sample",
        words("碳排放报告"),
        words("发电设施 · 2024 年度"),
        "北岭热电有限公司 · 2024 年度",
        "输入摘要 9c41e07b",
        ((words("报告主体"), Cell(words("北岭热电有限公司"))), (words("边界"), Cell(words("发电设施")))),
        (
            Figure(rich("排放总量"), number("5512894", "tCO2", UNCONFIRMED)),
            Figure(words("发电量"), number("6551234.123", "MWh")),
        ),
        sections,
        words("? 来源未确认"),
        Signatures(words("本单位保证数据真实。"), ("制表", "审核", "批准"), words("单位盖章 年 月 日")),
    )
