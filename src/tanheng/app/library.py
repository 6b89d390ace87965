"""The rules that a piece of work is done by: shipped, with own folders, or those of a sealed pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from tanheng.app.files import said
from tanheng.kernel.problems import Place, Refused, problem
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.instrument_library import InstrumentLibrary
from tanheng.library.method_library import MethodLibrary, load_methods, load_methods_from_bytes


@dataclass(frozen=True)
class Library:
    """Methods, factors and instruments, each read when first asked for.

    Attributes:
        folders: The user's own library folders; they extend and override, with their own sources.
        known_on: Only what was known on this day; a filed report is reproduced by it.
        sealed: The items of a pack by path, which then hold the only methods and factors there are.
    """

    folders: tuple[Path, ...] = ()
    known_on: date | None = None
    sealed: Mapping[str, bytes] | None = None

    @classmethod
    def of(cls, folders: Iterable[str | Path] = (), known_on: date | None = None) -> Library:
        """A library of shipped rules and own folders. Raises Refused TH-A02 where a folder is not there."""
        paths = tuple(Path(folder) for folder in folders)
        for path in paths:
            if not _is_folder(path):
                raise Refused((problem("TH-A02", Place(file=said(path.name)), seen=said(path)),))
        return cls(paths, known_on)

    @property
    def unsealed(self) -> Library:
        """The shipped library and own folders, also where a pack brought the rules of the figures."""
        return Library(self.folders, self.known_on) if self.sealed is not None else self

    @cached_property
    def instruments(self) -> InstrumentLibrary:
        """Standards and regulations."""
        return InstrumentLibrary.load(self.folders)

    @cached_property
    def methods(self) -> MethodLibrary:
        """Methods. Tests prove the clauses of shipped ones; those of own folders are checked here."""
        if self.sealed is not None:
            rules = {p: b for p, b in self.sealed.items() if p.startswith(("methods/", "rules/"))}
            return load_methods_from_bytes(rules)
        return load_methods(self.folders, self.instruments if self.folders else None)

    @cached_property
    def factors(self) -> FactorLibrary:
        """Dated values."""
        if self.sealed is not None:
            tables = {p: b for p, b in self.sealed.items() if p.startswith("factors/")}
            return FactorLibrary.from_bytes({p[len("factors/") : -len(".csv")]: b for p, b in tables.items()})
        return FactorLibrary.load(self.folders, self.known_on)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False
