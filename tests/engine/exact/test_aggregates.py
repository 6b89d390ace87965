"""Every aggregate, by hand: totals, means, extremes and counts over standing and open rows."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tanheng.engine.exact.run import Run
from tanheng.facts.inputs import Member
from tanheng.kernel.problems import Refused
from tests.formula.small import Entry, run

BODY = """
[scope]
unit = {}
lot = { in = "unit month", open = true }
piece = { in = "lot", open = true }
view = { in = "unit", rows = ["左", "右"] }
[[given]]
per = "unit"
size = { unit = "MW", optional = true }
[[given]]
per = "unit month"
x = { unit = "t", optional = true }
w = { unit = "1", optional = true }
good = { kind = "truth", optional = true }
[[given]]
per = "lot"
m = { unit = "kg", optional = true }
[[given]]
per = "piece"
n = { unit = "1", optional = true }
[[given]]
per = "view"
v = { unit = "1", optional = true }
[[step]]
name = "all"
is = "count(x) + count(w) + count(good) + count(m) + count(n) + count(v) + count(size)"
[answer]
all = { as = "indicator" }
s = { as = "indicator" }
"""
UNITS = {"unit": (Member("1"), Member("2"))}


def row(unit: str, month: int, **more: str) -> dict[str, str]:
    return {"unit": unit, "month": f"2024-{month:02}", **more}


DATA: list[Entry] = [
    *(("x", row("1", m), str(m), "t") for m in range(1, 13)),
    *(("x", row("2", m), "2000", "kg") for m in range(1, 13)),
    *(("w", row("1", m), {1: "3", 2: "1"}.get(m, "0"), "1") for m in range(1, 13)),
    *(("good", row("1", m), "true" if m <= 6 else "false", "") for m in range(1, 13)),
    ("m", row("1", 1, lot="甲"), "500", "kg"),
    ("m", row("1", 1, lot="乙"), "1.5", "t"),
    ("m", row("1", 2, lot="甲"), "2000", "kg"),
    ("n", row("1", 1, lot="甲", piece="p1"), "1", "1"),
    ("n", row("1", 1, lot="甲", piece="p2"), "2", "1"),
    ("n", row("1", 1, lot="乙", piece="p1"), "4", "1"),
    ("v", {"unit": "1", "view": "左"}, "5", "1"),
    ("v", {"unit": "1", "view": "右"}, "7", "1"),
    ("v", {"unit": "2", "view": "左"}, "1", "1"),
    ("size", {"unit": "1"}, "600", "MW"),
    ("size", {"unit": "2"}, "300", "MW"),
]


def made(formula: str, per: str, data: list[Entry] = DATA, members: object = UNITS) -> Run:
    """A run whose step "s" has the formula, in the unit and with the optionality that fit."""
    unit = "1" if formula.startswith("count") or "(n" in formula or "(v" in formula else "t"
    optional = "false" if formula.startswith("count") and "where=good" not in formula else "true"
    more = f'[[step]]\nname = "s"\nper = "{per}"\nunit = "{unit}"\noptional = {optional}\nis = "{formula}"\n'
    return run(data, BODY + more, members=members)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("formula", "per", "at", "value"),
    [
        # 1 + 2 + … + 12 = 78, and twelve months of 2 t
        ("total(x)", "", (), 102),
        ("total(x)", "unit", ("1",), 78),
        ("total(x)", "unit", ("2",), 24),
        ("total(x)", "month", ("2024-03",), 5),
        ("mean(x)", "unit", ("1",), Fraction(13, 2)),
        ("mean(x)", "", (), Fraction(102, 24)),
        ("most(x)", "", (), 12),
        ("least(x)", "", (), 1),
        ("most(x)", "month", ("2024-01",), 2),
        ("count(x)", "", (), 24),
        # (3·1 + 1·2) / 4; months without weight do not count
        ("mean(x, by=w)", "unit", ("1",), Fraction(5, 4)),
        ("mean(x, by=w)", "unit", ("2",), None),
        # (1·600 + 2·300) / 900
        ("mean(x, by=size)", "month", ("2024-01",), Fraction(4, 3)),
        ("total(x * w)", "unit", ("1",), 5),
        ("total(x, where=good)", "unit", ("1",), 21),
        ("total(x, where=good)", "unit", ("2",), None),
        ("total(x, where=not good)", "unit", ("1",), 57),
        ("mean(x, where=good)", "unit", ("1",), Fraction(7, 2)),
        ("mean(x, by=w, where=not good)", "unit", ("2",), None),
        ("mean(x, by=x, where=good)", "unit", ("1",), Fraction(91, 21)),
        ("count(x, where=good)", "unit", ("1",), 6),
        ("count(x, where=good)", "unit", ("2",), None),
        ("total(x, where=unit == '1')", "", (), 78),
        ("total(x, where=month in ('2024-01', '2024-03'))", "unit", ("1",), 4),
        # nothing is kept: a total of nothing is 0, and nothing has no mean and no greatest
        ("total(x, where=month == '2023-01')", "unit", ("1",), 0),
        ("count(x, where=month == '2023-01')", "unit", ("1",), 0),
        ("mean(x, where=month == '2023-01')", "unit", ("1",), None),
        ("most(x, where=month == '2023-01')", "unit", ("1",), None),
        # open rows: 0.5 + 1.5 + 2 t in unit 1, none in unit 2
        ("total(m)", "", (), 4),
        ("total(m)", "unit", ("2",), 0),
        ("total(m)", "unit month", ("1", "2024-01"), 2),
        ("total(m)", "unit month", ("1", "2024-03"), 0),
        ("mean(m)", "unit", ("1",), Fraction(4, 3)),
        ("mean(m)", "unit", ("2",), None),
        ("least(m)", "unit", ("1",), Fraction(1, 2)),
        ("least(m)", "unit", ("2",), None),
        ("count(m)", "unit", ("2",), 0),
        ("mean(m, by=m)", "unit", ("1",), Fraction(13, 8)),
        # pieces in lots: the lot of a month has its own pieces
        ("total(n)", "", (), 7),
        ("total(n)", "lot", ("1", "甲", "2024-01"), 3),
        ("total(n)", "lot", ("1", "甲", "2024-02"), 0),
        # rows that the law fixes lie in every unit
        ("total(v)", "unit", ("1",), 12),
        ("total(v)", "unit", ("2",), None),
        ("most(v)", "unit", ("2",), 1),
        ("count(v)", "unit", ("2",), 1),
        ("total(x - before(x), where=month != '2024-01')", "unit", ("1",), 11),
        ("total(x - before(x))", "unit", ("1",), None),
        ("total(max(x, before(x)), where=month != '2024-01')", "unit", ("1",), 77),
    ],
)
def test_aggregate(formula, per, at, value):
    assert made(formula, per).value("s", at) == value


def test_one_absent_row_leaves_no_total_but_a_greatest_and_a_count():
    short = [entry for entry in DATA if entry[:2] != ("x", row("2", 12))]
    assert made("total(x)", "", short).value("s", ()) is None
    assert made("mean(x)", "", short).value("s", ()) is None
    assert made("total(x)", "unit", short).value("s", ("1",)) == 78
    assert made("most(x)", "", short).value("s", ()) == 12
    assert made("count(x)", "", short).value("s", ()) == 23


def test_weights_that_add_up_to_nothing_are_no_gap():
    zero = [(n, r, "0" if n == "w" else v, u) for n, r, v, u in DATA]
    with pytest.raises(Refused) as caught:
        made("mean(x, by=w)", "unit", zero).value("s", ("1",))
    (found,) = caught.value.problems
    assert found.code == "TH-C04"
    assert "mean(x, by=w)" in found.message("zh")


def test_row_without_weight_needs_no_value_and_row_with_weight_does():
    for month, value in ((12, Fraction(5, 4)), (2, None)):
        short = [entry for entry in DATA if entry[:2] != ("x", row("1", month))]
        assert made("mean(x, by=w)", "unit", short).value("s", ("1",)) == value


def test_standing_scope_without_members_is_a_gap_and_not_zero():
    for formula, value in (("total(x)", None), ("mean(x)", None), ("most(x)", None), ("count(x)", 0)):
        assert made(formula, "", [], {}).value("s", ()) == value


def test_sums_of_many_denominators_are_exact():
    """1/1 + 1/2 + … + 1/12 = 86021/27720, whichever way it is added up."""
    quotient = run(
        DATA,
        BODY + '[[step]]\nname = "s"\nper = "unit"\nunit = "1/t"\noptional = true\nis = "total(1 / x)"\n',
        members=UNITS,
    )
    assert quotient.value("s", ("1",)) == Fraction(86021, 27720)
