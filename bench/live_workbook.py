"""A plant-year as a workbook of live formulas: how long it takes to write, and LibreOffice to recompute."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from fractions import Fraction
from pathlib import Path

from python_calamine import CalamineWorkbook

from bench.plant_year import _ALWAYS, PLANT, best
from tanheng.app.accounting import account
from tanheng.engine.exact.run import Run
from tanheng.engine.workbook.book import workbook_bytes
from tanheng.engine.workbook.matrix import drafted
from tanheng.engine.workbook.plan import STEP, Plan
from tanheng.engine.workbook.steps import cached


def main() -> None:
    """Print the figures."""
    print("\nlive workbook (2 × 600 MW, day data)")
    run = account(PLANT).run
    took, data = best(lambda: workbook_bytes(run), 3)
    assert isinstance(data, bytes)
    _line("written, from the run on", took, f"s; {len(data) / 1e6:.2f} MB; promise < 2")
    if shutil.which("soffice") is None:
        print("  LibreOffice is not installed: not recalculated")
        return
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        path = recalculated(data, Path(folder))
        took = time.perf_counter() - start
        equal, compared = compare(run, path)
    assert equal == compared, f"{compared - equal} of {compared} cells differ"
    _line("recalculated by LibreOffice", took, f"s; {compared} rounded values, each digit equal")


def _line(what: str, seconds: float, note: str) -> None:
    print(f"  {what:<44} {seconds:8.3f} {note}")


def recalculated(data: bytes, folder: Path) -> Path:
    """The workbook after headless LibreOffice has computed every formula anew."""
    (folder / "profile" / "user").mkdir(parents=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")
    source = folder / "live.xlsx"
    source.write_bytes(data)
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = ("soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out"))
    subprocess.run((*command, str(source)), capture_output=True, check=True, timeout=300)
    return folder / "out" / "live.xlsx"


def compare(run: Run, path: Path) -> tuple[int, int]:
    """How many rounded values agree to the last reported digit, and how many there are."""
    plan, equal, compared = Plan(run.method, run), 0, 0
    drafted(plan)
    book = CalamineWorkbook.from_path(path)
    for sheet in plan.sheets.values():
        cells = book.get_sheet_by_name(sheet.title).to_python(skip_empty_area=False)
        for column in sheet.columns:
            for row in sheet.rows if column.role == STEP else ():
                way, exact = run.way(column.name, row), cached(plan, column, row)
                if way is not None and way.rounding is not None and isinstance(exact, Fraction):
                    found = Fraction(repr(float(str(cells[sheet.at[row] - 1][column.position]))))
                    equal += way.rounding.apply(found) == exact
                    compared += 1
    return equal, compared


if __name__ == "__main__":
    main()
