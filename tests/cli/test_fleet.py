"""`tanheng fleet`: what it prints, writes and answers with; nothing is left behind when it is stopped."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import duckdb
import pytest
from openpyxl import load_workbook

from tanheng.app.fleet_parquet import COLUMNS, parquet_bytes
from tanheng.statement import fleet_summary
from tests.cli.run import FORM, tanheng
from tests.plant import EXAMPLES

NINE = ("fixed", "mobile", "process", "fugitive", "energy", "transport", "supplied", "used", "other")
EVIL = '=HYPERLINK("http://x","点")'


def rows_of(plant, values, title="", period="2024"):
    head = (plant, title or f"厂{plant}", "cieccpa061-total", period, "enterprise")
    return [(*head, "data", f"E_{n}", "{}", v, "tCO2e") for n, v in zip(NINE, values, strict=True)]


@pytest.fixture
def few(tmp_path):
    """Three organisations: 45 t, 5.5 t in another year, and one that lacks a value."""
    rows = rows_of("P1", "123456789", EVIL) + rows_of("P2", ["0.5", "5", *"0000000"], period="2025")
    path = tmp_path / "few.parquet"
    path.write_bytes(parquet_bytes(COLUMNS, iter(rows + rows_of("P3", "123456789")[1:])))
    return path


@pytest.fixture
def sound(tmp_path):
    path = tmp_path / "sound.parquet"
    rows = rows_of("P1", "123456789", EVIL) + rows_of("P2", ["-0.5", "5", *"0000000"])
    path.write_bytes(parquet_bytes(COLUMNS, iter(rows)))
    return path


def test_what_lacks_a_figure_is_said_and_not_added(few):
    done = tanheng("fleet", "account", few)
    assert done.exit_code == 2
    assert "3 份中 2 份得出数值（sql 2）：合计不含其余 1 份，不是全部企业的排放量" in done.output
    assert "TH-C01" in done.output and "固定源燃烧排放量" in done.output
    assert EVIL in done.output and "→ " in done.output
    english = tanheng("fleet", "account", few, "--lang", "en").output
    assert "2 of 3 plant-years have a figure" in english
    found = json.loads(tanheng("fleet", "account", few, "--json").stdout)
    assert (found["ok"], found["figures"], found["of"]) == (False, 2, 3)
    assert [(s["period"], s["exact"], s["years"]) for s in found["sums"]] == [
        ("2024", "45", 1),
        ("2025", "5.5", 1),
    ]
    assert [p["code"] for p in found["problems"]["P3 2024 enterprise"]] == ["TH-C01"]


def test_a_whole_fleet_is_done(sound):
    done = tanheng("fleet", "account", sound)
    assert done.exit_code == 0 and "2 份全部得出数值（sql 2）" in done.output
    assert "49.5" in done.output and "45" in done.output and "4.5" in done.output


def test_a_level_that_is_none_is_refused(sound):
    done = tanheng("fleet", "account", sound, "--by", "unit,month")
    assert done.exit_code == 2 and "TH-A44" in done.output
    assert tanheng("fleet", "account", sound, "--by", "").exit_code == 0


def test_texts_are_no_formulas_in_csv(few):
    target = few.parent / "out.csv"
    done = tanheng("fleet", "account", few, "--step", "E_d", "-o", target)
    assert done.exit_code == 2 and "已写出 out.csv" in done.output
    data = target.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [(r["plant"], r["step"], r["exact"], r["measure"], r["problem"]) for r in rows] == [
        ("P1", "E_d", "10", "tCO2e", ""),
        ("P2", "E_d", "5.5", "tCO2e", ""),
        ("P3", "", "", "", "TH-C01"),
    ]
    assert rows[0]["title"] == "'" + EVIL
    again = tanheng("fleet", "account", few, "-o", target)
    assert again.exit_code == 2 and "TH-A04" in again.output


def test_numbers_below_zero_stay_numbers_in_csv(sound):
    target = sound.parent / "out.csv"
    assert tanheng("fleet", "account", sound, "--step", "E_fixed", "-o", target).exit_code == 2
    assert not target.exists()
    rows = rows_of("P", ["-0.5", *"00000000"])
    sound.write_bytes(parquet_bytes(COLUMNS, iter(rows)))
    assert tanheng("fleet", "account", sound, "--step", "E_d", "-o", target).exit_code == 0
    (row,) = csv.DictReader(io.StringIO(target.read_bytes().decode("utf-8-sig")))
    assert row["exact"] == "-0.5"


def test_rows_as_parquet(sound):
    target = sound.parent / "out.parquet"
    assert tanheng("fleet", "account", sound, "-o", target).exit_code == 0
    with duckdb.connect() as db:
        asked = f"SELECT plant, exact, measure FROM read_parquet('{target}') ORDER BY 1"
        found = db.execute(asked).fetchall()
    assert found == [("P1", "45", "tCO2e"), ("P2", "4.5", "tCO2e")]


def test_the_excel_summary(few):
    target = few.parent / "out.xlsx"
    assert tanheng("fleet", "account", few, "-o", target).exit_code == 2
    book = load_workbook(target)
    assert book.sheetnames == ["封面", "汇总", "各厂", "明细", "问题"]
    cells = {
        (s.title, c.coordinate): c for s in book for row in s.iter_rows() for c in row if c.value is not None
    }
    assert not [c for c in cells.values() if c.data_type == "f"]
    (evil,) = [c for (sheet, _), c in cells.items() if sheet == "各厂" and c.value == EVIL]
    assert evil.data_type == "s" and evil.quotePrefix
    figures = [c.value for (sheet, _), c in cells.items() if sheet == "各厂" and c.data_type == "n"]
    assert figures == [45, 5.5]
    said = "3 份数据中 1 份没有得出数值，合计不含这些，不是全部企业的排放量。原因见“问题”。"
    assert {sheet for (sheet, _), c in cells.items() if c.value == said} == {"封面", "汇总", "各厂"}
    assert [c.value for (sheet, _), c in cells.items() if sheet == "问题" and c.value == "TH-C01"]


def test_the_charts_of_plants_and_months(sound, tmp_path):
    target = tmp_path / "plants.xlsx"
    assert tanheng("fleet", "account", sound, "-o", target).exit_code == 0
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(FORM, folder)
    months = tmp_path / "months.xlsx"
    assert tanheng("fleet", "account", folder, "-o", months).exit_code == 0
    charts = []
    for path in (target, months):
        with zipfile.ZipFile(path) as box:
            names = [n for n in box.namelist() if n.startswith("xl/charts/chart")]
            charts.append([box.read(n).decode() for n in names])
    # two plants make a chart of plants; one plant makes none, but has months
    assert [len(each) for each in charts] == [1, 1]
    assert "'汇总'!$B$" in charts[0][0] or "汇总!$B$" in charts[0][0]
    sheet = load_workbook(months)["汇总"]
    table = {row[0].value: row[1].value for row in sheet.iter_rows() if str(row[0].value).startswith("2024-")}
    account = json.loads(tanheng("account", FORM, "--json").stdout)
    lines = [s for s in account["steps"] if s["name"] == "E_unit_month"]
    for month in table:
        assert round(table[month], 2) == round(
            sum(float(s["exact"]) for s in lines if s["period"] == month), 2
        )
    assert len(table) == 12


def test_a_workbook_does_not_list_more_than_it_can(sound, monkeypatch):
    monkeypatch.setattr(fleet_summary, "MOST_ROWS", 1)
    target = sound.parent / "out.xlsx"
    assert tanheng("fleet", "account", sound, "-o", target).exit_code == 0
    texts = [c.value for row in load_workbook(target)["明细"].iter_rows() for c in row if c.value]
    assert any("明细共 2 行，超过 1 行" in str(t) and ".parquet" in str(t) for t in texts)


def test_a_folder_is_gathered_and_accounts_to_the_same(tmp_path):
    folder = tmp_path / "数据"
    folder.mkdir()
    shutil.copy(FORM, folder / "a.toml")
    text = (EXAMPLES / "beiling-2024.toml").read_text(encoding="utf-8")
    # one cell that cannot be read: nothing of this plant is computed, not even from defaults
    assert text.count('"91640100MA0BL2X07L"') >= 1
    broken = text.replace('"4493.25", "19.931"', '"4493.25", "十九"').replace(
        "91640100MA0BL2X07L", "9144030071526726XG"
    )
    (folder / "b.toml").write_text(broken, encoding="utf-8")
    (folder / "~$a.xlsx").write_bytes(b"lock")
    (folder / "notes.md").write_text("x")
    (folder / "c.xlsx").write_bytes(b"PK no workbook")
    target = tmp_path / "fleet.parquet"
    done = tanheng("fleet", "gather", folder, "-o", target)
    assert done.exit_code == 2 and "已写出 fleet.parquet：3 份中的 1 份" in done.output
    assert "b.toml" in done.output and "c.xlsx" in done.output and "~$a" not in done.output
    found = json.loads(tanheng("fleet", "account", target, "--json").stdout)
    assert found["ok"] is True and found["levels"] == {"cets-power-2023": "E_unit_month"}
    (total,) = found["totals"]
    assert (total["shown"], total["plant"], total["title"]) == (
        "5803699",
        "91640100MA0BL2X07L",
        "北岭热电有限公司",
    )
    assert len(found["rows"]) == 24
    direct = json.loads(tanheng("fleet", "account", folder, "--json").stdout)
    assert direct["totals"] == found["totals"] and (direct["of"], direct["ok"]) == (3, False)
    assert set(direct["problems"]) == {"b.toml", "c.xlsx"}


def test_a_pack_is_verified_and_counts_once_beside_its_form(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(FORM, folder / "a.toml")
    assert tanheng("pack", FORM, "-o", folder / "b.zip").exit_code == 0
    found = json.loads(tanheng("fleet", "account", folder, "--by", "", "--json").stdout)
    assert found["ok"] and [t["shown"] for t in found["totals"]] == ["5803699"]
    assert [p["code"] for p in found["problems"]["b.zip"]] == ["TH-A42"]
    data = bytearray((folder / "b.zip").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "b.zip").write_bytes(data)
    found = json.loads(tanheng("fleet", "account", folder, "--by", "", "--json").stdout)
    assert not found["ok"] and (found["figures"], found["of"]) == (1, 2)
    assert found["problems"]["b.zip"][0]["code"].startswith("TH-P")


def test_an_empty_folder_has_no_plants(tmp_path):
    (tmp_path / "notes.md").write_text("x")
    done = tanheng("fleet", "account", tmp_path)
    assert done.exit_code == 2 and "TH-A40" in done.output
    done = tanheng("fleet", "gather", tmp_path, "-o", tmp_path / "x.csv")
    assert done.exit_code == 2 and "TH-A08" in done.output


def test_two_libraries_compared(few):
    done = tanheng("fleet", "diff", few, "--against", EXAMPLES / "library-2026")
    assert done.exit_code == 2 and "0 份变化，2 份不变" in done.output and "1 份无法比较" in done.output
    found = json.loads(tanheng("fleet", "diff", few, "--against", EXAMPLES / "library-2026", "--json").stdout)
    assert (found["ok"], found["same"], found["changes"]) == (False, 2, [])
    assert found["not_compared"] == ["P3 2024 enterprise"]
    assert tanheng("fleet", "diff", few).exit_code == 2


def test_both_back_ends_compared(sound, monkeypatch):
    done = tanheng("fleet", "check", sound, "--sample", "9", "--seed", "3")
    assert done.exit_code == 0 and "2 份、6 格：全部一致（--seed 3）" in done.output
    from tanheng.app import fleet_check

    honest = fleet_check._sql

    def off(result, name):
        return {
            row: (None if v is None else v + 1, failed) for row, (v, failed) in honest(result, name).items()
        }

    monkeypatch.setattr(fleet_check, "_sql", off)
    done = tanheng("fleet", "check", sound)
    assert done.exit_code == 1 and "6 格不一致" in done.output
    assert json.loads(tanheng("fleet", "check", sound, "--json").stdout)["ok"] is False


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_behind_when_it_is_stopped(tmp_path, kind):
    scratch, folder = tmp_path / "scratch", tmp_path / "data"
    scratch.mkdir()
    folder.mkdir()
    shutil.copy(FORM, folder)
    command = [sys.executable, "-m", "tanheng", "fleet", "account", str(folder)]
    running = subprocess.Popen(
        command,
        env=os.environ | {"TMPDIR": str(scratch)},
        stderr=subprocess.PIPE,
        # a shell starts what it runs in the background with Ctrl-C switched off
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        end = time.monotonic() + 60
        # wait until SQL has staged a file in its folder, then stop
        while not list(scratch.glob("*/*")) and running.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        assert [p.name[:12] for p in scratch.iterdir()] == ["tanheng-sql-"]
        running.send_signal(kind)
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 130 and b"Traceback" not in said
    assert list(scratch.iterdir()) == []
