"""Meters: class and calibration, on both sides of each line; the dates are worked out by hand."""

from dataclasses import replace
from datetime import date

import pytest

from tanheng.facts.plan import Entry
from tanheng.inventory.plan_faults import class_rank
from tanheng.inventory.plan_meters import months_after, uncovered
from tests.inventory.planned import added, changed, codes, demo, ledger, of, told

LESSONS = ["TH-Q26", "TH-Q27", "TH-Q27", "TH-Q30"]
JAN, FEB = (date(2024, 1, 1), date(2024, 1, 31)), (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ((2023, 6, 12), 12, (2024, 6, 12)),
        ((2023, 1, 31), 1, (2023, 2, 28)),
        ((2024, 1, 31), 1, (2024, 2, 29)),
        ((2024, 2, 29), 12, (2025, 2, 28)),
        ((2020, 10, 15), 72, (2026, 10, 15)),
        ((2023, 12, 31), 2, (2024, 2, 29)),
    ],
)
def test_a_period_ends_on_the_same_day_of_a_later_month(day, months, then):
    assert months_after(date(*day), months) == date(*then)


def test_a_certificate_covers_up_to_the_day_before_it_falls_due():
    # calibrated on 1 February 2023 for 12 months: due on 1 February 2024, so January is covered whole
    assert uncovered([date(2023, 2, 1)], 12, *JAN) is None
    assert uncovered([date(2023, 2, 1)], 12, *FEB) == (date(2024, 2, 1), date(2023, 2, 1))
    # a day earlier, and the last day of January is not
    assert uncovered([date(2023, 1, 31)], 12, *JAN) == (date(2024, 1, 31), date(2023, 1, 31))


def test_calibrated_anew_on_the_due_day_leaves_no_gap_and_a_day_later_does():
    first = date(2023, 1, 15)
    assert uncovered([first, date(2024, 1, 15)], 12, *JAN) is None
    assert uncovered([first, date(2024, 1, 16)], 12, *JAN) == (date(2024, 1, 15), first)
    assert uncovered([first, date(2024, 1, 16)], 12, *FEB) is None
    assert uncovered([first, date(2023, 11, 1)], 12, *FEB) is None


def test_nothing_is_known_before_the_first_certificate_and_no_period_never_lapses():
    assert uncovered([date(2024, 1, 2)], 12, *JAN) == (date(2024, 1, 2), date(2024, 1, 2))
    assert uncovered([date(2024, 1, 1)], 12, *JAN) is None
    assert uncovered([date(2000, 1, 1)], 0, *JAN) is None
    assert uncovered([], 12, *JAN) is None


def test_classes_are_ordered_with_s_before_the_bare_number():
    order = ["0.1", "0.2S", "0.2", "0.5S", "0.5", "1.0", "2.5"]
    ranks = [class_rank(c) for c in order]
    assert ranks == sorted(ranks, key=lambda r: r or ()) and None not in ranks
    assert class_rank("0.5s级") == class_rank(" 0.5S ") and class_rank("1") == class_rank("1.0")
    assert [class_rank(c) for c in ("", "A", "0,5", "0.5X", "-1")] == [None] * 5


@pytest.mark.parametrize(("grade", "worse"), [("0.2", 0), ("0.5", 0), ("0.6", 1), ("1.0", 1)])
def test_a_belt_scale_is_class_half(grade, worse):
    plan = changed(demo(), "devices", {"number": "PDC-1A"}, **{"class": grade})
    found = of("TH-Q31", told(plan, calibrated=False))
    assert len(found) == worse
    if worse:
        assert (found[0]["planned"], found[0]["done"], found[0]["device"]) == ("0.5", grade, "PDC-1A 皮带秤")
        # unit 1 ran in every month
        assert (found[0]["name"], found[0]["month"]) == ("燃煤消耗量", "2024-01–2024-12")


@pytest.mark.parametrize(("grade", "worse"), [("0.2S", 0), ("0.2", 0), ("0.5S", 0), ("0.5", 1)])
def test_an_electricity_meter_is_class_half_s(grade, worse):
    plan = changed(demo(), "devices", {"number": "DN-1"}, **{"class": grade})
    assert len(of("TH-Q31", told(plan))) == worse


def test_a_class_found_worse_counts_from_that_calibration_on():
    entries = tuple(
        replace(e, fields=(("class", "1.0"),)) if e.get("number") == "PDC-1A" else e for e in ledger()
    )
    from tanheng.inventory.plan_check import compare_plan
    from tanheng.inventory.plan_done import Comparison, Done
    from tests.inventory.planned import METHOD, TEMPLATE, beiling

    given = Comparison((demo(),), TEMPLATE, Done(beiling(), METHOD), entries)
    # its ledger line is of 5 June
    assert [f["month"] for f in of("TH-Q31", compare_plan(given))] == ["2024-06–2024-12"]


def test_without_a_ledger_a_lapse_is_a_question_and_with_one_an_error():
    assert codes(told()) == LESSONS
    asked = of("TH-Q33", told(calibrated=False))
    scale = next(f for f in asked if f["device"].startswith("PDC-1A"))
    # last calibrated on 12 June 2023 for 12 months
    assert (scale["planned"], scale["done"], scale["month"]) == (
        "2024-06-12",
        "2023-06-12",
        "2024-06–2024-12",
    )
    unsure = next(f for f in asked if f["device"].startswith("YW-01"))
    assert unsure["planned_zh"] == "2024-05-30（规程周期未确认）"
    # the balance and the tank gauge serve both units and are said once
    assert len(asked) == len({f["device"] for f in asked})
    late = changed(demo(), "devices", {"number": "PDC-1A"}, calibrated_on="2023-05-31")
    found = of("TH-Q32", told(late))
    # due on 31 May 2024, calibrated on 5 June: May and June each have days that nothing covers
    assert [(f["planned"], f["done"], f["month"]) for f in found] == [
        ("2024-05-31", "2023-05-31", "2024-05–2024-06")
    ]


def test_a_longer_period_than_the_regulation_does_not_help():
    plan = changed(demo(), "devices", {"number": "PDC-1A"}, months="24")
    asked = [f for f in of("TH-Q33", told(plan, calibrated=False)) if f["device"].startswith("PDC-1A")]
    assert [f["planned"] for f in asked] == ["2024-06-12"]
    shorter = changed(demo(), "devices", {"number": "PDC-1A"}, months="6")
    asked = [f for f in of("TH-Q33", told(shorter, calibrated=False)) if f["device"].startswith("PDC-1A")]
    assert [(f["planned"], f["month"]) for f in asked] == [("2023-12-12", "2024-01–2024-12")]


def test_a_meter_that_no_parameter_uses_is_not_asked_for():
    plan = added(
        demo(), "devices", {"number": "X-1"}, kind="皮带秤", **{"class": "5.0"}, calibrated_on="2010-01-01"
    )
    assert codes(told(plan)) == LESSONS


def test_the_ledger_is_of_the_devices_of_the_plan():
    assert {e.get("number") for e in ledger()} <= {e.get("number") for e in demo().table("devices")}
    assert all(isinstance(e, Entry) for e in ledger())
