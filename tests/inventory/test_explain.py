"""The tree of a number goes down to the data, and every number in it is one of the result."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tanheng.app.accounting import account
from tanheng.inventory.explain import explain, find_rows
from tanheng.kernel.problems import Refused
from tests.plant import beiling


@pytest.fixture(scope="module")
def done():
    return account(beiling())


def test_total_opens_down_to_every_day_of_coal(done):
    """Each FC_day of the year is a leaf below E exactly once; nothing is hidden when all is asked for."""
    tree = explain(done.run, "E", ())
    days = {node.row for node in tree.walk() if node.name == "FC_day"}
    given = set(done.run.data.datum["FC_day"])
    assert {tuple(member for _, member in row) for row in days} == given
    assert sum(node.hidden for node in tree.walk()) == 0


def test_shown_values_are_those_of_the_result(done):
    """A step in the tree shows the very text of its line."""
    lines = {(x.name, x.scope, x.period): x.shown for x in done.result.lines}
    for node in explain(done.run, "E_unit", ("1",)).walk():
        if node.kind == "step" and node.state != "gap":
            scope = tuple(sorted(p for p in node.row if p[0] not in ("month", "day")))
            period = dict(node.row).get("day") or dict(node.row).get("month") or "2024"
            assert node.shown == lines[node.name, scope, period]


def test_late_report_says_why_the_measured_route_fell_out(done):
    """June of unit 1: the report came on day 43, so the default carbon applies, and the tree says so."""
    node = explain(done.run, "E_fuel", ("1", "烟煤", "2024-06"))
    assert "default" in node.flags
    assert any("2024-06" in str(row) for row in [node.row])
    assert node.why


def test_limits_the_rows_of_an_aggregate_and_counts_the_rest(done):
    """With most=3 three days are opened and the others are counted, none silently dropped."""
    node = explain(done.run, "FC", ("1", "烟煤", "2024-01"), most=3)
    assert sum(child.name == "FC_day" for child in node.children) == 3
    assert node.hidden == 31 - 3


def test_factor_and_constant_carry_their_source(done):
    """The oxidation rate names the guide; the grid factor is unconfirmed and says so."""
    tree = explain(done.run, "E_el", ("2", "2024-04"))
    factors = [n for n in tree.walk() if n.kind == "factor"]
    assert factors and all(n.law for n in factors)
    assert any(n.certainty == "check" for n in factors)


@pytest.mark.parametrize(
    ("name", "at"),
    [("nothing", {}), ("E", {"unit": "1"}), ("E_unit", {"unit": "9"}), ("FC_day", {"planet": "Mars"})],
)
def test_unknown_names_and_places_are_refused(done, name, at):
    """A name, scope or member that is not there is a problem, never an empty tree."""
    with pytest.raises(Refused) as refused:
        find_rows(done.run, name, at)
    assert refused.value.problems[0].code == "TH-C02"


def test_year_is_the_sum_of_its_reported_months(done):
    """E_unit by hand from the reported months of fuel and electricity (G23 8: sum of months, in tonnes)."""
    lines = done.result.lines
    for unit in ("1", "2"):
        parts = [
            Fraction(x.exact) for x in lines if x.name in ("E_fuel", "E_el") and ("unit", unit) in x.scope
        ]
        total = sum(parts, Fraction(0))
        shown = done.result.line("E_unit", unit=unit).shown
        assert shown == str(int(total + Fraction(1, 2)))
