"""Derivatives: small cases worked by hand, and random methods against exact quotients of differences."""

from __future__ import annotations

import random
import re
from fractions import Fraction

import pytest

from tanheng.engine.exact.dual import gradient, own_gradient, slopes
from tanheng.engine.exact.result import started
from tanheng.engine.exact.run import Run
from tanheng.facts.inputs import Member
from tanheng.kernel.irrational import exp, ln
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tests.engine.exact import test_naive as naive_test
from tests.engine.exact.naive import GIVENS, Naive
from tests.formula.small import COAL, UNIT, inputs, january, read_method, run, steps
from tests.library import test_overlay as two_editions

F = Fraction
USED = '[[check]]\nthat = "count({}) + count({}) >= 0"\n'
GIVEN = '[scope]\nunit = {}\n[[given]]\nper = "unit"\nx = { unit = "t" }\ny = { unit = "1" }\n'
ONE = ("1",)


def by_hand(formula: str, x: str, y: str, unit: str = "t", more: str = "", per: str = "unit") -> dict[str, F]:
    """The derivatives of one formula by x and y at unit 1."""
    text = f'[[step]]\nname = "s"\nper = "{per}"\nunit = "{unit}"\nis = "{formula}"\n{more}'
    made = run(
        [("x", UNIT, x, "t"), ("y", UNIT, y, "1")],
        steps(text, GIVEN + USED.format("x", "y")),
        members={"unit": (Member("1"),)},
    )
    found = own_gradient(made, "s", ONE if per else ())
    return {name: slope for (name, _), slope in found.items()}


@pytest.mark.parametrize(
    ("formula", "x", "y", "unit", "dx", "dy"),
    [
        ("x * y", "3", "5", "t", 5, 3),
        ("x * y", "3", "5", "kg", 5000, 3000),
        ("x / y", "3", "4", "t", F(1, 4), F(-3, 16)),
        ("-x * (1 - y)", "3", "0.25", "t", F(-3, 4), 3),
        ("x ** 3", "2", "1", "t^3", 12, 0),
        ("x ** -1", "2", "1", "1/t", F(-1, 4), 0),
        ("max(x * y, 2 * x)", "3", "5", "t", 5, 3),
        ("max(x * y, 2 * x)", "3", "1", "t", 2, 0),
        # at a tie the first is the branch that the value came from
        ("max(x * y, 2 * x)", "3", "2", "t", 2, 3),
        ("min(2 * x, x * y)", "3", "2", "t", 2, 0),
        ("abs(x * (y - 1))", "3", "0.5", "t", F(1, 2), -3),
        ("abs(x * (y - 1))", "3", "1", "t", 0, 3),
        ("x * (y - y)", "3", "2", "t", 0, 0),
        ("(x * y - x) / x", "4", "7", "1", 0, 1),
    ],
)
def test_formulas_by_hand(formula: str, x: str, y: str, unit: str, dx: F, dy: F) -> None:
    found = by_hand(formula, x, y, unit)
    assert (found.get("x", 0), found.get("y", 0)) == (dx, dy)


def test_rounding_passes_the_derivative_through() -> None:
    assert by_hand("x * y", "3.333", "1.1", more="round = 0\n") == {"x": F(11, 10), "y": F(3333, 1000)}


def test_powers_and_exponentials_are_good_to_fifty_digits() -> None:
    found = by_hand("exp(2 * y)", "1", "0.5", "1", "round = 6\n")
    # 2 e, e from the sum of 1/n!
    e = sum((F(1, _factorial(n)) for n in range(60)), F(0))
    assert abs(found["y"] / (2 * e) - 1) < F(1, 10**50)
    found = by_hand("1.015 ** (16 - 20 * y)", "1", "0.5", "1", "round = 6\n")
    # 1.015^6 · ln 1.015 · (−20), the logarithm from its series
    log = sum((F((-1) ** (n + 1), n) * F(15, 1000) ** n for n in range(1, 40)), F(0))
    assert abs(found["y"] / (F(1015, 1000) ** 6 * log * -20) - 1) < F(1, 10**50)
    # y ** 0.5 at 4: 1/2 · 4^(−1/2) is exactly 1/4
    assert by_hand("y ** 0.5", "1", "4", "1", "round = 6\n") == {"y": F(1, 4)}


def _factorial(n: int) -> int:
    return 1 if n < 2 else n * _factorial(n - 1)


def test_logarithms() -> None:
    assert ln(F(1)) == 0
    for value in (F(2), F(1, 7), 1 + F(1, 10**30), 1 + F(1, 10**45), 1 - F(1, 10**50)):
        assert abs(exp(ln(value)) - value) <= value * F(1, 10**58)
    # ln(1 + d) is d to within d²/2
    d = F(1, 10**45)
    assert abs(ln(1 + d) / d - 1) < d
    for value in (F(0), F(-1)):
        with pytest.raises(Refused) as refused:
            ln(value)
        assert [p.code for p in refused.value.problems] == ["TH-N12"]


def test_a_root_of_zero_has_no_derivative() -> None:
    with pytest.raises(Refused) as refused:
        by_hand("y ** 0.5", "1", "0", "1", "round = 6\n")
    assert [p.code for p in refused.value.problems] == ["TH-N12"]
    # but 0 ** y is 0 around every y > 0, and y ** 2 has the slope 0 at 0
    assert by_hand("0 ** y", "1", "2", "1", "round = 6\n") == {}
    assert by_hand("y ** 2", "1", "0", "1") == {}


DAYS = """
[scope]
unit = {}
[[given]]
per = "unit day"
w = { unit = "t", optional = true }
x = { unit = "GJ/t", optional = true }
"""
DAY = [{**UNIT, "month": "2024-02", "day": f"2024-02-{d:02}"} for d in range(1, 30)]


def weighted(pairs: list[tuple[str, str | None]], formula: str, unit: str) -> dict[tuple[str, int], F]:
    """Derivatives by day number of a February whose first days are as given and the others 0 t."""
    data = []
    for row, (w, x) in zip(DAY, pairs + [("0", None)] * (29 - len(pairs)), strict=True):
        data.append(("w", row, w, "t"))
        if x is not None:
            data.append(("x", row, x, "GJ/t"))
    lacks = "" if formula.startswith("count") else "optional = true\n"
    text = f'[[step]]\nname = "s"\nper = "unit month"\nunit = "{unit}"\n{lacks}is = "{formula}"\n'
    made = run(data, steps(text, DAYS + USED.format("w", "x")), "2024-02", {"unit": (Member("1"),)})
    found = own_gradient(made, "s", ("1", "2024-02"))
    return {(name, int(row[2][-2:])): slope for (name, row), slope in found.items()}


def test_a_weighted_mean_by_hand() -> None:
    # (1·10 + 3·20) / 4 = 17.5; by x: w/4; by w: (x − 17.5)/4; a day of no weight without x gives nothing
    found = weighted([("1", "10"), ("3", "20")], "mean(x, by=w)", "GJ/t")
    assert found == {("x", 1): F(1, 4), ("x", 2): F(3, 4), ("w", 1): F(-15, 8), ("w", 2): F(5, 8)}
    # a day of no weight with x = 30: (30 − 17.5)/4, for a little weight would pull the mean there
    found = weighted([("1", "10"), ("3", "20"), ("0", "30")], "mean(x, by=w)", "GJ/t")
    assert found[("w", 3)] == F(25, 8) and ("x", 3) not in found


def test_extremes_and_conditions_by_hand() -> None:
    days = [("1", "10"), ("3", "20"), ("2", "20")]
    assert weighted(days, "most(x)", "GJ/t") == {("x", 2): 1}
    assert weighted(days, "least(w * x)", "GJ") == {("w", 1): 10, ("x", 1): 1}
    assert weighted(days, "total(w * x, where=w > 0)", "GJ") == {
        ("w", 1): 10,
        ("w", 2): 20,
        ("w", 3): 20,
        ("x", 1): 1,
        ("x", 2): 3,
        ("x", 3): 2,
    }
    assert weighted(days, "mean(w)", "t") == {("w", d): F(1, 29) for d in range(1, 30)}
    assert weighted(days, "count(x)", "1") == {}


def test_before_looks_back_along_a_chain() -> None:
    # b(n) = w(n) + b(n-1)/2: by the first of 29 days (1/2)^28
    text = """
[[step]]
name = "b"
per = "unit day"
unit = "t"
way = [ { name = "later", is = "w + before(b) / 2" }, { name = "first", is = "w" } ]
optional = true
[[check]]
that = "count(x) >= 0"
"""
    made = run(
        [("w", row, "5", "t") for row in DAY], steps(text, DAYS, "b"), "2024-02", {"unit": (Member("1"),)}
    )
    found = gradient(made, "b", ("1", "2024-02", "2024-02-29"))
    assert found["w", ("1", "2024-02", "2024-02-01")] == F(1, 2**28)
    assert found["w", ("1", "2024-02", "2024-02-29")] == 1
    assert len(found) == 29


def test_what_is_owed_to_the_law() -> None:
    made = run(january(ncv="20"), period="2024-01")
    # E = round(FC · NCV · CC_0 · share · 44/12): each factor owes the whole (before the rounding to tonnes)
    found = slopes(made, "E", (), fixed=True)
    whole = F(310) * 20 * F("0.03085") * F("0.99") * F(44, 12)
    owed = {use.name: value for use, value in found.fixed.items()}
    assert owed == {"CC_0": whole, "share": whole, "CO2_per_C": whole}
    scale = made.method.steps["E"].unit.scale
    assert found.givens["FC_day", ("1", "煤", "2024-01", "2024-01-05")] == whole / 310 and scale == 1
    assert gradient(made, "FC_day", ("1", "煤", "2024-01", "2024-01-05")) == {
        ("FC_day", ("1", "煤", "2024-01", "2024-01-05")): 1
    }
    assert {row[1] for name, row in found.givens if name == "FC_day"} == {COAL["fuel"]}


def test_months_of_an_earlier_edition_have_the_slopes_of_their_own_method() -> None:
    made = started(two_editions.inputs("new", "2022"), two_editions.library(), FactorLibrary([]))
    found = own_gradient(made, "E", ())
    # January to March 2 t a tonne of coal and 0.5 t a MWh, from April on 3 t and nothing
    assert {n: found["FC", (f"2022-{n:02}",)] for n in (1, 3, 4, 12)} == {1: 2, 3: 2, 4: 3, 12: 3}
    assert {row: slope for (name, row), slope in found.items() if name == "W"} == {
        (f"2022-{n:02}",): F(1, 2) for n in (1, 2, 3)
    }


# --- random methods: the quotient of an exact difference so small that only a kink can part it from the slope

STEP = F(1, 10**70)
CLOSE = F(1, 10**40)
ASIDE = F(1, 10**35)


def moved(body: str, naive: Naive, cell: tuple[str, tuple[str, ...]], by: F) -> Run:
    data = [
        (
            name,
            dict(zip(naive.closures[name], row, strict=True)),
            exact_text(value + by) if (name, row) == cell else naive_test.as_text(value),
            "1" if name in GIVENS else "",
        )
        for (name, row), value in naive.data.items()
    ]
    members = {
        "a": tuple(Member(m["a"]) for m in naive.members["a"]),
        "b": tuple(Member(m["b"], (("a", m["a"]),)) for m in naive.members["b"]),
    }
    return Run(read_method(body.encode(), "random.toml"), inputs(data, "2024", members), FactorLibrary([]))


def value(made: Run, name: str, row: tuple[str, ...]) -> F | None:
    try:
        return made.value(name, row)
    except Refused:
        return None


@pytest.mark.drill
def test_random_methods_against_quotients_of_differences(rng: random.Random, rounds) -> None:
    counted = {"smooth": 0, "kink": 0, "zero": 0}
    for number in range(rounds(60, 2500)):
        _, naive, body = naive_test.prepared(rng)
        # a rounded value is a staircase, whose quotients say nothing about the slope that is passed through
        body = re.sub(r', round = "half_up 2"', "", body)
        here = moved(body, naive, ("", ()), F(0))
        cells = [(n, r) for n in naive.steps for r in here.of(n) if value(here, n, r) is not None]
        numbers = [cell for cell in naive.data if cell[0] in GIVENS]
        if not cells or not numbers:
            continue
        name, row = rng.choice(cells)
        try:
            found = gradient(here, name, row)
        except Refused as refused:
            assert {p.code for p in refused.problems} <= {"TH-N09", "TH-N12"}, body
            continue
        # half of the cells are those that it says matter, half any, which may have been forgotten
        cell = rng.choice(sorted(found)) if found and rng.random() < 0.5 else rng.choice(numbers)
        slope, middle = found.get(cell, F(0)), value(here, name, row)
        up, down = (value(moved(body, naive, cell, by), name, row) for by in (STEP, -STEP))
        if up is None or down is None:
            continue
        right, left = (up - middle) / STEP, (middle - down) / STEP
        if abs(right - left) <= CLOSE * (1 + abs(right)):
            if abs(slope - right) > 2 * CLOSE * (1 + abs(right)):
                # most(x) + least(x) of two equal rows is smooth although its parts bend; one branch is taken
                beside = moved(body, naive, cell, ASIDE)
                here_too, next_to = (
                    value(beside, name, row),
                    value(moved(body, naive, cell, ASIDE + STEP), name, row),
                )
                slope, right = gradient(beside, name, row).get(cell, F(0)), (next_to - here_too) / STEP
                counted["kink"] += 1
            assert abs(slope - right) <= 2 * CLOSE * (1 + abs(right)), f"{number}: {name}{row} {cell}\n{body}"
            counted["smooth" if slope else "zero"] += 1
        else:
            counted["kink"] += 1
    print(counted)
    assert counted["smooth"] * 5 > sum(counted.values()) > 0
    assert counted["kink"] * 5 < sum(counted.values())
