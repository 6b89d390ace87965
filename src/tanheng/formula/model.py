"""What a method is once its file has been read: frozen, checked, ready for every back end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tanheng.formula.expr import Expr
from tanheng.kernel.rounding import Rounding
from tanheng.kernel.units import Unit

# the year is the run itself, so no name needs to say it
TIME_SCOPES = ("month", "day")


@dataclass(frozen=True, slots=True)
class Scope:
    """A set of rows that a value may belong to.

    Attributes:
        within: Scopes whose member each row lies in, directly.
        open: Rows come as they come; no rows total 0 and have no mean.
        rows: Members fixed by the law; empty when a plant names its own.
        units: Admissible own units of the members, read as `[id]` in unit texts.
        letter: Index letter in typeset formulas.
    """

    id: str
    zh: str = ""
    en: str = ""
    letter: str = ""
    within: tuple[str, ...] = ()
    open: bool = False
    rows: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """A column of input. `closure` is every scope that it has a value for, in the method's order."""

    name: str
    table: int
    per: tuple[str, ...]
    closure: tuple[str, ...]
    kind: str
    unit: Unit | None
    optional: bool = False
    one_of: tuple[str, ...] = ()
    low: Fraction | None = None
    high: Fraction | None = None
    show: int | None = None
    zh: str = ""
    en: str = ""
    symbol: str = ""
    law: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a step's value; `default` marks a value that the law puts in the place of a missing one."""

    name: str
    expr: Expr
    when: Expr | None = None
    rounding: Rounding | None = None
    law: str = ""
    default: bool = False
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A computed value. Its ways are tried in order; the first that applies is taken and recorded."""

    name: str
    per: tuple[str, ...]
    closure: tuple[str, ...]
    kind: str
    unit: Unit | None
    ways: tuple[Way, ...]
    optional: bool = False
    follow: str = ""
    emits: bool = False
    show: int | None = None
    law: str = ""
    zh: str = ""
    en: str = ""
    symbol: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """A value in force from `since` to `until` (ISO days, empty = open)."""

    since: str
    until: str
    value: Fraction
    law: str = ""
    certainty: str = "sure"


@dataclass(frozen=True, slots=True)
class Constant:
    """A value fixed by the law: dated entries, or one factor of the library (`family` and `factor`)."""

    name: str
    unit: Unit
    dated: tuple[Dated, ...] = ()
    family: str = ""
    factor: str = ""
    law: str = ""
    certainty: str = "sure"
    zh: str = ""
    en: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A look-up by words: rows of its own, or the factor library's (`family`, `set`, `item`)."""

    name: str
    unit: Unit
    keys: tuple[str, ...]
    rows: Mapping[tuple[str, ...], tuple[Dated, ...]] = field(default_factory=dict)
    family: str = ""
    set: str = ""
    item: str = ""
    law: str = ""
    certainty: str = "sure"
    zh: str = ""
    en: str = ""
    symbol: str = ""


    def asked(self, words: tuple[str, ...]) -> dict[str, str]:
        """How the factor library is asked for a row; a last key named `region` is the row's region."""
        regional = self.keys[-1] == "region"
        named = {"set": self.set, "item": self.item, "key": "/".join(words[:-1] if regional else words)}
        return named | ({"region": words[-1]} if regional else {})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method is run for. `kind`: emission, removal, allowance, memo or indicator.

    Attributes:
        level: Of a performance parameter 1 to 3 (guide 000 5.6); 0 for others.
        better: "low" or "high", where less or more is an improvement.
    """

    name: str
    kind: str
    level: int = 0
    better: str = ""


@dataclass(frozen=True, slots=True)
class Bridge:
    """One line from the total of another boundary to this method's: `more` of this, `less` of the other."""

    zh: str
    en: str
    less: str
    more: str
    law: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A statement that must hold for each row of its `per`; with an absent value it is not applicable.

    Attributes:
        figure: What is judged, between `low` and `high`; a finding shows all three and the closing value.
        tonnes: The emissions that hang on a finding.
        covers: Id of the base's check that says the same without figures; it is not told beside a finding.
        replaced: The method itself puts another value in the place of one that breaks the rule.
        excuse: A given (word) in which people explain a finding; none of level error has one.
    """

    id: str
    per: tuple[str, ...]
    closure: tuple[str, ...]
    that: Expr
    level: str
    law: str = ""
    zh: str = ""
    en: str = ""
    figure: Expr | None = None
    low: Expr | None = None
    high: Expr | None = None
    tonnes: Expr | None = None
    unit: Unit | None = None
    covers: str = ""
    replaced: bool = False
    excuse: str = ""

    @property
    def shown(self) -> tuple[Expr, ...]:
        """The expressions beside the statement itself."""
        return tuple(e for e in (self.figure, self.low, self.high, self.tonnes) if e is not None)


@dataclass(frozen=True, slots=True)
class Fill:
    """What may stand in for a missing value: two candidates, of which the safer one for the answers is taken.

    Attributes:
        of: The given that is filled.
        closure: The window: the scopes that the candidates have a value for, all of them scopes of the given.
        otherwise: "high" or "low": the side where no answer with a safe side tells.
        reading: The candidates correct the value that was read; without it there is none.
    """

    id: str
    of: str
    closure: tuple[str, ...]
    high: Expr
    low: Expr
    otherwise: str
    reading: bool
    law: str = ""
    zh: str = ""
    en: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """One method, whole.

    Attributes:
        sequence: The names of the steps, each after those that it needs.
        digest: SHA-256 of the file.
        text: The file as read.
        bridge: The lines that lead from the total of the method it is based on to its own.
        base: The method that this one is an edition of or judges (`based_on`), with what the file changes.
        own: Names of givens, constants, tables and steps, and ids of checks, that stand in the file itself.
    """

    id: str
    zh: str
    en: str
    law: str
    boundary: str
    force: str
    until: str
    replaces: str
    rounding_law: str
    rounding_certainty: str
    scopes: Mapping[str, Scope]
    givens: Mapping[str, Given]
    constants: Mapping[str, Constant]
    tables: Mapping[str, Table]
    steps: Mapping[str, Step]
    answers: Mapping[str, Answer]
    checks: tuple[Check, ...]
    notes: tuple[Mapping[str, str], ...]
    sequence: tuple[str, ...]
    digest: str
    text: str
    bridge: tuple[Bridge, ...] = ()
    base: Method | None = None
    own: frozenset[str] = frozenset()
    fills: tuple[Fill, ...] = ()

    @property
    def lineage(self) -> tuple[Method, ...]:
        """This method and those that it is based on: every file that one needs to read it."""
        return (self, *(self.base.lineage if self.base else ()))

    def order(self, scopes: frozenset[str] | tuple[str, ...]) -> tuple[str, ...]:
        """The given scopes in this method's order; rows of values are tuples in that order."""
        return tuple(s for s in self.scopes if s in scopes)

    def value(self, name: str) -> Given | Step | Constant | None:
        """The given, step or constant of that name."""
        return self.givens.get(name) or self.steps.get(name) or self.constants.get(name)

    def closure_of(self, name: str) -> tuple[str, ...]:
        """The scopes that a given or step has a value for; none for a constant."""
        found = self.givens.get(name) or self.steps.get(name)
        return found.closure if found else ()
