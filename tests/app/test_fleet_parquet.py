"""A fleet as one Parquet file: read back to equal figures; another shape or a broken row is named."""

import json
from dataclasses import replace

import duckdb
import pytest

from tanheng.app.fleet_parquet import COLUMNS, STATES, parquet_bytes, write_parquet
from tanheng.app.fleet_source import Fleet, PlantYear, gather, packed, unpacked
from tanheng.facts.datum import Datum, Origin
from tanheng.facts.inputs import Inputs, Member
from tanheng.kernel.problems import Refused
from tests.plant import beiling

TOTAL = "cieccpa061-total"
SIMPLE = [
    ("P1", "甲厂", TOTAL, "2024", "enterprise", "data", "E_fixed", "{}", "12.5", "tCO2e", "", "", "", "")
]


def fleet_of(*inputs: Inputs) -> Fleet:
    fleet = Fleet()
    for number, each in enumerate(inputs):
        year = PlantYear(
            f"P{number}", f"厂{number}", each.method, each.period, each.boundary, f"{number}.xlsx"
        )
        fleet.add(year, packed(each))
    return fleet


def file_of(folder, rows, columns=(*COLUMNS, *STATES), name="fleet.parquet"):
    path = folder / name
    path.write_bytes(parquet_bytes(columns, iter(rows)))
    return path


def refusal(path) -> str:
    with pytest.raises(Refused) as caught:
        gather(path)
    (found,) = caught.value.problems
    return f"{found.code} {found.message('zh')}"


def nameless(inputs: Inputs) -> Inputs:
    """Without its code, so that the column `plant` names it."""
    facts = tuple(f for f in inputs.facts if f.name not in ("credit_code", "entity_name"))
    return replace(inputs, facts=facts)


def test_inputs_are_packed_whole():
    inputs = beiling(2023)
    again = unpacked(packed(inputs))
    assert again == inputs and again.digest_full == inputs.digest_full


def test_what_is_written_is_read_back(tmp_path):
    odd = Inputs(
        TOTAL,
        "2024",
        "enterprise",
        {"unit": (Member("一'号", (), "t", '="标签"\n第二行'), Member("2", (("fuel", "煤"),)))},
        (
            Datum("E_fixed", (("unit", '"1"'),), "1/3", "tCO2e", origin=Origin("entry")),
            Datum("E_used", (), "0", "tCO2e", "declared", "未发生，\\n见台账", "林若川"),
            Datum("E_other", (), "", "tCO2e", "substituted", "缺", "林", "power-missing/x"),
        ),
        (Datum("note", (), "null", ""),),
    )
    fleet = fleet_of(nameless(beiling(2023)), odd, nameless(beiling(2022)))
    path = tmp_path / "all.parquet"
    write_parquet(fleet, path)
    again = gather(path)
    assert not again.problems and list(again) == list(fleet)
    for key in fleet:
        assert again[key].digest == fleet[key].digest
        assert again.years[key].title == fleet.years[key].title
    assert again["P1 2024 enterprise"].members["unit"] == odd.members["unit"]


def test_a_missing_column_is_named(tmp_path):
    rows = [row[:8] for row in SIMPLE]
    assert refusal(file_of(tmp_path, rows, COLUMNS[:8])) == (
        "TH-A43 缺少或读不懂：value, unit；需要 plant, title, method, period, boundary, part, item, row, value, unit。"
    )
    # the columns of states may be left out: the datum is measured
    (key,) = fleet = gather(file_of(tmp_path, [row[:10] for row in SIMPLE], COLUMNS))
    assert fleet[key].data == (Datum("E_fixed", (), "12.5", "tCO2e"),)


@pytest.mark.parametrize("kind", ["DOUBLE", "FLOAT", "DECIMAL(9,2)", "BIGINT"])
def test_a_column_that_is_no_text_is_refused(tmp_path, kind):
    made = file_of(tmp_path, [(*SIMPLE[0][:8], "12", *SIMPLE[0][9:])])
    path = tmp_path / "typed.parquet"
    with duckdb.connect() as db:
        db.execute(
            f"COPY (SELECT * REPLACE (value::{kind} AS value) FROM read_parquet('{made}')) TO '{path}'"
        )
    assert refusal(path).startswith(f"TH-A43 缺少或读不懂：value {kind}；")


@pytest.mark.parametrize("twin", [b"value", b"VALUE"])
def test_a_column_that_stands_twice_is_refused(tmp_path, twin):
    rows = [(*row, "13.5") for row in SIMPLE]
    path = file_of(tmp_path, rows, (*COLUMNS, *STATES, "valuf"))
    data = path.read_bytes()
    assert data.count(b"valuf") >= 1
    path.write_bytes(data.replace(b"valuf", twin))
    assert "value × 2" in refusal(path)


def test_what_is_no_parquet_file_is_refused(tmp_path):
    path = tmp_path / "fleet.parquet"
    path.write_bytes(b"PAR1 but not really PAR1")
    assert refusal(path).startswith("TH-A43")
    with pytest.raises(Refused) as caught:
        gather(tmp_path / "none.parquet")
    assert [p.code for p in caught.value.problems] == ["TH-A01"]
    assert refusal(file_of(tmp_path, [])).startswith("TH-A40")


BROKEN = {
    "no value": ("data", "E_used", "{}", None),
    "unknown part": ("datum", "E_used", "{}", "1"),
    "no item": ("data", "", "{}", "1"),
    "row is a list": ("data", "E_used", '["unit"]', "1"),
    "row is no JSON": ("data", "E_used", "unit=1", "1"),
    "a member is a number": ("data", "E_used", '{"unit": 1}', "1"),
    "a scope twice": ("data", "E_used", '{"unit": "1", "unit": "2"}', "1"),
    "the same datum twice": ("data", "E_fixed", "{}", "12.5"),
    "another code": ("facts", "credit_code", "{}", "91640100MA0BL2X07L"),
    "unknown state": ("data", "E_used", "{}", "1", "guessed"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_row_keeps_its_own_plant_out_and_no_other(tmp_path, fault):
    part, item, row, value, *state = BROKEN[fault]
    other = ("P0", *SIMPLE[0][1:])
    broken = (
        *SIMPLE[0][:5],
        part,
        item,
        row,
        value,
        "tCO2e" if part == "data" else "",
        *(state or [""]),
        "",
        "",
        "",
    )
    fleet = gather(file_of(tmp_path, [other, *SIMPLE, broken]))
    assert list(fleet) == ["P0 2024 enterprise"]
    ((file, (found,)),) = fleet.problems.items()
    assert file == "fleet.parquet P1 2024 enterprise" and found.severity == "error"
    wanted = {"the same datum twice": "TH-I01", "unknown state": "TH-I02"}
    assert found.code == wanted.get(fault, "TH-A43")
    assert found.place.key == "P1 2024"


@pytest.mark.parametrize("place", [0, 2, 3, 4])
def test_a_plant_without_id_method_period_or_boundary_is_named(tmp_path, place):
    row = list(SIMPLE[0])
    row[place] = None
    fleet = gather(file_of(tmp_path, [row, ("P0", *SIMPLE[0][1:])]))
    assert list(fleet) == ["P0 2024 enterprise"]
    ((_, (found,)),) = fleet.problems.items()
    assert found.code == "TH-A43" and COLUMNS[place] in found.message("zh")


def test_a_plant_in_two_methods_is_two_plants_with_one_id(tmp_path):
    other = (*SIMPLE[0][:2], "cieccpa061-measured", *SIMPLE[0][3:])
    fleet = gather(file_of(tmp_path, [*SIMPLE, other]))
    assert not fleet and [p.code for each in fleet.problems.values() for p in each] == ["TH-A41"] * 2


def test_the_name_of_a_file_is_no_pattern(tmp_path):
    file_of(tmp_path, [("P9", *SIMPLE[0][1:])], name="fleet1.parquet")
    path = file_of(tmp_path, SIMPLE, name="fleet[1].parquet")
    assert list(gather(path)) == ["P1 2024 enterprise"]
    star = file_of(tmp_path, SIMPLE, name="fleet*.parquet")
    assert list(gather(star)) == ["P1 2024 enterprise"]


def test_the_name_of_a_folder_is_no_column(tmp_path):
    folder = tmp_path / "period=1999"
    folder.mkdir()
    assert list(gather(file_of(folder, SIMPLE))) == ["P1 2024 enterprise"]


def test_rows_may_stand_in_any_order(tmp_path):
    path = tmp_path / "one.parquet"
    write_parquet(fleet_of(nameless(beiling(2023)), nameless(beiling(2024))), path)
    with duckdb.connect() as db:
        rows = db.execute(f"SELECT * FROM read_parquet('{path}') ORDER BY hash(item, row, plant)").fetchall()
    shuffled = gather(file_of(tmp_path, rows, name="two.parquet"))
    plain = gather(path)
    assert {k: shuffled[k].digest for k in shuffled} == {k: plain[k].digest for k in plain}
    assert json.loads(rows[0][7]) is not None
