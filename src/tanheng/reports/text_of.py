"""Read a finished document back and compare its text with its Statement, character by character."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable
from xml.etree import ElementTree

from tanheng.kernel.problems import Place, Refused, problem
from tanheng.reports.pieces import DRAWING, FORMULA, Piece, pieces
from tanheng.statement.model import Statement

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_HEAD_MM, _FOOT_MM = 17.0, 15.0
_POINTS = 72 / 25.4
_SPACE = re.compile(r"[\s\u200b\x00-\x1f\ud800-\udfff\ufffe\uffff]+")


def compare(statement: Statement, kind: str, data: bytes, file: str = "") -> int:
    """Compare a document with its statement.

    Args:
        kind: "docx", "xlsx" or "pdf".
        file: Its name, for the message.

    Returns:
        How many pieces were found, in order.

    Raises:
        Refused: TH-R04 the first piece that differs.
    """
    readers = {"docx": word_text, "xlsx": excel_text, "pdf": pdf_text}
    # a character too many shows as text left over, one too few as a piece not met
    text = squeezed(readers[kind](data))
    wanted = [
        Piece(squeezed(p.text), p.kind, squeezed(p.head)) for p in pieces(statement, kind) if squeezed(p.text)
    ]
    if kind == "docx":
        wanted = [Piece(p.text) for p in wanted]
    count, position = _walk(text, wanted)
    if count < len(wanted) or position < len(text):
        expected = wanted[count].text if count < len(wanted) else ""
        seen = text[position : position + 60]
        raise Refused(
            (
                problem(
                    "TH-R04", Place(file=file), kind=kind, count=str(count + 1), wanted=expected, seen=seen
                ),
            )
        )
    return len(wanted)


def squeezed(text: str) -> str:
    """A text without white space, which belongs to the layout, and without what no file format can carry."""
    return _SPACE.sub("", text)


def _walk(text: str, wanted: list[Piece]) -> tuple[int, int]:
    """How many pieces were met in order, and where the text went on."""
    position = 0
    for number, piece in enumerate(wanted):
        if piece.kind in (FORMULA, DRAWING):
            end = _scattered(text, position, piece)
            if end is None:
                return number, position
            position = end
            continue
        # a table that goes on over a page repeats its head there
        if piece.head and not text.startswith(piece.text, position) and text.startswith(piece.head, position):
            position += len(piece.head)
        if not text.startswith(piece.text, position):
            return number, position
        position += len(piece.text)
    return len(wanted), position


def _scattered(text: str, position: int, piece: Piece) -> int | None:
    """The end of a piece whose characters stand together but in the order of the page."""
    wanted = Counter(unicodedata.normalize("NFKC", piece.text))
    left = sum(wanted.values())
    end = position
    while left and end < len(text):
        for char in unicodedata.normalize("NFKC", text[end]):
            if wanted[char] > 0:
                wanted[char] -= 1
                left -= 1
            elif char not in _DRAWN:
                return None
        end += 1
    # a bracket that closes the formula is drawn after its last letter
    while end < len(text) and text[end] in _CLOSING:
        end += 1
    return None if left else end


_DRAWN = "()[]{}|∑‾⎧⎨⎩⎪̅"
_CLOSING = ")]}|"


def word_text(data: bytes) -> str:
    """The text of a Word body in reading order, formulas included, without running heads."""
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        root = ElementTree.fromstring(box.read("word/document.xml"))
    return "".join(
        node.text or "" if node.tag in (f"{_W}t", f"{_M}t") else " "
        for node in root.iter()
        if _spoken(node.tag)
    )


def _spoken(tag: str) -> bool:
    return tag in (f"{_W}t", f"{_M}t", f"{_W}tab", f"{_W}br", f"{_W}p")


def pdf_text(data: bytes) -> str:
    """The text of a PDF between the running head and foot, page by page, as pdfium reads it."""
    import pypdfium2

    texts = []
    document = pypdfium2.PdfDocument(data)
    try:
        for number, page in enumerate(document):
            # the first page is the cover and has no running head
            top = page.get_height() - (_HEAD_MM * _POINTS if number else 0)
            body = page.get_textpage().get_text_bounded(
                left=0, bottom=_FOOT_MM * _POINTS, right=page.get_width(), top=top
            )
            texts.append(body)
    finally:
        document.close()
    # pdfium gives a hyphen at the end of a line as this sign, as if it had been put in for the break
    return "\n".join(texts).replace("\x02", "-")


def excel_text(data: bytes) -> str:
    """Every cell of a workbook as it is displayed, sheet by sheet, row by row."""
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        shared = [_joined(item) for item in ElementTree.fromstring(box.read("xl/sharedStrings.xml"))]
        formats = _formats(ElementTree.fromstring(box.read("xl/styles.xml")))
        names = [n for n in box.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n)]
        sheets = [box.read(n) for n in sorted(names, key=lambda n: int(re.sub(r"\D", "", n)))]
    return "\n".join("\t".join(_cells(ElementTree.fromstring(sheet), shared, formats)) for sheet in sheets)


def _joined(item: ElementTree.Element) -> str:
    return "".join(node.text or "" for node in item.iter(f"{_S}t"))


def _formats(root: ElementTree.Element) -> list[str]:
    codes = {int(n.attrib["numFmtId"]): n.attrib["formatCode"] for n in root.iter(f"{_S}numFmt")}
    styles = root.find(f"{_S}cellXfs")
    # built-in formats that the printer may meet: plain, two kinds of grouping, text
    codes |= {0: "", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 49: "@"}
    return [codes.get(int(style.attrib["numFmtId"]), "") for style in (styles if styles is not None else [])]


def _cells(root: ElementTree.Element, shared: list[str], formats: list[str]) -> Iterable[str]:
    for cell in root.iter(f"{_S}c"):
        value = cell.find(f"{_S}v")
        if value is None or value.text is None:
            continue
        if cell.attrib.get("t") == "s":
            yield shared[int(value.text)]
        else:
            yield displayed(value.text, formats[int(cell.attrib.get("s", "0"))])


def displayed(value: str, code: str) -> str:
    """A number as our own formats show it: digits, grouping, a real minus and a tail of signs."""
    body = code.partition(";")[0]
    tail = "".join(re.findall(r'"([^"]*)"', body))
    digits = re.sub(r'"[^"]*"', "", body)
    places = len(digits.partition(".")[2])
    number = float(value)
    text = f"{abs(number):,.{places}f}" if "," in digits else f"{abs(number):.{places}f}"
    sign = "\u2212" if number < 0 else "+" if number > 0 and body.startswith("+") else ""
    return sign + text + tail
