"""Every method has cases; every step and way is reached; every working and every figure holds."""

from fractions import Fraction
from pathlib import Path

import pytest

from tanheng.app.cases import Case, case_run, faults, load_cases
from tanheng.app.library import Library
from tanheng.engine.exact.run import Run
from tanheng.library.method_library import load_methods
from tests.library.working import worked

LIBRARY = Library.of()
METHODS = load_methods(laws=LIBRARY.instruments)
CASES = {method_id: load_cases(METHODS.get(method_id), LIBRARY) for method_id in METHODS.ids()}
EVERY = [pytest.param(each, id=f"{each.method}/{each.id}") for cases in CASES.values() for each in cases]


def run_of(case: Case) -> Run:
    return case_run(case, METHODS.get(case.method), LIBRARY)


@pytest.mark.parametrize("case", EVERY)
def test_case_holds_through_the_engine(case: Case) -> None:
    assert case.says
    assert not faults(case, run_of(case))


@pytest.mark.parametrize("case", EVERY)
def test_workings_give_the_figures(case: Case) -> None:
    for each in case.expect:
        if "working" in each:
            assert worked(each["working"]) == Fraction(each["is"]), each
        else:
            # only words and plain zeros stand without a working
            word = METHODS.get(case.method).steps[each["of"]].kind == "word"
            assert word or Fraction(each["is"]) == 0, each


@pytest.mark.parametrize("method_id", METHODS.ids())
def test_every_step_and_way_is_reached(method_id: str) -> None:
    method = METHODS.get(method_id)
    assert CASES[method_id], "a method without cases"
    reached: set[tuple[str, int]] = set()
    for case in CASES[method_id]:
        run = run_of(case)
        faults(case, run)
        reached |= {(name, index) for name, rows in run.ways.items() for index in rows.values()}
    # what an overlay takes over is reached by the cases of its base
    steps = [step for step in method.steps.values() if step.name in method.own]
    ways = {(step.name, index) for step in steps for index in range(len(step.ways))}
    assert not {(name, method.steps[name].ways[index].name) for name, index in ways - reached}


@pytest.mark.parametrize("method_id", METHODS.ids())
def test_every_check_holds_somewhere_and_fails_somewhere(method_id: str) -> None:
    seen = {(each["id"], each["is"]) for case in CASES[method_id] for each in case.check}
    method = METHODS.get(method_id)
    checks = [check for check in method.checks if check.id in method.own]
    wanted = {(check.id, verdict) for check in checks for verdict in ("holds", "fails")}
    assert not wanted - seen


@pytest.mark.parametrize("method_id", METHODS.ids())
def test_notes_name_what_is_there(method_id: str) -> None:
    method = METHODS.get(method_id)
    notes = Path(str(METHODS.folder(method_id)), "notes.md").read_text(encoding="utf-8")
    named = {line.split("`")[1] for line in notes.splitlines() if line.startswith("| `")}
    assert not named - (method.givens.keys() | method.steps.keys())


def test_the_evaluator_rounds_as_the_law_says() -> None:
    assert worked("half_up(100.125, 2)") == Fraction("100.13")
    assert worked("half_even(100.125, 2)") == Fraction("100.12")
    assert worked("half_up(-2.5, 0)") == -3
    assert worked("half_even(-2.5, 0)") == -2
    assert worked("floor_(-2.5, 0)") == -3
    assert worked("floor_(7.891, 2)") == Fraction("7.89")
    assert worked("0.1 + 0.2 - 3 / 10") == 0
    assert worked("max(2 ** 3, min(9, 10) - 2)") == 8
