"""Damaged workbooks: no crash, none over 10 s or 500 MB.

What is accepted is the same plant, or names every cell that differs.
"""

import resource
import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from tanheng.facts.inputs import Inputs
from tanheng.metering.cell_names import position
from tanheng.metering.workbook_template import write_template
from tests.metering.mutate import mutant, repacked
from tests.metering.small import plant, read, template

CHUNKS = 10


@lru_cache(maxsize=1)
def monthly() -> Inputs:
    """The small plant with its coal by month, so that reading it takes little time."""
    words = {"入炉日计量": "入炉月报", "日加权": "月报"}
    data = [
        replace(d, value=words.get(d.value, d.value)) for d in plant().data if not d.name.endswith("_day")
    ]
    months = [d for d in data if d.name == "C_ad"]
    data += [replace(d, name="FC_book", value=f"18{n:02}00.5", unit="t") for n, d in enumerate(months)]
    data += [replace(d, name="NCV_book", value=f"20.{n + 11}1", unit="GJ/t") for n, d in enumerate(months)]
    data += [replace(d, name="M_ar_book", value=f"1{n % 5}.5", unit="%") for n, d in enumerate(months)]
    return replace(plant(), data=tuple(data))


@lru_cache(maxsize=1)
def book() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_template(Path(folder) / "plant.xlsx", template(), period="2024", data=monthly())
        return (Path(folder) / "plant.xlsx").read_bytes()


def figures(inputs: Inputs) -> dict:
    return {
        (kind, d.name, d.row): d
        for kind, data in (("data", inputs.data), ("facts", inputs.facts))
        for d in data
    }


def differing(before: Inputs, after: Inputs) -> list:
    """The data of either side that the other has not, or has with another figure."""
    one, two = figures(before), figures(after)

    def figure(datum):
        return datum and replace(datum, origin=type(datum.origin)())

    keys = [key for key in one.keys() | two.keys() if figure(one.get(key)) != figure(two.get(key))]
    return [datum for key in keys for datum in (one.get(key), two.get(key)) if datum is not None]


def test_the_plant_itself_is_read(tmp_path):
    for data in (book(), repacked(book())):
        reading = read(data, tmp_path)
        assert (
            reading.problems == ()
            and reading.inputs is not None
            and reading.inputs.digest == monthly().digest
        )


@pytest.mark.drill
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_damaged_workbooks(tmp_path, rounds, rng, chunk):
    original = read(book(), tmp_path).inputs
    assert original is not None
    accepted, slowest = 0, 0.0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(rounds(50, 1000)):
        said, data, cells = mutant(rng, book())
        reading = read(data, tmp_path, template=template())
        slowest = max(slowest, reading.seconds)
        assert reading.seconds < 10, said
        assert reading.read == reading.stored + reading.refused, said
        assert reading.inputs is not None or any(p.severity != "info" for p in reading.problems), said
        if reading.inputs is None:
            continue
        accepted += 1
        odd = differing(original, reading.inputs)
        assert all(d.origin.sheet and d.origin.cell for d in odd), said
        if cells is not None and (reading.inputs.members, reading.inputs.period) == (
            original.members,
            original.period,
        ):
            assert all(explained(d, cells) for d in odd), (said, [d.origin for d in odd][:5])
    # the subprocess cannot take more than its limit; here it is our own share that counts
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"accepted {accepted}, slowest {slowest:.2f} s, grown by {grown // 1024} MB")
    assert grown < 500_000


def explained(datum, cells) -> bool:
    """Whether a changed cell is that of the datum, of its line's keys, of its column's head.

    Or a declaration.
    """
    sheet, (column, row) = datum.origin.sheet, position(datum.origin.cell)
    for changed_sheet, cell in cells:
        at, line = position(cell)
        if changed_sheet == sheet and (line == row or (at == column and line < 5)):
            return True
        if changed_sheet == sheet == "企业" or changed_sheet in ("停用与未用", "替代申报"):
            return True
    return False
