"""From one method to another, rule after rule: what each changed definition moves, with equal data.

Between two editions stand methods that have some definitions of the one and some of the other. Each is run
on the later year's data; a definition of the earlier edition still asks for the earlier year's dated values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tanheng.formula.expr import names
from tanheng.formula.model import Constant, Given, Method, Step, Table
from tanheng.inventory.alignment import Fresh, reach
from tanheng.inventory.causes import Move
from tanheng.inventory.path import Path, Rules

_LONG = 60
"""Characters of two formulas that are quoted; longer ones are named only."""


def method_moves(path: Path) -> None:
    """One move for each definition that differs; then the later year itself, for whatever is left."""
    one, two = path.before.method, path.after.method
    editions = path.rules.editions
    # where the later year itself lies in two editions there is no single definition to move to
    if len(path.later) == 1 and not any(_at_odds(each, two) for each in editions):
        _between(path, editions, two)
    move = Move("method", (two.id,), f"{one.id} → {two.id}", f"{one.id} → {two.id}", {})
    path.pending.append((move, 1))
    path.arrive(path.end)


def _at_odds(one: Method, two: Method) -> bool:
    """Whether a name means things that cannot stand in one method: then there is nothing in between."""
    kinds = [
        {n: kind for kind in ("givens", "constants", "tables", "steps") for n in getattr(m, kind)}
        for m in (one, two)
    ]
    if any(kinds[1].get(name, kind) != kind for name, kind in kinds[0].items()):
        return True
    givens = [(one.givens[n], two.givens[n]) for n in one.givens.keys() & two.givens.keys()]
    scopes = [(one.scopes[s], two.scopes[s]) for s in one.scopes.keys() & two.scopes.keys()]
    return any((a.kind, a.closure) != (b.kind, b.closure) for a, b in givens) or any(
        (a.within, a.open, a.units) != (b.within, b.open, b.units) for a, b in scopes
    )


def _between(path: Path, editions: Sequence[Method], two: Method) -> None:
    """Move definition after definition, each in all editions of the earlier year at once."""
    wanted = {n for method in (*editions, two) for n in reach(method, path.name)}
    # from here on every datum of the later year is there, known to both or not
    data = {(d.name, d.row): d for d in path.end.run.inputs.data if d.name in wanted}
    path.cells = {**path.cells, **data}
    path.members = {**path.members, **path.after.inputs.members}
    left = {name for one in editions for name in wanted if _differs(one, two, name)}
    for cluster in _clusters(editions, two, left):
        left -= set(cluster)
        made = tuple(_mixed(one, two, left) for one in editions)
        fresh = frozenset[tuple[str, ...]].intersection(*(_fresh(one, two, left) for one in editions))
        zh, en = _said(editions[0], two, cluster)
        path.take(Move("method", cluster, zh, en, {}), rules=Rules(made, fresh), places=1)


def _differs(one: Method, two: Method, name: str) -> bool:
    """Whether a step, table or constant of both says something else."""
    for kind, spelt in (("steps", _step), ("tables", _table), ("constants", _constant)):
        mine, theirs = getattr(one, kind).get(name), getattr(two, kind).get(name)
        if mine is not None and theirs is not None:
            return bool(spelt(mine) != spelt(theirs))
    return False


def _step(step: Step) -> Any:
    ways = [
        (w.name, w.expr.text, w.when.text if w.when else "", w.rounding.text if w.rounding else "", w.default)
        for w in step.ways
    ]
    return step.closure, step.unit.text if step.unit else "", step.follow, step.optional, ways


def _table(table: Table) -> Any:
    rows = {key: [(d.since, d.until, d.value) for d in dated] for key, dated in table.rows.items()}
    return table.family, table.set, table.item, table.keys, table.unit.text, rows


def _constant(constant: Constant) -> Any:
    dated = [(d.since, d.until, d.value) for d in constant.dated]
    return constant.family, constant.factor, constant.unit.text, dated


def _clusters(editions: Sequence[Method], two: Method, left: set[str]) -> Iterator[tuple[str, ...]]:
    """Names that change together, in the later method's order: a step, and what only now it reads."""
    todo = set(left)
    for name in two.sequence:
        reads = {name} | {
            each
            for method in (*editions, two)
            if name in method.steps
            for way in method.steps[name].ways
            for each in names(way.expr) + (names(way.when) if way.when is not None else [])
            if each not in method.steps
        }
        found = sorted(reads & todo, key=lambda each: (each != name, each))
        if found:
            todo -= set(found)
            yield tuple(found)


def _mixed(one: Method, two: Method, left: set[str]) -> Method:
    """The later method with the definitions in `left` still those of the earlier one."""

    def union(kind: str) -> Mapping[str, Any]:
        mine, theirs = getattr(one, kind), getattr(two, kind)
        return {**mine, **theirs} | {name: mine[name] for name in left if name in mine}

    return replace(
        two,
        force=one.force,
        until=one.until,
        scopes={**one.scopes, **two.scopes},
        givens=_widest(one, two),
        constants=union("constants"),
        tables=union("tables"),
        steps=union("steps"),
        sequence=(*(n for n in one.sequence if n not in two.steps), *two.sequence),
    )


def _widest(one: Method, two: Method) -> dict[str, Given]:
    """The givens of both: a datum of either is accepted, and none is asked for that one of them lacks."""
    found = {**one.givens, **two.givens}
    for name, given in found.items():
        both = [m.givens[name] for m in (one, two) if name in m.givens]
        words = tuple(dict.fromkeys(w for g in both for w in g.one_of)) if all(g.one_of for g in both) else ()
        optional = len(both) == 1 or any(g.optional for g in both)
        found[name] = replace(given, optional=optional, one_of=words, low=None, high=None)
    return found


def _fresh(one: Method, two: Method, left: set[str]) -> Fresh:
    """Look-ups that only definitions of the later method make: they are asked for the later year."""

    def asked(method: Method, of: set[str] | None) -> set[tuple[str, ...]]:
        tables = {(t.family, t.set, t.item) for n, t in method.tables.items() if of is None or n in of}
        named = {("", c.name) for c in method.constants.values() if of is None or c.name in of}
        factors = {(c.family, c.factor) for c in method.constants.values() if of is None or c.name in of}
        return tables | named | factors

    own = set(one.tables) | set(one.constants)
    changed = {n for n in own if _differs(one, two, n)}
    # what both define alike stays with the earlier year until the factors' turn, which has been
    kept = asked(one, (own - changed) | (left & own))
    return frozenset(asked(two, None) - kept)


def _said(one: Method, two: Method, cluster: tuple[str, ...]) -> tuple[str, str]:
    first = cluster[0]
    item = two.steps.get(first) or two.tables.get(first) or two.constants[first]
    mine, theirs = one.steps.get(first), two.steps.get(first)
    moved = ""
    if mine is not None and theirs is not None and len(mine.ways) == len(theirs.ways) == 1:
        texts = mine.ways[0].expr.text, theirs.ways[0].expr.text
        if texts[0] != texts[1] and sum(map(len, texts)) <= _LONG:
            moved = f"{_in_symbols(one, texts[0])} → {_in_symbols(two, texts[1])}"
    zh, en = item.zh or first, item.en or first
    # symbols are Chinese; the names of an English line can be looked up all the same
    return f"{zh}：{moved}" if moved else zh, f"{en} ({first})" if moved else en


def _in_symbols(method: Method, text: str) -> str:
    def symbol(found: re.Match[str]) -> str:
        item = method.value(found[0])
        return (item.symbol if item is not None else "") or found[0]

    return re.sub(r"[A-Za-z_]\w*", symbol, text)
