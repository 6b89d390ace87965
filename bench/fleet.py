"""A thousand plant-years of the power method through `fleet`, from Parquet, beside two bounds.

The plants are made of the demonstration plant, each with other coal, carbon and electricity. The bounds:
`account` plant by plant, extrapolated from a few; and DuckDB alone, which adds up one column of the file.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import duckdb

from tanheng.app.accounting import account
from tanheng.app.fleet import account_fleet
from tanheng.app.fleet_parquet import write_parquet
from tanheng.app.fleet_source import Fleet, PlantYear, gather, packed
from tanheng.app.library import Library
from tanheng.app.python import read
from tanheng.facts.inputs import Inputs
from tanheng.kernel.numbers import exact_text

ROOT = Path(__file__).parents[1]
PLANTS, SAMPLE, PROMISE = 1000, 8, 120
# percent by which a plant's figures differ at most, and the decimals that they are given with
VARIED = {"FC_day": (4, 2), "C_ad": (3, 2), "NCV_day": (3, 3), "W_buy_unit": (20, 3)}


def varied(inputs: Inputs, rng: random.Random) -> Inputs:
    """The plant with other numbers, none of them moved so far that a rule of plausibility refuses it."""
    data = []
    for d in inputs.data:
        if d.name in VARIED and d.value:
            percent, digits = VARIED[d.name]
            moved = Fraction(d.value) * (1 + Fraction(rng.randint(-percent * 100, percent * 100), 10_000))
            d = replace(d, value=exact_text(Fraction(round(moved * 10**digits), 10**digits)))
        data.append(d)
    facts = tuple(f for f in inputs.facts if f.name not in ("credit_code", "entity_name"))
    return replace(inputs, data=tuple(data), facts=facts)


def make(folder: Path, plants: int) -> Path:
    """Write fleet.parquet."""
    inputs, rng = read(ROOT / "examples" / "beiling-2024.xlsx"), random.Random(1)
    path = folder / "fleet.parquet"
    with Fleet() as fleet:
        for number in range(plants):
            id = f"P{number:05}"
            year = PlantYear(id, f"电厂 {number}", inputs.method, inputs.period, inputs.boundary, id)
            fleet.add(year, packed(varied(inputs, rng)))
        write_parquet(fleet, path)
    return path


def main(plants: int = PLANTS) -> None:
    """Print the figures."""
    print(f"fleet: {plants:,} plant-years of cets-power-2023 from Parquet, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as text:
        # in processes of their own, so that peak memory is that of the work alone
        _apart("--make", text, str(plants))
        path = Path(text, "fleet.parquet")
        rows, size, scan = by_hand(path)
        print(f"  {rows:,} rows, {size / 2**20:.1f} MB of Parquet")
        totals, gathered, whole, cpu, peak = json.loads(_apart("--run", str(path)))
        with gather(path) as fleet:
            drawn = random.Random(2).sample(list(fleet), min(SAMPLE, plants))
            wanted, each = by_exact(fleet, drawn)
    assert len(totals) == plants and len(set(totals.values())) > plants * 9 // 10
    assert {key: totals[key] for key in drawn} == wanted
    promise = f"promise ≤ {PROMISE * plants / PLANTS:.0f} on an idle machine"
    print(f"  read                            {gathered:9.2f} s")
    print(f"  read and computed, all rules    {whole:9.2f} s, {cpu:.1f} s of processors; {promise}")
    print(f"  peak memory                     {peak[0]:9.0f} MB, of its largest child {peak[1]:.0f} MB")
    ratio = each * plants / whole
    print(
        f"  `account` one by one            {each * plants:9.2f} s, {ratio:.1f} ×; {len(drawn)} done, equal"
    )
    print(f"  DuckDB adds up one column       {scan:9.2f} s: what reading alone takes")


def _apart(*words: str) -> str:
    command = (sys.executable, "-m", "bench.fleet", *words)
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


def run(path: Path) -> None:
    """The work itself: totals, seconds of reading and in all, processor seconds, peak memory [MB]."""
    start = time.perf_counter()
    with gather(path) as fleet:
        gathered = time.perf_counter() - start
        done = account_fleet(fleet)
    whole = time.perf_counter() - start
    assert not done.failed, done.failed[:3]
    used = [resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in used)
    totals = {row.year.key: row.exact for row in done.totals}
    print(json.dumps([totals, gathered, whole, cpu, [each.ru_maxrss / 1024 for each in used]]))


def by_exact(fleet: Fleet, keys: list[str]) -> tuple[dict[str, str], float]:
    """Totals by `account`, and seconds for each."""
    library, found = Library(), {}
    account(fleet[keys[0]], library)
    start = time.perf_counter()
    for key in keys:
        result = account(fleet[key], library).result
        line = result.line("E", result.period)
        assert line is not None
        found[key] = line.exact
    return found, (time.perf_counter() - start) / len(keys)


def by_hand(path: Path) -> tuple[int, int, float]:
    """Rows, bytes, and seconds in which DuckDB adds up the coal of every plant."""
    start = time.perf_counter()
    with duckdb.connect() as db:
        db.execute(
            "SELECT plant, sum(value::DECIMAL(18, 2)) FROM read_parquet(?) "
            "WHERE item = 'FC_day' GROUP BY plant",
            [str(path)],
        ).fetchall()
        took = time.perf_counter() - start
        (found,) = db.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchall()
    return int(found[0]), path.stat().st_size, took


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["--run"]:
        run(Path(sys.argv[2]))
    else:
        main(*map(int, sys.argv[1:2]))
