"""The life of a plan: drafted without guessing, submitted whole, revised in a chain, printed, compared."""

from dataclasses import replace
from pathlib import Path

import pytest

from tanheng.app.plan_draft import draft_plan
from tanheng.app.planning import (
    check_plan,
    compare_versions,
    new_plan,
    read_plan_file,
    revise_plan,
    submit_plan,
    write_plan,
)
from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Member
from tanheng.kernel.problems import Refused
from tanheng.library.plan_file import load_plan_template
from tanheng.library.plan_template import blanks
from tests.plant import EXAMPLES, WORKBOOK, beiling

PLAN = EXAMPLES / "beiling-dqcp-2024.toml"
LEDGER = EXAMPLES / "beiling-calibrations-2024.csv"
TEMPLATE = load_plan_template("power-coal-chp")


def refused(call) -> list[str]:
    with pytest.raises(Refused) as caught:
        call()
    return [p.code for p in caught.value.problems]


def edited(folder: Path, *pairs: tuple[str, str]) -> Path:
    """The demonstration plan as a draft, with texts replaced."""
    text = PLAN.read_text(encoding="utf-8")
    for old, new in (('submitted_on = "2023-12-22"\n', ""), *pairs):
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    path = folder / "draft.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_draft_holds_what_the_plant_says_and_nothing_else():
    plan = draft_plan(beiling(), TEMPLATE, "2025")
    coal = plan.find("parameters", unit="1", fuel="烟煤", parameter="燃煤消耗量")
    assert coal is not None
    assert dict(coal.fields) == {
        "way": "入炉日计量",
        "obtained": "实测值（自测）",
        "frequency": "连续监测",
        "description": "入炉煤皮带秤或耐压式计量给煤机连续计量，按日汇总",
    }
    # the guide leaves daily or per shift open, and only the plant knows meters, rules and departments
    open_ = {c.name for e, c in blanks(plan, TEMPLATE) if e.at == coal.at}
    assert open_ == {"record", "devices", "missing", "department"}
    carbon = plan.find("parameters", unit="1", fuel="烟煤", parameter="收到基元素碳含量")
    assert carbon is not None and (carbon.get("basis"), carbon.get("laboratory"), carbon.get("obtained")) == (
        "空气干燥基", "北岭市煤炭质量检验中心", "实测值（委外）",
    )  # fmt: skip
    assert (plan.made_on, plan.submitted_on, plan.version, plan.effective_from) == ("", "", "1", "2025-01")
    assert not [e for e in plan.entries if e.table in ("devices", "missing", "departments", "assurance")]
    assert plan.form("boundary").fields == (("merging", "1号机组：单台核算；2号机组：单台核算"),)
    assert [dict(e.at) for e in plan.table("sampling")] == [
        {"fuel": "烟煤", "sample": "元素碳含量"}, {"fuel": "烟煤", "sample": "低位发热量"},
    ]  # fmt: skip


def test_a_plant_that_says_less_leaves_more_open():
    bare = replace(beiling(), facts=())
    plan = draft_plan(bare, TEMPLATE, "2025")
    assert plan.form("entity").fields == () and not plan.table("facilities")
    whole = len(list(blanks(draft_plan(beiling(), TEMPLATE, "2025"), TEMPLATE)))
    assert len(list(blanks(plan, TEMPLATE))) > whole


def test_gas_and_cofiring_have_rows_of_their_own():
    gas = Member("天然气", (("unit", "1"),), "1e4Nm3")
    inputs = beiling()
    words = {"fuel_code": "natural_gas", "FC_route": "连续计量", "C_route": "组分", "NCV_route": "检验均值"}
    at = row_of((("unit", "1"), ("fuel", "天然气")))
    data = [Datum(n, at, w, "") for n, w in words.items()]
    data += [
        replace(d, value="掺烧") if (d.name, d.row) == ("cofire", (("unit", "2"),)) else d
        for d in inputs.data
    ]
    members = {**inputs.members, "fuel": (*inputs.members["fuel"], gas)}
    plan = draft_plan(replace(inputs, members=members, data=tuple(data)), TEMPLATE, "2025")
    found = {e.get("parameter"): e.get("way") for e in plan.table("parameters") if e.get("fuel") == "天然气"}
    assert found == {
        "燃气消耗量": "连续计量", "元素碳含量": "组分", "低位发热量": "检验均值", "单位热值含碳量": "", "碳氧化率": "缺省",
    }  # fmt: skip
    biomass = {"锅炉效率", "锅炉产热量", "化石燃料热量", "生物质热量占比"}
    by_unit = {u: {e.get("parameter") for e in plan.table("parameters") if e.get("unit") == u} for u in "12"}
    assert biomass <= by_unit["2"] and not biomass & by_unit["1"]


def test_a_plan_is_drafted_before_its_year_has_data(tmp_path):
    """Only units, fuels and streams with their choices: everything else of the form is still blank."""
    from tanheng.app.forms import write_form

    words = [d for d in beiling().data if not d.unit and not {"month", "day"} & {s for s, _ in d.row}]
    empty = replace(beiling(), data=tuple(words))
    write_form(tmp_path / "plant.xlsx", "power-coal-chp", empty)
    made = new_plan(tmp_path / "plant.xlsx", tmp_path / "plan.xlsx")
    assert made.plan.year == "2025" and len(made.plan.table("parameters")) == 46
    assert read_plan_file(tmp_path / "plan.xlsx").plan == made.plan


def test_the_year_decides_name_and_rows(tmp_path):
    new_plan(WORKBOOK, tmp_path / "a.toml", "2026")
    plan = read_plan_file(tmp_path / "a.toml").plan
    assert "方案" in plan.changes and not [
        e for e in plan.entries if e.get("parameter") == "购入使用电力排放量"
    ]
    assert [p.name for p in write_plan(tmp_path / "a.toml", tmp_path)] == [
        "数据质量控制方案-2026-v1.docx", "数据质量控制方案-2026-v1.xlsx",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "year", "code"),
    [
        ("x.pdf", "", "TH-A12"),
        ("x", "", "TH-A12"),
        ("x.toml", "2025-03", "TH-A11"),
        ("x.toml", "明年", "TH-D01"),
    ],
)
def test_a_draft_that_cannot_be_made_leaves_no_file(tmp_path, target, year, code):
    assert refused(lambda: new_plan(WORKBOOK, tmp_path / target, year)) == [code]
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over_and_never_the_source(tmp_path):
    new_plan(WORKBOOK, tmp_path / "a.toml")
    assert refused(lambda: new_plan(WORKBOOK, tmp_path / "a.toml")) == ["TH-A04"]
    draft = edited(tmp_path)
    assert refused(lambda: submit_plan(draft, draft, "2023-12-22", force=True)) == ["TH-A07"]


def test_a_plan_with_open_fields_is_not_submitted(tmp_path):
    new_plan(WORKBOOK, tmp_path / "a.toml")
    assert refused(lambda: submit_plan(tmp_path / "a.toml", tmp_path / "b.toml"))[0] == "TH-Q12"
    assert not (tmp_path / "b.toml").exists()
    draft = edited(tmp_path, ('"PDC-1A、PDC-1B、GMJ-1"', '"PDC-1A、PDC-7"'))
    assert refused(lambda: submit_plan(draft, tmp_path / "b.toml")) == ["TH-Q06"]


def test_submitted_revised_and_compared(tmp_path):
    one, two = tmp_path / "v1.toml", tmp_path / "v2.xlsx"
    made = submit_plan(edited(tmp_path), one, "2023-12-22")
    # the example was made by the same steps
    assert one.read_bytes() == PLAN.read_bytes()
    assert refused(lambda: submit_plan(one, tmp_path / "x.toml")) == ["TH-Q10"]
    revised = revise_plan(one, two, "7月", "2", "改用新表", "2024-06-15")
    assert revised.plan.replaces == made.plan.digest and revised.plan.effective_from == "2024-07"
    found = compare_versions(read_plan_file(one), read_plan_file(two))
    assert [(place, name, c.after) for place, name, c in found] == [
        ("计划", "版本号", "2"), ("计划", "制定（修订）日期", "2024-06-15"), ("计划", "生效月份", "2024-07"),
        ("计划", "修订原因代码", "2"), ("计划", "制定或修订的内容", "改用新表"),
    ]  # fmt: skip
    assert refused(lambda: revise_plan(two, tmp_path / "v3.xlsx", "2024-09", "2")) == ["TH-Q11"]
    assert refused(lambda: revise_plan(one, tmp_path / "v3.xlsx", "2025-09", "2")) == ["TH-Q09"]


def test_the_example_files_are_what_their_script_makes():
    beiling()  # puts the folder of the examples on the path
    from make_dqcp import ledger_text, plan

    made = plan(beiling())
    assert made.digest == read_plan_file(PLAN).plan.digest
    assert ledger_text(made) == LEDGER.read_text(encoding="utf-8")


def test_the_demonstration_follows_its_plan():
    done = check_plan(WORKBOOK, [PLAN], LEDGER)
    assert done.ok and {p.code for p in done.problems} == {"TH-Q26", "TH-Q27", "TH-Q30", "TH-I52"}
    late = next(p for p in done.problems if p.code == "TH-Q26")
    assert (late.place.file, late.place.sheet) == ("beiling-2024.xlsx", "采样与化验") and late.place.cell


def test_the_workbook_of_the_plan_says_the_cell(tmp_path):
    import io

    from tanheng.metering.plan_book import write_plan_book

    plan = read_plan_file(edited(tmp_path, ('"燃料部"],', '""],'))).plan
    made = io.BytesIO()
    write_plan_book(made, plan, TEMPLATE)
    (tmp_path / "plan.xlsx").write_bytes(made.getvalue())
    done = check_plan(WORKBOOK, [tmp_path / "plan.xlsx"], LEDGER)
    found = [p for p in done.problems if p.code == "TH-Q38"]
    assert not done.ok and len(found) == 1
    assert (found[0].place.file, found[0].place.sheet) == ("plan.xlsx", "数据确定方式") and found[
        0
    ].place.cell
