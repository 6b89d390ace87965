"""Workbooks from outside: opened in the guarded subprocess, their cells brought here as grids."""

from __future__ import annotations

import marshal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.metering.grid import Grid


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take: seconds of wall and processor time, bytes of memory, cells."""

    seconds: int = 10
    memory: int = 500_000_000
    cells: int = 4_000_000


STANDARD = Limits()


def read_workbook(
    path: Path, limits: Limits = STANDARD, meanwhile: Callable[[], object] = bool
) -> tuple[list[Grid], list[Problem], bool]:
    """The sheets of a workbook, what was found on the way, and whether its dates count from 1904.

    Args:
        meanwhile: Work of ours to do while the subprocess reads.

    Raises:
        Refused: TH-I05 to TH-I09, TH-I11, TH-I12: the file cannot or must not be read.
    """
    answer = _ask_worker(path, limits, meanwhile)
    found = [
        problem(code, Place(path.name, sheet, cell), **params)
        for code, sheet, cell, params in answer["findings"]
    ]
    if answer["sheets"] is None:
        raise Refused(found)
    grids = []
    for raw in answer["sheets"]:
        grids.append(
            Grid(
                "workbook",
                path.name,
                raw["name"],
                raw["columns"],
                raw["row"],
                raw["column"],
                raw["state"],
                tuple(raw["hidden_rows"]),
                tuple(raw["hidden_columns"]),
                tuple(raw["merged"]),
                raw["formulas"],
                tuple(raw["no_value"]),
            )
        )
    return grids, found, bool(answer["date1904"])


def _ask_worker(path: Path, limits: Limits, meanwhile: Callable[[], object]) -> dict[str, Any]:
    """The worker's answer; when it died of its limits, a second look at archive and XML alone says why."""
    for share, more in ((4, ()), (1, ("guard",))):
        answer = _run(path, limits, limits.seconds * share / 5, more, meanwhile)
        if answer is not None and (not more or answer["sheets"] is None):
            return answer
    zh = f"限度（{limits.memory // 10**6} MB，{limits.seconds} 秒）"
    en = f"limits ({limits.memory // 10**6} MB, {limits.seconds} s)"
    raise Refused(problem("TH-I11", Place(path.name), what=zh, what_en=en))


def _run(
    path: Path, limits: Limits, seconds: float, more: tuple[str, ...], meanwhile: Callable[[], object]
) -> dict[str, Any] | None:
    """One run of the worker; None when it ended without an answer (a signal of its limits, or the clock)."""
    command = [sys.executable, "-P", "-m", "tanheng.metering.sheet_worker"]
    command += [str(limits.memory), str(limits.seconds), str(limits.cells), *more]
    try:
        with path.open("rb") as file:
            worker = subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except (OSError, ValueError) as error:
        seen = getattr(error, "strerror", None) or error
        raise Refused(problem("TH-I04", Place(path.name), seen=seen)) from None
    with worker:
        try:
            meanwhile()
            out, _ = worker.communicate(timeout=seconds)
        except BaseException as error:
            worker.kill()
            if isinstance(error, subprocess.TimeoutExpired):
                return None
            raise
    if worker.returncode == 1:
        raise RuntimeError("the reading process could not start")
    if worker.returncode != 0 or not out:
        return None
    answer = marshal.loads(out)
    assert isinstance(answer, dict)
    return answer
