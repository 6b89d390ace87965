"""The documentation is whole: its pages exist, each generated thing has its page, links lead somewhere."""

import re

import click
import pytest

from tanheng.kernel.problems import codes
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import load_methods
from tests.house.repo import ROOT, tracked
from tools import gen_docs

DOCS = ROOT / "docs"
PAGE = re.compile(r"^\s+- (?:[^:\n]+: )?(\S+\.md)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)")


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The generated pages, written to a folder of their own."""
    folder = tmp_path_factory.mktemp("reference")
    before, gen_docs.REFERENCE = gen_docs.REFERENCE, folder
    try:
        gen_docs.main()
    finally:
        gen_docs.REFERENCE = before
    return folder


def pages(folder):
    return {path.stem for path in folder.glob("*.md")} - {"index"}


def test_every_page_of_the_navigation_exists(reference):
    named = PAGE.findall((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert len(named) > 10
    made = {f"reference/{path.relative_to(reference).as_posix()}" for path in reference.rglob("*.md")}
    assert [name for name in named if name not in made and not (DOCS / name).is_file()] == []


def test_links_between_papers_lead_somewhere():
    papers = [path for path in tracked() if path.suffix == ".md"]
    wrong = []
    for path in papers:
        for target in LINK.findall(path.read_text(encoding="utf-8")):
            if "://" in target or "reference/" in target or target.startswith("mailto:"):
                continue
            if not (path.parent / target).exists():
                wrong.append(f"{path.relative_to(ROOT)}: {target}")
    assert wrong == []


def test_every_problem_code_has_its_page(reference):
    assert pages(reference / "problems") == set(codes())


def test_every_method_has_its_page_with_formulas(reference):
    library = load_methods()
    assert pages(reference / "methods") == set(library.ids())
    for method_id in library.ids():
        text = (reference / "methods" / f"{method_id}.md").read_text(encoding="utf-8")
        assert text.count("<math") == len(library.get(method_id).steps)


def test_every_set_of_rules_has_its_page_with_what_it_declares(reference):
    library = load_methods()
    assert pages(reference / "rules") == set(library.rules())
    for name in library.rules():
        over = [library.judging(name, library.get(each)) for each in library.ids()]
        laid = [each for each in over if each is not None][-1]
        text = (reference / "rules" / f"{name}.md").read_text(encoding="utf-8")
        own = [f.id for f in laid.fills] + [n for n in laid.steps if n in laid.own]
        assert [each for each in own if f"`{each}`" not in text] == []
        assert [c.id for c in laid.checks if c.id in laid.own and f"| {c.id} |" not in text] == []


def test_the_matrix_of_back_ends_counts_every_method(reference):
    text = (reference / "backends" / "index.md").read_text(encoding="utf-8")
    counts, refused = text.split("## ")
    for method_id in load_methods().ids():
        (row,) = re.findall(rf"^\| \[{method_id}\]\([^)]+\) \| (\d+) \|(.+)\|$", counts, re.MULTILINE)
        equal = [int(cell.split("（")[0]) for cell in row[1].split("|")]
        assert sum(int(row[0]) - each for each in equal) == refused.count(f"| {method_id} |")


def test_every_factor_family_has_its_page(reference):
    assert pages(reference / "factors") == set(FactorLibrary.load().families())


def test_every_command_has_its_page_with_examples(reference):
    group = gen_docs.command_line
    names = set(group.list_commands(click.Context(group)))
    assert pages(reference / "commands") == names
    for name in names:
        text = (reference / "commands" / f"{name}.md").read_text(encoding="utf-8")
        assert f"tanheng {name}" in text.split("```text")[1].split("Options:")[-1] or "示例" in text, name
