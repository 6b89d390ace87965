"""Metering: files from the plant become `Inputs`, or problems that say which cell and why.

Lives here: the workbook template writer, the readers for workbook, TOML and CSV, the guarded subprocess that
opens files from outside, the checks of cells against method and template, gaps, declared zeros, and the
annotated copy. May not live here: any computing of emissions, any knowledge of a clause that a method or
template file could hold. Imports library, facts, formula, kernel; app, reports and above may import it;
inventory, ledger and evidence may not.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    # the guarded subprocess imports this package too and must start without the library and the methods
    if name in ("Reading", "read_inputs"):
        from tanheng.metering import intake

        return getattr(intake, name)
    raise AttributeError(name)
