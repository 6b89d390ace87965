"""The commands about the plan: what they say, and with which exit code."""

import json

import pytest

from tests.cli.run import PLANT, tanheng, widest
from tests.plant import EXAMPLES

PLAN = str(EXAMPLES / "beiling-dqcp-2024.toml")
LEDGER = str(EXAMPLES / "beiling-calibrations-2024.csv")
SUBCOMMANDS = ["check", "diff", "new", "revise", "submit", "write"]


def test_the_group_says_its_commands():
    text = tanheng("dqcp").output
    assert text == tanheng("dqcp", "-h").output
    assert all(f"  {name} " in text for name in SUBCOMMANDS)


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_subcommand_explains_itself_with_examples(name):
    text = tanheng("dqcp", name, "-h").output
    assert f"tanheng dqcp {name}" in text.split("例 Examples:")[1] and widest(text) <= 100
    assert any("\u4e00" <= c <= "\u9fff" for c in text.split("Options:")[0])


def test_from_the_draft_to_the_comparison(tmp_path):
    draft, made = tmp_path / "dqcp.xlsx", tmp_path / "out"
    done = tanheng("dqcp", "new", PLANT, "-o", draft)
    assert (
        done.exit_code == 0 and "2025 年度数据质量控制计划 " in done.output and "待填 163 项" in done.output
    )
    assert tanheng("dqcp", "write", draft, "-o", made).exit_code == 0
    assert sorted(p.suffix for p in made.iterdir()) == [".docx", ".xlsx"]
    refused = tanheng("dqcp", "submit", draft, "-o", tmp_path / "v1.toml")
    assert refused.exit_code == 2 and "TH-Q12" in refused.output and "还有 163 项待填" in refused.output
    english = tanheng("--lang", "en", "dqcp", "new", PLANT, "-o", tmp_path / "e.xlsx", "--year", "2026")
    assert "Drafted the data quality control scheme of 2026" in english.output


def test_a_plan_that_was_followed_is_0_one_that_was_not_is_1_and_another_year_is_2(tmp_path):
    followed = tanheng("dqcp", "check", PLANT, "--plan", PLAN, "--calibrations", LEDGER)
    assert followed.exit_code == 0 and "提醒 3" in followed.output and "第 43" in followed.output
    text = (EXAMPLES / "beiling-dqcp-2024.toml").read_text(encoding="utf-8")
    other = tmp_path / "other.toml"
    other.write_text(
        text.replace('submitted_on = "2023-12-22"\n', "").replace('"月综合样"', '"日测"'), encoding="utf-8"
    )
    broken = tanheng("dqcp", "check", PLANT, "--plan", other, "--calibrations", LEDGER, "--json")
    told = json.loads(broken.stdout)
    assert broken.exit_code == 1 and told["ok"] is False and told["versions"] == ["1"]
    found = next(p for p in told["problems"] if p["code"] == "TH-Q20")
    assert (found["params"]["planned"], found["params"]["done"]) == ("日测", "月综合样")
    year = tanheng("dqcp", "check", EXAMPLES / "beiling-2023.xlsx", "--plan", PLAN)
    assert year.exit_code == 2 and "TH-Q08" in year.output


def test_findings_are_json_with_place_and_month():
    told = json.loads(
        tanheng("dqcp", "check", PLANT, "--plan", PLAN, "--calibrations", LEDGER, "--json").stdout
    )
    assert told["ok"] is True
    late = next(p for p in told["problems"] if p["code"] == "TH-Q26")
    assert late["params"]["month"] == "2024-06" and late["place"]["sheet"] == "采样与化验" and late["remedy"]


def test_revise_and_diff(tmp_path):
    two = tmp_path / "v2.toml"
    words = ["--from", "2024-07", "--reason", "2", "--changes", "改用新表", "--on", "2024-06-15"]
    done = tanheng("dqcp", "revise", PLAN, "-o", two, *words)
    assert done.exit_code == 0 and "采用新的测量仪器和方法" in done.output
    shown = tanheng("dqcp", "diff", PLAN, two)
    assert shown.exit_code == 0 and "改用新表" in shown.output and "首次制定" in shown.output
    told = json.loads(tanheng("dqcp", "diff", PLAN, two, "--json").stdout)
    assert {"table": "plan", "at": {}, "name": "version", "before": "1", "after": "2"} in told
    assert "两个版本相同" in tanheng("dqcp", "diff", PLAN, PLAN).output
    assert tanheng("dqcp", "revise", PLAN, "-o", two, "--from", "2024-07", "--reason", "7").exit_code == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["check", PLANT], "TH-A08"),
        (["check", PLANT, "--plan", "nothing.toml"], "TH-A01"),
        (["check", PLANT, "--plan", PLANT], "TH-I20"),
        (["check", PLANT, "--plan", PLAN, "--calibrations", "nothing.csv"], "TH-A01"),
        (["check", PLANT, "--plan", PLAN, "--before", PLANT], "TH-I20"),
        (["check", PLANT, "--plan", PLAN, "--plan", PLAN], "TH-Q13"),
        (["write", "nothing.xlsx"], "TH-A01"),
        (["new", "nothing.xlsx", "-o", "x.xlsx"], "TH-A01"),
        (["new", PLAN, "-o", "x.xlsx"], "TH-I20"),
        (["submit", PLAN, "-o", "x.toml"], "TH-Q10"),
        (["fly"], "TH-A08"),
    ],
)
def test_what_cannot_be_done_is_a_problem(words, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = tanheng("dqcp", *words)
    assert result.exit_code == 2 and code in result.output
    assert list(tmp_path.iterdir()) == []
