"""What the guide asks of a data quality control plan, as data: tables, parameters, ways, meters, calendar.

The file of a sector is read by `library.plan_file`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tanheng.facts.datum import Row, row_of
from tanheng.facts.inputs import Inputs
from tanheng.facts.plan import HISTORY, Entry, Plan
from tanheng.library.template_library import Column, Sheet

MEMBERS = ("unit", "fuel", "stream")
DEFAULTS, SUBSTITUTES = "default", "substituted"
OBTAINED = {"自行检测": "实测值（自测）", "委托检测": "实测值（委外）", "未实测": "缺省值"}
"""How the plant's sheets say what table B.4 calls obtained by."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A kind of meter: worst admissible class ("" none) and longest period [months] (0 none)."""

    zh: str
    en: str
    worst: str
    months: int
    check: str
    law: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """One admissible treatment of missing data; `fills`: by the law's default, or by a substitution."""

    zh: str
    en: str
    fills: str


@dataclass(frozen=True, slots=True)
class PlanWay:
    """One admissible way of obtaining a parameter; `rank` 1 is the best level, 0 has no level."""

    word: str
    rank: int
    obtained: tuple[str, ...]
    instruments: tuple[str, ...]
    frequency: tuple[str, ...]
    record: tuple[str, ...]
    data: tuple[str, ...]
    says: str

    @property
    def measured(self) -> bool:
        """Whether something is read, weighed or tested, so that a frequency must be planned."""
        return bool(self.frequency)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A row kind of table B.4.

    `word`: the given whose words are the ways; `also`: givens that belong to it beside those of its ways;
    `told`: the facts of the plant that say what a column of the plan says, by column; `basis`, `laboratory`:
    the given and the fact that say what was done; `sampled`: the givens of the last
    sampling day and of the day of the report.
    """

    zh: str
    en: str
    unit: str
    per: tuple[str, ...]
    since: str
    until: str
    when: tuple[tuple[str, tuple[str, ...]], ...]
    word: str
    also: tuple[str, ...]
    told: tuple[tuple[str, str], ...]
    law: str
    basis: str
    laboratory: str
    sampled: tuple[str, ...]
    evidence: str
    treatments: tuple[Treatment, ...]
    ways: tuple[PlanWay, ...]

    def way(self, word: str) -> PlanWay | None:
        """The way of that word."""
        return next((w for w in self.ways if w.word == word), None)

    def needs(self, word: str) -> frozenset[str]:
        """The columns of table B.4 that must be filled when this way is chosen."""
        way = self.way(word)
        named = {"way", "obtained", "description", "record", "department"}
        if way is None or not way.measured:
            return frozenset(named)
        named |= {"frequency"} | ({"devices"} if way.instruments else set())
        named |= {"missing"} if self.treatments else set()
        named |= {"basis"} if self.basis else set()
        return frozenset(named | ({"laboratory"} if self.laboratory else set()))

    def exists(self, year: str) -> bool:
        """Whether the rules of a year know it."""
        return (not self.since or self.since <= year) and (not self.until or year <= self.until)


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """A table of the plan: `sheet` as every other; which columns hold sentences, and what to suggest."""

    sheet: Sheet
    section: str
    wide: frozenset[str]
    suggest: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class PlanTemplate:
    """All of one file."""

    id: str
    law: str
    opens: str
    factors_on: str
    deadline: str
    report_days: int
    names: tuple[tuple[str, str, str, str], ...]
    reasons: tuple[tuple[str, str, str], ...]
    instruments: tuple[Instrument, ...]
    sheets: tuple[PlanSheet, ...]
    parameters: tuple[Parameter, ...]
    digest: str

    def name(self, year: str, lang: str = "zh") -> str:
        """What the plan of a year is called: 计划 to 2025, 方案 from 2026."""
        found = next(n for n in self.names if (not n[0] or n[0] <= year) and (not n[1] or year <= n[1]))
        return found[3 if lang == "en" else 2]

    def sheet(self, name: str) -> PlanSheet:
        """A table by its id."""
        return next(s for s in self.sheets if s.sheet.id == name)

    def parameter(self, zh: str) -> Parameter | None:
        """A parameter by its name."""
        return next((p for p in self.parameters if p.zh == zh), None)

    def instrument(self, zh: str) -> Instrument | None:
        """A kind of meter by its name."""
        return next((i for i in self.instruments if i.zh == zh), None)

    def rows(self, inputs: Inputs, year: str) -> Iterator[tuple[Parameter, Row]]:
        """The rows of table B.4 that a plant needs in a year, unit by unit, fuel by fuel."""
        fueled = [n for n, p in enumerate(self.parameters) if p.per == ("unit", "fuel")]
        first, last = min(fueled, default=0), max(fueled, default=0)
        before, amid, after = (
            self.parameters[:first],
            self.parameters[first : last + 1],
            self.parameters[last + 1 :],
        )
        for unit in inputs.members.get("unit", ()):
            here = {"unit": unit.id}
            inner: dict[str, list[dict[str, str]]] = {"unit": [here]}
            for scope in MEMBERS[1:]:
                found = [m for m in inputs.members.get(scope, ()) if dict(m.within).get("unit") == unit.id]
                inner[scope] = [{**here, scope: m.id} for m in found]
            inner["fuel"].sort(key=lambda at: _first_chosen(amid, inputs, at))
            # the emissions first, then fuel by fuel, then electricity, heat and operation, as in the guide
            blocks = [(here, p) for p in before] + [(at, p) for at in inner["fuel"] for p in amid]
            blocks += [(at, p) for p in after for at in inner[p.per[-1]]]
            for at, each in blocks:
                if set(each.per) == set(at) and each.exists(year) and _chosen(each, inputs, at):
                    yield each, row_of((*at.items(), ("parameter", each.zh)))


def blanks(plan: Plan, template: PlanTemplate) -> Iterator[tuple[Entry, Column]]:
    """Every field that the guide asks for and the plan leaves open, in the order of its tables."""
    for listed in template.sheets:
        sheet = listed.sheet
        if not listed.section or sheet.id == HISTORY:
            continue
        entries = (plan.form(sheet.id),) if sheet.role == "form" else plan.table(sheet.id)
        for entry in entries:
            for column in sheet.columns:
                if (
                    column.role != "key"
                    and asked(plan, template, entry, column)
                    and not said(plan, entry, column)
                ):
                    yield entry, column


def asked(plan: Plan, template: PlanTemplate, entry: Entry, column: Column) -> bool:
    """Whether a field must be filled: as its column says, in table B.4 as the chosen way needs it."""
    parameter = template.parameter(entry.get("parameter")) if entry.table == "parameters" else None
    if parameter is not None:
        return column.name in parameter.needs(entry.get("way"))
    if entry.table == "devices" and column.name in ("class", "months", "rule", "calibrated_on"):
        kind = template.instrument(entry.get("kind"))
        return kind is not None and bool(kind.worst if column.name == "class" else kind.months)
    if entry.table == "plan" and column.name == "reason":
        return plan.version != "1"
    return column.needed


def said(plan: Plan, entry: Entry, column: Column) -> str:
    """The value of a field, that of the form "plan" from the version itself."""
    return str(getattr(plan, column.name, "")) if entry.table == "plan" else entry.get(column.name)


def word_of(inputs: Inputs, name: str, at: Mapping[str, str]) -> str:
    """The word chosen for a given at a member or at those above it, "" where none was."""
    for datum in inputs.data:
        if datum.name == name and set(datum.row) <= set(at.items()):
            return datum.value
    return ""


def _chosen(parameter: Parameter, inputs: Inputs, at: Mapping[str, str]) -> bool:
    return all(word_of(inputs, name, at) in words for name, words in parameter.when)


def _first_chosen(parameters: Sequence[Parameter], inputs: Inputs, at: Mapping[str, str]) -> int:
    """Where the first parameter of a fuel stands: coal comes before oil, oil before gas."""
    return next((n for n, p in enumerate(parameters) if _chosen(p, inputs, at)), len(parameters))
