"""The live workbook of a plant's year: every figure as a formula that recomputes when an input is changed."""

from __future__ import annotations

from pathlib import Path

from tanheng.app.accounting import Account, must
from tanheng.app.files import free, put
from tanheng.engine.workbook.book import workbook_bytes

_NAMES = ("entity_name",)


def write_live_workbook(done: Account, path: str | Path, force: bool = False) -> Path:
    """Write the live workbook of an account and return its path.

    Args:
        done: An account without errors and open questions.
        path: A file to be made; it may be none that the account was read from.

    Raises:
        Refused: what keeps the account from being filed; TH-A04, TH-A05, TH-A07 the file.
    """
    must(done)
    sources = (done.source,) if done.source is not None else ()
    target = free(path, force, *sources)
    return put(target, workbook_bytes(done.run, _who(done)))


def _who(done: Account) -> str:
    """The enterprise as the plant's file names it, or nothing."""
    named = {datum.name: datum.value for datum in done.inputs.facts}
    return next((named[name] for name in _NAMES if name in named), "")
