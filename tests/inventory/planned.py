"""The demonstration plan for tests, changed by hand, and what a comparison says of it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs
from tanheng.facts.plan import Entry, Plan
from tanheng.inventory.plan_check import compare_plan
from tanheng.inventory.plan_done import Comparison, Done
from tanheng.library.method_library import load_method
from tanheng.library.plan_file import load_plan_template
from tanheng.metering.plan_reader import read_plan
from tests.plant import EXAMPLES, beiling

TEMPLATE = load_plan_template("power-coal-chp")
METHOD = load_method("cets-power-2023")
COAL = {"unit": "1", "fuel": "烟煤"}
OIL = {"unit": "1", "fuel": "柴油"}


@cache
def demo() -> Plan:
    reading = read_plan(EXAMPLES / "beiling-dqcp-2024.toml")
    assert reading.plan is not None, reading.problems
    return reading.plan


@cache
def ledger() -> tuple[Entry, ...]:
    with (EXAMPLES / "beiling-calibrations-2024.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return tuple(
        Entry(
            "calibrations",
            row_of((("number", n), ("calibrated_on", on))),
            row_of([("class", c)] if c else []),
        )
        for n, on, c, _ in rows
    )


def changed(plan: Plan, table: str, at: dict[str, str], **fields: str) -> Plan:
    """The plan with other fields in one line, which must be there; "" takes a field away."""
    row = row_of(at.items())
    assert any(e.table == table and e.at == row for e in plan.entries), (table, at)
    entries = []
    for each in plan.entries:
        if each.table == table and each.at == row:
            kept = {**dict(each.fields), **fields}
            each = replace(each, fields=row_of((k, v) for k, v in kept.items() if v))
        entries.append(each)
    return replace(plan, entries=tuple(entries))


def without(plan: Plan, test: Callable[[Entry], bool]) -> Plan:
    """The plan without the lines that the test finds, at least one."""
    kept = tuple(e for e in plan.entries if not test(e))
    assert len(kept) < len(plan.entries)
    return replace(plan, entries=kept)


def added(plan: Plan, table: str, at: dict[str, str], **fields: str) -> Plan:
    return replace(plan, entries=(*plan.entries, Entry(table, row_of(at.items()), row_of(fields.items()))))


def data(change: Callable[[Datum], Datum | None], inputs: Inputs | None = None) -> Inputs:
    """The demonstration's inputs with every datum and fact sent through a function; None takes it away."""
    inputs = inputs or beiling()
    made = [tuple(c for d in part if (c := change(d)) is not None) for part in (inputs.data, inputs.facts)]
    assert made != [inputs.data, inputs.facts]
    return replace(inputs, data=made[0], facts=made[1])


def told(*plans: Plan, inputs: Inputs | None = None, calibrated=True, before: Plan | None = None):
    """What a comparison says."""
    done = Done(inputs or beiling(), METHOD)
    given = Comparison(plans or (demo(),), TEMPLATE, done, ledger() if calibrated else None, before)
    return compare_plan(given)


def of(code: str, problems) -> list[dict[str, str]]:
    """The params of every problem of one code."""
    return [dict(p.params) for p in problems if p.code == code]


def codes(problems) -> list[str]:
    return sorted(p.code for p in problems)
