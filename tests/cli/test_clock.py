"""`tanheng clock` at the terminal."""

import json

from tests.cli.run import PLANT, tanheng, widest


def test_the_table_fits_and_says_what_lateness_costs():
    told = tanheng("clock", PLANT, "--today", "2024-07-20", "--price", "92.5")
    assert told.exit_code == 0 and widest(told.output) <= 100
    line = next(x for x in told.output.splitlines() if "2024-08-09" in x and "1 " in x[:3])
    assert "剩 20 天" in line and "44,965.40" in line and "4,159,299.50" in line
    english = tanheng("--lang", "en", "clock", PLANT, "--today", "2024-08-12", "--all").output
    assert "3 days late" in english and "in time" in english and "天" not in english


def test_json_and_refusals():
    told = json.loads(tanheng("clock", PLANT, "--today", "2024-07-20", "--json").stdout)
    assert told["today"] == "2024-07-20" and {"carbon", "deposit"} < set(told)
    for words in (("--price", "x"), ("--price", "-1"), ("--today", "soon")):
        assert tanheng("clock", PLANT, *words).exit_code == 2
