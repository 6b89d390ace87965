"""The text of every document equals its statement, and the comparison would notice if not."""

import dataclasses
import random

import pytest

from tanheng.kernel.problems import Refused
from tanheng.reports.excel_look import clean as cell_clean
from tanheng.reports.pieces import DRAWING, FORMULA, pieces
from tanheng.reports.text_of import compare, displayed, excel_text, squeezed, word_text
from tanheng.reports.wordml import clean as word_clean
from tanheng.statement.model import Table
from tanheng.statement.text import Run, words
from tests.reports import sample
from tests.reports.documents import KINDS, NAMES, document, printed, statement


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_the_text_of_a_document_equals_its_statement(name, kind):
    wanted = [p for p in pieces(statement(name), kind) if squeezed(p.text)]
    assert compare(statement(name), kind, document(name, kind)) == len(wanted) > 100


def with_cell(found, number, place, **changes):
    """The statement with one table cell changed."""
    sections = []
    for section in found.sections:
        blocks = []
        for block in section.blocks:
            if isinstance(block, Table) and block.id == number:
                rows = list(block.rows)
                line = rows[place[0]]
                cells = list(line.cells)
                cells[place[1]] = dataclasses.replace(cells[place[1]], **changes)
                rows[place[0]] = dataclasses.replace(line, cells=tuple(cells))
                block = dataclasses.replace(block, rows=tuple(rows))
            blocks.append(block)
        sections.append(dataclasses.replace(section, blocks=tuple(blocks)))
    return dataclasses.replace(found, sections=tuple(sections))


@pytest.mark.parametrize("kind", KINDS)
def test_one_digit_of_difference_is_named(kind):
    other = with_cell(statement("annual"), "C.5", (1, 4), text=(Run("267,800.001"),))
    with pytest.raises(Refused) as refused:
        compare(other, kind, document("annual", kind))
    params = dict(refused.value.problems[0].params)
    assert refused.value.problems[0].code == "TH-R04"
    assert params["wanted"] == "267,800.001" and params["seen"].startswith("267,800.000")


@pytest.mark.parametrize("kind", KINDS)
def test_any_changed_cell_is_noticed(kind, rng, rounds):
    for _ in range(rounds(12, 400)):
        found = statement("annual")
        table = rng.choice([t for t in found.tables if t.rows])
        at = rng.randrange(len(table.rows))
        cell = rng.randrange(len(table.rows[at].cells))
        text = table.rows[at].cells[cell].text
        changed = (
            (*text, Run("7")) if rng.random() < 0.5 or not text else text[:-1] + (Run(text[-1].text[:-1]),)
        )
        other = with_cell(found, table.id, (at, cell), text=changed)
        with pytest.raises(Refused):
            compare(other, kind, document("annual", kind))


def test_formulas_and_drawings_are_compared_character_by_character():
    kinds = [p.kind for p in pieces(statement("sample"), "pdf")]
    assert kinds.count(FORMULA) == 5 and kinds.count(DRAWING) == 4
    found = statement("sample")
    sections = list(found.sections)
    block = next(b for b in sections[3].blocks if getattr(b, "id", "") == "E")
    other = dataclasses.replace(block, node=block.numbers)
    sections[3] = dataclasses.replace(sections[3], blocks=(other, *sections[3].blocks[1:]))
    with pytest.raises(Refused):
        compare(dataclasses.replace(found, sections=tuple(sections)), "pdf", document("sample", "pdf"))


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        ("1234.5", '#,##0.00"*";−#,##0.00"*"', "1,234.50*"),
        ("-1234.5", "#,##0.00;−#,##0.00", "−1,234.50"),
        ("0.5623", "0.0000", "0.5623"),
        ("600", '0" MW";−0" MW"', "600 MW"),
    ],
)
def test_a_number_is_read_as_excel_shows_it(value, code, expected):
    assert displayed(value, code) == expected


def test_seed_is_a_seed(rng):
    assert isinstance(rng, random.Random)


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_a_rare_name_beyond_the_basic_plane_is_printed_for_the_readers_own_fonts(kind):
    made = dataclasses.replace(sample.statement(), subtitle=words("\U0002a6a5厂"), running="\U0002a6a5厂")
    read = (word_text if kind == "docx" else excel_text)(printed(made, kind))
    assert "\U0002a6a5厂" in read
    # what XML forbids still leaves as a space
    broken = "\ufffe\U0002a6a5\uffff\ud800"
    assert cell_clean(broken) == word_clean(broken) == " \U0002a6a5  "
