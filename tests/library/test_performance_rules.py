"""Performance parameters: every step is reached, every figure worked by hand, every single change caught."""

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from tanheng.app.cases import Case, faults, load_cases
from tanheng.app.library import Library
from tanheng.engine.exact.run import Run
from tanheng.formula.model import Method
from tanheng.kernel.problems import Refused
from tanheng.library.method_library import load_methods, read_method
from tests.library.mutants import mutants
from tests.library.working import worked

RULES = "power-performance"
LIBRARY = Library.of()
METHODS = load_methods(laws=LIBRARY.instruments)
JUDGED = METHODS.get("cets-power-2023")
LAID = METHODS.judging(RULES, JUDGED)
CASES = load_cases(LAID, LIBRARY)


def run_of(case: Case, rules: Method) -> Run:
    return Run(rules, replace(case.inputs, method=rules.id), LIBRARY.factors)


@pytest.mark.parametrize("year", [2021, 2022, 2023, 2026])
def test_every_edition_has_the_same_parameters(year: int) -> None:
    laid = METHODS.judging(RULES, METHODS.get(f"cets-power-{year}"))
    assert laid.own == LAID.own
    levels = {answer.level for answer in laid.answers.values()}
    assert levels >= {1, 2, 3}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case_holds(case: Case) -> None:
    assert case.says and not faults(case, run_of(case, LAID))
    for each in case.expect:
        assert worked(each["working"]) == Fraction(each["is"]) if "working" in each else each["is"] == "0"


def test_every_step_is_reached_and_missed() -> None:
    shown = {each["of"] for case in CASES for each in case.expect}
    absent = {each["of"] for case in CASES for each in case.absent}
    own = {step.name: step for step in LAID.steps.values() if step.name in LAID.own}
    assert shown >= own.keys()
    assert absent >= {name for name, step in own.items() if step.optional}


@pytest.mark.drill
def test_every_mutant_is_caught(rounds: Callable[[int, int], int], rng: random.Random) -> None:
    chosen = list(mutants(LAID.text))
    chosen = rng.sample(chosen, min(len(chosen), rounds(25, len(chosen))))
    alive = [f"{where}: {text.splitlines()[line - 1]}" for where, line, text in chosen if not caught(text)]
    print(f"{RULES}: {len(chosen) - len(alive)} of {len(chosen)} mutants caught")
    assert not alive, "\n".join(alive)


def caught(text: str) -> bool:
    try:
        mutant = read_method(text.encode(), "mutant", judged=JUDGED)
    except Refused:
        return True
    return any(faults(case, run_of(case, mutant)) for case in CASES)
