"""Inputs have one order and one digest; what contradicts itself is refused."""

import dataclasses
import json
import random

import pytest

from tanheng.facts.datum import Datum, Origin, row_of
from tanheng.facts.inputs import Inputs, Member
from tanheng.kernel.canonical import canonical_json
from tanheng.kernel.problems import Refused


def at(**keys):
    return row_of(keys.items())


def some(data=None, **changes):
    data = (
        data
        if data is not None
        else [
            Datum("P_e", at(unit="1"), "600", "MW", origin=Origin("workbook", "a.xlsx", "机组", "D5")),
            Datum("FC", at(unit="1", fuel="烟煤", month="2024-02"), "0", "t", "declared", "检修", "李明"),
            Datum("FC", at(unit="1", fuel="烟煤", month="2024-01"), "12.5", "t"),
        ]
    )
    whole = {
        "method": "m",
        "period": "2024",
        "boundary": "ets_facility",
        "members": {
            "unit": (Member("10"), Member("2"), Member("1", label="甲")),
            "fuel": (Member("烟煤", at(unit="1"), "t"),),
        },
        "data": tuple(data),
        "facts": (Datum("entity_name", (), "厂", ""),),
        **changes,
    }
    return Inputs(**whole)


def test_any_order_gives_the_same_inputs():
    first = some()
    shuffled = list(first.data)
    random.Random(7).shuffle(shuffled)
    members = {k: tuple(reversed(v)) for k, v in reversed(list(first.members.items()))}
    second = some(shuffled, members=members)
    assert second == first and second.digest == first.digest and second.digest_full == first.digest_full
    assert [m.id for m in first.members["unit"]] == ["1", "2", "10"]
    assert [(d.name, dict(d.row).get("month")) for d in first.data] == [
        ("FC", "2024-01"),
        ("FC", "2024-02"),
        ("P_e", None),
    ]


def test_the_digest_is_of_figures_and_not_of_origins():
    first = some()
    moved = [dataclasses.replace(d, origin=Origin("toml", "b.toml")) for d in first.data]
    second = some(moved)
    assert second.digest == first.digest and second.digest_full != first.digest_full


@pytest.mark.parametrize("part", ["value", "unit", "name"])
def test_every_part_of_a_figure_is_in_the_digest(part):
    first = some()
    changed = [
        dataclasses.replace(first.data[0], **{part: "kg" if part == "unit" else "13"}),
        *first.data[1:],
    ]
    assert some(changed).digest != first.digest


def test_reasons_facts_members_and_boundary_are_in_the_digest():
    first = some()
    others = [
        some([dataclasses.replace(d, reason="停机") if d.reason else d for d in first.data]),
        some(facts=()),
        some(boundary="enterprise"),
        some(period="2023"),
        some(method="n"),
        some(members={**first.members, "unit": first.members["unit"][:2]}),
    ]
    assert len({first.digest, *(o.digest for o in others)}) == 7


def test_a_scope_without_members_says_nothing():
    first = some()
    assert some(members={**first.members, "part": ()}) == first


def test_two_values_at_one_place_are_refused():
    twice = [
        Datum("FC", at(unit="1"), "1", "t"),
        Datum("FC", at(unit="1"), "1", "t", origin=Origin(cell="D9")),
    ]
    with pytest.raises(Refused) as caught:
        some(twice)
    assert [p.code for p in caught.value.problems] == ["TH-I01"]


def test_a_zero_without_reason_is_refused():
    with pytest.raises(Refused) as caught:
        some([Datum("FC", at(unit="1"), "0", "t", "declared", "", "李明")])
    assert [p.code for p in caught.value.problems] == ["TH-I02"]


def test_json_there_and_back():
    first = some()
    again = Inputs.from_json(json.loads(canonical_json(first.to_json())))
    assert again == first and again.digest_full == first.digest_full


def broken(change):
    tree = json.loads(canonical_json(some().to_json()))
    change(tree)
    return tree


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("format", lambda t: t.update(format="x")),
        ("no data", lambda t: t.pop("data")),
        ("unknown key", lambda t: t.update(more=1)),
        ("data no list", lambda t: t.update(data={})),
        ("datum no object", lambda t: t["data"].append(3)),
        ("value a number", lambda t: t["data"][0].update(value=1)),
        ("unknown part", lambda t: t["data"][0].update(weight="1")),
        ("row a text", lambda t: t["data"][0].update(row="x")),
        ("member without id", lambda t: t["members"]["unit"].append({"label": "x"})),
        ("unknown state", lambda t: t["data"][0].update(state="guessed")),
    ],
)
def test_a_broken_tree_is_refused(name, change):
    with pytest.raises(Refused) as caught:
        Inputs.from_json(broken(change))
    assert {p.code for p in caught.value.problems} <= {"TH-I02", "TH-I03"}


def test_what_is_no_tree_at_all():
    for tree in (None, 3, "x", [], {1: 2}):
        with pytest.raises(Refused):
            Inputs.from_json(tree)


def test_members_cannot_be_changed():
    with pytest.raises(TypeError):
        some().members["unit"] = ()  # type: ignore[index]
