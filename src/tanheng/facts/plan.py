"""The data quality control plan: one version, frozen; what it plans is kept as entries of its tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from tanheng.facts.datum import Row, row_of
from tanheng.kernel.canonical import canonical_json, digest
from tanheng.kernel.dates import read_date
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse

FORMAT = "tanheng-plan-1"
HISTORY = "history"
_VERSION = re.compile(r"[1-9]\d{0,2}")
_SAID = ("version", "made_on", "effective_from", "reason", "changes", "remark")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of one table: what tells it apart (`at`) and what it says (`fields`); blanks are left out."""

    table: str
    at: Row = ()
    fields: Row = ()

    def get(self, name: str, otherwise: str = "") -> str:
        """A field or key by name, `otherwise` where it is blank."""
        return dict((*self.at, *self.fields)).get(name, otherwise)


class Change(NamedTuple):
    """One field that differs between two versions; "" means blank or not there."""

    table: str
    at: Row
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One version of a plan.

    Attributes:
        template: Id of the sector template that its tables are from.
        year: The calendar year that it is for, "2024".
        version: "1", "2", …; a version after the first has a `reason` ("1" to "6") and names the digest of
            the one that it `replaces`.
        effective_from: The month from which it is followed, "2024-01", to the end of the year or to the
            month before the next version's.
        submitted_on: "" for a draft.

    Raises:
        Refused: TH-Q02 two entries stand at one place; TH-Q09 version, month or reason do not fit together.
    """

    template: str
    year: str
    version: str = "1"
    made_on: str = ""
    effective_from: str = ""
    reason: str = ""
    changes: str = ""
    remark: str = ""
    submitted_on: str = ""
    replaces: str = ""
    entries: tuple[Entry, ...] = ()

    def __post_init__(self) -> None:
        faults = [*_doubles(self.entries), *self._misfits()]
        if faults:
            raise Refused(tuple(faults))

    @property
    def digest(self) -> str:
        """SHA-256 of everything, whatever the order of the entries."""
        return digest(canonical_json(self.to_json()))

    def table(self, name: str) -> tuple[Entry, ...]:
        """The entries of one table, in the order of the plan."""
        return tuple(e for e in self.entries if e.table == name)

    def form(self, name: str) -> Entry:
        """The one entry of a form; an empty one where nothing was said."""
        return next((e for e in self.entries if e.table == name), Entry(name))

    def find(self, table: str, **at: str) -> Entry | None:
        """The entry whose keys are exactly these; keys given as "" are blank."""
        row = row_of((k, v) for k, v in at.items() if v)
        return next((e for e in self.entries if e.table == table and e.at == row), None)

    def submitted(self, on: str) -> Plan:
        """This version, submitted on a day; from then on it never changes.

        Raises:
            Refused: TH-Q10 it has been submitted before; TH-Q09 before it was made; TH-D.. the day.
        """
        if self.submitted_on:
            raise refuse("TH-Q10", Place(key=f"v{self.version}"), seen=self.submitted_on)
        day = read_date(on).isoformat()
        if day < self.made_on:
            raise Refused(_misfit("submitted_on", day, f"≥ {self.made_on}"))
        return replace(self, submitted_on=day)

    def revised(self, effective_from: str, reason: str, made_on: str, changes: str = "") -> Plan:
        """The draft of the next version: all that this one says, its own identity among the earlier ones.

        Raises:
            Refused: TH-Q11 this version is a draft itself; TH-Q09 the month or the reason is none.
        """
        if not self.submitted_on:
            raise refuse("TH-Q11", Place(key=f"v{self.version}"))
        said = row_of((n, v) for n in _SAID[1:] if (v := str(getattr(self, n))))
        past = Entry(HISTORY, (("version", self.version),), said)
        version = str(int(self.version) + 1)
        return Plan(
            self.template, self.year, version, made_on, effective_from, reason, changes, "", "", self.digest,
            (*self.table(HISTORY), past, *(e for e in self.entries if e.table != HISTORY)),
        )  # fmt: skip

    def changed(self, entries: Iterable[Entry]) -> Plan:
        """A draft with other entries. Raises Refused TH-Q10 for a version that was submitted."""
        if self.submitted_on:
            raise refuse("TH-Q10", Place(key=f"v{self.version}"), seen=self.submitted_on)
        return replace(self, entries=tuple(entries))

    def to_json(self) -> dict[str, Any]:
        """A JSON object in canonical order."""
        entries = sorted(self.entries, key=lambda e: (e.table, e.at))
        said = {name: getattr(self, name) for name in ("template", "year", *_SAID)}
        listed = [{"table": e.table, "at": dict(e.at), "fields": dict(e.fields)} for e in entries]
        return {
            "format": FORMAT,
            **said,
            "submitted_on": self.submitted_on,
            "replaces": self.replaces,
            "entries": listed,
        }

    def _misfits(self) -> Iterator[Problem]:
        if not _VERSION.fullmatch(self.version):
            yield _misfit("version", self.version, "1, 2, 3 …")
        month = self.effective_from
        if month and (month[:4] != self.year or month[5:] not in {f"{n:02}" for n in range(1, 13)}):
            yield _misfit("effective_from", month, f"{self.year}-01 … {self.year}-12")
        later = self.version != "1"
        if (later and self.reason not in tuple("123456")) or (not later and self.reason):
            yield _misfit("reason", self.reason or "—", "1 … 6" if later else "—")


def differences(before: Plan, after: Plan) -> tuple[Change, ...]:
    """Every field that differs, in the order of the later version; lines that went come last."""
    changes = [
        Change("plan", (), n, getattr(before, n), getattr(after, n))
        for n in ("year", "version", "made_on", "effective_from", "reason", "changes", "remark")
        if getattr(before, n) != getattr(after, n)
    ]
    old, new = _placed(before), _placed(after)
    for place in dict.fromkeys((*new, *old)):
        one, two = old.get(place, {}), new.get(place, {})
        # a line that came or went with its keys alone differs all the same
        names = [n for n in dict.fromkeys((*two, *one)) if one.get(n) != two.get(n)]
        if not names and (place in old) != (place in new):
            names = [""]
        changes += [Change(*place, n, one.get(n, ""), two.get(n, "")) for n in names]
    return tuple(changes)


def in_force(plans: Iterable[Plan], month: str) -> Plan | None:
    """The version that is followed in a month: of those begun by then the highest, None before the first.

    A later version takes the place of all before it from its month on, whatever months those had named.
    """
    begun = [p for p in plans if p.year == month[:4] and p.effective_from and p.effective_from <= month]
    return max(begun, key=lambda p: int(p.version), default=None)


def _placed(plan: Plan) -> Mapping[tuple[str, Row], dict[str, str]]:
    return {(e.table, e.at): dict(e.fields) for e in plan.entries if e.table != HISTORY}


def _doubles(entries: tuple[Entry, ...]) -> Iterator[Problem]:
    seen: set[tuple[str, Row]] = set()
    for entry in entries:
        place = entry.table, entry.at
        if place in seen:
            said = "、".join(value for _, value in entry.at) or "—"
            yield problem("TH-Q02", Place(sheet=entry.table), seen=said)
        seen.add(place)


def _misfit(name: str, seen: str, wanted: str) -> Problem:
    return problem("TH-Q09", Place(sheet="plan", key=name), seen=seen, wanted=wanted)
