"""Exact arithmetic in SQL: a value is n / d times a ratio that is known while the statement is written.

`n` and `d` are whole-number columns (d above zero, none where it is 1), `ratio` a fraction that never enters
the database: units, decimals and constants of the law live there. Sums bring both sides to one ratio.
DuckDB's widest whole number has 127 bits. Bounds measured on the data say which operation cannot overflow;
any other runs under TRY, and a row in which it overflows is left to the exact back end (`PENDING`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm

from tanheng.engine.sql.sheet import Atom, Sheet

PENDING = -1
"""The failure code of a row that SQL leaves to the exact back end."""
WIDEST = 2**127 - 1
NARROW = 2**62
ONE = Fraction(1)


class Unsayable(Exception):
    """What SQL cannot compute exactly, with one of the listed reasons."""

    def __init__(self, reason: str, text: str = "") -> None:
        self.reason, self.text = reason, text


@dataclass(frozen=True, slots=True)
class Val:
    """A value of any kind in a sheet.

    Attributes:
        n: The value; of a number the numerator. NULL where the value is absent or failed.
        fail: A failure code where it failed, NULL elsewhere; None where it cannot fail.
        most: Bound of |n|, None if unknown; `most_d` of d.
        const: The whole value, when it is known now.
        apart: Scopes by which the denominator differs.
    """

    n: Atom
    kind: str = "number"
    fail: Atom | None = None
    d: Atom | None = None
    ratio: Fraction = ONE
    most: int | None = None
    most_d: int | None = 1
    const: Fraction | None = None
    apart: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether n needs more than 64 bits."""
        return self.most is None or self.most >= NARROW


def constant(value: Fraction) -> Val:
    """A number that is known now: its size is ratio, its sign the numerator."""
    n = (value > 0) - (value < 0)
    return Val(Atom(whole(n)), ratio=abs(value) or ONE, most=1, const=value)


def times(a: int | None, b: int | None) -> int | None:
    """The product of two bounds."""
    return None if a is None or b is None else a * b


def plus(a: int | None, b: int | None) -> int | None:
    """The sum of two bounds."""
    return None if a is None or b is None else a + b


def shared(ratios: list[Fraction]) -> Fraction:
    """The largest ratio of which all the given ones are whole multiples."""
    found = ratios[0]
    for ratio in ratios[1:]:
        bottom = lcm(found.denominator, ratio.denominator)
        top = gcd(
            found.numerator * (bottom // found.denominator), ratio.numerator * (bottom // ratio.denominator)
        )
        found = Fraction(top, bottom)
    return found


def whole(value: int) -> str:
    """A whole number as literal; DuckDB takes small ones for 32 bits and overflows."""
    if abs(value) > WIDEST:
        raise Unsayable("too many digits", str(value))
    # in brackets: two signs in a row would begin a comment
    return f"({value})::BIGINT" if abs(value) < NARROW else f"'{value}'::HUGEINT"


class Arithmetic:
    """Operations on values of one sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    # --- whole-number columns

    def made(self, text: str, most: int | None, *needs: Atom | None) -> tuple[Atom, bool]:
        """A column of whole numbers and whether it may be NULL by overflow.

        Args:
            text: An expression with `{}` for each of the needed atoms.
            most: Bound of every part of the expression.
        """
        atoms = [n for n in needs if n is not None]
        narrow = most is not None and most < NARROW
        names = [a.sql if narrow else f"{a.sql}::HUGEINT" for a in atoms]
        sql = text.format(*names)
        risky = most is None or most > WIDEST
        return self.sheet.column(f"TRY({sql})" if risky else sql, *atoms), risky

    def multiplied(self, a: Atom | None, b: Atom | None, most: int | None) -> tuple[Atom | None, bool]:
        """The product of two columns, None standing for 1."""
        if a is None or b is None:
            return a if b is None else b, False
        return self.made("({} * {})", most, a, b)

    def by(self, a: Atom, factor: int, most: int | None) -> tuple[Atom, bool]:
        """A column times a whole number."""
        if factor == 1:
            return a, False
        if factor == -1:
            return self.made("(-{})", most, a)
        return self.made(f"({{}} * {whole(factor)})", most, a)

    # --- failures

    def first(self, *fails: Atom | None) -> Atom | None:
        """The first failure of a row."""
        there = list(dict.fromkeys(f for f in fails if f is not None))
        if len(there) < 2:
            return there[0] if there else None
        return self.sheet.column(f"COALESCE({', '.join(map(str, there))})", *there)

    def then(self, a: Val, fail: Atom | None) -> Atom | None:
        """A failure that is met only where `a` is there: what is read after it."""
        if fail is None or a.const is not None:
            return self.first(a.fail, fail)
        later = self.sheet.column(f"CASE WHEN {a.n} IS NOT NULL THEN {fail} END", a.n, fail)
        return self.first(a.fail, later)

    def overflown(
        self, fail: Atom | None, risky: bool, result: Atom | None, *needs: Atom | None
    ) -> Atom | None:
        """The failure column with PENDING where all needed parts are there and the result is not."""
        if not risky or result is None:
            return fail
        there = [n for n in needs if n is not None]
        text = " AND ".join([f"{n} IS NOT NULL" for n in there] + [f"{result} IS NULL"])
        return self.first(fail, self.sheet.column(f"CASE WHEN {text} THEN {PENDING} END", *there, result))

    # --- operations

    def multiply(self, a: Val, b: Val) -> Val:
        """The product."""
        if a.const is not None and b.const is not None:
            return constant(a.const * b.const)
        if a.const is not None:
            a, b = replace(b, fail=self.first(a.fail, b.fail)), a
        fail = self.then(a, b.fail)
        if b.const is not None:
            return self._scaled(a, b.const)
        most, most_d = times(a.most, b.most), times(a.most_d, b.most_d)
        n, risky = self.multiplied(a.n, b.n, most)
        d, risky_d = self.multiplied(a.d, b.d, most_d)
        assert n is not None
        fail = self.overflown(fail, risky, n, a.n, b.n)
        fail = self.overflown(fail, risky_d, d, a.n, b.n)
        n = self._both(n, d, risky_d)
        return Val(
            n, fail=fail, d=d, ratio=a.ratio * b.ratio, most=most, most_d=most_d, apart=a.apart | b.apart
        )

    def _scaled(self, a: Val, factor: Fraction) -> Val:
        if factor == 0:
            n, _ = (
                self.made("({} * 0)", 1, a.n) if not a.wide else (self.sheet.column(f"({a.n} * 0)", a.n), 0)
            )
            return Val(n, fail=a.fail, most=0)
        n = a.n if factor > 0 else self.by(a.n, -1, a.most)[0]
        return replace(a, n=n, ratio=a.ratio * abs(factor))

    def _both(self, n: Atom, d: Atom | None, risky: bool) -> Atom:
        # a value is absent or there as a whole
        return (
            n
            if d is None or not risky
            else self.sheet.column(f"CASE WHEN {d} IS NOT NULL THEN {n} END", n, d)
        )

    def divide(self, a: Val, b: Val, zero: int) -> Val:
        """The quotient; `zero` is the failure code where b is 0."""
        if b.const:
            if a.const is not None:
                return constant(a.const / b.const)
            return self._scaled(a, 1 / b.const)
        stop = self.sheet.column(f"CASE WHEN {b.n} = 0 THEN {zero} END", b.n)
        fail = self.then(a, self.first(b.fail, stop))
        most = times(a.most, b.most_d)
        top, risky = self.multiplied(a.n, b.d, most)
        size, _ = self.made("abs({})", b.most, b.n)
        most_d = times(b.most, a.most_d)
        d, risky_d = self.multiplied(a.d, size, most_d)
        assert top is not None and d is not None
        signed, _ = self.made(
            f"CASE WHEN {b.n} > 0 THEN {{0}} WHEN {b.n} < 0 THEN -{{0}} END", most, top, b.n
        )
        fail = self.overflown(fail, risky, top, a.n, b.n)
        fail = self.overflown(fail, risky_d, d, a.n, b.n)
        n = self._both(signed, d, risky_d)
        apart = a.apart | b.apart | frozenset(self.sheet.scopes)
        return Val(n, fail=fail, d=d, ratio=a.ratio / b.ratio, most=most, most_d=most_d, apart=apart)

    def aligned(self, a: Val, b: Val) -> tuple[Val, Val]:
        """Two numbers with one ratio and one denominator."""
        if a.const == 0:
            a = replace(a, ratio=b.ratio)
        if b.const == 0:
            b = replace(b, ratio=a.ratio)
        ratio = shared([a.ratio, b.ratio])
        left, right = self.at(a, ratio), self.at(b, ratio)
        if left.d == right.d:
            return left, right
        return self._over(left, right), self._over(right, left)

    def at(self, a: Val, ratio: Fraction) -> Val:
        """A number with another ratio, of which its own is a whole multiple."""
        factor = a.ratio / ratio
        assert factor.denominator == 1
        if a.const is not None:
            size = factor.numerator * ((a.const > 0) - (a.const < 0))
            return replace(a, n=Atom(whole(size)), ratio=ratio, most=abs(size))
        most = times(a.most, factor.numerator)
        n, risky = self.by(a.n, factor.numerator, most)
        return replace(a, n=n, ratio=ratio, most=most, fail=self.overflown(a.fail, risky, n, a.n))

    def _over(self, a: Val, b: Val) -> Val:
        most, most_d = times(a.most, b.most_d), times(a.most_d, b.most_d)
        n, risky = self.multiplied(a.n, b.d, most)
        d, risky_d = self.multiplied(a.d, b.d, most_d)
        assert n is not None
        fail = self.overflown(a.fail, risky, n, a.n, b.d)
        fail = self.overflown(fail, risky_d, d, a.n, a.d, b.d)
        n = self._both(n, d, risky_d)
        return replace(a, n=n, d=d, most=most, most_d=most_d, fail=fail, apart=a.apart | b.apart)

    def add(self, a: Val, b: Val, sign: int) -> Val:
        """The sum or, with sign −1, the difference."""
        if a.const is not None and b.const is not None:
            return constant(a.const + sign * b.const)
        left, right = self.aligned(a, b)
        most = plus(left.most, right.most)
        n, risky = self.made(f"({{}} {'+' if sign > 0 else '-'} {{}})", most, left.n, right.n)
        fail = self.overflown(self.then(left, right.fail), risky, n, left.n, right.n)
        d = left.d if left.d is not None else right.d
        return Val(
            n, fail=fail, d=d, ratio=left.ratio, most=most, most_d=left.most_d, apart=left.apart | right.apart
        )

    def absolute(self, a: Val) -> Val:
        """|a|."""
        if a.const is not None:
            return constant(abs(a.const))
        return replace(a, n=self.made("abs({})", a.most, a.n)[0])

    def extreme(self, a: Val, b: Val, largest: bool) -> Val:
        """The larger or smaller of two numbers; absent if either is."""
        left, right = self.aligned(a, b)
        sign = ">=" if largest else "<="
        test = f"{left.n} {sign} {right.n}"
        pick = self.sheet.column(
            f"CASE WHEN {left.n} IS NULL OR {right.n} IS NULL THEN NULL WHEN {test} THEN {left.n} "
            f"ELSE {right.n} END",
            left.n,
            right.n,
        )
        most = None if left.most is None or right.most is None else max(left.most, right.most)
        d = left.d if left.d is not None else right.d
        return Val(
            pick,
            fail=self.first(left.fail, right.fail),
            d=d,
            ratio=left.ratio,
            most=most,
            most_d=left.most_d,
            apart=left.apart | right.apart,
        )

    def power(self, a: Val, exponent: int, code: int) -> Val:
        """A value to a whole exponent; `code` is the failure where 0 has a negative one."""
        if exponent == 0:
            n = self.sheet.column(f"CASE WHEN {a.n} IS NOT NULL THEN 1::BIGINT END", a.n)
            return Val(n, fail=a.fail, most=1)
        found = a
        for _ in range(abs(exponent) - 1):
            found = self.multiply(found, a)
        return found if exponent > 0 else self.divide(constant(ONE), found, code)

    def compare(self, a: Val, op: str, b: Val) -> tuple[Atom, Atom | None, Atom | None]:
        """The truth of a comparison, and the failures of its sides."""
        # a sign is the sign of the numerator
        if b.const == 0 and a.const is None:
            return self.sheet.column(f"({a.n} {op} 0)", a.n), a.fail, b.fail
        left, right = self.aligned(a, b)
        return self.sheet.column(f"({left.n} {op} {right.n})", left.n, right.n), left.fail, right.fail
