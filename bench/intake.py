"""Intake of a workbook of 100 000 lines, beside calamine alone on the same file.

    python -m bench.intake [lines]

Ours reads, checks archive and sheets, understands every cell and builds `Inputs`; calamine only gives the
cells. The figures are compared with what was written before any time is printed. Each run is a process of its
own, so that neither sees the other's memory.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs, Member

TIMES = 3
LIMIT_SECONDS, LIMIT_MB = 1.0, 500

WRITE = """
import sys
from bench.intake import plant
from tanheng.library.method_library import load_method
from tanheng.library.template_library import load_template
from tanheng.metering.workbook_template import write_template
inputs = plant(int(sys.argv[2]))
template = load_template("power-coal-chp", load_method("cets-power-2023"))
write_template(sys.argv[1], template, period="2024", data=inputs)
print(inputs.digest)
"""
OURS = """
import resource, sys
from tanheng.metering import read_inputs
reading = read_inputs(sys.argv[1])
here, there = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(reading.seconds, here, there, reading.read, reading.stored, reading.refused, reading.inputs.digest)
"""
ALONE = """
import resource, sys, time, python_calamine
started = time.perf_counter()
book = python_calamine.load_workbook(sys.argv[1])
cells = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
WORDS = {
    "merged": "合并",
    "product": "纯凝发电",
    "main_fuel": "燃煤",
    "el_route": "机组计量",
    "cofire": "不掺烧",
}
FUEL = {"fuel_code": "coal", "FC_route": "入炉日计量", "C_route": "未测", "NCV_route": "缺省值"}


def plant(lines: int) -> Inputs:
    """Day data of as many units as the lines need; everything else as small as it may be."""
    units = -(-lines // 366)
    names = [str(u) for u in range(units)]
    members = {
        "unit": tuple(Member(u) for u in names),
        "fuel": tuple(Member("烟煤", (("unit", u),), "t") for u in names),
    }
    data: list[Datum] = []
    for u in names:
        data += [Datum(n, (("unit", u),), w, "") for n, w in WORDS.items()]
        data += [Datum(n, (("fuel", "烟煤"), ("unit", u)), w, "") for n, w in FUEL.items()]
        for n in range(1, 13):
            data.append(Datum("W_buy_unit", (("month", f"2024-{n:02}"), ("unit", u)), "0", "MWh"))
    for k in range(units * 366):
        day = (date(2024, 1, 1) + timedelta(k % 366)).isoformat()
        row = row_of({"unit": str(k // 366), "fuel": "烟煤", "day": day, "month": day[:7]}.items())
        data.append(Datum("FC_day", row, f"{4000 + k % 977}.{k % 90 + 10}".rstrip("0"), "t"))
        data.append(Datum("NCV_day", row, f"2{k % 4}.{k % 800 + 101}".rstrip("0"), "GJ/t"))
        data.append(Datum("M_ar_day", row, f"1{k % 5}.{k % 9 + 1}", "%"))
    facts = (Datum("entity_name", (), "基准电厂", ""), Datum("credit_code", (), "91640100MA0000007A", ""))
    return Inputs("cets-power-2023", "2024", "ets_facility", members, tuple(data), facts)


def run(program: str, *arguments: str) -> list[str]:
    """What a program of its own process prints, in words."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()


def main(lines: int = 100_000) -> None:
    """Write the workbook, read it three times each way, print the best of each and the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "big.xlsx")
        (written,) = run(WRITE, path, str(lines))
        ours = [run(OURS, path) for _ in range(TIMES)]
        alone = [run(ALONE, path) for _ in range(TIMES)]
    assert {each[-1] for each in ours} == {written}, "the figures read are not those written"
    best, peer = min(float(each[0]) for each in ours), min(float(each[0]) for each in alone)
    here, worker, bare = (int(figure) / 1024 for figure in (ours[0][1], ours[0][2], alone[0][1]))
    read, stored, refused = ours[0][3:6]
    print(f"intake: {read} lines read = {stored} stored + {refused} refused")
    print(f"  calamine alone      {peer:.2f} s   {bare:.0f} MB")
    print(f"  workbook to Inputs  {best:.2f} s   {here:.0f} MB, worker {worker:.0f} MB")
    bound = f"limit {LIMIT_SECONDS:+.2f} s, {LIMIT_MB} MB"
    print(f"  {best / peer:.1f} times calamine, {best - peer:+.2f} s ({bound})\n")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:2]))
