"""No dead files, no path of somebody's machine, no name of a package registry, and the papers are there."""

import re

from tests.house.repo import PACKAGE, ROOT, SRC, imports, module_name, python_files, spot, tracked

# Reached by name rather than by an import: the console script, subprocess workers, zip entry points.
ENTRIES = {
    "tanheng": "import tanheng",
    "tanheng.cli": "console script in pyproject.toml",
    "tanheng.__main__": "python -m tanheng",
}
BINARY = {".xlsx", ".png", ".zip", ".docx", ".pdf", ".ttf", ".ico", ".svg", ".xls", ".bin"}
LOCKS = {"uv.lock", "package-lock.json"}


def test_every_module_is_imported_by_another():
    modules = {module_name(path): path for path in python_files("src")}
    used = set(ENTRIES)
    for path in [*modules.values(), *python_files("tools")]:
        here = module_name(path) if path in modules.values() else ""
        used |= {name for name, _ in imports(path) if name != here}
    named = "\n".join(path.read_text(encoding="utf-8") for path in modules.values())
    dead = [
        name
        for name, path in modules.items()
        # A package is alive while one of its modules is; a worker is named as text where it is started.
        if name not in used and path.name != "__init__.py" and f'"{name}"' not in named
    ]
    assert dead == []


def test_every_package_holds_something():
    empty = [path.parent for path in python_files("src") if path.name == "__init__.py"]
    empty = [folder for folder in empty if len([f for f in tracked() if f.is_relative_to(folder)]) < 2]
    assert [str(folder.relative_to(SRC)) for folder in empty if folder != PACKAGE] == []


def texts():
    return [path for path in tracked() if path.suffix not in BINARY and path.name not in LOCKS]


def test_no_machine_paths():
    # Written in pieces, so that this file does not find itself.
    places = ["/" + name + "/" for name in ("work", "root", "home", "Users", "tmp")]
    pattern = re.compile(r"(?<![\w.$}/\-])(?:" + "|".join(places) + r")[\w.]|[A-Z]:\\Users", re.ASCII)
    wrong = []
    for path in texts():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                wrong.append(f"{spot(path, number)}: {line.strip()[:100]}")
    assert not wrong, "\n".join(wrong)


def test_no_registry_hosts():
    words = "pypi org, pythonhosted org, npmjs org, npmjs com, unpkg com, jsdelivr net, gstatic com"
    hosts = [".".join(word.split()) for word in words.split(",")]
    wrong = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in texts()
        for host in hosts
        if host in path.read_text(encoding="utf-8")
    ]
    assert not wrong, "\n".join(wrong)


def test_the_npm_lock_names_no_host():
    assert "http" not in (ROOT / "package-lock.json").read_text(encoding="utf-8")


def test_papers_are_there():
    for name in (
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "README.md",
        ".ci/run",
        ".pre-commit-config.yaml",
    ):
        assert (ROOT / name).stat().st_size > 100, name
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert re.search(r"^## ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
