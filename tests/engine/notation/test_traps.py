"""Formulas that are easy to print wrongly, in a small method; the meaning test reads them back."""

import pytest

from tanheng.engine.notation.formula import equation, printed_in
from tanheng.engine.notation.matrix import EQUAL, Refusal, matrix
from tanheng.engine.notation.tree import linear
from tanheng.library.method_library import read_method
from tests.engine.notation.test_meaning import check_step
from tests.engine.notation.world import World

HEAD = """
id = "traps"
zh = "陷阱"
law = "PROJECT"
boundary = "enterprise"
force = "2024-01-01"
[scope]
line = { zh = "产线", letter = "k" }
[answer]
OUT = { as = "memo" }
x = { as = "memo" }
[table.F]
zh = "系数"
key = "line"
unit = "1"
law = "PROJECT"
rows = { line1 = "2", line2 = "3" }
[[given]]
per = "line month"
a = { zh = "甲", symbol = "a", unit = "kg", law = "PROJECT" }
b = { zh = "乙", symbol = "b", unit = "t", law = "PROJECT" }
p = { zh = "占比", symbol = "p", unit = "%", law = "PROJECT" }
w = { zh = "权重", symbol = "w", unit = "1", law = "PROJECT" }
kind = { zh = "类别", kind = "word", one_of = ["甲类", "乙类"], law = "PROJECT" }
good = { zh = "合规", kind = "truth", law = "PROJECT" }
[[step]]
name = "OUT"
zh = "合计"
symbol = "Y"
law = "PROJECT"
unit = "1"
is = "total(a * p * w * F[line]) / total(b) + total(w, where=good and kind == '甲类')"
[[step]]
name = "x"
per = "line month"
zh = "被试"
symbol = "x"
law = "PROJECT"
"""

TRAPS = {  # expression, unit: what is printed
    ("a + b", "kg"): "x = a + b × 10^3",
    ("a - (b - a)", "t"): "x = (a − (b × 10^3 − a)) × 10^−3",
    ("a / b", "1"): "x = a/b × 10^−3",
    ("a / b", "%"): "x = a/b × 10^−3 × 100%",
    ("1 - p", "%"): "x = 1 − p",
    ("p * p", "%"): "x = p × p × 100%",
    ("1", "%"): "x = 100%",
    ("0.85", "%"): "x = 85%",
    ("-a", "kg"): "x = −a",
    ("b + -a", "t"): "x = b + (−a) × 10^−3",
    ("a * (b + a)", "kg*t"): "x = a × (b × 10^3 + a) × 10^−3",
    ("(a / b) ** 2", "1"): "x = (a/b)^2 × 10^−6",
    ("max(a, b) - min(a, b)", "kg"): "x = max(a, b × 10^3) − min(a, b × 10^3)",
    ("max(0, a)", "kg"): "x = max(0, a)",
    ("abs(a - b)", "t"): "x = |a − b × 10^3| × 10^−3",
    ("a / (b / a)", "kg"): "x = a/(b/a) × 10^−3",
    ("2 * a / 3 * p", "kg"): "x = (2 × a)/3 × p",
    ("before(a)", "kg"): "x = a_t−1",
}


SUMS = {
    ("total(a)", "t"): "x = ∑_k,m(a_k,m) × 10^−3",
    ("total(a + b)", "kg"): "x = ∑_k,m((a_k,m + b_k,m × 10^3))",
    ("total(w) ** 2", "1"): "x = (∑_k,m(w_k,m))^2",
    ("mean(p)", "%"): "x = mean(p_k,m)",
    ("mean(a, where=w > 1)", "kg"): "x = mean(a_k,m)_k,m : w_k,m > 1",
    ("mean(p, by=w + 1)", "%"): "x = (∑_k,m(p_k,m × (w_k,m + 1)))/(∑_k,m((w_k,m + 1)))",
    ("mean(p, by=w, where=kind == '甲类')", "%"): (
        "x = (∑_k,m : 类别_k,m = 甲类(p_k,m × w_k,m))/(∑_k,m : 类别_k,m = 甲类(w_k,m))"
    ),
    ("most(w) * total(w)", "1"): "x = max_k,m((w_k,m)) × ∑_k,m(w_k,m)",
    ("least(a) + most(a)", "t"): "x = (min_k,m((a_k,m)) + max_k,m((a_k,m))) × 10^−3",
    ("count(w) * 2", "1"): "x = n_k,m((w_k,m)) × 2",
    ("total(F[line] * w)", "1"): "x = ∑_k,m(F_k × w_k,m)",
    ("total(w, where=good and not kind == '甲类')", "1"): (
        "x = ∑_k,m : 合规_k,m = 是 且 类别_k,m ≠ 甲类(w_k,m)"
    ),
    ("total(w, where=line == 'line1')", "1"): "x = ∑_k,m : k = line1(w_k,m)",
}
ALL = [(e, u, "line month", said) for (e, u), said in TRAPS.items()]
ALL += [(e, u, "", said) for (e, u), said in SUMS.items()]


def small(expression: str, unit: str, per: str):
    """A method with one step under test; `OUT` reads every given, so that each is reached."""
    # a mean is absent where no row is kept, and the first month has none before it
    loose = "before" in expression or ("mean" in expression and "where" in expression)
    absent = "optional = true\n" if loose else ""
    text = HEAD.replace('per = "line month"\nzh = "被试"', f'per = "{per}"\nzh = "被试"')
    text += f'unit = "{unit}"\n{absent}is = "{expression}"\n'
    return read_method(text.encode(), "traps/method.toml")


@pytest.mark.parametrize(("expression", "unit", "per", "said"), ALL)
def test_what_is_printed_and_what_it_comes_to(expression, unit, per, said):
    method = small(expression, unit, per)
    assert linear(equation(method, "x")).strip() == said
    if "before" not in expression:
        world = World(method, 7)
        assert check_step(world, method.steps["x"], method.steps["x"].ways) == 2


def test_names_that_print_alike_are_refused():
    text = HEAD.replace('symbol = "w"', 'symbol = "p"') + 'unit = "1"\nis = "w * p"\n'
    found = matrix(read_method(text.encode(), "traps/method.toml"))
    assert isinstance(found["x"], Refusal) and found["x"].reason == "alike"
    assert "p, w" in found["x"].zh and "p, w" in found["x"].en
    assert matrix(small("w * p", "1", "line month"))["x"] == EQUAL


def test_symbols_of_a_sum_bear_their_index_and_the_index_its_scope():
    nodes, indices = printed_in(small("total(a)", "t", ""), "x")
    assert linear(nodes["a"]) == "a_k,m" and [(linear(n), s) for n, s in indices] == [
        ("k", "line"),
        ("m", "month"),
    ]
