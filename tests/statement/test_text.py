import pytest

from tanheng.statement.text import SUB, SUP, Run, rich, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tCO2/MWh", (Run("tCO"), Run("2", SUB), Run("/MWh"))),
        ("tCO2e", (Run("tCO"), Run("2", SUB), Run("e"))),
        ("1e4Nm3", (Run("10"), Run("4", SUP), Run(" Nm"), Run("3", SUP))),
        ("GJ/1e4Nm3", (Run("GJ/10"), Run("4", SUP), Run(" Nm"), Run("3", SUP))),
        ("N2O 和 CH4", (Run("N"), Run("2", SUB), Run("O 和 CH"), Run("4", SUB))),
        ("C_ar 与 E_燃烧", (Run("C"), Run("ar", SUB), Run(" 与 E"), Run("燃烧", SUB))),
        ("power_default_v1", (Run("power_default_v1"),)),  # a name, not a symbol
        ("2号机组 CO2024", (Run("2号机组 CO2024"),)),  # a number, not a gas
        ("", ()),
    ],
)
def test_rich(text, expected):
    assert rich(text) == expected


def test_words_are_taken_as_they_are():
    assert words("CO2 有限公司") == (Run("CO2 有限公司"),)
