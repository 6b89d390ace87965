"""A plan's versions: frozen once submitted, revised with a reason, compared field by field."""

from dataclasses import replace

import pytest

from tanheng.facts.plan import Change, Entry, Plan, differences, in_force
from tanheng.kernel.problems import Refused

COAL = Entry(
    "parameters", (("fuel", "烟煤"), ("parameter", "燃煤消耗量"), ("unit", "1")), (("way", "入炉日计量"),)
)
OIL = Entry(
    "parameters", (("fuel", "柴油"), ("parameter", "油品消耗量"), ("unit", "1")), (("way", "购存台账"),)
)


def draft(**more) -> Plan:
    return Plan(
        **{"template": "t", "year": "2024", "effective_from": "2024-01", "entries": (COAL, OIL), **more}
    )


def refused(call) -> list[str]:
    with pytest.raises(Refused) as caught:
        call()
    return [p.code for p in caught.value.problems]


def test_the_digest_does_not_depend_on_the_order_of_lines_but_on_every_field():
    plan = draft()
    assert plan.digest == draft(entries=(OIL, COAL)).digest
    others = [
        draft(year="2023", effective_from="2023-01"),
        draft(remark="x"),
        draft(made_on="2023-12-01"),
        draft(entries=(COAL,)),
        draft(entries=(COAL, replace(OIL, fields=(("way", "连续计量"),)))),
        plan.submitted("2023-12-20"),
    ]
    assert len({plan.digest, *(p.digest for p in others)}) == 7


def test_two_lines_at_one_place_are_refused():
    assert refused(lambda: draft(entries=(COAL, OIL, replace(COAL, fields=())))) == ["TH-Q02"]


@pytest.mark.parametrize("version", ["0", "", "1.0", "v1", "01", "1000", "-1"])
def test_versions_are_whole_numbers_from_one(version):
    assert "TH-Q09" in refused(lambda: draft(version=version, reason="1"))


@pytest.mark.parametrize("month", ["2023-12", "2025-01", "2024-13", "2024-00", "2024", "2024-1"])
def test_a_version_begins_in_a_month_of_its_year(month):
    assert refused(lambda: draft(effective_from=month)) == ["TH-Q09"]


@pytest.mark.parametrize("month", ["2024-01", "2024-12"])
def test_first_and_last_month_are_months_of_the_year(month):
    assert draft(effective_from=month).effective_from == month


def test_only_a_revision_has_a_reason_and_it_is_one_of_six():
    assert refused(lambda: draft(reason="1")) == ["TH-Q09"]
    for reason in ("", "0", "7"):
        assert refused(lambda reason=reason: draft(version="2", reason=reason)) == ["TH-Q09"]
    assert [draft(version="2", reason=r).reason for r in "123456"] == list("123456")


def test_a_submitted_version_is_never_changed_but_revised():
    plan = draft(made_on="2023-12-01", changes="首次制定").submitted("2023-12-20")
    assert plan.submitted_on == "2023-12-20"
    assert refused(lambda: plan.submitted("2023-12-21")) == ["TH-Q10"]
    assert refused(lambda: plan.changed([COAL])) == ["TH-Q10"]
    two = plan.revised("2024-07", "1", "2024-06-20", "新增天然气")
    assert (two.version, two.reason, two.effective_from, two.submitted_on) == ("2", "1", "2024-07", "")
    assert two.replaces == plan.digest
    past = two.find("history", version="1")
    assert past is not None
    assert dict(past.fields) == {"made_on": "2023-12-01", "effective_from": "2024-01", "changes": "首次制定"}
    three = two.submitted("2024-06-25").revised("2024-09", "3", "2024-08-30")
    assert [e.get("version") for e in three.table("history")] == ["1", "2"]
    assert refused(lambda: two.revised("2024-09", "3", "2024-08-30")) == ["TH-Q11"]
    assert refused(lambda: plan.revised("2025-01", "1", "2024-06-20")) == ["TH-Q09"]
    assert two.changed([COAL]).entries == (COAL,)


def test_a_day_that_is_none_cannot_be_that_of_submission():
    assert refused(lambda: draft().submitted("2023-02-30"))[0].startswith("TH-D")


def test_differences_name_every_field_and_nothing_else():
    gas = Entry(
        "parameters", (("fuel", "天然气"), ("parameter", "燃气消耗量"), ("unit", "1")), (("way", "连续计量"),)
    )
    after = draft(
        remark="r", entries=(replace(COAL, fields=(("department", "燃料部"), ("way", "入炉月报"))), gas)
    )
    assert differences(draft(), after) == (
        Change("plan", (), "remark", "", "r"),
        Change("parameters", COAL.at, "department", "", "燃料部"),
        Change("parameters", COAL.at, "way", "入炉日计量", "入炉月报"),
        Change("parameters", gas.at, "way", "", "连续计量"),
        Change("parameters", OIL.at, "way", "购存台账", ""),
    )
    assert differences(draft(), draft(entries=(OIL, COAL))) == ()


def test_a_line_that_has_only_its_keys_differs_when_it_goes():
    bare = Entry("sampling", (("fuel", "烟煤"), ("sample", "低位发热量")))
    assert differences(draft(), draft(entries=(COAL, OIL, bare))) == (
        Change("sampling", bare.at, "", "", ""),
    )
    assert differences(draft(entries=(COAL, OIL, bare)), draft()) == (
        Change("sampling", bare.at, "", "", ""),
    )


def test_the_version_of_a_month_is_the_latest_that_had_begun():
    one = draft(effective_from="2024-02")
    two = draft(version="2", reason="2", effective_from="2024-07")
    three = draft(version="3", reason="2", effective_from="2024-07")
    plans = (three, one, two)
    assert in_force(plans, "2024-01") is None
    assert in_force(plans, "2024-02") is one
    assert in_force(plans, "2024-06") is one
    assert in_force(plans, "2024-07") is three
    assert in_force(plans, "2024-12") is three
    assert in_force(plans, "2025-01") is None
    assert in_force((draft(effective_from=""),), "2024-05") is None
    # a third version that begins before the second does replaces it too
    early = draft(version="3", reason="5", effective_from="2024-04")
    assert [in_force((one, two, early), m) for m in ("2024-03", "2024-04", "2024-08")] == [one, early, early]


def test_a_version_is_not_submitted_before_it_was_made():
    plan = draft(made_on="2023-12-10")
    assert plan.submitted("2023-12-10").submitted_on == "2023-12-10"
    assert refused(lambda: plan.submitted("2023-12-09")) == ["TH-Q09"]
