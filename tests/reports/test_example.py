"""The demonstration's plant-year, from its workbook to documents whose text equals their statement."""

import time
from functools import cache

import pytest

from tanheng.app.accounting import account
from tanheng.app.reporting import statement_of
from tanheng.reports.text_of import compare
from tests.house.repo import ROOT
from tests.reports.documents import KINDS, printed

PLANT = ROOT / "examples" / "beiling-2024.xlsx"


@cache
def year():
    done = account(PLANT)
    assert done.ok, [p.line("zh") for p in done.problems if p.severity in ("error", "ask")]
    return done


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("report", ["annual", "platform"])
def test_the_text_of_every_document_equals_its_statement(report, kind):
    statement = statement_of(year(), report)
    began = time.perf_counter()
    data = printed(statement, kind)
    print(f"{report} {kind}: {time.perf_counter() - began:.2f} s, {len(data)} bytes")
    assert compare(statement, kind, data) > 500


def test_totals_are_those_of_the_result():
    total = year().result.line("E").shown
    statement = statement_of(year(), "annual")
    assert statement.figures[0].cell.shown == total
    annual = next(t for t in statement.tables if t.id == "C.5")
    assert annual.rows[-1].cells[-1].shown == total
