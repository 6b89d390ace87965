"""What an expression becomes in a cell: a text, when it is absent, and the references that differ by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from tanheng.engine.exact.rows import Row

COMPARE, ADD, MULTIPLY, POWER, ATOM = range(5)
LACK, GUARD, PROBE = "lack", "guard", "probe"
"""A condition may be true where a value is absent; a guard is never true but fails on a gap; a probe fails
only where the value itself fails, so it may be left out where nothing is decided after it."""

_SLOT = re.compile("\x02([0-9]+)\x03")
_PLAIN_DIGITS = 30
SPLIT = 250
"""A text literal in a formula holds 255 characters."""


@dataclass(frozen=True, slots=True)
class Lack:
    """One condition under which a value is absent."""

    text: str
    kind: str = LACK


Group = tuple[Lack, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """An expression as text of a formula.

    Attributes:
        level: How tightly the text holds together.
        kind: number, word, date or truth.
        scale: Base units in one of the number's own units.
        groups: Conditions of absence; those of one group are read together, the groups one after the other.
        number: The value of a literal, which can be converted exactly.
    """

    text: str
    level: int = ATOM
    kind: str = "number"
    scale: Fraction = Fraction(1)
    groups: tuple[Group, ...] = ()
    number: Fraction | None = None

    def held(self, level: int) -> str:
        """The text, in brackets where its place wants a tighter one."""
        return self.text if self.level >= level else f"({self.text})"

    @property
    def sure(self) -> bool:
        """Whether the value is never absent."""
        return not any(lack.kind == LACK for group in self.groups for lack in group)

    def to(self, scale: Fraction) -> Part:
        """The same value in units of another scale."""
        ratio = self.scale / scale
        if ratio == 1 or self.kind != "number":
            return self
        if self.number is not None:
            value = self.number * ratio
            return Part(number_text(value), ATOM, "number", scale, self.groups, value)
        text = self.held(MULTIPLY)
        if ratio.numerator != 1:
            text += f"*{ratio.numerator}"
        if ratio.denominator != 1:
            text += f"/{ratio.denominator}"
        return Part(text, MULTIPLY, "number", scale, self.groups)


def number_text(value: Fraction) -> str:
    """A number as a formula has it: its decimals where they end, else a quotient."""
    bottom, twos, fives = value.denominator, 0, 0
    while bottom % 2 == 0:
        bottom, twos = bottom // 2, twos + 1
    while bottom % 5 == 0:
        bottom, fives = bottom // 5, fives + 1
    places = max(twos, fives)
    if bottom != 1 or places > _PLAIN_DIGITS:
        return f"({value.numerator}/{value.denominator})"
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"(-{text})" if value < 0 else text


def word_text(word: str) -> str:
    """A word as a literal of a formula."""
    pieces = [word[i : i + SPLIT] for i in range(0, len(word), SPLIT)] or [""]
    quoted = ['"' + piece.replace('"', '""') + '"' for piece in pieces]
    return quoted[0] if len(quoted) == 1 else f"({'&'.join(quoted)})"


def joined(*lists: tuple[Group, ...]) -> tuple[Group, ...]:
    """Conditions one after the other, each text once."""
    seen: set[str] = set()
    found: list[Group] = []
    for group in (g for groups in lists for g in groups):
        fresh = tuple(lack for lack in group if lack.text not in seen)
        seen.update(lack.text for lack in fresh)
        if fresh:
            found.append(tuple(dict.fromkeys(fresh)))
    return tuple(found)


def together(parts: Iterable[Part]) -> tuple[Group, ...]:
    """The conditions of parts that are all read before anything is decided: one group."""
    parts = list(parts)
    if len(parts) == 1:
        return parts[0].groups
    found: dict[str, Lack] = {}
    for part in parts:
        if len(part.groups) > 1:
            # read in order by itself: an error in it counts even where another part is absent
            kind = PROBE if part.sure else LACK
            guards = [lack for g in part.groups for lack in g if lack.kind == GUARD]
            kind = GUARD if part.sure and guards else kind
            text = f'{full(part)}=""'
            found.setdefault(text, Lack(text, kind))
        else:
            for lack in part.groups[0] if part.groups else ():
                found.setdefault(lack.text, lack)
    return (tuple(found.values()),) if found else ()


def pruned(groups: tuple[Group, ...], more_to_come: bool = False) -> list[list[str]]:
    """The texts of the conditions that matter, group by group.

    Args:
        more_to_come: Something is decided after the value has been read, so that every probe counts.
    """
    last = max((i for i, g in enumerate(groups) if any(x.kind == LACK for x in g)), default=-1)
    kept: list[list[str]] = []
    for number, group in enumerate(groups):
        keep_probes = more_to_come or number <= last
        texts = [lack.text for lack in group if lack.kind != PROBE or keep_probes]
        if texts:
            kept.append(texts)
    return kept


def guarded(groups: tuple[Group, ...], value: str, absent: str, more_to_come: bool = False) -> str:
    """A value behind its conditions: IF(…, absent, value)."""
    text = value
    for texts in reversed(pruned(groups, more_to_come)):
        condition = texts[0] if len(texts) == 1 else f"OR({','.join(texts)})"
        text = f"IF({condition},{absent},{text})"
    return text


def full(part: Part, absent: str = '""') -> str:
    """The whole of a part, absent where it is."""
    return guarded(part.groups, part.text, absent)


class Slots:
    """The references of one column of formulas that differ by row; a text names them by number."""

    def __init__(self) -> None:
        self.made: dict[object, int] = {}
        self.ways: list[Callable[[Row], str]] = []

    def add(self, key: object, way: Callable[[Row], str]) -> str:
        """The token of a reference; equal keys are one reference."""
        if key not in self.made:
            self.made[key] = len(self.ways)
            self.ways.append(way)
        return f"\x02{self.made[key]}\x03"


class Template:
    """A formula for every row of a sheet."""

    def __init__(self, text: str, slots: Slots) -> None:
        self.text = text
        pieces = _SLOT.split(text)
        self._texts, self._marks = pieces[::2], [int(n) for n in pieces[1::2]]
        self._ways = [(n, slots.ways[n]) for n in sorted(set(self._marks))]

    def fill(self, row: Row) -> str:
        """The formula of a row, without "=" before it."""
        found = {n: way(row) for n, way in self._ways}
        out = [self._texts[0]]
        for mark, text in zip(self._marks, self._texts[1:], strict=True):
            out += [found[mark], text]
        return "".join(out)

    @property
    def size(self) -> tuple[int, int]:
        """About how long a formula of it is, and how deep its brackets go."""
        depth = deepest = 0
        for c in _SLOT.sub("", self.text):
            depth += (c == "(") - (c == ")")
            deepest = max(deepest, depth)
        return len(_SLOT.sub("'燃料·月'!AB123", self.text)), deepest
