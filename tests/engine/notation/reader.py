"""A reader of presentation MathML that computes what a formula says, without a line of the notation room.

It knows what a person knows: a bar is a division, a sum reaches over the product behind it, a subscript after
a comma that stands under a sum is an index. What a symbol is worth at given indices is asked of the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from xml.etree import ElementTree

Element = ElementTree.Element
Index = Mapping[str, str]
Symbols = Callable[[str, Index], "Fraction | str | bool"]
Ranges = Callable[[tuple[str, ...], Index], Iterator[Index]]
_COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "=": lambda a, b: a == b,
    "≠": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "≤": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "≥": lambda a, b: a >= b,
}


class Absent(Exception):
    """A value that is not there: the month before the first."""


class Unreadable(Exception):
    """The formula says something that this reader does not know; the test must not pass over it silently."""


def sides(markup: str) -> list[list[Element]]:
    """Left side, and the right side or each alternative behind a brace."""
    top = list(ElementTree.fromstring(markup)[0])
    at = next(n for n, e in enumerate(top) if e.tag == "mo" and e.text == "=")
    left, right = top[:at], top[at + 1 :]
    rows = right[0].findall("./mtable/mtr") if len(right) == 1 and right[0].tag == "mrow" else []
    if not rows:
        return [left, right]
    return [left, *([row[0][0]] for row in rows)]


def text(node: Element) -> str:
    """The characters of a symbol with _ and ^, as a method writes it."""
    if node.tag in ("msub", "msup", "msubsup"):
        parts = [text(child) for child in node]
        if node.tag == "msup":
            return f"{parts[0]}^{parts[1]}"
        return f"{parts[0]}_{parts[1]}" + (f"^{parts[2]}" if len(parts) > 2 else "")
    return (node.text or "").strip() + "".join(text(child) for child in node)


class Reader:
    """Computes a formula. `letters` can be indices; `index` is what those that are bound stand for."""

    def __init__(self, symbols: Symbols, ranges: Ranges, letters: frozenset[str]) -> None:
        self.symbols, self.ranges, self.letters = symbols, ranges, letters

    def value(self, items: list[Element], index: Index) -> Fraction:
        """A sum of terms."""
        flat = _opened(items)
        if len(flat) == 1:
            return self._atom(flat[0], index)
        total, sign = Fraction(0), 1
        term: list[Element] = []
        for node in flat:
            if node.tag in ("mo", "mn") and node.text in ("+", "−") and (term or node.text == "−"):
                if term:
                    total += sign * self._term(term, index)
                    sign, term = 1, []
                sign = -sign if node.text == "−" else sign
            else:
                term.append(node)
        return total + sign * self._term(term, index)

    def _term(self, items: list[Element], index: Index) -> Fraction:
        """A product; a sum within it takes all that stands behind it."""
        result, at = Fraction(1), 0
        while at < len(items):
            node = items[at]
            if node.tag == "mo" and node.text == "×":
                at += 1
                continue
            if _sum_sign(node) in ("max", "min", "n"):
                result *= self._sum(node, [items[at + 1]], index)
                at += 2
                continue
            if _sum_sign(node) is not None:
                return result * self._sum(node, items[at + 1 :], index)
            if node.tag == "mi" and node.text in ("max", "min") and at + 1 < len(items):
                parts = _listed(items[at + 1])
                values = [self.value(part, index) for part in parts]
                result *= max(values) if node.text == "max" else min(values)
                at += 2
                continue
            if node.tag == "mi" and node.text in ("首日", "末日", "出现月数"):
                found = self.symbols(node.text + text(items[at + 1]), index)
                if not isinstance(found, Fraction):
                    raise Unreadable(text(items[at + 1]))
                result *= found
                at += 2
                continue
            result *= self._atom(node, index)
            at += 1
        return result

    def _sum(self, node: Element, body: list[Element], index: Index) -> Fraction:
        sign, letters, where = _sum_parts(node)
        rows = [{**index, **row} for row in self.ranges(letters, index)]
        rows = [row for row in rows if not where or self.holds(where, row)]
        if sign == "n":
            return Fraction(len(rows))
        values = [self._term(body, row) for row in rows]
        return sum(values, Fraction(0)) if sign == "∑" else (max if sign == "max" else min)(values)

    def holds(self, items: list[Element], index: Index) -> bool:
        """A condition: comparisons of words or numbers, truths, and 且, 或, 非 between them."""
        for word, decide in (("或", any), ("且", all)):
            parts = _split(items, word)
            if len(parts) > 1:
                return decide([self.holds(part, index) for part in parts])
        if items[0].text == "非":
            return not self.holds(items[1:], index)
        if len(items) == 1 and (fence := _fenced(items[0])) is not None:
            return self.holds(_opened(fence[1]), index)
        among = next((n for n, e in enumerate(items) if e.tag == "mo" and e.text in ("∈", "∉")), None)
        if among is not None:
            fence = _fenced(items[among + 1])
            listed = text(items[among + 1]).strip("{}").split("、") if fence else []
            return (self.symbols(text(items[0]), index) in listed) is (items[among].text == "∈")
        at = next((n for n, e in enumerate(items) if e.tag == "mo" and e.text in _COMPARE), None)
        if at is None:
            return self.symbols(text(items[0]), index) is True
        left, right = items[:at], items[at + 1 :]
        word = self.symbols(text(left[0]), index) if len(left) == 1 else None
        if isinstance(word, bool):
            return word is (text(right[0]) == "是")
        if isinstance(word, str):
            same = word == text(right[0])
            return same if items[at].text == "=" else not same
        return _COMPARE[items[at].text or ""](self.value(left, index), self.value(right, index))

    def _atom(self, node: Element, index: Index) -> Fraction:
        if node.tag == "mn":
            return _number(node.text or "")
        if node.tag == "mfrac":
            return self.value([node[0]], index) / self.value([node[1]], index)
        if node.tag == "mover":
            return self._mean(node, [], index)
        if node.tag == "msub" and node[0].tag == "mover":
            return self._mean(node[0], _opened([node[1]]), index)
        if node.tag == "msup" and node[1].tag == "mn":
            return self._atom(node[0], index) ** int((node[1].text or "").replace("−", "-"))
        if node.tag == "mrow":
            fence = _fenced(node)
            if fence is not None:
                inner = self.value(fence[1], index)
                return abs(inner) if fence[0] == "|" else inner
            return self.value(list(node), index)
        if node.tag in ("mi", "msub", "msup", "msubsup"):
            found = self.symbols(text(node), index)
            if isinstance(found, Fraction):
                return found
        raise Unreadable(f"{node.tag} {text(node)}")

    def _mean(self, node: Element, below: list[Element], index: Index) -> Fraction:
        letters, where = _split_under(below)
        # a bar alone names no letter: it runs over those that stand last below a symbol under it
        for symbol in [] if letters else [e for e in node[0].iter() if e.tag == "msub"]:
            below_it = text(symbol).partition("_")[2].split(",")
            while below_it and below_it[-1] in self.letters - set(index):
                letters = (*letters, below_it.pop())
        letters = tuple(dict.fromkeys(letters))
        rows = [{**index, **row} for row in self.ranges(letters, index)]
        values = [self.value([node[0]], row) for row in rows if not where or self.holds(where, row)]
        return sum(values, Fraction(0)) / len(values)


def _split(items: list[Element], word: str) -> list[list[Element]]:
    parts: list[list[Element]] = [[]]
    for item in items:
        if item.tag == "mo" and item.text == word:
            parts.append([])
        else:
            parts[-1].append(item)
    return parts


def _opened(items: list[Element]) -> list[Element]:
    """Rows that only group are opened; those with brackets stay whole."""
    flat: list[Element] = []
    for node in items:
        if node.tag == "mrow" and _fenced(node) is None:
            flat += _opened(list(node))
        else:
            flat.append(node)
    return flat


def _fenced(node: Element) -> tuple[str, list[Element]] | None:
    parts = list(node)
    if len(parts) >= 2 and parts[0].get("fence") == "true" and parts[-1].get("fence") == "true":
        return parts[0].text or "", parts[1:-1]
    return None


def _listed(node: Element) -> list[list[Element]]:
    fence = _fenced(node)
    if fence is None:
        raise Unreadable(text(node))
    parts: list[list[Element]] = [[]]
    for item in _opened(fence[1]):
        if (item.text or "").strip() == ",":
            parts.append([])
        else:
            parts[-1].append(item)
    return parts


def _sum_sign(node: Element) -> str | None:
    sign = node[0] if node.tag == "munder" else node
    return sign.text if sign.tag == "mo" and sign.text in ("∑", "max", "min", "n") else None


def _sum_parts(node: Element) -> tuple[str, tuple[str, ...], list[Element]]:
    letters, where = _split_under(_opened([node[1]])) if node.tag == "munder" else ((), [])
    return _sum_sign(node) or "", letters, where


def _split_under(items: list[Element]) -> tuple[tuple[str, ...], list[Element]]:
    marks = [(item.text or "").strip() for item in items]
    end = marks.index(":") if ":" in marks else len(marks)
    letters = tuple(mark for mark in marks[:end] if mark != ",")
    # a condition alone has signs of comparison but no colon
    if ":" not in marks and any(mark in _COMPARE for mark in marks):
        return (), items
    return letters, items[end + 1 :]


def _number(said: str) -> Fraction:
    plain = said.replace(",", "").replace("−", "-")
    return Fraction(plain[:-1]) / 100 if plain.endswith("%") else Fraction(plain)
