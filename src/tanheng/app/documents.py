"""A Statement printed as Word, Excel or PDF, as the ending of the path says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from tanheng.app.files import free, put, said
from tanheng.kernel.problems import refuse
from tanheng.statement.model import Statement

KINDS = ("xlsx", "pdf", "docx")


def write_document(
    path: str | Path, make: Callable[[], Statement], sources: Iterable[Path] = (), force: bool = False
) -> Path:
    """Print what `make` makes; nothing is made where the path cannot be written.

    Args:
        sources: Files that the document is made from, which it may not overwrite.

    Raises:
        Refused: TH-A08 another ending than .xlsx, .pdf or .docx; TH-A04, TH-A05 the file is there or cannot
            be written; TH-A07 it is a source; TH-R.. it cannot be printed.
    """
    kind = Path(path).suffix.lower().lstrip(".")
    if kind not in KINDS:
        name = said(Path(path).name)
        zh, en = (
            f"“{name}”：文件名须以 .xlsx、.pdf 或 .docx 结尾",
            f'"{name}": it must end in .xlsx, .pdf or .docx',
        )
        raise refuse("TH-A08", seen_zh=zh, seen_en=en)
    target = free(path, force, *sources)
    return put(target, printed(make(), kind))


def printed(statement: Statement, kind: str, drawn: list[bytes] | None = None) -> bytes:
    """The bytes of a document: "pdf", "html", "docx" or "xlsx".

    Args:
        drawn: The pictures of its charts, where they are made already; Word and Excel need them.
    """
    if kind == "pdf":
        from tanheng.reports.pdf import pdf_bytes

        return pdf_bytes(statement)
    if kind == "html":
        from tanheng.reports.page import html_bytes

        return html_bytes(statement)
    if drawn is None:
        from tanheng.reports.charts import pictures

        drawn = pictures(statement.charts) if statement.charts else []
    if kind == "docx":
        from tanheng.reports.word import word_bytes

        return word_bytes(statement, drawn)
    from tanheng.reports.excel import excel_bytes

    return excel_bytes(statement, drawn)
