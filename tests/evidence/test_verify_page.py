"""The page for verifiers: its own short program, run as printed, gives the root of a pack."""

import re
import subprocess
import sys
from pathlib import Path

from tanheng.evidence.verify.verdict import WORDS
from tests.evidence.plant_pack import sealed

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "verify.md"


def test_the_program_on_the_page_computes_the_root(tmp_path: Path) -> None:
    data, root = sealed()
    found = re.search(r'```python title="root\.py"\n(.*?)```', PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    (tmp_path / "root.py").write_text(found[1], encoding="utf-8")
    (tmp_path / "pack.zip").write_bytes(data)
    command = [sys.executable, "-I", "-S", "root.py", "pack.zip"]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, root), done.stderr


def test_the_page_names_every_outcome_as_the_program_does() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for state, words in (("anchored", "成立"), ("consistent", "一致，但未锚定"), ("broken", "不成立")):
        assert words in WORDS["zh"][state]
        assert f"**{words}**" in page
