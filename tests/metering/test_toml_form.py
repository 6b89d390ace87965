"""The TOML form says the same as the workbook, and refuses with the same codes."""

import pytest

from tanheng.metering.table_rows import Plan
from tanheng.metering.toml_form import toml_text, write_toml
from tests.metering.small import plant, read, template, told


@pytest.fixture(scope="module")
def text():
    return toml_text(Plan.of(template(), "2024", (), (), (), plant()), "zh", "ets_facility")


def test_numbers_may_be_typed_bare_and_keep_their_digits(tmp_path, text):
    bare = text.replace('"6000.1"', "6000.10").replace('"2024-01-01", "6000', '2024-01-01, "6000')
    reading = read(bare.encode(), tmp_path, "plant.toml")
    assert reading.inputs is not None and reading.inputs.digest == plant().digest


def test_a_truth_and_a_date_may_be_typed_as_such(tmp_path, text):
    typed = text.replace('"是"', "true").replace('"2024-01-28"', "2024-01-28")
    reading = read(typed.encode(), tmp_path)
    assert reading.inputs is not None, [p.line("en") for p in reading.problems][:3]
    assert reading.inputs.digest == plant().digest


NASTY = [
    ("not TOML", "[run", "TH-I53", ""),
    ("not UTF-8", "\ufffe", "TH-I50", ""),
    ("deep", "x = " + "[" * 5000 + "]" * 5000, "TH-I53", ""),
    ("two values of one key", "[run]\na = 1\na = 2", "TH-I53", ""),
    ("a list where a sheet belongs", "day = [1]", "TH-I53", "day"),
    ("no run", "[enterprise]\nentity_name = 'x'", "TH-I20", ""),
]


@pytest.mark.parametrize(("content", "code", "sheet"), [n[1:] for n in NASTY], ids=[n[0] for n in NASTY])
def test_what_is_no_plant_is_refused(tmp_path, content, code, sheet):
    data = content.encode("utf-16-le") if content == "\ufffe" else content.encode()
    reading = read(b"a = \xff" if content == "\ufffe" else data, tmp_path, "plant.toml")
    assert told(reading, code) == [(sheet, "")] and reading.inputs is None


CHANGED = [
    ("NaN", '"6000.1"', "nan", "TH-N07", ("day", "rows[0].FC_day")),
    ("infinity", '"6000.1"', "inf", "TH-N07", ("day", "rows[0].FC_day")),
    ("1e400", '"6000.1"', "1e400", "TH-N06", ("day", "rows[0].FC_day")),
    ("a time", '"2024-01-01"', "2024-01-01T08:00:00", "TH-I53", ("day", "rows[0]")),
    ("a short line", '"2024-01-01", "6000.1"', '"2024-01-01"', "TH-I51", ("day", "rows[0]")),
    ("an unknown column", '"NCV_day"', '"NCV_tag"', "TH-I53", ("day", "")),
    ("an unknown word", '"入炉日计量"', '"日计量"', "TH-I31", ("fuels", "rows[1].FC_route")),
    ("an unknown method", '"cets-power-2023"', '"cets-power-1999"', "TH-I28", ("run", "method")),
    ("an unknown template", '"power-coal-chp"', '"power"', "TH-I28", ("run", "template")),
    ("an unknown boundary", '"ets_facility"', '"all"', "TH-I31", ("run", "boundary")),
    ("no period", 'period = "2024"', 'period = ""', "TH-I37", ("run", "period")),
]


@pytest.mark.parametrize(
    ("old", "new", "code", "place"), [c[1:] for c in CHANGED], ids=[c[0] for c in CHANGED]
)
def test_problems_name_sheet_and_place(tmp_path, text, old, new, code, place):
    assert old in text
    reading = read(text.replace(old, new, 1).encode(), tmp_path, "plant.toml")
    assert place in told(reading, code), [p.line("en") for p in reading.problems]
    assert reading.inputs is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_new_form_lacks_what_is_needed_and_nothing_else(tmp_path, lang):
    write_toml(tmp_path / "new.toml", template(), period="2024", lang=lang, units=("1",))
    reading = read((tmp_path / "new.toml").read_bytes(), tmp_path, "again.toml")
    assert reading.inputs is None and {p.code for p in reading.problems} == {"TH-I56"}
    blank = [at for at in told(reading, "TH-I56") if at[0] == "enterprise"]
    assert blank == [("enterprise", "entity_name"), ("enterprise", "credit_code")]
    english = " ".join(p.message("en") for p in reading.problems if p.place.sheet == "enterprise")
    assert "(Enterprise)" in english and "企业" not in english


@pytest.mark.parametrize("key", ["template", "method", "period", "boundary"])
def test_a_run_that_lacks_a_key_is_told_which(tmp_path, text, key):
    kept = [line for line in text.split("\n") if not line.startswith(f"{key} = ")]
    reading = read("\n".join(kept).encode(), tmp_path, "plant.toml")
    assert [(p.code, p.place.cell) for p in reading.problems] == [("TH-I37", key)]


def test_an_unknown_key_of_a_form_is_said(tmp_path, text):
    reading = read(text.replace("entity_name =", "entity_nane =", 1).encode(), tmp_path)
    assert told(reading, "TH-I24") == [("enterprise", "entity_nane")]
    assert told(reading, "TH-I56") == [("enterprise", "entity_name")]
