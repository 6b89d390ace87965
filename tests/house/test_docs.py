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


def test_every_factor_family_has_its_page(reference):
    assert pages(reference / "factors") == set(FactorLibrary.load().families())


def test_every_command_has_its_page_with_examples(reference):
    group = gen_docs.command_line
    names = set(group.list_commands(click.Context(group)))
    assert pages(reference / "commands") == names
    for name in names:
        text = (reference / "commands" / f"{name}.md").read_text(encoding="utf-8")
        assert f"tanheng {name}" in text.split("```text")[1].split("Options:")[-1] or "示例" in text, name
