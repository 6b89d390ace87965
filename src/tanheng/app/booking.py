"""The formula book of a method as a file: PDF, Word or a page for the browser."""

from __future__ import annotations

from pathlib import Path

from tanheng.app.documents import printed
from tanheng.app.files import free, put, said
from tanheng.app.library import Library
from tanheng.kernel.problems import Place, refuse
from tanheng.statement.model import Statement

FORMATS = ("pdf", "docx", "html")


def book_of(method_id: str, library: Library) -> Statement:
    """The book of a method or a set of rules as a Statement.

    Rules are shown as they judge the newest of their methods, without the steps of that method.

    Raises:
        Refused: TH-M20 and all that the file is refused for.
    """
    from tanheng.statement.method_book import method_book

    methods = library.methods
    if method_id not in methods.rules():
        return method_book(methods.get(method_id), library.factors, library.instruments)
    judged = [
        found for m in methods.ids() if (found := methods.judging(method_id, methods.get(m))) is not None
    ]
    if not judged:
        raise refuse("TH-M20", Place(key=method_id), seen=method_id, wanted=", ".join(methods.ids()))
    newest = max(judged, key=lambda each: each.base.force if each.base else "")
    return method_book(newest, library.factors, library.instruments, own=True)


def write_book(method_id: str, path: str | Path, library: Library, force: bool = False) -> Path:
    """Write the book of a method; the ending of the path says in which form.

    Raises:
        Refused: as `book_of`; TH-A08 another ending than .pdf, .docx or .html; TH-A04, TH-A05 a file is there
            or cannot be written; TH-R.. it cannot be printed.
    """
    kind = Path(path).suffix.lower().lstrip(".")
    if kind not in FORMATS:
        name = said(Path(path).name)
        zh = f"“{name}”：手册的文件名须以 .pdf、.docx 或 .html 结尾"
        en = f'"{name}": the name of a book ends in .pdf, .docx or .html'
        raise refuse("TH-A08", Place(), seen_zh=zh, seen_en=en)
    target = free(path, force)
    return put(target, printed(book_of(method_id, library), kind))
