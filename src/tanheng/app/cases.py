"""Cases of methods: small inputs with answers derived by hand, run through the exact engine."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tanheng.app.library import Library
from tanheng.engine.exact.compile import Compiler
from tanheng.engine.exact.result import shown_text
from tanheng.engine.exact.run import Run
from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs, Member
from tanheng.formula.model import Check, Method
from tanheng.kernel.numbers import exact_text, parse_exact
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Refused
from tanheng.kernel.units import parse_unit
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.factor_table import COLUMNS, Factor, export_rows

SHOWN = ("figure", "low", "high", "tonnes")
"""What a rule shows beside its verdict, in its own unit; `working` is of the tonnes."""
KEYS = {
    "": {"id", "says", "period", "members", "data", "factor", "expect", "refuse", "absent", "check"},
    "factor": {"family", "set", "item", "key", "value", "unit", "since", "until"},
    "data": {"of", "row", "value", "unit", "state", "reason", "person", "rule"},
    "expect": {"of", "row", "is", "way", "default", "working"},
    "refuse": {"of", "row", "code"},
    "absent": {"of", "row"},
    "check": {"id", "row", "is", "working", *SHOWN},
}
_TONNE = parse_unit("tCO2")
_VERDICTS = {True: "holds", False: "fails", None: "absent"}


@dataclass(frozen=True, slots=True)
class Case:
    """One case file of a method."""

    method: str
    id: str
    says: str
    inputs: Inputs
    expect: tuple[Mapping[str, Any], ...]
    refuse: tuple[Mapping[str, Any], ...]
    absent: tuple[Mapping[str, Any], ...]
    check: tuple[Mapping[str, Any], ...]
    factors: tuple[Mapping[str, str], ...] = ()


def load_cases(method: Method, library: Library) -> list[Case]:
    """The cases beside a method, by id; ValueError for an unknown key, since a case is a developer's file."""
    folder = library.methods.folder(method.id)
    if folder is None or not (folder / "cases").is_dir():
        return []
    files = sorted(
        (f for f in (folder / "cases").iterdir() if f.name.endswith(".toml")), key=lambda f: f.name
    )
    return [read_case(tomllib.loads(f.read_text(encoding="utf-8")), method) for f in files]


def read_case(raw: Mapping[str, Any], method: Method) -> Case:
    """A case from its TOML tables."""
    _known(raw, "")
    for part in ("data", "factor", "expect", "refuse", "absent", "check"):
        for entry in raw.get(part, []):
            _known(entry, part)
    members = {scope: tuple(_member(m) for m in listed) for scope, listed in raw.get("members", {}).items()}
    data = tuple(
        Datum(
            d["of"],
            row_of(d.get("row", {}).items()),
            str(d["value"]),
            d.get("unit", ""),
            d.get("state", "measured"),
            d.get("reason", ""),
            d.get("person", ""),
            d.get("rule", ""),
        )
        for d in raw.get("data", [])
    )
    inputs = Inputs(method.id, str(raw["period"]), method.boundary, members, data)
    return Case(
        method.id,
        raw["id"],
        raw.get("says", ""),
        inputs,
        tuple(raw.get("expect", ())),
        tuple(raw.get("refuse", ())),
        tuple(raw.get("absent", ())),
        tuple(raw.get("check", ())),
        tuple(raw.get("factor", ())),
    )


def run_case(case: Case, method: Method, library: Library) -> list[str]:
    """What a case finds wrong, a line each; nothing when it holds."""
    return faults(case, case_run(case, method, library))


def case_run(case: Case, method: Method, library: Library) -> Run:
    """A run of a case; months before its method are computed by the one that it replaced."""
    elder: Run | None = None
    factors = case_factors(case, library)
    period = parse_period(case.inputs.period)
    if period.first.isoformat() < method.force <= period.last.isoformat():
        earlier = library.methods.earlier(method)
        if earlier is not None:
            elder = Run(earlier, replace(case.inputs, method=earlier.id), factors)
    return Run(method, case.inputs, factors, elder)


def case_factors(case: Case, library: Library) -> FactorLibrary:
    """The library's factors and those that a case brings along, as a plant's own folder would."""
    made: dict[str, list[Factor]] = {}
    for number, each in enumerate(case.factors, 1):
        cells: dict[str, Any] = dict.fromkeys(COLUMNS, "")
        cells |= {name: each[name] for name in ("set", "item", "key", "value", "unit")}
        cells |= {"id": f"case.row{number}", "name_zh": each["key"], "certainty": "sure"}
        cells |= {"source": f"{case.id}, database of {int(each['since'][:4]) - 1}-10-31"}
        cells |= {"valid_from": each["since"], "valid_to": each["until"], "known_from": each["since"]}
        made.setdefault(each["family"], []).append(Factor(**cells, family=each["family"]))
    return library.factors.extended("case", {name: export_rows(rows) for name, rows in made.items()})


def faults(case: Case, run: Run) -> list[str]:
    """What a case finds wrong with a run of its inputs; the run then tells which ways were taken."""
    spoilt = any(e["of"] in run.method.givens for e in case.refuse)
    wrong = [] if spoilt else [p.line("en") for p in run.data.problems]
    for entry in case.expect:
        wrong += _expected(run, entry)
    for entry in case.absent:
        found = _value(run, entry)
        if found is not None:
            wrong.append(f"{entry['of']}{entry.get('row', {})}: absent wanted, found {_text(found)}")
    for entry in case.refuse:
        codes = _refused(run, entry)
        if entry["code"] not in codes:
            place = f"{entry['of']}{entry.get('row', {})}"
            wrong.append(f"{place}: {entry['code']} wanted, found {', '.join(codes)}")
    for entry in case.check:
        check = next(c for c in run.method.checks if c.id == entry["id"])
        row = tuple(entry.get("row", {})[s] for s in check.closure)
        verdict = _VERDICTS[Compiler(run, check.that, check.closure).compiled()(row)]
        if verdict != entry["is"]:
            wrong.append(f"check {check.id}{entry.get('row', {})}: {entry['is']} wanted, found {verdict}")
        wrong += _shown_wrong(run, check, row, entry)
    return wrong


def _shown_wrong(run: Run, check: Check, row: tuple[str, ...], entry: Mapping[str, Any]) -> list[str]:
    """Figures of a check that are not what the case says."""
    wrong: list[str] = []
    for part in (p for p in SHOWN if p in entry):
        expr, unit = getattr(check, part), _TONNE if part == "tonnes" else check.unit
        found = Compiler(run, expr, check.closure).compiled()(row) if expr is not None else None
        own = exact_text(Fraction(found) / unit.scale) if found is not None and unit else "absent"
        if own != entry[part]:
            wrong.append(f"check {check.id}{entry.get('row', {})}: {part} {entry[part]} wanted, found {own}")
    return wrong


def _refused(run: Run, entry: Mapping[str, Any]) -> list[str]:
    """The codes with which a datum was not taken, or a step was not computed."""
    if entry["of"] in run.method.givens:
        return [p.code for p in run.data.problems if p.place.key.startswith(f"{entry['of']}[")]
    found = _value(run, entry)
    return [p.code for p in found.problems] if isinstance(found, Refused) else [_text(found)]


def _expected(run: Run, entry: Mapping[str, Any]) -> list[str]:
    name, place = entry["of"], f"{entry['of']}{entry.get('row', {})}"
    found = _value(run, entry)
    if found is None or isinstance(found, Refused):
        return [f"{place}: {entry['is']} wanted, found {_text(found)}"]
    wrong: list[str] = []
    row = _row(run, entry)
    way = run.way(name, row)
    step = run.method.steps[name]
    if isinstance(found, Fraction) and step.unit is not None:
        own = found / step.unit.scale
        shown = shown_text(own, way.rounding if way else None, step.show)
        # a rounded step must show the very digits of the case; an exact one must equal it
        rounds = way is not None and way.rounding is not None
        if (rounds and shown != entry["is"]) or own != parse_exact(_plain(entry["is"])):
            wrong.append(f"{place}: {entry['is']} wanted, found {shown} ({exact_text(own)})")
    elif _text(found) != entry["is"]:
        wrong.append(f"{place}: {entry['is']} wanted, found {_text(found)}")
    taken = (way.name, way.default) if way else ("", False)
    wanted = (entry.get("way", taken[0]), entry.get("default", False))
    if taken != wanted:
        wrong.append(f"{place}: way {wanted[0]} (default {wanted[1]}) wanted, found {taken[0]} ({taken[1]})")
    return wrong


def _plain(text: str) -> str:
    """A shown number in canonical form: trailing zeros of the rounding rule are dropped."""
    return text.rstrip("0").rstrip(".") if "." in text and "/" not in text else text


def _value(run: Run, entry: Mapping[str, Any]) -> object:
    try:
        return run.value(entry["of"], _row(run, entry))
    except Refused as refused:
        return refused


def _row(run: Run, entry: Mapping[str, Any]) -> tuple[str, ...]:
    row = entry.get("row", {})
    return tuple(row[s] for s in run.method.closure_of(entry["of"]))


def _text(found: object) -> str:
    if isinstance(found, Refused):
        return "; ".join(p.line("en") for p in found.problems)
    return str(found).lower() if isinstance(found, bool) else str(found)


def _member(raw: Any) -> Member:
    if isinstance(raw, str):
        return Member(raw)
    return Member(raw["id"], row_of(raw.get("in", {}).items()), raw.get("unit", ""), raw.get("label", ""))


def _known(raw: Mapping[str, Any], part: str) -> None:
    unknown = set(raw) - KEYS[part]
    if unknown:
        raise ValueError(f"case {raw.get('id', raw)}: unknown key {sorted(unknown)}")
