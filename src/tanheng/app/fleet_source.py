"""Many plants' years from a folder of plant files or one Parquet file, held on disk until wanted."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import starmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from tanheng.app.accounting import KEEPS, account
from tanheng.app.beside import needs_another
from tanheng.app.files import readable, said
from tanheng.app.fleet_work import parts, shared, spread
from tanheng.app.library import Library
from tanheng.facts.datum import Datum, Origin, Row
from tanheng.facts.inputs import Inputs, Member
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse

SUFFIXES = (".xlsx", ".xlsm", ".toml", ".zip")
_TOGETHER = 8
"""Files that a process reads before it says so."""

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class PlantYear:
    """One plant's year of a fleet. `id` is its 统一社会信用代码, or the file's name where it gives none."""

    id: str
    title: str
    method: str
    period: str
    boundary: str
    file: str

    @property
    def key(self) -> str:
        """What tells it from every other year of the fleet."""
        return f"{self.id} {self.period} {self.boundary}"


class Fleet(Mapping[str, Inputs]):
    """The inputs of a fleet by key. They wait in a file without a name, so that memory holds one at a time.

    Attributes:
        years: Every plant's year that was read, by key.
        problems: What was found on reading, by file. A file with an error or an open question is no year.
    """

    def __init__(self) -> None:
        self.years: dict[str, PlantYear] = {}
        self.problems: dict[str, tuple[Problem, ...]] = {}
        # without a name nothing is left of it, however the program ends
        self._held = TemporaryFile(prefix="tanheng-fleet-")  # noqa: SIM115 - open while the fleet is
        self._at: dict[str, tuple[int, int]] = {}
        self._twice: set[str] = set()

    def __getitem__(self, key: str) -> Inputs:
        return unpacked(self.packed(key))

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
        self._held.close()

    def packed(self, key: str) -> bytes:
        """The inputs as bytes for another process."""
        start, size = self._at[key]
        self._held.seek(start)
        return self._held.read(size)

    def add(self, year: PlantYear, data: bytes) -> None:
        """Take one year; the same figures again are one. Of other figures under one id neither is taken.

        Problems: TH-A41 two files of one id and period with different figures, TH-A42 the same figures twice.
        """
        known = self.years.get(year.key)
        if known is None and year.key not in self._twice:
            self._held.seek(0, 2)
            self._at[year.key] = (self._held.tell(), len(data))
            self._held.write(data)
            self.years[year.key] = year
        elif known is not None and self[year.key].digest == unpacked(data).digest:
            self.note(year.file, problem("TH-A42", Place(file=year.file), seen=year.key, near=known.file))
        else:
            # which of them is right nobody here can know
            near = known.file if known is not None else year.key
            self.note(year.file, problem("TH-A41", Place(file=year.file), seen=year.key, near=near))
            if known is not None:
                self.note(
                    known.file, problem("TH-A41", Place(file=known.file), seen=year.key, near=year.file)
                )
                del self.years[year.key]
                self._twice.add(year.key)

    def note(self, file: str, *found: Problem) -> None:
        """Keep what is to be said of a file."""
        if found:
            self.problems[file] = (*self.problems.get(file, ()), *found)

    @property
    def refused(self) -> dict[str, tuple[Problem, ...]]:
        """What keeps a file out of the fleet, by file."""
        held = {file: tuple(p for p in each if p.severity in KEEPS) for file, each in self.problems.items()}
        return {file: each for file, each in held.items() if each}


def packed(inputs: Inputs) -> bytes:
    """Inputs as bytes: bare tuples, which are read far faster than objects."""
    members = {s: [(m.id, m.within, m.unit, m.label) for m in each] for s, each in inputs.members.items()}
    tables = [[_bare(d) for d in part] for part in (inputs.data, inputs.facts)]
    whole = (inputs.method, inputs.period, inputs.boundary, members, *tables)
    return zlib.compress(pickle.dumps(whole, protocol=pickle.HIGHEST_PROTOCOL), 1)


def _bare(d: Datum) -> tuple[Any, ...]:
    return (d.name, d.row, d.value, d.unit, d.state, d.reason, d.person, d.rule, tuple(d.origin))


def unpacked(data: bytes) -> Inputs:
    """The inverse of `packed`."""
    method, period, boundary, members, *tables = pickle.loads(zlib.decompress(data))
    data_, facts = (tuple(starmap(_datum, part)) for part in tables)
    registered = {scope: tuple(starmap(Member, each)) for scope, each in members.items()}
    return Inputs(method, period, boundary, registered, data_, facts)


def _datum(
    name: str,
    row: Row,
    value: str,
    unit: str,
    state: str,
    reason: str,
    person: str,
    rule: str,
    origin: tuple[str, ...],
) -> Datum:
    return Datum(name, row, value, unit, state, reason, person, rule, Origin(*origin))


def gather(source: str | Path, library: Library | None = None, progress: Progress | None = None) -> Fleet:
    """Read a folder of plant files (workbook, TOML form, sealed pack), or one Parquet file.

    Args:
        progress: Called with how many files or years were read, of how many, and the last one's name.

    Raises:
        Refused: TH-A01, TH-A06, TH-A43 it cannot be read; TH-A40 there is no plant in it.
    """
    path, library = Path(source), library or Library()
    fleet = Fleet()
    try:
        if _is_folder(path):
            _folder(fleet, path, library, progress)
        else:
            from tanheng.app.fleet_parquet import read_parquet

            read_parquet(fleet, readable(path), progress)
        if not fleet and not fleet.problems:
            raise Refused(problem("TH-A40", Place(file=said(path.name)), wanted=", ".join(SUFFIXES)))
    except BaseException:
        fleet.close()
        raise
    return fleet


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _folder(fleet: Fleet, path: Path, library: Library, progress: Progress | None) -> None:
    files = sorted(
        f
        for f in path.iterdir()
        if f.suffix.lower() in SUFFIXES and f.is_file() and not f.name.startswith((".", "~$"))
    )
    bare = replace(library)
    jobs = [(part, bare) for part in parts(files, _TOGETHER)]
    done = 0
    # reading a workbook keeps a process busy
    for read in spread(_read_all, jobs, len(files) > 2):
        for name, data, problems in read:
            done += 1
            fleet.note(name, *problems)
            if data is not None:
                fleet.add(_year(unpacked(data), name), data)
            if progress is not None:
                progress(done, len(files), name)


def _year(inputs: Inputs, file: str) -> PlantYear:
    facts = {d.name: d.value for d in inputs.facts if not d.row}
    id = facts.get("credit_code") or Path(file).stem
    title = facts.get("entity_name") or id
    return PlantYear(id, title, inputs.method, inputs.period, inputs.boundary, file)


Read = tuple[str, bytes | None, tuple[Problem, ...]]


def _read_all(job: tuple[Sequence[Path], Library]) -> list[Read]:
    """Files in a process of its own: name, packed inputs, what is to be said."""
    files, library = job[0], shared(job[1])
    return [(said(file.name), *_read(file, library)) for file in files]


def _read(file: Path, library: Library) -> tuple[bytes | None, tuple[Problem, ...]]:
    try:
        inputs, found = _intake(file, library)
    except Refused as refused:
        return None, tuple(refused.problems)
    # a year without the cells that were refused is another year: nothing of it may be computed
    kept = tuple(p for p in found if p.severity in KEEPS)
    return (None, kept) if kept or inputs is None else (packed(inputs), ())


def _intake(file: Path, library: Library) -> tuple[Inputs | None, tuple[Problem, ...]]:
    """The inputs of a file; of a pack once it was verified: the fleet computes them by its own rules."""
    path = readable(file)
    if path.suffix.lower() == ".zip":
        done = account(path, library)
        return done.inputs, done.problems
    from tanheng.metering.intake import read_inputs

    reading = read_inputs(path, library=library.folders)
    if reading.inputs is not None and needs_another(reading.inputs, library.methods):
        raise refuse("TH-A34", Place(file=said(path.name)), seen="—", wanted="--beside")
    return reading.inputs, tuple(reading.problems)
