"""What the rules of plausibility read of the demonstration plant: meters, deposits, papers; all made up.

Nothing here is drawn from the plant's source of chance, so the figures of a year stay what they were.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from hashlib import sha256

from beiling.plant import Plant, rounded
from beiling.story import COAL, UNITS
from tanheng.facts.datum import Datum
from tanheng.kernel.numbers import exact_text

DOCUMENTS = ("燃料消耗量", "元素碳含量", "低位发热量", "购入电量", "发电量", "供热量", "运行小时与负荷")
METERS = (
    ("1A皮带秤", "燃料消耗量", COAL, "0.5", "0.5", (2, 20), "ICS-17A", "1A输煤皮带"),
    ("发电机出口电能表", "发电量", "", "0.2", "0.2", (6, 11), "DTSD341", "发电机出口"),
    ("采暖流量计", "供热量", "", "1.5", "2.5", (9, 25), "LUGB", "热网首站"),
)
WHY = {("1", "2025-04"): "4月起执行新煤源合同，化验原始记录和来煤台账已核对，入厂、入炉热值一致"}
"""Of the two jumps of carbon that came with the new coal, one has been explained so far."""

REPORT_NCV = {("2", "2024-11"): Fraction(94, 100)}
"""Reports whose calorific value is far below the plant's own."""

LAST = {
    2024: {"1": ("0.8016", "0.1045"), "2": ("0.8174", "0.1070")},
    2025: {"1": ("0.8112", "0.1060"), "2": ("0.7990", "0.1044")},
    2026: {"1": ("0.7818", "0.1021"), "2": ("0.7782", "0.1025")},
}
"""Intensities of generation and heat that the year before reported."""


def papers(plant: Plant, year: int) -> None:
    """Meters with their verifications, deposits with their documents, and the numbers of the reports."""
    for u in UNITS:
        plant.put("eta_gl", {"unit": u}, 92, "%")
        if year in LAST:
            power, heat = LAST[year][u]
            told = {"S_fd_last": exact_text(Fraction(power)), "S_gr_last": exact_text(Fraction(heat))}
            plant.tell({"unit": u}, **told)
        for name, what, fuel, own, required, (month, day), model, place in METERS:
            # verified every year before the old certificate runs out
            first, again = date(year - 1, month, day), date(year, month, day - 5)
            told = {"meter_fuel": fuel} if fuel else {}
            plant.tell(
                {"unit": u, "meter": f"{u}号{name}" if not name.startswith("1A") else f"{u}A皮带秤"},
                meter_for=what, class_own=own, class_required=required, verified=first.isoformat(),
                valid_until=(date(year, month, day) - timedelta(days=1)).isoformat(),
                verified_2=again.isoformat(),
                valid_2=(date(year + 1, month, day - 5) - timedelta(days=1)).isoformat(), corrected="false",
                meter_model=model, meter_place=place, meter_cycle="1年", **told,
            )  # fmt: skip
    for n in range(1, 13):
        key = f"{year}-{n:02}"
        last = (date(year + n // 12, n % 12 + 1, 1)) - timedelta(days=1)
        # with the reports of the month at hand
        when = last + timedelta(days=36 + n % 4)
        plant.tell({"month": key}, deposited=when.isoformat())
        for document in DOCUMENTS:
            plant.tell({"document": document, "month": key}, filed="true")
        for u in UNITS:
            if any(not plant.stop(u, d) for d in plant.days if d.isoformat()[:7] == key):
                at = {"unit": u, "fuel": COAL, "month": key}
                name = f"{year}-{n:02}-{u}".encode()
                plant.tell(at, sample_number=f"BL-{key}-{u}", report_hash=sha256(name).hexdigest())
                if (u, key) in WHY:
                    plant.tell(at, why_fuel=WHY[u, key])
    plant.facts = [_read_again(fact) for fact in plant.facts]


def _read_again(fact: Datum) -> Datum:
    """A report's calorific value as the laboratory printed it."""
    at = dict(fact.row)
    factor = REPORT_NCV.get((at.get("unit", ""), at.get("month", "")))
    if fact.name != "report_ncv" or factor is None:
        return fact
    return replace(fact, value=exact_text(rounded(Fraction(fact.value) * factor, 3)))
