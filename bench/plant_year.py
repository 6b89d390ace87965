"""One plant-year with day data, beside a hand-written bound and a spreadsheet of equal answers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import xlsxwriter

from tanheng.app.accounting import account
from tanheng.app.python import read
from tanheng.facts.inputs import Inputs
from tanheng.kernel.rounding import Rounding

ROOT = Path(__file__).parents[1]
PLANT = ROOT / "examples" / "beiling-2024.xlsx"
TWO, FOUR, WHOLE = Rounding("half_up", 2), Rounding("half_up", 4), Rounding("half_up", 0)


def best(work: Callable[[], object], rounds: int = 5) -> tuple[float, object]:
    """The least wall time of several runs [s], and the last answer."""
    times, answer = [], None
    for _ in range(rounds):
        start = time.perf_counter()
        answer = work()
        times.append(time.perf_counter() - start)
    return min(times), answer


def tanheng(*words: str) -> str:
    """Run the command in a process of its own and return what it prints."""
    done = subprocess.run(
        (sys.executable, "-m", "tanheng", *words), capture_output=True, text=True, cwd=ROOT, check=True
    )
    return done.stdout


def main() -> None:
    """Print the figures of one plant-year."""
    print("plant-year (2 × 600 MW, day data)")
    wall, printed = best(lambda: tanheng("account", str(PLANT), "--json"))
    figures = {
        (s["name"], json.dumps(s["scope"]), s["period"]): s["shown"]
        for s in json.loads(str(printed))["steps"]
    }
    answer = figures["E", "{}", "2024"]
    _line("workbook to JSON, whole command", wall, "s, start-up included; promise < 2")
    _line("tanheng --help", best(lambda: tanheng("--help"))[0], "s; promise < 0.25")
    inputs = read(PLANT)
    engine, done = best(lambda: account(inputs))
    _line("th.account without intake", engine / 2, "s a unit-year; promise < 0.15")
    bound, by_hand = best(lambda: hand_written(inputs))
    assert str(by_hand) == answer, f"{by_hand} by hand, {answer} by the engine"
    steps = len(done.result.lines)  # type: ignore[attr-defined]
    _line(
        "hand-written Python, E alone",
        bound,
        f"s; the engine takes {engine / bound:.1f} × for {steps} explained values",
    )
    with tempfile.TemporaryDirectory() as folder:
        for kind, promise in (("docx", 2), ("pdf", 3), ("xlsx", 2)):
            took = best(lambda kind=kind: documents(done, folder, kind), 3)[0]  # type: ignore[misc]
            command = ("report", str(PLANT), "-o", folder, "--format", kind, "--report", "annual", "--force")
            cold = best(lambda command=command: tanheng(*command), 3)[0]  # type: ignore[misc]
            _line(
                f"annual report, {kind}",
                took,
                f"s warm, {cold:.3f} s as a command from workbook on; promise < {promise}",
            )
        if shutil.which("soffice"):
            sheet = spreadsheet(inputs, Path(folder))
            start = time.perf_counter()
            peer = recalculated(sheet)
            took = time.perf_counter() - start
            assert peer == answer, f"{peer} in the spreadsheet, {answer} by the engine"
            _line(
                "the same E as a spreadsheet, LibreOffice",
                took,
                f"s; {took / wall:.1f} × our whole command, equal answer",
            )
        else:
            print("  LibreOffice is not installed: no spreadsheet to compare with")


def _line(what: str, seconds: float, note: str) -> None:
    print(f"  {what:<44} {seconds:8.3f} {note}")


def documents(done: object, folder: str, kind: str) -> object:
    """Write the annual report in one format."""
    from tanheng.app.reporting import write_reports

    return list(write_reports(done, folder, (kind,), ("annual",), force=True))  # type: ignore[arg-type]


def _tables(inputs: Inputs) -> dict[str, dict[tuple[str, ...], Fraction | str]]:
    """Data by name and (unit, fuel, period)."""
    found: dict[str, dict[tuple[str, ...], Fraction | str]] = {}
    for d in inputs.data:
        row = dict(d.row)
        key = tuple(row[s] for s in ("unit", "fuel", "month", "day") if s in row)
        found.setdefault(d.name, {})[key] = Fraction(d.value) if d.unit else d.value
    return found


def hand_written(inputs: Inputs) -> str:
    """E of the demonstration plant in plain Python, written for this one plant, without any trace."""
    from datetime import date

    t = _tables(inputs)
    rows: dict[tuple[str, str, str], list[tuple[Fraction, Fraction, Fraction]]] = {}
    for (unit, fuel, month, day), mass in t["FC_day"].items():
        ncv = t["NCV_day"].get((unit, fuel, month, day), Fraction("26.7"))
        rows.setdefault((unit, fuel, month), []).append(
            (mass, ncv, t["M_ar_day"].get((unit, fuel, month, day), Fraction(0)))
        )
    total = Fraction(0)
    for unit in ("1", "2"):
        sum_unit = Fraction(0)
        for month in sorted({key[2] for key in rows}):
            coal = (unit, "烟煤", month)
            mass = TWO.apply(sum((m for m, _, _ in rows[coal]), Fraction(0)))
            if mass:
                weight = sum(m for m, _, _ in rows[coal])
                wet = Rounding("half_up", 2).apply(sum(m * w for m, _, w in rows[coal]) / weight)
                days = (date.fromisoformat(t["issued"][coal]) - date.fromisoformat(t["sampled"][coal])).days
                if days <= 40:
                    carbon = FOUR.apply(t["C_ad"][coal] / 100 * (100 - wet) / (100 - t["M_ad"][coal]))
                else:
                    carbon = Rounding("half_up", 3).apply(
                        sum(m * n for m, n, _ in rows[coal]) / weight
                    ) * Fraction("0.03085")
                sum_unit += TWO.apply(mass * carbon * Fraction("0.99") * Fraction(44, 12))
            oil = (unit, "柴油", month)
            burnt = t["opening"][oil] + t["receipts"][oil] - t["other_out"][oil] - t["closing"][oil]
            sum_unit += TWO.apply(
                TWO.apply(burnt)
                * Fraction("42.652")
                * Fraction("0.0202")
                * Fraction("0.98")
                * Fraction(44, 12)
            )
            sum_unit += TWO.apply(t["W_buy_unit"][unit, month] * Fraction("0.5703"))
        total += WHOLE.apply(sum_unit)
    return WHOLE.show(total)


def spreadsheet(inputs: Inputs, folder: Path) -> Path:
    """The same E as live formulas: day rows, month rows with SUMIFS and SUMPRODUCT, one total."""
    t = _tables(inputs)
    path = folder / "peer.xlsx"
    book = xlsxwriter.Workbook(str(path))
    days, months = book.add_worksheet("days"), book.add_worksheet("months")
    for i, ((unit, _, month, day), mass) in enumerate(sorted(t["FC_day"].items())):
        key = (unit, "烟煤", month, day)
        ncv, wet = t["NCV_day"].get(key, Fraction("26.7")), t["M_ar_day"].get(key, Fraction(0))
        days.write_row(i, 0, [f"{unit}|{month}", float(mass), float(ncv), float(wet)])
    last = len(t["FC_day"])
    keys = sorted({(k[0], k[2]) for k in t["FC_day"]})
    for i, (unit, month) in enumerate(keys):
        coal, oil, r = (unit, "烟煤", month), (unit, "柴油", month), i + 1
        burnt = t["opening"][oil] + t["receipts"][oil] - t["other_out"][oil] - t["closing"][oil]
        gap = _gap(t, coal)
        months.write_row(
            i,
            0,
            [
                f"{unit}|{month}",
                float(t["C_ad"].get(coal, 0)),
                float(t["M_ad"].get(coal, 0)),
                gap,
                float(burnt),
                float(t["W_buy_unit"][unit, month]),
            ],
        )
        key, mass = f"days!$A$1:$A${last}", f"days!$B$1:$B${last}"
        months.write_formula(i, 6, f"=ROUND(SUMIFS({mass},{key},A{r}),2)")
        for column, place, digits in ((7, "C", 3), (8, "D", 2)):
            col = f"days!${place}$1:${place}${last}"
            mean = f"SUMPRODUCT(({key}=A{r})*{mass}*{col})/SUMIFS({mass},{key},A{r})"
            months.write_formula(i, column, f"=IF(G{r}=0,0,ROUND({mean},{digits}))")
        months.write_formula(i, 9, f"=ROUND(B{r}/100*(100-I{r})/(100-C{r}),4)")
        months.write_formula(
            i, 10, f"=IF(D{r}<=40,ROUND(G{r}*J{r}*0.99*44/12,2),ROUND(G{r}*H{r}*0.03085*0.99*44/12,2))"
        )
        months.write_formula(i, 11, f"=K{r}+ROUND(E{r}*42.652*0.0202*0.98*44/12,2)+ROUND(F{r}*0.5703,2)")
    half = len(keys) // 2
    months.write_formula(len(keys), 0, f"=ROUND(SUM(L1:L{half}),0)+ROUND(SUM(L{half + 1}:L{len(keys)}),0)")
    book.close()
    return path


def _gap(t: dict[str, dict[tuple[str, ...], Fraction | str]], coal: tuple[str, str, str]) -> int:
    from datetime import date

    if coal not in t["issued"]:
        return 0
    return (date.fromisoformat(str(t["issued"][coal])) - date.fromisoformat(str(t["sampled"][coal]))).days


_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def recalculated(path: Path) -> str:
    """The total after headless LibreOffice has recalculated all formulas; it trusts cached ones otherwise."""
    profile = path.parent / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")
    command = (
        "soffice",
        f"-env:UserInstallation=file://{profile}",
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2",
        "--outdir",
        str(path.parent),
        str(path),
    )
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    text = next(path.parent.glob("peer*.csv")).read_text(encoding="utf-8")
    return text.strip().splitlines()[-1].split(",")[0].strip('"')


if __name__ == "__main__":
    main()
