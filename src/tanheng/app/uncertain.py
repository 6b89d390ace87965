"""How well the answers of a year are known, by the plant's own statements and the library's defaults."""

from __future__ import annotations

from pathlib import Path

from tanheng.app.accounting import Account, must
from tanheng.app.files import readable
from tanheng.inventory.uncertainty import Uncertainty, uncertainties
from tanheng.library.uncertainty_sources import load_stated


def uncertainty_of(done: Account, file: str | Path | None = None) -> tuple[Uncertainty, ...]:
    """The expanded uncertainty (k = 2) of every emission and removal of an account that may be filed.

    Args:
        file: A TOML file of `[[stated]]`; it goes before own library folders and the shipped defaults.

    Raises:
        Refused: the account has errors or open questions; TH-A01, TH-A06 the file cannot be read; TH-L15 it
            is not in order; TH-L01, TH-L02 a row of the library that it names.
    """
    must(done)
    stated = load_stated(done.run.method, done.library.folders, readable(file) if file else None)
    # a pack brings the factors of its figures alone; what uncertainties default to is no part of them
    factors = done.library.unsealed.factors
    return tuple(uncertainties(done.run, stated, factors))
