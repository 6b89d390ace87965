"""The live workbook by the command line."""

from pathlib import Path

import openpyxl

from tests.cli.run import FORM, PLANT, tanheng


def test_a_workbook_is_written_and_not_over_another(tmp_path):
    done = tanheng("workbook", PLANT, "-o", tmp_path / "live.xlsx")
    assert done.exit_code == 0 and "live.xlsx" in done.output
    book = openpyxl.load_workbook(tmp_path / "live.xlsx", data_only=True)
    assert book.sheetnames[0] == "封面" and "常量与查表" in book.sheetnames
    said = [[c.value for c in row] for row in book["封面"].iter_rows(max_row=3)]
    assert "北岭热电" in said[1][0] and "2024" in said[1][0]
    assert "TH-A04" in tanheng("workbook", PLANT, "-o", tmp_path / "live.xlsx").output
    assert "TH-A07" in tanheng("workbook", PLANT, "-o", PLANT, "--force").output


def test_nothing_is_written_where_nothing_may_be_filed(tmp_path):
    text = Path(FORM).read_text(encoding="utf-8")
    broken = tmp_path / "plant.toml"
    # a required choice of the plan is left out
    lines = [line for line in text.splitlines() if "el_route" not in line]
    broken.write_text("\n".join(lines), encoding="utf-8")
    accounted = tanheng("account", broken)
    done = tanheng("workbook", broken, "-o", tmp_path / "live.xlsx")
    assert accounted.exit_code == 2 and done.exit_code == 2
    assert not (tmp_path / "live.xlsx").exists()
