"""Which lines each sheet of a new workbook gets.

Members, and one line for each period that is to be filled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tanheng.facts.datum import CONFIRMED, DECLARED, SUBSTITUTED, Datum, Row
from tanheng.facts.inputs import Inputs, Member
from tanheng.formula.model import TIME_SCOPES
from tanheng.kernel.periods import parse_period
from tanheng.library.template_library import Sheet, Template

Line = dict[str, str]

UNITS = ("1", "2")
FUELS = (("烟煤", "t"), ("柴油", "t"))
STREAMS = ("采暖",)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a workbook is made for: members, and the data that it already holds."""

    template: Template
    period: str
    members: Mapping[str, tuple[Member, ...]]
    data: tuple[Datum, ...]
    facts: tuple[Datum, ...]

    @classmethod
    def of(
        cls,
        template: Template,
        period: str,
        units: Sequence[str],
        fuels: Sequence[tuple[str, str]],
        streams: Sequence[str],
        data: Inputs | None,
    ) -> Plan:
        """The plan of a new workbook, or of one that holds `data`."""
        if data is not None:
            return cls(template, data.period, data.members, data.data, data.facts)
        units, fuels, streams = units or UNITS, fuels or FUELS, streams or STREAMS
        members = {
            "unit": tuple(Member(u) for u in units),
            "fuel": tuple(Member(f, (("unit", u),), own) for u in units for f, own in fuels),
            "stream": tuple(Member(s, (("unit", u),)) for u in units for s in streams),
        }
        return cls(template, period, members, (), ())

    def used_sheets(self) -> set[str]:
        """Sheets that the data need."""
        names = {d.name for d in (*self.data, *self.facts)}
        return {
            s.id
            for s in self.template.sheets
            if any(c.name in names for c in s.columns if c.role in ("given", "fact"))
        } | {s.id for s in self.template.by_role("members") if self.members.get(s.scope)}


def rows_of(plan: Plan, sheet: Sheet) -> list[Line]:
    """The lines of a table sheet, cell texts by column name."""
    if sheet.role == "members":
        return _member_lines(plan, sheet)
    if sheet.role == "declared":
        return _declared(plan, sheet)
    if sheet.role == "substituted":
        return _substituted(plan, sheet)
    if sheet.role == "confirmed":
        return _confirmed(plan)
    lines = _filled(plan, sheet)
    return lines if lines or plan.data else _blank(plan, sheet)


def _member_lines(plan: Plan, sheet: Sheet) -> list[Line]:
    values = _values(plan, sheet)
    lines = []
    for member in plan.members.get(sheet.scope, ()):
        row = tuple(sorted((*member.within, (sheet.scope, member.id))))
        lines.append({**dict(row), "own_unit": member.unit, "label": member.label, **values.get(row, {})})
    return lines


def _values(plan: Plan, sheet: Sheet) -> dict[Row, Line]:
    """Measured values of a sheet's columns by row."""
    names = {c.name for c in sheet.columns if c.role in ("given", "fact")}
    found: dict[Row, Line] = {}
    for datum in (*plan.data, *plan.facts):
        if datum.name in names and datum.state not in (DECLARED, SUBSTITUTED):
            found.setdefault(datum.row, {})[datum.name] = datum.value
    return found


def _filled(plan: Plan, sheet: Sheet) -> list[Line]:
    values = _values(plan, sheet)
    order = [k for k in sheet.keys if k not in TIME_SCOPES] + [k for k in sheet.keys if k in TIME_SCOPES]
    rows = sorted(values, key=lambda row: [dict(row)[k] for k in order])
    return [{**dict(row), **values[row]} for row in rows]


def _blank(plan: Plan, sheet: Sheet) -> list[Line]:
    """Lines to fill: every member and period; day sheets for the first fuel of each unit (the coal)."""
    scopes = plan.template.scopes
    if any(scopes[k].open for k in sheet.keys) or (sheet.optional and not sheet.offered):
        return []
    standing = [k for k in sheet.keys if k not in TIME_SCOPES]
    partial: list[Line] = [{}]
    for scope in standing:
        partial = [{**line, scope: m} for line in partial for m in _members_in(plan, scope, line)]
        if scopes[scope].rows and not sheet.offered:
            partial = [line for line in partial if line[scope] == scopes[scope].rows[-1]]
    time = next((k for k in sheet.keys if k in TIME_SCOPES), "")
    if time == "day":
        firsts: dict[str, Line] = {}
        for line in partial:
            firsts.setdefault(line.get("unit", ""), line)
        partial = list(firsts.values())
    period = parse_period(plan.period)
    times = period.days() if time == "day" else period.months()
    return [{**line, time: each.key} for line in partial for each in times]


def _members_in(plan: Plan, scope: str, line: Line) -> list[str]:
    fixed = plan.template.scopes[scope].rows
    if fixed:
        return list(fixed)
    return [m.id for m in plan.members.get(scope, ()) if all(line.get(s) == v for s, v in m.within)]


def _declared(plan: Plan, sheet: Sheet) -> list[Line]:
    """Declared zeros, joined to spans: one line for a run of days or months of one parameter and member."""
    lines: list[Line] = []
    spans: dict[tuple[str, Row, str, str], list[str]] = {}
    for datum in plan.data:
        if datum.state == DECLARED:
            keys = dict(datum.row)
            time = keys.get("day") or keys.get("month", "")
            row = tuple((s, v) for s, v in datum.row if s not in TIME_SCOPES)
            spans.setdefault((datum.name, row, datum.reason, datum.person), []).append(time)
    for (name, row, reason, person), times in spans.items():
        for first, last in _runs(sorted(times)):
            lines.append(
                {
                    **dict(row),
                    "parameter": name,
                    "from": first,
                    "to": last,
                    "reason": reason,
                    "person": person,
                }
            )
    return lines


def _runs(times: list[str]) -> list[tuple[str, str]]:
    """Unbroken runs of period keys."""
    runs: list[tuple[str, str]] = []
    for time in times:
        if runs and parse_period(runs[-1][1]).after().key == time:
            runs[-1] = (runs[-1][0], time)
        else:
            runs.append((time, time))
    return runs


def _substituted(plan: Plan, sheet: Sheet) -> list[Line]:
    lines = []
    for datum in plan.data:
        if datum.state == SUBSTITUTED:
            keys = dict(datum.row)
            member = {s: v for s, v in datum.row if s not in TIME_SCOPES}
            lines.append(
                {
                    **member,
                    "parameter": datum.name,
                    "at": keys.get("day") or keys.get("month", ""),
                    "value": datum.value,
                    "measure": datum.unit,
                    "rule": datum.rule,
                    "reason": datum.reason,
                    "person": datum.person,
                }
            )
    return lines


def _confirmed(plan: Plan) -> list[Line]:
    """Answers to questions, as they were given."""
    return [
        {**dict(fact.row), "reason": fact.value, "person": fact.person}
        for fact in plan.facts
        if fact.name == CONFIRMED
    ]
