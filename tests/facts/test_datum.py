"""A datum is frozen, says what its state lacks, and many are made as one is."""

import dataclasses

import pytest

from tanheng.facts.datum import Datum, Origin, measured, row_of

ROW = row_of({"unit": "1", "month": "2024-03", "fuel": "烟煤"}.items())


def test_rows_stand_by_scope():
    assert ROW == (("fuel", "烟煤"), ("month", "2024-03"), ("unit", "1"))


@pytest.mark.parametrize(
    ("state", "reason", "person", "rule", "lack"),
    [
        ("measured", "", "", "", ""),
        ("declared", "检修", "李明", "", ""),
        ("declared", "", "李明", "", "reason"),
        ("declared", "检修", " ", "", "person"),
        ("substituted", "校验超差", "李明", "", "rule"),
        ("substituted", "校验超差", "李明", "DQCP 4.3", ""),
        ("guessed", "x", "y", "z", "state"),
    ],
)
def test_what_a_state_lacks(state, reason, person, rule, lack):
    assert Datum("FC", ROW, "0", "t", state, reason, person, rule).lack() == lack


def test_a_datum_cannot_be_changed():
    datum = Datum("FC", ROW, "1", "t")
    with pytest.raises(dataclasses.FrozenInstanceError):
        datum.value = "2"  # type: ignore[misc]


def test_many_are_made_as_one_is():
    origins = [Origin("workbook", "f", "s", f"D{n}") for n in range(3)]
    many = measured("FC", [ROW] * 3, ["1", "2", "3"], ["t"] * 3, origins)
    assert many == [Datum("FC", ROW, str(n + 1), "t", origin=origins[n]) for n in range(3)]
    assert [type(each) for each in many] == [Datum] * 3 and len({hash(each) for each in many}) == 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        many[0].value = "2"  # type: ignore[misc]
    assert dataclasses.replace(many[0], value="9").value == "9"
