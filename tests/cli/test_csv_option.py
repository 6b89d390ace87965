"""A sheet from CSV on the command line: --csv SHEET=FILE."""

import json
import tomllib
from pathlib import Path

import openpyxl
import pytest

from tests.cli.run import FORM, PLANT, tanheng


def day_csv():
    """The demonstration's day data as CSV text."""
    day = tomllib.loads(Path(FORM).read_text(encoding="utf-8"))["day"]
    lines = [day["columns"], [day["units"].get(name, "") for name in day["columns"]], *day["rows"]]
    return "\r\n".join(",".join(map(str, line)) for line in lines) + "\r\n"


@pytest.mark.parametrize(("sheet", "plant"), [("day", PLANT), ("日数据", FORM)])
def test_a_year_with_its_days_from_gbk_is_the_same(tmp_path, sheet, plant):
    file = tmp_path / "日数据.csv"
    file.write_bytes(day_csv().encode("gbk"))
    done = tanheng("account", plant, "--csv", f"{sheet}={file}", "--json")
    plain = json.loads(tanheng("account", plant, "--json").stdout)
    assert done.exit_code == 0 and json.loads(done.stdout)["answers"] == plain["answers"]
    checked = tanheng("check", plant, "--csv", f"{sheet}={file}", "--all")
    assert checked.exit_code == 0 and "TH-I52" in checked.output and "GBK" in checked.output
    tree = tanheng("explain", plant, "FC_day", "--csv", f"{sheet}={file}", "--json")
    assert "日数据.csv" in tree.output


@pytest.mark.parametrize("command", ["check", "account"])
def test_two_encodings_in_one_file_are_refused_at_the_byte(tmp_path, command):
    file = tmp_path / "day.csv"
    head, rest = day_csv().encode("gbk"), "1,烟煤烟煤,2024-01-01,1,1,1\r\n".encode()
    file.write_bytes(head + rest)
    done = tanheng(command, PLANT, "--csv", f"day={file}")
    # counted from 1: "1," stands before the first byte of the foreign line that is not ASCII
    assert done.exit_code == 2 and "TH-I50" in done.output and f"第 {len(head) + 3} 个字节" in done.output


@pytest.mark.parametrize("words", [["day"], ["day="], ["=x.csv"], ["day=a.csv", "day=b.csv"]])
def test_what_is_not_sheet_and_file_is_refused(words):
    done = tanheng("check", PLANT, *(part for word in words for part in ("--csv", word)))
    assert done.exit_code == 2 and "TH-A08" in done.output


def test_a_name_that_is_no_sheet_is_refused(tmp_path):
    file = tmp_path / "day.csv"
    file.write_text(day_csv(), encoding="utf-8")
    done = tanheng("check", PLANT, "--csv", f"days={file}")
    assert done.exit_code == 2 and "TH-I59" in done.output
    assert "TH-A01" in tanheng("check", PLANT, "--csv", "day=nowhere.csv").output


def test_a_pack_takes_no_csv(tmp_path):
    pack, file = tmp_path / "pack.zip", tmp_path / "day.csv"
    file.write_text(day_csv(), encoding="utf-8")
    assert tanheng("pack", PLANT, "--csv", f"day={file}", "-o", pack).exit_code == 0
    done = tanheng("account", pack, "--csv", f"day={file}")
    assert done.exit_code == 2 and "TH-A08" in done.output


def test_a_fault_of_a_csv_marks_no_cell_of_the_workbook(tmp_path):
    file, copy = tmp_path / "day.csv", tmp_path / "marked.xlsx"
    file.write_text(day_csv().replace("2024-01-01", "2024-13-01", 1), encoding="utf-8")
    done = tanheng("check", PLANT, "--csv", f"日数据={file}", "--annotate", copy)
    assert done.exit_code == 2 and "TH-D02" in done.output
    book = openpyxl.load_workbook(copy)
    assert not [c.comment.text for row in book["日数据"]["A5:F9"] for c in row if c.comment]
    assert "TH-D02" in [row[1].value for row in book["检查结果"].rows]


def test_many_gaps_are_cut_unless_all_are_asked_for(tmp_path):
    file = tmp_path / "day.csv"
    head, units, *days = day_csv().splitlines()
    file.write_text("\n".join([head, units, *days[::2]]), encoding="utf-8")
    words = ("check", PLANT, "--csv", f"day={file}")
    done = tanheng(*words)
    assert "加 --all 全部列出" in done.output
    assert len(tanheng(*words, "--all").output) > 3 * len(done.output)
