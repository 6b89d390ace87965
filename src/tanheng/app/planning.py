"""The data quality control plan: drafted, submitted, revised, printed, and compared with what was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO
from pathlib import Path

from tanheng.app.accounting import account
from tanheng.app.documents import printed
from tanheng.app.files import free, put, readable, said
from tanheng.app.library import Library
from tanheng.app.plan_draft import draft_plan
from tanheng.facts.datum import Row
from tanheng.facts.plan import Change, Entry, Plan, differences
from tanheng.inventory.plan_check import compare_plan
from tanheng.inventory.plan_done import Comparison, Done
from tanheng.inventory.plan_faults import plan_faults, where_of
from tanheng.kernel.dates import read_date, read_month, read_period
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse
from tanheng.library.plan_file import load_plan_template
from tanheng.library.plan_template import PlanTemplate, blanks

FORMATS = ("docx", "xlsx")


@dataclass(frozen=True)
class PlanFile:
    """A plan that was read: with its template, the cell of every field, and what was noted on the way."""

    file: str
    plan: Plan
    template: PlanTemplate
    problems: tuple[Problem, ...]
    places: Mapping[tuple[str, Row, str], Place] = field(default_factory=dict)

    def faults(self) -> tuple[Problem, ...]:
        """Everything that is open in the plan or that the guide does not admit."""
        return tuple(plan_faults(self.plan, self.template, self.places))


@dataclass(frozen=True)
class Checked:
    """A comparison: the versions compared, and every finding."""

    plans: tuple[Plan, ...]
    template: PlanTemplate
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether the plan was followed, and is itself sound."""
        return not any(p.severity in ("error", "ask") for p in self.problems)


def read_plan_file(path: str | Path, library: Library | None = None) -> PlanFile:
    """Read a plan from its workbook or TOML form.

    Raises:
        Refused: TH-A01, TH-A06, TH-I.. the file; TH-Q02, TH-Q03, TH-Q09 what it says of itself.
    """
    from tanheng.metering.plan_reader import read_plan

    file = readable(path)
    reading = read_plan(file, library=(library or Library()).folders)
    name = said(file.name)
    problems = tuple(replace(p, place=replace(p.place, file=name)) for p in reading.problems)
    if reading.plan is None or reading.template is None:
        raise Refused(problems)
    return PlanFile(name, reading.plan, reading.template, problems, reading.places)


def new_plan(
    plant: str | Path,
    target: str | Path,
    year: str = "",
    lang: str = "zh",
    force: bool = False,
    library: Library | None = None,
) -> PlanFile:
    """Draft the plan of a year from a plant's workbook; what its data do not say is left to be filled.

    Args:
        plant: A workbook or TOML form; the year's data may still be missing, units and fuels may not.
        target: Workbook (.xlsx) or TOML form (.toml).
        year: The year that the plan is for, by default the one after the plant's data.

    Raises:
        Refused: as `tanheng check`, but for gaps; TH-Q01 the sector has no plan; TH-A04, TH-A05, TH-A12 the
            target; TH-A11, TH-D.. the year.
    """
    from tanheng.metering.intake import read_inputs

    library = library or Library()
    source = readable(plant)
    path = free(target, force, source)
    wanted = _year(year) if year else ""
    reading = read_inputs(source, library=library.folders, whole=False)
    inputs = reading.inputs
    if inputs is None:
        raise Refused(reading.problems)
    template = load_plan_template(reading.template, library.folders)
    plan = draft_plan(inputs, template, wanted or str(int(inputs.period[:4]) + 1))
    _put(path, plan, template, lang)
    return PlanFile(said(path.name), plan, template, ())


def submit_plan(
    source: str | Path,
    target: str | Path,
    on: str = "",
    lang: str = "zh",
    force: bool = False,
    library: Library | None = None,
) -> PlanFile:
    """Submit a version: it is whole, gets its day and its digest, and never changes again.

    Raises:
        Refused: TH-Q10 it was submitted before; TH-Q12 a field is open; TH-Q05, TH-Q06, TH-Q38, TH-Q40.
    """
    library = library or Library()
    read = read_plan_file(source, library)
    path = free(target, force, source)
    done = read.plan.submitted(on or date.today().isoformat())
    errors = [p for p in read.faults() if p.severity == "error"]
    open_fields = list(blanks(read.plan, read.template))
    if open_fields:
        entry, column = open_fields[0]
        zh, en = where_of(entry, read.plan, read.template)
        told = {"name": column.zh, "name_en": column.title("en"), "where": zh, "where_en": en}
        errors.insert(0, problem("TH-Q12", Place(file=read.file), count=len(open_fields), **told))
    if errors:
        raise Refused(errors)
    _put(path, done, read.template, lang)
    return PlanFile(said(path.name), done, read.template, ())


def revise_plan(
    source: str | Path,
    target: str | Path,
    effective_from: str,
    reason: str,
    changes: str = "",
    on: str = "",
    lang: str = "zh",
    force: bool = False,
    library: Library | None = None,
) -> PlanFile:
    """Write the draft of the next version.

    Args:
        effective_from: The month from which it is followed.
        reason: The case of the guide, "1" to "6".

    Raises:
        Refused: TH-Q11 the source is a draft; TH-Q09 month or reason.
    """
    read = read_plan_file(source, library)
    path = free(target, force, source)
    made_on = read_date(on or date.today().isoformat(), Place(key="--on")).isoformat()
    month = read_month(effective_from, Place(key="--from"), int(read.plan.year)).key
    plan = read.plan.revised(month, reason, made_on, changes)
    _put(path, plan, read.template, lang)
    return PlanFile(said(path.name), plan, read.template, ())


def compare_versions(before: PlanFile, after: PlanFile) -> tuple[tuple[str, str, Change], ...]:
    """Every field that differs, with its place and its name in Chinese."""
    found = []
    for change in differences(before.plan, after.plan):
        plan = after.plan if change.after or not change.before else before.plan
        sheet = after.template.sheet(change.table).sheet
        column = sheet.column(change.name)
        place = where_of(Entry(change.table, change.at), plan, after.template)[0]
        if change.table == "parameters":
            place = f"{place} {dict(change.at).get('parameter', '')}".strip()
        found.append((place, column.zh if column else change.name, change))
    return tuple(found)


def check_plan(
    plant: str | Path,
    plans: Sequence[str | Path],
    calibrations: str | Path | None = None,
    before: str | Path | None = None,
    library: Library | None = None,
    csv: Mapping[str, str | Path] | None = None,
) -> Checked:
    """Compare what was done with what was planned.

    Args:
        plant: A workbook, its TOML form or a sealed pack.
        plans: The versions of the year, in any order.
        calibrations: The ledger of calibrations of the year: CSV, workbook or TOML.
        before: The plan of the year before, for levels that may not fall.

    Raises:
        Refused: a file cannot be read; TH-Q08 plan and data do not belong together; TH-Q13 the versions.
    """
    from tanheng.metering.plan_reader import read_calibrations

    library = library or Library()
    read = sorted((read_plan_file(p, library) for p in plans), key=lambda r: int(r.plan.version))
    old = read_plan_file(before, library).plan if before else None
    template = read[-1].template
    found: list[Problem] = []
    ledger: tuple[Entry, ...] | None = None
    if calibrations is not None:
        entries, notes = read_calibrations(readable(calibrations), template)
        ledger, found = tuple(entries), [*notes]
    done = account(plant, library, csv)
    told = [p for r in read for p in (*r.problems, *_named(r))]
    compared = compare_plan(
        Comparison(tuple(r.plan for r in read), template, Done(done.inputs, done.run.method), ledger, old)
    )
    return Checked(tuple(r.plan for r in read), template, tuple(dict.fromkeys((*told, *found, *compared))))


def write_plan(
    source: str | Path,
    folder: str | Path,
    formats: Sequence[str] = FORMATS,
    force: bool = False,
    library: Library | None = None,
) -> Iterator[Path]:
    """Print a plan as Word and Excel; open fields stay visible. Yields each path once it stands.

    Raises:
        Refused: the plan cannot be read; TH-A04, TH-A05 a file; TH-R.. a document.
    """
    from tanheng.statement.plan_statement import plan_statement

    read = read_plan_file(source, library)
    statement = plan_statement(read.plan, read.template)
    name = f"{read.template.name(read.plan.year)}-{read.plan.year}-v{read.plan.version}"
    paths = {kind: Path(folder) / f"{name}.{kind}" for kind in dict.fromkeys(formats)}
    targets = {kind: free(path, force, source) for kind, path in paths.items()}
    # every document is made before the first is written
    made = {kind: printed(statement, kind) for kind in paths}
    for kind, path in paths.items():
        put(targets[kind], made[kind])
        yield path


def _named(read: PlanFile) -> Iterator[Problem]:
    for each in read.faults():
        yield replace(each, place=replace(each.place, file=read.file))


def _year(text: str) -> str:
    place = Place(key="--year")
    period = read_period(text, place)
    if period.kind != "year":
        raise refuse("TH-A11", place, seen=text)
    return period.key


def _put(path: Path, plan: Plan, template: PlanTemplate, lang: str) -> None:
    suffix = path.suffix.lower()
    if suffix == ".toml":
        from tanheng.metering.plan_toml import plan_text

        put(path, plan_text(plan, template, lang).encode("utf-8"))
    elif suffix == ".xlsx":
        from tanheng.metering.plan_book import write_plan_book

        made = BytesIO()
        write_plan_book(made, plan, template, lang)
        put(path, made.getvalue())
    else:
        seen = path.suffix or path.name
        raise refuse("TH-A12", Place(file=path.name), seen=seen, wanted=".xlsx, .toml")
