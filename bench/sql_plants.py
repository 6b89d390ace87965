"""A fleet of plant-years with day data through engine.sql, beside engine.exact one plant after the other.

    python -m bench.sql_plants [plants]

Each runs in a process of its own. The plants are the demonstration plant with other figures; the totals of a
sample are compared with the exact back end's.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

from tanheng.engine.exact.run import Run
from tanheng.engine.sql.runner import run_sql
from tanheng.facts.inputs import Inputs
from tanheng.kernel.numbers import exact_text, parse_exact
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import load_method

PLANTS = 1000
METHOD = "cets-power-2023"
SAMPLE = 10


class Fleet(Mapping[str, Inputs]):
    """Plants that are made when asked for, so that the memory of the run is measured and not theirs."""

    def __init__(self, count: int) -> None:
        from tests.plant import beiling

        self.count, self.first = count, beiling()
        self.making = 0.0

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[str]:
        return (f"P{number:05}" for number in range(self.count))

    def __getitem__(self, plant: str) -> Inputs:
        start = time.perf_counter()
        rng = random.Random(plant)
        share = parse_exact(f"{rng.randint(900, 1100)}") / 1000
        data = [
            replace(d, value=exact_text(parse_exact(d.value) * share)) if d.name == "FC_day" else d
            for d in self.first.data
        ]
        found = replace(self.first, data=tuple(data))
        self.making += time.perf_counter() - start
        return found


def fleet_in_sql(count: int) -> dict[str, str]:
    """The totals of every plant, all steps computed."""
    fleet = Fleet(count)
    start, loaded = time.perf_counter(), 0.0

    def progress(done: int, of: int, name: str) -> None:
        nonlocal loaded
        if done == count:
            loaded = time.perf_counter() - start - fleet.making

    with run_sql(load_method(METHOD), fleet, FactorLibrary.load(), progress=progress) as found:
        assert found.ok
        totals = {r.plant: r.shown for r in found.table("E")}
    seconds = time.perf_counter() - start - fleet.making
    _print(seconds, loaded, totals)
    return totals


def sample_in_exact(count: int) -> dict[str, str]:
    """The totals of a few plants by the exact back end, every step computed."""
    fleet, method, factors = Fleet(count), load_method(METHOD), FactorLibrary.load()
    totals = {}
    plants = [(plant, fleet[plant]) for plant in list(fleet)[:SAMPLE]]
    start = time.perf_counter()
    for plant, inputs in plants:
        run = Run(method, inputs, factors)
        for name in method.sequence:
            for row in run.of(name):
                run.value(name, row)
        totals[plant] = exact_text(parse_exact(str(run.value("E", ()))))
    _print(time.perf_counter() - start, 0.0, totals)
    return totals


def _print(seconds: float, loaded: float, totals: dict[str, str]) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, loaded, peak, totals]))


def _measured(what: str, count: int) -> tuple[float, float, float, dict[str, str]]:
    command = (sys.executable, "-m", "bench.sql_plants", "--run", what, str(count))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, loaded, peak, totals = json.loads(done.stdout)
    return seconds, loaded, peak, totals


def main(count: int = PLANTS) -> None:
    """Print the figures of the fleet."""
    print(f"{count} plant-years of {METHOD} (2 units, day data, all steps)")
    seconds, loaded, peak, totals = _measured("sql", count)
    exact, _, _, sample = _measured("exact", count)
    assert len(totals) == count and all(totals[plant] == total for plant, total in sample.items())
    print(f"  {'engine.sql':<34} {seconds:8.1f} s, {loaded:.1f} of them reading the inputs; {peak:.0f} MB")
    print(f"  {'engine.exact, from a sample of 10':<34} {exact / SAMPLE * count:8.1f} s, totals equal")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        (fleet_in_sql if sys.argv[2] == "sql" else sample_in_exact)(int(sys.argv[3]))
    else:
        main(*map(int, sys.argv[1:2]))
