"""What an expression may say: numbers exactly, words plainly, and nothing that Python could run."""

from __future__ import annotations

import ast
from fractions import Fraction

import pytest

from tanheng.formula.expr import MAX_DEPTH, MAX_LENGTH, literal, names, parse
from tanheng.kernel.problems import Place, Refused

HERE = Place(file="m.toml", key="step.x.is")


def refused(text: str) -> str:
    """The code that an expression is refused with; it must be one problem at the given place."""
    with pytest.raises(Refused) as caught:
        parse(text, HERE)
    (found,) = caught.value.problems
    assert found.place == HERE
    return found.code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", Fraction(2)),
        ("0.85", Fraction(17, 20)),
        # one more digit than a binary float of this size can hold
        ("1.0150000000000000001", Fraction(10150000000000000001, 10**19)),
        ("0.1", Fraction(1, 10)),
        ("007", None),
        ("12345678901234567890.123456789", Fraction(12345678901234567890123456789, 10**9)),
    ],
)
def test_numbers_are_exact(text, value):
    if value is None:
        assert refused(text) == "TH-M05"
        return
    node = parse(text, HERE).tree
    assert isinstance(node, ast.Constant)
    assert (node.value, node.kind) == (value, text)


@pytest.mark.parametrize(
    "text",
    ["0x10", "0b1", "0o7", "1_000", "1e3", "1E3", "1e999", "1j", "1.", ".5", "1.5.2", "True", "False", "None"]
    + ["...", "２", "٣", "½", "1or 2", "1if a else b", "+1", "~1", "1e", "inf", "x + 1e-3", "12abc"],
)
def test_no_other_numbers(text):
    # "inf" is a name like any other, and a name is known or not when the whole method is checked
    if text == "inf":
        assert names(parse(text, HERE)) == ["inf"]
    else:
        assert refused(text) == "TH-M05"


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "lambda: 1", "a.b", "a.__class__", "a.b.c.d", "().__class__", "f(a)",
        "__import__('os')", "print(1)",
        "f'{a}'", "b'a'", "u'a'", "'a' 'b'", "(a := 1)", "[a for a in b]", "{a: b}", "{a}", "[a]",
        "a if b else c",
        "a // b", "a % b", "a @ b", "a | b", "a & b", "a ^ b", "a << 2", "a is b", "a is not b", "not",
        "*a",
        "total(*a)", "total(**a)", "total()", "total(a, b)", "total(a, by=b)", "mean(a, over=b)",
        "max(a)", "max()",
        "total(a, where=b, where=c)", "abs(a, b)", "exp()", "before()", "total(a)(b)", "a[b][c]",
        "a()[b]", "a[1:2]",
        "await a", "yield a", "a; b", "a\nb", "a  # b", "a\\\n+ b", "'a\\n'", "''", "' '",
        "a == ('x', 'y')",
        "a in b", "a in 'xyz'", "a in ()", "a in ('x',) == b", "b == a in ('x',)",
        "('a', 'b') == a and", "()",
        "a = b", "del a", "import os", "a\x00b", "a\u2028b", "a,", "x²", "（a＋b）",
    ],
)  # fmt: skip
def test_nothing_else_of_python(text):
    assert refused(text) == "TH-M05"


@pytest.mark.parametrize(
    "text",
    [
        "a + b - c * d / e ** 2", "-a", "not a", "a and b or c", "a < b <= c", "a == 'x'", 'a == "x"',
        "a in ('x', 'y')", "a not in ('x',)", "total(a)", "total(a, where=b > 0)", "mean(a, by=b)",
        "mean(a, by=b, where=c)", "max(a, b, c)", "min(a, 1)", "abs(a - b)", "exp(a)", "before(a)", "t[a]",
        "t[a, 'b']", "燃料 == '烟煤'", "a ** -1", "0.5 * a",
    ],
)  # fmt: skip
def test_the_whole_language(text):
    assert parse(text, HERE).text == text


def test_word_is_kept_as_it_was_written():
    """NFKC would turn the full-width bracket of a word into another word than the one in the workbook."""
    tree = parse("a == '煤（贫）'", HERE).tree
    assert isinstance(tree, ast.Compare)
    assert tree.comparators[0].value == "煤（贫）"  # type: ignore[attr-defined]


def test_length_and_depth():
    assert parse("a" + "+a" * 20, HERE)
    assert refused("a+" * (MAX_LENGTH // 2) + "a") == "TH-M05"
    assert refused("a" + "+a" * (MAX_DEPTH + 5)) == "TH-M05"
    deepest = "-" * MAX_DEPTH + "a"
    assert parse(deepest, HERE)
    assert refused("-" + deepest) == "TH-M05"


@pytest.mark.parametrize(
    "text", ["(" * 190 + "a" + ")" * 190, "not " * 99 + "a", "-" * 399 + "a", "t[" * 130 + "a"]
)
def test_huge_nesting_is_refused_without_a_crash(text):
    assert refused(text) == "TH-M05"


@pytest.mark.parametrize(
    "text",
    [
        "a ** 65",
        "a ** 1000000000.0",
        "a ** -65",
        "a ** 9 ** 9",
        "2 ** 10 ** 10",
        "a ** (8 * 9)",
        "a ** (99999999999)",
    ],
)
def test_exponents_are_small(text):
    assert refused(text) == "TH-M05"


def test_exponent_at_the_limit():
    assert parse("a ** 64", HERE)
    assert parse("a ** -64", HERE)
    assert parse("a ** b", HERE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10 ** 3", 1000),
        ("-2", -2),
        ("1 / 8", Fraction(1, 8)),
        ("2 * 3 + 4 - 1", 9),
        ("a", None),
        ("1 / 0", None),
    ]
    + [("'a'", None), ("((9 ** 64) ** 64) ** 64", None), ("0 ** -1", None), ("2 ** 0.5", None)],
)
def test_literals_fold(text, value):
    assert literal(parse(text, HERE).tree) == value


def test_names_in_reading_order_each_once():
    assert names(parse("b * t[a] + total(c, where=d == b) - before(e)", HERE)) == [
        "b",
        "t",
        "a",
        "c",
        "d",
        "e",
    ]
