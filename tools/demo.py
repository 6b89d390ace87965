"""The demonstration, `make demo`: the example plant's year from workbook to verified pack, in demo/.

Then the years around it, and what moved the total from 2024 to 2025.

Everything goes through the command line, as a user would do it, so what is shown is what is shipped. The
verifier runs as a stranger would run it: apart from Tanheng, with the standard library only.
"""

import json
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

from rich.cells import cell_len

from tanheng.kernel.numbers import grouped

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "demo"
PLANT = "beiling-2024.xlsx"
WIDER = "beiling-enterprise-2024.xlsx"
NEXT = (
    f"explain demo/{PLANT} E",
    "performance 2025 --last 2024 --base 2023 --in demo",
    f"clock demo/{PLANT} --today 2024-07-01 --price 90",
    f"dqcp check demo/{PLANT} --plan demo/beiling-dqcp-2024.xlsx",
    f"workbook demo/{PLANT} -o demo/live.xlsx",
    "methods cets-power-2026 -o demo/公式手册.pdf",
)
"""What to try once the demonstration is over."""


def run(*words: str, quiet: bool = False) -> str:
    """Run one command inside demo/, shown as typed; a quiet one returns what it prints.

    Raises:
        SystemExit: the command failed; the demonstration ends with its exit code.
    """
    print(f"\n$ {' '.join(words)}", flush=True)
    program = [sys.executable, "-m", "tanheng"] if words[0] == "tanheng" else [sys.executable]
    output = subprocess.PIPE if quiet else None
    done = subprocess.run(
        [*program, *words[1:]], cwd=DEMO, stdout=output, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        print(done.stdout or "")
        raise SystemExit(done.returncode)
    return done.stdout or ""


FIRST = ("E", "E_unit", "W_fd_y", "Q_gr_y", "S_fd_y", "S_gr_y")


def figures(result: dict) -> list[str]:
    """The annual figures that people ask for first: emissions, generation, heat, intensities."""
    found = []
    for name in FIRST:
        for step in result["steps"]:
            if step["name"] == name and step["period"] == result["period"]:
                unit = f" · {step['scope']['unit']} 号机组" if step["scope"] else ""
                found.append(f"{step['zh']}{unit}  {grouped(step['shown'])} {step['unit']}")
    return found


YEARS = (2022, 2023, 2024, 2025, 2026)
OWN = "library-2026"
"""The plant's own library: the oxidation rates that the guide of 2026 takes from the factor database."""
HEADS = ("年份", "排放总量 tCO2", "发电量 MWh", "供电强度 1号 tCO2/MWh", "2号", "方法")


def years() -> list[tuple[str, ...]]:
    """Every year's total, generation and intensities, and the method that it was computed by."""
    rows = [HEADS]
    for year in YEARS:
        plant = f"beiling-{year}.xlsx"
        own = ("--library", OWN) if year >= 2026 else ()
        if plant == PLANT:
            result = json.loads((DEMO / "result.json").read_text(encoding="utf-8"))
        else:
            result = json.loads(run("tanheng", "account", plant, *own, "--json", quiet=True))
        lines = {(s["name"], *s["scope"].values()): s for s in result["steps"] if s["period"] == str(year)}
        made = sum((Fraction(lines["W_fd_y", unit]["exact"]) for unit in "12"), Fraction(0))
        rates = (lines["S_gd_y", unit]["shown"] for unit in "12")
        total = lines[("E",)]["shown"]
        rows.append((str(year), grouped(total), grouped(str(round(made))), *rates, result["method"]))
    return rows


def show(rows: list[tuple[str, ...]]) -> None:
    """Print rows in columns; a Chinese character is as wide as two letters."""
    widths = [max(cell_len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        cells = (" " * (w - cell_len(c)) + c for c, w in zip(row, widths, strict=True))
        print("  " + "  ".join(cells))


def main() -> None:
    """Run the year and say where everything is."""
    sys.stdout.reconfigure(encoding="utf-8")
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    for path in sorted((ROOT / "examples").iterdir()):
        if path.suffix in {".xlsx", ".toml", ".csv"}:
            shutil.copy(path, DEMO)
    shutil.copytree(ROOT / "examples" / OWN, DEMO / OWN)
    run("tanheng", "check", PLANT)
    run("tanheng", "account", PLANT, "-o", "result.json")
    run("tanheng", "report", PLANT, "-o", "reports")
    reports = sorted(path.relative_to(DEMO).as_posix() for path in (DEMO / "reports").iterdir())
    attached = [word for name in reports for word in ("--attach", name)]
    sealed = json.loads(run("tanheng", "pack", PLANT, "-o", "pack.zip", *attached, "--json", quiet=True))
    run("tanheng", "verify", "--write", "verify.pyz")
    verdict = run("python3", "-I", "-S", "verify.pyz", "pack.zip", "--root", sealed["root"], quiet=True)
    (DEMO / "verdict.txt").write_text(verdict, encoding="utf-8")
    # The verdict goes on with every figure that was recomputed; its head is what one reads.
    print(verdict.split("\n\n数字")[0])
    print("\n全年 The year:\n")
    for line in figures(json.loads((DEMO / "result.json").read_text(encoding="utf-8"))):
        print(f"  {line}")
    rows = years()
    print("\n各年 The years:\n")
    show(rows)
    run("tanheng", "diff", "2024", "2025")
    run("tanheng", "bridge", PLANT, WIDER, "-o", "reports/设施与企业勾稽表-2024.pdf")
    print("\n都在 demo/ 里。Everything is in demo/:\n")
    told = {
        PLANT: "电厂的工作簿 the plant's workbook",
        "result.json": "带来路的结果 the result with its trace",
    }
    told |= {f"beiling-{year}.xlsx": "另一年 another year" for year in YEARS if f"{year}" not in PLANT}
    told |= {
        WIDER: "企业边界补充表 the enterprise's form",
        "reports/设施与企业勾稽表-2024.pdf": "勾稽表 the bridge",
    }
    told |= {OWN: "2026 年的自有因子库 the plant's own library of 2026"}
    told |= dict.fromkeys(reports, "报告 report")
    told |= {"pack.zip": "封存包 sealed pack", "verify.pyz": "独立核验程序 stand-alone verifier"}
    told |= {"verdict.txt": "核验结论与重算的每个数 the verdict with every figure recomputed"}
    for name, what in told.items():
        print(f"  demo/{name}  {what}")
    print(f"\n根 root: {sealed['root']}")
    print("\n接着试 next:")
    for words in NEXT:
        print(f"  .venv/bin/tanheng {words}")


if __name__ == "__main__":
    main()
