"""Method files with one thing wrong: an operator, a number, a rounding, a default flag."""

import re
from collections.abc import Iterator
from fractions import Fraction

from tanheng.kernel.numbers import exact_text

SWAPS = {
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "<": ("<=", ">"),
    "<=": ("<", ">="),
    ">": (">=", "<"),
    ">=": (">", "<="),
    "==": ("!=",),
    "!=": ("==",),
    "and": ("or",),
    "or": ("and",),
    "in": ("not in",),
    "not": ("",),
    "total": ("mean",),
    "mean": ("total",),
    "max": ("min",),
    "min": ("max",),
}
TOKEN = re.compile(
    r"'[^']*'|<=|>=|==|!=|[-+*/<>]|\b(?:and|or|in|not|total|mean|max|min)\b|(?<![\w.])\d+(?:\.\d+)?(?![\w.])"
)
EXPRESSION = re.compile(r'\b(?:is|when|that|figure|low|high|tonnes) = "([^"]*)"')
HEADER = re.compile(r'(?:name|id) = "(\w[\w-]*)"')
MODE = re.compile(r'^rounding = \{ mode = "(half_up)"', re.MULTILINE)


def mutants(text: str) -> Iterator[tuple[str, int, str]]:
    """(step or check, line number, file with one thing changed) for every single change that is tried."""
    start, where, answers = 0, "", False
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        header = HEADER.match(line)
        where = header[1] if header else where
        answers = line.startswith("[answer]") or (answers and not line.startswith("["))
        for first, last, new in [] if answers else _changes(line):
            yield where, number, text[: start + first] + new + text[start + last :]
        start += len(line)
    for found in MODE.finditer(text):
        for mode in ("half_even", "down", "truncate"):
            yield "rounding", 1, text[: found.start(1)] + mode + text[found.end(1) :]


def _changes(line: str) -> Iterator[tuple[int, int, str]]:
    """(first, last, new text) of every change of one line."""
    for expression in EXPRESSION.finditer(line):
        for token in TOKEN.finditer(expression[1]):
            place = expression.start(1) + token.start(), expression.start(1) + token.end()
            for new in (_next(token[0]),) if token[0][0].isdigit() else SWAPS.get(token[0], ()):
                yield *place, new
    for found in re.finditer(r"\bround = (\d+)", line):
        for digits in (int(found[1]) - 1, int(found[1]) + 1):
            yield *found.span(1), f'"half_up {digits}"'
    values = [re.match(r'value = "([^"]*)"', line)]
    values += re.finditer(r'\w+ = "(\d+)"', line) if line.startswith("rows = {") else []
    for value in filter(None, values):
        yield *value.span(1), _next(value[1])
    for flag in re.finditer(r", default = true|^default = true$", line):
        yield *flag.span(), ""


def _next(text: str) -> str:
    """The number with one more in its last digit; of a quotient the divisor is changed."""
    top, slash, bottom = text.rpartition("/")
    places = len(bottom.partition(".")[2])
    return top + slash + exact_text(Fraction(bottom) + Fraction(1, 10**places))
