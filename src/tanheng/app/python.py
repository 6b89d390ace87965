"""The Python face of the use cases: what `import tanheng as th` offers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tanheng.app import accounting, comparing
from tanheng.app.files import readable
from tanheng.app.library import Library
from tanheng.facts.inputs import Inputs
from tanheng.facts.result import Result
from tanheng.inventory.difference import Difference
from tanheng.inventory.explain import Node
from tanheng.kernel.problems import Problem, Refused


def account(
    source: str | Path | Inputs,
    *,
    library: Iterable[str | Path] = (),
    known_on: date | None = None,
    strict: bool = True,
) -> Result:
    """Compute a plant's year.

    Args:
        source: A workbook, its TOML form, a sealed pack, or Inputs.
        library: Own library folders.
        known_on: Use only what was known on this day.
        strict: Refuse when any figure could not be filed; otherwise look at `result.ok`.

    Raises:
        Refused: every error and every open question, each with its place.
    """
    done = accounting.account(source, Library.of(library, known_on))
    return accounting.must(done).result if strict else done.result


def check(
    source: str | Path | Inputs, *, library: Iterable[str | Path] = (), known_on: date | None = None
) -> tuple[Problem, ...]:
    """Everything that intake, method and rules have to say of a file; empty when there is nothing."""
    try:
        return accounting.account(source, Library.of(library, known_on)).problems
    except Refused as refused:
        return refused.problems


def explain(
    source: str | Path | Inputs,
    name: str,
    *,
    library: Iterable[str | Path] = (),
    strict: bool = True,
    **at: str,
) -> list[Node]:
    """The trees of a number, down to the cells: `explain("plant.xlsx", "E_unit", unit="1")`.

    Args:
        strict: Refuse when the year could not be filed; a tree that only helps to find the cause needs False.
    """
    done = accounting.account(source, Library.of(library))
    return comparing.explain_number(accounting.must(done) if strict else done, name, at)


def diff(
    before: str | Path, after: str | Path, *, answer: str = "", library: Iterable[str | Path] = ()
) -> Difference:
    """What an answer (by default the first emission) changed by between two files, and why."""
    return comparing.compare(before, after, Library.of(library), answer)


def read(source: str | Path, *, library: Iterable[str | Path] = ()) -> Inputs:
    """The inputs of a workbook or TOML file, for work in Python. Raises Refused with every problem found."""
    from tanheng.metering.intake import read_inputs

    reading = read_inputs(readable(source), library=Library.of(library).folders)
    if reading.inputs is None:
        raise Refused(tuple(reading.problems))
    return reading.inputs
