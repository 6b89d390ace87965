"""What the matrix of methods and back ends says of a step: equal to `exact`, or refused with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EQUAL: Literal["equal"] = "equal"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A step that a back end does not say by itself, and why.

    Attributes:
        reason: A fixed word of the back end's list.
        zh: The reason for people; `en` likewise.
    """

    step: str
    reason: str
    zh: str
    en: str

    def text(self, lang: str = "zh") -> str:
        """The reason in the reader's language."""
        return self.zh if lang == "zh" else self.en


Verdict = Literal["equal"] | Refusal
