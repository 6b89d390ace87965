"""The README prints the digest of the one published verifier, and a rebuilt one has it."""

import re

from tanheng.evidence.pyz import build
from tests.house.repo import ROOT


def test_readme_prints_the_digest_of_the_verifier(tmp_path):
    printed = re.findall(
        r"^verify\.pyz SHA-256: `([0-9a-f]{64})`$", (ROOT / "README.md").read_text("utf-8"), re.M
    )
    assert printed == [build(tmp_path / "verify.pyz")], "run `make readme` and commit README.md"


def test_readme_shows_a_picture_that_exists():
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert pictures
    assert [name for name in pictures if not (ROOT / name).is_file()] == []
