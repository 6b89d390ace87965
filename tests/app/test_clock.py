"""The clocks of a running year, counted by hand from the demonstration plant's dates."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from tanheng.app.clock import Clocks, Due, clocks
from tanheng.kernel.problems import Refused
from tests.app.plants import FORM, changed
from tests.plant import beiling

DROPPED = ("C_ad", "M_ad", "issued", "stamped", "complete")


def of(found: Clocks, month: str, unit: str = "1") -> Due:
    (one,) = [d for d in found.carbon if (d.month, d.unit, d.fuel) == (month, unit, "烟煤")]
    return one


@pytest.mark.parametrize(
    ("today", "state", "days"),
    [
        ("2024-07-20", "open", 20),
        ("2024-08-09", "open", 0),
        ("2024-08-10", "overdue", 1),
        ("2024-08-12", "late", 3),
    ],
)
def test_the_fortieth_day_is_in_time(today, state, days):
    """Sampling of unit 1 ended on 30 June; day 40 is 9 August; the report came on 12 August."""
    one = of(clocks(beiling(), date.fromisoformat(today), Fraction("92.5")), "2024-06")
    assert (one.since, one.due, one.state, one.days) == ("2024-06-30", "2024-08-09", state, days)
    assert (one.tonnes, one.compared) == ("44965.40", "report")
    # 44965.40 × 92.5
    assert one.yuan == "4159299.50"


def test_a_report_of_day_40_is_in_time_and_the_urgent_come_first():
    found = clocks(beiling(), date(2024, 11, 25))
    assert (of(found, "2024-09", "2").state, of(found, "2024-09", "2").days) == ("in time", 40)
    states = [d.state for d in found.carbon]
    assert states == sorted(states, key=("open", "overdue", "faulty", "late", "in time").index)
    left = [d.due for d in found.carbon if d.state == "open"]
    assert left == sorted(left)
    # November is not over: nobody has sampled it to its end
    assert not [d for d in found.carbon if d.month > "2024-10"] and found.price == ""


def test_deposits_are_counted_from_the_end_of_the_month():
    found = clocks(beiling(), date(2024, 6, 30))
    first = next(d for d in found.deposit if d.month == "2024-01")
    # 31 January and 40 days; the plant deposited on day 37
    assert (first.due, first.done, first.state, first.days) == ("2024-03-11", "2024-03-08", "in time", 37)
    may = next(d for d in found.deposit if d.month == "2024-05")
    assert (may.due, may.state, may.days) == ("2024-07-10", "open", 10)
    assert not [d for d in found.deposit if d.month > "2024-05"]


def test_without_a_report_the_latest_valid_month_is_compared_and_said():
    inputs = beiling()
    november, december = ({"fuel": "烟煤", "month": m, "unit": "1"} for m in ("2024-11", "2024-12"))
    bare = replace(
        inputs, data=tuple(d for d in inputs.data if d.name not in DROPPED or dict(d.row) != december)
    )
    found = clocks(bare, date(2025, 1, 5))
    one = of(found, "2024-12")
    assert (one.state, one.days, one.compared, one.assumed) == ("open", 35, "latest valid month", False)
    from tanheng.app.accounting import account

    line = account(bare).result.line
    burnt, heat = (Fraction(line(n, "2024-12", unit="1", fuel="烟煤").exact) for n in ("FC", "NCV"))
    carbon = Fraction(line("C_measured", period=november["month"], unit="1", fuel="烟煤").exact)
    more = burnt * (heat * Fraction("0.03085") - carbon) * Fraction(99, 100) * Fraction(44, 12)
    assert Fraction(one.tonnes) == Fraction(int(more * 100 + Fraction(1, 2)), 100)


def test_an_unknown_day_of_sampling_is_assumed_and_said():
    inputs = beiling()
    at = {"fuel": "烟煤", "month": "2024-12", "unit": "1"}
    gone = (*DROPPED, "sampled")
    bare = replace(inputs, data=tuple(d for d in inputs.data if d.name not in gone or dict(d.row) != at))
    one = of(clocks(bare, date(2025, 2, 10)), "2024-12")
    assert (one.since, one.assumed, one.state, one.days) == ("2024-12-31", True, "overdue", 1)


def test_a_year_with_gaps_still_has_its_clocks(tmp_path):
    line = next(x for x in FORM.read_text(encoding="utf-8").splitlines() if "2024-05-02" in x)
    found = clocks(changed(tmp_path, (line, "")), date(2024, 7, 20))
    # the month whose coal is not whole has its deadline, but no tonnes
    hurt = [d for d in found.carbon if d.month == "2024-05"]
    assert len(hurt) == 2 and {bool(d.tonnes) for d in hurt} == {True, False}
    assert of(found, "2024-06").tonnes == "44965.40"


def test_a_method_without_deadlines_is_refused():
    from tanheng.facts.inputs import Inputs

    bare = Inputs("cieccpa061-total", "2024", "iso14064", {}, ())
    with pytest.raises(Refused) as caught:
        clocks(bare, date(2024, 7, 20))
    assert [p.code for p in caught.value.problems] == ["TH-F07"]
