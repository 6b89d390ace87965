"""A case's working: arithmetic on exact fractions, evaluated without a line of the engine."""

import ast
import operator
from fractions import Fraction

OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def _rounded(value: Fraction, digits: Fraction, up: bool) -> Fraction:
    size = abs(value) * 10 ** int(digits)
    whole, rest = divmod(size, 1)
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and (up or whole % 2)):
        whole += 1
    return Fraction(whole if value >= 0 else -whole) / 10 ** int(digits)


FUNCTIONS = {
    "half_up": lambda x, n: _rounded(x, n, True),
    "half_even": lambda x, n: _rounded(x, n, False),
    "floor_": lambda x, n: (x * 10 ** int(n)) // 1 / Fraction(10 ** int(n)),
    "min": min,
    "max": max,
}


def worked(text: str) -> Fraction:
    """The value of a working such as "half_up(0.6012 * (1 - 0.093) / (1 - 0.0215), 4)"."""

    def of(node: ast.expr) -> Fraction:
        if isinstance(node, ast.BinOp):
            return Fraction(OPERATORS[type(node.op)](of(node.left), of(node.right)))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -of(node.operand)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return FUNCTIONS[node.func.id](*map(of, node.args))
        assert isinstance(node, ast.Constant), ast.dump(node)
        # the text, because ast has made the number a binary float
        return Fraction(ast.get_source_segment(text, node) or "")

    return of(ast.parse(text, mode="eval").body)
