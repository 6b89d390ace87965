"""Run the command line: inside this process where speed matters, as a process of its own where it must."""

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result
from rich.cells import cell_len

from tanheng.cli import main
from tests.plant import EXAMPLES

PLANT = str(EXAMPLES / "beiling-2024.xlsx")
FORM = str(EXAMPLES / "beiling-2024.toml")
ROOT = EXAMPLES.parent


def tanheng(*words: object, **env: str) -> Result:
    """Run one command line in this process; a traceback fails the test."""
    # a worker of pytest-xdist has COLUMNS=80, a shell has not
    result = CliRunner().invoke(main, [str(word) for word in words], env={"COLUMNS": "100", **env})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def process(*words: object, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run one command line as a process of its own."""
    command = [sys.executable, "-m", "tanheng", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, env=os.environ | env, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
    return done


def widest(text: str) -> int:
    """Columns that the widest line takes on a terminal."""
    return max((cell_len(line) for line in text.splitlines()), default=0)
