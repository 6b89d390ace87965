"""Done against planned: each deviation is found, its neighbour on the right side of the line is not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tanheng.facts.datum import Datum, row_of
from tanheng.facts.plan import Entry
from tanheng.inventory.plan_check import _is_rule, month_text
from tanheng.kernel.problems import Refused
from tests.inventory.planned import COAL, OIL, added, changed, codes, data, demo, of, told, without

LESSONS = ["TH-Q26", "TH-Q27", "TH-Q27", "TH-Q30"]
"""A late report, two gaps of calorific value, and a week of a faulty scale, treated as planned."""
FC, NCV, CARBON = "燃煤消耗量", "低位发热量", "收到基元素碳含量"


def test_the_demonstration_follows_its_plan_but_for_its_lessons():
    problems = told()
    assert codes(problems) == LESSONS
    assert [p.severity for p in problems].count("error") == 0
    late = of("TH-Q26", problems)[0]
    assert (late["month"], late["done"], late["planned"], late["where"]) == (
        "2024-06",
        "43",
        "40",
        "1号机组 烟煤",
    )
    gaps = {(g["month"], g["where"], g["done"]) for g in of("TH-Q27", problems)}
    # 9 and 10 March of unit 1, 3 October of unit 2
    assert gaps == {("2024-03", "1号机组 烟煤", "9日–10日"), ("2024-10", "2号机组 烟煤", "3日")}
    week = of("TH-Q30", problems)[0]
    assert (week["month"], week["done"], week["planned"]) == ("2024-08", "12日–18日", "4.3")


# -- routes ------------------------------------------------------------


def word(name: str, value: str, **at: str):
    def change(datum: Datum) -> Datum:
        here = datum.name == name and set(at.items()) <= set(datum.row)
        return replace(datum, value=value) if here else datum

    return data(change)


def test_another_route_of_the_same_level_is_a_deviation():
    problems = told(inputs=word("NCV_route", "月报", **COAL))
    assert codes(problems) == sorted([*LESSONS[:2], "TH-Q20", "TH-Q30"])  # the gap of unit 2 stays
    found = of("TH-Q20", problems)[0]
    assert (found["planned"], found["done"], found["month"]) == ("日加权", "月报", "2024-01–2024-12")


def test_a_lower_level_is_told_as_such_and_a_higher_one_is_a_deviation_only():
    lower = told(inputs=word("FC_route", "入厂盘存", **COAL))
    assert [f["done"] for f in of("TH-Q21", lower)] == ["入厂盘存"] and not of("TH-Q20", lower)
    oil = {"unit": "1", "fuel": "柴油"}
    higher = told(inputs=word("FC_route", "连续计量", **oil))
    assert [f["done"] for f in of("TH-Q20", higher)] == ["连续计量"] and not of("TH-Q21", higher)
    lowest = told(inputs=word("FC_route", "供应凭证", **oil))
    assert [f["done"] for f in of("TH-Q21", lowest)] == ["供应凭证"]


def test_levels_of_carbon_are_equal_but_for_the_default():
    assert of("TH-Q20", told(inputs=word("C_route", "日测", **COAL)))
    assert of("TH-Q21", told(inputs=word("C_route", "未测", **COAL)))


def test_routes_of_units_and_streams_are_compared_too():
    assert of("TH-Q20", told(inputs=word("W_route", "表底读数", unit="1")))[0]["name"] == "发电量"
    heat = of("TH-Q20", told(inputs=word("heat_way", "结算蒸汽", unit="2", stream="工业蒸汽")))[0]
    assert (heat["name"], heat["where"], heat["planned"]) == ("供热量", "2号机组 工业蒸汽", "蒸汽")


def test_who_tested_and_how_often_is_compared_where_the_plant_says_it():
    problems = told(inputs=word("ncv_tested_by", "委托检测", **COAL))
    assert of("TH-Q20", problems)[0] | {"month": "", "where": ""} == {
        "month": "", "where": "", "where_en": "1号机组 烟煤",
        "name": "低位发热量 数据类型", "name_en": "低位发热量 数据类型", "planned": "实测值（自测）", "done": "实测值（委外）",
    }  # fmt: skip
    assert of("TH-Q20", told(inputs=word("ncv_frequency", "每周", **COAL)))[0]["done"] == "每周"


def test_another_basis_and_another_laboratory():
    assert of("TH-Q24", told(inputs=word("C_basis", "干燥基", **COAL)))[0]["done"] == "干燥基"

    def moved(datum: Datum) -> Datum:
        here = datum.name == "laboratory" and dict(datum.row)["month"] >= "2024-07"
        return replace(datum, value="南岭检测公司") if here else datum

    found = of("TH-Q25", told(inputs=data(moved)))
    assert {(f["where"], f["month"], f["done"]) for f in found} == {
        ("1号机组 烟煤", "2024-07–2024-12", "南岭检测公司"),
        ("2号机组 烟煤", "2024-07–2024-12", "南岭检测公司"),
    }
    # blanks and width of letters do not make another laboratory
    spaced = data(lambda d: replace(d, value="北岭市 煤炭质量检验中心") if d.name == "laboratory" else d)
    assert codes(told(inputs=spaced)) == LESSONS


# -- measurements and reports ------------------------------------------------------------


def issued(days: int, unit: str, month: str):
    """Inputs in which the report of a month is issued some days after sampling."""
    place = row_of((("unit", unit), ("fuel", "烟煤"), ("month", month)))
    sampled = next(d.value for d in demo_data() if d.name == "sampled" and d.row == place)
    on = (date.fromisoformat(sampled) + timedelta(days)).isoformat()
    return data(lambda d: replace(d, value=on) if d.name == "issued" and d.row == place else d)


def demo_data():
    from tests.plant import beiling

    return beiling().data


@pytest.mark.parametrize(("days", "late"), [(39, 0), (40, 0), (41, 1)])
def test_day_40_is_in_time_and_day_41_is_not(days, late):
    found = [f for f in of("TH-Q26", told(inputs=issued(days, "1", "2024-01"))) if f["month"] == "2024-01"]
    assert len(found) == late and all(f["done"] == "41" for f in found)


def dropped(name: str, **at: str):
    return data(lambda d: None if d.name == name and set(at.items()) <= set(d.row) else d)


def test_a_day_without_its_test_is_named():
    found = of("TH-Q27", told(inputs=dropped("NCV_day", unit="2", day="2024-01-31")))
    assert ("2024-01", "31日") in {(f["month"], f["done"]) for f in found}


def test_a_month_without_its_sample_is_named_and_an_idle_month_needs_none():
    both = dropped("sampled", unit="1", month="2024-05")
    found = of("TH-Q27", told(inputs=both))
    assert ("2024-05", CARBON, "当月") in {(f["month"], f["name"], f["done"]) for f in found}
    # unit 2 stood still in the whole of April: no coal was burnt, no sample is due
    assert not [p for p in told() if dict(p.params).get("month") == "2024-04"]


def test_moisture_has_its_own_rule():
    found = of("TH-Q27", told(inputs=dropped("M_ar_day", unit="1", day="2024-02-29")))
    assert {("收到基水分", "29日", "4.4（按可得各日加权）")} <= {
        (f["name"], f["done"], f["planned"]) for f in found
    }


def test_a_gap_that_the_plan_has_no_default_for_is_an_error():
    at = {**COAL, "parameter": NCV}
    for rules in ("", "4.3"):
        problems = told(changed(demo(), "parameters", at, missing=rules))
        assert [f["done"] for f in of("TH-Q28", problems)] == ["9日–10日"]
        assert [f["month"] for f in of("TH-Q27", problems)] == ["2024-10"]


@pytest.mark.parametrize(
    "said",
    [
        "DQCP 4.3：皮带秤故障时取给煤机累计值并上浮1.5%",
        "4.3",
        "４．３",
        "计划 4.3",
        "方案4.3",
        "数据质量控制计划 4.3 皮带秤故障时取给煤机累计值并上浮1.5%。",
        "规则4.3：给煤机累计值",
        "第4.3条",
    ],
)
def test_a_rule_is_named_by_number_alone_or_with_its_words(said):
    assert _is_rule(said, rule())


@pytest.mark.parametrize(
    "said",
    [
        "", "4.31", "4.3.1", "4.1", "14.3", "给煤机累计值", "皮带秤故障时取给煤机累计值并上浮1.5%",
        "4.3：皮带秤故障时取给煤机累计值", "4.3：皮带秤故障时取给煤机累计值并上浮1%", "4.3 盘存数据", "-4.3",
    ],
)  # fmt: skip
def test_any_other_words_are_not_the_rule(said):
    assert not _is_rule(said, rule())


def rule() -> Entry:
    found = demo().find("missing", number="4.3")
    assert found is not None
    return found


def test_a_substitution_by_another_rule_is_an_error_and_names_the_planned_one():
    other = data(lambda d: replace(d, rule="取前后两日平均值") if d.state == "substituted" else d)
    problems = told(inputs=other)
    assert codes(problems) == sorted([*LESSONS[:3], "TH-Q29"])
    found = of("TH-Q29", problems)[0]
    assert found["planned"].startswith("4.3 皮带秤故障时") and found["done"] == "12日–18日 取前后两日平均值"
    # a rule of the plan that this parameter does not name is another rule as well
    assert of("TH-Q29", told(changed(demo(), "parameters", {**COAL, "parameter": FC}, missing="4.5")))


def test_a_substituted_value_of_any_parameter_is_looked_at():
    steam = row_of((("unit", "1"), ("stream", "工业蒸汽"), ("month", "2024-05")))

    def guessed(datum: Datum) -> Datum:
        here = datum.name == "h" and datum.row == steam
        return replace(datum, state="substituted", rule="4.6", reason="r", person="p") if here else datum

    found = of("TH-Q29", told(inputs=data(guessed)))[0]
    assert (found["name"], found["month"], found["done"]) == ("供热量", "2024-05", "当月 4.6")


# -- members ------------------------------------------------------------


def test_a_fuel_outside_the_plan_is_case_1_of_a_revision_when_it_is_burnt():
    plan = without(demo(), lambda e: e.table == "parameters" and dict(e.at).items() >= OIL.items())
    found = of("TH-Q22", told(plan))
    assert [(f["where"], f["done"], f["what"], f["month"]) for f in found] == [
        ("1号机组", "柴油", "燃料", "2024-01–2024-12")
    ]

    def still(datum: Datum) -> Datum:
        """The oil of unit 1 lies in its tank all year: closing stock is opening stock plus receipts."""
        if (
            datum.name in ("opening", "receipts", "other_out", "closing")
            and OIL.items() <= dict(datum.row).items()
        ):
            return replace(datum, value="0" if datum.name in ("receipts", "other_out") else "50")
        return datum

    assert not of("TH-Q22", told(plan, inputs=data(still)))


def test_a_unit_outside_the_plan_is_said_once_for_all_that_it_burns():
    plan = without(demo(), lambda e: e.table == "parameters" and e.get("unit") == "2")
    assert [(f["what"], f["done"]) for f in of("TH-Q22", told(plan))] == [("机组", "2")]
    heat = without(demo(), lambda e: e.table == "parameters" and e.get("stream") == "采暖")
    # hot water is sent from January to March and in November and December
    assert {(f["what"], f["month"]) for f in of("TH-Q22", told(heat))} == {
        ("供热流", "2024-01–2024-03、2024-11–2024-12")
    }


def test_what_is_planned_and_not_there_is_a_note():
    plan = added(
        demo(), "parameters", {"unit": "1", "fuel": "天然气", "parameter": "燃气消耗量"}, way="连续计量"
    )
    assert [(f["what"], f["planned"]) for f in of("TH-Q23", told(plan))] == [("燃料", "天然气")]


def test_a_row_that_the_guide_asks_for_must_be_there():
    plan = without(demo(), lambda e: dict(e.at) == {"unit": "2", "parameter": "发电量"})
    assert [(f["name"], f["where"]) for f in of("TH-Q07", told(plan))] == [("发电量", "2号机组")]


# -- versions ------------------------------------------------------------


@pytest.mark.parametrize(("on", "late"), [("2023-12-31", 0), ("2024-01-01", 2)])
def test_the_plan_is_due_on_the_last_day_of_the_year_before(on, late):
    assert len(of("TH-Q34", told(replace(demo(), made_on=on, submitted_on=on)))) == late


@pytest.mark.parametrize(("on", "early"), [("2023-10-31", 1), ("2023-11-01", 0)])
def test_drafting_opens_on_the_first_of_november(on, early):
    assert len(of("TH-Q36", told(replace(demo(), made_on=on)))) == early


@pytest.mark.parametrize(("on", "late"), [("2024-07-31", 0), ("2024-08-01", 1)])
def test_a_revision_cannot_govern_a_month_that_was_over(on, late):
    two = demo().revised("2024-07", "2", "2024-06-15", "c").submitted(on)
    assert len(of("TH-Q34", told(demo(), two))) == late


def test_a_draft_is_said_to_be_one():
    assert codes(told(replace(demo(), submitted_on=""))) == sorted([*LESSONS, "TH-Q35"])


def test_months_before_the_first_version_have_none():
    found = of("TH-Q37", told(replace(demo(), effective_from="2024-03")))
    assert [(f["month"], f["planned"]) for f in found] == [("2024-01–2024-02", "2024-03")]


def test_every_month_is_held_against_the_version_of_that_month():
    two = changed(
        demo().revised("2024-07", "2", "2024-06-15", "月报"),
        "parameters",
        {**COAL, "parameter": NCV},
        way="月报",
    )
    found = of("TH-Q20", told(demo(), two.submitted("2024-06-20")))
    assert [(f["month"], f["planned"], f["done"]) for f in found] == [("2024-07–2024-12", "月报", "日加权")]


def test_versions_that_are_no_chain_and_plans_of_others_are_refused():
    two = demo().revised("2024-07", "2", "2024-06-15", "c").submitted("2024-06-20")
    three = two.revised("2024-09", "2", "2024-08-15", "c").submitted("2024-08-20")
    assert codes(told(demo(), two, three)) == LESSONS
    for plans in ((demo(), replace(two, replaces="0" * 64)), (demo(), three), (demo(), demo())):
        with pytest.raises(Refused, match="TH-Q13"):
            told(*plans)
    with pytest.raises(Refused, match="TH-Q08"):
        told(replace(demo(), year="2025", effective_from="2025-01"))
    with pytest.raises(Refused, match="TH-Q08"):
        told(changed(demo(), "entity", {}, credit_code="91350100M000100Y43"))


def test_the_level_may_not_fall_from_one_year_to_the_next():
    at = {**OIL, "parameter": "油品消耗量"}
    for old, fallen in (("连续计量", 1), ("购存台账", 0), ("供应凭证", 0)):
        before = changed(demo(), "parameters", at, way=old)
        assert len(of("TH-Q39", told(before=before))) == fallen, old


def test_months_are_said_as_spans():
    assert month_text(["2024-03", "2024-01", "2024-02"]) == "2024-01–2024-03"
    assert month_text(["2024-01", "2024-03"]) == "2024-01、2024-03"
    assert month_text([f"2024-{n:02}" for n in range(1, 13)]) == "2024-01–2024-12"
