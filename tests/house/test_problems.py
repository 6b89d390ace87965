"""Every problem code is used, every code used exists, and its message gets what it asks for."""

import ast
import re
from collections.abc import Iterator

from tanheng.kernel.problems import AREAS, codes, registered
from tests.house.repo import CODE, PACKAGE, python_files, spot, tracked, tree

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z{]")
FIELD = re.compile(r"\{(\w+)\}")


def used() -> Iterator[tuple[str, str]]:
    """Codes that the source or the library names as a value, with their places."""
    for path in python_files("src"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                yield node.value, spot(path, node.lineno)


def test_every_code_used_exists():
    known = set(codes())
    assert [f"{place}: {code}" for code, place in used() if code not in known] == []


def test_every_code_is_used():
    assert sorted(set(codes()) - {code for code, _ in used()}) == []


def test_every_code_mentioned_in_text_exists():
    known = set(codes())
    wrong = []
    for path in tracked():
        if (
            path.suffix in {".md", ".toml", ".py"}
            and "tests" not in path.parts
            and "decisions" not in path.parts
        ):
            text = path.read_text(encoding="utf-8")
            wrong += [f"{path.name}: {code}" for code in set(CODE.findall(text)) - known]
    assert wrong == []


def test_every_code_says_all_it_must_in_both_languages():
    for code in codes():
        entry = registered(code)
        for part in ("title", "message", "remedy", "about"):
            chinese, english = entry[part]["zh"], entry[part]["en"]
            # A message may be nothing but its fields, filled in the reader's language.
            assert CHINESE.search(chinese) or FIELD.search(chinese), f"{code}.{part}.zh is not Chinese"
            # Words of a Chinese form may be quoted in English, so only the balance can be tested.
            assert len(LATIN.findall(english)) > 2 * len(CHINESE.findall(english)), f"{code}.{part}.en"


def calls() -> Iterator[tuple[str, set[str], str]]:
    """Each direct call of problem() or refuse() with a literal code: code, names given, place."""
    for path in python_files("src"):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if name not in {"problem", "refuse"} or not isinstance(first, ast.Constant):
                continue
            given = {keyword.arg for keyword in node.keywords}
            if CODE.fullmatch(str(first.value)) and None not in given:
                yield str(first.value), {str(each) for each in given}, spot(path, node.lineno)


def test_messages_get_what_they_ask_for():
    """A field that nobody fills would be shown as an ellipsis."""
    wrong = []
    known = set(codes())
    for code, given, place in calls():
        if code not in known:
            continue  # test_every_code_used_exists names it
        entry = registered(code)
        for lang in ("zh", "en"):
            wanted = set(FIELD.findall(entry["message"][lang] + entry["remedy"][lang]))
            lacking = {name for name in wanted if not {name, f"{name}_{lang}"} & given}
            if lacking:
                wrong.append(f"{place}: {code} ({lang}) lacks {sorted(lacking)}")
    assert not wrong, "\n".join(wrong)


def test_the_kernel_reads_every_registry_file():
    files = {path.stem for path in (PACKAGE / "kernel" / "problems").glob("*.toml")}
    assert files <= set(AREAS.values())
