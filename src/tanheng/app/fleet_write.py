"""A fleet's figures as an Excel summary, or every row of them as CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from tanheng.app.accounting import KEEPS
from tanheng.app.files import free, put, said
from tanheng.app.fleet import TONNES, FleetAccount, FleetRow
from tanheng.app.fleet_source import Fleet, PlantYear
from tanheng.app.library import Library
from tanheng.kernel.canonical import canonical_json, digest
from tanheng.kernel.problems import Problem, refuse
from tanheng.kernel.units import parse_unit
from tanheng.statement.fleet_summary import Detail, FleetSummary, Plant, Trouble, fleet_statement

FORMATS = (".xlsx", ".csv", ".parquet")
_HEAD = ("plant", "title", "period", "boundary", "method", "step")
_TAIL = ("exact", "shown", "measure", "problem")


def target_of(path: str | Path, force: bool, source: str | Path, formats: Sequence[str] = FORMATS) -> Path:
    """Where to write to, before any work is done.

    Raises:
        Refused: TH-A08 another ending; TH-A04, TH-A05, TH-A07 it cannot be written.
    """
    if Path(path).suffix.lower() not in formats:
        name, listed = said(Path(path).name), "、".join(formats)
        raise refuse(
            "TH-A08",
            seen_zh=f"“{name}”：文件名须以 {listed} 结尾",
            seen_en=f'"{name}": its name ends in {", ".join(formats)}',
        )
    return free(path, force, source)


def write_fleet(done: FleetAccount, target: Path, source: str | Path, library: Library) -> Path:
    """Write the figures; the ending of `target` says in which form.

    Raises:
        Refused: TH-A05, TH-R04 they cannot be written.
    """
    kind = target.suffix.lower()
    if kind == ".xlsx":
        return put(target, _excel(done, said(Path(source).resolve().name), library))
    columns = (*_HEAD, *_scopes(done.rows), *_TAIL)
    rows = _rows(done, columns[len(_HEAD) : -len(_TAIL)])
    if kind == ".csv":
        return put(target, _csv(columns, rows))
    from tanheng.app.fleet_parquet import parquet_bytes

    return put(target, parquet_bytes(columns, rows))


def write_gathered(fleet: Fleet, target: Path) -> Path:
    """Write a fleet's inputs as one Parquet file. Raises Refused TH-A05."""
    from tanheng.app.fleet_parquet import write_parquet

    write_parquet(fleet, target)
    return target


def _scopes(rows: Sequence[FleetRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(scope for row in rows for scope, _ in row.scope))


def _rows(done: FleetAccount, scopes: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every row of the level; a year without a figure has one that says why, so that no sum looks whole."""
    for row in done.rows:
        at, year = dict(row.scope), row.year
        head = (year.id, year.title, year.period, year.boundary, year.method, row.step)
        yield (*head, *(at.get(scope, "") for scope in scopes), row.exact, row.shown, row.unit, "")
    years = {year.key: year for year in done.years}
    for key in done.failed:
        found = years.get(key) or PlantYear(key, "", "", "", "", key)
        year_head = (found.id, found.title, found.period, found.boundary, found.method)
        yield (*year_head, "", *("" for _ in scopes), "", "", "", why(done, key))


def why(done: FleetAccount, key: str) -> str:
    """The codes of what keeps a year or file from having a figure."""
    found = [p.code for p in done.problems.get(key, ()) if p.severity in KEEPS]
    return " ".join(dict.fromkeys(found)) or "—"


def _csv(columns: Sequence[str], rows: Iterator[tuple[str, ...]]) -> bytes:
    """UTF-8 with a mark, as Excel wants it; a text that a spreadsheet would compute is set behind a quote."""
    from tanheng.reports.excel_look import risky

    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(columns)
    number = columns.index("exact")
    for row in rows:
        safe = [
            f"'{text}" if risky(text) and place not in (number, number + 1) else text
            for place, text in enumerate(row)
        ]
        writer.writerow(safe)
    return stream.getvalue().encode("utf-8-sig")


def _excel(done: FleetAccount, source: str, library: Library) -> bytes:
    from tanheng.reports.excel import excel_bytes

    statement = fleet_statement(summary_of(done, source, library))
    # every chart has its table, from which Excel draws it
    return excel_bytes(statement, [b"" for _ in statement.charts])


def summary_of(done: FleetAccount, source: str, library: Library) -> FleetSummary:
    """The figures as the document wants them."""
    totals = {row.year.key: row for row in done.totals}
    plants = []
    for year in done.years:
        row = totals.get(year.key)
        head = (year.id, year.title, year.period, year.boundary, year.method)
        plants.append(
            Plant(*head, row.exact, row.shown, row.unit) if row else Plant(*head, why=why(done, year.key))
        )
    keys = {year.key for year in done.years}
    plants += [Plant(f, f, "", "", "", why=why(done, f)) for f in done.failed if f not in keys]
    scopes = _scopes(done.rows)
    details = [
        Detail(
            row.year.id,
            row.year.title,
            row.year.period,
            row.step,
            tuple(dict(row.scope).get(scope, "") for scope in scopes),
            row.exact,
            row.shown,
            row.unit,
            dict(row.scope).get("month", "") if _is_tonnes(row.unit) else "",
        )
        for row in done.rows
    ]
    troubles = [Trouble(_where(done, key), p.code, p.message("zh"), p.remedy("zh")) for key, p in _told(done)]
    return FleetSummary(
        source,
        tuple(plants),
        tuple(_scope_name(scope, done, library) for scope in scopes),
        tuple(details),
        tuple(troubles),
        levels_text(done, library, "zh"),
        digest(canonical_json([[r.year.key, r.step, r.exact, r.unit] for r in done.totals])),
    )


def _scope_name(scope: str, done: FleetAccount, library: Library) -> str:
    methods = (library.methods.get(id) for id in done.levels)
    return next((m.scopes[scope].zh or scope for m in methods if scope in m.scopes), scope)


def levels_text(done: FleetAccount, library: Library, lang: str) -> str:
    """What the rows are, in words: each number of the methods once."""
    items = [library.methods.get(id).steps[step] for id, step in done.levels.items()]
    return "、".join(
        dict.fromkeys(f"{i.zh if lang == 'zh' else i.en or i.zh} {i.name}".strip() for i in items)
    )


def _is_tonnes(unit: str) -> bool:
    return bool(unit) and parse_unit(unit).dimension in TONNES


def _told(done: FleetAccount) -> Iterator[tuple[str, Problem]]:
    for key, found in done.problems.items():
        yield from ((key, p) for p in found)


def _where(done: FleetAccount, key: str) -> str:
    return next((f"{y.title} {y.period}" for y in done.years if y.key == key), key)
