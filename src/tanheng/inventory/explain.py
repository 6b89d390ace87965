"""The tree of a number: formula with clause, inputs, data, and the cell that each was read from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tanheng.engine.exact.data import Value
from tanheng.engine.exact.filled import fill_problems
from tanheng.engine.exact.flags import Flags
from tanheng.engine.exact.result import shown_text
from tanheng.engine.exact.rows import Row
from tanheng.engine.exact.run import Run
from tanheng.engine.exact.trace import CHECK, Use, entry, fallen, uses
from tanheng.facts.datum import Origin
from tanheng.formula.model import TIME_SCOPES, Given, Step
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Place, Refused, problem


@dataclass(frozen=True, slots=True)
class Node:
    """One number in the tree.

    Attributes:
        kind: step, given, constant, table or factor.
        exact: The value of record, canonical text; "" for words, dates and gaps.
        formula: The expression of the way that was taken, as written.
        why: Why earlier ways fell out, or how a gap was filled, in Chinese; `why_en` says the same.
        hidden: How many rows of an aggregate below are left out of `children`.
        repeated: Whether this number was opened further up and is not opened again.
    """

    kind: str
    name: str
    symbol: str
    zh: str
    en: str
    row: tuple[tuple[str, str], ...]
    shown: str
    unit: str
    exact: str = ""
    formula: str = ""
    way: str = ""
    way_en: str = ""
    law: str = ""
    rounding: str = ""
    full: str = ""
    certainty: str = "sure"
    flags: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    why_en: tuple[str, ...] = ()
    state: str = ""
    reason: str = ""
    origin: Origin = Origin()
    children: tuple[Node, ...] = ()
    hidden: int = 0
    repeated: bool = False

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the whole tree; empty parts are left out."""
        found: dict[str, Any] = {
            key: getattr(self, key)
            for key in (
                "kind",
                "name",
                "symbol",
                "zh",
                "en",
                "shown",
                "exact",
                "unit",
                "formula",
                "way",
                "way_en",
                "law",
                "rounding",
                "full",
                "certainty",
                "state",
                "reason",
                "hidden",
                "repeated",
            )
            if getattr(self, key)
        }
        found["row"] = dict(self.row)
        if self.flags:
            found["flags"] = list(self.flags)
        if self.why:
            found["why"], found["why_en"] = list(self.why), list(self.why_en)
        if self.origin.file:
            found["origin"] = {"file": self.origin.file, "sheet": self.origin.sheet, "cell": self.origin.cell}
        if self.children:
            found["children"] = [child.to_json() for child in self.children]
        return found

    def walk(self) -> Iterator[Node]:
        """This number and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def find_rows(run: Run, name: str, at: dict[str, str]) -> list[Row]:
    """The rows of a given or step that match `at` (scope to member).

    Raises:
        Refused: TH-C02 the name or a scope is unknown, or no row matches.
    """
    method = run.method
    if name not in method.givens and name not in method.steps:
        known = ", ".join(list(method.answers) + [n for n in method.steps if n not in method.answers])
        raise Refused((problem("TH-C02", Place(key=name), seen=name, wanted=known),))
    closure = method.closure_of(name)
    if not set(at) <= set(closure):
        raise Refused(
            (problem("TH-C02", Place(key=name), seen=" ".join(at), wanted=" ".join(closure) or "—"),)
        )
    rows = [r for r in run.of(name) if all(r[closure.index(s)] == m for s, m in at.items())]
    if not rows:
        seen = " ".join(f"{s}={m}" for s, m in at.items())
        raise Refused((problem("TH-C02", Place(key=name), seen=seen, wanted=" ".join(closure)),))
    return rows


def explain(run: Run, name: str, row: Row, *, most: int = 0) -> Node:
    """The tree below one number.

    Args:
        most: Of the days, months or lines of one unit or fuel under a total or mean at most this many are
            opened; 0 opens all.
    """
    return _Teller(run, most).node(Use("step" if name in run.method.steps else "given", name, row))


class _Teller:
    def __init__(self, run: Run, most: int) -> None:
        self.run, self.most = run, most
        self.flags = Flags(run)
        self.opened: set[tuple[str, Row]] = set()
        told = zip(run.filled, fill_problems(run), strict=True)
        self.filled = {(one.name, one.row): (said,) for one, said in told}

    def node(self, use: Use, home: Run | None = None) -> Node:
        """What a value was made of; `home` is the run that computed the value, whose law values it read."""
        method = self.run.method
        if use.kind == "given":
            return self.given(method.givens[use.name], use.row)
        if use.kind == "step":
            return self.step(method.steps[use.name], use.row)
        return self.fixed(use, home or self.run)

    def given(self, given: Given, row: Row) -> Node:
        value = self.run.value(given.name, row)
        datum = self.run.data.datum[given.name].get(row)
        exact, shown, unit = self.texts(value, given, row)
        state = datum.state if datum is not None else "gap"
        filled = self.filled.get((given.name, row), ())
        return Node(
            "given",
            given.name,
            given.symbol,
            given.zh,
            given.en,
            _pairs(given.closure, row),
            shown,
            unit,
            law=given.law,
            exact=exact,
            state=state,
            reason=datum.reason if datum else "",
            why=tuple(p.message("zh") for p in filled),
            why_en=tuple(p.message("en") for p in filled),
            origin=datum.origin if datum else Origin(),
            flags=tuple(sorted(self.flags.of(given.name, row))),
        )

    def step(self, step: Step, row: Row) -> Node:
        value = self.run.value(step.name, row)
        home = self.run.at(step.name, row)
        step = home.method.steps[step.name]
        way = home.way(step.name, row)
        why, why_en = (tuple(fallen(self.run, step, row, lang)) for lang in ("zh", "en"))
        head = ("step", step.name, step.symbol, step.zh, step.en, _pairs(step.closure, row))
        if way is None:
            return Node(*head, "—", "", law=step.law, why=why, why_en=why_en, state="gap")
        rounding = way.rounding
        exact, shown, unit = self.texts(value, step, row, rounding)
        raw = home.full[step.name].get(row)
        flags = self.flags.of(step.name, row)
        repeated = (step.name, row) in self.opened
        self.opened.add((step.name, row))
        children, hidden = ((), 0) if repeated else self.below(step.name, row)
        return Node(
            *head,
            shown,
            unit,
            exact,
            way.expr.text,
            way.zh or way.name,
            way.en or way.name,
            way.law or step.law,
            rounding.text if rounding else "",
            exact_text(raw / step.unit.scale) if raw is not None and raw != value and step.unit else "",
            CHECK if CHECK in flags else "sure",
            tuple(sorted(flags - {CHECK})),
            why,
            why_en,
            children=children,
            hidden=hidden,
            repeated=repeated,
        )

    def below(self, name: str, row: Row) -> tuple[tuple[Node, ...], int]:
        """Children of a step; of many days, months or lines under an aggregate only the first are opened."""
        kept: list[Use] = []
        count: dict[tuple[str, Row], int] = {}
        hidden = 0
        for use in uses(self.run, name, row):
            key = (use.name, self.standing(use))
            count[key] = count.get(key, 0) + 1
            if self.most and use.aggregated and count[key] > self.most:
                hidden += 1
            else:
                kept.append(use)
        home = self.run.at(name, row)
        return tuple(self.node(use, home) for use in kept), hidden

    def standing(self, use: Use) -> Row:
        """The members of a row that the plant has all year, such as its units and fuels."""
        method = self.run.method
        scopes = method.closure_of(use.name) if use.aggregated else ()
        return tuple(
            member
            for scope, member in zip(scopes, use.row, strict=False)
            if scope not in TIME_SCOPES and not method.scopes[scope].open
        )

    def fixed(self, use: Use, home: Run) -> Node:
        """A value of the law: constant, table entry or factor of the library."""
        certainty = self.flags.by(home).certainty(use)
        if use.kind == "factor":
            factor = home.factors[use.row[0]]
            return Node(
                "factor",
                use.name,
                use.name,
                factor.name_zh,
                factor.name_en,
                (("id", factor.id),),
                factor.value,
                factor.unit,
                exact_text(factor.value_fraction),
                law=f"{factor.source} {factor.clause}",
                certainty=certainty,
            )
        value = entry(home, use)
        exact = exact_text(value.value)
        if use.kind == "constant":
            constant = home.method.constants[use.name]
            return Node(
                "constant",
                use.name,
                constant.symbol,
                constant.zh,
                constant.en,
                (),
                exact,
                constant.unit.text,
                exact,
                law=value.law,
                certainty=certainty,
            )
        table = home.method.tables[use.name]
        return Node(
            "table",
            use.name,
            table.symbol,
            table.zh,
            table.en,
            (("key", "/".join(use.row[:-1])),),
            exact,
            table.unit.text,
            exact,
            law=value.law,
            certainty=certainty,
        )

    def texts(
        self, value: Value | None, item: Given | Step, row: Row, rounding: Any = None
    ) -> tuple[str, str, str]:
        """Exact text, shown text and unit; a word, date or truth has only a shown text."""
        if value is None:
            return "", "—", ""
        if isinstance(value, Fraction) and item.unit is not None:
            unit, own = self.run.data.unit_of(item.unit, item.closure, row), value / item.unit.scale
            return exact_text(own), shown_text(own, rounding, item.show), unit.text
        return "", str(value).lower() if isinstance(value, bool) else str(value), ""


def _pairs(closure: tuple[str, ...], row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(zip(closure, row, strict=True))
