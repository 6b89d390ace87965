"""A form that stands beside another one: the enterprise boundary beside the plant's own workbook."""

from __future__ import annotations

from dataclasses import replace

from tanheng.facts.inputs import Inputs, Member
from tanheng.formula.model import Method
from tanheng.kernel.problems import Place, Refused, problem
from tanheng.library.method_library import MethodLibrary


def needs_another(inputs: Inputs, methods: MethodLibrary) -> bool:
    """Whether a method takes data from another form: an overlay that bridges from its base's boundary."""
    return bool(methods.get(inputs.method).bridge)


def joined(own: Inputs, plant: Inputs, methods: MethodLibrary, file: str = "") -> Inputs:
    """The inputs of the wider boundary: what its own form holds, and what its method reads of the plant's.

    Args:
        own: Read from the form of the wider boundary.
        plant: Of the same entity and period.
        file: Name of the own form, for problems.

    Raises:
        Refused: TH-A34 another period or entity, or a unit or fuel that the plant's form does not have.
    """
    method = methods.get(own.method)
    facts = [{d.name: d.value for d in each.facts if not d.row} for each in (own, plant)]
    seen = [
        (each.period, fact.get("credit_code", "")) for each, fact in zip((own, plant), facts, strict=True)
    ]
    if seen[0] != seen[1]:
        texts = [" ".join(pair).strip() for pair in seen]
        raise Refused(problem("TH-A34", Place(file=file), seen=texts[0], wanted=texts[1]))
    members: dict[str, tuple[Member, ...]] = {s: m for s, m in plant.members.items() if s in method.scopes}
    for scope, listed in own.members.items():
        if scope not in plant.members:
            members[scope] = listed
            continue
        known = {(m.within, m.id): m.unit for m in plant.members[scope]}
        for m in listed:
            if known.get((m.within, m.id)) != m.unit:
                place = Place(file=file, key=f"{scope}[{m.id}]")
                names = ", ".join(f"{each.id} {each.unit}".strip() for each in plant.members[scope])
                raise Refused(problem("TH-A34", place, seen=f"{m.id} {m.unit}".strip(), wanted=names))
    mine = {d.name for d in own.data}
    data = tuple(d for d in plant.data if d.name in _read(method) and d.name not in mine)
    return replace(own, members=members, data=own.data + data)


def _read(method: Method) -> frozenset[str]:
    """The givens that a method takes over from its base."""
    return frozenset(method.givens) - method.own
