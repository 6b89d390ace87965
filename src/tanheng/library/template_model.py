"""What a sector template is once it is bound to a method: sheets, columns, usual values, needs of choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tanheng.formula.model import Method, Scope
from tanheng.kernel.units import Unit


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet.

    `role`: key (a scope's member or period), own_unit and label (of a member), given or fact.

    `unit` is the method's, `choices` are further unit texts that people may pick; `low` and `high` refuse,
    `band` asks. `amount`: it counts something over a period, so that a declared stop makes its blanks zero
    (t, MWh, h; not %, kJ/kg).
    """

    name: str
    role: str
    kind: str
    zh: str
    en: str
    unit: Unit | None = None
    choices: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    needed: bool = False
    low: Fraction | None = None
    high: Fraction | None = None
    band: Band | None = None
    law: str = ""
    says: str = ""
    amount: bool = False
    symbol: str = ""

    def title(self, lang: str = "zh") -> str:
        """Its name for people."""
        return (self.en[:1].upper() + self.en[1:] if lang == "en" else self.zh) or self.name


@dataclass(frozen=True, slots=True)
class Band:
    """Usual values; others are held for a person."""

    unit: Unit
    low: Fraction
    high: Fraction
    law: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    `keys` are the scopes that name a line (a day stands for its month as well), `scope` what members declare.
    `offered`: nobody need fill it, but every new form has it. `same`: columns by which two members of one
    parent are of one kind.
    """

    id: str
    zh: str
    en: str
    role: str
    keys: tuple[str, ...]
    closure: tuple[str, ...]
    columns: tuple[Column, ...]
    scope: str = ""
    optional: bool = False
    says: tuple[str, str] = ("", "")
    offered: bool = False
    same: tuple[str, ...] = ()

    def title(self, lang: str = "zh") -> str:
        """Its name for people."""
        return (self.en if lang == "en" else self.zh) or self.id

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((c for c in self.columns if c.name == name), None)


@dataclass(frozen=True, slots=True)
class Need:
    """What a choice of the plan needs.

    `must` givens or nothing can be computed, `default` givens or the law's default steps in.
    """

    word: str
    words: tuple[str, ...]
    must: tuple[str, ...]
    default: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A sector template bound to one method."""

    id: str
    zh: str
    en: str
    method: Method
    methods: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    needs: tuple[Need, ...]
    digest: str
    paper_scopes: Mapping[str, Scope] = field(default_factory=dict)

    @property
    def scopes(self) -> Mapping[str, Scope]:
        """The scopes of the method and those that only papers have (meters, documents)."""
        return {**self.paper_scopes, **self.method.scopes}

    def sheet(self, sheet_id: str) -> Sheet:
        """The sheet of that id; KeyError when there is none."""
        return next(s for s in self.sheets if s.id == sheet_id)

    def by_role(self, role: str) -> tuple[Sheet, ...]:
        """The sheets of one role, in order."""
        return tuple(s for s in self.sheets if s.role == role)

    def sheet_of(self, given: str) -> Sheet | None:
        """The sheet in which a given stands."""
        return next(
            (s for s in self.sheets if any(c.name == given and c.role == "given" for c in s.columns)), None
        )
