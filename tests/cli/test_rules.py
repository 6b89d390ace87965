"""Methods, factors, cases and the doctor by the command line."""

import json

from tests.app.plants import own_library
from tests.cli.run import tanheng, widest


def test_methods_and_one_of_them():
    assert "cets-power-2023  2023-01-01 … 2025-12-31" in tanheng("methods").output
    page = tanheng("methods", "cets-power-2023").output
    assert "GJ/[fuel]" in page and "= FC * C_measured * OF * CO2_per_C" in page and widest(page) <= 100
    told = json.loads(tanheng("methods", "cets-power-2023", "--json").stdout)
    assert {s["name"] for s in told["steps"]} >= {"E", "E_unit"} and told["answers"]["E"] == "emission"
    listed = json.loads(tanheng("methods", "--json").stdout)
    assert "cets-power-2023" in {m["id"] for m in listed}
    assert tanheng("methods", "nothing").exit_code == 2


def test_factors_by_words_family_and_day(tmp_path):
    both = tanheng("factors", "柴油", "g23").output
    assert "fuel.g23.diesel.ncv  柴油 低位发热量  42.652 GJ/t" in both and "ipcc" not in both
    families = tanheng("factors").output
    assert "power_annex_a" in families and "fuel.g23" not in families
    own = own_library(tmp_path)
    words = ("factors", "fuel.g23.diesel.ncv", "--family", "power_annex_a", "--library", own, "--json")
    rows = json.loads(tanheng(*words).stdout)
    assert {(r["value"], r["origin"]) for r in rows} == {("42.652", "shipped"), ("42.51", "own")}
    assert len(json.loads(tanheng(*words, "--known-on", "2024-06-30").stdout)) == 1
    assert tanheng("factors", "--family", "nothing").exit_code == 2
    assert tanheng("factors", "没有这个").output == "0 个因子\n"


def test_cases_hold():
    done = tanheng("cases", "cieccpa061-total")
    assert done.exit_code == 0 and "0 个不成立" in done.output
    told = json.loads(tanheng("cases", "cieccpa061-total", "--json").stdout)
    assert told and all(each["wrong"] == [] for each in told)


def test_a_case_that_does_not_hold_is_exit_code_1(tmp_path):
    """A shipped method copied under another name, with one expected answer changed by hand."""
    from tanheng.app.library import Library

    shipped = Library().methods
    folder = tmp_path / "own" / "methods" / "mine"
    (folder / "cases").mkdir(parents=True)
    method = shipped.get("cieccpa061-total").text.replace('id = "cieccpa061-total"', 'id = "mine"')
    (folder / "method.toml").write_text(method, encoding="utf-8")
    source = shipped.folder("cieccpa061-total")
    case = (source / "cases" / "nine-categories.toml").read_text(encoding="utf-8")
    assert 'is = "7107.8875"' in case
    wrong = case.replace('is = "7107.8875"', 'is = "7107.8876"')
    (folder / "cases" / "wrong.toml").write_text(wrong, encoding="utf-8")
    done = tanheng("cases", "mine", "--library", tmp_path / "own")
    assert done.exit_code == 1 and "7107.8876 wanted" in done.output


def test_doctor_in_both_languages():
    assert tanheng("doctor").exit_code == 0
    english = tanheng("doctor", "--lang", "en").output
    assert "✓ Methods: " in english and not any("\u4e00" <= c <= "\u9fff" for c in english)
    assert json.loads(tanheng("doctor", "--json").stdout)["ok"] is True
