"""Ten million activity rows by factor, through engine.sql, beside hand-written SQL, Polars and pandas.

Every contestant runs in a process of its own and prints its answers, its least wall time of three runs
(pandas: one) and its peak memory; the answers must be equal to the last digit.

    python -m bench.sql_rows [rows]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

ROWS = 10_000_000
ROUNDS = 3
PROMISE, MEMORY = 1.2, 500
FACTORS = {"coal": "2.64000", "oil": "3.02000", "gas": "21.62200", "lng": "2.75130", "power": "0.57030"}
METHOD = """
id = "rows"
zh = "流水"
en = "Activity rows"
law = "cieccpa-061 8.2.5"
force = "2020-01-01"
until = "2029-12-31"
boundary = "enterprise"
rounding = { mode = "half_up", law = "cieccpa-061 8.2.5" }
[scope]
unit = { zh = "核算单元" }
ticket = { zh = "流水", in = "unit month", open = true }
[table.factor]
unit = "kgCO2/kg"
key = "kind"
rows = { ROWS }
[[given]]
per = "ticket"
amount = { unit = "kg", zh = "数量", range = ["0", ""] }
kind = { kind = "word", zh = "种类", one_of = [KINDS] }
[[step]]
name = "E_month"
per = "unit month"
unit = "tCO2"
round = 3
is = "total(amount * factor[kind])"
[[step]]
name = "E"
unit = "tCO2"
is = "total(E_month)"
[answer]
E = { as = "emission" }
"""
MONTHS = "'2024-' || lpad((1 + i % 12)::VARCHAR, 2, '0')"


def make(folder: Path, rows: int) -> None:
    """Write tickets.parquet, plants.parquet and units.parquet: 20 plants of 5 units."""
    kinds = ", ".join(f"'{k}'" for k in FACTORS)
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT 'P' || (100 + i // 12 % 20) AS plant, 'U' || (1 + i // 240 % 5) AS unit, "
            f"{MONTHS} AS month, i::VARCHAR AS ticket, (hash(i) % 10000000)::BIGINT AS amount, "
            f"[{kinds}][(1 + hash(i + 7) % 5)::BIGINT] AS kind FROM range({rows}) t(i)) "
            f"TO '{folder}/tickets.parquet' (FORMAT parquet)"
        )
        con.execute(
            f"COPY (SELECT 'P' || (100 + i) AS plant, '2024' AS period FROM range(20) t(i)) "
            f"TO '{folder}/plants.parquet' (FORMAT parquet)"
        )
        con.execute(
            f"COPY (SELECT 'P' || (100 + i // 5) AS plant, 'U' || (1 + i % 5) AS unit FROM range(100) t(i)) "
            f"TO '{folder}/units.parquet' (FORMAT parquet)"
        )


def ours(folder: Path, checked: bool = True) -> dict[str, str]:
    """The method through engine.sql, read in place."""
    from tanheng.engine.sql.runner import run_sql
    from tanheng.engine.sql.tables import Tables
    from tanheng.kernel.numbers import exact_text
    from tanheng.library.factor_library import FactorLibrary
    from tanheng.library.method_library import read_method

    factors = ", ".join(f'{k} = "{trimmed(v)}"' for k, v in FACTORS.items())
    text = METHOD.replace("ROWS", factors).replace("KINDS", ", ".join(f'"{k}"' for k in FACTORS))
    tickets = f"read_parquet('{folder}/tickets.parquet')"
    tables = Tables(
        f"read_parquet('{folder}/plants.parquet')",
        {"amount": tickets, "kind": tickets},
        {"unit": f"read_parquet('{folder}/units.parquet')"},
        checked=checked,
    )
    with run_sql(read_method(text.encode(), "rows.toml"), tables, FactorLibrary([])) as found:
        assert found.ok
        return {r.plant: exact_text(r.own) for r in found.table("E") if r.own is not None}


def checked_by_us(folder: Path) -> dict[str, str]:
    """The same, with every row looked at first: keys that stand once, ranges, words."""
    return ours(folder, checked=False)


def hand_written(folder: Path) -> dict[str, str]:
    """What a careful engineer writes in DuckDB, in decimals."""
    listed = ", ".join(f"('{k}', {v}::DECIMAL(9,5))" for k, v in FACTORS.items())
    with duckdb.connect() as con:
        rows = con.execute(
            "SELECT plant, sum(e)::VARCHAR FROM (SELECT plant, unit, month, "
            "round(sum(amount * factor) * 0.001::DECIMAL(4,3), 3) AS e "
            f"FROM read_parquet('{folder}/tickets.parquet') "
            f"JOIN (VALUES {listed}) f(kind, factor) USING (kind) "
            "GROUP BY ALL) GROUP BY plant"
        ).fetchall()
    return {plant: trimmed(total) for plant, total in rows}


def hand_written_whole(folder: Path) -> dict[str, str]:
    """The same in whole numbers, as one writes it who minds every millisecond."""
    listed = ", ".join(f"('{k}', {whole(v)}::BIGINT)" for k, v in FACTORS.items())
    with duckdb.connect() as con:
        rows = con.execute(
            "SELECT plant, sum((2 * e + 100000) // 200000)::BIGINT "
            "FROM (SELECT plant, sum(amount * factor) AS e "
            f"FROM read_parquet('{folder}/tickets.parquet') "
            f"JOIN (VALUES {listed}) f(kind, factor) USING (kind) "
            "GROUP BY plant, unit, month) GROUP BY plant"
        ).fetchall()
    return {plant: thousandths(total) for plant, total in rows}


def in_polars(folder: Path) -> dict[str, str]:
    """Polars, lazily and streaming, in whole numbers."""
    import polars as pl

    factors = pl.LazyFrame({"kind": list(FACTORS), "factor": [whole(v) for v in FACTORS.values()]})
    found = (
        pl.scan_parquet(f"{folder}/tickets.parquet")
        .join(factors, on="kind")
        .group_by("plant", "unit", "month")
        .agg((pl.col("amount") * pl.col("factor")).sum().alias("e"))
        .with_columns((2 * pl.col("e") + 100_000).floordiv(200_000).alias("e"))
        .group_by("plant")
        .agg(pl.col("e").sum())
        .collect(engine="streaming")
    )
    return {plant: thousandths(total) for plant, total in found.iter_rows()}


def in_pandas(folder: Path) -> dict[str, str]:
    """pandas, in whole numbers; DuckDB hands it the file, as pandas alone reads no Parquet."""
    with duckdb.connect() as con:
        frame = con.execute(
            f"SELECT plant, unit, month, amount, kind FROM read_parquet('{folder}/tickets.parquet')"
        ).df()
    frame["e"] = frame["amount"] * frame["kind"].map({k: whole(v) for k, v in FACTORS.items()})
    months = frame.groupby(["plant", "unit", "month"])["e"].sum()
    totals = ((2 * months + 100_000) // 200_000).groupby("plant").sum()
    return {str(plant): thousandths(int(total)) for plant, total in totals.items()}


def whole(factor: str) -> int:
    """A factor in units of 0.00001."""
    return int(factor.replace(".", ""))


def thousandths(total: int) -> str:
    """Whole kilograms as tonnes."""
    return trimmed(f"{total // 1000}.{total % 1000:03}")


def trimmed(text: str) -> str:
    """A decimal without trailing zeros."""
    return text.rstrip("0").rstrip(".") if "." in text else text


CONTESTANTS: dict[str, Callable[[Path], dict[str, str]]] = {
    "engine.sql": ours,
    "engine.sql, rows looked at first": checked_by_us,
    "hand-written DuckDB SQL": hand_written,
    "hand-written, in whole numbers": hand_written_whole,
    "Polars": in_polars,
    "pandas": in_pandas,
}


def measured(name: str, folder: Path) -> tuple[dict[str, str], float, float]:
    """Answers, least wall time [s] and peak memory [MB] of a contestant in a process of its own."""
    done = subprocess.run(
        (sys.executable, "-m", "bench.sql_rows", "--run", name, str(folder)),
        capture_output=True,
        text=True,
        check=True,
    )
    answers, seconds, peak = json.loads(done.stdout)
    return answers, seconds, peak


def run(name: str, folder: Path) -> None:
    """One contestant, for its own process."""
    times, answers = [], {}
    for _ in range(1 if name == "pandas" else ROUNDS):
        start = time.perf_counter()
        answers = CONTESTANTS[name](folder)
        times.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([answers, min(times), peak]))


def main(rows: int = ROWS) -> None:
    """Print the table of the contestants."""
    print(f"activity rows by factor, {rows:,} rows of Parquet, best of {ROUNDS}, pandas once")
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        make(folder, rows)
        found = {name: measured(name, folder) for name in CONTESTANTS}
    wanted = found["hand-written DuckDB SQL"][0]
    bound = min(seconds for name, (_, seconds, _) in found.items() if name.startswith("hand-written"))
    assert len(wanted) == 20
    for name, (answers, seconds, peak) in found.items():
        assert answers == wanted, f"{name} has other answers"
        note = f"{seconds / bound:5.2f} × the best by hand, {peak:6.0f} MB"
        if name == "engine.sql":
            note += f"; promise ≤ {PROMISE} × and < {MEMORY} MB"
        print(f"  {name:<34} {seconds:8.3f} s {note}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2], Path(sys.argv[3]))
    else:
        main(*map(int, sys.argv[1:2]))
