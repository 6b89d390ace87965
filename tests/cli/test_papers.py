"""Reports, packs and their verification by the command line."""

import json
import shlex

import pytest

from tests.cli.run import PLANT, tanheng


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    done = tanheng("pack", PLANT, "-o", folder / "p.zip", "--with-verifier")
    assert done.exit_code == 0, done.output
    return folder, done.output


def root_of(output: str) -> str:
    line = next(line for line in output.splitlines() if line.startswith("根 "))
    return line.removeprefix("根 ")


def test_pack_prints_its_root_in_groups_and_how_to_verify(packed):
    folder, output = packed
    root = root_of(output)
    assert [len(group) for group in root.split()] == [8] * 8
    assert sorted(p.name for p in folder.iterdir()) == ["p-digest.pdf", "p.zip", "verify.pyz"]
    command = shlex.split(output.splitlines()[-1])
    assert command[-1] == root.replace(" ", "") and command[4] == str(folder / "p.zip")


def test_verify_exits_by_what_it_found(packed, tmp_path):
    folder, output = packed
    root = root_of(output)
    assert tanheng("verify", folder / "p.zip", "--root", root).exit_code == 0
    consistent = tanheng("verify", folder / "p.zip")
    assert consistent.exit_code == 3 and "未锚定" in consistent.output
    assert tanheng("verify", folder / "p.zip", "--root", "0" * 64).exit_code == 1
    assert tanheng("verify", folder / "p.zip", "--root", "0123").exit_code == 2
    told = json.loads(tanheng("verify", folder / "p.zip", "--root", root, "--json").stdout)
    assert told["state"] == "anchored"
    data = bytearray((folder / "p.zip").read_bytes())
    data[data.index(b'"4818.58"') + 1] ^= 1
    (tmp_path / "q.zip").write_bytes(data)
    broken = tanheng("verify", tmp_path / "q.zip", "--root", root)
    assert broken.exit_code == 1 and "inputs.json" in broken.output


def test_verify_of_what_is_no_pack(tmp_path):
    (tmp_path / "empty.zip").touch()
    for name, code in (("nothing", "TH-A01"), ("empty.zip", "TH-A06"), (".", "TH-A06")):
        done = tanheng("verify", tmp_path / name)
        assert done.exit_code == 2 and code in done.output
    assert tanheng("verify", PLANT).exit_code == 1


def test_the_verifier_is_written_with_its_digest(packed, tmp_path):
    folder, _ = packed
    done = tanheng("verify", "--write", tmp_path / "v.pyz")
    assert done.exit_code == 0 and (tmp_path / "v.pyz").read_bytes() == (folder / "verify.pyz").read_bytes()
    assert len(done.output.split()[0]) == 64
    assert "TH-A04" in tanheng("verify", "--write", tmp_path / "v.pyz").output


def test_pack_as_json_and_not_over_another(packed):
    folder, output = packed
    assert "TH-A04" in tanheng("pack", PLANT, "-o", folder / "p.zip").output
    told = json.loads(tanheng("pack", PLANT, "-o", folder / "p.zip", "--force", "--json").stdout)
    assert told["root"] == root_of(output).replace(" ", "")
    assert "instruments/G23.toml" in told["items"]


def test_a_pack_is_opened_like_a_plant(packed):
    folder, _ = packed
    done = tanheng("explain", folder / "p.zip", "E_el", "--at", "unit=2,month=2024-04")
    assert done.exit_code == 0 and "beiling-2024.xlsx 电力与运行!" in done.output
    assert "没有差别" in tanheng("diff", folder / "p.zip", PLANT).output


def test_reports_are_written_where_asked_and_not_over_others(tmp_path):
    words = ("report", PLANT, "-o", tmp_path / "out", "--format", "xlsx")
    done = tanheng(*words)
    assert done.exit_code == 0 and done.output.count("✓") == 2
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "平台填报-2024.xlsx",
        "年度排放报告-2024.xlsx",
    ]
    again = tanheng(*words)
    assert again.exit_code == 2 and "TH-A04" in again.output
    assert tanheng(*words, "--force", "--report", "platform").exit_code == 0
