"""Long chains, looks back and hostile methods end in a value or a problem, never in a crash."""

from __future__ import annotations

import sys

import pytest

from tanheng.engine.exact.flags import Flags
from tanheng.engine.exact.result import result_of
from tanheng.engine.exact.trace import fallen
from tanheng.kernel.problems import Refused
from tests.formula.small import run

LONG = 3000
START = '[[given]]\nx = { unit = "1", optional = true }\n[constant.c]\nvalue = "1"\ncertainty = "check"\n'


def chain(formula: str, last: str, length: int = LONG, more: str = "") -> str:
    """Steps s0 … sN, each of which needs the next; only sN reads the given. Listed from the top down."""
    steps = [f'[[step]]\nname = "s{n}"\nis = "{formula.format(n + 1)}"\n{more}' for n in range(length)]
    return (
        START
        + "".join(steps)
        + f'[[step]]\nname = "s{length}"\nis = "{last}"\n{more}[answer]\ns0 = {{ as = "memo" }}\n'
    )


def test_chain_of_thousands_of_steps_asked_from_the_top():
    made = run([("x", {}, "0", "1")], chain("s{0} + 1", "x + c", more="optional = true\n"), members={})
    assert made.value("s0", ()) == LONG + 1
    assert Flags(made).of("s0", ()) == {"check"}
    assert sys.getrecursionlimit() <= 3000  # the default or a test runner's; the engine does not lift it


def test_chain_as_a_result():
    made = run([("x", {}, "0", "1")], chain("s{0} + 1", "x + c", more="optional = true\n"), members={})
    found = result_of(made)
    assert found.line("s0").exact == str(LONG + 1)  # type: ignore[union-attr]
    assert {line.certainty for line in found.lines} == {"check"}


def test_chain_of_gaps_says_what_is_missing():
    """Every step of the chain is absent because the next one is; telling why overflows nothing."""
    made = run([], chain("x * s{0}", "x + c", more="optional = true\n"), members={})
    assert made.value("s0", ()) is None
    assert fallen(made, made.method.steps["s0"], (), "en") == ["lacks x, s1"]


def test_chain_of_failures_is_one_problem():
    """Three thousand steps fail for want of one cell."""
    body = chain("s{0} * 2", "x + c").replace("optional = true", "optional = false")
    found = result_of(run([], body, members={}))
    assert [(p.code, p.place.key) for p in found.problems] == [("TH-C01", "x")]
    made = run([], body, members={})
    with pytest.raises(Refused) as caught:
        made.value("s0", ())
    assert [p.place.key for p in caught.value.problems] == ["x"]


def test_long_look_back_through_many_steps():
    """Each day's first step needs the last of the day before: 30 steps × 366 days, asked from the last."""
    steps = [f'[[step]]\nname = "s{n}"\nper = "day"\nis = "s{n - 1} + 1"\n' for n in range(1, 30)]
    first = (
        '[[step]]\nname = "s0"\nper = "day"\n'
        'way = [ { name = "on", is = "before(s29) + 1" }, { name = "start", is = "1" } ]\n'
    )
    end = '[[step]]\nname = "end"\nis = "most(s29)"\n[answer]\nend = { as = "memo" }\n'
    body = "".join(reversed(steps)) + first + end
    assert run([], body, members={}).value("end", ()) == 30 * 366
    assert result_of(run([], body, members={})).line("end").exact == "10980"  # type: ignore[union-attr]


def test_deepest_formula_in_the_deepest_chain():
    made = run([("x", {}, "0", "1")], chain("-" * 38 + "s{0}", "x + c", 100, "optional = true\n"), members={})
    assert made.value("s0", ()) == 1


def test_numbers_that_grow_without_end_are_refused():
    """Forty squarings of a 20-digit number would fill the memory."""
    body = chain("s{0} * s{0}", "x * 12345678901234567891", 40, "optional = true\n").replace(
        '[constant.c]\nvalue = "1"\ncertainty = "check"\n', ""
    )
    made = run([("x", {}, "1/3", "1")], body, members={})
    with pytest.raises(Refused) as caught:
        made.value("s0", ())
    assert [p.code for p in caught.value.problems] == ["TH-N09"]
    found = result_of(made)
    assert {p.code for p in found.problems} == {"TH-N09"}
    assert found.line("s39") is not None


def test_numbers_too_long_for_a_line_are_a_problem_of_that_line():
    """A year of sums over 366 denominators, and 2 to the -4500, have more digits than a line may hold."""
    body = """
[[given]]
per = "day"
x = { unit = "1" }
[[step]]
name = "s"
is = "total(1 / x)"
[answer]
s = { as = "memo" }
"""
    days = run([], body, members={}).of("x")
    data = [("x", {"month": m, "day": d}, str(10**14 + 39 + 2 * n), "1") for n, (m, d) in enumerate(days)]
    found = result_of(run(data, body, members={}))
    assert ([p.code for p in found.problems], found.lines) == (["TH-N09"], ())

    found = result_of(
        run([("x", {}, "0", "1")], chain("s{0} / 2", "x + c", 4500, "optional = true\n"), members={})
    )
    assert "TH-N09" in {p.code for p in found.problems}
    assert found.line("s0") is None
    assert found.line("s4000").exact == "0." + str(5**500).rjust(500, "0")  # type: ignore[union-attr]
