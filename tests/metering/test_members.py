"""Fuels that overlap and units that change within the year: problems with a way out, never a sum."""

import re

import pytest

from tanheng.app.forms import write_form
from tanheng.facts.datum import Datum, row_of
from tanheng.metering import read_inputs
from tests.app.test_editions import COAL, plant


def form(tmp_path, name, code, rank=("", ""), amounts="1000"):
    """A form of 2023 in which a second fuel of unit 1 is registered and entered month by month."""
    inputs = plant("2023")
    data = list(inputs.data)
    for each in inputs.data:
        row = dict(each.row)
        if row.get("fuel") == "烟煤":
            value = code if each.name == "fuel_code" else amounts if each.name == "FC_book" else each.value
            data.append(Datum(each.name, row_of({**row, "fuel": name}.items()), value, each.unit))
    first = inputs.members["fuel"][0]
    members = {**inputs.members, "fuel": (first, type(first)(name, first.within, first.unit))}
    ranks = [
        Datum("fuel_rank", row_of({**COAL, "fuel": f}.items()), r, "")
        for f, r in zip(("烟煤", name), rank, strict=True)
        if r
    ]
    changed = type(inputs)(
        inputs.method, inputs.period, inputs.boundary, members, tuple(data), (*inputs.facts, *ranks)
    )
    return write_form(tmp_path / "p.toml", "power-coal-chp", changed)


def said(path, severity):
    return [p for p in read_inputs(path).problems if p.severity == severity]


@pytest.mark.parametrize(
    ("name", "code", "rank", "amounts", "code_wanted"),
    [
        ("烟煤二", "coal", ("", ""), "990", "TH-I60"),
        ("烟煤二", "coal", ("烟煤", "烟煤"), "990", "TH-I60"),
        ("烟煤二", "coal", ("烟煤", "褐煤"), "990", ""),
        ("柴油", "diesel", ("", ""), "990", ""),
        ("柴油", "diesel", ("", ""), "1000", "TH-I63"),
        ("烟 煤", "coal", ("", ""), "990", "TH-I61"),
        ("烟－煤", "diesel", ("", ""), "990", "TH-I61"),
    ],
)
def test_a_fuel_entered_twice(name, code, rank, amounts, code_wanted, tmp_path):
    reading = read_inputs(form(tmp_path, name, code, rank, amounts))
    found = [p for p in reading.problems if p.code in ("TH-I60", "TH-I61", "TH-I63")]
    assert [p.code for p in found] == ([code_wanted] if code_wanted else [])
    if code_wanted:
        # it is held or refused, said at the second line, and both names are named
        assert reading.held or reading.inputs is None
        assert found[0].place.sheet and found[0].place.cell
        assert name in found[0].message("zh") and "烟煤" in found[0].message("en")
    else:
        assert reading.inputs is not None and not reading.held


def test_the_same_fuel_twice_in_one_unit_is_one_line_too_many(tmp_path):
    path = form(tmp_path, "烟煤二", "coal", ("烟煤", "褐煤"), "990")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("烟煤二", "烟煤"), encoding="utf-8")
    reading = read_inputs(path)
    assert reading.inputs is None
    assert {"TH-I62", "TH-I01"} <= {p.code for p in reading.problems}


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ('"纯凝发电"', '"热电联产"', "产品类型"),
        ('"燃煤"', '"燃气"', "主要燃料类别"),
        ('"10"', '"12"', "机组容量"),
    ],
)
def test_a_unit_that_changes_within_the_year_is_two_members(old, new, column, tmp_path):
    """Class, product and capacity hold for a unit and a year: a second line with another one is refused."""
    path = write_form(tmp_path / "p.toml", "power-coal-chp", plant("2023"))
    text = path.read_text(encoding="utf-8")
    start = text.index("[units]")
    rows = re.search(r"rows = \[\n(.*?)\n\]", text[start:], re.S)
    line = rows[1].rstrip(",")
    assert old in line
    both = f"{line},\n{line.replace(old, new, 1)},"
    path.write_text(text[:start] + text[start:].replace(rows[1], both, 1), encoding="utf-8")
    reading = read_inputs(path)
    found = [p for p in reading.problems if p.code == "TH-I62"]
    assert reading.inputs is None and len(found) == 1
    assert (
        column in found[0].message("zh") and "1A" in found[0].remedy("zh") and "1B" in found[0].remedy("en")
    )
