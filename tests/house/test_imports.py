"""The import contract: layers, rooms that use the standard library only, and Django in one room."""

import subprocess
import sys

from tests.house.repo import PACKAGE, ROOT, SRC, exact_files, imports, module_name, python_files, spot

NETWORK = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "asyncio", "socketserver", "xmlrpc"}


def isolated(code: str) -> subprocess.CompletedProcess[str]:
    """Run code under a Python that sees the standard library and src, and nothing else."""
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(SRC)!r})\n{code}"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_layers_hold():
    """import-linter's contracts, as pyproject.toml declares them."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_rooms_that_use_the_standard_library_only():
    allowed = sys.stdlib_module_names | {"tanheng"}
    wrong = []
    for path in exact_files():
        for name, line in imports(path):
            top = name.split(".")[0]
            if top not in allowed or top in NETWORK:
                wrong.append(f"{spot(path, line)} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_those_rooms_import_each_other_only():
    """So that they can be zipped into verify.pyz: nothing of ours outside this set is reached."""
    inside = {module_name(path) for path in exact_files()}
    parents = {name.rsplit(".", n)[0] for name in inside for n in range(name.count(".") + 1)}
    ours = {module_name(path) for path in python_files("src")}
    wrong = [
        f"{spot(path, line)} imports {name}"
        for path in exact_files()
        for name, line in imports(path)
        if name in ours and name not in parents
    ]
    assert not wrong, "\n".join(wrong)


def test_they_import_without_site_packages():
    names = sorted({module_name(path) for path in exact_files()} - {"tanheng.library.__main__"})
    run = isolated(f"for name in {names!r}: __import__(name)")
    assert run.returncode == 0, run.stderr


def test_only_web_imports_django():
    wrong = [
        f"{spot(path, line)} imports {name}"
        for path in python_files("src")
        if not path.is_relative_to(PACKAGE / "web")
        for name, line in imports(path)
        if name.split(".")[0] in {"django", "ninja", "allauth"}
    ]
    assert not wrong, "\n".join(wrong)


def test_kernel_import_is_light():
    """The package root is lazy: reaching the kernel must not load the application."""
    code = (
        "import tanheng.kernel.numbers\n"
        "ours = [n for n in sys.modules if n.startswith('tanheng.')]\n"
        "print(*[n for n in ours if not n.startswith('tanheng.kernel')])"
    )
    run = isolated(code)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []
