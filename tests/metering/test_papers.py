"""Sheets of papers: what only rules read is asked for by the form and refused cell by cell."""

import pytest

from tanheng.library.method_library import load_methods
from tanheng.library.template_library import load_template
from tanheng.metering.intake import read_inputs
from tests.app.plants import FORM, changed, codes
from tests.plant import WORKBOOK, beiling

SHEETS = {"meters": ("unit", "meter"), "deposit": ("month",), "documents": ("document", "month")}


@pytest.mark.parametrize("year", ["2021", "2022", "2023", "2026"])
def test_every_edition_asks_for_the_papers(year):
    methods = load_methods()
    method = methods.get(f"cets-power-{year}")
    template = load_template("power-coal-chp", method)
    laid = methods.judging("power-plausibility", method)
    columns = {c.name: c for s in template.sheets for c in s.columns if c.role == "fact"}
    # a form asks for everything that the rules read, in the kind and unit that they read it in
    for name, given in laid.givens.items():
        if name not in method.givens:
            assert (columns[name].kind, columns[name].unit) == (given.kind, given.unit), name
    for name, keys in SHEETS.items():
        sheet = template.sheet(name)
        assert sheet.keys == keys and sheet.optional and sheet.offered


def test_workbook_and_form_bring_the_papers_back():
    for path in (WORKBOOK, FORM):
        inputs = read_inputs(path).inputs
        assert inputs.digest == beiling().digest
        assert {f.value for f in inputs.facts if f.name == "deposited"} >= {"2024-03-08"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("燃料消耗量", "煤耗", "TH-I31"),
        ("2023-02-20", "2023-02-30", "TH-D02"),
        ("0.5", "-0.5", "TH-I35"),
        ('"1"', '"3"', "TH-I38"),
    ],
)
def test_a_faulty_paper_is_refused_at_its_cell(tmp_path, old, new, code):
    line = next(x for x in FORM.read_text(encoding="utf-8").splitlines() if '"1A皮带秤"' in x)
    assert old in line
    reading = read_inputs(changed(tmp_path, (line, line.replace(old, new, 1))))
    assert reading.inputs is None and code in codes(reading.problems), codes(reading.problems)


def test_a_form_without_these_sheets_is_whole(tmp_path):
    text = FORM.read_text(encoding="utf-8")
    start, end = text.index("[meters]"), text.index("[declared]")
    path = tmp_path / "plant.toml"
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    reading = read_inputs(path)
    assert reading.inputs is not None and "TH-I20" not in codes(reading.problems)
