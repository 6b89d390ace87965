"""Reading one method.toml: its scopes, givens, constants, tables, steps, answers and checks, as declared."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, NoReturn

from tanheng.formula.check import closure_of, open_scopes
from tanheng.formula.expr import AGGREGATES, FUNCTIONS, parse
from tanheng.formula.model import Answer, Bridge, Check, Constant, Dated, Fill, Given, Scope, Step, Table, Way
from tanheng.kernel.numbers import exact_text, parse_exact
from tanheng.kernel.problems import Place, Problem, Refused, refuse
from tanheng.kernel.rounding import MODES, Rounding, parse_rounding
from tanheng.kernel.units import Unit, parse_unit
from tanheng.library.method_keys import PARTS, check_keys

Raw = Mapping[str, Any]
_RESERVED = frozenset((*AGGREGATES, *FUNCTIONS, "year", "month", "day"))


@dataclass(slots=True)
class MethodFile:
    """The parts of a method file, read but not yet checked against each other."""

    file: str
    data: dict[str, Any]
    mode: str | None = None
    problems: list[Problem] = field(default_factory=list)
    scopes: dict[str, Scope] = field(default_factory=dict)
    givens: dict[str, Given] = field(default_factory=dict)
    constants: dict[str, Constant] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    notes: list[Mapping[str, str]] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    bridge: list[Bridge] = field(default_factory=list)

    def read(self) -> None:
        """Read every part; a part that is refused is noted in `problems`, and the others are still read.

        Raises:
            Refused: the file's own keys or its scopes are not in order; nothing else can be understood then.
        """
        check_keys(self.data, "", self.place(""))
        rounding = self.data.get("rounding", {})
        check_keys(rounding, "rounding", self.place("rounding"))
        self.mode = rounding.get("mode")
        if self.mode is not None and self.mode not in MODES:
            self.no("TH-M14", "rounding.mode", seen=self.mode, wanted=" / ".join(MODES))
        self._read_scopes()
        for name, raw in self.data.get("constant", {}).items():
            with self.heeding():
                self.constants[self._fresh(name, f"constant.{name}")] = self._constant(name, raw)
        for name, raw in self.data.get("table", {}).items():
            with self.heeding():
                self.tables[self._fresh(name, f"table.{name}")] = self._table(name, raw)
        for number, raw in enumerate(self.data.get("given", [])):
            self._read_given(number, raw)
        for raw in self.data.get("step", []):
            with self.heeding():
                step = self._step(raw)
                self.steps[self._fresh(step.name, f"step.{step.name}")] = step

    # --- helpers

    def place(self, key: str) -> Place:
        """A place in this file."""
        return Place(file=self.file, key=key)

    def no(self, code: str, key: str, **params: object) -> NoReturn:
        """Refuse."""
        raise refuse(code, self.place(key), **params)

    @contextmanager
    def heeding(self) -> Iterator[None]:
        """Note what a part is refused for, and go on with the next."""
        try:
            yield
        except Refused as refused:
            self.problems += refused.problems

    def _fresh(self, name: str, key: str) -> str:
        """A name that nothing else bears and that reads the same as a TOML key and as an `ast` name."""
        taken: tuple[Mapping[str, object], ...] = (
            self.scopes,
            self.constants,
            self.tables,
            self.givens,
            self.steps,
        )
        if any(name in known for known in taken):
            self.no("TH-M02", key, seen=name, wanted="unique")
        if not name.isidentifier() or keyword.iskeyword(name) or unicodedata.normalize("NFKC", name) != name:
            self.no("TH-M03", key, seen=name, wanted="name")
        if name in _RESERVED:
            self.no("TH-M03", key, seen=name, wanted="name ≠ total, max, month, …")
        return name

    def unit(self, text: str, key: str, closure: tuple[str, ...] | None = None) -> Unit:
        """A unit; `[fuel]` needs a value that has a fuel, unless it stands in the law (closure None)."""
        found = parse_unit(text, self.place(key))
        for scope in sorted(open_scopes(found.dimension)):
            if scope not in self.scopes or not self.scopes[scope].units:
                wanted = ", ".join(s.id for s in self.scopes.values() if s.units)
                self.no("TH-M03", key, seen=f"[{scope}]", wanted=wanted or "[scope] unit = […]")
            if closure is not None and scope not in closure:
                self.no("TH-M03", key, seen=f"[{scope}]", wanted=f"per = … {scope}")
        return found

    def per(self, raw: Raw, key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The scopes that a part names, and those with all that lie above them. Raises Refused TH-M03."""
        per = tuple(raw.get("per", "").split())
        for scope in per:
            if scope not in self.scopes:
                self.no("TH-M03", f"{key}.per", seen=scope, wanted=", ".join(self.scopes))
        return per, closure_of(per, self.scopes)

    def _number(self, text: object, key: str) -> Fraction:
        # a bare TOML decimal is binary before we see it
        if isinstance(text, str | int) and not isinstance(text, bool):
            with suppress(Refused):
                return parse_exact(str(text))
        self.no("TH-M08", key, seen=text, wanted='"0.03085"')

    def _rounding(self, raw: object, key: str) -> Rounding | None:
        if raw is None:
            return None
        if isinstance(raw, int) and self.mode is None:
            self.no("TH-M14", key, seen=raw, wanted="rounding.mode")
        try:
            return parse_rounding(raw if isinstance(raw, int) else str(raw), self.mode)
        except Refused:
            self.no("TH-M14", key, seen=raw, wanted="half_up 2")

    # --- parts

    def _read_scopes(self) -> None:
        for name, raw in self.data.get("scope", {}).items():
            key = f"scope.{name}"
            check_keys(raw, "scope", self.place(key))
            self._fresh(name, key)
            for unit in raw.get("unit", ()):
                parse_unit(unit, self.place(f"{key}.unit"))
            if raw.get("open") and raw.get("rows"):
                self.no("TH-M01", key, seen="open, rows", wanted="open / rows")
            self.scopes[name] = Scope(
                name,
                raw.get("zh", ""),
                raw.get("en", ""),
                raw.get("letter", ""),
                tuple(raw.get("in", "").split()),
                raw.get("open", False),
                tuple(raw.get("rows", ())),
                tuple(raw.get("unit", ())),
            )
        # time is a scope like any other, built in, and comes last in every row
        self.scopes["month"] = Scope("month", "月", "month", "m")
        self.scopes["day"] = Scope("day", "日", "day", "d", within=("month",))
        for name, scope in self.scopes.items():
            for parent in scope.within:
                if parent not in self.scopes:
                    self.no("TH-M03", f"scope.{name}.in", seen=parent, wanted=", ".join(self.scopes))
        for name, scope in self.scopes.items():
            if name in closure_of(scope.within, self.scopes):
                self.no("TH-M04", f"scope.{name}.in", seen=f"{name} → {' '.join(scope.within)} → {name}")

    def _dated(self, raw: Raw, value: object, key: str, law: str, certainty: str) -> Dated:
        since, until = str(raw.get("since", "")), str(raw.get("until", ""))
        if until and until < since:
            self.no("TH-M17", key, seen=f"{since}…{until}", wanted="since ≤ until")
        return Dated(
            since, until, self._number(value, key), raw.get("law", law), raw.get("certainty", certainty)
        )

    def _series(self, entries: list[Dated], key: str) -> tuple[Dated, ...]:
        """Dated entries in order; two in force on one day are refused."""
        ordered = sorted(entries, key=lambda e: e.since)
        for earlier, later in pairwise(ordered):
            if not earlier.until or earlier.until >= later.since:
                seen = f"{earlier.since}…{earlier.until} / {later.since}…{later.until}"
                self.no("TH-M17", key, seen=seen, wanted="one a day")
        return tuple(ordered)

    def _sources(self, raw: Raw, key: str, own: tuple[str, ...], library: tuple[str, ...]) -> None:
        """A value of the law stands in the file or in the library, never in both."""
        given = [name for name in (*own, "from") if name in raw]
        if len(given) != 1:
            self.no("TH-M01", key, seen=", ".join(given), wanted=" / ".join((*own, "from")))
        for name in library:
            if bool(raw.get(name)) != ("from" in raw):
                self.no("TH-M01", f"{key}.{name}", seen=name, wanted=f'from = "…", {name} = "…"')

    def _constant(self, name: str, raw: Raw) -> Constant:
        key = f"constant.{name}"
        check_keys(raw, "constant", self.place(key))
        self._sources(raw, key, ("value", "dated"), ("id",))
        law, certainty = raw.get("law", ""), raw.get("certainty", "sure")
        entries = [self._dated({}, raw["value"], f"{key}.value", law, certainty)] if "value" in raw else []
        for entry in raw.get("dated", []):
            check_keys(entry, "constant.dated", self.place(f"{key}.dated"))
            entries.append(self._dated(entry, entry.get("value", ""), f"{key}.dated", law, certainty))
        return Constant(
            name,
            self.unit(raw.get("unit", "1"), f"{key}.unit"),
            self._series(entries, f"{key}.dated"),
            raw.get("from", ""),
            raw.get("id", ""),
            law,
            certainty,
            raw.get("zh", ""),
            raw.get("en", ""),
            raw.get("symbol", name),
        )

    def _table(self, name: str, raw: Raw) -> Table:
        key = f"table.{name}"
        check_keys(raw, "table", self.place(key))
        self._sources(raw, key, ("rows", "dated"), ("set", "item"))
        keys = (raw["key"],) if isinstance(raw.get("key"), str) else tuple(raw.get("key", ()))
        if not keys:
            self.no("TH-M01", key, seen="", wanted="key")
        law, certainty = raw.get("law", ""), raw.get("certainty", "sure")
        entries: dict[tuple[str, ...], list[Dated]] = {}
        for block in raw.get("dated", [{"rows": raw.get("rows", {})}]):
            check_keys(block, "table.dated", self.place(f"{key}.dated"))
            for text, value in block.get("rows", {}).items():
                words = tuple(text.split("/"))
                if len(words) != len(keys):
                    self.no("TH-M08", f"{key}.{text}", seen=text, wanted="/".join(keys))
                entries.setdefault(words, []).append(
                    self._dated(block, value, f"{key}.{text}", law, certainty)
                )
        rows = {words: self._series(found, f"{key}.{'/'.join(words)}") for words, found in entries.items()}
        return Table(
            name,
            self.unit(raw.get("unit", "1"), f"{key}.unit"),
            keys,
            rows,
            raw.get("from", ""),
            raw.get("set", ""),
            raw.get("item", ""),
            law,
            certainty,
            raw.get("zh", ""),
            raw.get("en", ""),
            raw.get("symbol", name),
        )

    def _read_given(self, number: int, raw: Raw) -> None:
        key = f"given[{number}]"
        with self.heeding():
            columns = {n: v for n, v in raw.items() if isinstance(v, dict) and n not in PARTS["given"]}
            check_keys({n: v for n, v in raw.items() if n not in columns}, "given", self.place(key))
            per, closure = self.per(raw, key)
            for name, column in columns.items():
                with self.heeding():
                    given = self._given(name, column, number, per, closure)
                    self.givens[self._fresh(name, f"{key}.{name}")] = given

    def _given(
        self, name: str, raw: Raw, number: int, per: tuple[str, ...], closure: tuple[str, ...]
    ) -> Given:
        key = f"given[{number}].{name}"
        check_keys(raw, "column", self.place(key))
        kind = raw.get("kind", "number")
        fit = {"number": ("unit", "range", "show"), "word": ("one_of",)}
        for of, parts in fit.items():
            for part in parts:
                if part in raw and kind != of:
                    self.no("TH-M08", f"{key}.{part}", seen=kind, wanted=of)
        if kind == "number" and "unit" not in raw:
            self.no("TH-M08", key, seen="", wanted='unit / kind = "word"')
        low, high = (None if b == "" else self._number(b, f"{key}.range") for b in raw.get("range", ("", "")))
        if low is not None and high is not None and low > high:
            self.no(
                "TH-M08",
                f"{key}.range",
                seen=f"{exact_text(low)} > {exact_text(high)}",
                wanted='["0", "100"]',
            )
        unit = self.unit(raw["unit"], f"{key}.unit", closure) if kind == "number" else None
        return Given(
            name,
            number,
            per,
            closure,
            kind,
            unit,
            raw.get("optional", False),
            tuple(raw.get("one_of", ())),
            low,
            high,
            raw.get("show"),
            raw.get("zh", ""),
            raw.get("en", ""),
            raw.get("symbol", name),
            raw.get("law", ""),
            raw.get("says", ""),
        )

    def _step(self, raw: Raw) -> Step:
        name = str(raw.get("name", ""))
        key = f"step.{name}"
        check_keys(raw, "step", self.place(key))
        per, closure = self.per(raw, key)
        kind = raw.get("kind", "number")
        if kind != "number" and {"unit", "show", "round"} & raw.keys():
            self.no(
                "TH-M08",
                key,
                seen=f"{kind}, {', '.join(sorted({'unit', 'show', 'round'} & raw.keys()))}",
                wanted="number",
            )
        if ("is" in raw) == bool(raw.get("way")):
            self.no("TH-M01", key, seen="is / way", wanted="is / way")
        if "way" in raw and {"when", "default"} & raw.keys():
            self.no("TH-M01", key, seen=", ".join(sorted({"when", "default"} & raw.keys())), wanted="way")
        entries = raw.get("way") or [{k: raw[k] for k in ("is", "when", "default") if k in raw}]
        ways = tuple(self._way(entry, key, raw, kind) for entry in entries)
        names = [way.name for way in ways]
        for name_of_way in names:
            if len(names) > 1 and (not name_of_way or names.count(name_of_way) > 1):
                self.no("TH-M02", f"{key}.way", seen=name_of_way, wanted="way.name, unique")
        unit = self.unit(raw.get("unit", "1"), f"{key}.unit", closure) if kind == "number" else None
        return Step(
            name,
            per,
            closure,
            kind,
            unit,
            ways,
            raw.get("optional", False),
            raw.get("follow", ""),
            raw.get("emits", False),
            raw.get("show"),
            raw.get("law", ""),
            raw.get("zh", ""),
            raw.get("en", ""),
            raw.get("symbol", name),
            raw.get("says", ""),
        )

    def _way(self, entry: Raw, key: str, step: Raw, kind: str) -> Way:
        name = str(entry.get("name", ""))
        key = f"{key}.{name}" if name else key
        check_keys(entry, "way", self.place(key))
        rounding = self._rounding(entry.get("round", step.get("round")), f"{key}.round")
        if rounding is not None and kind != "number":
            self.no("TH-M08", f"{key}.round", seen=kind, wanted="number")
        when = parse(entry["when"], self.place(f"{key}.when")) if "when" in entry else None
        return Way(
            name,
            parse(entry.get("is", ""), self.place(f"{key}.is")),
            when,
            rounding,
            entry.get("law", step.get("law", "")),
            entry.get("default", False),
            entry.get("zh", name),
            entry.get("en", name),
        )
