"""Commands about what leaves the plant: reports, sealed packs and their verification."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from tanheng.cli.face import Face
from tanheng.cli.frame import DONE, FORCE, FORM, JSON, KNOWN, LIBRARY, REFUSED, command

if TYPE_CHECKING:
    from tanheng.app.accounting import Account


@command(
    "出报告 write the reports",
    "出年度排放报告（Word、Excel、PDF）和平台填报簿（Excel）。",
    """
        tanheng report plant.xlsx
        tanheng report plant.xlsx -o out --format pdf
        tanheng report plant.xlsx --report platform --force
    """,
)
@FORM
@click.option("-o", "--output", default=".", type=click.Path(), metavar="DIR", help="输出文件夹 folder")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(["docx", "xlsx", "pdf"]),
    help="缺省三种 all three",
)
@click.option(
    "--report", "reports", multiple=True, type=click.Choice(["annual", "platform"]), help="缺省两份 both"
)
@LIBRARY
@KNOWN
@FORCE
def report(
    face: Face,
    plant: str,
    output: str,
    formats: tuple[str, ...],
    reports: tuple[str, ...],
    folders: tuple[str, ...],
    known_on: Any,
    force: bool,
) -> int:
    """Write the annual report (Word, Excel, PDF) and the platform workbook (Excel)."""
    from tanheng.app.files import said
    from tanheng.app.reporting import FORMATS, NAMES, write_reports

    done = face.account(plant, folders, known_on)
    if not done.ok:
        return _held(face, done)
    with face.busy("正在生成报告", "Writing reports"):
        made = list(write_reports(done, output, formats or FORMATS, reports or tuple(NAMES), force))
    for path in made:
        face.done(said(path), said(path))
    return DONE


@command(
    "封存 seal a year",
    "封存输入、所用方法、因子、依据文件和结果，打印根。根应记在包以外的地方。",
    """
        tanheng pack plant.xlsx -o pack.zip
        tanheng pack plant.xlsx -o pack.zip --with-verifier
        tanheng pack plant.xlsx -o pack.zip --attach out/年度排放报告-2024.pdf
    """,
)
@FORM
@click.option(
    "-o", "--output", required=True, type=click.Path(), metavar="FILE", help="封存包 the pack (.zip)"
)
@click.option(
    "--attach", multiple=True, type=click.Path(), metavar="FILE", help="随包文件，可多次 attachment"
)
@click.option("--with-verifier", is_flag=True, help="另存摘要页和核验程序 digest page, verify.pyz")
@LIBRARY
@KNOWN
@FORCE
@JSON
def pack(
    face: Face,
    plant: str,
    output: str,
    attach: tuple[str, ...],
    with_verifier: bool,
    folders: tuple[str, ...],
    known_on: Any,
    force: bool,
    as_json: bool,
) -> int:
    """Seal inputs, the rules used and the result into one file; keep the root that it prints apart."""
    from rich.text import Text

    from tanheng.app.packing import seal

    done = face.account(plant, folders, known_on)
    if not done.ok:
        return _held(face, done, as_json)
    with face.busy("正在封存", "Sealing"):
        sealed = seal(done, output, attach, force=force, with_verifier=with_verifier)
    if as_json:
        face.json(sealed.to_json())
        return DONE
    face.done(
        f"已封存 {sealed.path}（{len(sealed.items)} 项）", f"Sealed {sealed.path} ({len(sealed.items)} items)"
    )
    for name in sealed.beside:
        face.done(f"已写出 {name}", f"Wrote {name}")
    face.show(Text(f"{face.say('根', 'Root')} {sealed.root_grouped}", style="bold"))
    click.echo(f"python3 -I -S verify.pyz {shlex.quote(sealed.path)} --root {sealed.root}")
    return DONE


@command(
    "核验封存包 verify a pack",
    "核验封存包：核对每个散列值，并重算每个数字。",
    """
        tanheng verify pack.zip --root "1f2e3d4c 5b6a7988 …"
        tanheng verify pack.zip --json
        tanheng verify --write verify.pyz
    """,
)
@click.argument("pack_file", required=False, type=click.Path())
@click.option("--root", default=None, metavar="ROOT", help="从包外得到的根 the root, from outside the pack")
@click.option(
    "--write", "verifier", type=click.Path(), metavar="FILE", help="写出 verify.pyz 并打印摘要 write it"
)
@FORCE
@JSON
def verify(
    face: Face, pack_file: str | None, root: str | None, verifier: str | None, force: bool, as_json: bool
) -> int:
    """Verify a sealed pack: check every hash and recompute every figure."""
    from tanheng.app.files import readable, said

    if verifier:
        from tanheng.app.packing import write_verifier

        click.echo(f"{write_verifier(verifier, force)}  {said(verifier)}")
        if pack_file is None:
            return DONE
    if pack_file is None:
        context = click.get_current_context()
        raise click.MissingParameter(ctx=context, param=context.command.params[0])
    from tanheng.evidence.verify.check import verify_pack

    with face.busy("正在核验", "Verifying"):
        verdict = verify_pack(readable(pack_file), root)
    face.json(verdict.to_json(face.lang)) if as_json else click.echo(verdict.text(face.lang), nl=False)
    return int(verdict.exit_code)


def _held(face: Face, done: Account, as_json: bool = False) -> int:
    """Say what keeps a year from being filed."""
    from tanheng.app.accounting import KEEPS

    face.problems([p for p in done.problems if p.severity in KEEPS], as_json)
    return REFUSED
