"""Run every benchmark and print its figures with the machine and the versions."""

from __future__ import annotations

import importlib.metadata
import os
import platform

from bench import fleet, intake, live_workbook, plant_year, sql_plants, sql_rows


def main() -> None:
    """Print machine and versions, then each benchmark."""
    names = ("tanheng", "python-calamine", "xlsxwriter", "typst", "python-docx", "duckdb", "polars", "pandas")
    versions = ", ".join(f"{n} {importlib.metadata.version(n)}" for n in names)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
    print(f"{machine}, Python {platform.python_version()}\n{versions}\n")
    plant_year.main()
    intake.main()
    live_workbook.main()
    sql_rows.main()
    sql_plants.main()
    fleet.main()


if __name__ == "__main__":
    main()
