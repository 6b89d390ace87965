"""Gaps filled by a rule: both candidates, the side by the sign of the derivative, refusals."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction as Exact

import pytest

from tanheng.engine.exact.result import compute, result_json, started
from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs
from tanheng.facts.result import Result
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import MethodLibrary
from tests.engine.exact.naive import Maker, text
from tests.formula.small import HEAD
from tests.library import test_overlay as two_editions

METHOD = (
    HEAD
    + """
[[given]]
per = "month"
FC = { unit = "t", optional = true }
W = { unit = "t", optional = true }
cap = { unit = "t", optional = true }
[[given]]
kept = { kind = "word", one_of = ["all", "some"] }
[[step]]
name = "F"
per = "month"
unit = "t"
way = [ { name = "there", is = "FC" }, { name = "none", is = "0" } ]
[[step]]
name = "S"
per = "month"
unit = "t"
way = [ { name = "there", is = "W" }, { name = "none", is = "0" } ]
[[step]]
name = "L"
per = "month"
unit = "t"
way = [ { name = "there", is = "cap" }, { name = "none", is = "0" } ]
[[step]]
name = "E"
unit = "t"
is = "EXPR"
[answer]
E = { as = "emission" }
ANSWER
[[check]]
that = "kept == 'all' or total(F) + total(S) + total(L) >= 0"
"""
)
RULES = """
id = "gaps"
zh = "补缺规则"
law = "cieccpa-061 8.2.5"
judges = ["small"]
[[given]]
err = { unit = "%", optional = true }
[[fill]]
id = "fc"
of = "FC"
per = ""
high = "most(FC)"
low = "least(FC)"
otherwise = "high"
zh = "最大最小"
law = "cieccpa-061 8.2.5"
[[fill]]
id = "w"
of = "W"
per = ""
high = "most(W)"
low = "least(W)"
otherwise = "low"
zh = "最大最小"
law = "cieccpa-061 8.2.5"
[[fill]]
id = "meter"
of = "FC"
high = "FC * (1 + err)"
low = "FC * (1 - err)"
otherwise = "high"
zh = "未检定"
law = "cieccpa-061 8.2.5"
"""
ALLOWANCE = 'A = { as = "allowance" }'


def month(number: int) -> tuple[tuple[str, str], ...]:
    return row_of([("month", f"2024-{number:02d}")])


def gap(name: str, number: int, rule: str, value: str = "") -> Datum:
    unit = "t" if value else ""
    return Datum(name, month(number), value, unit, "substituted", "表坏", "李明", rule)


def year(*gaps: Datum, fc: dict[int, str] | None = None, w: dict[int, str] | None = None) -> Inputs:
    """FC 10 t in January, 30 t in March; W 2 t in January, 8 t in March; gaps elsewhere."""
    data = [Datum("kept", (), "all", ""), Datum("err", (), "2", "%")]
    for name, values in (("FC", fc or {1: "10", 3: "30"}), ("W", w or {1: "2", 3: "8"})):
        data += [Datum(name, month(n), v, "t") for n, v in values.items()]
    return Inputs("small", "2024", "enterprise", {}, (*data, *gaps))


def library(expr: str, rules: str = RULES, answer: str = "", steps: str = "") -> MethodLibrary:
    text = METHOD.replace("EXPR", expr).replace("ANSWER", answer)
    text = text.replace("[answer]", f"{steps}\n[answer]")
    return MethodLibrary({"small": text.encode()}, None, {"gaps": rules.encode()})


def of(expr: str, *gaps: Datum, rules: str = RULES, answer: str = "", steps: str = "") -> Result:
    return compute(year(*gaps), library(expr, rules, answer, steps), FactorLibrary([]))


def told(found: Result) -> list[tuple[str, str, str, str, str]]:
    """Of each gap: place, side, how, value, and what hangs on it."""
    assert all(p.line(lang) for p in found.problems for lang in ("zh", "en"))
    named = [dict(p.params) | {"key": p.place.key} for p in found.problems if p.code == "TH-C18"]
    return [(n["key"], n["side_en"], n["how_en"], n["value"], n["tonnes"]) for n in named]


SIGN, BOTH = "sign of the derivative", "answers compared at both"
NONE = "no answer changes; the side that the rule names"
SWITCH = """
[[step]]
name = "P"
per = "month"
unit = "t"
way = [ { name = "over", when = "F > L", is = "S" }, { name = "under", is = "2 * L" } ]
"""

JUMP = """
[[step]]
name = "J"
per = "month"
unit = "t"
way = [ { name = "over", when = "F > L or L == 0", is = "F" }, { name = "under", is = "F + 5 * L" } ]
"""


@pytest.mark.parametrize(
    ("expr", "cap", "side", "how", "value", "tonnes", "total"),
    [
        # consumption raises the emission: the greater of 10 and 30; 10 + 30 + 30
        ("total(F)", "0", "high", SIGN, "30 t", "E 20 t", 70),
        # a product that is taken off: the lesser; 200 · 10 − (10 + 30 + 10)
        ("200 * total(S) - total(F)", "0", "low", SIGN, "10 t", "E 20 t", 1950),
        # not at all: the side that the rule names, and nothing hangs on it
        ("total(S)", "0", "high", NONE, "30 t", "0", 10),
        # a kink: max(FC, 20) has slope 0 at 10 and 1 at 30; 30 is safer than 20
        ("total(max(F, L))", "20", "high", BOTH, "30 t", "E 10 t", 70),
        # under the kink on both sides nothing changes: 10 + 30 + 40
        ("total(max(F, L))", "40", "high", NONE, "30 t", "0", 80),
        # a bend: |FC − 18| is 12 at 30 and 8 at 10, with opposite slopes; 10 + 30 + 12
        ("total(abs(F - L))", "18", "high", BOTH, "30 t", "E 4 t", 52),
        # |FC − 22| is 8 at 30 and 12 at 10
        ("total(abs(F - L))", "22", "low", BOTH, "10 t", "E 4 t", 52),
        # |FC − 20| is 10 at both
        ("total(abs(F - L))", "20", "high", NONE, "30 t", "0", 50),
        # a way that adds 100 up to 20: the slope is 1 at 10 and at 30, but 110 is safer than 30
        ("total(J)", "20", "low", BOTH, "10 t", "E 80 t", 150),
        # a way that switches at 20: above it W of the month (0), below it 40; no slope on either side
        ("total(P)", "20", "low", BOTH, "10 t", "E 40 t", 50),
    ],
)
def test_the_side_follows_from_the_formula(expr, cap, side, how, value, tonnes, total):
    steps = SWITCH if "P" in expr else JUMP if "J" in expr else ""
    found = of(expr, gap("FC", 2, "gaps/fc"), Datum("cap", month(2), cap, "t"), steps=steps)
    assert told(found) == [("FC[2024-02]", side, how, value, tonnes)]
    assert Exact(found.line("E").exact) == total
    assert found.ok and "substituted" in found.line("F", "2024-02").flags


APPROVED = '[[step]]\nname = "A"\nunit = "t"\nis = "total(F)"\n'


def test_an_allowance_wants_the_other_side():
    found = of("total(S)", gap("FC", 2, "gaps/fc"), answer=ALLOWANCE, steps=APPROVED)
    assert told(found) == [("FC[2024-02]", "low", BOTH, "10 t", "A 20 t")]
    assert Exact(found.line("A").exact) == 50
    found = of("total(S)", gap("FC", 2, "gaps/fc"), answer='A = { as = "removal" }', steps=APPROVED)
    assert told(found)[0][1] == "low"
    # a memo has no safe side
    found = of("total(S)", gap("FC", 2, "gaps/fc"), answer='A = { as = "memo" }', steps=APPROVED)
    assert told(found)[0][1:3] == ("high", NONE)


def test_gaps_that_weigh_on_each_other():
    # (FC − 20)(W − 5) is 30 at (30, 8) and at (10, 2), and −30 at the two mixed corners
    steps = """
[[step]]
name = "X"
unit = "t^2"
is = "total((F - L) * (S - L / 4), where=F > 0 and L > 0)"
"""
    found = of(
        "total(S) + total(S) * X / (5 * total(L) * total(L)) * 4 - total(S)",
        gap("FC", 2, "gaps/fc"),
        gap("W", 2, "gaps/w"),
        Datum("cap", month(2), "20", "t"),
        steps=steps,
    )
    sides = [(key, side) for key, side, *_ in told(found)]
    assert sides in ([("FC[2024-02]", s), ("W[2024-02]", s)] for s in ("high", "low"))
    assert Exact(found.line("X").exact) == 30


def test_a_reading_is_corrected():
    found = of("total(F)", gap("FC", 2, "gaps/meter", "100"))
    assert told(found) == [("FC[2024-02]", "high", SIGN, "102 t", "E 4 t")]
    assert Exact(found.line("E").exact) == 10 + 30 + 102
    # to another rule a reading is known before it is corrected: 100 is the greatest
    found = of("total(F)", gap("FC", 2, "gaps/meter", "100"), gap("FC", 5, "gaps/fc"))
    assert [value for *_, value, _ in told(found)] == ["102 t", "100 t"]


def test_a_fact_of_the_plant_may_be_a_given_of_the_rules():
    found = year(gap("FC", 2, "gaps/meter", "100"))
    facts = tuple(d for d in found.data if d.name == "err")
    moved = replace(found, data=tuple(d for d in found.data if d.name != "err"), facts=facts)
    result = compute(moved, library("total(F)"), FactorLibrary([]))
    assert Exact(result.line("E").exact) == 142


def test_a_persons_own_rule_stays_as_it_is():
    found = of("total(F)", gap("FC", 2, "DQCP 4.3", "25"))
    assert told(found) == [] and Exact(found.line("E").exact) == 65


def refused(
    *gaps: Datum, expr: str = "total(F)", rules: str = RULES, answer: str = "", steps: str = ""
) -> str:
    with pytest.raises(Refused) as caught:
        of(expr, *gaps, rules=rules, answer=answer, steps=steps)
    (found,) = caught.value.problems
    assert found.line("zh") and found.line("en")
    return f"{found.code} {found.place.key}"


@pytest.mark.parametrize(
    "wrong",
    [
        gap("FC", 2, "gaps/zz"),
        gap("FC", 2, "gaps"),
        gap("FC", 2, "others/fc"),
        gap("FC", 2, "DQCP 4.3"),
        gap("FC", 2, "gaps/w"),
        gap("FC", 2, "gaps/meter"),
        gap("FC", 2, "gaps/fc", "12"),
        gap("FC", 2, "gaps/zz", "12"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused(wrong: Datum):
    assert refused(wrong) == "TH-C15 FC[2024-02]"


def test_a_rule_without_candidates_is_refused():
    # nothing is known of cap in the year
    rules = (
        RULES.replace('of = "W"', 'of = "cap"')
        .replace("most(W)", "most(cap)")
        .replace("least(W)", "least(cap)")
    )
    assert refused(gap("cap", 2, "gaps/w"), rules=rules) == "TH-C16 cap[2024-02]"
    rules = RULES.replace('high = "most(FC)"', 'high = "least(FC)"').replace(
        'low = "least(FC)"', 'low = "most(FC)"'
    )
    assert refused(gap("FC", 2, "gaps/fc"), rules=rules) == "TH-C16 FC[2024-02]"


def test_answers_that_want_opposite_sides_are_refused():
    assert refused(gap("FC", 2, "gaps/fc"), answer=ALLOWANCE, steps=APPROVED) == "TH-C17 FC[2024-02]"
    # at 10 t the divisor is 0: nobody can say which of the two is safe
    wrong = gap("FC", 2, "gaps/fc"), Datum("cap", month(2), "10", "t")
    assert refused(*wrong, expr="total(S * L / (F - L), where=L > 0)") == "TH-C17 FC[2024-02]"


def test_the_result_names_the_inputs_as_they_came_and_the_rules():
    given = year(gap("FC", 2, "gaps/fc"))
    found = compute(given, library("total(F)"), FactorLibrary([]))
    assert found.inputs_digest == given.digest
    rules = library("total(F)").judging("gaps", library("total(F)").get("small"))
    assert rules is not None and found.pins["rules:gaps"] == rules.digest
    assert result_json(found) == result_json(compute(given, library("total(F)"), FactorLibrary([])))


def test_without_a_gap_nothing_is_laid_over():
    made = started(year(), library("total(F)", rules="no rules at all ["), FactorLibrary([]))
    assert made.filled == () and made.rules == () and made.asked is made.inputs


def test_following_months_are_told_as_one():
    found = of("total(F)", *(gap("FC", n, "gaps/fc") for n in (2, *range(4, 13))))
    assert Exact(found.line("E").exact) == 10 + 30 + 10 * 30
    assert [key for key, *_ in told(found)] == ["FC[2024-02]", "FC[2024-04…2024-12]"]
    assert {tonnes for *_, tonnes in told(found)} == {"E 20 t"}
    assert {dict(p.params)["scope_en"] for p in found.problems} == {"it alone"}


def test_a_gap_in_a_month_of_an_earlier_edition():
    """W is known to the earlier edition alone; January 9 MWh, February missing, the others 1 MWh."""
    rules = (
        RULES.split("[[given]]")[0].replace('["small"]', '["old", "new"]')
        + "[[fill]]"
        + RULES.split("[[fill]]")[2]
    )
    given = two_editions.inputs("new", "2022")
    data = [
        replace(d, value="9") if (d.name, d.row) == ("W", (("month", "2022-01"),)) else d for d in given.data
    ]
    data = [
        replace(d, value="", unit="", state="substituted", reason="表坏", person="李明", rule="gaps/w")
        if (d.name, d.row) == ("W", (("month", "2022-02"),))
        else d
        for d in data
    ]
    methods = two_editions.library(quality=rules.replace('id = "gaps"', 'id = "quality"'))
    asked = replace(given, data=tuple(replace(d, rule="quality/w") if d.rule else d for d in data))
    made = started(asked, methods, FactorLibrary([]))
    (one,) = made.filled
    assert (one.side, one.how, one.value, one.unit) == ("high", "slope", "9", "MWh")
    # 0.5 t a MWh: 8 MWh more
    assert Exact(one.between) == 4


def _random_library(rng: random.Random) -> MethodLibrary | None:
    """A method whose emission is the sum of a random formula over the months, or None where it is refused."""
    formula = text(Maker(rng, {"F": ("month",), "S": ("month",), "L": ("month",)}).number({"month"}, 4))
    ways = f'way = [ {{ name = "a", is = "{formula}" }}, {{ name = "b", is = "0" }} ]', f'is = "{formula}"'
    for way in ways:
        steps = f'[[step]]\nname = "X"\nper = "month"\nunit = "1"\n{way}\n'
        body = (
            METHOD.replace("EXPR", "total(X)").replace("ANSWER", "").replace("[answer]", f"{steps}\n[answer]")
        )
        made = MethodLibrary(
            {"small": body.replace('"t"', '"1"').encode()},
            None,
            {"gaps": RULES.replace('"t"', '"1"').encode()},
        )
        try:
            made.get("small")
        except Refused:
            continue
        return made
    return None


@pytest.mark.drill
def test_no_single_gap_would_be_safer_on_its_other_side(rng: random.Random, rounds):
    counted = {"moves": 0, "still": 0, "refused": 0}
    for _ in range(rounds(60, 1500)):
        methods = _random_library(rng)
        if methods is None:
            continue
        known = {n: str(rng.randint(-3, 9)) for n in (1, 3, 4)}, {n: str(rng.randint(-3, 9)) for n in (1, 3)}
        gaps = gap("FC", 2, "gaps/fc"), gap("FC", 5, "gaps/fc"), gap("W", 2, "gaps/w")
        given = year(*gaps, fc=known[0], w=known[1])
        data = [replace(d, unit="1") if d.unit == "t" else d for d in given.data]
        data += [Datum("cap", month(n), str(rng.randint(-2, 6)), "1") for n in (1, 2, 4)]
        given = replace(given, data=tuple(data))
        try:
            made = started(given, methods, FactorLibrary([]))
            value = made.value("E", ())
        except Refused as refused:
            assert {p.code for p in refused.problems} <= {"TH-C04", "TH-C17", "TH-N09", "TH-N12"}
            counted["refused"] += 1
            continue
        for one in made.filled:
            other = [
                replace(d, value=one.other) if (d.name, d.row) == (one.name, (("month", one.row[0]),)) else d
                for d in made.inputs.data
            ]
            # what was filled is a value like any other when it is used again
            turned = started(replace(made.inputs, data=tuple(other)), methods, FactorLibrary([])).value(
                "E", ()
            )
            assert turned <= value, methods.get("small").text
            assert Exact(one.between) == value - turned
            counted["moves" if turned < value else "still"] += 1
    print(counted)
    assert counted["moves"] > 20
