"""The shipped rules for missing data: the candidates of each worked by hand, and no mutant that passes."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import partial

import pytest

from tanheng.engine.exact.compile import Compiler
from tanheng.engine.exact.run import Run
from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs, Member
from tanheng.formula.model import Method
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import MethodLibrary, load_methods, read_method

SHIPPED = load_methods()
METHOD = SHIPPED.get("cets-power-2023")
FOLDER = SHIPPED.folder("power-missing")
assert FOLDER is not None
TEXT = (FOLDER / "rules.toml").read_text(encoding="utf-8")
FUEL, STREAM, UNIT = {"unit": "1", "fuel": "煤"}, {"unit": "1", "stream": "汽"}, {"unit": "1"}
JANUARY, DAY = {"month": "2024-01"}, {"month": "2024-01", "day": "2024-01-02"}
DATA = [
    *(("FC_day", {**FUEL, "month": d[:7], "day": d}, v, "t")
      for d, v in (("2024-01-01", "10"), ("2024-01-02", "40"), ("2024-02-01", "5"), ("2024-02-02", "70"))),
    ("FC_book", {**FUEL, **JANUARY}, "100", "t"),
    ("FC_book", {**FUEL, "month": "2024-02"}, "300", "t"),
    *((name, {**FUEL, **JANUARY}, value, "t")
      for name, value in (("opening", "50"), ("receipts", "120"), ("other_out", "7"), ("closing", "33"))),
    ("W_buy_unit", {**UNIT, **JANUARY}, "4", "MWh"),
    ("W_buy_unit", {**UNIT, "month": "2024-03"}, "9", "MWh"),
    ("W_book", {**UNIT, **JANUARY}, "1000", "MWh"),
    ("D", {**STREAM, **JANUARY}, "800", "t"),
    ("h_rated", STREAM, "3000", "kJ/kg"),
    ("gap_coal", {**FUEL, **JANUARY}, "40", "%"),
    ("gap_power", {**UNIT, **JANUARY}, "25", "%"),
]  # fmt: skip
WORSE = [
    ("class_coal", FUEL, "1.5", "%"),
    ("class_power", UNIT, "0.7", "%"),
    ("class_steam", STREAM, "4", "%"),
]
BETTER = [
    ("class_coal", FUEL, "0.2", "%"),
    ("class_power", UNIT, "0.2", "%"),
    ("class_steam", STREAM, "1", "%"),
]
# required classes after GB 17167: 0.5 % of weighers and electricity meters, 2.5 % of steam meters
WORKED = {
    "coal-day-month": ("40", "10"),
    "coal-day-year": ("70", "5"),
    "fuel-stock": ("130", "130"),  # 50 + 120 − 7 − 33
    "fuel-month": ("300", "100"),
    "bought-month": ("9", "4"),
    "coal-day-uncalibrated": ("40.2", "39.8"),  # 40 t on 2 January, ± 0.5 %
    "coal-day-class": ("40.4", "39.6"),  # 1.5 − 0.5 = 1 %
    "fuel-uncalibrated": ("100.5", "99.5"),
    "fuel-class": ("101", "99"),
    "fuel-late": ("100.2", "99.8"),  # 40 % of the month by 0.5 %
    "bought-uncalibrated": ("4.02", "3.98"),
    "generation-uncalibrated": ("1005", "995"),
    "generation-class": ("1002", "998"),  # 0.7 − 0.5 = 0.2 %
    "generation-late": ("1001.25", "998.75"),  # 25 % of the month by 0.5 %
    "steam-uncalibrated": ("820", "780"),
    "steam-class": ("812", "788"),  # 4 − 2.5 = 1.5 %
    "steam-rated": ("3000", "3000"),
    "return-water": ("83.74", "83.74"),
    "make-up-water": ("83.74", "83.74"),
}
# a class better than required corrects nothing
UNCHANGED = {"coal-day-class": "40", "fuel-class": "100", "generation-class": "1000", "steam-class": "800"}
DOWN = {"W_book", "D", "h", "h_r", "h_m"}


def laid_over(text: str) -> Method:
    return read_method(text.encode(), "rules.toml", judged=METHOD)


def candidates(
    laid: Method, classes: list[tuple[str, dict[str, str], str, str]]
) -> dict[str, tuple[Fraction, ...]]:
    """Both candidates of every rule in the given's own unit."""
    members = {
        "unit": (Member("1"),),
        "fuel": (Member("煤", (("unit", "1"),), "t"),),
        "stream": (Member("汽", (("unit", "1"),)),),
    }
    data = tuple(
        Datum(name, row_of(row.items()), value, unit) for name, row, value, unit in (*DATA, *classes)
    )
    run = Run(laid, Inputs(laid.id, "2024", laid.boundary, members, data), FactorLibrary([]))
    assert not run.data.problems, run.data.problems
    keys = {**FUEL, **STREAM, **DAY}
    found: dict[str, tuple[Fraction, ...]] = {}
    for fill in laid.fills:
        row, unit = tuple(keys[s] for s in fill.closure), laid.givens[fill.of].unit
        ask = [Compiler(run, expr, fill.closure, fill.id).compiled() for expr in (fill.high, fill.low)]
        found[fill.id] = tuple(run.settled(partial(each, row)) / unit.scale for each in ask)
    return found


def holds(text: str) -> bool:
    """Whether a file of rules gives every candidate as worked out, and names the right side otherwise."""
    laid = laid_over(text)
    if candidates(laid, WORSE) != {id: tuple(map(Fraction, pair)) for id, pair in WORKED.items()}:
        return False
    better = candidates(laid, BETTER)
    return all(better[id] == (Fraction(x), Fraction(x)) for id, x in UNCHANGED.items()) and all(
        (fill.otherwise == "low") == (fill.of in DOWN) for fill in laid.fills
    )


def test_every_candidate_by_hand():
    assert candidates(laid_over(TEXT), WORSE) == {
        id: tuple(map(Fraction, pair)) for id, pair in WORKED.items()
    }
    assert holds(TEXT)


MUTANTS = [
    (r"most\(", "least("),
    (r"least\(", "most("),
    (r"\(1 \+ ", "(1 - "),
    (r"\(1 - ", "(1 + "),
    (r'"0\.5"', '"0.6"'),
    (r'"2\.5"', '"2.4"'),
    (r"max\(0, (class_\w+ - need_\w+)\)", r"(\1)"),
    (r"max\(0, ", "min(0, "),
    (r"gap_(\w+) \* ", ""),
    (r"- other_out", "+ other_out"),
    (r"- closing", ""),
    (r"opening \+ ", ""),
    (r'otherwise = "high"', 'otherwise = "low"'),
    (r'otherwise = "low"', 'otherwise = "high"'),
    (r'per = "fuel month"\nhigh', 'per = "fuel"\nhigh'),
    (r'per = "fuel"\nhigh', 'per = "fuel month"\nhigh'),
    (r"= \"h_rated\"", '= "h_0"'),
    (r"= \"h_0\"", '= "h_rated"'),
    (r" need_coal\b", " need_steam"),
    (r" need_power\b", " need_steam"),
    (r" need_steam\b", " need_power"),
]


def _mutated() -> list[str]:
    found = []
    for old, new in MUTANTS:
        for match in re.finditer(old, TEXT):
            found.append(TEXT[: match.start()] + match.expand(new) + TEXT[match.end() :])
    return found


def test_no_mutant_passes():
    made = _mutated()
    # every kind of change was found somewhere
    assert len(made) > 80 and all(re.search(old, TEXT) for old, _ in MUTANTS)
    passed = []
    for text in made:
        try:
            if holds(text):
                passed.append(text)
        except (Refused, TypeError):
            continue  # refused at load, or no candidate where one is wanted
    assert not passed, [line for text in passed for line in set(text.splitlines()) - set(TEXT.splitlines())]


def test_rules_that_judge_another_method_are_not_laid():
    library = MethodLibrary({}, None, {"power-missing": TEXT.encode()})
    assert library.judging("power-missing", SHIPPED.get("cieccpa061-total")) is None


@pytest.mark.parametrize("method", ["cets-power-2021", "cets-power-2022", "cets-power-2026"])
def test_the_other_editions_take_the_same_rules(method: str):
    laid = read_method(TEXT.encode(), "rules.toml", judged=SHIPPED.get(method))
    assert {fill.id for fill in laid.fills} == set(WORKED)
