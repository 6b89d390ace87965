"""Tables for the tests: the columns of a factor table, and a library folder written from a few cells."""

import csv
import io
from pathlib import Path

from tanheng.library.factor_table import COLUMNS

GOOD = {
    "id": "fuel.own.diesel.ncv",
    "set": "own",
    "item": "ncv",
    "key": "diesel",
    "name_zh": "柴油 低位发热量",
    "name_en": "Diesel NCV",
    "value": "42.5",
    "unit": "GJ/t",
    "source": "化验报告 2024-017",
    "valid_from": "2024-01-01",
    "valid_to": "2024-12-31",
    "known_from": "2024-02-01",
    "certainty": "sure",
    "note": "供方年度化验",
}
"""An own row that is in order."""


def table(*rows, columns=COLUMNS) -> bytes:
    """A CSV of rows, each a dict over GOOD."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([(GOOD | row).get(name, "") for name in columns] for row in rows)
    return out.getvalue().encode()


def own(folder: Path, **tables: bytes) -> Path:
    """A library folder that holds these families."""
    (folder / "factors").mkdir(parents=True, exist_ok=True)
    for family, data in tables.items():
        (folder / "factors" / f"{family}.csv").write_bytes(data)
    return folder
