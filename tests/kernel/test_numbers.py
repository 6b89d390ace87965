"""The strict number reader and the canonical text, with every nasty number of the quality page."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.kernel.numbers import (
    NumberRule,
    exact_text,
    grouped,
    parse_by_rule,
    parse_exact,
    parse_measure,
    parse_number,
)
from tanheng.kernel.problems import Place, Refused

F = Fraction


def refused(call, *args) -> str:
    with pytest.raises(Refused) as caught:
        call(*args)
    (only,) = caught.value.problems
    return only.code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", F(0)),
        ("-0", F(0)),
        ("007", F(7)),
        ("12", F(12)),
        ("+5", F(5)),
        ("-5", F(-5)),
        ("12.50", F(25, 2)),
        ("0.0005", F(1, 2000)),
        ("１２３．４５", F(12345, 100)),
        ("－５", F(-5)),
        ("−5", F(-5)),
        ("1,234.5", F(12345, 10)),
        ("-1,234,567", F(-1234567)),
        ("１，２３４", F(1234)),
        (" 12 ", F(12)),
        ("　12\u00a0", F(12)),
        ("12345678901234.1234", F(123456789012341234, 10**4)),
        ("9" * 400, F(10**400 - 1)),
    ],
)
def test_accepted(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.234,5", "TH-N02"),
        ("1 234", "TH-N02"),
        ("1\u00a0234,5", "TH-N02"),
        ("1,23", "TH-N02"),
        ("1234,567", "TH-N02"),
        ("1.234.567", "TH-N02"),
        ("(5)", "TH-N02"),
        ("1e400", "TH-N06"),
        ("1E-5", "TH-N06"),
        ("9.13E+17", "TH-N06"),
        ("１ｅ４００", "TH-N06"),
        ("NaN", "TH-N07"),
        ("Infinity", "TH-N07"),
        ("-inf", "TH-N07"),
        ("0x10", "TH-N07"),
        ("1_000", "TH-N07"),
        ("٣", "TH-N08"),
        ("½", "TH-N08"),
        ("①", "TH-N08"),
        ("10⁴", "TH-N08"),
        ("三", "TH-N08"),
        ("12万", "TH-N03"),
        ("3亿", "TH-N03"),
        ("约100", "TH-N03"),
        (">50", "TH-N03"),
        ("～50", "TH-N03"),
        ("！", "TH-N01"),
        ("≤50", "TH-N03"),
        ("100以上", "TH-N03"),
        ("", "TH-N04"),
        ("   ", "TH-N04"),
        ("—", "TH-N04"),
        ("－", "TH-N04"),
        ("/", "TH-N04"),
        ("无", "TH-N04"),
        ("N/A", "TH-N04"),
        ("None", "TH-N04"),
        ("#REF!", "TH-N05"),
        ("#DIV/0!", "TH-N05"),
        ("#N/A", "TH-N05"),
        ("####", "TH-N05"),
        ("58.3%", "TH-N10"),
        ("58.3％", "TH-N10"),
        ("12 t", "TH-N10"),
        ("9" * 401, "TH-N09"),
        (".5", "TH-N01"),
        ("5.", "TH-N01"),
        ("--5", "TH-N01"),
        ("5-", "TH-N01"),
        ("1.2,345", "TH-N01"),
        ("=1+1", "TH-N01"),
        ("abc", "TH-N01"),
        ("1/3", "TH-N01"),
        ("1\n2", "TH-N01"),
    ],
)
def test_refused(text, code):
    assert refused(parse_number, text) == code


def test_ambiguous_is_asked_and_shows_both_readings():
    with pytest.raises(Refused) as caught:
        parse_number("1.234,5", Place(sheet="日数据", cell="C12"))
    (asked,) = caught.value.problems
    assert asked.severity == "ask"
    assert asked.place.cell == "C12"
    assert "1.2345" in asked.message("zh") and "1234.5" in asked.message("zh")


def test_refusal_of_a_long_text_does_not_echo_it():
    with pytest.raises(Refused) as caught:
        parse_number("1" * 100_000)
    assert len(caught.value.problems[0].line()) < 300


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_a_refusal(text):
    for read in (parse_number, parse_measure, parse_exact):
        try:
            read(text)
        except Refused as said:
            assert said.problems[0].line("zh") and said.problems[0].line("en")


def test_rules_of_a_column():
    rule = NumberRule(gaps=frozenset({"—", "/"}), counts=True)
    assert parse_by_rule("—", rule) is None
    assert parse_by_rule(" / ", rule) is None
    assert parse_by_rule("12万", rule) == 120_000
    assert parse_by_rule("1.5亿", rule) == 150_000_000
    assert parse_by_rule("7", rule) == 7
    assert refused(parse_by_rule, "无", rule) == "TH-N04"
    assert refused(parse_by_rule, "约12万", rule) == "TH-N03"
    assert refused(parse_by_rule, "万", rule) == "TH-N04"
    assert refused(parse_by_rule, "12万", NumberRule()) == "TH-N03"


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("58.3％", F(583, 10), "%"),
        ("1,200 t", F(1200), "t"),
        ("12万kWh", F(12), "万kWh"),
        ("5 m³", F(5), "m³"),
        ("3 GJ/t", F(3), "GJ/t"),
        ("12", F(12), ""),
    ],
)
def test_measures(text, value, unit):
    assert parse_measure(text) == (value, unit)


def test_measures_refuse_what_numbers_refuse():
    assert refused(parse_measure, "12万") == "TH-N03"
    assert refused(parse_measure, "1e5") == "TH-N06"
    assert refused(parse_measure, "1.234,5 t") == "TH-N02"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (F(0), "0"),
        (F(25, 2), "12.5"),
        (F(-1, 8), "-0.125"),
        (F(1, 3), "1/3"),
        (F(-44, 12), "-11/3"),
        (F(1, 10**30), "0." + "0" * 29 + "1"),
        (F(10**20), "1" + "0" * 20),
        (F(1, 6), "1/6"),
        (F(7, 2**3 * 5), "0.175"),
    ],
)
def test_exact_text(value, text):
    assert exact_text(value) == text
    assert parse_exact(text) == value


@given(st.fractions())
def test_exact_text_and_back(value):
    assert parse_exact(exact_text(value)) == value


@given(st.integers(), st.integers(0, 30))
def test_exact_text_of_decimals_is_a_number_people_may_type(top, places):
    value = F(top, 10**places)
    text = exact_text(value)
    assert parse_number(text) == value
    assert "." not in text or text[-1] != "0"


def test_parse_exact_is_strict():
    assert parse_exact("44/12") == F(11, 3)
    for text in ("-0", "-0/3", "01", "1.50", "1.", ".5", "1/0", "1/03", "+1", "1e3", " 1", "1,000", "１", ""):
        assert refused(parse_exact, text) == "TH-N01", text
    assert parse_exact("9" * 4000) == 10**4000 - 1
    assert parse_exact("1" * 3000 + "/" + "9" * 4000).denominator > 1
    for text in ("9" * 4001, "9" * 2000 + "." + "9" * 2001, "1/" + "9" * 4001, "9" * 8003):
        assert refused(parse_exact, text) == "TH-N09"


def test_exact_text_of_an_absurd_value_is_refused():
    assert exact_text(F(10**3998)) == "1" + "0" * 3998
    assert exact_text(F(1, 10**4000)) == "0." + "0" * 3999 + "1"
    for value in (F(10**4000), F(-(10**4000)), F(1, 10**4001), F(1, 3**9000)):
        assert refused(exact_text, value) == "TH-N09"


def test_grouped():
    assert grouped("5512894.3") == "5,512,894.3"
    assert grouped("-1234") == "\u22121,234"
    assert grouped("999") == "999"
    assert grouped("1/3") == "1/3"
    assert grouped("1000.0001") == "1,000.0001"
