"""A plant written out and read again is the same plant, in either form and either language."""

import hashlib

import pytest

from tanheng.kernel.units import parse_unit
from tanheng.metering.intake import read_inputs
from tanheng.metering.toml_form import write_toml
from tanheng.metering.workbook_template import write_template
from tests.metering.small import plant, read, template, workbook
from tests.plant import beiling


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_workbook_gives_back_the_plant(tmp_path, lang):
    reading = read(workbook(lang), tmp_path)
    assert [p.line("en") for p in reading.problems] == []
    assert reading.inputs is not None and reading.inputs.digest == plant().digest
    assert reading.read == reading.stored and reading.refused == 0


def test_toml_gives_back_the_plant(tmp_path):
    write_toml(tmp_path / "plant.toml", template(), period="2024", data=plant())
    reading = read_inputs(tmp_path / "plant.toml")
    assert [p.line("en") for p in reading.problems] == []
    assert reading.inputs is not None and reading.inputs.digest == plant().digest


def test_the_demonstration_plant_survives_both_forms(tmp_path):
    write_template(tmp_path / "b.xlsx", template(), period="2024", data=beiling())
    write_toml(tmp_path / "b.toml", template(), period="2024", data=beiling())
    for name in ("b.xlsx", "b.toml"):
        reading = read_inputs(tmp_path / name)
        assert reading.inputs is not None, [p.line("en") for p in reading.problems]
        assert reading.inputs.digest == beiling().digest
        # three days without a calorific value, one run of two and a single one
        assert [p.code for p in reading.problems] == ["TH-I42", "TH-I42"]


def test_every_datum_names_its_cell(tmp_path):
    inputs = read(workbook(), tmp_path).inputs
    assert inputs is not None
    by_cell = {(d.origin.sheet, d.origin.cell): d for d in inputs.data}
    first = by_cell["日数据", "D5"]
    assert (first.name, first.value, first.unit, dict(first.row)["day"]) == (
        "FC_day",
        "6000.1",
        "t",
        "2024-01-01",
    )
    assert (
        by_cell["机组", "C5"].value == "单台"
        and first.origin.file == "plant.xlsx"
        and first.origin.kind == "workbook"
    )
    assert len(by_cell) == len(inputs.data)


def test_the_same_arguments_give_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_template(tmp_path / name, template(), period="2024", data=plant())
    first, second = ((tmp_path / n).read_bytes() for n in ("a.xlsx", "b.xlsx"))
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()


def test_an_empty_template_asks_only_for_what_is_required(tmp_path):
    write_template(tmp_path / "new.xlsx", template(), period="2024")
    reading = read_inputs(tmp_path / "new.xlsx")
    assert reading.inputs is None
    assert {p.code for p in reading.problems} == {"TH-I56"}
    assert ("企业", "C4") in {(p.place.sheet, p.place.cell) for p in reading.problems}


def test_every_unit_of_the_template_can_be_read_back_from_its_label():
    for sheet in template().sheets:
        for column in sheet.columns:
            for text in ([column.unit.text] if column.unit else []) + list(column.choices):
                unit = parse_unit(text)
                assert parse_unit(unit.label).text == unit.text


def test_a_name_without_suffix_is_read_by_its_content(tmp_path):
    assert read(workbook(), tmp_path, "年度=1+1<script>.txt").inputs is not None
