"""Overlays: a method that is another one with changes; and two editions in one year."""

import pytest

from tanheng.engine.exact.result import in_force, started
from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import MethodLibrary

BASE = """
id = "old"
zh = "旧版"
law = "G21"
boundary = "ets_facility"
force = "2021-01-01"
until = "2022-03-31"
rounding = { mode = "half_up", law = "G21 1" }
[constant.EF]
unit = "tCO2/t"
value = "2"
law = "G21 2"
[[given]]
per = "month"
FC = { unit = "t", law = "G21 3" }
W = { unit = "MWh", law = "G21 4" }
[[step]]
name = "E_coal"
per = "month"
unit = "tCO2"
is = "FC * EF"
law = "G21 5; G23 1"
[[step]]
name = "E_el"
per = "month"
unit = "tCO2"
is = "W * EF_el"
[[step]]
name = "E_month"
per = "month"
unit = "tCO2"
round = 1
is = "E_coal + E_el"
[[step]]
name = "E"
unit = "tCO2"
is = "total(E_month)"
[[check]]
id = "some"
per = "month"
that = "FC > 0"
[[note]]
kind = "doubt"
law = "G21 2"
says = "旧版的疑问"
[constant.EF_el]
unit = "tCO2/MWh"
value = "0.5"
[answer]
E = { as = "emission" }
"""
NEW = """
id = "new"
zh = "新版"
law = "G22"
force = "2022-04-01"
based_on = "old"
replaces = "old"
cites = { G21 = "G22" }
drop = ["step.E_el", "given.W", "constant.EF_el", "note"]
[constant.EF]
unit = "tCO2/t"
value = "3"
[[step]]
name = "E_month"
per = "month"
unit = "tCO2"
round = 0
is = "E_coal"
"""
RULES = """
id = "quality"
zh = "数据质量"
law = "PROJECT"
judges = ["new"]
[[step]]
name = "jump"
per = "month"
unit = "%"
optional = true
is = "abs(FC / before(FC) - 1)"
[[check]]
id = "J1"
per = "month"
that = "jump <= 0.05"
figure = "jump"
unit = "%"
high = "0.05"
tonnes = "E_coal"
[[check]]
id = "J2"
per = "month"
that = "last_day(month) - first_day(month) >= 0"
"""


def library(**files: str) -> MethodLibrary:
    named = {"old": BASE, "new": NEW} | {k: v for k, v in files.items() if k != "quality"}
    rules = {"quality": files.get("quality", RULES).encode()}
    return MethodLibrary({k: v.encode() for k, v in named.items()}, None, rules)


def inputs(method: str, period: str) -> Inputs:
    data = []
    for number in range(1, 13):
        row = row_of([("month", f"{period}-{number:02d}")])
        data += [Datum("FC", row, "1.26", "t"), Datum("W", row, "1", "MWh")]
    return Inputs(method, period, "ets_facility", {}, tuple(data))


def codes(**files: str) -> list[str]:
    with pytest.raises(Refused) as caught:
        library(**files).get("new")
    return [p.code for p in caught.value.problems]


def test_what_is_declared_replaces_in_place_and_the_rest_stays():
    new = library().get("new")
    assert list(new.steps) == ["E_coal", "E_month", "E"]
    assert new.constants["EF"].dated[0].value == 3
    assert "W" not in new.givens and not new.notes and [c.id for c in new.checks] == ["some"]
    assert new.until == "" and new.replaces == "old"
    assert new.own == {"EF", "E_month"}
    assert [m.id for m in new.lineage] == ["new", "old"]


def test_clauses_are_recited_word_by_word():
    new = library().get("new")
    assert new.steps["E_coal"].law == "G22 5; G23 1"
    assert new.givens["FC"].law == "G22 3"
    assert library().get("old").givens["FC"].law == "G21 3"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('"step.E_el"', '"step.E_gas"'), "TH-M02"),
        (('"note"', '"notes"'), "TH-M02"),
        (('"step.E_el", ', ""), "TH-M02"),  # E_el then reads what is gone
        (('based_on = "old"', 'based_on = "older"'), "TH-M20"),
        (('based_on = "old"', 'based_on = "new"'), "TH-M04"),
        (('is = "E_coal"', 'is = "FC"'), "TH-U02"),
        (('based_on = "old"', 'based_in = "old"'), "TH-M01"),
    ],
)
def test_faults_of_an_overlay_are_refused(change: tuple[str, str], code: str):
    assert code in codes(new=NEW.replace(*change))


def test_a_step_twice_in_one_file_stays_a_fault():
    assert "TH-M02" in codes(new=NEW + NEW[NEW.index("[[step]]") :])


def test_each_month_by_the_method_in_force():
    made = started(inputs("new", "2022"), library(), FactorLibrary([]))
    # January to March: 1.26 × 2 + 1 × 0.5 = 3.02 → 3.0 to one place; April to December: 1.26 × 3 = 3.78 → 4
    scale = made.method.steps["E"].unit.scale
    assert [made.value("E_month", (f"2022-{m:02d}",)) / scale for m in (3, 4)] == [3, 4]
    assert made.value("E", ()) / scale == 3 * 3 + 9 * 4
    assert [each.method.id for each in made.lineage] == ["new", "old"]
    assert made.way("E_month", ("2022-03",)).rounding.digits == 1


def test_days_in_two_methods_or_in_none_are_refused():
    for change, code in ((("2022-03-31", "2022-04-01"), "TH-M21"), (("2022-03-31", "2022-03-30"), "TH-C08")):
        with pytest.raises(Refused) as caught:
            in_force("new", "2022", library(old=BASE.replace(*change)))
        assert [p.code for p in caught.value.problems] == [code]
    with pytest.raises(Refused) as caught:
        in_force("old", "2022", library())
    assert [p.code for p in caught.value.problems] == ["TH-C08"]


def test_rules_are_laid_over_the_methods_that_they_judge():
    found = library()
    assert found.judging("quality", found.get("old")) is None
    rules = found.judging("quality", found.get("new"))
    assert rules is not None and rules.id == "quality@new" and rules.own == {"jump", "J1", "J2"}
    assert [c.id for c in rules.checks] == ["some", "J1", "J2"]
    assert rules.base is found.get("new")


@pytest.mark.parametrize(
    "change",
    [
        ('unit = "%"\nhigh', 'unit = "t"\nhigh'),
        ('tonnes = "E_coal"', 'tonnes = "FC"'),
        ('high = "0.05"\n', ""),
    ],
)
def test_what_a_rule_shows_must_fit(change: tuple[str, str]):
    found = library(quality=RULES.replace(*change))
    with pytest.raises(Refused):
        found.judging("quality", found.get("new"))
