"""The frame of a Word document: styles, page setups, running heads, a reproducible container."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from typing import Any

from tanheng.reports import wordml as w
from tanheng.statement.model import Statement
from tanheng.statement.text import plain

_EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_REFERENCE = '<w:{kind}Reference w:type="default" r:id="{id}"/>'


def new_document(title: str) -> Any:
    """An empty document with our styles; its properties name no person and no time of this machine."""
    from docx import Document
    from docx.shared import Pt, RGBColor

    document = Document()
    styles = document.styles
    normal = styles["Normal"]
    normal.paragraph_format.space_after = Pt(0)
    for name, size in (("Normal", 9.5), ("Heading 1", 14), ("Heading 2", 10)):
        style = styles[name]
        style.font.size = Pt(size)
        style.font.bold = name != "Normal"
        style.font.italic = False
        style.font.color.rgb = RGBColor.from_string(w.INK)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        # theme fonts would win over ours
        for theme in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[theme]
        for kind, font in (("ascii", w.LATIN), ("hAnsi", w.LATIN), ("cs", w.LATIN), ("eastAsia", w.EAST)):
            fonts.set(f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{kind}", font)
    for name, before, after in (("Heading 1", 16, 8), ("Heading 2", 9, 4)):
        shape = styles[name].paragraph_format
        shape.space_before, shape.space_after, shape.keep_with_next = Pt(before), Pt(after), True
    # the template carries the time and name of its maker
    core = document.core_properties
    core.author, core.title, core.comments, core.last_modified_by = "Tanheng 碳衡", title, "", "Tanheng 碳衡"
    core.created = core.modified = core.last_printed = _EPOCH
    core.revision = 1
    return document


def same_container(data: bytes) -> bytes:
    """The same zip with one fixed time on every member, so that equal documents are equal files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            fixed = zipfile.ZipInfo(item.filename, (1980, 1, 1, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.external_attr = 0o600 << 16
            new.writestr(fixed, old.read(item))
    return stream.getvalue()


def set_heads(document: Any, statement: Statement, body: str) -> None:
    """Put the body in, and a running head and foot for each direction of paper.

    Args:
        body: Word XML in which `@setup:0@` and `@setup:1@` stand for the page setup of upright and flat
            parts.
    """
    from docx.opc.constants import RELATIONSHIP_TYPE as KINDS
    from docx.oxml import parse_xml

    # python-docx makes the parts for heads and feet; the body that it made is thrown away
    document.add_section()
    first, flat = document.sections
    for section, wide in ((first, False), (flat, True)):
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        width = w.content_width(wide)
        title = plain(statement.title)
        _fill(
            section.header,
            w.run(statement.running, "", 7.5, w.INK3),
            w.run(title, "", 7.5, w.INK3),
            width,
            True,
        )
        _fill(
            section.footer, w.run(statement.digest, "code", 7, w.INK3), _pages(statement.lang), width, False
        )
    ids = {}
    for section, wide in ((first, False), (flat, True)):
        refs = ""
        for kind, part in (("header", section.header.part), ("footer", section.footer.part)):
            refs += _REFERENCE.format(
                kind=kind, id=document.part.relate_to(part, getattr(KINDS, kind.upper()))
            )
        ids[wide] = refs
    # the cover shows its foot but no head
    cover = ids[False] + re.sub('"default"', '"first"', ids[False].split("/>", 1)[1])
    text = body.replace("@setup:0@", w.page_setup(False, cover, first_plain=True), 1)
    text = text.replace("@setup:0@", w.page_setup(False, ids[False])).replace(
        "@setup:1@", w.page_setup(True, ids[True])
    )
    document.element.body.getparent().replace(
        document.element.body, parse_xml(f"<w:body {w.NAMESPACES}>{text}</w:body>")
    )


def _fill(place: Any, left: str, right: str, width: int, ruled: bool) -> None:
    from docx.oxml import parse_xml

    line = f"<w:pBdr>{w.border('bottom', 4, 'C9D2D7')}</w:pBdr>" if ruled else ""
    tabs = f'{line}<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>'
    xml = w.paragraph(f"{left}<w:r><w:tab/></w:r>{right}", extra=tabs)
    old = place.paragraphs[0]._p
    old.getparent().replace(old, parse_xml(xml.replace("<w:p>", f"<w:p {w.NAMESPACES}>", 1)))


def _pages(lang: str) -> str:
    words = ("第 ", " 页 共 ", " 页") if lang == "zh" else ("Page ", " of ", "")
    small = [w.run(text, "", 7.5, w.INK3) if text else "" for text in words]
    return small[0] + _count("PAGE") + small[1] + _count("NUMPAGES") + small[2]


def _count(code: str) -> str:
    look = f'<w:rPr><w:color w:val="{w.INK3}"/><w:sz w:val="15"/></w:rPr>'
    return f'<w:fldSimple w:instr="{code}"><w:r>{look}<w:t>1</w:t></w:r></w:fldSimple>'
