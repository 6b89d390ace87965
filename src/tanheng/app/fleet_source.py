"""Many plants' years from a folder of plant files or one Parquet file, held on disk until they are asked for."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tanheng.app.files import put, readable, said
from tanheng.app.library import Library
from tanheng.facts.datum import Datum
from tanheng.facts.inputs import Inputs, Member
from tanheng.kernel.problems import Place, Problem, Refused, problem

SUFFIXES = (".xlsx", ".xlsm", ".toml", ".zip")
COLUMNS = ("plant", "title", "method", "period", "boundary", "part", "item", "row", "value", "unit")
STATES = ("state", "reason", "person", "rule")
"""Columns of the Parquet form: one row a member (part `member`), datum (`data`) or description (`facts`)."""

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class PlantYear:
    """One plant's year of a fleet. `id` is its 统一社会信用代码, or the file's name where it gives none."""

    id: str
    title: str
    method: str
    period: str
    file: str
    digest: str

    @property
    def key(self) -> str:
        """What tells it from every other year of the fleet."""
        return f"{self.id} {self.period}"


class Fleet(Mapping[str, Inputs]):
    """The inputs of a fleet by key. They wait in a folder of their own, so that memory holds one at a time.

    Attributes:
        years: Every plant's year, in the order of id and period.
        problems: What was refused, by file.
    """

    def __init__(self) -> None:
        self.years: dict[str, PlantYear] = {}
        self.problems: dict[str, tuple[Problem, ...]] = {}
        self._folder = TemporaryDirectory(prefix="tanheng-fleet-")
        self._at: dict[str, Path] = {}

    def __getitem__(self, key: str) -> Inputs:
        found: Inputs = pickle.loads(self._at[key].read_bytes())
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.years))

    def __len__(self) -> int:
        return len(self.years)

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove what waits on disk."""
        self._folder.cleanup()

    def add(self, inputs: Inputs, file: str) -> None:
        """Take one year; the same figures again are one, other figures under the same id are refused.

        Problems: TH-A41 two files of one id and period with different figures, TH-A42 the same file twice.
        """
        facts = {d.name: d.value for d in inputs.facts if not d.row}
        id = facts.get("credit_code") or Path(file).stem
        year = PlantYear(
            id, facts.get("entity_name") or id, inputs.method, inputs.period, file, inputs.digest
        )
        known = self.years.get(year.key)
        if known is not None:
            code = "TH-A42" if known.digest == year.digest else "TH-A41"
            found = problem(code, Place(file=file), seen=year.key, near=known.file)
            self.problems[file] = (*self.problems.get(file, ()), found)
            return
        path = Path(self._folder.name, f"{len(self._at)}.year")
        path.write_bytes(pickle.dumps(inputs, protocol=pickle.HIGHEST_PROTOCOL))
        self.years[year.key], self._at[year.key] = year, path

    @property
    def refused(self) -> tuple[Problem, ...]:
        """Every problem that keeps a file out of the fleet."""
        return tuple(p for found in self.problems.values() for p in found if p.severity in ("error", "ask"))


def gather(source: str | Path, library: Library | None = None, progress: Progress | None = None) -> Fleet:
    """Read a folder of plant files (workbook, TOML form, sealed pack), or one Parquet file.

    Args:
        progress: Called with how many files or years were read, of how many, and the last one's name.

    Raises:
        Refused: TH-A01, TH-A06 it cannot be read; TH-A40 there is no plant in it.
    """
    path, library = Path(source), library or Library()
    fleet = Fleet()
    try:
        if path.is_dir():
            _folder(fleet, path, library, progress)
        else:
            _parquet(fleet, readable(path), progress)
    except BaseException:
        fleet.close()
        raise
    if not fleet and not fleet.problems:
        fleet.close()
        raise Refused(problem("TH-A40", Place(file=said(path.name)), wanted=", ".join(SUFFIXES)))
    return fleet


def _folder(fleet: Fleet, path: Path, library: Library, progress: Progress | None) -> None:
    files = sorted(
        f
        for f in path.iterdir()
        if f.suffix.lower() in SUFFIXES and f.is_file() and not f.name.startswith((".", "~$"))
    )
    # reading a workbook is a process's own work; a fleet reads as many as there are cores
    with ProcessPoolExecutor() as pool:
        read = pool.map(_read, files, [library.folders] * len(files))
        for number, (file, (data, problems)) in enumerate(zip(files, read, strict=True), 1):
            name = said(file.name)
            if problems:
                fleet.problems[name] = problems
            if data is not None:
                fleet.add(pickle.loads(data), name)
            if progress is not None:
                progress(number, len(files), name)


def _read(file: Path, folders: tuple[Path, ...]) -> tuple[bytes | None, tuple[Problem, ...]]:
    """One file's inputs, pickled, and what keeps it out. Runs in a process of its own."""
    from tanheng.app.accounting import account

    try:
        done = account(file, Library(folders))
    except Refused as refused:
        return None, tuple(refused.problems)
    # open questions and refusals of the method are found again, plant by plant, when the fleet is computed
    kept = tuple(p for p in done.problems if p.severity == "ask")
    return (None if kept else pickle.dumps(done.inputs)), kept


def write_parquet(fleet: Fleet, target: Path) -> None:
    """Write a fleet as one Parquet file, which `gather` reads back to equal figures; origins are left out.

    Raises:
        Refused: TH-A05, TH-A07 the file cannot be written.
    """
    import duckdb

    with TemporaryDirectory(prefix="tanheng-fleet-") as folder:
        lines, made = Path(folder, "rows.json"), Path(folder, "fleet.parquet")
        with lines.open("w", encoding="utf-8") as stream:
            for key in fleet:
                for row in _rows(fleet.years[key], fleet[key]):
                    stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        names = ", ".join(f"{name}: 'VARCHAR'" for name in (*COLUMNS, *STATES))
        with duckdb.connect() as db:
            db.execute(
                f"COPY (SELECT * FROM read_json(?, format='newline_delimited', columns={{{names}}})) "
                f"TO '{made}' (FORMAT parquet, COMPRESSION zstd)",
                [str(lines)],
            )
        put(target, made.read_bytes())


def _rows(year: PlantYear, inputs: Inputs) -> Iterator[dict[str, str]]:
    head = {
        "plant": year.id,
        "title": year.title,
        "method": inputs.method,
        "period": inputs.period,
        "boundary": inputs.boundary,
    }
    for scope, members in inputs.members.items():
        for m in members:
            within = json.dumps(dict(m.within), ensure_ascii=False, sort_keys=True)
            yield head | {
                "part": "member",
                "item": scope,
                "row": within,
                "value": m.id,
                "unit": m.unit,
                "reason": m.label,
            }
    for part, data in (("data", inputs.data), ("facts", inputs.facts)):
        for d in data:
            row = json.dumps(dict(d.row), ensure_ascii=False, sort_keys=True)
            stated = {"state": d.state, "reason": d.reason, "person": d.person, "rule": d.rule}
            yield head | {"part": part, "item": d.name, "row": row, "value": d.value, "unit": d.unit} | stated


def _parquet(fleet: Fleet, path: Path, progress: Progress | None) -> None:
    import duckdb

    name = said(path.name)
    try:
        with duckdb.connect() as db:
            db.execute("SET preserve_insertion_order = true")
            have = {
                row[0] for row in db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
            }
            lacking = [column for column in COLUMNS if column not in have]
            if lacking:
                raise Refused(
                    problem("TH-A43", Place(file=name), seen=", ".join(lacking), wanted=", ".join(COLUMNS))
                )
            stated = [c if c in have else f"'' AS {c}" for c in STATES]
            wanted = ", ".join(f"CAST({c} AS VARCHAR)" for c in COLUMNS) + ", " + ", ".join(stated)
            (years,) = db.execute(
                "SELECT count(DISTINCT (plant, period)) FROM read_parquet(?)", [str(path)]
            ).fetchall()
            rows = db.execute(
                f"SELECT {wanted} FROM read_parquet(?) ORDER BY plant, period, method, boundary, title",
                [str(path)],
            )
            _take(fleet, rows, name, int(years[0]), progress)
    except duckdb.Error as error:
        # a float column, a broken file, a name that is no column: DuckDB says which
        raise Refused(
            problem("TH-A43", Place(file=name), seen=str(error).splitlines()[0], wanted="Parquet")
        ) from None


def _take(fleet: Fleet, rows: Any, name: str, total: int, progress: Progress | None) -> None:
    head: tuple[str, ...] = ()
    held: list[tuple[Any, ...]] = []
    done = 0
    while True:
        batch = rows.fetchmany(50_000)
        for row in batch or [(None,) * (len(COLUMNS) + len(STATES))]:
            if row[:5] != head and held:
                _make(fleet, head, held, name)
                held, done = [], done + 1
                if progress is not None:
                    progress(done, max(total, done), head[0])
            head = row[:5]
            held.append(row[5:])
        if not batch:
            return


def _make(fleet: Fleet, head: tuple[str, ...], rows: list[tuple[Any, ...]], name: str) -> None:
    """One plant's year from its rows; a fault in them keeps this year out and no other."""
    plant, title, method, period, boundary = head
    file = f"{name} {plant} {period}"
    members: dict[str, list[Member]] = {}
    parts: dict[str, list[Datum]] = {"data": [], "facts": []}
    try:
        for part, item, row, value, unit, state, reason, person, rule in rows:
            keys = tuple(sorted(json.loads(row or "{}").items()))
            if part == "member":
                members.setdefault(item, []).append(Member(value, keys, unit or "", reason or ""))
            else:
                datum = Datum(
                    item, keys, value, unit or "", state or "measured", reason or "", person or "", rule or ""
                )
                parts[part].append(datum)
        given = {d.name for d in parts["facts"] if not d.row}
        for fact, text in (("credit_code", plant), ("entity_name", title)):
            if fact not in given:
                parts["facts"].append(Datum(fact, (), text, ""))
        found = {scope: tuple(each) for scope, each in members.items()}
        inputs = Inputs(method, period, boundary, found, tuple(parts["data"]), tuple(parts["facts"]))
    except Refused as refused:
        fleet.problems[file] = tuple(refused.problems)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        fleet.problems[file] = (
            problem("TH-A43", Place(file=file), seen=str(error), wanted=", ".join(COLUMNS)),
        )
    else:
        fleet.add(inputs, file)
