"""The causes one after another: each stage makes the replacements of one cause, in the order of ORDER."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date

from tanheng.engine.exact.run import Run
from tanheng.facts.datum import Datum, Row, row_of
from tanheng.formula.model import Way
from tanheng.inventory.causes import (
    TIMES,
    Burnt,
    Key,
    Move,
    Sorter,
    boundary,
    burnt,
    grouped_moves,
    same,
)
from tanheng.inventory.path import Path, Told
from tanheng.inventory.rules import method_moves
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Refused

ORDER = ("calendar", "boundary", "activity", "quality", "production", "route", "factor", "method")
SINGLE = 24
"""Months of changed routes that are told one by one; more are told fuel by fuel."""


def calendar(path: Path) -> None:
    """Lay the earlier year on the later calendar: days that one year only has go or come, with their data."""
    gone = 0
    for datum in path.start.run.inputs.data:
        if datum.name in path.reach:
            row = path.calendar.row(datum.row)
            gone += row is None
            if row is not None:
                path.cells[datum.name, row] = _at(path, datum, row)
    held = {(name, _without_day(row)) for name, row in path.cells}
    come: dict[Key, Datum | None] = {
        (name, row): datum
        for (name, row), datum in path.new.items()
        if any(s == "day" and m in path.calendar.come for s, m in row) and (name, _without_day(row)) in held
    }
    days = sorted(path.calendar.gone) or sorted(path.calendar.come)
    told = "、".join(parse_period(day).label() for day in days), ", ".join(days)
    path.take(
        Move("calendar", (), f"{told[0]}（仅一年有）", f"{told[1]} (in one year only)", come), places=gone
    )


def _at(path: Path, datum: Datum, row: Row) -> Datum:
    """A datum on the later calendar; a date moves as far as the first of its month does."""
    given = path.method.givens[datum.name]
    value, month = datum.value, dict(row).get("month")
    if given.kind == "date" and month is not None:
        firsts = [parse_period(m).first for m in (month, dict(datum.row)["month"])]
        with suppress(ValueError):
            value = (date.fromisoformat(value) + (firsts[0] - firsts[1])).isoformat()
    d = datum
    return Datum(d.name, row, value, d.unit, d.state, d.reason, d.person, d.rule, d.origin)


def _without_day(row: Row) -> Row:
    return tuple(p for p in row if p[0] != "day")


def data(path: Path) -> None:
    """Boundary, activity, quality and production: the numbers that both years have."""
    method, sorter, new = path.method, Sorter(path.method), path.new
    for move in boundary(path.before.inputs, path.after.inputs, method, dict(path.cells), new):
        path.take(move)
    step = burnt(method, path.reach)
    earlier = Burnt(path.start.run, step, path.cells, sorter, path.calendar.row)
    step_after = burnt(path.after.method, path.reach)
    later = Burnt(path.end.run, step_after, new, sorter, lambda row: row)
    keys = [k for k in {**path.cells, **new} if k[0] in path.shared]

    def both(row: Row) -> bool:
        return earlier.used(row) and later.used(row)

    def fuel_of(row: Row) -> str:
        return next((m for s, m in row if s in sorter.fuels), "")

    burn = (step.zh or step.name, step.en or step.name) if step is not None else ("消耗量", "quantity")

    def quantity(key: Key) -> tuple[str, str]:
        given, fuel = method.givens[key[0]], fuel_of(key[1])
        if not fuel:
            return given.zh or given.name, given.en or given.name
        return f"{fuel} {burn[0]}", f"{fuel} {burn[1]}"

    def quality(key: Key) -> tuple[str, str]:
        item = method.scopes.get(sorter.open_scope(key[0])) or method.givens[key[0]]
        fuel = fuel_of(key[1])
        return f"{fuel} {item.zh or key[0]}", f"{fuel} {item.en or key[0]}"

    # what is measured of a fuel while only one year used it comes and goes with its quantity
    amounts = [
        (k, new.get(k))
        for k in keys
        if (sorter.kinds[k[0]] == "activity" and k in new)
        or (
            sorter.kinds[k[0]] in ("quality", "route")
            and any(s in TIMES for s, _ in k[1])
            and sorter.fuel(k[1])
            and not sorter.open_scope(k[0])
            and not both(k[1])
        )
    ]
    for move in grouped_moves("activity", amounts, quantity):
        path.take(move)
    measured = [
        (k, new.get(k))
        for k in keys
        if sorter.kinds[k[0]] == "quality" and (sorter.open_scope(k[0]) or (k in new and k in path.cells))
    ]
    for move in grouped_moves("quality", measured, quality):
        path.take(move)
    made = [(k, new[k]) for k in keys if sorter.kinds[k[0]] == "production" and k in new]
    for move in grouped_moves("production", made, quantity):
        path.take(move)


def routes(path: Path) -> None:
    """Everything that still differs: chosen routes, dates and confirmations, tests that one year only has."""
    method, sorter, new = path.method, Sorter(path.method), path.new
    left = {
        k: new.get(k)
        for k in {**path.cells, **new}
        if k[0] in path.shared and not same(path.cells.get(k), new.get(k))
    }

    def standing_word(key: Key) -> bool:
        return sorter.kinds[key[0]] == "route" and not any(s in TIMES for s, _ in key[1])

    changed = {sorter.fuel(k[1]) for k in left if standing_word(k) and sorter.fuel(k[1])}
    for fuel in sorted(changed):
        put = {k: d for k, d in left.items() if sorter.fuel(k[1]) == fuel}
        words = sorted(k[0] for k in put if standing_word(k))
        told = [method.givens[w] for w in words]
        place = " · ".join(_member(path, s, m) for s, m in _ordered(path, fuel))
        zh = f"{place}：{'、'.join(g.zh or g.name for g in told)}"
        path.take(Move("route", tuple(words), zh, f"{place}: {', '.join(g.en or g.name for g in told)}", put))
        left = {k: d for k, d in left.items() if k not in put}
    months = {k: d for k, d in left.items() if sorter.fuel(k[1])}
    _by_month(path, sorter, months)
    rest = [(k, d) for k, d in left.items() if k not in months]

    def item(key: Key) -> tuple[str, str]:
        given = method.givens[key[0]]
        return given.zh or given.name, given.en or given.name

    # words before what they no longer need
    for later in (False, True):
        cells = [(k, d) for k, d in rest if (sorter.kinds[k[0]] != "route") is later]
        for move in grouped_moves("production" if later else "route", cells, item):
            path.take(move)


def _by_month(path: Path, sorter: Sorter, cells: dict[Key, Datum | None]) -> None:
    """Months in which another way was taken, one by one; first all others at once."""
    groups: dict[Row, dict[Key, Datum | None]] = {}
    for key, datum in cells.items():
        month = tuple(p for p in key[1] if p[0] == "month")
        groups.setdefault(row_of((*sorter.fuel(key[1]), *month)), {})[key] = datum
    ways = _ways_between(path, sorter, cells)
    quiet = {k: d for row, put in groups.items() if row not in ways for k, d in put.items()}
    path.take(Move("route", (), "采样、报告日期与确认", "dates and confirmations", quiet))
    busy = sorted(
        (row for row in groups if row in ways), key=lambda r: (sorter.fuel(r), dict(r).get("month", ""))
    )
    if len(busy) > SINGLE:
        lumps: dict[Row, dict[Key, Datum | None]] = {}
        for row in busy:
            lumps.setdefault(sorter.fuel(row), {}).update(groups[row])
        for fuel, put in lumps.items():
            place = " · ".join(_member(path, s, m) for s, m in _ordered(path, fuel))
            count = sum(sorter.fuel(row) == fuel for row in busy)
            path.take(Move("route", (), f"{place}：{count} 个月", f"{place}: {count} months", put))
        return
    for row in busy:
        zh, en = ways[row]
        path.take(Move("route", (), zh, en, groups[row]))


def _ways_between(path: Path, sorter: Sorter, cells: dict[Key, Datum | None]) -> dict[Row, tuple[str, str]]:
    """For each fuel and month in which a way changes when all cells are replaced: what changed."""
    target = dict(path.cells)
    for key, datum in cells.items():
        target.pop(key, None)
        if datum is not None:
            target[key] = datum
    try:
        here, there = path.read().run, path.read(target).run
    except Refused:
        return {}
    found: dict[Row, tuple[str, str]] = {}
    days: dict[Row, int] = {}
    for step, row, one, two in _changed_ways(path, here, there):
        place = row_of((*sorter.fuel(row), *(p for p in row if p[0] == "month")))
        if place in found and place not in days:
            continue
        item = path.method.steps[step]
        member = " · ".join(_member(path, s, m) for s, m in _ordered(path, sorter.fuel(row)))
        month = int(parse_period(dict(place)["month"]).key[5:])
        daily = any(s == "day" for s, _ in row)
        if daily:
            days[place] = days.get(place, 0) + 1
        else:
            days.pop(place, None)
        # of a month's own choice its route says enough; of days also what was chosen
        told = f" {days[place]} 天{item.zh}" if daily else "", f", {days[place]} days" if daily else ""
        ways = _flip(one, two)
        found[place] = (
            f"{member} {month} 月{told[0]}：{ways[0]}",
            f"{member} month {month}{told[1]}: {ways[1]}",
        )
    return found


def _flip(one: Way, two: Way) -> tuple[str, str]:
    """From one way to another; where one of them is a default, that says it all."""
    if one.default != two.default:
        return ("缺省 → 实测", "default → measured") if one.default else ("实测 → 缺省", "measured → default")
    return f"{one.zh or one.name} → {two.zh or two.name}", f"{one.en or one.name} → {two.en or two.name}"


def _changed_ways(path: Path, here: Run, there: Run) -> Iterator[tuple[str, Row, Way, Way]]:
    for name in path.method.sequence:
        step = path.method.steps[name]
        if name not in path.reach or "month" not in step.closure or len(step.ways) < 2:
            continue
        for row in here.of(name):
            one, two = here.way(name, row), there.way(name, row)
            if one is not None and two is not None and one.name != two.name:
                yield name, row_of(zip(step.closure, row, strict=True)), one, two


def _ordered(path: Path, row: Row) -> Row:
    places = dict(row)
    return tuple((s, places[s]) for s in path.method.order(tuple(places)))


def _member(path: Path, scope: str, member: str) -> str:
    labels = {m.id: m.label for m in path.members.get(scope, ())}
    return labels.get(member) or member


def factors(path: Path) -> None:
    """Dated values: each look-up that answers otherwise in the later year, one by one."""
    told: Told = {}
    try:
        path.read(told=told)
    except Refused:
        return
    for asked, (zh, en) in sorted(told.items()):
        path.take(Move("factor", (), zh, en, {}), frozenset({asked}))


def finish(path: Path) -> None:
    """The later year itself: what is left is the method's doing."""
    if path.before.method.digest != path.after.method.digest:
        method_moves(path)
        return
    if path.pending or path.now.value != path.end.value:
        path.pending.append((Move("input", (), "其余", "rest", {}), 0))
    path.arrive(path.end)


STAGES: tuple[Callable[[Path], None], ...] = (calendar, data, routes, factors, finish)
