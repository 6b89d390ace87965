"""Empty forms in both languages, and forms that hold a year."""

import pytest

import tanheng as th
from tanheng.app.forms import annotated, new_form, write_form
from tanheng.kernel.problems import Refused
from tanheng.library.template_library import template_ids
from tests.app.plants import codes
from tests.plant import WORKBOOK, beiling


def refused(*given, **named):
    with pytest.raises(Refused) as caught:
        new_form(*given, **named)
    return codes(caught.value.problems)


@pytest.mark.parametrize("template", template_ids())
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("suffix", [".xlsx", ".toml"])
def test_an_empty_form_says_what_to_fill_and_computes_nothing(template, lang, suffix, tmp_path):
    path = new_form(tmp_path / f"plant{suffix}", template, "2024", ("1", "2"), lang)
    problems = th.check(path)
    assert any(p.severity == "error" for p in problems) and len(problems) < 50
    with pytest.raises(Refused):
        th.account(path)


@pytest.mark.parametrize("suffix", [".xlsx", ".toml"])
def test_a_filled_form_gives_its_inputs_back(suffix, tmp_path):
    path = write_form(tmp_path / f"plant{suffix}", "power-coal-chp", beiling())
    assert th.read(path).digest == beiling().digest


def test_same_form_same_bytes(tmp_path):
    made = [
        new_form(tmp_path / n, "power-coal-chp", "2024", ("1",), "zh").read_bytes()
        for n in ("a.xlsx", "b.xlsx")
    ]
    assert made[0] == made[1]


def test_what_a_form_is_refused_for(tmp_path):
    target = tmp_path / "p.xlsx"
    assert refused(target, "nothing", "2024", ("1",), "zh") == ["TH-I28"]
    assert refused(target, "power-coal-chp", "2024-03", ("1",), "zh") == ["TH-A11"]
    assert refused(target, "power-coal-chp", "2020", ("1",), "zh") == ["TH-C08"]
    assert refused(target, "power-coal-chp", "2024", ("1", "1"), "zh") == ["TH-A10"]
    assert refused(tmp_path / "p.csv", "power-coal-chp", "2024", ("1",), "zh") == ["TH-A12"]
    assert refused(tmp_path, "power-coal-chp", "2024", ("1",), "zh") == ["TH-A05"]
    assert list(tmp_path.iterdir()) == []
    new_form(target, "power-coal-chp", "2024", ("1",), "zh")
    assert refused(target, "power-coal-chp", "2024", ("1",), "zh") == ["TH-A04"]
    new_form(target, "power-coal-chp", "2024", ("1",), "en", force=True)


def test_marks_go_into_a_copy_and_never_into_the_workbook(tmp_path):
    problems = th.check(WORKBOOK)
    copy = annotated(WORKBOOK, tmp_path / "marked.xlsx", problems, "zh")
    assert copy.read_bytes() != WORKBOOK.read_bytes()
    assert th.read(copy).digest == beiling().digest
    with pytest.raises(Refused) as caught:
        annotated(WORKBOOK, WORKBOOK, problems, "zh", force=True)
    assert codes(caught.value.problems) == ["TH-A07"]
