"""Performance parameters beside other years and targets: changes, directions, targets, refusals."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tanheng.app.performing import Performance, performance_of, write_performance
from tanheng.kernel.problems import Refused
from tests.plant import EXAMPLES

TARGETS = """
[[target]]
of = "S_fd_all"
year = 2025
value = "785"
unit = "kgCO2/MWh"
document = "责任书"
[[target]]
of = "eta_boiler"
at = { unit = "1" }
year = 2025
value = "91.96"
unit = "%"
[[target]]
of = "X_y"
at = { unit = "2" }
year = 2026
value = "99"
unit = "%"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Performance:
    targets = tmp_path_factory.mktemp("targets") / "t.toml"
    targets.write_text(TARGETS, encoding="utf-8")
    return performance_of("2025", "2024", "2023", targets, folder=EXAMPLES)


def one(made: Performance, name: str, **scope: str):
    (found,) = [p for p in made.parameters if p.name == name and dict(p.scope) == scope]
    return found


def test_totals_and_their_changes_are_those_of_the_years(made: Performance) -> None:
    total = one(made, "E")
    assert (total.shown, total.against["last"].shown, total.against["base"].shown) == (
        "5584848",
        "5803699",
        "5928202",
    )
    # 5584848 / 5803699 - 1 = -0.037708…, 5584848 / 5928202 - 1 = -0.057918…
    assert (total.against["last"].change, total.against["base"].change) == ("-3.77", "-5.79")
    assert total.level == 1 and total.against["last"].improved is True


def test_more_is_better_or_worse_as_declared(made: Performance) -> None:
    load = one(made, "X_y", unit="1")
    assert load.against["last"].change.startswith("-") and load.against["last"].improved is False
    assert one(made, "W_fd_all").against["last"].improved is None
    equal = one(made, "eta_boiler", unit="2")
    assert equal.against["last"].change == "0.00" and equal.against["last"].improved is None


def test_targets_are_converted_and_judged_at_their_edge(made: Performance) -> None:
    intensity = one(made, "S_fd_all").target
    assert (intensity.shown, intensity.met, intensity.document) == ("0.785", True, "责任书")
    boiler = one(made, "eta_boiler", unit="1")
    assert boiler.shown == "91.96" and boiler.target.met and boiler.target.gap == "0"
    assert one(made, "X_y", unit="2").target is None  # of another year


def test_every_level_is_there_in_order(made: Performance) -> None:
    levels = [p.level for p in made.parameters]
    assert levels == sorted(levels) and set(levels) == {1, 2, 3}


@pytest.mark.parametrize("kind", ["xlsx", "pdf", "docx"])
def test_the_page_is_printed(made: Performance, tmp_path: Path, kind: str) -> None:
    assert write_performance(made, tmp_path / f"p.{kind}").stat().st_size > 5_000


def codes(ask: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        ask()
    return [p.code for p in caught.value.problems]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"S_fd_all"', '"S_fd"'),
        ('"S_fd_all"', '"W_fd_all"'),
        ('"kgCO2/MWh"', '"tCO2/GJ*t"'),
        ('unit = "1"', 'unit = "3"'),
        ('document = "责任书"', 'dokument = "责任书"'),
        ('value = "785"', "value = 785"),
        ("[[target]]", "[[aim]]"),
        ('at = { unit = "1" }', 'at = "1"'),
    ],
)
def test_targets_that_do_not_fit_are_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "t.toml"
    path.write_text(TARGETS.replace(old, new), encoding="utf-8")
    assert codes(lambda: performance_of("2025", targets=path, folder=EXAMPLES)) == ["TH-A33"]


def test_a_later_year_is_no_baseline() -> None:
    assert codes(lambda: performance_of("2024", "2025", folder=EXAMPLES)) == ["TH-A35"]
