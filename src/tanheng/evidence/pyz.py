"""Build verify.pyz: the verifier and what it imports, as one zip that is the same on every machine."""

import ast
import importlib.util
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from tanheng.evidence.pack import put
from tanheng.evidence.verify.container import encode
from tanheng.kernel.canonical import digest

START = "tanheng.evidence.verify.__main__"
"""The module that runs; everything else is in the archive because this one imports it, directly or not."""

ALLOWED = (
    "tanheng.kernel",
    "tanheng.formula",
    "tanheng.facts",
    "tanheng.library",
    "tanheng.engine.exact",
    "tanheng.evidence.tree",
    "tanheng.evidence.verify",
)
DATA_ROOMS = ("tanheng.kernel", "tanheng.formula", "tanheng.facts", "tanheng.engine.exact")
"""Rooms whose .toml files go along; those of `library` are the rules, which a pack carries itself."""

MAIN = f'''"""Verify a sealed pack: python3 -I -S verify.pyz pack.zip --root R."""

import sys

if sys.version_info < (3, 11):
    sys.stderr.write("verify.pyz needs Python 3.11 or newer\\n")
    sys.exit(2)

from {START} import run

run()
'''


def build(path: str | Path) -> str:
    """Write verify.pyz and return its SHA-256 [64 hex digits].

    Raises:
        ValueError: the verifier imports something of ours that may not stand in the archive.
        OSError: the file cannot be written.
    """
    data = archive()
    put(Path(path), data)
    return digest(data)


def pyz_digest() -> str:
    """The SHA-256 of verify.pyz as `build` would write it: for README, digest page and `tanheng doctor`."""
    return digest(archive())


def archive() -> bytes:
    """The bytes of verify.pyz. Sources are taken with line feeds, so a checkout on Windows gives the same."""
    items = {"__main__.py": MAIN.encode()}
    for name in sorted(modules()):
        source, is_package = _source(name)
        stem = name.replace(".", "/")
        items[f"{stem}/__init__.py" if is_package else f"{stem}.py"] = _unix(source)
        if is_package and name.startswith(DATA_ROOMS):
            items |= {f"{stem}/{file}": _unix(body) for file, body in _data(name)}
    return encode(items)


def modules() -> set[str]:
    """The dotted names of our modules that START reaches, with the packages that hold them."""
    reached: set[str] = set()
    waiting = [START]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        source, is_package = _source(name)
        # `import tanheng as th` reaches the application from inside functions, where the verifier never comes
        whole = name != "tanheng"
        found = {each for each in _imports(source, name, is_package, whole) if each.startswith("tanheng")}
        waiting += [each for each in found | {name.rpartition(".")[0]} if each and _exists(each)]
    parents = {room.rsplit(".", n)[0] for room in ALLOWED for n in range(room.count(".") + 1)}
    strange = sorted(
        n for n in reached if n not in parents and not n.startswith(tuple(f"{a}." for a in ALLOWED))
    )
    if strange:
        raise ValueError(f"verify.pyz may not hold {', '.join(strange)}")
    return reached


def _imports(source: bytes, name: str, is_package: bool, whole: bool) -> Iterator[str]:
    """Modules that a source names in imports: in all of it, or at the top only."""
    tree = ast.parse(source)
    package = name if is_package else name.rpartition(".")[0]
    for node in ast.walk(tree) if whole else tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        # `from module import function` also asks for module.function, whose parent is no package
        return False


def _source(name: str) -> tuple[bytes, bool]:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ValueError(f"{name} has no source")
    return Path(spec.origin).read_bytes(), spec.submodule_search_locations is not None


def _data(package: str) -> Iterator[tuple[str, bytes]]:
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        for file in sorted(Path(folder).glob("*.toml")):
            yield file.name, pkgutil.get_data(package, file.name) or b""


def _unix(source: bytes) -> bytes:
    return source.replace(b"\r\n", b"\n")
