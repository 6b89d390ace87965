"""The formula book of every shipped method: nothing is lost, nothing leaves the page, nothing is fetched."""

import dataclasses
import re
from functools import cache
from html import unescape
from html.parser import HTMLParser

import pypdfium2
import pytest

from tanheng.app.booking import book_of
from tanheng.app.library import Library
from tanheng.engine.notation.constants import is_unity
from tanheng.engine.notation.formula import names_in
from tanheng.engine.notation.tree import linear
from tanheng.formula.model import Method
from tanheng.kernel.numbers import exact_text
from tanheng.reports.page import html_bytes
from tanheng.reports.pdf import pdf_bytes
from tanheng.reports.pieces import FORMULA, pieces
from tanheng.reports.text_of import compare, squeezed
from tanheng.reports.word import word_bytes
from tanheng.statement.model import Formula, Statement, Table
from tanheng.statement.text import Run, plain, rich
from tools.pictures import converted

LIBRARY = Library()
IDS = LIBRARY.methods.ids()
BOOKS = [*IDS, *LIBRARY.methods.rules()]
MM = 72 / 25.4


@cache
def book(method_id: str) -> Statement:
    return book_of(method_id, LIBRARY)


@cache
def pdf(method_id: str) -> bytes:
    return pdf_bytes(book(method_id))


@cache
def page(method_id: str) -> str:
    return html_bytes(book(method_id)).decode()


def method(method_id: str) -> Method:
    return LIBRARY.methods.get(method_id)


def said(statement: Statement) -> str:
    """All of a book as one text, formulas in one line."""
    return "\n".join(piece.text for piece in pieces(statement, "xlsx"))


@pytest.mark.parametrize("method_id", BOOKS)
def test_pdf_and_word_hold_every_text_and_symbol_in_order(method_id):
    statement = book(method_id)
    assert compare(statement, "pdf", pdf(method_id)) > 50
    # the Word printer compares its own file before it hands it out
    assert compare(statement, "docx", word_bytes(statement, [])) > 50


@pytest.mark.parametrize("method_id", BOOKS)
def test_no_character_stands_outside_the_margins(method_id):
    document = pypdfium2.PdfDocument(pdf(method_id))
    for number, sheet in enumerate(document):
        text, width = sheet.get_textpage(), sheet.get_width()
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index)
            if right > left:
                seen = text.get_text_range(index, 1)
                assert left >= 17.5 * MM and right <= width - 17.5 * MM, (number + 1, seen)
                assert bottom >= 5 * MM and top <= sheet.get_height() - 5 * MM, (number + 1, seen)


@pytest.mark.parametrize("method_id", IDS)
def test_the_book_says_what_the_method_file_says(method_id):
    found, text = method(method_id), said(book(method_id))
    formulas = {b.id: b for s in book(method_id).sections for b in s.blocks if isinstance(b, Formula)}
    assert list(formulas) == list(found.steps)
    for step in found.steps.values():
        assert plain(formulas[step.name].title).endswith(step.name) and step.law in text
        closing = plain(formulas[step.name].rounding)
        explained = [plain(meaning) for _, meaning in formulas[step.name].where]
        for name in names_in(found, step.name):
            if not is_unity(found, name) and name != step.name:
                assert any(each.startswith(plain(rich(found.value(name).zh))) for each in explained), name
        for way in step.ways:
            assert (way.zh or way.name) in text and (way.law or step.law) in text
            if way.rounding:
                assert way.rounding.label("zh") in (text if len(step.ways) > 1 else closing)
    for given in found.givens.values():
        assert given.name in text and given.law in text and given.zh in text
    for constant in found.constants.values():
        for dated in constant.dated:
            assert exact_text(dated.value) in text or "44/12" in text
    for check in found.checks:
        assert check.id in text and check.law in text
    for note in found.notes:
        assert squeezed(note["says"])[:12] in squeezed(text)
    assert found.digest in text and found.force in text


@pytest.mark.parametrize("method_id", BOOKS)
def test_every_symbol_of_a_formula_is_explained_below_it(method_id):
    for section in book(method_id).sections:
        for block in section.blocks:
            if isinstance(block, Formula):
                explained = [linear(node) for node, _ in block.where]
                assert len(explained) == len(set(explained)), block.id
                for letter in re.findall(r"∑_([a-z](?:,[a-z])*)", linear(block.node)):
                    assert set(letter.split(",")) <= set(explained), block.id


def test_ways_that_differ_stand_with_their_conditions_below_the_brace():
    tables = {b.id: b for s in book("cets-power-2023").sections for b in s.blocks if isinstance(b, Table)}
    rows = [[plain(cell.text) for cell in row.cells] for row in tables["ways-NCV_d"].rows]
    assert rows == [
        ["实测", "FC_日 > 0 且 热值采样、制样、检测是否合规 = 是".replace("_", ""), "不修约", "G23 6.2"],
        [
            "缺测（缺省值）",
            "前列路径无值，且 FC日 > 0 且 热值采样、制样、检测是否合规 = 是",
            "不修约",
            "G23 6.2",
        ],
        ["不合规（缺省值）", "FC日 > 0 且 热值采样、制样、检测是否合规 = 否", "不修约", "G23 6.2"],
    ]


def test_dated_values_of_the_factor_library_come_with_days_source_and_certainty():
    text = said(book("cets-power-2023"))
    # the default carbon of coal since 2023, and the factor of power that nobody has confirmed for 2025
    assert "燃煤 单位热值含碳量（缺省）\n0.03085" in text
    assert re.search(r"0\.5703\n2025-01-01 至 2025-12-31\n\[\d\]\n待核实", text)
    assert "修约规则、购入使用电力排放因子" in text


class Seen(HTMLParser):
    """What a browser would see of a page: tags with attributes, and texts outside style."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open and "nav" not in self.open and "title" not in self.open:
            self.texts.append(data)


def seen(html: str) -> Seen:
    parser = Seen()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


@pytest.mark.parametrize("method_id", BOOKS)
def test_the_page_stands_alone(method_id):
    parser = seen(page(method_id))
    assert not {tag for tag, _ in parser.tags} & {"script", "link", "img", "iframe", "object", "form"}
    assert not [a for _, attrs in parser.tags for a in attrs if a.startswith("on") or a == "src"]
    links = [attrs["href"] for tag, attrs in parser.tags if tag == "a"]
    ids = [attrs["id"] for _, attrs in parser.tags if "id" in attrs]
    assert len(ids) == len(set(ids)) and {link[1:] for link in links} <= set(ids)
    assert all(link.startswith("#") for link in links)
    # the one address in it is the namespace of the brace, which is drawn and never fetched
    assert set(re.findall(r"https?://[\w./]+", page(method_id))) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in page(method_id) and 'url("data:' in page(method_id)


@pytest.mark.parametrize("method_id", IDS)
def test_the_page_holds_every_text_in_order(method_id):
    shown, position = squeezed("".join(seen(page(method_id)).texts)), 0
    for piece in pieces(book(method_id), "docx"):
        wanted = squeezed(piece.text)
        if piece.kind == FORMULA:
            # brackets and signs of sums stand between the letters
            continue
        at = shown.find(wanted, position)
        assert at >= 0, piece.text
        position = at + len(wanted)
    steps = method(method_id).steps
    assert sum(
        tag == "math" and attrs.get("display") == "block" for tag, attrs in seen(page(method_id)).tags
    ) == len(steps)


def test_texts_are_never_markup():
    statement = dataclasses.replace(book(IDS[0]), subtitle=(Run('<script>alert("1")</script>&'),))
    html = html_bytes(statement).decode()
    assert "<script" not in html and "&lt;script&gt;" in html and '<script>alert("1")' in unescape(html)


def test_equal_books_are_equal_files():
    again = book_of("cieccpa061-total", Library())
    assert html_bytes(again) == html_bytes(book("cieccpa061-total"))
    assert pdf_bytes(again) == pdf("cieccpa061-total")


def test_an_edition_says_what_it_is_based_on():
    editions = [m for m in map(method, IDS) if m.base is not None]
    assert editions
    for each in editions:
        assert each.base.id in said(book(each.id))
        if set(each.steps) & each.own:
            assert "本版规定" in said(book(each.id))


def test_rules_are_shown_without_the_method_that_they_judge():
    text = said(book("power-plausibility"))
    assert "P01" in text and "判定量" in text and "涉及排放量" in text
    shown = {b.id for s in book("power-plausibility").sections for b in s.blocks if isinstance(b, Formula)}
    assert "C_jump" in shown and "E_burn" not in shown
    missing = said(book("power-missing"))
    assert "较高候选值" in missing and "补水焓值缺失" in missing


@pytest.mark.requires("libreoffice")
@pytest.mark.parametrize("method_id", ["cets-power-2023", "cieccpa061-mass-balance"])
def test_word_opens_elsewhere_and_no_formula_leaves_the_page(method_id, tmp_path):
    path = tmp_path / "book.docx"
    path.write_bytes(word_bytes(book(method_id), []))
    document = pypdfium2.PdfDocument(converted(path, tmp_path))
    texts = []
    for number, sheet in enumerate(document):
        text, width = sheet.get_textpage(), sheet.get_width()
        for index in range(text.count_chars()):
            left, _, right, _ = text.get_charbox(index)
            assert right <= left or (left >= 15 * MM and right <= width - 15 * MM), number + 1
        texts.append(text.get_text_bounded())
    # formulas arrive as mathematics, with their fractions and Chinese subscripts
    whole = squeezed("".join(texts))
    assert all(step.zh in whole for step in method(method_id).steps.values())
    assert "∑" in whole and "44" in whole
