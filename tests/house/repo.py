"""What the house tests know of the repository: its files, its rooms, and how modules name each other."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
PACKAGE = SRC / "tanheng"
STDLIB_ONLY = ("kernel", "formula", "facts", "library", "engine/exact", "evidence/tree", "evidence/verify")
CODE = re.compile(r"TH-[A-Z]\d{2}")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that a commit would hold: tracked, or new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(path for name in sorted(set(listed.split("\0"))) if name and (path := ROOT / name).is_file())


def python_files(*folders: str) -> list[Path]:
    """The Python files below folders of the repository."""
    tops = [ROOT / folder for folder in folders]
    files = (path for path in tracked() if path.suffix == ".py")
    return [path for path in files if any(path.is_relative_to(top) for top in tops)]


def room_files(room: str) -> list[Path]:
    """The Python files of a room, be it a package or a single module."""
    below, single = PACKAGE / room, PACKAGE / f"{room}.py"
    return [path for path in python_files("src") if path.is_relative_to(below) or path == single]


def exact_files() -> list[Path]:
    """The Python files of every room that may use the standard library only."""
    return [path for room in STDLIB_ONLY for path in room_files(room)]


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def module_name(path: Path) -> str:
    """The dotted name of a module under src."""
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """The modules that a file names in its imports, as dotted names with line numbers.

    `from a import b` gives both "a" and "a.b", since b may be a module.
    """
    here = module_name(path) if path.is_relative_to(SRC) else ""
    package = here if path.name == "__init__.py" else here.rpartition(".")[0]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            yield base, node.lineno
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def spot(path: Path, line: int) -> str:
    """How a finding names its place."""
    return f"{path.relative_to(ROOT)}:{line}"
