"""The matrix of methods and back ends: what it says, and that it only grows."""

import json
import subprocess
import sys

import pytest

from tanheng.app.backends import MatrixRow, matrix_of
from tanheng.app.library import Library
from tanheng.engine.sql.plan import REASONS

LEAST = {
    # method: steps that sql, workbook and notation say as exact does; a number here may only be raised
    "cets-power-2021": (91, 93, 93),
    "cets-power-2022": (91, 93, 93),
    "cets-power-2023": (104, 106, 106),
    "cets-power-2026": (100, 102, 102),
    "cieccpa061-emission-factor": (5, 5, 5),
    "cieccpa061-mass-balance": (7, 7, 7),
    "cieccpa061-measured": (2, 4, 4),
    "cieccpa061-total": (3, 3, 3),
    "gbt32151-1-2015": (39, 40, 40),
}


@pytest.fixture(scope="module")
def rows() -> list[MatrixRow]:
    return matrix_of(Library())


def test_the_matrix_only_grows(rows: list[MatrixRow]) -> None:
    assert {row.method.id for row in rows} >= LEAST.keys()
    for row in rows:
        if row.method.id in LEAST:
            found = tuple(row.equal(name) for name in ("sql", "workbook", "notation"))
            assert all(f >= least for f, least in zip(found, LEAST[row.method.id], strict=True)), (
                row.method.id
            )


def test_nine_tenths_of_the_power_steps_are_equal(rows: list[MatrixRow]) -> None:
    for row in rows:
        if row.method.id.startswith(("cets-power", "gbt32151")):
            for name in ("sql", "workbook"):
                assert row.equal(name) >= 0.9 * len(row.method.steps), (row.method.id, name)


def test_every_refusal_has_a_listed_reason_in_two_languages(rows: list[MatrixRow]) -> None:
    refused = [each for row in rows for name in row.verdicts for each in row.refusals(name)]
    assert refused and all(each.zh and each.en for each in refused)
    assert {e.reason for row in rows for e in row.refusals("sql")} <= REASONS.keys()


def test_it_is_printed() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tanheng", "methods", "matrix", "--json"], capture_output=True, check=True
    )
    found = json.loads(said.stdout)
    assert found["cets-power-2023"]["workbook"]["E"] == "equal"
    shown = subprocess.run(
        [sys.executable, "-m", "tanheng", "methods", "matrix"], capture_output=True, check=True
    )
    assert "cets-power-2026" in shown.stdout.decode() and "notation" in shown.stdout.decode()
