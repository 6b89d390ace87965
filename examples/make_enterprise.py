"""The enterprise boundary of the demonstration plant 北岭热电, 2024: the form beside its workbook.

It is made up. Run `python examples/make_enterprise.py examples`; it writes beiling-enterprise-2024.xlsx.
Fork lifts and an emergency set burn diesel, a start-up heat boiler natural gas; limestone desulphurises at
about 1 t for 90 t of coal; slag and fly ash hold 2 to 4 % carbon, so that some 99.3 % of the coal's carbon is
oxidised.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

from tanheng.app.forms import write_form
from tanheng.facts.datum import Datum, row_of
from tanheng.facts.inputs import Inputs, Member
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.rounding import Rounding

YEAR = "2024"
MONTHS = [f"{YEAR}-{m:02d}" for m in range(1, 13)]
UNITS, COAL = ("1", "2"), "烟煤"
SOURCES = (
    ("厂内车辆", "t", "diesel", "移动源", "3.85"),
    ("应急柴油机", "t", "diesel", "固定源", "0.4"),
    ("启动锅炉", "1e4Nm3", "natural_gas", "固定源", "6.2"),
)


def coal_by_month(plant: Inputs) -> dict[tuple[str, str], Fraction]:
    """Coal that each unit burnt in each month, in t."""
    found: dict[tuple[str, str], Fraction] = {}
    for datum in plant.data:
        row = dict(datum.row)
        if datum.name == "FC_day" and row["fuel"] == COAL and datum.value:
            key = row["unit"], row["month"]
            found[key] = found.get(key, Fraction(0)) + Fraction(datum.value)
    return found


def enterprise(plant: Inputs) -> Inputs:
    """The data that the enterprise has besides its plant's."""
    data = [Datum(n, (), v, "") for n, v in (("others", "有"), ("sorbents", "使用"), ("heat_in", "不购入"))]
    data += [Datum("ef_route", (), "填报值", ""), Datum("ef_el", (), "0.6187", "tCO2/MWh")]
    for unit, value in zip(UNITS, ("99.85", "99.86"), strict=True):
        data.append(Datum("eta_dust", row_of([("unit", unit)]), value, "%"))
    for id, unit, code, use, amount in SOURCES:
        at = [("source", id)]
        data += [Datum(n, row_of(at), v, "") for n, v in (("source_code", code), ("source_use", use))]
        for number, month in enumerate(MONTHS):
            # the start-up boiler is needed around the overhauls of spring and autumn only
            used = amount if id != "启动锅炉" or number in (3, 4, 9) else "0"
            data.append(Datum("FC_source", row_of([*at, ("month", month)]), used, unit))
    data.append(Datum("carbonate", row_of([("sorbent", "石灰石")]), "CaCO3", ""))
    burnt = coal_by_month(plant)
    for number, month in enumerate(MONTHS):
        coal = sum((burnt.get((u, month), Fraction(0)) for u in UNITS), Fraction(0))
        at = row_of([("sorbent", "石灰石"), ("month", month)])
        data.append(Datum("B_k", at, _text(coal / 90, 1), "t"))
        data.append(Datum("I_k", at, exact_text(Fraction(914 + number % 4, 10)), "%"))
        data.append(
            Datum("W_buy_ent", row_of([("month", month)]), _text(_bought(plant, month) + 320, 2), "MWh")
        )
        for unit in UNITS:
            ash(data, unit, month, burnt.get((unit, month), Fraction(0)), number)
    facts = tuple(d for d in plant.facts if d.name in ("entity_name", "credit_code"))
    facts += (Datum("ef_source", (), "公告2025年第47号 宁夏 2023 年（示例）", ""),)
    members = {
        "unit": plant.members["unit"],
        "fuel": tuple(m for m in plant.members["fuel"] if m.id == COAL),
        "source": tuple(Member(id, unit=unit) for id, unit, *_ in SOURCES),
        "sorbent": (Member("石灰石"),),
    }
    return Inputs("gbt32151-1-2015", YEAR, "enterprise", members, tuple(data), facts)


def ash(data: list[Datum], unit: str, month: str, coal: Fraction, number: int) -> None:
    """Slag and fly ash of one unit: about 18 % of the coal is ash, a tenth of it slag."""
    if coal:
        at = row_of([("unit", unit), ("fuel", COAL), ("month", month)])
        data.append(Datum("G_slag", at, _text(coal * Fraction("0.018"), 1), "t"))
        data.append(Datum("C_slag", at, exact_text(Fraction(30 + number % 3 * 2, 10)), "%*tC/t"))
        data.append(Datum("G_ash", at, _text(coal * Fraction("0.162"), 1), "t"))
        data.append(Datum("C_ash", at, exact_text(Fraction(19 + number % 4, 10)), "%*tC/t"))


def _bought(plant: Inputs, month: str) -> Fraction:
    named = ("W_buy_plant", "W_buy_unit")
    values = [Fraction(d.value) for d in plant.data if d.name in named and dict(d.row)["month"] == month]
    return sum(values, Fraction(0))


def _text(value: Fraction, digits: int) -> str:
    return exact_text(Rounding("half_up", digits).apply(value))


def main(folder: Path) -> None:
    """Write the form."""
    sys.path.insert(0, str(Path(__file__).parent))
    from beiling.year import inputs_of

    path = folder / f"beiling-enterprise-{YEAR}.xlsx"
    write_form(path, "power-enterprise", enterprise(inputs_of(int(YEAR))))
    print(path.name)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "examples"))
