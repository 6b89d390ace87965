"""Every step, condition and check of every shipped method is set in the three forms, letter for letter."""

from xml.etree import ElementTree

import pytest

from tanheng.engine.notation.formula import equation, judgement, printed_in, statement_of
from tanheng.engine.notation.mathml import mathml
from tanheng.engine.notation.matrix import EQUAL, matrix
from tanheng.engine.notation.omml import M, omml
from tanheng.engine.notation.parts import letters
from tanheng.engine.notation.tree import Big, Cases, Glyph, Over, children, linear
from tanheng.engine.notation.typst import typst
from tanheng.library.method_library import load_methods
from tanheng.reports.typesetting import compile_source

LIBRARY = load_methods()
IDS = LIBRARY.ids()


def every_node(method):
    """Equations, conditions of ways, and checks."""
    for step in method.steps.values():
        yield equation(method, step.name)
        for way in step.ways:
            yield equation(method, step.name, way.name)
            if way.when is not None:
                yield statement_of(method, way.when, step.closure)
    yield from (judgement(method, check) for check in method.checks)


def characters(node) -> str:
    """What a reader sees, signs of sums included, in reading order and without drawn brackets and bars."""
    if isinstance(node, Glyph):
        return node.text
    if isinstance(node, Big):
        return node.sign + "".join(map(characters, children(node)))
    return "".join(map(characters, children(node)))


@pytest.mark.parametrize("method_id", IDS)
def test_mathml_and_omml_hold_every_character_of_the_formula(method_id):
    for node in every_node(LIBRARY.get(method_id)):
        seen = ElementTree.fromstring(mathml(node))
        fences = [e.text or "" for e in seen.iter("mo") if e.get("fence") == "true"]
        bars = sum(1 for e in seen.iter("mover"))
        shown = sorted("".join(seen.itertext()))
        assert shown == sorted(characters(node) + "".join(fences) + "‾" * bars)
        word = ElementTree.fromstring(omml(node))
        typed = "".join(t.text or "" for t in word.iter(f"{{{M}}}t"))
        drawn = sum(1 for _ in word.iter(f"{{{M}}}nary"))
        assert sorted(typed + "∑" * drawn) == sorted(characters(node))


def test_typst_sets_all_of_them_and_every_character_has_a_glyph():
    setup = '#show: house.with(title: "t", running: "", foot: "")\n'
    nodes = [node for name in IDS for node in every_node(LIBRARY.get(name))]
    assert len(nodes) > 300
    body = setup + "\n\n".join(f"$ {typst(node)} $" for node in nodes)
    assert compile_source(body, "pdf", pdf_standards=["a-2b"])[0].startswith(b"%PDF-")


@pytest.mark.parametrize("method_id", IDS)
def test_the_matrix_is_full_of_equals(method_id):
    method = LIBRARY.get(method_id)
    found = matrix(method)
    assert list(found) == list(method.steps)
    assert {name: each for name, each in found.items() if each != EQUAL} == {}


@pytest.mark.parametrize("method_id", IDS)
def test_no_index_letter_stands_for_two_scopes(method_id):
    method = LIBRARY.get(method_id)
    named = letters(method)
    assert set(named) == set(method.scopes) and len(set(named.values())) == len(named)


@pytest.mark.parametrize("method_id", IDS)
def test_every_sum_and_mean_shows_over_what_it_runs(method_id):
    method = LIBRARY.get(method_id)
    for step in method.steps.values():
        nodes = [equation(method, step.name)]
        sums = 0
        while nodes:
            node = nodes.pop()
            nodes += children(node)
            assert not (isinstance(node, Big) and node.under is None), step.name
            sums += isinstance(node, Big | Over)
        assert bool(sums) == bool(printed_in(method, step.name)[1]), step.name


def test_a_brace_has_a_row_for_each_way_with_its_name():
    method = LIBRARY.get("cets-power-2023")
    for step in method.steps.values():
        last = equation(method, step.name).items[-1]
        if len(step.ways) > 1:
            assert isinstance(last, Cases)
            assert [when.text for _, when in last.rows] == [w.zh or w.name for w in step.ways]


def test_and_within_or_stands_in_brackets():
    method = LIBRARY.get("cets-power-2023")
    check = next(c for c in method.checks if c.id == "same-state")
    assert linear(judgement(method, check)) == (
        "(消耗量取得方式 ∈ {入炉日计量、入炉月报} 且 低位发热量取得方式 ≠ 批加权) 或 "
        "(消耗量取得方式 = 入厂盘存 且 低位发热量取得方式 ≠ 日加权) 或 燃料类别 ≠ 燃煤"
    )
