"""The shipped methods in SQL: the demonstration plant whole, and plants made of it on every route."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tanheng.engine.exact.run import Run
from tanheng.engine.sql.matrix import matrix
from tanheng.engine.sql.plan import EQUAL, REASONS, Refusal, compile_method
from tanheng.engine.sql.runner import run_sql
from tanheng.facts.inputs import Inputs
from tanheng.formula.model import Method
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import load_method, load_methods
from tests.plant import beiling

POWER = "cets-power-2023"


@pytest.fixture(scope="module")
def factors() -> FactorLibrary:
    return FactorLibrary.load()


def differences(method: Method, plants: dict[str, Inputs], factors: FactorLibrary) -> tuple[list[str], int]:
    """Every cell in which SQL and the exact back end differ, and how many were compared."""
    wrong: list[str] = []
    count = 0
    with run_sql(method, plants, factors) as found:
        cells = {step: found.cells(step) for step in method.sequence}
        for plant, given in plants.items():
            run = Run(method, given, factors)
            for step in method.sequence:
                for row in run.of(step):
                    try:
                        wanted: object = (run.value(step, row), False)
                    except Refused:
                        wanted = (None, True)
                    count += 1
                    if cells[step][plant, row] != wanted:
                        wrong.append(f"{plant} {step}{row}: exact {wanted}, sql {cells[step][plant, row]}")
    return wrong, count


def test_every_value_of_the_demonstration_plant(factors):
    method = load_method(POWER)
    inputs = beiling()
    # the other year of the plant's life is a plant of its own: periods differ by plant
    month = replace(
        inputs, period="2024-03", data=tuple(d for d in inputs.data if _in(dict(d.row), "2024-03"))
    )
    wrong, count = differences(method, {"北岭": inputs, "三月": month}, factors)
    assert not wrong, "\n".join(wrong[:20])
    assert count > 3000


def _in(row: dict[str, str], month: str) -> bool:
    return row.get("month", month) == month


def test_the_answer_is_the_one_of_the_report(factors):
    with run_sql(load_method(POWER), {"北岭": beiling()}, factors, steps=("E",)) as found:
        (line,) = found.table("E")
        # the total of the demonstration plant, checked by hand in bench/plant_year.py
        run = Run(load_method(POWER), beiling(), factors)
        assert line.value == run.value("E", ()) and line.shown.isdigit()
        assert found.ok and "alpha" not in found.steps
        assert set(found.verdicts) == set(found.steps) and found.verdicts["E"] == EQUAL


def mutated(rng: random.Random, inputs: Inputs, method: Method) -> Inputs:
    """The plant with other routes, gaps, zeros and changed figures: what plants do to a method."""
    gaps, change = rng.choice((0.0, 0.005, 0.05)), rng.choice((0.02, 0.3, 0.8))
    data = []
    for datum in inputs.data:
        given = method.givens[datum.name]
        if rng.random() < gaps:
            continue
        chance = change if given.kind in ("word", "truth") else 0.02
        value = datum.value
        if rng.random() < chance:
            if given.one_of:
                value = rng.choice(given.one_of)
            elif given.kind == "truth":
                value = rng.choice(("true", "false"))
            elif given.kind == "number" and datum.state == "measured":
                value = rng.choice(
                    ("0", "7", "33.33", f"{rng.randint(1, 99)}.{rng.randint(0, 999):03}", "1000000")
                )
        data.append(replace(datum, value=value))
    return replace(inputs, data=tuple(data))


@pytest.mark.drill
def test_plants_that_take_every_route(rng: random.Random, rounds, factors):
    method = load_method(POWER)
    for _ in range(rounds(1, 60)):
        plants = {f"p{n}": mutated(rng, beiling(), method) for n in range(2)}
        wrong, _ = differences(method, plants, factors)
        assert not wrong, "\n".join(wrong[:20])


def test_the_matrix_says_equal_for_nine_steps_in_ten():
    library = load_methods()
    for name in library.ids():
        method = library.get(name)
        verdicts = matrix(method)
        assert list(verdicts) == list(method.sequence)
        refused = [v for v in verdicts.values() if isinstance(v, Refusal)]
        assert all(v.reason in REASONS and v.text("zh") != v.text("en") for v in refused)
        assert all(v == EQUAL for v in verdicts.values() if not isinstance(v, Refusal))
    assert compile_method(library.get(POWER)).share > 0.9


def test_the_statement_of_a_step_can_be_read():
    text = compile_method(load_method(POWER)).sql("E_month")
    assert text.startswith("CREATE TABLE step_E_month") and "GROUP BY" in text
