"""Reports are made whole before the first is written."""

from dataclasses import replace

import pytest

from tanheng.app import accounting
from tanheng.app.cases import load_cases
from tanheng.app.library import Library
from tanheng.app.reporting import statement_of, write_reports
from tanheng.kernel.problems import Refused
from tests.app.plants import codes
from tests.plant import WORKBOOK, beiling


@pytest.fixture(scope="module")
def done():
    return accounting.account(WORKBOOK)


def test_chosen_documents_only_and_none_is_overwritten(done, tmp_path):
    made = list(write_reports(done, tmp_path, ("xlsx", "xlsx"), ("annual", "platform")))
    assert sorted(p.name for p in made) == ["平台填报-2024.xlsx", "年度排放报告-2024.xlsx"]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in made)
    before = made[0].read_bytes()
    with pytest.raises(Refused) as caught:
        list(write_reports(done, tmp_path, ("xlsx",)))
    assert codes(caught.value.problems) == ["TH-A04"]
    again = list(write_reports(done, tmp_path, ("xlsx",), force=True))
    assert again[0].read_bytes() == before


def test_a_document_that_cannot_be_made_leaves_nothing(done, tmp_path):
    """The name of the entity has a character without a glyph: nothing is written, not even the platform's."""
    facts = tuple(replace(d, value="𪚥厂") if d.name == "entity_name" else d for d in done.inputs.facts)
    rare = accounting.account(replace(done.inputs, facts=facts))
    with pytest.raises(Refused) as caught:
        list(write_reports(rare, tmp_path / "out", ("pdf",), ("platform", "annual")))
    assert all(code.startswith("TH-R") for code in codes(caught.value.problems))
    assert list(tmp_path.iterdir()) == []


def test_only_what_may_be_filed_is_reported():
    inputs = beiling()
    gap = replace(inputs, data=tuple(d for d in inputs.data if d.name != "FC_day"))
    with pytest.raises(Refused):
        statement_of(accounting.account(gap), "annual")


def test_a_method_without_a_report_says_so():
    library = Library()
    method = library.methods.get("cieccpa061-total")
    case = next(c for c in load_cases(method, library) if c.id == "nine-categories")
    done = accounting.account(replace(case.inputs, period="2024"))
    assert done.ok
    for report in ("annual", "platform"):
        with pytest.raises(Refused) as caught:
            statement_of(done, report)
        assert codes(caught.value.problems) == ["TH-A13"]
