"""No binary float touches a regulated number: no float literal, float() or round() in the exact rooms."""

import ast
from collections.abc import Iterator

from tests.house.repo import exact_files, spot, tree

# `round` is half-even for some types and digits; only kernel.rounding drops digits, by a rule with a name.
BANNED = {"float", "complex", "round"}
FLOATING_MODULES = {"math", "cmath", "statistics", "random"}
WHOLE_NUMBERS = {"gcd", "lcm", "isqrt", "comb", "factorial", "prod"}


def findings(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Lines of a module that could make or take a float."""
    asked = {
        id(name)
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"
        for name in ast.walk(node)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield node.lineno, f"float literal {node.value}"
        elif isinstance(node, ast.Name) and node.id in BANNED and id(node) not in asked:
            yield node.lineno, node.id
        elif isinstance(node, ast.ImportFrom) and node.module in FLOATING_MODULES:
            names = {alias.name for alias in node.names} - WHOLE_NUMBERS
            if names:
                yield node.lineno, f"from {node.module} import {sorted(names)}"
        elif isinstance(node, ast.Attribute) and node.attr not in WHOLE_NUMBERS:
            if isinstance(node.value, ast.Name) and node.value.id in FLOATING_MODULES:
                yield node.lineno, f"{node.value.id}.{node.attr}"


def test_exact_rooms_hold_no_float():
    wrong = [f"{spot(path, line)}: {what}" for path in exact_files() for line, what in findings(tree(path))]
    assert not wrong, "\n".join(wrong)


def test_the_search_finds_what_it_should():
    lines = ["x = 1.5", "y = float('2')", "z = round(3)", "import math", "w = math.sqrt(2)"]
    text = "\n".join([*lines, "isinstance(x, float)", "math.gcd(2, 3)"])
    assert sorted(line for line, _ in findings(ast.parse(text))) == [1, 2, 3, 5]
