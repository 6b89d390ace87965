"""The maths tree as Office mathematics, for Word."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tanheng.engine.notation.tree import (
    ITALIC,
    UPRIGHT,
    Big,
    Cases,
    Fence,
    Frac,
    Glyph,
    Node,
    Over,
    Row,
    Script,
)

M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_STYLES = {ITALIC: "", UPRIGHT: "<m:rPr><m:nor/></m:rPr>"}
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FONTS = '<w:rPr><w:rFonts w:ascii="Cambria Math" w:hAnsi="Cambria Math" w:eastAsia="{east}"/>{size}</w:rPr>'


def omml(node: Node, east: str = "微软雅黑", size: float = 0) -> str:
    """An `m:oMath` element with its namespaces.

    Args:
        east: Typeface of Chinese words.
        size: In points; 0 keeps the paragraph's.
    """
    half = f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>' if size else ""
    fonts = _FONTS.format(east=escape(east), size=half)
    return f'<m:oMath xmlns:m="{M}" xmlns:w="{W}">{_part(node, fonts)}</m:oMath>'


def _part(node: Node, fonts: str) -> str:
    if isinstance(node, Glyph):
        # words are set as normal text, figures and signs upright: Word and LibreOffice then agree
        style = _STYLES.get(node.kind, '<m:rPr><m:sty m:val="p"/></m:rPr>')
        text = escape("".join(c for c in node.text if c >= " "))
        return f'<m:r>{style}{fonts}<m:t xml:space="preserve">{text}</m:t></m:r>' if text else ""
    if isinstance(node, Row):
        return "".join(_part(item, fonts) for item in node.items)
    if isinstance(node, Frac):
        return f"<m:f><m:num>{_part(node.top, fonts)}</m:num><m:den>{_part(node.bottom, fonts)}</m:den></m:f>"
    if isinstance(node, Script):
        return _script(node, fonts)
    if isinstance(node, Big):
        return _big(node, fonts)
    if isinstance(node, Fence):
        ends = f'<m:begChr m:val="{escape(node.left)}"/><m:endChr m:val="{escape(node.right)}"/>'
        return f"<m:d><m:dPr>{ends}</m:dPr><m:e>{_part(node.body, fonts)}</m:e></m:d>"
    if isinstance(node, Over):
        return f'<m:bar><m:barPr><m:pos m:val="top"/></m:barPr><m:e>{_part(node.body, fonts)}</m:e></m:bar>'
    return _cases(node, fonts)


def _script(node: Script, fonts: str) -> str:
    base = f"<m:e>{_part(node.base, fonts)}</m:e>"
    sub = f"<m:sub>{_part(node.sub, fonts)}</m:sub>" if node.sub is not None else ""
    sup = f"<m:sup>{_part(node.sup, fonts)}</m:sup>" if node.sup is not None else ""
    # Office has three elements where MathML has three tags; an empty slot would show a dotted box
    tag = "sSubSup" if sub and sup else "sSub" if sub else "sSup"
    return f"<m:{tag}>{base}{sub}{sup}</m:{tag}>"


def _big(node: Big, fonts: str) -> str:
    under = _part(node.under, fonts) if node.under is not None else ""
    body = _part(node.body, fonts)
    if node.sign == "∑":
        hide = "" if under else '<m:subHide m:val="1"/>'
        shape = (
            f'<m:naryPr><m:chr m:val="∑"/><m:limLoc m:val="undOvr"/>{hide}<m:supHide m:val="1"/></m:naryPr>'
        )
        return f"<m:nary>{shape}<m:sub>{under}</m:sub><m:sup/><m:e>{body}</m:e></m:nary>"
    name = _part(Glyph(node.sign), fonts)
    lower = f"<m:limLow><m:e>{name}</m:e><m:lim>{under}</m:lim></m:limLow>" if under else name
    return f"<m:func><m:fName>{lower}</m:fName><m:e>{body}</m:e></m:func>"


def _cases(node: Cases, fonts: str) -> str:
    rows = "".join(
        f"<m:mr><m:e>{_part(value, fonts)}</m:e><m:e>{_part(when, fonts)}</m:e></m:mr>"
        for value, when in node.rows
    )
    left = '<m:mcs><m:mc><m:mcPr><m:count m:val="2"/><m:mcJc m:val="left"/></m:mcPr></m:mc></m:mcs>'
    matrix = f"<m:m><m:mPr>{left}</m:mPr>{rows}</m:m>"
    return f'<m:d><m:dPr><m:begChr m:val="{{"/><m:endChr m:val=""/></m:dPr><m:e>{matrix}</m:e></m:d>'


__all__ = ["omml"]
