"""Forms for a plant's year: an empty one, one filled from Inputs, and a workbook with its faults marked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

from tanheng.app.files import free, put, readable, said, writing
from tanheng.app.library import Library
from tanheng.engine.exact.result import in_force
from tanheng.facts.inputs import Inputs
from tanheng.kernel.dates import read_period
from tanheng.kernel.periods import parse_period
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.library.template_library import Template, load_template, template_methods


def new_form(
    target: str | Path,
    template_id: str,
    period: str,
    units: Sequence[str],
    lang: str,
    force: bool = False,
    library: Library | None = None,
) -> Path:
    """Write an empty form for one year; the suffix of the target chooses workbook (.xlsx) or TOML.

    Args:
        period: A year, "2024"; the last one that is over when empty.
        units: Ids of the units to start with.

    Raises:
        Refused: TH-A04, TH-A05 the file is there or cannot be written; TH-A12 its suffix; TH-D.., TH-A11 the
            period; TH-I28 the template; TH-C08 the template has no method for that year; TH-A10 a unit twice.
    """
    path = free(target, force)
    _no_twice(units)
    year = _year(period) if period else str(date.today().year - 1)
    template = _template(template_id, library or Library(), year)
    _write(path, template, period=year, lang=lang, units=units)
    return Path(target)


def write_form(target: str | Path, template_id: str, inputs: Inputs, lang: str = "zh") -> Path:
    """Write a form that holds `inputs` over whatever is there; reading it back gives the same digest."""
    library = Library()
    template = load_template(template_id, library.methods.get(inputs.method))
    _write(free(target, force=True), template, period=inputs.period, lang=lang, data=inputs)
    return Path(target)


def annotated(
    source: str | Path, target: str | Path, problems: Sequence[Problem], lang: str, force: bool = False
) -> Path:
    """Write a copy of a workbook in which every faulty cell is marked and commented.

    Raises:
        Refused: TH-A01, TH-A06, TH-I.. the workbook cannot be read; TH-A12 it is no workbook; TH-A04, TH-A05,
            TH-A07 the copy cannot be written.
    """
    from tanheng.metering.annotate import annotate

    book = readable(source)
    if book.suffix.lower() == ".toml":
        raise Refused(problem("TH-A12", Place(file=said(book.name)), seen=".toml", wanted=".xlsx"))
    with writing(free(target, force, book)) as part:
        annotate(book, part, problems, lang)
    return Path(target)


def _write(
    path: Path,
    template: Template,
    *,
    period: str,
    lang: str,
    units: Sequence[str] = (),
    data: Inputs | None = None,
) -> None:
    suffix = path.suffix.lower()
    if suffix == ".toml":
        from tanheng.metering.toml_form import write_toml

        with writing(path) as part:
            write_toml(part, template, period=period, lang=lang, units=units, data=data)
    elif suffix == ".xlsx":
        from tanheng.metering.workbook_template import write_template

        # a zip that breaks off while it is written complains for itself, so it is made in memory
        made = BytesIO()
        write_template(made, template, period=period, lang=lang, units=units, data=data)
        put(path, made.getvalue())
    else:
        seen = path.suffix or path.name
        raise Refused(problem("TH-A12", Place(file=path.name), seen=seen, wanted=".xlsx, .toml"))


def _year(text: str) -> str:
    place = Place(key="--period")
    period = read_period(text, place)
    if period.kind != "year":
        raise Refused(problem("TH-A11", place, seen=text))
    return period.key


def _template(template_id: str, library: Library, period: str) -> Template:
    """The template bound to that of its methods that is in force in the last month of the period."""
    methods = [library.methods.get(m) for m in template_methods(template_id, library.folders)]
    last = parse_period(period).last.isoformat()
    chosen = next((m for m in methods if m.force <= last and (not m.until or last <= m.until)), methods[0])
    in_force(chosen.id, period, library.methods)
    return load_template(template_id, chosen, library.folders)


def _no_twice(units: Sequence[str]) -> None:
    twice = sorted({unit for unit in units if units.count(unit) > 1})
    if twice:
        raise Refused(problem("TH-A10", Place(key="--unit"), seen="、".join(twice)))
