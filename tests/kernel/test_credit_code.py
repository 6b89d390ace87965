"""Unified social credit codes: published codes of well-known companies, and every way of spoiling one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.kernel.credit_code import body_check_character, check_character, parse_credit_code
from tanheng.kernel.problems import Refused

PUBLISHED = ("914403001922038216", "9144030071526726XG", "91110000802100433B")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def refusal(text: str) -> str:
    with pytest.raises(Refused) as caught:
        parse_credit_code(text)
    (found,) = caught.value.problems
    assert found.code == "TH-N13"
    return found.message("en")


@pytest.mark.parametrize("code", PUBLISHED)
def test_published(code):
    assert parse_credit_code(code) == code
    assert parse_credit_code(f" {code.lower()} ") == code
    assert parse_credit_code("".join(chr(ord(each) + 0xFEE0) for each in code)) == code


def test_check_characters_by_hand():
    # 1*3 + 9*7 + 2*9 + 2*10 + 0*5 + 3*8 + 8*4 + 2*2 = 164; 164 mod 11 = 10; 11 - 10 = 1
    assert body_check_character("19220382") == "1"
    # 199 mod 11 = 1; 11 - 1 = 10, written X
    assert body_check_character("71526726") == "X"
    assert check_character("91440300192203821") == "6"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9.13E+17", "scientific"),
        ("9.14403E17", "scientific"),
        ("91440300192203821", "17 characters"),
        ("", "0 characters"),
        ("9144030019220382160", "19 characters"),
        ("91440300192203821I", "not used"),
        ("91440300192203821٣", "not used"),
        ("B14403001922038216", "registering department"),
        ("91A403001922038216", "six digits"),
        ("914403001922038226", "organisation code"),
        ("914403001922038217", "check character (18)"),
    ],
)
def test_spoilt(text, said):
    assert said in refusal(text)


@given(st.sampled_from(PUBLISHED), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_found(code, place, letter):
    if code[place] != letter:
        refusal(code[:place] + letter + code[place + 1 :])


@given(st.sampled_from(PUBLISHED), st.integers(0, 16))
def test_any_swap_of_neighbours_is_found(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        refusal(swapped)
