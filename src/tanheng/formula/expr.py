"""Expressions: a small part of Python's grammar, parsed with `ast` and never evaluated as Python."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import NoReturn

from tanheng.kernel.problems import Place, refuse

MAX_LENGTH = 400
MAX_DEPTH = 40
MAX_EXPONENT = 64
AGGREGATES = ("total", "mean", "most", "least", "count")
FUNCTIONS = ("max", "min", "abs", "exp", "before", "first_day", "last_day", "months")
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.In, ast.NotIn)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_DIGITS = re.compile(r"(?<![\w.])[0-9.][\w.]*")
_WORD = re.compile(r"'[^']*'|\"[^\"]*\"")


@dataclass(frozen=True, slots=True)
class Expr:
    """A checked expression.

    Attributes:
        text: As written, in NFC.
        tree: Restricted tree; a number is an `ast.Constant` whose value is a Fraction and whose `kind` is its
            source text.
    """

    text: str
    tree: ast.expr


def parse(text: str, place: Place) -> Expr:
    """Parse one expression.

    Raises:
        Refused: TH-M05 when it holds anything that is not in the language, or is too long or too deep.
    """
    # not NFKC: it would turn "x²" into the name "x2" and change words; `ast` brings names alone to NFKC
    source = unicodedata.normalize("NFC", text).strip()
    if len(source) > MAX_LENGTH:
        _refuse(place, source[:60] + "…", f"≤ {MAX_LENGTH} characters")
    # a comment or an escape would let a formula say other things to a reader than to the machine
    if not source.isprintable() or "#" in source or "\\" in source:
        _refuse(place, source, "no # \\ and line breaks")
    bare = _WORD.sub("''", source)
    if _nesting(bare) > MAX_DEPTH:
        _refuse(place, source[:60] + "…", f"depth ≤ {MAX_DEPTH}")
    for found in _DIGITS.findall(bare):
        # digits and one point only: 0x10, 1_000, 1e3, 1j and "1or" never reach `ast`, which takes them all
        if not _NUMBER.fullmatch(found):
            _refuse(place, found, "0.85")
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        _refuse(place, source, "expression")
    _check(tree, source, place, 0)
    return Expr(source, tree)


def _nesting(text: str) -> int:
    """How many brackets stand inside each other; Python's own limit differs by version."""
    return max(accumulate((c in "([") - (c in ")]") for c in text), default=0)


def _refuse(place: Place, seen: str, wanted: str) -> NoReturn:
    raise refuse("TH-M05", place, seen=seen, wanted=wanted)


def _check(node: ast.expr, source: str, place: Place, depth: int) -> None:
    """Refuse every node that is not in the language; turn number literals into exact fractions."""
    if depth > MAX_DEPTH:
        _refuse(place, source[:60], f"depth ≤ {MAX_DEPTH}")
    if isinstance(node, ast.Constant):
        _check_constant(node, source, place)
    elif isinstance(node, ast.Compare):
        _check_compare(node, source, place)
    elif isinstance(node, ast.Call):
        _check_call(node, source, place)
    elif not _known(node):
        _refuse(place, _segment(source, node), "+ - * / ** < <= == in and or not total(…)")
    for child in parts(node):
        # a tuple lists the choices of `in` or the keys of a table, and stands nowhere else
        holds = isinstance(node, ast.Subscript) or (isinstance(node, ast.Compare) and child is not node.left)
        listed = child.elts if holds and isinstance(child, ast.Tuple) else []
        for each in listed or [child]:
            _check(each, source, place, depth + 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        exponent = literal(node.right)
        if exponent is not None and abs(exponent) > MAX_EXPONENT:
            _refuse(place, _segment(source, node), f"exponent ≤ {MAX_EXPONENT}")


def _known(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, _OPERATORS)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, (ast.USub, ast.Not))
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Name)
    return isinstance(node, (ast.BoolOp, ast.Name))


def _segment(source: str, node: ast.expr) -> str:
    return ast.get_source_segment(source, node) or source


def _check_constant(node: ast.Constant, source: str, place: Place) -> None:
    """Words stay words; numbers come from the source, because `ast` would turn 1.015 into a binary float."""
    text = _segment(source, node)
    if isinstance(node.value, str):
        # u'a' and 'a' 'b' are Python's, not ours
        if text[1:-1] != node.value or not node.value.strip():
            _refuse(place, text, "'word'")
        return
    if isinstance(node.value, bool) or not _NUMBER.fullmatch(text):
        _refuse(place, text, "0.85")
    whole, _, broken = text.partition(".")
    node.value = Fraction(int(whole + broken), 10 ** len(broken))  # type: ignore[assignment]
    node.kind = text


def _check_compare(node: ast.Compare, source: str, place: Place) -> None:
    """A list of values stands only to the right of one `in`."""
    lists = [isinstance(op, (ast.In, ast.NotIn)) for op in node.ops]
    if not all(isinstance(op, _COMPARISONS) for op in node.ops) or (any(lists) and len(lists) > 1):
        _refuse(place, _segment(source, node), "a < b <= c, x in ('a', 'b')")
    for one, right in zip(lists, node.comparators, strict=True):
        if one != isinstance(right, ast.Tuple):
            _refuse(place, _segment(source, node), "x in ('a', 'b')")


def _check_call(node: ast.Call, source: str, place: Place) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    keywords = [k.arg for k in node.keywords]
    if name in AGGREGATES:
        good = len(node.args) == 1 and set(keywords) <= ({"where", "by"} if name == "mean" else {"where"})
    elif name in ("max", "min"):
        good = len(node.args) >= 2 and not keywords
    else:
        good = name in FUNCTIONS and len(node.args) == 1 and not keywords
    if not good or len(keywords) != len(set(keywords)):
        _refuse(place, _segment(source, node), ", ".join(AGGREGATES + FUNCTIONS))


def parts(node: ast.expr) -> list[ast.expr]:
    """The sub-expressions of a node in reading order; a function's name is not one of them."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.BoolOp):
        return list(node.values)
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.Call):
        return [*node.args, *(k.value for k in node.keywords)]
    if isinstance(node, ast.Subscript):
        return [node.slice]
    if isinstance(node, ast.Tuple):
        return list(node.elts)
    return []


def dotted(node: ast.expr) -> str | None:
    """The name that a node is; None for anything else."""
    return node.id if isinstance(node, ast.Name) else None


def literal(node: ast.expr) -> Fraction | None:
    """The value of an expression made of number literals alone; None for any other, and for a huge one."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, Fraction) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = literal(node.operand)
        return None if inner is None else -inner
    if not isinstance(node, ast.BinOp):
        return None
    a, b = literal(node.left), literal(node.right)
    if a is None or b is None:
        return None
    if isinstance(node.op, ast.Pow):
        small = abs(a.numerator) <= 10**6 >= a.denominator and b.denominator == 1 and abs(b) <= MAX_EXPONENT
        return a ** int(b) if small and (a or b >= 0) else None
    if isinstance(node.op, ast.Div):
        return a / b if b else None
    return a * b if isinstance(node.op, ast.Mult) else a + b if isinstance(node.op, ast.Add) else a - b


def call_name(node: ast.expr) -> str:
    """The function that a node calls, or an empty text."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def keyword(node: ast.Call, name: str) -> ast.expr | None:
    """The keyword argument `name` of a call, if it is there."""
    return next((k.value for k in node.keywords if k.arg == name), None)


def walk(node: ast.expr) -> Iterator[ast.expr]:
    """Every sub-expression, the node first, in reading order."""
    yield node
    for child in parts(node):
        yield from walk(child)


def names(expr: Expr) -> list[str]:
    """The names that an expression reads (values, scopes and tables), each once, in reading order."""
    seen: dict[str, None] = {}
    for node in walk(expr.tree):
        name = dotted(node)
        if name is not None:
            seen[name] = None
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            seen[node.value.id] = None
    return list(seen)
