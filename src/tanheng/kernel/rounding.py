"""Rounding: the only place where digits are dropped, by a rule with a name.

`half_up` 四舍五入, ties away from zero · `half_even` 四舍六入五成双 of GB/T 8170-2008, ties to the even digit ·
`down` towards minus infinity · `up` towards plus infinity · `truncate` towards zero · `significant` n
significant digits, ties away from zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import refuse

MODES = ("half_up", "half_even", "down", "up", "truncate", "significant")
_MOST = 60
_LABELS = {
    "half_up": ("四舍五入到{}", "half up to {}"),
    "half_even": ("四舍六入五成双（GB/T 8170）到{}", "half to even (GB/T 8170) to {}"),
    "down": ("向下取到{}", "down to {}"),
    "up": ("向上取到{}", "up to {}"),
    "truncate": ("截尾到{}", "truncated to {}"),
    "significant": ("四舍五入取 {} 位有效数字", "half up to {} significant digits"),
}
_WRITTEN = re.compile(r"([a-z_]+) (-?[0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class Rounding:
    """A rule and its digits: decimals (negative: tens, hundreds); for `significant` how many digits stay."""

    mode: str
    digits: int

    def __post_init__(self) -> None:
        least = 1 if self.mode == "significant" else -_MOST
        if self.mode not in MODES or not least <= self.digits <= _MOST:
            raise refuse("TH-N11", seen=f"{self.mode} {self.digits}", wanted=" ".join(MODES))

    @property
    def text(self) -> str:
        """The rule as written in method files: "half_up 2"."""
        return f"{self.mode} {self.digits}"

    def apply(self, value: Fraction) -> Fraction:
        """The rounded value, exactly."""
        places = self._places(value)
        top, bottom = value.numerator, value.denominator
        if places >= 0:
            return Fraction(self._whole(top * 10**places, bottom), 10**places)
        return Fraction(self._whole(top, bottom * 10**-places) * 10**-places)

    def show(self, value: Fraction) -> str:
        """The rounded value with every digit of the rule: "0.5500"; never "-0.00"."""
        rounded = self.apply(value)
        # rounding may carry into a new leading digit (9.96 to two digits is 10), which costs a decimal
        places = self._places(rounded)
        if places <= 0:
            return exact_text(rounded)
        scaled = rounded * 10**places
        digits = exact_text(abs(scaled)).rjust(places + 1, "0")
        return f"{'-' if scaled < 0 else ''}{digits[:-places]}.{digits[-places:]}"

    def label(self, lang: str = "zh") -> str:
        """The rule for people."""
        zh, en = _LABELS[self.mode]
        said = zh if lang == "zh" else en
        return said.format(self.digits if self.mode == "significant" else _to_what(self.digits, lang))

    def _places(self, value: Fraction) -> int:
        if self.mode != "significant":
            return self.digits
        return 0 if value == 0 else self.digits - 1 - _magnitude(abs(value))

    def _whole(self, top: int, bottom: int) -> int:
        """The whole number that stands for top / bottom; bottom is positive."""
        if self.mode == "down":
            return top // bottom
        if self.mode == "up":
            return -(-top // bottom)
        # the other rules are symmetric about zero
        size, sign = abs(top), -1 if top < 0 else 1
        if self.mode == "truncate":
            return sign * (size // bottom)
        if self.mode == "half_even":
            whole, rest = divmod(size, bottom)
            up = 2 * rest > bottom or (2 * rest == bottom and whole % 2 == 1)
            return sign * (whole + up)
        return sign * ((2 * size + bottom) // (2 * bottom))


# typed, for True is 1 to a cache
@lru_cache(maxsize=512, typed=True)
def parse_rounding(text: str | int, mode: str | None = None) -> Rounding:
    """Read "half_even 3", or 2 with the mode that the method names.

    Raises:
        Refused: TH-N11 for an unknown mode, digits out of range, or bare digits without a mode.
    """
    # True is an integer to Python, but nobody means one digit by it
    if isinstance(text, int) and not isinstance(text, bool) and mode is not None:
        return Rounding(mode, text)
    match = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise refuse("TH-N11", seen=text, wanted=" ".join(MODES))
    return Rounding(match[1], int(match[2]))


def _magnitude(size: Fraction) -> int:
    """The exponent e with 10^e <= size < 10^(e+1), for a positive size."""
    # bit lengths give the exponent to within one (log10 of 2 is 0.30103); the comparisons decide exactly
    guess = (size.numerator.bit_length() - size.denominator.bit_length()) * 30103 // 100_000 - 1
    while size >= Fraction(10) ** (guess + 1):
        guess += 1
    return guess


def _to_what(digits: int, lang: str) -> str:
    if digits > 0:
        return f" {digits} 位小数" if lang == "zh" else f"{digits} decimal{'s' if digits > 1 else ''}"
    if digits == 0:
        return "整数" if lang == "zh" else "whole numbers"
    return f" 10^{-digits} 的倍数" if lang == "zh" else f"multiples of 10^{-digits}"
