"""Two lines of one member that differ: mostly a unit whose class or plan changed within the year."""

from __future__ import annotations

from tanheng.kernel.problems import Problem, problem
from tanheng.metering.grid import is_blank, shown
from tanheng.metering.recognise import Table


def unlike(table: Table, first: int, second: int) -> Problem | None:
    """TH-I62 for two lines of one member that say different things; None where they repeat each other."""
    grid, apart = table.grid, []
    for column in table.sheet.columns:
        at = table.at.get(column.name)
        if at is None or column.role not in ("given", "fact"):
            continue
        cells = [grid.columns[at][table.first + number] for number in (first, second)]
        texts = ["—" if is_blank(cell) else shown(cell).strip() for cell in cells]
        if texts[0] != texts[1]:
            apart.append((column, *texts))
    if not apart:
        return None
    key = table.at[table.sheet.keys[-1]]
    return problem(
        "TH-I62",
        grid.place(key, table.first + second),
        name=table.sheet.zh,
        name_en=table.sheet.title("en"),
        row=shown(grid.columns[key][table.first + second]).strip(),
        other=grid.cell(key, table.first + first),
        seen_zh="；".join(f"{c.zh} {a} / {b}" for c, a, b in apart[:4]),
        seen_en="; ".join(f"{c.title('en')} {a} / {b}" for c, a, b in apart[:4]),
    )
