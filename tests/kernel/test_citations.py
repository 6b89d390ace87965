"""Citations: an instrument and a clause, or a clause of the instrument at hand."""

import pytest

from tanheng.kernel.citations import Citation, parse_citation, parse_citations


@pytest.mark.parametrize(
    ("text", "instrument", "clause"),
    [
        ("G23 6.2 式(1)", "G23", "6.2 式(1)"),
        ("  G23   6.2 ", "G23", "6.2"),
        ("G23", "G23", ""),
        ("RULES-2021 第3条", "RULES-2021", "第3条"),
        ("gbt32151 附录 C", "gbt32151", "附录 C"),
        ("6.2", "here", "6.2"),
        ("B.2", "here", "B.2"),
        ("附录B 表 B.1", "here", "附录B 表 B.1"),
        ("式(4)", "here", "式(4)"),
        ("A 3", "here", "A 3"),
    ],
)
def test_reading(text, instrument, clause):
    assert parse_citation(text, "here") == Citation(instrument, clause)


def test_text_and_back():
    for text in ("G23 6.2 式(1)", "G23"):
        assert parse_citation(text).text == text
    assert Citation("", "6.2").text == "6.2"


def test_several():
    assert parse_citations("G23 6.2；N25 3;", "x") == (Citation("G23", "6.2"), Citation("N25", "3"))
    assert parse_citations(" ; ") == ()


def test_empty():
    with pytest.raises(ValueError, match="empty"):
        parse_citation("  ")
