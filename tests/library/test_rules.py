"""The rules of plausibility: every way and rule is reached on both sides; every figure is worked by hand."""

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from tanheng.app.cases import Case, faults, load_cases
from tanheng.app.library import Library
from tanheng.engine.exact.compile import Compiler
from tanheng.engine.exact.run import Run
from tanheng.formula.model import Method
from tanheng.kernel.problems import Refused
from tanheng.library.method_library import load_methods, read_method
from tests.library.mutants import mutants
from tests.library.working import worked

RULES = "power-plausibility"
LIBRARY = Library.of()
METHODS = load_methods(laws=LIBRARY.instruments)
JUDGED = [METHODS.get(f"cets-power-{year}") for year in (2021, 2022, 2023, 2026)]
LAID = {judged.id: METHODS.judging(RULES, judged) for judged in JUDGED}
NEWEST = LAID["cets-power-2023"]
CASES = load_cases(NEWEST, LIBRARY)
FIRST = {case.id: f"{case.inputs.period}-01"[:7] + "-01" for case in CASES}
EQUAL = {
    # the way before has taken the day itself
    ("covered", "first_day(day) <= verified or"),
    ("covered", "first_day(day) >= valid_until"),
    # one fuel of a unit bears the name
    ("dE_meter", "mean(E_fuel, where="),
    ("P12-class", "mean(E_fuel_y, where="),
    # a run of days without coal never begins
    ("same_days", "FC_day >= 0 and FC_day == before"),
}
"""Changes that change no value: where they are made, and what the line then says."""


def judged_of(case: Case) -> Method:
    """The rules over the edition that was in force in the case's month."""
    return next(m for m in LAID.values() if m.force <= FIRST[case.id] <= (m.until or "9999"))


def run_of(case: Case, rules: Method | None = None) -> Run:
    rules = rules or judged_of(case)
    return Run(rules, replace(case.inputs, method=rules.id), LIBRARY.factors)


@pytest.mark.parametrize("judged", LAID)
def test_the_rules_judge_every_edition(judged: str) -> None:
    laid = LAID[judged]
    assert laid is not None and laid.own == NEWEST.own
    ids = [check.id for check in laid.checks if check.id in laid.own]
    assert {id.partition("-")[0] for id in ids} == {f"P{n:02}" for n in range(1, 17)}
    # a bound is a row of the library with its source, which a plant can override
    bounds = {check.high.text for check in laid.checks if check.id in laid.own and check.high}
    assert bounds - laid.constants.keys() == {"t_y", "Q_cr", "0", "1", "class_required"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case_holds(case: Case) -> None:
    assert case.says
    assert not faults(case, run_of(case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_workings_give_the_figures(case: Case) -> None:
    for each in case.expect:
        if "working" in each:
            assert worked(each["working"]) == Fraction(each["is"]), each
        else:
            assert judged_of(case).steps[each["of"]].kind == "word" or Fraction(each["is"]) == 0, each
    for each in case.check:
        if each.get("tonnes", "absent") != "absent":
            assert worked(each["working"]) == Fraction(each["tonnes"]), each


def test_every_step_and_way_is_reached() -> None:
    reached: set[tuple[str, str]] = set()
    for case in CASES:
        run = run_of(case)
        faults(case, run)
        steps = run.method.steps
        reached |= {
            (name, steps[name].ways[i].name) for name, rows in run.ways.items() for i in rows.values()
        }
    ways = {(s.name, w.name) for s in NEWEST.steps.values() if s.name in NEWEST.own for w in s.ways}
    assert not ways - reached


def test_every_rule_holds_fails_and_is_not_applicable_somewhere() -> None:
    seen = {(each["id"], each["is"]) for case in CASES for each in case.check}
    own = [check.id for check in NEWEST.checks if check.id in NEWEST.own]
    # a utilisation hour needs no more than what every unit must give
    wanted = {(id, is_) for id in own for is_ in ("holds", "fails", "absent")} - {
        ("P06", "absent"),
        ("P04-power", "absent"),
    }
    assert not wanted - seen
    shown = {each["id"] for case in CASES for each in case.check if "figure" in each}
    assert not set(own) - shown


def test_a_rule_says_what_the_check_that_it_covers_says() -> None:
    """The method keeps its own guard, in words; the rule adds figure, bound and tonnes. They never differ."""
    base = METHODS.get("cets-power-2023")
    pairs = [(c, next(b for b in base.checks if b.id == c.covers)) for c in NEWEST.checks if c.covers]
    assert len(pairs) == 6
    compared = 0
    for case in (*load_cases(base, LIBRARY), *CASES):
        run = Run(NEWEST, replace(case.inputs, method=NEWEST.id), LIBRARY.factors)
        for rule, check in pairs:
            one, two = (Compiler(run, c.that, c.closure).compiled() for c in (rule, check))
            for row in run.rows.of(rule.closure):
                try:
                    verdicts = one(row), two(row)
                except Refused:
                    continue
                assert verdicts[0] == verdicts[1], (case.id, rule.id, row)
                compared += verdicts[0] is not None
    assert compared > 100


@pytest.mark.drill
def test_every_mutant_is_caught(rounds: Callable[[int, int], int], rng: random.Random) -> None:
    reaching: dict[str, set[str]] = {}
    for case in CASES:
        run = run_of(case)
        assert not faults(case, run)
        for name in [n for n, rows in run.ways.items() if rows] + [each["id"] for each in case.check]:
            reaching.setdefault(name, set()).add(case.id)
    tried = [
        each
        for each in mutants(NEWEST.text)
        if not any(each[0] == w and text in _line(each) for w, text in EQUAL)
    ]
    tried = rng.sample(tried, min(len(tried), rounds(25, len(tried))))
    alive = [
        f"{where}, line {number}: {text.splitlines()[number - 1]}"
        for where, number, text in tried
        if not _caught(text, sorted(CASES, key=lambda c: c.id not in reaching.get(where, ())))
    ]
    print(f"{RULES}: {len(tried) - len(alive)} of {len(tried)} mutants caught")
    assert not alive, "\n".join(alive)


def _line(mutant: tuple[str, int, str]) -> str:
    return mutant[2].splitlines()[mutant[1] - 1]


def _caught(text: str, cases: list[Case]) -> bool:
    made: dict[str, Method] = {}
    try:
        for case in cases:
            judged = judged_of(case).base
            if judged.id not in made:
                made[judged.id] = read_method(text.encode(), "mutant", judged=judged)
            if faults(case, run_of(case, made[judged.id])):
                return True
        return False
    except Refused:
        return True
