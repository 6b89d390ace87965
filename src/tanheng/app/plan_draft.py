"""The draft of a plan: what the plant's data say of units, fuels, routes, equipment; the rest stays open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tanheng.facts.datum import row_of
from tanheng.facts.inputs import Inputs
from tanheng.facts.plan import Entry, Plan
from tanheng.library.plan_template import OBTAINED, Parameter, PlanTemplate, PlanWay, word_of

_ENTITY = {
    "entity_name": ("entity_name",),
    "address": ("production_address", "registered_address"),
    "credit_code": ("credit_code",),
    "industry": ("industry",),
    "representative": ("representative",),
    "contact": ("contact",),
    "phone": ("phone",),
}
_EQUIPMENT = ("boiler", "turbine", "generator")
_SAMPLES = {"收到基元素碳含量": "元素碳含量", "低位发热量": "低位发热量"}


def draft_plan(inputs: Inputs, template: PlanTemplate, year: str) -> Plan:
    """The first version of a year's plan, prefilled from a plant's data.

    Args:
        year: The year that the plan is for; it decides which rows of table B.4 exist.
    """
    facts = {(d.name, d.row): d.value for d in inputs.facts}
    entries = [
        Entry("entity", (), _filled({n: _first(facts, names) for n, names in _ENTITY.items()})),
        *_boundary(inputs),
        *_units(inputs, facts),
        *_rows(inputs, facts, template, year),
        *_samples(inputs, template, year),
    ]
    changes = f"首次制定 {year} 年度{template.name(year)}"
    kept = tuple(e for e in entries if e.at or e.fields)
    return Plan(template.id, year, "1", "", f"{year}-01", "", changes, entries=kept)


def _filled(texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return row_of((name, text) for name, text in texts.items() if text)


def _first(facts: Mapping[tuple[str, tuple[tuple[str, str], ...]], str], names: tuple[str, ...]) -> str:
    return next((facts[n, ()] for n in names if facts.get((n, ()))), "")


def _boundary(inputs: Inputs) -> Iterator[Entry]:
    units = inputs.members.get("unit", ())
    words = [(m.label or m.id, word_of(inputs, "merged", {"unit": m.id})) for m in units]
    if all(word for _, word in words):
        yield Entry("boundary", (), _filled({"merging": "；".join(f"{n}：{w}核算" for n, w in words)}))


def _units(inputs: Inputs, facts: Mapping[tuple[str, tuple[tuple[str, str], ...]], str]) -> Iterator[Entry]:
    """The units with their equipment, and each boiler, turbine and generator as a facility."""
    facilities = []
    for member in inputs.members.get("unit", ()):
        row = (("unit", member.id),)

        def told(name: str, row: tuple[tuple[str, str], ...] = row) -> str:
            return facts.get((name, row), "")

        name = told("unit_name") or member.label
        burnt = [m for m in inputs.members.get("fuel", ()) if m.within == row]
        # coal is named first, oil for starting up after it
        burnt.sort(key=lambda m: word_of(inputs, "fuel_code", {**dict(m.within), "fuel": m.id}) != "coal")
        fuels = [m.label or m.id for m in burnt]
        texts = {
            "unit_name": name,
            "capacity": word_of(inputs, "P_e", dict(row)),
            "fuels": "、".join(dict.fromkeys(fuels)),
        }
        for kind in _EQUIPMENT:
            texts[kind] = " ".join(
                filter(None, (told(f"{kind}_{part}") for part in ("name", "number", "model")))
            )
            if number := told(f"{kind}_number"):
                said = {"facility": f"{name}{told(f'{kind}_name')}", "inside": "是"}
                facilities.append(Entry("facilities", (("number", number),), _filled(said)))
        yield Entry("units", row, _filled(texts))
    # one number on two plates is the plant's slip; the first keeps it
    first: dict[tuple[tuple[str, str], ...], Entry] = {}
    for each in facilities:
        first.setdefault(each.at, each)
    yield from first.values()


def _rows(
    inputs: Inputs,
    facts: Mapping[tuple[str, tuple[tuple[str, str], ...]], str],
    template: PlanTemplate,
    year: str,
) -> Iterator[Entry]:
    for parameter, at in template.rows(inputs, year):
        members = {k: v for k, v in at if k != "parameter"}
        way = _way(inputs, parameter, members)
        texts = _said(parameter, way, facts, members) if way else {}
        if parameter.basis and way and way.measured:
            texts["basis"] = word_of(inputs, parameter.basis, members)
        yield Entry("parameters", at, _filled(texts))


def _way(inputs: Inputs, parameter: Parameter, members: Mapping[str, str]) -> PlanWay | None:
    if parameter.word:
        return parameter.way(word_of(inputs, parameter.word, members))
    return parameter.ways[0] if len(parameter.ways) == 1 else None


def _said(
    parameter: Parameter,
    way: PlanWay,
    facts: Mapping[tuple[str, tuple[tuple[str, str], ...]], str],
    members: Mapping[str, str],
) -> dict[str, str]:
    """What follows from the way alone: where the guide leaves a choice, nothing does."""
    only = {n: v[0] for n in ("obtained", "frequency", "record") if len(v := getattr(way, n)) == 1}
    for name, fact in parameter.told:
        told = facts.get((fact, row_of(members.items())), "")
        if (said := OBTAINED.get(told, told)) in getattr(way, name):
            only[name] = said
    if parameter.laboratory and way.measured and only.get("obtained") == "实测值（委外）":
        only["laboratory"] = _first(facts, ("coal_laboratory",))
    return {"way": way.word, "description": way.says, **only}


def _samples(inputs: Inputs, template: PlanTemplate, year: str) -> Iterator[Entry]:
    """A line of sampling and one of preparation for every coal and what it is tested for."""
    pairs = []
    for parameter, at in template.rows(inputs, year):
        members = {k: v for k, v in at if k != "parameter"}
        way = _way(inputs, parameter, members)
        coal = word_of(inputs, "fuel_code", members) == "coal"
        if parameter.zh in _SAMPLES and coal and way is not None and way.measured:
            pairs.append((members["fuel"], _SAMPLES[parameter.zh]))
    for table in ("sampling", "preparation"):
        for fuel, sample in dict.fromkeys(pairs):
            yield Entry(table, (("fuel", fuel), ("sample", sample)))
