"""What happened at 北岭热电 in each year: everything in which the years differ.

The story of the years, as people at the plant would tell it:

- 2022: 2022 guide (January to March its predecessor); net supply counts; two carbon reports came late
  (unit 1 in February, unit 2 in November);
- 2023: first year of the 2023 guide; overhaul of unit 1; one carbon report came late; new meter at the year's
  end;
- 2024: overhaul of unit 2; a carbon report of day 43, one of day 40, three days without calorific value, a
  faulty belt scale;
- 2025: a new coal contract from April (higher calorific value, less carbon in each GJ); the flow path of unit
  2 was rebuilt in September and October, and its efficiency rose; every carbon report came in time;
- 2026: the 2026 guide: no purchased electricity in the total, oxidation rates from the national factor
  database; both units on the new coal all year; one report came late.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

UNITS = ("1", "2")
COAL, OIL = "烟煤", "柴油"
PERSON = "林若川"
CREDIT_CODE = "91640100MA0BL2X07L"


@dataclass(frozen=True)
class Coal:
    """A coal as it comes: bounds of GJ/t, moisture in % and tC/GJ, and the laboratory's own tC/GJ × 100."""

    origin: str
    ncv: tuple[float, float]
    moisture: tuple[float, float]
    carbon: tuple[float, float]
    report: Fraction


NINGDONG = Coal("宁东煤田 梅花井矿", (19.4, 21.6), (9.5, 14.9), (0.0258, 0.0266), Fraction("2.62"))
OLD_BLEND = Coal(
    "宁东煤田 梅花井矿、羊场湾矿", (18.9, 21.1), (10.5, 15.6), (0.0260, 0.0268), Fraction("2.64")
)
SHENDONG = Coal(
    "神东矿区 补连塔矿（年度长协）", (22.3, 24.1), (7.9, 12.6), (0.0251, 0.0258), Fraction("2.545")
)


@dataclass(frozen=True)
class Story:
    """One year.

    Attributes:
        stops: For each unit: first day, last day and reason of each standstill.
        load: Bounds of the daily load factor.
        coals: The coal burnt from a month on.
        efficient: Months from which a unit makes electricity of this part of the coal's heat.
        issued_after: Days from sampling to the carbon report, where they are not drawn.
        reading, oil: Meter reading of unit 2 and diesel in stock when the year begins.
        oil_end: Diesel in stock when it ends, where the next year had been told before.
        boiler: What the factor database of 2026 knows of the boilers: type and altitude.
    """

    year: int
    method: str
    changes: str
    stops: dict[str, tuple[tuple[str, str, str], ...]]
    reading: str
    oil: dict[str, str]
    coals: tuple[tuple[str, Coal], ...] = (("01", NINGDONG),)
    load: tuple[float, float] = (0.57, 0.79)
    efficient: dict[str, tuple[tuple[str, Fraction], ...]] = field(default_factory=dict)
    issued_after: dict[tuple[str, str], int] = field(default_factory=dict)
    no_ncv: tuple[tuple[str, str], ...] = ()
    bad_scale: tuple[str, str] | None = None
    oil_end: dict[str, str] = field(default_factory=dict)
    boiler: tuple[str, str] | None = None

    @property
    def seed(self) -> int:
        """Each year has a source of chance of its own."""
        return self.year * 10000 + 101

    @property
    def first(self) -> date:
        """1 January."""
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        """31 December."""
        return date(self.year, 12, 31)

    @property
    def origin(self) -> str:
        """Where the year's coal came from."""
        return "；".join(dict.fromkeys(coal.origin for _, coal in self.coals))

    @property
    def turbines(self) -> dict[str, str]:
        """Models of the turbines; that of unit 2 was rebuilt in 2025."""
        rebuilt = {"2": "CLN600-24.2/566/566（2025 年通流改造）"} if self.year >= 2025 else {}
        return dict.fromkeys(UNITS, "CLN600-24.2/566/566") | rebuilt

    def coal(self, month: str) -> Coal:
        """The coal of a month ("2025-04")."""
        return next(coal for since, coal in reversed(self.coals) if since <= month[5:])

    def efficiency(self, unit: str, month: str) -> Fraction:
        """Electricity over the coal's heat."""
        known = self.efficient.get(unit, (("01", Fraction(43, 100)),))
        return next(part for since, part in reversed(known) if since <= month[5:])


def span(first: str, last: str, day: date) -> bool:
    """Whether a day lies between two, both included."""
    return first <= day.isoformat() <= last


STORIES = {
    story.year: story
    for story in (
        Story(
            2022,
            "cets-power-2022",
            "1号机组5月10日至5月28日B级检修，2号机组9月12日至9月25日C级检修；核算边界无变化。",
            {
                "1": (("2022-05-10", "2022-05-28", "1号机组B级检修"),),
                "2": (("2022-09-12", "2022-09-25", "2号机组C级检修"),),
            },
            "4127.5062",
            {"1": "44.10", "2": "39.85"},
            coals=(("01", OLD_BLEND),),
            load=(0.60, 0.80),
            efficient=dict.fromkeys(UNITS, (("01", Fraction(427, 1000)),)),
            issued_after={("1", "2022-02"): 44, ("2", "2022-11"): 45},
            no_ncv=(("2", "2022-07-19"), ("2", "2022-07-20")),
        ),
        Story(
            2023,
            "cets-power-2023",
            "1号机组4月2日至5月12日A级检修，2号机组10月14日至10月27日C级检修；2号机组电能表年末更换；核算边界无变化。",
            {
                "1": (("2023-04-02", "2023-05-12", "1号机组A级检修"),),
                "2": (("2023-10-14", "2023-10-27", "2号机组C级检修"),),
            },
            "@2022",
            {"1": "@2022", "2": "@2022"},
            coals=(("01", OLD_BLEND), ("07", NINGDONG)),
            load=(0.58, 0.80),
            efficient={"1": (("01", Fraction(427, 1000)), ("05", Fraction(43, 100)))},
            issued_after={("2", "2023-03"): 42},
            oil_end={"1": "48.20", "2": "51.75"},
        ),
        Story(
            2024,
            "cets-power-2023",
            "2号机组4月1日至5月18日A级检修；核算边界无变化。",
            {
                "1": (("2024-10-08", "2024-10-19", "1号机组C级检修"),),
                "2": (("2024-04-01", "2024-05-18", "2号机组A级检修"),),
            },
            "152.3381",
            {"1": "48.20", "2": "51.75"},
            issued_after={("1", "2024-06"): 43, ("2", "2024-09"): 40},
            no_ncv=(("1", "2024-03-09"), ("1", "2024-03-10"), ("2", "2024-10-03")),
            bad_scale=("2024-08-12", "2024-08-18"),
        ),
        Story(
            2025,
            "cets-power-2023",
            "4月起执行神东煤年度长协；2号机组9月8日至10月19日通流改造；1号机组5月6日至5月23日B级检修；核算边界无变化。",
            {
                "1": (("2025-05-06", "2025-05-23", "1号机组B级检修"),),
                "2": (("2025-09-08", "2025-10-19", "2号机组通流改造"),),
            },
            "@2024",
            {"1": "@2024", "2": "@2024"},
            coals=(("01", NINGDONG), ("04", SHENDONG)),
            efficient={"2": (("01", Fraction(43, 100)), ("10", Fraction(443, 1000)))},
            no_ncv=(("1", "2025-11-30"),),
        ),
        Story(
            2026,
            "cets-power-2026",
            "2号机组4月6日至4月19日、1号机组10月10日至10月24日C级检修；核算边界无变化。",
            {
                "1": (("2026-10-10", "2026-10-24", "1号机组C级检修"),),
                "2": (("2026-04-06", "2026-04-19", "2号机组C级检修"),),
            },
            "@2025",
            {"1": "@2025", "2": "@2025"},
            coals=(("01", SHENDONG),),
            load=(0.55, 0.78),
            efficient={"2": (("01", Fraction(443, 1000)),)},
            issued_after={("2", "2026-07"): 41},
            boiler=("煤粉炉", "1000-1500m"),
        ),
    )
}
