"""The printed formula says what the engine computes: MathML is read back and computed on random figures."""

from fractions import Fraction

import pytest

from tanheng.engine.notation.formula import equation
from tanheng.engine.notation.mathml import mathml
from tanheng.engine.notation.matrix import EQUAL, matrix
from tanheng.formula.expr import names
from tanheng.library.method_library import load_methods
from tests.engine.notation.reader import Absent, Reader, sides
from tests.engine.notation.world import Printed, World, plain

LIBRARY = load_methods()


def check_step(world: World, step, ways) -> int:
    """Compare every given way of a step at its first and last row; how many were compared."""
    rows = world.rows.of(step.closure)
    done = 0
    for way in ways:
        markup = mathml(equation(world.method, step.name, way.name))
        right = sides(markup)[1]
        for row in (rows[0], rows[-1]):
            exact = world.exact(way.expr, step, row)
            printed = Printed(world, step, row, names(way.expr))
            reader = Reader(printed.symbols, printed.ranges, frozenset(printed.letters))
            if exact is None:
                with pytest.raises(Absent):
                    reader.value(right, {})
                continue
            said = reader.value(right, {})
            assert isinstance(said, Fraction)
            assert said * plain(step.unit) == exact, f"{step.name} {way.name}: {way.expr.text}"
            done += 1
    return done


RULES = [(r, m) for r in LIBRARY.rules() for m in LIBRARY.ids() if LIBRARY.judging(r, LIBRARY.get(m))]


@pytest.mark.parametrize(("rules_id", "method_id"), RULES)
def test_every_printed_formula_of_the_rules_too(rules_id, method_id):
    judged = LIBRARY.judging(rules_id, LIBRARY.get(method_id))
    world = World(judged, 20261122)
    steps = [s for s in judged.steps.values() if s.kind == "number" and s.name in judged.own]
    for step in steps:
        assert check_step(world, step, step.ways) >= len(step.ways), step.name
    assert set(matrix(judged).values()) == {EQUAL}


@pytest.mark.parametrize("method_id", LIBRARY.ids())
def test_every_printed_formula_computes_what_the_engine_computes(method_id):
    world = World(LIBRARY.get(method_id), 20261121)
    steps = [step for step in world.method.steps.values() if step.kind == "number"]
    compared = sum(check_step(world, step, step.ways) for step in steps)
    assert compared >= 2 * len(steps) - 2


def test_a_brace_holds_the_formula_of_every_way():
    method = LIBRARY.get("cets-power-2023")
    for step in method.steps.values():
        if len(step.ways) > 1:
            printed = [mathml_of(part) for part in sides(mathml(equation(method, step.name)))[1:]]
            singly = [mathml_of(sides(mathml(equation(method, step.name, w.name)))[1]) for w in step.ways]
            assert printed == singly, step.name


def mathml_of(items) -> str:
    from xml.etree import ElementTree

    from tests.engine.notation.reader import _opened

    return "".join(ElementTree.tostring(item, encoding="unicode") for item in _opened(items))


@pytest.mark.parametrize(("was", "now"), [("×", "+"), ("<mn>44</mn>", "<mn>43</mn>"), ("∑", "max")])
def test_the_reader_notices_a_formula_that_says_something_else(was, now, monkeypatch):
    import tests.engine.notation.test_meaning as here

    world = World(LIBRARY.get("cets-power-2023"), 5)
    step = world.method.steps["E_burn" if was == "∑" else "E_fuel"]
    ways = step.ways[-1:]
    assert check_step(world, step, ways) == 2
    monkeypatch.setattr(here, "mathml", lambda node: mathml(node).replace(was, now, 1))
    with pytest.raises((AssertionError, Exception)):
        check_step(world, step, ways)
