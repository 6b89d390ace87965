"""The engine against a naive evaluator: random methods, random data with gaps, every row of every step."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from tanheng.engine.exact.run import Run
from tanheng.facts.inputs import Member
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tests.engine.exact.naive import GIVENS, MONTHS, TRUTHS, WORDS, Fails, Maker, Naive, text
from tests.formula.small import HEAD, inputs, read_method

SCOPE = """
[scope]
a = {}
b = { in = "a" }
o = { in = "a month", open = true }
"""
EVERY = (
    '[[check]]\nthat = "g + count(p) + count(q) + count(r) + count(t) + count(z) + count(c) + count(u) > 0"\n'
)
PER = ("", "a", "b", "month", "a month", "b month")
CLOSURE = {"": (), "a": ("a",), "b": ("a", "b"), "month": ("month",), "a month": ("a", "month")}
CLOSURE["b month"] = ("a", "b", "month")
# a formula that can never be absent, is too long or multiplies by a power of ten is refused: make another one
AGAIN = {"TH-M05", "TH-M11", "TH-M12", "TH-U04"}
PER_OF = {(): "", ("a",): "a", ("a", "b"): "b", ("a", "month"): "a month", ("a", "b", "month"): "b month"}


def givens() -> str:
    found = ""
    for name, closure in {**GIVENS, **WORDS, **TRUTHS}.items():
        kind = 'unit = "1"' if name in GIVENS else 'kind = "word"' if name in WORDS else 'kind = "truth"'
        per = "o" if "o" in closure else PER_OF[closure]
        found += f'[[given]]\nper = "{per}"\n{name} = {{ {kind}, optional = true }}\n'
    return found


def random_method(rng: random.Random, naive: Naive) -> str:
    """Five steps, the later ones upon the earlier ones, written in any order."""
    known = dict(GIVENS)
    written: list[str] = []
    for number in range(5):
        name, per = f"s{number}", rng.choice(PER)
        frame = set(CLOSURE[per])
        maker = Maker(rng, known, name)
        ways = []
        for _ in range(rng.randint(1, 3)):
            when = maker.truth(frame, 2) if rng.random() < 0.5 else None
            ways.append((when, maker.number(frame, 3), rng.random() < 0.3))
        naive.steps[name], naive.closures[name] = ways, CLOSURE[per]
        listed = ", ".join(
            f'{{ name = "w{n}", is = "{text(tree)}"'
            + (f', when = "{text(when)}"' if when else "")
            + (', round = "half_up 2"' if rounds else "")
            + " }"
            for n, (when, tree, rounds) in enumerate(ways)
        )
        written.append(f'[[step]]\nname = "{name}"\nper = "{per}"\noptional = true\nway = [ {listed} ]\n')
        known[name] = CLOSURE[per]
    rng.shuffle(written)
    answers = "".join(f's{n} = {{ as = "memo" }}\n' for n in range(5))
    return HEAD + SCOPE + givens() + EVERY + "".join(written) + "[answer]\n" + answers


def random_members(rng: random.Random) -> dict[str, list[dict[str, str]]]:
    units = [{"a": name} for name in ("1", "2")[: rng.choice((2, 2, 2, 1))]]
    fuels = [{**a, "b": name} for a in units for name in ("煤", "气")[: rng.randint(0, 2)]]
    lots = [{**a, "month": m, "o": n} for a in units for m in MONTHS for n in "甲乙" if rng.random() < 0.2]
    return {"a": units, "b": fuels, "month": [{"month": m} for m in MONTHS], "o": lots}


def random_data(rng: random.Random, naive: Naive) -> None:
    """A value for most cells; half of the data sets have gaps."""
    there = rng.choice((1.0, 0.95, 0.7))
    values = ("0", "1", "2.5", "-3", "1/3", "100", "0.001", "7")
    for name, closure in {**GIVENS, **WORDS, **TRUTHS}.items():
        for row in naive.rows(set(closure), {}):
            if rng.random() < there or name == "z":
                if name in WORDS:
                    value: object = rng.choice("xy")
                else:
                    value = rng.random() < 0.5 if name in TRUTHS else Fraction(rng.choice(values))
                naive.data[name, tuple(row[s] for s in closure)] = value


def as_text(value: object) -> str:
    return (
        exact_text(value)
        if isinstance(value, Fraction)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )


def prepared(rng: random.Random) -> tuple[Run, Naive, str]:
    while True:
        naive = Naive(random_members(rng), {})
        random_data(rng, naive)
        body = random_method(rng, naive)
        try:
            method = read_method(body.encode(), "random.toml")
            break
        except Refused as refused:
            found = {p.code for p in refused.problems}
            assert found <= AGAIN, f"{refused}\n{body}"
    data = [
        (
            name,
            dict(zip(naive.closures[name], row, strict=True)),
            as_text(value),
            "1" if name in GIVENS else "",
        )
        for (name, row), value in naive.data.items()
    ]
    members = {
        "a": tuple(Member(m["a"]) for m in naive.members["a"]),
        "b": tuple(Member(m["b"], (("a", m["a"]),)) for m in naive.members["b"]),
    }
    made = Run(method, inputs(data, "2024", members), FactorLibrary([]))
    assert not made.data.problems
    return made, naive, body


@pytest.mark.drill
def test_engine_equals_the_naive_evaluator(rng: random.Random, rounds):
    counted = {"value": 0, "absent": 0, "failed": 0}
    for number in range(rounds(100, 5000)):
        made, naive, body = prepared(rng)
        for name in naive.steps:
            for row in made.of(name):
                at = dict(zip(made.method.closure_of(name), row, strict=True))
                try:
                    wanted: object = naive.value(name, at)
                except Fails:
                    wanted = "failed"
                try:
                    found: object = made.value(name, row)
                except Refused as refused:
                    found = "failed"
                    assert {p.code for p in refused.problems} <= {"TH-C04", "TH-N09", "TH-N12"}, refused
                assert found == wanted, f"round {number}: {name}{at}\n{body}"
                counted["failed" if wanted == "failed" else "absent" if wanted is None else "value"] += 1
    print(counted)
    # the comparison means little unless each kind of outcome is common
    assert min(counted.values()) * 100 > sum(counted.values())
