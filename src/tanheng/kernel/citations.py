"""Citations: which clause of which instrument says so, written "G23 6.2 式(1)"."""

from __future__ import annotations

import re
from dataclasses import dataclass

# an appendix clause such as "B.2" also begins with a letter; ids have no point and at least two characters
_ID = re.compile(r"[A-Za-z](?=[A-Za-z0-9_-]*[0-9-])[A-Za-z0-9_-]+|[A-Za-z][A-Za-z0-9_-]{2,}")


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """An instrument (its id in the library, "" where unknown) and a clause ("" for the whole text)."""

    instrument: str
    clause: str

    @property
    def text(self) -> str:
        """As it is written in method files."""
        return f"{self.instrument} {self.clause}".strip()


def parse_citation(text: str, instrument: str = "") -> Citation:
    """Read "G23 6.2 式(1)"; a text without an instrument ("6.2", "附录B", "B.2") is a clause of the given one.

    Raises:
        ValueError: the text is empty.
    """
    plain = " ".join(text.split())
    if not plain:
        raise ValueError("an empty citation")
    head, _, rest = plain.partition(" ")
    if _ID.fullmatch(head):
        return Citation(head, rest)
    return Citation(instrument, plain)


def parse_citations(text: str, instrument: str = "") -> tuple[Citation, ...]:
    """Several citations, parted by ";" or "；"."""
    return tuple(parse_citation(part, instrument) for part in re.split("[;；]", text) if part.strip())
