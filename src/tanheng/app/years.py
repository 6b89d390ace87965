"""A bare year as a file: the one plant file of a folder whose period is that year."""

from __future__ import annotations

import re
from pathlib import Path

from tanheng.app.accounting import Account, account
from tanheng.app.files import said
from tanheng.app.library import Library
from tanheng.kernel.problems import Place, Refused, refuse

_YEAR = re.compile(r"(?:19|20)\d\d")
_KINDS = (".xlsx", ".toml", ".zip")
_MOST = 12


def year_file(word: str, folder: str | Path, library: Library | None = None) -> Path | Account:
    """The file that a word of the command line means; a bare year is looked up in `folder`.

    Only files whose name holds the year are opened. Files of equal figures stand for each other.

    Returns:
        A path as it was written, or the account of the year that was found.

    Raises:
        Refused: TH-A20 no file of that year, or the faults of the only candidate; TH-A21 several with
            different figures.
    """
    if not _YEAR.fullmatch(word) or Path(word).exists():
        return Path(word)
    place = Path(folder)
    files = sorted(
        (p for p in _listed(place) if word in p.name and p.suffix.lower() in _KINDS),
        key=lambda p: (_KINDS.index(p.suffix.lower()), p.name),
    )
    found: list[Account] = []
    faulty: list[Refused] = []
    for file in files:
        try:
            done = account(file, library)
        except Refused as refused:
            faulty.append(refused)
            continue
        if done.inputs.period == word:
            found.append(done)
    if not found and len(files) == 1 and faulty:
        raise faulty[0]
    names = ", ".join(said(p.name) for p in files[:_MOST]) or "—"
    if not found:
        raise refuse("TH-A20", Place(key=word), seen=word, folder=said(place), near=names)
    if len({done.inputs.digest for done in found}) > 1:
        raise refuse(
            "TH-A21", Place(key=word), seen=word, near=", ".join(done.file for done in found[:_MOST])
        )
    return found[0]


def _listed(folder: Path) -> list[Path]:
    try:
        # a lock file of a spreadsheet program lies beside the open workbook
        return [p for p in folder.iterdir() if p.is_file() and not p.name.startswith(("~", "."))]
    except OSError:
        return []
