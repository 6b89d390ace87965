"""Short texts with real subscripts and superscripts, made from plain ones such as "tCO2/MWh"."""

from __future__ import annotations

import re
from dataclasses import dataclass

SUB = "sub"
SUP = "sup"
BOLD = "bold"
CODE = "code"

_PIECES = re.compile(
    r"(?P<gas>(?:CO|CH|SF|NF|N)(?=2|4|6|3)(?!\d{2}))(?P<count>[2346])(?P<tail>O)?"
    r"|(?P<power>10\^|\b1e)(?P<exponent>-?\d+)"
    r"|(?P<base>\b[A-Za-zα-ωηΑ-Ω]{1,4})_(?P<lower>[A-Za-z]+|[\u4e00-\u9fff]+)"
    r"|(?P<metre>Nm|\bm)(?P<cube>[23])\b"
)


@dataclass(frozen=True, slots=True)
class Run:
    """Characters with one style: "" (plain), sub, sup, bold or code."""

    text: str
    style: str = ""


Text = tuple[Run, ...]


def plain(text: Text) -> str:
    """The characters of a text without their styles."""
    return "".join(run.text for run in text)


def words(text: str, style: str = "") -> Text:
    """A text taken as it is: for names and free texts of the plant, in which nothing is a formula."""
    return (Run(text, style),) if text else ()


def rich(text: str) -> Text:
    """A text of our own or of a method, with gases, powers and symbols set as engineers write them.

    "tCO2" gets a subscript, "1e4Nm3" becomes 10⁴ Nm³, "C_ar" a subscript. Superscripts and subscripts are
    styles, not Unicode digits: Chinese typefaces lack those.
    """
    # everything between two matches is plain; nothing of the text is dropped or reordered
    runs: list[Run] = []
    end = 0
    for match in _PIECES.finditer(text):
        if match.start() > end:
            runs.append(Run(text[end : match.start()]))
        runs += _pieces(match)
        end = match.end()
    if end < len(text):
        runs.append(Run(text[end:]))
    return tuple(merged(runs))


def _pieces(match: re.Match[str]) -> list[Run]:
    if match["gas"]:
        return [Run(match["gas"]), Run(match["count"], SUB), Run(match["tail"] or "")]
    if match["power"]:
        return [Run("10"), Run(match["exponent"].replace("-", "−"), SUP), Run(" ")]
    if match["base"]:
        return [Run(match["base"]), Run(match["lower"], SUB)]
    return [Run(match["metre"]), Run(match["cube"], SUP)]


def merged(runs: list[Run]) -> list[Run]:
    """Runs of which no two neighbours have one style; empty ones are left out."""
    joined: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        if joined and joined[-1].style == run.style:
            joined[-1] = Run(joined[-1].text + run.text, run.style)
        else:
            joined.append(run)
    return joined
