"""Performance parameters of a year beside last year, the baseline year and the targets that were set."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tanheng.app.accounting import Account, account, must
from tanheng.app.documents import write_document
from tanheng.app.files import readable, said
from tanheng.app.library import Library
from tanheng.app.years import year_file
from tanheng.engine.exact.run import Run
from tanheng.inventory.performance import Parameter, Target, judged, performance
from tanheng.kernel.numbers import parse_number
from tanheng.kernel.problems import Place, Refused, problem

_KEYS = frozenset(("of", "at", "year", "value", "unit", "document"))


@dataclass(frozen=True)
class Performance:
    """The parameters of a year, and the years that they stand beside ("last", "base")."""

    this: Account
    others: dict[str, Account]
    parameters: list[Parameter]


def performance_of(
    plant: str | Path,
    last: str | Path | None = None,
    base: str | Path | None = None,
    targets: str | Path | None = None,
    library: Library | None = None,
    folder: str | Path = ".",
) -> Performance:
    """Compute the parameters.

    Args:
        plant: The year's file, or a bare year that is looked up in `folder`; `last` and `base` likewise.
        targets: A TOML file of `[[target]]` with of, at, year, value, unit, document.

    Raises:
        Refused: what keeps a year from being filed; TH-A20, TH-A21 no file of a year, or several; TH-A32,
            TH-A33 no parameters, a target that does not fit; TH-A35 another plant, or a year out of order.
    """
    library = library or Library()
    this = _account(plant, library, folder)
    others = {
        role: _account(word, library, folder) for role, word in (("last", last), ("base", base)) if word
    }
    for done in others.values():
        _comparable(this, done)
    runs: dict[str, Run] = {role: judged(done.run, done.library.methods) for role, done in others.items()}
    wanted = read_targets(targets) if targets else []
    found = performance(judged(this.run, this.library.methods), runs.get("last"), runs.get("base"), wanted)
    return Performance(this, others, found)


def _account(word: str | Path, library: Library, folder: str | Path) -> Account:
    found = year_file(str(word), folder, library)
    return must(found if isinstance(found, Account) else account(found, library))


def _comparable(this: Account, other: Account) -> None:
    """Years of one entity, the other one earlier."""
    codes = [
        next((d.value for d in done.inputs.facts if d.name == "credit_code"), "") for done in (this, other)
    ]
    if codes[0] != codes[1] or other.inputs.period >= this.inputs.period:
        seen = f"{codes[1]} {other.inputs.period}".strip()
        wanted = f"{codes[0]} < {this.inputs.period}".strip()
        raise Refused(problem("TH-A35", Place(file=other.file), seen=seen, wanted=wanted))


def read_targets(path: str | Path) -> list[Target]:
    """Targets from a TOML file. Raises Refused TH-A33 for what is unknown or missing, TH-N.. a number."""
    file = readable(path)
    name = said(file.name)
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(
            problem("TH-A33", Place(file=name), seen=str(error), wanted="TOML 1.0, UTF-8")
        ) from None
    listed = raw.get("target")
    if set(raw) != {"target"} or not isinstance(listed, list) or not listed:
        raise Refused(problem("TH-A33", Place(file=name), seen=", ".join(raw) or "—", wanted="[[target]]"))
    return [_target(entry, Place(file=name, key=f"target[{n}]")) for n, entry in enumerate(listed)]


def _target(entry: Any, place: Place) -> Target:
    shape = isinstance(entry, dict) and set(entry) <= _KEYS and {"of", "year", "value", "unit"} <= set(entry)
    at = entry.get("at", {}) if shape else None
    texts = shape and all(isinstance(entry[k], str) for k in entry if k not in ("at", "year"))
    if not (texts and isinstance(at, dict) and isinstance(entry["year"], int | str)):
        raise Refused(
            problem("TH-A33", place, seen=str(entry)[:80], wanted='of, at, year, value = "…", unit')
        )
    scope = tuple((str(k), str(v)) for k, v in at.items())
    value = parse_number(entry["value"], place)
    return Target(entry["of"], scope, str(entry["year"]), value, entry["unit"], entry.get("document", ""))


def write_performance(found: Performance, path: str | Path, force: bool = False) -> Path:
    """Write the parameters as .xlsx, .pdf or .docx. Raises Refused as `write_document`."""
    from tanheng.statement.performance_page import performance_statement

    this = found.this
    name = next((d.value for d in this.inputs.facts if d.name == "entity_name"), this.file)
    years = [(role, done.inputs.period, done.run.method, done.file) for role, done in found.others.items()]
    sources: Sequence[Path] = [d.source for d in (this, *found.others.values()) if d.source is not None]

    def make() -> Any:
        return performance_statement(
            found.parameters, name, this.inputs.period, this.run.method, this.file, years
        )

    return write_document(path, make, sources, force)
