"""The commands about a plant's year, on the demonstration plant and on copies broken by hand."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

import tanheng as th
from tanheng.engine.exact.result import result_json
from tanheng.kernel.numbers import grouped
from tests.app.plants import changed
from tests.cli.run import FORM, PLANT, ROOT, tanheng, widest
from tests.plant import WORKBOOK

STOCK = '["1", "柴油", "2024-01", "48.2"'
DAY = '["1", "烟煤", "2024-01-02", '


@pytest.fixture(scope="module")
def result():
    return th.account(WORKBOOK)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A plant with a calorific value of 203 GJ/t, which waits for a person."""
    lines = Path(FORM).read_text(encoding="utf-8").splitlines(keepends=True)
    line = next(x for x in lines if DAY in x)
    cells = line.split(", ")
    return changed(tmp_path_factory.mktemp("asked"), (line, ", ".join([*cells[:4], '"203"', *cells[5:]])))


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    """A plant with a stock that is no number."""
    return changed(tmp_path_factory.mktemp("wrong"), (STOCK, STOCK.replace("48.2", "约48")))


def test_account_prints_totals_then_units_then_intensities(result):
    done = tanheng("account", PLANT)
    assert done.exit_code == 0
    total, unit = result.line("E").shown, result.line("E_unit", unit="1").shown
    lines = done.output.splitlines()
    rows = [
        next(n for n, line in enumerate(lines) if f" {name} " in line) for name in ("E", "E_unit", "S_fd_y")
    ]
    assert rows == sorted(rows)
    assert grouped(total) in lines[rows[0]] and grouped(unit) in lines[rows[1]]
    assert "边界 发电设施" in done.output and "北岭热电有限公司" in done.output
    assert "FC_y" not in done.output and "FC_y" in tanheng("account", PLANT, "--all").output


def test_a_fuel_stands_behind_its_unit():
    text = tanheng("account", PLANT, "--all").output
    assert "1 · 柴油" in text and "柴油 · 1" not in text


def test_the_tonnes_that_rest_on_defaults_are_said(result):
    from fractions import Fraction

    tonnes = sum(Fraction(n.shown) for n in result.notes if n.kind == "default")
    assert (
        f"其中 {grouped(str(int(tonnes + Fraction(1, 2))))} tCO2 取决于缺省值"
        in tanheng("account", PLANT).output
    )


def test_json_is_the_canonical_result(result, tmp_path):
    done = tanheng("account", PLANT, "--json", "-o", tmp_path / "r.json")
    assert done.stdout_bytes == result_json(result) + b"\n"
    assert (tmp_path / "r.json").read_bytes() == result_json(result)
    told = json.loads(done.stdout)
    wanted = {
        "symbol",
        "zh",
        "en",
        "scope",
        "period",
        "exact",
        "shown",
        "unit",
        "rounding",
        "law",
        "certainty",
        "way",
    }
    assert told["ok"] is True and all(wanted <= set(step) for step in told["steps"])
    assert all(isinstance(step["exact"], str) and isinstance(step["shown"], str) for step in told["steps"])


@pytest.mark.parametrize("command", ["account", "check", "report", "pack", "explain"])
def test_what_is_refused_names_the_cell_and_writes_nothing(command, wrong, tmp_path):
    more = {"account": ["-o"], "check": [], "report": ["-o"], "pack": ["-o"], "explain": ["E"]}[command]
    target = [tmp_path / "out.bin"] if "-o" in more else []
    done = tanheng(command, wrong, *more, *target)
    assert done.exit_code == 2 and "TH-N03" in done.output and "rows[0].opening" in done.output
    assert list(tmp_path.iterdir()) == []


def test_no_emission_is_given_while_a_question_is_open(asked, result, tmp_path):
    done = tanheng("account", asked, "-o", tmp_path / "r.json")
    assert done.exit_code == 2 and "TH-I36" in done.output and "没有给出排放量" in done.output
    assert "tCO2" not in done.output and not list(tmp_path.iterdir())
    everything = tanheng("account", asked, "--all").output
    assert "暂算，不得上报" in everything
    told = json.loads(tanheng("account", asked, "--json").stdout)
    assert set(told) == {"ok", "problems"} and told["ok"] is False
    for text in (done.output, everything):
        assert (
            grouped(result.line("E").shown) not in text
            and grouped(result.line("E_unit", unit="2").shown) not in text
        )
        assert not any(" E_unit " in line or " S_fd_y " in line for line in text.splitlines())


def test_a_number_of_a_year_that_may_not_be_filed_is_opened_with_a_warning(asked):
    done = tanheng("explain", asked, "NCV_d", "--at", "unit=1,day=2024-01-02")
    assert done.exit_code == 2 and "不得上报" in done.output and "203" in done.output
    told = json.loads(tanheng("explain", asked, "E", "--json").stdout)
    assert told["ok"] is False and told["problems"]


def test_check_says_all_in_one_language():
    for lang, code in (("zh", 0), ("en", 0)):
        done = tanheng("check", PLANT, "--lang", lang, "--all")
        assert done.exit_code == code
    told = json.loads(tanheng("check", PLANT, "--json").stdout)
    assert told["ok"] is True and {p["severity"] for p in told["problems"]} <= {"warning", "info"}


def test_check_marks_a_copy(tmp_path):
    assert tanheng("check", PLANT, "--annotate", tmp_path / "marked.xlsx").exit_code == 0
    assert (tmp_path / "marked.xlsx").stat().st_size > WORKBOOK.stat().st_size // 2
    assert "TH-A04" in tanheng("check", PLANT, "--annotate", tmp_path / "marked.xlsx").output
    assert "TH-A07" in tanheng("check", PLANT, "--annotate", PLANT, "--force").output
    form = tanheng("check", FORM, "--annotate", tmp_path / "other.xlsx")
    assert form.exit_code == 2 and "TH-A12" in form.output and "TH-I42" in form.output
    nothing = tanheng("check", tmp_path / "nothing", "--annotate", tmp_path / "other.xlsx", "--json")
    assert [p["code"] for p in json.loads(nothing.stdout)["problems"]] == ["TH-A01"]
    assert not (tmp_path / "other.xlsx").exists()


def test_an_empty_form_tells_what_to_fill_without_drowning_people(tmp_path):
    assert tanheng("new", tmp_path / "p.xlsx", "--period", "2024").exit_code == 0
    done = tanheng("check", tmp_path / "p.xlsx")
    assert done.exit_code == 2 and len(done.output.splitlines()) < 30
    assert "单位名称" in done.output and "燃料品种" in done.output
    assert "TH-A04" in tanheng("new", tmp_path / "p.xlsx").output
    english = tanheng("new", tmp_path / "q.toml", "--unit", "A", "--lang", "en")
    assert english.output == f"✓ Made {tmp_path / 'q.toml'}\n"


def test_a_wrong_year_gathers_its_cells(tmp_path):
    path = changed(tmp_path, ('period = "2024"', 'period = "2023"'))
    done = tanheng("check", path)
    assert done.exit_code == 2 and len(done.output.splitlines()) < 80
    assert "还有 671 格" in done.output and "TH-I32" in done.output
    assert len(tanheng("check", path, "--all").output) > 3 * len(done.output)


def test_explain_prints_a_tree_down_to_the_cell():
    done = tanheng("explain", PLANT, "E")
    assert done.exit_code == 0 and widest(done.output) <= 100
    assert "← beiling-2024.xlsx 日数据!D6" in done.output
    assert "= E_burn_y + E_el_y" in done.output and "G23 8 式(6)" in done.output
    assert 100 < len(done.output.splitlines()) < 600


def test_explain_tells_why_a_default_was_taken_in_either_language():
    at = ("--at", "unit=1,fuel=烟煤,month=2024-06")
    assert "↳ 实测：缺少实测元素碳含量" in tanheng("explain", PLANT, "E_fuel", *at).output
    english = tanheng("explain", PLANT, "E_fuel", *at, "--lang", "en").output
    assert "↳ measured carbon: lacks measured carbon content" in english and "rests on" not in english


def test_many_values_of_a_name_are_listed_first():
    done = tanheng("explain", PLANT, "E_fuel")
    assert "E_fuel 有 48 个值；拆开其中一个：--at unit=1,fuel=柴油,month=2024-01" in done.output
    assert "├──" not in done.output


def test_explain_as_json_holds_the_whole_tree(result):
    told = json.loads(tanheng("explain", PLANT, "E_unit", "--at", "unit=1", "--json").stdout)
    (tree,) = told["trees"]
    assert tree["exact"] == result.line("E_unit", unit="1").exact and told["ok"] is True
    days = 0
    queue = [tree]
    while queue:
        node = queue.pop()
        assert "hidden" not in node
        days += node["name"] == "FC_day" and "origin" in node
        queue += node.get("children", [])
    assert days >= 354


@pytest.mark.parametrize("at", ["unit", "unit=1,unit=2", "=1", "unit="])
def test_a_place_that_cannot_be_read(at):
    assert "TH-A03" in tanheng("explain", PLANT, "E_unit", "--at", at).output


def test_diff_names_the_cause(tmp_path):
    after = changed(tmp_path, (STOCK, STOCK.replace("48.2", "58.2")))
    done = tanheng("diff", FORM, after)
    assert done.exit_code == 0 and "期初库存（1 处）" in done.output and "+31" in done.output
    english = tanheng("diff", FORM, after, "--lang", "en").output
    assert "opening stock (1)" in english and not any("\u4e00" <= c <= "\u9fff" for c in english)
    told = json.loads(tanheng("diff", FORM, after, "--json").stdout)
    assert [p["names"] for p in told["parts"]] == [["opening"]]
    assert "没有差别" in tanheng("diff", FORM, PLANT).output


def test_diff_of_two_bare_years(tmp_path):
    """Years are looked up in a folder; the text says causes, units and order, and the file is written."""
    folder = str(ROOT / "examples")
    paper = tmp_path / "变化.pdf"
    done = tanheng("diff", "2024", "2025", "--in", folder, "-o", str(paper), "--all")
    assert done.exit_code == 0 and paper.read_bytes().startswith(b"%PDF")
    for text in ("2024 → 2025", "1号机组 · 烟煤 6 月：缺省 → 实测", "替换次序：日历 → 边界", "全年发电碳排放强度"):
        assert text in done.output
    told = json.loads(tanheng("diff", "2024", "2025", "--in", folder, "--json").stdout)
    assert told["periods"] == ["2024", "2025"] and told["order"][0] == "calendar"
    moved = sum(Fraction(p["change"]) for p in told["parts"])
    assert moved == Fraction(told["change"]) == Fraction(told["after"]) - Fraction(told["before"])
    for unit, both in told["by"].items():
        change = Fraction(both["after"]) - Fraction(both["before"])
        assert sum(Fraction(p["by"][unit]) for p in told["parts"]) == change
    missing = tanheng("diff", "2019", "2025", "--in", folder)
    assert missing.exit_code == 2 and "TH-A20" in missing.output


def test_the_comparison_in_the_how_to_is_what_is_printed():
    """Line by line, whatever the width: a reader who types it sees the same figures."""
    page = (ROOT / "docs" / "howto" / "compare-years.md").read_text(encoding="utf-8")
    first, second = (block.split("```")[0] for block in page.split("```text\n")[1:3])
    folder = str(ROOT / "examples")
    own = ("--library", str(ROOT / "examples" / "library-2026"))
    for block, words in ((first, ("2024", "2025")), (second, ("2025", "2026", *own))):
        printed = ["".join(x.split()) for x in tanheng("diff", *words, "--in", folder).output.splitlines()]
        wanted = ["".join(x.split()) for x in block.splitlines() if "──" not in x]
        assert [line for line in wanted if line not in printed] == []
