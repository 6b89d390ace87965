"""A second, slow evaluator of the formula language, written from its description, with no line of the engine.

Expressions are made as nested tuples, so it needs no parser; rows are dictionaries from scope to member.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

MONTHS = tuple(f"2024-{m:02}" for m in range(1, 13))
WITHIN = {"a": (), "b": ("a",), "o": ("a", "month"), "month": ()}
GIVENS = {
    "g": (),
    "p": ("a",),
    "q": ("a", "b"),
    "r": ("a", "month"),
    "t": ("a", "b", "month"),
    "z": ("a", "o", "month"),
}
WORDS = {"c": ("a", "b")}
TRUTHS = {"u": ("a",)}
NUMBERS = ("0", "1", "2", "3", "0.5", "7.25", "1.0150000000000000001", "12")
LONGEST = 13_300
Tree = tuple[Any, ...]


class Fails(Exception):
    """A division by zero, a power that does not exist, or a number of more than 4000 digits."""


def bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


class Maker:
    """Makes random expressions that the language allows."""

    def __init__(self, rng: random.Random, known: dict[str, tuple[str, ...]], self_name: str = "") -> None:
        self.rng, self.known, self.self_name = rng, known, self_name

    def number(self, frame: set[str], depth: int, inside: bool = False) -> Tree:
        """A numeric expression whose names fit the frame; inside an aggregate any name does."""
        names = [n for n, closure in self.known.items() if inside or set(closure) <= frame]
        kind = self.rng.choice(
            ("name", "name", "num", "bin", "bin", "bin", "fn", "neg", "pow", "agg", "agg", "before")
        )
        if depth <= 0 or (kind == "agg" and inside):
            kind = self.rng.choice(("name", "num"))
        if kind in ("name", "num") and not names:
            kind = "num"
        if kind == "name":
            return ("name", self.rng.choice(names))
        if kind == "bin":
            op = self.rng.choice("+-*/")
            return ("bin", op, self.number(frame, depth - 1, inside), self.number(frame, depth - 1, inside))
        if kind == "fn":
            name = self.rng.choice(("max", "min", "abs"))
            args = [self.number(frame, depth - 1, inside) for _ in range(1 if name == "abs" else 2)]
            return ("fn", name, *args)
        if kind == "neg":
            return ("neg", self.number(frame, depth - 1, inside))
        if kind == "pow":
            return ("pow", self.number(frame, depth - 1, inside), self.rng.choice((0, 1, 2, 3, -1, -2)))
        if kind == "before":
            timed = [n for n in names if "month" in self.known[n] and "o" not in self.known[n]]
            if self.self_name and "month" in frame and not inside and self.rng.random() < 0.3:
                return ("before", self.self_name)
            return ("before", self.rng.choice(timed)) if timed else ("num", "2")
        if kind == "agg":
            return self.aggregate(frame, depth)
        return ("num", self.rng.choice(NUMBERS))

    def aggregate(self, frame: set[str], depth: int) -> Tree:
        finer = [n for n, closure in self.known.items() if set(closure) - frame]
        if not finer:
            return ("num", "3")
        inner: Tree = ("name", self.rng.choice(finer))
        if self.rng.random() < 0.5:
            inner = ("bin", self.rng.choice("+-*"), inner, self.number(frame, depth - 2, True))
        kind = self.rng.choice(("total", "total", "mean", "mean", "most", "least", "count"))
        by = self.number(frame, depth - 2, True) if kind == "mean" and self.rng.random() < 0.6 else None
        where = self.truth(frame, depth - 2, True) if self.rng.random() < 0.4 else None
        return ("agg", kind, inner, by, where)

    def truth(self, frame: set[str], depth: int, inside: bool = False) -> Tree:
        """A condition."""
        kind = self.rng.choice(("cmp", "cmp", "chain", "in", "is", "u", "not", "and", "or"))
        if kind in ("in", "is") and (inside or {"a", "b"} <= frame):
            words = self.rng.choice((("x",), ("x", "y")))
            return ("in", self.rng.random() < 0.3, "c", words) if kind == "in" else ("is", "c", words[0])
        if kind == "u" and (inside or "a" in frame):
            return ("u",)
        if depth > 0 and kind == "not":
            return ("not", self.truth(frame, depth - 1, inside))
        if depth > 0 and kind in ("and", "or"):
            return (kind, self.truth(frame, depth - 1, inside), self.truth(frame, depth - 1, inside))
        count = 3 if kind == "chain" else 2
        ops = [self.rng.choice(("<", "<=", ">", ">=", "==", "!=")) for _ in range(count - 1)]
        return ("cmp", ops, [self.number(frame, min(depth, 1) - (inside or 0), inside) for _ in range(count)])


def text(tree: Tree) -> str:
    """An expression as it is written."""
    kind = tree[0]
    if kind in ("name", "num"):
        return str(tree[1])
    if kind == "u":
        return "u"
    if kind == "bin":
        return f"({text(tree[2])} {tree[1]} {text(tree[3])})"
    if kind == "neg":
        return f"(-{text(tree[1])})"
    if kind == "pow":
        return f"({text(tree[1])} ** {tree[2]})"
    if kind == "fn":
        return f"{tree[1]}({', '.join(text(a) for a in tree[2:])})"
    if kind == "before":
        return f"before({tree[1]})"
    if kind == "agg":
        more = "".join(f", {key}={text(part)}" for key, part in (("by", tree[3]), ("where", tree[4])) if part)
        return f"{tree[1]}({text(tree[2])}{more})"
    if kind == "cmp":
        parts = [text(tree[2][0])]
        for op, part in zip(tree[1], tree[2][1:], strict=True):
            parts += [op, text(part)]
        return f"({' '.join(parts)})"
    if kind == "in":
        listed = ", ".join(f"'{w}'" for w in tree[3])
        return f"({tree[2]} {'not in' if tree[1] else 'in'} ({listed},))"
    if kind == "is":
        return f"({tree[1]} == '{tree[2]}')"
    return f"(not {text(tree[1])})" if kind == "not" else f"({text(tree[1])} {kind} {text(tree[2])})"


class Naive:
    """Values of steps by definition: no memory beyond the cells, no sharing, no cleverness."""

    def __init__(
        self, members: dict[str, list[dict[str, str]]], data: dict[tuple[str, tuple[str, ...]], Any]
    ) -> None:
        self.members, self.data = members, data
        self.closures = {**GIVENS, **WORDS, **TRUTHS}
        self.steps: dict[str, list[tuple[Tree | None, Tree, bool]]] = {}
        self.done: dict[tuple[str, tuple[str, ...]], Any] = {}

    def value(self, name: str, row: dict[str, str]) -> Any:
        """The value of a given or step; None when absent. Raises Fails."""
        key = (name, tuple(row[s] for s in self.closures[name]))
        if name not in self.steps:
            return self.data.get(key)
        if key not in self.done:
            try:
                self.done[key] = self.step(name, row)
            except Fails as failed:
                self.done[key] = failed
        if isinstance(self.done[key], Fails):
            raise self.done[key]
        return self.done[key]

    def step(self, name: str, row: dict[str, str]) -> Any:
        for when, tree, rounds in self.steps[name]:
            if when is not None and self.of(when, row) is not True:
                continue
            found = self.of(tree, row)
            if found is not None:
                if not isinstance(found, bool) and bits(found) > LONGEST:
                    raise Fails
                return half_up(found) if rounds else found
        return None

    def of(self, tree: Tree, row: dict[str, str]) -> Any:
        kind = tree[0]
        if kind == "num":
            return Fraction(tree[1])
        if kind == "name":
            return self.value(tree[1], row)
        if kind == "u":
            return self.value("u", row)
        if kind in ("bin", "pow", "neg"):
            return self.arithmetic(tree, row)
        if kind == "fn":
            parts = [self.of(a, row) for a in tree[2:]]
            if any(p is None for p in parts):
                return None
            return abs(parts[0]) if tree[1] == "abs" else sorted(parts)[0 if tree[1] == "min" else -1]
        if kind == "before":
            at = MONTHS.index(row["month"])
            return self.value(tree[1], {**row, "month": MONTHS[at - 1]}) if at else None
        return self.aggregate(tree, row) if kind == "agg" else self.condition(tree, row)

    def arithmetic(self, tree: Tree, row: dict[str, str]) -> Any:
        if tree[0] == "neg":
            inner = self.of(tree[1], row)
            return None if inner is None else 0 - inner
        left = self.of(tree[2] if tree[0] == "bin" else tree[1], row)
        if left is None:
            return None
        right = self.of(tree[3], row) if tree[0] == "bin" else tree[2]
        if right is None:
            return None
        op = tree[1] if tree[0] == "bin" else "**"
        if (op == "/" and right == 0) or (op == "**" and left == 0 and right < 0):
            raise Fails
        if op == "**" and bits(left) > 1 and bits(left) * abs(right) > LONGEST:
            raise Fails
        if op == "**":
            product = Fraction(1)
            for _ in range(abs(right)):
                product *= left
            return product if right >= 0 else 1 / product
        return {"+": left + right, "-": left - right, "*": left * right}[op] if op != "/" else left / right

    def condition(self, tree: Tree, row: dict[str, str]) -> bool | None:
        if tree[0] == "is" or tree[0] == "in":
            word = self.value("c", row)
            if word is None:
                return None
            return word == tree[2] if tree[0] == "is" else (word in tree[3]) != tree[1]
        if tree[0] == "not":
            inner = self.of(tree[1], row)
            return None if inner is None else not inner
        if tree[0] in ("and", "or"):
            both = [self.of(tree[1], row), self.of(tree[2], row)]
            if None in both:
                return None
            return both[0] and both[1] if tree[0] == "and" else both[0] or both[1]
        left = self.of(tree[2][0], row)
        held = True
        for op, part in zip(tree[1], tree[2][1:], strict=True):
            right = self.of(part, row)
            if left is None or right is None:
                return None
            signs = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1), "==": (0,), "!=": (-1, 1)}[op]
            held = held and (left > right) - (left < right) in signs
            left = right
        return held

    def reach(self, tree: Tree | None) -> set[str]:
        """The scopes of every name in a tree."""
        if tree is None:
            return set()
        if tree[0] in ("name", "before"):
            return set(self.closures[tree[1]])
        if tree[0] in ("in", "is"):
            return {"a", "b"}
        if tree[0] == "u":
            return {"a"}
        parts = tree[2] if tree[0] == "cmp" else tree[1:]
        return set().union(*(self.reach(p) for p in parts if isinstance(p, tuple)))

    def rows(self, scopes: set[str], row: dict[str, str]) -> list[dict[str, str]]:
        """The rows of the scopes that agree with a row."""
        found = [dict(row)]
        for scope in ("a", "b", "month", "o"):
            if scope in scopes and scope not in row:
                found = [{**r, scope: m[scope]} for r in found for m in self.members[scope]
                         if all(r[p] == m[p] for p in WITHIN[scope])]  # fmt: skip
        return found

    def aggregate(self, tree: Tree, row: dict[str, str]) -> Any:
        _, kind, inner, by, where = tree
        scopes = self.reach(inner) | self.reach(by) | self.reach(where)
        rows = self.rows(scopes, row)
        if not rows and kind != "count" and "o" not in scopes - set(row):
            return None
        if where is not None:
            marks = [self.of(where, r) for r in rows]
            if None in marks:
                return None
            rows = [r for r, mark in zip(rows, marks, strict=True) if mark]
        if by is not None:
            return self.weighted(inner, by, rows)
        values = [self.of(inner, r) for r in rows]
        there = [v for v in values if v is not None]
        if kind == "count":
            return Fraction(len(there))
        if kind in ("most", "least"):
            return (max(there) if kind == "most" else min(there)) if there else None
        if len(there) < len(values) or (kind == "mean" and not values):
            return None
        total = Fraction(0)
        for value in values:
            total += value
        return total if kind == "total" else total / len(values)

    def weighted(self, inner: Tree, by: Tree, rows: list[dict[str, str]]) -> Any:
        weights = [self.of(by, r) for r in rows]
        if not rows or None in weights:
            return None
        kept = [(w, self.of(inner, r)) for w, r in zip(weights, rows, strict=True) if w != 0]
        if any(x is None for _, x in kept):
            return None
        bottom = sum((w for w, _ in kept), Fraction(0))
        if bottom == 0:
            raise Fails
        return sum((w * x for w, x in kept), Fraction(0)) / bottom


def half_up(value: Fraction) -> Fraction:
    """Two places, ties away from zero."""
    size = abs(value) * 100 + Fraction(1, 2)
    whole = size.numerator // size.denominator
    return Fraction(whole if value >= 0 else -whole, 100)
