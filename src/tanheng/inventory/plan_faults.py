"""What is wrong with a plan by itself: open fields, what the guide does not admit, loose references."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from tanheng.facts.datum import Row
from tanheng.facts.plan import Entry, Plan
from tanheng.kernel.problems import Place, Problem, problem
from tanheng.library.plan_template import Parameter, PlanTemplate, blanks

Places = Mapping[tuple[str, Row, str], Place]
_SPLIT = re.compile(r"[、,，;；/\s]+")
_CLASS = re.compile(r"(\d+(?:\.\d+)?)\s*(S?)\s*级?", re.IGNORECASE)
_REFERENCES = (("devices", "devices"), ("missing", "missing"), ("department", "departments"))


def plan_faults(plan: Plan, template: PlanTemplate, places: Places | None = None) -> Iterator[Problem]:
    """Everything that the guide would not accept, each with its cell where it is known."""
    known = places or {}

    def place(entry: Entry, name: str) -> Place:
        return known.get(
            (entry.table, entry.at, name), Place(sheet=template.sheet(entry.table).sheet.zh, key=name)
        )

    for entry, column in blanks(plan, template):
        where = where_of(entry, plan, template)
        if entry.table == "parameters" and column.name == "department":
            name = entry.get("parameter")
            yield problem("TH-Q38", place(entry, column.name), where=where[0], where_en=where[1], name=name)
            continue
        told = {"name": column.zh, "name_en": column.title("en"), "where": where[0], "where_en": where[1]}
        yield problem("TH-Q04", place(entry, column.name), **told)
    for entry in plan.table("parameters"):
        for name, wanted in _inadmissible(entry, plan, template):
            yield _not_admitted(place(entry, name), entry, name, wanted, plan, template)
    for entry in plan.table("devices"):
        yield from _device_faults(entry, plan, template, place(entry, "kind"), place(entry, "months"))
    yield from _loose(plan, template, place)


def numbers(text: str) -> tuple[str, ...]:
    """The numbers that a cell names, separated by commas or blanks of any kind."""
    return tuple(dict.fromkeys(filter(None, _SPLIT.split(text.strip()))))


def departments(text: str) -> tuple[str, ...]:
    """The departments that a cell names; their names may hold blanks."""
    return tuple(dict.fromkeys(filter(None, (p.strip() for p in re.split(r"[、,，;；]", text)))))


def class_rank(text: str) -> tuple[Fraction, int] | None:
    """An accuracy class as a rank, the better the smaller: 0.2S < 0.2 < 0.5S. None when it is no class."""
    match = _CLASS.fullmatch(text.strip())
    return (Fraction(match[1]), 0 if match[2] else 1) if match else None


def where_of(entry: Entry, plan: Plan, template: PlanTemplate) -> tuple[str, str]:
    """Where a line is for people: "1号机组 烟煤", else the sheet and its keys."""
    if entry.table == "parameters":
        return member_text(plan, dict(entry.at)), " ".join(v for k, v in entry.at if k != "parameter")
    sheet = template.sheet(entry.table).sheet
    keys = "、".join(value for _, value in entry.at)
    return f"{sheet.zh} {keys}".strip(), f"{sheet.en} {keys}".strip()


def member_text(plan: Plan, at: Mapping[str, str]) -> str:
    """Unit, fuel and stream in one text, the unit by the name that the plan gives it."""
    unit = at.get("unit", "")
    named = plan.find("units", unit=unit) if unit else None
    first = (named.get("unit_name") if named else "") or (f"{unit}号机组" if unit else "")
    return " ".join(filter(None, (first, at.get("fuel", ""), at.get("stream", ""))))


def _inadmissible(entry: Entry, plan: Plan, template: PlanTemplate) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Fields of a line of table B.4 that say something which the guide does not admit, and what it admits."""
    parameter = template.parameter(entry.get("parameter"))
    if parameter is None or not parameter.exists(plan.year):
        yield "parameter", tuple(p.zh for p in template.parameters if p.exists(plan.year))
        return
    if not entry.get("way"):
        return
    way = parameter.way(entry.get("way"))
    if way is None:
        yield "way", tuple(w.word for w in parameter.ways)
        return
    for name in ("obtained", "frequency", "record"):
        admitted: tuple[str, ...] = getattr(way, name)
        # a way that measures nothing has no frequency to plan
        if entry.get(name) and admitted and entry.get(name) not in admitted:
            yield name, admitted
    kinds = {d.get("kind") for n in numbers(entry.get("devices")) if (d := plan.find("devices", number=n))}
    if way.instruments and kinds - {"", *way.instruments}:
        yield "devices", way.instruments
    if not _treated(entry, parameter, plan):
        yield "missing", tuple(t.zh for t in parameter.treatments)


def _treated(entry: Entry, parameter: Parameter, plan: Plan) -> bool:
    used = {
        r.get("treatment") for n in numbers(entry.get("missing")) if (r := plan.find("missing", number=n))
    }
    return not used - {"", *(t.zh for t in parameter.treatments)}


def _not_admitted(
    place: Place, entry: Entry, name: str, wanted: tuple[str, ...], plan: Plan, template: PlanTemplate
) -> Problem:
    column = template.sheet(entry.table).sheet.column(name)
    assert column is not None
    zh, en = where_of(entry, plan, template)
    more = f" {entry.get('parameter')}" if name != "parameter" else ""
    told = {
        "where": zh + more,
        "where_en": en + more,
        "seen": entry.get(name),
        "wanted": "、".join(wanted) or "—",
    }
    return problem("TH-Q05", place, name=column.zh, name_en=column.title("en"), **told)


def _device_faults(
    entry: Entry, plan: Plan, template: PlanTemplate, kind_place: Place, months_place: Place
) -> Iterator[Problem]:
    kind = template.instrument(entry.get("kind"))
    if kind is None:
        if entry.get("kind"):
            wanted = tuple(i.zh for i in template.instruments)
            yield _not_admitted(kind_place, entry, "kind", wanted, plan, template)
        return
    months = entry.get("months")
    if months and kind.months and Fraction(months) > kind.months:
        device = f"{entry.get('number')} {kind.zh}"
        yield problem("TH-Q40", months_place, device=device, planned=kind.months, done=months)


def _loose(plan: Plan, template: PlanTemplate, place: Callable[[Entry, str], Place]) -> Iterator[Problem]:
    """References to devices, rules and departments that are registered nowhere."""
    known = {table: {v for e in plan.table(table) for _, v in e.at} for _, table in _REFERENCES}
    for entry in (*plan.table("parameters"), *plan.table("devices")):
        for name, table in _REFERENCES:
            split = departments if name == "department" else numbers
            for each in split(entry.get(name)):
                if each not in known[table]:
                    zh, en = where_of(entry, plan, template)
                    sheet = template.sheet(table).sheet
                    more = f" {entry.get('parameter')}".rstrip()
                    told = {
                        "where": zh + more,
                        "where_en": en + more,
                        "wanted": sheet.zh,
                        "wanted_en": sheet.en,
                    }
                    yield problem("TH-Q06", place(entry, name), seen=each, **told)
