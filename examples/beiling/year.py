"""The inputs of one year, and what it hands on to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from beiling.facts import describe
from beiling.plant import Plant, month, plan
from beiling.quality import papers
from beiling.story import STORIES, UNITS, Story
from tanheng.facts.inputs import Inputs
from tanheng.kernel.numbers import exact_text

NOT_ASKED = {
    # grid export came with the guide of 2023
    "cets-power-2022": ("W_export",),
    # purchased electricity left the total with the guide of 2026, and with it the choice of how to split it
    "cets-power-2026": ("el_route",),
}


@dataclass(frozen=True)
class Year:
    """A year's inputs, and reading and stocks at its end."""

    inputs: Inputs
    reading: str
    oil: dict[str, str]


def inputs_of(year: int) -> Inputs:
    """The inputs of a year of the demonstration plant."""
    return _year(year).inputs


@cache
def _year(year: int) -> Year:
    story = _begun(STORIES[year])
    plant = Plant(story)
    members = plan(plant)
    describe(plant)
    for n in range(1, 13):
        for u in UNITS:
            month(plant, u, f"{year}-{n:02}")
    papers(plant, year)
    left_out = NOT_ASKED.get(story.method, ())
    data = tuple(d for d in plant.data if d.name not in left_out)
    inputs = Inputs(story.method, str(year), "ets_facility", members, data, tuple(plant.facts))
    return Year(inputs, exact_text(plant.reading), {u: exact_text(t) for u, t in plant.oil.items()})


def _begun(story: Story) -> Story:
    """The story with "@2024" replaced by what that year ended with."""
    if not story.reading.startswith("@"):
        return story
    before = _year(int(story.reading[1:]))
    return replace(story, reading=before.reading, oil=before.oil)
