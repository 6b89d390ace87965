"""A method with one thing wrong is refused at load or fails a case. `make drill` tries every one."""

import random
from collections.abc import Callable

import pytest

from tanheng.app.cases import Case, case_run, faults, load_cases
from tanheng.app.library import Library
from tanheng.formula.model import Method
from tanheng.kernel.problems import Refused
from tanheng.library.method_library import read_method
from tests.library.mutants import mutants

LIBRARY = Library.of()
# one row each carries the condition, so that their sum is also their mean
EQUAL = {("Q_cr", "mean(Q_side"), ("Q_sr", "mean(Q_side")}


@pytest.mark.drill
@pytest.mark.parametrize("method_id", LIBRARY.methods.ids())
def test_every_mutant_is_caught(
    method_id: str, rounds: Callable[[int, int], int], rng: random.Random
) -> None:
    method = LIBRARY.methods.get(method_id)
    cases = load_cases(method, LIBRARY)
    reaching = _reaching(method, cases)
    chosen = [each for each in mutants(method.text) if (each[0], _changed(each[2], each[1])) not in EQUAL]
    chosen = rng.sample(chosen, min(len(chosen), rounds(25, len(chosen))))
    alive = [
        f"{where}, line {number}: {text.splitlines()[number - 1]}"
        for where, number, text in chosen
        if not _caught(text, sorted(cases, key=lambda c: c.id not in reaching.get(where, ())))
    ]
    print(f"{method_id}: {len(chosen) - len(alive)} of {len(chosen)} mutants caught")
    assert not alive, "\n".join(alive)


def _reaching(method: Method, cases: list[Case]) -> dict[str, set[str]]:
    """Ids of the cases that reach a step: those most likely to catch its mutants are run first."""
    found: dict[str, set[str]] = {}
    for case in cases:
        run = case_run(case, method, LIBRARY)
        assert not faults(case, run)
        for name, rows in run.ways.items():
            if rows:
                found.setdefault(name, set()).add(case.id)
    return found


def _caught(text: str, cases: list[Case]) -> bool:
    try:
        mutant = read_method(text.encode(), "mutant", None, LIBRARY.methods.get)
        return any(faults(case, case_run(case, mutant, LIBRARY)) for case in cases)
    except Refused:
        return True


def _changed(text: str, number: int) -> str:
    line = text.splitlines()[number - 1]
    return next((key for _, key in EQUAL if key in line), "")
