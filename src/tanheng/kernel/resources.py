"""Reads a data file that lies beside a module of ours, from a folder as well as from inside a zip."""

from __future__ import annotations

from typing import Any


def load_toml(package: str, name: str) -> dict[str, Any]:
    """The table of a TOML file in a package.

    Raises:
        OSError: there is no such file (zipimport does not say FileNotFoundError).
    """
    # imported late: together they take longer than the whole kernel, and most commands read no table
    import pkgutil
    import tomllib

    return tomllib.loads((pkgutil.get_data(package, name) or b"").decode("utf-8"))
