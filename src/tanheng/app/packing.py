"""Seal a year: inputs, the rules that it used, result and attachments into one pack with a root."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tanheng.app.accounting import Account, must
from tanheng.app.files import free, put, readable, said
from tanheng.engine.exact.result import result_json
from tanheng.evidence import pack
from tanheng.evidence.pyz import archive
from tanheng.evidence.verify.recompute import inputs_json
from tanheng.formula.model import Method
from tanheng.kernel.canonical import digest
from tanheng.kernel.citations import parse_citations
from tanheng.kernel.problems import Place, Refused, problem
from tanheng.library.factor_table import export_tables

VERIFIER = "verify.pyz"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A pack that was written.

    Attributes:
        root: What vouches for the pack from outside it, 64 hex digits.
        items: Paths under the root, sorted.
        verifier: SHA-256 of verify.pyz.
        beside: Other files that were written with it.
    """

    path: str
    root: str
    items: tuple[str, ...]
    verifier: str
    beside: tuple[str, ...] = field(default=())

    @property
    def root_grouped(self) -> str:
        """The root in groups of eight digits, as people read it aloud; verifiers accept it so."""
        return " ".join(self.root[i : i + 8] for i in range(0, len(self.root), 8))

    def to_json(self) -> dict[str, object]:
        """A JSON object."""
        return {
            "path": self.path,
            "root": self.root,
            "items": list(self.items),
            "verify_pyz_sha256": self.verifier,
            "beside": list(self.beside),
        }


def items_of(done: Account) -> dict[str, bytes]:
    """The items of a pack by path: what a stranger needs to recompute the result, nothing of the machine."""
    run = done.run
    items = {
        "inputs.json": inputs_json(done.inputs),
        "result.json": result_json(done.result),
    }
    methods = [method for each in run.lineage for method in each.method.lineage]
    items |= {f"methods/{method.id}/method.toml": method.text.encode("utf-8") for method in methods}
    # the rules of plausibility change no figure, but whoever opens the pack is told the same of it
    judged = [each for top in done.judged for each in top.lineage]
    rules = [*run.rules, *(each.method for each in judged if "@" in each.method.id)]
    for laid in rules:
        items[f"rules/{laid.id.partition('@')[0]}/rules.toml"] = laid.text.encode("utf-8")
    factors = {key: factor for each in (*run.lineage, *judged) for key, factor in each.factors.items()}
    for family, table in export_tables(factors.values()).items():
        items[f"factors/{family}.csv"] = table
    laws = done.library.instruments
    cited = {laws.resolve(law).id for method in (*methods, *rules) for law in cited_laws(method)}
    cited |= {factor.instrument for factor in factors.values() if factor.instrument}
    for id in sorted(cited):
        items[f"instruments/{id}.toml"] = laws.source(id)
    return items


def cited_laws(method: Method) -> set[str]:
    """Every law that a method names: of its own, its values, ways, tables and checks."""
    texts = {method.law, method.rounding_law}
    for group in (method.givens, method.constants, method.tables, method.steps):
        texts |= {item.law for item in group.values()}
    texts |= {way.law for step in method.steps.values() for way in step.ways}
    texts |= {entry.law for constant in method.constants.values() for entry in constant.dated}
    texts |= {e.law for table in method.tables.values() for entries in table.rows.values() for e in entries}
    texts |= {check.law for check in method.checks} | {fill.law for fill in method.fills}
    return {citation.text for text in texts for citation in parse_citations(text)}


def seal(
    done: Account,
    path: str | Path,
    attach: Iterable[str | Path] = (),
    *,
    force: bool = False,
    with_verifier: bool = False,
) -> Sealed:
    """Write the pack of an account whose figures may be filed.

    Args:
        attach: Files that go into the pack and under its root, as they are.
        with_verifier: Also write the digest page (PDF) and verify.pyz beside the pack.

    Raises:
        Refused: the account has errors or open questions; TH-A01, TH-A06 an attachment cannot be read, TH-A10
            two of one name; TH-A04, TH-A05 a file is there or cannot be written; TH-P.. from the writer.
    """
    must(done)
    target = free(path, force, *([done.source] if done.source else []), *attach)
    page_path, pyz_path = target.with_name(f"{target.stem}-digest.pdf"), target.with_name(VERIFIER)
    program = archive()
    if with_verifier:
        free(page_path, force)
        if not (pyz_path.is_file() and pyz_path.read_bytes() == program):
            free(pyz_path, force)
    pages: list[bytes] = []

    def page(root: str) -> bytes:
        from tanheng.reports.digest_page import digest_page

        pages.append(
            digest_page(done.result, done.inputs, done.run.method, root=root, verifier=digest(program))
        )
        return pages[0]

    items, attachments = items_of(done), _attachments(attach)
    data, root = pack.seal(items, engine=done.result.engine, attachments=attachments, page=page)
    put(target, data)
    beside = [put(page_path, pages[0]), put(pyz_path, program)] if with_verifier else []
    under = sorted([*items, *(f"attachments/{name}" for name in attachments), "manifest.json"])
    return Sealed(said(path), root, tuple(under), digest(program), tuple(said(p.name) for p in beside))


def write_verifier(path: str | Path, force: bool = False) -> str:
    """Write verify.pyz and return its SHA-256. Raises Refused TH-A04, TH-A05."""
    program = archive()
    put(free(path, force), program)
    return digest(program)


def _attachments(files: Iterable[str | Path]) -> dict[str, bytes]:
    """The attachments by name; the same file twice is one, two files of one name are refused."""
    found: dict[str, Path] = {}
    for file in map(readable, files):
        name = said(file.name)
        if name in found and not found[name].samefile(file):
            raise Refused(problem("TH-A10", Place(key="--attach"), seen=name))
        found[name] = file
    return {name: file.read_bytes() for name, file in found.items()}
