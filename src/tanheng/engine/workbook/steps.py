"""Steps as columns: the value, and where there are several ways a column that says which one is taken."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tanheng.engine.exact.rows import Row
from tanheng.engine.workbook.compose import Composer, Shop
from tanheng.engine.workbook.parts import Part, Slots, Template, joined, pruned, word_text
from tanheng.engine.workbook.plan import HELPER, Column, Plan
from tanheng.engine.workbook.rounding import rounded, twice
from tanheng.formula.model import Method, Step, Way
from tanheng.kernel.problems import Refused

ERROR = "#N/A"


def label(step: Step, index: int) -> str:
    """What the way column holds for a way: its number and name."""
    way = step.ways[index]
    return f"{index + 1} {way.zh or way.name}".strip()


def followed(method: Method) -> set[str]:
    """Steps whose way another step takes over."""
    return {step.follow for step in method.steps.values() if step.follow}


class StepColumns:
    """Writes the templates of one step."""

    def __init__(self, shop: Shop, step: Step) -> None:
        self.shop, self.plan, self.step = shop, shop.plan, step
        self.column = self.plan.values[step.name]
        self.home = self.column.sheet
        self.absent = '""' if step.optional else "NA()"

    def make(self, shown_way: bool) -> None:
        """Make the templates. `shown_way`: other steps follow this one, so its way needs a column."""
        slots = Slots()
        if len(self.step.ways) == 1 and not shown_way and not self.step.follow:
            self.column.template = Template(self._single(slots), slots)
            return
        way = self.plan.way_column(self.step)
        way_slots = Slots()
        text = self.absent
        for index in reversed(range(len(self.step.ways))):
            taken = self._taken(self.step.ways[index], way_slots)
            text = f"IF({taken},{word_text(label(self.step, index))},{text})" if taken != "TRUE" else (
                word_text(label(self.step, index))
            )
        way.template = Template(text, way_slots)
        token = slots.add("way", self.plan.cell(way, self.step.closure, self.home))
        values = [self._value(w, slots)[0] for w in self.step.ways]
        text = values[-1]
        for index in reversed(range(len(values) - 1)):
            text = f"IF({token}={word_text(label(self.step, index))},{values[index]},{text})"
        if self.step.optional:
            text = f'IF({token}="","",{text})'
        elif len(values) == 1:
            # nothing else would bring in the error of a way that does not apply
            text = f'IF({token}="",NA(),{text})'
        self.column.template = Template(text, slots)

    def _single(self, slots: Slots) -> str:
        way = self.step.ways[0]
        value, part = self._value(way, slots)
        when = self._composer(way.when, slots).part(way.when.tree) if way.when is not None else None
        if when is None:
            return _behind(pruned(part.groups), value, self.absent)
        held = _without(part, when)
        inside = _behind(pruned(held), value, self.absent)
        text = f"IF({when.text},{inside},{self.absent})"
        return _behind(pruned(when.groups, more_to_come=True), text, self.absent)

    def _value(self, way: Way, slots: Slots) -> tuple[str, Part]:
        """A way's value as its cell shows it, rounded in the step's own unit."""
        part = self._composer(way.expr, slots).part(way.expr.tree)
        if part.kind != "number" or self.step.unit is None:
            return part.text, part
        if part.number == 0:
            return "0", part
        found = part.to(self.step.unit.scale)
        if way.rounding is None:
            return found.text, part
        if not twice(way.rounding):
            return rounded(found.text, way.rounding), part
        return rounded(self._raw(way, found, slots), way.rounding), part

    def _raw(self, way: Way, found: Part, slots: Slots) -> str:
        """A cell for the value before rounding, where the rule reads it more than once."""
        key = ("raw", self.step.name, way.name)
        column, fresh = self.plan.helper(self.step.closure, key, f"{self.step.zh or self.step.name} 修约前")
        if fresh:
            own = Slots()
            part = self._composer(way.expr, own).part(way.expr.tree).to(found.scale)
            column.template = Template(_behind(pruned(part.groups), part.text, '""'), own)
            column.note = way.expr.text
            column.cached = self._exact_raw(way)
        return slots.add(key, self.plan.cell(column, self.step.closure, self.home))

    def _exact_raw(self, way: Way) -> Callable[[Row], Any]:
        from tanheng.engine.exact.compile import Compiler

        run, step = self.plan.run, self.step
        if run is None:
            return lambda row: None
        read = Compiler(run, way.expr, step.closure).compiled()
        scale = step.unit.scale if step.unit is not None else Fraction(1)

        def value(row: Row) -> Any:
            found = run.settled(lambda: read(row))
            return None if found is None else found / scale

        return value

    def _taken(self, way: Way, slots: Slots) -> str:
        """Whether a way applies and its value is there."""
        conditions: list[Part] = []
        if way.when is not None:
            conditions.append(self._composer(way.when, slots).part(way.when.tree))
        part = self._composer(way.expr, slots).part(way.expr.tree)
        text = "TRUE"
        for texts in reversed(pruned(_without(part, *conditions))):
            alone = texts[0] if len(texts) == 1 else f"OR({','.join(texts)})"
            text = f"NOT({alone})" if text == "TRUE" else f"IF({alone},FALSE,{text})"
        for when in conditions:
            held = when.text if text == "TRUE" else f"IF({when.text},{text},FALSE)"
            text = _behind(pruned(when.groups, more_to_come=True), held, "FALSE")
        if self.step.follow:
            text = self._following(way, text, slots)
        return text

    def _following(self, way: Way, text: str, slots: Slots) -> str:
        leader = self.plan.method.steps[self.step.follow]
        column = self.plan.way_column(leader)
        token = slots.add(("lead", leader.name), self.plan.cell(column, self.step.closure, self.home))
        index = next(i for i, w in enumerate(leader.ways) if w.name == way.name)
        same = f"{token}={word_text(label(leader, index))}"
        return same if text == "TRUE" else f"IF({same},{text},FALSE)"

    def _composer(self, expr: Any, slots: Slots) -> Composer:
        return Composer(self.shop, expr, self.step.closure, self.home, slots)


def _behind(needs: list[list[str]], text: str, absent: str) -> str:
    for texts in reversed(needs):
        condition = texts[0] if len(texts) == 1 else f"OR({','.join(texts)})"
        text = f"IF({condition},{absent},{text})"
    return text


def _without(part: Part, *before: Part) -> tuple[Any, ...]:
    """A part's conditions that were not read before it."""
    known = joined(*(b.groups for b in before))
    seen = {lack.text for group in known for lack in group}
    found = (tuple(lack for lack in group if lack.text not in seen) for group in part.groups)
    return tuple(group for group in found if group)


def cached(plan: Plan, column: Column, row: Row) -> object:
    """The exact value of a cell as it is kept there: a Fraction, word, truth, date; "" absent; an error."""
    assert plan.run is not None
    try:
        found: object
        if column.role == HELPER:
            assert column.cached is not None
            found = column.cached(row)
        elif column.role == "way":
            found = way_taken(plan, column.name, row)
        else:
            found = plan.run.value(column.name, row)
            unit = column.item.unit if column.item is not None else None
            if isinstance(found, Fraction) and unit is not None:
                found = found / unit.scale
    except Refused:
        return ERROR
    return "" if found is None else found


def way_taken(plan: Plan, name: str, row: Row) -> str | None:
    """The label of the way that a row took."""
    run = plan.run
    assert run is not None
    if run.value(name, row) is None:
        return None
    home = run.at(name, row)
    if home is not run:
        taken = home.ways[name].get(row)
        return "" if taken is None else label(home.method.steps[name], taken)
    return label(run.method.steps[name], run.ways[name][row])
