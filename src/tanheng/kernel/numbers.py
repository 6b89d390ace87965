"""Numbers: the one strict reader for numbers that people wrote, and the canonical text of an exact value.

Raw text is never given to Python's `float`, `Decimal` or `Fraction`, which accept "1e400", "NaN", "1_000" and
"٣".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from tanheng.kernel.problems import Place, Refused, refuse

LONGEST = 400
"""Characters of the longest number that is read."""

# below the 4300 digits at which Python itself refuses, so that the refusal is always ours
_LONGEST_EXACT = 4000
# [0-9] and not \d, which matches the digits of every script
_PLAIN = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_EXACT = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]*[1-9])|/([1-9][0-9]*))?")

# full-width forms U+FF01 to U+FF5E stand 0xFEE0 above their ASCII twins; U+2212 is the typesetters' minus
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20,
    0xA0: 0x20,
    0x202F: 0x20,
    0x2212: 0x2D,
}

_SPACED = re.compile(r"[+-]?[0-9]+(?: +[0-9]+)+(?:[.,][0-9]+)?")
_COMMAS = re.compile(
    r"[+-]?[0-9]*,[0-9.,]*|[+-]?[0-9]+(?:\.[0-9]+){2,}|\([0-9.,]+\)|[+-]?[0-9]+(?:\.[0-9]{3})+,[0-9]*"
)
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+\.?[0-9]*[eE][+-]?[0-9]+")
_PROGRAM = re.compile(r"[+-]?(?:nan|inf|infinity|0[xob][0-9a-f]+|[0-9_.]*_[0-9_.]*)", re.IGNORECASE)
_LEFTOVER = re.compile(r"#+(?:[A-Z/0!?]+)?")
_UNITED = re.compile(r"([+-]?[0-9][0-9.,]*) *((?:[^\W\d_]|[%‰°\[]).*)")
# raised digits belong to unit texts such as m³ and are no sign of a strange number there
_POWERS = dict.fromkeys(map(ord, "¹²³⁴⁻"))
_COUNTING = "十百千万亿兆多余约几"
_QUALIFIER = re.compile(r"(约|大约|大于|小于|不足|超过|近|左右|以上|以下|[<>≤≥≈~±])")

MISSING_MARKS = frozenset(["", *"- -- — —— – / \\ 无 无数据 n/a na none null nil 未检测 未测 缺".split()])
"""What people type where they have no value (compared in lower case after narrowing)."""


@dataclass(frozen=True, slots=True)
class NumberRule:
    """What a column declares about its cells beyond plain numbers.

    `gaps`: texts that mean "no value" (the cell becomes a gap, never zero). `counts`: "12万" and "3亿" are read
    as exact.
    """

    gaps: frozenset[str] = frozenset()
    counts: bool = False


def narrow(text: str) -> str:
    """Full-width characters as plain ones, surrounding blanks removed."""
    return (text if text.isascii() else text.translate(_NARROW)).strip()


def parse_number(text: str, place: Place = Place()) -> Fraction:
    """Read one number that a person wrote; full-width digits and groups of three with commas are accepted.

    Raises:
        Refused: TH-N01 to TH-N10, each with the text that was seen.
    """
    if len(text) > LONGEST:
        raise refuse("TH-N09", place, seen=len(text), wanted=LONGEST)
    # most cells are plain, so the common path is one match and two integers
    match = _PLAIN.fullmatch(text)
    if match is None:
        plain = narrow(text)
        if _GROUPED.fullmatch(plain):
            plain = plain.replace(",", "")
        match = _PLAIN.fullmatch(plain)
        if match is None:
            raise _why_not(text, plain, place)
    sign, whole, part = match.groups()
    if part is None:
        return Fraction(int(sign + whole))
    return Fraction(int(sign + whole + part), 10 ** len(part))


def parse_by_rule(text: str, rule: NumberRule, place: Place = Place()) -> Fraction | None:
    """Read a number by the rule that its column declares; None is a gap.

    Raises:
        Refused: as `parse_number`, for everything that the rule does not name.
    """
    plain = narrow(text)
    if plain in rule.gaps:
        return None
    if rule.counts and plain[-1:] in ("万", "亿"):
        return parse_number(plain[:-1], place) * (10**4 if plain[-1] == "万" else 10**8)
    return parse_number(text, place)


def parse_measure(text: str, place: Place = Place()) -> tuple[Fraction, str]:
    """Split "58.3%" or "1,200 t" into number and unit text ("" where there is none); the unit is not checked.

    Raises:
        Refused: TH-N03 for a counting word alone ("12万"), else as `parse_number`.
    """
    plain = narrow(text) if len(text) <= LONGEST else text
    match = _UNITED.fullmatch(plain)
    if match is None or not _names_unit(plain, match[2]):
        return parse_number(text, place), ""
    return parse_number(match[1], place), match[2].strip()


def exact_text(value: Fraction) -> str:
    """The canonical text: "12.5" where the decimals end, else "1/3"; no exponent, no trailing zero.

    Raises:
        Refused: TH-N09 where the text would have over 4000 digits.
    """
    top, bottom = value.numerator, value.denominator
    if bottom == 1:
        return _digits(top)
    # a fraction ends in decimals exactly if its denominator has no prime factor but 2 and 5
    twos = (bottom & -bottom).bit_length() - 1
    rest, fives = bottom >> twos, 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    if rest != 1:
        return f"{_digits(top)}/{_digits(bottom)}"
    places = max(twos, fives)
    if places > _LONGEST_EXACT:
        raise refuse("TH-N09", seen=f"> {places}", wanted=_LONGEST_EXACT)
    digits = _digits(abs(top) * 10**places // bottom).rjust(places + 1, "0")
    return f"{'-' if top < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def parse_exact(text: str) -> Fraction:
    """The inverse of `exact_text`; quotients need not be in lowest terms ("44/12").

    Raises:
        Refused: TH-N01 for any other text, TH-N09 for one that is too long.
    """
    if len(text) > 2 * _LONGEST_EXACT + 2:
        raise refuse("TH-N09", seen=len(text), wanted=2 * _LONGEST_EXACT + 2)
    match = _EXACT.fullmatch(text)
    # "-0" and "-0/3" are second spellings of zero
    if match is None or (match[1] and match[2] == "0" and not match[3]):
        raise refuse("TH-N01", seen=text)
    sign, whole, part, bottom = match.groups()
    if max(len(whole) + len(part or ""), len(bottom or "")) > _LONGEST_EXACT:
        raise refuse("TH-N09", seen=len(text), wanted=_LONGEST_EXACT)
    if part is not None:
        return Fraction(int(sign + whole + part), 10 ** len(part))
    return Fraction(int(sign + whole), int(bottom) if bottom else 1)


def grouped(text: str) -> str:
    """A decimal for people: "-5512894.3" becomes "−5,512,894.3" (minus as U+2212); other texts stay."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        return text
    sign, whole, part = match.groups()
    return ("\u2212" if sign == "-" else "") + f"{int(whole):,}" + (f".{part}" if part else "")


def _digits(value: int) -> str:
    # Python refuses to print huge integers with a ValueError; people get a problem instead
    digits = value.bit_length() * 30103 // 100_000
    if digits >= _LONGEST_EXACT:
        raise refuse("TH-N09", seen=f"> {digits}", wanted=_LONGEST_EXACT)
    return str(value)


def _names_unit(plain: str, rest: str) -> bool:
    if _SCIENTIFIC.match(plain) or _PROGRAM.fullmatch(plain) or _word_in(rest):
        return False
    return not _strange(rest.translate(_POWERS))


def _word_in(text: str) -> str:
    """The approximating or counting word in a text that is otherwise a number, or ""."""
    match = _QUALIFIER.search(text)
    if match:
        return match[0]
    rest = text.lstrip("+-0123456789., ")
    return rest if rest and all(each in _COUNTING for each in rest) else ""


def _strange(text: str) -> str:
    """The first character that some program takes for a digit although it is none of 0 to 9."""
    return next((each for each in text if not "0" <= each <= "9" and _numeric(each)), "")


def _numeric(each: str) -> bool:
    # Chinese numerals are numeric to Unicode too, but 万 and 亿 are counting words with their own remedy
    return each not in _COUNTING and unicodedata.numeric(each, None) is not None


def _why_not(text: str, plain: str, place: Place) -> Refused:
    """The most helpful refusal for a text that is no number."""
    # the order matters: "-" is a mark before it is a sign, "1e5" is a notation before it is a unit
    if plain.lower() in MISSING_MARKS:
        return refuse("TH-N04", place, seen=text)
    if _LEFTOVER.fullmatch(plain):
        return refuse("TH-N05", place, seen=text)
    if _PROGRAM.fullmatch(plain):
        return refuse("TH-N07", place, seen=text)
    if _SCIENTIFIC.fullmatch(plain):
        return refuse("TH-N06", place, seen=text)
    if _SPACED.fullmatch(plain) or _COMMAS.fullmatch(plain):
        first, second = _readings(plain)
        return refuse("TH-N02", place, seen=text, first=first, second=second)
    word = _word_in(plain)
    if word:
        return refuse("TH-N03", place, seen=text, word=word)
    strange = _strange(plain)
    if strange:
        return refuse("TH-N08", place, seen=text, word=strange)
    match = _UNITED.fullmatch(plain)
    if match and _PLAIN.fullmatch(match[1].replace(",", "")):
        return refuse("TH-N10", place, seen=text, word=match[2])
    return refuse("TH-N01", place, seen=text)


def _readings(plain: str) -> tuple[str, str]:
    """Two ways in which people mean an ambiguous number, for the message."""
    if plain.startswith("("):
        return plain.strip("()"), "-" + plain.strip("()")
    if " " in plain:
        return plain.replace(" ", ""), " / ".join(plain.split())
    european = plain.replace(".", "").replace(",", ".")
    return plain.replace(",", ""), european
