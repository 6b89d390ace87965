"""What every test may use: `requires` for programs outside Python, `rounds` and `seed` for random tests.

    @pytest.mark.requires("libreoffice", "poppler")    skips the test where one is missing, with the reason
    def test_x(requires): requires("chromium")         the same from inside a test
    @pytest.mark.drill
    def test_y(rounds, rng): for _ in range(rounds(500, 10_000)): … rng.random()

TANHENG_REQUIRE=libreoffice,poppler turns a missing program into a failure. TANHENG_DRILL=1 (make drill) takes
the second number of `rounds`; `rounds(0, n)` runs in the drill only. TANHENG_SEED repeats a random run; the
seed is printed. With CI=true every random test repeats the same run, so that what lands does not depend on
luck; a person's `make test` and `make drill` look further each time.
"""

import os
import random
import shutil

import pytest
from hypothesis import settings

PROGRAMS = {
    "libreoffice": ("soffice", "libreoffice"),
    "poppler": ("pdftoppm", "pdftotext"),
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
}
EVERY = {"poppler"}  # all of its programs are needed; of the others one name is enough


CI = os.environ.get("CI") == "true"
settings.register_profile("ci", derandomize=True, deadline=None)
if CI:
    settings.load_profile("ci")


def missing(name: str) -> bool:
    """Say whether the programs behind a name of PROGRAMS cannot be found on PATH."""
    found = [shutil.which(program) is not None for program in PROGRAMS[name]]
    return not (all(found) if name in EVERY else any(found))


def _demanded() -> set[str]:
    return set(filter(None, os.environ.get("TANHENG_REQUIRE", "").split(",")))


def _need(*names: str) -> None:
    for name in names:
        if missing(name):
            reason = f"needs {name} ({', '.join(PROGRAMS[name])}), which is not installed"
            if name in _demanded():
                pytest.fail(f"{reason}, and TANHENG_REQUIRE demands it", pytrace=False)
            pytest.skip(reason)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("requires"):
        _need(*mark.args)


def pytest_configure() -> None:
    unknown = _demanded() - set(PROGRAMS)
    if unknown:
        raise pytest.UsageError(f"TANHENG_REQUIRE: tests/conftest.py does not know {sorted(unknown)}")


@pytest.fixture
def requires():
    return _need


@pytest.fixture
def rounds():
    drilling = bool(os.environ.get("TANHENG_DRILL"))

    def pick(short: int, full: int) -> int:
        if not drilling and short == 0:
            pytest.skip("runs in `make drill` only")
        return full if drilling else short

    return pick


@pytest.fixture
def seed() -> int:
    fixed = os.environ.get("TANHENG_SEED") or ("20261121" if CI else "")
    value = int(fixed or random.SystemRandom().randrange(2**32))
    print(f"TANHENG_SEED={value}")
    return value


@pytest.fixture
def rng(seed: int) -> random.Random:
    return random.Random(seed)
