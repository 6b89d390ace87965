"""The printed plan: every table of Annex B, every field of the plan, and open fields that stay visible."""

import io
import zipfile
from dataclasses import replace

import pytest

from tanheng.app.plan_draft import draft_plan
from tanheng.facts.plan import Plan
from tanheng.library.plan_file import load_plan_template
from tanheng.library.plan_template import blanks
from tanheng.metering.plan_reader import read_plan
from tanheng.statement.model import GAP, Pairs, Statement, Table
from tanheng.statement.plan_statement import plan_statement
from tanheng.statement.text import plain
from tests.plant import EXAMPLES, beiling

TEMPLATE = load_plan_template("power-coal-chp")


def demo() -> Plan:
    plan = read_plan(EXAMPLES / "beiling-dqcp-2024.toml").plan
    assert plan is not None
    return plan


def cells(statement: Statement):
    for section in statement.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield from (c for row in block.rows for c in row.cells)
            elif isinstance(block, Pairs):
                yield from (cell for _, cell in block.rows)
    yield from (cell for _, cell in statement.cover)


def test_every_table_that_a_reader_of_annex_b_expects_is_there_in_order():
    statement = plan_statement(demo(), TEMPLATE)
    assert [plain(s.title)[:3] for s in statement.sections[:6]] == ["B.1", "B.2", "B.3", "B.4", "B.5", "B.6"]
    assert [t.id for t in statement.tables] == [
        "B.1", "units", "facilities", "B.4-1", "B.4-2", "missing", "sampling", "preparation", "departments",
        "devices", "evidence",
    ]  # fmt: skip
    big = statement.sections[3]
    assert big.wide and len(big.blocks[1].columns) == 12


def test_every_word_of_the_plan_is_printed():
    plan = demo()
    printed = "\n".join(plain(c.text) for c in cells(plan_statement(plan, TEMPLATE)))
    for entry in plan.entries:
        for name, value in (*entry.at, *entry.fields):
            if (entry.table, name) in {("parameters", "unit"), ("devices", "rule")}:
                continue
            # lists of numbers are printed with what they name, and the way beside what it is obtained by
            for part in value.split("、") if name in ("devices", "missing") else [value]:
                assert part in printed or name == "way", (entry.table, name, part)


def test_a_whole_plan_has_no_gap_and_a_draft_shows_every_one():
    assert not [c for c in cells(plan_statement(demo(), TEMPLATE)) if c.kind == GAP]
    draft = draft_plan(beiling(), TEMPLATE, "2025")
    statement = plan_statement(draft, TEMPLATE)
    shown = [c for c in cells(statement) if c.kind == GAP]
    assert shown and {plain(c.text) for c in shown} == {"待填"}
    assert f"尚有 {len(list(blanks(draft, TEMPLATE)))} 项待填" in plain(statement.note)
    # an empty register is said to be open, not left out
    said = [
        plain(b.text) for s in statement.sections for b in s.blocks if getattr(b, "role", "") == "caution"
    ]
    assert len(said) == 3 and all("待填" in text for text in said)


def test_rows_of_table_b4_say_meter_class_period_rule_and_department():
    table = next(t for t in plan_statement(demo(), TEMPLATE).tables if t.id == "B.4-1")
    row = next(r for r in table.rows if plain(r.cells[0].text) == "燃煤消耗量")
    assert [plain(c.text) for c in row.cells] == [
        "燃煤消耗量", "t", "入炉日计量 · 实测值（自测）", "入炉煤皮带秤或耐压式计量给煤机连续计量，按日汇总",
        "PDC-1A ICS-17A 电子皮带秤；PDC-1B ICS-17A 电子皮带秤；GMJ-1 NJGC-30 给煤机（6台）",
        "1号炉A侧入炉皮带；1号炉B侧入炉皮带；1号炉煤仓间", "连续监测", "0.5", "12个月", "每日", "4.3 给煤机累计值", "燃料部",
    ]  # fmt: skip
    groups = [plain(r.cells[0].text) for r in table.rows if r.role == "group"]
    assert groups == [
        "1号机组",
        "1号机组 · 烟煤",
        "1号机组 · 柴油",
        "1号机组",
        "1号机组 · 工业蒸汽",
        "1号机组 · 采暖",
        "1号机组",
    ]


def test_a_gas_counts_in_its_own_unit():
    at = (("fuel", "天然气"), ("parameter", "燃气消耗量"), ("unit", "1"))
    plan = demo()
    gas = replace(plan.entries[-1], table="parameters", at=at, fields=(("way", "连续计量"),))
    table = next(
        t
        for t in plan_statement(replace(plan, entries=(*plan.entries, gas)), TEMPLATE).tables
        if t.id == "B.4-1"
    )
    row = next(r for r in table.rows if plain(r.cells[0].text) == "燃气消耗量")
    assert plain(row.cells[1].text).replace(" ", "") == "104Nm3"


def test_earlier_versions_stand_in_table_b1_with_their_reasons():
    two = demo().revised("2024-07", "2", "2024-06-15", "改用新表")
    table = next(t for t in plan_statement(two, TEMPLATE).tables if t.id == "B.1")
    rows = [[plain(c.text) for c in r.cells][:5] for r in table.rows]
    assert rows == [
        ["1", "2023-12-08", "2024-01", "—", "首次制定 2024 年度数据质量控制计划"],
        ["2", "2024-06-15", "2024-07", "2", "改用新表"],
    ]


@pytest.mark.parametrize(("year", "word"), [("2025", "计划"), ("2026", "方案")])
def test_the_document_has_the_name_of_its_year(year, word):
    statement = plan_statement(draft_plan(beiling(), TEMPLATE, year), TEMPLATE)
    assert plain(statement.title) == f"数据质量控制{word}"
    assert plain(statement.sections[0].title) == f"B.1　{word}的版本及修订"
    assert statement.signatures is not None and f"制定本{word}" in plain(statement.signatures.pledge)


def test_word_and_excel_hold_the_text_of_the_statement_and_nothing_live():
    from tanheng.reports.excel import excel_bytes
    from tanheng.reports.word import word_bytes

    plan = demo()
    form = next(e for e in plan.entries if e.table == "assurance")
    evil = replace(
        form,
        fields=(
            ("rules", '=HYPERLINK("x")'),
            ("staff", "<w:p>&amp;\u0007"),
        ),
    )
    odd = replace(plan, entries=tuple(evil if e is form else e for e in plan.entries))
    for each in (plan, odd, draft_plan(beiling(), TEMPLATE, "2026")):
        statement = plan_statement(each, TEMPLATE)
        # both printers compare their file with the statement before they hand it out
        assert word_bytes(statement, []) == word_bytes(statement, [])
        made = excel_bytes(statement, [])
        with zipfile.ZipFile(io.BytesIO(made)) as box:
            assert not [
                n for n in box.namelist() if n.startswith("xl/worksheets/sheet") and b"<f>" in box.read(n)
            ]
