"""Equal inputs give equal bytes, whatever the order of data and asking, hash seed, locale and zone."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

from tanheng.engine.exact.result import result_json, result_of
from tanheng.engine.exact.run import Run
from tanheng.facts.inputs import Inputs, Member
from tanheng.library.factor_library import FactorLibrary
from tests.formula.small import COAL, Entry, day_rows, inputs, january, method

ROOT = Path(__file__).parents[3]
MEMBERS = {
    "unit": (Member("2"), Member("10"), Member("1")),
    "fuel": (
        Member("煤", (("unit", "1"),), "t"),
        Member("气", (("unit", "1"),), "1e4Nm3"),
        Member("煤", (("unit", "2"),), "t"),
        Member("油", (("unit", "10"),), "t"),
    ),
}


def plant() -> list[Entry]:
    """Three units, four fuels; values missing, values refused, lots: all kinds of output are there."""
    data: list[Entry] = january()
    for unit, fuel, own in (("1", "气", "1e4Nm3"), ("2", "煤", "t"), ("10", "油", "t")):
        row = {"unit": unit, "fuel": fuel}
        data.append(("route", row, "A", ""))
        for n, each in enumerate(day_rows("2024-01", 31, row), 1):
            if (fuel, n) != ("油", 9):
                data.append(("FC_day", each, f"{n}.5", own))
            data.append(("NCV_day", each, f"-{n}" if n == 40 else str(30 + n), f"GJ/{own}"))
    for lot in ("丙", "甲", "乙"):
        data.append(("mass", {**COAL, "month": "2024-01", "lot": lot}, "750", "kg"))
    data.append(("FC_day", {**COAL, "month": "2024-02", "day": "2024-02-01"}, "-4", "t"))
    return data


def made(order: random.Random | None = None) -> Run:
    data, members = plant(), dict(MEMBERS)
    if order is not None:
        order.shuffle(data)
        members = {
            s: tuple(order.sample(m, len(m))) for s, m in order.sample(list(members.items()), len(members))
        }
    return Run(method(), inputs(data, "2024", members), FactorLibrary([]))


def digest() -> str:
    return hashlib.sha256(result_json(result_of(made()))).hexdigest()


def test_order_of_the_inputs(rng: random.Random):
    wanted = result_json(result_of(made()))
    for _ in range(5):
        assert result_json(result_of(made(rng))) == wanted


def test_order_of_asking(rng: random.Random):
    """Values that somebody asked for before, in any order, change nothing in the result."""
    wanted = result_json(result_of(made()))
    for _ in range(5):
        run = made()
        cells = [(name, row) for name in run.method.steps for row in run.of(name)]
        for name, row in rng.sample(cells, len(cells) // 3):
            try:
                run.value(name, row)
            except Exception as refused:
                assert type(refused).__name__ == "Refused"
        assert result_json(result_of(run)) == wanted


def test_inputs_that_travelled_as_json_are_the_same():
    first = made()
    again = Inputs.from_json(first.inputs.to_json())
    assert result_json(result_of(Run(method(), again, FactorLibrary([])))) == result_json(result_of(first))


def test_another_hash_seed_locale_and_time_zone():
    """In processes of their own: three hash seeds, three locales, zones twenty hours apart."""
    code = "from tests.engine.exact.test_order_free import digest; print(digest())"
    wanted = digest()
    for seed, locale, zone in (
        ("0", "C", "UTC"),
        ("1", "tr_TR.UTF-8", "Pacific/Kiritimati"),
        ("12345", "zh_CN.GBK", "CST6"),
    ):
        env = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "LC_ALL": locale,
            "LANG": locale,
            "TZ": zone,
            "PYTHONPATH": str(ROOT),
        }
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=env,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        assert done.stdout.strip() == wanted


def test_everything_is_in_it():
    """The comparison above would prove little on an empty result."""
    found = result_of(made())
    assert {p.code for p in found.problems} == {"TH-C01", "TH-C05", "TH-C09"}
    assert {line.name for line in found.lines} >= {"FC", "NCV", "C", "E_fuel", "lots"}
    assert found.notes
    # units in the order of people: 1, 2, 10
    assert made().rows.of(("unit",)) == [("1",), ("2",), ("10",)]
