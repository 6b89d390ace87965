"""The cover: what the workbook is, how to read it, the answers, and what could not be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tanheng.engine.exact.data import row_text
from tanheng.engine.exact.rows import Row
from tanheng.engine.workbook.look import (
    ANSWER,
    FROZEN,
    HEAD,
    LINE,
    PALE,
    Look,
    Page,
    clean,
    number_format,
    risky,
)
from tanheng.engine.workbook.matrix import Refusal, Verdict
from tanheng.engine.workbook.pages import PROTECT, held
from tanheng.engine.workbook.plan import Column, Plan
from tanheng.engine.workbook.steps import ERROR, cached
from tanheng.formula.model import TIME_SCOPES
from tanheng.kernel.numbers import exact_text

TITLE = "封面"
_HERE, _INDENTED = "本簿", ("单位", "碳衡精确结果")
_MOST_LISTED = 40
_KINDS = {"emission": "排放", "removal": "清除", "allowance": "配额", "memo": "备查", "indicator": "指标"}
_MAIN = ("emission", "removal", "allowance")
_ABOUT = (
    "本簿由碳衡从核算方法与本期数据生成。单元格是活公式：改动黄底蓝字的给定值，全簿随之重算。",
    "它供查看、核对和试算，不是申报依据；申报以碳衡的精确结果为准。本簿中的缓存值就是该精确结果。",
    "每个范围一张工作表，每个名称一列；列头批注写明条款、公式、路径和修约。空白即缺，不作 0。",
    "路径列写明各行采用的取值路径。出错值（#N/A、#DIV/0! 等）表示缺少必填值或除以零，不会被当作 0。",
)


class Cover:
    """Writes the cover from top to bottom."""

    def __init__(self, book: Any, look: Look, plan: Plan) -> None:
        self.page, self.look, self.plan, self.row = book.add_worksheet(TITLE, Page), look, plan, 0

    def write(
        self,
        who: str,
        verdicts: Mapping[str, Verdict],
        ties: Sequence[tuple[Column, Row, Fraction]],
        frozen: Sequence[tuple[Column, Row]],
    ) -> None:
        """Write everything."""
        method, run = self.plan.method, self.plan.run
        assert run is not None
        for position, width in enumerate((30, 26, 20, 16, 22, 12, 40)):
            self.page.set_column(position, position, width)
        self._line("活公式工作簿", bold=True, font_size=18)
        self.page.set_row(self.row - 1, 32)
        self._line(f"{who}　{run.period.key}" if who else run.period.key, font_size=12)
        self._line(f"{method.zh}（{method.id}）　依据 {method.law}", font_color=PALE)
        self.row += 1
        for text in _ABOUT:
            self._line(text)
        self._legend()
        self._answers(_MAIN, "结果")
        self._refused(verdicts, frozen)
        self._ties(ties)
        self._answers(("memo", "indicator"), "备查与指标（不含逐月、逐日，见各表）")
        self.page.protect("", PROTECT)
        self.page.hide_gridlines(2)
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 0)
        self.page.activate()

    def _line(self, text: str, **props: Any) -> None:
        self.page.write_string(self.row, 0, clean(text), self.look.of(**props))
        self.row += 1

    def _heading(self, text: str) -> None:
        self.row += 1
        self._line(text, bold=True, font_size=12)

    def _heads(self, *texts: str) -> None:
        for position, text in enumerate(texts):
            side = {"align": "right"} if text == _HERE else {"indent": 1} if text in _INDENTED else {}
            look = self.look.of(bold=True, bg_color=HEAD, bottom=1, bottom_color=LINE, **side)
            self.page.write_string(self.row, position, text, look)
        self.row += 1

    def _cells(self, *texts: str, wrap: int = -1) -> None:
        for position, text in enumerate(texts):
            props: dict[str, Any] = {"bottom": 1, "bottom_color": LINE, "text_wrap": position == wrap}
            if risky(text):
                props |= {"num_format": "@", "quote_prefix": True}
            self.page.write_string(self.row, position, clean(text), self.look.of(**props))
        self.row += 1

    def _legend(self) -> None:
        self._heading("图例")
        shown = (
            ("给定值", "可改；有取值范围或选项的已设校验", self.look.cell("given")),
            ("计算值", "活公式，受保护", self.look.cell("step")),
            ("路径与辅助列", "采用哪条路径，汇总公式的各项", self.look.cell("way")),
            ("常量", "未能写成公式的步骤：单元格为精确结果，不随输入变动", self.look.cell("step", fill=FROZEN)),
        )
        for name, text, look in shown:
            self.page.write_string(self.row, 0, name, look)
            self.page.write_string(self.row, 1, text, self.look.of())
            self.row += 1

    def _answers(self, kinds: tuple[str, ...], title: str) -> None:
        method = self.plan.method
        names = [a.name for a in method.answers.values() if a.kind in kinds]
        if kinds != _MAIN:
            names = [n for n in names if not set(TIME_SCOPES) & set(method.steps[n].closure)]
        if not names:
            return
        self._heading(title)
        self._heads("名称", "范围", _HERE, *_INDENTED, "核对", "依据")
        for name in names:
            column = self.plan.values[name]
            for row in column.sheet.rows:
                self._answer(column, row, kinds == _MAIN)

    def _answer(self, column: Column, row: Row, main: bool) -> None:
        run, step = self.plan.run, self.plan.method.steps[column.name]
        assert run is not None
        exact = cached(self.plan, column, row)
        way = run.way(step.name, row) if exact not in ("", ERROR) else None
        unit = ""
        if step.unit is not None and exact != ERROR:
            unit = run.data.unit_of(step.unit, step.closure, row).label
        number = number_format(step, way.rounding if way is not None else None)
        fill = {"bg_color": ANSWER, "bold": True} if main else {}
        base: dict[str, Any] = {"bottom": 1, "bottom_color": LINE} | fill
        text, figure = self.look.of(**base), self.look.of(**base, num_format=number, align="right")
        said = exact_text(exact) if isinstance(exact, Fraction) else str(exact)
        if len(said) > 40:
            said = f"{float(held(exact)):.15g}…"
        kind = _KINDS[self.plan.method.answers[step.name].kind]
        at = f"{column.sheet.prefix}{column.letter}{column.sheet.at[row]}"
        texts = {0: f"{step.zh or step.name}（{kind}）", 1: row_text(step.closure, row) or "全部", 3: unit}
        for position, each in (texts | {4: said, 6: step.law or self.plan.method.law}).items():
            look = self.look.of(**base, num_format="@", quote_prefix=True) if risky(each) else text
            if position in (3, 4):
                look = self.look.of(**base, num_format="@", align="left", indent=1)
            self.page.write_string(self.row, position, clean(each), look)
        value = held(exact)
        self.page.live(self.row, 2, at, figure, value)
        self._compared(exact, value, text)
        self.row += 1

    def _compared(self, exact: object, value: Any, look: Any) -> None:
        """Whether the cell still says what the engine said."""
        here = f"C{self.row + 1}"
        if isinstance(exact, Fraction) and not isinstance(value, str):
            test = f"ABS({here}-({value!r}))<={max(abs(value), 1.0) * 1e-9!r}"
            text = f'IF(ISNUMBER({here}),IF({test},"一致","已改动"),"已改动")'
        elif exact == ERROR:
            text = f'IF(ISERROR({here}),"一致","已改动")'
        else:
            said = str(value).replace('"', '""')[:250]
            text = f'IF(EXACT({here}&"","{said}"),"一致","已改动")' if not isinstance(value, bool) else (
                f'IF({here}={str(value).upper()},"一致","已改动")'
            )
        self.page.live(self.row, 5, text, look, "一致")

    def _refused(self, verdicts: Mapping[str, Verdict], frozen: Sequence[tuple[Column, Row]]) -> None:
        refused = [v for v in verdicts.values() if isinstance(v, Refusal)]
        self._heading(f"未写成公式的步骤：{len(refused)} / {len(verdicts)}")
        others: dict[str, int] = {}
        for column, _ in frozen:
            if not isinstance(verdicts.get(column.name), Refusal):
                others[column.name] = others.get(column.name, 0) + 1
        if not refused and not others:
            self._line("全部步骤都是活公式。", font_color=PALE)
            return
        self._heads("步骤", "名称", "原因")
        for each in refused:
            self._cells(each.step, self.plan.method.steps[each.step].zh, each.zh)
        for name, count in others.items():
            run = self.plan.run
            why = "由前一版方法计算" if run is not None and run.elder else "公式超过单元格的长度上限"
            zh = f"{count} 行为常量：{why}"
            self._cells(name, self.plan.method.steps[name].zh, zh)
        self._line("凡引用上列步骤的单元格，改动输入后会按旧的常量计算。", font_color=PALE)

    def _ties(self, ties: Sequence[tuple[Column, Row, Fraction]]) -> None:
        self._heading(f"恰在或紧邻进位点的修约：{len(ties)} 处")
        said = "修约前的精确值距进位点不到 1e-9，二进制浮点可能进错一位；碳衡按分数计算，不受影响。"
        self._line(said, font_color=PALE)
        if not ties:
            return
        self._heads("步骤", "行", "修约前的精确值", "", "单元格")
        for column, row, value in ties[:_MOST_LISTED]:
            at = f"{column.sheet.title}!{column.letter}{column.sheet.at[row]}"
            name = f"{column.zh} {column.name}"
            text = exact_text(value)
            text = text if len(text) <= 40 else f"{float(value):.17g}…"
            self._cells(name, row_text(column.sheet.closure, row) or "全部", text, "", at)
        if len(ties) > _MOST_LISTED:
            self._line(f"另有 {len(ties) - _MOST_LISTED} 处，见各单元格批注。", font_color=PALE)
