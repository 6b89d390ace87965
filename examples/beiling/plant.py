"""One year of the demonstration plant, drawn from its story: every figure from one seeded source."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction

from beiling.story import COAL, OIL, PERSON, UNITS, Story, span
from tanheng.facts.datum import DECLARED, SUBSTITUTED, Datum, row_of
from tanheng.facts.inputs import Member
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.rounding import Rounding

MAIN, FEED, HOT, COLD, REHEAT = 3396, 1190, 3598, 2970, Fraction(83, 100)


class Plant:
    """Collects the data of the year; every draw comes from one seeded source, in one order."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.chance = random.Random(story.seed)
        self.days = [story.first + timedelta(n) for n in range((story.last - story.first).days + 1)]
        self.data: list[Datum] = []
        self.facts: list[Datum] = []
        self.reading = Fraction(story.reading)
        self.oil = {unit: Fraction(tonnes) for unit, tonnes in story.oil.items()}

    def stop(self, unit: str, day: date) -> str:
        """Why a unit stands still on a day; "" when it runs."""
        return next((why for first, last, why in self.story.stops[unit] if span(first, last, day)), "")

    def draw(self, low: float, high: float, places: int) -> Fraction:
        """A number between two bounds, with that many decimals."""
        scale = 10**places
        return Fraction(self.chance.randint(round(low * scale), round(high * scale)), scale)

    def put(self, name: str, row: dict[str, str], value: Fraction | int | str, unit: str = "") -> None:
        """One measured number with its unit, or one word."""
        text = value if isinstance(value, str) else exact_text(Fraction(value))
        self.data.append(Datum(name, row_of(row.items()), text, unit))

    def declare(self, name: str, row: dict[str, str], unit: str, reason: str) -> None:
        """One declared zero."""
        self.data.append(Datum(name, row_of(row.items()), "0", unit, DECLARED, reason, PERSON))

    def tell(self, row: dict[str, str], **facts: str) -> None:
        """Descriptive facts."""
        for name, value in facts.items():
            self.facts.append(Datum(name, row_of(row.items()), value, FACT_UNITS.get(name, "")))


def rounded(value: Fraction, places: int) -> Fraction:
    """The value as a plant's book would hold it."""
    return Rounding("half_up", places).apply(value)


def heating(day: date) -> bool:
    """Whether the hot-water season runs."""
    return (day.month, day.day) >= (11, 15) or (day.month, day.day) <= (3, 15)


def plan(plant: Plant) -> dict[str, tuple[Member, ...]]:
    """Members and the choices of the data quality control plan."""
    members: dict[str, list[Member]] = {"unit": [], "fuel": [], "stream": []}
    for u in UNITS:
        at = {"unit": u}
        within = row_of(at.items())
        members["unit"].append(Member(u, label=f"{u}号机组"))
        members["fuel"] += [Member(COAL, within, "t"), Member(OIL, within, "t")]
        members["stream"] += [Member("采暖", within), Member("工业蒸汽", within)]
        choices = {
            "merged": "单台",
            "product": "热电联产",
            "main_fuel": "燃煤",
            "meter_at": "发电机出口",
            "el_route": "机组计量",
            "W_route": "电量报表" if u == "1" else "表底读数",
            "alpha_route": "汽轮机耗热",
            "side_route": "焓值计算",
            "small_flows": "不计",
            "exchanger": "有换热器",
            "cofire": "不掺烧",
        }
        for name, word in choices.items():
            plant.put(name, at, word)
        plant.put("P_e", at, 600, "MW")
        if plant.story.boiler:
            for name, word in zip(("of_boiler", "of_altitude"), plant.story.boiler, strict=True):
                plant.put(name, at, word)
        coal = {
            "fuel_code": "coal",
            "FC_route": "入炉日计量",
            "C_route": "月综合样",
            "C_basis": "空气干燥基",
            "M_route": "日加权",
            "NCV_route": "日加权",
        }
        oil = {"fuel_code": "diesel", "FC_route": "购存台账", "C_route": "未测", "NCV_route": "缺省值"}
        for fuel, words in ((COAL, coal), (OIL, oil)):
            for name, word in words.items():
                plant.put(name, at | {"fuel": fuel}, word)
        plant.put("heat_way", at | {"stream": "采暖"}, "间供凝水")
        plant.put("heat_way", at | {"stream": "工业蒸汽"}, "蒸汽")
    return {scope: tuple(found) for scope, found in members.items()}


def month(plant: Plant, u: str, key: str) -> None:
    """One unit's month: generation and heat first, then the coal that they took, day by day."""
    days = [d for d in plant.days if d.isoformat()[:7] == key]
    running = [d for d in days if not plant.stop(u, d)]
    at = {"unit": u, "month": key}
    generation = rounded(sum((plant.draw(*plant.story.load, 4) * 600 * 24 for _ in running), Fraction(0)), 3)
    heat = streams(plant, u, key, running)
    # the coal's heat: electricity at 43 % and heat at 88 %, all of it through the boiler
    burnt = generation * Fraction(36, 10) / plant.story.efficiency(u, key) + heat / Fraction(88, 100)
    turbine(plant, at, burnt * Fraction(92, 100) * Fraction(99, 100))
    electricity(plant, u, at, generation, heat, 24 * len(running))
    coal_days(plant, u, key, days, burnt)
    oil_month(plant, at | {"fuel": OIL}, len(running), len(days))


def streams(plant: Plant, u: str, key: str, running: list[date]) -> Fraction:
    """Heat of the month [GJ]: hot water in the season by condensate, process steam all year."""
    season = [d for d in running if heating(d)]
    at = {"unit": u, "stream": "采暖", "month": key}
    heat = Fraction(0)
    if season:
        mass = rounded(plant.draw(4300, 5200, 1) * len(season), 1)
        plant.put("D", at, mass, "t")
        plant.put("D_r", at, mass, "t")
        high, low = plant.draw(2895, 2925, 1), plant.draw(415, 432, 1)
        plant.put("h", at, high, "kJ/kg")
        plant.put("h_r", at, low, "kJ/kg")
        heat += mass * (high - low) / 1000
    else:
        plant.declare("D", at, "t", "非采暖期" if running else "停机检修")
    at = {"unit": u, "stream": "工业蒸汽", "month": key}
    if running:
        mass = rounded(plant.draw(880, 1050, 1) * len(running), 1)
        plant.put("D", at, mass, "t")
        steam = plant.draw(2935, 2975, 1)
        plant.put("h", at, steam, "kJ/kg")
        heat += mass * (steam - Fraction("83.74")) / 1000
    else:
        plant.declare("D", at, "t", "停机检修")
    return heat


def turbine(plant: Plant, at: dict[str, str], heat: Fraction) -> None:
    """Steam that carries `heat` [GJ] to the turbine; the boiler makes 1 % more than the turbine takes."""
    per_tonne = (MAIN - FEED) + REHEAT * (HOT - COLD)
    for side, share in (("锅炉", Fraction(101, 100)), ("汽轮机", Fraction(1))):
        place = at | {"side": side}
        if not heat:
            for name in ("D_ms", "D_rh"):
                plant.declare(name, place, "t", "停机检修")
            continue
        mass = rounded(heat * share * 1000 / per_tonne * plant.draw(0.995, 1.005, 4), 0)
        plant.put("D_ms", place, mass, "t")
        plant.put("D_rh", place, rounded(mass * REHEAT, 0), "t")
        for name, value in (("h_ms", MAIN), ("h_fw", FEED), ("h_rh_out", HOT), ("h_rh_in", COLD)):
            plant.put(name, place, value + plant.draw(-6, 6, 1), "kJ/kg")


def electricity(
    plant: Plant, u: str, at: dict[str, str], generation: Fraction, heat: Fraction, hours: int
) -> None:
    """Meters of a unit's month; unit 2 gives meter readings with a ratio."""
    if u == "1":
        plant.put("W_book", at, generation, "MWh")
    else:
        ratio = 12000
        start = plant.reading
        end = start + rounded(generation / ratio, 4)
        plant.put("reading_0", at, start, "MWh")
        plant.put("reading_1", at, end, "MWh")
        plant.put("ratio", at, ratio, "1")
        plant.reading = end
    off = 0 if hours == 0 else plant.chance.randint(0, 9)
    plant.put("t_run", at, Fraction(hours) - Fraction(off, 4), "h")
    auxiliary = rounded(generation * plant.draw(0.051, 0.057, 4) + (0 if hours else 1530), 3)
    plant.put("W_aux", at, auxiliary, "MWh")
    plant.put("W_aux_heat", at, rounded(heat * Fraction(4, 1000), 3), "MWh")
    bought = Fraction(0) if hours > 400 else plant.draw(900, 1600, 3)
    plant.put("W_buy_unit", at, bought, "MWh")
    sent = generation - auxiliary + bought
    plant.put("W_export", at, rounded(max(sent, Fraction(0)), 3), "MWh")


def coal_days(plant: Plant, u: str, key: str, days: list[date], burnt: Fraction) -> None:
    """Day rows of coal that together carry `burnt` [GJ], and the month's composite report."""
    running = [d for d in days if not plant.stop(u, d)]
    at = {"unit": u, "fuel": COAL}
    coal = plant.story.coal(key)
    weights = {d: plant.draw(0.9, 1.1, 3) for d in running}
    total = sum(weights.values(), Fraction(0))
    heat_sum = carbon_base = moisture_sum = mass_sum = Fraction(0)
    for day in days:
        place = at | {"month": key, "day": day.isoformat()}
        if plant.stop(u, day):
            plant.declare("FC_day", place, "t", plant.stop(u, day))
            continue
        ncv, moisture = plant.draw(*coal.ncv, 3), plant.draw(*coal.moisture, 1)
        mass = rounded(burnt * weights[day] / total / ncv, 2)
        if u == "1" and plant.story.bad_scale and span(*plant.story.bad_scale, day):
            # the scale was out of order; the plan's rule takes the feeder signal, 1.5 % higher
            # on the safe side
            mass = rounded(mass * Fraction(1015, 1000), 2)
            plant.data.append(
                Datum(
                    "FC_day",
                    row_of(place.items()),
                    exact_text(mass),
                    "t",
                    SUBSTITUTED,
                    "1A皮带秤实物校验超差",
                    PERSON,
                    "DQCP 4.3：皮带秤故障时取给煤机累计值并上浮1.5%",
                )
            )
        else:
            plant.put("FC_day", place, mass, "t")
        if (u, day.isoformat()) not in plant.story.no_ncv:
            plant.put("NCV_day", place, ncv, "GJ/t")
        plant.put("M_ar_day", place, moisture, "%")
        heat_sum, mass_sum, moisture_sum = (
            heat_sum + mass * ncv,
            mass_sum + mass,
            moisture_sum + mass * moisture,
        )
    month_row = at | {"month": key}
    plant.put("NCV_ok", month_row, "true")
    if not running:
        return
    carbon_base = heat_sum / mass_sum * plant.draw(*coal.carbon, 6) * 100
    laboratory(plant, u, month_row, running[-1], carbon_base, moisture_sum / mass_sum)


def laboratory(plant: Plant, u: str, at: dict[str, str], last: date, c_ar: Fraction, m_ar: Fraction) -> None:
    """The composite report of a month: carbon `c_ar` [%] as received, seen from the air-dried sample."""
    key = at["month"]
    m_ad = plant.draw(1.6, 3.4, 2)
    c_ad = rounded(c_ar * (100 - m_ad) / (100 - m_ar), 2)
    after = plant.story.issued_after.get((u, key), plant.chance.randint(18, 34))
    plant.put("C_ad", at, c_ad, "%")
    plant.put("M_ad", at, m_ad, "%")
    plant.put("sampled", at, last.isoformat())
    plant.put("issued", at, (last + timedelta(days=after)).isoformat())
    plant.put("stamped", at, "true")
    plant.put("complete", at, "true")
    number = f"MZ-{key[2:4]}-{int(key[5:]):02}{u}{plant.chance.randint(100, 999)}"
    ncv = c_ar / plant.story.coal(key).report
    plant.tell(
        at,
        report_number=number,
        laboratory="北岭市煤炭质量检验中心",
        accreditation="CMA 240000000001",
        arrived=(last + timedelta(days=3)).isoformat(),
        tested=(last + timedelta(days=after - 4)).isoformat(),
        sample_mass="300",
        test_standard="GB/T 476—2008",
        report_ncv=exact_text(rounded(ncv, 3)),
        report_hydrogen=exact_text(plant.draw(3.1, 3.9, 2)),
        report_sulphur=exact_text(plant.draw(0.4, 0.9, 2)),
        report_ash=exact_text(plant.draw(17, 24, 2)),
        report_moisture=exact_text(rounded(m_ar, 1)),
    )


def oil_month(plant: Plant, at: dict[str, str], running: int, days: int) -> None:
    """Start-up and flame-support oil of a month, by the ledger of purchases and stock."""
    opening = plant.oil[at["unit"]]
    starts = 1 + (running < days)
    used = rounded(plant.draw(9, 24, 2) * starts, 2) if running else Fraction(0)
    bought = Fraction(60) if opening - used < 30 else Fraction(0)
    closing = opening + bought - used
    told = plant.story.oil_end.get(at["unit"]) if at["month"].endswith("-12") else None
    if told:
        # what the next year begins with; a delivery fills the gap, or more was burnt
        closing = Fraction(told)
        bought = max(closing - opening + used, Fraction(0))
    for name, value in (
        ("opening", opening),
        ("receipts", bought),
        ("other_out", Fraction(0)),
        ("closing", closing),
    ):
        plant.put(name, at, value, "t")
    plant.oil[at["unit"]] = closing


FACT_UNITS = {
    "registered_capital": "1e4CNY",
    "boiler_capacity": "t/h",
    "turbine_power": "MW",
    "generator_power": "MW",
    "fuel_bought": "t",
    "sample_mass": "g",
    "report_ncv": "GJ/t",
    "report_hydrogen": "%",
    "report_sulphur": "%",
    "report_ash": "%",
    "report_moisture": "%",
    "class_own": "%",
    "class_required": "%",
    "S_fd_last": "tCO2/MWh",
    "S_gr_last": "tCO2/GJ",
}
