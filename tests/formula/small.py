"""A small method as text, and inputs for it, for tests of the language and the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tanheng.engine.exact.result import result_of
from tanheng.engine.exact.run import Run
from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs, Member
from tanheng.facts.result import Result
from tanheng.formula.model import Method
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import read_method

HEAD = """
id = "small"
zh = "小方法"
en = "Small"
law = "cieccpa-061 8.2.5"
force = "2020-01-01"
until = "2029-12-31"
boundary = "enterprise"
rounding = { mode = "half_up", law = "cieccpa-061 8.2.5" }
"""
BODY = """
[scope]
unit = { zh = "机组", letter = "u" }
fuel = { zh = "燃料", in = "unit", letter = "i", unit = ["t", "1e4Nm3"] }
lot = { zh = "批", in = "fuel month", open = true, letter = "k" }
[constant.CO2_per_C]
value = "44/12"
unit = "tCO2/tC"
[constant.limit]
value = "40"
unit = "d"
[constant.CC_0]
unit = "tC/GJ"
dated = [
  { since = 2020-01-01, until = 2022-12-31, value = "0.03356" },
  { since = 2023-01-01, value = "0.03085", certainty = "check" },
]
[table.share]
unit = "%"
key = "route"
rows = { A = "98", B = "99" }
[[given]]
per = "fuel"
route = { kind = "word", one_of = ["A", "B"], zh = "路线" }
[[given]]
per = "fuel day"
FC_day = { unit = "[fuel]", zh = "日消耗量", en = "burnt on the day", range = ["0", ""] }
NCV_day = { unit = "GJ/[fuel]", optional = true, zh = "日热值", en = "heat of the day" }
[[given]]
per = "fuel month"
C_lab = { unit = "tC/[fuel]", optional = true, zh = "碳" }
sampled = { kind = "date", optional = true, zh = "采样" }
issued = { kind = "date", optional = true, zh = "签发" }
[[given]]
per = "lot"
mass = { unit = "kg", zh = "批量" }
"""
STEPS = """
[[step]]
name = "FC"
per = "fuel month"
unit = "[fuel]"
zh = "消耗量"
is = "total(FC_day)"
round = 2
[[step]]
name = "NCV"
per = "fuel month"
unit = "GJ/[fuel]"
optional = true
when = "FC > 0"
is = "mean(NCV_day, by=FC_day)"
round = 3
[[step]]
name = "C"
per = "fuel month"
unit = "tC/[fuel]"
optional = true
way = [
  { name = "实测", en = "measured", when = "issued - sampled <= limit", is = "C_lab" },
  { name = "缺省", en = "default", is = "NCV * CC_0", default = true },
]
[[step]]
name = "E_fuel"
per = "fuel month"
unit = "tCO2"
round = 2
emits = true
zh = "燃料排放"
way = [
  { name = "未用", en = "not used", when = "FC == 0", is = "0" },
  { name = "计算", en = "computed", is = "FC * C * share[route] * CO2_per_C" },
]
[[step]]
name = "E"
unit = "tCO2"
is = "total(E_fuel)"
round = 0
[[step]]
name = "lots"
unit = "t"
is = "total(mass)"
[answer]
E = { as = "emission" }
lots = { as = "memo" }
"""
SMALL = BODY + STEPS
UNIT, COAL = {"unit": "1"}, {"unit": "1", "fuel": "煤"}
MEMBERS: Mapping[str, tuple[Member, ...]] = {
    "unit": (Member("1"),),
    "fuel": (Member("煤", (("unit", "1"),), "t"),),
}
Entry = tuple[str, dict[str, str], str, str]


def method(body: str = SMALL) -> Method:
    """The small method, or one with another body."""
    return read_method((HEAD + body).encode(), "small/method.toml")


def inputs(
    data: Iterable[Entry | Datum],
    period: str = "2024",
    members: Mapping[str, tuple[Member, ...]] = MEMBERS,
    boundary: str = "enterprise",
) -> Inputs:
    """Inputs from (name, row, value, unit)."""
    made = [d if isinstance(d, Datum) else Datum(d[0], row_of(d[1].items()), d[2], d[3]) for d in data]
    return Inputs("small", period, boundary, members, tuple(made))


def run(
    data: Iterable[Entry | Datum],
    body: str = SMALL,
    period: str = "2024",
    members: Mapping[str, tuple[Member, ...]] = MEMBERS,
    factors: FactorLibrary | None = None,
) -> Run:
    """A run of the small method, or of one with another body."""
    return Run(method(body), inputs(data, period, members), factors or FactorLibrary([]))


def result(
    data: Iterable[Entry | Datum],
    body: str = SMALL,
    period: str = "2024",
    members: Mapping[str, tuple[Member, ...]] = MEMBERS,
    factors: FactorLibrary | None = None,
) -> Result:
    """The result of such a run."""
    return result_of(run(data, body, period, members, factors))


def codes(found: Result) -> list[str]:
    """The codes of a result's problems, each once."""
    return sorted({p.code for p in found.problems})


def day_rows(month: str, days: int, row: Mapping[str, str] = COAL) -> list[dict[str, str]]:
    """The rows of the days of a month."""
    return [{**row, "month": month, "day": f"{month}-{day:02}"} for day in range(1, days + 1)]


def january(fc: str = "10", ncv: str | None = "20", unit: str = "t", route: str = "B") -> list[Entry]:
    """Day data of January 2024, every day the same: 31 × 10 t of 20 GJ/t, route B (99 %)."""
    found: list[Entry] = [("route", COAL, route, "")]
    for row in day_rows("2024-01", 31):
        found.append(("FC_day", row, fc, unit))
        if ncv is not None:
            found.append(("NCV_day", row, ncv, f"GJ/{unit}"))
    return found


def steps(text: str, given: str = "", answers: str = "s") -> str:
    """A small body with one or more steps, of which some are answers."""
    listed = "".join(f'{name} = {{ as = "indicator" }}\n' for name in answers.split())
    return f"{given}\n{text}\n[answer]\n{listed}"
