"""Explain a number and compare two years' work: workbook, TOML form or sealed pack on either side."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from tanheng.app.accounting import Account, account, must
from tanheng.app.documents import printed
from tanheng.app.files import free, put, said
from tanheng.app.library import Library
from tanheng.app.years import year_file
from tanheng.formula.model import Given, Step
from tanheng.inventory.diff import diff
from tanheng.inventory.difference import Difference, Side
from tanheng.inventory.explain import Node, explain, find_rows
from tanheng.kernel.problems import Place, Refused, problem, refuse

FORMATS = ("xlsx", "pdf", "docx")


@dataclass(frozen=True)
class Comparison:
    """Two accounted years and what moved the answer between them."""

    found: Difference
    before: Account
    after: Account


def explain_number(done: Account, name: str, at: dict[str, str], most: int = 0) -> list[Node]:
    """The trees of a number, by name or symbol, at every row that matches `at`.

    Args:
        at: Scope to member: {"unit": "1", "month": "2024-03"}.
        most: Of the rows under a total at most this many are opened; 0 opens all.

    Raises:
        Refused: TH-A14 there is no such number, TH-A15 no such row; what the number itself is refused for.
    """
    name = _named(done, name)
    _placed(done, name, at)
    return [explain(done.run, name, row, most=most) for row in find_rows(done.run, name, at)]


def _named(done: Account, name: str) -> str:
    """A name, also by the symbol or the Chinese name that only one step or given carries."""
    method = done.run.method
    items: list[Step | Given] = [*method.steps.values(), *method.givens.values()]
    known = {item.name for item in items}
    if name in known:
        return name
    found = [item.name for item in items if name in (item.symbol, item.zh)]
    if len(found) == 1:
        return found[0]
    texts = {text: item.name for item in items for text in (item.zh, item.en, item.symbol, item.name) if text}
    near = dict.fromkeys(texts[text] for text in get_close_matches(name, texts, 6, 0.5))
    listed = ", ".join([*(found or near or method.answers)][:6])
    raise Refused(problem("TH-A14", Place(key=method.id), seen=name, near=listed))


def _placed(done: Account, name: str, at: dict[str, str]) -> None:
    """Refuse a scope that a number does not have, and a member that is not in its scope."""
    method = done.run.method
    rows, closure = done.run.of(name), method.closure_of(name)
    members = {scope: dict.fromkeys(row[i] for row in rows) for i, scope in enumerate(closure)}
    for scope, member in at.items():
        if member not in members.get(scope, ()):
            listed = "; ".join(f"{s}={_span(list(m))}" for s, m in members.items()) or "—"
            raise Refused(problem("TH-A15", Place(key=name), seen=f"{scope}={member}", wanted=listed))


def _span(members: list[str], most: int = 8) -> str:
    return "|".join(members) if len(members) <= most else f"{members[0]}|…|{members[-1]}"


def compare(
    before: str | Path, after: str | Path, library: Library | None = None, answer: str = "", folder: str = "."
) -> Difference:
    """The difference of an answer between two files or years; a pack brings its own methods and factors.

    Args:
        before, after: Files, or bare years ("2024"), which are looked up in `folder`.

    Raises:
        Refused: TH-A01, TH-A06 a file cannot be read; what keeps either side from being filed; TH-C02 the
            answer is unknown; TH-C14 a year and a month; TH-A20, TH-A21 no file of a year, or several.
    """
    return compared(before, after, library, answer, folder).found


def compared(
    before: str | Path, after: str | Path, library: Library | None = None, answer: str = "", folder: str = "."
) -> Comparison:
    """As `compare`, with the two years. Raises Refused as there."""
    one, two = (_found(each, folder, library) for each in (before, after))
    return Comparison(diff(_side(one), _side(two), answer), one, two)


def write_difference(found: Comparison, path: str | Path, force: bool = False) -> Path:
    """Write a comparison of two years as a document; the ending of the path says in which form.

    Raises:
        Refused: TH-A08 another ending than .xlsx, .pdf or .docx, or two states of one year; TH-A04, TH-A05 a
            file is there or cannot be written; TH-A07 it is one of the two; TH-R.. it cannot be printed.
    """
    kind = Path(path).suffix.lower().lstrip(".")
    if kind not in FORMATS:
        name = said(Path(path).name)
        zh = f"“{name}”：变化分析的文件名须以 .xlsx、.pdf 或 .docx 结尾"
        raise refuse("TH-A08", seen_zh=zh, seen_en=f'"{name}": its name ends in .xlsx, .pdf or .docx')
    if len(set(found.found.periods)) == 1:
        zh, en = "同一年的两份数据不出变化分析文件", "two states of one year are compared on screen only"
        raise refuse("TH-A08", seen_zh=zh, seen_en=en)
    sources = [done.source for done in (found.before, found.after) if done.source is not None]
    target = free(path, force, *sources)
    from tanheng.statement.year_difference import difference_statement

    facts = (d for d in found.after.inputs.facts if d.name == "entity_name")
    entity = next((d.value for d in facts), found.after.file)
    statement = difference_statement(found.found, entity, (found.before.file, found.after.file))
    return put(target, printed(statement, kind))


def _found(path: str | Path, folder: str, library: Library | None) -> Account:
    found = year_file(path, folder, library) if isinstance(path, str) else path
    return must(found if isinstance(found, Account) else account(path, library))


def _side(done: Account) -> Side:
    return Side(done.inputs, done.library.methods, done.library.factors)
