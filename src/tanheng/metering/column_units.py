"""The unit of a number column.

What its unit cell says, and the exact factor to the method's unit for each member.
"""

from __future__ import annotations

import re
from fractions import Fraction

from tanheng.kernel.problems import Problem, Refused, problem
from tanheng.kernel.units import Unit, bind_unit, parse_unit
from tanheng.library.template_library import Column
from tanheng.metering.recognise import Table

_OR = re.compile(r"\s*(?:或|、|;|；|\|| or | / )\s*")


class ColumnUnits:
    """Units of one column of one table.

    A column over several fuels may name one unit for each kind of fuel.
    """

    def __init__(self, table: Table, column: Column) -> None:
        assert column.unit is not None
        self.wanted = column.unit
        self.scope = own_scope(column.unit)
        self.place = table.grid.named(table.unit_cells.get(column.name, ""))
        self.faults: list[Problem] = []
        self.seen = self._parse(table.units.get(column.name, ""))

    def _parse(self, text: str) -> list[Unit]:
        """The units that the cell names; none when it is blank or cannot be read (said in `faults`)."""
        if not text or "[" in text:
            if not text and self.wanted.dimension:
                self.faults.append(problem("TH-I27", self.place, seen="", wanted=self.wanted.label))
            return [self.wanted]
        found = []
        for part in _OR.split(text):
            try:
                unit = parse_unit(part, self.place)
            except Refused as refused:
                self.faults += refused.problems
                continue
            if not self.scope and unit.dimension != self.wanted.dimension:
                self.faults.append(problem("TH-I27", self.place, seen=text, wanted=self.wanted.label))
            found.append(unit)
        return found

    def bind(self, own: str) -> tuple[Unit, Fraction | None, str]:
        """For a member whose own unit is `own`.

        The unit to store in, the factor to it (None: no unit fits), the unit seen.
        """
        target = bind_unit(self.wanted, {self.scope: parse_unit(own)}) if self.scope and own else self.wanted
        for unit in self.seen:
            if unit is self.wanted:
                return target, Fraction(1), unit.text
            if unit.dimension == target.dimension:
                return target, unit.scale / target.scale, unit.text
        return target, None, " / ".join(u.label for u in self.seen)


def own_scope(unit: Unit) -> str:
    """The scope whose members bring their own unit: "fuel" for "GJ/[fuel]", "" for "MWh"."""
    return unit.text.partition("[")[2].partition("]")[0]
