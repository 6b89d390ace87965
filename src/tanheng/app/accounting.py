"""Check and account: from a workbook, a TOML file, a sealed pack or Inputs to a Result."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tanheng.app.beside import joined, needs_another
from tanheng.app.files import readable, said
from tanheng.app.library import Library
from tanheng.engine.exact.findings import finding_problems, judge, without_tonnes
from tanheng.engine.exact.result import result_of, started
from tanheng.engine.exact.run import Run
from tanheng.facts.datum import Datum
from tanheng.facts.finding import Finding
from tanheng.facts.inputs import Inputs
from tanheng.facts.result import Result
from tanheng.kernel.problems import Place, Problem, Refused, refuse

KEEPS = ("error", "ask")
"""Severities that keep figures from being filed."""
CHECKS = ("TH-C06", "TH-C07", "TH-C10", "TH-C11")
"""Codes of a method's own checks."""


@dataclass(frozen=True)
class Account:
    """One accounting run: what was read, what was computed, and everything that people must be told.

    Attributes:
        source: The file that was read, None for Inputs from elsewhere; `file` is its name as text.
        library: The rules of this run; those of the pack where a pack was read.
        findings: What the rules of plausibility say; they are among the problems too.
        judged: The runs of those rules.
        read: Lines of the file, `stored` and `refused` among them.
    """

    source: Path | None
    file: str
    inputs: Inputs
    run: Run
    result: Result
    library: Library
    read: int
    stored: int
    refused: int
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...] = ()
    judged: tuple[Run, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the figures may be filed: no error in intake or engine, and nothing waits for a person."""
        return not any(p.severity in KEEPS for p in self.problems)

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """The result, whose "ok" is true, with findings; or "ok": false and the problems, then no figure."""
        if not self.ok:
            return refusal_json(self.problems, lang)
        return self.result.to_json() | {"findings": [found.to_json() for found in self.findings]}


def refusal_json(problems: Sequence[Problem], lang: str) -> dict[str, Any]:
    """What programs are told where nothing may be filed."""
    return {"ok": False, "problems": [p.to_json(lang) for p in problems]}


def account(
    source: str | Path | Inputs,
    library: Library | None = None,
    csv: Mapping[str, str | Path] | None = None,
    whole: bool = True,
    beside: str | Path | None = None,
) -> Account:
    """Read a plant's year and compute it.

    Args:
        source: A workbook (.xlsx), its TOML form, a sealed pack (which brings its own methods and factors),
            or Inputs already read.
        csv: Sheets of the workbook or form that are read from CSV files instead: {"day": "day.csv"}.
        whole: Whether gaps are faults of the file; false for a year that is still running.
        beside: The plant's own form, where the source is the form of a wider boundary that stands beside it.

    Returns:
        The run with its result; look at `.ok` before using a figure.

    Raises:
        Refused: nothing could be computed at all (the file cannot be read, a cell is refused, the method is
            unknown or not in force); TH-A08 CSV files beside a pack, whose data are sealed; TH-A34 the other
            form is missing or does not belong to this one.
    """
    library = library or Library()
    if isinstance(source, Inputs):
        return _computed(None, source, library, (), len(source.data), len(source.data), 0)
    from tanheng.metering.intake import read_inputs

    path = readable(source)
    if _is_pack(path):
        if csv:
            zh, en = (
                "封存包的数据已经封存，不能用 --csv 替换",
                "a pack is sealed: --csv cannot replace its data",
            )
            raise refuse("TH-A08", seen_zh=zh, seen_en=en)
        inputs, library, found = _unsealed(path)
        return _computed(path, inputs, library, found, len(inputs.data), len(inputs.data), 0)
    files = {sheet: readable(file) for sheet, file in (csv or {}).items()}
    reading = read_inputs(path, library=library.folders, csv=files, whole=whole)
    problems = tuple(reading.problems)
    inputs_read = reading.inputs
    for file in (path, *files.values()):
        if (name := said(file.name)) != file.name:
            problems = tuple(_placed(p, file.name, name) for p in problems)
            inputs_read = _renamed(inputs_read, file.name, name) if inputs_read else None
    if inputs_read is None:
        raise Refused(problems)
    if needs_another(inputs_read, library.methods):
        if beside is None:
            raise refuse("TH-A34", Place(file=said(path.name)), seen="—", wanted="--beside")
        # with the gaps filled that name a rule: the plant's rules judge the plant's method
        plant = must(account(beside, library)).run.inputs
        inputs_read = joined(inputs_read, plant, library.methods, said(path.name))
    return _computed(path, inputs_read, library, problems, reading.read, reading.stored, reading.refused)


def _computed(
    source: Path | None,
    inputs: Inputs,
    library: Library,
    problems: tuple[Problem, ...],
    read: int,
    stored: int,
    refused: int,
) -> Account:
    run = started(inputs, library.methods, library.factors)
    result = result_of(run)
    judged = judge(run, library.methods)
    own = tuple(p for p in result.problems if not _covered(p, judged.covered))
    other = problems + own + judged.problems
    # while data are wrong or in question no tonne is named, not even one that hangs on a finding
    sure = not any(p.severity in KEEPS for p in other)
    findings = judged.findings if sure else tuple(map(without_tonnes, judged.findings))
    told = tuple(dict.fromkeys(other + finding_problems(findings)))
    file = said(source.name) if source else ""
    counts = read, stored, refused
    return Account(source, file, inputs, run, result, library, *counts, told, findings, judged.rules)


def _covered(found: Problem, covered: frozenset[str]) -> bool:
    """Whether a check of the method said what a finding says with figure, bound and tonnes."""
    return found.code in CHECKS and found.place.key.partition("[")[0] in covered


def must(done: Account) -> Account:
    """The account, or Refused with everything that keeps its figures from being filed."""
    if not done.ok:
        raise Refused(tuple(p for p in done.problems if p.severity in KEEPS))
    return done


def _is_pack(path: Path) -> bool:
    """Whether a file is meant as a sealed pack; whether it is a sound one is for the verifier to say."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "manifest.json" in archive.namelist()
    # hostile archives fail in many ways; what is no pack is read as a workbook and refused there
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, OverflowError):
        return False


def _unsealed(path: Path) -> tuple[Inputs, Library, tuple[Problem, ...]]:
    """The inputs of a pack, the very rules that it was computed by, and what its verification has to say."""
    from tanheng.evidence.verify.check import verify_pack
    from tanheng.evidence.verify.container import decode
    from tanheng.evidence.verify.recompute import read_inputs

    verdict = verify_pack(path)
    if verdict.exit_code == 1:
        raise Refused(verdict.findings)
    items = decode(path.read_bytes(), said(path.name)).items
    return read_inputs(items["inputs.json"], said(path.name)), Library(sealed=items), verdict.findings


def _placed(found: Problem, file: str, name: str) -> Problem:
    return replace(found, place=replace(found.place, file=name)) if found.place.file == file else found


def _renamed(inputs: Inputs, file: str, name: str) -> Inputs:
    def origin(datum: Datum) -> Datum:
        return replace(datum, origin=datum.origin._replace(file=name)) if datum.origin.file == file else datum

    return replace(inputs, data=tuple(map(origin, inputs.data)), facts=tuple(map(origin, inputs.facts)))
