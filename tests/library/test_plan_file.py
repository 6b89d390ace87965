"""The file of a plan's tables and parameters: whole, in step with the method, and refused where it is not."""

import importlib.resources
import re

import pytest

from tanheng.kernel.problems import Refused
from tanheng.library.method_library import load_method
from tanheng.library.plan_file import load_plan_template, read_plan_template
from tests.plant import beiling

TEMPLATE = load_plan_template("power-coal-chp")
TEXT = (
    importlib.resources.files("tanheng.library") / "templates" / "power-coal-chp" / "dqcp.toml"
).read_text(encoding="utf-8")


def test_every_name_is_one_of_the_method_and_every_way_one_of_its_words():
    givens = load_method("cets-power-2023").givens
    for parameter in TEMPLATE.parameters:
        names = {*parameter.also, *parameter.sampled, *(n for w in parameter.ways for n in w.data)}
        names |= {n for n in (parameter.word, parameter.basis) if n} | {n for n, _ in parameter.when}
        assert names <= set(givens), (parameter.zh, names - set(givens))
        if parameter.word:
            assert {w.word for w in parameter.ways} <= set(givens[parameter.word].one_of), parameter.zh
        for name, words in parameter.when:
            assert set(words) <= set(givens[name].one_of), parameter.zh


def test_every_choice_of_the_method_has_a_way_somewhere():
    """A plant cannot choose a route for which the plan has no words."""
    givens = load_method("cets-power-2023").givens
    for word in (
        "FC_route",
        "C_route",
        "NCV_route",
        "M_route",
        "W_route",
        "el_route",
        "heat_way",
        "alpha_route",
    ):
        ways = {w.word for p in TEMPLATE.parameters if p.word == word for w in p.ways}
        assert ways == set(givens[word].one_of), word


def test_no_given_belongs_to_two_parameters_of_one_fuel():
    for kind in ("coal", "diesel", "natural_gas"):
        owned: list[str] = []
        for parameter in TEMPLATE.parameters:
            kinds = dict(parameter.when).get("fuel_code", (kind,))
            if parameter.per == ("unit", "fuel") and kind in kinds:
                owned += {*parameter.also, *(n for w in parameter.ways for n in w.data)}
        assert len(owned) == len(set(owned)), kind


def test_rows_of_a_plant_follow_its_choices_and_the_year():
    # a unit: E, E_burn · coal 7 · oil 5 · 3 of electricity · generation · 2 streams · hours, load, ratio
    rows = [dict(at) for _, at in TEMPLATE.rows(beiling(), "2025")]
    assert len(rows) == 2 * (2 + 7 + 5 + 3 + 1 + 2 + 3)
    one = [r for r in rows if r["unit"] == "1"]
    assert [r.get("fuel") for r in one if "fuel" in r] == ["烟煤"] * 7 + ["柴油"] * 5
    assert one[0]["parameter"] == "机组二氧化碳排放量" and one[2]["parameter"] == "燃煤消耗量"
    # from 2026 the three of purchased electricity are gone and one auxiliary row comes
    later = [dict(at)["parameter"] for _, at in TEMPLATE.rows(beiling(), "2026")]
    assert len(later) == 2 * (23 - 3 + 1)
    assert "购入使用电力排放量" not in later and later.count("购入使用电量（辅助参数）") == 2
    assert not [r for r in rows if r["parameter"] == "生物质热量占比"]


@pytest.mark.parametrize(
    ("year", "zh"), [("2021", "计划"), ("2025", "计划"), ("2026", "方案"), ("2030", "方案")]
)
def test_the_plan_has_the_name_of_its_year(year, zh):
    assert TEMPLATE.name(year).endswith(zh)


@pytest.mark.parametrize(("year", "there"), [("2020", 0), ("2021", 1), ("2025", 1), ("2026", 0)])
def test_purchased_electricity_has_rows_from_2021_to_2025(year, there):
    found = [p for p in TEMPLATE.parameters if p.zh == "购入使用电力排放量"]
    assert sum(p.exists(year) for p in found) == there


def test_the_calendar_and_the_six_reasons():
    assert (TEMPLATE.opens, TEMPLATE.factors_on, TEMPLATE.deadline) == ("11-01", "10-31", "12-31")
    assert [code for code, *_ in TEMPLATE.reasons] == list("123456")
    assert TEMPLATE.report_days == 40


def test_what_must_be_filled_follows_from_the_way():
    carbon = TEMPLATE.parameter("收到基元素碳含量")
    assert carbon is not None
    always = {"way", "obtained", "description", "record", "department"}
    assert carbon.needs("未测") == always
    assert carbon.needs("月综合样") == always | {"frequency", "missing", "basis", "laboratory"}
    assert carbon.needs("日测") == always | {"frequency", "missing", "basis", "laboratory", "devices"}
    assert carbon.needs("") == always


def test_levels_of_coal_and_oil_stand_in_the_order_of_the_guide():
    coal, oil = TEMPLATE.parameter("燃煤消耗量"), TEMPLATE.parameter("油品消耗量")
    assert coal is not None and oil is not None
    assert [w.rank for w in coal.ways] == [1, 1, 2]
    assert [(w.word, w.rank) for w in oil.ways] == [("连续计量", 1), ("购存台账", 2), ("供应凭证", 3)]
    carbon = TEMPLATE.parameter("收到基元素碳含量")
    assert carbon is not None and {w.rank for w in carbon.ways if w.word != "未测"} == {1}


@pytest.mark.parametrize(
    "head",
    [
        "[[name]]",
        "[[reason]]",
        "[[instrument]]",
        "[[sheet]]",
        "[[parameter]]",
        "[[parameter.way]]",
        'id = "power',
    ],
)
def test_an_unknown_key_anywhere_is_named(head):
    at = TEXT.index(head)
    at = at if head.startswith("id") else TEXT.index("\n", at) + 1
    broken = f'{TEXT[:at]}surprise = "x"\n{TEXT[at:]}'
    with pytest.raises(Refused) as caught:
        read_plan_template(broken.encode(), "dqcp.toml")
    assert all(p.code == "TH-I54" for p in caught.value.problems)
    assert any("surprise" in p.message("en") for p in caught.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('instruments = ["皮带秤", "耐压式计量给煤机"]', 'instruments = ["磅秤"]', "磅秤"),
        ('per = ["unit", "stream"]', 'per = ["plant"]', "供热量.per"),
        ('fills = "substituted"', 'fills = "guessed"', "guessed"),
        ('role = "form"', 'role = "list"', "list"),
        ('keys = ["number"]', 'keys = ["nothing"]', "nothing"),
        ('kind = "date"', 'kind = "dates"', "dates"),
        ('zh = "空气干燥基水分"', 'zh = "收到基水分"', "parameter 收到基水分"),
        ('deadline = "12-31"', "", "deadline"),
        ('name = "boundary", zh', 'nme = "boundary", zh', "nme"),
        (
            '{ zh = "供应凭证", en = "vouchers", fills = "substituted" },',
            '{ zh = "供应凭证", en = "v", fill = "x", fills = "default" },',
            "fill",
        ),
    ],
)
def test_a_faulty_file_is_refused_with_what_is_wrong(old, new, says):
    assert old in TEXT
    with pytest.raises(Refused) as caught:
        read_plan_template(TEXT.replace(old, new, 1).encode(), "dqcp.toml")
    assert any(says in p.message("en") for p in caught.value.problems), caught.value


@pytest.mark.parametrize("data", [b"\xff", b"a = ", b"id = 1\nid = 2"])
def test_what_is_no_toml_is_refused(data):
    with pytest.raises(Refused, match="TH-I54"):
        read_plan_template(data, "dqcp.toml")


@pytest.mark.parametrize("name", ["", "nothing", "../power-coal-chp", "power-coal-chp/"])
def test_a_sector_without_a_plan_is_named(name):
    with pytest.raises(Refused, match="TH-Q01"):
        load_plan_template(name)


def test_an_own_plan_comes_before_the_shipped_one(tmp_path):
    folder = tmp_path / "templates" / "power-coal-chp"
    folder.mkdir(parents=True)
    (folder / "dqcp.toml").write_text(TEXT.replace("report_days = 40", "report_days = 30"), encoding="utf-8")
    assert load_plan_template("power-coal-chp", [tmp_path]).report_days == 30
    assert load_plan_template("power-coal-chp").report_days == 40


def test_every_regulation_and_clause_names_its_document():
    for each in (*TEMPLATE.instruments, *TEMPLATE.parameters):
        assert re.match(r"(G23|G26|M06|JJ[GF]|gbt-)", each.law), each


@pytest.mark.parametrize(
    "broken",
    [
        "sheet = 3",
        'sheet = ["x"]',
        "[[sheet]]\ncolumns = 3",
        "[[parameter]]\nway = [1]",
        "[[instrument]]\nmonths = []",
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_too(broken):
    with pytest.raises(Refused, match="TH-I54"):
        read_plan_template(f'id = "x"\n{broken}\n'.encode(), "dqcp.toml")
