"""Whether the parts of a method file fit together: types, units, circles, what nothing reaches, laws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from tanheng.formula.check import ANY, NUMBER, TRUTH, WORD, Names, Type, check, near, show_dimension
from tanheng.formula.expr import Expr
from tanheng.formula.model import TIME_SCOPES, Check, Constant, Given, Method, Step, Table
from tanheng.formula.order import circle, reached, reads
from tanheng.kernel.citations import parse_citations
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse
from tanheng.kernel.units import parse_unit
from tanheng.library.fills import fill_problems, fill_reads
from tanheng.library.method_file import MethodFile


class Laws(Protocol):
    """What a law text is checked against: the instrument library."""

    def resolve(self, law: str) -> object:
        """The instrument that a law text names; Refused when there is none."""


def problems_of(parts: MethodFile, laws: Laws | None) -> list[Problem]:
    """Everything in a method that does not fit together."""
    found = [
        problem("TH-M01", parts.place(key), seen="", wanted=key)
        for key in ("id", "zh", "law", "boundary", "force", "answer")
        if not parts.data.get(key)
    ]
    force, until = str(parts.data.get("force", "")), str(parts.data.get("until", ""))
    if until and until < force:
        found.append(problem("TH-M17", parts.place("until"), seen=f"{force}…{until}", wanted="force ≤ until"))
    path = circle(parts.steps)
    if path:
        found.append(problem("TH-M04", parts.place(f"step.{path[0]}"), seen=" → ".join(path)))
    tables = {t.name: (t.keys, t.unit) for t in parts.tables.values()}
    names = Names(_types(parts), parts.scopes, tables)
    for step in parts.steps.values():
        found += _step_problems(step, names, parts)
    for one in parts.checks:
        place = parts.place(f"check.{one.id}")
        with _noting(found):
            _want(check(one.that, names, one.closure, place).kind, TRUTH, one.that, place)
            _shown_fits(one, names, place)
            _excuse_fits(one, parts, place)
    found += fill_problems(parts.fills, names, parts)
    found += _reach_problems(parts)
    for answer in parts.answers.values():
        place = parts.place(f"answer.{answer.name}")
        known = parts.steps.get(answer.name)
        if known is None:
            found.append(
                problem("TH-M02", place, seen=answer.name, wanted=", ".join(near(answer.name, parts.steps)))
            )
        elif known.kind != NUMBER:
            found.append(problem("TH-M08", place, seen=known.kind, wanted=NUMBER))
        elif known.optional and answer.kind in ("emission", "removal", "allowance"):
            found.append(problem("TH-M11", place, seen=answer.name, wanted="optional = false"))
    return found + (_law_problems(parts, laws) if laws is not None else [])


def _shown_fits(one: Check, names: Names, place: Place) -> None:
    """Figure and bounds are of the check's unit, tonnes of the mass of a gas."""
    for expr in one.shown:
        found = check(expr, names, one.closure, place)
        _want(found.kind, NUMBER, expr, place)
        wanted = one.unit if expr is not one.tonnes else parse_unit("tCO2")
        if wanted is not None and found.dimension not in (wanted.dimension, ANY):
            raise refuse(
                "TH-U02",
                place,
                seen=f"{expr.text}: {show_dimension(found.dimension)}",
                wanted=show_dimension(wanted.dimension),
            )


def _excuse_fits(one: Check, parts: MethodFile, place: Place) -> None:
    """What explains a finding is a word of its row or of a wider one; what covers a check names one."""
    if one.covers and all(one.covers != other.id for other in parts.checks):
        raise refuse("TH-M02", place, seen=one.covers, wanted=", ".join(c.id for c in parts.checks))
    given = parts.givens.get(one.excuse)
    if one.excuse and given is None:
        raise refuse("TH-M02", place, seen=one.excuse, wanted=", ".join(near(one.excuse, parts.givens)))
    if given is not None and (given.kind != WORD or one.level == "error"):
        raise refuse("TH-M08", place, seen=f"{one.level}, {given.kind}", wanted=f"warning / info, {WORD}")
    if given is not None and not set(given.closure) <= set(one.closure):
        raise refuse("TH-M06", place, formula=one.id, seen=one.excuse, wanted=" ".join(given.closure))


@contextmanager
def _noting(found: list[Problem]) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        found += refused.problems


def _want(kind: str, wanted: str, expr: Expr, place: Place) -> None:
    if kind != wanted:
        raise refuse("TH-M08", place, seen=f"{expr.text}: {kind}", wanted=wanted)


def _types(parts: MethodFile) -> dict[str, Type]:
    values: dict[str, Type] = {}
    for given in parts.givens.values():
        dimension = given.unit.dimension if given.unit else ()
        values[given.name] = Type(
            given.kind, dimension, frozenset(given.closure), given.optional, given.one_of
        )
    for constant in parts.constants.values():
        values[constant.name] = Type(NUMBER, constant.unit.dimension)
    for step in parts.steps.values():
        dimension = step.unit.dimension if step.unit else ()
        words: tuple[str, ...] = ()
        if step.kind == "word" and all(
            isinstance(getattr(w.expr.tree, "value", None), str) for w in step.ways
        ):
            words = tuple(w.expr.tree.value for w in step.ways)  # type: ignore[attr-defined]
        values[step.name] = Type(step.kind, dimension, frozenset(step.closure), step.optional, words)
    return values


def _step_problems(step: Step, names: Names, parts: MethodFile) -> list[Problem]:
    found: list[Problem] = []
    key = f"step.{step.name}"
    always = ""
    for way in step.ways:
        place = parts.place(f"{key}.{way.name}" if way.name else key)
        # the ways of a step that follows another are chosen by name, not by order
        if always and not step.follow:
            found.append(problem("TH-M12", place, seen=way.name, wanted=always))
        with _noting(found):
            type_ = check(way.expr, names, step.closure, place, rounds=way.rounding is not None)
            if way.when is not None:
                _want(check(way.when, names, step.closure, place).kind, TRUTH, way.when, place)
            _want(type_.kind, step.kind, way.expr, place)
            if step.unit is not None and type_.dimension not in (step.unit.dimension, ANY):
                wanted = f"{step.unit.text} ({show_dimension(step.unit.dimension)})"
                raise refuse(
                    "TH-U02", place, seen=f"{way.expr.text}: {show_dimension(type_.dimension)}", wanted=wanted
                )
            if way.when is None and not type_.optional:
                always = way.name or "is"
            if len(step.ways) == 1 and way.when is None and type_.optional and not step.optional:
                found.append(problem("TH-M11", place, seen=way.expr.text, wanted="optional = true"))
    if step.optional and always and not step.follow:
        found.append(
            problem("TH-M11", parts.place(key), seen=f"{step.name}: {always}", wanted="optional = false")
        )
    return found + _follow_problems(step, parts)


def _follow_problems(step: Step, parts: MethodFile) -> list[Problem]:
    """A step that follows another must offer a way of each of its names, and nothing else."""
    if not step.follow:
        return []
    place = parts.place(f"step.{step.name}.follow")
    leader = parts.steps.get(step.follow)
    if leader is None or not set(leader.closure) <= set(step.closure):
        return [problem("TH-M02", place, seen=step.follow, wanted=", ".join(near(step.follow, parts.steps)))]
    ours, theirs = sorted(w.name for w in step.ways), sorted(w.name for w in leader.ways)
    return (
        [] if ours == theirs else [problem("TH-M15", place, seen=", ".join(ours), wanted=", ".join(theirs))]
    )


def _used(parts: MethodFile) -> set[str]:
    roots = set(parts.answers) | {one.excuse for one in parts.checks if one.excuse}
    for one in parts.checks:
        roots |= set().union(*map(reads, (one.that, *one.shown)))
    roots |= fill_reads(parts.fills)
    return reached(parts.steps, roots)


def prune(parts: MethodFile, own: frozenset[str]) -> None:
    """Drop what an overlay takes from its base and no answer or check needs; its own names stay."""
    used = _used(parts) | own
    groups: tuple[dict[str, Any], ...] = (parts.givens, parts.steps, parts.constants, parts.tables)
    for group in groups:
        for name in [n for n in group if n not in used]:
            del group[name]
    # a scope that nothing belongs to any more would only ask people for members
    closures = {scope for given in parts.givens.values() for scope in given.closure}
    closures |= {scope for step in parts.steps.values() for scope in step.closure}
    closures |= {scope for one in parts.checks for scope in one.closure}
    for name in [n for n in parts.scopes if n not in closures and n not in TIME_SCOPES]:
        del parts.scopes[name]


def _reach_problems(parts: MethodFile) -> list[Problem]:
    """A given or step that no answer or check reaches is asked of people for nothing, or is a misspelling."""
    used = _used(parts)
    groups: dict[str, Mapping[str, object]] = {
        "given": parts.givens,
        "step": parts.steps,
        "constant": parts.constants,
        "table": parts.tables,
    }
    unused = [f"{group}.{name}" for group, named in groups.items() for name in named if name not in used]
    return [problem("TH-M16", parts.place(key), seen=key, wanted="answer / check") for key in unused]


def bridge_problems(parts: MethodFile, base: Method | None) -> list[Problem]:
    """A bridge leads from steps of the base to steps of the file, both in tonnes of one gas."""
    found: list[Problem] = []
    tonnes = parse_unit("tCO2").dimension
    for number, line in enumerate(parts.bridge):
        for name, steps in ((line.more, parts.steps), (line.less, base.steps if base else {})):
            step = steps.get(name)
            if name and (step is None or step.unit is None or step.unit.dimension != tonnes):
                place = parts.place(f"bridge[{number}]")
                found.append(
                    problem("TH-M02", place, seen=name, wanted=", ".join(near(name, steps)) or "tCO2")
                )
        if not (line.zh and (line.more or line.less)):
            found.append(
                problem("TH-M01", parts.place(f"bridge[{number}]"), seen="", wanted="zh, less / more")
            )
    return found


def _law_problems(parts: MethodFile, laws: Laws) -> list[Problem]:
    """Every law that the file cites must be one of the library's instruments."""
    cited: dict[str, str] = {
        "law": parts.data["law"],
        "rounding": parts.data.get("rounding", {}).get("law", ""),
    }
    groups: tuple[Mapping[str, Given | Constant | Table | Step], ...] = (
        parts.givens,
        parts.constants,
        parts.tables,
        parts.steps,
    )
    for group in groups:
        cited |= {name: item.law for name, item in group.items()}
    for step in parts.steps.values():
        cited |= {f"{step.name}.{way.name}": way.law for way in step.ways}
    cited |= {f"fill.{fill.id}": fill.law for fill in parts.fills}
    for constant in parts.constants.values():
        cited |= {f"{constant.name}.{entry.since}": entry.law for entry in constant.dated}
    for table in parts.tables.values():
        cited |= {
            f"{table.name}.{'/'.join(k)}.{e.since}": e.law for k, found in table.rows.items() for e in found
        }
    cited |= {f"check.{one.id}": one.law for one in parts.checks}
    cited |= {f"bridge[{number}]": line.law for number, line in enumerate(parts.bridge)}
    found: list[Problem] = []
    # a file cites the same clause a hundred times
    unknown: dict[str, bool] = {}
    for key, law in cited.items():
        for part in parse_citations(law):
            if part.text not in unknown:
                unknown[part.text] = not _resolves(laws, part.text)
            if unknown[part.text]:
                found.append(problem("TH-M17", parts.place(key), seen=part.text, wanted="instrument"))
    return found


def _resolves(laws: Laws, law: str) -> bool:
    try:
        laws.resolve(law)
    except Refused:
        return False
    return True
