"""Which step needs which: the order of evaluation, circles, and what nothing asks for."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from tanheng.formula.expr import Expr, call_name, dotted, walk
from tanheng.formula.model import Step


def reads(expr: Expr, *, look_back: bool = True) -> set[str]:
    """The names that an expression reads; with `look_back=False` without those read only through before()."""
    skipped: set[int] = set()
    found: set[str] = set()
    for node in walk(expr.tree):
        if not look_back and call_name(node) == "before":
            skipped.update(id(child) for child in walk(node))
        if id(node) in skipped:
            continue
        name = dotted(node)
        if name is not None:
            found.add(name)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            found.add(node.value.id)
    return found


def step_reads(step: Step, *, look_back: bool = True) -> set[str]:
    """Everything that any way of a step may read."""
    found: set[str] = {step.follow} if step.follow else set()
    for way in step.ways:
        found |= reads(way.expr, look_back=look_back)
        if way.when is not None:
            found |= reads(way.when, look_back=look_back)
    return found


def circle(steps: Mapping[str, Step]) -> list[str]:
    """A path of names that goes round in a circle, or an empty list.

    before() may close a circle: it only looks back.
    """
    # sorted, so that the path that people see does not hang on the hash seed
    edges = {name: sorted(step_reads(s, look_back=False) & steps.keys()) for name, s in steps.items()}
    done: set[str] = set()
    for start in edges:
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            name, position = stack.pop()
            if position == 0:
                if name in done:
                    continue
                path.append(name)
                on_path.add(name)
            if position < len(edges[name]):
                stack.append((name, position + 1))
                child = edges[name][position]
                if child in on_path:
                    return [*path[path.index(child) :], child]
                if child not in done:
                    stack.append((child, 0))
            else:
                # everything below is known to be free of circles: never walked again
                done.add(name)
                on_path.discard(path.pop())
    return []


def reached(steps: Mapping[str, Step], roots: Iterable[str]) -> set[str]:
    """Every name that the roots need, directly or through steps."""
    found: set[str] = set()
    todo = list(roots)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            if name in steps:
                todo.extend(step_reads(steps[name]))
    return found


def sorted_steps(steps: Mapping[str, Step]) -> list[str]:
    """Step names, each after those that it needs; ties in file order."""
    needs = {name: sorted(step_reads(step, look_back=False) & steps.keys()) for name, step in steps.items()}
    done: dict[str, None] = {}
    for name in steps:
        # a stack of our own: a chain of thousands of steps must not exhaust Python's
        stack = [name]
        while stack:
            open_needs = [n for n in needs[stack[-1]] if n not in done]
            if open_needs:
                stack.append(open_needs[0])
            else:
                done[stack.pop()] = None
    return list(done)
