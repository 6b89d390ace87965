"""All that one run of a method is given, in one canonical order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from itertools import islice, pairwise
from operator import attrgetter, lt
from types import MappingProxyType
from typing import Any

from tanheng.facts.datum import Datum, Origin, Row
from tanheng.kernel.canonical import canonical_json, digest
from tanheng.kernel.problems import Place, Problem, Refused, problem

FORMAT = "tanheng-inputs-1"
_DATUM_PARTS = ("name", "value", "unit", "state", "reason", "person", "rule")
_MEASURED_PARTS = {"state": "measured", "reason": "", "person": "", "rule": ""}
_ORIGIN_PARTS = ("kind", "file", "sheet", "cell", "note")
_KEY = attrgetter("name", "row")
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a standing scope.

    `within` names the members of the scopes above it, `unit` its own unit.
    """

    id: str
    within: Row = ()
    unit: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Members, data and facts of one run; equal figures give equal digests whatever order they were given in.

    Raises:
        Refused: TH-I01 two data (or facts) stand at one place; TH-I02 a datum's state lacks a reason, person
        or rule.
    """

    method: str
    period: str
    boundary: str
    members: Mapping[str, tuple[Member, ...]]
    data: tuple[Datum, ...]
    facts: tuple[Datum, ...] = ()
    _digests: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        ordered = {
            scope: tuple(sorted(self.members[scope], key=_member_key))
            for scope in sorted(self.members)
            if self.members[scope]
        }
        object.__setattr__(self, "members", MappingProxyType(ordered))
        faults: list[Problem] = []
        for part in ("data", "facts"):
            data = tuple(getattr(self, part))
            keys = list(map(_KEY, data))
            # a strictly ascending series is in order already and holds nothing twice
            if not all(map(lt, keys, islice(keys, 1, None))):
                data = tuple(sorted(data, key=_KEY))
                faults += _doubles(data)
            object.__setattr__(self, part, data)
            faults += _lacks(data)
        if faults:
            raise Refused(tuple(faults))

    def __reduce__(self) -> tuple[Any, ...]:
        """Made anew from its parts, so that it may go to another process; a read-only mapping cannot."""
        parts = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        return _remade, ({**parts, "members": dict(self.members)},)

    @property
    def digest(self) -> str:
        """SHA-256 of the figures: everything but the origins."""
        return self._digest_of(origins=False)

    @property
    def digest_full(self) -> str:
        """SHA-256 of everything, origins included."""
        return self._digest_of(origins=True)

    def _digest_of(self, *, origins: bool) -> str:
        key = "full" if origins else "figures"
        if key not in self._digests:
            self._digests[key] = digest(canonical_json(self.to_json(origins=origins)))
        return self._digests[key]

    def to_json(self, *, origins: bool = True) -> dict[str, Any]:
        """A JSON object in canonical order; parts that say nothing (measured, no reason) are left out."""
        return {
            "format": FORMAT,
            "method": self.method,
            "period": self.period,
            "boundary": self.boundary,
            "members": {scope: [_member_json(m) for m in members] for scope, members in self.members.items()},
            "data": [_datum_json(d, origins) for d in self.data],
            "facts": [_datum_json(d, origins) for d in self.facts],
        }

    @classmethod
    def from_json(cls, tree: object) -> Inputs:
        """The inverse of `to_json`. Refused TH-I03 where a part is missing, unknown or of the wrong kind."""
        top = _object(tree, "", ("format", "method", "period", "boundary", "members", "data"), ("facts",))
        if top["format"] != FORMAT:
            raise _broken("format")
        members: dict[str, tuple[Member, ...]] = {}
        for scope, entries in _object(top["members"], "members", (), None).items():
            members[scope] = tuple(
                _member(e, f"members.{scope}[{i}]") for i, e in enumerate(_list(entries, scope))
            )
        return cls(
            method=_text(top["method"], "method"),
            period=_text(top["period"], "period"),
            boundary=_text(top["boundary"], "boundary"),
            members=members,
            data=tuple(_datum(e, f"data[{i}]") for i, e in enumerate(_list(top["data"], "data"))),
            facts=tuple(_datum(e, f"facts[{i}]") for i, e in enumerate(_list(top.get("facts", []), "facts"))),
        )


def _remade(parts: dict[str, Any]) -> Inputs:
    return Inputs(**parts)


def _member_key(member: Member) -> tuple[Any, ...]:
    # Units 2 and 10 stand in the order of people; the plain text after it makes the order total.
    return (
        member.within,
        [(len(p), p) if p.isdigit() else (0, p) for p in _DIGITS.split(member.id)],
        member.id,
    )


def _doubles(data: tuple[Datum, ...]) -> list[Problem]:
    """A problem for each datum that stands where the one before it stands."""
    return [
        problem(
            "TH-I01", _place(two), name=two.name, row=row_text(two.row), other=one.origin.cell or one.value
        )
        for one, two in pairwise(data)
        if one.row == two.row and one.name == two.name
    ]


def _lacks(data: tuple[Datum, ...]) -> list[Problem]:
    """A problem for each declared or substituted datum without its grounds."""
    if set(map(attrgetter("state"), data)) <= {"measured"}:
        return []
    return [
        problem("TH-I02", _place(datum), name=datum.name, row=row_text(datum.row), part=lack)
        for datum in data
        if (lack := datum.lack())
    ]


def _place(datum: Datum) -> Place:
    origin = datum.origin
    return Place(file=origin.file, sheet=origin.sheet, cell=origin.cell, key=datum.name)


def row_text(row: Row) -> str:
    """A row for people: "day 2024-03-05, fuel 烟煤, unit 1"."""
    return ", ".join(f"{scope} {member}" for scope, member in row)


def _member_json(member: Member) -> dict[str, Any]:
    tree: dict[str, Any] = {"id": member.id}
    if member.within:
        tree["within"] = dict(member.within)
    for part in ("unit", "label"):
        if getattr(member, part):
            tree[part] = getattr(member, part)
    return tree


def _datum_json(datum: Datum, origins: bool) -> dict[str, Any]:
    tree: dict[str, Any] = {
        "name": datum.name,
        "row": dict(datum.row),
        "value": datum.value,
        "unit": datum.unit,
    }
    if datum.state != "measured" or datum.reason or datum.person or datum.rule:
        tree.update(state=datum.state, reason=datum.reason, person=datum.person, rule=datum.rule)
    if origins and datum.origin != _NOWHERE:
        tree["origin"] = {p: getattr(datum.origin, p) for p in _ORIGIN_PARTS if getattr(datum.origin, p)}
    return tree


_NOWHERE = Origin()


def _member(tree: object, where: str) -> Member:
    parts = _object(tree, where, ("id",), ("within", "unit", "label"))
    texts = {part: _text(parts.get(part, ""), f"{where}.{part}") for part in ("id", "unit", "label")}
    return Member(within=_row(parts.get("within", {}), f"{where}.within"), **texts)


def _datum(tree: object, where: str) -> Datum:
    parts = _object(
        tree, where, ("name", "row", "value", "unit"), ("state", "reason", "person", "rule", "origin")
    )
    texts = {
        part: _text(parts.get(part, _MEASURED_PARTS.get(part)), f"{where}.{part}") for part in _DATUM_PARTS
    }
    origin = _object(parts.get("origin", {}), f"{where}.origin", (), _ORIGIN_PARTS)
    place = Origin(**{part: _text(value, f"{where}.origin.{part}") for part, value in origin.items()})
    return Datum(row=_row(parts["row"], f"{where}.row"), origin=place, **texts)


def _row(tree: object, where: str) -> Row:
    pairs = _object(tree, where, (), None)
    return tuple(sorted((scope, _text(member, f"{where}.{scope}")) for scope, member in pairs.items()))


def _object(
    tree: object, where: str, needed: tuple[str, ...], more: tuple[str, ...] | None
) -> dict[str, Any]:
    if not isinstance(tree, dict) or not all(isinstance(key, str) for key in tree):
        raise _broken(where)
    for part in needed:
        if part not in tree:
            raise _broken(f"{where}.{part}".lstrip("."))
    if more is not None:
        for part in tree:
            if part not in needed and part not in more:
                raise _broken(f"{where}.{part}".lstrip("."))
    return tree


def _list(tree: object, where: str) -> list[object]:
    if not isinstance(tree, list):
        raise _broken(where)
    return tree


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _broken(where)
    return value


def _broken(where: str) -> Refused:
    return Refused((problem("TH-I03", Place(key=where), part=where or "/"),))
