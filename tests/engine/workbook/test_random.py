"""Random small methods as live workbooks: LibreOffice computes in every cell what the engine computes."""

from __future__ import annotations

import random

import pytest

from tanheng.engine.exact.result import result_of
from tanheng.engine.workbook.book import workbook_bytes
from tests.engine.exact.test_naive import prepared
from tests.engine.workbook.calc import cells, differences, planned, recalculated


@pytest.mark.drill
@pytest.mark.requires("libreoffice")
def test_random_methods_compute_the_same(rng: random.Random, rounds, tmp_path):
    made = {}
    for number in range(rounds(12, 150)):
        run, _, body = prepared(rng)
        result_of(run)
        made[f"m{number}"] = (run, body)
    books = recalculated({name: workbook_bytes(run) for name, (run, _) in made.items()}, tmp_path)
    counted = {"value": 0, "absent": 0, "failed": 0}
    for name, (run, body) in made.items():
        wrong = differences(run, books[name])
        assert not wrong, "\n".join([*wrong[:5], body])
        for _, _, found in cells(planned(run), books[name]):
            failed = isinstance(found, str) and found.startswith("#")
            counted["failed" if failed else "absent" if found == "" else "value"] += 1
    print(counted)
    assert min(counted.values()) > 0
