"""A small cogeneration plant for the tests of reports, a year of month data, worked by the engine.

The figures are round and invented. Unit 1 stands still in April (declared); its June carbon report came 41
days after sampling, so June rests on the default; August's carbon stands in for a lost sample.
"""

from __future__ import annotations

from functools import cache

from tanheng.engine.exact.result import compute
from tanheng.facts.datum import Datum
from tanheng.facts.inputs import Inputs, Member
from tanheng.facts.result import Result
from tanheng.formula.model import Method
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import load_methods
from tanheng.library.template_library import Template, load_template

METHOD = "cets-power-2023"
MONTHS = tuple(f"2024-{m:02d}" for m in range(1, 13))
UNIT = {
    "merged": "单台",
    "product": "热电联产",
    "main_fuel": "燃煤",
    "W_route": "电量报表",
    "meter_at": "发电机出口",
    "el_route": "机组计量",
    "alpha_route": "汽轮机耗热",
    "side_route": "热量报表",
    "small_flows": "不计",
    "exchanger": "无换热器",
    "cofire": "不掺烧",
}
COAL = {
    "fuel_code": "coal",
    "FC_route": "入炉月报",
    "C_route": "月综合样",
    "C_basis": "空气干燥基",
    "M_route": "月报",
    "NCV_route": "月报",
}
OIL = {"fuel_code": "diesel", "FC_route": "供应凭证", "C_route": "未测", "NCV_route": "缺省值"}
ENTITY = {
    "entity_name": "白杨河热电有限责任公司",
    "credit_code": "91650000MA77EXAMPL",
    "nature": "有限责任公司",
    "representative": "张 三",
    "registered_address": "=新疆某市某路 1 号",
    "production_address": "@同上",
    "industry": "4412 热电联产",
    "contact": "-李四",
    "coal_laboratory": "某某煤炭检测中心（CMA）",
}
EQUIPMENT = {
    "unit_category": "常规燃煤",
    "boiler_name": "煤粉锅炉",
    "boiler_type": "超临界直流",
    "boiler_model": "DG1900/25.4",
    "turbine_name": "凝汽抽汽式汽轮机",
    "turbine_pressure": "超临界",
    "cooling": "空冷-直接空冷",
    "generator_name": "汽轮发电机",
}


def row(**places: str) -> tuple[tuple[str, str], ...]:
    """A row as data carry it."""
    return tuple(sorted(places.items()))


def _unit(unit: str) -> list[Datum]:
    data = [Datum(name, row(unit=unit), value, "") for name, value in UNIT.items()]
    data.append(Datum("P_e", row(unit=unit), "600", "MW"))
    for fuel, choices in (("烟煤", COAL), ("柴油", OIL)):
        data += [Datum(name, row(unit=unit, fuel=fuel), value, "") for name, value in choices.items()]
    data.append(Datum("heat_way", row(unit=unit, stream=f"{unit}A"), "热量表", ""))
    return data


def _coal_month(unit: str, number: int, month: str, still: bool) -> list[Datum]:
    place = row(unit=unit, fuel="烟煤", month=month)
    if still:
        told = {"state": "declared", "reason": "A 级检修", "person": "王五"}
        return [Datum("FC_book", place, "0", "t", **told)]
    burnt = 118000 + 1731 * number + (4200 if unit == "2" else 0)
    late = unit == "1" and number == 6
    issued = f"2024-{number + 1:02d}-20" if number < 12 else "2025-01-20"
    lost = (
        {"state": "substituted", "reason": "综合样遗失", "person": "王五", "rule": "取前后两月较大值"}
        if (unit, number) == ("1", 8)
        else {}
    )
    return [
        Datum("FC_book", place, f"{burnt}.{number:02d}1", "t"),
        Datum("NCV_book", place, f"21.{400 + number}1", "GJ/t"),
        Datum("NCV_ok", place, "true", ""),
        Datum("M_ar_book", place, f"12.{number + 40}1", "%"),
        Datum("C_ad", place, f"61.{number + 50}1", "%", **lost),
        Datum("M_ad", place, "4.42", "%"),
        Datum("sampled", place, f"2024-{number:02d}-28", ""),
        Datum("issued", place, "2024-08-08" if late else issued, ""),
        Datum("stamped", place, "true", ""),
        Datum("complete", place, "true", ""),
    ]


def _power_month(unit: str, number: int, month: str, still: bool) -> list[Datum]:
    place = row(unit=unit, month=month)
    heating = number in (1, 2, 3, 11, 12)
    output = 0 if still else 262000 + 2900 * number
    heat = 0 if still else (410000 if heating else 96000)
    return [
        Datum("W_book", place, str(output), "MWh"),
        Datum("t_run", place, "0" if still else "672", "h"),
        Datum("W_buy_unit", place, "812.5" if still else "0", "MWh"),
        Datum("W_export", place, str(output * 93 // 100), "MWh"),
        Datum("W_aux", place, str(output * 6 // 100), "MWh"),
        Datum("W_aux_heat", place, "0", "MWh"),
        Datum("Q_read", row(unit=unit, stream=f"{unit}A", month=month), str(heat), "GJ"),
        Datum(
            "Q_side_book",
            row(unit=unit, side="汽轮机", month=month),
            str(0 if still else 2210000 + heat // 2),
            "GJ",
        ),
    ]


def inputs() -> Inputs:
    """The plant's year."""
    data: list[Datum] = []
    for unit in ("1", "2"):
        data += _unit(unit)
        for number, month in enumerate(MONTHS, 1):
            still = unit == "1" and number == 4
            data += _coal_month(unit, number, month, still) + _power_month(unit, number, month, still)
            oil = "0" if number not in (1, 5) else "41.52"
            data.append(Datum("FC_book", row(unit=unit, fuel="柴油", month=month), oil, "t"))
    facts = [Datum(name, (), value, "") for name, value in ENTITY.items()]
    facts += [
        Datum(name, row(unit=unit), value, "") for unit in ("1", "2") for name, value in EQUIPMENT.items()
    ]
    place = row(unit="1", fuel="烟煤", month="2024-01")
    facts += [
        Datum("report_number", place, "MZ-24-0107", ""),
        Datum("laboratory", place, "某某煤炭检测中心", ""),
    ]
    members = {
        "unit": (Member("1"), Member("2")),
        "fuel": tuple(Member(f, row(unit=u), "t") for u in ("1", "2") for f in ("烟煤", "柴油")),
        "stream": tuple(Member(f"{u}A", row(unit=u)) for u in ("1", "2")),
    }
    return Inputs(METHOD, "2024", "ets_facility", members, tuple(data), tuple(facts))


@cache
def worked() -> tuple[Result, Inputs, Method, Template]:
    """Result, inputs, method and template, computed once."""
    methods = load_methods()
    method = methods.get(METHOD)
    given = inputs()
    return (
        compute(given, methods, FactorLibrary.load()),
        given,
        method,
        load_template("power-coal-chp", method),
    )
