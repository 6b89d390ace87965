"""What the notation can say of a method, step by step: its column in the matrix of methods and back ends."""

from __future__ import annotations

from tanheng.engine.notation.formula import equation, symbol_of
from tanheng.engine.notation.mathml import mathml
from tanheng.engine.notation.omml import omml
from tanheng.engine.notation.tree import linear
from tanheng.engine.notation.typst import typst
from tanheng.engine.notation.walk import Walker
from tanheng.engine.verdict import EQUAL as EQUAL
from tanheng.engine.verdict import Refusal as Refusal
from tanheng.engine.verdict import Verdict
from tanheng.formula.model import Method, Step


def matrix(method: Method) -> dict[str, Verdict]:
    """For every step "equal" (the printed formula says what the engine computes) or why it does not.

    A step is refused when two of its names print alike, for a reader could not tell them apart.
    """
    return {name: _verdict(method, step) for name, step in method.steps.items()}


def _verdict(method: Method, step: Step) -> Verdict:
    node = equation(method, step.name)
    # all three are made here, so that a tree that one printer cannot print never counts as equal
    for printer in (typst, omml, mathml):
        printer(node)
    walker = Walker(method, step.closure)
    for way in step.ways:
        walker.value(way.expr, step.unit)
    walker.printed.setdefault(linear(symbol_of(method, step.name)), set()).add(step.name)
    for text, names in walker.printed.items():
        if len(names) > 1:
            both = ", ".join(sorted(names))
            zh = f"公式里 {both} 的符号都印作 {text}，读者无法区分"
            en = f"{both} are all printed as {text} in this formula; a reader cannot tell them apart"
            return Refusal(step.name, "alike", zh, en)
    return EQUAL
