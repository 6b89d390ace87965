"""The demonstration, `make demo`: the example plant's year from workbook to verified pack, in demo/.

Everything goes through the command line, as a user would do it, so what is shown is what is shipped. The
verifier runs as a stranger would run it: apart from Tanheng, with the standard library only.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tanheng.kernel.numbers import grouped

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "demo"
PLANT = "beiling-2024.xlsx"


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


def main() -> None:
    """Run the year and say where everything is."""
    sys.stdout.reconfigure(encoding="utf-8")
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    for path in sorted((ROOT / "examples").iterdir()):
        if path.suffix in {".xlsx", ".toml"}:
            shutil.copy(path, DEMO)
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
    print("\n都在 demo/ 里。Everything is in demo/:\n")
    told = {
        PLANT: "电厂的工作簿 the plant's workbook",
        "result.json": "带来路的结果 the result with its trace",
    }
    told |= dict.fromkeys(reports, "报告 report")
    told |= {"pack.zip": "封存包 sealed pack", "verify.pyz": "独立核验程序 stand-alone verifier"}
    told |= {"verdict.txt": "核验结论与重算的每个数 the verdict with every figure recomputed"}
    for name, what in told.items():
        print(f"  demo/{name}  {what}")
    print(f"\n根 root: {sealed['root']}")
    print(f"接着试 next: .venv/bin/tanheng explain demo/{PLANT} E")


if __name__ == "__main__":
    main()
