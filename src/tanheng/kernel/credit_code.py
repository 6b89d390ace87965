"""统一社会信用代码: the unified social credit code of GB 32100-2015, with both of its check characters.

18 characters: registering department (1), kind of body (1), administrative division (6 digits), organisation
code of GB 11714 (8 and its check character modulo 11), check character modulo 31.
"""

from __future__ import annotations

import re

from tanheng.kernel.numbers import narrow
from tanheng.kernel.problems import Place, refuse

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# departments of the standard and of its later supplements; the kind of body is not checked, as lists differ
_DEPARTMENTS = "123456789ANY"
_SCIENTIFIC = re.compile(r"[0-9.]+[eE]\+?[0-9]+")


def check_character(first17: str) -> str:
    """The 18th character for the first 17. Raises ValueError for a character outside the alphabet."""
    total = sum(_ALPHABET.index(each) * weight for each, weight in zip(first17, _WEIGHTS, strict=True))
    # 3 has order 30 modulo 31, so the weights differ and any swap of neighbours changes the sum
    return _ALPHABET[-total % 31]


def body_check_character(first8: str) -> str:
    """The ninth character of an organisation code (GB 11714) for its first eight; A counts 10."""
    total = sum(int(each, 36) * weight for each, weight in zip(first8, _BODY_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def parse_credit_code(text: str, place: Place = Place()) -> str:
    """The code in capitals, full-width characters read as plain ones.

    Raises:
        Refused: TH-N13 with the first thing that is wrong.
    """
    code = narrow(text).upper()
    fault = _fault(code)
    if fault:
        raise refuse("TH-N13", place, seen=text, reason_zh=fault[0], reason_en=fault[1])
    return code


def _fault(code: str) -> tuple[str, str] | None:
    if _SCIENTIFIC.fullmatch(code):
        return (
            "被电子表格改成了科学记数法，后几位已经丢失",
            "a spreadsheet turned it into scientific notation and lost digits",
        )
    if len(code) != 18:
        return f"有 {len(code)} 个字符，应为 18 个", f"it has {len(code)} characters, not 18"
    strange = next((each for each in code if each not in _ALPHABET), "")
    if strange:
        return (
            f"含有不允许的字符「{strange}」（不用 I、O、S、V、Z）",
            f"the character “{strange}” is not used (nor I, O, S, V, Z)",
        )
    if code[0] not in _DEPARTMENTS:
        return (
            f"第 1 位登记管理部门代码「{code[0]}」不存在",
            f"“{code[0]}” is no registering department (character 1)",
        )
    if not code[2:8].isdigit():
        return (
            f"第 3 至 8 位「{code[2:8]}」应为行政区划的 6 位数字",
            f"characters 3 to 8, “{code[2:8]}”, should be six digits",
        )
    # the inner check comes first: it says more precisely where to look
    if body_check_character(code[8:16]) != code[16]:
        return (
            "第 9 至 17 位组织机构代码的校验码不符",
            "the check character of the organisation code (9 to 17) does not fit",
        )
    if check_character(code[:17]) != code[17]:
        return (
            "第 18 位校验码不符，可能有一位写错或相邻两位对调",
            "the check character (18) does not fit: one wrong or two swapped",
        )
    return None
