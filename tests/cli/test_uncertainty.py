"""`tanheng account --uncertainty`: beside the total, with what adds most, and refused with faults."""

import json

from tests.cli.run import PLANT, tanheng, widest

OWN = """
[[stated]]
of = "C_ad"
relative = "1 %"
source = "化验室能力验证 2024"
shared = "plant"
"""


def test_the_total_is_told_with_its_half_width():
    done = tanheng("account", PLANT, "--uncertainty")
    assert done.exit_code == 0
    (line,) = [x for x in done.output.splitlines() if x.startswith("E = ")]
    # the carbon of 95 % of the emissions at 5 % leaves little room for anything else
    assert line.startswith("E = 5,803,699 tCO2 ± 5.0 %（95 %, k = 2）")
    assert "碳氧化率规定值 OF_0" in done.output and "燃料计量器具" in done.output
    assert "± 5.0 %" not in tanheng("account", PLANT).output
    assert widest("\n".join(done.output.splitlines()[:40])) <= 140


def test_own_statements_go_first(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(OWN, encoding="utf-8")
    found = json.loads(tanheng("account", PLANT, "--stated", file, "--json").stdout)
    (one,) = found["uncertainty"]
    first = max(one["contributions"], key=lambda c: float(c["share"]))
    assert first["source"] == "化验室能力验证 2024" and first["names"] == ["C_ad"]
    # carbon at 1 % moves 0.95 %, coal without carbon tests at 5 % of 5 % 0.25 %, the scales 0.26 and 0.24 %
    parts = [float(c["effect"]) for c in one["contributions"]]
    assert abs(float(one["relative"]) - sum(p * p for p in parts) ** 0.5) < 1e-6
    assert 0.0100 < float(one["relative"]) < 0.0115
    assert found["ok"] is True and found["answers"]["E"] == "emission"


def test_a_faulty_file_is_refused(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(OWN.replace("C_ad", "C_da"), encoding="utf-8")
    done = tanheng("account", PLANT, "--stated", file)
    assert done.exit_code == 2 and "TH-L15" in done.output
    assert tanheng("account", PLANT, "--stated", tmp_path / "none.toml").exit_code == 2
    text = tanheng("account", PLANT, "--uncertainty", "--lang", "en").output
    assert "Not stated and left out: " in text
