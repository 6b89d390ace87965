"""Units: types with a dimension and an exact scale, read from `units.toml`.

A unit text is `a*b/c` with powers `m^2`; an atom may carry a multiplier (`1e4Nm3`), and a mass a substance
(`kgCO2e`), which is a dimension of its own. `[fuel]` is an open dimension that `bind_unit` replaces by a
member's real unit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tanheng.kernel.numbers import parse_exact
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse
from tanheng.kernel.resources import load_toml

Dimension = tuple[tuple[str, int], ...]
"""(base, exponent) pairs, sorted, without zero exponents; a pure number is ()."""

Run = tuple[str, str]
"""A piece of text with "" (on the line), "sub" or "sup"."""

# no unit of a method comes near these; they keep hostile texts from costing time
LONGEST = 120
_MOST_POWER = 9
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
# people type many dots, signs and brackets for the same thing; what is left after this table is one spelling
_SAME = dict.fromkeys("·⋅×∙•・", "*") | {"−": "-", "（": "(", "）": ")", "℃": "degC", "°C": "degC"}
_TOKEN = re.compile(
    r"[*/()]|(?:\[\w+\]|(?:1[eE]|10\^)\d+|[^*/()^\[\]])+(?:\([^()*/]+\))?(?:\^-?\d+)?|\[\w+\](?:\^-?\d+)?"
)
_POWERED = re.compile(r"(.+?)(?:\^(-?\d+))?")
_OPEN = re.compile(r"\[\w+\]")
_MARK = re.compile(r"([_^])\{([^}]*)\}")
_BARE_VOLUME = re.compile(r"m3|立方米|立方|方")


@dataclass(frozen=True, slots=True)
class Atom:
    """One symbol: canonical text, dimension, scale in base units, and label with _{} and ^{} marks."""

    text: str
    dimension: Dimension
    scale: Fraction
    label: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: canonical text, dimension, and how many base units one of it is."""

    text: str
    dimension: Dimension
    scale: Fraction

    def __mul__(self, other: Unit) -> Unit:
        return _joined(self, other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return _joined(self, other, -1)

    def __pow__(self, power: int) -> Unit:
        factors = {name: exponent * power for name, exponent in _factors(self.text).items()}
        dimension = tuple((base, exponent * power) for base, exponent in self.dimension if power)
        return Unit(_written(factors), dimension, self.scale**power)

    @property
    def label(self) -> str:
        """The unit in one line for people: "tCO2/t", "GJ/10^4Nm³", "t·km", "万元"."""
        return "".join(_flat(text, kind) for text, kind in self.runs())

    def runs(self) -> tuple[Run, ...]:
        """The unit for typesetting, in pieces with "", "sub" or "sup"; pieces of one kind are joined."""
        return _runs(self.text)


def parse_unit(text: str, place: Place = Place()) -> Unit:
    """Read a unit text; full-width forms, ·, ₂, ³ and the usual Chinese names are understood.

    Raises:
        Refused: TH-U01 an unknown symbol (with a hint), TH-U06 a gas volume without its state, TH-U07 not a
        unit text.
    """
    try:
        return _parsed(text)
    except Refused as refused:
        # the text is remembered without its place, so the place is put in here
        raise Refused(Problem(each.code, place, each.params) for each in refused.problems) from None


def bind_unit(unit: Unit, members: Mapping[str, Unit], place: Place = Place()) -> Unit:
    """Replace each open dimension such as "[fuel]" by the unit of its member (keys without brackets).

    Raises:
        Refused: TH-U08 when a member has no unit.
    """
    if "[" not in unit.text:
        return unit
    bound = PURE
    for name, power in _factors(unit.text).items():
        if not name.startswith("["):
            factor = parse_unit(name)
        elif name[1:-1] in members:
            factor = members[name[1:-1]]
        else:
            raise refuse("TH-U08", place, seen=unit.text, word=name)
        bound = bound * factor**power
    return bound


def convert(value: Fraction, source: Unit, target: Unit, place: Place = Place()) -> Fraction:
    """The value in `target`, exactly.

    Raises:
        Refused: TH-U02 when the dimensions differ.
    """
    # most values already have the unit that their input declares
    if source is target or source.text == target.text:
        return value
    if source.dimension != target.dimension:
        raise refuse("TH-U02", place, seen=source.text, wanted=target.text)
    return value * source.scale / target.scale


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Unit:
    factors: dict[str, int] = {}
    for name, power in _read(text):
        factors[name] = factors.get(name, 0) + power
    scale, total = Fraction(1), dict[str, int]()
    for name, power in factors.items():
        atom = _atom(name)
        scale *= atom.scale**power
        for base, exponent in atom.dimension:
            total[base] = total.get(base, 0) + exponent * power
    return Unit(_written(factors), _dimension(total), scale)


def _read(text: str) -> list[tuple[str, int]]:
    """(canonical atom, exponent) in the order of the text."""
    plain = _plain(text)
    tokens = _TOKEN.findall(plain)
    if not plain or len(text) > LONGEST or "".join(tokens) != plain:
        raise refuse("TH-U07", seen=text)
    found: list[tuple[str, int]] = []
    sign, group, wants = 1, 0, True
    for token in tokens:
        if token in "*/":
            # "kg/(t*km)": the sign of the bracket holds for everything inside
            sign = group or (1 if token == "*" else -1)
            if wants or (group and token == "/"):
                raise refuse("TH-U07", seen=text)
            wants = True
        elif token == "(":
            if not wants or group or sign == 1:
                raise refuse("TH-U07", seen=text)
            group = sign
        elif token == ")":
            if wants or not group:
                raise refuse("TH-U07", seen=text)
            group = 0
        else:
            if not wants:
                raise refuse("TH-U07", seen=text)
            found.extend((name, sign * power) for name, power in _factor(token, text))
            wants = False
    if wants or group:
        raise refuse("TH-U07", seen=text)
    return found


def _factor(token: str, text: str) -> list[tuple[str, int]]:
    if token == "1":
        return []
    match = _POWERED.fullmatch(token)
    if match is None:  # a line break within the text
        raise refuse("TH-U07", seen=text)
    # a longer exponent is not even turned into a number
    power = int(match[2] or "1") if len(match[2] or "") <= 2 else 0
    if not 1 <= abs(power) <= _MOST_POWER:
        raise refuse("TH-U07", seen=text)
    joined = _tables().joined.get(match[1])
    if joined:
        return [(name, power) for name in joined]
    return [(_canonical(match[1], text), power)]


def _plain(text: str) -> str:
    """The text with one spelling for everything that has several; blanks removed."""
    if text.isascii():
        return _cubed(text.replace(" ", ""))
    raised = re.sub(f"[{_RAISED}]+", lambda run: "^" + unicodedata.normalize("NFKC", run[0]), text)
    for seen, meant in _SAME.items():
        raised = raised.replace(seen, meant)
    narrow = unicodedata.normalize("NFKC", raised).replace("−", "-").replace("°C", "degC")
    return _cubed("".join(narrow.split()))


def _cubed(text: str) -> str:
    # m^2 and m^3 are atoms of their own, because a cubic metre of gas must say its state
    return re.sub(r"m\^([23])(?!\d)", r"m\1", text)


def _canonical(word: str, text: str) -> str:
    """The canonical name of an atom with its multiplier; refuses what the table does not hold."""
    tables = _tables()
    if _OPEN.fullmatch(word):
        return word
    if word in tables.names:
        return tables.names[word]
    for spelling, prefix in tables.prefixes:
        rest = word[len(spelling) :]
        if word.startswith(spelling) and rest:
            if rest in tables.names:
                return prefix + tables.names[rest]
            if _BARE_VOLUME.fullmatch(rest):
                raise refuse("TH-U06", seen=text)
    if _BARE_VOLUME.fullmatch(word):
        raise refuse("TH-U06", seen=text)
    # a wrong case is pointed out, never mended: M and m are a thousand million apart
    like = [name for name in tables.names if name.isascii() and name.lower() == word.lower()]
    hint = sorted({tables.names[name] for name in like})
    raise Refused(
        problem(
            "TH-U01",
            seen=text,
            word=word,
            hint_zh=f"是否为 {'、'.join(hint)}？" if hint else "",
            hint_en=f"Did you mean {' or '.join(hint)}? " if hint else "",
        )
    )


@dataclass(frozen=True, slots=True)
class _Tables:
    """What `units.toml` says, indexed.

    `names`: every spelling of an atom to its canonical text; `prefixes`: (spelling, canonical), longest
    first; `powers`: scale of a canonical prefix; `in_wan`: atoms of which ten thousand is written 万;
    `joined`: words that stand for several atoms.
    """

    atoms: Mapping[str, Atom]
    names: Mapping[str, str]
    prefixes: tuple[tuple[str, str], ...]
    powers: Mapping[str, Fraction]
    in_wan: frozenset[str]
    joined: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    data = load_toml("tanheng.kernel", "units.toml")
    atoms: dict[str, Atom] = {}
    names: dict[str, str] = {}
    in_wan: set[str] = set()
    for text, row in data["atom"].items():
        dimension = _dimension(row["of"])
        scale = parse_exact(row["scale"])
        masses = [(text, (text, *row.get("also", ())), dimension, row.get("label", text))]
        # every mass with every substance is an atom, so that "kgCO2e" needs no guessing where kg ends
        if row.get("substance"):
            for substance, of in data["substance"].items():
                ends = (substance, *of.get("also", ()))
                spelt = tuple(each + end for each in masses[0][1] for end in ends)
                masses.append(
                    (text + substance, spelt, ((f"mass {substance}", 1),), text + of.get("label", substance))
                )
        for name, spellings, own, label in masses:
            atoms[name] = Atom(name, own, scale, label)
            in_wan |= {name} if row.get("wan") else set()
            for spelling in spellings:
                # two atoms under one spelling would make a unit depend on the order of the table
                if names.setdefault(spelling, name) != name:
                    raise ValueError(f"units.toml: {spelling} names both {names[spelling]} and {name}")
    prefixes = [
        (each, name) for name, row in data["prefix"].items() for each in (name, name.upper(), *row["also"])
    ]
    prefixes.sort(key=lambda pair: -len(pair[0]))
    powers = {name: parse_exact(row["scale"]) for name, row in data["prefix"].items()}
    joined = {name: tuple(parts) for name, parts in data["joined"].items()}
    return _Tables(atoms, names, tuple(prefixes), powers, frozenset(in_wan), joined)


@lru_cache(maxsize=4096)
def _atom(name: str) -> Atom:
    """The atom of a canonical name, with its multiplier."""
    if name.startswith("["):
        return Atom(name, ((name, 1),), Fraction(1), name)
    tables = _tables()
    if name in tables.atoms:
        return tables.atoms[name]
    prefix, rest = name[:3], name[3:]
    atom = tables.atoms[rest]
    label = "万" if prefix == "1e4" and rest in tables.in_wan else f"10^{{{prefix[2:]}}}"
    return Atom(name, atom.dimension, atom.scale * tables.powers[prefix], label + atom.label)


def _factors(text: str) -> dict[str, int]:
    """The canonical atoms of a canonical text with their exponents."""
    factors: dict[str, int] = {}
    for sign, name, power in re.findall(r"(^|[*/])([^*/^]+)(?:\^(\d+))?", text):
        if name != "1":
            factors[name] = (-1 if sign == "/" else 1) * int(power or "1")
    return factors


def _written(factors: Mapping[str, int]) -> str:
    over = "*".join(_power(name, power) for name, power in factors.items() if power > 0)
    under = "".join("/" + _power(name, -power) for name, power in factors.items() if power < 0)
    return (over or "1") + under


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


def _dimension(total: Mapping[str, int]) -> Dimension:
    return tuple(sorted((base, exponent) for base, exponent in total.items() if exponent))


def _joined(left: Unit, right: Unit, sign: int) -> Unit:
    factors = _factors(left.text)
    for name, power in _factors(right.text).items():
        factors[name] = factors.get(name, 0) + sign * power
    total = dict(left.dimension)
    for base, exponent in right.dimension:
        total[base] = total.get(base, 0) + sign * exponent
    return Unit(_written(factors), _dimension(total), left.scale * right.scale**sign)


@lru_cache(maxsize=4096)
def _runs(text: str) -> tuple[Run, ...]:
    pieces: list[Run] = []
    for sign, name, power in re.findall(r"(^|[*/])([^*/^]+)(?:\^(\d+))?", text):
        label = _atom(name).label if name != "1" else "1"
        marked = {"*": "·", "/": "/"}.get(sign, "") + label + (f"^{{{power}}}" if power else "")
        at = 0
        for match in _MARK.finditer(marked):
            pieces += [(marked[at : match.start()], ""), (match[2], "sub" if match[1] == "_" else "sup")]
            at = match.end()
        pieces.append((marked[at:], ""))
    runs: list[Run] = []
    for piece, kind in pieces:
        if piece and runs and runs[-1][1] == kind:
            runs[-1] = (runs[-1][0] + piece, kind)
        elif piece:
            runs.append((piece, kind))
    return tuple(runs)


def _flat(text: str, kind: str) -> str:
    # ² and ³ are in every font; other raised digits are not, and no CJK font has lowered ones
    if kind == "sup":
        return {"2": "²", "3": "³"}.get(text, f"^{text}")
    return text


PURE = Unit("1", (), Fraction(1))
"""The unit of a pure number."""
