"""The documents that the tests look at, each made once."""

from functools import cache

from tanheng.reports.charts import pictures
from tanheng.reports.excel import excel_bytes
from tanheng.reports.pdf import pdf_bytes
from tanheng.reports.word import word_bytes
from tanheng.statement.model import Statement
from tanheng.statement.platform import platform_statement
from tanheng.statement.power_report import power_report
from tests.reports import sample
from tests.statement import plant

NAMES = ("sample", "annual", "platform")
KINDS = ("docx", "xlsx", "pdf")


@cache
def statement(name: str) -> Statement:
    if name == "sample":
        return sample.statement()
    result, inputs, method, template = plant.worked()
    return (
        power_report(result, inputs, method, template)
        if name == "annual"
        else platform_statement(result, inputs, method)
    )


def printed(what: Statement, kind: str) -> bytes:
    if kind == "pdf":
        return pdf_bytes(what)
    return (word_bytes if kind == "docx" else excel_bytes)(what, pictures(what.charts))


@cache
def document(name: str, kind: str) -> bytes:
    return printed(statement(name), kind)
