"""A `[[fill]]` that does not fit its method is refused when the file is read."""

from __future__ import annotations

import pytest

from tanheng.kernel.problems import Refused
from tanheng.library.method_library import read_method
from tests.engine.exact.test_fill import RULES, library


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('otherwise = "high"', 'otherwise = "up"', "TH-M08"),
        ('otherwise = "high"\n', "", "TH-M01"),
        ('id = "fc"', 'id = "w"', "TH-M02"),
        ('id = "fc"', 'id = "f/c"', "TH-M08"),
        ('of = "FC"', 'of = "FCC"', "TH-M02"),
        ('of = "FC"', 'of = "kept"', "TH-M08"),
        ('high = "most(FC)"', 'high = "most(FCC)"', "TH-M02"),
        ('high = "most(FC)"', 'high = "FC"', "TH-M11"),
        ('high = "most(FC)"', 'high = "most(FC) / least(FC)"', "TH-U02"),
        ('high = "most(FC)"', 'high = "kept"', "TH-M08"),
        ('per = ""', 'per = "month"', "TH-M09"),
        ('per = ""', 'per = "day"', "TH-M06"),
        ('per = ""', 'per = "week"', "TH-M03"),
        ('per = ""', 'over = "12 month"', "TH-M01"),
        ('high = "FC * (1 + err)"', 'per = ""\nhigh = "FC * (1 + err)"', "TH-M06"),
        ("err = {", "unused = { unit = '%', optional = true }\nerr = {", "TH-M16"),
        ('low = "least(FC)"', 'low = "least(FC"', "TH-M05"),
    ],
)
def test_faults_of_a_rule_are_refused_at_load(old: str, new: str, code: str):
    assert old in RULES
    with pytest.raises(Refused) as caught:
        read_method(
            RULES.replace(old, new, 1).encode(), "gaps/rules.toml", judged=library("total(F)").get("small")
        )
    assert code in {p.code for p in caught.value.problems}, caught.value
    assert all(p.line(lang) for p in caught.value.problems for lang in ("zh", "en"))
