"""Missing-data rules: reading `[[fill]]` of a file of rules, and whether each fits the method below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tanheng.formula.check import ANY, NUMBER, Names, check, near, show_dimension
from tanheng.formula.expr import AGGREGATES, Expr, call_name, dotted, parse, parts
from tanheng.formula.model import Fill, Given
from tanheng.formula.order import reads
from tanheng.kernel.problems import Problem, Refused, problem, refuse
from tanheng.library.method_file import MethodFile
from tanheng.library.method_keys import check_keys

SIDES = ("high", "low")


def read_fills(file: MethodFile) -> list[Fill]:
    """The fills of a file, each read on its own; what is refused is noted in the file's problems."""
    found: list[Fill] = []
    for number, raw in enumerate(file.data.get("fill", [])):
        try:
            one = _fill(file, raw, f"fill.{raw.get('id', number)}")
            if any(known.id == one.id for known in found):
                file.no("TH-M02", f"fill.{one.id}", seen=one.id, wanted="unique")
            found.append(one)
        except Refused as refused:
            file.problems += refused.problems
    return found


def _fill(file: MethodFile, raw: Mapping[str, Any], key: str) -> Fill:
    place = file.place(key)
    check_keys(raw, "fill", place)
    for name in ("id", "of", "high", "low", "otherwise", "law", "zh"):
        if not raw.get(name):
            file.no("TH-M01", f"{key}.{name}", seen="", wanted=name)
    if "/" in raw["id"]:
        file.no("TH-M08", f"{key}.id", seen=raw["id"], wanted="no /")
    if raw["otherwise"] not in SIDES:
        file.no("TH-M08", f"{key}.otherwise", seen=raw["otherwise"], wanted=" / ".join(SIDES))
    given = file.givens.get(raw["of"])
    if given is None:
        file.no("TH-M02", f"{key}.of", seen=raw["of"], wanted=", ".join(near(raw["of"], file.givens)))
    if given.kind != NUMBER:
        file.no("TH-M08", f"{key}.of", seen=given.kind, wanted=NUMBER)
    window = given.closure
    if "per" in raw:
        _, window = file.per(raw, key)
        if not set(window) <= set(given.closure):
            wanted = " ".join(given.closure)
            file.no("TH-M06", f"{key}.per", formula=given.name, seen=raw["per"], wanted=wanted)
    high, low = (parse(raw[side], file.place(f"{key}.{side}")) for side in SIDES)
    reading = [_reads_itself(expr, given.name) for expr in (high, low)]
    if reading[0] != reading[1]:
        # a reading that one side corrects and the other drops would be used or not by the sign of a slope
        file.no("TH-M11", key, seen=f"{given.name}: {high.text} / {low.text}", wanted=f"{given.name} × 2")
    text = {name: raw.get(name, "") for name in ("law", "zh", "en", "says")}
    return Fill(raw["id"], given.name, window, high, low, raw["otherwise"], reading[0], **text)


def _reads_itself(expr: Expr, name: str) -> bool:
    """Whether the value at the row itself is read, not only others in its window."""

    def walk(node: Any) -> bool:
        if call_name(node) in AGGREGATES or call_name(node) == "before":
            return False
        return dotted(node) == name or any(walk(child) for child in parts(node))

    return walk(expr.tree)


def fill_reads(fills: list[Fill]) -> set[str]:
    """Every name that a fill needs."""
    return {name for fill in fills for expr in (fill.high, fill.low) for name in (*reads(expr), fill.of)}


def fill_problems(fills: list[Fill], names: Names, file: MethodFile) -> Iterator[Problem]:
    """Candidates are numbers of the given's dimension, at the rows of their window."""
    for fill in fills:
        given = file.givens[fill.of]
        assert given.unit is not None
        for side, expr in zip(SIDES, (fill.high, fill.low), strict=True):
            place = file.place(f"fill.{fill.id}.{side}")
            try:
                found = check(expr, names, fill.closure, place)
                if found.kind != NUMBER:
                    raise refuse("TH-M08", place, seen=f"{expr.text}: {found.kind}", wanted=NUMBER)
            except Refused as refused:
                yield from refused.problems
                continue
            if found.dimension not in (given.unit.dimension, ANY):
                yield problem(
                    "TH-U02",
                    place,
                    seen=f"{expr.text}: {show_dimension(found.dimension)}",
                    wanted=f"{given.unit.text} ({show_dimension(given.unit.dimension)})",
                )
        if fill.reading and not _one_row(fill, given):
            place, wanted = file.place(f"fill.{fill.id}.per"), " ".join(given.closure)
            yield problem("TH-M06", place, formula=fill.high.text, seen=fill.of, wanted=wanted)


def _one_row(fill: Fill, given: Given) -> bool:
    return set(fill.closure) == set(given.closure)
