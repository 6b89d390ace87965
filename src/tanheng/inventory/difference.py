"""What a comparison says: an answer before and after, and the causes whose tonnes add up to its change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tanheng.facts.inputs import Inputs
from tanheng.formula.model import Method
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import MethodLibrary

KINDS: Mapping[str, tuple[str, str]] = {
    "calendar": ("日历", "calendar"),
    "boundary": ("边界", "boundary"),
    "activity": ("活动量", "activity"),
    "quality": ("燃料品质", "fuel quality"),
    "production": ("电量与生产", "electricity and production"),
    "route": ("途径与缺省", "routes and defaults"),
    "input": ("输入", "input"),
    "factor": ("因子", "factors"),
    "method": ("方法", "method"),
}
"""Every kind of cause, in the order in which the parts are replaced; `input` when the period is one."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: what was given and by which rules."""

    inputs: Inputs
    methods: MethodLibrary
    factors: FactorLibrary

    @property
    def method(self) -> Method:
        """The method that the inputs name."""
        return self.methods.get(self.inputs.method)


@dataclass(frozen=True, slots=True)
class Part:
    """One cause.

    Attributes:
        kind: A key of KINDS; of several that could only be replaced together, joined by "+".
        change: In the answer's unit, exact text; `split` is the same for each member of `Difference.scope`.
        places: How many values were replaced.
    """

    kind: str
    names: tuple[str, ...]
    zh: str
    en: str
    change: str
    places: int
    split: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure of both years, as reported, for each member; "" where a year has none."""

    name: str
    zh: str
    en: str
    unit: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer before and after, and its causes; the parts' changes add up to `after − before` exactly.

    Attributes:
        periods: The two periods; equal when two states of one year are compared.
        methods: Id, Chinese and English name of both methods.
        order: The kinds in the order of replacement. Another order would give other parts, never another
            sum.
        scope: The scope whose members add up to the answer ("unit"); empty where there is none.
        members: Its members, `labels` their names for people; `splits` holds before and after of each.
        beside: What else the two years reported of the members: heat, generation, intensities.
    """

    name: str
    zh: str
    en: str
    unit: str
    before: str
    after: str
    change: str
    parts: tuple[Part, ...]
    periods: tuple[str, str] = ("", "")
    methods: tuple[tuple[str, str, str], ...] = ()
    order: tuple[str, ...] = ("boundary", "input", "factor", "method")
    scope: str = ""
    members: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    splits: tuple[tuple[str, str], ...] = ()
    beside: tuple[Indicator, ...] = ()

    def by_kind(self) -> Iterator[tuple[str, list[Part]]]:
        """The parts gathered by kind, in the order of replacement."""
        kinds = dict.fromkeys(p.kind for p in self.parts)
        for kind in kinds:
            yield kind, [p for p in self.parts if p.kind == kind]

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        tree: dict[str, Any] = {
            "name": self.name,
            "zh": self.zh,
            "en": self.en,
            "unit": self.unit,
            "periods": list(self.periods),
            "methods": [id for id, _, _ in self.methods],
            "order": list(self.order),
            "before": self.before,
            "after": self.after,
            "change": self.change,
            "parts": [
                {
                    "kind": p.kind,
                    "names": list(p.names),
                    "zh": p.zh,
                    "en": p.en,
                    "change": p.change,
                    "places": p.places,
                }
                | ({"by": dict(zip(self.members, p.split, strict=True))} if self.scope else {})
                for p in self.parts
            ],
        }
        if self.scope:
            tree["scope"] = self.scope
            tree["beside"] = [
                {
                    "name": i.name,
                    "zh": i.zh,
                    "en": i.en,
                    "unit": i.unit,
                    "by": {m: list(v) for m, v in zip(self.members, i.values, strict=True)},
                }
                for i in self.beside
            ]
            tree["by"] = {
                member: {"before": before, "after": after}
                for member, (before, after) in zip(self.members, self.splits, strict=True)
            }
        return tree


def kind_name(kind: str, lang: str) -> str:
    """A kind for people; of parts that could only be replaced together every kind."""
    return " + ".join(KINDS[each][lang == "en"] for each in kind.split("+"))
