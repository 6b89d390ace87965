"""The result of one run: every value with its clause and route, and the digests of all that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tanheng.facts.datum import Row
from tanheng.kernel.problems import Problem

FORMAT = "tanheng-result-1"


@dataclass(frozen=True, slots=True)
class Line:
    """One computed value.

    Attributes:
        scope: Members that the value belongs to, without time: (("fuel", "烟煤"), ("unit", "1")).
        period: "2024", "2024-03" or "2024-03-05".
        exact: The value of record, canonical text; a word, date or truth for a step of that kind.
        full: The value before rounding, when the step rounded away anything.
        shown: What people see, with every digit of the rounding rule.
        unit: Unit text, the member's own where the method leaves it open.
        rounding: "half_up 2", or "" for full precision.
        law: Instrument and clause of the way taken, else of the step, else of the method.
        certainty: sure, or check when an unconfirmed law value is anywhere below.
        way: Stable name of the route taken, "" when the step has one.
        flags: default and substituted, when the value rests on such.
    """

    name: str
    symbol: str
    zh: str
    en: str
    scope: Row
    period: str
    exact: str
    full: str
    shown: str
    unit: str
    rounding: str
    law: str
    certainty: str
    way: str
    way_zh: str
    way_en: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Tonnes of the answer that rest on something people must know: default, substituted or check."""

    kind: str
    name: str
    scope: Row
    period: str
    shown: str
    unit: str


@dataclass(frozen=True)
class Result:
    """What a method said of one set of inputs; frozen, reproducible, without a time of making.

    Attributes:
        answers: Kind of each answer by name; its values are among the lines.
        pins: Digest of every method file, factor row and engine table that was used, by "kind:id".
        problems: What people must know; with an error `lines` holds what could be computed, nothing is filed.
    """

    engine: str
    method: str
    method_digest: str
    period: str
    boundary: str
    inputs_digest: str
    pins: Mapping[str, str]
    answers: Mapping[str, str]
    lines: tuple[Line, ...]
    notes: tuple[Note, ...]
    problems: tuple[Problem, ...]
    _index: dict[tuple[str, Row, str], Line] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def line(self, name: str, period: str = "", **scope: str) -> Line | None:
        """The line of a step: `line("E_month", "2024-03", unit="1")`; the run's own period by default."""
        if not self._index:
            self._index.update({(x.name, x.scope, x.period): x for x in self.lines})
        return self._index.get((name, tuple(sorted(scope.items())), period or self.period))

    @property
    def ok(self) -> bool:
        """Whether it may be filed: no error among the problems, and nothing that waits for a person."""
        return not any(p.severity in ("error", "ask") for p in self.problems)

    def to_json(self) -> dict[str, Any]:
        """A JSON object; equal inputs give equal bytes on any machine."""
        return {
            "format": FORMAT,
            "ok": self.ok,
            "engine": self.engine,
            "method": self.method,
            "method_digest": self.method_digest,
            "period": self.period,
            "boundary": self.boundary,
            "inputs_digest": self.inputs_digest,
            "pins": dict(self.pins),
            "answers": dict(self.answers),
            "steps": [_line_json(x) for x in self.lines],
            "notes": [
                {
                    "kind": n.kind,
                    "name": n.name,
                    "scope": dict(n.scope),
                    "period": n.period,
                    "shown": n.shown,
                    "unit": n.unit,
                }
                for n in self.notes
            ],
            "problems": [_problem_json(p) for p in self.problems],
        }


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "symbol": line.symbol,
        "zh": line.zh,
        "en": line.en,
        "scope": dict(line.scope),
        "period": line.period,
        "exact": line.exact,
        "full": line.full,
        "shown": line.shown,
        "unit": line.unit,
        "rounding": line.rounding,
        "law": line.law,
        "certainty": line.certainty,
        "way": line.way,
        "way_zh": line.way_zh,
        "way_en": line.way_en,
        "flags": list(line.flags),
    }


def _problem_json(problem: Problem) -> dict[str, Any]:
    """Code, severity, place and values; the wording is the reader's and may improve under one digest."""
    place = problem.place
    return {
        "code": problem.code,
        "severity": problem.severity,
        "place": {"file": place.file, "sheet": place.sheet, "cell": place.cell, "key": place.key},
        "params": dict(problem.params),
    }
