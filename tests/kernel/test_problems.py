"""Problems: registry, texts in two languages, places, safety of what is shown."""

import pickle
from fractions import Fraction

import pytest

from tanheng.kernel.problems import (
    AREAS,
    Place,
    Refused,
    codes,
    printable,
    problem,
    refuse,
    registered,
)
from tanheng.kernel.problems import _check as check_entry


def test_unknown_codes_are_our_mistake():
    for code in ("TH-N99", "TH-X01", "N01", "TH-N1", ""):
        with pytest.raises(KeyError):
            problem(code)


def test_kernel_areas_are_registered():
    assert {"N", "U", "D"} <= {code[3] for code in codes()}
    assert all(registered(code)["severity"] in ("error", "warning", "ask", "info") for code in codes())
    assert all(AREAS[code[3]] for code in codes())


def test_line_in_both_languages():
    place = Place("plant.xlsx", "日数据", "C12", "NCV_day")
    found = problem("TH-U02", place, seen="tC/GJ", wanted="tC/t")
    assert found.severity == "error"
    assert found.line("zh").startswith(
        "TH-U02 单位不符：plant.xlsx 工作表「日数据」 C12 NCV_day 收到 tC/GJ，需要 tC/t。"
    )
    assert found.line("en").startswith(
        'TH-U02 Unit does not fit: plant.xlsx sheet "日数据" C12 NCV_day Saw tC/GJ, wanted tC/t.'
    )


def test_a_language_of_its_own_for_one_argument():
    found = problem("TH-D05", seen="x", reason_zh="没有", reason_en="none")
    assert "没有" in found.message("zh") and "none" in found.message("en")


def test_an_argument_that_is_not_given_shows_as_an_ellipsis():
    assert "…" in problem("TH-N01").message("zh")


def test_values_are_text_and_cannot_fill_fields():
    found = problem("TH-U02", seen="{wanted}", wanted=Fraction(1, 2))
    assert "收到 {wanted}，需要 0.5" in found.message("zh")


def test_hostile_text_is_made_safe():
    assert printable("a\u200bb\x00\n") == "a<U+200B>b<U+0000><U+000A>"
    assert printable("x" * 10_000) == "x" * 200 + "…(10000)"
    assert "\x1b" not in problem("TH-N01", Place(cell="\x1b[31m"), seen="\x1b[31m").line()


def test_json():
    found = problem("TH-N01", Place(cell="A1"), seen="x").to_json("en")
    assert found["code"] == "TH-N01"
    assert found["place"] == {"file": "", "sheet": "", "cell": "A1", "key": ""}
    assert found["params"] == {"seen": "x"}
    assert found["title"] == "Not a number"


def test_refused_carries_problems_however_it_is_made():
    first, second = problem("TH-N01", seen="a"), problem("TH-N04", seen="b")
    assert Refused(first).problems == (first,)
    assert Refused([first, second]).problems == (first, second)
    assert Refused(first, second).problems == (first, second)
    assert refuse("TH-N01", seen="a").problems == (first,)
    assert str(Refused(first, second)).count("TH-N0") == 2
    assert pickle.loads(pickle.dumps(Refused(first, second))).problems == (first, second)


def test_problems_are_frozen_and_hashable():
    first = problem("TH-N01", Place(cell="A1"), seen="a", other=2)
    assert first == problem("TH-N01", Place(cell="A1"), other="2", seen="a")
    assert len({first, problem("TH-N01", Place(cell="A1"), other=2, seen="a")}) == 1
    with pytest.raises(AttributeError):
        first.code = "TH-N02"  # type: ignore[misc]


def test_a_faulty_registry_entry_is_refused():
    both = {"zh": "一", "en": "one"}
    good = {"severity": "error", "title": both, "message": both, "remedy": both, "about": both}
    check_entry("numbers", "TH-N01", good)
    faulty = [
        ("TH-U01", good),
        ("TH-N1", good),
        ("TH-N01", {**good, "severity": "fatal"}),
        ("TH-N01", {**good, "extra": both}),
        ("TH-N01", {key: each for key, each in good.items() if key != "about"}),
        ("TH-N01", {**good, "title": {"zh": "一"}}),
        ("TH-N01", {**good, "title": {"zh": "一", "en": ""}}),
        ("TH-N01", {**good, "title": "一"}),
    ]
    for code, entry in faulty:
        with pytest.raises(ValueError, match=r"numbers\.toml"):
            check_entry("numbers", code, entry)
