"""Tanheng 碳衡: measure, account, prove and manage the carbon of an industrial enterprise.

    import tanheng as th
    result = th.account("plant.xlsx")          # Refused when a figure could not be filed
    result.line("E").shown                     # "5512894"

Names are loaded when they are first used, so that importing the package (and the stand-alone verifier, which
carries this file) costs nothing.
"""

from __future__ import annotations

# typing itself takes longer to import than the rest of this file; type checkers take this name for theirs
TYPE_CHECKING = False
if TYPE_CHECKING:
    from tanheng.app.python import account, check, diff, explain, read
    from tanheng.facts.inputs import Inputs
    from tanheng.facts.result import Result
    from tanheng.kernel.problems import Problem, Refused

__version__ = "0.1.0"
__all__ = ["Inputs", "Problem", "Refused", "Result", "account", "check", "diff", "explain", "read"]

_WHERE = {
    "Inputs": "tanheng.facts.inputs",
    "Problem": "tanheng.kernel.problems",
    "Refused": "tanheng.kernel.problems",
    "Result": "tanheng.facts.result",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'tanheng' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE.get(name, "tanheng.app.python")), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
