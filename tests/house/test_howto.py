"""How-to pages are run as they stand: files written, commands executed, in a scratch copy.

A block with a title is a file of the repository; a block in `sh` is what a reader types.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.repo import ROOT, tracked

BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
PAGES = ["add-a-method", "own-factors", "enterprise", "performance-parameters", "missing-data", "uncertainty"]

SHOWING = PAGES[2:]
"""Pages whose blocks of text are excerpts of what the commands before them print."""


def scratch_copy(folder: Path) -> Path:
    """A copy of what a commit would hold, so that the how-to cannot touch this tree."""
    for path in tracked():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    # the fonts are fetched when the environment is made, never committed
    fonts = Path("src", "tanheng", "reports", "fonts")
    shutil.copytree(ROOT / fonts, folder / fonts, dirs_exist_ok=True)
    return folder


def environment(copy: Path) -> dict[str, str]:
    """This environment with the copy's source in front and its commands on PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    # the pages show the hundred columns of a pipe, whatever the runner of the tests says
    plain = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
    return plain | {"PYTHONPATH": str(copy / "src"), "PATH": path, "NO_COLOR": "1"}


def words(text: str) -> str:
    """A line without what its columns are set apart by."""
    return " ".join(text.split())


@pytest.mark.parametrize("page", PAGES)
def test_the_how_to_works(page, tmp_path):
    blocks = BLOCK.findall((ROOT / "docs" / "howto" / f"{page}.md").read_text(encoding="utf-8"))
    assert any(kind == "sh" for kind, _, _ in blocks)
    copy = scratch_copy(tmp_path)
    said = ""
    for kind, title, text in blocks:
        if title:
            target = copy / title
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        elif kind == "sh":
            run = subprocess.run(
                ["sh", "-e", "-c", text],
                cwd=copy,
                env=environment(copy),
                capture_output=True,
                text=True,
                check=False,
            )
            assert run.returncode == 0, f"{text}\n{run.stdout}\n{run.stderr}"
            said += words(run.stdout) + " "
        elif kind == "text" and page in SHOWING:
            # an ellipsis stands for what the page leaves out
            parts = [words(part) for line in text.splitlines() for part in re.split("…", line)]
            assert [part for part in parts if part not in said] == []
