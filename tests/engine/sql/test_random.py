"""The sql back end against the exact one: random methods, plants with gaps, every row of every step."""

from __future__ import annotations

import random

import pytest

from tanheng.engine.exact.run import Run
from tanheng.engine.sql.runner import run_sql
from tanheng.facts.inputs import Inputs, Member
from tanheng.formula.model import Method
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tests.engine.exact.naive import GIVENS, Naive
from tests.engine.exact.test_naive import AGAIN, as_text, random_data, random_members, random_method
from tests.formula.small import inputs, read_method

FACTORS = FactorLibrary([])
TOO_LONG = "TH-C20"


def random_plants(rng: random.Random, count: int) -> tuple[Method, dict[str, Inputs], str]:
    """A random method, and that many plants with members and data of their own."""
    while True:
        first = Naive(random_members(rng), {})
        body = random_method(rng, first)
        try:
            method = read_method(body.encode(), "random.toml")
            break
        except Refused as refused:
            assert {p.code for p in refused.problems} <= AGAIN, refused
    plants: dict[str, Inputs] = {}
    for number in range(count):
        naive = Naive(random_members(rng), {})
        random_data(rng, naive)
        data = [
            (n, dict(zip(naive.closures[n], row, strict=True)), as_text(v), "1" if n in GIVENS else "")
            for (n, row), v in naive.data.items()
        ]
        members = {
            "a": tuple(Member(m["a"]) for m in naive.members["a"]),
            "b": tuple(Member(m["b"], (("a", m["a"]),)) for m in naive.members["b"]),
        }
        plants[f"厂{number}"] = inputs(data, "2024", members)
    return method, plants, body


def compared(method: Method, plants: dict[str, Inputs], where: str) -> dict[str, int]:
    """Compare every cell of every plant; how many were values, absent, failed and too long for SQL."""
    counted = {"value": 0, "absent": 0, "failed": 0, "too long": 0}
    with run_sql(method, plants, FACTORS) as found:
        for plant, given in plants.items():
            run = Run(method, given, FACTORS)
            long = {p.place.key for p in found.problems[plant] if p.code == TOO_LONG}
            for step in method.sequence:
                cells = found.cells(step)
                assert len([key for key in cells if key[0] == plant]) == len(run.of(step))
                for row in run.of(step):
                    counted[_cell(run, step, row, cells[plant, row], bool(long), where)] += 1
    return counted


def _cell(run: Run, step: str, row: tuple[str, ...], found: object, long: bool, where: str) -> str:
    try:
        wanted: object = (run.value(step, row), False)
    except Refused:
        wanted = (None, True)
    if found == (None, True) and wanted != found and long:
        return "too long"
    assert found == wanted, f"{where}: {step}{row} exact {wanted} sql {found}\n{run.method.text}"
    return "failed" if wanted == (None, True) else "absent" if wanted == (None, False) else "value"


@pytest.mark.drill
def test_sql_equals_exact(rng: random.Random, rounds):
    counted: dict[str, int] = {}
    for number in range(rounds(10, 1500)):
        method, plants, _ = random_plants(rng, 3)
        for kind, many in compared(method, plants, f"round {number}").items():
            counted[kind] = counted.get(kind, 0) + many
    print(counted)
    # the comparison means little unless each outcome is common and few cells are too long
    total = sum(counted.values())
    assert min(counted[k] for k in ("value", "absent", "failed")) * 100 > total
    assert counted["too long"] * 20 < total
