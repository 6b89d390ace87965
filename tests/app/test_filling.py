"""Gaps that a rule fills, on the demonstration plant: up to a pack that a stranger recomputes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tanheng.app.accounting import account
from tanheng.app.comparing import explain_number
from tanheng.app.library import Library
from tanheng.app.packing import items_of, seal
from tanheng.app.reporting import statement_of
from tanheng.engine.exact.result import compute
from tanheng.evidence.verify.check import verify_pack
from tanheng.evidence.verify.recompute import recompute
from tanheng.facts.datum import SUBSTITUTED, Datum, row_of
from tanheng.kernel.numbers import exact_text, parse_exact
from tanheng.kernel.problems import Refused
from tanheng.statement.text import plain
from tests.plant import beiling

LIBRARY = Library()
RULE = "power-missing/coal-day-month"
COAL = {"unit": "1", "fuel": "烟煤", "month": "2024-03"}


def gaps(rule: str, *days: str, reading: bool = False, name: str = "FC_day"):
    """The plant's year in which days (or months) of unit 1 name a rule."""
    wanted = {row_of({**COAL, "day": day}.items()) for day in days}
    if name != "FC_day":
        wanted = {row_of({"unit": "1", "month": day}.items()) for day in days}
    data = []
    for datum in beiling().data:
        if datum.name == name and datum.row in wanted:
            value, unit = (datum.value, datum.unit) if reading else ("", "")
            datum = replace(
                datum, value=value, unit=unit, state=SUBSTITUTED, reason="衡器检修", person="李明", rule=rule
            )
        data.append(datum)
    return replace(beiling(), data=tuple(data))


def days_of_march(without: set[str]) -> list[Fraction]:
    return [
        parse_exact(d.value)
        for d in beiling().data
        if d.name == "FC_day" and set(COAL.items()) <= set(d.row) and dict(d.row)["day"] not in without
    ]


@pytest.fixture(scope="module")
def done():
    return account(gaps(RULE, "2024-03-05", "2024-03-06"), LIBRARY)


def told(found) -> list[dict[str, str]]:
    return [dict(p.params) for p in found.problems if p.code == "TH-C18"]


def test_the_greatest_known_day_of_the_month_stands_in(done):
    # two days of March are unknown, so the greatest of the 29 others stands in each
    known = days_of_march({"2024-03-05", "2024-03-06"})
    assert len(known) == 29
    line = done.result.line("FC", "2024-03", unit="1", fuel="烟煤")
    rounded = Fraction(round((sum(known) + 2 * max(known)) * 100), 100)
    assert parse_exact(line.exact) == rounded and "substituted" in line.flags
    one = told(done.result)[0]
    assert one["rule"].startswith(RULE) and one["side_en"] == "high"
    assert (one["value"], one["other"]) == (f"{exact_text(max(known))} t", f"{exact_text(min(known))} t")
    # the tonnes between are those of a year in which that day is the least known one
    other = [
        replace(
            d,
            value=exact_text(min(known)) if dict(d.row)["day"] == "2024-03-05" else exact_text(max(known)),
            unit="t",
        )
        if d.state == SUBSTITUTED and d.rule == RULE
        else d
        for d in done.inputs.data
    ]
    other = [replace(d, rule="人工") if d.rule == RULE else d for d in other]
    lower = compute(replace(done.inputs, data=tuple(other)), LIBRARY.methods, LIBRARY.factors)
    between = parse_exact(done.result.line("E").exact) - parse_exact(lower.line("E").exact)
    assert one["tonnes"] == f"E {between} tCO2" and between > 0


def test_the_pack_brings_the_rules_and_a_stranger_recomputes_it(done, tmp_path):
    items = items_of(done)
    assert "rules/power-missing/rules.toml" in items and "instruments/M06.toml" in items
    assert b'"value":""' in items["inputs.json"]
    sealed = seal(done, tmp_path / "pack.zip")
    verdict = verify_pack(tmp_path / "pack.zip", sealed.root)
    assert verdict.exit_code == 0, verdict.findings
    # the pack alone, without the library, gives the same figures again
    again = account(tmp_path / "pack.zip")
    assert again.result.to_json() == done.result.to_json()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('high = "most(FC_day)"', 'high = "least(FC_day)"'),
        ('id = "coal-day-month"', 'id = "coal"'),
        ("G23", "G22"),
    ],
)
def test_another_file_of_rules_is_noticed(done, old: str, new: str):
    items = items_of(done)
    path = "rules/power-missing/rules.toml"
    items[path] = items[path].replace(old.encode(), new.encode())
    assert recompute(items).data != items["result.json"]
    del items[path]
    assert [p.code for p in recompute(items).problems] == ["TH-P31", "TH-C15", "TH-C15"]


def test_a_year_without_gaps_seals_no_rules():
    assert not [
        path for path in items_of(account(beiling(), LIBRARY)) if path.startswith("rules/power-missing")
    ]


def test_explain_tells_both_candidates_and_the_report_shows_the_value(done):
    (node,) = explain_number(done, "FC_day", {**COAL, "day": "2024-03-05"}, 0)
    assert node.state == "substituted" and node.reason == "衡器检修"
    assert RULE in node.why[0] and "高侧" in node.why[0] and "the high side" in node.why_en[0]
    report = statement_of(done, "annual")
    (table,) = [b for s in report.sections for b in s.blocks if getattr(b, "id", "") == "substituted"]
    ours = [row for row in table.rows if RULE in plain(row.cells[3].text)]
    value = exact_text(max(days_of_march({"2024-03-05", "2024-03-06"})))
    assert [row.cells[2].shown for row in ours] == [value, value]


def test_generation_has_no_emission_to_tell_and_goes_down():
    # 0.5 % below the reading, although no emission hangs on it: allowances would
    found = compute(gaps("power-missing/generation-uncalibrated", "2024-03", reading=True, name="W_book"),
                    LIBRARY.methods, LIBRARY.factors)  # fmt: skip
    (read,) = [
        d.value
        for d in beiling().data
        if d.name == "W_book" and d.row == row_of({"unit": "1", "month": "2024-03"}.items())
    ]
    (one,) = told(found)
    assert one["side_en"] == "low" and one["tonnes"] == "0"
    assert one["value"] == f"{exact_text(parse_exact(read) * Fraction(995, 1000))} MWh"


def test_a_worse_class_counts_by_what_it_is_worse():
    given = gaps("power-missing/coal-day-class", "2024-03-05", reading=True)
    (read,) = [parse_exact(d.value) for d in given.data if d.rule.endswith("coal-day-class")]
    for own, factor in (("1.5", Fraction(101, 100)), ("0.5", Fraction(1)), ("0.2", Fraction(1))):
        row = row_of({"unit": "1", "fuel": "烟煤"}.items())
        facts = (*given.facts, Datum("class_coal", row, own, "%"))
        (one,) = told(compute(replace(given, facts=facts), LIBRARY.methods, LIBRARY.factors))
        assert parse_exact(one["value"].removesuffix(" t")) == read * factor
    # without the class there is no candidate
    with pytest.raises(Refused) as caught:
        compute(given, LIBRARY.methods, LIBRARY.factors)
    assert [p.code for p in caught.value.problems] == ["TH-C16"]


def test_hundreds_of_days_are_counted_together():
    days = [f"2024-{m:02d}-{d:02d}" for m in (1, 3, 5) for d in range(1, 32)]
    data = []
    for datum in beiling().data:
        keys = dict(datum.row)
        if datum.name == "FC_day" and keys["unit"] == "1" and keys["fuel"] == "烟煤" and keys["day"] in days:
            datum = replace(
                datum,
                state=SUBSTITUTED,
                reason="未检定",
                person="李明",
                rule="power-missing/coal-day-uncalibrated",
            )
        data.append(datum)
    found = compute(replace(beiling(), data=tuple(data)), LIBRARY.methods, LIBRARY.factors)
    assert {one["scope_en"] for one in told(found)} == {"93 together"} and len(told(found)) == 93
    assert {one["side_en"] for one in told(found)} == {"high"}


def test_every_rule_fits_every_edition_and_names_each_side():
    for method in ("cets-power-2021", "cets-power-2022", "cets-power-2023", "cets-power-2026"):
        laid = LIBRARY.methods.judging("power-missing", LIBRARY.methods.get(method))
        assert laid is not None and len(laid.fills) == 19
        # what a plant burns or buys is filled upwards where nothing tells, what it makes downwards
        up = {fill.of for fill in laid.fills if fill.otherwise == "high"}
        down = {fill.of for fill in laid.fills if fill.otherwise == "low"}
        assert (up, down) == ({"FC_day", "FC_book", "W_buy_unit"}, {"W_book", "D", "h", "h_r", "h_m"})
