"""Commands about the rules: methods, factors, cases, and whether the installation is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tanheng.cli.books import OUTPUT, asked_for, write
from tanheng.cli.face import Face
from tanheng.cli.frame import BROKEN, DONE, EVERYTHING, FORCE, JSON, KNOWN, LIBRARY, command

if TYPE_CHECKING:
    from tanheng.app.library import Library


@command(
    "核算方法及其公式 methods and their formulas",
    "列出核算方法；给出编号，则列出它的公式、修约与条款；-o 把它排印成公式手册。",
    """
        tanheng methods
        tanheng methods cets-power-2023
        tanheng methods cets-power-2023 --json
        tanheng methods show cets-power-2023 -o 公式手册.pdf
        tanheng methods matrix
    """,
)
@click.argument("words", nargs=-1, metavar="[[show] ID | matrix]")
@OUTPUT
@FORCE
@LIBRARY
@JSON
def methods(
    face: Face,
    words: tuple[str, ...],
    output: str | None,
    force: bool,
    folders: tuple[str, ...],
    as_json: bool,
) -> int:
    """List methods, or one method's formulas with rounding and clause; -o sets them as a book."""
    from tanheng.app.library import Library
    from tanheng.cli.tables import method_json, method_lines, method_page

    if words == ("matrix",):
        return _matrix(face, Library.of(folders), as_json)
    method_id = asked_for(words)
    if output is not None:
        return write(face, method_id, output, Library.of(folders), force)
    library = Library.of(folders).methods
    if method_id is not None:
        method = library.get(method_id)
        face.json(method_json(method)) if as_json else face.show(*method_page(method, face.lang))
        return DONE
    found = [library.get(i) for i in library.ids()]
    if as_json:
        parts = ("id", "zh", "en", "law", "boundary", "force", "until", "digest")
        face.json([{part: getattr(m, part) for part in parts} for m in found])
    else:
        face.show(*method_lines(found, face.lang))
    return DONE


def _matrix(face: Face, library: Library, as_json: bool) -> int:
    from tanheng.app.backends import matrix_of
    from tanheng.cli.tables import matrix_json, matrix_lines

    rows = matrix_of(library)
    face.json(matrix_json(rows)) if as_json else face.show(*matrix_lines(rows, face.lang))
    return DONE


@command(
    "因子及其依据 factors and their sources",
    "查因子：值、单位、依据、有效期和确认状态。",
    """
        tanheng factors
        tanheng factors 柴油
        tanheng factors 柴油 g23
        tanheng factors diesel --family power_annex_a --json
        tanheng factors --family power_grid --known-on 2024-06-30
    """,
)
@click.argument("words", nargs=-1)
@click.option("--family", default="", help="只看一族 one family only")
@LIBRARY
@KNOWN
@JSON
def factors(
    face: Face, words: tuple[str, ...], family: str, folders: tuple[str, ...], known_on: Any, as_json: bool
) -> int:
    """Look up factors with their sources and days in force."""
    from tanheng.app.library import Library
    from tanheng.cli.tables import factor_json, factor_lines, families_table

    library = Library.of(folders).factors
    families = [family] if family else list(library.families())
    rows = [r for f in families for r in library.rows(f)]
    if known_on is not None:
        rows = [r for r in rows if r.known <= known_on.date()]
    for asked in words:
        rows = [
            r
            for r in rows
            if asked.casefold() in f"{r.id} {r.name_zh} {r.name_en} {r.set} {r.region}".casefold()
        ]
    if as_json:
        face.json([factor_json(r) for r in rows])
    elif words or family:
        face.show(*factor_lines(rows, face.lang))
    else:
        face.show(families_table(rows, families, face.lang))
    return DONE


@command(
    "运行方法的算例 run the methods' cases",
    "运行方法的算例；算例的答案由手工推导，也有应当拒绝的情形。",
    """
        tanheng cases
        tanheng cases cets-power-2023
        tanheng cases --library 自有库 --all
    """,
)
@click.argument("method_id", required=False)
@LIBRARY
@EVERYTHING
@JSON
def cases(
    face: Face, method_id: str | None, folders: tuple[str, ...], everything: bool, as_json: bool
) -> int:
    """Run the cases of the methods: answers derived by hand, and refusals."""
    from tanheng.app.cases import load_cases, run_case
    from tanheng.app.library import Library

    library = Library.of(folders)
    outcome: list[tuple[str, str, str, list[str]]] = []
    for name in [method_id] if method_id else library.methods.ids():
        method = library.methods.get(name)
        outcome += [(name, c.id, c.says, run_case(c, method, library)) for c in load_cases(method, library)]
    if as_json:
        face.json([{"method": m, "case": c, "says": s, "wrong": w} for m, c, s, w in outcome])
    else:
        _print_cases(face, outcome, everything)
    return BROKEN if any(wrong for *_, wrong in outcome) else DONE


def _print_cases(face: Face, outcome: list[tuple[str, str, str, list[str]]], everything: bool) -> None:
    from rich.text import Text

    for method in dict.fromkeys(m for m, *_ in outcome):
        mine = [each for each in outcome if each[0] == method]
        bad = sum(bool(wrong) for *_, wrong in mine)
        text = Text("✗ " if bad else "✓ ", style="red" if bad else "green")
        text.append(f"{method}  ")
        text.append(face.say(f"{len(mine)} 个算例，{bad} 个不成立", f"{len(mine)} cases, {bad} do not hold"))
        face.show(text)
        for _, case, says, wrong in mine:
            if wrong or everything:
                face.show(
                    Text(f"  {'✗' if wrong else '✓'} {case}  {says}"),
                    *(Text(f"      {line}") for line in wrong),
                )


@command(
    "检查安装 is the installation whole",
    "检查安装：方法、因子、依据文件、字体、核验程序摘要。",
    """
        tanheng doctor
        tanheng doctor --json
    """,
)
@JSON
def doctor(face: Face, as_json: bool) -> int:
    """Check the installation: methods, factors, instruments, fonts, digest of the verifier."""
    from tanheng.app.doctor import examine

    found = examine()
    well = all(each.ok for each in found)
    if as_json:
        face.json({"ok": well, "parts": [each.to_json() for each in found]})
        return DONE if well else BROKEN
    from rich.text import Text

    for each in found:
        text = Text("✓ " if each.ok else "✗ ", style="green" if each.ok else "red")
        text.append(f"{face.say(*each.part)}{face.say('：', ': ')}{face.say(*each.seen)}")
        face.show(text)
    return DONE if well else BROKEN
