"""Random small methods and cases of shipped methods: LibreOffice computes what the engine computes."""

from __future__ import annotations

import random

import pytest

from tanheng.app.cases import load_cases
from tanheng.app.library import Library
from tanheng.engine.exact.result import result_of
from tanheng.engine.exact.run import Run
from tanheng.engine.workbook import aggregates
from tanheng.engine.workbook.book import workbook_bytes
from tests.engine.exact.test_naive import prepared
from tests.engine.workbook.calc import cells, differences, planned, recalculated

BATCH = 10


def random_methods(rng: random.Random, count: int) -> list[tuple[str, Run, str]]:
    found = []
    for number in range(count):
        run, _, body = prepared(rng)
        result_of(run)
        found.append((f"random{number}", run, body))
    return found


def some_cases(rng: random.Random, count: int) -> list[tuple[str, Run, str]]:
    """Runs of case files: every route of a method, its gaps and its refusals."""
    library = Library()
    methods = [library.methods.get(name) for name in library.methods.ids()]
    every = [(method, case) for method in methods for case in load_cases(method, library)]
    found = []
    for method, case in rng.sample(every, min(count, len(every))):
        run = Run(method, case.inputs, library.factors)
        result_of(run)
        found.append((f"{method.id}-{case.id}", run, ""))
    return found


@pytest.mark.drill
@pytest.mark.requires("libreoffice")
def test_random_books_compute_the_same(rng, rounds, tmp_path, monkeypatch):
    made = [*random_methods(rng, rounds(4, 120)), *some_cases(rng, rounds(1, 200))]
    counted = {"value": 0, "absent": 0, "failed": 0}
    for start in range(0, len(made), BATCH):
        # half of the batches add over all rows by the group's number, as sums over many members do
        batch, few = made[start : start + BATCH], rng.choice((aggregates.MANY_AREAS, 0))
        monkeypatch.setattr(aggregates, "MANY_AREAS", few)
        books = recalculated({name: workbook_bytes(run) for name, run, _ in batch}, tmp_path)
        for name, run, body in batch:
            wrong = differences(run, books[name])
            assert not wrong, "\n".join([name, *wrong[:5], body])
            for _, _, found in cells(planned(run), books[name]):
                failed = isinstance(found, str) and found.startswith("#")
                counted["failed" if failed else "absent" if found == "" else "value"] += 1
    print(counted)
    # failures are as common as the random methods make them; a run without any is still a comparison
    assert min(counted["value"], counted["absent"]) > 100
