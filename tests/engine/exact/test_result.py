"""A result: lines, certainty, flags, notes, checks, pins, readable problems; no float, time or path in it."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from tanheng.engine.exact.gather import gathered
from tanheng.engine.exact.result import ENGINE, result_json, result_of, shown_text
from tanheng.engine.exact.run import Run
from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Member
from tanheng.facts.result import Result
from tanheng.kernel.problems import Place, codes, problem
from tanheng.kernel.rounding import Rounding
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.factor_table import COLUMNS
from tanheng.library.method_library import read_method
from tests.formula import small
from tests.formula.small import COAL, HEAD, MEMBERS, SMALL, Entry, day_rows, inputs, january, method, result

COAL_JAN = {**COAL, "month": "2024-01"}
CHECKS = """
[[check]]
id = "much"
per = "fuel month"
that = "FC <= 300 * k"
level = "{level}"
zh = "消耗量过大"
en = "much is burnt"
[constant.k]
value = "1"
unit = "[fuel]"
"""


def at(found: Result, name: str, period: str = "2024-01", **scope: str):
    line = found.line(name, period, **scope)
    assert line is not None, f"no {name} {scope} {period}"
    return line


def fuel(found: Result, name: str):
    return at(found, name, unit="1", fuel="煤")


def test_line_says_everything_of_a_value():
    line = fuel(result(january(), period="2024-01"), "E_fuel")
    assert (line.exact, line.full, line.shown, line.unit) == ("694.31", "694.3101", "694.31", "tCO2")
    assert (line.rounding, line.way, line.way_en, line.zh) == ("half_up 2", "计算", "computed", "燃料排放")
    # neither the way nor the step names a clause of its own: then it is the method's
    assert line.law == "cieccpa-061 8.2.5"
    assert (line.scope, line.period) == ((("fuel", "煤"), ("unit", "1")), "2024-01")
    line = fuel(result(january("0", None), period="2024-01"), "E_fuel")
    assert (line.exact, line.full, line.shown, line.way) == ("0", "", "0.00", "未用")


def test_absent_step_has_no_line_and_is_no_problem():
    found = result(january("0", None), period="2024-01")
    assert found.line("NCV", "2024-01", unit="1", fuel="煤") is None
    assert small.codes(found) == []


def test_unit_of_a_line_is_the_members_own():
    found = result(january(), period="2024-01")
    assert (fuel(found, "FC").unit, fuel(found, "NCV").unit, fuel(found, "C").unit) == ("t", "GJ/t", "tC/t")


# ---- certainty, flags, notes


def test_unconfirmed_value_is_shown_wherever_it_is_used():
    """CC_0 from 2023 is marked check; what does not use it stays sure."""
    found = result(january(), period="2024-01")
    sure = {line.name: line.certainty for line in found.lines}
    assert sure == {
        "FC": "sure",
        "NCV": "sure",
        "C": "check",
        "E_fuel": "check",
        "E": "check",
        "lots": "sure",
    }
    (one,) = found.problems
    assert (one.code, one.severity, one.place.key) == ("TH-C09", "warning", "CC_0[2023-01-01]")


def test_certainty_is_that_of_the_entry_in_force():
    """Both entries of CC_0 have the same law; the one of 2022 is sure."""
    data: list[Entry] = [("route", COAL, "B", "")]
    for row in day_rows("2022-12", 31):
        data += [("FC_day", row, "10", "t"), ("NCV_day", row, "20", "GJ/t")]
    found = result(data, period="2022-12")
    assert {line.certainty for line in found.lines} == {"sure"}
    assert small.codes(found) == []


def test_unconfirmed_limit_that_decided_for_a_way_shows_in_the_value():
    body = SMALL.replace('value = "40"', 'value = "40"\ncertainty = "check"')
    data = [*january(), ("C_lab", COAL_JAN, "0.55", "tC/t"), ("sampled", COAL_JAN, "2024-01-31", "")]
    data += [("issued", COAL_JAN, "2024-02-10", "")]
    found = result(data, body, "2024-01")
    line = fuel(found, "C")
    assert (line.way, line.certainty, line.flags) == ("实测", "check", ())
    assert [p.place.key for p in found.problems] == ["limit"]


def test_unconfirmed_rounding_is_said_once():
    head = 'rounding = { mode = "half_up", law = "cieccpa-061 8.2.5" }'
    text = HEAD.replace(head, head.replace(" }", ', certainty = "check" }'))
    assert text != HEAD
    made = Run(
        read_method((text + SMALL).encode(), "m.toml"), inputs(january(), "2024-01"), FactorLibrary([])
    )
    assert [p.place.key for p in result_of(made).problems] == ["CC_0[2023-01-01]", "rounding"]


def test_default_and_substituted_travel_up_and_are_noted_in_tonnes():
    data: list[Datum | Entry] = list(january())
    first = {**COAL_JAN, "day": "2024-01-01"}
    data.remove(("FC_day", first, "10", "t"))
    data.append(
        Datum("FC_day", row_of(first.items()), "10", "t", "substituted", "皮带秤故障", "李四", "方案 7.2")
    )
    found = result(data, period="2024-01")
    flags = {line.name: line.flags for line in found.lines}
    assert flags["FC"] == ("substituted",)
    assert flags["NCV"] == ("substituted",)  # its weights and its condition rest on FC
    assert flags["C"] == flags["E_fuel"] == flags["E"] == ("default", "substituted")
    assert flags["lots"] == ()
    noted = [(n.kind, n.name, n.period, n.shown, n.unit) for n in found.notes]
    assert noted == [
        (kind, "E_fuel", "2024-01", "694.31", "tCO2") for kind in ("check", "default", "substituted")
    ]


def test_measured_value_bears_no_default():
    data = [*january(), ("C_lab", COAL_JAN, "0.55", "tC/t"), ("sampled", COAL_JAN, "2024-01-31", "")]
    found = result([*data, ("issued", COAL_JAN, "2024-02-10", "")], period="2024-01")
    assert {line.flags for line in found.lines} == {()}
    assert found.notes == ()


# ---- checks


@pytest.mark.parametrize(
    ("level", "code", "ok"),
    [("error", "TH-C07", False), ("warning", "TH-C06", True), ("info", "TH-C11", True)],
)
def test_check_that_does_not_hold(level, code, ok):
    found = result(january(), CHECKS.replace("{level}", level) + SMALL, "2024-01")
    (one,) = [p for p in found.problems if p.code != "TH-C09"]
    assert (one.code, found.ok) == (code, ok)
    assert "消耗量过大（1 · 煤 · 2024-01）：FC <= 300 * k" in one.message("zh")
    assert "much is burnt" in one.message("en")
    assert small.codes(result(january("9"), CHECKS.replace("{level}", level) + SMALL, "2024-01")) == [
        "TH-C09"
    ]


def test_check_without_its_values_does_not_apply_and_says_so():
    body = SMALL + '\n[[check]]\nid = "lab"\nper = "fuel month"\nthat = "C_lab > 0"\nzh = "碳为正"\n'
    found = result(january(), body, "2024-01")
    (one,) = [p for p in found.problems if p.code != "TH-C09"]
    assert (one.code, one.severity) == ("TH-C10", "info")
    assert "碳" in one.message("zh")


def test_check_on_a_value_that_failed_adds_nothing():
    body = SMALL + '\n[[check]]\nid = "lab"\nper = "fuel month"\nthat = "E_fuel >= 0"\n'
    assert small.codes(result(january("10", None), body, "2024-01")) == ["TH-C01"]


# ---- failure isolation


def test_missing_month_is_one_line():
    data = january() + [(n, r, v, u) for r in day_rows("2024-03", 31) for n, v, u in (("FC_day", "10", "t"),)]
    found = result(data, period="2024")
    gaps = [p for p in found.problems if p.code == "TH-C01" and p.place.key.startswith("FC_day")]
    assert [p.place.key for p in gaps] == [
        "FC_day[1, 煤, 2024-02-01…2024-02-29]",
        "FC_day[1, 煤, 2024-04-01…2024-12-31]",
    ]
    assert "日消耗量（1 · 煤 · 2024-02-01…2024-02-29 共 29 天）算不出：没有数据" in gaps[0].message("zh")
    assert "burnt on the day (1 · 煤 · 2024-02-01…2024-02-29, 29 days)" in gaps[0].message("en")
    # March has tonnes but no heat: that is another thing, said once; the year's total repeats nothing
    others = [p for p in found.problems if p.code == "TH-C01" and p not in gaps]
    assert [p.place.key for p in others] == ["E_fuel[1, 煤, 2024-03]"]
    assert found.line("E_fuel", "2024-01", unit="1", fuel="煤") is not None
    assert found.line("E") is None


def test_every_missing_cell_is_named_and_no_other():
    holes = {2, 3, 17}
    data = [e for e in january() if e[0] != "FC_day" or int(e[1]["day"][-2:]) not in holes]
    found = result(data, period="2024-01")
    assert [p.place.key for p in found.problems] == [
        "FC_day[1, 煤, 2024-01-02…2024-01-03]",
        "FC_day[1, 煤, 2024-01-17]",
    ]


def test_one_failing_fuel_leaves_the_other_alone():
    members = {"unit": (Member("1"),), "fuel": (*MEMBERS["fuel"], Member("油", (("unit", "1"),), "t"))}
    found = result(january(), period="2024-01", members=members)
    assert {p.place.key for p in found.problems if p.code == "TH-C01"} == {
        "FC_day[1, 油, 2024-01-01…2024-01-31]",
        "route[1, 油]",
    }
    assert fuel(found, "E_fuel").exact == "694.31"


def test_zero_divisor_names_the_step_and_its_row():
    body = SMALL.replace('is = "mean(NCV_day, by=FC_day)"', 'is = "total(FC_day * NCV_day) / total(FC_day)"')
    body = body.replace('when = "FC > 0"\n', "")
    found = result(january("0"), body, "2024-01")
    (one,) = [p for p in found.problems if p.severity == "error"]
    assert (one.code, one.place.key) == ("TH-C04", "NCV[1, 煤, 2024-01]")


# ---- gathering


def gap(key: str, row: str, seen: str = "x", cell: str = ""):
    return problem("TH-C01", Place(key=key, cell=cell), name="n", row=row, seen=seen)


def test_runs_cross_months_and_stop_at_holes():
    days = ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-03"]
    found = gathered(gap(f"a[{d}]", d) for d in reversed(days))
    assert [p.place.key for p in found] == ["a[2024-02-28…2024-03-01]", "a[2024-03-03]"]
    assert dict(found[0].params)["row_zh"] == "2024-02-28…2024-03-01 共 3 天"
    assert dict(found[1].params)["row"] == "2024-03-03"


def test_months_and_days_do_not_mix_and_neither_do_reasons_or_cells():
    found = gathered(
        [
            gap("a[2024-01]", "2024-01"),
            gap("a[2024-02-01]", "2024-02-01"),
            gap("a[2024-02]", "2024-02", "other"),
            gap("b[2024-02]", "2024-02"),
            gap("c[2024-01]", "2024-01", cell="D1"),
            gap("c[2024-02]", "2024-02", cell="D2"),
            gap("d[2024-01]", "2024-01", "2023-12"),
            gap("d[2024-01]", "2024-01", "2023-12"),
        ]
    )
    assert [p.place.key for p in found] == [
        "a[2024-01]", "a[2024-02-01]", "a[2024-02]", "b[2024-02]", "c[2024-01]", "c[2024-02]", "d[2024-01]",
    ]  # fmt: skip


# ---- pins


def table(rows: list[dict[str, str]]) -> bytes:
    lines = [",".join(COLUMNS)]
    for row in rows:
        whole = {**dict.fromkeys(COLUMNS, ""), "set": "s", "item": "cc", "region": "", "unit": "tC/GJ", **row}
        whole |= {"name_zh": "碳", "source": "来源", "certainty": row.get("certainty", "sure")}
        lines.append(",".join(whole[c] for c in COLUMNS))
    return ("\n".join(lines) + "\n").encode()


FACTORS = [
    {"id": "f.a", "key": "A", "value": "0.02", "valid_from": "2023-01-01", "valid_to": "2024-06-30"},
    {"id": "f.a", "key": "A", "value": "0.03", "valid_from": "2024-07-01", "certainty": "check"},
    {"id": "f.b", "key": "B", "value": "0.04", "valid_from": "2023-01-01"},
]
WITH_FACTORS = SMALL.replace("NCV * CC_0", "NCV * CC_f[route]").replace(
    "[table.share]",
    '[table.CC_f]\nunit = "tC/GJ"\nkey = "route"\nfrom = "f"\nset = "s"\nitem = "cc"\n[table.share]',
)
WITH_FACTORS = re.sub(r"\[constant\.CC_0\]\n(.*\n)*?\]\n", "", WITH_FACTORS)


def factors(rows: list[dict[str, str]] | None = None) -> FactorLibrary:
    return FactorLibrary.from_bytes({"f": table(FACTORS if rows is None else rows)})


def year(route: str) -> list[Entry]:
    data: list[Entry] = [("route", COAL, route, "")]
    for month, days in enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1):
        for row in day_rows(f"2024-{month:02}", days):
            data += [("FC_day", row, "10", "t"), ("NCV_day", row, "20", "GJ/t")]
    return data


def test_every_factor_row_that_was_used_is_pinned_and_no_other():
    """Two rows of one id hold in two halves of the year; both are pinned. Route B is another row."""
    library = factors()
    found = result(year("A"), WITH_FACTORS, "2024", factors=library)
    assert fuel(found, "C").exact == "0.4"
    assert at(found, "C", "2024-07", unit="1", fuel="煤").exact == "0.6"
    pinned = {key: digest for key, digest in found.pins.items() if key.startswith("factor:")}
    assert pinned == {
        "factor:f/f.a@2023-01-01,": library.rows("f")[0].digest,
        "factor:f/f.a@2024-07-01,": library.rows("f")[1].digest,
    }
    assert found.pins["method:small"] == found.method_digest == method(WITH_FACTORS).digest
    assert found.pins[f"engine:{ENGINE}"] == ENGINE
    other = result(year("B"), WITH_FACTORS, "2024", factors=library)
    assert [key for key in other.pins if key.startswith("factor:")] == ["factor:f/f.b@2023-01-01,"]
    assert small.codes(other) == []


def test_unconfirmed_factor_marks_only_the_months_that_used_it():
    found = result(year("A"), WITH_FACTORS, "2024", factors=factors())
    marks = {line.period: line.certainty for line in found.lines if line.name == "C"}
    assert [marks[f"2024-{m:02}"] for m in (6, 7)] == ["sure", "check"]
    assert [(p.code, p.place.key) for p in found.problems] == [("TH-C09", "f.a")]


def test_changed_factor_changes_the_pin_and_missing_one_is_refused():
    changed = result(
        year("A"), WITH_FACTORS, "2024", factors=factors([{**FACTORS[0], "value": "0.021"}, FACTORS[1]])
    )
    assert changed.pins != result(year("A"), WITH_FACTORS, "2024", factors=factors()).pins
    found = result(year("A"), WITH_FACTORS, "2024", factors=factors(FACTORS[:1]))
    # the second half of the year has no factor; its neighbour is never taken, and six months are one problem
    (one,) = [p for p in found.problems if p.code == "TH-L01"]
    assert [dict(one.params)[end] for end in ("since", "until")] == ["2024-07-01", "2024-12-31"]
    assert found.line("C", "2024-07", unit="1", fuel="煤") is None
    assert not found.ok


# ---- JSON


def walked(value: object):
    yield value
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from walked(each)
    elif isinstance(value, list):
        for each in value:
            yield from walked(each)


def test_json_has_no_float_no_time_and_no_path():
    found = result(year("A")[:-5], WITH_FACTORS, "2024", factors=factors())
    tree = json.loads(result_json(found))
    for each in walked(tree):
        assert not isinstance(each, float)
        if isinstance(each, str):
            assert not re.search(r"\d{1,2}:\d{2}:\d{2}", each), each
            assert str(Path.cwd()) not in each and "/home/" not in each and "/tmp/" not in each, each
    assert tree["inputs_digest"] == found.inputs_digest
    assert len(tree["steps"]) == len(found.lines)


@pytest.mark.parametrize(
    ("value", "rounding", "show", "shown"),
    [
        ("1/3", None, None, "0.3333333333"),
        ("12.5", None, None, "12.5"),
        ("2/3", None, 2, "0.67"),
        ("2", Rounding("half_up", 2), None, "2.00"),
        ("1234.5", Rounding("significant", 2), None, "1200"),
        ("0.5", Rounding("significant", 3), None, "0.500"),
        # a long number keeps its whole part
        ("12345678901234.567", None, None, "12345678901235"),
        ("1000000000000/3", None, None, "333333333333"),
    ],
)
def test_what_people_see(value, rounding, show, shown):
    assert shown_text(Fraction(value), rounding, show) == shown


def test_every_computing_code_has_a_test():
    """A code that no test of the engine names is either untested or cannot occur."""
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    # C14 is about two files, C20 about whole numbers of SQL: tests/app/test_years, tests/engine/sql
    wanted = {code for code in codes() if code.startswith("TH-C")} - {"TH-C14", "TH-C20"}
    assert wanted <= set(re.findall(r"TH-C\d{2}", tests)), wanted - set(re.findall(r"TH-C\d{2}", tests))
