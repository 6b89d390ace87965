"""The demonstration plant: 北岭热电 Beiling, 2 × 600 MW coal cogeneration, in the years 2022 to 2026.

It is made up, but plausible.

    python examples/make_beiling.py examples

writes beiling-2022.xlsx to beiling-2026.xlsx, and beiling-2024.toml. Nothing here is a real plant, and 2026
is made up to its end. Where the figures come from:

- rated power, supercritical steam at 24.2 MPa/566 °C with reheat to 566 °C: a common 600 MW class unit; the
  enthalpies are those of water and steam at such states, rounded (main steam 3396, feed water 1190, hot
  reheat 3598, cold reheat 2970 kJ/kg);
- coal: a bituminous blend of about 20.5 GJ/t with 0.0258 to 0.0266 tC/GJ, moisture 10 to 15 %: inside the
  reference ranges of the verification guide (V26 6.2) and near the IPCC carbon content of bituminous coal;
- coal rate about 0.29 tce/MWh of generation, auxiliary rate about 5.5 %: the usual range of the class;
- heat: hot-water season from 15 November to 15 March, process steam all year.

What happened in each year stands in beiling/story.py. Built-in lessons of 2024: overhauls declared day by day
(unit 2 from 1 April to 18 May, unit 1 in October), a carbon report that came on day 43 (unit 1, June), one
that came on day 40 (unit 2, September), three days without calorific value, and a week in August in which the
belt scale of unit 1 was faulty and the plan's feeder signal stands in.
"""

from __future__ import annotations

import sys
from pathlib import Path

from beiling.story import STORIES
from beiling.year import inputs_of

FORMS = {2024: ("xlsx", "toml")}


def main() -> None:
    """Write every year's workbook, and the TOML form of 2024, into the folder of the first argument."""
    from tanheng.app.forms import write_form

    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples")
    for year in STORIES:
        for suffix in FORMS.get(year, ("xlsx",)):
            print(write_form(folder / f"beiling-{year}.{suffix}", "power-coal-chp", inputs_of(year)))


if __name__ == "__main__":
    main()
