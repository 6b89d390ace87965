"""The documents of a year, each printed from one Statement: the annual report and the platform's workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tanheng.app.accounting import Account, must
from tanheng.app.documents import printed
from tanheng.app.files import free, put
from tanheng.kernel.problems import Place, Refused, problem
from tanheng.library.template_library import Template, load_template, template_ids, template_methods
from tanheng.statement.model import Statement

FORMATS = ("docx", "xlsx", "pdf")
NAMES = {"annual": "年度排放报告", "platform": "平台填报"}


def statement_of(done: Account, report: str) -> Statement:
    """The Statement that a report prints.

    Args:
        report: "annual" or "platform".

    Raises:
        Refused: the account has errors or open questions; TH-A13 no report is known for its
            method; TH-R05 it holds no total.
    """
    must(done)
    run, template = done.run, _template(done)
    if report == "annual":
        from tanheng.app.uncertain import uncertainty_of
        from tanheng.statement.power_report import power_report

        told = uncertainty_of(done), done.findings
        return power_report(done.result, run.inputs, run.method, template, *told)
    from tanheng.statement.platform import platform_statement

    return platform_statement(done.result, run.inputs, run.method)


def _template(done: Account) -> Template:
    """The template that the run's method is filled in by. Raises Refused TH-A13 where there is none."""
    own, method = done.library.folders, done.run.method
    if method.bridge:
        # a wider boundary has its own page, `tanheng bridge`, and no form of the guide
        raise Refused(problem("TH-A13", Place(key=method.id), seen=method.zh))
    found = next((t for t in template_ids(own) if method.id in template_methods(t, own)), None)
    if found is None:
        raise Refused(problem("TH-A13", Place(key=method.id), seen=method.zh))
    return load_template(found, method, own)


def write_reports(
    done: Account,
    folder: str | Path,
    formats: Sequence[str] = FORMATS,
    reports: Sequence[str] = ("annual", "platform"),
    force: bool = False,
) -> Iterator[Path]:
    """Write the chosen documents and yield each path once it stands. The platform's workbook is Excel only.

    Every document is made before the first is written: one that cannot be made leaves nothing behind.

    Raises:
        Refused: as `statement_of`; TH-A04, TH-A05 a file is there or cannot be written; TH-R.. a document.
    """
    plan = [
        (report, kind, Path(folder) / f"{NAMES[report]}-{done.result.period}.{kind}")
        for report in dict.fromkeys(reports)
        for kind in (dict.fromkeys(formats) if report == "annual" else ("xlsx",))
    ]
    targets = [free(path, force) for _, _, path in plan]
    statements = {report: statement_of(done, report) for report, _, _ in plan}
    pictures: dict[str, list[bytes]] = {}
    made: list[bytes] = []
    for report, kind, _ in plan:
        if report == "annual" and kind != "pdf" and report not in pictures:
            from tanheng.reports.charts import pictures as draw

            pictures[report] = draw(statements[report].charts)
        made.append(printed(statements[report], kind, pictures.get(report, [])))
    for (_, _, path), target, data in zip(plan, targets, made, strict=True):
        put(target, data)
        yield path
