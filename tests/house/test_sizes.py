"""House numbers: function <= 70 lines, file <= 400, line <= 110; every package says what it is."""

import ast

from tests.house.repo import python_files, spot, tree

FUNCTION, FILE, LINE = 70, 400, 110
FOLDERS = ("src", "tests", "tools", "bench", "examples", "hatch_build.py")


def test_files_are_short():
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*FOLDERS)}
    assert not [f"{spot(path, size)}: {size} lines" for path, size in sizes.items() if size > FILE]


def test_lines_are_short():
    wrong = []
    for path in python_files(*FOLDERS):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if len(line) > LINE:
                wrong.append(f"{spot(path, number)}: {len(line)} characters")
    assert not wrong, "\n".join(wrong)


def test_functions_are_short():
    wrong = []
    for path in python_files(*FOLDERS):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or 0) - node.lineno + 1
                if size > FUNCTION:
                    wrong.append(f"{spot(path, node.lineno)} {node.name}: {size} lines")
    assert not wrong, "\n".join(wrong)


def test_every_package_says_what_lives_here_and_who_may_import_it():
    wrong = []
    for path in python_files("src"):
        if path.name == "__init__.py":
            said = ast.get_docstring(tree(path)) or ""
            if len(said) < 80 or "import" not in said.lower():
                wrong.append(f"{spot(path, 1)}: the docstring must say what lives here and who may import it")
    assert not wrong, "\n".join(wrong)
