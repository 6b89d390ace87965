"""Chinese and English lines are folded where a reader would fold them, and nothing is lost."""

from rich.cells import cell_len
from rich.text import Text

from tanheng.cli.lines import wrap
from tanheng.cli.tree import fold

WORDS = "请核对 original records（见附录A，第 3 页）：“入炉煤日低位发热量” 2024-03-09 –、E_unit! https://example.org/a/long/path 。"


def folded(text: str, first: int, rest: int | None = None) -> list[str]:
    return [line.plain for line in wrap(Text(text), first, rest)]


def test_chinese_breaks_anywhere_but_before_a_comma_and_after_a_bracket():
    assert folded("数据不全，请补填", 10) == ["数据不全，", "请补填"]
    assert folded("数据不全，请补填", 8) == ["数据不", "全，请补", "填"]
    assert folded("数据（不全）", 6) == ["数据", "（不", "全）"]


def test_words_and_dates_stay_whole():
    assert folded("缺 2024-03-09 到", 10) == ["缺", "2024-03-09", "到"]
    assert folded("half up to 2", 8) == ["half up", "to 2"]


def test_a_word_that_no_line_holds_is_cut():
    assert folded("a" * 12 + " b", 5) == ["aaaaa", "aaaaa", "aa b"]


def test_later_lines_may_be_narrower():
    assert folded("一二三四五六七", 8, 4) == ["一二三四", "五六", "七"]


def test_nothing_is_lost_at_any_width(rng, rounds):
    for _ in range(rounds(200, 5000)):
        text = "".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 80))).strip()
        width = rng.randrange(4, 60)
        lines = folded(text, width)
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert all(cell_len(line) <= width for line in lines if len(line) > 3)


def test_styles_stay_with_their_words():
    text = Text("一二", style="bold").append("三四", style="green")
    first, second = wrap(text, 6)
    assert (first.plain, second.plain) == ("一二三", "四")
    assert [span.style for span in second.spans] == ["green"]


def test_parts_of_a_number_are_folded_between_each_other():
    parts = [Text("E_机组 排放量"), Text("= 3,069,252 tCO2"), Text("G23 8")]
    assert [line.plain for line in fold(parts, 100, 4)] == ["E_机组 排放量  = 3,069,252 tCO2  G23 8"]
    assert [line.plain for line in fold(parts, 24, 4)] == ["E_机组 排放量", "= 3,069,252 tCO2", "G23 8"]
