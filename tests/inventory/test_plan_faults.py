"""A plan by itself: what is open, what the guide does not admit, what it refers to and nobody registered."""

from dataclasses import replace

import pytest

from tanheng.app.plan_draft import draft_plan
from tanheng.inventory.plan_faults import departments, numbers, plan_faults
from tests.inventory.planned import COAL, TEMPLATE, added, changed, codes, demo, of, without
from tests.plant import beiling

FC = {**COAL, "parameter": "燃煤消耗量"}


def faults(plan):
    return list(plan_faults(plan, TEMPLATE))


def test_the_demonstration_plan_is_whole_and_admissible():
    assert faults(demo()) == []


def test_a_draft_says_every_field_that_is_open():
    found = faults(draft_plan(beiling(), TEMPLATE, "2025"))
    assert set(codes(found)) == {"TH-Q04", "TH-Q38"}
    # every one of the 46 rows of table B.4 lacks its department
    assert len(of("TH-Q38", found)) == 46
    names = {f["name"] for f in of("TH-Q04", found) if f["where"] == "1号机组 烟煤"}
    assert names == {
        "测量设备编号",
        "数据记录频次",
        "缺失处理编号",
        "获取方式",
        "数据类型",
        "计算方法与获取方式描述",
    } | {"监测频次"}


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("way", "目测", "获取方式"),
        ("way", "连续计量", "获取方式"),
        ("obtained", "缺省值", "数据类型"),
        ("frequency", "每月", "监测频次"),
        ("record", "每年", "数据记录频次"),
        ("devices", "DN-1", "测量设备编号"),
        ("missing", "4.1", "缺失处理编号"),
    ],
)
def test_what_the_guide_does_not_admit_is_named(field, value, name):
    found = faults(changed(demo(), "parameters", FC, **{field: value}))
    assert codes(found) == ["TH-Q05"]
    told = of("TH-Q05", found)[0]
    assert (told["name"], told["seen"], told["where"]) == (name, value, "1号机组 烟煤 燃煤消耗量")


@pytest.mark.parametrize(("field", "value"), [("record", "每班"), ("devices", "GMJ-1"), ("way", "入炉月报")])
def test_other_admissible_words_are_not(field, value):
    assert faults(changed(demo(), "parameters", FC, **{field: value})) == []


def test_a_row_that_the_year_does_not_know_is_named():
    later = replace(demo(), year="2026", effective_from="2026-01")
    found = of("TH-Q05", faults(later))
    assert {f["seen"] for f in found} == {"购入使用电力排放量", "购入使用电量", "电网排放因子"} and len(
        found
    ) == 6
    made_up = added(demo(), "parameters", {"unit": "1", "parameter": "飞灰含碳量"}, way="计算")
    assert [f["seen"] for f in of("TH-Q05", faults(made_up))] == ["飞灰含碳量"]


def test_references_into_nowhere_are_named():
    found = faults(
        changed(
            demo(), "parameters", FC, devices="PDC-1A、PDC-9", missing="4.3，9.9", department="外委、燃料部"
        )
    )
    assert {(f["seen"], f["wanted"]) for f in of("TH-Q06", found)} == {
        ("PDC-9", "监测设备"), ("9.9", "缺失数据处理"), ("外委", "负责部门"),
    }  # fmt: skip
    gone = without(demo(), lambda e: dict(e.at) == {"department": "电气部"})
    # 2 units with generation and purchase, and their two meters each
    assert [f["seen"] for f in of("TH-Q06", faults(gone))] == ["电气部"] * 8


def test_a_parameter_without_a_department_is_an_error():
    found = faults(changed(demo(), "parameters", FC, department=""))
    assert codes(found) == ["TH-Q38"] and found[0].severity == "error"


@pytest.mark.parametrize(("months", "long"), [("12", 0), ("13", 1), ("6", 0)])
def test_a_period_longer_than_the_regulation_is_named(months, long):
    found = faults(changed(demo(), "devices", {"number": "PDC-1A"}, months=months))
    assert codes(found) == ["TH-Q40"] * long


def test_a_kind_of_meter_that_the_guide_does_not_know_is_named():
    found = faults(changed(demo(), "devices", {"number": "PDC-1A"}, kind="磅秤"))
    assert ("设备类别", "磅秤") in {(f["name"], f["seen"]) for f in of("TH-Q05", found)}


def test_what_a_device_must_say_depends_on_its_kind():
    assert codes(faults(changed(demo(), "devices", {"number": "PDC-1A"}, **{"class": ""}))) == ["TH-Q04"]
    # the guide names no class of calorimeters, and no period of a control system
    assert not demo().find("devices", number="LRY-01").get("class")
    assert not demo().find("devices", number="DCS-1").get("months")


def test_numbers_and_departments_are_separated_by_any_comma():
    assert numbers(" A-1、A-2，A-3; A-4  A-1/A-5\n") == ("A-1", "A-2", "A-3", "A-4", "A-5")
    assert departments("燃料部、碳 管理办公室; 发电部") == ("燃料部", "碳 管理办公室", "发电部")
    assert numbers("") == () == departments(" ")
