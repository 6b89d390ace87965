"""A relation widened column by column: nested SELECTs, each naming once what the one above it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

PLANT = "p"
"""The column of the plant, the outermost scope of every relation."""


def key(scope: str) -> str:
    """The column of a scope; prefixed, so that no scope can bear the name of something else."""
    # SQL tells no capitals from small letters
    plain = scope.isascii() and scope == scope.lower()
    return f"s_{scope}" if plain else f"x_{scope.encode().hex()}"


def quoted(text: str) -> str:
    """A text as SQL literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Atom:
    """A literal or the name of a column, cheap to repeat; `level` is the SELECT in which it is made."""

    sql: str
    level: int = 0

    def __str__(self) -> str:
        return self.sql


@dataclass(slots=True)
class _Layer:
    columns: dict[str, str] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)


class Sheet:
    """The rows of one set of scopes with everything that is computed of them.

    A formula written into one expression would repeat its parts (a division needs its parts four times), so
    every part is a column of its own, one SELECT above the columns that it is made of.
    """

    def __init__(self, spine: str, scopes: tuple[str, ...], source: str = "") -> None:
        self.scopes, self.spine, self.source = scopes, spine, source
        self._layers = [_Layer()]
        self._known: dict[tuple[str, int], Atom] = {}
        self._joined: dict[str, str] = {}
        self._count = 0

    @property
    def keys(self) -> list[str]:
        """The columns that tell a row."""
        return [PLANT, *(key(s) for s in self.scopes)]

    def fresh(self, prefix: str = "c") -> str:
        """A name that no column and no alias bears."""
        self._count += 1
        return f"{prefix}{self._count}"

    def join(self, relation: str, on: Iterable[tuple[str, str]]) -> str:
        """The alias of a relation joined to the rows; `on` pairs its columns with those of the spine."""
        pairs = tuple(on)
        if relation == self.source and all(a == b for a, b in pairs):
            return "s"
        text = " AND ".join(
            f"{{0}}.{theirs} = {ours if '.' in ours else 's.' + ours}" for theirs, ours in pairs
        )
        found = f"{relation} {text}"
        if found not in self._joined:
            alias = self.fresh("j")
            self._joined[found] = alias
            self._layers[0].joins.append(f"LEFT JOIN {relation} {alias} ON {text.format(alias) or 'true'}")
        return self._joined[found]

    def base(self, expression: str) -> Atom:
        """A column of the joined relations."""
        return self._add(expression, 0)

    def column(self, expression: str, *needs: Atom | None) -> Atom:
        """A computed column; `needs` are all atoms that stand in the expression."""
        return self._add(expression, 1 + max((n.level for n in needs if n is not None), default=0))

    def look_up(self, relation: str, on: Iterable[tuple[str, Atom]], columns: Iterable[str]) -> list[Atom]:
        """Columns of a relation that is joined to computed columns."""
        pairs = tuple(on)
        level = 1 + max((a.level for _, a in pairs), default=0)
        layer, alias = self._at(level), self.fresh("k")
        text = " AND ".join(f"{alias}.{theirs} = {ours}" for theirs, ours in pairs)
        layer.joins.append(f"LEFT JOIN {relation} {alias} ON {text or 'true'}")
        return [self._add(f"{alias}.{column}", level) for column in columns]

    def select(self, columns: Iterable[str], tail: str = "", distinct: bool = False) -> str:
        """The whole statement with these columns on top."""
        text = self._bottom()
        for layer in self._layers[1:]:
            made = "".join(f", {sql} AS {name}" for name, sql in layer.columns.items())
            joins = "".join(f" {join}" for join in layer.joins)
            text = f"SELECT x.*{made} FROM ({text}) x{joins}"
        return f"SELECT {'DISTINCT ' if distinct else ''}{', '.join(columns)} FROM ({text}) x{tail}"

    def _bottom(self) -> str:
        keys = [f"s.{name}" for name in self.keys]
        made = [f"{sql} AS {name}" for name, sql in self._layers[0].columns.items()]
        return f"SELECT {', '.join(keys + made)} FROM {self.spine} s {' '.join(self._layers[0].joins)}"

    def _at(self, level: int) -> _Layer:
        while len(self._layers) <= level:
            self._layers.append(_Layer())
        return self._layers[level]

    def _add(self, expression: str, level: int) -> Atom:
        # the same part of two formulas is one column
        if (expression, level) not in self._known:
            name = self.fresh()
            self._at(level).columns[name] = expression
            self._known[expression, level] = Atom(name, level)
        return self._known[expression, level]
