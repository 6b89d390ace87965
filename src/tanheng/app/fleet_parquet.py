"""A fleet as one Parquet file: a row a member, datum or fact; every value is a text and never a float."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tanheng.app.files import put, said
from tanheng.app.fleet_source import Fleet, PlantYear, Progress, packed
from tanheng.app.fleet_work import parts, spread
from tanheng.facts.datum import Datum, Row
from tanheng.facts.inputs import Inputs, Member
from tanheng.kernel.problems import Place, Problem, Refused, problem

COLUMNS = ("plant", "title", "method", "period", "boundary", "part", "item", "row", "value", "unit")
STATES = ("state", "reason", "person", "rule")
"""Columns that a file may leave out: every datum is then measured. A member's label stands in `reason`."""
_HEAD = 5
_TOGETHER = 100
"""Plants that a process reads at a time."""

Head = tuple[Any, ...]
Read = tuple[Head, bytes | None, tuple[Problem, ...]]


@dataclass(frozen=True, slots=True)
class _Job:
    path: str
    columns: tuple[str, ...]
    plants: tuple[Any, ...]
    name: str


def read_parquet(fleet: Fleet, path: Path, progress: Progress | None = None) -> None:
    """Read a Parquet file into a fleet; a fault in a plant's rows keeps this year out and no other.

    Raises:
        Refused: TH-A43 it is no Parquet file, a column is missing, stands twice or is not text.
    """
    import duckdb

    name = said(path.name)
    # brackets and stars in a name are no pattern that may match another file
    safe = glob.escape(str(path))
    try:
        with duckdb.connect() as db:
            columns = _columns(db, safe, name)
            heads = db.execute(
                f"SELECT DISTINCT {', '.join(COLUMNS[:_HEAD])} FROM {_FROM} ORDER BY ALL", [safe]
            ).fetchall()
        plants = list(dict.fromkeys(head[0] for head in heads))
        jobs = [_Job(safe, columns, tuple(part), name) for part in parts(plants, _TOGETHER)]
        done = 0
        for read in spread(_read, jobs, len(plants) > 2 * _TOGETHER // 3):
            for head, data, problems in read:
                done += 1
                file = f"{name} {' '.join(str(each) for each in head[:1] + head[3:])}"
                fleet.note(file, *problems)
                if data is not None:
                    plant, title, method, period, boundary = head
                    fleet.add(PlantYear(plant, title or plant, method, period, boundary, file), data)
                if progress is not None:
                    progress(done, len(heads), str(head[0]))
    except duckdb.Error as error:
        raise _shape(name, str(error).splitlines()[0], "Parquet") from None


# a folder called "period=2023" must not become a column
_FROM = "read_parquet(?, hive_partitioning = false, filename = false, union_by_name = false)"


def _columns(db: Any, path: str, name: str) -> tuple[str, ...]:
    """The columns to be read, in order; absent ones as NULL."""
    have = [row[0] for row in db.execute("SELECT name FROM parquet_schema(?)", [path]).fetchall()[1:]]
    kinds = {row[0]: str(row[1]) for row in db.execute(f"DESCRIBE SELECT * FROM {_FROM}", [path]).fetchall()}
    if lacking := [column for column in COLUMNS if column not in have]:
        raise _shape(name, ", ".join(lacking), ", ".join(COLUMNS))
    folded = [column.casefold() for column in have]
    if twice := [column for column in (*COLUMNS, *STATES) if folded.count(column) > 1]:
        raise _shape(name, ", ".join(f"{column} × 2" for column in twice), ", ".join(COLUMNS))
    # a float would have changed digits before it came here; a number type may have rounded them
    wrong = [f"{c} {kinds[c]}" for c in (*COLUMNS, *STATES) if c in kinds and kinds[c] != "VARCHAR"]
    if wrong:
        raise _shape(name, ", ".join(wrong), "VARCHAR")
    return (*COLUMNS, *(column if column in have else "''" for column in STATES))


def _shape(name: str, seen: str, wanted: str) -> Refused:
    return Refused(problem("TH-A43", Place(file=name), seen=seen, wanted=wanted))


def _read(job: _Job) -> list[Read]:
    """Some plants in a process of its own."""
    import duckdb

    with duckdb.connect() as db:
        # a plant without an id is one as well: it must be named, not skipped
        asked = "plant IN (SELECT unnest(?)) OR (plant IS NULL AND ?)"
        rows = db.execute(
            f"SELECT {', '.join(job.columns)} FROM {_FROM} WHERE {asked} "
            f"ORDER BY {', '.join(COLUMNS[:_HEAD])}",
            [job.path, [p for p in job.plants if p is not None], None in job.plants],
        )
        return [
            (head, *_made(head, list(each), job.name))
            for head, each in groupby(_fetched(rows), key=lambda row: row[:_HEAD])
        ]


def _fetched(rows: Any) -> Iterator[tuple[Any, ...]]:
    while batch := rows.fetchmany(20_000):
        yield from batch


def _made(head: Head, rows: list[tuple[Any, ...]], name: str) -> tuple[bytes | None, tuple[Problem, ...]]:
    """One plant's year from its rows."""
    plant, _, method, period, boundary = head
    place = Place(file=name, key=f"{plant} {period}")
    lacking = [column for column, text in zip(COLUMNS, head, strict=False) if not text and column != "title"]
    if lacking:
        return None, (problem("TH-A43", place, seen=", ".join(lacking), wanted=", ".join(COLUMNS)),)
    members: dict[str, list[Member]] = {}
    tables: dict[str, list[Datum]] = {"data": [], "facts": []}
    try:
        for part, item, row, value, unit, state, reason, person, rule in (row[_HEAD:] for row in rows):
            keys = _keys(row or "{}")
            if value is None or not item:
                raise ValueError(f"{part} {item or '—'} {row or ''}: NULL")
            if part == "member":
                members.setdefault(item, []).append(Member(value, keys, unit or "", reason or ""))
            elif part in tables:
                datum = Datum(
                    item, keys, value, unit or "", state or "measured", reason or "", person or "", rule or ""
                )
                tables[part].append(datum)
            else:
                raise ValueError(f"part {part}")
        registered = {scope: tuple(each) for scope, each in members.items()}
        inputs = Inputs(method, period, boundary, registered, tuple(tables["data"]), tuple(tables["facts"]))
        codes = {d.value for d in inputs.facts if d.name == "credit_code" and not d.row}
        if codes - {plant}:
            raise ValueError(f"plant {plant}, credit_code {', '.join(sorted(codes))}")
    except Refused as refused:
        return None, tuple(Problem(p.code, place, p.params) for p in refused.problems)
    except ValueError as error:
        return None, (problem("TH-A43", place, seen=str(error), wanted=", ".join(COLUMNS)),)
    return packed(inputs), ()


@lru_cache(maxsize=100_000)
def _keys(text: str) -> Row:
    """The scopes and members of a row, from JSON: the same texts come again with every plant."""
    try:
        pairs = json.loads(text, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        pairs = None
    if pairs == {}:
        return ()
    good = isinstance(pairs, tuple) and all(isinstance(p, tuple) and isinstance(p[1], str) for p in pairs)
    if not good or len({p[0] for p in pairs}) != len(pairs):
        raise ValueError(f"row {text}")
    return tuple(sorted(pairs))


def write_parquet(fleet: Fleet, target: Path) -> None:
    """Write a fleet as one Parquet file, which `gather` reads back to equal figures; origins are left out.

    Raises:
        Refused: TH-A05 the file cannot be written.
    """
    rows = (row for key in fleet for row in _rows(fleet.years[key], fleet[key]))
    put(target, parquet_bytes((*COLUMNS, *STATES), rows))


def parquet_bytes(columns: Sequence[str], rows: Iterator[Sequence[str]]) -> bytes:
    """Rows of texts as a Parquet file."""
    import duckdb

    with TemporaryDirectory(prefix="tanheng-fleet-") as folder:
        lines, made = Path(folder, "rows.json"), Path(folder, "fleet.parquet")
        with lines.open("w", encoding="utf-8") as stream:
            for row in rows:
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        texts = ", ".join(f"json ->> {number} AS {name}" for number, name in enumerate(columns))
        with duckdb.connect() as db:
            db.execute(
                f"COPY (SELECT {texts} FROM read_json_objects(?, format = 'newline_delimited')) "
                f"TO '{_quoted(made)}' (FORMAT parquet, COMPRESSION zstd)",
                [str(lines)],
            )
        return made.read_bytes()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _rows(year: PlantYear, inputs: Inputs) -> Iterator[Sequence[str]]:
    head = (year.id, year.title, inputs.method, inputs.period, inputs.boundary)
    for scope, members in inputs.members.items():
        for m in members:
            yield (*head, "member", scope, _text(m.within), m.id, m.unit, "", m.label, "", "")
    for part, data in (("data", inputs.data), ("facts", inputs.facts)):
        for d in data:
            yield (*head, part, d.name, _text(d.row), d.value, d.unit, d.state, d.reason, d.person, d.rule)


@lru_cache(maxsize=100_000)
def _text(row: Row) -> str:
    return json.dumps(dict(row), ensure_ascii=False, sort_keys=True)
